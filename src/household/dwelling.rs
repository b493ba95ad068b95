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
        let regions = Regions::new(keys.iter().map(|key| evidence.texts.text(*key)));
        let places: FxHashMap<Sym, String> =
            keys.iter().map(|key| (*key, regions.place(evidence.texts.text(*key)))).collect();
        // 15幢603室 is 15-1-603 when no other unit of the house has a 603.
        let mut with_unit: FxHashMap<String, Option<&str>> = FxHashMap::default();
        for place in places.values().filter(|place| unit(place).is_some_and(|unit| !unit.is_empty())) {
            let known = with_unit.entry(without_unit(place)).or_insert(Some(place));
            *known = known.filter(|known| *known == place);
        }
        let mut numbers: FxHashMap<&str, Dwelling> = FxHashMap::from_iter([("", 0)]);
        let mut of: FxHashMap<Sym, Dwelling> = FxHashMap::default();
        // In the order of their texts, so that the numbers do not depend on the order of lists.
        let mut in_order: Vec<(&str, Sym)> = Vec::with_capacity(keys.len());
        for (key, place) in &places {
            let whole = with_unit.get(&without_unit(place)).copied().flatten();
            let place = if unit(place) == Some("") { whole.unwrap_or(place) } else { place };
            in_order.push((place, *key));
        }
        in_order.sort_unstable_by_key(|(place, _)| *place);
        for (place, key) in in_order {
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

/// Towns and districts with the roads and estates that the lists name in them.
struct Regions<'e> {
    places: FxHashSet<(&'e str, &'e str)>,
}

impl<'e> Regions<'e> {
    fn new(keys: impl Iterator<Item = &'e str>) -> Self {
        let split = |key: &'e str| {
            let mut parts = key.split('|');
            Some((parts.next()?, parts.next()?)).filter(|(region, place)| !region.is_empty() && !place.is_empty())
        };
        Regions { places: keys.filter_map(split).collect() }
    }

    /// An address key without its region, as the lists write that home most fully: a region that stands before the
    /// place without 市 or 区 (南京浦口清凉新城) is taken off where other rows know the place in that region, and
    /// 14号2单元603 is building 14.
    fn place(&self, key: &str) -> String {
        let Some((region, rest)) = key.split_once('|') else { return String::new() };
        let parts: Vec<&str> = rest.split('|').collect();
        let [place, number, building, unit, room] = parts[..] else { return rest.to_string() };
        let place = if region.is_empty() { self.without_region(place) } else { place };
        let counted = building.is_empty() && !unit.is_empty() && !room.is_empty();
        let (number, building) = if counted { ("", number) } else { (number, building) };
        [place, number, building, unit, room].join("|")
    }

    fn without_region<'p>(&self, place: &'p str) -> &'p str {
        let starts: Vec<usize> = place.char_indices().map(|(at, _)| at).chain([place.len()]).collect();
        let region_ends = |at: usize| {
            let knows = |from: &usize| self.places.contains(&(&place[starts[*from]..starts[at]], &place[starts[at]..]));
            (0..at.saturating_sub(1)).any(|from| knows(&from))
        };
        (2..starts.len().saturating_sub(2)).find(|at| region_ends(*at)).map_or(place, |at| &place[starts[at]..])
    }
}

/// Place, number, building, unit, room, as [`crate::model::address::Address::home_key`] joins them.
fn unit(place: &str) -> Option<&str> {
    place.split('|').nth(3)
}

fn without_unit(place: &str) -> String {
    place.split('|').enumerate().filter(|(at, _)| *at != 3).map(|(_, part)| part).collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address;
    use crate::model::assembled::Mention;

    /// Whether two addresses are one home, given that the lists name others besides.
    #[track_caller]
    fn case(one: &str, other: &str, beside: &[&str], want: bool) {
        let mut evidence = Evidence::default();
        for typed in [one, other].iter().chain(beside) {
            let home = address::key(typed).map_or(Sym::BLANK, |key| evidence.texts.intern(&key));
            evidence.mentions.push(Mention { home, ..Mention::default() });
        }
        let dwellings = Dwellings::new(&evidence);
        let [a, b] = [0, 1].map(|at: usize| dwellings.of(evidence.mentions[at].home));
        assert_eq!(a != 0 && a == b, want, "{one} / {other}");
    }

    #[test]
    fn lists_leave_out_what_they_please() {
        let whole = "江苏省南京市浦口区清凉新城3幢1单元102室";
        case(whole, "浦口区清凉新城3栋1单元102", &[], true);
        case(whole, "清凉新城3幢102室", &[], true);
        case(whole, "清凉新城3幢102室", &["清凉新城3幢2单元102室"], false);
        case(whole, "清凉新城3幢1单元103室", &[], false);
        case("桂花新村14号2单元603室", "桂花新村14栋2单元603室", &[], true);
        case("和平路158号", "和平路158号", &[], false);
    }

    #[test]
    fn a_region_without_its_ending_is_one_where_other_rows_know_it() {
        let whole = "江苏省南京市浦口区清凉新城3幢1单元102室";
        case("南京浦口清凉新城3-102", whole, &[], true);
        case("浦口清凉新城3-102", whole, &[], true);
        case("南京浦口清凉新城3-102", "清凉新城3幢1单元102室", &[], false);
        case("南京浦口清凉新城3-102", "江宁区清凉新城3幢1单元102室", &[], false);
    }
}
