//! What a card says, as records: the client and the household, relatives, policies, visits. Each value keeps the
//! cell it came from.

use chrono::NaiveDate;
use rustc_hash::FxHashSet;

use super::card::{Card, Entry, Value};
use super::fits::fits;
use super::grid::Inked;
use super::labels::Label;
use super::letters::{self, Speech, Whose};
use super::sections::{Section, about, is_card_title, is_group_word};
use super::subtable::SubTable;
use crate::model::cell::Cell;
use crate::model::list::{Kind, OwnRow, Slot};
use crate::model::money::{Amount, Unit};
use crate::model::reading::Reading;
use crate::model::relation::{Relation, RelationReading, RelationWord};
use crate::model::text::is_space;
use crate::problem::{Code, Outcome, Place, Problem, SourceId};
use crate::read::heading::{FoundHeading, HeadedColumn, TopCell, map_columns};
use crate::read::row_kind::{is_signature, is_total};
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, Record, Role};

/// A value on its way into a list.
#[derive(Clone, Debug)]
pub struct Filled {
    /// What it is; nothing when nobody knows it.
    pub slot: Option<Slot>,
    /// The label or heading it stood under.
    pub heading: String,
    /// What else may name its unit: the title it stands under.
    pub hint: String,
    /// What counts of it.
    pub cell: TopCell,
    /// What stood there, where that is more.
    pub raw: Option<String>,
    /// Row and column of the sheet.
    pub at: (u32, u32),
}

impl Filled {
    /// What one of a bare number is worth in it: what its label says, else what the title above it says.
    pub fn unit(&self) -> Unit {
        Unit::in_heading(&self.heading).or_else(|| Unit::in_heading(&self.hint)).unwrap_or(Unit::Yuan)
    }
}

/// One row of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is a row of.
    pub kind: Kind,
    /// The sheet, by its place in the workbook.
    pub sheet: usize,
    /// Row and column where it begins.
    pub at: (u32, u32),
    /// What it says.
    pub cells: Vec<Filled>,
    /// Whose it is, on a card of ours.
    pub own: Option<OnOwnCard>,
}

/// A row of a card that this office wrote.
#[derive(Clone, Debug)]
pub struct OnOwnCard {
    /// Whose it is.
    pub row: OwnRow,
    /// Which of its values are as they were, or are said elsewhere on the card.
    pub kept: FxHashSet<Slot>,
    /// The day the card stands for.
    pub as_of: Option<NaiveDate>,
}

/// What a card came to.
#[derive(Debug, Default)]
pub struct Booked {
    /// Rows of lists.
    pub rows: Vec<Row>,
    /// What there is to say about cells.
    pub problems: Vec<Problem>,
    /// Cells that hold something and were not understood; each is in a problem.
    pub not_understood: usize,
    /// What was understood of labels, for showing: label, field and its cell.
    pub labels: Vec<ShownLabel>,
}

/// A label of a form and what it was taken for.
#[derive(Clone, Debug)]
pub struct ShownLabel {
    /// As written.
    pub label: String,
    /// What it is; nothing when nobody knows it.
    pub slot: Option<Slot>,
    /// In which list it went.
    pub kind: Kind,
    /// Row and column of its value.
    pub at: (u32, u32),
    /// The value.
    pub value: String,
}

/// The columns that say who somebody is.
const WHO: [Field; 8] = [
    Field::NAME,
    Field::CERT_KIND,
    Field::CERT_NO,
    Field::BIRTH,
    Field::GENDER,
    Field::ADDRESS,
    Field::PHONE,
    Field::HOME_PHONE,
];

/// Sums that a letter gives of a policy as a whole, or of each of its covers.
const PREMIUMS: [Field; 3] = [Field::PREMIUM, Field::ANNUAL_PREMIUM, Field::TOTAL_PREMIUM];

/// In place of a label, where a letter has a text without one.
pub const PRINTED: &str = "（正文）";

/// Books a card. `sheet` is the place of its sheet in the workbook, `who` what is known of the client from elsewhere.
pub fn book(card: &Card, sheet: usize, who: &[Filled], templates: &Templates) -> Booked {
    let mut clerk = Clerk::new(sheet, templates);
    clerk.client.extend_from_slice(who);
    clerk.speech = card.printed.then(|| Speech::of(card, templates));
    card.entries.iter().enumerate().for_each(|(index, entry)| clerk.entry(index, entry));
    card.tables.iter().for_each(|table| clerk.table(table));
    card.said.iter().filter(|said| !said.is_complete).for_each(|said| clerk.printed_text(&said.inked, said.cells));
    for inked in &card.unread {
        match card.printed {
            true => clerk.printed_text(inked, 1),
            false => clerk.unread(inked),
        }
    }
    clerk.finish(card)
}

struct Clerk<'t> {
    sheet: usize,
    templates: &'t Templates,
    client: Vec<Filled>,
    relatives: Vec<Relative>,
    policies: Vec<Vec<Filled>>,
    /// Of a letter: rows of a table of covers, which say no policy number; whose they are is said elsewhere on it.
    covers: Vec<Vec<Filled>>,
    /// Of a letter: who is insured.
    insured: Vec<Filled>,
    /// Of a letter: where it speaks of whom.
    speech: Option<Speech>,
    visits: Vec<(u8, Vec<Filled>)>,
    /// Whether the last entry was part of a visit.
    in_visit: bool,
    out: Booked,
}

