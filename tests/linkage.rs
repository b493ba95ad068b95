//! How well persons and households are told apart, on invented towns whose truth is known.
//!
//! `cargo test --test linkage -- --nocapture` prints the figures; `FUWUKA_SEED=7 FUWUKA_FAMILIES=5000` before it
//! measures another town.

#[path = "common/town.rs"]
mod town;

use std::collections::HashMap;
use std::hash::Hash;

use fuwuka::household::{Inputs, assemble};
use fuwuka::input::Input;
use fuwuka::model::assembled::{Known, NONE};
use fuwuka::problem::Problems;
use fuwuka::progress::Progress;
use fuwuka::templates::Templates;
use fuwuka::templates::fields::{Field, Role};
use town::Town;

/// Precision and recall over pairs of mentions, and how much is exactly right.
#[derive(Debug)]
struct Figures {
    persons: f64,
    /// Pairs of different people: one household?
    strict: f64,
    /// The same, pairs of one family in two households not counted against.
    lenient: f64,
    /// Share of households that are exactly one number.
    exact: f64,
}

fn pairs<K: Hash + Eq>(keys: impl Iterator<Item = K>) -> f64 {
    let mut counts: HashMap<K, f64> = HashMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1.0);
    counts.values().map(|count| count * (count - 1.0) / 2.0).sum()
}

fn f1(hit: f64, said: f64, are: f64) -> f64 {
    2.0 * hit / (said + are)
}

/// Household told, household true: what two mentions must share.
type Homes = (Option<u32>, Option<usize>);

/// A mention as (person, household) told, and (person, household, family) true.
type Mention = ((u32, u32), (usize, usize, usize));

fn figures(mentions: &[Mention]) -> Figures {
    let person =
        |told: bool, is: bool| pairs(mentions.iter().map(move |((p, _), (q, ..))| (told.then_some(*p), is.then_some(*q))));
    // Pairs of different true people only, or the many pairs of one person would hide everything.
    let of = |key: &dyn Fn(&Mention) -> Homes| {
        pairs(mentions.iter().map(key)) - pairs(mentions.iter().map(|mention| (key(mention), mention.1.0)))
    };
    let hit = of(&|((_, h), (_, g, _))| (Some(*h), Some(*g)));
    let said = of(&|((_, h), _)| (Some(*h), None));
    let are = of(&|(_, (_, g, _))| (None, Some(*g)));
    let in_family = pairs(mentions.iter().map(|((_, h), (.., f))| (*h, *f)));
    let in_home = pairs(mentions.iter().map(|((_, h), (_, g, _))| (*h, *g)));
    let mut homes: HashMap<usize, Vec<u32>> = HashMap::new();
    let mut told: HashMap<u32, Vec<usize>> = HashMap::new();
    for ((_, h), (_, g, _)) in mentions {
        homes.entry(*g).or_default().push(*h);
        told.entry(*h).or_default().push(*g);
    }
    let is_one = |numbers: &Vec<u32>| numbers.iter().all(|number| *number == numbers[0]);
    let right = homes.values().filter(|numbers| is_one(numbers) && told[&numbers[0]].len() == numbers.len()).count();
    Figures {
        persons: f1(person(true, true), person(true, false), person(false, true)),
        strict: f1(hit, said, are),
        lenient: f1(hit, said - (in_family - in_home), are),
        exact: right as f64 / homes.len() as f64,
    }
}

fn linked(town: &Town) -> Vec<Mention> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        Input::new(path, name.to_string())
    };
    let inputs = [file("保单清单.csv", &town.policies), file("登记表.csv", &town.cards)];
    let templates = Templates::builtin();
    let mut problems = Problems::default();
    let read = fuwuka::read::all(&inputs, &templates, &Progress::hidden(), &mut problems);
    let lists = read.lists;
    let known = Known::default();
    let (sources, as_of) = (&read.sources, town::today());
    let inputs = Inputs { lists: &lists, sources, known: &known, templates: &templates, as_of };
    let assembled = assemble(&inputs, &mut problems);
    let household_of = assembled.household_of_person();
    let truth: HashMap<&str, (usize, usize)> =
        town.truth.iter().map(|(no, holder, insured)| (no.as_str(), (*holder, *insured))).collect();
    let mut mentions = Vec::new();
    for (list, links) in lists.iter().zip(&assembled.links).filter(|(list, _)| list.kind.has_policies()) {
        for row in 0..list.len() {
            let (holder, insured) = truth[list.text(Field::POLICY_NO, row)];
            for (role, is) in [(Role::Applicant, holder), (Role::Insured, insured)] {
                let person = links.person(role, row);
                assert_ne!(person, NONE, "row {row} names somebody");
                let (home, family) = town.home_and_family[is];
                mentions.push(((person, household_of[person as usize]), (is, home, family)));
            }
        }
    }
    assert_eq!(mentions.len(), 2 * town.truth.len());
    mentions
}

/// What the town's dirt allows is told as well as this.
#[track_caller]
fn at_least(seed: u64, dirt: usize, want: Figures) {
    let number =
        |name: &str, otherwise: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (seed, families) = (number("FUWUKA_SEED", seed as usize) as u64, number("FUWUKA_FAMILIES", 800));
    let got = figures(&linked(&town::town(seed, dirt, families)));
    println!("seed {seed}, dirt {dirt}, {families} families: {got:.4?}");
    let pairs =
        [(got.persons, want.persons), (got.strict, want.strict), (got.lenient, want.lenient), (got.exact, want.exact)];
    assert!(pairs.iter().all(|(got, want)| got >= want), "{got:?} is less than {want:?}");
}

#[test]
fn a_town_with_the_usual_dirt() {
    for seed in [1, 2, 3] {
        at_least(seed, 1, Figures { persons: 0.998, strict: 0.965, lenient: 0.97, exact: 0.945 });
    }
}

#[test]
fn a_town_twice_as_dirty() {
    for seed in [4, 5, 6] {
        at_least(seed, 2, Figures { persons: 0.99, strict: 0.935, lenient: 0.94, exact: 0.90 });
    }
}

#[test]
fn the_measure_knows_right_from_wrong() {
    // Two people of one household and one of another; told right, split, and joined.
    let are = [(0, 0, 0), (0, 0, 0), (1, 0, 0), (2, 1, 0)];
    let told = |persons: [u32; 4], homes: [u32; 4]| {
        let mentions: Vec<Mention> = (0..4).map(|at| ((persons[at], homes[at]), are[at])).collect();
        figures(&mentions)
    };
    let right = told([7, 7, 8, 9], [1, 1, 1, 2]);
    assert_eq!([right.persons, right.strict, right.lenient, right.exact], [1.0; 4]);
    let split = told([6, 7, 8, 9], [1, 1, 3, 2]);
    assert_eq!([split.persons, split.strict, split.exact], [0.0, 0.0, 0.5]);
    let joined = told([7, 7, 8, 9], [1, 1, 1, 1]);
    assert!(joined.strict < 0.6 && joined.lenient == 1.0 && joined.exact == 0.0, "{joined:?}");
}
