//! Excel's XML of 2003 (「XML 电子表格 2003」), which many programs write under the name `.xls`.

use std::io::{BufReader, Seek};
use std::ops::ControlFlow;

use chrono::{NaiveDate, NaiveDateTime};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::book::SheetInfo;
use super::content::{Bytes, Content};
use super::encoding::{self, Progress, TextEncoding, Utf8Reader};
use super::fault::{OpenError, Unreadable};
use super::guard::guard;
use super::limits::Limits;
use super::package::SheetExtras;
use super::rows::{Gatherer, Row, StreamEnd, UnreadableCell};
use crate::model::cell::Cell;

/// Elements within elements.
const MAX_DEPTH: usize = 256;

/// A workbook in one XML text.
pub(super) struct XmlWorkbook {
    bytes: Bytes,
    encoding: TextEncoding,
    pub sheets: Vec<XmlSheet>,
}

/// What there is to know about a sheet before its cells are read.
#[derive(Default)]
pub(super) struct XmlSheet {
    pub name: String,
    pub hidden: bool,
    pub extras: SheetExtras,
}

impl From<&XmlSheet> for SheetInfo {
    fn from(sheet: &XmlSheet) -> Self {
        SheetInfo { name: sheet.name.clone(), hidden: sheet.hidden }
    }
}

impl XmlWorkbook {
    /// Goes through the text once, to see which sheets there are.
    pub(super) fn open(content: &Content, limits: &Limits) -> Result<Self, OpenError> {
        let encoding = encoding::detect(content.open()?)?;
        let mut book = XmlWorkbook { bytes: content.open()?, encoding, sheets: Vec::new() };
        let mut nobody = |_: Row<'_>| ControlFlow::Continue(());
        let (end, sheets) = book.read(None, limits, &mut nobody)?;
        match end.cut {
            Some(cut) if sheets.is_empty() => Err(cut.why),
            // What is broken further down shows itself when the sheet is streamed.
            _ => {
                book.sheets = sheets;
                Ok(book)
            }
        }
    }

    pub(super) fn stream(
        &mut self,
        sheet: usize,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, OpenError> {
        Ok(self.read(Some(sheet), limits, on_row)?.0)
    }

    /// Reads the cells of one sheet, or what there is to know about all of them.
    fn read(
        &mut self,
        wanted: Option<usize>,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<(StreamEnd, Vec<XmlSheet>), OpenError> {
        self.bytes.rewind()?;
        let (text, progress) = Utf8Reader::new(&mut self.bytes, self.encoding, limits.max_record_bytes);
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, text));
        let config = reader.config_mut();
        (config.check_end_names, config.allow_unmatched_ends, config.allow_dangling_amp) = (false, true, true);
        let mut state = State::new(wanted, limits, on_row);
        let mut event = Vec::new();
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() && !state.is_done {
            event.clear();
            match guard(|| reader.read_event_into(&mut event)) {
                Ok(Ok(Event::Eof)) => {
                    if state.depth() > 0 {
                        state.rows.cut(OpenError::Truncated);
                    }
                    break;
                }
                Ok(Ok(event)) => {
                    progress.given.set(0);
                    state.has_malformed = progress.malformed.get() > 0;
                    match state.take(&event) {
                        Ok(went) => flow = went,
                        Err(why) => {
                            state.rows.cut(why);
                            break;
                        }
                    }
                }
                Ok(Err(error)) => {
                    state.rows.cut(why(error, &progress, limits));
                    break;
                }
                Err(panic) => {
                    state.rows.cut(panic);
                    break;
                }
            }
        }
        Ok((state.rows.finish(flow), state.sheets))
    }
}