/// A relative on a card, and by which label they came.
struct Relative {
    who: Option<(Role, u8)>,
    cells: Vec<Filled>,
}

impl<'t> Clerk<'t> {
    fn new(sheet: usize, templates: &'t Templates) -> Self {
        Clerk {
            sheet,
            templates,
            client: Vec::new(),
            relatives: Vec::new(),
            policies: Vec::new(),
            covers: Vec::new(),
            insured: Vec::new(),
            speech: None,
            visits: Vec::new(),
            in_visit: false,
            out: Booked::default(),
        }
    }

    fn problem(&mut self, code: Code, at: (u32, u32), field: &str, found: &str, what: String, outcome: Outcome) {
        self.out.problems.push(Problem {
            code,
            place: Place::cell(SourceId(self.sheet as u32), at.0, at.1),
            field: field.into(),
            found: found.into(),
            what: what.into(),
            outcome,
        });
    }

    /// Books the entry at this index of the card.
    fn entry(&mut self, index: usize, entry: &Entry) {
        let Some(value) = &entry.value else { return };
        let section = entry.groups.iter().rev().find_map(|group| Section::of(group));
        let (mut claims, number) = self.claims(entry);
        if self.speech.is_some() {
            claims = letters::meant(&claims, self.templates);
        }
        let is_about = |claim: &Claim| claim.role.is_some() || !entry.is_column || !is_another(entry.groups.last());
        if claims.is_empty() || !claims.iter().any(is_about) {
            return self.unknown(entry, value);
        }
        let visiting = section == Some(Section::Visits) || entry.label.turn > 0 || self.in_visit;
        let context = match section {
            _ if visiting => Kind::Visits,
            Some(Section::Policies) => Kind::CardPolicies,
            Some(Section::Family) => Kind::Relatives,
            _ => Kind::Register,
        };
        let mut claim = self.choose(&claims, value, context);
        if let Some(speech) = &self.speech
            && matches!(claim.role, None | Some(Role::Applicant))
            && letters::is_contact(claim.field, self.templates)
        {
            match speech.whose(index, entry) {
                _ if letters::is_hotline(&value.cell.text()) => return self.of_nobody(entry, value),
                Whose::Client => {}
                Whose::Agent if [Field::PHONE, Field::HOME_PHONE].contains(&claim.field) => {
                    claim = Claim { field: Field::AGENT_PHONE, role: None };
                }
                Whose::Agent | Whose::Other => return self.of_nobody(entry, value),
            }
        }
        let of = self.templates.fields.entry(claim.field).of;
        let nth = entry.label.number.saturating_sub(1);
        let who = |role| (role, if entry.label.number > 0 { entry.label.number } else { number });
        let slot = Slot { role: Role::Client, field: claim.field, nth };
        let title = entry.groups.iter().rev().find(|title| Unit::in_heading(title).is_some());
        let hint = title.cloned().unwrap_or_default();
        let filled = |slot| Filled { hint: hint.clone(), ..filled(Some(slot), &entry.label, value) };
        self.in_visit = of == Record::Visit || self.in_visit && entry.label.turn > 0;
        match (of, claim.role) {
            (Record::Visit, _) => self.visit(entry.label.turn, filled(slot)),
            (Record::Policy, _) => self.of_policy(filled(slot)),
            (Record::Person, Some(Role::Insured)) if self.speech.is_some() => {
                self.insured.push(filled(Slot::whose(Role::Insured, claim.field)));
            }
            (Record::Person, Some(role)) if !matches!(role, Role::Applicant | Role::Head) => {
                let cell = filled(Slot { role: Role::Member, field: claim.field, nth: 0 });
                self.relative(who(role), cell);
            }
            (Record::Family, _) => self.unknown(entry, value),
            _ => self.of_client(filled(slot), entry.cells, visiting),
        }
    }

    /// What a label means where it stands: 姓名 in a group 子女2 is the name of a child, the second.
    fn claims(&self, entry: &Entry) -> (Vec<Claim>, u8) {
        let of_group =
            entry.groups.iter().rev().filter(|group| Section::of(group) != Some(Section::Client)).find_map(|group| {
                let joined = format!("{}{}", about(group), entry.label.key);
                let (claims, number) = self.templates.fields.claims(&joined);
                claims.iter().any(|claim| claim.role.is_some()).then_some((claims, number))
            });
        of_group.unwrap_or_else(|| (entry.label.claims.clone(), 0))
    }

    /// Of several meanings the one the value fits, then the one that belongs where the label stands.
    fn choose(&self, claims: &[Claim], value: &Value, context: Kind) -> Claim {
        let order = context.records();
        let rank = |claim: &&Claim| {
            let entry = self.templates.fields.entry(claim.field);
            let fit = match fits(entry.kind, value.cell.cell(), self.templates) {
                Some(true) => 0,
                None => 1,
                Some(false) => 2,
            };
            (fit, order.iter().position(|of| *of == entry.of))
        };
        *claims.iter().min_by_key(rank).expect("somebody claims it")
    }

