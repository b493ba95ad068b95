//! What the 卡库 says: who is in a household and why, and what speaks for and against two people belonging together.

use std::fmt::Write as _;

use polars::prelude::{Column, DataFrame, PolarsResult};
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::cards::{Relative, relatives};
use crate::household::story::{self, Story};
use crate::merge;
use crate::model::certificate::Certificate;
use crate::model::client_no::ClientNo;
use crate::model::name::PersonName;
use crate::model::phone::Phones;
use crate::store::Snapshot;
use crate::templates::Templates;

/// What was asked for cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody was found.
    #[error("卡库里没有“{0}”：可以写姓名、客户编号（W0001、W0001-2）、证件号码、电话，几样之间空一格")]
    Nobody(String),
    /// Several were found.
    #[error("“{asked}”不止一位，请再写一样：{}", known.join("；"))]
    Several {
        /// What was asked.
        asked: String,
        /// Some of those found.
        known: Vec<String>,
    },
    /// Not two people were named.
    #[error("要写两个人，例如：fuwuka explain link \"W0001 王伟\" \"李娜 15400000001\"")]
    NotTwo,
    /// No household was named.
    #[error("要写一户的客户编号，或户里一个人的姓名，例如：fuwuka explain household W0001")]
    NoHousehold,
    /// There was no run yet.
    #[error("卡库还是空的：先运行一次 fuwuka run")]
    Empty,
    /// The 卡库 cannot be understood.
    #[error("卡库里的表读不懂：请用写它的那个版本，或从备份恢复")]
    Unreadable(#[from] polars::prelude::PolarsError),
}

/// Somebody in the 卡库.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Somebody {
    /// Person id.
    pub id: u32,
    /// 姓名.
    pub name: String,
    /// Number within the household; empty for people who are no clients.
    pub no: String,
    /// Day of birth, as far as known.
    pub birth: String,
    #[serde(skip)]
    certificate: String,
    #[serde(skip)]
    phones: String,
    #[serde(skip)]
    former: String,
}

impl Somebody {
    fn shown(&self) -> String {
        let no = if self.no.is_empty() { "不是客户" } else { &self.no };
        let birth = if self.birth.is_empty() { String::new() } else { format!("，{} 出生", self.birth) };
        format!("{}（{no}{birth}）", self.name)
    }
}

/// A member as `explain household` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberStory {
    /// W0001-2.
    pub no: String,
    /// 姓名.
    pub name: String,
    /// What they are to the head.
    pub relation: String,
    /// Why they are in the household.
    pub why: String,
    /// Numbers they had in other households.
    pub former: Vec<String>,
}

/// A household as `explain household` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HouseholdStory {
    /// What was asked.
    pub asked: String,
    /// The number it has now.
    pub number: String,
    /// Everybody in it, the head first.
    pub members: Vec<MemberStory>,
    /// Relatives whom its card names and who are no members of it.
    pub relatives: Vec<RelativeStory>,
}

/// A relative outside the household as `explain household` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelativeStory {
    /// 姓名.
    pub name: String,
    /// What they are to the head.
    pub relation: String,
    /// Their number in a household of their own; empty for people who are no clients.
    pub no: String,
}

impl HouseholdStory {
    /// For the screen.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if self.asked != self.number {
            let _ = writeln!(text, "{} 已转到 {}", self.asked, self.number);
        }
        let _ = writeln!(text, "{}　{} 人", self.number, self.members.len());
        for MemberStory { no, name, relation, why, former } in &self.members {
            let former = if former.is_empty() { String::new() } else { format!("（曾用 {}）", former.join("、")) };
            let relation = if relation.is_empty() { "家人" } else { relation };
            let _ = writeln!(text, "  {no}　{name}　{relation}{former}\n      {why}");
        }
        for RelativeStory { name, relation, no } in &self.relatives {
            let own = if no.is_empty() { "不是客户".to_string() } else { format!("自己的编号 {no}") };
            let _ = writeln!(text, "  不同户　{name}　{relation}（{own}）\n      登记表或服务卡写明的亲属");
        }
        text
    }
}

/// Two people as `explain link` tells of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkStory {
    /// Whom it is about.
    pub people: [Somebody; 2],
    /// What speaks for and against.
    #[serde(flatten)]
    pub story: Story,
}

