//! Which addresses are one home: lists leave out town, district and unit as they please, and an address that
//! dozens share is an office or an agent's own.

use rayon::prelude::*;
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
    /// By symbol; none for texts that are no address keys.
    of: Vec<Dwelling>,
}

impl Dwellings {
    /// Gives every home a number.
    pub fn new(evidence: &Evidence) -> Self {
        let mut keys: Vec<Sym> = evidence.mentions.iter().flat_map(|mention| [mention.home, mention.near]).collect();
        keys.par_sort_unstable();
        keys.dedup();
        let regions = Regions::new(keys.iter().map(|key| evidence.texts.text(*key)));
        let places: Vec<String> = keys.par_iter().map(|key| regions.place(evidence.texts.text(*key))).collect();
        // 15幢603室 is 15-1-603 when no other unit of the house has a 603.
        let without_units: Vec<String> = places.par_iter().map(|place| without_unit(place)).collect();
        let mut with_unit: FxHashMap<&str, Option<&str>> = FxHashMap::default();
        for (place, house) in places.iter().zip(&without_units) {
            if unit(place).is_some_and(|unit| !unit.is_empty()) {
                let known = with_unit.entry(house).or_insert(Some(place));
                *known = known.filter(|known| *known == place);
            }
        }
        // In the order of their texts, so that the numbers do not depend on the order of lists.
        let mut in_order: Vec<(&str, Sym)> = Vec::with_capacity(keys.len());
        for ((place, house), key) in places.iter().zip(&without_units).zip(&keys) {
            let whole = || with_unit.get(house.as_str()).copied().flatten();
            let place = if unit(place) == Some("") { whole().unwrap_or(place) } else { place };
            in_order.push((place, *key));
        }
        in_order.par_sort_unstable();
        let mut of = vec![0; evidence.texts.texts().len()];
        let mut homes = 0;
        for same in in_order.chunk_by(|(one, _), (other, _)| one == other) {
            if !same[0].0.is_empty() {
                homes += 1;
                same.iter().for_each(|(_, key)| of[key.0 as usize] = homes);
            }
        }
        let mut names: Vec<(Dwelling, Sym)> =
            evidence.mentions.iter().map(|mention| (of[mention.home.0 as usize], mention.name)).collect();
        names.par_sort_unstable();
        names.dedup();
        let of_home = names.chunk_by(|(one, _), (other, _)| one == other);
        let crowded: FxHashSet<Dwelling> =
            of_home.filter(|names| names.len() > MOST_NAMES).map(|names| names[0].0).collect();
        of.iter_mut().filter(|home| crowded.contains(home)).for_each(|home| *home = 0);
        Dwellings { of }
    }

    /// The home an address key means; 0 when it says nothing.
    pub fn of(&self, home: Sym) -> Dwelling {
        self.of.get(home.0 as usize).copied().unwrap_or(0)
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
