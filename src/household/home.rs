//! Which persons are one household: a couple or a single adult, children who have not founded their own home,
//! parents at the same address. A hand-kept 家庭对照表 beats everything; a shared address, telephone or surname
//! alone joins nobody, a shared address with one more sign does ([`super::roof`]).

mod apart;

use chrono::{Datelike, NaiveDate};
use rustc_hash::{FxHashMap, FxHashSet};

pub use apart::Apart;

use super::dwelling::Dwelling;
use super::roof::Pair;
use crate::model::assembled::{PersonIndex, SecondSign, TieSource};
use crate::model::gender::Gender;
use crate::model::intern::Sym;
use crate::model::relation::{Relation, RelationGroup};

/// What is known of a person here.
#[derive(Clone, Debug, Default)]
pub struct Someone {
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Sex.
    pub gender: Option<Gender>,
    /// Homes given for this person, each with the newest day it was given, as far as known.
    pub homes: Vec<(Dwelling, Option<NaiveDate>)>,
    /// Agents who serve this person.
    pub agents: Vec<Sym>,
    /// Telephones of no more than one family.
    pub phones: Vec<Sym>,
    /// Surname in simplified characters; blank when it cannot be told.
    pub surname: Sym,
}

impl Someone {
    /// Takes note of a home.
    pub fn lived_at(&mut self, home: Dwelling, said: Option<NaiveDate>) {
        match self.homes.iter_mut().find(|(known, _)| *known == home) {
            Some((_, newest)) => *newest = said.max(*newest),
            None => self.homes.push((home, said)),
        }
    }

    fn has_lived_at(&self, home: Dwelling) -> bool {
        self.homes.iter().any(|(known, _)| *known == home)
    }
}

/// One statement about two persons: `who` is `relation` to `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonTie {
    /// The person spoken of.
    pub who: PersonIndex,
    /// What that person is to …
    pub relation: Relation,
    /// … this one.
    pub of: PersonIndex,
    /// Who says so.
    pub source: TieSource,
    /// Since when, as far as known.
    pub since: Option<NaiveDate>,
    /// Whether it says that the two are not one household.
    pub apart: bool,
}

/// The tie by which two persons came into one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// The person spoken of.
    pub who: PersonIndex,
    /// What that person is to …
    pub relation: Relation,
    /// … this one.
    pub of: PersonIndex,
    /// Who says so.
    pub source: TieSource,
    /// Since when, as far as known.
    pub since: Option<NaiveDate>,
    /// What spoke for it besides a home in common.
    pub besides: Option<SecondSign>,
}

/// The households, as the person that stands for each, and the bonds that made them.
#[derive(Debug)]
pub struct Homes {
    /// For each person, the lowest person of the same household.
    pub home_of: Vec<PersonIndex>,
    /// Why.
    pub bonds: Vec<Bond>,
    /// Pairs of people with one home and one agent, or none, and no other sign that they are one household.
    pub proposals: Vec<Proposal>,
    /// Marriages taken to be over because both live elsewhere.
    pub parted: Vec<PersonTie>,
}

/// Two people whose households may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// One of them.
    pub one: PersonIndex,
    /// The other.
    pub other: PersonIndex,
    /// Whether one agent serves both; otherwise nobody is known to serve either.
    pub one_agent: bool,
    /// Whether people at that home look like lodgers.
    pub like_lodgers: bool,
}

/// Parents are at least this much older than their children.
pub const GENERATION: i32 = 14;
/// From this age a child at another address has a home of its own.
pub const GROWN_UP: i32 = 18;
/// Nobody is married before.
pub const MARRIAGE: i32 = 20;
/// Grandparents are about this much older.
pub const GRANDPARENT: i32 = 42;
/// More people than one household has.
const MOST_IN_A_HOME: usize = 9;

/// Puts persons into households. `order` gives each person a place in an order that does not depend on how the
/// lists were read; it settles what nothing else settles.
pub fn assemble(people: &[Someone], ties: &[PersonTie], order: &[u32], as_of: NaiveDate) -> Homes {
    built(people, ties, order, as_of).0.finish()
}

/// Why two people, who are not in one household, are not: the weightiest reason first.
pub fn why_apart(
    people: &[Someone],
    ties: &[PersonTie],
    order: &[u32],
    as_of: NaiveDate,
    pair: (PersonIndex, PersonIndex),
) -> Vec<Apart> {
    let (mut builder, ties) = built(people, ties, order, as_of);
    builder.why_apart(&ties, pair.0, pair.1)
}

