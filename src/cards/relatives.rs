//! Relatives whom cards and registers name beside somebody of a household and who are no members of it: parents who
//! live elsewhere, a grown-up son with a home of his own. A card lists them behind its members, marked.

use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::columns::{flags, rows_by_id, text, whole};
use crate::book::Book;
use crate::model::assembled::TieSource;
use crate::model::gender::Gender;
use crate::model::relation::{Relation, RelationGroup};

/// Behind the relation of somebody who is no member of the household.
const ELSEWHERE: &str = "（不同户）";

/// Somebody whom a card names, and who is no member of its household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// Person id.
    pub person: i64,
    /// What they are to the head.
    pub relation: Relation,
}

impl Relative {
    /// What stands on the card: `父亲（不同户）`. It reads as the relation alone.
    pub fn shown(&self) -> String {
        format!("{}{ELSEWHERE}", self.relation.title())
    }
}

/// A member of a household.
#[derive(Clone)]
struct Inside<'b> {
    home: &'b str,
    relation: Option<Relation>,
}

/// The relatives of each household, by person.
pub fn relatives(book: &Book) -> PolarsResult<FxHashMap<Box<str>, Vec<Relative>>> {
    let mut found: FxHashMap<Box<str>, Vec<Relative>> = FxHashMap::default();
    let (Some(mentioned), Some(ids), Some(homes)) =
        (whole(&book.mentions, "person_id"), whole(&book.members, "person_id"), text(&book.members, "household_no"))
    else {
        return Ok(found);
    };
    let (relations, heads) = (text(&book.members, "relation"), flags(&book.members, "is_head"));
    let people = People::of(book);
    let mut members: FxHashMap<i64, Inside<'_>> = FxHashMap::default();
    let mut head_of: FxHashMap<&str, i64> = FxHashMap::default();
    let mut names: FxHashSet<(&str, &str)> = FxHashSet::default();
    let mut couples: FxHashSet<&str> = FxHashSet::default();
    for (row, (id, home)) in ids.iter().zip(homes.iter()).enumerate() {
        let (Some(id), Some(home)) = (id, home) else { continue };
        let relation = relations.as_ref().and_then(|relations| Relation::from_title(relations.get(row)?));
        if heads.as_ref().and_then(|heads| heads.get(row)) == Some(true) {
            head_of.insert(home, id);
        }
        if relation.is_some_and(|relation| relation.group() == RelationGroup::Spouse) {
            couples.insert(home);
        }
        names.insert((home, people.name(id)));
        members.insert(id, Inside { home, relation });
    }
    for Said { who, relation, of } in said(book, &mentioned)? {
        let Some(Inside { home, relation: of_head }) = members.get(&of).cloned() else { continue };
        let (lives, head) = (members.get(&who).map(|who| who.home), head_of.get(home).copied());
        // A wife of before is no relative beside the wife of now; a name that a member has is the member's.
        let is_over = relation.group() == RelationGroup::Spouse && couples.contains(home);
        if lives == Some(home) || is_over || lives.is_none() && names.contains(&(home, people.name(who))) {
            continue;
        }
        let to_head = match of_head {
            _ if Some(of) == head => relation,
            Some(of_head) if of_head.group() == RelationGroup::Spouse => {
                through_spouse(relation, head.and_then(|head| people.gender(head)))
            }
            _ => Relation::OtherKin,
        };
        let relation = people.gender(who).map_or(to_head, |sex| to_head.of_sex(sex));
        found.entry(home.into()).or_default().push(Relative { person: who, relation });
    }
    for relatives in found.values_mut() {
        // What tells more comes first.
        let vague = |relation: Relation| matches!(relation, Relation::FamilyMember | Relation::OtherKin);
        relatives.sort_by_key(|Relative { person, relation }| (*person, vague(*relation), relation.title()));
        relatives.dedup_by_key(|relative| relative.person);
    }
    Ok(found)
}

/// What somebody is to the head who is this to the head's husband or wife.
fn through_spouse(relation: Relation, head: Option<Gender>) -> Relation {
    match (relation.group(), head) {
        (RelationGroup::Child, _) => Relation::Child,
        (RelationGroup::Parent, Some(Gender::Male)) => Relation::WifesParent,
        (RelationGroup::Parent, Some(Gender::Female)) => Relation::HusbandsParent,
        _ => Relation::OtherKin,
    }
}

/// A statement of a card about two people.
struct Said {
    who: i64,
    relation: Relation,
    of: i64,
}

/// What cards and registers say of relatives.
fn said(book: &Book, mentioned: &Int64Chunked) -> PolarsResult<Vec<Said>> {
    let ties = &book.ties;
    let (Some(who), Some(of)) = (whole(ties, "who"), whole(ties, "of")) else { return Ok(Vec::new()) };
    let (relations, sources) = (ties.column("relation")?.str()?, ties.column("source")?.str()?);
    let person = |mention: Option<i64>| mentioned.get(usize::try_from(mention?).ok()?);
    let mut said = Vec::new();
    for row in 0..ties.height() {
        let relation = relations.get(row).and_then(Relation::from_title);
        let Some(relation) = relation.filter(|relation| relation.is_family() && *relation != Relation::Oneself) else {
            continue;
        };
        if sources.get(row) == Some(TieSource::Card.title())
            && let (Some(who), Some(of)) = (person(who.get(row)), person(of.get(row)))
            && who != of
        {
            said.push(Said { who, relation, of });
        }
    }
    Ok(said)
}

/// Names and sexes by person.
struct People {
    rows: FxHashMap<i64, u32>,
    names: Option<StringChunked>,
    genders: Option<StringChunked>,
}

impl People {
    fn of(book: &Book) -> People {
        People {
            rows: rows_by_id(&book.persons, "person_id"),
            names: text(&book.persons, "name"),
            genders: text(&book.persons, "gender"),
        }
    }

    fn name(&self, person: i64) -> &str {
        self.rows.get(&person).and_then(|row| self.names.as_ref()?.get(*row as usize)).unwrap_or("")
    }

    fn gender(&self, person: i64) -> Option<Gender> {
        self.rows.get(&person).and_then(|row| Gender::from_title(self.genders.as_ref()?.get(*row as usize)?))
    }
}
