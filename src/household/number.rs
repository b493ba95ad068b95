//! One household, one number, for ever: numbers given before are kept, those written on old cards are respected
//! when they are unambiguous, the rest get the next free one of their letter.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::assembled::{HouseholdIndex, NumberEntry, NumberState, PersonIndex};
use crate::model::client_no::ClientNo;
use crate::problem::Place;

/// A number that a card or list gives a household.
#[derive(Clone, Copy, Debug)]
pub struct CardNumber {
    /// The number.
    pub number: ClientNo,
    /// Whose.
    pub household: HouseholdIndex,
    /// Where it is written.
    pub place: Place,
    /// Beside whom.
    pub person: PersonIndex,
    /// The number with the member's, if it was written so: `W0001-2`.
    pub of_member: Option<ClientNo>,
}

/// A number from an earlier run, and the households its people are in now.
#[derive(Clone, Debug)]
pub struct Held {
    /// The number.
    pub number: ClientNo,
    /// Where its head is now, if the head is known.
    pub head_in: Option<HouseholdIndex>,
    /// Where its members are now.
    pub members_in: Vec<HouseholdIndex>,
}

/// A number from an earlier run that leads to another one, and where the people it was given to are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Former {
    /// The number.
    pub number: ClientNo,
    /// Where whoever was first in its household is now.
    pub household: HouseholdIndex,
}

/// What was odd about the numbers on the cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberTrouble {
    /// Written on cards of two households: the other keeps it.
    Twice { number: ClientNo, place: Place, other: Option<Place> },
    /// The household has a lower or older one.
    Several { number: ClientNo, kept: ClientNo, place: Place },
}

/// Every household's number.
#[derive(Debug)]
pub struct Numbered {
    /// By household.
    pub numbers: Vec<ClientNo>,
    /// By household: whether the number was given now.
    pub is_new: Vec<bool>,
    /// Every number ever given, in order.
    pub entries: Vec<NumberEntry>,
    /// What was odd.
    pub troubles: Vec<NumberTrouble>,
}

/// What is known of who has and had which number.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Numbers of the last run.
    pub held: &'a [Held],
    /// Numbers of runs before.
    pub former: &'a [Former],
    /// Numbers on cards, in the order of places.
    pub cards: &'a [CardNumber],
    /// The day the run stands for.
    pub today: NaiveDate,
}

