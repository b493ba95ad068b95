//! A sheet with a heading row and rows below: found, mapped, and streamed into typed columns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::column::{AtRow, ColumnBuilder, Findings, Spot};
use super::elsewhere;
use super::go_on;
use super::heading::{self, FoundHeading, HeadedColumn, Mapped, TopCell, TopRow};
use super::labelled;
use super::metadata::{self, Statement};
use super::preface::{self, Preface, UnitSaid};
use super::row_kind::RowJudge;
use super::standing::{Filled, Standing};
use super::{whose, words};
use crate::model::cell::Cell;
use crate::model::certificate::CertificateKind;
use crate::model::columns::{Data, Texts};
use crate::model::date::PartialDate;
use crate::model::list::{Column, Kind, Leftover, List, Originals, Repeat, Said, Scattered, Slot, Used, Verdict, Whence};
use crate::model::money::Unit;
use crate::model::report::SheetTotals;
use crate::problem::{Code, ColumnLetters, Outcome, Place, Problem, Problems, SourceId};
use crate::templates::Templates;
use crate::templates::fields::{Field, FieldType, Fields, Record, Role};
use crate::templates::heading::Heading;
use crate::workbook::{Merge, Row};

/// How many rows may come before the heading.
pub const LOOK_AHEAD: usize = 40;

/// With so many rows, or so many cells, without a heading a sheet is given up. It is the same whether one or two hands read it:
/// see `relay`.
const MOST_ROWS_ABOVE: usize = 1_000;
const MOST_CELLS_ABOVE: usize = 100_000;

/// How many lines of comment above a heading are looked at again.
const MOST_COMMENTS: usize = 10_000;

/// How many rows with little in them may stand between two tables: title, metadata, upper rows of a heading.
const MOST_HELD: usize = 8;

/// So many cells may stand beside the rows of a list and still be said of all of them.
const FEW: usize = 20;

/// What became of a table.
#[derive(Debug)]
pub enum Read {
    /// A list of one of our kinds.
    List(Box<List>),
    /// Nothing in it.
    Empty,
    /// Something, but no list; its first rows.
    NotAList(Vec<TopRow>),
}

/// A table read to its end: what it was, its control totals, and what was found out about it.
pub type TableRead = (Read, SheetTotals, Problems);

/// Reads the tables of a sheet, or of a strip of its columns, that stand one below the other.
pub struct TableReader<'t> {
    templates: &'t Templates,
    file_name: &'t str,
    merges: Vec<Merge>,
    findings: Findings,
    stage: Stage<'t>,
    /// Rows that may be the title or the upper rows of another heading.
    held: Vec<TopRow>,
    /// How many of them end with what looks like another heading; 0 when none does.
    heading_ends: usize,
    /// The last row that came, as Excel shows it.
    last_row: u32,
    /// Tables that are complete.
    done: Vec<TableRead>,
    /// What came before the rows in which a heading is looked for: something else.
    passed: Passed,
    /// Lines that begin with `#`, until the first heading is found: those below it are rows like others.
    comments: Vec<TopRow>,
    /// The list of the sheet before, for rows without a heading.
    before: Option<(String, FoundHeading)>,
    /// The last heading there was.
    heading: Option<FoundHeading>,
}

enum Stage<'t> {
    /// The heading is still to come.
    Top(Vec<TopRow>),
    /// Rows stream into columns.
    Rows(Box<Rows<'t>>),
    /// No heading in the first rows: nothing to be read here.
    NoHeading(Vec<TopRow>),
}

/// Rows that are no heading, and have none below them so far.
#[derive(Default)]
struct Passed {
    first: Vec<TopRow>,
    rows: usize,
    cells: usize,
}

/// What a row below a heading looks like at first glance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glance {
    Data,
    /// So little in it that it may be a title.
    Thin,
    /// Another heading.
    Heading,
}

impl<'t> TableReader<'t> {
    /// Ready for the first row. `file_name` may tell the month of the list.
    pub fn new(templates: &'t Templates, source: SourceId, file_name: &'t str, merges: Vec<Merge>) -> Self {
        TableReader {
            templates,
            file_name,
            merges,
            findings: Findings::new(source),
            stage: Stage::Top(Vec::new()),
            held: Vec::new(),
            heading_ends: 0,
            last_row: 0,
            done: Vec::new(),
            passed: Passed::default(),
            comments: Vec::new(),
            before: None,
            heading: None,
        }
    }

    /// The same for a sheet behind a list, by its name and heading: rows without a heading may go on with it.
    pub fn behind(mut self, list: Option<(String, FoundHeading)>) -> Self {
        self.before = list;
        self
    }

    /// The same for a file that counts days from 1904.
    pub fn counting_from_1904(mut self, from_1904: bool) -> Self {
        self.findings.from_1904 = from_1904;
        self
    }

