//! What speaks for a form: labels of ours with values that fit them, among them one that says who the client is.

use super::card::{self, Card, Entry, Ink, Page};
use super::fits::fits;
use super::grid::{Grid, Inked};
use super::labels::Label;
use super::records::{TableKind, kind};
use super::subtable::SubTable;
use crate::model::cell::Cell;
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, Record, Role};

/// Labels needed, the one that says who it is about among them.
const FEWEST_LABELS: usize = 3;

/// Where the labels of a form stand, as Excel shows the rows.
pub struct Lines {
    /// The first that says who the client is.
    pub first: u32,
    /// All that have labels with values, or room for them.
    pub all: Vec<u32>,
}

/// A label with what is said there.
struct Statement<'c> {
    label: &'c Label,
    value: Option<Cell<'c>>,
    row: u32,
}

/// Where a sheet says what forms say, if it does.
pub fn says_form(grid: &Grid, page: &Page, templates: &Templates) -> Option<Lines> {
    let card = card::read(grid, templates);
    let of_client = |statement: &Statement<'_>| {
        let mut claims = statement.label.claims.iter();
        says_who(statement.label) || !claims.any(|claim| templates.fields.entry(claim.field).of == Record::Org)
    };
    let fit = |statement: &Statement<'_>| {
        let value = statement.value?;
        let kinds = statement.label.claims.iter().map(|claim| templates.fields.entry(claim.field).kind);
        kinds.map(|kind| fits(kind, value, templates)).max().flatten()
    };
    let bands = bands(&card, templates);
    let beside: Vec<Statement> = card.entries.iter().filter_map(beside).filter(of_client).collect();
    let above: Vec<Statement> = bands.iter().flat_map(|band| above(band)).filter(of_client).collect();
    let names_one = |statements: &[Statement<'_>], before: u32| {
        let names = |said: &Statement<'_>| said.row < before && says_who(said.label) && fit(said) == Some(true);
        statements.iter().any(names)
    };
    // A table of somebody's visits that does not say whose: whoever is named above it.
    let tables = || card.tables.iter().filter(|table| is_of_somebody(table, templates));
    let is_about = |said: &[Statement<'_>], table: &SubTable| names_one(said, table.headings[0].1.row);
    // One line of headings over one row is a list of one, and policies by number below it are another; several of them,
    // each of other things, are a form.
    let band_is_about = tables().any(|table| !is_by_number(table) && is_about(&above, table));
    let is_back = band_is_about || tables().any(|table| is_about(&beside, table));
    let mut said = beside;
    if band_is_about || bands.len() > 1 && are_different(&bands) {
        said.extend(above);
    }

    let mut keys: Vec<&str> = said.iter().map(|statement| statement.label.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let good = said.iter().filter(|statement| fit(statement) == Some(true)).count();
    let bad = said.iter().filter(|statement| fit(statement) == Some(false)).count();
    // A page of words has labels too, but little beside them that is a number, a day, a name.
    let is_blank = card.entries.iter().all(|entry| entry.value.is_none())
        && page.lines.iter().flat_map(|(_, tokens)| tokens).all(|token| !matches!(token.ink, Ink::Pairs(..)));
    let is_plausible = good > 0 || is_blank && keys.len() > FEWEST_LABELS;
    let is_enough = keys.len() >= FEWEST_LABELS || is_back;
    let first = said.iter().find(|statement| says_who(statement.label))?.row;
    (is_plausible && is_enough && bad <= good)
        .then(|| Lines { first, all: said.iter().map(|statement| statement.row).collect() })
}

fn beside(entry: &Entry) -> Option<Statement<'_>> {
    let value = entry.value.as_ref().map(|value| value.cell.cell());
    let statement = Statement { label: &entry.label, value, row: entry.label_at.0 };
    (entry.label.is_known() && entry.has_room).then_some(statement)
}

/// What a line of labels says with the line of values below it.
fn above(band: &SubTable) -> impl Iterator<Item = Statement<'_>> {
    band.headings.iter().enumerate().filter(|(_, (label, _))| label.is_known()).map(|(index, (label, inked))| {
        let value = band.rows[0].iter().find(|(heading, _)| *heading == index);
        Statement { label, value: value.map(|(_, inked)| inked.cell.cell()), row: inked.row }
    })
}

/// Lines of labels about the client with one line of values below each.
pub fn bands<'c>(card: &'c Card, templates: &Templates) -> Vec<&'c SubTable> {
    let is_band = |table: &&SubTable| table.rows.len() == 1 && kind(table, templates) == TableKind::Lines;
    card.tables.iter().filter(is_band).collect()
}

/// Whether no label stands in two of these lines.
fn are_different(bands: &[&SubTable]) -> bool {
    let labels = |band: &SubTable| -> Vec<(String, u8)> {
        band.headings.iter().map(|(label, _)| (label.key.clone(), label.number)).collect()
    };
    let mut all: Vec<(String, u8)> = bands.iter().flat_map(|band| labels(band)).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    all.len() == count
}

/// Whether these are visits, policies or relatives of somebody whom the table does not name.
pub fn is_of_somebody(table: &SubTable, templates: &Templates) -> bool {
    let kind = kind(table, templates);
    let names_client = |(label, _): &(Label, Inked)| {
        label.claims.iter().any(|claim| match kind {
            TableKind::Relatives => claim.role == Some(Role::Head) || claim.field == Field::HOUSEHOLD_NO,
            // 姓名 beside 险种 may be whoever is covered; a list of policies that says no more is none.
            _ => says_who_claim(claim) || [Field::PHONE, Field::CERT_NO].contains(&claim.field),
        })
    };
    matches!(kind, TableKind::Visits | TableKind::Policies | TableKind::Relatives)
        && !table.rows.is_empty()
        && !table.headings.iter().any(names_client)
}

/// Whether these are policies by their numbers.
fn is_by_number(table: &SubTable) -> bool {
    table.headings.iter().flat_map(|(label, _)| &label.claims).any(|claim| claim.field == Field::POLICY_NO)
}

/// Whether a label says who the client is.
pub fn says_who(label: &Label) -> bool {
    label.claims.iter().any(says_who_claim)
}

fn says_who_claim(claim: &Claim) -> bool {
    let of_client = matches!(claim.role, None | Some(Role::Applicant | Role::Head));
    claim.field == Field::HOUSEHOLD_NO || claim.field == Field::NAME && of_client
}
