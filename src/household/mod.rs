//! Who is who: mentions become persons, persons become households, households get their numbers.
//!
//! Everything that was ever said about somebody is remembered ([`Evidence`]) and looked at together, so that the
//! answer does not depend on the order of files or months, and the same input twice changes nothing.

mod mentions;

mod dwelling;
mod likeness;
mod marked;
mod named;
mod person;

mod home;
mod roof;
mod why;

mod number;

mod afresh;

mod doubt;
mod report;
mod ruling;
pub mod story;

use std::cmp::Reverse;

pub use afresh::began_again;
use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::assembled::{
    Assembled, Evidence, Household, HouseholdIndex, Known, KnownMember, Member, NONE, Person, PersonIndex, RowLinks,
};
use crate::model::client_no::ClientNo;
use crate::model::date::PartialDate;
use crate::model::gender::Gender;
use crate::model::intern::{Interner, Sym};
use crate::model::list::{Kind, List, Slot};
use crate::model::name::is_full;
use crate::model::order::places;
use crate::model::relation::{Relation, RelationGroup};
use crate::model::surname::Surnames;
use crate::model::variants::simplified;
use crate::problem::{Code, Outcome, Place, Problem, Problems, Sources};
use crate::templates::Templates;
use crate::templates::fields::{Field, Role};
use dwelling::Dwellings;
use home::{Bond, Homes, PersonTie, Someone};
use mentions::Gathered;
use number::{CardNumber, Former, Held, Membership, Told};
use person::Linked;

/// What the household stage is told.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// This month's lists.
    pub lists: &'a [List],
    /// Names of the sheets.
    pub sources: &'a Sources,
    /// What the last run knew.
    pub known: &'a Known,
    /// The office's templates.
    pub templates: &'a Templates,
    /// The day the run stands for.
    pub as_of: NaiveDate,
}

/// Works out persons, households and numbers from this month's lists and all that is known from before.
pub fn assemble(inputs: &Inputs<'_>, problems: &mut Problems) -> Assembled {
    let Inputs { lists, sources, known, templates, as_of } = *inputs;
    let worked = Worked::out(lists, known, templates, as_of, problems);
    report::shared_phones(&worked.shared_phones, &worked.gathered, problems);
    report::doubtful(&worked.doubtful, &worked.gathered, problems);
    report::by_a_slip(&worked.by_a_slip, &worked.gathered, sources, problems);
    report::two_names(&worked.gathered, sources, problems);
    let Worked { gathered, persons, mention_persons, ties, someones, order, homes, .. } = worked;

    let policies = policies_held(&gathered, &mention_persons, &persons, known);
    let households = households(&persons, &homes.home_of, &homes.bonds, &policies, known, &order);
    report::proposals(&homes.proposals, &persons, &mention_persons, &gathered, sources, problems);
    let links = row_links(&gathered, &mention_persons, &households.of_person);
    report::strangers(lists, &links, &gathered, &mention_persons, &households.of_person, problems);
    ruling::outdated(&gathered, &mention_persons, problems);
    let mut assembled = Assembled { persons, links, evidence: gathered.evidence, mention_persons, ..Assembled::default() };
    number_households(households, inputs, &mut assembled, problems);
    let agent = |someone: &Someone| someone.agents.iter().map(|agent| assembled.evidence.texts.text(*agent)).min();
    let agents: Vec<&str> = someones.iter().map(|someone| agent(someone).unwrap_or("")).collect();
    assembled.doubts = doubt::all(&homes, &ties, &agents, &assembled);
    assembled
}

/// Everything worked out before there are numbers.
struct Worked {
    gathered: Gathered,
    dwellings: Dwellings,
    shared_phones: Vec<(Box<str>, usize)>,
    doubtful: Vec<u32>,
    by_a_slip: Vec<(u32, u32)>,
    persons: Vec<Person>,
    mention_persons: Vec<PersonIndex>,
    ties: Vec<PersonTie>,
    someones: Vec<Someone>,
    order: Vec<u32>,
    homes: Homes,
}

