//! A part as a row of pieces: bytes that are copied, and between them the few that follow a list, a value or a copy.

use std::fmt;
use std::io::Write as _;
use std::ops::Range;

use super::fault::{Fault, What};
use super::formula::{Formula, View};
use super::height::HeightPlan;
use super::place::{self, Area, Place, Shift};
use super::placeholder::{self, Placeholder, Segment};
use super::styles::{Look, Styles};
use super::text::{RunPlan, TextPlan};
use super::value::{Calendar, Value, push_number};
use super::xml;

/// A piece of a part.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Bytes of the part, as they are.
    Raw(Range<usize>),
    /// Bytes of our own.
    Bytes(Box<[u8]>),
    /// The number of the row being written.
    OwnRow,
    /// A row's number, as it stands and where it goes.
    Row {
        raw: Range<usize>,
        row: u32,
        goes: Goes,
        from_zero: bool,
    },
    /// Ranges that grow with the list they cover.
    Areas {
        raw: Range<usize>,
        areas: Box<[Area]>,
    },
    /// A single cell, which stays single.
    Cell {
        raw: Range<usize>,
        area: Area,
    },
    /// A range inside the row of a list, on its own row.
    OwnArea(Area),
    /// A formula; in a list row it is seen from its copy.
    Formula {
        raw: Option<Range<usize>>,
        formula: Box<Formula>,
        first_of: Option<usize>,
    },
    /// A formula with placeholders in its texts, and what stands behind it in the cell.
    FormulaCell(Box<FormulaCell>),
    /// A cell with placeholders.
    Cells(Box<CellPlan>),
    /// The height of a row that grows with its text.
    Height(Box<HeightPlan>),
    /// Text with fields in it: headers and footers.
    Header(Box<[Segment]>),
    /// All merged ranges.
    Merges(Box<Merges>),
    /// Left out where row identities are written: hints about the row's cells.
    Unmarked(Range<usize>),
    /// The columns' looks; with row identities their column is hidden.
    Columns(Box<Columns>),
    /// Pieces that are repeated for each copy of a block.
    PerCopy {
        block: usize,
        pieces: Box<[Piece]>,
    },
    /// Only in the first copy of a list's row; other copies have the second.
    Once {
        first: Box<[Piece]>,
        others: Box<[Piece]>,
    },
    /// Only in the first copy of a sheet.
    FirstSheet(Range<usize>),
    /// An identity that no two sheets may share.
    Unique(Range<usize>),
    /// A number (`u32`) or a name that no two tables may share.
    TableId {
        raw: Range<usize>,
        next: u32,
        step: u32,
    },
    TableName(Range<usize>),
}

/// Where a row goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goes {
    /// With the first copy of its block.
    Start,
    /// With the last copy of its block.
    End,
    /// As far from the row where the thing starts as it was.
    With(u32),
    /// The lower edge of what stretches with the rows, from this row on.
    Stretch(u32),
}

/// A cell with placeholders.
#[derive(Clone, Debug)]
pub(super) struct CellPlan {
    /// The tag from `<` up to the value of `s`, and behind it; without `t`.
    pub before_style: Box<[Piece]>,
    pub after_style: Box<[Piece]>,
    /// The style, if it has one.
    pub style: Option<u32>,
    pub place: Place,
    pub text: TextPlan,
}

/// A formula cell with placeholders.
#[derive(Clone, Debug)]
pub(super) struct FormulaCell {
    pub before: Box<[Piece]>,
    pub open: Box<[Piece]>,
    pub formula: Formula,
    pub place: Place,
    pub placeholders: Vec<Placeholder>,
}

/// The merged ranges of a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Merges {
    /// In the order of the template; with the block whose items each have their own.
    pub areas: Vec<(Option<usize>, Area)>,
}

/// The `cols` of a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// All of it; empty if the sheet has none.
    pub raw: Range<usize>,
    pub list: Vec<ColumnLook>,
}

/// A `col` and the columns it is for.
#[derive(Clone, Debug)]
pub(super) struct ColumnLook {
    pub raw: Range<usize>,
    pub first: (u32, Range<usize>),
    pub last: (u32, Range<usize>),
}

