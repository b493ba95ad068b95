//! Which mentions are one person. Mentions that could be are compared piece by piece ([`super::likeness`]); the
//! likeliest are joined first, and never two that cannot be one: two different certificates forbid it, and so do
//! two different birth dates unless nearly everything else agrees. Who could be either of two stays alone.

use std::cmp::Reverse;
use std::hash::BuildHasher;

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::dwelling::Dwellings;
use super::likeness::Comparison;
use crate::model::assembled::{Evidence, Mention};
use crate::model::cell::Cell;
use crate::model::columns::Texts;
use crate::model::id_card::IdCard;
use crate::model::intern::Sym;
use crate::model::order::places;
use crate::model::relation::Relation;
use crate::model::visible::{self, Likeness};

/// What linking found out.
#[derive(Debug)]
pub struct Linked {
    /// For each mention, one that stands for all of the same person.
    pub same_as: Vec<u32>,
    /// Telephones of too many different names to say anything about anybody, with the number of names.
    pub shared_phones: Vec<(Box<str>, usize)>,
    /// Mentions that are as likely one as another of people who cannot be one.
    pub doubtful: Vec<u32>,
    /// Mentions taken for one person although their telephones differ in one digit, and nothing else says so.
    pub by_a_slip: Vec<(u32, u32)>,
}

/// Bits that make two mentions one person.
pub const ENOUGH: i32 = 6;
/// Bits that outweigh a birth date written wrong.
pub const BEYOND_DOUBT: i32 = 18;
/// Bits for a list saying so: the holder of one policy under one name, an insured who is 本人.
const TOLD_THE_SAME: i32 = 24;
/// Bits for standing on a card of ours: more than anything that can be changed on it takes away.
const ON_ONES_CARD: i32 = 150;
/// Bits for being related to the same person.
const SAME_KIN: i32 = 9;
/// More mentions than one person collects, in however many lists: a number copied down a column, a name with an
/// agent that half the town has. Nobody is known by it.
const MOST_ALIKE: usize = 100;

/// Links all mentions. `agent_phones` are the office's own and count for nothing; a telephone given with more
/// than `shared_phone_names` different names counts for nothing either.
///
/// The answer does not depend on the order of mentions: pairs are joined by their likeness, then by their text.
pub fn link(
    evidence: &Evidence,
    dwellings: &Dwellings,
    agent_phones: &FxHashSet<Box<str>>,
    shared_phone_names: usize,
) -> Linked {
    let shared = shared_phones(evidence, shared_phone_names);
    let worthless = |phone: &str| shared.contains_key(phone) || agent_phones.contains(phone);
    let (comparison, rank) = rayon::join(|| Comparison::new(evidence, dwellings, worthless), || ranks(evidence));
    let mut clusters = Clusters::new(evidence, &comparison);
    let mut doubtful = Vec::new();

    let pairs = candidates(evidence, &comparison);
    let mut likely = likely(&comparison, pairs, 0);
    likely.extend(self::likely(&comparison, told_the_same(evidence), TOLD_THE_SAME));
    likely.extend(self::likely(&comparison, on_ones_card(evidence), ON_ONES_CARD));
    clusters.join_all(&mut likely, &rank, &mut doubtful);
    let mut by_kin = Vec::new();
    // Who is related to whom helps once some are known to be one; and then again.
    for _ in 0..2 {
        let mut likely = self::likely(&comparison, kin_candidates(evidence, &comparison, &mut clusters), SAME_KIN);
        clusters.join_all(&mut likely, &rank, &mut doubtful);
        by_kin.extend(likely.iter().map(|(_, one, other)| (*one, *other)));
    }
    let by_a_slip = joined_by_a_slip(&comparison, &likely, &by_kin, &mut clusters);

    let mut shared_phones: Vec<(Box<str>, usize)> = shared.into_iter().map(|(phone, names)| (phone.into(), names)).collect();
    shared_phones.sort();
    doubtful.sort_unstable();
    doubtful.dedup();
    let same_as = (0..evidence.mentions.len() as u32).map(|mention| clusters.root(mention)).collect();
    Linked { same_as, shared_phones, doubtful, by_a_slip }
}

