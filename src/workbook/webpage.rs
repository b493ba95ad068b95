//! Web pages under a workbook's name: what back offices export as `.xls`, and what Excel saves as 「网页」.
//!
//! Laid out as Excel does when it opens them: one sheet, its tables one below the other, each paragraph between
//! them a row of its own, so that a cell has the address that Excel shows. Tags need not match.

use std::io::Seek;
use std::ops::ControlFlow;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{IoReader, StartTag, Token, Tokenizer};
use memchr::memmem;

use super::content::{Bytes, Content};
use super::encoding::{self, TextEncoding, Utf8Reader};
use super::fault::{self, OpenError, Unreadable};
use super::guard::guard;
use super::limits::Limits;
use super::package::SheetExtras;
use super::rows::{Gatherer, Row, StreamEnd, UnreadableCell};
use crate::model::cell::Cell;

/// What no browser goes beyond either.
const MAX_COLUMN_SPAN: u32 = 1_000;
const MAX_ROW_SPAN: u32 = 65_534;
/// Cells above that reach down into one row.
const MAX_OPEN_SPANS: usize = 256;
/// Tables within cells of tables.
const MAX_TABLES_DEEP: usize = 64;

/// A web page that has a table.
pub(super) struct WebPage {
    bytes: Bytes,
    pub encoding: TextEncoding,
    /// What Excel called the sheet when it saved the page; mostly empty.
    pub name: String,
    pub extras: SheetExtras,
}

impl WebPage {
    /// Goes through the page once, to see what is in it. A page without a table is an error.
    pub(super) fn open(content: &Content, limits: &Limits) -> Result<Self, OpenError> {
        let encoding = encoding::detect(content.open()?)?;
        let mut page = WebPage { bytes: content.open()?, encoding, name: String::new(), extras: SheetExtras::default() };
        let mut nobody = |_: Row<'_>| ControlFlow::Continue(());
        let (_, found) = page.read(limits, &mut nobody)?;
        if !found.has_table {
            return Err(OpenError::NotASpreadsheet { looks_like: fault::PAGE_WITHOUT_TABLE });
        }
        (page.extras, page.name) = (found.extras, found.name);
        Ok(page)
    }

