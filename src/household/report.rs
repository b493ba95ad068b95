//! What the household stage tells the office: telephones of too many, people who could be either of two, rows
//! about nobody, numbers given twice.

use rustc_hash::{FxHashMap, FxHashSet};

use super::home::Proposal;
use super::mentions::Gathered;
use super::number::NumberTrouble;
use crate::model::assembled::{HouseholdIndex, NONE, Person, PersonIndex, RowLinks};
use crate::model::intern::Sym;
use crate::model::list::{Kind, List};
use crate::problem::{Code, Outcome, Place, Problem, Problems, Sources};
use crate::templates::fields::{Field, Role};

pub fn shared_phones(shared: &[(Box<str>, usize)], gathered: &Gathered, problems: &mut Problems) {
    // Only of those that this month's lists hold there is a place to tell.
    let mut places: FxHashMap<&str, Option<Place>> = shared.iter().map(|(phone, _)| (&**phone, None)).collect();
    for (mention, place) in gathered.first_said() {
        let phones = gathered.evidence.texts.text(gathered.evidence.mentions[mention as usize].phones);
        for phone in phones.split('|') {
            if let Some(first) = places.get_mut(phone) {
                first.get_or_insert(place);
            }
        }
    }
    for (phone, names) in shared {
        let Some(place) = places[&**phone] else { continue };
        problems.push(Problem {
            code: Code::PhoneShared,
            place,
            field: "手机".into(),
            found: phone.clone(),
            what: format!("登记在 {names} 个不同姓名名下").into(),
            outcome: Outcome::KeptAsIs,
        });
    }
}

pub fn doubtful(doubtful: &[u32], gathered: &Gathered, problems: &mut Problems) {
    for mention in doubtful {
        let Some(place) = gathered.first_places[*mention as usize] else { continue };
        let name = gathered.evidence.texts.text(gathered.evidence.mentions[*mention as usize].name);
        problems.push(Problem {
            code: Code::PersonConflict,
            place,
            field: "姓名".into(),
            found: name.into(),
            what: format!("“{name}”不止一位，这一行没有证件号和生日，分不清是哪一位").into(),
            outcome: Outcome::KeptAsIs,
        });
    }
}

/// Two rows taken for one person although their telephones differ in a digit: somebody should look at it.
pub fn by_a_slip(joined: &[(u32, u32)], gathered: &Gathered, sources: &Sources, problems: &mut Problems) {
    for (one, other) in joined {
        // Of what only earlier months said, it was said then.
        let places = [one, other].map(|mention| gathered.first_places[*mention as usize]);
        let [Some(one_place), Some(other_place)] = places else { continue };
        let (earlier, later, mention) =
            if one_place <= other_place { (one_place, other_place, other) } else { (other_place, one_place, one) };
        let name = gathered.evidence.texts.text(gathered.evidence.mentions[*mention as usize].name);
        problems.push(Problem {
            code: Code::PersonBySlip,
            place: later,
            field: "姓名".into(),
            found: name.into(),
            what: format!("与{}的“{name}”电话只差一位，没有别的凭据，当作同一个人", sources.beside(later, earlier)).into(),
            outcome: Outcome::KeptAsIs,
        });
    }
}

/// One certificate under two names: a slip in one of them, or one number on two people.
pub fn two_names(gathered: &Gathered, sources: &Sources, problems: &mut Problems) {
    let evidence = &gathered.evidence;
    let text = |sym| evidence.texts.text(sym);
    let named = || {
        gathered.first_said().filter_map(|(mention, place)| {
            let mention = &evidence.mentions[mention as usize];
            let is_whole = !mention.certificate.is_blank() && !mention.name.is_blank();
            is_whole.then_some((mention.certificate, mention.name, place))
        })
    };
    let mut name_of = vec![Sym::BLANK; evidence.texts.texts().len()];
    let mut under_two: FxHashSet<Sym> = FxHashSet::default();
    for (certificate, name, _) in named() {
        let known = &mut name_of[certificate.0 as usize];
        if known.is_blank() {
            *known = name;
        } else if *known != name {
            under_two.insert(certificate);
        }
    }
    let mut places: Vec<(Place, Sym, Sym)> = named()
        .filter(|(certificate, ..)| under_two.contains(certificate))
        .map(|(certificate, name, place)| (place, certificate, name))
        .collect();
    places.sort_unstable();
    let mut first: FxHashMap<Sym, (Sym, Place)> = FxHashMap::default();
    let mut told: FxHashSet<(Sym, Sym)> = FxHashSet::default();
    for (place, certificate, name) in places {
        let (other, earlier) = *first.entry(certificate).or_insert((name, place));
        if name != other && told.insert((certificate, name)) {
            problems.push(Problem {
                code: Code::CertificateTwice,
                place,
                field: "证件号码".into(),
                found: text(certificate).into(),
                what: format!("“{}”的证件号码与“{}”（{}）相同", text(name), text(other), sources.beside(place, earlier))
                    .into(),
                outcome: Outcome::KeptAsIs,
            });
        }
    }
}

