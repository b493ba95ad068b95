//! Collects everything this month's lists say about who somebody is and how they are related, on top of what
//! earlier months said.

use rustc_hash::{FxHashMap, FxHashSet};

use super::person;
use crate::model::address::Address;
use crate::model::assembled::{Evidence, Known, Mention, NONE, Tie, TieSource};
use crate::model::cell::Cell;
use crate::model::columns::Data;
use crate::model::date::PartialDate;
use crate::model::family_cell::{FamilyCell, Relative};
use crate::model::gender::Gender;
use crate::model::id_card::IdCard;
use crate::model::intern::Sym;
use crate::model::list::{Column, Kind, List, Slot};
use crate::model::name::PersonName;
use crate::model::phone::Phones;
use crate::model::relation::Relation;
use crate::model::visible;
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::Templates;
use crate::templates::fields::{Field, Role};

/// What the lists say.
#[derive(Debug)]
pub struct Gathered {
    /// All statements, earlier months' first.
    pub evidence: Evidence,
    /// For each list and role: the mention of each row, or [`NONE`].
    pub rows: Vec<Vec<(Role, Vec<u32>)>>,
    /// Where each of this month's mentions stands first, by mention.
    pub first_places: Vec<(u32, Place)>,
    /// For each mention, how many policy rows it is the holder of.
    pub applicant_rows: Vec<u32>,
    /// Mentions that are the client of a card or list.
    pub card_clients: Vec<u32>,
    /// Mentions that are insured.
    pub insured: Vec<u32>,
    /// Telephones that belong to agents.
    pub agent_phones: FxHashSet<Box<str>>,
}

/// Words of the 家庭对照表 that keep two people apart.
const APART: [&str; 6] = ["分户", "拆分", "拆开", "分开", "不同户", "非同户"];

/// Goes through all lists.
pub fn gather(
    lists: &[List],
    known: &Known,
    templates: &Templates,
    as_of: chrono::NaiveDate,
    problems: &mut Problems,
) -> Gathered {
    let mut gatherer = Gatherer {
        known: known.evidence.mentions.iter().enumerate().map(|(index, mention)| (*mention, index as u32)).collect(),
        ties: known
            .evidence
            .ties
            .iter()
            .map(|tie| ((tie.who, tie.relation, tie.of, tie.source, tie.apart), tie.since))
            .collect(),
        first_places: FxHashMap::default(),
        holders: known_holders(known),
        homes: FxHashMap::default(),
        templates,
        as_of,
        problems,
        out: Gathered {
            evidence: Evidence { ties: Vec::new(), ..known.evidence.clone() },
            rows: Vec::with_capacity(lists.len()),
            first_places: Vec::new(),
            applicant_rows: Vec::new(),
            card_clients: Vec::new(),
            insured: Vec::new(),
            agent_phones: FxHashSet::default(),
        },
    };
    for list in lists {
        gatherer.agent_phones(list);
        let rows = match list.kind {
            Kind::Policies | Kind::Renewals => gatherer.policies(list),
            Kind::Clients | Kind::Register => gatherer.clients(list),
            Kind::Family => gatherer.family_sheet(list),
            Kind::Visits | Kind::Organisation => Vec::new(),
        };
        gatherer.out.rows.push(rows);
    }
    gatherer.finish()
}

/// The mentions of the holder of each policy of earlier months.
fn known_holders(known: &Known) -> FxHashMap<Box<str>, Vec<u32>> {
    let mut mentions: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for (id, mention) in known.person_ids.iter().zip(0..) {
        mentions.entry(*id).or_default().push(mention);
    }
    let of = |person: &u32| mentions.get(person).cloned().unwrap_or_default();
    known.holders.iter().map(|(policy, person)| (policy.clone(), of(person))).collect()
}

type TieKey = (u32, Relation, u32, TieSource, bool);

struct Gatherer<'t, 'p> {
    known: FxHashMap<Mention, u32>,
    ties: FxHashMap<TieKey, Option<chrono::NaiveDate>>,
    first_places: FxHashMap<u32, Place>,
    /// Mentions of the holder of each policy.
    holders: FxHashMap<Box<str>, Vec<u32>>,
    /// Homes by address as written.
    homes: FxHashMap<Box<str>, Sym>,
    templates: &'t Templates,
    as_of: chrono::NaiveDate,
    problems: &'p mut Problems,
    out: Gathered,
}

impl Gatherer<'_, '_> {
    fn agent_phones(&mut self, list: &List) {
        let Some(column) = list.column(Slot::of(Field::AGENT_PHONE)) else { return };
        if let Data::Texts(texts) = &column.data {
            self.out
                .agent_phones
                .extend(texts.iter().flat_map(|text| text.split('|')).filter(|phone| !phone.is_empty()).map(Box::from));
        }
    }