fn why(error: quick_xml::Error, progress: &Progress, limits: &Limits) -> OpenError {
    use quick_xml::errors::SyntaxError;
    match error {
        _ if progress.exceeded.get() => {
            OpenError::TooLarge { what: "一段文字", limit: limits.max_record_bytes, unit: "字节" }
        }
        quick_xml::Error::Io(error) => std::io::Error::new(error.kind(), error.to_string()).into(),
        quick_xml::Error::Syntax(
            SyntaxError::UnclosedTag
            | SyntaxError::UnclosedComment
            | SyntaxError::UnclosedCData
            | SyntaxError::UnclosedDoctype
            | SyntaxError::UnclosedPI,
        ) => OpenError::Truncated,
        other => OpenError::broken(other),
    }
}

/// Where in the text we are.
struct State<'l, 'f> {
    wanted: Option<usize>,
    limits: &'l Limits,
    rows: Gatherer<'static, 'f>,
    sheets: Vec<XmlSheet>,
    /// Local names of the open elements.
    open: Vec<Box<str>>,
    /// Set when the wanted sheet has been read.
    is_done: bool,
    has_malformed: bool,
    /// From 0.
    row: u32,
    next_row: u32,
    /// Where the next cell goes, from 0.
    next_column: u32,
    next_column_style: u32,
    cell: Option<OpenCell>,
    /// Text of the open element that is looked for, a `Visible` or a `Data`.
    text: String,
    is_too_long: bool,
}

struct OpenCell {
    column: u32,
    /// Data type; a cell without is blank.
    kind: Kind,
    has_data: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Date,
    Bool,
    Error,
}