/// Pairs that only a slip in a telephone made one person: without them there would be two.
fn joined_by_a_slip(
    comparison: &Comparison<'_>,
    likely: &[(i32, u32, u32)],
    by_kin: &[(u32, u32)],
    clusters: &mut Clusters<'_>,
) -> Vec<(u32, u32)> {
    let is_slip = |(score, one, other): &(i32, u32, u32)| *score < BEYOND_DOUBT && comparison.is_by_a_slip(*one, *other);
    let (slips, others): (Vec<_>, Vec<_>) = likely.par_iter().partition(|pair| is_slip(pair));
    let pairs = |likely: Vec<&(i32, u32, u32)>| likely.into_iter().map(|(_, one, other)| (*one, *other)).collect::<Vec<_>>();
    let mut slips: Vec<(u32, u32)> = pairs(slips);
    slips.retain(|(one, other)| clusters.root(*one) == clusters.root(*other));
    if slips.is_empty() {
        return slips;
    }
    let concerned: FxHashSet<u32> = slips.iter().map(|(one, _)| clusters.root(*one)).collect();
    let mut part: FxHashMap<u32, u32> = FxHashMap::default();
    fn first(part: &FxHashMap<u32, u32>, mention: u32) -> u32 {
        part.get(&mention).map_or(mention, |next| first(part, *next))
    }
    let mut join = |one: u32, other: u32| {
        let (one, other) = (first(&part, one), first(&part, other));
        (one != other).then(|| part.insert(one.max(other), one.min(other))).is_some()
    };
    for (one, other) in pairs(others).iter().chain(by_kin) {
        if clusters.root(*one) == clusters.root(*other) && concerned.contains(&clusters.root(*one)) {
            join(*one, *other);
        }
    }
    slips.retain(|(one, other)| join(*one, *other));
    slips
}

/// A place for each mention in the order of their texts.
fn ranks(evidence: &Evidence) -> Vec<u32> {
    let of_text = text_ranks(evidence.texts.texts());
    let of = |sym: Sym| of_text[sym.0 as usize];
    let mut order: Vec<_> = evidence
        .mentions
        .par_iter()
        .zip(0..evidence.mentions.len() as u32)
        .map(|(mention, at)| {
            let texts = [mention.name, mention.certificate, mention.phones, mention.home].map(of);
            let more = [mention.seen_certificate, mention.seen_phones, mention.agent, mention.near, mention.card].map(of);
            (texts, more, mention.birth, mention.gender, at)
        })
        .collect();
    order.par_sort_unstable();
    places(order.into_iter().map(|(.., at)| at))
}

/// A place for each text in the order of their letters. Few texts share their first letters, so that these decide.
fn text_ranks(texts: &Texts) -> Vec<u32> {
    let first_letters = |text: &str| {
        let mut letters = [0; 16];
        let length = text.len().min(letters.len());
        letters[..length].copy_from_slice(&text.as_bytes()[..length]);
        u128::from_be_bytes(letters)
    };
    let mut order: Vec<(u128, u32)> =
        (0..texts.len()).into_par_iter().map(|at| (first_letters(texts.get(at)), at as u32)).collect();
    order.par_sort_unstable_by(|(a_first, a), (b_first, b)| {
        a_first.cmp(b_first).then_with(|| texts.get(*a as usize).cmp(texts.get(*b as usize)))
    });
    places(order.into_iter().map(|(_, at)| at))
}

/// What two mentions must share to be worth comparing: never all with all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Block {
    Certificate(Sym),
    NameAndBirth(u32, NaiveDate),
    NameAndYear(u32, i32),
    NameAndPhone(u32, Sym),
    NameAndPhoneTail(u32, [u8; 4]),
    NameAndHome(u32, u32),
    NameAndAgent(u32, Sym),
    BirthAndPhone(NaiveDate, Sym),
    BirthAndHome(NaiveDate, u32),
    PhoneAndHome(Sym, u32),
    NameAndKin(u32, u32),
    BirthAndKin(NaiveDate, u32),
}