    /// The mention with this content, new or known.
    fn mention(&mut self, mention: Mention, said: Option<chrono::NaiveDate>, place: Place) -> u32 {
        let next = self.out.evidence.mentions.len() as u32;
        let index = *self.known.entry(mention).or_insert(next);
        if index == next {
            self.out.evidence.mentions.push(mention);
            self.out.evidence.last_said.push(said);
        }
        let newest = &mut self.out.evidence.last_said[index as usize];
        *newest = said.max(*newest);
        self.first_places.entry(index).or_insert(place);
        index
    }

    fn tie(
        &mut self,
        who: u32,
        relation: Relation,
        of: u32,
        source: TieSource,
        since: Option<chrono::NaiveDate>,
        apart: bool,
    ) {
        if who != NONE && of != NONE && who != of {
            let newest = self.ties.entry((who, relation, of, source, apart)).or_insert(since);
            *newest = (*newest).max(since);
        }
    }

    fn home(&mut self, address: &str) -> Sym {
        if address.is_empty() {
            return Sym::BLANK;
        }
        if let Some(home) = self.homes.get(address) {
            return *home;
        }
        let key = Address::read(Cell::from(address)).good().and_then(|address| address.home_key());
        let home = key.map_or(Sym::BLANK, |key| self.out.evidence.texts.intern(&key));
        self.homes.insert(address.into(), home);
        home
    }

