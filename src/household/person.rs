//! Which mentions are one person: by certificate, else by name together with birth date or telephone.
//! A name alone is never enough; two different valid certificates, or two different birth dates, forbid.

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::assembled::{Evidence, Mention};
use crate::model::cell::Cell;
use crate::model::id_card::IdCard;
use crate::model::intern::Sym;

/// What linking found out.
#[derive(Debug)]
pub struct Linked {
    /// For each mention, the first mention of the same person.
    pub same_as: Vec<u32>,
    /// Telephones of too many different names to say anything about anybody, with the number of names.
    pub shared_phones: Vec<(Box<str>, usize)>,
    /// Mentions that agree in name and birth or telephone with people who cannot be one.
    pub doubtful: Vec<u32>,
}

/// Links all mentions. `agent_phones` are the office's own and count for nothing; a telephone given with more
/// than `shared_phone_names` different names counts for nothing either.
///
/// The answer does not depend on the order of mentions: groups are looked at in the order of their text.
pub fn link(evidence: &Evidence, agent_phones: &FxHashSet<Box<str>>, shared_phone_names: usize) -> Linked {
    let mut clusters = Clusters::new(evidence);
    let mentions = &evidence.mentions;

    let by_certificate = groups(evidence, |mention, keys| {
        if !mention.certificate.is_blank() {
            keys.push((mention.certificate, Key::Certificate));
        }
    });
    // A number that dozens of different entries share was copied down a column; nobody is known by it.
    for group in by_certificate.iter().filter(|group| group.len() <= MOST_WITH_ONE_CERTIFICATE) {
        for (at, one) in group.iter().enumerate() {
            for other in &group[at + 1..] {
                if names_agree(evidence, &mentions[*one as usize], &mentions[*other as usize]) {
                    clusters.join(*one, *other);
                }
            }
        }
    }

    let mut doubtful = Vec::new();
    let by_birth = groups(evidence, |mention, keys| {
        if let (false, Some(birth)) = (mention.name.is_blank(), certain_birth(evidence, mention)) {
            keys.push((mention.name, Key::Birth(birth)));
        }
    });
    for group in &by_birth {
        clusters.join_unambiguous(group, &mut doubtful);
    }

    let shared = shared_phones(evidence, shared_phone_names);
    let by_phone = groups(evidence, |mention, keys| {
        if mention.name.is_blank() {
            return;
        }
        for phone in evidence.texts.text(mention.phones).split('|').filter(|phone| !phone.is_empty()) {
            if !shared.contains_key(phone) && !agent_phones.contains(phone) {
                keys.push((mention.name, Key::Phone(phone)));
            }
        }
    });
    for group in &by_phone {
        clusters.join_unambiguous(group, &mut doubtful);
    }

    let mut shared_phones: Vec<(Box<str>, usize)> = shared.into_iter().map(|(phone, names)| (phone.into(), names)).collect();
    shared_phones.sort();
    doubtful.sort_unstable();
    doubtful.dedup();
    let same_as = (0..mentions.len() as u32).map(|mention| clusters.root(mention)).collect();
    Linked { same_as, shared_phones, doubtful }
}

/// More different entries than one person collects, in however many lists.
const MOST_WITH_ONE_CERTIFICATE: usize = 100;

/// What besides the name, or instead of it, two mentions agree in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key<'e> {
    Certificate,
    Birth(NaiveDate),
    Phone(&'e str),
}