    /// A label nobody knows: its value is kept, and told.
    fn unknown(&mut self, entry: &Entry, value: &Value) {
        let label = &entry.label;
        if is_signature(&label.text) || self.templates.fields.is_unneeded(&label.key) {
            return;
        }
        let shown = written(value);
        let near = match &self.templates.fields.nearest_titles(&label.text)[..] {
            [] => String::new(),
            titles => format!("，像是“{}”", titles.join("”“")),
        };
        let whose = entry.groups.last().filter(|_| entry.is_column).map(|person| format!("{person}的"));
        let what = format!("不认识{}“{}”这一项{near}，后面写的是“{shown}”", whose.unwrap_or_default(), label.text);
        self.problem(Code::FormUnread, value.at, &label.text, &shown, what, Outcome::KeptAsIs);
        self.out.not_understood += entry.cells;
        self.client.push(filled(None, label, value));
    }

    /// A telephone or an address on a letter that may be the company's.
    fn of_nobody(&mut self, entry: &Entry, value: &Value) {
        let shown = written(value);
        let what = format!("看不出“{}”是谁的，没有当作客户的，后面写的是“{shown}”", entry.label.text);
        self.problem(Code::FormUnread, value.at, &entry.label.text, &shown, what, Outcome::KeptAsIs);
        self.out.not_understood += entry.cells;
        self.client.push(filled(None, &entry.label, value));
    }

    /// Something about the policy that was spoken of last, or of another. A letter may say the same again on its
    /// receipt.
    fn of_policy(&mut self, cell: Filled) {
        let slot = cell.slot.expect("it is of a field");
        let Some(last) = self.policies.last_mut() else { return self.policies.push(vec![cell]) };
        match last.iter().find(|known| known.slot == Some(slot)) {
            None => last.push(cell),
            Some(known) if self.speech.is_some() && said(&known.cell) == said(&cell.cell) => {}
            Some(_) => self.policies.push(vec![cell]),
        }
    }

    /// Something about the client or the household. Said twice and differently, the first counts; of what is said at
    /// each visit the last.
    fn of_client(&mut self, mut cell: Filled, cells: usize, at_visit: bool) {
        let slot = cell.slot.expect("it is of a field");
        let Some(at) = self.client.iter().position(|known| known.slot == Some(slot)) else {
            return self.client.push(cell);
        };
        let is_said_again = self.client[at].cell.text().trim() == cell.cell.text().trim();
        let is_later = at_visit && self.visits.len() > 1 && !is_said_again;
        if is_later {
            std::mem::swap(&mut self.client[at], &mut cell);
        }
        let first = &self.client[at];
        if first.cell.text().trim() == cell.cell.text().trim() {
            return;
        }
        if [Field::PHONE, Field::HOME_PHONE].contains(&slot.field) {
            cell.slot = (1..u8::MAX).map(|nth| Slot { nth, ..slot }).find(|slot| !has(&self.client, *slot));
            return self.client.push(cell);
        }
        let which = if is_later { "最后一次拜访时" } else { "前面" };
        let what = format!("“{}”写了两次，以{which}的“{}”为准", cell.heading, first.cell.text());
        let (at, heading, found) = (cell.at, cell.heading.clone(), cell.cell.text());
        self.problem(Code::ColumnAmbiguous, at, &heading, &found, what, Outcome::KeptAsIs);
        self.out.not_understood += cells;
        cell.slot = None;
        self.client.push(cell);
    }

    fn visit(&mut self, turn: u8, cell: Filled) {
        let slot = cell.slot.expect("it is of a field");
        match self.visits.last_mut() {
            Some((last, cells)) if (turn == 0 || *last == turn || *last == 0) && !has(cells, slot) => {
                *last = (*last).max(turn);
                cells.push(cell);
            }
            _ => self.visits.push((turn, vec![cell])),
        }
    }

    fn relative(&mut self, who: (Role, u8), cell: Filled) {
        match self.relatives.iter_mut().rfind(|relative| relative.who == Some(who)) {
            Some(relative) if !has(&relative.cells, cell.slot.expect("it is of a field")) => relative.cells.push(cell),
            _ => self.relatives.push(Relative { who: Some(who), cells: vec![cell] }),
        }
    }

    fn table(&mut self, table: &SubTable) {
        let kind = match (kind(table, self.templates), &self.speech) {
            // A letter tells of policies, and of the client.
            (kind @ (TableKind::Policies | TableKind::Lines | TableKind::Foreign), _) | (kind, None) => kind,
            (_, Some(_)) => TableKind::Foreign,
        };
        let columns = self.columns(table, kind);
        match kind {
            TableKind::Visits => {
                for row in &table.rows {
                    let cells = self.cells(table, &columns, row, Kind::Visits);
                    self.visits.push((0, cells));
                }
            }
            TableKind::Policies => {
                for row in &table.rows {
                    if self.is_total(row) {
                        continue;
                    }
                    let cells = self.cells(table, &columns, row, Kind::CardPolicies);
                    let has_number = has(&cells, Slot::of(Field::POLICY_NO));
                    match self.speech.is_some() && !has_number {
                        true => self.covers.push(cells),
                        false => self.policies.push(cells),
                    }
                }
            }
            TableKind::Relatives => {
                for row in &table.rows {
                    let cells = self.cells(table, &columns, row, Kind::Relatives);
                    self.relatives.push(Relative { who: None, cells });
                }
            }
            TableKind::Needs => self.as_text(table, Field::MAIN_NEED),
            TableKind::Referral => match self.templates.fields.by_key("referral") {
                Some(field) => self.as_text(table, field),
                None => self.foreign(table),
            },
            TableKind::Lines => {
                for (heading, inked) in table.rows.iter().flatten() {
                    let label = table.headings[*heading].0.clone();
                    let groups = table.section.iter().cloned().collect();
                    let value = Some(Value { cell: inked.cell.clone(), raw: None, at: (inked.row, inked.column) });
                    let behind_all = usize::MAX;
                    self.entry(
                        behind_all,
                        &Entry {
                            label,
                            groups,
                            is_column: false,
                            label_at: (inked.row, inked.column),
                            value,
                            cells: 2,
                            has_room: true,
                        },
                    );
                }
            }
            TableKind::Foreign => self.foreign(table),
        }
    }

