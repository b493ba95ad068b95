//! Streaming the cells of a sheet, whichever of calamine's readers they come from.

use std::ops::ControlFlow;

use calamine::{Cell, DataRef};

use super::fault::{OpenError, Unreadable};
use super::grid::{self, Shift};
use super::guard::guard;
use super::limits::Limits;
use super::rows::{Gatherer, Row, StreamEnd};

/// What a reader's errors mean.
pub(super) struct Faults<E> {
    /// What is the matter with one cell; `None` where the sheet cannot go on.
    pub(super) cell: fn(&E) -> Option<Unreadable>,
    /// Why a sheet cannot go on.
    pub(super) whole: fn(E) -> OpenError,
}

/// Takes cells from `next` until there are no more, and pushes them as rows.
pub(super) fn stream<'s, E>(
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'s>>>, E>,
    shift: Shift,
    limits: &Limits,
    on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    faults: &Faults<E>,
) -> StreamEnd {
    let mut gatherer = Gatherer::new(limits, on_row);
    let mut faults_in_a_row = 0;
    let mut flow = ControlFlow::Continue(());
    while flow.is_continue() {
        // A whole row behind one wall; the reader of the rows is called outside of it.
        let step = guard(|| {
            loop {
                match next() {
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
                match (faults.cell)(&error) {
                    Some(what) if faults_in_a_row <= limits.max_faults_in_a_row => gatherer.unreadable_next(what),
                    _ => {
                        gatherer.cut((faults.whole)(error));
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
    gatherer.finish(flow)
}

/// Why the reading of a row stopped.
enum Step<'s, E> {
    NextRow(Cell<DataRef<'s>>),
    End,
    Fault(E),
}
