//! Forms: sheets of labels with their values beside them, one card or several, with small tables in them. They
//! become the same lists as tables do, and every cell is either understood or told.
//!
//! Letters that the company's system prints are forms, too, in which more people speak than on a card (`letters`,
//! `sentences`); cards may stand as columns of one sheet (`transposed`).
//!
//! A form is small and is held in memory. Whether a sheet is one is decided by its first rows: labels of ours with
//! values that fit them, among them one that says who the client is, and no table above them.

mod grid;

mod boxes;
pub mod fits;
mod labels;
mod letters;
pub mod sections;
mod sentences;
mod tail;

mod card;
mod cards;
mod people;
mod subtable;
mod transposed;

mod evidence;
mod lists;
mod records;

use rustc_hash::FxHashMap;

use card::Page;
use grid::Grid;
use labels::Label;
use records::Booked;

pub use lists::{FormList, OfFile, lists};
pub use records::{Filled as Written, OnOwnCard, Row, ShownLabel, shown_labels};
pub use tail::{Tail, goes_on, read_on};

use rustc_hash::FxHashSet;

use super::heading::{self, TopCell, TopRow};
use crate::model::text;
use crate::problem::{Code, Outcome, Place, Problem, SourceId};
use crate::templates::Templates;
use crate::workbook::Merge;

/// What the office has settled for a form with these labels, laid over its templates; nothing where it has settled none.
pub fn settled(rows: &[TopRow], templates: &Templates) -> Option<Templates> {
    if !templates.layouts.knows_forms() {
        return None;
    }
    let mut keys: FxHashSet<String> = FxHashSet::default();
    for (_, cell) in rows.iter().flat_map(|row| &row.cells) {
        let TopCell::Text(text) = cell else { continue };
        // A label alone, or each before its colon.
        keys.extend(Label::of(text, &templates.fields).map(|label| label.key));
        let parts = text.split([':', '：']).flat_map(|part| part.split(text::is_space).next_back());
        keys.extend(parts.filter_map(|part| Label::of(part, &templates.fields)).map(|label| label.key));
    }
    templates.layouts.fields_of_form(&keys).map(|fields| templates.with_fields(fields.clone()))
}

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
    /// Its card, for the next sheet to go on with, where it holds but one.
    pub tail: Option<Tail>,
}

/// A row of a form has no more cells: several cards side by side are still narrower than a wide list.
const WIDEST: usize = 64;

/// Whether the first rows of a sheet are those of a form.
pub fn is_form(rows: &[TopRow], merges: &[Merge], marked: bool, templates: &Templates) -> bool {
    let grid = Grid::new(rows, merges, marked);
    if transposed::cards(&grid, templates).is_some() {
        return true;
    }
    if rows.iter().any(|row| row.cells.len() > WIDEST) {
        return false;
    }
    evidence::says_form(&grid, &Page::of(&grid, templates), templates).is_some_and(|lines| {
        // A table whose heading comes before the first card is a table; what looks like labels are words in it.
        let table = heading::find(rows, merges, templates);
        table.is_none_or(|table| table.last_row > lines.first || lines.all.contains(&table.last_row))
    })
}

/// Reads a sheet of forms. `index` is its place in the workbook, `name` its name.
pub fn read(rows: &[TopRow], merges: &[Merge], marked: bool, index: usize, name: &str, templates: &Templates) -> FormSheet {
    let grid = Grid::new(rows, merges, marked);
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
    let transposed = transposed::cards(&grid, templates);
    let regions = if transposed.is_some() { Vec::new() } else { cards::regions(&grid, templates) };
    let outside = cards::outside(&grid, &regions).filter(|_| transposed.is_none());
    for inked in outside {
        sheet.problems.push(Problem {
            code: Code::FormUnread,
            place: Place::cell(SourceId(index as u32), inked.row, inked.column),
            field: "（无标题）".into(),
            found: inked.text().into(),
            what: "不在哪张卡上，不知道是哪位客户的".into(),
            outcome: Outcome::CellSetAside,
        });
        sheet.understood = sheet.understood.saturating_sub(1);
    }
    let by_region = || regions.iter().map(|(rows, columns)| card::read(&grid.part(rows, columns), templates)).collect();
    for card in transposed.unwrap_or_else(by_region) {
        let is_blank =
            card.entries.iter().all(|entry| entry.value.is_none()) && card.tables.iter().all(|table| table.rows.is_empty());
        if is_blank {
            sheet.blank += 1;
            continue;
        }
        if is_example(name) || card.titles.iter().any(|title| is_example(&title.text())) {
            let place = Place::row(SourceId(index as u32), card.first_row());
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
        sheet.take(records::book(&card, index, &[], templates));
        sheet.tail = Tail::of(&card, &sheet.rows, name, templates).filter(|_| sheet.cards == 1);
    }
    sheet
}

/// Letters have most of their words from a template: what is said of one text on many of them is said once.
pub fn tell_once<'s>(sheets: impl Iterator<Item = &'s mut FormSheet>) {
    let mut told: FxHashMap<Box<str>, (usize, usize)> = FxHashMap::default();
    let mut sheets: Vec<&mut FormSheet> = sheets.collect();
    for (index, sheet) in sheets.iter_mut().enumerate() {
        sheet.problems.retain(|problem| {
            let is_first = !is_of_template(problem) || !told.contains_key(&problem.found);
            if is_of_template(problem) {
                told.entry(problem.found.clone()).or_insert((index, 0)).1 += 1;
            }
            is_first
        });
    }
    for (found, (index, times)) in told.into_iter().filter(|(_, (_, times))| *times > 1) {
        let of_text = |problem: &&mut Problem| is_of_template(problem) && problem.found == found;
        if let Some(problem) = sheets[index].problems.iter_mut().find(of_text) {
            problem.what = format!("{}（同样的话在这个文件里有 {times} 处）", problem.what).into();
        }
    }
}

fn is_of_template(problem: &Problem) -> bool {
    problem.code == Code::FormUnread && &*problem.field == records::PRINTED
}

impl FormSheet {
    fn take(&mut self, booked: Booked) {
        self.cards += 1;
        self.rows.extend(booked.rows);
        self.problems.extend(booked.problems);
        self.labels.extend(booked.labels);
        self.understood = self.understood.saturating_sub(booked.not_understood);
    }
}

fn is_example(text: &str) -> bool {
    ["示例", "样例", "范例", "样表", "填写样"].iter().any(|word| text.contains(word))
}