    /// Takes the next row.
    pub fn row(&mut self, row: Row<'_>) -> ControlFlow<()> {
        match &mut self.stage {
            Stage::Top(rows) => {
                if is_comment(&row) {
                    // Only above the heading; where that is, is not known yet.
                    if self.comments.len() < MOST_COMMENTS {
                        self.comments.push(TopRow::of(row));
                    }
                    return ControlFlow::Continue(());
                }
                rows.push(TopRow::of(row));
                if rows.len() == LOOK_AHEAD {
                    self.settle_heading(false);
                }
            }
            Stage::Rows(rows) => {
                let glance = rows.glance(&row, row.number > self.last_row + 1, !self.held.is_empty());
                self.last_row = row.number;
                if glance == Glance::Data && self.held.is_empty() {
                    rows.row(row, &mut self.findings);
                } else {
                    self.hold(row, glance);
                }
            }
            Stage::NoHeading(_) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// A row that may belong to another table, or the one that decides whether those before it do.
    fn hold(&mut self, row: Row<'_>, glance: Glance) {
        if glance == Glance::Thin && self.held.len() == MOST_HELD && self.heading_ends == 0 {
            self.release();
        }
        self.held.push(TopRow::of(row));
        match (glance, self.heading_ends) {
            (Glance::Heading, _) => self.heading_ends = self.held.len(),
            // A row below what looks like a heading tells whether it is the upper row of a stacked one.
            (_, 1..) => self.settle_next_heading(),
            (Glance::Data, 0) => self.release(),
            (Glance::Thin, 0) => {}
        }
    }

    /// The rows held back are rows of this table after all.
    fn release(&mut self) {
        self.heading_ends = 0;
        let held = std::mem::take(&mut self.held);
        let Stage::Rows(rows) = &mut self.stage else { return };
        held.iter().for_each(|row| row.with(|row| rows.row(row, &mut self.findings)));
    }

    fn settle_heading(&mut self, is_end: bool) {
        let Stage::Top(top) = &mut self.stage else { return };
        let mut top = std::mem::take(top);
        if let Some(found) = heading::find(&top, &self.merges, self.templates) {
            if self.passed.rows > 0 {
                let before = top[found.preface_rows].number - 1;
                // Lines of text are explanations; a table is something that may be missed.
                let is_text = self.passed.first.iter().all(|row| row.cells.len() == 1);
                let (code, outcome) = match is_text {
                    true => (Code::SheetSkipped, Outcome::PassedOver),
                    false => (Code::SheetUnknown, Outcome::NotRead),
                };
                self.findings.note(Problem {
                    code,
                    place: Place::row(self.findings.source, self.passed.first.first().map_or(1, |row| row.number)),
                    field: "".into(),
                    found: "".into(),
                    what: format!("从这一行到第 {before} 行没有认得的标题行").into(),
                    outcome,
                });
            }
            return self.begin(&top, &found);
        }
        if self.passed.rows == 0 && self.goes_on(&top) {
            return;
        }
        // The upper rows of a stacked heading may be the last of these.
        let kept = if is_end { Vec::new() } else { top.split_off(top.len().saturating_sub(heading::DEEPEST)) };
        let passed = &mut self.passed;
        passed.rows += top.len();
        passed.cells += top.iter().map(|row| row.cells.len()).sum::<usize>();
        let room = LOOK_AHEAD.saturating_sub(passed.first.len());
        passed.first.extend(top.into_iter().take(room));
        let is_over = is_end || passed.rows + LOOK_AHEAD > MOST_ROWS_ABOVE || passed.cells > MOST_CELLS_ABOVE;
        self.stage = if is_over { Stage::NoHeading(std::mem::take(&mut passed.first)) } else { Stage::Top(kept) };
    }

    /// Whether rows without a heading are those of the sheet before, which go on here.
    fn goes_on(&mut self, top: &[TopRow]) -> bool {
        let heading = self.before.as_ref().and_then(|(_, heading)| go_on::under(heading, top, self.templates));
        let (Some(heading), Some((sheet, _))) = (heading, &self.before) else { return false };
        let place = Place::row(self.findings.source, top[heading.rows_used].number);
        let what = format!("没有标题行，内容与上一张工作表“{sheet}”的各列对得上，标题照那一张的");
        let outcome = Outcome::KeptAsIs;
        let (field, found) = ("".into(), "".into());
        self.findings.note(Problem { code: Code::SheetGoesOn, place, field, found, what: what.into(), outcome });
        self.begin(top, &heading);
        true
    }

    /// Another table below the first one, or a row that only looked so.
    fn settle_next_heading(&mut self) {
        let Stage::Rows(rows) = &mut self.stage else { return };
        let seems = &self.held[self.heading_ends - 1];
        if seems.with(|row| rows.judge.repeats_all(&row)) {
            // The next page of a print: its title and its heading once more.
            let title = self.held.drain(..self.heading_ends - 1).collect::<Vec<_>>();
            for row in title {
                row.with(|row| rows.pass_over_title(&row, &mut self.findings));
            }
            return self.release();
        }
        let Some(found) = heading::find(&self.held, &self.merges, self.templates) else {
            if rows.is_all_headings(seems) {
                rows.is_foreign = true;
            }
            return self.release();
        };
        let mut next = Findings::new(self.findings.source);
        next.from_1904 = self.findings.from_1904;
        let findings = std::mem::replace(&mut self.findings, next);
        if let Stage::Rows(rows) = std::mem::replace(&mut self.stage, Stage::NoHeading(Vec::new())) {
            self.done.push(rows.finish(findings));
        }
        self.heading_ends = 0;
        let held = std::mem::take(&mut self.held);
        self.begin(&held, &found);
    }

    /// Begins a table with its heading; what follows it may be another.
    fn begin(&mut self, top: &[TopRow], found: &FoundHeading) {
        let (comments, below): (Vec<TopRow>, Vec<TopRow>) =
            std::mem::take(&mut self.comments).into_iter().partition(|row| row.number < found.last_row);
        let mut above: Vec<&TopRow> = comments.iter().chain(&top[..found.preface_rows]).collect();
        above.sort_by_key(|row| row.number);
        let mut preface = preface::read(&above, self.file_name);
        // The heading of a list that goes on is on the sheet before.
        let heading = top[..found.rows_used].last().filter(|row| row.number == found.last_row);
        // What stands beside the heading; and of a short list it is known by now what stands below it.
        let below_it = top[found.rows_used..].iter().rev().take_while(|row| row.cells.len() <= 2);
        let around = below_it.chain(heading).flat_map(preface::units_in_row);
        preface.units.splice(0..0, around.filter(|said| is_told_of_all(&said.text)));
        let mut rows = Rows::new(self.templates, found, &preface, &mut self.findings);
        rows.expect_merged(&self.merges, &mut self.findings);
        let text = |row: u32, (column, cell): &(u32, TopCell)| (row, *column as u16, as_written(cell.cell()).into());
        rows.above = above.iter().flat_map(|row| row.cells.iter().map(|cell| text(row.number, cell))).collect();
        for (at, row) in above.iter().enumerate() {
            let next = above.get(at + 1).copied().or(heading);
            rows.statements.extend(Statement::above(row, next, &self.templates.fields));
        }
        rows.statements.extend(said_in_heading(found, &self.templates.fields));
        self.stage = Stage::Rows(Box::new(rows));
        self.heading = Some(found.with_people(&self.templates.fields));
        self.last_row = found.last_row;
        let mut rows: Vec<&TopRow> = top[found.rows_used..].iter().collect();
        rows.extend(&below);
        rows.sort_by_key(|row| row.number);
        for row in rows {
            let _ = row.with(|row| self.row(row));
        }
    }

    /// Says what the tables were, and hands over what was found out about each, and the last heading there was.
    pub fn finish(mut self) -> (Vec<TableRead>, Option<FoundHeading>) {
        let had_rows = self.passed.rows > 0 || !matches!(&self.stage, Stage::Top(rows) if rows.is_empty());
        if had_rows && matches!(self.stage, Stage::Top(_)) {
            self.settle_heading(true);
        }
        if self.heading_ends > 0 {
            self.settle_next_heading();
        }
        self.release();
        let last = match self.stage {
            Stage::Rows(rows) => rows.finish(self.findings),
            Stage::NoHeading(first) => (Read::NotAList(first), SheetTotals::default(), self.findings.into_problems()),
            Stage::Top(_) => (Read::Empty, SheetTotals::default(), self.findings.into_problems()),
        };
        self.done.push(last);
        (self.done, self.heading)
    }
}

/// Whether a row begins with a label: what it says may be said of this list, or of the one below.
fn may_be_said(row: &Row<'_>) -> bool {
    let begins = |(_, cell): &(u32, Cell<'_>)| matches!(cell, Cell::Text(text) if labelled::may_have_label(text));
    row.cells.len() <= 8 && row.cells.first().is_some_and(begins)
}

/// Whether a text speaks of the whole list and not of a row: 单位：万元, 注：金额单位为元.
fn is_told_of_all(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let starts = ["单位", "金额单位", "货币单位", "保费单位", "保额单位", "注", "说明"];
    starts.iter().any(|start| text.starts_with(start)) && text.chars().count() <= 40
}

/// What stands in the row of the heading and is none: `姓名 | 手机 | 地址 | | 服务专员：何伟`.
fn said_in_heading(found: &FoundHeading, fields: &Fields) -> Vec<Statement> {
    let said = found.columns.iter().filter(|column| is_statement(column, fields)).flat_map(|column| {
        let line = labelled::line(&[(column.at, Cell::Text(&column.heading))], fields);
        metadata::of_line(line.labelled, found.last_row, Whence::Beside, 0, "")
    });
    said.collect()
}

/// Whether a heading is a label with its value.
fn is_statement(column: &HeadedColumn, fields: &Fields) -> bool {
    column.claims.is_empty()
        && labelled::may_have_label(&column.heading)
        && !labelled::line(&[(column.at, Cell::Text(&column.heading))], fields).labelled.is_empty()
}

/// L11: lines that begin with `#` above the heading of a csv.
fn is_comment(row: &Row<'_>) -> bool {
    matches!(row.cells.first(), Some((_, Cell::Text(text))) if text.trim_start().starts_with('#'))
}

/// Rows below a heading, or taken from forms.
pub struct Rows<'t> {
    templates: &'t Templates,
    kind: Kind,
    verdict: Option<Verdict>,
    date: Option<NaiveDate>,
    heading_row: u32,
    columns: Vec<ColumnBuilder>,
    leftovers: Vec<Leftover>,
    /// For each sheet column that has a heading: an index into `columns` or `leftovers`.
    lanes: Vec<(u32, Lane)>,
    judge: RowJudge,
    /// Columns of records that stand side by side in one row.
    turns: Vec<Turn>,
    /// What is said of several rows at once.
    standing: Standing,
    rows: Vec<u32>,
    /// Kinds of certificate by word of the column that names them.
    certificate_kinds: FxHashMap<Box<str>, Option<CertificateKind>>,
    has_applicant: bool,
    /// What stands above the heading.
    above: Vec<(u32, u16, Box<str>)>,
    /// What is said once, outside of the rows.
    statements: Vec<Statement>,
    /// Units and the day, as they were used.
    said: Vec<Said>,
    /// Whether the day comes from a line below the rows.
    is_dated_below: bool,
    /// A unit that was said when sums had been read already.
    late_unit: Option<UnitSaid>,
    /// Columns of sums that have no unit of their own.
    unitless: Vec<usize>,
    /// Cells without a heading over them: the first of each column.
    strays: Vec<(AtRow, u32, Box<str>)>,
    /// Below a heading of headings we know, but of no list we know: nothing of it is a row of this table.
    is_foreign: bool,
    totals: SheetTotals,
}

/// A column of one of several records in a row: 拜访日期2.
struct Turn {
    at: u32,
    /// Which record, from 0.
    turn: u8,
    /// The column that takes its cells: its own, or that of the first such record.
    of: u32,
    heading: Box<str>,
}

#[derive(Clone, Copy)]
enum Lane {
    Known(usize),
    Kept(usize),
}

impl<'t> Rows<'t> {
    fn new(templates: &'t Templates, found: &FoundHeading, preface: &Preface, findings: &mut Findings) -> Self {
        let mapped = heading::map_table(found, &templates.fields);
        let date = preface.date.as_ref().map(|said| said.date);
        let mut rows = Rows::empty(templates, found.kind, date, found.last_row);
        rows.verdict = found.verdict();
        rows.said.extend(preface.date.as_ref().map(|said| Said {
            text: said.text.as_str().into(),
            whence: if said.at.is_some() { Whence::Above } else { Whence::FileName },
            at: said.at,
            used: Used::Date(said.date),
        }));
        for column in &mapped {
            let unit = preface.unit_of(&column.column.heading);
            rows.add_column(column, unit.map(|said| said.unit));
            if let Some(said) = unit.filter(|_| rows.takes_units(column)) {
                rows.use_unit(said, &column.column.heading, found);
            }
            match column.slot {
                None if column.column.is_settled || is_statement(&column.column, &templates.fields) => {}
                None => rows.report_leftover(column, &mapped, found.last_row, findings),
                Some(slot) => rows.report_seen(column, slot, found.last_row, findings),
            }
        }
        let moved = rows.turns.iter().filter(|turn| turn.of != turn.at);
        findings.moved_headings = moved.map(|turn| (turn.at as u16, turn.heading.clone())).collect();
        rows.has_applicant = rows.columns.iter().any(|column| is_applicants(column, Field::NAME));
        rows
    }

    /// For rows that are taken from forms, where what is not understood has been told already.
    pub fn of_forms(templates: &'t Templates, kind: Kind, date: Option<NaiveDate>, columns: &[Mapped]) -> Self {
        let mut rows = Rows::empty(templates, kind, date, 0);
        columns.iter().for_each(|column| rows.add_column(column, None));
        rows
    }

    /// Whether a column is one of sums, without a unit in its heading.
    fn takes_units(&self, column: &Mapped) -> bool {
        let is_money = |slot: Slot| self.templates.fields.entry(slot.field).kind == FieldType::Money;
        column.slot.is_some_and(is_money) && Unit::in_heading(&column.column.heading).is_none()
    }

    /// Remembers that a column took its unit from what stands around the list.
    fn use_unit(&mut self, unit: &UnitSaid, heading: &str, found: &FoundHeading) {
        let known = self.said.iter_mut().find(|said| said.at == Some(unit.at));
        if let Some(Said { used: Used::Unit { columns, .. }, .. }) = known {
            return columns.push(heading.into());
        }
        let whence = match unit.at.0 {
            row if row < found.last_row => Whence::Above,
            row if row == found.last_row => Whence::Beside,
            _ => Whence::Below,
        };
        let used = Used::Unit { value: unit.unit.title(), columns: vec![heading.into()] };
        self.said.push(Said { text: unit.text.as_str().into(), whence, at: Some(unit.at), used });
    }

    fn empty(templates: &'t Templates, kind: Kind, date: Option<NaiveDate>, heading_row: u32) -> Self {
        Rows {
            templates,
            kind,
            verdict: None,
            date,
            heading_row,
            columns: Vec::new(),
            leftovers: Vec::new(),
            lanes: Vec::new(),
            judge: RowJudge::default(),
            turns: Vec::new(),
            standing: Standing::default(),
            rows: Vec::new(),
            certificate_kinds: FxHashMap::default(),
            has_applicant: false,
            above: Vec::new(),
            statements: Vec::new(),
            said: Vec::new(),
            is_dated_below: false,
            late_unit: None,
            unitless: Vec::new(),
            strays: Vec::new(),
            is_foreign: false,
            totals: SheetTotals { kind: kind.title().into(), ..SheetTotals::default() },
        }
    }

    fn add_column(&mut self, mapped: &Mapped, unit: Option<Unit>) {
        let column = &mapped.column;
        let fields = &self.templates.fields;
        self.judge.headings.push((column.at, column.heading.clone()));
        match mapped.slot {
            Some(slot) => {
                let kind = fields.entry(slot.field).kind;
                match kind {
                    FieldType::Name => self.judge.names.push(column.at),
                    FieldType::PolicyNo | FieldType::Certificate => self.judge.keys.push(column.at),
                    FieldType::Phones if slot.field != Field::AGENT_PHONE => self.judge.keys.push(column.at),
                    _ => {}
                }
                let first = mapped.turn.and_then(|_| self.columns.iter().find(|known| known.slot == slot));
                let of = first.map_or(column.at, |first| first.at);
                if let Some(turn) = mapped.turn {
                    self.turns.push(Turn { at: column.at, turn, of, heading: column.heading.as_str().into() });
                }
                if of != column.at {
                    return;
                }
                let own = Unit::in_heading(&column.heading);
                if kind == FieldType::Money && own.or(unit).is_none() {
                    self.unitless.push(self.columns.len());
                }
                let unit = own.or(unit).unwrap_or(Unit::Yuan);
                self.lanes.push((column.at, Lane::Known(self.columns.len())));
                self.columns.push(ColumnBuilder::new(slot, &column.heading, column.at, kind, unit));
            }
            None => {
                self.lanes.push((column.at, Lane::Kept(self.leftovers.len())));
                let texts = Texts::from_iter(self.rows.iter().map(|_| ""));
                self.leftovers.push(Leftover { heading: column.heading.as_str().into(), at: column.at, texts });
            }
        }
    }

    /// Says why a column is kept as written only; of a 序号 nothing.
    fn report_leftover(&self, mapped: &Mapped, all: &[Mapped], heading_row: u32, findings: &mut Findings) {
        let column = &mapped.column;
        let fields = &self.templates.fields;
        let (code, what) = match mapped.same_as {
            Some(first) => {
                let first = &all[first].column;
                let (letters, heading) = (ColumnLetters(first.at), &first.heading);
                (
                    Code::ColumnAmbiguous,
                    format!("“{}”与 {letters} 列“{heading}”是同一项，以 {letters} 列为准", column.heading),
                )
            }
            None if fields.is_unneeded(&Heading::of(&column.heading).key) => return,
            None if column.claims.is_empty()
                && let Some(whose) = whose::said_of(&column.heading, fields).and_then(|role| fields.role_title(role)) =>
            {
                let what = format!("“{}”说的是{whose}，{}里没有用它", column.heading, self.kind.title());
                (Code::ColumnUnknown, what)
            }
            None if column.is_of_somebody => {
                (Code::ColumnUnknown, format!("“{}”说的是别人，没有当作客户的", column.heading))
            }
            None => {
                let nearest = did_you_mean(fields.nearest_titles(&column.heading));
                let seen = column.seen.map(|why| format!("，内容{why}")).unwrap_or_default();
                (Code::ColumnUnknown, format!("不认识“{}”这一列{nearest}{seen}", column.heading))
            }
        };
        findings.note(Problem {
            code,
            place: Place::cell(findings.source, heading_row, column.at),
            field: column.heading.as_str().into(),
            found: column.heading.as_str().into(),
            what: what.into(),
            outcome: Outcome::KeptAsIs,
        });
    }

    /// Says which column was known by its values.
    fn report_seen(&self, mapped: &Mapped, slot: Slot, heading_row: u32, findings: &mut Findings) {
        let column = &mapped.column;
        let Some(why) = column.seen else { return };
        let title = &self.templates.fields.entry(slot.field).title;
        findings.note(Problem {
            code: Code::ColumnByValues,
            place: Place::cell(findings.source, heading_row, column.at),
            field: column.heading.as_str().into(),
            found: column.heading.as_str().into(),
            what: format!("“{}”这一列的内容{why}，当作“{title}”", column.heading).into(),
            outcome: Outcome::KeptAsIs,
        });
    }

    /// Whether a row may be more than a row of this table. Nearly every row is data and shows it in its first cells.
    fn glance(&self, row: &Row<'_>, after_gap: bool, after_held: bool) -> Glance {
        let heading = |(_, cell): &(u32, Cell<'_>)| matches!(cell, Cell::Text(text) if may_be_heading(text));
        let is_short = row.cells.len() == 1 || (after_gap || after_held) && row.cells.len() <= 4;
        let thin = is_short || may_be_said(row);
        if !row.cells.iter().all(heading) {
            return if thin && !self.judge.has_key(row) { Glance::Thin } else { Glance::Data };
        }
        let fields = &self.templates.fields;
        let is_known = |(_, cell): &&(u32, Cell<'_>)| matches!(cell, Cell::Text(text) if !fields.claims(&Heading::of(text).key).0.is_empty());
        let known = row.cells.iter().filter(is_known).count();
        match known >= 2 && known * 2 >= row.cells.len() {
            true => Glance::Heading,
            false if thin => Glance::Thin,
            false => Glance::Data,
        }
    }

    /// Whether every cell is a heading of ours: too many to be a row of data by chance.
    fn is_all_headings(&self, row: &TopRow) -> bool {
        let is_known =
            |(_, cell): &(u32, TopCell)| !self.templates.fields.claims(&Heading::of(&cell.text()).key).0.is_empty();
        row.cells.len() >= 3 && row.cells.iter().all(is_known)
    }

    /// A line of the title that comes again on every page.
    fn pass_over_title(&mut self, row: &Row<'_>, findings: &mut Findings) {
        self.totals.read += 1;
        let line = labelled::line(row.cells, &self.templates.fields);
        self.statements.extend(metadata::of_line(line.labelled, row.number, Whence::Among, self.rows.len(), ""));
        self.set_aside(row, Code::RowHeadingAgain, Outcome::PassedOver, findings);
    }

    fn row(&mut self, row: Row<'_>, findings: &mut Findings) {
        if row.cells.is_empty() {
            return;
        }
        self.totals.read += 1;
        if self.is_foreign {
            self.set_aside(&row, Code::SheetUnknown, Outcome::RowSetAside, findings);
            return;
        }
        if self.is_statement(&row) {
            return;
        }
        if let Some((code, outcome)) = self.judge.kind(&row).problem() {
            if code == Code::RowFooter {
                self.note_footer(&row);
            }
            self.set_aside(&row, code, outcome, findings);
            return;
        }
        if self.standing.is_empty() {
            return self.data(&row, findings);
        }
        let mut standing = std::mem::take(&mut self.standing);
        match standing.fill(&row) {
            Some(Filled { cells, said }) => {
                let at =
                    |index: usize, (column, from): &(u32, u32)| ((index as u32, *column as u16), (*from, *column as u16));
                let first = self.rows.len();
                findings.moved.extend(said.iter().map(|said| at(first, said)));
                self.data(&Row { number: row.number, cells: &cells }, findings);
                for index in first + 1..self.rows.len() {
                    findings.moved.extend(said.iter().map(|said| at(index, said)));
                }
            }
            None => self.data(&row, findings),
        }
        self.standing = standing;
    }

    /// Gets ready for merged cells below the heading. What stands in one is said of all its rows; a sum may be the sum of
    /// all of them, and stays where it stands.
    fn expect_merged(&mut self, merges: &[Merge], findings: &mut Findings) {
        let kind_at = |at: u32| {
            let of = self.turns.iter().find(|turn| turn.at == at).map_or(at, |turn| turn.of);
            self.columns.iter().find(|column| column.at == of).map(|column| column.kind)
        };
        let is_sum = |at: u32| matches!(kind_at(at), Some(FieldType::Money | FieldType::Count));
        let heading_row = self.heading_row;
        self.standing = Standing::of(merges, heading_row, |at| kind_at(at).is_some() && !is_sum(at));
        let sums = merges.iter().filter(|merge| merge.bottom > merge.top && merge.top >= heading_row && is_sum(merge.left));
        for merge in sums {
            let heading = self.columns.iter().find(|column| column.at == merge.left).map_or("", |column| &column.heading);
            findings.note(Problem {
                code: Code::MoneyBad,
                place: Place::cell(findings.source, merge.top + 1, merge.left),
                field: heading.into(),
                found: "".into(),
                what: format!("{} 行合用一个合并的单元格，只记在第一行", merge.bottom - merge.top + 1).into(),
                outcome: Outcome::KeptAsIs,
            });
        }
    }

    fn data(&mut self, row: &Row<'_>, findings: &mut Findings) {
        if self.turns.is_empty() {
            self.data_row(row, findings);
        } else {
            self.take_turns(row, findings);
        }
    }

    /// A row in which several records stand side by side: a row of the list for each that says anything.
    fn take_turns(&mut self, row: &Row<'_>, findings: &mut Findings) {
        let turn_of = |at: &u32| self.turns.binary_search_by_key(at, |turn| turn.at).ok().map(|index| &self.turns[index]);
        let first = self.turns.iter().map(|turn| turn.turn).min().unwrap_or(0);
        let mut said: Vec<u8> = row.cells.iter().filter_map(|(at, _)| turn_of(at)).map(|turn| turn.turn).collect();
        said.sort_unstable();
        said.dedup();
        if said.is_empty() {
            said.push(first);
        }
        self.totals.read += said.len() as u64 - 1;
        for (place, which) in said.into_iter().enumerate() {
            let index = self.rows.len() as u32;
            let turn_of =
                |at: &u32| self.turns.binary_search_by_key(at, |turn| turn.at).ok().map(|index| &self.turns[index]);
            let mut cells: Vec<(u32, Cell<'_>)> = Vec::with_capacity(row.cells.len());
            for (at, cell) in row.cells {
                match turn_of(at) {
                    None => cells.push((*at, *cell)),
                    Some(turn) if turn.turn != which => {}
                    Some(turn) => {
                        cells.push((turn.of, *cell));
                        if turn.of != *at || place > 0 {
                            findings.moved.insert((index, turn.of as u16), (row.number, *at as u16));
                        }
                    }
                }
            }
            cells.sort_unstable_by_key(|(at, _)| *at);
            self.data_row(&Row { number: row.number, cells: &cells }, findings);
        }
    }

    fn data_row(&mut self, row: &Row<'_>, findings: &mut Findings) {
        let at = self.fill_next(row, findings);
        if self.kind.has_policies() && self.has_applicant && self.applicant_is_blank(at.index) {
            self.continue_client(at, findings);
        }
    }

    /// What one of a bare number is worth in a column, from now on: forms of one file differ in it.
    pub fn count_in(&mut self, column: u32, unit: Unit) {
        if let Some(known) = self.columns.iter_mut().find(|known| known.at == column) {
            known.unit = unit;
        }
    }

    /// Whether a row says something of others and is about nobody: 服务专员：何伟 over the clients of each agent. What it
    /// says is kept. Nearly every row is data, and shows it in its first cell.
    fn is_statement(&mut self, row: &Row<'_>) -> bool {
        let has_label = |(_, cell): &(u32, Cell<'_>)| matches!(cell, Cell::Text(text) if labelled::may_have_label(text));
        // A title before it makes it two or three cells.
        let looked_at = if row.cells.len() <= 3 && row.cells.len() < self.lanes.len() { row.cells.len() } else { 1 };
        let may_be_one = row.cells.len() <= 8 && row.cells[..looked_at.min(row.cells.len())].iter().any(has_label);
        if !may_be_one || self.judge.has_key(row) {
            return false;
        }
        let line = labelled::line(row.cells, &self.templates.fields);
        let is_title =
            |cell: &Cell<'_>| matches!(cell, Cell::Text(text) if self.above.iter().any(|(_, _, above)| **above == **text));
        let names_somebody = |(at, cell): &(u32, Cell<'_>)| {
            self.judge.names.binary_search(at).is_ok() && !line.taken.contains(at) && !is_title(cell)
        };
        if line.is_signed || row.cells.iter().any(names_somebody) {
            return false;
        }
        let found: Vec<String> = row.cells.iter().map(|(_, cell)| cell.to_text()).collect();
        let said = metadata::of_line(line.labelled, row.number, Whence::Among, self.rows.len(), &found.join(" | "));
        if said.is_empty() {
            return false;
        }
        self.totals.passed_over += 1;
        self.statements.extend(said);
        true
    }

    /// A line below the list may tell the unit of its sums and the day it was made.
    fn note_footer(&mut self, row: &Row<'_>) {
        let row = TopRow::of(*row);
        self.late_unit =
            preface::units_in_row(&row).into_iter().find(|said| said.unit != Unit::Yuan).or(self.late_unit.take());
        let texts = row.cells.iter().map(|(column, cell)| (*column, as_written(cell.cell()).into_owned()));
        let dated = texts.filter_map(|(column, text)| Some((column, preface::last_date(&text)?, text)));
        if let Some((column, date, text)) = dated.max_by_key(|(_, date, _)| *date)
            && self.date.is_none_or(|known| self.is_dated_below && date > known)
        {
            self.said.retain(|said| !matches!(said.used, Used::Date(_)));
            let used = Used::Date(date);
            self.said.push(Said { text: text.trim().into(), whence: Whence::Below, at: Some((row.number, column)), used });
            self.date = Some(date);
            self.is_dated_below = true;
        }
    }

    /// Takes a row that is a record, whatever it looks like.
    pub fn record(&mut self, row: &Row<'_>, findings: &mut Findings) {
        self.totals.read += 1;
        self.fill_next(row, findings);
    }

    fn fill_next(&mut self, row: &Row<'_>, findings: &mut Findings) -> AtRow {
        let at = AtRow { index: self.rows.len(), number: row.number };
        self.rows.push(row.number);
        self.fill(row, at, findings);
        at
    }

    /// Puts the cells of a row into its columns; certificates last, because another column names their kind.
    fn fill(&mut self, row: &Row<'_>, at: AtRow, findings: &mut Findings) {
        let mut cells = row.cells.iter().peekable();
        let mut certificates: Vec<(usize, Cell<'_>)> = Vec::new();
        let mut strays: Vec<(u32, Cell<'_>)> = Vec::new();
        for (column, lane) in &self.lanes {
            while let Some(stray) = cells.next_if(|(other, _)| other < column) {
                strays.push(*stray);
            }
            let cell = cells.next_if(|(other, _)| other == column).map_or(Cell::Blank, |(_, cell)| *cell);
            match *lane {
                Lane::Known(index) if cell == Cell::Blank => self.columns[index].push_blank(),
                Lane::Known(index) if self.columns[index].kind == FieldType::Certificate => certificates.push((index, cell)),
                Lane::Known(index) => self.columns[index].push(cell, at, None, findings),
                Lane::Kept(index) => self.leftovers[index].texts.push(&as_written(cell)),
            }
        }
        strays.extend(cells);
        for (index, cell) in certificates {
            let hint = self.certificate_kind(self.columns[index].slot.role, at.index);
            self.columns[index].push(cell, at, hint, findings);
        }
        for (column, cell) in strays {
            self.keep_stray(column, cell, at);
        }
    }

    /// A cell in a column without a heading: kept as written. The column is reported once, when the list is complete.
    fn keep_stray(&mut self, column: u32, cell: Cell<'_>, at: AtRow) {
        let blank_rows = self.rows.len() - 1;
        let index = self.leftovers.len();
        self.leftovers.push(Leftover {
            heading: "".into(),
            at: column,
            texts: Texts::from_iter((0..blank_rows).map(|_| "")),
        });
        self.leftovers[index].texts.push(&as_written(cell));
        let lane = self.lanes.partition_point(|(at, _)| *at < column);
        self.lanes.insert(lane, (column, Lane::Kept(index)));
        self.strays.push((at, column, cell.to_text().into()));
    }

    fn certificate_kind(&mut self, role: Role, row: usize) -> Option<CertificateKind> {
        let slot = Slot::whose(role, Field::CERT_KIND);
        let column = self.columns.iter().find(|column| column.slot == slot)?;
        let word = column.data().text(row);
        if let Some(kind) = self.certificate_kinds.get(word) {
            return *kind;
        }
        let kind = words::certificate_kind(word, &self.templates.values);
        self.certificate_kinds.insert(word.into(), kind);
        kind
    }

    fn set_aside(&mut self, row: &Row<'_>, code: Code, outcome: Outcome, findings: &mut Findings) {
        match outcome {
            Outcome::RowSetAside => self.totals.set_aside += 1,
            _ => self.totals.passed_over += 1,
        }
        let found: Vec<String> = row.cells.iter().map(|(_, cell)| cell.to_text()).collect();
        findings.note(Problem {
            code,
            place: Place::row(findings.source, row.number),
            field: "".into(),
            found: found.join(" | ").into(),
            what: code.title().into(),
            outcome,
        });
    }

    fn applicant_is_blank(&self, row: usize) -> bool {
        let identity = [Field::NAME, Field::CERT_NO, Field::PHONE];
        self.columns
            .iter()
            .filter(|column| identity.iter().any(|field| is_applicants(column, *field)))
            .all(|column| column.data().is_blank(row))
    }

    /// L4: the client's cells are blank on the rows of further policies. Everything about the client and who
    /// serves them is repeated from the row above, and said so.
    fn continue_client(&mut self, at: AtRow, findings: &mut Findings) {
        if at.index == 0 || self.applicant_is_blank(at.index - 1) {
            return;
        }
        let fields = &self.templates.fields;
        for column in &mut self.columns {
            let of = fields.entry(column.slot.field).of;
            let of_client = column.slot.role == Role::Applicant || matches!(of, Record::Household | Record::Org);
            if of_client && column.data().is_blank(at.index) {
                column.repeat_above();
            }
        }
        let name = self.columns.iter().find(|column| is_applicants(column, Field::NAME));
        let (column, heading) = name.map_or((0, "客户姓名"), |column| (column.at, &*column.heading));
        findings.cell(
            Spot { row: at, at: column, heading },
            Code::RowContinued,
            "",
            "客户姓名、证件、电话都空着",
            Outcome::KeptAsIs,
        );
    }

    /// Looks at what stands beside the rows, and tells of columns without a heading.
    fn read_strays(&mut self, findings: &mut Findings) {
        let mut beside: BTreeMap<usize, Vec<(u32, &str)>> = BTreeMap::new();
        for kept in self.leftovers.iter().filter(|kept| kept.heading.is_empty()) {
            let filled: Vec<(usize, &str)> =
                kept.texts.iter().enumerate().filter(|(_, text)| !text.is_empty()).take(FEW + 1).collect();
            if filled.len() <= FEW {
                filled.iter().for_each(|(row, text)| beside.entry(*row).or_default().push((kept.at, text)));
            }
        }
        let mut taken: Vec<(usize, u32)> = Vec::new();
        for (row, mut cells) in beside {
            cells.sort_unstable();
            let cells: Vec<(u32, Cell<'_>)> = cells.into_iter().map(|(at, text)| (at, Cell::Text(text))).collect();
            let line = labelled::line(&cells, &self.templates.fields);
            let said = metadata::of_line(line.labelled, self.rows[row], Whence::Beside, 0, "");
            if !said.is_empty() {
                taken.extend(line.taken.iter().map(|at| (row, *at)));
                self.statements.extend(said);
            }
        }
        for (row, at, text) in std::mem::take(&mut self.strays) {
            if !taken.contains(&(row.index, at)) {
                let spot = Spot { row, at, heading: "（无标题）" };
                findings.cell(spot, Code::ColumnUnknown, &text, "这一列没有标题", Outcome::KeptAsIs);
            }
        }
    }

    /// The finished list.
    pub fn finish(mut self, mut findings: Findings) -> TableRead {
        self.read_strays(&mut findings);
        let late_unit = self.late_unit.take().filter(|_| !self.unitless.is_empty());
        let unitless: Vec<u32> = self.unitless.iter().map(|index| self.columns[*index].at).collect();
        for statement in &mut self.statements {
            if statement.whence == Whence::Among && statement.before == self.rows.len() {
                statement.whence = Whence::Below;
            }
        }
        let mut list = List {
            source: findings.source,
            kind: self.kind,
            verdict: self.verdict,
            date: self.date,
            heading_row: self.heading_row,
            rows: self.rows,
            columns: Vec::with_capacity(self.columns.len()),
            repeats: self
                .turns
                .into_iter()
                .filter(|turn| turn.of != turn.at)
                .map(|turn| Repeat { heading: turn.heading, at: turn.at, of: turn.of })
                .collect(),
            leftovers: self.leftovers,
            originals: Originals::default(),
            above: self.above,
            said: self.said,
            scattered: None,
        };
        let mut asides = Vec::new();
        let premiums = self.columns.iter().filter(|column| !column.modes.is_empty());
        let modes: Vec<_> = premiums.map(|column| (column.at, column.heading.clone(), column.modes.clone())).collect();
        let finished = self.columns.into_par_iter().with_max_len(1).map(|builder| {
            let (slot, heading, at, kind) = (builder.slot, builder.heading.clone(), builder.at, builder.kind);
            (Column { slot, heading, at, data: builder.into_data(), spelled: None }, kind)
        });
        for (column, kind) in finished.collect::<Vec<_>>() {
            words::settle(column, kind, self.templates, &mut list, &mut asides, &mut findings);
        }
        for column in asides {
            words::add(&mut list, column);
        }
        for (at, heading, modes) in &modes {
            words::pay_modes(&mut list, (*at, heading), modes, &mut findings);
        }
        elsewhere::settle(&mut list, self.templates, &mut findings);
        if let Some(unit) = late_unit {
            doubt_sums(&mut list, &unitless, &unit, &mut findings);
        }
        list.originals = std::mem::take(&mut findings.originals);
        if !findings.moved.is_empty() {
            let cell =
                |(place, (row, at)): (&(u32, u16), &(u32, u16))| (*place, Place::cell(list.source, *row, u32::from(*at)));
            let cells = findings.moved.iter().map(cell).collect();
            list.scattered = Some(Box::new(Scattered { cells, ..Scattered::default() }));
        }
        metadata::apply(&mut list, &self.statements, self.templates, &mut findings);
        let mut totals = self.totals;
        totals.kept = list.len() as u64;
        (Read::List(Box::new(list)), totals, findings.into_problems())
    }
}

/// A unit below a list that was taken for one of 元: what its sums are is not known.
fn doubt_sums(list: &mut List, columns: &[u32], unit: &UnitSaid, findings: &mut Findings) {
    for column in list.columns.iter_mut().filter(|column| columns.contains(&column.at)) {
        let Data::Money(sums) = &mut column.data else { continue };
        let written = sums.iter().map(|sum| sum.map(|sum| sum.to_string()).unwrap_or_default()).collect::<Vec<_>>();
        let written = written.iter().enumerate().filter(|(_, text)| !text.is_empty());
        findings.originals.keep_missing(column.at, written.map(|(row, text)| (row, text.as_str())));
        sums.iter_mut().for_each(|sum| *sum = None);
        let what = format!(
            "表的下方写着“{}”，上方没有写单位，“{}”这一列不知道是元还是{}。把单位写在标题里，如“{}（{}）”",
            unit.text,
            column.heading,
            unit.unit.title(),
            column.heading,
            unit.unit.title()
        );
        findings.note(Problem {
            code: Code::MoneyBad,
            place: Place::cell(findings.source, unit.at.0, unit.at.1),
            field: column.heading.clone(),
            found: unit.text.as_str().into(),
            what: what.into(),
            outcome: Outcome::CellSetAside,
        });
    }
}

/// Whether a text is no longer than headings are, and has no number in it. The first cell that is not ends the
/// question for its row.
fn may_be_heading(text: &str) -> bool {
    text.len() <= 60 && {
        let mut digits = 0;
        text.bytes().all(|byte| {
            digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
            digits < 4
        })
    }
}

/// The text of a cell nobody understands; of a day, the day.
pub fn as_written(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Serial(_) => PartialDate::read(cell).good().map_or_else(|| cell.to_text(), PartialDate::to_iso).into(),
        _ => Cow::Owned(cell.to_text()),
    }
}

fn is_applicants(column: &ColumnBuilder, field: Field) -> bool {
    column.slot.role == Role::Applicant && column.slot.field == field
}

fn did_you_mean(titles: Vec<&str>) -> String {
    if titles.is_empty() { String::new() } else { format!("，像是“{}”", titles.join("”“")) }
}
