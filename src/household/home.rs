//! Which persons are one household: a couple or a single adult, children who have not founded their own home,
//! parents at the same address. A hand-kept 家庭对照表 beats everything; a shared address, telephone or surname
//! alone joins nobody.

use chrono::{Datelike, NaiveDate};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::assembled::{PersonIndex, TieSource};
use crate::model::relation::{Relation, RelationGroup};

/// What is known of a person here.
#[derive(Clone, Debug, Default)]
pub struct Someone {
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Homes given for this person, as numbers that are equal for equal homes.
    pub homes: Vec<u32>,
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
}

/// Parents are at least this much older than their children.
const GENERATION: i32 = 14;
/// From this age a child at another address has a home of its own.
const GROWN_UP: i32 = 18;

/// Puts persons into households. `order` gives each person a place in an order that does not depend on how the
/// lists were read; it settles what nothing else settles.
pub fn assemble(people: &[Someone], ties: &[PersonTie], order: &[u32], as_of: NaiveDate) -> Homes {
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
    for tie in ties.iter().filter(|tie| !tie.apart && (is_child(tie.relation) || is_parent(tie.relation))) {
        homes.parent_and_child(tie);
    }
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
    /// Pairs that the 家庭对照表 keeps apart.
    apart: Vec<(PersonIndex, PersonIndex)>,
    bonds: Vec<Bond>,
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
            apart: ties.iter().filter(|tie| tie.apart).map(|tie| (tie.who, tie.of)).collect(),
            bonds: Vec::new(),
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
        if self.bond(tie) {
            self.spouse.insert(who, of);
            self.spouse.insert(of, who);
        }
    }

    fn parent_and_child(&mut self, tie: &PersonTie) {
        let (child, parent) = if is_child(tie.relation) { (tie.who, tie.of) } else { (tie.of, tie.who) };
        if child == parent {
            return;
        }
        let founded = self.spouse.contains_key(&child) || self.parents.contains(&child);
        let addresses = self.addresses(child, parent);
        let together = if founded {
            addresses == Some(true)
        } else {
            let grown_up = self.people[child as usize].birth_year.is_some_and(|year| self.as_of.year() - year >= GROWN_UP);
            let moved_out = grown_up && addresses == Some(false);
            !moved_out && !self.lives_with_another_parent(child, parent)
        };
        if together && self.bond(tie) {
            self.with_a_parent.insert(child);
        }
    }

    /// Whether a child is in the home of a parent who is not married to this one.
    fn lives_with_another_parent(&mut self, child: PersonIndex, parent: PersonIndex) -> bool {
        self.with_a_parent.contains(&child) && self.root(child) != self.root(parent)
    }

    /// Whether two persons give the same home; `None` when one of them gives none.
    fn addresses(&self, one: PersonIndex, other: PersonIndex) -> Option<bool> {
        let (a, b) = (&self.people[one as usize].homes, &self.people[other as usize].homes);
        if a.is_empty() || b.is_empty() { None } else { Some(a.iter().any(|home| b.contains(home))) }
    }

    fn finish(mut self) -> Homes {
        let home_of = (0..self.people.len() as u32).map(|person| self.root(person)).collect();
        Homes { home_of, bonds: self.bonds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Someone = Someone { birth_year: None, homes: Vec::new() };

    fn born(birth_year: i32) -> Someone {
        Someone { birth_year: Some(birth_year), homes: Vec::new() }
    }

    fn at(birth_year: i32, home: u32) -> Someone {
        Someone { birth_year: Some(birth_year), homes: vec![home] }
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

    #[test]
    fn other_relations_join_nobody() {
        case(&[NOBODY, NOBODY, NOBODY], &[tie(1, Relation::Friend, 0), tie(2, Relation::Sibling, 0)], &[0, 1, 2]);
    }
}
