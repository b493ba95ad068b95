//! An ods file before it is opened. calamine stores repeated cells one by one, and waits for ever for the end
//! of a table that is broken off; both must be seen before. On the way it is noted what calamine does not tell.

use std::io::Read;

use super::fault::OpenError;
use super::limits::Limits;
use super::markup::{Tag, Tags, number, plain};
use super::package::SheetExtras;

const MAX_ROWS: u64 = 1_048_576;
const MAX_COLUMNS: u64 = 16_384;
const MAX_DEPTH: usize = 256;
/// A cell and its formula, as calamine stores them, and the cell again when the sheet is asked for.
const STORED_CELL_BYTES: u64 = 72;

/// Refuses a `content.xml` whose tags do not match, or whose tables would take too much memory. Tells of each table
/// its name, its merged regions, and the rows and columns that are not shown.
pub(super) fn check(content: impl Read, limits: &Limits) -> Result<Vec<(String, SheetExtras)>, OpenError> {
    let mut extras = Vec::new();
    let mut tags = Tags::new(content);
    let mut open: Vec<Box<[u8]>> = Vec::new();
    let mut size = Size::default();
    while let Some(tag) = tags.next()? {
        if tag.closes {
            if open.pop().is_none_or(|name| *name != *tag.name) {
                return Err(OpenError::broken("tags of content.xml do not match"));
            }
            size.close(&tag);
        } else {
            size.open(&tag);
            size.note(&tag, &mut extras, limits);
            if tag.is_empty {
                size.close(&tag);
            } else if open.len() >= MAX_DEPTH {
                return Err(OpenError::broken("content.xml is nested too deeply"));
            } else {
                open.push(tag.name.into());
            }
        }
        if size.bytes() > limits.max_grid_bytes {
            return Err(OpenError::TooLarge { what: "工作表范围", limit: limits.max_grid_bytes, unit: "字节" });
        }
    }
    if open.is_empty() { Ok(extras) } else { Err(OpenError::Truncated) }
}

/// How much the tables take so far, following calamine's way of unfolding them.
#[derive(Default)]
struct Size {
    /// Memory for cells and texts of finished tables.
    finished: u64,
    /// The same for the table being read: cells as they come, before rows are repeated.
    cells: u64,
    /// And for its texts.
    texts: u64,
    rows: u64,
    first_row: Option<u64>,
    last_row: u64,
    last_column: u64,
    row_repeats: u64,
    row_texts: u64,
    column: u64,
    row_has_cells: bool,
    cell_from: u64,
    cell_repeats: u64,
    cell_filled: bool,
    cell_blanks: u64,
    /// Columns that the table told of so far.
    columns_told: u64,
}

impl Size {
    /// Notes what calamine does not tell: merged regions, hidden rows and columns.
    fn note(&self, tag: &Tag<'_>, extras: &mut Vec<(String, SheetExtras)>, limits: &Limits) {
        if tag.name == b"table:table" {
            let name = tag.attribute("table:name").map(plain).unwrap_or_default();
            extras.push((name, SheetExtras::default()));
        }
        let Some((_, extras)) = extras.last_mut() else { return };
        let place = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let times = |name: &str| tag.attribute(name).and_then(number).unwrap_or(1).max(1);
        let is_hidden = tag.attribute("table:visibility").is_some_and(|value| matches!(value, b"collapse" | b"filter"));
        match tag.name {
            b"table:table-row" if is_hidden => {
                let first = place(self.rows).saturating_add(1);
                let room = limits.max_merges.saturating_sub(extras.hidden_rows.len());
                // Rows below the last one are hidden by the million.
                if self.row_repeats < MAX_ROWS / 16 {
                    extras.hidden_rows.extend((first..first.saturating_add(place(self.row_repeats))).take(room));
                }
            }
            b"table:table-column" if is_hidden && extras.hidden_columns.len() < limits.max_merges => {
                let count = times("table:number-columns-repeated").min(MAX_COLUMNS);
                let first = self.columns_told - count;
                extras.hidden_columns.push((place(first), place(self.columns_told - 1)));
            }
            b"table:table-cell" => {
                let right = times("table:number-columns-spanned") - 1;
                let down = times("table:number-rows-spanned") - 1;
                if (right > 0 || down > 0) && extras.merges.len() < limits.max_merges {
                    let (top, left) = (self.rows, self.column);
                    let last = (place(top.saturating_add(down)), place(left.saturating_add(right)));
                    extras.merges.push(((place(top), place(left)), last));
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let repeats = |name: &str| tag.attribute(name).map_or(1, |value| number(value).unwrap_or(u64::MAX));
        match tag.name {
            b"table:table-row" => {
                let left = MAX_ROWS.saturating_sub(self.rows);
                self.row_repeats = repeats("table:number-rows-repeated").min(left);
                (self.column, self.row_texts, self.row_has_cells) = (0, 0, false);
            }
            b"table:table-column" => {
                let told = repeats("table:number-columns-repeated").clamp(1, MAX_COLUMNS);
                self.columns_told = self.columns_told.saturating_add(told);
            }
            b"table:table-cell" | b"table:covered-table-cell" => {
                self.cell_repeats = repeats("table:number-columns-repeated").min(MAX_COLUMNS);
                self.cell_from = tag.end;
                self.cell_blanks = tag.attributes().map(|(_, value)| value.len() as u64).sum();
                self.cell_filled = tag.attributes().any(|(name, _)| {
                    name.starts_with(b"office:") || name == b"table:formula" || name == b"calcext:value-type"
                });
            }
            b"text:s" => self.cell_blanks = self.cell_blanks.saturating_add(repeats("text:c")),
            _ => {}
        }
    }

    fn close(&mut self, tag: &Tag<'_>) {
        match tag.name {
            b"table:table-cell" | b"table:covered-table-cell" => {
                self.column = (self.column + self.cell_repeats).min(MAX_COLUMNS);
                if self.cell_filled {
                    let text = (tag.end - self.cell_from.min(tag.end)).saturating_add(self.cell_blanks);
                    self.row_texts = self.row_texts.saturating_add(text.saturating_mul(self.cell_repeats));
                    self.row_has_cells = true;
                    self.last_column = self.last_column.max(self.column);
                    self.cells = self.cells.saturating_add(self.cell_repeats);
                }
                self.cell_filled = false;
                self.cell_blanks = 0;
            }
            b"table:table-row" => {
                if self.row_has_cells {
                    self.first_row.get_or_insert(self.rows);
                    self.last_row = self.rows + self.row_repeats;
                    // Blank cells before the last filled one are stored too.
                    self.cells = self.cells.saturating_add(self.column);
                    let copies = self.row_repeats + 1;
                    self.texts = self.texts.saturating_add(self.row_texts.saturating_mul(copies));
                }
                self.rows += self.row_repeats;
            }
            b"table:table" => *self = Size { finished: self.bytes(), ..Size::default() },
            _ => {}
        }
    }

    fn bytes(&self) -> u64 {
        let rows = self.last_row - self.first_row.unwrap_or(self.last_row);
        let grid = rows.saturating_mul(self.last_column).saturating_add(self.cells);
        let now = self.row_texts.saturating_add(self.cell_blanks).saturating_add(self.texts);
        self.finished.saturating_add(grid.saturating_mul(STORED_CELL_BYTES)).saturating_add(now)
    }
}
