//! How much two mentions speak for being one person, in bits: each kind of evidence is one small function, worth
//! about as many bits as people it tells apart (a telephone one in two thousand, a birth date one in ten
//! thousand). A name that so many known people have says that much less.

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::dwelling::{Dwelling, Dwellings};
use super::person::id_card;
use crate::model::assembled::Evidence;
use crate::model::gender::Gender;
use crate::model::intern::Sym;
use crate::model::name::is_full;
use crate::model::variants::simplified;
use crate::model::visible::{self, Likeness};

/// Bits lost where one of two has no name.
const UNNAMED: i32 = -12;
/// Bits lost where both names are the same surname and title.
const SURNAME_ONLY: i32 = 4;

/// Bits for two telephones of which one digit differs.
const PHONE_SLIP: i32 = 8;

/// Less than anything else can make up for.
const STRANGERS: i32 = -100;

/// What comparing needs of a mention, worked out once.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name in simplified characters, by number; 0 when blank.
    pub name: u32,
    /// Certificate in full, or blank.
    pub certificate: Sym,
    /// What can be seen of a certificate that was not understood.
    pub seen_certificate: Sym,
    /// Day of birth: as given, else the ID card's.
    pub birth: Option<NaiveDate>,
    /// Day of birth as the list gives it.
    pub given_birth: Option<NaiveDate>,
    /// Day of birth: the ID card's, else as given.
    pub certain_birth: Option<NaiveDate>,
    /// Year and, if known, month of a birth that is not known to the day.
    part_birth: Option<(i32, Option<u32>)>,
    gender: Option<Gender>,
    /// Telephones of no more than one family.
    pub phones: Vec<Sym>,
    /// Visible parts of telephones.
    pub seen_phones: Vec<Sym>,
    /// Home, its own or that of whom it is named beside; 0 when unknown.
    pub home: Dwelling,
    /// The agent.
    pub agent: Sym,
}

/// A kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Certificate numbers, or what can be seen of them.
    Certificate,
    /// One certificate under two names without a character in common.
    NothingAlike,
    /// Names.
    Name,
    /// Days of birth.
    Birth,
    /// Man or woman.
    Gender,
    /// Telephones.
    Phone,
    /// Homes.
    Home,
    /// Agents.
    Agent,
}

/// All mentions, ready to be compared.
#[derive(Debug)]
pub struct Comparison<'e> {
    evidence: &'e Evidence,
    /// By mention.
    pub facts: Vec<Facts>,
    /// Telephones and their visible parts; the numbers in [`Facts`] mean these.
    pub numbers: Vec<&'e str>,
    names: Vec<Vec<char>>,
    /// Whether of a name only the surname is known: 陈老师.
    surname_only: Vec<bool>,
    /// Bits lost because so many known people have this name.
    commonness: Vec<i32>,
    agent_bits: i32,
}

impl<'e> Comparison<'e> {
    /// Prepares all mentions. Telephones in `worthless` say nothing.
    pub fn new(evidence: &'e Evidence, dwellings: &Dwellings, worthless: impl Fn(&str) -> bool) -> Self {
        let texts = &evidence.texts;
        let mut names = Numbers::<String>::default();
        let mut numbers = Numbers::<&str>::default();
        // By symbol: a text comes again and again.
        let mut name_of_text: Vec<Option<u32>> = vec![None; texts.texts().len()];
        let mut number_of_text: Vec<Option<Sym>> = vec![None; texts.texts().len()];
        let mut facts: Vec<Facts> = Vec::with_capacity(evidence.mentions.len());
        for mention in &evidence.mentions {
            let name = *name_of_text[mention.name.0 as usize]
                .get_or_insert_with(|| names.of(simplified(texts.text(mention.name)).into_owned()));
            let own = dwellings.of(mention.home);
            let home = if own == 0 { dwellings.of(mention.near) } else { own };
            let mut split = |sym: Sym| -> Vec<Sym> {
                if sym.is_blank() {
                    return Vec::new();
                }
                if let Some(number) = number_of_text[sym.0 as usize] {
                    return vec![number];
                }
                let parts = texts.text(sym).split('|').filter(|phone| !phone.is_empty() && !worthless(phone));
                let parts: Vec<Sym> = parts.map(|phone| Sym(numbers.of(phone))).collect();
                if let [number] = parts[..] {
                    number_of_text[sym.0 as usize] = Some(number);
                }
                parts
            };
            let (phones, seen_phones) = (split(mention.phones), split(mention.seen_phones));
            let card = id_card(evidence, mention);
            let given_birth = mention.birth.and_then(|birth| birth.day());
            let certain_birth = card.map(|card| card.birth_date()).or(given_birth);
            facts.push(Facts {
                name,
                certificate: mention.certificate,
                seen_certificate: mention.seen_certificate,
                birth: given_birth.or(certain_birth),
                certain_birth,
                given_birth,
                part_birth: mention.birth.map(|birth| (birth.year(), birth.month())),
                gender: mention.gender.or_else(|| card.map(|card| card.sex())),
                phones,
                seen_phones,
                home,
                agent: mention.agent,
            });
        }
        let agents: FxHashSet<Sym> = facts.iter().map(|fact| fact.agent).collect();
        Comparison {
            evidence,
            commonness: commonness(&facts, names.texts.len()),
            facts,
            numbers: numbers.texts,
            surname_only: names.texts.iter().map(|name: &String| !is_full(name)).collect(),
            names: names.texts.iter().map(|name: &String| name.chars().collect()).collect(),
            agent_bits: bits(agents.len()).min(6),
        }
    }

