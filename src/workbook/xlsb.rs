//! Streaming the cells of an xlsb workbook.

use std::ops::ControlFlow;

use calamine::{DataRef, Reader, Xlsb, XlsbError};

use super::fault::{OpenError, Unreadable};
use super::grid::{self, Shift};
use super::guard::guard;
use super::limits::Limits;
use super::package::{Source, zip_error};
use super::rows::{Gatherer, Row, StreamEnd};

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
    let mut gatherer = Gatherer::new(limits, on_row);
    let mut faults_in_a_row = 0;
    let mut flow = ControlFlow::Continue(());
    while flow.is_continue() {
        // A whole row behind one wall; the reader of the rows is called outside of it.
        let step = guard(|| {
            loop {
                match reader.next_cell() {
                    Ok(Some(cell)) => {
                        let (row, column) = cell.get_position();
                        if !gatherer.is_in(row) {
                            return Step::NextRow(cell);
                        }
                        grid::put(&mut gatherer, column, cell.get_value(), shift);
                        faults_in_a_row = 0;
                    }
                    Ok(None) => return Step::End,
                    Err(error) => return Step::Fault(error),
                }
            }
        });
        match step {
            Ok(Step::NextRow(cell)) => {
                let (row, column) = cell.get_position();
                flow = gatherer.begin(row);
                grid::put(&mut gatherer, column, cell.get_value(), shift);
                faults_in_a_row = 0;
            }
            Ok(Step::End) => break,
            Ok(Step::Fault(error)) => {
                faults_in_a_row += 1;
                match cell_fault(&error) {
                    Some(what) if faults_in_a_row <= limits.max_faults_in_a_row => gatherer.unreadable_next(what),
                    _ => {
                        gatherer.cut(open_error(error));
                        break;
                    }
                }
            }
            Err(panic) => {
                gatherer.cut(panic);
                break;
            }
        }
    }
    Ok(gatherer.finish(flow))
}

/// Why the reading of a row stopped.
enum Step<'s> {
    NextRow(calamine::Cell<DataRef<'s>>),
    End,
    Fault(XlsbError),
}

/// What is the matter with one cell; `None` where the sheet cannot go on.
fn cell_fault(error: &XlsbError) -> Option<Unreadable> {
    matches!(error, XlsbError::CellError(_)).then_some(Unreadable::ErrorValue)
}

fn open_error(error: XlsbError) -> OpenError {
    match error {
        XlsbError::Io(error) => error.into(),
        XlsbError::Zip(error) => zip_error(error),
        XlsbError::Password => OpenError::Encrypted,
        other => OpenError::broken(other),
    }
}