    /// 合计 below a table of policies: passed over, and told.
    fn is_total(&mut self, row: &[(usize, Inked)]) -> bool {
        let Some((_, first)) = row.first().filter(|(_, first)| is_total(first.text().trim_matches(is_space))) else {
            return false;
        };
        let text = row.iter().map(|(_, inked)| said(&inked.cell)).collect::<Vec<_>>().join(" ");
        let what = "卡片上小表的合计行".to_string();
        self.problem(Code::RowTotal, (first.row, first.column), "", &text, what, Outcome::PassedOver);
        true
    }

    /// What each heading of a table is, there.
    fn columns(&self, table: &SubTable, kind: TableKind) -> Vec<Option<Slot>> {
        let of = match kind {
            TableKind::Visits => Kind::Visits,
            TableKind::Policies => Kind::CardPolicies,
            TableKind::Relatives => Kind::Relatives,
            _ => return vec![None; table.headings.len()],
        };
        let column = |(at, (label, _)): (usize, &(Label, Inked))| HeadedColumn {
            at: at as u32,
            heading: label.text.clone(),
            hint: label.hint.clone(),
            claims: label.claims.clone(),
            number: label.number,
            is_of_somebody: false,
            seen: None,
            is_settled: false,
        };
        let columns = table.headings.iter().enumerate().map(column).collect();
        let found = FoundHeading { last_row: 0, rows_used: 0, preface_rows: 0, columns, kind: of };
        let mut slots: Vec<Option<Slot>> =
            map_columns(&found, &self.templates.fields).into_iter().map(|mapped| mapped.slot).collect();
        let insured = Slot::whose(Role::Insured, Field::NAME);
        let has_insured = slots.contains(&Some(insured));
        for at in 0..slots.len() {
            let slot = slots[at].and_then(|slot| self.slot_in(slot, of, has_insured));
            // 配偶 and 子女 are two people: one row is about the first.
            slots[at] = slot.filter(|slot| !slots[..at].contains(&Some(*slot)));
        }
        slots
    }

    /// What of a record of this kind has a place in the book.
    fn slot_in(&self, slot: Slot, kind: Kind, has_insured: bool) -> Option<Slot> {
        let of = self.templates.fields.entry(slot.field).of;
        match (kind, of) {
            (Kind::Relatives, Record::Person) => Some(Slot { role: Role::Member, ..slot }),
            (Kind::Relatives, Record::Family) => Some(slot),
            (Kind::Relatives, Record::Policy) if slot.field == Field::RELATION_TO_APPLICANT => {
                Some(Slot::of(Field::RELATION_TO_HEAD))
            }
            (Kind::CardPolicies, Record::Policy | Record::Org) => Some(slot),
            // 姓名 beside 险种 is who is covered.
            (Kind::CardPolicies, Record::Person) if !has_insured && slot == Slot::whose(Role::Applicant, Field::NAME) => {
                Some(Slot::whose(Role::Insured, Field::NAME))
            }
            (Kind::CardPolicies, Record::Person) => Some(slot),
            (Kind::Visits, Record::Visit | Record::Person | Record::Org) => Some(slot),
            (Kind::Visits, _) if [Field::HOUSEHOLD_NO, Field::POLICY_NO].contains(&slot.field) => Some(slot),
            _ => None,
        }
    }

    fn cells(&mut self, table: &SubTable, columns: &[Option<Slot>], row: &[(usize, Inked)], kind: Kind) -> Vec<Filled> {
        let mut cells = Vec::new();
        let hint = table.section.clone().unwrap_or_default();
        for (heading, inked) in row {
            let label = &table.headings[*heading].0;
            let at = (inked.row, inked.column);
            let (cell, raw) = unticked(&inked.cell);
            let cell = Filled { slot: columns[*heading], heading: label.text.clone(), hint: hint.clone(), cell, raw, at };
            if self.templates.fields.is_unneeded(&label.key) {
                continue;
            }
            if cell.slot.is_none() {
                let text = inked.text();
                let what = format!("“{}”里没有地方记“{}”这一栏的“{text}”", kind.title(), label.text);
                self.problem(Code::FormUnread, at, &label.text, &text, what, Outcome::KeptAsIs);
                self.out.not_understood += 1;
            }
            cells.push(cell);
        }
        cells
    }

    /// A table that is one field of the household, as text.
    fn as_text(&mut self, table: &SubTable, field: Field) {
        let needed = |(heading, _): &&(usize, Inked)| !self.templates.fields.is_unneeded(&table.headings[*heading].0.key);
        let texts: Vec<String> = table
            .rows
            .iter()
            .map(|row| row.iter().filter(needed).map(|(_, inked)| said(&inked.cell)).collect::<Vec<_>>().join(" "))
            .filter(|text| !text.is_empty())
            .collect();
        let Some((_, first)) = table.rows.iter().flatten().find(needed) else { return };
        let at = (first.row, first.column);
        self.add_text(field, &texts.join("；"), at);
    }