/// Pairs of one name that a list says are one person.
fn told_the_same(evidence: &Evidence) -> Vec<(u32, u32)> {
    let name = |mention: u32| evidence.mentions[mention as usize].name;
    let told = evidence.ties.iter().filter(|tie| tie.relation == Relation::Oneself && !tie.apart);
    told.filter(|tie| !name(tie.who).is_blank() && name(tie.who) == name(tie.of)).map(|tie| (tie.who, tie.of)).collect()
}

/// Pairs of a known person and what was changed about them on their card, whatever that was.
fn on_ones_card(evidence: &Evidence) -> Vec<(u32, u32)> {
    let is_of_card = |mention: u32| !evidence.mentions[mention as usize].card.is_blank();
    let told = evidence.ties.iter().filter(|tie| tie.relation == Relation::Oneself && !tie.apart && is_of_card(tie.who));
    told.map(|tie| (tie.who, tie.of)).collect()
}

/// Pairs that share a block.
fn candidates(evidence: &Evidence, comparison: &Comparison<'_>) -> Vec<(u32, u32)> {
    let mut blocks = Blocks::default();
    for (mention, fact) in (0..).zip(&comparison.facts) {
        if !fact.certificate.is_blank() {
            blocks.add(Block::Certificate(fact.certificate), mention);
        }
        if fact.name != 0 {
            fact.birth.iter().for_each(|birth| blocks.add(Block::NameAndBirth(fact.name, *birth), mention));
            if let Some(birth) = evidence.mentions[mention as usize].birth {
                blocks.add(Block::NameAndYear(fact.name, birth.year()), mention);
            }
            for phone in fact.phones.iter().chain(&fact.seen_phones) {
                blocks.add(Block::NameAndPhone(fact.name, *phone), mention);
                if let Some(tail) = comparison.numbers[phone.0 as usize].as_bytes().last_chunk::<4>() {
                    blocks.add(Block::NameAndPhoneTail(fact.name, *tail), mention);
                }
            }
            if !fact.agent.is_blank() {
                blocks.add(Block::NameAndAgent(fact.name, fact.agent), mention);
            }
        }
        for phone in &fact.phones {
            fact.birth.iter().for_each(|birth| blocks.add(Block::BirthAndPhone(*birth, *phone), mention));
            if fact.home != 0 {
                blocks.add(Block::PhoneAndHome(*phone, fact.home), mention);
            }
        }
        if fact.home != 0 {
            blocks.add(Block::NameAndHome(fact.name, fact.home), mention);
            fact.birth.iter().for_each(|birth| blocks.add(Block::BirthAndHome(*birth, fact.home), mention));
        }
    }
    blocks.pairs()
}

/// Pairs of one name, or one birth date, that are related to the same person.
fn kin_candidates(evidence: &Evidence, comparison: &Comparison<'_>, clusters: &mut Clusters<'_>) -> Vec<(u32, u32)> {
    let mut blocks = Blocks::default();
    // Whom a ruling names is looked for by itself.
    for tie in evidence.ties.iter().filter(|tie| !tie.apart && !tie.source.is_ruling() && tie.relation.is_family()) {
        for (who, of) in [(tie.who, tie.of), (tie.of, tie.who)] {
            let (kin, fact) = (clusters.root(of), &comparison.facts[who as usize]);
            if clusters.root(who) == kin {
                continue;
            }
            if fact.name != 0 {
                blocks.add(Block::NameAndKin(fact.name, kin), who);
            }
            fact.birth.iter().for_each(|birth| blocks.add(Block::BirthAndKin(*birth, kin), who));
        }
    }
    let mut pairs = blocks.pairs();
    pairs.retain(|(one, other)| clusters.root(*one) != clusters.root(*other));
    pairs
}