/// Mentions that share a key, two or more together, in the order of the keys' texts.
fn groups<'e>(evidence: &'e Evidence, keys_of: impl Fn(&Mention, &mut Vec<(Sym, Key<'e>)>)) -> Vec<Vec<u32>> {
    let mut members: FxHashMap<(Sym, Key<'e>), Vec<u32>> = FxHashMap::default();
    let mut keys = Vec::new();
    for (index, mention) in evidence.mentions.iter().enumerate() {
        keys_of(mention, &mut keys);
        for key in keys.drain(..) {
            members.entry(key).or_default().push(index as u32);
        }
    }
    let mut groups: Vec<_> = members.into_iter().filter(|(_, group)| group.len() > 1).collect();
    groups
        .sort_by(|((a, a_key), _), ((b, b_key), _)| (evidence.texts.text(*a), a_key).cmp(&(evidence.texts.text(*b), b_key)));
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Telephones given with more different names than one family has.
fn shared_phones(evidence: &Evidence, most_names: usize) -> FxHashMap<&str, usize> {
    let mut names: FxHashMap<&str, FxHashSet<Sym>> = FxHashMap::default();
    for mention in evidence.mentions.iter().filter(|mention| !mention.name.is_blank()) {
        for phone in evidence.texts.text(mention.phones).split('|').filter(|phone| !phone.is_empty()) {
            names.entry(phone).or_default().insert(mention.name);
        }
    }
    names.into_iter().map(|(phone, names)| (phone, names.len())).filter(|(_, names)| *names > most_names).collect()
}

/// The day of birth: the ID card's, else the one given, if it is a whole day.
pub fn certain_birth(evidence: &Evidence, mention: &Mention) -> Option<NaiveDate> {
    id_card(evidence, mention).map(|card| card.birth_date()).or_else(|| mention.birth.and_then(|birth| birth.day()))
}

/// The ID card, if the certificate is one.
pub fn id_card(evidence: &Evidence, mention: &Mention) -> Option<IdCard> {
    let text = evidence.texts.text(mention.certificate);
    if text.len() == 18 { IdCard::read(Cell::Text(text)).good() } else { None }
}

/// Whether two mentions with one certificate can be one person: a child is sometimes given its parent's number.
/// One wrong character in a name is a slip of the pen; in a name of two characters only if the rest agrees.
fn names_agree(evidence: &Evidence, one: &Mention, other: &Mention) -> bool {
    if one.name == other.name || one.name.is_blank() || other.name.is_blank() {
        return true;
    }
    let a: Vec<char> = evidence.texts.text(one.name).chars().collect();
    let b: Vec<char> = evidence.texts.text(other.name).chars().collect();
    let same = a.iter().filter(|c| b.contains(c)).count();
    if a.len().max(b.len()) <= 2 {
        return same >= 1 && one.birth.is_some() && one.birth == other.birth && one.gender == other.gender;
    }
    a.len().abs_diff(b.len()) <= 1 && same + 1 >= a.len().max(b.len())
}

/// Mentions joined so far, and what is certain about each group.
struct Clusters {
    parent: Vec<u32>,
    certificate: Vec<Sym>,
    birth: Vec<Option<NaiveDate>>,
}

impl Clusters {
    fn new(evidence: &Evidence) -> Self {
        Clusters {
            parent: (0..evidence.mentions.len() as u32).collect(),
            certificate: evidence.mentions.iter().map(|mention| mention.certificate).collect(),
            birth: evidence.mentions.iter().map(|mention| certain_birth(evidence, mention)).collect(),
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

    /// Joins two groups unless they cannot be one person.
    fn join(&mut self, one: u32, other: u32) {
        let (a, b) = (self.root(one), self.root(other));
        if a == b || self.conflict(a, b) {
            return;
        }
        let (keep, drop) = (a.min(b) as usize, a.max(b) as usize);
        self.parent[drop] = keep as u32;
        if self.certificate[keep].is_blank() {
            self.certificate[keep] = self.certificate[drop];
        }
        self.birth[keep] = self.birth[keep].or(self.birth[drop]);
    }

    fn conflict(&self, a: u32, b: u32) -> bool {
        let (one, other) = (self.certificate[a as usize], self.certificate[b as usize]);
        if !one.is_blank() && !other.is_blank() {
            return one != other;
        }
        matches!((self.birth[a as usize], self.birth[b as usize]), (Some(one), Some(other)) if one != other)
    }

    /// Joins a group that agrees in something, if it can be one person. If it must be several, only those that
    /// agree in certificate or birth belong together; who has neither could be any of them and stays alone.
    fn join_unambiguous(&mut self, group: &[u32], doubtful: &mut Vec<u32>) {
        let mut roots: Vec<u32> = group.iter().map(|mention| self.root(*mention)).collect();
        roots.sort_unstable();
        roots.dedup();
        let contradiction = (0..roots.len()).any(|at| roots[at + 1..].iter().any(|other| self.conflict(roots[at], *other)));
        if !contradiction {
            for other in &roots[1..] {
                self.join(roots[0], *other);
            }
            return;
        }
        for at in 0..roots.len() {
            let (certificate, birth) = (self.certificate[roots[at] as usize], self.birth[roots[at] as usize]);
            if certificate.is_blank() && birth.is_none() {
                doubtful.push(roots[at]);
                continue;
            }
            for other in &roots[at + 1..] {
                let same_birth = birth.is_some() && self.birth[*other as usize] == birth;
                let only_one_certificate = certificate.is_blank() || self.certificate[*other as usize].is_blank();
                let rivals = roots
                    .iter()
                    .filter(|root| self.birth[**root as usize] == birth && !self.certificate[**root as usize].is_blank());
                if same_birth && only_one_certificate && rivals.count() <= 1 {
                    self.join(roots[at], *other);
                }
            }
        }
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
            };
            evidence.mentions.push(mention);
        }
        evidence
    }

    /// How many persons the lines are, and which of them are the same as the first.
    #[track_caller]
    fn case(lines: &[&str], persons: usize, with_first: &[usize]) {
        let evidence = evidence(lines);
        let linked = link(&evidence, &FxHashSet::default(), 5);
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
            let plain = link(&evidence(&lines.iter().map(String::as_str).collect::<Vec<_>>()), &FxHashSet::default(), 5).same_as;
            let shuffled = link(&evidence(&order.iter().map(|at| lines[*at].as_str()).collect::<Vec<_>>()), &FxHashSet::default(), 5).same_as;
            for (i, one) in order.iter().enumerate() {
                for (j, other) in order.iter().enumerate() {
                    prop_assert_eq!(plain[*one] == plain[*other], shuffled[i] == shuffled[j]);
                }
            }
        }
    }
}
