//! Rulings of a filled 家庭核对: 合并, 拆开, 不变 beside two numbers this program gave. They become statements like
//! those of the 家庭对照表, so they are remembered for ever and beat everything.

use rustc_hash::FxHashMap;

use super::mentions::Gathered;
use crate::model::assembled::{Known, Tie, TieSource};
use crate::model::client_no::ClientNo;
use crate::model::list::{Kind, List, Slot};
use crate::model::relation::Relation;
use crate::problem::{Code, Outcome, Problem, Problems};
use crate::templates::fields::Field;

/// What the office decided about two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ruling {
    Join,
    Split,
    Leave,
}

impl Ruling {
    fn read(text: &str) -> Option<Ruling> {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // 不同户 has 同户 in it, and 不合并 合并.
        match text {
            _ if has(&["不变", "不动", "照旧"]) => Some(Ruling::Leave),
            _ if has(&["拆", "分", "不同户", "非同户", "不合并", "不是一"]) => Some(Ruling::Split),
            _ if has(&["合并", "并户", "同户", "并入", "是一家", "是一户"]) => Some(Ruling::Join),
            _ => None,
        }
    }
}

/// Takes up what filled copies of 家庭核对 say.
pub fn take_up(lists: &[List], known: &Known, as_of: chrono::NaiveDate, gathered: &mut Gathered, problems: &mut Problems) {
    let filled = || lists.iter().filter(|list| list.kind == Kind::FamilyCheck);
    if filled().next().is_none() {
        return;
    }
    let numbered = Numbered::of(known);
    let mut ties: FxHashMap<(u32, Relation, u32, TieSource, bool), usize> =
        gathered.evidence.ties.iter().zip(0..).map(|(tie, at)| (key(tie), at)).collect();
    for list in filled() {
        for row in 0..list.len() {
            let said = list.text(Field::FAMILY_RULING, row);
            if said.is_empty() {
                continue;
            }
            let mut tell = |field: Field, found: &str, what: String| {
                let column = list.column(Slot::of(field));
                problems.push(Problem {
                    code: Code::RulingUnread,
                    place: column.map_or(list.place(row), |column| list.cell(row, column)),
                    field: column.map(|column| column.heading.clone()).unwrap_or_default(),
                    found: found.into(),
                    what: what.into(),
                    outcome: Outcome::RowSetAside,
                });
            };
            let Some(ruling) = Ruling::read(said) else {
                tell(Field::FAMILY_RULING, said, format!("“{said}”不是 合并、拆开、不变 之一"));
                continue;
            };
            let pair = [(Field::FIRST_NO, Field::FIRST_NAME), (Field::SECOND_NO, Field::SECOND_NAME)].map(|(no, name)| {
                let (no_text, name) = (list.text(no, row), list.text(name, row));
                numbered.person(known, no_text, name).map_err(|what| tell(no, no_text, what)).ok()
            });
            let [Some(one), Some(other)] = pair else { continue };
            let together = one.household == other.household;
            let (source, apart) = match ruling {
                Ruling::Join => (TieSource::FamilySheet, false),
                Ruling::Split => (TieSource::FamilySheet, true),
                // What is joined stays joined, whatever is learnt later; what is apart is not asked about again.
                Ruling::Leave if together => (TieSource::FamilySheet, false),
                Ruling::Leave => (TieSource::Reviewed, false),
            };
            let (who, of, since) = (other.mention, one.mention, Some(list.date.unwrap_or(as_of)));
            // To have looked at two people does not make them relatives.
            let relation = if source == TieSource::Reviewed { Relation::Other } else { Relation::FamilyMember };
            let tie = Tie { who, relation, of, source, since, apart };
            if one.mention == other.mention {
                continue;
            }
            match ties.get(&key(&tie)) {
                Some(at) => {
                    let known = &mut gathered.evidence.ties[*at];
                    known.since = known.since.max(since);
                }
                None => {
                    ties.insert(key(&tie), gathered.evidence.ties.len());
                    gathered.evidence.ties.push(tie);
                }
            }
        }
    }
    gathered.evidence.ties.sort_unstable();
}

fn key(tie: &Tie) -> (u32, Relation, u32, TieSource, bool) {
    (tie.who, tie.relation, tie.of, tie.source, tie.apart)
}

/// Somebody who has a number.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// The first that was ever said of this person.
    mention: u32,
    household: ClientNo,
}

/// People by the numbers they have or had.
struct Numbered {
    by_number: FxHashMap<ClientNo, Found>,
}

impl Numbered {
    fn of(known: &Known) -> Numbered {
        let mut first: FxHashMap<u32, u32> = FxHashMap::default();
        for (mention, id) in (0..).zip(&known.person_ids) {
            first.entry(*id).or_insert(mention);
        }
        let mut by_number = FxHashMap::default();
        for member in &known.members {
            let Some(mention) = first.get(&member.person) else { continue };
            let found = Found { mention: *mention, household: member.no.household() };
            member.former.iter().for_each(|former| {
                by_number.entry(*former).or_insert(found);
            });
        }
        for member in &known.members {
            if let Some(mention) = first.get(&member.person) {
                by_number.insert(member.no, Found { mention: *mention, household: member.no.household() });
            }
        }
        Numbered { by_number }
    }

    /// Whoever has this number and, if one is given, a name that was said of them.
    fn person(&self, known: &Known, no: &str, name: &str) -> Result<Found, String> {
        let number = ClientNo::read(no.into()).good().filter(|number| number.member().is_some());
        let Some(found) = number.and_then(|number| self.by_number.get(&number)) else {
            return Err(format!("没有“{no}”这个编号"));
        };
        let person = known.person_ids[found.mention as usize];
        let texts = &known.evidence.texts;
        let said = known.person_ids.iter().zip(&known.evidence.mentions).filter(|(id, _)| **id == person);
        if name.is_empty() || said.into_iter().any(|(_, mention)| texts.text(mention.name) == name) {
            Ok(*found)
        } else {
            Err(format!("{no} 不是“{name}”"))
        }
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
        ] {
            assert_eq!(Ruling::read(text), want, "{text}");
        }
    }
}
