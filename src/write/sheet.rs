//! A workbook in the making, and the one way a value reaches a cell of it. Here stands what Excel refuses and
//! what rust_xlsxwriter loses without a word, so that the sheets need not think of it.

use std::borrow::Cow;
use std::collections::HashSet;

use chrono::NaiveDate;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Url, Workbook, Worksheet, XlsxError};

use super::style::{PageLabel, Paper};
use super::style::{Style, set_page};
use crate::input::RESULT_PROPERTY;

/// Lines on a sheet: Excel's 1,048,576 rows, less some for a title and a foot. Fewer in tests, which would
/// take minutes to fill a sheet.
pub const MOST_ROWS: usize = if cfg!(test) { 15_000 } else { 1_048_000 };

/// Lines as they go on sheets, so many on each; one empty part if there are none, because the sheet is there
/// all the same and says so.
pub fn parts<T>(lines: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let empty = lines.is_empty().then_some(lines);
    empty.into_iter().chain(lines.chunks(most))
}

/// Excel takes 65,530 links a sheet and repairs the file if there are more.
pub const MOST_LINKS: u32 = 60_000;

/// UTF-16 units in a cell.
const MOST_UNITS: usize = 32_767;

/// A sheet of at least this many lines goes to a temporary file while it is written, row by row. Smaller ones
/// stay in memory, where rows may be written in any order and charts can see their figures.
pub const STREAM_FROM: usize = 2_000;

/// A workbook in the making.
pub struct Book<'a> {
    workbook: Workbook,
    style: Style,
    label: PageLabel<'a>,
    names: SheetNames,
    cells: u64,
}

impl<'a> Book<'a> {
    /// An empty workbook that says of itself what `label` says. Its creation time is the as-of day: the same
    /// input gives the same bytes. It is only for reading, and is known by that when it is handed in.
    pub fn new(label: PageLabel<'a>) -> Result<Self, XlsxError> {
        Book::with(label, Book::properties(label).set_custom_property(RESULT_PROPERTY, label.what))
    }

    /// The same of a workbook that comes back with answers.
    pub fn to_answer(label: PageLabel<'a>) -> Result<Self, XlsxError> {
        Book::with(label, Book::properties(label))
    }

    fn properties(label: PageLabel<'_>) -> DocProperties {
        let day = excel_day(label.as_of).or_else(|| ExcelDateTime::from_serial_datetime(0).ok());
        let properties = DocProperties::new().set_title(label.what);
        let properties = day.iter().fold(properties, |properties, day| properties.set_creation_datetime(day));
        if label.office.is_empty() { properties } else { properties.set_company(label.office) }
    }

    fn with(label: PageLabel<'a>, properties: DocProperties) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_default_format(&Style::default_cell(), 22, 64)?;
        // What Excel itself uses; the default 6 takes twice as long for a sixth less.
        workbook.set_zip_compression_level(3);
        workbook.set_properties(&properties);
        Ok(Book { workbook, style: Style::new(), label, names: SheetNames::default(), cells: 0 })
    }

    /// A name for a sheet that Excel takes and that no other sheet here has. Asked for once a sheet.
    pub fn sheet_name(&mut self, wanted: &str) -> String {
        self.names.give(wanted)
    }

    /// The next sheet. `name` comes from [`Book::sheet_name`].
    pub fn sheet(&mut self, name: &str, paper: Paper, streamed: bool) -> Result<Sheet<'_>, XlsxError> {
        let sheet = if streamed { self.workbook.add_worksheet_with_low_memory()? } else { self.workbook.add_worksheet() };
        sheet.set_name(name)?;
        set_page(sheet, paper, self.label);
        sheet.set_default_row_height(super::style::LINE_HEIGHT);
        Ok(Sheet { sheet, style: &self.style, cells: &mut self.cells, streamed, row: 0, links: 0, usual: Vec::new() })
    }

    /// The finished workbook, and how many cells were written.
    pub fn finish(self) -> (Workbook, u64) {
        (self.workbook, self.cells)
    }
}

fn excel_day(day: NaiveDate) -> Option<ExcelDateTime> {
    use chrono::Datelike;
    let year = u16::try_from(day.year()).ok()?;
    ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok()
}

/// One sheet being written.
pub struct Sheet<'b> {
    sheet: &'b mut Worksheet,
    /// The formats of the workbook.
    pub style: &'b Style,
    cells: &'b mut u64,
    streamed: bool,
    row: u32,
    links: u32,
    /// Of a streamed sheet: the format that cells of each column have unless told otherwise.
    usual: Vec<&'b Format>,
}

impl<'b> Sheet<'b> {
    /// For what is not a cell: filters, panes, charts.
    pub fn raw(&mut self) -> &mut Worksheet {
        self.sheet
    }

    /// rust_xlsxwriter loses what is written to a row above the current one of a streamed sheet, and says Ok.
    fn step(&mut self, row: u32) -> Result<(), XlsxError> {
        if self.streamed && row < self.row {
            return Err(XlsxError::CustomError(format!("row {row} written after row {} of a streamed sheet", self.row)));
        }
        self.row = row;
        *self.cells += 1;
        Ok(())
    }

