//! What speaks for and against two people being one person, and one household, told from all that was ever said.

use chrono::NaiveDate;
use serde::Serialize;

use super::home::{self, Apart, PersonTie, Someone};
use super::likeness::{Comparison, Piece};
use super::person::{BEYOND_DOUBT, ENOUGH};
use super::{Worked, why};
use crate::model::assembled::{Known, Person, PersonIndex};
use crate::model::certificate::Certificate;
use crate::problem::Problems;
use crate::templates::Templates;

/// More mentions of one person than this are not all compared.
const MOST_COMPARED: usize = 60;

/// What is to be said about two people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Story {
    /// One person?
    pub one_person: bool,
    /// What speaks for and against it, the weightiest first.
    pub of_person: Vec<Weight>,
    /// How that was decided.
    pub person_verdict: String,
    /// One household? `None` when one of them is in none.
    pub one_household: Option<bool>,
    /// What speaks for one household.
    pub for_household: Vec<String>,
    /// What speaks against it.
    pub against_household: Vec<String>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Weight {
    /// In whole bits: each doubles what speaks for one person; less than nothing speaks against it.
    pub bits: i32,
    /// What it is.
    pub what: String,
}

impl Weight {
    /// `很有力`, `有力` …, as the office reads bits.
    pub fn in_words(&self) -> &'static str {
        match self.bits {
            20.. => "决定性",
            9..20 => "很有力",
            4..9 => "有力",
            1..4 => "一点点",
            0 => "不算数",
            -7..0 => "有些不利",
            -19..-7 => "很不利",
            _ => "决定性的不利",
        }
    }
}

/// Tells about two persons, by their ids; `None` when one is not known.
pub fn tell(known: &Known, templates: &Templates, as_of: NaiveDate, one: u32, other: u32) -> Option<Story> {
    // What the lists themselves are told was told when they were read.
    let mut unheard = Problems::default();
    let worked = Worked::out(&[], known, templates, as_of, &mut unheard);
    let index = |id: u32| {
        let mention = known.person_ids.iter().position(|known| *known == id)?;
        Some(worked.mention_persons[mention])
    };
    let (one, other) = (index(one)?, index(other)?);
    let mut story = Story { one_person: one == other, ..Story::default() };
    story.persons(&worked, one, other);
    if one != other {
        story.households(&worked, as_of, one, other);
    }
    Some(story)
}

