//! Collects everything this month's lists say about who somebody is and how they are related, on top of what
//! earlier months said.

use std::cmp::Reverse;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::marked::{Found, Marked};
use super::ruling::{Numbered, Ruled, Ruling};
use super::{person, ruling};
use crate::model::address::Address;
use crate::model::assembled::{Evidence, Known, Mention, NONE, Tie, TieSource};
use crate::model::cell::Cell;
use crate::model::client_no::ClientNo;
use crate::model::columns::{Data, PerText};
use crate::model::date::PartialDate;
use crate::model::family_cell::{FamilyCell, Relative};
use crate::model::gender::Gender;
use crate::model::id_card::IdCard;
use crate::model::intern::{Interner, Sym};
use crate::model::list::{Column, Kind, List, OwnRow, Slot};
use crate::model::name::PersonName;
use crate::model::name::says_died;
use crate::model::phone::Phones;
use crate::model::relation::Relation;
use crate::model::variants::simplified;
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
    /// Where each mention stands first in this month's lists; nowhere, if only earlier months have it.
    pub first_places: Vec<Option<Place>>,
    /// Who holds which policy, by mention and by a number for the policy; a row without a policy number is one.
    pub held: Vec<(u32, u32)>,
    /// Mentions that are the client of a card or list.
    pub card_clients: Vec<u32>,
    /// Mentions that are insured.
    pub insured: Vec<u32>,
    /// Telephones that belong to agents.
    pub agent_phones: FxHashSet<Box<str>>,
    /// Rows of this month's lists that rule on two people.
    pub ruled: Vec<Ruled>,
}

impl Gathered {
    /// The mentions of this month's lists, each with the place where it stands first.
    pub fn first_said(&self) -> impl Iterator<Item = (u32, Place)> {
        (0..).zip(&self.first_places).filter_map(|(mention, place)| Some((mention, (*place)?)))
    }
}

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
        holders: Holders::of(known),
        marked: lists.iter().any(List::is_of_own_cards).then(|| Marked::of(known)),
        joined: FxHashMap::default(),
        templates,
        as_of,
        problems,
        out: Gathered {
            evidence: known.evidence.clone(),
            rows: Vec::with_capacity(lists.len()),
            first_places: vec![None; known.evidence.mentions.len()],
            held: Vec::new(),
            card_clients: Vec::new(),
            insured: Vec::new(),
            agent_phones: FxHashSet::default(),
            ruled: Vec::new(),
        },
        on_cards: FxHashMap::default(),
    };
    for list in lists {
        gatherer.agent_phones(list);
        let rows = match list.kind {
            Kind::Policies | Kind::Renewals | Kind::CardPolicies => gatherer.policies(list),
            Kind::Clients | Kind::Register => gatherer.clients(list),
            Kind::Relatives => gatherer.relatives(list),
            Kind::Visits | Kind::Needs | Kind::Referrals if list.is_of_own_cards() => gatherer.dealings(list),
            Kind::Visits | Kind::Needs | Kind::Referrals | Kind::Organisation | Kind::FamilyCheck | Kind::Family => {
                Vec::new()
            }
        };
        gatherer.out.rows.push(rows);
    }
    // A 家庭对照表 may go by numbers that only this month's cards give.
    let family_sheets: Vec<usize> = (0..lists.len()).filter(|at| lists[*at].kind == Kind::Family).collect();
    if !family_sheets.is_empty() {
        let numbered = Numbered::of(known);
        for at in family_sheets {
            let is_news = !known.read_before.contains(&lists[at].source);
            gatherer.out.rows[at] = gatherer.family_sheet(lists, at, &numbered, is_news);
        }
    }
    gatherer.finish()
}

struct Gatherer<'t, 'p, 'k> {
    known: FxHashMap<Mention, u32>,
    holders: Holders,
    /// Whose cards of ours are, if there are any.
    marked: Option<Marked<'k>>,
    /// Telephones of several columns as one text.
    joined: FxHashMap<(Sym, Sym), Sym>,
    templates: &'t Templates,
    as_of: chrono::NaiveDate,
    problems: &'p mut Problems,
    out: Gathered,
    /// The clients beside each number on this month's cards and lists.
    on_cards: FxHashMap<ClientNo, Vec<u32>>,
}