/// Pairs that are likely one person, with their score.
fn likely(comparison: &Comparison<'_>, pairs: Vec<(u32, u32)>, bonus: i32) -> Vec<(i32, u32, u32)> {
    let scored = pairs.into_par_iter().map(|(one, other)| (comparison.score(one, other) + bonus, one, other));
    scored.filter(|(score, ..)| *score >= ENOUGH).collect()
}

/// Mentions by what they share, as one list to be sorted: nearly every block has one member, and a table of
/// millions of small lists takes several times the memory.
#[derive(Default)]
struct Blocks {
    members: Vec<(Block, u32)>,
}

impl Blocks {
    fn add(&mut self, block: Block, mention: u32) {
        self.members.push((block, mention));
    }

    /// Every pair within a block, once.
    fn pairs(mut self) -> Vec<(u32, u32)> {
        self.members.par_sort_unstable();
        self.members.dedup();
        let mut pairs = Vec::new();
        for members in self.members.chunk_by(|(one, _), (other, _)| one == other) {
            if members.len() > MOST_ALIKE {
                continue;
            }
            for (at, (_, one)) in members.iter().enumerate() {
                pairs.extend(members[at + 1..].iter().map(|(_, other)| (*one, *other)));
            }
        }
        pairs.par_sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Telephones given with more different names than one family has.
fn shared_phones(evidence: &Evidence, most_names: usize) -> FxHashMap<&str, usize> {
    let each = || {
        let named = evidence.mentions.iter().filter(|mention| !mention.name.is_blank());
        named.flat_map(|mention| {
            let phones = evidence.texts.text(mention.phones).split('|').filter(|phone| !phone.is_empty());
            phones.map(move |phone| (phone, mention.name))
        })
    };
    // Nearly every telephone has one name: a table of small sets would take most of the time.
    let mut names: Vec<(u64, Sym)> = each().map(|(phone, name)| (FxBuildHasher.hash_one(phone), name)).collect();
    names.par_sort_unstable();
    names.dedup();
    let of_phone = names.chunk_by(|(one, _), (other, _)| one == other);
    let many: FxHashSet<u64> = of_phone.filter(|names| names.len() > most_names).map(|names| names[0].0).collect();
    let mut names: FxHashMap<&str, FxHashSet<Sym>> = FxHashMap::default();
    if !many.is_empty() {
        for (phone, name) in each().filter(|(phone, _)| many.contains(&FxBuildHasher.hash_one(phone))) {
            names.entry(phone).or_default().insert(name);
        }
    }
    names.into_iter().map(|(phone, names)| (phone, names.len())).filter(|(_, names)| *names > most_names).collect()
}

/// The ID card, if the certificate is one.
pub fn id_card(evidence: &Evidence, mention: &Mention) -> Option<IdCard> {
    let text = evidence.texts.text(mention.certificate);
    if text.len() == 18 { IdCard::read(Cell::Text(text)).good() } else { None }
}

/// Mentions joined so far, and what is certain about each group.
struct Clusters<'e> {
    evidence: &'e Evidence,
    parent: Vec<u32>,
    certificate: Vec<Sym>,
    seen_certificate: Vec<Sym>,
    birth: Vec<Option<NaiveDate>>,
}

impl<'e> Clusters<'e> {
    fn new(evidence: &'e Evidence, comparison: &Comparison<'_>) -> Self {
        Clusters {
            evidence,
            parent: (0..evidence.mentions.len() as u32).collect(),
            certificate: comparison.facts.iter().map(|fact| fact.certificate).collect(),
            seen_certificate: comparison.facts.iter().map(|fact| fact.seen_certificate).collect(),
            birth: comparison.facts.iter().map(|fact| fact.certain_birth).collect(),
        }
    }

    fn root(&mut self, mention: u32) -> u32 {
        let mut at = mention;
        while self.parent[at as usize] != at {
            self.parent[at as usize] = self.parent[self.parent[at as usize] as usize];
            at = self.parent[at as usize];
        }
        at
    }