impl LinkStory {
    /// For the screen.
    pub fn to_text(&self) -> String {
        let [one, other] = &self.people;
        let mut text = format!("甲：{}\n乙：{}\n", one.shown(), other.shown());
        let answer = |yes: bool| if yes { "是" } else { "不是" };
        let _ = writeln!(text, "\n是不是一个人：{}。{}", answer(self.story.one_person), self.story.person_verdict);
        for weight in &self.story.of_person {
            let _ = writeln!(text, "  {:+}　{}　{}", weight.bits, weight.in_words(), weight.what);
        }
        let Some(together) = self.story.one_household else { return text };
        let house = match (together, one.no.split_once('-')) {
            (true, Some((number, _))) => format!("，{number}"),
            _ => String::new(),
        };
        let _ = writeln!(text, "\n是不是一户：{}{house}", answer(together));
        for (title, lines) in [("支持", &self.story.for_household), ("不支持", &self.story.against_household)] {
            let _ = writeln!(text, "{title}：{}", if lines.is_empty() { "没有" } else { "" });
            for line in lines {
                let _ = writeln!(text, "  · {line}");
            }
        }
        text
    }
}

/// Everybody in a household, and why. `asked` is its number, an old one that was passed on, or somebody in it.
pub fn household(snapshot: &Snapshot, asked: &str) -> Result<HouseholdStory, AskError> {
    let book = &snapshot.book;
    let outside = relatives(book)?;
    let number = match ClientNo::read(asked.into()).good() {
        Some(number) => forwarded(&book.numbers, number.household())?.to_string(),
        None => {
            let somebody = find(snapshot, asked)?;
            let own = somebody.no.split_once('-').map(|(number, _)| number.to_string());
            own.or_else(|| beside(&outside, somebody.id)).unwrap_or_default()
        }
    };
    let text = texts(&book.members);
    let (numbers, nos, names) = (text("household_no")?, text("member_no")?, text("name")?);
    let (relations, whys, former) = (text("relation")?, text("why")?, text("former_no")?);
    let member = |row: usize| MemberStory {
        no: nos[row].clone(),
        name: names[row].clone(),
        relation: relations[row].clone(),
        why: whys[row].clone(),
        former: former[row].split('|').filter(|no| !no.is_empty()).map(str::to_string).collect(),
    };
    let members: Vec<MemberStory> = (0..numbers.len()).filter(|row| numbers[*row] == number).map(member).collect();
    if members.is_empty() {
        return Err(AskError::Nobody(asked.to_string()));
    }
    let asked = ClientNo::read(asked.into()).good().map_or(number.clone(), |asked| asked.household().to_string());
    let everybody = everybody(snapshot)?;
    let relative = |relative: &Relative| {
        let somebody = everybody.iter().find(|somebody| i64::from(somebody.id) == relative.person)?;
        let (name, no) = (somebody.name.clone(), somebody.no.clone());
        Some(RelativeStory { name, relation: relative.relation.title().to_string(), no })
    };
    let relatives = outside.get(number.as_str()).into_iter().flatten().filter_map(relative).collect();
    Ok(HouseholdStory { asked, number, members, relatives })
}

/// The first household on whose card somebody stands who is in none.
fn beside(outside: &FxHashMap<Box<str>, Vec<Relative>>, person: u32) -> Option<String> {
    let named = outside.iter().filter(|(_, relatives)| relatives.iter().any(|known| known.person == i64::from(person)));
    named.map(|(number, _)| number.to_string()).min()
}

/// What speaks for and against two people being one person, and one household.
pub fn link(snapshot: &Snapshot, asked: &[String], templates: &Templates) -> Result<LinkStory, AskError> {
    let [one, other] = asked else { return Err(AskError::NotTwo) };
    let people = [find(snapshot, one)?, find(snapshot, other)?];
    let known = merge::known_from(&snapshot.book)?;
    let story = story::tell(&known, templates, snapshot.manifest.as_of, people[0].id, people[1].id);
    let story = story.ok_or_else(|| AskError::Nobody(one.clone()))?;
    Ok(LinkStory { people, story })
}

/// One of the pieces somebody is asked for by.
enum Piece {
    Number(ClientNo),
    Certificate(String),
    Phone(String),
    Name(String),
}

impl Piece {
    fn read(text: &str) -> Piece {
        if let Some(number) = ClientNo::read(text.into()).good() {
            return Piece::Number(number);
        }
        if let Some(certificate) = Certificate::read(text.into(), None).good().filter(|_| !text.is_empty()) {
            return Piece::Certificate(certificate.to_string());
        }
        if let Some(phones) = Phones::read(text.into()).good() {
            return Piece::Phone(phones.to_string());
        }
        let name = PersonName::read(text.into()).good().map(|name| name.as_str().to_string());
        Piece::Name(name.unwrap_or_else(|| text.to_string()))
    }