impl<'l, 'f> State<'l, 'f> {
    fn new(wanted: Option<usize>, limits: &'l Limits, on_row: &'f mut dyn FnMut(Row<'_>) -> ControlFlow<()>) -> Self
    where
        'l: 'f,
    {
        State {
            wanted,
            limits,
            rows: Gatherer::new(limits, on_row),
            sheets: Vec::new(),
            open: Vec::new(),
            is_done: false,
            has_malformed: false,
            row: 0,
            next_row: 0,
            next_column: 0,
            next_column_style: 0,
            cell: None,
            text: String::new(),
            is_too_long: false,
        }
    }

    fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether cells are wanted now.
    fn is_wanted(&self) -> bool {
        self.wanted.is_some_and(|wanted| wanted + 1 == self.sheets.len())
    }

    /// Inside an element of this name, however deep.
    fn is_in(&self, name: &str) -> bool {
        self.open.iter().any(|open| **open == *name)
    }

    fn take(&mut self, event: &Event<'_>) -> Result<ControlFlow<()>, OpenError> {
        match event {
            Event::Start(tag) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(OpenError::broken("nested too deeply"));
                }
                let flow = self.start(tag);
                self.open.push(local_name(tag).into());
                return Ok(flow);
            }
            Event::Empty(tag) => {
                let flow = self.start(tag);
                if flow.is_continue() {
                    self.end(local_name(tag));
                }
                return Ok(flow);
            }
            Event::End(tag) => {
                let name = tag.local_name();
                // An element that was not closed ends with the one around it.
                if let Some(at) = self.open.iter().rposition(|open| **open == *name.as_ref()) {
                    for inner in self.open.split_off(at).into_iter().rev() {
                        self.end(&inner);
                    }
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => self.text(c.encode_utf8(&mut [0; 4])),
                _ => match &**entity {
                    "lt" => self.text("<"),
                    "gt" => self.text(">"),
                    "amp" => self.text("&"),
                    "quot" => self.text("\""),
                    "apos" => self.text("'"),
                    "nbsp" => self.text("\u{a0}"),
                    name => self.text(&format!("&{name};")),
                },
            },
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> ControlFlow<()> {
        match local_name(tag) {
            "Worksheet" => {
                let name = attribute(tag, "Name").unwrap_or_default();
                self.sheets.push(XmlSheet { name, ..XmlSheet::default() });
                (self.next_row, self.next_column_style) = (0, 0);
            }
            // Before the first sheet there is nothing to read.
            _ if self.sheets.is_empty() => {}
            "Row" => return self.start_row(tag),
            "Column" => self.note_column(tag),
            "Cell" => self.start_cell(tag),
            "Data" if !self.is_in("Comment") => {
                let kind = match attribute(tag, "Type").as_deref() {
                    Some("Number") => Kind::Number,
                    Some("DateTime") => Kind::Date,
                    Some("Boolean") => Kind::Bool,
                    Some("Error") => Kind::Error,
                    _ => Kind::Text,
                };
                if let Some(cell) = &mut self.cell {
                    (cell.kind, cell.has_data) = (kind, true);
                }
                (self.text, self.is_too_long) = (String::new(), false);
            }
            // Rich text is HTML.
            "Br" | "br" | "BR" if self.is_in("Data") => self.text("\n"),
            "Visible" => self.text.clear(),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "Worksheet" if self.is_wanted() => self.is_done = true,
            "Visible" => {
                if let Some(sheet) = self.sheets.last_mut()
                    && matches!(self.text.trim(), "SheetHidden" | "SheetVeryHidden")
                {
                    sheet.hidden = true;
                }
            }
            "Cell" => self.end_cell(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let inner = self.open.last().map(|name| &**name);
        let is_data = self.cell.is_some() && self.is_in("Data") && !self.is_in("Comment");
        if !(is_data || inner == Some("Visible")) {
            return;
        }
        if self.text.len() + text.len() > self.limits.max_field_bytes {
            self.is_too_long = true;
        } else {
            self.text.push_str(text);
        }
    }

    fn start_row(&mut self, tag: &BytesStart<'_>) -> ControlFlow<()> {
        self.end_cell();
        let index = number(tag, "Index").and_then(|index| index.checked_sub(1));
        self.row = index.unwrap_or(self.next_row);
        // A row may stand for several alike; only blank ones do.
        let more = number(tag, "Span").unwrap_or(0);
        self.next_row = self.row.saturating_add(1).saturating_add(more);
        self.next_column = 0;
        if is_set(tag, "Hidden") {
            let rows = self.row.saturating_add(1)..=self.row.saturating_add(1).saturating_add(more);
            let hidden = &mut self.sheets.last_mut().expect("a row is in a sheet").extras.hidden_rows;
            hidden.extend(rows.take(self.limits.max_merges.saturating_sub(hidden.len())));
        }
        if self.is_wanted() { self.rows.begin(self.row) } else { ControlFlow::Continue(()) }
    }

    fn note_column(&mut self, tag: &BytesStart<'_>) {
        let index = number(tag, "Index").and_then(|index| index.checked_sub(1));
        let left = index.unwrap_or(self.next_column_style);
        let right = left.saturating_add(number(tag, "Span").unwrap_or(0));
        self.next_column_style = right.saturating_add(1);
        let hidden = &mut self.sheets.last_mut().expect("a column is in a sheet").extras.hidden_columns;
        if is_set(tag, "Hidden") && hidden.len() < self.limits.max_merges {
            hidden.push((left, right));
        }
    }

    fn start_cell(&mut self, tag: &BytesStart<'_>) {
        self.end_cell();
        let index = number(tag, "Index").and_then(|index| index.checked_sub(1));
        let column = index.unwrap_or(self.next_column);
        let across = number(tag, "MergeAcross").unwrap_or(0);
        let down = number(tag, "MergeDown").unwrap_or(0);
        self.next_column = column.saturating_add(1).saturating_add(across);
        let merges = &mut self.sheets.last_mut().expect("a cell is in a sheet").extras.merges;
        if (across > 0 || down > 0) && self.wanted.is_none() && merges.len() < self.limits.max_merges {
            let last = (self.row.saturating_add(down), column.saturating_add(across));
            merges.push(((self.row, column), last));
        }
        self.cell = Some(OpenCell { column, kind: Kind::Text, has_data: false });
    }

    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        if !cell.has_data || !self.is_wanted() {
            return;
        }
        let mut fault = |what| {
            let row = self.row.saturating_add(1);
            self.rows.unreadable(UnreadableCell { row, column: cell.column, exact: true, what });
        };
        if std::mem::take(&mut self.is_too_long) {
            return fault(Unreadable::TooLong);
        }
        if self.has_malformed && encoding::has_replacement(&self.text) {
            fault(Unreadable::BadBytes);
        }
        let text = self.text.trim();
        let value = match cell.kind {
            // 18 digits are all there in the text, and would not be in a number.
            Kind::Number if text.len() > 15 && text.bytes().all(|byte| byte.is_ascii_digit()) => None,
            Kind::Number => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Cell::Number),
            Kind::Date => serial(text).map(Cell::Serial),
            Kind::Bool => Some(Cell::Bool(matches!(text, "1" | "true"))),
            Kind::Error => error_value(text).map(Cell::Error),
            Kind::Text => None,
        };
        match value {
            Some(value) => self.rows.put(cell.column, value),
            None => self.rows.put_text(cell.column, &self.text),
        }
    }
}

fn local_name<'t>(tag: &'t BytesStart<'_>) -> &'t str {
    let name = tag.name().into_inner();
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// The attribute of this name, whatever its prefix.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), |value| value.into_owned()))
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(tag, name)?.trim().parse().ok()
}

fn is_set(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some_and(|value| matches!(value.trim(), "1" | "true"))
}

/// `2026-03-05T00:00:00.000` as days since 1899-12-30. A time of day is written as one of 1899-12-31.
fn serial(text: &str) -> Option<f64> {
    let moment = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S%.f");
    let moment = moment.or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Into::into)).ok()?;
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    let days = (moment - first).num_milliseconds() as f64 / 86_400_000.0;
    match days {
        days if days < 0.0 => None,
        days if (1.0..2.0).contains(&days) => Some(days - 1.0),
        days => Some(days),
    }
}

/// As other formats give them.
fn error_value(text: &str) -> Option<&'static str> {
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"].into_iter().find(|error| *error == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACES: &str =
        r#"xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet""#;

