//! Which persons are one household: a couple or a single adult, children who have not founded their own home,
//! parents at the same address. A hand-kept 家庭对照表 beats everything; a shared address, telephone or surname
//! alone joins nobody.

use chrono::{Datelike, NaiveDate};
use rustc_hash::{FxHashMap, FxHashSet};

use super::dwelling::Dwelling;
use crate::model::assembled::{PersonIndex, TieSource};
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
}

/// The households, as the person that stands for each, and the bonds that made them.
#[derive(Debug)]
pub struct Homes {
    /// For each person, the lowest person of the same household.
    pub home_of: Vec<PersonIndex>,
    /// Why.
    pub bonds: Vec<Bond>,
    /// Pairs of people with one home and one agent whom nothing else ties together.
    pub proposals: Vec<(PersonIndex, PersonIndex)>,
}

/// Parents are at least this much older than their children.
const GENERATION: i32 = 14;
/// From this age a child at another address has a home of its own.
const GROWN_UP: i32 = 18;
/// Nobody is married before.
const MARRIAGE: i32 = 20;
/// Grandparents are about this much older.
const GRANDPARENT: i32 = 42;
/// More people than one household has.
const MOST_IN_A_HOME: usize = 9;

/// Puts persons into households. `order` gives each person a place in an order that does not depend on how the
/// lists were read; it settles what nothing else settles. A home in common joins only where the office says so
/// (`same_home_joins`); otherwise it is a proposal.
pub fn assemble(people: &[Someone], ties: &[PersonTie], order: &[u32], as_of: NaiveDate, same_home_joins: bool) -> Homes {
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
    // A child of two homes is where it lives; then where the better source says.
    let (here, elsewhere): (Vec<PersonTie>, Vec<PersonTie>) = ties
        .iter()
        .filter(|tie| !tie.apart)
        .filter_map(|tie| homes.as_child(tie))
        .partition(|tie| homes.same_home_now(tie.who, tie.of) == Some(true));
    for tie in here.iter().chain(&elsewhere) {
        homes.parent_and_child(tie);
    }
    homes.share_homes(order, same_home_joins);
    homes.finish()
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
    proposals: Vec<(PersonIndex, PersonIndex)>,
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
                .filter(|tie| !tie.source.leaves_relation_open() && !is_spouse(tie.relation))
                .map(|tie| (tie.who.min(tie.of), tie.who.max(tie.of)))
                .collect(),
            apart: ties.iter().filter(|tie| tie.apart).map(|tie| (tie.who, tie.of)).collect(),
            bonds: Vec::new(),
            proposed: FxHashSet::default(),
            proposals: Vec::new(),
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
        self.bonds.push(Bond { who: tie.who, relation: tie.relation, of: tie.of, source: tie.source });
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

    /// Households that have the same home now and an agent in common may be one, if they are few.
    fn share_homes(&mut self, order: &[u32], joins: bool) {
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
        let mut at_home: Vec<(Dwelling, Vec<PersonIndex>)> = at_home.into_iter().collect();
        at_home.iter_mut().for_each(|(_, people)| people.sort_unstable_by_key(|person| order[*person as usize]));
        at_home.sort_unstable_by_key(|(_, people)| order[people[0] as usize]);
        for (_, people) in at_home.iter().filter(|(_, people)| people.len() <= MOST_IN_A_HOME) {
            for (at, one) in people.iter().enumerate() {
                for other in &people[at + 1..] {
                    let (a, b) = (&self.people[*one as usize].agents, &self.people[*other as usize].agents);
                    let one_agent = a.is_empty() && b.is_empty() || a.iter().any(|agent| b.contains(agent));
                    if !one_agent || self.root(*one) == self.root(*other) {
                        continue;
                    }
                    if joins {
                        self.bond(&PersonTie {
                            who: *other,
                            relation: Relation::FamilyMember,
                            of: *one,
                            source: TieSource::SharedHome,
                            since: None,
                            apart: false,
                        });
                    } else {
                        self.propose(*one, *other);
                    }
                }
            }
        }
    }

    /// Proposes to join two households, each pair of them once.
    fn propose(&mut self, one: PersonIndex, other: PersonIndex) {
        let (a, b) = (self.root(one), self.root(other));
        let kept_apart = !self.apart.is_empty() && self.kept_apart(a, b);
        if !kept_apart && self.proposed.insert((a.min(b), a.max(b))) {
            self.proposals.push((one, other));
        }
    }

    fn finish(mut self) -> Homes {
        let home_of = (0..self.people.len() as u32).map(|person| self.root(person)).collect();
        Homes { home_of, bonds: self.bonds, proposals: self.proposals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Someone = Someone { birth_year: None, gender: None, homes: Vec::new(), agents: Vec::new() };

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
        assert_eq!(assemble(people, ties, &order, as_of, true).home_of, want);
        let mut turned: Vec<PersonTie> = ties.to_vec();
        turned.reverse();
        assert_eq!(assemble(people, &turned, &order, as_of, true).home_of, want, "ties in another order");
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

    #[test]
    fn other_relations_join_nobody() {
        case(&[NOBODY, NOBODY, NOBODY], &[tie(1, Relation::Friend, 0), tie(2, Relation::Sibling, 0)], &[0, 1, 2]);
    }
}