fn built<'p>(people: &'p [Someone], ties: &[PersonTie], order: &[u32], as_of: NaiveDate) -> (Builder<'p>, Vec<PersonTie>) {
    let mut ties: Vec<PersonTie> = ties.iter().map(|tie| plausible(*tie, people)).collect();
    ties.sort_by_key(|tie| {
        (tie.source, std::cmp::Reverse(tie.since), order[tie.who as usize], order[tie.of as usize], tie.relation.title())
    });
    let mut homes = Builder::new(people, &ties, as_of);

    for tie in ties.iter().filter(|tie| tie.source == TieSource::FamilySheet && !tie.apart) {
        homes.bond(tie);
    }
    for tie in ties.iter().filter(|tie| tie.source == TieSource::SharedNumber) {
        homes.bond(tie);
    }
    for tie in ties.iter().filter(|tie| is_spouse(tie.relation) && !tie.apart) {
        homes.marry(tie);
    }
    for tie in ties.iter().filter(|tie| tie.source.leaves_relation_open() && !tie.apart) {
        homes.marry_by_age(tie);
    }
    homes.marry_parents(&ties);
    // A child of two homes is where it lives; then where the better source says.
    let (here, elsewhere): (Vec<PersonTie>, Vec<PersonTie>) = ties
        .iter()
        .filter(|tie| !tie.apart)
        .filter_map(|tie| homes.as_child(tie))
        .partition(|tie| homes.same_home_now(tie.who, tie.of) == Some(true));
    for tie in here.iter().chain(&elsewhere) {
        homes.parent_and_child(tie);
    }
    homes.share_homes(&ties, order);
    (homes, ties)
}

fn is_spouse(relation: Relation) -> bool {
    relation.group() == RelationGroup::Spouse
}

fn is_child(relation: Relation) -> bool {
    relation.group() == RelationGroup::Child
}

fn is_parent(relation: Relation) -> bool {
    relation.group() == RelationGroup::Parent
}

/// A relation written the wrong way round is turned: nobody's child is a generation older than they are.
fn plausible(tie: PersonTie, people: &[Someone]) -> PersonTie {
    let year = |person: PersonIndex| people[person as usize].birth_year;
    let (Some(who), Some(of)) = (year(tie.who), year(tie.of)) else { return tie };
    let turned = (is_child(tie.relation) && who + GENERATION <= of) || (is_parent(tie.relation) && of + GENERATION <= who);
    if turned { PersonTie { who: tie.of, of: tie.who, ..tie } } else { tie }
}

/// Whether a tie is one of people who, found at one home, are one household: brothers and sisters may be two, and
/// so may those who were married once.
fn may_share_a_home(tie: &PersonTie) -> bool {
    tie.source != TieSource::Reviewed
        && tie.relation.is_family()
        && !matches!(tie.relation.group(), RelationGroup::Spouse | RelationGroup::Sibling)
}

fn related(kin: &FxHashSet<(PersonIndex, PersonIndex)>, one: PersonIndex, other: PersonIndex) -> bool {
    kin.contains(&(one.min(other), one.max(other)))
}

/// Every two of them.
fn pairs(people: &[PersonIndex]) -> impl Iterator<Item = (PersonIndex, PersonIndex)> + '_ {
    people.iter().enumerate().flat_map(|(at, one)| people[at + 1..].iter().map(move |other| (*one, *other)))
}

struct Builder<'p> {
    people: &'p [Someone],
    as_of: NaiveDate,
    parent: Vec<PersonIndex>,
    spouse: FxHashMap<PersonIndex, PersonIndex>,
    /// Everybody somebody is a parent of, by any tie.
    parents: FxHashSet<PersonIndex>,
    /// Children who are in the home of a parent already.
    with_a_parent: FxHashSet<PersonIndex>,
    /// Pairs that a policy or card says are related otherwise than as a couple.
    kin: FxHashSet<(PersonIndex, PersonIndex)>,
    /// Pairs that the 家庭对照表 keeps apart.
    apart: Vec<(PersonIndex, PersonIndex)>,
    bonds: Vec<Bond>,
    /// Pairs of households proposed already, as the persons that stand for them.
    proposed: FxHashSet<(PersonIndex, PersonIndex)>,
    proposals: Vec<Proposal>,
    parted: Vec<PersonTie>,
    /// Pairs the office has looked at and left as they are.
    reviewed: FxHashSet<(PersonIndex, PersonIndex)>,
}

