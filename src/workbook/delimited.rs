//! Text files: csv, tab-separated, and what else has a record a line.

use std::io::{Read, Seek};
use std::ops::ControlFlow;

use csv::ReaderBuilder;
use memchr::{memchr, memchr_iter};

use super::content::Bytes;
use super::encoding::{self, TextEncoding, Utf8Reader};
use super::fault::{OpenError, Unreadable};
use super::limits::Limits;
use super::rows::{Gatherer, Row, StreamEnd, UnreadableCell};

/// Candidates, the most usual first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
const SAMPLE_BYTES: u64 = 64 << 10;
const SAMPLE_RECORDS: usize = 50;
/// A quoted field of more lines than this was hardly meant.
const MAX_LINES_IN_FIELD: usize = 200;
/// What is read from the file at once.
const WINDOW: u64 = 64 << 10;

/// A text file whose encoding and delimiter are known.
pub(super) struct Delimited {
    file: Bytes,
    pub encoding: TextEncoding,
    pub delimiter: u8,
    /// Whether the first line is Excel's `sep=;`.
    has_separator_line: bool,
}

impl Delimited {
    /// Finds out how the file is to be read.
    pub(super) fn open(mut file: Bytes) -> Result<Self, OpenError> {
        file.rewind()?;
        let encoding = encoding::detect(&mut file)?;
        file.rewind()?;
        let (reader, _) = Utf8Reader::new(&mut file, encoding, u64::MAX);
        let mut sample = Vec::new();
        reader.take(SAMPLE_BYTES).read_to_end(&mut sample)?;
        let (delimiter, has_separator_line) = match separator_line(&sample) {
            Some(delimiter) => (delimiter, true),
            None => (find_delimiter(&sample), false),
        };
        Ok(Delimited { file, encoding, delimiter, has_separator_line })
    }

    /// Reads record by record. Excel shows a record as one row, however many lines its quoted fields have; `sep=;`
    /// it does not show.
    pub(super) fn stream(
        &mut self,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, OpenError> {
        self.file.rewind()?;
        let (reader, progress) = Utf8Reader::new(&mut self.file, self.encoding, u64::MAX);
        let mut lines = Lines::new(reader, limits.max_record_bytes);
        let mut gatherer = Gatherer::new(limits, on_row);
        let mut record = Record::default();
        let delimiter = self.delimiter;
        // How many fields the last record had that had several.
        let mut expected = None;
        let mut row: u32 = 0;
        if self.has_separator_line
            && let Ok(Some(end)) = lines.line_end(0)
        {
            lines.pass(end + 1);
        }
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() {
            let end = match lines.line_end(0) {
                Ok(Some(end)) => end,
                Ok(None) => break,
                Err(why) => {
                    gatherer.cut(why);
                    break;
                }
            };
            let put = Put { row, limits, has_malformed: progress.malformed.get() > 0 };
            let line = lines.text(end);
            // Most lines have no quotes, and need no copy.
            let passed = if memchr(b'"', line.as_bytes()).is_none() {
                if !line.is_empty() {
                    let count = memchr_iter(delimiter, line.as_bytes()).count() + 1;
                    expected = Some(count).filter(|count| *count > 1).or(expected);
                    flow = put.fields(&mut gatherer, line.split(char::from(delimiter)), None);
                }
                end
            } else {
                match read_quoted(delimiter, &mut lines, end, &mut record, expected, limits) {
                    Ok(end) => {
                        flow = put.fields(&mut gatherer, record.fields(), record.open_at);
                        expected = Some(record.ends.len()).filter(|count| *count > 1).or(expected);
                        end
                    }
                    Err(why) => {
                        gatherer.cut(why);
                        break;
                    }
                }
            };
            lines.pass(passed + 1);
            row = row.saturating_add(1);
        }
        if progress.nul.get() > 0 {
            gatherer.unreadable(UnreadableCell { row: 1, column: 0, exact: false, what: Unreadable::StrayNul });
        }
        Ok(gatherer.finish(flow))
    }
}

/// Reads a record that has quotes and begins with a line that ends at `line_end`; gives where the record ends.
///
/// A quote that is opened and not closed in its line goes on below, if there is a closing one where that can
/// be. When it looks as if it was meant for another cell, or there is none, the quote is taken for a slip and the
/// line for the whole record, so that the rows below are not drawn into one cell.
fn read_quoted<R: Read>(
    delimiter: u8,
    lines: &mut Lines<R>,
    line_end: usize,
    record: &mut Record,
    expected: Option<usize>,
    limits: &Limits,
) -> Result<usize, OpenError> {
    let mut end = line_end;
    loop {
        let was_closed = record.parse(lines.text(end), delimiter, false);
        if was_closed && end == line_end {
            return Ok(end);
        }
        if was_closed {
            let (count, is_clean) = (record.ends.len(), record.is_clean);
            let alone = record.count_alone(lines.text(line_end), delimiter);
            let fits = |count| expected == Some(count);
            let below = lines.text(end)[line_end + 1..].lines().next().unwrap_or_default();
            let is_meant = match expected {
                None => is_clean,
                Some(_) if is_clean => fits(count) || !fits(alone),
                // A quote within the text that is not doubled, or the first one of another cell.
                Some(_) => fits(count) && !(fits(alone) && fits(record.count_alone(below, delimiter))),
            };
            if is_meant {
                record.parse(lines.text(end), delimiter, false);
                return Ok(end);
            }
            break;
        }
        // The line of the next quote may close it.
        let next = match lines.find(end, b'"', limits.max_field_bytes)? {
            Some(quote) => lines.line_end(quote)?,
            None => None,
        };
        match next {
            Some(next) => end = next,
            None => break,
        }
    }
    record.parse(lines.text(line_end), delimiter, true);
    Ok(line_end)
}

/// The text of a file, line by line, looking ahead as far as needed.
struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where the record begins that is being read.
    at: usize,
    ended: bool,
    limit: u64,
}