impl<'k> Gatherer<'_, '_, 'k> {
    fn agent_phones(&mut self, list: &List) {
        let Some(Data::Words(phones)) = list.data(Field::AGENT_PHONE) else { return };
        let each = phones.distinct().iter().flat_map(|phones| phones.split('|')).filter(|phone| !phone.is_empty());
        self.out.agent_phones.extend(each.map(Box::from));
    }

    /// The mention with this content, new or known, and whether this month's lists had not said it yet.
    fn mention(&mut self, mention: Mention, said: Option<chrono::NaiveDate>, place: Place) -> (u32, bool) {
        let next = self.out.evidence.mentions.len() as u32;
        let index = *self.known.entry(mention).or_insert(next);
        if index == next {
            self.out.evidence.mentions.push(mention);
            self.out.evidence.last_said.push(said);
            self.out.first_places.push(None);
        }
        let newest = &mut self.out.evidence.last_said[index as usize];
        *newest = said.max(*newest);
        let first = &mut self.out.first_places[index as usize];
        let is_first = first.is_none();
        first.get_or_insert(place);
        (index, is_first)
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
            self.out.evidence.ties.push(Tie { who, relation, of, source, since, apart });
        }
    }

    fn policies(&mut self, list: &List) -> Vec<(Role, Vec<u32>)> {
        let applicant = PersonColumns::of(list, Role::Applicant, 0, &mut self.out.evidence.texts);
        let insured = PersonColumns::of(list, Role::Insured, 0, &mut self.out.evidence.texts);
        let numbers = list.column(Slot::of(Field::POLICY_NO));
        let to_applicant = PerText::of(list.data(Field::RELATION_TO_APPLICANT), Relation::from_title);
        let to_insured = PerText::of(list.data(Field::RELATION_TO_INSURED), Relation::from_title);
        let effective = list.column(Slot::of(Field::EFFECTIVE_DATE));
        let texts = &mut self.out.evidence.texts;
        let beneficiaries = PerText::side_by_side(list.data(Field::BENEFICIARY), beneficiaries)
            .then(|names| names.iter().map(|name| texts.intern(name)).collect::<Vec<Sym>>());
        let mut applicants = Vec::with_capacity(list.len());
        let mut insureds = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let since = day_at(effective, row).filter(|day| *day <= self.as_of);
            let own = list.own(row).and_then(|own| Some((own, self.marked.as_ref()?.client(own)?)));
            let (holder, mut other) = match own {
                Some((own, client)) => {
                    let [holder, other] = [&applicant, &insured].map(|who| match self.says_anew(who, list, row) {
                        true => self.person(who, list, row, since),
                        false => NONE,
                    });
                    // Who holds a policy that stood there is known; one that is new is the client's.
                    (if holder == NONE && !own.was_there { client.mention } else { holder }, other)
                }
                None => (self.person(&applicant, list, row, since), self.person(&insured, list, row, since)),
            };
            let (relation, inverse) = (*to_applicant.at(row), *to_insured.at(row));
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
                let policy = self.same_holder(word(numbers, row).unwrap_or(""), holder);
                // Those without a number are counted from the other end.
                let policy = policy.unwrap_or(u32::MAX - self.out.held.len() as u32);
                self.out.held.push((holder, policy));
            }
            // Whom a card of ours calls insured by a policy that stood there is nobody's client for that alone.
            let is_corrected = own.is_some_and(|(own, _)| own.was_there);
            if other != NONE && other != holder && !is_corrected {
                self.out.insured.push(other);
            }
            for name in beneficiaries.at(row) {
                self.beneficiary(*name, applicant.agent_of(row), list.place(row), since, [holder, other]);
            }
            applicants.push(holder);
            insureds.push(other);
        }
        vec![(Role::Applicant, applicants), (Role::Insured, insureds)]
    }

    /// The holder of a policy is who held it before, if the name is the same: a new telephone makes nobody else
    /// of them. Says the number of the policy among all.
    fn same_holder(&mut self, policy_no: &str, holder: u32) -> Option<u32> {
        if policy_no.is_empty() {
            return None;
        }
        let mentions = &self.out.evidence.mentions;
        let name = mentions[holder as usize].name;
        let (policy, before) = self.holders.of_policy(policy_no);
        if before.is_empty() {
            before.push(holder);
            return Some(policy);
        }
        if name.is_blank() || before.contains(&holder) {
            return Some(policy);
        }
        let earlier = before.iter().copied().find(|earlier| mentions[*earlier as usize].name == name);
        before.push(holder);
        if let Some(earlier) = earlier {
            self.tie(holder, Relation::Oneself, earlier, TieSource::Policy, None, false);
        }
        Some(policy)
    }

    /// Whoever is named as beneficiary belongs in some way to holder and insured.
    fn beneficiary(
        &mut self,
        name: Sym,
        agent: Sym,
        place: Place,
        since: Option<chrono::NaiveDate>,
        policy_people: [u32; 2],
    ) {
        let home = |of: &u32| self.out.evidence.mentions.get(*of as usize).map(|mention| mention.home);
        let near = policy_people.iter().filter_map(home).find(|home| !home.is_blank()).unwrap_or_default();
        let (who, _) = self.mention(Mention { name, agent, near, ..Mention::default() }, None, place);
        for of in policy_people {
            if of != NONE && self.out.evidence.mentions[of as usize].name != name {
                self.tie(who, Relation::FamilyMember, of, TieSource::Beneficiary, since, false);
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
        let client = PersonColumns::of(list, Role::Client, 0, &mut self.out.evidence.texts);
        let named = list.columns.iter().filter(|column| column.slot.field == Field::NAME);
        let relatives: Vec<(Slot, Relation, PersonColumns<'_>)> = named
            .filter_map(|column| {
                let relation = self.templates.fields.relation_of(column.slot.role)?;
                let columns = PersonColumns::of(list, column.slot.role, column.slot.nth, &mut self.out.evidence.texts);
                Some((column.slot, relation, columns))
            })
            .collect();
        let mut related = vec![vec![NONE; list.len()]; relatives.len()];
        let packed = list.column(Slot::of(Field::FAMILY_MEMBERS));
        let number = list.column(Slot::of(Field::HOUSEHOLD_NO));
        let mut by_number: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        let mut mentions = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let made = list.date;
            let who = self.client_of_card(&client, list, row).unwrap_or_else(|| self.person(&client, list, row, made));
            mentions.push(who);
            if who == NONE {
                self.problem(Code::RowNoKey, list.place(row), "", "", "没有姓名、证件号和电话", Outcome::RowSetAside);
                continue;
            }
            self.out.card_clients.push(who);
            for ((_, relation, columns), related) in relatives.iter().zip(&mut related) {
                let relative = self.person(columns, list, row, None);
                related[row] = relative;
                self.tie(relative, *relation, who, TieSource::Card, None, false);
            }
            if let Some(column) = packed {
                self.family_cell(list, column, row, who, client.agent_of(row));
            }
            if let Some(number) = word(number, row) {
                if let Some(number) = ClientNo::read(Cell::from(number)).good() {
                    self.on_cards.entry(number.household()).or_default().push(who);
                }
                let others = by_number.entry(number).or_default();
                if let Some(other) = others.iter().copied().find(|other| self.share_home_or_phone(who, *other)) {
                    self.tie(who, Relation::FamilyMember, other, TieSource::SharedNumber, None, false);
                }
                others.push(who);
            }
        }
        let first = relatives.iter().zip(related).filter(|((slot, ..), _)| slot.nth == 0);
        std::iter::once((Role::Client, mentions)).chain(first.map(|((slot, ..), related)| (slot.role, related))).collect()
    }

    fn share_home_or_phone(&self, one: u32, other: u32) -> bool {
        let evidence = &self.out.evidence;
        let (one, other) = (&evidence.mentions[one as usize], &evidence.mentions[other as usize]);
        let phones: Vec<&str> = evidence.texts.text(one.phones).split('|').filter(|phone| !phone.is_empty()).collect();
        (!one.home.is_blank() && one.home == other.home)
            || evidence.texts.text(other.phones).split('|').any(|phone| phones.contains(&phone))
    }

    fn family_cell(&mut self, list: &List, column: &Column, row: usize, client: u32, agent: Sym) {
        let text = column.data.text(row);
        if text.is_empty() {
            return;
        }
        let reading = FamilyCell::read(text, &self.templates.values, &self.templates.surnames);
        let place = list.cell(row, column);
        for relative in &reading.relatives {
            let who = self.relative(relative, client, agent, list, place);
            self.tie(who, relative.relation, client, TieSource::Card, None, false);
            if who != NONE
                && let Some(note) = relative.note.as_deref().filter(|note| says_died(note))
            {
                let what = format!("“{}”写着“{note}”，这里仍按在世的人算", relative.name.as_deref().unwrap_or_default());
                self.problem(Code::PersonDied, place, &column.heading, text, &what, Outcome::KeptAsIs);
            }
        }
        if let Some(leftover) = &reading.leftover {
            let what = format!("“{leftover}”没有看懂");
            self.problem(Code::FamilyCellUnread, place, &column.heading, text, &what, Outcome::KeptAsIs);
        }
    }

    /// A relative named in a packed cell. An age counts from the day of the list, if that is known.
    fn relative(&mut self, relative: &Relative, client: u32, agent: Sym, list: &List, place: Place) -> u32 {
        let Some(name) = &relative.name else { return NONE };
        let cell = |text: &'_ Option<String>| -> String { text.clone().unwrap_or_default() };
        let card = IdCard::read(Cell::from(cell(&relative.id_text).as_str())).good();
        let phones = Phones::read(Cell::from(cell(&relative.phone_text).as_str())).good().map(|phones| phones.to_string());
        let born = PartialDate::read_birth(Cell::from(cell(&relative.birth_text).as_str()), self.as_of).good();
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
            agent,
            near,
            ..Mention::default()
        };
        self.mention(mention, None, place).0
    }

    /// Relatives as cards name them.
    fn relatives(&mut self, list: &List) -> Vec<(Role, Vec<u32>)> {
        let head = PersonColumns::of(list, Role::Head, 0, &mut self.out.evidence.texts);
        let member = PersonColumns::of(list, Role::Member, 0, &mut self.out.evidence.texts);
        let relation = list.column(Slot::of(Field::RELATION_TO_HEAD));
        let mut heads = Vec::with_capacity(list.len());
        let mut members = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let own = list.own(row).and_then(|own| Some((own, self.marked.as_ref()?.client(own)?)));
            let one = own.map_or_else(|| self.person(&head, list, row, list.date), |(_, client)| client.mention);
            let known = own.and_then(|(own, _)| self.relative_on_card(&member, list, row, own));
            let other = known.unwrap_or_else(|| self.person(&member, list, row, list.date));
            heads.push(one);
            members.push(other);
            // What we ourselves wrote is no proof of itself.
            if known.is_some() && relation.is_some_and(|column| list.is_kept(row, column)) {
                continue;
            }
            let relation = word(relation, row).and_then(Relation::from_title).unwrap_or(Relation::FamilyMember);
            self.tie(other, relation, one, TieSource::Card, None, false);
        }
        vec![(Role::Head, heads), (Role::Member, members)]
    }

    /// Whose the visits and notes of our cards are.
    fn dealings(&self, list: &List) -> Vec<(Role, Vec<u32>)> {
        let client = |row| list.own(row).and_then(|own| Some(self.marked.as_ref()?.client(own)?.mention));
        vec![(Role::Client, (0..list.len()).map(|row| client(row).unwrap_or(NONE)).collect())]
    }

    /// The client of the card of ours that a row stands on. What was changed about who they are is said of them.
    fn client_of_card(&mut self, columns: &PersonColumns<'_>, list: &List, row: usize) -> Option<u32> {
        let own = list.own(row)?;
        let client = self.marked.as_ref()?.client(own)?;
        self.correction(client, columns, list, row, own);
        Some(client.mention)
    }

    /// The same of a relative whose row stood there.
    fn relative_on_card(&mut self, columns: &PersonColumns<'_>, list: &List, row: usize, own: &OwnRow) -> Option<u32> {
        let name = columns.name_column.filter(|column| list.is_kept(row, column)).map(|column| column.data.text(row));
        let member = self.marked.as_ref()?.member(own, name.unwrap_or_default())?;
        self.correction(member, columns, list, row, own);
        Some(member.mention)
    }

    /// Whether a card of ours says who somebody is otherwise than we wrote it.
    fn says_anew(&self, columns: &PersonColumns<'_>, list: &List, row: usize) -> bool {
        columns.name_column.is_some_and(|column| !column.data.is_blank(row) && !list.is_kept(row, column))
    }

    /// What was changed on a card of ours about who somebody is: a statement of its own, which is said of them by the
    /// marks of the card. It never makes anybody else of them.
    fn correction(&mut self, known: Found, columns: &PersonColumns<'_>, list: &List, row: usize, own: &OwnRow) {
        let mut said = self.mentioned(columns, list, row, &|column| !list.is_kept(row, column));
        let certificate = self.out.evidence.texts.text(said.certificate).to_string();
        let contradicts = |marked: &Marked<'_>| marked.certificates(known.person).any(|other| other != certificate);
        // Two certificates are two people's: that it is not taken is told where the values are merged.
        if !certificate.is_empty() && self.marked.as_ref().is_some_and(contradicts) {
            said.certificate = Sym::BLANK;
        }
        // Who lives where parts households: an address that the company knows better must not.
        (said.seen_certificate, said.agent, said.home) = (Sym::BLANK, Sym::BLANK, Sym::BLANK);
        if said == Mention::default() {
            return;
        }
        said.card = self.out.evidence.texts.intern(&format!("{} {}", own.household, known.person));
        let (mention, _) = self.mention(said, list.date, list.place(row));
        self.tie(mention, Relation::Oneself, known.mention, TieSource::Card, None, false);
    }

    fn family_sheet(&mut self, lists: &[List], at: usize, numbered: &Numbered<'_>, is_news: bool) -> Vec<(Role, Vec<u32>)> {
        let list = &lists[at];
        let head = PersonColumns::of(list, Role::Head, 0, &mut self.out.evidence.texts);
        let member = PersonColumns::of(list, Role::Member, 0, &mut self.out.evidence.texts);
        let number = |role: Role| list.column(Slot::whose(role, Field::HOUSEHOLD_NO));
        let head_number = number(Role::Head).or_else(|| number(Role::Client));
        let member_number = number(Role::Member);
        let relations = list.column(Slot::of(Field::RELATION_TO_HEAD));
        let rulings = list.column(Slot::of(Field::FAMILY_RULING));
        let mut heads = Vec::with_capacity(list.len());
        let mut members = Vec::with_capacity(list.len());
        for row in 0..list.len() {
            let one = self.whom_the_sheet_means(list, row, &head, head_number, numbered);
            let other = self.whom_the_sheet_means(list, row, &member, member_number, numbered);
            let relation = word(relations, row).and_then(Relation::from_title);
            let said = word(rulings, row).unwrap_or("");
            let ruling = match (Ruling::read(said), relation) {
                (None, Some(relation)) if said.is_empty() && !relation.is_family() => {
                    let what = format!("“{}”不是家人，处理又空着，这一行没有照办", relation.title());
                    let place = relations.map_or(list.place(row), |column| list.cell(row, column));
                    self.problem(
                        Code::FamilyRulingUnread,
                        place,
                        "与户主关系",
                        relation.title(),
                        &what,
                        Outcome::RowSetAside,
                    );
                    None
                }
                (None, _) if said.is_empty() => Some(Ruling::Join),
                (Some(ruling @ (Ruling::Join | Ruling::Split)), _) => Some(ruling),
                (Some(Ruling::Leave) | None, _) => {
                    let what = format!("“{said}”不是 同户、分户 之一，这一行没有照办");
                    let (place, field) = cell_of(list, row, rulings);
                    self.problem(Code::FamilyRulingUnread, place, &field, said, &what, Outcome::RowSetAside);
                    None
                }
            };
            let (Some(one), Some(other), Some(ruling)) = (one, other, ruling) else {
                heads.push(NONE);
                members.push(NONE);
                continue;
            };
            heads.push(one);
            members.push(other);
            if one == NONE || other == NONE || one == other {
                continue;
            }
            let tie = Tie {
                who: other,
                relation: relation.unwrap_or(Relation::FamilyMember),
                of: one,
                source: TieSource::FamilySheet,
                since: ruling::ruled_on(list.date, is_news, self.as_of),
                apart: ruling == Ruling::Split,
            };
            self.out.evidence.ties.push(tie);
            let (place, field) = cell_of(list, row, rulings);
            let (statement, row, said) = (ruling::statement(&tie), Some((at, row)), said.into());
            self.out.ruled.push(Ruled { statement, is_news, row, place, field, said });
        }
        vec![(Role::Head, heads), (Role::Member, members)]
    }

    /// Whom a row of a 家庭对照表 means, by number or by what else it says of them; `None` when that was told not to
    /// fit together.
    fn whom_the_sheet_means(
        &mut self,
        list: &List,
        row: usize,
        columns: &PersonColumns<'_>,
        numbers: Option<&Column>,
        numbered: &Numbered<'_>,
    ) -> Option<u32> {
        let number = numbers.and_then(|column| ClientNo::read(Cell::from(column.data.text(row))).good());
        let (Some(number), Some(column)) = (number, numbers) else {
            return Some(self.person(columns, list, row, list.date));
        };
        let name = self.out.evidence.texts.text(*columns.name.at(row)).to_string();
        let place = list.cell(row, column);
        let what = match numbered.meant(number, &name) {
            Some(Ok(found)) => return Some(found.mention),
            Some(Err(what)) => what,
            None => {
                let evidence = &self.out.evidence;
                let is_called = |who: &&u32| {
                    let said = evidence.mentions[**who as usize].name;
                    name.is_empty() || simplified(evidence.texts.text(said)) == simplified(&name)
                };
                match self.on_cards.get(&number.household()).map(|clients| clients.iter().find(is_called)) {
                    Some(Some(who)) => return Some(*who),
                    Some(None) => format!("{number} 这一户没有“{name}”"),
                    None => format!("客户里没有 {number} 这个编号"),
                }
            }
        };
        let found = number.to_string();
        self.problem(Code::FamilyRowUnmatched, place, &column.heading, &found, &what, Outcome::RowSetAside);
        None
    }

    /// The mention of a person in a row; [`NONE`] when the row says nothing that tells who it is.
    fn person(&mut self, columns: &PersonColumns<'_>, list: &List, row: usize, said: Option<chrono::NaiveDate>) -> u32 {
        let mention = self.mentioned(columns, list, row, &|_| true);
        if mention.name.is_blank() && mention.certificate.is_blank() && mention.phones.is_blank() {
            return NONE;
        }
        let (index, is_first) = self.mention(mention, said, list.place(row));
        if is_first {
            self.contradictions(&mention, columns, list, row);
        }
        index
    }

    /// What the wanted columns of a row say about who somebody is.
    fn mentioned(
        &mut self,
        columns: &PersonColumns<'_>,
        list: &List,
        row: usize,
        wanted: &dyn Fn(&Column) -> bool,
    ) -> Mention {
        debug_assert!(row < list.len());
        let is_wanted = |column: Option<&Column>| column.is_some_and(wanted);
        let said = |column: Option<&Column>, value: Sym| if is_wanted(column) { value } else { Sym::BLANK };
        let phones = self.phones(columns, row, wanted);
        let (birth, gender) =
            (columns.birth.filter(|column| wanted(column)), columns.gender.filter(|column| wanted(column)));
        let (seen_certificate, seen_phones) = (columns.seen_certificate(row), columns.seen_phones(row));
        let texts = &mut self.out.evidence.texts;
        Mention {
            name: said(columns.name_column, *columns.name.at(row)),
            certificate: said(columns.certificate_column, *columns.certificate.at(row)),
            birth: birth.and_then(|column| match &column.data {
                Data::Dates(dates) => dates[row],
                _ => None,
            }),
            gender: gender.and_then(|column| Gender::from_title(column.data.text(row))),
            phones,
            home: said(columns.home_column, *columns.home.at(row)),
            seen_certificate: said(columns.certificate_column, texts.intern(&seen_certificate)),
            seen_phones: texts.intern(&seen_phones),
            agent: columns.agent_of(row),
            near: Sym::BLANK,
            card: Sym::BLANK,
        }
    }

    /// All telephones in wanted columns of a row, joined with `|`.
    fn phones(&mut self, columns: &PersonColumns<'_>, row: usize, wanted: &dyn Fn(&Column) -> bool) -> Sym {
        let columns = columns.phones.iter().filter(|(column, _)| wanted(column));
        let given = columns.map(|(_, phones)| *phones.at(row)).filter(|phones| !phones.is_blank());
        let texts = &mut self.out.evidence.texts;
        let join = |before: Sym, more: Sym| {
            *self.joined.entry((before, more)).or_insert_with(|| {
                let both = format!("{}|{}", texts.text(before), texts.text(more));
                texts.intern(&both)
            })
        };
        given.reduce(join).unwrap_or_default()
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
        let ties = &mut self.out.evidence.ties;
        // Of one statement said several times the newest counts.
        let statement = |tie: &Tie| (tie.who, tie.relation, tie.of, tie.source, tie.apart);
        ties.par_sort_unstable_by_key(|tie| (statement(tie), Reverse(tie.since)));
        ties.dedup_by_key(|tie| statement(tie));
        self.out
    }
}

