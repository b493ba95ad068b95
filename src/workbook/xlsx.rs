//! Streaming the cells of an xlsx workbook.

use std::error::Error;
use std::io;
use std::ops::ControlFlow;

use calamine::{Reader, Xlsx, XlsxError};

use super::cells::{self, Faults};
use super::fault::{OpenError, Unreadable};
use super::grid::Shift;
use super::guard::guard;
use super::limits::Limits;
use super::package::{Source, zip_error};
use super::rows::{Row, StreamEnd};

pub(super) type Book = Xlsx<Source>;

pub(super) fn open(source: Source) -> Result<Book, OpenError> {
    guard(|| Xlsx::new(source))?.map_err(open_error)
}

/// Streams a sheet. calamine loses only the cell it cannot read: the next call goes on behind it. (Its ranges
/// lose the sheet, and one cell at XFD1048576 makes them take all memory.)
pub(super) fn stream(
    book: &mut Book,
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
        XlsxError::Password => OpenError::Encrypted,
        XlsxError::XmlEof(_) => OpenError::Truncated,
        other if io_cause(&other).is_some_and(|cause| cause.kind() == io::ErrorKind::UnexpectedEof) => OpenError::Truncated,
        other => OpenError::broken(other),
    }
}