    /// Adds to a text field of the household.
    fn add_text(&mut self, field: Field, text: &str, at: (u32, u32)) {
        let slot = Slot::of(field);
        match self.client.iter_mut().find(|known| known.slot == Some(slot)) {
            Some(known) => known.cell = TopCell::Text(format!("{}；{text}", known.cell.text())),
            None => self.client.push(Filled {
                slot: Some(slot),
                heading: self.templates.fields.entry(field).title.clone(),
                hint: String::new(),
                cell: TopCell::Text(text.to_string()),
                raw: None,
                at,
            }),
        }
    }

    /// A table of something else: kept as written, each row told.
    fn foreign(&mut self, table: &SubTable) {
        for row in &table.rows {
            let Some((_, first)) = row.first() else { continue };
            let text = row.iter().map(|(_, inked)| inked.text()).collect::<Vec<_>>().join(" | ");
            let title = table.section.clone().unwrap_or_else(|| table.headings[0].0.text.clone());
            let what = format!("卡上的小表“{title}”没看懂");
            self.problem(Code::FormUnread, (first.row, first.column), &title, &text, what, Outcome::KeptAsIs);
            self.out.not_understood += row.len();
            for (heading, inked) in row {
                let label = &table.headings[*heading].0;
                let value = Value { cell: inked.cell.clone(), raw: None, at: (inked.row, inked.column) };
                self.client.push(filled(None, label, &value));
            }
        }
    }

    /// A text of a letter that was not understood, or not all of it. It has its template's words, or a fact in words
    /// we do not know.
    fn printed_text(&mut self, inked: &Inked, cells: usize) {
        let text = inked.text();
        let text = text.trim_matches(is_space);
        let at = (inked.row, inked.column);
        self.problem(Code::FormUnread, at, PRINTED, text, "正文里的话没有全看懂".to_string(), Outcome::KeptAsIs);
        self.out.not_understood += cells;
        let cell = inked.cell.clone();
        self.client.push(Filled { slot: None, heading: String::new(), hint: String::new(), cell, raw: None, at });
    }

    /// A cell that is no label, no value and no title.
    fn unread(&mut self, inked: &Inked) {
        let text = inked.text();
        let at = (inked.row, inked.column);
        self.problem(Code::FormUnread, at, "（无标题）", &text, "旁边没有标题，不知道是什么".to_string(), Outcome::KeptAsIs);
        self.out.not_understood += 1;
        let cell = inked.cell.clone();
        self.client.push(Filled { slot: None, heading: String::new(), hint: String::new(), cell, raw: None, at });
    }

    fn finish(mut self, card: &Card) -> Booked {
        self.covers_of_the_policy();
        self.insured_who_are_the_client();
        self.policies_without_number();
        self.relatives_without_name();
        let client = self.client.clone();
        let begins = card.titles.iter().map(|inked| (inked.row, inked.column));
        let begins = begins.chain(card.entries.iter().map(|entry| entry.label_at)).min().unwrap_or((1, 0));
        let begin = |cells: &[Filled]| cells.iter().map(|cell| cell.at).min().unwrap_or(begins);
        let sheet = self.sheet;
        let mut rows = Vec::new();
        let relatives: Vec<Vec<Filled>> =
            std::mem::take(&mut self.relatives).into_iter().map(|one| self.related(one)).collect();
        for policy in std::mem::take(&mut self.policies) {
            let at = begin(&policy);
            let cells = self.of_whom(policy, &client, &relatives);
            rows.push(Row { kind: Kind::CardPolicies, sheet, at, cells, own: None });
        }
        let whose = |role| who(&client, Role::Client, role);
        for cells in &relatives {
            let (at, own) = (begin(cells), cells.iter().filter(|cell| cell.slot != Some(Slot::of(Field::AGENT))).cloned());
            rows.push(Row { kind: Kind::Relatives, sheet, at, cells: own.chain(whose(Role::Head)).collect(), own: None });
        }
        let mut visits: Vec<Row> = Vec::new();
        for (_, mut cells) in std::mem::take(&mut self.visits) {
            let at = begin(&cells);
            let number = client.iter().filter(|cell| cell.slot == Some(Slot::of(Field::HOUSEHOLD_NO))).cloned();
            let missing: Vec<Filled> = whose(Role::Client)
                .into_iter()
                .chain(number)
                .filter(|cell| !has(&cells, cell.slot.expect("of who it is")))
                .collect();
            cells.extend(missing);
            visits.push(Row { kind: Kind::Visits, sheet, at, cells, own: None });
        }
        let key = [Field::HOUSEHOLD_NO, Field::AGENT];
        let only_says_who =
            client.iter().filter_map(|cell| cell.slot).all(|slot| WHO.contains(&slot.field) || key.contains(&slot.field));
        let is_log = only_says_who && !(is_card(card) && has(&client, Slot::of(Field::NAME)));
        if is_log && rows.is_empty() && !visits.is_empty() {
            // A visit log: whom it is about is known from elsewhere, or reported.
            visits[0].cells.extend(client.into_iter().filter(|cell| cell.slot.is_none()));
        } else if !client.is_empty() || !rows.is_empty() {
            rows.push(Row { kind: Kind::Register, sheet, at: begins, cells: client, own: None });
        }
        rows.extend(visits);
        self.out.labels = shown_labels(&rows);
        self.out.rows = rows;
        self.out
    }