    /// What speaks for one person less what speaks against, in bits.
    pub fn score(&self, one: u32, other: u32) -> i32 {
        let (a, b) = (&self.facts[one as usize], &self.facts[other as usize]);
        if a.certificate == b.certificate && !a.certificate.is_blank() && self.nothing_alike(a, b) {
            return STRANGERS;
        }
        let name = self.name(a, b);
        self.certificate(a, b) + name + birth(a, b) + gender(a, b) + self.phones(a, b) + home(a, b) + self.agent(a, b)
    }

    /// What the score is made of.
    pub fn pieces(&self, one: u32, other: u32) -> Vec<(Piece, i32)> {
        let (a, b) = (&self.facts[one as usize], &self.facts[other as usize]);
        if a.certificate == b.certificate && !a.certificate.is_blank() && self.nothing_alike(a, b) {
            return vec![(Piece::NothingAlike, STRANGERS)];
        }
        vec![
            (Piece::Certificate, self.certificate(a, b)),
            (Piece::Name, self.name(a, b)),
            (Piece::Birth, birth(a, b)),
            (Piece::Gender, gender(a, b)),
            (Piece::Phone, self.phones(a, b)),
            (Piece::Home, home(a, b)),
            (Piece::Agent, self.agent(a, b)),
        ]
    }

    /// Two names without a character in common: one number on two people, a child with its parent's, a cell
    /// copied down.
    fn nothing_alike(&self, a: &Facts, b: &Facts) -> bool {
        let (one, other) = (&self.names[a.name as usize], &self.names[b.name as usize]);
        a.name != 0 && b.name != 0 && !one.iter().any(|c| other.contains(c))
    }

    /// The same name is worth the less the more people have it; one character may be a slip.
    fn name(&self, a: &Facts, b: &Facts) -> i32 {
        match (a.name, b.name) {
            (x, y) if x == y && x != 0 => {
                -self.commonness[x as usize] - if self.surname_only[x as usize] { SURNAME_ONLY } else { 0 }
            }
            (0, _) | (_, 0) => UNNAMED,
            // 陈老师 may be 陈红, and is not 李红.
            (x, y) if self.surname_only[x as usize] || self.surname_only[y as usize] => {
                let first = |name: u32| self.names[name as usize].first();
                if first(x) == first(y) { UNNAMED } else { 2 * UNNAMED }
            }
            (x, y) => match slips(&self.names[x as usize], &self.names[y as usize]) {
                1 => -11,
                _ => -22,
            },
        }
    }

    /// Two whole numbers are the same or they are two people's; of a damaged one the visible part counts.
    fn certificate(&self, a: &Facts, b: &Facts) -> i32 {
        if !a.certificate.is_blank() && !b.certificate.is_blank() {
            return if a.certificate == b.certificate { 26 } else { -40 };
        }
        let text = |fact: &Facts| {
            let sym = if fact.certificate.is_blank() { fact.seen_certificate } else { fact.certificate };
            self.evidence.texts.text(sym)
        };
        let (one, other) = (text(a), text(b));
        if one.is_empty() || other.is_empty() {
            return 0;
        }
        match visible::compare(one, other) {
            Likeness::Same(seen) => (seen as i32 * 3 / 2).min(22),
            Likeness::OneSlip => 16,
            Likeness::Different => -10,
        }
    }

    /// One telephone in common, in full, in its visible part, or with a slip.
    fn phones(&self, a: &Facts, b: &Facts) -> i32 {
        let text = |sym: &Sym| self.numbers[sym.0 as usize];
        if a.phones.iter().any(|phone| b.phones.contains(phone)) {
            return 11;
        }
        let like = |one: &[Sym], other: &[Sym], wanted: fn(Likeness) -> bool| {
            one.iter().any(|x| other.iter().any(|y| wanted(visible::compare(text(x), text(y)))))
        };
        let shown = |likeness| matches!(likeness, Likeness::Same(4..));
        if like(&a.phones, &b.seen_phones, shown)
            || like(&a.seen_phones, &b.phones, shown)
            || like(&a.seen_phones, &b.seen_phones, shown)
        {
            return 9;
        }
        // Another home and another telephone are another person, however much alike.
        let moved = a.home != 0 && b.home != 0 && a.home != b.home;
        let slip = |likeness| likeness == Likeness::OneSlip;
        let slipped = || {
            like(&a.phones, &b.phones, slip)
                || like(&a.phones, &b.seen_phones, slip)
                || like(&a.seen_phones, &b.phones, slip)
        };
        if !moved && slipped() { PHONE_SLIP } else { 0 }
    }

