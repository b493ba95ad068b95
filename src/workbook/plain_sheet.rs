//! The cells of an xlsx file as Excel, WPS and the usual libraries write them, found without a general XML parser:
//! that takes a third of the time. What is not as usual (prefixes, comments, types nobody uses, damage) is
//! [`Unusual`]; then calamine, which knows everything, reads it.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use memchr::{memchr, memmem};

use super::grid::Shift;
use super::guard::guard;
use super::limits::Limits;
use super::markup::{self, Tags};
use super::rows::{Gatherer, Row, StreamEnd};
use crate::model::cell::Cell;
use crate::model::columns::Texts;

/// Read at once.
const WINDOW: usize = 256 << 10;
/// A row with more text than this is none of ours to read.
const LONGEST_ROW: usize = 16 << 20;

/// Not what we know: nothing is said about it here, calamine has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unusual;

/// What the cells of all sheets refer to.
#[derive(Debug)]
pub(super) struct Shared {
    /// Shared strings, by number.
    pub strings: Texts,
    /// How a cell of each style shows a number.
    pub formats: Vec<NumberFormat>,
    /// For days counted from 1904.
    pub shift: Shift,
}

/// What a number with a format is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberFormat {
    Number,
    Date,
    /// `[h]:mm`: hours beyond a day, and no date.
    Duration,
}

/// Why a sheet is left to calamine, after so many rows were pushed.
#[derive(Debug)]
pub(super) struct LeftAfter {
    pub rows: u32,
}

/// Streams the part of a sheet.
pub(super) fn stream(
    part: impl Read,
    shared: &Shared,
    limits: &Limits,
    on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
) -> Result<StreamEnd, LeftAfter> {
    let mut sheet = Sheet::new(part);
    let mut gatherer = Gatherer::new(limits, on_row);
    let unusual = |gatherer: &Gatherer<'_, '_>| LeftAfter { rows: gatherer.rows_pushed() };
    let has_rows = guard(|| sheet.find_data()).unwrap_or(Err(Unusual)).map_err(|Unusual| unusual(&gatherer))?;
    let (mut flow, mut next_row) = (ControlFlow::Continue(()), 0);
    while has_rows && flow.is_continue() {
        let Some(row) = guard(|| sheet.next_row()).unwrap_or(Err(Unusual)).map_err(|Unusual| unusual(&gatherer))? else {
            break;
        };
        let counted = row.number.unwrap_or(next_row);
        next_row = counted.saturating_add(1);
        let cells = sheet.bytes(&row).trim_ascii_start();
        // Nothing may be pushed on the word of a row whose cells say that they are another's.
        let number = match guard(|| row_of_first_cell(cells)).unwrap_or(Err(Unusual)) {
            Ok(Some(said)) if said == counted => said,
            Ok(None) => counted,
            _ => return Err(unusual(&gatherer)),
        };
        if !cells.is_empty() && !gatherer.is_in(number) {
            flow = gatherer.begin(number);
        }
        let put = guard(|| put_cells(cells, number, shared, &mut gatherer)).unwrap_or(Err(Unusual));
        put.map_err(|Unusual| unusual(&gatherer))?;
    }
    Ok(gatherer.finish(flow))
}

/// The text of a sheet's part, as far as it is needed.
struct Sheet<R> {
    part: R,
    buffer: Vec<u8>,
    at: usize,
    row_end: memmem::Finder<'static>,
}

/// A row in the buffer.
struct RowText {
    /// From 0, if it says.
    number: Option<u32>,
    cells: std::ops::Range<usize>,
}

impl<R: Read> Sheet<R> {
    fn new(part: R) -> Self {
        Sheet { part, buffer: Vec::with_capacity(2 * WINDOW), at: 0, row_end: memmem::Finder::new(b"</row>") }
    }

