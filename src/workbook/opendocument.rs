//! An ods file before it is opened, and the form of it that is one XML text. calamine stores repeated cells one by one, and waits for ever for the end
//! of a table that is broken off; both must be seen before. On the way it is noted what calamine does not tell.

use std::io::{Cursor, Read, Write};

use memchr::{memchr, memmem};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::content::Content;
use super::fault::{self, OpenError};
use super::limits::Limits;
use super::markup::{Tag, Tags, number, plain};
use super::package::{SheetExtras, zip_error};

const MAX_ROWS: u64 = 1_048_576;
const MAX_COLUMNS: u64 = 16_384;
const MAX_DEPTH: usize = 256;
/// A cell and its formula, as calamine stores them, and the cell again when the sheet is asked for.
const STORED_CELL_BYTES: u64 = 72;

const SPREADSHEET: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// A document in one XML text (`.fods`) as a zipped one: its tables stand in the text as they would in `content.xml`.
pub(super) fn packed(flat: &Content, head: &[u8], limits: &Limits) -> Result<Content, OpenError> {
    if memmem::find(head, SPREADSHEET).is_none() {
        return Err(OpenError::NotASpreadsheet { looks_like: fault::FLAT_DOCUMENT });
    }
    pack(&without_indentation(&flat.hold("文件", limits.max_held_file_bytes)?))
}

/// A zipped document again, as plainly as calamine wants it.
pub(super) fn repacked(content: &Content, limits: &Limits) -> Result<Content, OpenError> {
    let mut archive = ZipArchive::new(content.source()?).map_err(zip_error)?;
    let mut text = Vec::new();
    let part = archive.by_name("content.xml").map_err(zip_error)?;
    part.take(limits.max_held_file_bytes).read_to_end(&mut text)?;
    pack(&without_indentation(&text))
}

/// A zipped document of this `content.xml`.
fn pack(text: &[u8]) -> Result<Content, OpenError> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(text.len() + 1024)));
    for (name, bytes) in
        [("mimetype", SPREADSHEET), ("META-INF/manifest.xml", b"<manifest:manifest/>"), ("content.xml", text)]
    {
        archive.start_file(name, stored).map_err(zip_error)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish().map_err(zip_error)?.into_inner().into())
}

/// The text without what stands between its tags to make it look well, which calamine takes for content. Within
/// paragraphs every space counts.
fn without_indentation(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut paragraphs: usize = 0;
    let mut rest = text;
    while let Some(start) = memchr(b'<', rest) {
        let (between, tag) = rest.split_at(start);
        let (tag, next) = tag.split_at(memchr(b'>', tag).map_or(tag.len(), |end| end + 1));
        if paragraphs > 0 || !between.trim_ascii().is_empty() {
            plain.extend_from_slice(between);
        }
        plain.extend_from_slice(tag);
        let name_end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>').unwrap_or(tag.len());
        match &tag[..name_end] {
            b"<text:p" | b"<text:h" if !tag.ends_with(b"/>") => paragraphs += 1,
            b"</text:p" | b"</text:h" => paragraphs = paragraphs.saturating_sub(1),
            _ => {}
        }
        rest = next;
    }
    plain.extend_from_slice(rest);
    plain
}

/// Refuses a `content.xml` whose tags do not match, or whose tables would take too much memory. Tells of each table
/// its name, its merged regions, and the rows and columns that are not shown.
pub(super) fn check(content: impl Read, limits: &Limits) -> Result<Vec<(String, SheetExtras)>, OpenError> {
    let mut extras = Vec::new();
    let mut tags = Tags::new(content);
    let mut open: Vec<Box<[u8]>> = Vec::new();
    let mut size = Size::default();
    while let Some(tag) = tags.next()? {
        if tag.closes {
            // With anything behind its name calamine would not know the end of a table when it comes.
            if open.pop().is_none_or(|name| *name != *tag.name) || tag.is_empty || tag.has_more() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_is_left_out_and_spaces_of_paragraphs_are_not() {
        for (text, want) in [
            ("<a>\n <b/>\n</a>\n", "<a><b/></a>\n"),
            ("<a> x <b> </b></a>", "<a> x <b></b></a>"),
            (
                "<c>\n <text:p>王 <text:span>\n</text:span> </text:p>\n <text:p/>\n</c>",
                "<c><text:p>王 <text:span>\n</text:span> </text:p><text:p/></c>",
            ),
            ("<text:page> <text:h x='1'> </text:h> </text:page>", "<text:page><text:h x='1'> </text:h></text:page>"),
            ("</text:p> <a> <b", "</text:p><a><b"),
        ] {
            assert_eq!(String::from_utf8(without_indentation(text.as_bytes())).unwrap(), want, "{text}");
        }
    }
}
