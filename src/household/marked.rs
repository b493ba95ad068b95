//! Whose a card of ours is: its marks carry the number of the household and the people on it, whatever was written
//! over their names and telephones.

use rustc_hash::FxHashMap;

use crate::model::assembled::{Known, KnownMember};
use crate::model::client_no::ClientNo;
use crate::model::list::OwnRow;

/// Everybody who is or was in a household, by its number.
pub struct Marked<'k> {
    known: &'k Known,
    members: FxHashMap<ClientNo, Vec<&'k KnownMember>>,
    /// The mentions of each person, the first first.
    mentions: FxHashMap<u32, Vec<u32>>,
}

impl<'k> Marked<'k> {
    /// Of what the last run knew.
    pub fn of(known: &'k Known) -> Self {
        let mut members: FxHashMap<ClientNo, Vec<&KnownMember>> = FxHashMap::default();
        for member in &known.members {
            let mut numbers: Vec<ClientNo> =
                std::iter::once(&member.no).chain(&member.former).map(|no| no.household()).collect();
            numbers.sort_unstable();
            numbers.dedup();
            for number in numbers {
                members.entry(number).or_default().push(member);
            }
        }
        let mut mentions: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (mention, person) in (0..).zip(&known.person_ids) {
            mentions.entry(*person).or_default().push(mention);
        }
        Marked { known, members, mentions }
    }

    /// The client of the card a row stands on. A name that stands there unchanged must be theirs: on a card of another
    /// office it is somebody else's.
    pub fn client(&self, row: &OwnRow) -> Option<Found> {
        let name = &*row.name;
        let number = ClientNo::read((&*row.household).into()).good()?.household();
        let members = self.members.get(&number)?;
        let is_head = |member: &&&KnownMember| member.is_head && member.no.household() == number;
        let by_id = members.iter().find(|member| Some(member.person) == row.client);
        let found = by_id.or_else(|| members.iter().find(is_head)).filter(|member| self.is_called(member.person, name));
        let named = || members.iter().find(|member| !name.is_empty() && self.is_called(member.person, name));
        self.of_person(found.or_else(named)?.person)
    }

    /// The relative whose row it is. Who belongs to another household is known by the name, too.
    pub fn member(&self, row: &OwnRow, name: &str) -> Option<Found> {
        let number = ClientNo::read((&*row.household).into()).good()?.household();
        let person = row.member?;
        let is_member = self.members.get(&number)?.iter().any(|member| member.person == person);
        let is_theirs = self.is_called(person, name) && (is_member || !name.is_empty());
        is_theirs.then(|| self.of_person(person))?
    }

    fn of_person(&self, person: u32) -> Option<Found> {
        Some(Found { person, mention: *self.mentions.get(&person)?.first()? })
    }

    /// Whether the name was ever said of a person; of no name it was.
    fn is_called(&self, person: u32, name: &str) -> bool {
        let evidence = &self.known.evidence;
        let said = |mention: &u32| evidence.texts.text(evidence.mentions[*mention as usize].name) == name;
        name.is_empty() || self.mentions.get(&person).is_some_and(|mentions| mentions.iter().any(said))
    }

    /// The certificates that were ever said of a person.
    pub fn certificates(&self, person: u32) -> impl Iterator<Item = &str> {
        let evidence = &self.known.evidence;
        let said = self.mentions.get(&person).into_iter().flatten();
        said.map(|mention| evidence.texts.text(evidence.mentions[*mention as usize].certificate))
            .filter(|number| !number.is_empty())
    }
}

/// Somebody known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Person id.
    pub person: u32,
    /// The first that was ever said of them.
    pub mention: u32,
}