impl<R: Read> Lines<R> {
    fn new(source: R, limit: u64) -> Self {
        Lines { source, buffer: Vec::new(), at: 0, ended: false, limit }
    }

    /// Where the line ends that has the byte at `from`, both counted from the beginning of the record; `None` behind
    /// the last line.
    fn line_end(&mut self, from: usize) -> Result<Option<usize>, OpenError> {
        let limit = self.limit;
        match self.find(from, b'\n', usize::try_from(limit).unwrap_or(usize::MAX))? {
            Some(end) => Ok(Some(end)),
            None if self.ended => Ok(None),
            None => Err(OpenError::TooLarge { what: "一行文字", limit, unit: "字节" }),
        }
    }

    /// The first such byte from `from` on, if it is not further away than this.
    fn find(&mut self, from: usize, byte: u8, limit: usize) -> Result<Option<usize>, OpenError> {
        let mut looked_at = from;
        loop {
            if let Some(found) = self.buffer.get(self.at + looked_at..).and_then(|rest| memchr(byte, rest)) {
                return Ok(Some(looked_at + found));
            }
            looked_at = looked_at.max(self.buffer.len() - self.at);
            if looked_at - from > limit || self.ended {
                return Ok(None);
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            self.ended = self.source.by_ref().take(WINDOW).read_to_end(&mut self.buffer)? == 0;
        }
    }

    /// The record up to `end`.
    fn text(&self, end: usize) -> &str {
        std::str::from_utf8(&self.buffer[self.at..self.at + end]).expect("the reader gives UTF-8")
    }

    /// The next record begins so much later.
    fn pass(&mut self, count: usize) {
        self.at += count;
    }
}

/// The fields of a record with quotes.
#[derive(Default)]
struct Record {
    /// One behind the other, without the quotes around them.
    text: String,
    ends: Vec<usize>,
    /// Column of a quote that nothing closes.
    open_at: Option<usize>,
    /// Whether a delimiter or the end follows each closing quote.
    is_clean: bool,
}

impl Record {
    fn fields(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }

    /// Takes a record apart as Excel does; false if a quote in it is not closed. With `forgive` such a quote is
    /// passed over.
    fn parse(&mut self, record: &str, delimiter: u8, forgive: bool) -> bool {
        self.text.clear();
        self.ends.clear();
        (self.open_at, self.is_clean) = (None, true);
        let delimiter = char::from(delimiter);
        let mut rest = record;
        loop {
            if let Some(quoted) = rest.strip_prefix('"') {
                match self.unquote(quoted) {
                    Some(behind) => {
                        rest = behind;
                        self.is_clean &= rest.is_empty() || rest.starts_with(delimiter);
                    }
                    None if forgive => {
                        self.open_at.get_or_insert(self.ends.len());
                        rest = quoted;
                    }
                    None => return false,
                }
            }
            // What stands behind a closing quote belongs to the field, too.
            let end = rest.find(delimiter).unwrap_or(rest.len());
            self.text.push_str(&rest[..end]);
            self.ends.push(self.text.len());
            match rest.get(end + 1..) {
                Some(more) => rest = more,
                None => return true,
            }
        }
    }

