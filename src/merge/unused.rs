//! Columns that were understood and that the table of their list has no use for: a product in a list of clients, a new
//! telephone in a log of visits. Nothing of them is lost: they are kept as written, and that is told.

use polars::prelude::*;

use super::Inputs;
use super::evidence::{KeptText, original_texts};
use super::people::{WHO, phones};
use super::visits::Dealings;
use crate::model::columns::{Data, Texts};
use crate::model::date::PartialDate;
use crate::model::list::{Column as ListColumn, Kind, List};
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::fields::{Field, FieldEntry, Record, Role};

/// The texts of such columns, as more of the table of originals.
pub fn texts(inputs: &Inputs<'_>, dealings: &Dealings, problems: &mut Problems) -> PolarsResult<DataFrame> {
    let month = inputs.month;
    let mut kept: Vec<KeptText<'_>> = Vec::new();
    let mut phones_known: Option<Texts> = None;
    for (at, list) in month.lists.iter().enumerate() {
        for column in &list.columns {
            let entry = month.templates.fields.entry(column.slot.field);
            let is_new = |row: &usize| !column.data.is_blank(*row) && !list.is_kept(*row, column);
            let rows: Vec<usize> = match is_used(list, column, entry) {
                false => (0..list.len()).filter(is_new).collect(),
                true if is_identity_in_dealings(list, column) => {
                    let known = phones_known.get_or_insert_with(|| phones(inputs));
                    let says_more = |row: &usize| says_more(inputs, known, column, *row, dealings.persons[at][*row]);
                    (0..list.len()).filter(is_new).filter(says_more).collect()
                }
                true => continue,
            };
            let Some(first) = rows.first() else { continue };
            kept.extend(rows.iter().map(|row| KeptText {
                place: list.cell(*row, column),
                heading: &column.heading,
                text: column.spelled.as_ref().unwrap_or(&column.data).show(*row).into(),
            }));
            // Of two columns of one field it was told which counts.
            if column.slot.nth == 0 {
                problems.push(problem(list, column, *first, rows.len()));
            }
        }
    }
    original_texts(month, || kept.iter().cloned())
}

fn problem(list: &List, column: &ListColumn, first: usize, count: usize) -> Problem {
    let place: Place = list.cell(first, column);
    let heading = &column.heading;
    let what = match is_identity_in_dealings(list, column) {
        true => format!("{}里的“{heading}”有 {count} 处与卡库里的不同，没有记到客户名下", list.kind.title()),
        false => format!("{}里用不上“{heading}”，有 {count} 处没有记进卡里", list.kind.title()),
    };
    Problem {
        code: Code::ColumnUnused,
        place,
        field: heading.clone(),
        found: column.data.show(first).into(),
        what: what.into(),
        outcome: Outcome::CellSetAside,
    }
}

/// Whether what stands in a column goes anywhere.
fn is_used(list: &List, column: &ListColumn, entry: &FieldEntry) -> bool {
    let (kind, slot) = (list.kind, column.slot);
    let again = slot.nth > 0;
    match entry.of {
        // Who serves the client is asked of every list.
        Record::Org => true,
        Record::Family => matches!(kind, Kind::Family | Kind::Relatives | Kind::FamilyCheck),
        Record::Household if slot.field == Field::HOUSEHOLD_NO => true,
        Record::Household => slot.role == Role::Client && !again && (kind.is_about_clients() || kind.is_about_dealings()),
        Record::Person => match kind {
            Kind::Organisation | Kind::FamilyCheck => false,
            _ if WHO.contains(&slot.field) => true,
            _ if again => false,
            Kind::Policies | Kind::Renewals | Kind::CardPolicies => {
                matches!(slot.role, Role::Applicant | Role::Insured)
            }
            Kind::Family | Kind::Relatives => matches!(slot.role, Role::Head | Role::Member),
            Kind::Visits | Kind::Needs | Kind::Referrals => slot.role == Role::Client,
            Kind::Clients | Kind::Register => true,
        },
        Record::Policy if kind.has_policies() => !again || matches!(slot.field, Field::RIDER_PRODUCT | Field::RIDER_PREMIUM),
        Record::Policy => slot.field == Field::POLICY_NO && kind.is_about_dealings(),
        Record::Visit => kind == Kind::Visits && !again,
        Record::Need => kind == Kind::Needs && !again,
        Record::Referral => kind == Kind::Referrals && !again,
    }
}

/// What tells of whom a visit or note is, beside the name: it is compared, and makes nobody known.
fn is_identity_in_dealings(list: &List, column: &ListColumn) -> bool {
    list.kind.is_about_dealings() && column.slot.field != Field::NAME && WHO.contains(&column.slot.field)
}

/// Whether a row says something of a person that is not known of them.
fn says_more(inputs: &Inputs<'_>, phones: &Texts, column: &ListColumn, row: usize, person: u32) -> bool {
    let Some(known) = inputs.assembled.persons.get(person as usize) else { return false };
    let said = column.data.text(row);
    match column.slot.field {
        Field::CERT_NO => said != &*known.certificate,
        Field::GENDER => known.gender.is_none_or(|gender| gender.title() != said),
        Field::BIRTH => match &column.data {
            Data::Dates(dates) => dates[row].map(PartialDate::to_iso) != known.birth.map(PartialDate::to_iso),
            _ => false,
        },
        _ => said.split('|').any(|said| !phones.get(person as usize).split('|').any(|phone| phone == said)),
    }
}
