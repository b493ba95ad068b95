//! Streaming the cells of an xlsx workbook.

use std::error::Error;
use std::io;
use std::ops::ControlFlow;

use calamine::{Reader, Xlsx, XlsxError};

use super::book::{SheetInfo, worksheets};
use super::cells::{self, Faults};
use super::content::{Content, Source};
use super::fault::{OpenError, Unreadable};
use super::grid::Shift;
use super::guard::guard;
use super::limits::Limits;
use super::package::{self, SheetExtras, zip_error};
use super::plain_book::PlainBook;
use super::rows::{Row, StreamEnd};

/// An opened xlsx file. Its ordinary sheets are read by [`super::plain_sheet`]; calamine is opened for those that are not.
pub(super) struct Book {
    plain: Option<PlainBook>,
    calamine: Option<Box<Xlsx<Source>>>,
    content: Content,
    /// What the raw text of the first sheet tells, with its name.
    first: Option<(String, SheetExtras)>,
}

impl Book {
    /// Opens a file that was examined.
    pub(super) fn open(content: &Content, limits: &Limits) -> Result<Book, OpenError> {
        let plain = || guard(|| PlainBook::open(content.source()?)).and_then(|found| found).ok().flatten();
        let first = || guard(|| package::first_sheet_extras(content.source()?, limits)).and_then(|found| found);
        // Of a long list both take their time, and neither needs the other.
        let (plain, first) = rayon::join(plain, first);
        let calamine = if plain.is_some() { None } else { Some(Box::new(with_calamine(content.source()?)?)) };
        Ok(Book { plain, calamine, content: content.clone(), first: first.ok().flatten() })
    }

    /// What the raw text of a sheet tells.
    pub(super) fn extras(&mut self, sheet: &str, limits: &Limits) -> Result<SheetExtras, OpenError> {
        match self.first.take_if(|(name, _)| name == sheet) {
            Some((_, extras)) => Ok(extras),
            None => package::sheet_extras(self.content.source()?, sheet, limits),
        }
    }

    /// Its worksheets, in order.
    pub(super) fn sheets(&self) -> Vec<SheetInfo> {
        match (&self.plain, &self.calamine) {
            (Some(plain), _) => plain.sheets().cloned().collect(),
            (None, Some(book)) => worksheets(book.sheets_metadata()),
            (None, None) => unreachable!("one of them opened it"),
        }
    }

    /// Whether it counts days from 1904.
    pub(super) fn has_1904_epoch(&self) -> bool {
        match (&self.plain, &self.calamine) {
            (Some(plain), _) => plain.has_1904_epoch(),
            (None, book) => book.as_ref().is_some_and(|book| book.has_1904_epoch()),
        }
    }

    /// Streams a sheet, given by its place among the worksheets and its name.
    pub(super) fn stream(
        &mut self,
        (at, name): (usize, &str),
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, OpenError> {
        let mut pushed = 0;
        if let Some(plain) = &mut self.plain {
            match plain.stream(at, limits, on_row) {
                Ok(end) => return Ok(end),
                Err(left) => pushed = left.rows,
            }
        }
        if self.calamine.is_none() {
            self.calamine = Some(Box::new(with_calamine(self.content.source()?)?));
        }
        let book = self.calamine.as_mut().expect("it was opened above");
        // From the beginning again, without what was pushed.
        stream(book, name, limits, &mut |row| match pushed.checked_sub(1) {
            Some(fewer) => {
                pushed = fewer;
                ControlFlow::Continue(())
            }
            None => on_row(row),
        })
    }
}

pub(super) fn with_calamine(source: Source) -> Result<Xlsx<Source>, OpenError> {
    guard(|| Xlsx::new(source))?.map_err(open_error)
}

/// Streams a sheet with calamine, which loses only the cell it cannot read: the next call goes on behind it. (Its
/// ranges lose the sheet, and one cell at XFD1048576 makes them take all memory.)
pub(super) fn stream(
    book: &mut Xlsx<Source>,
    sheet: &str,
    limits: &Limits,
    on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
) -> Result<StreamEnd, OpenError> {
    let shift = Shift::new(book.has_1904_epoch());
    let mut reader = guard(|| book.worksheet_cells_reader(sheet))?.map_err(open_error)?;
    Ok(cells::stream(|| reader.next_cell(), shift, limits, on_row, &Faults { cell: cell_fault, whole: open_error }))
}

/// What is the matter with one cell; `None` where the sheet cannot go on.
fn cell_fault(error: &XlsxError) -> Option<Unreadable> {
    match error {
        XlsxError::Io(_) | XlsxError::Zip(_) | XlsxError::XmlEof(_) => None,
        XlsxError::Xml(_) if io_cause(error).is_some() => None,
        XlsxError::CellError(_) => Some(Unreadable::ErrorValue),
        XlsxError::Unexpected(_) => Some(Unreadable::MissingText),
        _ => Some(Unreadable::Content),
    }
}

/// The failure to read that an error stands for, if it does: the zipped bytes are damaged or end too soon.
fn io_cause(error: &XlsxError) -> Option<&io::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(failure) = error.downcast_ref() {
            return Some(failure);
        }
        cause = error.source();
    }
    None
}

pub(super) fn open_error(error: XlsxError) -> OpenError {
    match error {
        XlsxError::Io(error) => error.into(),
        XlsxError::Zip(error) => zip_error(error),
        XlsxError::Password => OpenError::Encrypted { tried: 0 },
        XlsxError::XmlEof(_) => OpenError::Truncated,
        other if io_cause(&other).is_some_and(|cause| cause.kind() == io::ErrorKind::UnexpectedEof) => OpenError::Truncated,
        other => OpenError::broken(other),
    }
}