impl ColumnLook {
    /// The same look for other columns.
    fn write(&self, out: &mut Vec<u8>, part: &[u8], first: u32, last: u32) {
        let mut ends = [(&self.first.1, first), (&self.last.1, last)];
        ends.sort_by_key(|(at, _)| at.start);
        let mut at = self.raw.start;
        for (value_at, value) in ends {
            out.extend_from_slice(&part[at..value_at.start]);
            out.extend_from_slice(value.to_string().as_bytes());
            at = value_at.end;
        }
        out.extend_from_slice(&part[at..self.raw.end]);
    }
}

/// Where values come from.
pub(super) trait Lookup {
    /// The value of a title.
    fn value(&self, title: &str) -> Option<&Value>;

    /// The identity of what is looked at.
    fn id(&self) -> &str {
        ""
    }
}

/// Nothing: what an empty list shows.
pub(super) struct Nothing;

impl Lookup for Nothing {
    fn value(&self, _: &str) -> Option<&Value> {
        None
    }
}

/// What a part is written with.
pub(super) struct Context<'a> {
    pub book: &'a str,
    pub sheet: &'a str,
    pub prefix: &'a str,
    pub view: View<'a>,
    pub fields: &'a dyn Lookup,
    pub styles: &'a Styles,
    pub calendar: Calendar,
    /// Which copy of the sheet this is, from 0.
    pub number: u32,
    /// Row identities are written: the record's identity, and their column.
    pub marks: Option<(&'a str, u32)>,
    /// Set once a date needed a style of its own.
    pub dated: &'a std::cell::Cell<bool>,
}

/// What is known inside a row.
#[derive(Clone, Copy)]
pub(super) struct RowContext<'a> {
    pub item: &'a dyn Lookup,
    pub number: u32,
    pub digits: &'a [u8],
    pub own: Option<(usize, u32)>,
}

/// Outside of rows.
pub(super) const NO_ROW: RowContext<'static> = RowContext { item: &Nothing, number: 0, digits: b"", own: None };

