//! What the office rules: 合并, 拆开, 不变 in a filled 家庭核对, beside two numbers this program gave, and the rows of the
//! 家庭对照表. Rulings are remembered for ever and beat everything. Of several on the same two people the newest counts:
//! the one that was read last, of those read at once the one of the newest list.

use chrono::{Days, NaiveDate};
use rustc_hash::{FxHashMap, FxHashSet};

use super::mentions::Gathered;
use crate::model::assembled::{Known, NumberState, PersonIndex, Tie, TieSource};
use crate::model::client_no::ClientNo;
use crate::model::list::{Kind, List, Slot};
use crate::model::relation::Relation;
use crate::model::variants::simplified;
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::fields::Field;

/// What the office decided about two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// One household.
    Join,
    /// Two.
    Split,
    /// As it is.
    Leave,
}

impl Ruling {
    /// Reads a word; `None` for one that decides nothing.
    pub fn read(text: &str) -> Option<Ruling> {
        const UNSETTLED: [&str; 14] =
            ["?", "？", "吗", "待", "不清", "不准", "不详", "不确定", "不知", "是否", "是不是", "可能", "好像", "核实"];
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // 不同户 has 同户 in it, and 不合并 合并.
        match text {
            _ if has(&UNSETTLED) => None,
            _ if has(&["不变", "不动", "照旧"]) => Some(Ruling::Leave),
            _ if has(&["拆", "分", "不同户", "非同户", "不合并", "不是一"]) => Some(Ruling::Split),
            _ if has(&["合并", "并户", "同户", "并入", "是一家", "是一户"]) => Some(Ruling::Join),
            _ => None,
        }
    }
}

/// What a tie says, whenever it was said.
pub type Statement = (u32, Relation, u32, TieSource, bool);

/// What a tie says, whenever it was said.
pub fn statement(tie: &Tie) -> Statement {
    (tie.who, tie.relation, tie.of, tie.source, tie.apart)
}

/// A row that rules on two people.
#[derive(Clone, Debug)]
pub struct Ruled {
    /// What it says.
    pub statement: Statement,
    /// Whether its file is new or was changed since the last run.
    pub is_news: bool,
    /// List and row, of a 家庭对照表.
    pub row: Option<(usize, usize)>,
    /// Where it stands.
    pub place: Place,
    /// Heading of the ruling.
    pub field: Box<str>,
    /// The ruling as written.
    pub said: Box<str>,
}

/// Takes up what filled copies of 家庭核对 say.
pub fn take_up(lists: &[List], known: &Known, as_of: NaiveDate, gathered: &mut Gathered, problems: &mut Problems) {
    let filled = || lists.iter().filter(|list| list.kind == Kind::FamilyCheck);
    if filled().next().is_none() {
        return;
    }
    let numbered = Numbered::of(known);
    let mut ties: FxHashMap<Statement, usize> =
        gathered.evidence.ties.iter().zip(0..).map(|(tie, at)| (statement(tie), at)).collect();
    for list in filled() {
        let is_news = !known.read_before.contains(&list.source);
        for row in 0..list.len() {
            let said = list.text(Field::FAMILY_RULING, row);
            if said.is_empty() {
                continue;
            }
            let place = |field: Field| {
                let column = list.column(Slot::of(field));
                let place = column.map_or(list.place(row), |column| list.cell(row, column));
                (place, column.map(|column| column.heading.clone()).unwrap_or_default())
            };
            let mut tell = |field: Field, found: &str, what: String| {
                let (place, field) = place(field);
                let (code, outcome) = (Code::RulingUnread, Outcome::RowSetAside);
                problems.push(Problem { code, place, field, found: found.into(), what: what.into(), outcome });
            };
            let Some(ruling) = Ruling::read(said) else {
                tell(Field::FAMILY_RULING, said, format!("“{said}”不是 合并、拆开、不变 之一"));
                continue;
            };
            let pair = [(Field::FIRST_NO, Field::FIRST_NAME), (Field::SECOND_NO, Field::SECOND_NAME)].map(|(no, name)| {
                let (no_text, name) = (list.text(no, row), list.text(name, row));
                numbered.person(no_text, name).map_err(|what| tell(no, no_text, what)).ok()
            });
            let [Some(one), Some(other)] = pair else { continue };
            if one.mention == other.mention {
                continue;
            }
            let together = one.household == other.household;
            let (source, apart) = match ruling {
                Ruling::Join => (TieSource::FamilySheet, false),
                Ruling::Split => (TieSource::FamilySheet, true),
                // What is joined stays joined, whatever is learnt later; what is apart is not asked about again.
                Ruling::Leave if together => (TieSource::FamilySheet, false),
                Ruling::Leave => (TieSource::Reviewed, false),
            };
            // To have looked at two people does not make them relatives.
            let relation = if source == TieSource::Reviewed { Relation::Other } else { Relation::FamilyMember };
            let since = ruled_on(list.date, is_news, as_of);
            let tie = Tie { who: other.mention, relation, of: one.mention, source, since, apart };
            match ties.get(&statement(&tie)) {
                Some(at) => {
                    let known = &mut gathered.evidence.ties[*at];
                    known.since = known.since.max(since);
                }
                None => {
                    ties.insert(statement(&tie), gathered.evidence.ties.len());
                    gathered.evidence.ties.push(tie);
                }
            }
            let (place, field) = place(Field::FAMILY_RULING);
            let (statement, said) = (statement(&tie), said.into());
            gathered.ruled.push(Ruled { statement, is_news, row: None, place, field, said });
        }
    }
    gathered.evidence.ties.sort_unstable();
}

