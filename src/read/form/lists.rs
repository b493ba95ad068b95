//! Rows taken from forms, as lists: the same typed columns as those of a table, read by the same hands.

use rustc_hash::{FxHashMap, FxHashSet};

use super::records::{Filled, Row};
use crate::model::list::{Kind, List, Originals, Scattered, Slot};
use crate::model::report::SheetTotals;
use crate::problem::{Place, Problem, Problems, SourceId};
use crate::read::column::Findings;
use crate::read::heading::{HeadedColumn, Mapped};
use crate::read::preface;
use crate::read::table::{Read, Rows};
use crate::templates::Templates;
use crate::workbook;

/// A list of one kind, of all forms of a file. The source of its places is the place of the sheet in the workbook.
pub struct FormList {
    /// The list.
    pub list: Box<List>,
    /// Its control totals.
    pub totals: SheetTotals,
    /// What was found out about its cells.
    pub problems: Vec<Problem>,
}

/// The order in which lists of a file come.
const ORDER: [Kind; 7] =
    [Kind::Register, Kind::Relatives, Kind::CardPolicies, Kind::Visits, Kind::Needs, Kind::Referrals, Kind::Family];

/// What of a file its forms need to be read.
#[derive(Clone, Copy, Debug)]
pub struct OfFile<'f> {
    /// Its name, which may tell the month.
    pub name: &'f str,
    /// Whether it counts days from 1904.
    pub from_1904: bool,
}

/// Makes lists of the rows of all forms of a file.
pub fn lists(rows: Vec<Row>, templates: &Templates, file: OfFile<'_>) -> Vec<FormList> {
    let mut told = FxHashSet::default();
    ORDER
        .into_iter()
        .filter_map(|kind| {
            let rows: Vec<&Row> = rows.iter().filter(|row| row.kind == kind).collect();
            (!rows.is_empty()).then(|| list(kind, &rows, templates, file, &mut told))
        })
        .collect()
}

/// What makes a column: its field, or, of labels nobody knows, the label, and which of several in one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Lane {
    Known(Slot),
    Kept(String, usize),
}

fn list(
    kind: Kind,
    rows: &[&Row],
    templates: &Templates,
    file: OfFile<'_>,
    told: &mut FxHashSet<(Place, String)>,
) -> FormList {
    let (columns, lanes) = lay_out(rows);
    let mut findings = Findings::new(SourceId(0));
    findings.from_1904 = file.from_1904;
    let printed = rows.iter().filter_map(|row| row.own.as_ref()?.as_of).max();
    let date = printed.or_else(|| preface::last_date(file.name));
    let mut reader = Rows::of_forms(templates, kind, date, &columns);
    let mut scattered = Scattered::default();
    let mut raws: FxHashMap<(u32, u16), String> = FxHashMap::default();
    for (index, (row, lanes)) in rows.iter().zip(&lanes).enumerate() {
        let place = |(row_number, column): (u32, u32)| Place::cell(SourceId(row.sheet as u32), row_number, column);
        scattered.rows.push(place(row.at));
        let mut cells: Vec<(u32, &Filled)> = Vec::with_capacity(row.cells.len());
        for (cell, lane) in row.cells.iter().zip(lanes) {
            scattered.cells.insert((index as u32, *lane as u16), place(cell.at));
            if let Some(raw) = &cell.raw {
                raws.insert((index as u32, *lane as u16), raw.clone());
            }
            cells.push((*lane, cell));
        }
        if let Some(own) = &row.own {
            let kept =
                row.cells.iter().zip(lanes).filter(|(cell, _)| cell.slot.is_some_and(|slot| own.kept.contains(&slot)));
            scattered.kept.extend(kept.map(|(_, lane)| (index as u32, *lane as u16)));
        }
        cells.sort_by_key(|(lane, _)| *lane);
        cells.dedup_by_key(|(lane, _)| *lane);
        cells.iter().for_each(|(lane, cell)| reader.count_in(*lane, cell.unit()));
        let cells: Vec<_> = cells.iter().map(|(lane, cell)| (*lane, cell.cell.cell())).collect();
        reader.record(&workbook::Row { number: index as u32 + 1, cells: &cells }, &mut findings);
    }
    let (Read::List(mut list), totals, problems) = reader.finish(findings) else { unreachable!("a list was begun") };
    list.rows = rows.iter().map(|row| row.at.0).collect();
    keep_raws(&mut list.originals, raws);
    if rows.iter().any(|row| row.own.is_some()) {
        scattered.own = rows.iter().map(|row| row.own.as_ref().map(|own| own.row.clone())).collect();
    }
    let problems =
        placed(problems, &scattered, &columns).filter(|problem| told.insert((problem.place, problem.what.to_string())));
    let problems = problems.collect();
    list.scattered = Some(Box::new(scattered));
    FormList { list, totals, problems }
}