impl Worked {
    /// From this month's lists and all that is known.
    fn out(lists: &[List], known: &Known, templates: &Templates, as_of: NaiveDate, problems: &mut Problems) -> Worked {
        let mut gathered = mentions::gather(lists, known, templates, as_of, problems);
        // What an agent's telephone is is remembered, too.
        gathered.agent_phones.extend(gathered.evidence.agent_phones.iter().cloned());
        gathered.evidence.agent_phones = gathered.agent_phones.iter().cloned().collect();
        ruling::take_up(lists, known, as_of, &mut gathered, problems);
        let dwellings = Dwellings::new(&gathered.evidence);
        let shared_names = templates.rules.limits.shared_phone_names;
        let Linked { mut same_as, shared_phones, doubtful, by_a_slip } =
            person::link(&gathered.evidence, &dwellings, &gathered.agent_phones, shared_names);
        recognise_relatives(&gathered.evidence, &mut same_as);
        named::recognise(&mut gathered, known, &same_as);
        let (persons, mention_persons) = persons(&gathered.evidence, &same_as, known);

        ruling::settle(&mut gathered, &mention_persons);
        let ties = person_ties(&gathered.evidence, &mention_persons);
        let surnames = &templates.surnames;
        let someones = someones(&mut gathered, &dwellings, &shared_phones, &persons, &mention_persons, surnames);
        let order = content_order(&persons);
        let homes = home::assemble(&someones, &ties, &order, as_of);
        Worked {
            gathered,
            dwellings,
            shared_phones,
            doubtful,
            by_a_slip,
            persons,
            mention_persons,
            ties,
            someones,
            order,
            homes,
        }
    }

    /// Whether a telephone says nothing about anybody.
    fn is_worthless(&self, phone: &str) -> bool {
        self.gathered.agent_phones.contains(phone) || self.shared_phones.iter().any(|(known, _)| &**known == phone)
    }
}

/// A relative known by name only (妻:夏玉梅 on a card) is the person of that name whom another statement ties to
/// the same client; without one, a person of its own.
fn recognise_relatives(evidence: &Evidence, same_as: &mut [u32]) {
    let only_named = |mention: u32| {
        let mention = &evidence.mentions[mention as usize];
        mention.certificate.is_blank()
            && mention.phones.is_blank()
            && mention.birth.is_none_or(|birth| birth.day().is_none())
    };
    let mut kin: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    // Whom a ruling names is looked for by itself: the first time as every other time.
    for tie in evidence.ties.iter().filter(|tie| !tie.apart && !tie.source.is_ruling() && tie.relation.is_family()) {
        let (who, of) = (same_as[tie.who as usize], same_as[tie.of as usize]);
        kin.entry(of).or_default().push(tie.who);
        kin.entry(who).or_default().push(tie.of);
    }
    let mut found: Vec<(u32, u32)> = Vec::new();
    for (client, relatives) in &kin {
        for relative in relatives.iter().filter(|relative| only_named(**relative) && same_as[**relative as usize] != *client)
        {
            let name = evidence.mentions[*relative as usize].name;
            let mut namesakes: Vec<u32> = relatives
                .iter()
                .filter(|other| !only_named(**other) && evidence.mentions[**other as usize].name == name)
                .map(|other| same_as[*other as usize])
                .collect();
            namesakes.sort_unstable();
            namesakes.dedup();
            if let ([one], false) = (&namesakes[..], name.is_blank()) {
                found.push((same_as[*relative as usize], *one));
            }
        }
    }
    // A mention that several families claim is nobody's in particular.
    found.sort_unstable();
    found.dedup();
    let mut once: FxHashMap<u32, Option<u32>> = FxHashMap::default();
    for (relative, person) in found {
        once.entry(relative).and_modify(|known| *known = None).or_insert(Some(person));
    }
    for root in same_as.iter_mut() {
        if let Some(Some(person)) = once.get(root) {
            *root = *person;
        }
    }
}