/// Who held each policy, by their mentions.
struct Holders {
    numbers: Interner,
    mentions: Vec<Vec<u32>>,
}

impl Holders {
    /// The holders of the policies of earlier months.
    fn of(known: &Known) -> Self {
        let mut of_person: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (id, mention) in known.person_ids.iter().zip(0..) {
            of_person.entry(*id).or_default().push(mention);
        }
        let mut holders = Holders { numbers: Interner::default(), mentions: Vec::new() };
        for (policy_no, person) in &known.holders {
            *holders.of_policy(policy_no).1 = of_person.get(person).cloned().unwrap_or_default();
        }
        holders
    }

    /// The number of a policy, and who held it.
    fn of_policy(&mut self, policy_no: &str) -> (u32, &mut Vec<u32>) {
        let policy = self.numbers.intern(policy_no).0;
        let at = policy as usize;
        if at >= self.mentions.len() {
            self.mentions.resize_with(at + 1, Vec::new);
        }
        (policy, &mut self.mentions[at])
    }
}

/// The people named in a cell of beneficiaries, who may have shares behind their names.
fn beneficiaries(names: &str) -> Vec<String> {
    let each = names.split(['、', ',', '，', ';', '；', '/', ' ', '|']);
    let without_share =
        each.map(|name| name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '%' | '.' | '％')));
    let people = without_share.filter_map(|name| PersonName::read(Cell::from(name)).good());
    people.filter(|name| !name.is_organisation()).map(|name| name.as_str().to_string()).collect()
}