    fn policies(&mut self, list: &List) -> Vec<(Role, Vec<u32>)> {
        let applicant = PersonColumns::of(list, Role::Applicant);
        let insured = PersonColumns::of(list, Role::Insured);
        let to_applicant = list.column(Slot::of(Field::RELATION_TO_APPLICANT));
        let to_insured = list.column(Slot::of(Field::RELATION_TO_INSURED));
        let effective = list.column(Slot::of(Field::EFFECTIVE_DATE));
        let beneficiary = list.column(Slot::of(Field::BENEFICIARY));
        let mut applicants = Vec::with_capacity(list.len());
        let mut insureds = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let since = day_at(effective, row).filter(|day| *day <= self.as_of);
            let holder = self.person(&applicant, list, row, since);
            let mut other = self.person(&insured, list, row, since);
            let relation = word(to_applicant, row).and_then(Relation::from_title);
            let inverse = word(to_insured, row).and_then(Relation::from_title);
            let oneself = relation.or(inverse) == Some(Relation::Oneself);
            if other == NONE
                || (oneself && self.adds_nothing(other, holder))
                || (relation.is_none() && inverse.is_none() && self.adds_nothing(other, holder))
            {
                other = holder;
            }
            if let Some(relation) = relation {
                self.tie(other, relation, holder, TieSource::Policy, since, false);
            } else if let Some(relation) = inverse {
                self.tie(holder, relation, other, TieSource::Policy, since, false);
            } else {
                self.tie(other, Relation::FamilyMember, holder, TieSource::SamePolicy, since, false);
            }
            if holder != NONE {
                self.same_holder(list.text(Field::POLICY_NO, row), holder);
                let counts = &mut self.out.applicant_rows;
                counts.resize(counts.len().max(holder as usize + 1), 0);
                counts[holder as usize] += 1;
            }
            if other != NONE && other != holder {
                self.out.insured.push(other);
            }
            if let Some(names) = word(beneficiary, row) {
                let agent = applicant.agent_of(row);
                self.beneficiaries(names, &agent, list.place(row), since, [holder, other]);
            }
            applicants.push(holder);
            insureds.push(other);
        }
        vec![(Role::Applicant, applicants), (Role::Insured, insureds)]
    }

    /// The holder of a policy is who held it before, if the name is the same: a new telephone makes nobody else
    /// of them.
    fn same_holder(&mut self, policy_no: &str, holder: u32) {
        if policy_no.is_empty() {
            return;
        }
        let mentions = &self.out.evidence.mentions;
        let name = mentions[holder as usize].name;
        let Some(before) = self.holders.get_mut(policy_no) else {
            self.holders.insert(policy_no.into(), vec![holder]);
            return;
        };
        if name.is_blank() || before.contains(&holder) {
            return;
        }
        let earlier = before.iter().copied().find(|earlier| mentions[*earlier as usize].name == name);
        before.push(holder);
        if let Some(earlier) = earlier {
            self.tie(holder, Relation::Oneself, earlier, TieSource::Policy, None, false);
        }
    }

    /// Everybody named as beneficiary belongs in some way to holder and insured.
    fn beneficiaries(
        &mut self,
        names: &str,
        agent: &str,
        place: Place,
        since: Option<chrono::NaiveDate>,
        policy_people: [u32; 2],
    ) {
        for name in names.split(['、', ',', '，', ';', '；', '/', ' ', '|']) {
            let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '%' | '.' | '％'));
            let Some(name) = PersonName::read(Cell::from(name)).good().filter(|name| !name.is_organisation()) else {
                continue;
            };
            let home = |of: &u32| self.out.evidence.mentions.get(*of as usize).map(|mention| mention.home);
            let near = policy_people.iter().filter_map(home).find(|home| !home.is_blank()).unwrap_or_default();
            let texts = &mut self.out.evidence.texts;
            let (name, agent) = (texts.intern(name.as_str()), texts.intern(agent));
            let mention = Mention { name, agent, near, ..Mention::default() };
            let who = self.mention(mention, None, place);
            for of in policy_people {
                let named_like = of != NONE && self.out.evidence.mentions[of as usize].name == mention.name;
                if !named_like {
                    self.tie(who, Relation::FamilyMember, of, TieSource::Beneficiary, since, false);
                }
            }
        }
    }

    /// Whether one mention has the same name as another and no number or birth date of its own.
    fn adds_nothing(&self, one: u32, other: u32) -> bool {
        if one == NONE || other == NONE {
            return false;
        }
        let (one, other) = (&self.out.evidence.mentions[one as usize], &self.out.evidence.mentions[other as usize]);
        one.name == other.name
            && (one.certificate.is_blank() || one.certificate == other.certificate)
            && (one.seen_certificate.is_blank() || one.seen_certificate == other.seen_certificate)
            && (one.birth.is_none() || one.birth == other.birth)
    }

    fn clients(&mut self, list: &List) -> Vec<(Role, Vec<u32>)> {
        let client = PersonColumns::of(list, Role::Client);
        let relatives: Vec<(Role, Relation, PersonColumns<'_>)> = list
            .columns
            .iter()
            .filter(|column| column.slot.field == Field::NAME)
            .filter_map(|column| {
                let relation = self.templates.fields.relation_of(column.slot.role)?;
                Some((column.slot.role, relation, PersonColumns::nth(list, column.slot.role, column.slot.nth)))
            })
            .collect();
        let packed = list.column(Slot::of(Field::FAMILY_MEMBERS));
        let number = list.column(Slot::of(Field::HOUSEHOLD_NO));
        let mut by_number: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        let mut mentions = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let made = list.date;
            let who = self.person(&client, list, row, made);
            mentions.push(who);
            if who == NONE {
                self.problem(Code::RowNoKey, list.place(row), "", "", "没有姓名、证件号和电话", Outcome::RowSetAside);
                continue;
            }
            self.out.card_clients.push(who);
            for (_, relation, columns) in &relatives {
                let relative = self.person(columns, list, row, None);
                self.tie(relative, *relation, who, TieSource::Card, None, false);
            }
            if let Some(column) = packed {
                self.family_cell(list, column, row, who, &client.agent_of(row));
            }
            if let Some(number) = word(number, row) {
                let others = by_number.entry(number).or_default();
                if let Some(other) = others.iter().copied().find(|other| self.share_home_or_phone(who, *other)) {
                    self.tie(who, Relation::FamilyMember, other, TieSource::SharedNumber, None, false);
                }
                others.push(who);
            }
        }
        vec![(Role::Client, mentions)]
    }

    fn share_home_or_phone(&self, one: u32, other: u32) -> bool {
        let evidence = &self.out.evidence;
        let (one, other) = (&evidence.mentions[one as usize], &evidence.mentions[other as usize]);
        let phones: Vec<&str> = evidence.texts.text(one.phones).split('|').filter(|phone| !phone.is_empty()).collect();
        (!one.home.is_blank() && one.home == other.home)
            || evidence.texts.text(other.phones).split('|').any(|phone| phones.contains(&phone))
    }

    fn family_cell(&mut self, list: &List, column: &Column, row: usize, client: u32, agent: &str) {
        let text = column.data.text(row);
        if text.is_empty() {
            return;
        }
        let reading = FamilyCell::read(text, &self.templates.values);
        let place = list.cell(row, column);
        for relative in &reading.relatives {
            let who = self.relative(relative, client, agent, list, place);
            self.tie(who, relative.relation, client, TieSource::Card, None, false);
        }
        if let Some(leftover) = &reading.leftover {
            let what = format!("“{leftover}”没有看懂");
            self.problem(Code::FamilyCellUnread, place, &column.heading, text, &what, Outcome::KeptAsIs);
        }
    }

    /// A relative named in a packed cell. An age counts from the day of the list, if that is known.
    fn relative(&mut self, relative: &Relative, client: u32, agent: &str, list: &List, place: Place) -> u32 {
        let Some(name) = &relative.name else { return NONE };
        let cell = |text: &'_ Option<String>| -> String { text.clone().unwrap_or_default() };
        let card = IdCard::read(Cell::from(cell(&relative.id_text).as_str())).good();
        let phones = Phones::read(Cell::from(cell(&relative.phone_text).as_str())).good().map(|phones| phones.to_string());
        let born = PartialDate::read(Cell::from(cell(&relative.birth_text).as_str())).good();
        let by_age = relative
            .age
            .zip(list.date)
            .map(|(age, date)| chrono::Datelike::year(&date) - age as i32)
            .and_then(PartialDate::of_year);
        let near = self.out.evidence.mentions[client as usize].home;
        let texts = &mut self.out.evidence.texts;
        let mention = Mention {
            name: texts.intern(name),
            certificate: card.map_or(Sym::BLANK, |card| texts.intern(&card.to_string())),
            birth: born.or(by_age),
            gender: relative.relation.sex(),
            phones: phones.map_or(Sym::BLANK, |phones| texts.intern(&phones)),
            agent: texts.intern(agent),
            near,
            ..Mention::default()
        };
        self.mention(mention, None, place)
    }

    fn family_sheet(&mut self, list: &List) -> Vec<(Role, Vec<u32>)> {
        let head = PersonColumns::of(list, Role::Head);
        let member = PersonColumns::of(list, Role::Member);
        let relation = list.column(Slot::of(Field::RELATION_TO_HEAD));
        let ruling = list.column(Slot::of(Field::FAMILY_RULING));
        let mut heads = Vec::with_capacity(list.len());
        let mut members = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let (one, other) = (self.person(&head, list, row, list.date), self.person(&member, list, row, list.date));
            let relation = word(relation, row).and_then(Relation::from_title).unwrap_or(Relation::FamilyMember);
            let apart = word(ruling, row).is_some_and(|word| APART.iter().any(|apart| word.contains(apart)));
            self.tie(other, relation, one, TieSource::FamilySheet, None, apart);
            heads.push(one);
            members.push(other);
        }
        vec![(Role::Head, heads), (Role::Member, members)]
    }

    /// The mention of a person in a row; [`NONE`] when the row says nothing that tells who it is.
    fn person(&mut self, columns: &PersonColumns<'_>, list: &List, row: usize, said: Option<chrono::NaiveDate>) -> u32 {
        let name = columns.name.map_or("", |column| column.data.text(row));
        let certificate = columns.certificate.map_or("", |column| column.data.text(row));
        let phones = columns.phones(row);
        if name.is_empty() && certificate.is_empty() && phones.is_empty() {
            return NONE;
        }
        let home = self.home(columns.address.map_or("", |column| column.data.text(row)));
        let seen_certificate = columns.seen_certificate(row);
        let seen_phones = columns.seen_phones(row);
        let agent = columns.agent_of(row);
        let texts = &mut self.out.evidence.texts;
        let mention = Mention {
            name: texts.intern(name),
            certificate: texts.intern(certificate),
            birth: columns.birth.and_then(|column| match &column.data {
                Data::Dates(dates) => dates[row],
                _ => None,
            }),
            gender: columns.gender.and_then(|column| Gender::from_title(column.data.text(row))),
            phones: texts.intern(&phones),
            home,
            seen_certificate: texts.intern(&seen_certificate),
            seen_phones: texts.intern(&seen_phones),
            agent: texts.intern(&agent),
            near: Sym::BLANK,
        };
        let before = self.first_places.len();
        let index = self.mention(mention, said, list.place(row));
        if self.first_places.len() > before {
            self.contradictions(&mention, columns, list, row);
        }
        index
    }

    /// An ID card says the birth date and the sex; a list that says otherwise is told so.
    fn contradictions(&mut self, mention: &Mention, columns: &PersonColumns<'_>, list: &List, row: usize) {
        let Some(card) = person::id_card(&self.out.evidence, mention) else { return };
        if let (Some(column), Some(birth)) = (columns.birth, mention.birth.and_then(PartialDate::day))
            && birth != card.birth_date()
        {
            let what = format!("写的是 {birth}，身份证是 {}", card.birth_date());
            self.problem(
                Code::BirthContradicts,
                list.cell(row, column),
                &column.heading,
                &birth.to_string(),
                &what,
                Outcome::KeptAsIs,
            );
        }
        if let (Some(column), Some(gender)) = (columns.gender, mention.gender)
            && gender != card.sex()
        {
            let what = format!("写的是{}，身份证是{}", gender.title(), card.sex().title());
            self.problem(
                Code::SexContradicts,
                list.cell(row, column),
                &column.heading,
                gender.title(),
                &what,
                Outcome::KeptAsIs,
            );
        }
    }

    fn problem(&mut self, code: Code, place: Place, field: &str, found: &str, what: &str, outcome: Outcome) {
        self.problems.push(Problem { code, place, field: field.into(), found: found.into(), what: what.into(), outcome });
    }

    fn finish(mut self) -> Gathered {
        let mut ties: Vec<Tie> = self
            .ties
            .into_iter()
            .map(|((who, relation, of, source, apart), since)| Tie { who, relation, of, source, since, apart })
            .collect();
        ties.sort_unstable();
        self.out.evidence.ties = ties;
        self.out.applicant_rows.resize(self.out.evidence.mentions.len(), 0);
        self.out.first_places = self.first_places.into_iter().collect();
        self.out.first_places.sort_unstable();
        self.out
    }
}

