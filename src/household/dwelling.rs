//! Which addresses are one home: lists leave out town, district and unit as they please, and an address that
//! dozens share is an office or an agent's own.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::assembled::Evidence;
use crate::model::intern::Sym;

/// A home, by number; 0 is none.
pub type Dwelling = u32;

/// More names than live in one home.
const MOST_NAMES: usize = 12;

/// The home of every address key in the evidence.
#[derive(Debug)]
pub struct Dwellings {
    of: FxHashMap<Sym, Dwelling>,
}

impl Dwellings {
    /// Gives every home a number.
    pub fn new(evidence: &Evidence) -> Self {
        let keys: FxHashSet<Sym> = evidence.mentions.iter().flat_map(|mention| [mention.home, mention.near]).collect();
        let place = |sym: &Sym| evidence.texts.text(*sym).split_once('|').map_or("", |(_, place)| place);
        // 15幢603室 is 15-1-603 when no other unit of the house has a 603.
        let mut with_unit: FxHashMap<String, Option<&str>> = FxHashMap::default();
        for place in keys.iter().map(place).filter(|place| unit(place).is_some_and(|unit| !unit.is_empty())) {
            let known = with_unit.entry(without_unit(place)).or_insert(Some(place));
            *known = known.filter(|known| *known == place);
        }
        let mut numbers: FxHashMap<&str, Dwelling> = FxHashMap::from_iter([("", 0)]);
        let mut of: FxHashMap<Sym, Dwelling> = FxHashMap::default();
        // In the order of their texts, so that the numbers do not depend on the order of lists.
        let mut places: Vec<(&str, Sym)> = Vec::with_capacity(keys.len());
        for key in &keys {
            let place = place(key);
            let whole = with_unit.get(&without_unit(place)).copied().flatten();
            let place = if unit(place) == Some("") { whole.unwrap_or(place) } else { place };
            places.push((place, *key));
        }
        places.sort_unstable_by_key(|(place, _)| *place);
        for (place, key) in places {
            let next = numbers.len() as Dwelling;
            of.insert(key, *numbers.entry(place).or_insert(next));
        }
        let mut names: Vec<FxHashSet<Sym>> = vec![FxHashSet::default(); numbers.len()];
        for mention in &evidence.mentions {
            names[of[&mention.home] as usize].insert(mention.name);
        }
        for home in of.values_mut().filter(|home| names[**home as usize].len() > MOST_NAMES) {
            *home = 0;
        }
        Dwellings { of }
    }

    /// The home an address key means; 0 when it says nothing.
    pub fn of(&self, home: Sym) -> Dwelling {
        self.of.get(&home).copied().unwrap_or(0)
    }
}

/// Place, number, building, unit, room, as [`crate::model::address::Address::home_key`] joins them.
fn unit(place: &str) -> Option<&str> {
    place.split('|').nth(3)
}

fn without_unit(place: &str) -> String {
    place.split('|').enumerate().filter(|(at, _)| *at != 3).map(|(_, part)| part).collect::<Vec<_>>().join("|")
}