/// Numbers all households. `letters` has each household's letter, for those that get a new number; they get it
/// in the order of `order`, which does not depend on how lists were read.
pub fn give(letters: &[char], order: &[HouseholdIndex], known: &[NumberEntry], told: &Told<'_>) -> Numbered {
    let Told { held, former, cards, today } = *told;
    let mut entries: BTreeMap<ClientNo, NumberEntry> = known.iter().map(|entry| (entry.number, *entry)).collect();
    let mut numbers: Vec<Option<ClientNo>> = vec![None; letters.len()];
    let mut is_new = vec![false; letters.len()];
    let mut troubles = Vec::new();

    // Earlier runs first: the part with the head keeps the number; a household with several keeps the lowest.
    let mut held: Vec<&Held> = held.iter().collect();
    held.sort_by_key(|held| held.number);
    for one in held {
        let Some(home) = one.head_in.or_else(|| most_frequent(&one.members_in)) else { continue };
        match numbers[home as usize] {
            None => {
                numbers[home as usize] = Some(one.number);
                set_state(&mut entries, one.number, NumberState::Active, today);
            }
            Some(kept) => set_state(&mut entries, one.number, NumberState::MergedInto(kept), today),
        }
    }

    // A number that was merged leads to the people it was given to: those who are apart again have it back.
    let mut former = former.to_vec();
    former.sort_unstable();
    for Former { number, household } in former {
        if !matches!(entries.get(&number).map(|entry| entry.state), Some(NumberState::MergedInto(_))) {
            continue;
        }
        match &mut numbers[household as usize] {
            Some(kept) => set_state(&mut entries, number, NumberState::MergedInto(*kept), today),
            free => {
                *free = Some(number);
                set_state(&mut entries, number, NumberState::Active, today);
            }
        }
    }

    // Then the cards: the first place a number is written keeps it.
    let mut first: FxHashMap<ClientNo, CardNumber> = FxHashMap::default();
    let mut by_household: BTreeMap<HouseholdIndex, Vec<CardNumber>> = BTreeMap::new();
    let owners: FxHashMap<ClientNo, HouseholdIndex> =
        numbers.iter().zip(0..).filter_map(|(number, home)| number.map(|number| (number, home))).collect();
    let on_card = |number: ClientNo, household: HouseholdIndex| {
        cards.iter().find(|card| card.number == number && card.household == household).map(|card| card.place)
    };
    for card in cards {
        let number = forwarded(&entries, card.number);
        if let Some(owner) = owners.get(&number) {
            if *owner != card.household {
                let other = on_card(card.number, *owner);
                troubles.push(NumberTrouble::Twice { number: card.number, place: card.place, other });
            } else if number != card.number {
                // Said every month until the card is changed.
                troubles.push(NumberTrouble::Several { number: card.number, kept: number, place: card.place });
            }
            continue;
        }
        match first.get(&number) {
            Some(earlier) if earlier.household != card.household => {
                troubles.push(NumberTrouble::Twice { number, place: card.place, other: Some(earlier.place) });
            }
            Some(_) => {}
            None => {
                first.insert(number, *card);
                by_household.entry(card.household).or_default().push(*card);
            }
        }
    }
    for (household, mut cards) in by_household {
        cards.sort_by_key(|card| (card.number, card.place));
        for card in cards {
            match numbers[household as usize] {
                None => {
                    numbers[household as usize] = Some(card.number);
                    set_state(&mut entries, card.number, NumberState::Active, today);
                }
                Some(kept) => {
                    set_state(&mut entries, card.number, NumberState::MergedInto(kept), today);
                    troubles.push(NumberTrouble::Several { number: card.number, kept, place: card.place });
                }
            }
        }
    }

    let mut last: FxHashMap<char, u32> = FxHashMap::default();
    for number in entries.keys() {
        let highest = last.entry(number.letter()).or_default();
        *highest = (*highest).max(number.sequence());
    }
    for household in order {
        if numbers[*household as usize].is_none() {
            let sequence = last.entry(letters[*household as usize]).or_default();
            *sequence += 1;
            let number = ClientNo::new(letters[*household as usize], *sequence).expect("a letter and a sequence from 1");
            numbers[*household as usize] = Some(number);
            is_new[*household as usize] = true;
            set_state(&mut entries, number, NumberState::Active, today);
        }
    }
    let numbers: Vec<ClientNo> =
        numbers.into_iter().map(|number| number.expect("every household is in the order")).collect();
    // Only a month that is worked out afresh loses anybody.
    let in_use: FxHashSet<ClientNo> = numbers.iter().copied().collect();
    for entry in entries.values_mut().filter(|entry| entry.state == NumberState::Active) {
        if !in_use.contains(&entry.number) {
            entry.state = NumberState::Retired;
        }
    }
    Numbered { numbers, is_new, entries: entries.into_values().collect(), troubles }
}

/// Somebody who gets a number within a household.
#[derive(Clone, Debug, Default)]
pub struct Membership {
    /// Number of the household.
    pub household: Option<ClientNo>,
    /// Numbers this person had in earlier runs, the last one first, those of other households behind.
    pub before: Vec<ClientNo>,
    /// The number written for this person on a card, if there is one.
    pub written: Option<ClientNo>,
}

/// Numbers everybody within their households: who had a number there keeps it, one written on a card is
/// respected if nobody ever had it, the others get the next. `people` are in the order of households and within
/// them the head first.
pub fn number_members(people: &[Membership], entries: &mut [NumberEntry]) -> Vec<ClientNo> {
    let at: FxHashMap<ClientNo, usize> = entries.iter().enumerate().map(|(at, entry)| (entry.number, at)).collect();
    let mut numbers: Vec<Option<ClientNo>> = vec![None; people.len()];
    let mut taken: FxHashSet<ClientNo> = FxHashSet::default();
    let own =
        |member: &Membership, number: &ClientNo| number.member().is_some() && member.household == Some(number.household());
    for (number, member) in numbers.iter_mut().zip(people) {
        *number = member.before.iter().copied().find(|before| own(member, before) && taken.insert(*before));
    }
    for (number, member) in numbers.iter_mut().zip(people).filter(|(number, _)| number.is_none()) {
        let Some(entry) = member.household.and_then(|household| at.get(&household)) else { continue };
        let is_new = |written: &ClientNo| written.member() > Some(u32::from(entries[*entry].members));
        *number = member.written.filter(|written| own(member, written) && is_new(written) && taken.insert(*written));
    }
    for number in numbers.iter().flatten() {
        if let (Some(entry), Some(member)) = (at.get(&number.household()), number.member()) {
            let given = &mut entries[*entry].members;
            *given = (*given).max(member as u8);
        }
    }
    let mut next = |household: ClientNo| {
        let given = &mut entries[at[&household]].members;
        *given = given.saturating_add(1);
        household.of_member(*given)
    };
    let number = |(number, member): (Option<ClientNo>, &Membership)| {
        number.unwrap_or_else(|| next(member.household.expect("everybody here is in a household")))
    };
    numbers.into_iter().zip(people).map(number).collect()
}