impl<'p> Builder<'p> {
    fn new(people: &'p [Someone], ties: &[PersonTie], as_of: NaiveDate) -> Self {
        let parent_of = |tie: &PersonTie| match (is_child(tie.relation), is_parent(tie.relation)) {
            (true, _) => Some(tie.of),
            (_, true) => Some(tie.who),
            _ => None,
        };
        Builder {
            people,
            as_of,
            parent: (0..people.len() as u32).collect(),
            spouse: FxHashMap::default(),
            parents: ties.iter().filter_map(parent_of).collect(),
            with_a_parent: FxHashSet::default(),
            kin: ties
                .iter()
                .filter(|tie| tie.source.says_the_relation() && !is_spouse(tie.relation))
                .map(|tie| (tie.who.min(tie.of), tie.who.max(tie.of)))
                .collect(),
            apart: ties.iter().filter(|tie| tie.apart).map(|tie| (tie.who, tie.of)).collect(),
            bonds: Vec::new(),
            proposed: FxHashSet::default(),
            proposals: Vec::new(),
            parted: Vec::new(),
            reviewed: ties
                .iter()
                .filter(|tie| tie.source == TieSource::Reviewed)
                .map(|tie| (tie.who.min(tie.of), tie.who.max(tie.of)))
                .collect(),
        }
    }

    fn root(&mut self, person: PersonIndex) -> PersonIndex {
        let mut at = person;
        while self.parent[at as usize] != at {
            self.parent[at as usize] = self.parent[self.parent[at as usize] as usize];
            at = self.parent[at as usize];
        }
        at
    }

    fn kept_apart(&mut self, a: PersonIndex, b: PersonIndex) -> bool {
        for at in 0..self.apart.len() {
            let (one, other) = self.apart[at];
            let (one, other) = (self.root(one), self.root(other));
            if (one, other) == (a, b) || (one, other) == (b, a) {
                return true;
            }
        }
        false
    }

    fn bond(&mut self, tie: &PersonTie) -> bool {
        let (a, b) = (self.root(tie.who), self.root(tie.of));
        if a != b && (self.apart.is_empty() || !self.kept_apart(a, b)) {
            self.parent[a.max(b) as usize] = a.min(b);
        } else if a != b {
            return false;
        }
        let PersonTie { who, relation, of, source, since, .. } = *tie;
        self.bonds.push(Bond { who, relation, of, source, since, besides: None });
        true
    }

    /// One spouse each: the tie of the best source and the newest date wins, an earlier marriage is over.
    fn marry(&mut self, tie: &PersonTie) {
        let (who, of) = (tie.who, tie.of);
        let free = |married: Option<&PersonIndex>, other: PersonIndex| married.is_none_or(|spouse| *spouse == other);
        if who == of || !free(self.spouse.get(&who), of) || !free(self.spouse.get(&of), who) {
            return;
        }
        if self.have_parted(tie) {
            self.parted.push(*tie);
            return;
        }
        if self.bond(tie) {
            self.spouse.insert(who, of);
            self.spouse.insert(of, who);
        }
    }

    /// Whether both have homes where the other never lived, and were seen there after the last policy of one for
    /// the other: such a marriage is over.
    fn have_parted(&self, tie: &PersonTie) -> bool {
        let newest = |person: PersonIndex| {
            self.people[person as usize].homes.iter().copied().max_by_key(|(home, said)| (*said, *home))
        };
        let Some(((here, since), (there, other_since))) = newest(tie.who).zip(newest(tie.of)) else { return false };
        let apart = !self.people[tie.who as usize].has_lived_at(there) && !self.people[tie.of as usize].has_lived_at(here);
        apart && tie.source != TieSource::FamilySheet && tie.since.is_some() && tie.since < since.min(other_since)
    }

    /// Where nothing says what two people are to each other, they are husband and wife if age and sex allow it and nobody else is.
    fn marry_by_age(&mut self, tie: &PersonTie) {
        let (a, b) = (&self.people[tie.who as usize], &self.people[tie.of as usize]);
        let of_an_age = a.birth_year.zip(b.birth_year).is_some_and(|(a, b)| (a - b).abs() < GENERATION);
        let man_and_wife = a.gender.zip(b.gender).is_some_and(|(a, b)| a != b);
        let adult = |year: Option<i32>| year.is_some_and(|year| self.as_of.year() - year >= MARRIAGE);
        let kin = self.kin.contains(&(tie.who.min(tie.of), tie.who.max(tie.of)));
        let adults = adult(a.birth_year) && adult(b.birth_year);
        if of_an_age && man_and_wife && adults && !kin && self.same_home_now(tie.who, tie.of) != Some(false) {
            self.marry(&PersonTie { relation: Relation::Spouse, ..*tie });
        }
    }