    /// Joins pairs, the likeliest first. Pairs equally likely are looked at together: who would go with two that
    /// cannot be one goes with neither.
    fn join_all(&mut self, likely: &mut [(i32, u32, u32)], rank: &[u32], doubtful: &mut Vec<u32>) {
        likely.sort_unstable_by_key(|(score, one, other)| {
            let (a, b) = (rank[*one as usize], rank[*other as usize]);
            (Reverse(*score), a.min(b), a.max(b))
        });
        for equal in likely.chunk_by(|(a, ..), (b, ..)| a == b) {
            let score = equal[0].0;
            let mut partners: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
            for (_, one, other) in equal {
                let (a, b) = (self.root(*one), self.root(*other));
                if a != b && !self.conflict(a, b, score) {
                    partners.entry(a).or_default().push(b);
                    partners.entry(b).or_default().push(a);
                }
            }
            let mut torn: FxHashSet<u32> = FxHashSet::default();
            for (root, others) in &mut partners {
                others.sort_unstable();
                others.dedup();
                let between = |a: &u32| others.iter().any(|b| a != b && self.conflict(*a, *b, score));
                if others.len() > 1 && others.iter().any(between) {
                    torn.insert(*root);
                }
            }
            doubtful.extend(&torn);
            for (_, one, other) in equal {
                let (a, b) = (self.root(*one), self.root(*other));
                if a != b && !torn.contains(&a) && !torn.contains(&b) && !self.conflict(a, b, score) {
                    self.join(a, b);
                }
            }
        }
    }

    /// Joins two groups that can be one person.
    fn join(&mut self, a: u32, b: u32) {
        let (keep, drop) = (a.min(b) as usize, a.max(b) as usize);
        self.parent[drop] = keep as u32;
        let either = |a: Option<NaiveDate>, b: Option<NaiveDate>| a.into_iter().chain(b).min();
        let births = (self.birth[keep], self.birth[drop]);
        // The birth date of a whole number beats one that was only written.
        self.birth[keep] = match (self.certificate[keep].is_blank(), self.certificate[drop].is_blank()) {
            (false, true) => births.0.or(births.1),
            (true, false) => births.1.or(births.0),
            _ => either(births.0, births.1),
        };
        let fuller = |a: Sym, b: Sym| if self.evidence.texts.text(a) >= self.evidence.texts.text(b) { a } else { b };
        self.certificate[keep] = fuller(self.certificate[keep], self.certificate[drop]);
        self.seen_certificate[keep] = fuller(self.seen_certificate[keep], self.seen_certificate[drop]);
    }