fn set_state(entries: &mut BTreeMap<ClientNo, NumberEntry>, number: ClientNo, state: NumberState, today: NaiveDate) {
    entries.entry(number).or_insert(NumberEntry { number, state, given: today, members: 0 }).state = state;
}

/// Where a number leads now.
fn forwarded(entries: &BTreeMap<ClientNo, NumberEntry>, number: ClientNo) -> ClientNo {
    let mut at = number;
    // A chain is as long as the number of mergers; a ring cannot arise, but a damaged file must not hang us.
    for _ in 0..entries.len() {
        match entries.get(&at).map(|entry| entry.state) {
            Some(NumberState::MergedInto(next)) => at = next,
            _ => break,
        }
    }
    at
}

fn most_frequent(homes: &[HouseholdIndex]) -> Option<HouseholdIndex> {
    let mut counts: BTreeMap<HouseholdIndex, usize> = BTreeMap::new();
    for home in homes {
        *counts.entry(*home).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(home, count)| (*count, std::cmp::Reverse(*home))).map(|(home, _)| home)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::SourceId;

    fn no(text: &str) -> ClientNo {
        ClientNo::read(text.into()).good().expect(text)
    }

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
    }

    fn active(text: &str) -> NumberEntry {
        NumberEntry { number: no(text), state: NumberState::Active, given: day(), members: 0 }
    }

    fn card(text: &str, household: u32, row: u32) -> CardNumber {
        CardNumber { number: no(text), household, place: Place::row(SourceId(0), row), person: 0, of_member: None }
    }

    fn held(text: &str, head_in: u32) -> Held {
        Held { number: no(text), head_in: Some(head_in), members_in: vec![head_in] }
    }

    #[track_caller]
    fn case(letters: &str, known: &[NumberEntry], held: &[Held], cards: &[CardNumber], want: &[&str]) -> Numbered {
        with_former(letters, known, held, &[], cards, want)
    }

    #[track_caller]
    fn with_former(
        letters: &str,
        known: &[NumberEntry],
        held: &[Held],
        former: &[Former],
        cards: &[CardNumber],
        want: &[&str],
    ) -> Numbered {
        let letters: Vec<char> = letters.chars().collect();
        let order: Vec<u32> = (0..letters.len() as u32).collect();
        let numbered = give(&letters, &order, known, &Told { held, former, cards, today: day() });
        assert_eq!(numbered.numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), want);
        numbered
    }

    #[test]
    fn new_households_get_the_next_free_number_of_their_letter() {
        case("WWZ", &[], &[], &[], &["W0001", "W0002", "Z0001"]);
        case("WWZ", &[active("W0007")], &[held("W0007", 1)], &[], &["W0008", "W0007", "Z0001"]);
    }

    #[test]
    fn a_number_once_given_is_never_given_again() {
        let retired = NumberEntry { state: NumberState::Retired, ..active("W0009") };
        case("W", &[retired], &[], &[], &["W0010"]);
    }

    #[test]
    fn a_number_on_an_old_card_is_kept() {
        case("WW", &[], &[], &[card("W012", 1, 5)], &["W0013", "W0012"]);
    }

    #[test]
    fn one_number_on_two_cards() {
        let numbered = case("WW", &[], &[], &[card("W0001", 0, 5), card("W0001", 1, 9)], &["W0001", "W0002"]);
        assert!(matches!(numbered.troubles[..], [NumberTrouble::Twice { .. }]));
    }

    #[test]
    fn two_numbers_on_one_household() {
        let numbered = case("W", &[], &[], &[card("W0005", 0, 5), card("W0003", 0, 9)], &["W0003"]);
        assert!(matches!(numbered.troubles[..], [NumberTrouble::Several { .. }]));
        assert_eq!(numbered.entries[1].state, NumberState::MergedInto(no("W0003")));
    }

    #[test]
    fn merged_households_keep_the_lower_number_and_a_forwarding_entry() {
        let known = [active("W0002"), active("W0004")];
        let numbered = case("W", &known, &[held("W0004", 0), held("W0002", 0)], &[], &["W0002"]);
        assert_eq!(numbered.entries[1].state, NumberState::MergedInto(no("W0002")));
        // Next month somebody still writes the old number on a card.
        let again = case("W", &numbered.entries, &[held("W0002", 0)], &[card("W0004", 0, 3)], &["W0002"]);
        assert!(matches!(again.troubles[..], [NumberTrouble::Several { .. }]));
    }

    #[test]
    fn a_merged_number_leads_to_the_people_it_was_given_to() {
        let merged = NumberEntry { state: NumberState::MergedInto(no("W0002")), ..active("W0004") };
        let known = [active("W0002"), merged];
        let former = |household| [Former { number: no("W0004"), household }];
        let home = Held { number: no("W0002"), head_in: Some(0), members_in: vec![0, 0] };
        // Still together.
        let numbered = with_former("W", &known, std::slice::from_ref(&home), &former(0), &[], &["W0002"]);
        assert_eq!(numbered.entries[1].state, NumberState::MergedInto(no("W0002")));
        // Apart again: they have it back, and an old card is right again.
        let numbered =
            with_former("WW", &known, std::slice::from_ref(&home), &former(1), &[card("W0004", 1, 5)], &["W0002", "W0004"]);
        assert_eq!((numbered.entries[1].state, numbered.troubles.len()), (NumberState::Active, 0));
        // Apart, and with others who have a number: it leads there, and an old card is told.
        let held = [home, held("W0009", 1)];
        let known = [known[0], known[1], active("W0009")];
        let numbered = with_former("WW", &known, &held, &former(1), &[card("W0004", 1, 5)], &["W0002", "W0009"]);
        assert_eq!(numbered.entries[1].state, NumberState::MergedInto(no("W0009")));
        assert!(matches!(numbered.troubles[..], [NumberTrouble::Several { .. }]), "{:?}", numbered.troubles);
    }

    /// Number of the household, numbers before, number on a card; the numbers wanted.
    #[track_caller]
    fn members(people: &[(&str, &[&str], &str)], given: u8, want: &[&str]) {
        let mut entries = [NumberEntry { members: given, ..active("W0001") }, active("W0002")];
        let member = |(household, before, written): &(&str, &[&str], &str)| Membership {
            household: Some(no(household)),
            before: before.iter().map(|text| no(text)).collect(),
            written: ClientNo::read((*written).into()).good(),
        };
        let people: Vec<Membership> = people.iter().map(member).collect();
        let numbers = number_members(&people, &mut entries);
        assert_eq!(numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), want);
        // Another month changes none of them.
        let again: Vec<Membership> = people
            .into_iter()
            .zip(&numbers)
            .map(|(person, number)| Membership { before: vec![*number], ..person })
            .collect();
        assert_eq!(number_members(&again, &mut entries), numbers);
    }

    #[test]
    fn members_are_numbered_within_their_household() {
        members(&[("W0001", &[], ""), ("W0001", &[], ""), ("W0002", &[], "")], 0, &["W0001-1", "W0001-2", "W0002-1"]);
        // Another head, somebody new, somebody gone: W0001-2 is nobody else's.
        members(
            &[("W0001", &["W0001-3"], ""), ("W0001", &["W0001-1"], ""), ("W0001", &[], "")],
            3,
            &["W0001-3", "W0001-1", "W0001-4"],
        );
        // Merged in, split off.
        members(&[("W0001", &["W0001-1"], ""), ("W0001", &["W0002-1"], "")], 1, &["W0001-1", "W0001-2"]);
        members(&[("W0002", &["W0001-2"], "")], 2, &["W0002-1"]);
        // Written on a card: respected while it was nobody's.
        members(&[("W0001", &[], "W0001-2"), ("W0001", &[], "")], 0, &["W0001-2", "W0001-3"]);
        members(&[("W0001", &[], "W0001-2")], 2, &["W0001-3"]);
        members(
            &[("W0001", &[], "W0001-2"), ("W0001", &[], "W0001-2"), ("W0001", &[], "W0002-7")],
            0,
            &["W0001-2", "W0001-3", "W0001-4"],
        );
        // A book of an older version, and two people who turned out to be one.
        members(&[("W0001", &["W0001"], ""), ("W0001", &["W0001-2", "W0001-4"], "")], 4, &["W0001-5", "W0001-2"]);
    }

    #[test]
    fn after_a_split_the_part_with_the_head_keeps_the_number() {
        let split = Held { number: no("W0001"), head_in: Some(1), members_in: vec![0, 0, 1] };
        case("WW", &[active("W0001")], &[split], &[], &["W0002", "W0001"]);
    }
}
