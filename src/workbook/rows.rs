//! Rows as they are pushed to whoever reads a sheet, and what is said at its end.

use std::cmp::Reverse;
use std::ops::{ControlFlow, Range};

use super::fault::{OpenError, Unreadable};
use super::limits::Limits;
use crate::model::cell::Cell;

/// One row that has at least one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// As Excel shows it, from 1: a record of a text file is one row, however many lines it has.
    pub number: u32,
    /// Column from 0 and content, sorted by column, each column once; never blank, never an empty text.
    pub cells: &'a [(u32, Cell<'a>)],
}

/// What there is to say about a sheet when its last row has been pushed.
#[derive(Debug, Default)]
pub struct StreamEnd {
    /// Rows pushed.
    pub rows: u32,
    /// Cells pushed.
    pub cells: u64,
    /// The first cells that could not be read.
    pub unreadable: Vec<UnreadableCell>,
    /// All cells that could not be read.
    pub unreadable_count: u64,
    /// Set when the sheet goes on, but could not be read further. The rows before were pushed.
    pub cut: Option<Cut>,
}

/// A cell that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableCell {
    /// Row from 1; 0 at the very beginning of a sheet.
    pub row: u32,
    /// Column from 0.
    pub column: u32,
    /// Whether it is this very cell; otherwise it is the next one, whose address the library does not tell.
    pub exact: bool,
    /// What is the matter with it.
    pub what: Unreadable,
}

/// Where and why the rest of a sheet is missing.
#[derive(Debug)]
pub struct Cut {
    /// The last row of which anything was read, from 1; 0 if there was none.
    pub after_row: u32,
    /// Why it does not go on.
    pub why: OpenError,
}