/// One person for each group of mentions, and the person of each mention. Known persons keep their id; new ones
/// get the next, in an order that does not depend on how the lists were read.
fn persons(evidence: &Evidence, same_as: &[u32], known: &Known) -> (Vec<Person>, Vec<PersonIndex>) {
    let mut by_root: Vec<(u32, u32)> = same_as.iter().copied().zip(0..).collect();
    by_root.par_sort_unstable();
    let mut drafts: Vec<(Option<u32>, Person, Vec<u32>)> = by_root
        .par_chunk_by(|(one, _), (other, _)| one == other)
        .map(|group| {
            let mentions: Vec<u32> = group.iter().map(|(_, mention)| *mention).collect();
            let id = mentions.iter().filter_map(|mention| known.person_ids.get(*mention as usize)).min().copied();
            (id, describe(evidence, &mentions), mentions)
        })
        .collect();
    drafts.par_sort_by(|(a_id, a, a_mentions), (b_id, b, b_mentions)| {
        // Of several who were taken for one, who is known best stays that person.
        let key = |id: &Option<u32>, person: &Person, mentions: &[u32]| match id {
            Some(id) => (*id, person.certificate.is_empty(), Reverse(mentions.len())),
            None => (u32::MAX, false, Reverse(0)),
        };
        let keys = (key(a_id, a, a_mentions), person_key(a)).cmp(&(key(b_id, b, b_mentions), person_key(b)));
        // Hardly ever asked, and dear.
        keys.then_with(|| content_key(evidence, a_mentions).cmp(&content_key(evidence, b_mentions)))
    });
    let given = known.person_ids.iter().chain(known.members.iter().map(|member| &member.person));
    let mut next = given.max().map_or(1, |highest| highest + 1);
    let mut taken = FxHashSet::default();
    let mut of_mention = vec![NONE; same_as.len()];
    let mut persons = Vec::with_capacity(drafts.len());
    for (id, mut person, mentions) in drafts {
        person.id = match id.filter(|id| taken.insert(*id)) {
            Some(id) => id,
            None => {
                next += 1;
                next - 1
            }
        };
        for mention in mentions {
            of_mention[mention as usize] = persons.len() as u32;
        }
        persons.push(person);
    }
    (persons, of_mention)
}

/// The name most often given, the certificate, the most exact birth date.
fn describe(evidence: &Evidence, mentions: &[u32]) -> Person {
    let text = |sym| evidence.texts.text(sym);
    let all = || mentions.iter().map(|mention| &evidence.mentions[*mention as usize]);
    let corrected = Corrected::of(evidence, mentions);
    let mut names: FxHashMap<&str, usize> = FxHashMap::default();
    for mention in all().filter(|mention| !mention.name.is_blank() && mention.card.is_blank()) {
        *names.entry(text(mention.name)).or_default() += 1;
    }
    // 陈老师 is a name while nobody knows more.
    let best =
        |(a, a_count): &(&str, usize), (b, b_count): &(&str, usize)| (is_full(a), a_count, b).cmp(&(is_full(b), b_count, a));
    let given = names.into_iter().max_by(best).map(|(name, _)| name);
    let name = corrected.name.or(given).unwrap_or_default();
    let certificate = all().map(|mention| text(mention.certificate)).filter(|number| !number.is_empty()).min().unwrap_or("");
    let card = all().find_map(|mention| person::id_card(evidence, mention));
    let given = all()
        .filter_map(|mention| mention.birth)
        .max_by_key(|birth| (birth.day().is_some(), birth.month().is_some(), *birth));
    let birth = card.map(|card| card.birth_date().into()).or(corrected.birth).or(given);
    let mut genders: Vec<Gender> = all().filter_map(|mention| mention.gender).collect();
    genders.sort_unstable();
    let gender = card.map(|card| card.sex()).or(corrected.gender).or_else(|| genders.first().copied());
    Person { id: 0, name: name.into(), certificate: certificate.into(), birth, gender }
}

/// What agents put right on the cards of a person, the newest of each. Nobody corrects a name that stands beside a
/// whole certificate number.
#[derive(Default)]
struct Corrected<'e> {
    name: Option<&'e str>,
    birth: Option<PartialDate>,
    gender: Option<Gender>,
}