    /// Whether it is the slip in a telephone alone that speaks for one person, besides a name and an agent.
    pub fn is_by_a_slip(&self, one: u32, other: u32) -> bool {
        let (a, b) = (&self.facts[one as usize], &self.facts[other as usize]);
        self.certificate(a, b) <= 0 && birth(a, b) <= 0 && home(a, b) == 0 && self.phones(a, b) == PHONE_SLIP
    }

    /// One agent serves both.
    fn agent(&self, a: &Facts, b: &Facts) -> i32 {
        match (a.agent.is_blank() || b.agent.is_blank(), a.agent == b.agent) {
            (true, _) => 0,
            (_, true) => self.agent_bits,
            (_, false) => -2,
        }
    }
}

/// The same day of birth, or the same as far as both tell; one wrong part may be a slip.
fn birth(a: &Facts, b: &Facts) -> i32 {
    if a.certificate == b.certificate && !a.certificate.is_blank() {
        // The number has told it already.
        return if a.given_birth.zip(b.given_birth).is_some_and(|(x, y)| x != y) { -6 } else { 0 };
    }
    if let (Some(x), Some(y)) = (a.birth, b.birth) {
        let same = [x.year() == y.year(), x.month() == y.month(), x.day() == y.day()];
        return match same.iter().filter(|same| **same).count() {
            3 => 13,
            2 if same[0] || (x.year() - y.year()).abs() == 10 || (x.year() - y.year()).abs() == 1 => -2,
            _ => -12,
        };
    }
    let part = |fact: &Facts| fact.birth.map(|day| (day.year(), Some(day.month()))).or(fact.part_birth);
    match (part(a), part(b)) {
        (Some((x, Some(m))), Some((y, Some(n)))) if x == y => {
            if m == n {
                8
            } else {
                -4
            }
        }
        (Some((x, _)), Some((y, _))) if x == y => 4,
        (Some((x, _)), Some((y, _))) if (x - y).abs() <= 1 => 0,
        (Some(_), Some(_)) => -8,
        _ => 0,
    }
}

/// Man and woman are two.
fn gender(a: &Facts, b: &Facts) -> i32 {
    if a.gender.zip(b.gender).is_some_and(|(x, y)| x != y) { -6 } else { 0 }
}

/// One home.
fn home(a: &Facts, b: &Facts) -> i32 {
    if a.home != 0 && a.home == b.home { 9 } else { 0 }
}

/// Characters that differ between two names of nearly the same length.
fn slips(one: &[char], other: &[char]) -> usize {
    if one.len() == other.len() {
        let wrong = one.iter().zip(other).filter(|(a, b)| a != b).count();
        let same_characters = one.iter().all(|c| other.contains(c));
        return if wrong == 2 && same_characters { 1 } else { wrong };
    }
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let missing_one = long.len() == short.len() + 1
        && short.len() >= 2
        && (0..long.len()).any(|at| short[..at] == long[..at] && short[at..] == long[at + 1..]);
    if missing_one { 1 } else { 9 }
}

/// Bits lost by name: the number of people known to have it, by their numbers or birth dates.
fn commonness(facts: &[Facts], names: usize) -> Vec<i32> {
    /// How many different values there are beside each name.
    fn different<T: Ord + Send>(mut pairs: Vec<(u32, T)>, names: usize) -> Vec<usize> {
        pairs.par_sort_unstable();
        pairs.dedup();
        let mut counts = vec![0; names];
        pairs.iter().for_each(|(name, _)| counts[*name as usize] += 1);
        counts
    }
    let whole = facts.iter().filter(|fact| !fact.certificate.is_blank());
    let (numbers, births) = rayon::join(
        || different(whole.map(|fact| (fact.name, fact.certificate)).collect(), names),
        || different(facts.iter().filter_map(|fact| Some((fact.name, fact.birth?))).collect(), names),
    );
    numbers.iter().zip(&births).map(|(numbers, births)| bits(*numbers.max(births) + 1)).collect()
}

/// Whole bits that tell apart so many.
fn bits(of: usize) -> i32 {
    of.max(1).ilog2() as i32
}

/// Texts by number; 0 is the blank.
#[derive(Debug)]
struct Numbers<T> {
    texts: Vec<T>,
    known: FxHashMap<T, u32>,
}

impl<T: Default + Clone + std::hash::Hash + Eq> Default for Numbers<T> {
    fn default() -> Self {
        Numbers { texts: vec![T::default()], known: FxHashMap::from_iter([(T::default(), 0)]) }
    }
}

impl<T: Clone + std::hash::Hash + Eq> Numbers<T> {
    fn of(&mut self, text: T) -> u32 {
        if let Some(number) = self.known.get(&text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.clone());
        self.known.insert(text, number);
        number
    }
}