    fn bytes(&self, row: &RowText) -> &[u8] {
        &self.buffer[row.cells.clone()]
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Reads on; the end of the part comes before the end of the sheet only in damaged files.
    fn read_on(&mut self) -> Result<(), Unusual> {
        if self.rest().len() > LONGEST_ROW {
            return Err(Unusual);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        match self.part.by_ref().take(WINDOW as u64).read_to_end(&mut self.buffer) {
            Ok(1..) => Ok(()),
            _ => Err(Unusual),
        }
    }

    /// Goes to the first row; says whether there can be one.
    fn find_data(&mut self) -> Result<bool, Unusual> {
        let data = memmem::Finder::new(b"<sheetData");
        self.read_on()?;
        let found = loop {
            if let Some(found) = data.find(self.rest()) {
                break found;
            }
            self.read_on()?;
        };
        let head = behind_declaration(&self.rest()[..found])?;
        if !head.starts_with(b"<worksheet") || memmem::find(head, b"<!").is_some() {
            return Err(Unusual);
        }
        self.at += found;
        while memchr(b'>', self.rest()).is_none() {
            self.read_on()?;
        }
        let end = memchr(b'>', self.rest()).ok_or(Unusual)?;
        let is_empty = self.rest()[end - 1] == b'/';
        self.at += end + 1;
        Ok(!is_empty)
    }

    /// The next row, or the end of the sheet.
    fn next_row(&mut self) -> Result<Option<RowText>, Unusual> {
        loop {
            let blank = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.at += blank;
            let Some(tag_end) = memchr(b'>', self.rest()) else {
                self.read_on()?;
                continue;
            };
            let tag = &self.rest()[..tag_end];
            if tag.starts_with(b"</sheetData") {
                return Ok(None);
            }
            let attributes = tag.strip_prefix(b"<row").ok_or(Unusual)?;
            let (attributes, is_empty) = attributes.strip_suffix(b"/").map_or((attributes, false), |rest| (rest, true));
            let mut number = None;
            for attribute in Attributes(attributes) {
                if let (b"r", value) = attribute? {
                    number = Some(digits(value).filter(|row| *row > 0).ok_or(Unusual)? - 1);
                }
            }
            let start = self.at + tag_end + 1;
            if is_empty {
                self.at = start;
                return Ok(Some(RowText { number, cells: start..start }));
            }
            let Some(length) = self.row_end.find(&self.rest()[tag_end..]) else {
                self.read_on()?;
                continue;
            };
            let cells = start..self.at + tag_end + length;
            self.at = cells.end + b"</row>".len();
            return Ok(Some(RowText { number, cells }));
        }
    }
}

/// What follows the mark and the declaration that an XML part may begin with. Other encodings than UTF-8 are none of
/// ours.
fn behind_declaration(part: &[u8]) -> Result<&[u8], Unusual> {
    let part = part.strip_prefix("\u{feff}".as_bytes()).unwrap_or(part).trim_ascii_start();
    if !part.starts_with(b"<?xml") {
        return Ok(part);
    }
    let (declared, rest) = part.split_at(memmem::find(part, b"?>").ok_or(Unusual)? + 2);
    let declared = declared.to_ascii_lowercase();
    let says = |word: &[u8]| memmem::find(&declared, word).is_some();
    if says(b"encoding") && !says(b"utf-8") { Err(Unusual) } else { Ok(rest.trim_ascii_start()) }
}

/// The row (from 0) that the address of the first cell gives, if it gives one.
fn row_of_first_cell(text: &[u8]) -> Result<Option<u32>, Unusual> {
    if text.is_empty() {
        return Ok(None);
    }
    let inside = text.strip_prefix(b"<c").ok_or(Unusual)?;
    let tag = &inside[..memchr(b'>', inside).ok_or(Unusual)?];
    let tag = tag.strip_suffix(b"/").unwrap_or(tag);
    for attribute in Attributes(tag) {
        if let (b"r", value) = attribute? {
            return address(value).map(|(row, _)| Some(row)).ok_or(Unusual);
        }
    }
    Ok(None)
}

/// Puts the cells of a row (from 0).
fn put_cells<'s>(mut text: &[u8], row: u32, shared: &'s Shared, gatherer: &mut Gatherer<'s, '_>) -> Result<(), Unusual> {
    let mut next_column = 0;
    loop {
        text = text.trim_ascii_start();
        if text.is_empty() {
            return Ok(());
        }
        let inside = text.strip_prefix(b"<c").ok_or(Unusual)?;
        let end = memchr(b'>', inside).ok_or(Unusual)?;
        let (tag, rest) = (&inside[..end], &inside[end + 1..]);
        let (tag, is_empty) = tag.strip_suffix(b"/").map_or((tag, false), |tag| (tag, true));
        let (mut column, mut style, mut kind) = (None, None, None);
        for attribute in Attributes(tag) {
            match attribute? {
                (b"r", value) => {
                    let (of_row, of_column) = address(value).ok_or(Unusual)?;
                    if of_row != row {
                        return Err(Unusual);
                    }
                    column = Some(of_column);
                }
                (b"s", value) => style = Some(digits(value).unwrap_or(0)),
                (b"t", value) => kind = Some(value),
                _ => {}
            }
        }
        let column = column.unwrap_or(next_column);
        next_column = column + 1;
        text = rest;
        if !is_empty {
            let (value, rest) = content(text)?;
            text = rest;
            put_value(value, column, (kind, style), shared, gatherer)?;
        }
    }
}

/// What stands in a cell.
enum Content<'a> {
    Nothing,
    Value(&'a [u8]),
    Inline(&'a [u8]),
}

/// The content of a cell, and what follows the cell.
fn content(mut text: &[u8]) -> Result<(Content<'_>, &[u8]), Unusual> {
    let mut content = Content::Nothing;
    loop {
        text = text.trim_ascii_start();
        if let Some(rest) = text.strip_prefix(b"</c>") {
            return Ok((content, rest));
        } else if let Some(rest) = text.strip_prefix(b"<v>") {
            let (value, rest) = rest.split_at(memchr(b'<', rest).ok_or(Unusual)?);
            (content, text) = (Content::Value(value), rest.strip_prefix(b"</v>").ok_or(Unusual)?);
        } else if let Some(rest) = text.strip_prefix(b"<v xml:space=\"preserve\">") {
            let (value, rest) = rest.split_at(memchr(b'<', rest).ok_or(Unusual)?);
            (content, text) = (Content::Value(value), rest.strip_prefix(b"</v>").ok_or(Unusual)?);
        } else if let Some(rest) = text.strip_prefix(b"<v/>") {
            text = rest;
        } else if let Some(rest) = text.strip_prefix(b"<is>") {
            let end = memmem::find(rest, b"</is>").ok_or(Unusual)?;
            (content, text) = (Content::Inline(&rest[..end]), &rest[end + b"</is>".len()..]);
        } else if let Some(rest) = text.strip_prefix(b"<f").filter(|rest| matches!(rest.first(), Some(b'>' | b' ' | b'/'))) {
            let end = memchr(b'>', rest).ok_or(Unusual)?;
            text = match rest[..end].ends_with(b"/") {
                true => &rest[end + 1..],
                false => {
                    let close = memmem::find(&rest[end..], b"</f>").ok_or(Unusual)?;
                    &rest[end + close + b"</f>".len()..]
                }
            };
        } else {
            return Err(Unusual);
        }
    }
}

fn put_value<'s>(
    content: Content<'_>,
    column: u32,
    (kind, style): (Option<&[u8]>, Option<u32>),
    shared: &'s Shared,
    gatherer: &mut Gatherer<'s, '_>,
) -> Result<(), Unusual> {
    let value = match (content, kind) {
        (Content::Nothing, _) => return Ok(()),
        (Content::Inline(text), _) => {
            gatherer.put_text(column, &string_item(text)?);
            return Ok(());
        }
        (Content::Value(_), Some(b"inlineStr" | b"is")) => return Ok(()),
        (Content::Value(value), _) if value.is_empty() && !matches!(kind, Some(b"e" | b"d")) => return Ok(()),
        (Content::Value(value), _) => value,
    };
    match kind {
        Some(b"s") => {
            let at = digits(value).ok_or(Unusual)? as usize;
            if at >= shared.strings.len() {
                return Err(Unusual);
            }
            gatherer.put(column, Cell::Text(shared.strings.get(at)));
        }
        None | Some(b"n") => {
            let number = number(value).ok_or(Unusual)?;
            let format = style.map_or(NumberFormat::Number, |style| shared.format(style));
            gatherer.put(
                column,
                match format {
                    NumberFormat::Date => shared.shift.day(number),
                    NumberFormat::Number | NumberFormat::Duration => Cell::Number(number),
                },
            );
        }
        Some(b"str") => gatherer.put_text(column, &without_escapes(resolved(value)?)?),
        Some(b"b") => match value {
            b"0" => gatherer.put(column, Cell::Bool(false)),
            b"1" => gatherer.put(column, Cell::Bool(true)),
            _ => return Err(Unusual),
        },
        Some(b"e") => {
            let known = ERRORS.iter().find(|error| error.as_bytes() == value);
            gatherer.put(column, Cell::Error(known.ok_or(Unusual)?));
        }
        _ => return Err(Unusual),
    }
    Ok(())
}

const ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

impl Shared {
    fn format(&self, style: u32) -> NumberFormat {
        self.formats.get(style as usize).copied().unwrap_or(NumberFormat::Number)
    }
}

/// Names and values of attributes, as they stand behind the name of a tag.
struct Attributes<'a>(&'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Unusual>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.0.trim_ascii_start();
        if text.is_empty() {
            return None;
        }
        let split = || {
            let equals = text.iter().position(|byte| *byte == b'=')?;
            let (quote, value) = text[equals + 1..].split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
            let end = value.iter().position(|byte| byte == quote)?;
            Some((&text[..equals], &value[..end], &value[end + 1..]))
        };
        match split() {
            Some((name, value, rest)) => {
                self.0 = rest;
                Some(Ok((name, value)))
            }
            None => {
                self.0 = &[];
                Some(Err(Unusual))
            }
        }
    }
}