/// The day a ruling counts from. One of a list without a day counts from the run that read it first.
pub fn ruled_on(list: Option<NaiveDate>, is_news: bool, as_of: NaiveDate) -> Option<NaiveDate> {
    list.or_else(|| is_news.then_some(as_of))
}

/// By what the newest of several rulings is told: its day; of those of one day the one that keeps apart.
type Weight = (Option<NaiveDate>, bool, std::cmp::Reverse<TieSource>);

fn weight(tie: &Tie) -> Weight {
    (tie.since, tie.apart, std::cmp::Reverse(tie.source))
}

/// Rulings by the two people they are about.
fn by_pair<'t>(
    ties: impl Iterator<Item = &'t Tie>,
    mention_persons: &[PersonIndex],
) -> FxHashMap<(PersonIndex, PersonIndex), Vec<Tie>> {
    let mut rulings: FxHashMap<_, Vec<Tie>> = FxHashMap::default();
    for tie in ties.filter(|tie| tie.source.is_ruling()) {
        rulings.entry(pair(tie.who, tie.of, mention_persons)).or_default().push(*tie);
    }
    rulings
}

fn pair(one: u32, other: u32, mention_persons: &[PersonIndex]) -> (PersonIndex, PersonIndex) {
    let (one, other) = (mention_persons[one as usize], mention_persons[other as usize]);
    (one.min(other), one.max(other))
}

/// A mind that was changed: what this run reads for the first time counts from a later day than what was ruled before,
/// whatever day its list is of. An old 家庭核对 may be filled in again.
pub fn settle(gathered: &mut Gathered, mention_persons: &[PersonIndex]) {
    let news: FxHashSet<Statement> =
        gathered.ruled.iter().filter(|ruled| ruled.is_news).map(|ruled| ruled.statement).collect();
    if news.is_empty() {
        return;
    }
    let decision = |tie: &Tie| (tie.source, tie.apart);
    let mut later: FxHashMap<Statement, NaiveDate> = FxHashMap::default();
    for rulings in by_pair(gathered.evidence.ties.iter(), mention_persons).into_values() {
        let new = || rulings.iter().filter(|tie| news.contains(&statement(tie)));
        let (Some(newest), Some(last)) = (new().max_by_key(|tie| weight(tie)), rulings.iter().max_by_key(|tie| weight(tie)))
        else {
            continue;
        };
        let day = last.since.and_then(|day| day.checked_add_days(Days::new(1)));
        if let (true, Some(day)) = (decision(newest) != decision(last), day) {
            later.extend(new().filter(|tie| weight(tie) == weight(newest)).map(|tie| (statement(tie), day)));
        }
    }
    for tie in &mut gathered.evidence.ties {
        if let Some(day) = later.get(&statement(tie)) {
            tie.since = Some(*day);
        }
    }
}

/// Rows that rule otherwise than the newest ruling on the same two people: they are told.
pub fn outdated(gathered: &Gathered, mention_persons: &[PersonIndex], problems: &mut Problems) {
    if gathered.ruled.is_empty() {
        return;
    }
    let rulings = by_pair(gathered.evidence.ties.iter(), mention_persons);
    for Ruled { statement: (who, _, of, source, apart), place, field, said, .. } in &gathered.ruled {
        let newest =
            rulings.get(&pair(*who, *of, mention_persons)).and_then(|ties| ties.iter().max_by_key(|tie| weight(tie)));
        let Some(newest) = newest.filter(|newest| (newest.source, newest.apart) != (*source, *apart)) else { continue };
        let done = match (newest.source, newest.apart) {
            (TieSource::Reviewed, _) => "不变",
            (_, true) => "不是一户",
            (_, false) => "是一户",
        };
        let said = if said.is_empty() { "同户" } else { said };
        problems.push(Problem {
            code: Code::RulingOutdated,
            place: *place,
            field: field.clone(),
            found: said.into(),
            what: format!("这两人另有更新的决定：{done}，“{said}”没有照办").into(),
            outcome: Outcome::KeptAsIs,
        });
    }
}