    /// On a letter about one policy its covers stand in a table, and who is insured beside it: they are of that policy.
    fn covers_of_the_policy(&mut self) {
        let (covers, insured) = (std::mem::take(&mut self.covers), std::mem::take(&mut self.insured));
        let [policy] = &mut self.policies[..] else { return self.of_no_policy(covers, insured) };
        if !has(policy, Slot::of(Field::POLICY_NO)) {
            return self.of_no_policy(covers, insured);
        }
        policy.extend(insured);
        if covers.is_empty() {
            return;
        }
        let whole = self.policies.remove(0);
        let is_premium = |cell: &&Filled| cell.slot.is_some_and(|slot| PREMIUMS.contains(&slot.field));
        let priced = covers.iter().any(|cover| cover.iter().any(|cell| is_premium(&cell)));
        for cell in whole.iter().filter(is_premium).filter(|_| priced) {
            self.check_sum(cell, &covers);
        }
        for (index, mut cover) in covers.into_iter().enumerate() {
            // What is due for one cover is its own premium; the policy's is the sum.
            let own = Slot::of(Field::PREMIUM);
            if !has(&cover, own)
                && let Some(cell) = cover.iter_mut().find(|cell| cell.slot == Some(Slot::of(Field::TOTAL_PREMIUM)))
            {
                cell.slot = Some(own);
            }
            let is_sum = |cell: &&Filled| is_premium(cell) || cell.slot == Some(Slot::of(Field::SUM_ASSURED));
            let of_whole = whole.iter().filter(|cell| !is_sum(cell) || index == 0 && !(priced && is_premium(cell)));
            let missing = of_whole.filter(|cell| !has(&cover, cell.slot.expect("it is of a field"))).cloned();
            let missing: Vec<Filled> = missing.collect();
            cover.extend(missing);
            self.policies.push(cover);
        }
    }

    /// Covers of which nobody can say which policy they belong to, and people of whom nobody can say where they are
    /// insured.
    fn of_no_policy(&mut self, covers: Vec<Vec<Filled>>, insured: Vec<Filled>) {
        self.policies.extend(covers);
        for cell in insured {
            let field = cell.slot.expect("it is of a field").field;
            self.relative((Role::Insured, 0), Filled { slot: Some(Slot::whose(Role::Member, field)), ..cell });
        }
    }

    /// The premium of a policy beside those of its covers: the same sum again, or told.
    fn check_sum(&mut self, whole: &Filled, covers: &[Vec<Filled>]) {
        let sum = |cell: &Filled| match Amount::read(cell.cell.cell(), cell.unit()) {
            Reading::Good(amount) => Some(amount.money().fen()),
            _ => None,
        };
        let of_cover = |cover: &Vec<Filled>| {
            let own = [Field::PREMIUM, Field::TOTAL_PREMIUM].map(Slot::of);
            let cell = own.iter().find_map(|slot| cover.iter().find(|cell| cell.slot == Some(*slot)));
            cell.map_or(Some(0), sum)
        };
        let together = covers.iter().map(of_cover).try_fold(0_i64, |all, one| Some(all + one?));
        if together.is_some() && together == sum(whole) {
            return;
        }
        let found = said(&whole.cell);
        let what = format!("“{}”与下面各险种的保费加起来不一样，以各险种的为准", whole.heading);
        self.problem(Code::FormUnread, whole.at, &whole.heading, &found, what, Outcome::KeptAsIs);
        self.out.not_understood += 1;
        self.client.push(Filled { slot: None, ..whole.clone() });
    }

    /// Policies are booked by their number. Those without one are kept as text, and told.
    fn policies_without_number(&mut self) {
        let number = |cells: &[Filled]| has(cells, Slot::of(Field::POLICY_NO));
        let (booked, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.policies).into_iter().partition(|cells| number(cells));
        self.policies = booked;
        for cells in others {
            let Some(at) = cells.iter().map(|cell| cell.at).min() else { continue };
            let text = cells.iter().map(|cell| said(&cell.cell)).collect::<Vec<_>>().join(" ");
            let known = self.templates.fields.by_key("known_policies");
            let what = "没有保单号，记在“已有保单”里，不算进保单件数。补上保单号，就能当作一张保单".to_string();
            self.problem(Code::RowNoNumber, at, "保单号", &text, what, Outcome::KeptAsIs);
            if let Some(known) = known {
                self.add_text(known, &text, at);
            }
        }
    }

    /// Who is insured under the client's name is the client: what is said there is said of the client.
    fn insured_who_are_the_client(&mut self) {
        let named = |cells: &[Filled], slot: Slot| {
            cells.iter().find(|cell| cell.slot == Some(slot)).map(|cell| bare(&cell.cell.text()))
        };
        let client = named(&self.client, Slot::of(Field::NAME));
        let is_client = |relative: &Relative| {
            let name = named(&relative.cells, Slot::whose(Role::Member, Field::NAME));
            let is_insured = relative.who.is_some_and(|(role, _)| role == Role::Insured);
            is_insured && name.is_some_and(|name| is_oneself(&name) || client.as_ref() == Some(&name))
        };
        let (same, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.relatives).into_iter().partition(is_client);
        self.relatives = others;
        for mut cell in same.into_iter().flat_map(|relative| relative.cells) {
            let field = cell.slot.expect("it is of a field").field;
            if field != Field::NAME {
                cell.slot = Some(Slot::of(field));
                self.of_client(cell, 1, false);
            }
        }
    }