    fn fits(&self, somebody: &Somebody) -> bool {
        match self {
            Piece::Number(number) if number.member().is_some() => {
                let number = number.to_string();
                somebody.no == number || somebody.former.split('|').any(|former| former == number)
            }
            Piece::Number(number) => somebody.no.split('-').next() == Some(&number.to_string()),
            Piece::Certificate(certificate) => somebody.certificate == *certificate,
            Piece::Phone(phone) => somebody.phones.split('|').any(|known| known == phone),
            Piece::Name(name) => somebody.name == *name,
        }
    }
}

/// The one person asked for by name, number, certificate or telephone, or several of them.
fn find(snapshot: &Snapshot, asked: &str) -> Result<Somebody, AskError> {
    let words = asked.split([' ', '\u{3000}', '+', '＋', ',', '，', '/']).filter(|word| !word.is_empty());
    let pieces: Vec<Piece> =
        words.map(|word| forward(&snapshot.book.numbers, Piece::read(word))).collect::<Result<_, _>>()?;
    let mut found = everybody(snapshot)?;
    found.retain(|somebody| !pieces.is_empty() && pieces.iter().all(|piece| piece.fits(somebody)));
    // The same name is also on people who are nobody's clients; a client is meant.
    if found.iter().filter(|somebody| !somebody.no.is_empty()).count() == 1 {
        found.retain(|somebody| !somebody.no.is_empty());
    }
    match found.len() {
        0 => Err(AskError::Nobody(asked.to_string())),
        1 => Ok(found.remove(0)),
        _ => Err(AskError::Several { asked: asked.to_string(), known: found.iter().take(6).map(Somebody::shown).collect() }),
    }
}

/// A household's old number means the one it was passed on to.
fn forward(numbers: &DataFrame, piece: Piece) -> PolarsResult<Piece> {
    match piece {
        Piece::Number(number) if number.member().is_none() => Ok(Piece::Number(forwarded(numbers, number)?)),
        piece => Ok(piece),
    }
}

fn forwarded(numbers: &DataFrame, number: ClientNo) -> PolarsResult<ClientNo> {
    let text = texts(numbers);
    let (given, into) = (text("number")?, text("merged_into")?);
    let mut at = number;
    for _ in 0..given.len() {
        let shown = at.to_string();
        let next = given.iter().position(|given| *given == shown).map(|row| into[row].as_str());
        match next.and_then(|next| ClientNo::read(next.into()).good()) {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(at)
}

fn everybody(snapshot: &Snapshot) -> Result<Vec<Somebody>, AskError> {
    let persons = &snapshot.book.persons;
    let text = texts(persons);
    let ids = persons.column("person_id")?.i64()?;
    let (names, births, certificates, phones) = (text("name")?, text("birth")?, text("cert_no")?, text("phone")?);
    let of_member = texts(&snapshot.book.members);
    let (nos, former) = (of_member("member_no")?, of_member("former_no")?);
    let members = snapshot.book.members.column("person_id")?.i64()?;
    let row_of: rustc_hash::FxHashMap<i64, usize> =
        members.iter().zip(0..).filter_map(|(id, row)| Some((id?, row))).collect();
    let somebody = |row: usize| {
        let id = ids.get(row)?;
        let member = row_of.get(&id);
        let of = |column: &[String]| member.map(|row| column[*row].clone()).unwrap_or_default();
        Some(Somebody {
            id: u32::try_from(id).ok()?,
            name: names[row].clone(),
            no: of(&nos),
            birth: births[row].clone(),
            certificate: certificates[row].clone(),
            phones: phones[row].clone(),
            former: of(&former),
        })
    };
    Ok((0..persons.height()).filter_map(somebody).collect())
}

/// Columns of a table as texts; one that an older version did not write is empty.
fn texts(frame: &DataFrame) -> impl Fn(&str) -> PolarsResult<Vec<String>> + '_ {
    move |name| match frame.column(name).map(Column::str) {
        Ok(column) => Ok(column?.iter().map(|text| text.unwrap_or("").to_string()).collect()),
        Err(_) => Ok(vec![String::new(); frame.height()]),
    }
}
