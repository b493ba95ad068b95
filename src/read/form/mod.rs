//! Forms: sheets of labels with their values beside them, one card or several, with small tables in them. They
//! become the same lists as tables do, and every cell is either understood or told.
//!
//! A form is small and is held in memory. Whether a sheet is one is decided by its first rows: labels of ours with
//! values that fit them, among them one that says who the client is, and no table above them.

mod grid;

mod boxes;
pub mod fits;
mod labels;
mod sections;

mod card;
mod cards;
mod people;
mod subtable;

mod lists;
mod records;

use card::{Ink, Page};
use grid::Grid;
use records::Booked;

pub use lists::{FormList, lists};
pub use records::{Filled as Written, Row, ShownLabel, shown_labels};

use super::heading::{self, TopRow};
use crate::problem::{Code, Outcome, Place, Problem, SourceId};
use crate::templates::Templates;
use crate::templates::fields::{Field, Record, Role};
use crate::workbook::Merge;

/// A form with more rows than this is none.
pub const MOST_ROWS: usize = 20_000;

/// What a sheet of forms came to. Places have the place of the sheet in the workbook as their source.
#[derive(Debug, Default)]
pub struct FormSheet {
    /// Cards on it that say something.
    pub cards: usize,
    /// Blank ones.
    pub blank: usize,
    /// Rows of lists.
    pub rows: Vec<Row>,
    /// What there is to say about its cells.
    pub problems: Vec<Problem>,
    /// Labels with their fields and values.
    pub labels: Vec<ShownLabel>,
    /// Cells that hold something.
    pub present: usize,
    /// Of these, how many were understood.
    pub understood: usize,
}

/// A row of a form has no more cells: several cards side by side are still narrower than a wide list.
const WIDEST: usize = 64;

/// Labels needed besides the one that says who it is about.
const FEWEST_LABELS: usize = 3;

/// Whether the first rows of a sheet are those of a form.
pub fn is_form(rows: &[TopRow], merges: &[Merge], templates: &Templates) -> bool {
    if rows.iter().any(|row| row.cells.len() > WIDEST) {
        return false;
    }
    let grid = Grid::new(rows, merges);
    let page = Page::of(&grid, templates);
    let Some(evidence) = Evidence::of(&grid, &page, templates) else { return false };
    if evidence.labels < FEWEST_LABELS || evidence.bad > evidence.good {
        return false;
    }
    // A table whose heading comes before the first card is a table; what looks like labels are words in it.
    let table = heading::find(rows, merges, templates);
    table.is_none_or(|table| table.last_row > evidence.first_row || evidence.rows.contains(&table.last_row))
}

/// What speaks for a form.
struct Evidence {
    /// Different labels of ours beside values or room for them.
    labels: usize,
    /// Values that fit their labels.
    good: usize,
    /// Values that do not.
    bad: usize,
    /// The row of the label that says who it is about.
    first_row: u32,
    /// Rows in which labels have values beside them, or room for them.
    rows: Vec<u32>,
}

impl Evidence {
    /// `None` when nobody says who it is about.
    fn of(grid: &Grid, page: &Page, templates: &Templates) -> Option<Evidence> {
        let card = card::read(grid, templates);
        let mut keys: Vec<&str> = Vec::new();
        let (mut good, mut bad) = (0, 0);
        let mut first_row = None;
        let mut rows = Vec::new();
        for entry in card.entries.iter().filter(|entry| entry.label.is_known() && entry.has_room) {
            let of = |record| entry.label.claims.iter().any(|claim| templates.fields.entry(claim.field).of == record);
            let of_client = |role: Option<Role>| matches!(role, None | Some(Role::Applicant | Role::Head));
            let says_who = entry
                .label
                .claims
                .iter()
                .any(|claim| claim.field == Field::HOUSEHOLD_NO || claim.field == Field::NAME && of_client(claim.role));
            if says_who && first_row.is_none() {
                first_row = Some(entry.label_at.0);
            }
            if of(Record::Org) && !says_who {
                continue;
            }
            keys.push(&entry.label.key);
            rows.push(entry.label_at.0);
            let Some(value) = &entry.value else { continue };
            let fit = entry.label.claims.iter().map(|claim| {
                let kind = templates.fields.entry(claim.field).kind;
                fits::fits(kind, value.cell.cell(), templates)
            });
            match fit.max() {
                Some(Some(true)) => good += 1,
                Some(Some(false)) => bad += 1,
                _ => {}
            }
        }
        keys.sort_unstable();
        keys.dedup();
        // A page of words has labels too, but little beside them that is a number, a day, a name.
        let has_values = card.entries.iter().any(|entry| entry.value.is_some());
        let is_blank = page.lines.iter().flat_map(|(_, tokens)| tokens).all(|token| !matches!(token.ink, Ink::Pairs(..)))
            && !has_values;
        let is_plausible = good > 0 || is_blank && keys.len() > FEWEST_LABELS;
        Some(Evidence { labels: keys.len(), good, bad, first_row: first_row?, rows }).filter(|_| is_plausible)
    }
}

/// Reads a sheet of forms. `index` is its place in the workbook, `name` its name.
pub fn read(rows: &[TopRow], merges: &[Merge], index: usize, name: &str, templates: &Templates) -> FormSheet {
    let grid = Grid::new(rows, merges);
    let mut sheet = FormSheet { present: grid.cells(), understood: grid.cells(), ..FormSheet::default() };
    if rows.len() >= MOST_ROWS {
        sheet.problems.push(Problem {
            code: Code::FileTooLarge,
            place: Place::row(SourceId(index as u32), rows.last().map_or(0, |row| row.number)),
            field: "".into(),
            found: "".into(),
            what: format!("卡片太多，只读了有内容的前 {MOST_ROWS} 行。分成几张工作表再放进来").into(),
            outcome: Outcome::NotRead,
        });
    }
    for (rows, columns) in cards::regions(&grid, templates) {
        let part = grid.part(&rows, &columns);
        let card = card::read(&part, templates);
        let is_blank =
            card.entries.iter().all(|entry| entry.value.is_none()) && card.tables.iter().all(|table| table.rows.is_empty());
        if is_blank {
            sheet.blank += 1;
            continue;
        }
        if is_example(name) || card.titles.iter().any(|title| is_example(&title.text())) {
            let place = Place::row(SourceId(index as u32), part.lines.first().map_or(1, |line| line.number));
            sheet.problems.push(Problem {
                code: Code::RowExample,
                place,
                field: "".into(),
                found: "".into(),
                what: "这张卡是示例".into(),
                outcome: Outcome::PassedOver,
            });
            continue;
        }
        let Booked { rows, problems, not_understood, labels } = records::book(&card, index, templates);
        sheet.cards += 1;
        sheet.rows.extend(rows);
        sheet.problems.extend(problems);
        sheet.labels.extend(labels);
        sheet.understood = sheet.understood.saturating_sub(not_understood);
    }
    sheet
}

fn is_example(text: &str) -> bool {
    ["示例", "样例", "范例", "样表", "填写样"].iter().any(|word| text.contains(word))
}
