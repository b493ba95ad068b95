//! A ruling that names somebody by name alone means the client of that name who is related to the other of the ruling,
//! else the only client of that name. Whom it meant once it means for ever, whoever else of that name turns up.

use std::cmp::Reverse;

use rustc_hash::{FxHashMap, FxHashSet};

use super::mentions::Gathered;
use super::ruling::{Statement, statement};
use crate::model::assembled::{Evidence, Known, Mention, Tie, TieSource};
use crate::model::intern::Sym;
use crate::templates::fields::Role;

/// Ties rulings that name somebody by name alone to the clients they mean.
pub fn recognise(gathered: &mut Gathered, known: &Known, same_as: &[u32]) {
    let evidence = &gathered.evidence;
    let named: FxHashSet<u32> = rulings(evidence)
        .flat_map(|tie| [tie.who, tie.of])
        .filter(|mention| is_only_named(&evidence.mentions[*mention as usize]))
        .collect();
    if named.is_empty() {
        return;
    }
    let clients = Clients::of(gathered, known, &named, same_as);
    let is_open =
        |mention: u32| named.contains(&mention) && !clients.are.contains(&mention) && same_as[mention as usize] == mention;
    let of_name = |mention: u32| clients.of_name(evidence.mentions[mention as usize].name, same_as);
    let kin = Kin::of(evidence, same_as);
    let mut meant: FxHashMap<Statement, [u32; 2]> = FxHashMap::default();
    for tie in rulings(evidence).filter(|tie| is_open(tie.who) || is_open(tie.of)) {
        let ends = [tie.who, tie.of];
        let mut people = ends.map(|mention| same_as[mention as usize]);
        // The head first, then the other; and the head again, who may be known by the other.
        for at in [1, 0, 1] {
            if !is_open(ends[at]) || people[at] != ends[at] {
                continue;
            }
            let (called, other) = (of_name(ends[at]), people[1 - at]);
            let related: Vec<u32> = called.iter().copied().filter(|client| kin.are(*client, other)).collect();
            people[at] = match (&related[..], &called[..]) {
                ([only], _) => *only,
                // A wife whom no list knows is not whatever client has her name: that takes a sign.
                ([], [only]) if at == 1 || tie.apart || have_a_sign(evidence, same_as, *only, other) => *only,
                _ => continue,
            };
        }
        if people != ends.map(|mention| same_as[mention as usize]) {
            meant.insert(statement(tie), people);
        }
    }
    say_of_clients(gathered, &meant, same_as);
}

/// Whether two have a home or an agent in common.
fn have_a_sign(evidence: &Evidence, same_as: &[u32], one: u32, other: u32) -> bool {
    let said = |person: u32| {
        let mentions = evidence.mentions.iter().zip(same_as).filter(move |(_, known)| **known == person);
        mentions.flat_map(|(said, _)| [(true, said.home), (false, said.agent)]).filter(|(_, sign)| !sign.is_blank())
    };
    let signs: FxHashSet<(bool, Sym)> = said(one).collect();
    said(other).any(|sign| signs.contains(&sign))
}

fn rulings(evidence: &Evidence) -> impl Iterator<Item = &Tie> {
    evidence.ties.iter().filter(|tie| tie.source == TieSource::FamilySheet)
}