impl Context<'_> {
    fn shift(&self) -> &Shift {
        self.view.home_shift
    }

    /// Writes pieces of a part.
    pub(super) fn write(&self, out: &mut Vec<u8>, part: &[u8], pieces: &[Piece], row: RowContext) -> Result<(), Fault> {
        for piece in pieces {
            self.write_piece(out, part, piece, row)?;
        }
        Ok(())
    }

    fn write_piece(&self, out: &mut Vec<u8>, part: &[u8], piece: &Piece, row: RowContext) -> Result<(), Fault> {
        match piece {
            Piece::Raw(range) => out.extend_from_slice(&part[range.clone()]),
            Piece::Bytes(bytes) => out.extend_from_slice(bytes),
            Piece::OwnRow => out.extend_from_slice(row.digits),
            Piece::Row { raw, row, goes, from_zero } => {
                let goes = self.goes(*row, *goes);
                if goes == *row {
                    out.extend_from_slice(&part[raw.clone()]);
                } else {
                    out.extend_from_slice((goes - u32::from(*from_zero)).to_string().as_bytes());
                }
            }
            Piece::Areas { raw, areas } => self.write_areas(out, part, raw, areas),
            Piece::Cell { raw, area } => match area.rows() {
                Some((first, _)) if self.shift().start(first) != first => {
                    let to = self.shift().start(first);
                    push(out, |text| area.on_rows(to, to).write(text));
                }
                _ => out.extend_from_slice(&part[raw.clone()]),
            },
            Piece::OwnArea(area) => {
                let (first, last) = area.rows().unwrap_or((row.number, row.number));
                let to = |at: u32| row.own.map_or(self.shift().start(at), |(_, copy)| self.shift().in_copy(at, copy));
                push(out, |text| area.on_rows(to(first), to(last)).write(text));
            }
            Piece::Formula { raw, formula, first_of } => {
                let own = row.own.or(first_of.map(|block| (block, 0)));
                let mut text = String::new();
                formula.write(&mut text, &View { own, ..self.view });
                match raw {
                    Some(raw) if text.as_bytes() == &part[raw.clone()] => out.extend_from_slice(&part[raw.clone()]),
                    Some(raw) if xml::text(&part[raw.clone()]) == text => out.extend_from_slice(&part[raw.clone()]),
                    _ => xml::escape(out, &text),
                }
            }
            Piece::FormulaCell(cell) => self.write_formula_cell(out, part, cell, row)?,
            Piece::Cells(cell) => self.write_cell(out, part, cell, row)?,
            Piece::Height(plan) => match plan.grown(self.fields, row.item) {
                Some(height) => push(out, |text| push_number(text, height)),
                None => out.extend_from_slice(&part[plan.raw.clone()]),
            },
            Piece::Header(segments) => {
                let mut text = String::new();
                for segment in segments {
                    match segment {
                        Segment::Text(fixed) => text.push_str(fixed),
                        // In a header `&` begins a code.
                        Segment::Placeholder(wanted) => {
                            text.push_str(&self.value(wanted, row).map(Value::text).unwrap_or_default().replace('&', "&&"));
                        }
                    }
                }
                let length = text.encode_utf16().count();
                if length > 255 {
                    return Err(Fault::sheet(self.book, self.sheet, What::LongHeader(length)));
                }
                xml::escape(out, &text);
            }
            Piece::Merges(merges) => self.write_merges(out, merges),
            Piece::Unmarked(range) => {
                if self.marks.is_none() {
                    out.extend_from_slice(&part[range.clone()]);
                }
            }
            Piece::Columns(columns) => match self.marks {
                Some((_, column)) => self.write_columns(out, part, columns, column),
                None => out.extend_from_slice(&part[columns.raw.clone()]),
            },
            Piece::PerCopy { block, pieces } => {
                for copy in 0..self.shift().blocks[*block].copies {
                    self.write(out, part, pieces, RowContext { own: Some((*block, copy)), ..row })?;
                }
            }
            Piece::Once { first, others } => {
                let again = row.own.is_some_and(|(_, copy)| copy > 0);
                self.write(out, part, if again { others } else { first }, row)?;
            }
            Piece::FirstSheet(range) => {
                if self.number == 0 {
                    out.extend_from_slice(&part[range.clone()]);
                }
            }
            Piece::Unique(range) => {
                let mut bytes = part[range.clone()].to_vec();
                let digits = format!("{:06X}", self.number);
                // The last six digits of `{…-0123456789AB}`, mixed so that copies differ and runs agree.
                if self.number > 0 && bytes.len() > digits.len() && bytes.last() == Some(&b'}') {
                    let end = bytes.len() - 1;
                    bytes[end - digits.len()..end].copy_from_slice(digits.as_bytes());
                }
                out.extend_from_slice(&bytes);
            }
            Piece::TableId { raw, next, step } => match self.number {
                0 => out.extend_from_slice(&part[raw.clone()]),
                number => out.extend_from_slice((next + (number - 1) * step).to_string().as_bytes()),
            },
            Piece::TableName(raw) => {
                out.extend_from_slice(&part[raw.clone()]);
                if self.number > 0 {
                    put(out, format_args!("_{}", self.number + 1));
                }
            }
        }
        Ok(())
    }

    fn goes(&self, row: u32, goes: Goes) -> u32 {
        let shift = self.shift();
        match goes {
            Goes::Start => shift.start(row),
            Goes::End => shift.end(row),
            Goes::With(from) => shift.start(from) + row.saturating_sub(from),
            Goes::Stretch(from) if shift.block(from).is_some() && shift.block(from) == shift.block(row) => {
                shift.start(from) + row.saturating_sub(from)
            }
            Goes::Stretch(_) => shift.end(row),
        }
    }

    fn write_areas(&self, out: &mut Vec<u8>, part: &[u8], raw: &Range<usize>, areas: &[Area]) {
        if self.shift().is_still() {
            out.extend_from_slice(&part[raw.clone()]);
            return;
        }
        let mut goes = Vec::with_capacity(areas.len());
        areas.iter().for_each(|area| self.shift().extend(area, &mut goes));
        if goes == areas {
            out.extend_from_slice(&part[raw.clone()]);
            return;
        }
        for (index, area) in goes.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            push(out, |text| area.write(text));
        }
    }

    fn write_columns(&self, out: &mut Vec<u8>, part: &[u8], columns: &Columns, hidden: u32) {
        let p = self.prefix;
        let own = format!("<{p}col min=\"{hidden}\" max=\"{hidden}\" width=\"0\" hidden=\"1\" customWidth=\"1\"/>");
        let mut written = false;
        put(out, format_args!("<{p}cols>"));
        for look in &columns.list {
            let (first, last) = (look.first.0, look.last.0);
            if !written && first > hidden {
                out.extend_from_slice(own.as_bytes());
                written = true;
            }
            if !(first..=last).contains(&hidden) {
                look.write(out, part, first, last);
                continue;
            }
            if first < hidden {
                look.write(out, part, first, hidden - 1);
            }
            out.extend_from_slice(own.as_bytes());
            written = true;
            if last > hidden {
                look.write(out, part, hidden + 1, last);
            }
        }
        if !written {
            out.extend_from_slice(own.as_bytes());
        }
        put(out, format_args!("</{p}cols>"));
    }

    fn write_merges(&self, out: &mut Vec<u8>, merges: &Merges) {
        let shift = self.shift();
        let copies = |block: &Option<usize>| block.map_or(1, |block| shift.blocks[block].copies);
        let count: u64 = merges.areas.iter().map(|(block, _)| u64::from(copies(block))).sum();
        let p = self.prefix;
        put(out, format_args!("<{p}mergeCells count=\"{count}\">"));
        for (block, area) in &merges.areas {
            let (first, last) = area.rows().unwrap_or((1, 1));
            for copy in 0..copies(block) {
                let goes = match block {
                    Some(_) => area.on_rows(shift.in_copy(first, copy), shift.in_copy(last, copy)),
                    None if area.rows().is_none() => *area,
                    None => area.on_rows(shift.start(first), shift.end(last)),
                };
                put(out, format_args!("<{p}mergeCell ref=\""));
                push(out, |text| goes.write(text));
                out.extend_from_slice(b"\"/>");
            }
        }
        put(out, format_args!("</{p}mergeCells>"));
    }

    fn value<'v>(&'v self, placeholder: &Placeholder, row: RowContext<'v>) -> Option<&'v Value> {
        match placeholder {
            Placeholder::Field(title) => self.fields.value(title),
            Placeholder::Column { column, .. } => row.item.value(column),
        }
    }

    /// Where a cell of the template stands now, for messages.
    fn standing(&self, place: Place, row: RowContext) -> Place {
        Place { row: row.number, column: place.column }
    }

    fn write_cell(&self, out: &mut Vec<u8>, part: &[u8], cell: &CellPlan, row: RowContext) -> Result<(), Fault> {
        let look = self.styles.look(cell.style.unwrap_or(0));
        self.write(out, part, &cell.before_style, row)?;
        let fault = |what| Fault::cell(self.book, self.sheet, self.standing(cell.place, row), what);
        let (placeholder, run_look) = match &cell.text {
            TextPlan::Alone(placeholder, look) => (placeholder, look),
            TextPlan::Mixed(runs) => {
                self.write_style(out, cell, None);
                self.write(out, part, &cell.after_style, row)?;
                return self.write_runs(out, runs, row).map_err(fault);
            }
        };
        let value = self.value(placeholder, row).unwrap_or(&Value::Blank);
        if let Value::Number(number) = value
            && !number.is_finite()
        {
            return Err(fault(What::NotANumber(placeholder.title().to_string())));
        }
        let moment = match value {
            Value::Date(day) => day.and_hms_opt(0, 0, 0).and_then(|moment| self.calendar.serial(moment)),
            Value::DateTime(moment) => self.calendar.serial(*moment),
            _ => None,
        };
        let number = match (value, moment) {
            _ if look == Look::Text => None,
            (Value::Number(number), _) => Some(*number),
            (_, moment) => moment,
        };
        let restyled = (look == Look::Plain && moment.is_some()).then(|| {
            self.dated.set(true);
            self.styles.dated(cell.style.unwrap_or(0), matches!(value, Value::DateTime(_)))
        });
        self.write_style(out, cell, restyled);
        self.write(out, part, &cell.after_style, row)?;
        let p = self.prefix;
        if value.is_blank() {
            out.extend_from_slice(b"/>");
        } else if let Some(number) = number {
            put(out, format_args!("><{p}v>"));
            push(out, |text| push_number(text, number));
            put(out, format_args!("</{p}v></{p}c>"));
        } else {
            let text = value.text();
            check_length(placeholder.title(), &text).map_err(fault)?;
            put(out, format_args!(" t=\"inlineStr\"><{p}is>"));
            self.write_run(out, run_look, &text);
            put(out, format_args!("</{p}is></{p}c>"));
        }
        Ok(())
    }

    fn write_style(&self, out: &mut Vec<u8>, cell: &CellPlan, restyled: Option<u32>) {
        match (cell.style, restyled) {
            (Some(_), Some(style)) | (Some(style), None) => put(out, format_args!("{style}")),
            (None, Some(style)) => put(out, format_args!(" s=\"{style}\"")),
            (None, None) => {}
        }
    }

    fn write_runs(&self, out: &mut Vec<u8>, runs: &[RunPlan], row: RowContext) -> Result<(), What> {
        let p = self.prefix;
        let mut length = 0;
        put(out, format_args!(" t=\"inlineStr\"><{p}is>"));
        for run in runs {
            let mut text = String::new();
            let mut titles = String::new();
            for segment in &run.segments {
                match segment {
                    Segment::Text(fixed) => text.push_str(fixed),
                    Segment::Placeholder(wanted) => {
                        titles.clone_from(&wanted.title().to_string());
                        if let Some(value) = self.value(wanted, row) {
                            if matches!(value, Value::Number(number) if !number.is_finite()) {
                                return Err(What::NotANumber(titles));
                            }
                            value.write_text(&mut text);
                        }
                    }
                }
            }
            length += text.encode_utf16().count();
            if length > LONGEST {
                return Err(What::TooLong { title: titles, length });
            }
            // A run without a look among others needs its own tags; alone it is plain text.
            if runs.len() > 1 && run.look.is_empty() {
                put(out, format_args!("<{p}r>"));
                self.write_run(out, &[], &text);
                put(out, format_args!("</{p}r>"));
            } else {
                self.write_run(out, &run.look, &text);
            }
        }
        put(out, format_args!("</{p}is></{p}c>"));
        Ok(())
    }

    fn write_run(&self, out: &mut Vec<u8>, look: &[u8], text: &str) {
        let p = self.prefix;
        if !look.is_empty() {
            put(out, format_args!("<{p}r>"));
            out.extend_from_slice(look);
        }
        let spaced = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) || text.contains('\n');
        put(out, format_args!("<{p}t{}>", if spaced { " xml:space=\"preserve\"" } else { "" }));
        xml::escape_cell_text(out, text);
        put(out, format_args!("</{p}t>"));
        if !look.is_empty() {
            put(out, format_args!("</{p}r>"));
        }
    }

    fn write_formula_cell(&self, out: &mut Vec<u8>, part: &[u8], cell: &FormulaCell, row: RowContext) -> Result<(), Fault> {
        let fault = |what| Fault::cell(self.book, self.sheet, self.standing(cell.place, row), what);
        let mut plan = String::new();
        cell.formula.write(&mut plan, &View { own: row.own, ..self.view });
        let mut text = String::new();
        let mut at = 0;
        for (range, wanted) in placeholder::find(&plan).map_err(fault)? {
            text.push_str(&plan[at..range.start]);
            let mut value = self.value(&wanted, row).map(Value::text).unwrap_or_default().replace('"', "\"\"");
            // A sheet's name in quotes: `#'{{…}}'!A1`.
            if plan[..range.start].ends_with('\'') && plan[range.end..].starts_with("'!") {
                value = value.replace('\'', "''");
            }
            text.push_str(&value);
            at = range.end;
        }
        text.push_str(&plan[at..]);
        let length = text.encode_utf16().count();
        if length > 8192 {
            return Err(fault(What::TooLong { title: cell.placeholders[0].title().to_string(), length }));
        }
        let p = self.prefix;
        self.write(out, part, &cell.before, row)?;
        let shown = shown_link(&text);
        out.extend_from_slice(if shown.is_some() { b" t=\"str\">" } else { b">" });
        self.write(out, part, &cell.open, row)?;
        xml::escape(out, &text);
        put(out, format_args!("</{p}f>"));
        if let Some(shown) = shown {
            put(out, format_args!("<{p}v>"));
            xml::escape_cell_text(out, &shown);
            put(out, format_args!("</{p}v>"));
        }
        put(out, format_args!("</{p}c>"));
        Ok(())
    }
}

