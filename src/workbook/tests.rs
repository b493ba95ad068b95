//! One test a trap. Files are made here, byte by byte where a library would not make them.

use std::fs;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::*;
use crate::model::cell::Cell;

// ---- files ----

/// A folder with one file in it.
pub(super) struct OnDisk {
    _folder: TempDir,
    pub(super) path: PathBuf,
}

pub(super) fn on_disk(name: &str, bytes: &[u8]) -> OnDisk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    OnDisk { _folder: folder, path }
}

pub(super) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const CONTENT_TYPES: &str =
    r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const PACKAGE_RELATIONS: &str = r#"<?xml version="1.0"?><Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
pub(super) const WORKBOOK: &str =
    r#"<?xml version="1.0"?><workbook><sheets><sheet name="三月 &amp; 四月" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const STYLES: &str = r#"<?xml version="1.0"?><styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;

pub(super) fn xlsx_of(workbook: &str, strings: Option<&str>, sheet: &str) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", PACKAGE_RELATIONS.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    if let Some(strings) = strings {
        parts.push(("xl/sharedStrings.xml", strings.as_bytes()));
    }
    zipped(&parts)
}

/// A workbook whose one sheet holds these rows, with the shared strings `甲` and `乙`.
fn xlsx(rows: &str) -> Vec<u8> {
    let strings = r#"<?xml version="1.0"?><sst uniqueCount="2"><si><t>甲</t></si><si><t>乙</t></si></sst>"#;
    xlsx_of(WORKBOOK, Some(strings), &sheet(rows))
}

pub(super) fn sheet(rows: &str) -> String {
    format!(r#"<?xml version="1.0"?><worksheet><sheetData>{rows}</sheetData></worksheet>"#)
}

/// A compound file with these streams at the top, each padded to the length from which it has sectors of its own.
fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let padded: Vec<Vec<u8>> = streams
        .iter()
        .map(|(_, bytes)| {
            let mut bytes = bytes.to_vec();
            bytes.resize(bytes.len().max(4096).next_multiple_of(SECTOR), 0);
            bytes
        })
        .collect();
    // Sector 0 is the table, 1 and 2 the directory, then the streams.
    let mut table = vec![0xFFFF_FFFD_u32, 2, 0xFFFF_FFFE];
    let mut directory = Vec::new();
    let mut entry = |name: &str, kind: u8, right: u32, child: u32, start: u32, length: usize| {
        let mut bytes = [0; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[..units.len()].copy_from_slice(&units);
        bytes[64] = units.len() as u8 + 2;
        bytes[66] = kind;
        for (at, number) in [(68, u32::MAX), (72, right), (76, child), (116, start), (120, length as u32)] {
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        directory.extend(bytes);
    };
    entry("Root Entry", 5, u32::MAX, 1, 0xFFFF_FFFE, 0);
    for (index, ((name, _), bytes)) in streams.iter().zip(&padded).enumerate() {
        let right = if index + 1 < streams.len() { index as u32 + 2 } else { u32::MAX };
        entry(name, 2, right, u32::MAX, table.len() as u32, bytes.len());
        let last = table.len() + bytes.len() / SECTOR - 1;
        table.extend((table.len()..last).map(|sector| sector as u32 + 1));
        table.push(0xFFFF_FFFE);
    }
    assert!(table.len() <= SECTOR / 4 && directory.len() <= 2 * SECTOR, "small files only");
    table.resize(SECTOR / 4, u32::MAX);
    directory.resize(2 * SECTOR, 0);
    let mut file = vec![0; SECTOR];
    file[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    file[26] = 3;
    file[30] = 9;
    file[32] = 6;
    for (at, number) in [(44, 1_u32), (48, 1), (60, 0xFFFF_FFFE), (64, 0), (68, 0xFFFF_FFFE)] {
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    file[76..].fill(0xFF);
    file[76..80].fill(0);
    file.extend(table.iter().flat_map(|number| number.to_le_bytes()));
    file.extend(directory);
    file.extend(padded.concat());
    file
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// A number in an xls sheet.
fn xls_number(row: u16, column: u16, value: f64) -> Vec<u8> {
    let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
    record(0x0203, &[&place[..], &value.to_le_bytes()].concat())
}

/// The workbook stream of an xls file with one sheet 「清单」.
fn xls_stream(cells: &[u8]) -> Vec<u8> {
    xls_stream_with(&[], cells)
}

/// The same with more records about the whole workbook.
fn xls_stream_with(about: &[u8], cells: &[u8]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[&[0, 6][..], &kind.to_le_bytes(), &[0; 12]].concat());
    let name: Vec<u8> = "清单".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let globals = |start: u32| {
        let sheet = [&start.to_le_bytes()[..], &[0, 0, 2, 1], &name].concat();
        [begin(5), about.to_vec(), record(0x0085, &sheet), record(0x000A, &[])].concat()
    };
    let start = globals(0).len() as u32;
    [globals(start), begin(0x10), cells.to_vec(), record(0x000A, &[])].concat()
}

fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    ods_of(content.as_bytes())
}

fn ods_of(content: &[u8]) -> Vec<u8> {
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content),
    ])
}

// ---- reading ----

/// Cells as `A1=甲`, a text in quotes where it could be taken for something else, and what the end says.
fn read(path: &Path, limits: &Limits) -> Result<(Vec<String>, StreamEnd), OpenError> {
    let mut book = Workbook::open(path, limits)?;
    let mut cells = Vec::new();
    let end = book.stream(0, &mut |row| {
        assert!(!row.cells.is_empty());
        assert!(row.cells.is_sorted_by(|a, b| a.0 < b.0));
        for (column, cell) in row.cells {
            let text = match cell {
                Cell::Serial(serial) => format!("date {serial}"),
                Cell::Error(error) => format!("error {error}"),
                cell => cell.to_text(),
            };
            cells.push(format!("{}{}={text}", letters(*column), row.number));
        }
        ControlFlow::Continue(())
    })?;
    assert_eq!(end.cells as usize, cells.len());
    Ok((cells, end))
}