/// Columns for everything the rows say, and the column of each of their cells.
fn lay_out(rows: &[&Row]) -> (Vec<Mapped>, Vec<Vec<u32>>) {
    let mut known: FxHashMap<Lane, u32> = FxHashMap::default();
    let mut columns: Vec<Mapped> = Vec::new();
    let lanes = rows.iter().map(|row| {
        let mut unknown: FxHashMap<&str, usize> = FxHashMap::default();
        let lane = |cell: &Filled, unknown: usize| match cell.slot {
            Some(slot) => Lane::Known(slot),
            None => Lane::Kept(cell.heading.clone(), unknown),
        };
        let mut of_row = Vec::with_capacity(row.cells.len());
        for cell in &row.cells {
            let count = unknown.entry(&cell.heading).or_default();
            let lane = lane(cell, *count);
            *count += usize::from(cell.slot.is_none());
            let next = columns.len() as u32;
            let at = *known.entry(lane).or_insert_with(|| {
                let heading = cell.heading.clone();
                let column = HeadedColumn {
                    at: next,
                    heading,
                    hint: String::new(),
                    claims: Vec::new(),
                    number: 0,
                    is_of_somebody: false,
                    seen: None,
                    is_settled: true,
                };
                columns.push(Mapped { slot: cell.slot, same_as: None, turn: None, column });
                next
            });
            of_row.push(at);
        }
        of_row
    });
    let lanes = lanes.collect();
    (columns, lanes)
}

/// What stood in cells that were put into other words on the way.
fn keep_raws(originals: &mut Originals, mut raws: FxHashMap<(u32, u16), String>) {
    if raws.is_empty() {
        return;
    }
    let kept = std::mem::take(originals);
    for ((row, column), text) in kept.at.iter().zip(kept.texts.iter()) {
        let raw = raws.remove(&(*row, *column));
        originals.keep(*row as usize, u32::from(*column), raw.as_deref().unwrap_or(text));
    }
    let mut rest: Vec<_> = raws.into_iter().collect();
    rest.sort();
    rest.iter().for_each(|((row, column), raw)| originals.keep(*row as usize, u32::from(*column), raw));
}

/// Problems with their place on the forms. What was copied from one record to another is told once.
fn placed(problems: Problems, scattered: &Scattered, columns: &[Mapped]) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(move |mut problem| {
        let row = problem.place.row.checked_sub(1);
        let own = row.zip(problem.place.column).and_then(|at| scattered.cells.get(&at));
        let begins = row.and_then(|row| scattered.rows.get(row as usize));
        // About a column as a whole: where it stands first.
        let first = || {
            let column = problem.place.column?;
            debug_assert!(usize::from(column) < columns.len());
            let first = (0..scattered.rows.len() as u32).find_map(|row| scattered.cells.get(&(row, column)));
            first.copied()
        };
        let place = own.or(begins).copied().or_else(first).or_else(|| scattered.rows.first().copied());
        problem.place = place.unwrap_or(problem.place);
        problem
    })
}