    /// Whether two groups cannot be one person.
    fn conflict(&self, a: u32, b: u32, score: i32) -> bool {
        let (a, b) = (a as usize, b as usize);
        let (one, other) = (self.certificate[a], self.certificate[b]);
        if !one.is_blank() && !other.is_blank() {
            return one != other;
        }
        let text = |sym| self.evidence.texts.text(sym);
        let visible = |whole: Sym, part: Sym| if whole.is_blank() { text(part) } else { text(whole) };
        let (one, other) = (visible(one, self.seen_certificate[a]), visible(other, self.seen_certificate[b]));
        if !one.is_empty() && !other.is_empty() && visible::compare(one, other) == Likeness::Different {
            return true;
        }
        score < BEYOND_DOUBT && matches!((self.birth[a], self.birth[b]), (Some(one), Some(other)) if one != other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::date::PartialDate;
    use proptest::prelude::*;

    /// `name certificate birth phones`, `-` for blank.
    fn evidence(lines: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        for line in lines {
            let mut parts = line.split_whitespace().map(|part| if part == "-" { "" } else { part });
            let mut next = || parts.next().unwrap_or("");
            let (name, certificate, birth, phones) = (next(), next(), next(), next());
            let mention = Mention {
                name: evidence.texts.intern(name),
                certificate: evidence.texts.intern(certificate),
                birth: PartialDate::read(Cell::from(birth)).good(),
                gender: None,
                phones: evidence.texts.intern(phones),
                home: Sym::BLANK,
                ..Mention::default()
            };
            evidence.mentions.push(mention);
        }
        evidence
    }

    /// How many persons the lines are, and which of them are the same as the first.
    #[track_caller]
    fn case(lines: &[&str], persons: usize, with_first: &[usize]) {
        let evidence = evidence(lines);
        let linked = link(&evidence, &Dwellings::new(&evidence), &FxHashSet::default(), 5);
        let distinct: FxHashSet<u32> = linked.same_as.iter().copied().collect();
        assert_eq!(distinct.len(), persons, "{lines:?}: {:?}", linked.same_as);
        let same: Vec<usize> = (1..lines.len()).filter(|at| linked.same_as[*at] == linked.same_as[0]).collect();
        assert_eq!(same, with_first, "{lines:?}");
    }

    const ONE: &str = "320198198001010019";
    const TWO: &str = "320198198001010035";

    #[test]
    fn clear_cases() {
        case(&[&format!("王伟 {ONE}"), &format!("王伟 {ONE} - 15400000001")], 1, &[1]);
        case(&["王伟 - 1980-01-01", &format!("王伟 {ONE}")], 1, &[1]);
        case(&["王伟 - - 15400000001", "王伟 - - 15400000001|05715550001"], 1, &[1]);
        case(&["王伟", "王伟"], 2, &[]);
    }

    #[test]
    fn two_certificates_are_two_people() {
        case(&[&format!("王伟 {ONE} 1980-01-01 15400000001"), &format!("王伟 {TWO} 1980-01-01 15400000001")], 2, &[]);
    }

    #[test]
    fn who_could_be_either_of_two_stays_alone() {
        case(&["王伟 - - 15400000001", &format!("王伟 {ONE} - 15400000001"), &format!("王伟 {TWO} - 15400000001")], 3, &[]);
    }

    #[test]
    fn a_child_given_its_parents_number_is_not_the_parent() {
        case(&[&format!("董春平 {ONE}"), &format!("董振轩 {ONE}")], 2, &[]);
        case(&[&format!("董春平 {ONE}"), &format!("董春苹 {ONE}")], 1, &[1]);
    }

    #[test]
    fn an_agents_telephone_says_nothing() {
        let names = ["王伟", "李娜", "张敏", "刘洋", "陈静", "杨帆", "王伟"];
        let lines: Vec<String> = names.iter().map(|name| format!("{name} - - 15400000001")).collect();
        case(&lines.iter().map(String::as_str).collect::<Vec<_>>(), 7, &[]);
    }

    proptest! {
        /// Shuffling the lists changes nothing.
        #[test]
        fn order_does_not_matter(picks in prop::collection::vec((0..3usize, 0..3usize, 0..3usize, 0..3usize), 2..12), seed in any::<u64>()) {
            let names = ["王伟", "李娜", "王炜"];
            let certificates = ["-", ONE, TWO];
            let births = ["-", "1980-01-01", "1981-02-02"];
            let phones = ["-", "15400000001", "15400000002"];
            let lines: Vec<String> = picks.iter()
                .map(|(n, c, b, p)| format!("{} {} {} {}", names[*n], certificates[*c], births[*b], phones[*p]))
                .collect();
            let mut order: Vec<usize> = (0..lines.len()).collect();
            order.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
            let linked = |lines: Vec<&str>| {
                let evidence = evidence(&lines);
                link(&evidence, &Dwellings::new(&evidence), &FxHashSet::default(), 5).same_as
            };
            let plain = linked(lines.iter().map(String::as_str).collect());
            let shuffled = linked(order.iter().map(|at| lines[*at].as_str()).collect());
            for (i, one) in order.iter().enumerate() {
                for (j, other) in order.iter().enumerate() {
                    prop_assert_eq!(plain[*one] == plain[*other], shuffled[i] == shuffled[j]);
                }
            }
        }
    }
}