    /// Father and mother of one child are husband and wife where nothing says that they have parted: neither is
    /// married to anybody else, and they are not known to live apart.
    fn marry_parents(&mut self, ties: &[PersonTie]) {
        let mut parents_of: FxHashMap<PersonIndex, Vec<PersonTie>> = FxHashMap::default();
        let mut children: Vec<PersonIndex> = Vec::new();
        for tie in ties.iter().filter(|tie| !tie.apart && !tie.source.leaves_relation_open()) {
            let Some(tie) = self.as_child(tie).filter(|tie| tie.who != tie.of) else { continue };
            let parents = parents_of.entry(tie.who).or_default();
            if parents.is_empty() {
                children.push(tie.who);
            }
            if !parents.iter().any(|known| known.of == tie.of) {
                parents.push(tie);
            }
        }
        for child in children {
            let [one, other] = parents_of[&child][..] else { continue };
            let (a, b) = (&self.people[one.of as usize], &self.people[other.of as usize]);
            let of_an_age = a.birth_year.zip(b.birth_year).is_none_or(|(a, b)| (a - b).abs() < GENERATION);
            let man_and_wife = a.gender.zip(b.gender).is_some_and(|(a, b)| a != b);
            let kin = self.kin.contains(&(one.of.min(other.of), one.of.max(other.of)));
            if of_an_age && man_and_wife && !kin && self.same_home_now(one.of, other.of) != Some(false) {
                let before = self.bonds.len();
                self.marry(&PersonTie { who: other.of, relation: Relation::Spouse, of: one.of, since: None, ..other });
                self.bonds[before..].iter_mut().for_each(|bond| bond.besides = Some(SecondSign::ChildInCommon));
            }
        }
    }

    /// The tie as of a child to its parent, if it is one: as written, or one of open relation a generation apart.
    fn as_child(&self, tie: &PersonTie) -> Option<PersonTie> {
        if is_child(tie.relation) {
            return Some(*tie);
        }
        if is_parent(tie.relation) {
            return Some(PersonTie { who: tie.of, relation: Relation::Child, of: tie.who, ..*tie });
        }
        if !tie.source.leaves_relation_open() {
            return None;
        }
        let (a, b) = (self.people[tie.who as usize].birth_year?, self.people[tie.of as usize].birth_year?);
        let child = PersonTie { relation: Relation::Child, ..*tie };
        match (a - b).abs() {
            GENERATION..GRANDPARENT if a > b => Some(child),
            GENERATION..GRANDPARENT => Some(PersonTie { who: tie.of, of: tie.who, ..child }),
            _ => None,
        }
    }

    fn parent_and_child(&mut self, tie: &PersonTie) {
        let (child, parent) = (tie.who, tie.of);
        if child == parent || self.lives_with_another_parent(child, parent) {
            return;
        }
        let founded = self.spouse.contains_key(&child) || self.parents.contains(&child);
        let together = if founded {
            self.same_home_now(child, parent) == Some(true)
        } else {
            let is_minor = self.people[child as usize].birth_year.is_some_and(|year| self.as_of.year() - year < GROWN_UP);
            is_minor || !self.has_left(child, parent)
        };
        if together && self.bond(tie) {
            self.with_a_parent.insert(child);
        }
    }

    /// Whether a grown-up child's newest home is one where the parent never lived.
    fn has_left(&self, child: PersonIndex, parent: PersonIndex) -> bool {
        let Some((home, _)) = self.home_now(child) else { return false };
        let parents = [Some(parent), self.spouse.get(&parent).copied()];
        let people = || parents.iter().flatten().map(|person| &self.people[*person as usize]);
        people().any(|person| !person.homes.is_empty()) && !people().any(|person| person.has_lived_at(home))
    }

    /// Whether a child is in the home of a parent who is not married to this one.
    fn lives_with_another_parent(&mut self, child: PersonIndex, parent: PersonIndex) -> bool {
        self.with_a_parent.contains(&child) && self.root(child) != self.root(parent)
    }