fn day_at(column: Option<&Column>, row: usize) -> Option<chrono::NaiveDate> {
    match &column?.data {
        Data::Dates(dates) => dates[row].and_then(PartialDate::day),
        _ => None,
    }
}

fn word(column: Option<&Column>, row: usize) -> Option<&str> {
    column.map(|column| column.data.text(row)).filter(|word| !word.is_empty())
}

/// The columns of a list that tell who somebody in a row is.
struct PersonColumns<'l> {
    name: Option<&'l Column>,
    certificate: Option<&'l Column>,
    birth: Option<&'l Column>,
    gender: Option<&'l Column>,
    address: Option<&'l Column>,
    phones: Vec<&'l Column>,
    agent: Option<&'l Column>,
    /// Texts of certificates and telephones that were not understood, by row and column.
    unread: FxHashMap<(u32, u16), &'l str>,
}

impl<'l> PersonColumns<'l> {
    fn of(list: &'l List, role: Role) -> Self {
        PersonColumns::nth(list, role, 0)
    }

    fn nth(list: &'l List, role: Role, nth: u8) -> Self {
        let column = |field| list.column(Slot { role, field, nth });
        let is_phone = |column: &&Column| {
            column.slot.role == role
                && [Field::PHONE, Field::HOME_PHONE].contains(&column.slot.field)
                && (nth == 0 || column.slot.nth == nth)
        };
        let certificate = column(Field::CERT_NO);
        let phones: Vec<&Column> = list.columns.iter().filter(is_phone).collect();
        let numbers: Vec<u32> = certificate.iter().chain(&phones).map(|column| column.at).collect();
        PersonColumns {
            name: column(Field::NAME),
            certificate,
            birth: column(Field::BIRTH),
            gender: column(Field::GENDER),
            address: column(Field::ADDRESS),
            phones,
            agent: list.column(Slot::of(Field::AGENT)),
            unread: list.originals.in_columns(&numbers),
        }
    }

