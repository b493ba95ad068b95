//! Text files: csv, tab-separated, and what else has a record a line.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};
use memchr::memchr_iter;

use super::content::Bytes;
use super::encoding::{self, LAST_LINE, TextEncoding, Utf8Reader};
use super::fault::{OpenError, Unreadable};
use super::limits::Limits;
use super::rows::{Gatherer, Row, StreamEnd, UnreadableCell};

/// Candidates, the most usual first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
const SAMPLE_BYTES: u64 = 64 << 10;
const SAMPLE_RECORDS: usize = 50;
/// A quoted field of more lines than this was hardly meant.
const MAX_LINES_IN_FIELD: usize = 200;

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

    pub(super) fn stream(
        &mut self,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, OpenError> {
        self.file.seek(SeekFrom::Start(0))?;
        let (reader, progress) = Utf8Reader::new(&mut self.file, self.encoding, limits.max_record_bytes);
        let mut records = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(64 << 10)
            .from_reader(reader);
        let mut record = StringRecord::new();
        let mut gatherer = Gatherer::new(limits, on_row);
        let mut flow = ControlFlow::Continue(());
        // Excel shows a record as one row, however many lines its quoted fields have; `sep=;` it does not show.
        let mut unseen_lines = u64::from(self.has_separator_line);
        while flow.is_continue() {
            match records.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    gatherer.cut(match error.into_kind() {
                        _ if progress.exceeded.get() => {
                            OpenError::TooLarge { what: "一行文字", limit: limits.max_record_bytes, unit: "字节" }
                        }
                        csv::ErrorKind::Io(error) => error.into(),
                        other => OpenError::broken(format!("{other:?}")),
                    });
                    break;
                }
            }
            progress.given.set(0);
            let text = record.as_slice();
            if text == LAST_LINE {
                break;
            }
            let is_open = text.trim_end_matches('\n').ends_with(LAST_LINE);
            // The parser stands behind the line end of the record; blank lines before it do not count.
            let lines = memchr_iter(b'\n', text.as_bytes()).count() as u64 + u64::from(!is_open);
            let first_line = records.position().line().saturating_sub(lines).max(1);
            if first_line == 1 && self.has_separator_line {
                continue;
            }
            let row = u32::try_from(first_line.saturating_sub(1 + unseen_lines)).unwrap_or(u32::MAX);
            unseen_lines += lines - u64::from(!is_open);
            let context = Context { row, limits, is_open, has_malformed: progress.malformed.get() > 0 };
            flow = push_record(&mut gatherer, &record, &context);
        }
        Ok(gatherer.finish(flow))
    }
}

struct Context<'a> {
    /// From 0.
    row: u32,
    limits: &'a Limits,
    /// Whether the file ended inside quotes.
    is_open: bool,
    has_malformed: bool,
}

fn push_record(gatherer: &mut Gatherer<'_, '_>, record: &StringRecord, context: &Context<'_>) -> ControlFlow<()> {
    gatherer.begin(context.row)?;
    for (column, field) in (0..).zip(record) {
        let is_open = context.is_open && column as usize + 1 == record.len();
        let field = if is_open { field.trim_end_matches('\n').trim_end_matches(LAST_LINE).trim_end() } else { field };
        let mut fault = |what| {
            let row = context.row.saturating_add(1);
            gatherer.unreadable(UnreadableCell { row, column, exact: true, what });
        };
        if field.len() > context.limits.max_field_bytes {
            fault(Unreadable::TooLong);
            continue;
        }
        if is_open || memchr_iter(b'\n', field.as_bytes()).nth(MAX_LINES_IN_FIELD).is_some() {
            fault(Unreadable::OpenQuote);
        }
        if context.has_malformed && encoding::has_replacement(field) {
            fault(Unreadable::BadBytes);
        }
        gatherer.put_text(column, field);
    }
    ControlFlow::Continue(())
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