/// Rulings are remembered of the people they mean.
fn say_of_clients(gathered: &mut Gathered, meant: &FxHashMap<Statement, [u32; 2]>, same_as: &[u32]) {
    // Of all that was said of a client, what tells most.
    let mut fullest: FxHashMap<u32, u32> = meant.values().flatten().map(|person| (*person, *person)).collect();
    let Gathered { evidence, rows, ruled, .. } = gathered;
    let fullness = |mention: u32| {
        let said = &evidence.mentions[mention as usize];
        (!said.certificate.is_blank(), said.birth.is_some(), !said.phones.is_blank(), !is_only_named(said), Reverse(mention))
    };
    for (mention, person) in (0..).zip(same_as) {
        if let Some(best) = fullest.get_mut(person)
            && fullness(mention) > fullness(*best)
        {
            *best = mention;
        }
    }
    let now = |said: Statement| match meant.get(&said) {
        Some(people) => {
            let [who, of] = people.map(|person| fullest[&person]);
            (who, said.1, of, said.3, said.4)
        }
        None => said,
    };
    for ruled in ruled.iter_mut() {
        ruled.statement = now(ruled.statement);
        let (who, _, of, ..) = ruled.statement;
        if let Some((list, row)) = ruled.row {
            for (role, mentions) in &mut rows[list] {
                mentions[row] = if *role == Role::Head { of } else { who };
            }
        }
    }
    for tie in &mut evidence.ties {
        let (who, _, of, ..) = now(statement(tie));
        (tie.who, tie.of) = (who, of);
    }
    evidence.ties.sort_unstable_by_key(|tie| (statement(tie), Reverse(tie.since)));
    evidence.ties.dedup_by_key(|tie| statement(tie));
}

/// A name, and nothing else that could tell who it is.
fn is_only_named(mention: &Mention) -> bool {
    let Mention { certificate, birth, phones, home, seen_certificate, seen_phones, card, .. } = *mention;
    !mention.name.is_blank()
        && birth.is_none()
        && [certificate, phones, home, seen_certificate, seen_phones, card].iter().all(|said| said.is_blank())
}

/// Who is related to whom by more than a ruling.
struct Kin(FxHashSet<(u32, u32)>);

impl Kin {
    fn of(evidence: &Evidence, same_as: &[u32]) -> Kin {
        let ties = evidence.ties.iter().filter(|tie| !tie.source.is_ruling());
        Kin(ties.map(|tie| (same_as[tie.who as usize], same_as[tie.of as usize])).collect())
    }

    fn are(&self, one: u32, other: u32) -> bool {
        self.0.contains(&(one, other)) || self.0.contains(&(other, one))
    }
}

/// Mentions that are clients of lists, or of the last run.
struct Clients {
    are: FxHashSet<u32>,
    by_name: FxHashMap<Sym, Vec<u32>>,
}

impl Clients {
    fn of(gathered: &Gathered, known: &Known, named: &FxHashSet<u32>, same_as: &[u32]) -> Clients {
        let numbered: FxHashSet<u32> = known.members.iter().map(|member| member.person).collect();
        // Whom a ruling named has the id of whom it meant; that makes it no client by itself.
        let full: FxHashSet<u32> =
            (0..).zip(&known.person_ids).filter(|(at, _)| !named.contains(at)).map(|(_, id)| *id).collect();
        let before = (0..)
            .zip(&known.person_ids)
            .filter(|(at, id)| numbered.contains(id) && (!named.contains(at) || !full.contains(id)));
        let holders = gathered.held.iter().map(|(mention, _)| *mention);
        let now = gathered.card_clients.iter().chain(&gathered.insured).copied().chain(holders);
        let are: FxHashSet<u32> = now.chain(before.map(|(mention, _)| mention)).collect();
        let roots: FxHashSet<u32> = are.iter().map(|mention| same_as[*mention as usize]).collect();
        let mut by_name: FxHashMap<Sym, Vec<u32>> = FxHashMap::default();
        for (mention, said) in (0..).zip(&gathered.evidence.mentions) {
            if !said.name.is_blank() && roots.contains(&same_as[mention as usize]) {
                by_name.entry(said.name).or_default().push(mention);
            }
        }
        Clients { are, by_name }
    }

    /// The clients of a name.
    fn of_name(&self, name: Sym, same_as: &[u32]) -> Vec<u32> {
        let mut clients: Vec<u32> =
            self.by_name.get(&name).into_iter().flatten().map(|mention| same_as[*mention as usize]).collect();
        clients.sort_unstable();
        clients.dedup();
        clients
    }
}