fn letters(column: u32) -> String {
    let before = if column >= 26 { letters(column / 26 - 1) } else { String::new() };
    format!("{before}{}", char::from(b'A' + (column % 26) as u8))
}

fn read_bytes(bytes: &[u8]) -> (Vec<String>, StreamEnd) {
    read(&on_disk("表.dat", bytes).path, &Limits::default()).unwrap()
}

#[track_caller]
fn holds(bytes: &[u8], want: &[&str]) {
    let (cells, end) = read_bytes(bytes);
    assert_eq!(cells, want);
    assert!(end.cut.is_none(), "{:?}", end.cut);
    assert_eq!(end.unreadable_count, 0, "{:?}", end.unreadable);
}

#[track_caller]
fn refused(name: &str, bytes: &[u8]) -> OpenError {
    match Workbook::open(&on_disk(name, bytes).path, &Limits::default()) {
        Ok(book) => panic!("{name} was opened as {:?}", book.format()),
        Err(error) => error,
    }
}

macro_rules! assert_matches {
    ($value:expr, $pattern:pat $(if $guard:expr)?) => {
        let value = $value;
        assert!(matches!(value, $pattern $(if $guard)?), "{value:?}");
    };
}

fn formats(bytes: &[u8]) -> Format {
    *Workbook::open(&on_disk("名单.xls", bytes).path, &Limits::default()).unwrap().format()
}

// ---- what a file is ----

