//! A small sheet held in memory: cells with the room their merges give them.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::letters;
use crate::read::heading::{TopCell, TopRow};
use crate::workbook::Merge;

/// A cell that holds something.
#[derive(Clone, Debug, PartialEq)]
pub struct Inked {
    /// Row as Excel shows it.
    pub row: u32,
    /// Column from 0.
    pub column: u32,
    /// The last column it covers.
    pub right: u32,
    /// The last row it covers, as Excel shows it.
    pub bottom: u32,
    /// What it holds.
    pub cell: TopCell,
}

impl Inked {
    /// Its text.
    pub fn text(&self) -> String {
        self.cell.text()
    }

    /// How many columns both cover.
    pub fn shares(&self, other: &Inked) -> u32 {
        (self.right.min(other.right) + 1).saturating_sub(self.column.max(other.column))
    }

    /// Whether the other one stands directly to its right.
    pub fn touches(&self, next: &Inked) -> bool {
        next.column == self.right + 1
    }
}

/// The cells of one row, from left to right; at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Row as Excel shows it.
    pub number: u32,
    /// Its cells.
    pub cells: Vec<Inked>,
}

/// A sheet, or a part of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Its rows that hold something, from top to bottom.
    pub lines: Vec<Line>,
    /// Whether the company's system printed it, as a letter to the client; else it is a card that an agent keeps.
    pub printed: bool,
}

impl Grid {
    /// From rows and merged regions. `marked` is whether a print template left its marks in it.
    pub fn new(rows: &[TopRow], merges: &[Merge], marked: bool) -> Grid {
        let corners: FxHashMap<(u32, u32), &Merge> =
            merges.iter().map(|merge| ((merge.top + 1, merge.left), merge)).collect();
        let line = |row: &TopRow| {
            let cell = |(column, cell): &(u32, TopCell)| {
                let merge = corners.get(&(row.number, *column));
                Inked {
                    row: row.number,
                    column: *column,
                    right: merge.map_or(*column, |merge| merge.right),
                    bottom: merge.map_or(row.number, |merge| merge.bottom + 1),
                    cell: cell.clone(),
                }
            };
            let says_something = |inked: &Inked| !inked.text().trim().is_empty();
            Line { number: row.number, cells: row.cells.iter().map(cell).filter(says_something).collect() }
        };
        let lines: Vec<Line> = rows.iter().map(line).filter(|line| !line.cells.is_empty()).collect();
        let printed = marked || letters::is_letter(&lines);
        Grid { lines, printed }
    }

    /// The cells that begin in these rows (as Excel shows them) and columns.
    pub fn part(&self, rows: &Range<u32>, columns: &Range<u32>) -> Grid {
        let line = |line: &Line| Line {
            number: line.number,
            cells: line.cells.iter().filter(|cell| columns.contains(&cell.column)).cloned().collect(),
        };
        let lines = self.lines.iter().filter(|line| rows.contains(&line.number)).map(line);
        Grid { lines: lines.filter(|line| !line.cells.is_empty()).collect(), printed: self.printed }
    }

    /// How many cells hold something.
    pub fn cells(&self) -> usize {
        self.lines.iter().map(|line| line.cells.len()).sum()
    }
}