fn day_at(column: Option<&Column>, row: usize) -> Option<chrono::NaiveDate> {
    match &column?.data {
        Data::Dates(dates) => dates[row].and_then(PartialDate::day),
        _ => None,
    }
}

/// Where a cell of a column stands, and under which heading; of no column, the row.
fn cell_of(list: &List, row: usize, column: Option<&Column>) -> (Place, Box<str>) {
    let place = column.map_or(list.place(row), |column| list.cell(row, column));
    (place, column.map(|column| column.heading.clone()).unwrap_or_default())
}

fn word(column: Option<&Column>, row: usize) -> Option<&str> {
    column.map(|column| column.data.text(row)).filter(|word| !word.is_empty())
}

/// The columns of a list that tell who somebody in a row is.
struct PersonColumns<'l> {
    name: PerText<'l, Sym>,
    name_column: Option<&'l Column>,
    certificate: PerText<'l, Sym>,
    certificate_column: Option<&'l Column>,
    birth: Option<&'l Column>,
    gender: Option<&'l Column>,
    home: PerText<'l, Sym>,
    home_column: Option<&'l Column>,
    phones: Vec<(&'l Column, PerText<'l, Sym>)>,
    agent: PerText<'l, Sym>,
    /// Texts of certificates and telephones that were not understood, by row and column.
    unread: FxHashMap<(u32, u16), &'l str>,
}