    /// Takes a quoted text up to its closing quote; gives what stands behind that.
    fn unquote<'t>(&mut self, quoted: &'t str) -> Option<&'t str> {
        let start = self.text.len();
        let mut rest = quoted;
        loop {
            let Some(quote) = memchr(b'"', rest.as_bytes()) else {
                self.text.truncate(start);
                return None;
            };
            self.text.push_str(&rest[..quote]);
            rest = &rest[quote + 1..];
            match rest.strip_prefix('"') {
                Some(more) => {
                    self.text.push('"');
                    rest = more;
                }
                None => return Some(rest),
            }
        }
    }

    /// How many fields the line has, when what is open in it is passed over.
    fn count_alone(&mut self, line: &str, delimiter: u8) -> usize {
        self.parse(line, delimiter, true);
        self.ends.len()
    }
}

/// Where fields go, and what is looked for in them.
struct Put<'a> {
    /// From 0.
    row: u32,
    limits: &'a Limits,
    has_malformed: bool,
}

impl Put<'_> {
    fn fields<'t>(
        &self,
        gatherer: &mut Gatherer<'_, '_>,
        fields: impl Iterator<Item = &'t str>,
        open_at: Option<usize>,
    ) -> ControlFlow<()> {
        gatherer.begin(self.row)?;
        for (column, field) in (0..).zip(fields) {
            let mut fault = |what| {
                let row = self.row.saturating_add(1);
                gatherer.unreadable(UnreadableCell { row, column, exact: true, what });
            };
            if field.len() > self.limits.max_field_bytes {
                fault(Unreadable::TooLong);
                continue;
            }
            if open_at == Some(column as usize) {
                fault(Unreadable::OpenQuote);
            }
            if memchr_iter(b'\n', field.as_bytes()).nth(MAX_LINES_IN_FIELD).is_some() {
                fault(Unreadable::ManyLines);
            }
            if self.has_malformed && encoding::has_replacement(field) {
                fault(Unreadable::BadBytes);
            }
            gatherer.put_text(column, field);
        }
        ControlFlow::Continue(())
    }
}

/// The delimiter that Excel is told in a first line `sep=;`.
fn separator_line(sample: &[u8]) -> Option<u8> {
    match sample.split(|byte| *byte == b'\n').next()? {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter]
            if delimiter.is_ascii_punctuation() || *delimiter == b'\t' =>
        {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// The delimiter that divides the most records into the same number of fields, and among such the one that makes
/// the most fields. A list of one column has a comma as good as any.
fn find_delimiter(sample: &[u8]) -> u8 {
    // The last line of the sample may be broken off.
    let whole = sample.iter().rposition(|byte| *byte == b'\n').map_or(sample, |end| &sample[..end]);
    let mut best = ((0, 0), b',');
    for delimiter in DELIMITERS {
        let mut records = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(whole);
        let counts: Vec<usize> =
            records.byte_records().map_while(Result::ok).take(SAMPLE_RECORDS).map(|record| record.len()).collect();
        let alike = |count: usize| (counts.iter().filter(|other| **other == count).count(), count);
        let score = counts.iter().filter(|count| **count > 1).map(|count| alike(*count)).max().unwrap_or_default();
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn delimiter(sample: &str, want: char) {
        assert_eq!(char::from(find_delimiter(sample.as_bytes())), want, "{sample:?}");
    }

    #[test]
    fn the_delimiter_is_what_divides_the_records_alike() {
        delimiter("姓名,电话\n王伟,138;139\n李娜,137\n", ',');
        delimiter("姓名\t地址\n王伟\t北京市,海淀区\n李娜\t上海\n", '\t');
        delimiter("a;b;c\n1,5;2,5;3\n2,5;1,5;4\n", ';');
        delimiter("a|b|c\n1|2|3\n", '|');
        delimiter("三月客户清单\n姓名,成员\n王伟,\"李娜|配偶|138\"\n李明,\"王芳|母亲|139\"\n", ',');
        delimiter("姓名\n王伟\n", ',');
        delimiter("", ',');
    }

    #[test]
    fn excel_may_be_told_the_delimiter() {
        assert_eq!(separator_line(b"sep=;\na;b\n"), Some(b';'));
        assert_eq!(separator_line(b"sep=ab\n"), None);
    }
}