    fn open(sheets: &str) -> XmlWorkbook {
        let text = format!(
            "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook {NAMESPACES}>{sheets}</Workbook>"
        );
        XmlWorkbook::open(&text.into_bytes().into(), &Limits::default()).unwrap()
    }

    fn cells(book: &mut XmlWorkbook, sheet: usize) -> (String, StreamEnd) {
        let mut cells = Vec::new();
        let end = book.stream(sheet, &Limits::default(), &mut |row| {
            for (column, cell) in row.cells {
                let text = match cell {
                    Cell::Serial(serial) => format!("date {serial}"),
                    Cell::Error(error) => format!("error {error}"),
                    Cell::Number(number) => format!("number {number}"),
                    cell => cell.to_text(),
                };
                cells.push(format!("{}{}={text}", char::from(b'A' + *column as u8), row.number));
            }
            ControlFlow::Continue(())
        });
        (cells.join(" "), end.unwrap())
    }

    /// A sheet of these rows holds these cells.
    #[track_caller]
    fn case(rows: &str, want: &str) {
        let mut book = open(&format!("<Worksheet ss:Name=\"清单\"><Table>{rows}</Table></Worksheet>"));
        let (got, end) = cells(&mut book, 0);
        assert_eq!(got, want, "{rows}");
        assert!(end.cut.is_none(), "{:?}", end.cut);
    }