    /// Says what format most cells of the first columns will have, until [`Sheet::forget_usual_formats`]. Looking
    /// up a cell's format takes rust_xlsxwriter longer than writing it; a streamed cell without one of its own
    /// takes its column's.
    pub fn usual_formats(&mut self, formats: Vec<&'b Format>) -> Result<(), XlsxError> {
        if self.streamed {
            for (col, format) in formats.iter().enumerate() {
                self.sheet.set_column_format(col as u16, format)?;
            }
            self.usual = formats;
        }
        Ok(())
    }

    /// The columns themselves have no format: it would reach down to the last row of the sheet.
    pub fn forget_usual_formats(&mut self) -> Result<(), XlsxError> {
        if self.usual.is_empty() {
            return Ok(());
        }
        let none = Style::default_cell();
        // The last row is still to be written out, with the formats of its columns.
        self.sheet.write_blank(self.row + 1, 0, &none)?;
        for col in 0..std::mem::take(&mut self.usual).len() {
            self.sheet.set_column_format(col as u16, &none)?;
        }
        Ok(())
    }

    fn is_usual(&self, col: u16, format: &Format) -> bool {
        self.usual.get(usize::from(col)).is_some_and(|usual| std::ptr::eq(*usual, format))
    }

    /// Words. What looks like a formula stays words.
    pub fn text(&mut self, row: u32, col: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.step(row)?;
        // Of an empty text nothing but its format is left.
        if self.is_usual(col, format) && !text.is_empty() {
            self.sheet.write_string(row, col, fit(text))?;
        } else {
            self.sheet.write_string_with_format(row, col, fit(text), format)?;
        }
        Ok(())
    }

    /// A number; what is not a number leaves the cell blank.
    pub fn number(&mut self, row: u32, col: u16, number: f64, format: &Format) -> Result<(), XlsxError> {
        if !number.is_finite() {
            return self.blank(row, col, format);
        }
        self.step(row)?;
        if self.is_usual(col, format) {
            self.sheet.write_number(row, col, number)?;
        } else {
            self.sheet.write_number_with_format(row, col, number, format)?;
        }
        Ok(())
    }

    /// A day.
    pub fn date(&mut self, row: u32, col: u16, day: NaiveDate, format: &Format) -> Result<(), XlsxError> {
        if excel_day(day).is_none() {
            // Before 1900 or after 9999: Excel has no number for it.
            return self.text(row, col, &day.to_string(), format);
        }
        self.step(row)?;
        if self.is_usual(col, format) {
            self.sheet.write_datetime(row, col, day)?;
        } else {
            self.sheet.write_datetime_with_format(row, col, day, format)?;
        }
        Ok(())
    }

    /// Nothing, with borders.
    pub fn blank(&mut self, row: u32, col: u16, format: &Format) -> Result<(), XlsxError> {
        self.step(row)?;
        self.sheet.write_blank(row, col, format)?;
        Ok(())
    }

    /// Words that lead somewhere; plain words once the sheet has as many links as Excel takes.
    pub fn link(
        &mut self,
        row: u32,
        col: u16,
        text: &str,
        target: &str,
        formats: (&Format, &Format),
    ) -> Result<(), XlsxError> {
        let (linked, plain) = formats;
        if self.links >= MOST_LINKS || target.encode_utf16().count() > 2_000 {
            return self.text(row, col, text, plain);
        }
        self.step(row)?;
        self.links += 1;
        let url = Url::new(target).set_text(fit(text));
        self.sheet.write_url_with_format(row, col, url, linked)?;
        Ok(())
    }

    /// Words over several cells, which only sheets held in memory may have.
    pub fn merged(&mut self, area: (u32, u16, u32, u16), text: &str, format: &Format) -> Result<(), XlsxError> {
        let (top, left, bottom, right) = area;
        if (top, left) == (bottom, right) {
            return self.text(top, left, text, format);
        }
        debug_assert!(!self.streamed, "merges are for sheets held in memory");
        self.step(bottom)?;
        self.sheet.merge_range(top, left, bottom, right, &fit(text), format)?;
        Ok(())
    }

    /// Height of a row, in points; in a streamed sheet before the row is left.
    pub fn height(&mut self, row: u32, points: f64) -> Result<(), XlsxError> {
        self.sheet.set_row_height(row, points)?;
        Ok(())
    }
}

/// Words as a cell takes them: cut with … where Excel would refuse them, line ends as Excel has them, and
/// without the two characters XML has no way to write.
pub fn fit(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if text.contains(['\r', '\u{fffe}', '\u{ffff}']) {
        text = Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"));
    }
    // No text has more UTF-16 units than bytes.
    if text.len() > MOST_UNITS && text.encode_utf16().count() > MOST_UNITS {
        let mut units = 0;
        let end = text
            .char_indices()
            .find(|(_, c)| {
                units += c.len_utf16();
                units > MOST_UNITS - 1
            })
            .map_or(text.len(), |(at, _)| at);
        text = Cow::Owned(format!("{}…", &text[..end]));
    }
    text
}