/// Somebody who has a number.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The first that was ever said of this person.
    pub mention: u32,
    household: ClientNo,
}

/// People by the numbers they have or had.
pub struct Numbered<'k> {
    known: &'k Known,
    by_number: FxHashMap<ClientNo, Found>,
    /// The members of each household, the head first.
    households: FxHashMap<ClientNo, Vec<Found>>,
    merged: FxHashMap<ClientNo, ClientNo>,
}

impl<'k> Numbered<'k> {
    /// Of the last run.
    pub fn of(known: &'k Known) -> Numbered<'k> {
        let mut first: FxHashMap<u32, u32> = FxHashMap::default();
        for (mention, id) in (0..).zip(&known.person_ids) {
            first.entry(*id).or_insert(mention);
        }
        let mut by_number = FxHashMap::default();
        let mut households: FxHashMap<ClientNo, Vec<(bool, Found)>> = FxHashMap::default();
        for member in &known.members {
            let Some(mention) = first.get(&member.person) else { continue };
            let found = Found { mention: *mention, household: member.no.household() };
            member.former.iter().for_each(|former| {
                by_number.entry(*former).or_insert(found);
            });
            households.entry(found.household).or_default().push((member.is_head, found));
        }
        for member in &known.members {
            if let Some(mention) = first.get(&member.person) {
                by_number.insert(member.no, Found { mention: *mention, household: member.no.household() });
            }
        }
        let head_first = |(number, mut members): (ClientNo, Vec<(bool, Found)>)| {
            members.sort_by_key(|(is_head, _)| !is_head);
            (number, members.into_iter().map(|(_, found)| found).collect())
        };
        let merged = known.numbers.iter().filter_map(|entry| match entry.state {
            NumberState::MergedInto(into) => Some((entry.number, into)),
            _ => None,
        });
        Numbered { known, by_number, households: households.into_iter().map(head_first).collect(), merged: merged.collect() }
    }

    /// Whoever has this number and, if one is given, a name that was said of them.
    fn person(&self, no: &str, name: &str) -> Result<Found, String> {
        let number = ClientNo::read(no.into()).good().filter(|number| number.member().is_some());
        let Some(found) = number.and_then(|number| self.by_number.get(&number)) else {
            return Err(format!("没有“{no}”这个编号"));
        };
        if self.is_called(*found, name) { Ok(*found) } else { Err(format!("{no} 不是“{name}”")) }
    }

    /// Whoever a 家庭对照表 means by a number: a person, or of a household the one of this name, without a name its head.
    /// `None` when the number is nobody's.
    pub fn meant(&self, number: ClientNo, name: &str) -> Option<Result<Found, String>> {
        if number.member().is_some() {
            return self.by_number.contains_key(&number).then(|| self.person(&number.to_string(), name));
        }
        let number = self.merged.get(&number).copied().unwrap_or(number);
        let members = self.households.get(&number)?;
        let called = members.iter().find(|found| self.is_called(**found, name));
        Some(called.copied().ok_or_else(|| format!("{number} 这一户没有“{name}”")))
    }

    /// Whether the name was ever said of this person; a blank one fits everybody.
    fn is_called(&self, found: Found, name: &str) -> bool {
        let Known { person_ids, evidence, .. } = self.known;
        let person = person_ids[found.mention as usize];
        let mut said = person_ids.iter().zip(&evidence.mentions).filter(|(id, _)| **id == person);
        name.is_empty() || said.any(|(_, mention)| simplified(evidence.texts.text(mention.name)) == simplified(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rulings() {
        for (text, want) in [
            ("合并", Some(Ruling::Join)),
            ("同户", Some(Ruling::Join)),
            ("拆开", Some(Ruling::Split)),
            ("不同户", Some(Ruling::Split)),
            ("不合并", Some(Ruling::Split)),
            ("分户", Some(Ruling::Split)),
            ("不变", Some(Ruling::Leave)),
            ("待定", None),
            ("分不清", None),
            ("是一家？", None),
            ("可能同户", None),
        ] {
            assert_eq!(Ruling::read(text), want, "{text}");
        }
    }
}
