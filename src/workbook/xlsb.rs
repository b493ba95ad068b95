//! Streaming the cells of an xlsb workbook.

use std::ops::ControlFlow;

use calamine::{Reader, Xlsb, XlsbError};

use super::cells::{self, Faults};
use super::content::Source;
use super::fault::{OpenError, Unreadable};
use super::grid::Shift;
use super::guard::guard;
use super::limits::Limits;
use super::package::zip_error;
use super::rows::{Row, StreamEnd};

pub(super) type Book = Xlsb<Source>;

pub(super) fn open(source: Source) -> Result<Book, OpenError> {
    guard(|| Xlsb::new(source))?.map_err(open_error)
}

/// Streams a sheet. Formulas that give an error value are passed over by calamine, like blank cells.
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
fn cell_fault(error: &XlsbError) -> Option<Unreadable> {
    matches!(error, XlsbError::CellError(_)).then_some(Unreadable::ErrorValue)
}

fn open_error(error: XlsbError) -> OpenError {
    match error {
        XlsbError::Io(error) => error.into(),
        XlsbError::Zip(error) => zip_error(error),
        XlsbError::Password => OpenError::Encrypted { tried: 0 },
        other => OpenError::broken(other),
    }
}