/// Households with one address and one agent that nothing else ties together: the office may join them.
pub fn proposals(
    proposals: &[Proposal],
    persons: &[Person],
    mention_persons: &[PersonIndex],
    gathered: &Gathered,
    sources: &Sources,
    problems: &mut Problems,
) {
    let mut places: FxHashMap<PersonIndex, Place> = FxHashMap::default();
    for (mention, place) in gathered.first_said() {
        let first = places.entry(mention_persons[mention as usize]).or_insert(place);
        *first = (*first).min(place);
    }
    for Proposal { one, other, one_agent, .. } in proposals {
        // Of people only earlier months spoke of, it was said then.
        let (Some(first), Some(second)) = (places.get(one), places.get(other)) else { continue };
        let (name, neighbour) = (&persons[*one as usize].name, &persons[*other as usize].name);
        let agent = if *one_agent { "专员相同" } else { "都没有写专员" };
        problems.push(Problem {
            code: Code::HomeShared,
            place: *first,
            field: "家庭住址".into(),
            found: format!("{name}、{neighbour}").into(),
            what: format!("“{name}”和“{neighbour}”（{}）住址相同、{agent}，可能是一家", sources.beside(*first, *second))
                .into(),
            outcome: Outcome::KeptAsIs,
        });
    }
}

/// Rows of a 家庭对照表 about somebody no list knows: the ruling is kept, and has nobody to be about.
pub fn strangers(
    lists: &[List],
    links: &[RowLinks],
    gathered: &Gathered,
    mention_persons: &[PersonIndex],
    household_of: &[HouseholdIndex],
    problems: &mut Problems,
) {
    let sheets = || lists.iter().zip(links).filter(|(list, _)| list.kind == Kind::Family);
    if sheets().next().is_none() {
        return;
    }
    let is_client = |person: &PersonIndex| household_of[*person as usize] != NONE;
    let client_mentions = gathered.evidence.mentions.iter().zip(mention_persons).filter(|(_, person)| is_client(person));
    let mut called: FxHashMap<Sym, FxHashSet<PersonIndex>> = FxHashMap::default();
    let mut known_well: FxHashSet<PersonIndex> = FxHashSet::default();
    for (mention, person) in client_mentions {
        called.entry(mention.name).or_default().insert(*person);
        if ![mention.certificate, mention.phones, mention.home].iter().all(|said| said.is_blank()) {
            known_well.insert(*person);
        }
    }
    for (list, links) in sheets() {
        for row in 0..list.len() {
            let people = [Role::Head, Role::Member].map(|role| links.person(role, row));
            if people == [NONE; 2] {
                continue;
            }
            for (role, person) in [Role::Head, Role::Member].into_iter().zip(people) {
                let name = list.text_of(role, Field::NAME, row);
                let known = gathered.evidence.texts.get(name).and_then(|name| called.get(&name)).map_or(0, FxHashSet::len);
                let is_in = person != NONE && is_client(&person);
                if is_in && (known <= 1 || known_well.contains(&person)) {
                    continue;
                }
                let what = match known {
                    _ if is_in => format!("另有叫“{name}”的客户，看不出是同一位，当作另一位"),
                    _ if person == NONE => "没有写是哪一位".to_string(),
                    0 => format!("客户里没有“{name}”"),
                    1 => format!("叫“{name}”的客户，证件号、生日或电话和这里写的对不上"),
                    several => format!("叫“{name}”的客户有 {several} 位，分不清是哪一位"),
                };
                problems.push(Problem {
                    code: Code::FamilyRowUnmatched,
                    place: list.place(row),
                    field: if role == Role::Head { "户主姓名" } else { "成员姓名" }.into(),
                    found: name.into(),
                    what: what.into(),
                    outcome: Outcome::KeptAsIs,
                });
            }
        }
    }
}

pub fn number_trouble(trouble: &NumberTrouble, sources: &Sources) -> Problem {
    let (code, place, number, what) = match trouble {
        NumberTrouble::Twice { number, place, other } => {
            let other = other.map(|other| format!("（{}）", sources.beside(*place, other))).unwrap_or_default();
            (Code::NumberTwice, *place, number, format!("{number} 已经是另一户的编号{other}，这一户另给新号"))
        }
        NumberTrouble::Several { number, kept, place } => {
            (Code::NumberSeveral, *place, number, format!("这一户的编号是 {kept}，{number} 已转到它名下"))
        }
    };
    Problem {
        code,
        place,
        field: "客户编号".into(),
        found: number.to_string().into(),
        what: what.into(),
        outcome: Outcome::KeptAsIs,
    }
}