impl Story {
    fn persons(&mut self, worked: &Worked, one: PersonIndex, other: PersonIndex) {
        let mentions = |person: PersonIndex| -> Vec<u32> {
            let said = (0..worked.mention_persons.len() as u32).filter(|at| worked.mention_persons[*at as usize] == person);
            said.take(MOST_COMPARED).collect()
        };
        let evidence = &worked.gathered.evidence;
        let comparison = Comparison::new(evidence, &worked.dwellings, |phone| worked.is_worthless(phone));
        let (ours, theirs) = (mentions(one), mentions(other));
        let pairs = ours.iter().flat_map(|a| theirs.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
        let Some((a, b)) = pairs.max_by_key(|(a, b)| (comparison.score(*a, *b), std::cmp::Reverse((*a, *b)))) else {
            self.person_verdict = "名单里一直是同一种写法，就是一个人".to_string();
            return;
        };
        let pieces = comparison.pieces(a, b).into_iter().filter(|(_, bits)| *bits != 0);
        self.of_person = pieces.map(|(piece, bits)| Weight { bits, what: said(piece, bits) }).collect();
        self.of_person.sort_by_key(|weight| std::cmp::Reverse(weight.bits.abs()));
        let total = comparison.score(a, b);
        self.person_verdict = match self.one_person {
            true if total >= ENOUGH => format!("合计 {total}，{ENOUGH} 以上算同一个人：是同一个人"),
            true => "经由别的写法连起来：中间的写法与两边都对得上，是同一个人".to_string(),
            false => not_one(worked, one, other, total),
        };
    }

    fn households(&mut self, worked: &Worked, as_of: NaiveDate, one: PersonIndex, other: PersonIndex) {
        let (a, b) = (&worked.someones[one as usize], &worked.someones[other as usize]);
        let persons = &worked.persons;
        let mut between: Vec<&PersonTie> = worked.ties.iter().filter(|tie| is_between(tie, one, other)).collect();
        between.sort_by_key(|tie| (tie.source, std::cmp::Reverse(tie.since), tie.relation.title()));
        for tie in between {
            let list = if tie.apart { &mut self.against_household } else { &mut self.for_household };
            list.push(why::tie(tie, persons));
        }
        if a.homes.iter().any(|(home, _)| b.homes.iter().any(|(known, _)| known == home)) {
            self.for_household.push("登记过同一处住址（写到室号）".to_string());
        }
        if a.phones.iter().any(|phone| b.phones.contains(phone)) {
            self.for_household.push("登记过同一个电话（不是专员的，也不是很多人共用的）".to_string());
        }
        if a.agents.iter().any(|agent| b.agents.contains(agent)) {
            self.for_household.push("有同一位专员（单凭这一点不算）".to_string());
        }
        let together = worked.homes.home_of[one as usize] == worked.homes.home_of[other as usize];
        self.one_household = Some(together);
        if together {
            let bonds = worked.homes.bonds.iter().filter(|bond| {
                let inside =
                    |person: PersonIndex| worked.homes.home_of[person as usize] == worked.homes.home_of[one as usize];
                inside(bond.who) && inside(bond.of)
            });
            for sentence in bonds.map(|bond| why::bond(bond, persons)) {
                if !self.for_household.contains(&sentence) {
                    self.for_household.push(format!("这一户：{sentence}"));
                }
            }
        } else {
            let reasons = home::why_apart(&worked.someones, &worked.ties, &worked.order, as_of, (one, other));
            self.against_household.extend(reasons.into_iter().map(|reason| apart(reason, persons)));
            self.against_household.extend(ages(a, b));
        }
        dedup(&mut self.for_household);
        dedup(&mut self.against_household);
    }
}

fn dedup(lines: &mut Vec<String>) {
    let mut seen = rustc_hash::FxHashSet::default();
    lines.retain(|line| seen.insert(line.clone()));
}

fn is_between(tie: &PersonTie, one: PersonIndex, other: PersonIndex) -> bool {
    (tie.who, tie.of) == (one, other) || (tie.who, tie.of) == (other, one)
}

fn ages(a: &Someone, b: &Someone) -> Option<String> {
    let years = (a.birth_year? - b.birth_year?).abs();
    Some(format!("相差 {years} 岁（只作参考）"))
}

/// Why two who may look alike are two.
fn not_one(worked: &Worked, one: PersonIndex, other: PersonIndex, total: i32) -> String {
    let (a, b) = (&worked.persons[one as usize], &worked.persons[other as usize]);
    let masked = |person: &Person| {
        let certificate = Certificate::read((&*person.certificate).into(), None).good();
        certificate.map(|certificate| certificate.masked()).unwrap_or_default()
    };
    if !a.certificate.is_empty() && !b.certificate.is_empty() && a.certificate != b.certificate {
        return format!("两个不同的证件号码（{}、{}），不论别的多像，都是两个人", masked(a), masked(b));
    }
    if let (Some(x), Some(y)) = (a.birth.and_then(|birth| birth.day()), b.birth.and_then(|birth| birth.day()))
        && x != y
        && (ENOUGH..BEYOND_DOUBT).contains(&total)
    {
        return format!("合计 {total}，够了，但出生日期不同（{x}、{y}），要到 {BEYOND_DOUBT} 才不怕生日写错：按两个人处理");
    }
    if total >= ENOUGH {
        return format!("合计 {total}，够了，但这一位同样像另一个人，分不清：按不同的人处理");
    }
    format!("合计 {total}，不到 {ENOUGH}：不是同一个人")
}

fn said(piece: Piece, bits: i32) -> String {
    let good = bits > 0;
    match (piece, good) {
        (Piece::Certificate, true) => "证件号码相同，或看得见的各位相同",
        (Piece::Certificate, false) => "证件号码不同",
        (Piece::NothingAlike, _) => "证件号码相同，姓名却没有一个字相同：多半是抄错的号码",
        (Piece::Name, _) if bits <= -22 => "姓名不同",
        (Piece::Name, _) if bits <= -12 => "有一边没有姓名",
        (Piece::Name, _) if bits == -11 => "姓名差一个字",
        (Piece::Name, _) => "姓名相同，但叫这个名字的不止一位，要打折扣",
        (Piece::Birth, true) => "出生日期相同，或写明的部分相同",
        (Piece::Birth, false) => "出生日期不同",
        (Piece::Gender, _) => "性别不同",
        (Piece::Phone, _) => "有同一个电话，或看得见的各位相同，或只差一位",
        (Piece::Home, _) => "住在同一处",
        (Piece::Agent, true) => "同一位专员",
        (Piece::Agent, false) => "专员不同",
    }
    .to_string()
}

fn apart(reason: Apart, persons: &[Person]) -> String {
    let name = |person: PersonIndex| &*persons[person as usize].name;
    match reason {
        Apart::Ruling => "家庭对照表或核对表写明分户，以它为准".to_string(),
        Apart::Married { who, to } => format!("{}的配偶已经是{}，来源更可靠或保单更新", name(who), name(to)),
        Apart::Parted => "各有住处，对方都没住过，分开之后也没有为对方投保：当作已经分开".to_string(),
        Apart::Founded(child) => format!("{}已经成家（有配偶或子女），又没有和父母住在一处：另成一户", name(child)),
        Apart::Left(child) => format!("{}已成年，最近的住处不是父母的住处：另成一户", name(child)),
        Apart::WithOtherParent(child) => format!("{}已经在另一位家长的户里，两位家长不是一户", name(child)),
        Apart::Kind(relation) => format!("“{}”不是同住一户的关系", relation.title()),
        Apart::Unlike => "没写是什么关系，年龄性别也看不出是夫妻还是父母子女".to_string(),
        Apart::OnlyHome => "现在住在同一处，但没有第二样凭据".to_string(),
        Apart::Lodgers => "住在同一处，但同辈、同性、不同姓，像合租".to_string(),
        Apart::Elsewhere => "最近的住处不同".to_string(),
        Apart::Nothing => "没有说明两人是什么关系的凭据".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::dwelling::Dwellings;
    use crate::model::assembled::{Evidence, Mention};
    use crate::model::gender::Gender;

    /// What is told adds up to what was decided by.
    #[test]
    fn the_pieces_are_the_score() {
        let mut evidence = Evidence::default();
        let names = ["王伟", "王炜", "李娜", ""];
        let certificates = ["", "110198198001010036", "110198197502020043"];
        for (name, certificate) in names.iter().flat_map(|name| certificates.map(|certificate| (*name, certificate))) {
            for (gender, phones) in [(None, ""), (Some(Gender::Male), "15411112222"), (Some(Gender::Female), "15411112223")]
            {
                let texts = &mut evidence.texts;
                let (name, certificate, phones) = (texts.intern(name), texts.intern(certificate), texts.intern(phones));
                evidence.mentions.push(Mention { name, certificate, phones, gender, ..Mention::default() });
            }
        }
        let dwellings = Dwellings::new(&evidence);
        let comparison = Comparison::new(&evidence, &dwellings, |_| false);
        let all = 0..evidence.mentions.len() as u32;
        for (one, other) in all.clone().flat_map(|one| all.clone().map(move |other| (one, other))) {
            let pieces = comparison.pieces(one, other);
            assert_eq!(pieces.iter().map(|(_, bits)| bits).sum::<i32>(), comparison.score(one, other), "{one} {other}");
        }
    }
}