#[test]
fn a_name_that_lies_does_not_matter() {
    assert_eq!(formats(&xlsx("")), Format::Xlsx);
    assert_eq!(formats(&ods(r#"<table:table table:name="清单"/>"#)), Format::Ods);
    assert_eq!(formats(&compound(&[("Workbook", &xls_stream(&[]))])), Format::Xls);
    let tabs = Format::Csv { encoding: TextEncoding::Gb18030, delimiter: b'\t' };
    assert_eq!(formats(&encoding_rs::GB18030.encode("姓名\t电话\n王伟\t138\n").0), tabs);
}

#[test]
fn what_is_no_spreadsheet_is_called_by_its_name() {
    for (name, bytes, want) in [
        ("照片.xlsx", &b"\xFF\xD8\xFF\xE0\0\x10JFIF"[..], "JPEG 图片"),
        ("清单.xls", b"<html>x</html>", "没有表格的网页"),
        ("a.xlsx", b"%PDF-1.7", "PDF 文件"),
        ("a.xlsx", &zipped(&[("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<T/>")]), "Word 文档"),
        ("a.xlsx", &zipped(&[("清单.xlsx", b"PK")]), "压缩包"),
        ("a.xls", &compound(&[("WordDocument", b"")]), "Word 文档"),
        ("a.csv", &(0..=255).cycle().take(5000).collect::<Vec<u8>>(), "二进制文件"),
    ] {
        assert_matches!(refused(name, bytes), OpenError::NotASpreadsheet { looks_like } if looks_like == want);
    }
    assert_matches!(
        Workbook::open(tempfile::tempdir().unwrap().path(), &Limits::default()).map(|_| ()),
        Err(OpenError::NotASpreadsheet { looks_like: "文件夹" })
    );
}

#[test]
fn files_that_are_not_there_or_empty() {
    let missing = Workbook::open(Path::new("/没有/这个文件.xlsx"), &Limits::default());
    assert_matches!(missing.map(|_| ()), Err(OpenError::NotFound));
    assert_matches!(refused("空.xlsx", b""), OpenError::Empty);
    assert_matches!(refused("空.csv", b"\r\n \r\n"), OpenError::Empty);
}

#[test]
fn excels_note_that_a_workbook_is_open_is_no_workbook() {
    assert_matches!(refused("~$客户.xlsx", &[b'A'; 165]), OpenError::TemporaryLockFile);
    // A workbook that somebody named so is one all the same.
    let padded = xlsx(&format!("<!-- {} -->", (0..2000).map(|n| n.to_string()).collect::<String>()));
    assert!(Workbook::open(&on_disk("~$客户.xlsx", &padded).path, &Limits::default()).is_ok());
}

#[test]
fn encryption_that_nobody_here_knows_is_seen() {
    let rights = compound(&[("\u{6}DataSpaces", b""), ("EncryptedPackage", b"")]);
    assert_matches!(refused("名单.xlsx", &rights), OpenError::UnknownEncryption);
    let later = compound(&[("EncryptionInfo", b"\x04\0\x03\0"), ("EncryptedPackage", b"")]);
    assert_matches!(refused("名单.xlsx", &later), OpenError::UnknownEncryption);
    let old = compound(&[("Workbook", &[record(0x0809, &[0, 6, 5, 0]), record(0x002F, &[1, 0])].concat())]);
    assert_matches!(refused("名单.xls", &old), OpenError::UnknownEncryption);
}

#[test]
fn a_file_broken_off_is_said_to_be() {
    let whole = xlsx("<row><c><v>1</v></c></row>");
    assert_matches!(refused("a.xlsx", &whole[..whole.len() / 2]), OpenError::Truncated);
    assert_matches!(refused("a.xls", &compound(&[("Workbook", b"")])[..700]), OpenError::Truncated);
}

#[test]
fn a_workbook_without_a_sheet_is_told() {
    let nothing = &WORKBOOK[..WORKBOOK.find("<sheet ").unwrap()];
    assert_matches!(refused("a.xlsx", &xlsx_of(&format!("{nothing}</sheets></workbook>"), None, "")), OpenError::NoSheet);
    assert_matches!(refused("a.ods", &ods("")), OpenError::NoSheet);
}

#[test]
fn a_file_deleted_meanwhile() {
    let file = on_disk("a.xlsx", &xlsx("<row><c><v>1</v></c></row>"));
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    if fs::remove_file(&file.path).is_ok() {
        assert!(book.merges(0).is_empty());
        assert_eq!(book.stream(0, &mut |_| ControlFlow::Continue(())).unwrap().rows, 1);
    }
}

#[test]
fn every_error_says_what_to_do_in_chinese() {
    for error in [
        OpenError::NotFound,
        OpenError::Empty,
        OpenError::Truncated,
        OpenError::NoSheet,
        OpenError::broken("x"),
        OpenError::Encrypted { tried: 0 },
        OpenError::Encrypted { tried: 2 },
        OpenError::UnknownEncryption,
        OpenError::NotASpreadsheet { looks_like: "JPEG 图片" },
        OpenError::TooLarge { what: "文件", limit: 2 << 30, unit: "字节" },
        OpenError::TemporaryLockFile,
        OpenError::Locked,
        OpenError::Io(std::io::ErrorKind::PermissionDenied.into()),
        OpenError::Panicked { detail: "x".to_string() },
    ] {
        for sentence in [error.to_string(), error.advice().to_string()] {
            assert!(sentence.chars().filter(|c| !c.is_ascii()).count() > 4, "{sentence}");
        }
    }
    let large = OpenError::TooLarge { what: "文件", limit: 2 << 30, unit: "字节" };
    assert_eq!(large.to_string(), "文件过大，超出上限（2 G字节）");
}

// ---- xlsx ----

#[test]
fn xlsx_values_keep_their_types() {
    let rows = r#"<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2"><v>1.5</v></c><c r="D2" t="b"><v>1</v></c>
        <c r="E2" t="e"><v>#N/A</v></c><c r="F2" s="1"><v>46203</v></c><c r="G2" s="2"><v>1.25</v></c>
        <c r="H2" t="d"><v>2026-03-05</v></c><c r="I2" t="inlineStr"><is><t>丙</t></is></c>
        <c r="J2" t="str"><f>A1</f><v>丁</v></c><c r="K2" t="str"><v></v></c><c r="L2" s="1"/></row>"#;
    let want =
        ["B2=甲", "C2=1.5", "D2=TRUE", "E2=error #N/A", "F2=date 46203", "G2=1.25", "H2=2026-03-05", "I2=丙", "J2=丁"];
    holds(&xlsx(rows), &want);
}

#[test]
fn a_text_longer_than_any_cell_is_told() {
    let long = "甲".repeat(400_000);
    let rows = format!(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>0</v></c></row>"#
    );
    let strings = format!("<sst><si><t>{long}</t></si><si><t>乙</t></si></sst>");
    let (cells, end) = read_bytes(&xlsx_of(WORKBOOK, Some(&strings), &sheet(&rows)));
    assert_eq!(cells, ["B1=乙"]);
    assert_eq!(
        end.unreadable.iter().map(|cell| (cell.column, cell.what)).collect::<Vec<_>>(),
        [(0, Unreadable::TooLong), (2, Unreadable::TooLong)]
    );
}

#[test]
fn a_sheet_is_as_large_as_its_cells() {
    let corners = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>"#;
    let (cells, end) = read_bytes(&xlsx(corners));
    assert_eq!(cells, ["A1=1", "XFD1048576=2"]);
    assert_eq!((end.rows, end.cells), (2, 2));
}

#[test]
fn cells_outside_a_sheet_are_counted() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFE1"><v>2</v></c></row><row r="1048577"><c r="A1048577"><v>3</v></c></row>"#;
    let (cells, end) = read_bytes(&xlsx(rows));
    assert_eq!(cells, ["A1=1"]);
    assert_eq!(end.unreadable_count, 2);
    let first = UnreadableCell { row: 1, column: 16_384, exact: true, what: Unreadable::OutsideSheet };
    assert_eq!(end.unreadable[0], first);
}

#[test]
fn one_cell_that_cannot_be_read_loses_itself_only() {
    let cells = |bad: &str| format!(r#"<row r="1"><c r="A1"><v>1</v></c>{bad}<c r="C1"><v>3</v></c></row>"#);
    for (bad, what) in [
        (r#"<c r="B1" t="e"><v>#SPILL!</v></c>"#, Unreadable::ErrorValue),
        (r#"<c r="B1"><v/><extLst><ext/></extLst></c>"#, Unreadable::Content),
        (r#"<c r="B1" t="s"><v>99</v></c>"#, Unreadable::MissingText),
        (r#"<c r="B1" t="b"><v>maybe</v></c>"#, Unreadable::Content),
        (r#"<c r="B1" t="n"><v>1,5</v></c>"#, Unreadable::Content),
        (r#"<c r="?1"><v>1</v></c>"#, Unreadable::Content),
    ] {
        let (got, end) = read_bytes(&xlsx(&cells(bad)));
        assert_eq!(got, ["A1=1", "C1=3"], "{bad}");
        assert_eq!(end.unreadable, [UnreadableCell { row: 1, column: 0, exact: false, what }], "{bad}");
        assert!(end.cut.is_none());
    }
}

#[test]
fn a_sheet_of_nothing_but_faults_is_given_up() {
    let rows = format!("<row>{}</row>", r#"<c t="e"><v>#SPILL!</v></c>"#.repeat(5000));
    let (_, end) = read_bytes(&xlsx(&rows));
    assert_eq!((end.unreadable_count, end.unreadable.len()), (1000, 100));
    assert!(end.cut.is_some());
}

#[test]
fn a_sheet_broken_off_keeps_its_rows() {
    let broken = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c>"#;
    let (cells, end) = read_bytes(&xlsx_of(WORKBOOK, None, broken));
    assert_eq!(cells, ["A1=1", "A2=2"]);
    let cut = end.cut.unwrap();
    assert_eq!(cut.after_row, 2);
    assert_matches!(cut.why, OpenError::Truncated);
}

#[test]
fn rows_and_cells_out_of_order() {
    let rows = r#"<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>2</v></c><c r="B3"><v>3</v></c></row>
        <row r="1"><c r="A1"><v>4</v></c></row><row><c><v>5</v></c><c><v>6</v></c></row>"#;
    holds(&xlsx(rows), &["A3=2", "B3=3", "A1=4", "A2=5", "B2=6"]);
}

#[test]
fn inline_texts_out_of_order_keep_apart() {
    let text = |address: &str, text: &str| format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let rows = ["C1", "A1", "B1", "A1", "A2", "A1"].map(|address| text(address, &format!("[{address}]")));
    let (cells, _) = read_bytes(&xlsx(&format!("<row>{}</row>", rows.concat())));
    assert_eq!(cells, ["A1=[A1]", "B1=[B1]", "C1=[C1]", "A2=[A2]", "A1=[A1]"]);
}

#[test]
fn dates_of_1904_are_moved() {
    let workbook = WORKBOOK.replace("<sheets>", r#"<workbookPr date1904="1"/><sheets>"#);
    let rows = r#"<row><c s="1"><v>44741</v></c><c s="1"><v>0.5</v></c><c><v>44741</v></c></row>"#;
    holds(&xlsx_of(&workbook, None, &sheet(rows)), &["A1=date 46203", "B1=date 0.5", "C1=44741"]);
}

#[test]
fn hidden_sheets_are_read_and_charts_are_not() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("客户").unwrap().write(0, 0, "王伟").unwrap();
    book.add_worksheet().set_name("字典").unwrap().set_hidden(true).write(0, 0, "李娜").unwrap();
    book.add_worksheet().set_name("更深").unwrap().set_very_hidden(true);
    let mut chart = rust_xlsxwriter::Chart::new(rust_xlsxwriter::ChartType::Column);
    chart.add_series().set_values("客户!$A$1:$A$2");
    book.add_chartsheet().insert_chart(0, 0, &chart).unwrap();
    let file = on_disk("a.xlsx", &book.save_to_buffer().unwrap());
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    let sheets: Vec<_> = book.sheets().iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
    assert_eq!(sheets, [("客户", false), ("字典", true), ("更深", true)]);
    let mut seen = Vec::new();
    let mut note = |row: Row<'_>| {
        seen.extend(row.cells.iter().map(|(_, cell)| cell.to_text()));
        ControlFlow::Continue(())
    };
    book.stream(1, &mut note).unwrap();
    book.stream(0, &mut note).unwrap();
    assert_eq!(seen, ["李娜", "王伟"]);
}

#[test]
fn the_reader_may_stop() {
    let rows: String = (1..=9).map(|row| format!(r#"<row r="{row}"><c><v>{row}</v></c></row>"#)).collect();
    for bytes in [xlsx(&rows), "1\n2\n3\n4\n".as_bytes().to_vec()] {
        let file = on_disk("a", &bytes);
        let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
        for _ in 0..2 {
            let mut stop = |row: Row<'_>| if row.number == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            assert_eq!(book.stream(0, &mut stop).unwrap().rows, 2);
        }
    }
}

#[test]
fn a_panic_of_the_one_who_reads_is_his_own() {
    let file = on_disk("a.xlsx", &xlsx("<row><c><v>1</v></c></row>"));
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    let panic = std::panic::AssertUnwindSafe(|| book.stream(0, &mut |_| panic!("mine")).map(|_| ()));
    assert!(std::panic::catch_unwind(panic).is_err());
}

/// However far apart: the sheet is looked through in windows.
#[test]
fn hidden_rows_and_columns_are_told() {
    let row =
        |number: u32, hidden: &str| format!(r#"<row r="{number}" spans="1:1"{hidden}><c r="A{number}"><v>1</v></c></row>"#);
    let rows: String = (1..20_000)
        .map(|number| row(number, if number % 5_000 == 7 { r#" ht="0" hidden="1""# } else { r#" hidden="0""# }))
        .collect();
    let columns = r#"<cols><col min="1" max="2" width="9"/><col min="4" max="5" width="0" hidden="1"/></cols>"#;
    let sheet = sheet(&rows).replace("<sheetData>", &format!("{columns}<sheetData>"));
    let file = on_disk("a.xlsx", &xlsx_of(WORKBOOK, None, &sheet));
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    assert_eq!(book.hidden(0), (&[7, 5_007, 10_007, 15_007][..], &[(3, 4)][..]));
}

#[test]
fn merges_and_formulas_without_value() {
    let sheet = format!(
        r#"<worksheet><sheetData><row><c r="A1"><f>1+1</f></c><c s="1" r="B1"><f>2</f><v/></c><c><f>2</f><v>2</v></c>{}</row></sheetData>
        <mergeCells count="3"><mergeCell ref="A1:C1"/><mergeCell ref="B3:B2"></mergeCell><mergeCell ref="?"/><mergeCell ref="XFD1:XFD9"/></mergeCells></worksheet>"#,
        "<c><f>1</f></c>".repeat(40_000),
    );
    let file = on_disk("a.xlsx", &xlsx_of(WORKBOOK, None, &sheet));
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    assert_eq!(book.sheets()[0].name, "三月 & 四月");
    assert_eq!(
        book.merges(0),
        [
            Merge { top: 0, bottom: 0, left: 0, right: 2 },
            Merge { top: 1, bottom: 2, left: 1, right: 1 },
            Merge { top: 0, bottom: 8, left: 16_383, right: 16_383 },
        ]
    );
    assert_eq!(book.formulas_without_value(0), (40_002, &[(0, 0), (0, 1)][..]));
}

#[test]
fn merges_as_excel_writes_them() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "客户名单", &rust_xlsxwriter::Format::new()).unwrap();
    for row in 1..5000 {
        sheet.write(row, 0, format!("<mergeCells {row}")).unwrap();
    }
    let file = on_disk("a.xlsx", &book.save_to_buffer().unwrap());
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    assert_eq!(book.merges(0), [Merge { top: 0, bottom: 0, left: 0, right: 3 }]);
}

// ---- bombs and lies ----

#[test]
fn a_zip_bomb_is_refused_before_it_is_unzipped() {
    let limits = Limits { harmless_bytes: 1 << 20, ..Limits::default() };
    let bomb = xlsx(&format!(r#"<row><c t="inlineStr"><is><t>{}</t></is></c></row>"#, "0".repeat(8 << 20)));
    assert!(bomb.len() < 64 << 10);
    let file = on_disk("a.xlsx", &bomb);
    let refused = Workbook::open(&file.path, &limits).map(|_| ());
    assert_matches!(refused, Err(OpenError::TooLarge { what: "文件的压缩比", .. }));
    // The same with a directory that says the part is small: no more than that is unzipped.
    let mut lying = bomb.clone();
    let honest = (sheet("").len() + (8 << 20) + r#"<row><c t="inlineStr"><is><t></t></is></c></row>"#.len()) as u32;
    let mut lies = 0;
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == honest.to_le_bytes() {
            lying[at..at + 4].copy_from_slice(&60_000_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies >= 1, "the size was not found");
    let (cells, end) = read(&on_disk("a.xlsx", &lying).path, &limits).unwrap();
    assert_eq!(cells.len(), 0);
    assert_matches!(end.cut, Some(Cut { after_row: 0, .. }));
    // What is small is harmless at any ratio.
    let (_, end) = read(&file.path, &Limits::default()).unwrap();
    assert_eq!((end.cut.is_none(), end.unreadable[0].what), (true, Unreadable::TooLong));
}

#[test]
fn a_part_that_is_too_large_is_refused() {
    let limits = Limits { max_unzipped_bytes_per_part: 1 << 20, ..Limits::default() };
    let noise: String = (0..300_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    let file = on_disk("a.xlsx", &xlsx(&format!("<!-- {noise} -->")));
    assert_matches!(
        Workbook::open(&file.path, &limits).map(|_| ()),
        Err(OpenError::TooLarge { what: "文件解压后", limit: 1_048_576, .. })
    );
    let limits = Limits { max_file_bytes: 1000, ..Limits::default() };
    assert_matches!(
        Workbook::open(&file.path, &limits).map(|_| ()),
        Err(OpenError::TooLarge { what: "文件", limit: 1000, .. })
    );
}

#[test]
fn a_false_number_of_shared_strings_is_not_believed() {
    // calamine would make room for them, and the process would end.
    for count in ["99999999999", "99999999999999999999999"] {
        let strings = format!(r#"<sst count="1" uniqueCount = "{count}"><si><t>甲</t></si></sst>"#);
        let bytes = xlsx_of(WORKBOOK, Some(&strings), &sheet(""));
        assert_matches!(refused("a.xlsx", &bytes), OpenError::Broken { .. });
    }
}

#[test]
fn too_many_cells_cut_a_sheet_off() {
    let limits = Limits { max_cells: 3, ..Limits::default() };
    let rows: String = (1..=9).map(|row| format!(r#"<row r="{row}"><c><v>1</v></c><c><v>1</v></c></row>"#)).collect();
    let (cells, end) = read(&on_disk("a.xlsx", &xlsx(&rows)).path, &limits).unwrap();
    assert_eq!(cells.len(), 4);
    assert_matches!(end.cut, Some(Cut { why: OpenError::TooLarge { .. }, .. }));
}

// ---- xls, xlsb, ods ----

/// Crystal Reports numbers its formats from 50 on, where Excel has dates when nobody says otherwise; others go beyond
/// what the standard allows.
#[test]
fn xls_formats_mean_what_the_file_says() {
    let format = |number: u16, text: &str| {
        record(0x041E, &[&number.to_le_bytes()[..], &(text.len() as u16).to_le_bytes(), &[0], text.as_bytes()].concat())
    };
    let style = |format: u16| record(0x00E0, &[&[0, 0][..], &format.to_le_bytes(), &[0; 16]].concat());
    let formats = [format(52, "#,##0.00"), format(400, "yyyy-mm-dd"), format(164, "#,##0.0")];
    let about = [&formats[..], &[style(52), style(400), style(164), style(57)]].concat().concat();
    let cell = |column: u16| {
        let place = [0, column, column].map(u16::to_le_bytes).concat();
        record(0x0203, &[&place[..], &46203_f64.to_le_bytes()].concat())
    };
    let cells = [0, 1, 2, 3].map(cell).concat();
    holds(
        &compound(&[("Workbook", &xls_stream_with(&about, &cells))]),
        &["A1=46203", "B1=date 46203", "C1=46203", "D1=date 46203"],
    );
}

#[test]
fn xls_is_read_from_where_it_begins() {
    let cells = [xls_number(1, 1, 7.0), xls_number(4, 2, 13_800_138_000.0)].concat();
    holds(&compound(&[("Workbook", &xls_stream(&cells))]), &["B2=7", "C5=13800138000"]);
    let mut book =
        Workbook::open(&on_disk("a.et", &compound(&[("Workbook", &xls_stream(&cells))])).path, &Limits::default()).unwrap();
    assert_eq!(book.sheets(), [SheetInfo { name: "清单".to_string(), hidden: false }]);
    assert_eq!(book.merges(0), []);
}

/// Excel 5 and 95: one stream called Book, its texts in the code page of Windows in China.
#[test]
fn xls_of_excel_95() {
    let begin = |kind: u16| record(0x0809, &[&[0, 5][..], &kind.to_le_bytes(), &[0; 4]].concat());
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let label = |row: u16, column: u16, text: &str| {
        let text = gbk(text);
        let length = (text.len() as u16).to_le_bytes();
        record(0x0204, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &length, &text].concat())
    };
    let name = gbk("清单");
    let globals = |start: u32| {
        let sheet = [&start.to_le_bytes()[..], &[0, 0, name.len() as u8], &name].concat();
        [begin(5), record(0x0042, &936_u16.to_le_bytes()), record(0x0085, &sheet), record(0x000A, &[])].concat()
    };
    let cells = [label(0, 0, "姓名"), label(0, 1, "保费"), label(1, 0, "王伟"), xls_number(1, 1, 5000.0)].concat();
    let stream = [globals(globals(0).len() as u32), begin(0x10), cells, record(0x000A, &[])].concat();
    let bytes = compound(&[("Book", &stream)]);
    holds(&bytes, &["A1=姓名", "B1=保费", "A2=王伟", "B2=5000"]);
    let book = Workbook::open(&on_disk("a.xls", &bytes).path, &Limits::default()).unwrap();
    assert_eq!(book.sheets()[0].name, "清单");
}

#[test]
fn xls_merges() {
    let merge: Vec<u8> = [1_u16, 0, 1, 0, 4].iter().flat_map(|number| number.to_le_bytes()).collect();
    let cells = [xls_number(0, 0, 1.0), record(0x00E5, &merge)].concat();
    let file = on_disk("a.xls", &compound(&[("Workbook", &xls_stream(&cells))]));
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    assert_eq!(book.merges(0), [Merge { top: 0, bottom: 1, left: 0, right: 4 }]);
}

#[test]
fn xls_that_would_fill_the_memory_is_refused() {
    // Two cells, 4 billion between them.
    let corners = [xls_number(0, 0, 1.0), xls_number(65_535, 65_535, 1.0)].concat();
    let bytes = compound(&[("Workbook", &xls_stream(&corners))]);
    assert_matches!(refused("a.xls", &bytes), OpenError::TooLarge { what: "工作表范围", .. });
}

/// A sheet that announces 4 billion cells and has one: seen in files of other programs.
#[test]
fn xls_that_only_announces_many_cells_is_read() {
    let mut dimensions = vec![0; 14];
    dimensions[4..8].fill(0xFF);
    dimensions[10..12].fill(0xFF);
    let cells = [record(0x0200, &dimensions), xls_number(1, 1, 7.0)].concat();
    holds(&compound(&[("Workbook", &xls_stream(&cells))]), &["B2=7"]);
}

#[test]
fn xls_sectors_that_run_in_circles_are_refused() {
    let mut bytes = compound(&[("Workbook", &xls_stream(&[]))]);
    // The second directory sector leads back to the first.
    bytes[512 + 8..512 + 12].copy_from_slice(&1_u32.to_le_bytes());
    assert_matches!(refused("a.xls", &bytes), OpenError::Broken { .. });
}

/// A record of an xlsb part. Kinds are written as the file has them: seven bits a byte.
fn item(kind: u16, data: &[u8]) -> Vec<u8> {
    let kind = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 & 0x7F | 0x80, (kind >> 7) as u8] };
    [&kind[..], &[data.len() as u8], data].concat()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    [&(units.len() as u32).to_le_bytes()[..], &bytes].concat()
}

/// An xlsb workbook with one sheet 「清单」 of these records.
fn xlsb(sheet: &[Vec<u8>]) -> Vec<u8> {
    let bundle = [&[0; 4][..], &1_u32.to_le_bytes(), &wide("rId1"), &wide("清单")].concat();
    let workbook = [item(0x0083, &[]), item(0x009C, &bundle), item(0x0090, &[]), item(0x0084, &[])].concat();
    let relations = RELATIONS.replace("sheet1.xml", "sheet1.bin");
    let styles = [item(0x0117, &[]), item(0x0269, &[0; 4]), item(0x026A, &[])].concat();
    zipped(&[
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("xl/workbook.bin", &workbook),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/styles.bin", &styles),
        ("xl/worksheets/sheet1.bin", &sheet.concat()),
    ])
}

#[test]
fn xlsb_is_streamed() {
    let place = |column: u32| [column.to_le_bytes(), [0; 4]].concat();
    let error = |code: u8| item(0x0003, &[&place(1)[..], &[code]].concat());
    let sheet = [
        item(0x0081, &[]),
        item(0x0094, &[0; 16]),
        item(0x0091, &[]),
        item(0x0000, &[&4_u32.to_le_bytes()[..], &[0; 12]].concat()),
        item(0x0005, &[&place(0)[..], &1.5_f64.to_le_bytes()].concat()),
        error(0x99),
        item(0x0006, &[&place(2)[..], &wide("王伟")].concat()),
        error(0x2A),
        item(0x0007, &[&place(3)[..], &9_u32.to_le_bytes()].concat()),
        item(0x0092, &[]),
    ];
    let (cells, end) = read_bytes(&xlsb(&sheet));
    assert_eq!(cells, ["A5=1.5", "B5=error #N/A", "C5=王伟"]);
    let what = Unreadable::ErrorValue;
    assert_eq!(end.unreadable, [UnreadableCell { row: 5, column: 0, exact: false, what }]);
    // A shared string that is not there makes calamine panic.
    assert_matches!(end.cut, Some(Cut { after_row: 5, why: OpenError::Panicked { .. } }));
}

#[test]
fn xlsb_tells_what_is_merged_and_what_is_not_shown() {
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let row = |number: u32, flags: u8| item(0, &[&numbers(&[number, 0])[..], &[0, 0, 0, flags, 0], &[0; 4]].concat());
    let sheet = [
        item(0x0081, &[]),
        item(0x0094, &[0; 16]),
        item(60, &[&numbers(&[1, 2, 0, 0])[..], &[1, 0]].concat()),
        item(60, &[&numbers(&[3, 3, 0, 0])[..], &[2, 0]].concat()),
        item(0x0091, &[]),
        row(0, 0x20),
        row(6, 0x10),
        item(0x0092, &[]),
        item(0x00B1, &[0; 4]),
        item(176, &numbers(&[0, 1, 2, 5])),
        // Broken off.
        vec![176 & 0x7F | 0x80, 1, 16, 0],
    ];
    let file = on_disk("a.xlsb", &xlsb(&sheet));
    let mut book = Workbook::open(&file.path, &Limits::default()).unwrap();
    assert_eq!(book.merges(0), [Merge { top: 0, bottom: 1, left: 2, right: 5 }]);
    assert_eq!(book.hidden(0), (&[7][..], &[(1, 2)][..]));
}

#[test]
fn ods_is_read_from_where_it_begins() {
    let table = r#"<table:table table:name="清单"><table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
        <table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell office:value-type="string"><text:p>王伟</text:p></table:table-cell>
        <table:table-cell office:value-type="date" office:date-value="2026-03-05"/><table:table-cell table:number-columns-repeated="16380"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>"#;
    let table: String = table.lines().map(str::trim).collect();
    holds(&ods(&table), &["C3=王伟", "D3=2026-03-05"]);
}

/// As programs write it whose XML is for people to read, and without the first part, which says what it is.
#[test]
fn ods_with_lines_and_indentation() {
    let content = "<office:document-content>\n <office:body>\n  <table:table table:name=\"清单\">\n   <table:table-row>\n    \
        <table:table-cell office:value-type=\"string\">\n     <text:p>王 <text:span>伟</text:span></text:p>\n    </table:table-cell>\n    \
        <table:table-cell office:value-type=\"float\" office:value=\"5\"/>\n   </table:table-row>\n  </table:table>\n </office:body>\n\
        </office:document-content>\n";
    holds(&ods_of(content.as_bytes()), &["A1=王 伟", "B1=5"]);
    let manifest = r#"<manifest:manifest><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"#;
    let parts = [("META-INF/manifest.xml", manifest.as_bytes()), ("content.xml", content.as_bytes())];
    holds(&zipped(&parts), &["A1=王 伟", "B1=5"]);
}

#[test]
fn ods_that_would_fill_the_memory_or_never_end_is_refused() {
    let row = r#"<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384" office:value="1"/></table:table-row>"#;
    let wide =
        r#"<table:table-row><table:table-cell table:number-columns-repeated="16384" office:value="1"/></table:table-row>"#;
    let spaces = r#"<table:table-row><table:table-cell office:value-type="string"><text:p><text:s text:c="99999999999"/></text:p></table:table-cell></table:table-row>"#;
    for rows in [row, &wide.repeat(5000), spaces] {
        let bytes = ods(&format!(r#"<table:table table:name="a">{rows}</table:table>"#));
        assert_matches!(refused("a.ods", &bytes), OpenError::TooLarge { .. });
    }
    // A table, and a note in a cell, whose end is missing: calamine would wait for it.
    for content in [
        r#"<a><table:table table:name="a">"#,
        r#"<a><table:table table:name="a"><table:table-row><table:table-cell office:value-type="string"><office:annotation>"#,
    ] {
        assert_matches!(refused("a.ods", &ods_of(content.as_bytes())), OpenError::Truncated);
    }
    for content in [
        r#"<a><table:table table:name="a"></a></table:table>"#,
        // Not the end that calamine waits for, either.
        r#"<a><table:table table:name="a"></table:table table:number-rows-repeated="1048576"></a>"#,
        r#"<a><table:table table:name="a"></table:table/></a>"#,
    ] {
        assert_matches!(refused("a.ods", &ods_of(content.as_bytes())), OpenError::Broken { .. });
    }
}

// ---- text ----

#[test]
fn text_in_every_encoding() {
    let list = "姓名,电话\r\n王伟,138\r\n";
    let want = ["A1=姓名", "B1=电话", "A2=王伟", "B2=138"];
    holds(list.as_bytes(), &want);
    holds(&["\u{feff}".as_bytes(), list.as_bytes()].concat(), &want);
    holds(&encoding_rs::GB18030.encode(list).0, &want);
    let tabs = list.replace(',', "\t");
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    holds(&utf16(&format!("\u{feff}{tabs}"), u16::to_le_bytes), &want);
    holds(&utf16(&format!("\u{feff}{tabs}"), u16::to_be_bytes), &want);
    holds(&utf16(&tabs, u16::to_le_bytes), &want);
    // Characters that only GB18030 can write, and second bytes that look like a bar.
    let rare = "姓名|𠮷田\n䶮|詜\n";
    holds(&encoding_rs::GB18030.encode(rare).0, &["A1=姓名", "B1=𠮷田", "A2=䶮", "B2=詜"]);
}

#[test]
fn rows_are_numbered_as_excel_shows_them() {
    let text = "标题\r\n\r\n姓名,备注\r\n王伟,\"第一行\r\n第二行\r\n\"\r\n\r\n\r\n李娜,\"他说\"\"好\"\"\"\r\n=\"001\",x";
    let want = [
        "A1=标题",
        "A3=姓名",
        "B3=备注",
        "A4=王伟",
        "B4=第一行\n第二行\n",
        "A7=李娜",
        "B7=他说\"好\"",
        "A8=\"001\"",
        "B8=x",
    ];
    let want: Vec<String> = want.map(|cell| cell.replace("A8=\"", "A8==\"")).to_vec();
    let want: Vec<&str> = want.iter().map(String::as_str).collect();
    holds(text.as_bytes(), &want);
    holds(text.replace("\r\n", "\n").as_bytes(), &want);
    holds(text.replace("\r\n", "\r").as_bytes(), &want);
}

#[test]
fn rows_of_unlike_length_and_blank_fields() {
    holds(b"a,b,c\n,,d\n,,\ne\n", &["A1=a", "B1=b", "C1=c", "C2=d", "A4=e"]);
}

#[test]
fn excels_separator_line_is_no_row() {
    holds(b"sep=;\na;b\n1,5;2\n", &["A1=a", "B1=b", "A2=1,5", "B2=2"]);
}

/// The rows below are not drawn into the cell.
#[test]
fn a_quotation_mark_left_open_loses_nothing() {
    for (text, want) in [
        ("姓名,备注\n王伟,\"未完\n李娜,138", "A1=姓名 B1=备注 A2=王伟 B2=未完 A3=李娜 B3=138"),
        // Its partner is another one's.
        ("a,b\n1,\"x\n2,\"y\"\n3,z\n", "A1=a B1=b A2=1 B2=x A3=2 B3=y A4=3 B4=z"),
        ("a,b\n1,\"x\n\"2\",y\n", "A1=a B1=b A2=1 B2=x A3=2 B3=y"),
        ("a,b,c\n1,\"x,y\n2,\"m,n\",o\n", "A1=a B1=b C1=c A2=1 B2=x C2=y A3=2 B3=m,n C3=o"),
        ("a,b\n\"1,x\n\"2,y\n", "A1=a B1=b A2=1 B2=x A3=2 B3=y"),
    ] {
        let (cells, end) = read_bytes(text.as_bytes());
        assert_eq!(cells.join(" "), want, "{text}");
        assert!(end.unreadable_count > 0 && end.unreadable.iter().all(|cell| cell.what == Unreadable::OpenQuote), "{text}");
        assert_eq!(end.unreadable[0].row, 2);
    }
    let long = format!("a,b\n1,\"{}\n", "x,y\n".repeat(1 << 19));
    let (cells, end) = read_bytes(long.as_bytes());
    assert_eq!((cells.len(), end.unreadable_count), (2 + 3 + 2 * ((1 << 19) - 1), 1));
}

#[test]
fn quotation_marks_within_a_text() {
    for (text, want) in [
        ("a,b\n1,\"x\n\"\"y\"\" z\"\n2,3\n", "A1=a B1=b A2=1 B2=x\n\"y\" z A3=2 B3=3"),
        // Not doubled, as they should be.
        ("a,b\n1,\"他说\"好\"\"\n", "A1=a B1=b A2=1 B2=他说好\"\""),
        ("a,b\n1,\"一\n他说\"好\n\n", "A1=a B1=b A2=1 B2=一\n他说好"),
        ("尺寸,b\n6\"屏,x\"y\n", "A1=尺寸 B1=b A2=6\"屏 B2=x\"y"),
        ("\"a\",\"b\"\n\"\",\"\"\"\"\n", "A1=a B1=b B2=\""),
    ] {
        let (cells, end) = read_bytes(text.as_bytes());
        assert_eq!(cells.join(" "), want, "{text}");
        assert_eq!(end.unreadable_count, 0, "{text}");
    }
    let (cells, end) = read_bytes(format!("a,\"{}\"\n", "x\n".repeat(300)).as_bytes());
    assert_eq!((cells.len(), end.unreadable[0].what), (2, Unreadable::ManyLines));
}

#[test]
fn bytes_without_meaning_are_kept_visible_and_reported() {
    let mut bytes = encoding_rs::GB18030.encode(&"姓名,电话\n王伟,138\n".repeat(20)).0.into_owned();
    bytes.extend(b"\xC0\xEE\xFF,139\n");
    let (cells, end) = read_bytes(&bytes);
    assert_eq!(cells[80..], ["A41=李�", "B41=139"]);
    assert_eq!(end.unreadable, [UnreadableCell { row: 41, column: 0, exact: true, what: Unreadable::BadBytes }]);
}

#[test]
fn an_endless_line_is_cut_off() {
    let (_, end) = read_bytes("x".repeat(20 << 20).as_bytes());
    assert_matches!(end.cut, Some(Cut { why: OpenError::TooLarge { what: "一行文字", .. }, .. }));
    let (cells, end) = read_bytes(format!("a,{},c\n", "b".repeat(2 << 20)).as_bytes());
    assert_eq!(cells, ["A1=a", "C1=c"]);
    assert_eq!(end.unreadable, [UnreadableCell { row: 1, column: 1, exact: true, what: Unreadable::TooLong }]);
}

// ---- anything ----

/// Opens and reads everything there is; an error is all right, a panic is not.
fn survives(bytes: &[u8]) {
    let file = on_disk("a", bytes);
    let limits = Limits { max_grid_bytes: 64 << 20, ..Limits::default() };
    if let Ok(mut book) = Workbook::open(&file.path, &limits) {
        for sheet in 0..book.sheets().len() {
            let _ = book.stream(sheet, &mut |_| ControlFlow::Continue(()));
            book.merges(sheet);
        }
    }
}

fn well_formed() -> Vec<Vec<u8>> {
    let cells = [xls_number(1, 1, 7.0), xls_number(4, 2, 1.0)].concat();
    vec![
        xlsx(r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46203</v></c></row>"#),
        compound(&[("Workbook", &xls_stream(&cells))]),
        ods(
            r#"<table:table table:name="a"><table:table-row><table:table-cell office:value="1"/></table:table-row></table:table>"#,
        ),
        encoding_rs::GB18030.encode("姓名,\"备\n注\"\r\n王伟,138\r\n").0.into_owned(),
    ]
}

/// The parts of the zipped files, unzipped, so that damage is not caught by the checksums.
fn damaged_part(which: usize, at: usize, with: u8) -> Vec<u8> {
    let mut rows =
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>"#.as_bytes().to_vec();
    let mut tables = r#"<a><table:table table:name="a"><table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string" table:number-columns-repeated="3"><text:p>x<text:s text:c="2"/></text:p></table:table-cell></table:table-row></table:table></a>"#.as_bytes().to_vec();
    let part = if which == 0 { &mut rows } else { &mut tables };
    let at = at % part.len();
    part[at] = with;
    if which == 0 { xlsx(&String::from_utf8_lossy(&rows)) } else { ods_of(&tables) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..3000), head in 0..5_usize) {
        let signatures: [&[u8]; 5] = [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE", "姓名,".as_bytes()];
        survives(&[signatures[head], &bytes].concat());
    }

    #[test]
    fn any_text_is_survived(text in "[ -~\\n\\r\t\"姓名王,;|\u{0}\u{fffd}]{0,300}") {
        survives(text.as_bytes());
        survives(&encoding_rs::GB18030.encode(&text).0);
    }

    #[test]
    fn damaged_files_are_survived(which in 0..4_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), is_cut: bool) {
        let mut bytes = well_formed().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes);
    }

    #[test]
    fn damaged_parts_are_survived(which in 0..2_usize, at: usize, with in prop::sample::select(b"<>/\"'&0 x\0".to_vec())) {
        survives(&damaged_part(which, at, with));
    }

    #[test]
    fn csv_is_read_as_it_was_written(
        rows in (2..5_usize).prop_flat_map(|columns| {
            prop::collection::vec(prop::collection::vec("[a-z王\", \n]{0,6}", columns), 2..6)
        })
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        let mut want = Vec::new();
        for (line, row) in (1..).zip(&rows) {
            writer.write_record(row).unwrap();
            for (column, field) in row.iter().enumerate().filter(|(_, field)| !field.is_empty()) {
                want.push(format!("{}{line}={field}", letters(column as u32)));
            }
        }
        let file = on_disk("a.csv", &writer.into_inner().unwrap());
        let delimiter = match Workbook::open(&file.path, &Limits::default()).map(|book| *book.format()) {
            Ok(Format::Csv { delimiter, .. }) => delimiter,
            _ => return Ok(()),
        };
        prop_assert_eq!(delimiter, b',');
        prop_assert_eq!(read(&file.path, &Limits::default()).unwrap().0, want);
    }
}