/// The whole number that stands there and nothing else.
fn digits(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

/// `B7` as row and column from 0.
fn address(text: &[u8]) -> Option<(u32, u32)> {
    let letters = text.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = text[..letters].iter().fold(0, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
    Some((digits(&text[letters..])?.checked_sub(1)?, column - 1))
}

fn number(text: &[u8]) -> Option<f64> {
    match digits(text) {
        Some(whole) => Some(f64::from(whole)),
        None => std::str::from_utf8(text).ok()?.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

/// Character data with its line ends as XML wants them and its references resolved.
fn resolved(text: &[u8]) -> Result<Cow<'_, str>, Unusual> {
    let mut plain = Cow::Borrowed(std::str::from_utf8(text).map_err(|_| Unusual)?);
    if memchr(b'\r', text).is_some() {
        plain = plain.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    if memchr(b'&', text).is_some() {
        plain = without_references(&plain)?.into();
    }
    Ok(plain)
}

fn without_references(text: &str) -> Result<String, Unusual> {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (reference, rest) = part.split_once(';').ok_or(Unusual)?;
        let character = match reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let code = reference.strip_prefix('#').ok_or(Unusual)?;
                let code = match code.strip_prefix('x') {
                    Some(code) => u32::from_str_radix(code, 16),
                    None => code.parse(),
                };
                code.ok().filter(|code| *code > 0).and_then(char::from_u32).ok_or(Unusual)?
            }
        };
        plain.push(character);
        plain.push_str(rest);
    }
    Ok(plain)
}

/// Excel's own references, which come after XML's: `_x000D_`, a UTF-16 unit as four hexadecimal digits. Pairs of
/// units are left to calamine.
fn without_escapes(text: Cow<'_, str>) -> Result<Cow<'_, str>, Unusual> {
    if memmem::find(text.as_bytes(), b"_x").is_none() {
        return Ok(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(start) = memmem::find(rest.as_bytes(), b"_x") {
        let code = rest.as_bytes().get(start + 2..start + 6).filter(|code| code.iter().all(u8::is_ascii_hexdigit));
        let closed = rest.as_bytes().get(start + 6) == Some(&b'_');
        match code.filter(|_| closed) {
            Some(_) => {
                let unit = u32::from_str_radix(&rest[start + 2..start + 6], 16).map_err(|_| Unusual)?;
                plain.push_str(&rest[..start]);
                plain.push(char::from_u32(unit).ok_or(Unusual)?);
                rest = &rest[start + 7..];
            }
            None => {
                plain.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
            }
        }
    }
    plain.push_str(rest);
    Ok(plain.into())
}

/// The text of `<si>` or `<is>`: one `<t>`, or several in runs; readings of Japanese names are none of it.
fn string_item(mut text: &[u8]) -> Result<Cow<'_, str>, Unusual> {
    let mut whole: Option<Cow<'_, str>> = None;
    loop {
        let Some(start) = memchr(b'<', text) else { return Ok(whole.unwrap_or_default()) };
        text = &text[start..];
        let end = memchr(b'>', text).ok_or(Unusual)?;
        let (tag, rest) = (&text[1..end], &text[end + 1..]);
        text = rest;
        if tag == b"rPh" || tag.starts_with(b"rPh ") {
            let close = memmem::find(text, b"</rPh>").ok_or(Unusual)?;
            text = &text[close + b"</rPh>".len()..];
        } else if tag == b"t" || tag.starts_with(b"t ") && !tag.ends_with(b"/") {
            let (written, rest) = text.split_at(memchr(b'<', text).ok_or(Unusual)?);
            text = rest.strip_prefix(b"</t>").ok_or(Unusual)?;
            let mut piece = resolved(written)?;
            if memmem::find(tag, b"preserve").is_none() {
                piece = match piece {
                    Cow::Borrowed(text) => text.trim_matches(MARGIN).into(),
                    Cow::Owned(text) => text.trim_matches(MARGIN).to_string().into(),
                };
            }
            let piece = without_escapes(piece)?;
            whole = Some(match whole {
                Some(before) => before + piece,
                None => piece,
            });
        } else if tag.starts_with(b"!") || tag.starts_with(b"?") {
            return Err(Unusual);
        } else {
            // A run, what it looks like, and their ends.
            let name = tag.strip_prefix(b"/").unwrap_or(tag);
            if memchr(b':', name.split(|byte| *byte == b' ').next().unwrap_or_default()).is_some() {
                return Err(Unusual);
            }
        }
    }
}

/// What does not belong to a text unless it says so.
const MARGIN: [char; 4] = [' ', '\t', '\r', '\n'];

/// The shared strings of a workbook, from their part, which is held as a whole.
pub(super) fn shared_strings(part: &[u8]) -> Result<Texts, Unusual> {
    let mut strings = Texts::default();
    let mut rest = behind_declaration(part)?.strip_prefix(b"<sst").ok_or(Unusual)?;
    let end = memchr(b'>', rest).ok_or(Unusual)?;
    if rest[..end].ends_with(b"/") {
        return Ok(strings);
    }
    rest = &rest[end + 1..];
    let close = memmem::Finder::new(b"</si>");
    loop {
        rest = rest.trim_ascii_start();
        if let Some(item) = rest.strip_prefix(b"<si>") {
            let end = close.find(item).ok_or(Unusual)?;
            strings.push(&string_item(&item[..end])?);
            rest = &item[end + b"</si>".len()..];
        } else if let Some(after) = rest.strip_prefix(b"<si/>") {
            strings.push("");
            rest = after;
        } else if rest.starts_with(b"</sst") {
            return Ok(strings);
        } else {
            return Err(Unusual);
        }
    }
}

/// What numbers are in each style of a workbook, from the part of its styles.
pub(super) fn number_formats(part: impl Read) -> Result<Vec<NumberFormat>, Unusual> {
    let mut own: Vec<(u64, NumberFormat)> = Vec::new();
    let mut formats = Vec::new();
    let mut tags = Tags::new(part);
    let mut in_styles = false;
    while let Some(tag) = tags.next().map_err(|_| Unusual)? {
        let id = || tag.attribute("numFmtId").and_then(markup::number);
        match (tag.local_name(), tag.closes) {
            (b"cellXfs", closes) => in_styles = !closes && !tag.is_empty,
            (b"numFmt", false) => {
                if let (Some(id), Some(code)) = (id(), tag.attribute("formatCode")) {
                    let code = std::str::from_utf8(code).map_err(|_| Unusual)?;
                    own.push((id, NumberFormat::of_code(&without_references(code)?)));
                }
            }
            (b"xf", false) if in_styles => {
                let of_id =
                    |id| own.iter().rev().find(|(own, _)| *own == id).map_or(NumberFormat::built_in(id), |own| own.1);
                formats.push(id().map_or(NumberFormat::Number, of_id));
            }
            _ => {}
        }
    }
    Ok(formats)
}

impl NumberFormat {
    /// ECMA-376, 18.8.30; 27 to 36 and 50 to 58 are the Chinese ones.
    fn built_in(id: u64) -> Self {
        match id {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => NumberFormat::Date,
            46 => NumberFormat::Duration,
            _ => NumberFormat::Number,
        }
    }

    /// A code with a letter for a day or a time outside of quotation marks and brackets, in its first section.
    fn of_code(code: &str) -> Self {
        let mut letters = code.chars();
        // What comes before AM/PM's second half decides nothing by itself.
        let mut half_day = false;
        while let Some(letter) = letters.next() {
            match letter {
                '\\' | '_' | '*' => _ = letters.next(),
                '"' => _ = letters.find(|letter| *letter == '"'),
                ';' => break,
                '[' => {
                    let inside: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                    let mut unit = inside.chars().map(|letter| letter.to_ascii_lowercase());
                    let first = unit.next();
                    if first.is_some_and(|first| "hms".contains(first) && unit.all(|letter| letter == first)) {
                        return NumberFormat::Duration;
                    }
                }
                'a' | 'A' if !half_day => half_day = true,
                'p' | 'P' | 'm' | 'M' | '/' if half_day => return NumberFormat::Date,
                'd' | 'm' | 'h' | 'y' | 's' | 'D' | 'M' | 'H' | 'Y' | 'S' if !half_day => return NumberFormat::Date,
                _ => {}
            }
        }
        NumberFormat::Number
    }
}