    fn agent_of(&self, row: usize) -> String {
        self.agent.map_or("", |column| column.data.text(row)).to_string()
    }

    /// What can be seen of a certificate number that was not understood.
    fn seen_certificate(&self, row: usize) -> String {
        let blank = self.certificate.filter(|column| column.data.is_blank(row));
        let text = blank.and_then(|column| self.unread.get(&(row as u32, column.at as u16)));
        text.and_then(|text| visible::certificate(text)).unwrap_or_default()
    }

    /// What can be seen of telephones that were not understood, joined with `|`.
    fn seen_phones(&self, row: usize) -> String {
        let blank = self.phones.iter().filter(|column| column.data.is_blank(row));
        let texts = blank.filter_map(|column| self.unread.get(&(row as u32, column.at as u16)));
        texts.filter_map(|text| visible::phone(text)).collect::<Vec<_>>().join("|")
    }

    /// All telephones of a row, joined with `|`.
    fn phones(&self, row: usize) -> std::borrow::Cow<'l, str> {
        let mut given = self.phones.iter().map(|column| column.data.text(row)).filter(|text| !text.is_empty());
        let Some(first) = given.next() else { return "".into() };
        let rest: Vec<&str> = given.collect();
        if rest.is_empty() { first.into() } else { format!("{first}|{}", rest.join("|")).into() }
    }
}