    #[test]
    fn values_have_types() {
        case(
            r#"<Row><Cell><Data ss:Type="String">王 &amp; 李&#10;</Data></Cell><Cell><Data ss:Type="Number">1.5</Data></Cell>
            <Cell><Data ss:Type="DateTime">2026-06-30T00:00:00.000</Data></Cell><Cell><Data ss:Type="DateTime">1899-12-31T12:00:00</Data></Cell>
            <Cell><Data ss:Type="Boolean">1</Data></Cell><Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell>
            <Cell/><Cell ss:StyleID="s1"></Cell><Cell><Data ss:Type="String"></Data></Cell></Row>"#,
            "A1=王 & 李\n B1=number 1.5 C1=date 46203 D1=date 0.5 E1=TRUE F1=error #DIV/0!",
        );
        // Eighteen digits are whole in the text.
        case(r#"<Row><Cell><Data ss:Type="Number">110198199003070037</Data></Cell></Row>"#, "A1=110198199003070037");
        case(
            r#"<Row><Cell><Data ss:Type="DateTime">昨天</Data></Cell><Cell><Data ss:Type="Number">x</Data></Cell></Row>"#,
            "A1=昨天 B1=x",
        );
    }

    #[test]
    fn places_may_be_left_out() {
        case(
            r#"<Row ss:Index="3"><Cell ss:Index="2"><Data>a</Data></Cell><Cell ss:MergeAcross="2"><Data>b</Data></Cell><Cell><Data>c</Data></Cell></Row>
            <Row ss:Span="2"/><Row><Cell><Data>d</Data></Cell></Row><Row ss:Index="0"><Cell ss:Index="x"><Data>e</Data></Cell></Row>"#,
            "B3=a C3=b F3=c A7=d A8=e",
        );
    }

    #[test]
    fn rich_text_is_joined_and_notes_are_not_cells() {
        case(
            r#"<Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>王</B><Font html:Color="red">伟</Font></ss:Data>
            <Comment ss:Author="x"><ss:Data><B>批注</B></ss:Data></Comment><NamedCell ss:Name="n"/></Cell><Cell><Data><![CDATA[<a&b>]]></Data></Cell></Row>"#,
            "A1=王伟 B1=<a&b>",
        );
    }

    #[test]
    fn sheets_with_what_excel_does_not_show() {
        let mut book = open(
            r#"<Styles><Style ss:ID="s1"/></Styles><Worksheet ss:Name="一月 &amp; 二月"><Table><Column ss:Width="1"/><Column ss:Hidden="1" ss:Span="1"/><Row ss:Hidden="1"><Cell ss:MergeDown="1"><Data>1</Data></Cell></Row></Table></Worksheet>
            <Worksheet ss:Name="二"><Table><Row><Cell><Data>2</Data></Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"#,
        );
        let sheets: Vec<_> = book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
        assert_eq!(sheets, [("一月 & 二月", false), ("二", true)]);
        let extras = &book.sheets[0].extras;
        assert_eq!((&extras.hidden_rows[..], &extras.hidden_columns[..]), (&[1][..], &[(1, 2)][..]));
        assert_eq!(extras.merges, [((0, 0), (1, 0))]);
        assert_eq!((cells(&mut book, 1).0, cells(&mut book, 0).0), ("A1=2".to_string(), "A1=1".to_string()));
    }

    #[test]
    fn a_text_broken_off_keeps_its_rows() {
        let text = format!(
            "<Workbook {NAMESPACES}><Worksheet ss:Name=\"a\"><Table><Row><Cell><Data>1</Data></Cell></Row><Row><Cell><Da"
        );
        let mut book = XmlWorkbook::open(&text.into_bytes().into(), &Limits::default()).unwrap();
        let (got, end) = cells(&mut book, 0);
        assert_eq!(got, "A1=1");
        assert!(matches!(end.cut.unwrap().why, OpenError::Truncated));
    }

    #[test]
    fn tags_that_do_not_match_and_bare_ampersands() {
        case(
            "<Row><Cell><Data>a & b</Data><Cell><Data>c</Data></Cell></Row></Row><Row><Cell><Data>d &unknown; e</Data></Row>",
            "A1=a & b B1=c A2=d &unknown; e",
        );
    }
}