    pub(super) fn stream(
        &mut self,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, OpenError> {
        Ok(self.read(limits, on_row)?.0)
    }

    fn read(
        &mut self,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<(StreamEnd, Found), OpenError> {
        self.bytes.rewind()?;
        let (reader, progress) = Utf8Reader::new(&mut self.bytes, self.encoding, limits.max_record_bytes);
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut tokens = Tokenizer::new_with_emitter(IoReader::new(reader), emitter);
        let mut layout = Layout::new(limits, on_row);
        let mut flow = ControlFlow::Continue(());
        while flow.is_continue() {
            match guard(|| tokens.next()) {
                Ok(Some(Ok(token))) => {
                    progress.given.set(0);
                    layout.has_malformed = progress.malformed.get() > 0;
                    flow = layout.take(token);
                }
                Ok(Some(Err(_))) if progress.exceeded.get() => {
                    let limit = limits.max_record_bytes;
                    layout.rows.cut(OpenError::TooLarge { what: "一段文字", limit, unit: "字节" });
                    break;
                }
                Ok(Some(Err(error))) => {
                    layout.rows.cut(error.into());
                    break;
                }
                Ok(None) => break,
                Err(panic) => {
                    layout.rows.cut(panic);
                    break;
                }
            }
        }
        if flow.is_continue() {
            flow = layout.end();
        }
        Ok((layout.rows.finish(flow), layout.found))
    }
}

/// What a page has besides its cells.
#[derive(Default)]
struct Found {
    extras: SheetExtras,
    has_table: bool,
    name: String,
}

/// Turns tags and texts into cells.
struct Layout<'l, 'f> {
    limits: &'l Limits,
    rows: Gatherer<'static, 'f>,
    found: Found,
    /// From the outermost to the innermost.
    tables: Vec<Table>,
    /// Where the next row goes, from 0.
    next_row: u32,
    /// Text outside of cells.
    paragraph: Words,
    /// The element whose content is not shown, while inside it.
    unseen: Option<Vec<u8>>,
    has_malformed: bool,
}

#[derive(Default)]
struct Table {
    /// Column of its first cells, from 0.
    left: u32,
    /// Columns that `<col>` told of so far.
    columns: u32,
    row: Option<OpenRow>,
    /// Columns that cells of rows above take up.
    spans: Vec<Span>,
}

struct Span {
    left: u32,
    right: u32,
    /// How many of the rows to come.
    rows: u32,
}

#[derive(Default)]
struct OpenRow {
    /// From 0.
    number: u32,
    /// Where its next cell goes, if nothing is in the way.
    column: u32,
    hidden: bool,
    has_cells: bool,
    /// Whether it stands behind a table in one of its cells: then it is a row only when more comes.
    is_rest: bool,
    cell: Option<OpenCell>,
}

#[derive(Default)]
struct OpenCell {
    column: u32,
    columns: u32,
    rows: u32,
    /// `mso-ignore`: blank cells written as one; not merged in the workbook it came from.
    is_filler: bool,
    /// The number that the text stands for, where Excel wrote it beside.
    number: Option<f64>,
    words: Words,
}

impl<'l, 'f> Layout<'l, 'f> {
    fn new(limits: &'l Limits, on_row: &'f mut dyn FnMut(Row<'_>) -> ControlFlow<()>) -> Self
    where
        'l: 'f,
    {
        Layout {
            limits,
            rows: Gatherer::new(limits, on_row),
            found: Found::default(),
            tables: Vec::new(),
            next_row: 0,
            paragraph: Words::default(),
            unseen: None,
            has_malformed: false,
        }
    }

    fn take(&mut self, token: Token<()>) -> ControlFlow<()> {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.close(&tag.name),
            Token::String(text) => {
                if self.unseen.is_none() {
                    let max = self.limits.max_field_bytes;
                    self.words().push(&String::from_utf8_lossy(&text), max);
                }
                ControlFlow::Continue(())
            }
            Token::Comment(text) => {
                self.note_name(&text);
                ControlFlow::Continue(())
            }
            Token::Doctype(_) | Token::Error(_) => ControlFlow::Continue(()),
        }
    }

    /// Excel's notes on the workbook stand in a comment.
    fn note_name(&mut self, comment: &[u8]) {
        let between = |from: &str, to: &str| {
            let start = memmem::find(comment, from.as_bytes())? + from.len();
            let length = memmem::find(&comment[start..], to.as_bytes())?;
            Some(String::from_utf8_lossy(&comment[start..start + length]).trim().to_string())
        };
        if let Some(name) = between("<x:Name>", "</x:Name>") {
            self.found.name = name;
        }
    }

    fn start(&mut self, tag: &StartTag<()>) -> ControlFlow<()> {
        let name = &tag.name[..];
        if self.unseen.is_some() {
            // An island of XML that was never closed ends where the table begins.
            if name != b"table" {
                return ControlFlow::Continue(());
            }
            self.unseen = None;
        }
        match name {
            b"script" | b"style" | b"title" | b"xml" | b"iframe" | b"noembed" | b"noscript" | b"template" | b"frameset"
                if !tag.self_closing =>
            {
                self.unseen = Some(name.to_vec());
                ControlFlow::Continue(())
            }
            b"table" => self.start_table(),
            b"col" => {
                self.note_column(tag);
                ControlFlow::Continue(())
            }
            b"tr" => self.start_row(tag),
            b"td" | b"th" => self.start_cell(tag),
            b"br" => self.end_line(),
            name if is_block(name) => self.end_line(),
            _ => ControlFlow::Continue(()),
        }
    }

    fn close(&mut self, name: &[u8]) -> ControlFlow<()> {
        if let Some(unseen) = &self.unseen {
            if unseen == name {
                self.unseen = None;
            }
            return ControlFlow::Continue(());
        }
        match name {
            b"table" => self.close_table(),
            b"tr" => self.close_row(),
            b"td" | b"th" => self.close_cell(),
            b"caption" => self.flush_paragraph(),
            name if is_block(name) => self.end_line(),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Where text goes now.
    fn words(&mut self) -> &mut Words {
        match self.tables.last_mut().and_then(|table| table.row.as_mut()).and_then(|row| row.cell.as_mut()) {
            Some(cell) => &mut cell.words,
            None => &mut self.paragraph,
        }
    }

    /// A line ends: in a cell the text goes on below, outside of one the next row begins.
    fn end_line(&mut self) -> ControlFlow<()> {
        if self.tables.last().and_then(|table| table.row.as_ref()).is_some_and(|row| row.cell.is_some()) {
            self.words().end_line();
            ControlFlow::Continue(())
        } else {
            self.flush_paragraph()
        }
    }

    /// Text outside of cells is a row of its own.
    fn flush_paragraph(&mut self) -> ControlFlow<()> {
        let words = std::mem::take(&mut self.paragraph);
        if words.is_blank() {
            return ControlFlow::Continue(());
        }
        let left = self.tables.last().map_or(0, |table| table.left);
        self.rows.begin(self.next_row)?;
        put(&mut self.rows, self.next_row, left, words, None, self.has_malformed);
        self.next_row = self.next_row.saturating_add(1);
        ControlFlow::Continue(())
    }

    fn start_table(&mut self) -> ControlFlow<()> {
        self.found.has_table = true;
        if self.tables.len() >= MAX_TABLES_DEEP {
            return ControlFlow::Continue(());
        }
        let mut left = 0;
        if let Some(table) = self.tables.last_mut() {
            left = table.left;
            if let Some(row) = &mut table.row {
                // The table in a cell gets rows of its own; what follows in the outer row comes below it.
                if let Some(cell) = &mut row.cell {
                    left = cell.column;
                    let words = std::mem::take(&mut cell.words);
                    if !words.is_blank() {
                        put(&mut self.rows, row.number, cell.column, words, None, self.has_malformed);
                        row.has_cells = true;
                    }
                }
                self.next_row = row.number.saturating_add(u32::from(row.has_cells));
                row.is_rest = true;
            }
        }
        self.flush_paragraph()?;
        self.tables.push(Table { left, ..Table::default() });
        ControlFlow::Continue(())
    }

    fn close_table(&mut self) -> ControlFlow<()> {
        self.close_row()?;
        self.flush_paragraph()?;
        self.tables.pop();
        if let Some(row) = self.tables.last_mut().and_then(|table| table.row.as_mut()) {
            row.number = self.next_row;
            row.has_cells = false;
            self.rows.begin(self.next_row)?;
        }
        ControlFlow::Continue(())
    }

    fn start_row(&mut self, tag: &StartTag<()>) -> ControlFlow<()> {
        self.close_row()?;
        self.flush_paragraph()?;
        self.open_row(is_hidden(tag))
    }

    fn open_row(&mut self, hidden: bool) -> ControlFlow<()> {
        self.found.has_table = true;
        if self.tables.is_empty() {
            self.tables.push(Table::default());
        }
        let number = self.next_row;
        let table = self.tables.last_mut().expect("one was pushed");
        table.row = Some(OpenRow { number, column: table.left, hidden, ..OpenRow::default() });
        self.rows.begin(number)
    }

    fn close_row(&mut self) -> ControlFlow<()> {
        self.close_cell()?;
        let Some(table) = self.tables.last_mut() else { return ControlFlow::Continue(()) };
        let Some(row) = table.row.take() else { return ControlFlow::Continue(()) };
        if row.hidden && row.has_cells && self.found.extras.hidden_rows.len() < self.limits.max_merges {
            self.found.extras.hidden_rows.push(row.number.saturating_add(1));
        }
        let is_row = row.has_cells || !row.is_rest;
        self.next_row = row.number.saturating_add(u32::from(is_row));
        for span in &mut table.spans {
            span.rows -= 1;
        }
        table.spans.retain(|span| span.rows > 0);
        ControlFlow::Continue(())
    }

    fn start_cell(&mut self, tag: &StartTag<()>) -> ControlFlow<()> {
        self.close_cell()?;
        if self.tables.last().is_none_or(|table| table.row.is_none()) {
            self.flush_paragraph()?;
            self.open_row(false)?;
        }
        let Some(table) = self.tables.last_mut() else { return ControlFlow::Continue(()) };
        let Some(row) = &mut table.row else { return ControlFlow::Continue(()) };
        while let Some(span) = table.spans.iter().find(|span| (span.left..=span.right).contains(&row.column)) {
            row.column = span.right.saturating_add(1);
        }
        let columns = count(tag, b"colspan", MAX_COLUMN_SPAN);
        let number = attribute(tag, b"x:num").and_then(|value| value.trim().parse().ok());
        row.cell = Some(OpenCell {
            column: row.column,
            columns,
            rows: count(tag, b"rowspan", MAX_ROW_SPAN),
            is_filler: style(tag).contains("mso-ignore:"),
            number,
            words: Words::default(),
        });
        row.column = row.column.saturating_add(columns);
        ControlFlow::Continue(())
    }

    fn close_cell(&mut self) -> ControlFlow<()> {
        let Some(table) = self.tables.last_mut() else { return ControlFlow::Continue(()) };
        let Some(row) = &mut table.row else { return ControlFlow::Continue(()) };
        let Some(cell) = row.cell.take() else { return ControlFlow::Continue(()) };
        let (right, top) = (cell.column + (cell.columns - 1), row.number);
        if cell.rows > 1 && !row.is_rest && table.spans.len() < MAX_OPEN_SPANS {
            // This row counts too: it is taken off when the row closes.
            table.spans.push(Span { left: cell.column, right, rows: cell.rows });
        }
        let merges = &mut self.found.extras.merges;
        let is_merged = (cell.columns > 1 || cell.rows > 1) && !cell.is_filler && !row.is_rest;
        if is_merged && merges.len() < self.limits.max_merges {
            merges.push(((top, cell.column), (top.saturating_add(cell.rows - 1), right)));
        }
        if !cell.words.is_blank() {
            row.has_cells = true;
            put(&mut self.rows, row.number, cell.column, cell.words, cell.number, self.has_malformed);
        }
        ControlFlow::Continue(())
    }

    /// A `<col>` says how wide columns are, or that they are not shown.
    fn note_column(&mut self, tag: &StartTag<()>) {
        let Some(table) = self.tables.last_mut() else { return };
        let columns = count(tag, b"span", MAX_COLUMN_SPAN);
        let left = table.left.saturating_add(table.columns);
        table.columns = table.columns.saturating_add(columns);
        let hidden = &mut self.found.extras.hidden_columns;
        if is_hidden(tag) && hidden.len() < self.limits.max_merges {
            hidden.push((left, left.saturating_add(columns - 1)));
        }
    }

    /// The page ends, whatever is still open.
    fn end(&mut self) -> ControlFlow<()> {
        while !self.tables.is_empty() {
            self.close_table()?;
        }
        self.flush_paragraph()
    }
}

/// Puts the text of a cell; the number behind it where the text shows too little of it.
fn put(rows: &mut Gatherer<'static, '_>, row: u32, column: u32, words: Words, number: Option<f64>, has_malformed: bool) {
    let mut fault = |what| {
        rows.unreadable(UnreadableCell { row: row.saturating_add(1), column, exact: true, what });
    };
    if words.is_too_long {
        return fault(Unreadable::TooLong);
    }
    let text = words.text();
    if has_malformed && encoding::has_replacement(text) {
        fault(Unreadable::BadBytes);
    }
    match number {
        // 1.38E+10, or #### in a narrow column.
        Some(number) if Cell::Text(text).lost_digits() || text.bytes().all(|byte| byte == b'#') => {
            rows.put(column, Cell::Number(number));
        }
        _ => rows.put_text(column, text),
    }
}

/// Text as a browser shows it: white space is one blank, `&nbsp;` is a blank that stays.
#[derive(Default)]
struct Words {
    text: String,
    /// White space that is shown if something follows.
    gap: Option<char>,
    is_too_long: bool,
}

impl Words {
    fn push(&mut self, text: &str, max_bytes: usize) {
        for c in text.chars() {
            if c.is_ascii_whitespace() {
                self.gap.get_or_insert(' ');
                continue;
            }
            if self.text.len() + 2 * c.len_utf8() > max_bytes {
                self.is_too_long = true;
                return;
            }
            if let Some(gap) = self.gap.take().filter(|_| !self.text.is_empty()) {
                self.text.push(gap);
            }
            self.text.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }

    fn end_line(&mut self) {
        self.gap = Some('\n');
    }

    fn is_blank(&self) -> bool {
        self.text().is_empty() && !self.is_too_long
    }

    fn text(&self) -> &str {
        self.text.trim_matches(' ')
    }
}

/// Elements that begin and end a line.
fn is_block(name: &[u8]) -> bool {
    const BLOCKS: [&[u8]; 24] = [
        b"address",
        b"blockquote",
        b"body",
        b"caption",
        b"center",
        b"dd",
        b"div",
        b"dl",
        b"dt",
        b"fieldset",
        b"form",
        b"h1",
        b"h2",
        b"h3",
        b"h4",
        b"h5",
        b"h6",
        b"head",
        b"hr",
        b"li",
        b"ol",
        b"p",
        b"pre",
        b"ul",
    ];
    BLOCKS.contains(&name)
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// A `colspan` and the like: at least 1.
fn count(tag: &StartTag<()>, name: &[u8], most: u32) -> u32 {
    let number = attribute(tag, name).and_then(|value| value.trim().parse::<u32>().ok());
    number.unwrap_or(1).clamp(1, most)
}

/// Its style in lower case without blanks.
fn style(tag: &StartTag<()>) -> String {
    let style = attribute(tag, b"style").unwrap_or_default();
    style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_hidden(tag: &StartTag<()>) -> bool {
    style(tag).contains("display:none")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of a page, and its merged regions.
    fn read(page: &str) -> (Vec<String>, Vec<String>) {
        let content = Content::from(page.as_bytes().to_vec());
        let mut page = WebPage::open(&content, &Limits::default()).unwrap();
        let mut cells = Vec::new();
        let end = page.stream(&Limits::default(), &mut |row| {
            for (column, cell) in row.cells {
                cells.push(format!("{}{}={}", char::from(b'A' + *column as u8), row.number, cell.to_text()));
            }
            ControlFlow::Continue(())
        });
        assert!(end.unwrap().cut.is_none());
        let address = |(row, column): (u32, u32)| format!("{}{}", char::from(b'A' + column as u8), row + 1);
        let merges = page.extras.merges.iter().map(|(from, to)| format!("{}:{}", address(*from), address(*to)));
        (cells, merges.collect())
    }

    #[track_caller]
    fn case(page: &str, want: &str) {
        assert_eq!(read(page).0.join(" "), want, "{page}");
    }

    #[test]
    fn tables_become_rows() {
        case("<table><tr><td>1<td>2<tr><td>3</table>", "A1=1 B1=2 A2=3");
        case("<TABLE><THEAD><TR><TH>姓名</TH></TR></THEAD><TBODY><TR><TD>王伟</TD></TR></TBODY></TABLE>", "A1=姓名 A2=王伟");
        case("<table><tr></tr><tr><td></td><td>x</td></tr></table>", "B2=x");
        case("<table border=1><col width=72><tr><td>1</table><table><tr><td>2</table>", "A1=1 A2=2");
    }

    #[test]
    fn tags_that_do_not_match() {
        case("<table><td>1</td><td>2</td></tr><tr><td>3</tr><td>4", "A1=1 B1=2 A2=3 A3=4");
        case("<tr><td>1</td></tr></table></table><tr><td>2</td>", "A1=1 A2=2");
        case("<table><tr><td>1</div></b></td></p><td>2</td></table>", "A1=1 B1=2");
        case("<table><tr><td>1</td><td>2", "A1=1 B1=2");
        case("<table <tr><td>1</td><td>2</td></table>", "A1=1 B1=2");
    }

    #[test]
    fn text_is_what_a_browser_shows() {
        case("<table><td> 王 \r\n 伟&nbsp;&nbsp;</td><td>a&lt;b&amp;c&#20320;</td></table>", "A1=王 伟 B1=a<b&c你");
        case("<table><td>一<br>二<p>三</p><p>四</p></td><td><b>五</b>六</td></table>", "A1=一\n二\n三\n四 B1=五六");
        case("<style>td {x}</style><script>'<table>'</script><table><td>1<!-- 2 --></table>", "A1=1");
        case("<xml><x:Name>a</x:Name></xml><table><td>1</table>", "A1=1");
        case("<html><head><title>标题</title></head><table><td>1</table>", "A1=1");
    }

    #[test]
    fn what_stands_around_a_table_is_a_row_each() {
        case(
            "<h1>客户清单</h1><p>单位：元</p><table><caption>三月</caption><tr><td>1</table>合计<br>完",
            "A1=客户清单 A2=单位：元 A3=三月 A4=1 A5=合计 A6=完",
        );
    }

    #[test]
    fn cells_over_several_columns_and_rows() {
        let page = "<table><tr><td rowspan=2>a<td colspan=2>b<td rowspan=2>c<tr><td>d<td>e<tr><td>f</table>";
        let (cells, merges) = read(page);
        assert_eq!(cells.join(" "), "A1=a B1=b D1=c B2=d C2=e A3=f");
        assert_eq!(merges.join(" "), "A1:A2 B1:C1 D1:D2");
        // Excel's own way to write a run of blank cells.
        assert_eq!(read("<table><td colspan=3 style='mso-ignore:colspan'><td>x</table>"), (vec!["D1=x".into()], vec![]));
        case("<table><td colspan=-1>a<td colspan=x>b<td rowspan=0>c<tr><td>d</table>", "A1=a B1=b C1=c A2=d");
    }

    #[test]
    fn a_table_in_a_cell_has_rows_of_its_own() {
        case("<table><tr><td><table><tr><td>1<td>2<tr><td>3</table></td></tr><tr><td>4</table>", "A1=1 B1=2 A2=3 A3=4");
        case(
            "<table><tr><td>题<td>x<table><td>1<td>2</table>y<td>z<tr><td>4</table>",
            "A1=题 B1=x B2=1 C2=2 B3=y C3=z A4=4",
        );
        // However deep: nothing is lost.
        assert_eq!(read(&format!("{}<td>1", "<table><tr><td>".repeat(5000))).0.len(), 1);
    }

    #[test]
    fn the_number_behind_a_short_text_is_read() {
        case(
            "<table><td x:num='13800138000'>1.38E+10<td x:num=\"45000\">####<td x:num=5000>5,000<td x:num>7</table>",
            "A1=13800138000 B1=45000 C1=5,000 D1=7",
        );
    }

    #[test]
    fn what_excel_does_not_show_is_read_and_told() {
        let page = "<table><col width=1><col span=2 style='width:0; display: none'><tr style='DISPLAY:none'><td>1<td>2<tr><td>3<tr style='display:none'><td></table>";
        let content = Content::from(page.as_bytes().to_vec());
        let page = WebPage::open(&content, &Limits::default()).unwrap();
        assert_eq!(page.extras.hidden_rows, [1]);
        assert_eq!(page.extras.hidden_columns, [(1, 2)]);
    }

    #[test]
    fn a_page_without_a_table_is_no_spreadsheet() {
        let content = Content::from(b"<html><body>\xE8\xAF\xB7\xE7\x99\xBB\xE5\xBD\x95</body></html>".to_vec());
        let refused = WebPage::open(&content, &Limits::default()).map(|_| ());
        assert!(matches!(refused, Err(OpenError::NotASpreadsheet { looks_like: fault::PAGE_WITHOUT_TABLE })));
    }

    #[test]
    fn a_text_longer_than_any_cell_is_told() {
        let page = format!("<table><td>{}<td>x</table>", "长".repeat(1 << 20));
        let content = Content::from(page.into_bytes());
        let mut page = WebPage::open(&content, &Limits::default()).unwrap();
        let end = page.stream(&Limits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((end.cells, end.unreadable[0].what), (1, Unreadable::TooLong));
    }
}