impl<'l> PersonColumns<'l> {
    fn of(list: &'l List, role: Role, nth: u8, texts: &mut Interner) -> Self {
        let column = |field| list.column(Slot { role, field, nth });
        let is_phone = |column: &&Column| {
            column.slot.role == role
                && [Field::PHONE, Field::HOME_PHONE].contains(&column.slot.field)
                && (nth == 0 || column.slot.nth == nth)
        };
        let certificate_column = column(Field::CERT_NO);
        let phones: Vec<&Column> = list.columns.iter().filter(is_phone).collect();
        let numbers: Vec<u32> = certificate_column.iter().chain(&phones).map(|column| column.at).collect();
        let home_key = |address: &str| Address::read(Cell::from(address)).good().and_then(|address| address.home_key());
        let home = PerText::side_by_side(column(Field::ADDRESS).map(|column| &column.data), home_key)
            .then(|key| key.map_or(Sym::BLANK, |key| texts.intern(&key)));
        PersonColumns {
            name: interned(column(Field::NAME), texts),
            name_column: column(Field::NAME),
            certificate: interned(certificate_column, texts),
            certificate_column,
            birth: column(Field::BIRTH),
            gender: column(Field::GENDER),
            home,
            home_column: column(Field::ADDRESS),
            phones: phones.into_iter().map(|column| (column, interned(Some(column), texts))).collect(),
            agent: interned(list.column(Slot::of(Field::AGENT)), texts),
            unread: list.originals.in_columns(&numbers),
        }
    }

    fn agent_of(&self, row: usize) -> Sym {
        *self.agent.at(row)
    }

    /// What can be seen of a certificate number that was not understood.
    fn seen_certificate(&self, row: usize) -> String {
        let blank = self.certificate_column.filter(|column| column.data.is_blank(row));
        let text = blank.and_then(|column| self.unread.get(&(row as u32, column.at as u16)));
        text.and_then(|text| visible::certificate(text)).unwrap_or_default()
    }

    /// What can be seen of telephones that were not understood, joined with `|`.
    fn seen_phones(&self, row: usize) -> String {
        let blank = self.phones.iter().map(|(column, _)| column).filter(|column| column.data.is_blank(row));
        let texts = blank.filter_map(|column| self.unread.get(&(row as u32, column.at as u16)));
        texts.filter_map(|text| visible::phone(text)).collect::<Vec<_>>().join("|")
    }
}

/// A column's texts as they are known to the evidence.
fn interned<'l>(column: Option<&'l Column>, texts: &mut Interner) -> PerText<'l, Sym> {
    PerText::of(column.map(|column| &column.data), |text| texts.intern(text))
}