/// The most a cell holds, in UTF-16 units.
const LONGEST: usize = 32_767;

fn check_length(title: &str, text: &str) -> Result<(), What> {
    // Three bytes are at most one unit more than needed: count only what may be too long.
    if text.len() <= LONGEST {
        return Ok(());
    }
    match text.encode_utf16().count() {
        length if length > LONGEST => Err(What::TooLong { title: title.to_string(), length }),
        _ => Ok(()),
    }
}

/// What `HYPERLINK("where","text")` shows, so that readers that do not calculate show it too.
fn shown_link(formula: &str) -> Option<String> {
    let inner = formula.trim().strip_prefix("HYPERLINK(")?.strip_suffix(')')?;
    let (place, rest) = string_literal(inner)?;
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Some(place);
    }
    let (text, rest) = string_literal(rest.strip_prefix(',')?.trim_start())?;
    rest.trim().is_empty().then_some(text)
}

fn string_literal(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut out = String::new();
    loop {
        let end = rest.find('"')?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                out.push('"');
                rest = more;
            }
            None => return Some((out, rest)),
        }
    }
}

fn put(out: &mut Vec<u8>, text: fmt::Arguments) {
    // Writing into memory does not fail.
    let _ = out.write_fmt(text);
}

fn push(out: &mut Vec<u8>, write: impl FnOnce(&mut String)) {
    let mut text = String::new();
    write(&mut text);
    out.extend_from_slice(text.as_bytes());
}