    /// Nobody is known without a name: what is said of such a relative is kept as text, and told.
    fn relatives_without_name(&mut self) {
        let named = |relative: &Relative| has(&relative.cells, Slot::whose(Role::Member, Field::NAME));
        let (named, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.relatives).into_iter().partition(named);
        self.relatives = named;
        for Relative { cells, .. } in others {
            let Some(at) = cells.iter().map(|cell| cell.at).min() else { continue };
            let text = cells.iter().map(|cell| said(&cell.cell)).collect::<Vec<_>>().join(" ");
            let what = "这位家庭成员没有写姓名，原文已保留".to_string();
            self.problem(Code::RowNoKey, at, "家庭成员", &text, what, Outcome::RowSetAside);
            self.client.extend(cells.into_iter().map(|cell| Filled { slot: None, ..cell }));
        }
    }

    /// A policy with everything the card says of its holder and of who is covered.
    fn of_whom(&mut self, mut policy: Vec<Filled>, client: &[Filled], relatives: &[Vec<Filled>]) -> Vec<Filled> {
        for role in [Role::Applicant, Role::Insured] {
            let name = Slot::whose(role, Field::NAME);
            let given = policy.iter().position(|cell| cell.slot == Some(name));
            let meant = match given {
                None if role == Role::Applicant => Whom::Client,
                None => Whom::Unknown,
                Some(at) => whom(&bare(&policy[at].cell.text()), client, relatives, self.templates),
            };
            let details = match meant {
                Whom::Client => who(client, Role::Client, role),
                Whom::Relative(one) => who(one, Role::Member, role),
                Whom::Unknown => Vec::new(),
                Whom::Nobody | Whom::Several => {
                    let at = given.expect("somebody is named");
                    let Filled { heading, cell, at: place, .. } = policy[at].clone();
                    let word = cell.text();
                    let why = if matches!(meant, Whom::Several) { "不止一位" } else { "没有" };
                    let what = format!("卡上{why}“{word}”，看不出{heading}是谁：写上姓名");
                    self.problem(Code::FormUnread, place, &heading, &word, what, Outcome::KeptAsIs);
                    self.out.not_understood += 1;
                    policy[at].slot = None;
                    continue;
                }
            };
            // 本人 and 妻子 are no names: the one they mean stands there instead.
            if let (Some(at), Some(known)) = (given, details.iter().find(|cell| cell.slot == Some(name)))
                && bare(&known.cell.text()) != bare(&policy[at].cell.text())
            {
                policy[at].raw = Some(policy[at].cell.text());
                policy[at].cell = known.cell.clone();
            }
            let missing: Vec<Filled> =
                details.into_iter().filter(|cell| !has(&policy, cell.slot.expect("of who it is"))).collect();
            policy.extend(missing);
        }
        policy
    }

    /// What the label of a relative says of the relation.
    fn related(&self, relative: Relative) -> Vec<Filled> {
        let mut cells = relative.cells;
        let relation = relative.who.and_then(|(role, _)| self.templates.fields.relation_of(role));
        if let Some(relation) = relation.filter(|_| !has(&cells, Slot::of(Field::RELATION_TO_HEAD))) {
            let first = cells[0].clone();
            let cell = TopCell::Text(relation.title().to_string());
            cells.push(Filled { slot: Some(Slot::of(Field::RELATION_TO_HEAD)), cell, raw: None, ..first });
        }
        cells
    }
}

/// What a table in a card is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// One visit a row.
    Visits,
    /// One policy a row.
    Policies,
    /// One relative a row.
    Relatives,
    /// What the client needs.
    Needs,
    /// Whom the client named.
    Referral,
    /// Labels above their values.
    Lines,
    /// None of these.
    Foreign,
}

/// Whether it is called a card: whoever is on one is a client. A log of visits names people who are, or are not.
fn is_card(card: &Card) -> bool {
    card.titles.iter().any(|title| is_card_title(&bare(&title.text())))
}

/// What a table is about, told by its headings and by the title it stands under.
pub fn kind(table: &SubTable, templates: &Templates) -> TableKind {
    let claims = || table.headings.iter().flat_map(|(label, _)| &label.claims);
    let has = |field: Field| claims().any(|claim| claim.field == field);
    let any = |fields: &[Field]| fields.iter().any(|field| has(*field));
    let section = table.section.as_ref().and_then(|title| Section::of(title));
    let told = [Field::VISIT_WAY, Field::VISIT_TOPIC, Field::VISIT_CONTENT, Field::VISIT_FEEDBACK, Field::VISIT_PLACE];
    let related = [Field::RELATION_TO_HEAD, Field::RELATION_TO_APPLICANT, Field::RELATION_TO_INSURED];
    let about_client = |claim: &Claim| matches!(templates.fields.entry(claim.field).of, Record::Person | Record::Household);
    if has(Field::VISIT_TIME) && (section == Some(Section::Visits) || any(&told)) && !has(Field::PRODUCT) {
        TableKind::Visits
    } else if any(&[Field::PRODUCT, Field::POLICY_NO, Field::SUM_ASSURED]) || section == Some(Section::Policies) {
        TableKind::Policies
    } else if section == Some(Section::Referral) {
        TableKind::Referral
    } else if has(Field::NAME) && (any(&related) || section == Some(Section::Family)) {
        TableKind::Relatives
    } else if section == Some(Section::Needs) || any(&[Field::MAIN_NEED, Field::DEMAND]) && table.rows.len() > 1 {
        TableKind::Needs
    } else if table.rows.len() <= 1 && claims().any(about_client) {
        TableKind::Lines
    } else {
        TableKind::Foreign
    }
}