impl<'e> Corrected<'e> {
    fn of(evidence: &'e Evidence, mentions: &[u32]) -> Corrected<'e> {
        let mention = |at: &u32| &evidence.mentions[*at as usize];
        let mut said: Vec<u32> = mentions.iter().copied().filter(|at| !mention(at).card.is_blank()).collect();
        if said.is_empty() {
            return Corrected::default();
        }
        let text = |sym| evidence.texts.text(sym);
        said.sort_by_key(|at| {
            let said = mention(at);
            (Reverse(evidence.last_said[*at as usize]), text(said.name), said.birth, said.gender)
        });
        let is_certain = mentions.iter().map(mention).any(|said| !said.certificate.is_blank() && said.card.is_blank());
        let names = said.iter().map(|at| text(mention(at).name)).filter(|name| !name.is_empty() && !is_certain);
        Corrected {
            name: names.into_iter().next(),
            birth: said.iter().find_map(|at| mention(at).birth),
            gender: said.iter().find_map(|at| mention(at).gender),
        }
    }
}

fn person_key(person: &Person) -> (&str, &str, Option<PartialDate>) {
    (&person.name, &person.certificate, person.birth)
}

/// Everything the mentions of a person say, in a form that does not depend on the order they came in.
fn content_key(evidence: &Evidence, mentions: &[u32]) -> Vec<(String, String, String)> {
    let mut keys: Vec<(String, String, String)> = mentions
        .iter()
        .map(|mention| {
            let mention = &evidence.mentions[*mention as usize];
            let text = |sym| evidence.texts.text(sym).to_string();
            (text(mention.phones), text(mention.home), text(mention.name))
        })
        .collect();
    keys.sort();
    keys
}

/// Ties between persons instead of mentions, each said once by its best source and newest date.
fn person_ties(evidence: &Evidence, mention_persons: &[PersonIndex]) -> Vec<PersonTie> {
    let person = |mention: u32| mention_persons[mention as usize];
    let between = evidence.ties.iter().map(|tie| PersonTie {
        who: person(tie.who),
        relation: tie.relation,
        of: person(tie.of),
        source: tie.source,
        since: tie.since,
        apart: tie.apart,
    });
    let mut ties: Vec<PersonTie> = between.filter(|tie| tie.who != tie.of).collect();
    // A ruling stands by itself: a later one may undo it.
    let ruling = |tie: &PersonTie| tie.source.is_ruling().then_some(tie.source);
    let statement = |tie: &PersonTie| (tie.who, tie.relation, tie.of, tie.apart, ruling(tie));
    ties.par_sort_unstable_by_key(|tie| (statement(tie), tie.source, tie.since));
    ties.dedup_by(|again, first| {
        let same = statement(again) == statement(first);
        if same {
            first.since = first.since.max(again.since);
        }
        same
    });
    keep_newest_rulings(&mut ties);
    ties
}

/// Of several rulings on the same two people the newest counts; of those of one day the one that keeps them apart.
fn keep_newest_rulings(ties: &mut Vec<PersonTie>) {
    let pair = |tie: &PersonTie| (tie.who.min(tie.of), tie.who.max(tie.of));
    let weight = |tie: &PersonTie| (tie.since, tie.apart, Reverse(tie.source));
    let mut newest = FxHashMap::default();
    for tie in ties.iter().filter(|tie| tie.source.is_ruling()) {
        let known = newest.entry(pair(tie)).or_insert_with(|| weight(tie));
        *known = (*known).max(weight(tie));
    }
    ties.retain(|tie| !tie.source.is_ruling() || newest[&pair(tie)] == weight(tie));
}

fn someones(
    gathered: &mut Gathered,
    dwellings: &Dwellings,
    shared_phones: &[(Box<str>, usize)],
    persons: &[Person],
    mention_persons: &[PersonIndex],
    surnames: &Surnames,
) -> Vec<Someone> {
    let evidence = &mut gathered.evidence;
    let mut someone = |person: &Person| {
        let surname = surnames.surname(&person.name).map_or(Sym::BLANK, |name| evidence.texts.intern(&simplified(name)));
        Someone { birth_year: person.birth.map(|birth| birth.year()), gender: person.gender, surname, ..Someone::default() }
    };
    let mut someones: Vec<Someone> = persons.iter().map(&mut someone).collect();
    let worthless: FxHashSet<&str> =
        shared_phones.iter().map(|(phone, _)| &**phone).chain(gathered.agent_phones.iter().map(|phone| &**phone)).collect();
    for at in 0..evidence.mentions.len() {
        let (mention, said) = (evidence.mentions[at], evidence.last_said[at]);
        let someone = &mut someones[mention_persons[at] as usize];
        let home = dwellings.of(mention.home);
        if home != 0 {
            someone.lived_at(home, said);
        }
        if !mention.agent.is_blank() && !someone.agents.contains(&mention.agent) {
            someone.agents.push(mention.agent);
        }
        for phone in each_phone(&mut evidence.texts, mention.phones) {
            if !worthless.contains(evidence.texts.text(phone)) && !someone.phones.contains(&phone) {
                someone.phones.push(phone);
            }
        }
    }
    someones
}

/// The telephones in a text that joins them; nearly always it is one.
fn each_phone(texts: &mut Interner, joined: Sym) -> Vec<Sym> {
    if joined.is_blank() {
        return Vec::new();
    }
    if !texts.text(joined).contains('|') {
        return vec![joined];
    }
    let joined = texts.text(joined).to_string();
    joined.split('|').filter(|phone| !phone.is_empty()).map(|phone| texts.intern(phone)).collect()
}

/// A place for each person in an order by content.
fn content_order(persons: &[Person]) -> Vec<u32> {
    let mut by_key: Vec<u32> = (0..persons.len() as u32).collect();
    by_key.par_sort_by(|a, b| {
        let (a, b) = (&persons[*a as usize], &persons[*b as usize]);
        person_key(a).cmp(&person_key(b)).then(a.id.cmp(&b.id))
    });
    places(by_key.into_iter())
}

/// How many policies of this month's lists each person holds, however often they are listed, and who is a client.
struct PoliciesHeld {
    as_applicant: Vec<u32>,
    on_card: Vec<bool>,
    /// Holders, insured, people on cards and lists, and everybody who had a number before.
    is_client: Vec<bool>,
}

fn policies_held(gathered: &Gathered, mention_persons: &[PersonIndex], persons: &[Person], known: &Known) -> PoliciesHeld {
    let mut held = PoliciesHeld {
        as_applicant: vec![0; persons.len()],
        on_card: vec![false; persons.len()],
        is_client: vec![false; persons.len()],
    };
    let held_by = |(mention, policy): &(u32, u32)| (mention_persons[*mention as usize], *policy);
    let mut policies: Vec<(PersonIndex, u32)> = gathered.held.par_iter().map(held_by).collect();
    policies.par_sort_unstable();
    policies.dedup();
    policies.iter().for_each(|(person, _)| held.as_applicant[*person as usize] += 1);
    for mention in &gathered.card_clients {
        held.on_card[mention_persons[*mention as usize] as usize] = true;
    }
    for mention in &gathered.insured {
        held.is_client[mention_persons[*mention as usize] as usize] = true;
    }
    let numbered: FxHashSet<u32> = known.members.iter().map(|member| member.person).collect();
    for (at, person) in persons.iter().enumerate() {
        held.is_client[at] |= held.as_applicant[at] > 0 || held.on_card[at] || numbered.contains(&person.id);
    }
    held
}

/// A household that has no number yet.
struct Draft {
    head: PersonIndex,
    members: Vec<Member>,
}

struct Households {
    drafts: Vec<Draft>,
    of_person: Vec<HouseholdIndex>,
}

/// Who is in each household, and its head: the head of last time, else who holds most policies, else who has
/// the card, else the eldest.
fn households(
    persons: &[Person],
    home_of: &[PersonIndex],
    bonds: &[Bond],
    policies: &PoliciesHeld,
    known: &Known,
    order: &[u32],
) -> Households {
    let mut members: FxHashMap<PersonIndex, Vec<PersonIndex>> = FxHashMap::default();
    for (person, home) in home_of.iter().enumerate() {
        members.entry(*home).or_default().push(person as u32);
    }
    let mut bonds_of: FxHashMap<PersonIndex, Vec<Bond>> = FxHashMap::default();
    for bond in bonds {
        bonds_of.entry(bond.who).or_default().push(*bond);
        bonds_of.entry(bond.of).or_default().push(*bond);
    }
    // Of two households that were merged the head of the lower number stays the head.
    let heads_before: FxHashMap<u32, ClientNo> =
        known.members.iter().filter(|member| member.is_head).map(|member| (member.person, member.no.household())).collect();
    let rank_as_new = |person: &PersonIndex| {
        let at = *person as usize;
        let birth = persons[at].birth.map_or(i32::MAX, |birth| birth.year());
        (Reverse(policies.as_applicant[at]), Reverse(policies.on_card[at]), birth, order[at])
    };
    let rank = |person: &PersonIndex| {
        let before = heads_before.get(&persons[*person as usize].id);
        (before.map_or((true, None), |number| (false, Some(*number))), rank_as_new(person))
    };
    // A grandmother named on a card who lives elsewhere is nobody's card; she is known, and in no household.
    let has_client = |group: &Vec<PersonIndex>| group.iter().any(|person| policies.is_client[*person as usize]);
    let mut groups: Vec<Vec<PersonIndex>> = members.into_values().filter(has_client).collect();
    for group in &mut groups {
        group.sort_by_key(rank);
    }
    groups.sort_by_key(|group| order[group[0] as usize]);
    let mut of_person = vec![NONE; persons.len()];
    let mut drafts = Vec::with_capacity(groups.len());
    for group in groups {
        for person in &group {
            of_person[*person as usize] = drafts.len() as u32;
        }
        let head = group[0];
        let first = group.iter().copied().min_by_key(rank_as_new).unwrap_or(head);
        let member = |person: &PersonIndex| {
            let bond = relation_to(head, *person, persons, &bonds_of).filter(|_| *person != head);
            let (relation, source) = match &bond {
                Some((relation, bond)) => (Some(*relation), Some(bond.source)),
                None => ((*person == head).then_some(Relation::Oneself), None),
            };
            // Whoever is not tied to the head is tied to somebody else here.
            let bond = bond.map(|(_, bond)| bond).or_else(|| bonds_of.get(person)?.first().copied());
            let why = match bond {
                _ if *person == head => why_head(head, first, group.len() == 1, policies),
                Some(bond) => why::bond(&bond, persons),
                None => String::new(),
            };
            Member { person: *person, relation, source, no: ClientNo::NONE, former: Vec::new(), why: why.into() }
        };
        let members = group.iter().map(member).collect();
        drafts.push(Draft { head, members });
    }
    Households { drafts, of_person }
}

/// Why this one is the head; `first` is who would be if nobody had been head before.
fn why_head(head: PersonIndex, first: PersonIndex, alone: bool, policies: &PoliciesHeld) -> String {
    // The head stays the head; whether somebody else holds more policies now is worth knowing.
    match (policies.as_applicant[head as usize], policies.on_card[head as usize]) {
        _ if alone => "户主：一人一户".to_string(),
        _ if first != head => "户主：以前就是户主，编号跟着户主走".to_string(),
        (0, true) => "户主：客户清单或登记表上是这一位".to_string(),
        (0, false) => "户主：户里没有人投保，取最年长的".to_string(),
        (held, _) => format!("户主：本月清单里投保 {held} 件"),
    }
}

/// What a member is to the head: as a bond says, or through the head's husband or wife.
fn relation_to(
    head: PersonIndex,
    person: PersonIndex,
    persons: &[Person],
    bonds_of: &FxHashMap<PersonIndex, Vec<Bond>>,
) -> Option<(Relation, Bond)> {
    let direct = |of: PersonIndex, who: PersonIndex| {
        bonds_of.get(&who)?.iter().find_map(|bond| {
            match (bond.who == who && bond.of == of, bond.of == who && bond.who == of) {
                (true, _) => Some((bond.relation, *bond)),
                (_, true) => Some((bond.relation.inverse(), *bond)),
                _ => None,
            }
        })
    };
    let exact = |relation: Relation| persons[person as usize].gender.map_or(relation, |sex| relation.of_sex(sex));
    if let Some((relation, bond)) = direct(head, person) {
        return Some((exact(relation), bond));
    }
    let spouse = bonds_of.get(&head)?.iter().find(|bond| bond.relation.group() == RelationGroup::Spouse)?;
    let spouse = if spouse.who == head { spouse.of } else { spouse.who };
    let (relation, bond) = direct(spouse, person)?;
    let through_spouse = match relation.group() {
        RelationGroup::Child => Relation::Child,
        RelationGroup::Parent => match persons[head as usize].gender {
            Some(Gender::Male) => Relation::WifesParent,
            Some(Gender::Female) => Relation::HusbandsParent,
            None => Relation::OtherKin,
        },
        _ => Relation::OtherKin,
    };
    Some((exact(through_spouse), bond))
}

fn row_links(gathered: &Gathered, mention_persons: &[PersonIndex], household_of: &[HouseholdIndex]) -> Vec<RowLinks> {
    let person = |mention: &u32| if *mention == NONE { NONE } else { mention_persons[*mention as usize] };
    gathered
        .rows
        .iter()
        .map(|rows| {
            let persons: Vec<_> =
                rows.iter().map(|(role, mentions)| (*role, mentions.iter().map(person).collect::<Vec<_>>())).collect();
            // The client of a row is named by the first role that names anybody: holder before insured.
            let len = persons.first().map_or(0, |(_, persons)| persons.len());
            let households = (0..len)
                .map(|row| {
                    let someone = persons.iter().map(|(_, persons)| persons[row]).find(|person| *person != NONE);
                    someone.map_or(NONE, |person| household_of[person as usize])
                })
                .collect();
            RowLinks { persons, households }
        })
        .collect()
}

fn number_households(households: Households, inputs: &Inputs<'_>, assembled: &mut Assembled, problems: &mut Problems) {
    let Inputs { lists, sources, known, templates, as_of } = *inputs;
    let Households { drafts, of_person } = households;
    let names: Vec<&str> = drafts.iter().map(|draft| &*assembled.persons[draft.head as usize].name).collect();
    let letters: Vec<char> = names.iter().map(|name| templates.surnames.letter(name)).collect();
    let order: Vec<HouseholdIndex> = (0..drafts.len() as u32).collect();
    let held = numbers_held(known, assembled, &of_person);
    let cards = card_numbers(lists, assembled);
    let former = numbers_before(known, assembled, &of_person);
    let told = Told { held: &held, former: &former, cards: &cards, today: as_of };
    let numbered = number::give(&letters, &order, &known.numbers, &told);

    for trouble in &numbered.troubles {
        problems.push(report::number_trouble(trouble, sources));
    }
    let first_place: FxHashMap<HouseholdIndex, (ClientNo, Place)> =
        cards.iter().rev().map(|card| (card.household, (card.number, card.place))).collect();
    for (index, name) in names.iter().enumerate() {
        let placed = first_place.get(&(index as u32)).filter(|(number, _)| *number == numbered.numbers[index]);
        match placed {
            Some((number, place)) if number.letter() != letters[index] && letters[index] != '#' => {
                problems.push(Problem {
                    code: Code::NumberLetter,
                    place: *place,
                    field: "客户编号".into(),
                    found: number.to_string().into(),
                    what: format!("户主“{name}”的姓应编在 {} 字下", letters[index]).into(),
                    outcome: Outcome::KeptAsIs,
                });
            }
            _ => {}
        }
    }
    // From here on households are in the order of their numbers; rows follow.
    let number = |(index, draft): (usize, Draft)| {
        let household = Household {
            number: numbered.numbers[index],
            is_new: numbered.is_new[index],
            head: draft.head,
            members: draft.members,
        };
        (index, household)
    };
    let mut by_number: Vec<(usize, Household)> = drafts.into_iter().enumerate().map(number).collect();
    by_number.sort_by_key(|(_, household)| household.number);
    let mut new_index = vec![0; by_number.len()];
    for (place, (index, _)) in by_number.iter().enumerate() {
        new_index[*index] = place as u32;
    }
    for links in &mut assembled.links {
        for household in links.households.iter_mut().filter(|household| **household != NONE) {
            *household = new_index[*household as usize];
        }
    }
    assembled.households = by_number.into_iter().map(|(_, household)| household).collect();
    assembled.numbers = numbered.entries;
    number_members(assembled, known, &cards);
}

/// Numbers everybody within their households.
fn number_members(assembled: &mut Assembled, known: &Known, cards: &[CardNumber]) {
    let index_of = persons_now(known, assembled);
    let mut before: FxHashMap<PersonIndex, Vec<ClientNo>> = FxHashMap::default();
    let mut former: FxHashMap<PersonIndex, Vec<ClientNo>> = FxHashMap::default();
    for member in &known.members {
        let Some(person) = index_of.get(&member.person) else { continue };
        before.entry(*person).or_default().push(member.no);
        former.entry(*person).or_default().extend(&member.former);
    }
    let mut written: FxHashMap<PersonIndex, ClientNo> = FxHashMap::default();
    for card in cards {
        if let Some(number) = card.of_member {
            written.entry(card.person).or_insert(number);
        }
    }
    let membership = |household: &Household, member: &Member| Membership {
        household: Some(household.number),
        before: [&before, &former].into_iter().filter_map(|known| known.get(&member.person)).flatten().copied().collect(),
        written: written.get(&member.person).copied(),
    };
    let people: Vec<Membership> = assembled
        .households
        .iter()
        .flat_map(|household| household.members.iter().map(move |member| (household, member)))
        .map(|(household, member)| membership(household, member))
        .collect();
    let mut numbers = number::number_members(&people, &mut assembled.numbers).into_iter();
    for member in assembled.households.iter_mut().flat_map(|household| household.members.iter_mut()) {
        member.no = numbers.next().expect("one for everybody");
        let earlier = [&before, &former].into_iter().filter_map(|known| known.get(&member.person)).flatten();
        member.former = earlier.copied().filter(|number| number.member().is_some() && *number != member.no).collect();
        member.former.sort_unstable();
        member.former.dedup();
    }
}

/// Where the persons of earlier runs are now. One merged into another is found through its mentions; of one who
/// turned out to be two, the one who has the id.
fn persons_now(known: &Known, assembled: &Assembled) -> FxHashMap<u32, PersonIndex> {
    let merged = known.person_ids.iter().copied().zip(assembled.mention_persons.iter().copied());
    let own = assembled.persons.iter().map(|person| person.id).zip(0..);
    merged.chain(own).collect()
}

/// Numbers of earlier runs, and where their people are now.
fn numbers_held(known: &Known, assembled: &Assembled, of_person: &[HouseholdIndex]) -> Vec<Held> {
    let index_of = persons_now(known, assembled);
    let mut held: FxHashMap<ClientNo, Held> = FxHashMap::default();
    for KnownMember { person, no, is_head, .. } in &known.members {
        let home = index_of.get(person).map(|person| of_person[*person as usize]);
        let Some(home) = home.filter(|home| *home != NONE) else { continue };
        let number = no.household();
        let one = held.entry(number).or_insert_with(|| Held { number, head_in: None, members_in: Vec::new() });
        one.members_in.push(home);
        if *is_head {
            one.head_in = Some(home);
        }
    }
    held.into_values().collect()
}

/// Numbers that somebody had in another household before, and where whoever was first in it is now.
fn numbers_before(known: &Known, assembled: &Assembled, of_person: &[HouseholdIndex]) -> Vec<Former> {
    let index_of = persons_now(known, assembled);
    let mut first: FxHashMap<ClientNo, (ClientNo, HouseholdIndex)> = FxHashMap::default();
    for member in &known.members {
        let Some(home) = index_of.get(&member.person).map(|person| of_person[*person as usize]) else { continue };
        for former in member.former.iter().filter(|_| home != NONE) {
            let first = first.entry(former.household()).or_insert((*former, home));
            *first = (*first).min((*former, home));
        }
    }
    first.into_iter().map(|(number, (_, household))| Former { number, household }).collect()
}

/// Numbers written on cards and lists, in the order of places.
fn card_numbers(lists: &[List], assembled: &Assembled) -> Vec<CardNumber> {
    let mut cards = Vec::new();
    for (list, links) in lists.iter().zip(&assembled.links) {
        // A number in a visit log says whom the visit was to; it gives nobody a number.
        let role = match list.kind {
            Kind::Register | Kind::Clients => Role::Client,
            Kind::Policies | Kind::Renewals => Role::Applicant,
            _ => continue,
        };
        let Some(column) = list.column(Slot::of(Field::HOUSEHOLD_NO)) else { continue };
        for row in 0..list.len() {
            let (text, household) = (column.data.text(row), links.households[row]);
            if let (Some(number), true) = (ClientNo::read(text.into()).good(), household != NONE) {
                let of_member = number.member().map(|_| number);
                let (number, person, place) = (number.household(), links.person(role, row), list.cell(row, column));
                cards.push(CardNumber { number, household, place, person, of_member });
            }
        }
    }
    cards.sort_by_key(|card| card.place);
    cards
}