/// Pieces being put together; bytes that follow each other become one.
#[derive(Default)]
pub(super) struct Pieces {
    pub list: Vec<Piece>,
}

impl Pieces {
    pub(super) fn raw(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if let Some(Piece::Raw(last)) = self.list.last_mut()
            && last.end == range.start
        {
            last.end = range.end;
            return;
        }
        self.list.push(Piece::Raw(range));
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.list.push(Piece::Bytes(bytes.into()));
    }

    pub(super) fn push(&mut self, piece: Piece) {
        self.list.push(piece);
    }

    pub(super) fn done(self) -> Box<[Piece]> {
        self.list.into_boxed_slice()
    }
}

/// Reads ranges for a piece; what is none stays as it is.
pub(super) fn areas(raw: Range<usize>, text: &str) -> Piece {
    match Area::parse_all(text) {
        Some(areas) => Piece::Areas { raw, areas: areas.into_boxed_slice() },
        None => Piece::Raw(raw),
    }
}

/// Reads a single cell for a piece.
pub(super) fn single(raw: Range<usize>, text: &str) -> Piece {
    match Area::parse(text).filter(|area| area.last.is_none()) {
        Some(area) => Piece::Cell { raw, area },
        None => areas(raw, text),
    }
}

/// Reads a row's number for a piece.
pub(super) fn row(raw: Range<usize>, text: &str, goes: Goes, from_zero: bool) -> Piece {
    match text.trim().parse::<u32>().ok().map(|row| row + u32::from(from_zero)) {
        Some(row) if (1..=place::LAST_ROW).contains(&row) => Piece::Row { raw, row, goes, from_zero },
        _ => Piece::Raw(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_shows_is_known_without_calculating() {
        assert_eq!(shown_link("HYPERLINK(\"#'W0001'!A1\",\"W\"\"1\")").as_deref(), Some("W\"1"));
        assert_eq!(shown_link("HYPERLINK(\"#A1\")").as_deref(), Some("#A1"));
        assert_eq!(shown_link("HYPERLINK(A1,\"x\")"), None);
        assert_eq!(shown_link("HYPERLINK(\"a\",\"x\")&\"b\""), None);
    }
}