/// A place in this workbook to lead to.
pub fn inside(sheet: &str, cell: &str) -> String {
    format!("internal:'{}'!{cell}", sheet.replace('\'', "''"))
}

/// A place in another file, its path as seen from the folder of this one; `sheet` and `cell` may be empty.
/// `None` where Excel would go astray: `#` in a path begins a place, and `%` an escape.
pub fn outside(path: &str, sheet: &str, cell: &str) -> Option<String> {
    if path.is_empty() || path.contains(['#', '%']) {
        return None;
    }
    let mut link = format!("file:///{path}");
    if !sheet.is_empty() {
        let cell = if cell.is_empty() { "A1" } else { cell };
        link.push_str(&format!("#'{}'!{cell}", sheet.replace('\'', "''")));
    }
    Some(link)
}

/// The sheet names given so far.
#[derive(Debug, Default)]
struct SheetNames(HashSet<String>);

impl SheetNames {
    /// `wanted` without what Excel forbids, at most 31 UTF-16 units, and not like another but for case.
    fn give(&mut self, wanted: &str) -> String {
        let clean: String = wanted
            .chars()
            .map(|c| match c {
                '[' | ']' | ':' | '*' | '?' | '/' | '\\' => '-',
                c if c.is_control() => ' ',
                c => c,
            })
            .collect();
        let clean = clean.trim_matches(|c: char| c == '\'' || c.is_whitespace());
        // Excel keeps History for itself, in any case.
        let clean = match clean {
            "" => "未命名",
            name if name.eq_ignore_ascii_case("history") => "History-",
            name => name,
        };
        for copy in 1.. {
            let tail = if copy == 1 { String::new() } else { format!("({copy})") };
            let name = format!("{}{tail}", shorten(clean, 31 - tail.len()));
            if self.0.insert(name.to_lowercase()) {
                return name;
            }
        }
        unreachable!("there are fewer sheets than numbers")
    }
}

/// The beginning of `text`, at most `units` UTF-16 units, with nothing at the end that Excel would refuse.
fn shorten(text: &str, units: usize) -> &str {
    let mut used = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            used += c.len_utf16();
            used > units
        })
        .map_or(text.len(), |(at, _)| at);
    text[..end].trim_end_matches(|c: char| c == '\'' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn named(wanted: &str, want: &str) {
        assert_eq!(SheetNames::default().give(wanted), want);
    }

    #[test]
    fn sheet_names_are_what_excel_takes() {
        named("王伟", "王伟");
        named("王/伟[1]", "王-伟-1-");
        named("'王伟'", "王伟");
        named("  ", "未命名");
        named("history", "History-");
        named("A\tB", "A B");
        named(&"𠮷".repeat(20), &"𠮷".repeat(15));
        named(&"长".repeat(40), &"长".repeat(31));
    }

    #[test]
    fn sheet_names_differ_by_more_than_case() {
        let mut names = SheetNames::default();
        assert_eq!(names.give("Li Na"), "Li Na");
        assert_eq!(names.give("LI NA"), "LI NA(2)");
        assert_eq!(names.give("li na"), "li na(3)");
        let long = "长".repeat(31);
        names.give(&long);
        assert_eq!(names.give(&long), format!("{}(2)", "长".repeat(28)));
    }

    #[test]
    fn text_fits_a_cell() {
        assert_eq!(fit("=1+1"), "=1+1");
        assert_eq!(fit("a\r\nb\rc\u{ffff}"), "a\nb\nc\u{fffd}");
        let cut = fit(&"𠮷".repeat(20_000)).into_owned();
        assert!(cut.ends_with("𠮷…"));
        assert!(cut.encode_utf16().count() <= MOST_UNITS);
        let whole = "长".repeat(MOST_UNITS);
        assert_eq!(fit(&whole), whole);
    }

    #[test]
    fn links_name_file_sheet_and_cell() {
        assert_eq!(inside("O'Neil", "A1"), "internal:'O''Neil'!A1");
        assert_eq!(
            outside("../../导入/客户.xlsx", "三月", "D17").as_deref(),
            Some("file:///../../导入/客户.xlsx#'三月'!D17")
        );
        assert_eq!(outside("a.csv", "", "D17").as_deref(), Some("file:///a.csv"));
        assert_eq!(outside("第#1.xlsx", "", ""), None);
    }

    #[test]
    fn a_row_above_is_refused_not_lost() {
        let label = PageLabel { office: "", what: "", as_of: NaiveDate::default() };
        let mut book = Book::new(label).expect("an empty workbook");
        let mut sheet = book.sheet("表", Paper::Portrait, true).expect("a sheet");
        let format = Style::default_cell();
        sheet.text(5, 0, "下", &format).expect("the first row");
        assert!(sheet.text(4, 0, "上", &format).is_err());
    }
}
