//! A month worked out from its beginning: what its earlier runs were told counts only as far as it is said again.
//! Who has which id and number stays, and so does what the office decided.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Worked;
use crate::model::assembled::{Evidence, Known, Mention, NumberEntry, Tie};
use crate::model::client_no::ClientNo;
use crate::model::list::List;
use crate::problem::Problems;
use crate::templates::Templates;

/// What is known when a month begins again: all that was known when it `began`; and of what the `last` run knew, who
/// has which id and number, as far as this time's lists speak of them, and the rulings.
pub fn began_again(lists: &[List], began: Known, last: &Known, templates: &Templates, as_of: NaiveDate) -> Known {
    // Who is who with all that was ever said, so that somebody whose name or number was put right is still the same.
    let mut unheard = Problems::default();
    let worked = Worked::out(lists, last, templates, as_of, &mut unheard);
    let evidence = &worked.gathered.evidence;
    let id = |mention: u32| worked.persons[worked.mention_persons[mention as usize] as usize].id;

    let mut again = Again::on(began);
    for (mention, _) in worked.gathered.first_said() {
        again.mention(evidence, mention, id(mention));
    }
    for tie in evidence.ties.iter().filter(|tie| tie.source.is_ruling()) {
        let (who, of) = (again.mention(evidence, tie.who, id(tie.who)), again.mention(evidence, tie.of, id(tie.of)));
        again.tie(Tie { who, of, ..*tie });
    }
    let mut known = again.known;
    let before: FxHashSet<u32> = known.members.iter().map(|member| member.person).collect();
    known.members.extend(last.members.iter().filter(|member| !before.contains(&member.person)).cloned());
    known.numbers = numbers(&known.numbers, &last.numbers);
    known
}

/// Every number ever given, those of before the month as they were then.
fn numbers(began: &[NumberEntry], last: &[NumberEntry]) -> Vec<NumberEntry> {
    let mut entries: BTreeMap<ClientNo, NumberEntry> = last.iter().map(|entry| (entry.number, *entry)).collect();
    for entry in began {
        // No member's number is given twice, either.
        let members = entries.get(&entry.number).map_or(0, |last| last.members).max(entry.members);
        entries.insert(entry.number, NumberEntry { members, ..*entry });
    }
    entries.into_values().collect()
}

/// What is known, while statements are added.
struct Again {
    known: Known,
    index_of: FxHashMap<Mention, u32>,
    ties: FxHashSet<Tie>,
}

impl Again {
    fn on(known: Known) -> Again {
        let index_of = known.evidence.mentions.iter().copied().zip(0..).collect();
        let ties = known.evidence.ties.iter().copied().collect();
        Again { known, index_of, ties }
    }

    /// The index of a mention of other evidence, which means the person of an id if nobody knew it before.
    fn mention(&mut self, evidence: &Evidence, mention: u32, id: u32) -> u32 {
        let said = &evidence.mentions[mention as usize];
        let own = &mut self.known.evidence;
        let mut text = |sym| own.texts.intern(evidence.texts.text(sym));
        let said = Mention {
            name: text(said.name),
            certificate: text(said.certificate),
            birth: said.birth,
            gender: said.gender,
            phones: text(said.phones),
            home: text(said.home),
            seen_certificate: text(said.seen_certificate),
            seen_phones: text(said.seen_phones),
            agent: text(said.agent),
            near: text(said.near),
            card: text(said.card),
        };
        *self.index_of.entry(said).or_insert_with(|| {
            own.mentions.push(said);
            own.last_said.push(evidence.last_said[mention as usize]);
            self.known.person_ids.push(id);
            own.mentions.len() as u32 - 1
        })
    }

    fn tie(&mut self, tie: Tie) {
        if self.ties.insert(tie) {
            self.known.evidence.ties.push(tie);
        }
    }
}
