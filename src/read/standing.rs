//! What is said of several rows at once: a merged cell beside them.

use super::heading::TopCell;
use crate::model::cell::Cell;
use crate::workbook::{Merge, Row};

/// What counts for rows to come. Nothing of it is looked at in a table that has no such thing.
#[derive(Debug, Default)]
pub struct Standing {
    /// Merged cells over several rows, the next one last.
    waiting: Vec<Merge>,
    open: Vec<Said>,
}

/// A cell that counts for several rows.
#[derive(Debug)]
struct Said {
    column: u32,
    cell: TopCell,
    /// The row it stands in, as Excel shows it.
    from: u32,
    /// The last row it counts for.
    until: u32,
}

/// A row with what is said of it.
pub struct Filled<'r> {
    /// All its cells.
    pub cells: Vec<(u32, Cell<'r>)>,
    /// Of those that stand in another row: their column, and that row as Excel shows it.
    pub said: Vec<(u32, u32)>,
}

impl Standing {
    /// Merged cells that begin below a heading, in columns for which a value may be said of several rows at once.
    pub fn of(merges: &[Merge], heading_row: u32, counts_in: impl Fn(u32) -> bool) -> Standing {
        let is_over_rows = |merge: &&Merge| merge.bottom > merge.top && merge.top >= heading_row && counts_in(merge.left);
        let mut waiting: Vec<Merge> = merges.iter().filter(is_over_rows).copied().collect();
        waiting.sort_unstable_by_key(|merge| std::cmp::Reverse((merge.top, merge.left)));
        Standing { waiting, open: Vec::new() }
    }

    /// Whether nothing is said of any row to come.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.open.is_empty()
    }

    /// A row with what is said of it; nothing when nothing is.
    pub fn fill<'r>(&'r mut self, row: &Row<'r>) -> Option<Filled<'r>> {
        let own = |column: u32| row.cells.binary_search_by_key(&column, |(at, _)| *at).ok().map(|at| row.cells[at].1);
        self.open.retain(|said| said.until >= row.number);
        let before = self.open.len();
        while let Some(merge) = self.waiting.pop_if(|merge| merge.top < row.number) {
            // One that begins in a row of something else says nothing of rows of data.
            if let Some(cell) = own(merge.left).filter(|_| merge.top + 1 == row.number) {
                let cell = TopCell::of(cell);
                self.open.push(Said { column: merge.left, cell, from: row.number, until: merge.bottom + 1 });
            }
        }
        let mut said: Vec<&Said> = self.open[..before].iter().filter(|said| own(said.column).is_none()).collect();
        said.sort_by_key(|said| said.column);
        said.dedup_by_key(|said| said.column);
        if said.is_empty() {
            return None;
        }
        let mut cells: Vec<(u32, Cell<'r>)> = said.iter().map(|said| (said.column, said.cell.cell())).collect();
        cells.extend(row.cells);
        cells.sort_by_key(|(column, _)| *column);
        Some(Filled { cells, said: said.into_iter().map(|said| (said.column, said.from)).collect() })
    }
}