/// Gathers cells until their row is complete, and pushes it. Keeps its buffers from row to row, so that an
/// ordinary cell costs no allocation and is not moved again.
pub(super) struct Gatherer<'s, 'f> {
    limits: &'f Limits,
    on_row: &'f mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    /// Row of the gathered cells, from 0.
    row: u32,
    cells: Vec<(u32, Cell<'s>)>,
    /// Whether `cells` has each column once, in order, as all ordinary files have.
    sorted: bool,
    /// Texts of this row that do not live as long as the workbook, one behind the other.
    texts: String,
    /// Which of `cells`, blank there, have their text in `texts`, and where.
    copied: Vec<(usize, Range<usize>)>,
    /// Memory for a row put together from `cells` and `texts`.
    joined: Vec<(u32, Cell<'static>)>,
    /// Row and column, from 0, of the last cell that came.
    last: Option<(u32, u32)>,
    end: StreamEnd,
}

impl<'s, 'f> Gatherer<'s, 'f> {
    pub(super) fn new(limits: &'f Limits, on_row: &'f mut dyn FnMut(Row<'_>) -> ControlFlow<()>) -> Self {
        Gatherer {
            limits,
            on_row,
            row: 0,
            cells: Vec::new(),
            sorted: true,
            texts: String::new(),
            copied: Vec::new(),
            joined: Vec::new(),
            last: None,
            end: StreamEnd::default(),
        }
    }

    /// Whether a cell of this row (from 0) can be put without [`Gatherer::begin`].
    #[inline]
    pub(super) fn is_in(&self, row: u32) -> bool {
        row == self.row
    }

    /// Pushes what is gathered. The cells put from now on belong to this row (from 0).
    pub(super) fn begin(&mut self, row: u32) -> ControlFlow<()> {
        let flow = self.push();
        self.row = row;
        flow
    }

    /// Rows pushed so far: all before the one that was begun.
    pub(super) fn rows_pushed(&self) -> u32 {
        self.end.rows
    }

    /// Takes a cell of the row that was begun, with a text that lives as long as the workbook.
    #[inline]
    pub(super) fn put(&mut self, column: u32, cell: Cell<'s>) {
        match cell {
            Cell::Blank | Cell::Text("") => {}
            Cell::Text(text) if text.len() > self.limits.max_field_bytes => self.too_long(column),
            cell => drop(self.admit(column, cell)),
        }
    }

    /// Takes a text that does not live that long.
    pub(super) fn put_text(&mut self, column: u32, text: &str) {
        if text.len() > self.limits.max_field_bytes {
            self.too_long(column);
        } else if !text.is_empty() && self.admit(column, Cell::Blank) {
            let start = self.texts.len();
            self.texts.push_str(text);
            self.copied.push((self.cells.len() - 1, start..self.texts.len()));
        }
    }

    /// Stores a cell at the end of `cells`, unless no sheet can have it.
    #[inline]
    fn admit(&mut self, column: u32, cell: Cell<'s>) -> bool {
        if self.row >= self.limits.max_rows || column >= self.limits.max_columns {
            let row = self.row.saturating_add(1);
            self.unreadable(UnreadableCell { row, column, exact: true, what: Unreadable::OutsideSheet });
            return false;
        }
        if self.cells.len() > 2 * self.limits.max_columns as usize {
            self.settle();
        }
        self.last = Some((self.row, column));
        self.sorted &= self.cells.last().is_none_or(|(before, _)| *before < column);
        self.cells.push((column, cell));
        true
    }

    fn too_long(&mut self, column: u32) {
        let row = self.row.saturating_add(1);
        self.unreadable(UnreadableCell { row, column, exact: true, what: Unreadable::TooLong });
    }

    /// Counts a cell that could not be read, and names it if it is among the first.
    pub(super) fn unreadable(&mut self, cell: UnreadableCell) {
        self.end.unreadable_count += 1;
        if self.end.unreadable.len() < self.limits.max_named_faults {
            self.end.unreadable.push(cell);
        }
    }

    /// Counts a cell that could not be read and whose address is not known: somewhere after the last good one.
    pub(super) fn unreadable_next(&mut self, what: Unreadable) {
        let (row, column) = self.last.map_or((0, 0), |(row, column)| (row + 1, column));
        self.unreadable(UnreadableCell { row, column, exact: false, what });
    }

    /// Sorts the row's cells; of several in one column the last stays, as in Excel.
    fn settle(&mut self) {
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        order.sort_by_key(|index| (self.cells[*index].0, Reverse(*index)));
        order.dedup_by_key(|index| self.cells[*index].0);
        let mut place = vec![None; self.cells.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = Some(new);
        }
        self.cells = order.iter().map(|index| self.cells[*index]).collect();
        let texts = std::mem::take(&mut self.texts);
        for (old, range) in std::mem::take(&mut self.copied) {
            if let Some(new) = place[old] {
                let start = self.texts.len();
                self.texts.push_str(&texts[range]);
                self.copied.push((new, start..self.texts.len()));
            }
        }
        self.sorted = true;
    }

    /// Pushes the gathered row, if there is anything in it.
    fn push(&mut self) -> ControlFlow<()> {
        if self.cells.is_empty() {
            return ControlFlow::Continue(());
        }
        if !self.sorted {
            self.settle();
        }
        self.end.rows += 1;
        self.end.cells += self.cells.len() as u64;
        let number = self.row + 1;
        let flow = if self.copied.is_empty() {
            (self.on_row)(Row { number, cells: &self.cells })
        } else {
            let mut joined = renew(std::mem::take(&mut self.joined));
            joined.extend_from_slice(&self.cells);
            for (index, range) in self.copied.drain(..) {
                joined[index].1 = Cell::Text(&self.texts[range]);
            }
            let flow = (self.on_row)(Row { number, cells: &joined });
            self.joined = renew(joined);
            self.texts.clear();
            flow
        };
        self.cells.clear();
        self.sorted = true;
        if self.end.cells > self.limits.max_cells {
            self.cut(OpenError::TooLarge { what: "工作表", limit: self.limits.max_cells, unit: "个单元格" });
            return ControlFlow::Break(());
        }
        flow
    }

    /// Notes that the sheet cannot be read further.
    pub(super) fn cut(&mut self, why: OpenError) {
        let after_row = self.last.map_or(0, |(row, _)| row + 1);
        self.end.cut.get_or_insert(Cut { after_row, why });
    }

    /// Pushes the last row and gives the account.
    pub(super) fn finish(mut self, flow: ControlFlow<()>) -> StreamEnd {
        if flow.is_continue() {
            let _ = self.push();
        }
        self.end
    }
}

/// The same empty memory for cells that borrow from elsewhere. (Collecting an empty `Vec` of the same layout
/// reuses its allocation.)
fn renew<'b>(mut cells: Vec<(u32, Cell<'_>)>) -> Vec<(u32, Cell<'b>)> {
    cells.clear();
    cells.into_iter().map(|_| unreachable!("it was cleared")).collect()
}
