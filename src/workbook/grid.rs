//! The formats calamine reads only as whole tables (xls and ods), and its values as our cells.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime, Ods, OdsError, Range, Reader, Xls, XlsError};

use super::content::Source;
use super::fault::OpenError;
use super::guard::guard;
use super::limits::Limits;
use super::package::zip_error;
use super::rows::{Gatherer, Row, StreamEnd};
use crate::model::cell::Cell;

pub(super) type XlsBook = Xls<Cursor<Arc<[u8]>>>;
pub(super) type OdsBook = Ods<Source>;

pub(super) fn open_xls(bytes: Arc<[u8]>) -> Result<XlsBook, OpenError> {
    guard(|| Xls::new(Cursor::new(bytes)))?.map_err(xls_error)
}

pub(super) fn open_ods(source: Source) -> Result<OdsBook, OpenError> {
    guard(|| Ods::new(source))?.map_err(ods_error)
}

pub(super) fn xls_range(book: &mut XlsBook, sheet: &str) -> Result<Range<Data>, OpenError> {
    guard(|| book.worksheet_range(sheet))?.map_err(xls_error)
}

pub(super) fn ods_range(book: &mut OdsBook, sheet: &str) -> Result<Range<Data>, OpenError> {
    guard(|| book.worksheet_range(sheet))?.map_err(ods_error)
}

/// Streams a table that is in memory. It need not begin at A1.
pub(super) fn stream(
    range: &Range<Data>,
    shift: Shift,
    limits: &Limits,
    on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
) -> StreamEnd {
    let (top, left) = range.start().unwrap_or_default();
    let mut gatherer = Gatherer::new(limits, on_row);
    let mut cells = range.used_cells();
    let flow = cells.try_for_each(|(row, column, value)| {
        let (row, column) = (top + row as u32, left + column as u32);
        if !gatherer.is_in(row) {
            gatherer.begin(row)?;
        }
        match value {
            Data::Empty => {}
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                gatherer.put(column, Cell::Text(text));
            }
            Data::Int(number) => gatherer.put(column, Cell::Number(*number as f64)),
            Data::Float(number) => gatherer.put(column, Cell::Number(*number)),
            Data::Bool(truth) => gatherer.put(column, Cell::Bool(*truth)),
            Data::DateTime(date) => gatherer.put(column, shift.date(date)),
            Data::Error(error) => gatherer.put(column, Cell::Error(error_text(error))),
        }
        ControlFlow::Continue(())
    });
    gatherer.finish(flow)
}

/// Takes one value of a stream of cells.
#[inline]
pub(super) fn put<'s>(gatherer: &mut Gatherer<'s, '_>, column: u32, value: &DataRef<'s>, shift: Shift) {
    match value {
        DataRef::Empty => {}
        DataRef::SharedString(text) => gatherer.put(column, Cell::Text(text)),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            gatherer.put_text(column, text);
        }
        DataRef::Int(number) => gatherer.put(column, Cell::Number(*number as f64)),
        DataRef::Float(number) => gatherer.put(column, Cell::Number(*number)),
        DataRef::Bool(truth) => gatherer.put(column, Cell::Bool(*truth)),
        DataRef::DateTime(date) => gatherer.put(column, shift.date(date)),
        DataRef::Error(error) => gatherer.put(column, Cell::Error(error_text(error))),
    }
}

/// How far the file's dates are from those of the 1900 system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shift(f64);

impl Shift {
    pub(super) const NONE: Shift = Shift(0.0);

    /// Excel for Mac counted from 1904.
    pub(super) fn new(from_1904: bool) -> Self {
        Shift(if from_1904 { 1462.0 } else { 0.0 })
    }

    /// A duration is a number.
    fn date(self, date: &ExcelDateTime) -> Cell<'static> {
        if date.is_duration() { Cell::Number(date.as_f64()) } else { self.day(date.as_f64()) }
    }

    /// A time of day without a date stays one.
    pub(super) fn day(self, value: f64) -> Cell<'static> {
        if (0.0..1.0).contains(&value) { Cell::Serial(value) } else { Cell::Serial(value + self.0) }
    }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

pub(super) fn xls_error(error: XlsError) -> OpenError {
    match error {
        XlsError::Io(error) => error.into(),
        XlsError::Password => OpenError::Encrypted { tried: 0 },
        XlsError::EoStream(_) => OpenError::Truncated,
        other => OpenError::broken(other),
    }
}

fn ods_error(error: OdsError) -> OpenError {
    match error {
        OdsError::Io(error) => error.into(),
        OdsError::Zip(error) => zip_error(error),
        OdsError::Password => OpenError::Encrypted { tried: 0 },
        OdsError::Eof(_) => OpenError::Truncated,
        other => OpenError::broken(other),
    }
}