    /// The newest home of a person or of husband or wife, and since when it is known.
    fn home_now(&self, person: PersonIndex) -> Option<(Dwelling, Option<NaiveDate>)> {
        let own = &self.people[person as usize].homes;
        let shared = self.spouse.get(&person).map(|spouse| &self.people[*spouse as usize].homes);
        let homes = own.iter().chain(shared.into_iter().flatten());
        homes.copied().max_by_key(|(home, said)| (*said, *home))
    }

    /// Whether two persons' newest homes are one; `None` when one has none.
    fn same_home_now(&self, one: PersonIndex, other: PersonIndex) -> Option<bool> {
        let ((a, _), (b, _)) = self.home_now(one).zip(self.home_now(other))?;
        Some(a == b)
    }

    /// Households that have the same home now are one if another sign says so, too; if only the agent is the same,
    /// or none is known, they may be.
    fn share_homes(&mut self, ties: &[PersonTie], order: &[u32]) {
        let kin: FxHashSet<(PersonIndex, PersonIndex)> = ties
            .iter()
            .filter(|tie| !tie.apart && may_share_a_home(tie))
            .map(|tie| (tie.who.min(tie.of), tie.who.max(tie.of)))
            .collect();
        let mut groups: FxHashMap<PersonIndex, Vec<PersonIndex>> = FxHashMap::default();
        for person in 0..self.people.len() as u32 {
            groups.entry(self.root(person)).or_default().push(person);
        }
        for people in self.under_one_roof(order).iter().filter(|people| people.len() <= MOST_IN_A_HOME) {
            for sign in SecondSign::UNDER_ONE_ROOF {
                for (one, other) in pairs(people) {
                    let (a, b) = (self.root(one), self.root(other));
                    if a == b || self.clash(&groups[&a], &groups[&b], &kin) {
                        continue;
                    }
                    let holds = match sign {
                        SecondSign::Kin => groups[&a]
                            .iter()
                            .any(|x| groups[&b].iter().any(|y| self.could_be_kin(*x, *y) && related(&kin, *x, *y))),
                        SecondSign::Phone => self.pair(one, other).one_phone(),
                        likeness => self.pair(one, other).looks_like(likeness) && !self.among_lodgers(one, other, people),
                    };
                    if holds && self.join_under_roof(one, other, sign) {
                        let mut both: Vec<PersonIndex> =
                            [a, b].into_iter().filter_map(|root| groups.remove(&root)).flatten().collect();
                        both.sort_unstable_by_key(|person| order[*person as usize]);
                        groups.insert(self.root(one), both);
                    }
                }
            }
            for (one, other) in pairs(people) {
                let pair = self.pair(one, other);
                if self.root(one) != self.root(other) && pair.may_have_one_agent() {
                    let like_lodgers = self.among_lodgers(one, other, people);
                    self.propose(Proposal { one, other, one_agent: pair.one_agent(), like_lodgers });
                }
            }
        }
    }

    /// People of different households whose newest home is one.
    fn under_one_roof(&mut self, order: &[u32]) -> Vec<Vec<PersonIndex>> {
        let mut at_home: FxHashMap<Dwelling, Vec<PersonIndex>> = FxHashMap::default();
        let mut newest: FxHashMap<PersonIndex, (Option<NaiveDate>, Dwelling)> = FxHashMap::default();
        for person in 0..self.people.len() as u32 {
            let root = self.root(person);
            for (home, said) in &self.people[person as usize].homes {
                let known = newest.entry(root).or_insert((*said, *home));
                *known = (*said, *home).max(*known);
            }
        }
        for person in 0..self.people.len() as u32 {
            let root = self.root(person);
            if let Some((_, home)) = newest.get(&root).filter(|(_, home)| self.people[person as usize].has_lived_at(*home)) {
                at_home.entry(*home).or_default().push(person);
            }
        }
        let mut at_home: Vec<Vec<PersonIndex>> = at_home.into_values().collect();
        at_home.retain(|people| people.iter().any(|person| self.root(*person) != self.root(people[0])));
        at_home.iter_mut().for_each(|people| people.sort_unstable_by_key(|person| order[*person as usize]));
        at_home.sort_unstable_by_key(|people| order[people[0] as usize]);
        at_home
    }

