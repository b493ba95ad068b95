//! What the office should look at: households joined by likeness alone, others that may be one, couples taken to
//! have parted.

use rustc_hash::{FxHashMap, FxHashSet};

use super::home::PersonTie;
use super::{Homes, why};
use crate::model::assembled::{Assembled, Member, Person, PersonIndex};
use crate::model::report::FamilyDoubt;

/// All open questions, by the numbers of those they are about. What the office has ruled on is none.
pub fn all(homes: &Homes, ties: &[PersonTie], agents: &[&str], assembled: &Assembled) -> Vec<FamilyDoubt> {
    let mut member_of: FxHashMap<PersonIndex, &Member> = FxHashMap::default();
    for household in &assembled.households {
        for member in &household.members {
            member_of.insert(member.person, member);
        }
    }
    let ruled: FxHashSet<(PersonIndex, PersonIndex)> =
        ties.iter().filter(|tie| tie.source.is_ruling()).map(|tie| (tie.who.min(tie.of), tie.who.max(tie.of))).collect();
    let mut asked: FxHashSet<(PersonIndex, PersonIndex)> = FxHashSet::default();
    let mut doubts = Vec::new();
    let mut ask = |one: PersonIndex, other: PersonIndex, joined: bool, evidence: String, proposal: &'static str| {
        let pair = (one.min(other), one.max(other));
        let (Some(first), Some(second)) = (member_of.get(&one), member_of.get(&other)) else { return };
        if ruled.contains(&pair) || !asked.insert(pair) {
            return;
        }
        // The lower number first, whoever was found first.
        let ((first, one), (second, other)) =
            if first.no <= second.no { ((first, one), (second, other)) } else { ((second, other), (first, one)) };
        let person = |index: PersonIndex| -> &Person { &assembled.persons[index as usize] };
        doubts.push(FamilyDoubt {
            joined,
            nos: [first.no, second.no],
            names: [person(one).name.clone(), person(other).name.clone()],
            certificates: [person(one).certificate.clone(), person(other).certificate.clone()],
            agent: agents[one as usize].into(),
            evidence: evidence.into(),
            proposal,
        });
    };
    for bond in &homes.bonds {
        if bond.besides.is_some_and(|sign| sign.is_a_likeness()) {
            ask(bond.of, bond.who, true, why::bond(bond, &assembled.persons), "不变");
        }
    }
    for tie in &homes.parted {
        let said = format!("{}；但两人各有住处，对方都没住过，按已分开处理", why::tie(tie, &assembled.persons));
        ask(tie.of, tie.who, false, said, "不变");
    }
    for proposal in &homes.proposals {
        let alike = if proposal.one_agent { "住址和专员相同" } else { "住址相同，都没有写专员" };
        let (said, wanted) = match proposal.like_lodgers {
            true => ("但那里有同辈、同性、不同姓的成年人，像合租或集体宿舍", "不变"),
            false => ("没有第二样凭据", "合并"),
        };
        ask(proposal.one, proposal.other, false, format!("{alike}，{said}"), wanted);
    }
    doubts.sort_by_key(|doubt| doubt.nos);
    doubts
}
