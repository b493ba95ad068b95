//! A sheet as strips of columns: tables that stand side by side are read each by itself, from top to bottom.

use std::ops::{ControlFlow, Range};

use rustc_hash::FxHashSet;

use super::form;
use super::go_on::Before;
use super::heading::{self, FoundHeading, TopRow};
use super::marks::Marks;
use super::stacked;
use super::table::{LOOK_AHEAD, TableRead, TableReader};
use crate::problem::SourceId;
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, Role};
use crate::templates::heading::Heading;
use crate::workbook::{Merge, Row};

/// Reads a sheet, row by row.
pub struct SheetReader<'t> {
    templates: &'t Templates,
    source: SourceId,
    file_name: &'t str,
    merges: Vec<Merge>,
    from_1904: bool,
    marks: Marks,
    /// What the sheet before held, if this one may go on with it.
    before: Option<Before>,
    stage: Stage<'t>,
}

enum Stage<'t> {
    /// The first rows, which show what stands beside what.
    Top(Vec<TopRow>),
    /// Each strip of columns with its reader, from left to right.
    Strips(Vec<(Range<u32>, TableReader<'t>)>),
    /// A form: held until it is complete, with the card it goes on with.
    Form(Option<form::Tail>, Vec<TopRow>),
}

/// What a sheet holds.
pub enum SheetContent {
    /// Tables, from left to right and from top to bottom, and the heading of the last one, where none stand side by side.
    Tables(Vec<TableRead>, Option<FoundHeading>),
    /// The rows of a form, and its merges.
    Form(Vec<TopRow>, Vec<Merge>),
    /// The same of a form that goes on with the card of the sheet before.
    FormGoesOn(form::Tail, Vec<TopRow>, Vec<Merge>),
}

impl<'t> SheetReader<'t> {
    /// Ready for the first row. `file_name` may tell the month of the lists.
    pub fn new(templates: &'t Templates, source: SourceId, file_name: &'t str, merges: Vec<Merge>) -> Self {
        let stage = Stage::Top(Vec::new());
        SheetReader { templates, source, file_name, merges, from_1904: false, marks: Marks::default(), before: None, stage }
    }

    /// The same for a sheet that may go on with what the one before held.
    pub fn behind(mut self, before: Option<Before>) -> Self {
        self.before = before;
        self
    }

    /// The same for a file that counts days from 1904.
    pub fn counting_from_1904(mut self, from_1904: bool) -> Self {
        self.from_1904 = from_1904;
        self
    }

    /// Takes the next row.
    pub fn row(&mut self, row: Row<'_>) -> ControlFlow<()> {
        // Where a template leaves marks, they stand in every row: a table without any at its top has none.
        if matches!(self.stage, Stage::Strips(_)) && !self.marks.any() {
            return self.data_row(row);
        }
        match self.marks.clear(&row) {
            None => self.data_row(row),
            Some(rest) if rest.cells.is_empty() => ControlFlow::Continue(()),
            Some(rest) => rest.with(|row| self.data_row(row)),
        }
    }

    fn data_row(&mut self, row: Row<'_>) -> ControlFlow<()> {
        match &mut self.stage {
            Stage::Top(rows) => {
                rows.push(TopRow::of(row));
                if rows.len() < LOOK_AHEAD { ControlFlow::Continue(()) } else { self.divide() }
            }
            Stage::Strips(strips) => give(strips, row),
            Stage::Form(_, rows) => {
                rows.push(TopRow::of(row));
                if rows.len() < form::MOST_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            }
        }
    }

    fn divide(&mut self) -> ControlFlow<()> {
        let Stage::Top(rows) = &mut self.stage else { return ControlFlow::Continue(()) };
        let rows = std::mem::take(rows);
        let settled = form::settled(&rows, self.templates);
        let before = self.before.take();
        let marked = self.marks.any();
        if form::is_form(&rows, &self.merges, marked, settled.as_ref().unwrap_or(self.templates)) {
            self.stage = Stage::Form(None, rows);
            return ControlFlow::Continue(());
        }
        let before = match before {
            Some(Before::Card(tail)) if form::goes_on(&rows, &self.merges, marked, &tail, self.templates) => {
                self.stage = Stage::Form(Some(tail), rows);
                return ControlFlow::Continue(());
            }
            Some(Before::List(sheet, heading)) => Some((sheet, heading)),
            _ => None,
        };
        let ranges = strips(&rows, &self.merges, self.templates);
        let reader = |columns: Range<u32>| {
            let merges = self.merges.iter().filter(|merge| merge.left < columns.end && merge.right >= columns.start);
            let merges = merges.copied().collect();
            let reader = TableReader::new(self.templates, self.source, self.file_name, merges);
            (columns, reader.counting_from_1904(self.from_1904).behind(before.clone()))
        };
        let mut strips: Vec<_> = ranges.into_iter().map(reader).collect();
        let flow = rows.iter().try_for_each(|row| row.with(|row| give(&mut strips, row)));
        self.stage = Stage::Strips(strips);
        flow
    }

    /// Says what the sheet held, and which marks of a print template were taken out of it.
    pub fn finish(mut self) -> (SheetContent, Marks) {
        if matches!(self.stage, Stage::Top(_)) {
            let _ = self.divide();
        }
        let content = match self.stage {
            Stage::Strips(strips) => {
                let is_alone = strips.len() == 1;
                let mut last_heading = None;
                let mut finished = Vec::new();
                for (_, reader) in strips {
                    let (tables, heading) = reader.finish();
                    last_heading = heading.filter(|_| is_alone);
                    finished.extend(tables);
                }
                SheetContent::Tables(finished, last_heading)
            }
            Stage::Form(None, rows) => SheetContent::Form(rows, self.merges),
            Stage::Form(Some(tail), rows) => SheetContent::FormGoesOn(tail, rows, self.merges),
            Stage::Top(_) => unreachable!("it was divided just now"),
        };
        (content, self.marks)
    }
}

fn give(strips: &mut [(Range<u32>, TableReader<'_>)], row: Row<'_>) -> ControlFlow<()> {
    if let [(_, only)] = strips {
        return only.row(row);
    }
    let mut flow = ControlFlow::Break(());
    for (columns, reader) in strips {
        let from = row.cells.partition_point(|(at, _)| *at < columns.start);
        let to = row.cells.partition_point(|(at, _)| *at < columns.end);
        let part = Row { number: row.number, cells: &row.cells[from..to] };
        if part.cells.is_empty() || reader.row(part).is_continue() {
            flow = ControlFlow::Continue(());
        }
    }
    flow
}

/// Ranges of columns that hold tables of their own. One that holds everything, as a rule.
fn strips(rows: &[TopRow], merges: &[Merge], templates: &Templates) -> Vec<Range<u32>> {
    let mut strips = Vec::new();
    let mut start = 0;
    for border in runs(rows, templates) {
        strips.push(start..border);
        start = border;
    }
    if start > 0 {
        strips.push(start..u32::MAX);
        return strips;
    }
    for gap in gaps(rows) {
        let (left, right) = (part(rows, start..gap), part(rows, gap..u32::MAX));
        let heading = |rows: &[TopRow]| heading::find(rows, merges, templates);
        let (Some(one), Some(other)) = (heading(&left), heading(&right)) else { continue };
        if say_the_same(&one, &other) || differ_in_length(&left, &right, &one, &other) {
            strips.push(start..gap);
            start = gap;
        }
    }
    strips.push(start..u32::MAX);
    strips
}

/// Where a row of headings begins anew, when it is the same headings again and again, a name among them: tables side
/// by side that touch each other. Titles over them must not say that they are different people of one client.
fn runs(rows: &[TopRow], templates: &Templates) -> Vec<u32> {
    let again = |row: &TopRow| {
        let (_, first) = row.cells.first()?;
        let period = 1 + row.cells[1..].iter().position(|(_, cell)| cell == first)?;
        let is_run = period > 1
            && row.cells.len().is_multiple_of(period)
            && row.cells.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0)
            && row.cells[period..].iter().zip(&row.cells).all(|((_, one), (_, other))| one == other);
        is_run.then_some(period)
    };
    let Some((at, period)) = rows.iter().enumerate().find_map(|(at, row)| Some((at, again(row)?))) else {
        return Vec::new();
    };
    let row = &rows[at];
    let keys: Vec<String> = row.cells[..period].iter().map(|(_, cell)| Heading::of(&cell.text()).key).collect();
    let claims: Vec<Vec<Claim>> = keys.iter().map(|key| templates.fields.claims(key).0).collect();
    let is_name = |claims: &Vec<Claim>| claims.contains(&Claim { field: Field::NAME, role: None });
    let known = claims.iter().filter(|claims| !claims.is_empty()).count();
    let titles = rows[..at].last().map_or(&[][..], |above| &above.cells);
    let says_whose = titles.iter().any(|(_, title)| stacked::is_about_somebody(&title.text(), &templates.fields));
    if !claims.iter().any(is_name) || known < 2 || says_whose {
        return Vec::new();
    }
    row.cells.iter().step_by(period).skip(1).map(|(column, _)| *column).collect()
}

/// First columns behind a blank one that has something on both sides. A title alone in its row may lie over it.
fn gaps(rows: &[TopRow]) -> Vec<u32> {
    let used: FxHashSet<u32> =
        rows.iter().filter(|row| row.cells.len() > 1).flat_map(|row| row.cells.iter().map(|(at, _)| *at)).collect();
    let mut used: Vec<u32> = used.into_iter().collect();
    used.sort_unstable();
    used.windows(2).filter(|pair| pair[1] > pair[0] + 1).map(|pair| pair[1]).collect()
}

fn part(rows: &[TopRow], columns: Range<u32>) -> Vec<TopRow> {
    let cells = |row: &TopRow| row.cells.iter().filter(|(at, _)| columns.contains(at)).cloned().collect();
    let rows = rows.iter().map(|row| TopRow { number: row.number, cells: cells(row) });
    rows.filter(|row| !row.cells.is_empty()).collect()
}

/// Both name the same thing that a table has but once.
fn say_the_same(one: &FoundHeading, other: &FoundHeading) -> bool {
    const ONCE: [Field; 5] = [Field::NAME, Field::POLICY_NO, Field::CERT_NO, Field::HOUSEHOLD_NO, Field::VISIT_TIME];
    let said = |found: &FoundHeading| -> FxHashSet<(Field, Option<Role>)> {
        let claims = found.columns.iter().filter(|column| column.number == 0).flat_map(|column| &column.claims);
        claims.filter(|claim| ONCE.contains(&claim.field)).map(|claim| (claim.field, claim.role)).collect()
    };
    !said(one).is_disjoint(&said(other))
}

/// Whether a row of one has nothing beside it in the other, or the heading of the other.
fn differ_in_length(left: &[TopRow], right: &[TopRow], one: &FoundHeading, other: &FoundHeading) -> bool {
    let has_row = |rows: &[TopRow], from: u32, to: u32| {
        rows.iter().any(|row| row.number > from && row.number <= to && row.cells.len() > 1)
    };
    if has_row(left, one.last_row, other.last_row) || has_row(right, other.last_row, one.last_row) {
        return true;
    }
    let below = one.last_row.max(other.last_row);
    let rows = |rows: &[TopRow]| -> FxHashSet<u32> {
        rows.iter().filter(|row| row.number > below && row.cells.len() > 1).map(|row| row.number).collect()
    };
    rows(left) != rows(right)
}