    fn pair(&self, one: PersonIndex, other: PersonIndex) -> Pair<'p> {
        Pair {
            one: &self.people[one as usize],
            other: &self.people[other as usize],
            attached: self.spouse.contains_key(&one) || self.spouse.contains_key(&other),
            as_of: self.as_of,
        }
    }

    /// Whether two of one generation can be more to each other than a marriage that is over.
    fn could_be_kin(&self, one: PersonIndex, other: PersonIndex) -> bool {
        let pair = self.pair(one, other);
        let a_generation = pair.one.birth_year.zip(pair.other.birth_year).is_none_or(|(a, b)| (a - b).abs() >= GENERATION);
        a_generation || !pair.attached
    }

    /// Whether two households have people who would not live in one.
    fn clash(&self, one: &[PersonIndex], other: &[PersonIndex], kin: &FxHashSet<(PersonIndex, PersonIndex)>) -> bool {
        one.iter().any(|x| other.iter().any(|y| self.pair(*x, *y).like_lodgers() && !related(kin, *x, *y)))
    }

    /// Whether some of those at one home whom the agent of these two serves look like lodgers: then nobody is taken
    /// for a family there by age and surname.
    fn among_lodgers(&mut self, one: PersonIndex, other: PersonIndex, people: &[PersonIndex]) -> bool {
        let like = |one: PersonIndex, other: PersonIndex| self.pair(one, other).may_have_one_agent();
        let served = |person: &PersonIndex| like(one, *person) && like(other, *person);
        let served: Vec<PersonIndex> = people.iter().copied().filter(served).collect();
        pairs(&served).any(|(one, other)| self.root(one) != self.root(other) && self.pair(one, other).like_lodgers())
    }

    fn join_under_roof(&mut self, one: PersonIndex, other: PersonIndex, sign: SecondSign) -> bool {
        let (who, of, source) = (other, one, TieSource::SharedHome);
        let tie = PersonTie { who, relation: Relation::FamilyMember, of, source, since: None, apart: false };
        let joined = self.bond(&tie);
        if joined {
            self.bonds.last_mut().expect("just pushed").besides = Some(sign);
            if sign == SecondSign::Couple {
                self.spouse.insert(one, other);
                self.spouse.insert(other, one);
            }
        }
        joined
    }

    /// Proposes to join two households, each pair of them once.
    fn propose(&mut self, proposal: Proposal) {
        let (a, b) = (self.root(proposal.one), self.root(proposal.other));
        let kept_apart = !self.apart.is_empty() && self.kept_apart(a, b);
        let settled = kept_apart || self.left_apart(a, b);
        if !settled && self.proposed.insert((a.min(b), a.max(b))) {
            self.proposals.push(proposal);
        }
    }

    /// Whether the office has looked at two households and left them as they are.
    fn left_apart(&mut self, a: PersonIndex, b: PersonIndex) -> bool {
        if self.reviewed.is_empty() {
            return false;
        }
        let pairs: Vec<(PersonIndex, PersonIndex)> = self.reviewed.iter().copied().collect();
        pairs.into_iter().any(|(one, other)| {
            let (one, other) = (self.root(one), self.root(other));
            (one, other) == (a, b) || (other, one) == (a, b)
        })
    }

    fn finish(mut self) -> Homes {
        let home_of: Vec<PersonIndex> = (0..self.people.len() as u32).map(|person| self.root(person)).collect();
        // Whoever has married again has parted, and whoever shares a household with the other has not.
        let alone = |person: PersonIndex| !self.spouse.contains_key(&person);
        let apart = |tie: &PersonTie| home_of[tie.who as usize] != home_of[tie.of as usize];
        self.parted.retain(|tie| alone(tie.who) && alone(tie.of) && apart(tie));
        Homes { home_of, bonds: self.bonds, proposals: self.proposals, parted: self.parted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Someone = Someone {
        birth_year: None,
        gender: None,
        homes: Vec::new(),
        agents: Vec::new(),
        phones: Vec::new(),
        surname: Sym::BLANK,
    };

    fn born(birth_year: i32) -> Someone {
        Someone { birth_year: Some(birth_year), ..NOBODY }
    }

    fn at(birth_year: i32, home: u32) -> Someone {
        Someone { birth_year: Some(birth_year), homes: vec![(home, None)], ..NOBODY }
    }

    fn tie(who: u32, relation: Relation, of: u32) -> PersonTie {
        PersonTie { who, relation, of, source: TieSource::Policy, since: None, apart: false }
    }

    /// The household of each person, as the lowest person in it.
    #[track_caller]
    fn case(people: &[Someone], ties: &[PersonTie], want: &[u32]) {
        let order: Vec<u32> = (0..people.len() as u32).collect();
        let as_of = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        assert_eq!(assemble(people, ties, &order, as_of).home_of, want);
        let mut turned: Vec<PersonTie> = ties.to_vec();
        turned.reverse();
        assert_eq!(assemble(people, &turned, &order, as_of).home_of, want, "ties in another order");
    }

    #[test]
    fn a_couple_and_their_child() {
        let people = [born(1980), born(1982), born(2010)];
        case(&people, &[tie(1, Relation::Wife, 0), tie(2, Relation::Son, 0)], &[0, 0, 0]);
    }

    #[test]
    fn a_married_child_has_a_home_of_its_own() {
        let people = [born(1955), born(1980), born(1982)];
        case(&people, &[tie(1, Relation::Son, 0), tie(2, Relation::Wife, 1)], &[0, 1, 1]);
    }

    #[test]
    fn parents_live_with_a_married_child_only_at_one_address() {
        let people = [at(1955, 7), at(1980, 7), born(1982)];
        case(&people, &[tie(0, Relation::Father, 1), tie(2, Relation::Wife, 1)], &[0, 0, 0]);
        let people = [at(1955, 7), at(1980, 8), born(1982)];
        case(&people, &[tie(0, Relation::Father, 1), tie(2, Relation::Wife, 1)], &[0, 1, 1]);
    }

    #[test]
    fn a_grown_up_child_elsewhere_has_left() {
        case(&[at(1970, 1), at(2000, 2)], &[tie(1, Relation::Daughter, 0)], &[0, 1]);
        case(&[at(1970, 1), at(2015, 2)], &[tie(1, Relation::Daughter, 0)], &[0, 0]);
    }

    #[test]
    fn the_newest_marriage_counts() {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1);
        let old = PersonTie { since: day(2010), ..tie(1, Relation::Wife, 0) };
        let new = PersonTie { since: day(2020), ..tie(2, Relation::Wife, 0) };
        case(&[born(1975), born(1976), born(1980)], &[old, new], &[0, 1, 0]);
    }

    #[test]
    fn a_relation_written_backwards_is_turned() {
        case(&[born(1980), born(2012)], &[tie(0, Relation::Son, 1)], &[0, 0]);
    }

    #[test]
    fn the_family_sheet_beats_everything() {
        let apart = PersonTie { source: TieSource::FamilySheet, apart: true, ..tie(1, Relation::Wife, 0) };
        case(&[NOBODY, NOBODY], &[tie(1, Relation::Wife, 0), apart], &[0, 1]);
        let joined = PersonTie { source: TieSource::FamilySheet, ..tie(1, Relation::Friend, 0) };
        case(&[NOBODY, NOBODY], &[joined], &[0, 0]);
    }

    /// Somebody living at home 7 whom agent 1 serves.
    fn lodged(birth_year: i32, gender: Gender, surname: u32) -> Someone {
        let (gender, surname) = (Some(gender), Sym(surname));
        Someone { birth_year: Some(birth_year), gender, homes: vec![(7, None)], agents: vec![Sym(1)], surname, ..NOBODY }
    }

    fn elsewhere(someone: Someone) -> Someone {
        Someone { homes: vec![(8, None)], ..someone }
    }

    use Gender::{Female, Male};

    #[test]
    fn one_home_and_one_more_sign_is_one_household() {
        // A couple by age and sex, whatever the surnames; their child, and the husband's mother, by theirs.
        let (man, woman) = (lodged(1980, Male, 1), lodged(1982, Female, 2));
        case(&[man.clone(), woman.clone()], &[], &[0, 0]);
        case(&[man.clone(), woman.clone(), lodged(2003, Female, 1), lodged(1956, Male, 1)], &[], &[0, 0, 0, 0]);
        case(&[man.clone(), lodged(2012, Male, 3)], &[], &[0, 0]);
        // Somebody of the one is related to somebody of the other.
        let beneficiary = PersonTie { source: TieSource::Beneficiary, ..tie(1, Relation::FamilyMember, 0) };
        case(&[man.clone(), lodged(1958, Female, 4)], &[beneficiary], &[0, 0]);
        // One telephone, though nothing be known of age and sex.
        let unknown = Someone { homes: vec![(7, None)], phones: vec![Sym(9)], ..NOBODY };
        case(&[unknown.clone(), unknown.clone()], &[], &[0, 0]);
        case(&[unknown.clone(), Someone { homes: vec![(8, None)], ..unknown }], &[], &[0, 1]);
    }

    #[test]
    fn one_home_alone_joins_nobody() {
        // Age and sex unknown; a generation apart with two surnames: landlord and tenant; two agents.
        let unknown = Someone { homes: vec![(7, None)], agents: vec![Sym(1)], ..NOBODY };
        case(&[unknown.clone(), unknown], &[], &[0, 1]);
        let (man, woman) = (lodged(1980, Male, 1), lodged(1982, Female, 2));
        case(&[man.clone(), lodged(1955, Female, 5)], &[], &[0, 1]);
        case(&[man.clone(), Someone { agents: vec![Sym(2)], ..woman.clone() }], &[], &[0, 1]);
        // Each has a home of their own now; a man and a woman who are both married to others.
        case(&[man.clone(), elsewhere(woman.clone())], &[], &[0, 1]);
        let others = [elsewhere(lodged(1981, Female, 3)), elsewhere(lodged(1981, Male, 4))];
        let people = [man, woman, others[0].clone(), others[1].clone()];
        case(&people, &[tie(2, Relation::Wife, 0), tie(3, Relation::Husband, 1)], &[0, 1, 0, 1]);
    }

    #[test]
    fn lodgers_are_no_family() {
        // Room mates; a dormitory with one woman in it; two families one agent has written to one door.
        case(&[lodged(1995, Male, 1), lodged(1997, Male, 2)], &[], &[0, 1]);
        case(&[lodged(1995, Male, 1), lodged(1997, Male, 2), lodged(1996, Female, 3)], &[], &[0, 1, 2]);
        let people = [
            lodged(1980, Male, 1),
            lodged(1982, Female, 2),
            lodged(1981, Male, 3),
            lodged(1983, Female, 4),
            lodged(2010, Male, 3),
        ];
        let married = [tie(1, Relation::Wife, 0), tie(3, Relation::Wife, 2)];
        case(&people, &married, &[0, 0, 2, 2, 4]);
        // The next tenants, served by somebody else, are in nobody's way.
        let next = [lodged(1980, Male, 3), lodged(1981, Female, 4)].map(|who| Someone { agents: vec![Sym(2)], ..who });
        let people = [lodged(1980, Male, 1), lodged(1982, Female, 2), next[0].clone(), next[1].clone()];
        case(&people, &[], &[0, 0, 2, 2]);
    }

    #[test]
    fn a_home_of_many_is_an_institution() {
        let people: Vec<Someone> =
            (0..10).map(|at| lodged(1940 + 2 * at, if at % 2 == 0 { Male } else { Female }, 1)).collect();
        case(&people, &[], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_marriage_that_is_over_is_no_sign() {
        // The former wife's old address; her former husband has another wife there.
        let people = [lodged(1975, Male, 1), lodged(1976, Female, 2), lodged(1980, Female, 3)];
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1);
        let old = PersonTie { since: day(2010), ..tie(1, Relation::Wife, 0) };
        let new = PersonTie { since: day(2020), ..tie(2, Relation::Wife, 0) };
        case(&people, &[old, new], &[0, 1, 0]);
    }

    #[test]
    fn father_and_mother_of_a_child_are_a_couple_unless_they_live_apart() {
        let child = |parent| tie(2, Relation::Son, parent);
        let person = |birth_year, gender, home: u32| Someone {
            birth_year: Some(birth_year),
            gender: Some(gender),
            homes: if home == 0 { Vec::new() } else { vec![(home, None)] },
            ..NOBODY
        };
        let family = |home| [person(1980, Male, home), person(1982, Female, 0), person(2012, Male, 0)];
        case(&family(0), &[child(0), child(1)], &[0, 0, 0]);
        case(&family(3), &[child(0), child(1)], &[0, 0, 0]);
        let parted = [person(1980, Male, 3), person(1982, Female, 4), person(2012, Male, 4)];
        case(&parted, &[child(0), child(1)], &[0, 1, 1]);
        // A father and a grandmother, both called parent by somebody.
        let wrong = [person(1980, Male, 0), person(1950, Female, 0), person(2012, Male, 0)];
        case(&wrong, &[child(0), child(1), tie(0, Relation::Son, 1)], &[0, 1, 0]);
    }

    #[test]
    fn other_relations_join_nobody() {
        case(&[NOBODY, NOBODY, NOBODY], &[tie(1, Relation::Friend, 0), tie(2, Relation::Sibling, 0)], &[0, 1, 2]);
    }
}