fn has(cells: &[Filled], slot: Slot) -> bool {
    cells.iter().any(|cell| cell.slot == Some(slot))
}

/// Who somebody is, as cells of a role, and who serves them.
fn who(cells: &[Filled], from: Role, to: Role) -> Vec<Filled> {
    let of = |cell: &Filled| {
        let slot = cell.slot?;
        let slot = match slot.field {
            Field::AGENT => slot,
            field if slot.role == from && WHO.contains(&field) => Slot { role: to, ..slot },
            _ => return None,
        };
        Some(Filled { slot: Some(slot), ..cell.clone() })
    };
    cells.iter().filter_map(of).collect()
}

/// Whom a name on a policy means.
enum Whom<'c> {
    Client,
    Relative(&'c [Filled]),
    /// Somebody by name, of whom the card says nothing else.
    Unknown,
    /// A word for a relative (妻子) whom the card does not name.
    Nobody,
    /// One that several relatives answer to.
    Several,
}

fn whom<'c>(given: &str, client: &[Filled], relatives: &'c [Vec<Filled>], templates: &Templates) -> Whom<'c> {
    let said = |cells: &[Filled], slot: Slot| {
        let cell = cells.iter().find(|cell| cell.slot == Some(slot))?;
        Some(bare(&cell.cell.text()))
    };
    if is_oneself(given) || said(client, Slot::of(Field::NAME)).as_deref() == Some(given) {
        return Whom::Client;
    }
    let relation = |cells: &[Filled]| said(cells, Slot::of(Field::RELATION_TO_HEAD));
    let read = |word: &str| match RelationReading::read(Cell::from(word), &templates.values) {
        Reading::Good(RelationReading { word: RelationWord::One(relation), .. }) => Some(relation),
        _ => None,
    };
    let only = |is_meant: &dyn Fn(&[Filled]) -> bool| {
        let mut found = relatives.iter().filter(|cells| is_meant(cells));
        match (found.next(), found.next()) {
            (Some(one), None) => Some(Whom::Relative(one)),
            (Some(_), Some(_)) => Some(Whom::Several),
            _ => None,
        }
    };
    let name = Slot::whose(Role::Member, Field::NAME);
    if let Some(found) = only(&|cells| said(cells, name).as_deref() == Some(given)) {
        // Two relatives of one name: the policy says the name, and no more.
        return if matches!(found, Whom::Several) { Whom::Unknown } else { found };
    }
    let Some(word) = read(given).filter(|relation| relation.is_family()) else { return Whom::Unknown };
    let same = |one: Relation, other: Relation| one == other || other.sex().is_some_and(|sex| one.of_sex(sex) == other);
    let as_written = only(&|cells| relation(cells).as_deref() == Some(given));
    let as_meant =
        || only(&|cells| relation(cells).and_then(|text| read(&text)).is_some_and(|own| same(word, own) || same(own, word)));
    match as_written {
        Some(one @ Whom::Relative(_)) => one,
        _ => as_meant().unwrap_or(Whom::Nobody),
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !is_space(*c)).collect()
}

/// Whether the heading of a column names somebody beside the client.
fn is_another(person: Option<&String>) -> bool {
    person.is_some_and(|person| is_group_word(person) && !["投保人", "户主"].contains(&about(person).as_str()))
}

fn is_oneself(name: &str) -> bool {
    ["本人", "自己", "投保人", "同投保人", "投保人本人", "户主"].contains(&name)
}

fn filled(slot: Option<Slot>, label: &Label, value: &Value) -> Filled {
    Filled {
        slot,
        heading: label.text.clone(),
        hint: String::new(),
        cell: value.cell.clone(),
        raw: value.raw.clone(),
        at: value.at,
    }
}

/// A cell of a table, with ticked boxes as what they say.
fn unticked(cell: &TopCell) -> (TopCell, Option<String>) {
    let text = cell.text();
    match super::boxes::ticked(&text) {
        Some(said) if !said.is_empty() => (TopCell::Text(said), Some(text)),
        _ => (cell.clone(), None),
    }
}

/// The text of a cell; of a day, the day.
fn said(cell: &TopCell) -> String {
    crate::read::table::as_written(unticked(cell).0.cell()).trim().to_string()
}

fn written(value: &Value) -> String {
    value.raw.clone().unwrap_or_else(|| said(&value.cell))
}

pub fn shown_labels(rows: &[Row]) -> Vec<ShownLabel> {
    let mut shown: Vec<ShownLabel> = Vec::new();
    // What a card says of the client is copied to policies and visits: it is shown where it comes from.
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by_key(|row| [Kind::Register, Kind::Relatives].iter().position(|kind| *kind == row.kind).unwrap_or(2));
    for row in rows {
        for cell in &row.cells {
            let known = shown.iter().any(|label| label.at == cell.at && label.label == cell.heading);
            if !known {
                shown.push(ShownLabel {
                    label: cell.heading.clone(),
                    slot: cell.slot,
                    kind: row.kind,
                    at: cell.at,
                    value: cell.raw.clone().unwrap_or_else(|| said(&cell.cell)),
                });
            }
        }
    }
    shown.sort_by_key(|label| label.at);
    shown
}
