//! What [`super::plain_sheet`] finds is what calamine finds: on made-up sheets of every kind, and on the sample.

use std::ops::ControlFlow;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use proptest::prelude::*;

use super::content::{Content, Source};
use super::fault::OpenError;
use super::limits::Limits;
use super::plain_book::PlainBook;
use super::plain_sheet::{self, NumberFormat};
use super::rows::StreamEnd;
use super::tests::{WORKBOOK, on_disk, sheet, xlsx_of, zipped};
use super::xlsx;

/// Rows as they are pushed, one text each.
#[derive(Debug, Default)]
struct Told {
    rows: Vec<String>,
    end: Option<StreamEnd>,
}

impl Told {
    /// What may not depend on who reads.
    fn facts(&self) -> (&[String], String) {
        let end = self.end.as_ref().map(|end| (end.rows, end.cells, end.unreadable_count, end.cut.is_some()));
        (&self.rows, format!("{end:?}"))
    }
}

fn told(stream: impl FnOnce(&mut dyn FnMut(super::Row<'_>) -> ControlFlow<()>) -> Result<StreamEnd, OpenError>) -> Told {
    let mut told = Told::default();
    let end = stream(&mut |row| {
        told.rows.push(format!("{row:?}"));
        ControlFlow::Continue(())
    });
    told.end = end.ok();
    told
}

fn source(path: &Path) -> Source {
    Content::OnDisk(path.to_path_buf()).source().unwrap()
}

/// The rows of every sheet, as our reader with calamine behind it gives them, and as calamine alone does; and in how
/// many sheets ours needed no help.
fn both(path: &Path) -> (Vec<(Told, Told)>, usize) {
    let limits = Limits::default();
    let content = Content::OnDisk(path.to_path_buf());
    let mut book = xlsx::Book::open(&content, &limits).unwrap();
    let mut calamine = xlsx::with_calamine(source(path)).unwrap();
    let mut alone = 0;
    let mut plain = PlainBook::open(source(path)).unwrap();
    let sheets = book.sheets();
    let pairs = sheets.iter().enumerate().map(|(at, sheet)| {
        let ours = told(|on_row| book.stream((at, &sheet.name), &limits, on_row));
        let theirs = told(|on_row| xlsx::stream(&mut calamine, &sheet.name, &limits, on_row));
        if let Some(plain) = &mut plain {
            alone += usize::from(plain.stream(at, &limits, &mut |_| ControlFlow::Continue(())).is_ok());
        }
        (ours, theirs)
    });
    let pairs = pairs.collect();
    (pairs, alone)
}

const STRINGS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"9\" uniqueCount=\"9\">\
    <si><t>甲</t></si><si><t xml:space=\"preserve\"> 乙 </t></si><si><t> 丙\u{3000}\n</t></si><si/><si><t/></si>\
    <si><r><rPr><b/><sz val=\"11\"/></rPr><t>王</t></r><r><t xml:space=\"preserve\"> 伟</t></r></si>\
    <si><t>佐藤</t><rPh sb=\"0\" eb=\"2\"><t>サトウ</t></rPh><phoneticPr fontId=\"1\"/></si>\
    <si><t>A&amp;B &lt;一&gt; &#20108;&#x4e09;&quot;&apos;</t></si><si><t>行_x000D_\r\n尾 _x005F_x000D_ _xZZZZ_ _x1</t></si></sst>";

/// Cells as programs write them, and as none should. `@` stands for the address.
const CELLS: [&str; 34] = [
    "<c r=\"@\"><v>1</v></c>",
    "<c r=\"@\" s=\"1\"><v>45992</v></c>",
    "<c r=\"@\" s=\"1\"><v>0.5</v></c>",
    "<c r=\"@\" s=\"2\"><v>1.75</v></c>",
    "<c r=\"@\" s=\"99\"><v>-1.5E-3</v></c>",
    "<c r=\"@\" t=\"n\"><v>123456789012345678</v></c>",
    "<c r=\"@\" s=\"0\" t=\"s\"><v>0</v></c>",
    "<c r=\"@\" t=\"s\"><v>1</v></c>",
    "<c t=\"s\" r=\"@\"><v>2</v></c>",
    "<c r=\"@\" t=\"s\"><v>3</v></c>",
    "<c r=\"@\" t=\"s\"><v>5</v></c>\n",
    "<c r=\"@\" t=\"s\"><v>6</v></c>",
    "<c r=\"@\" t=\"s\"><v>7</v></c>",
    "<c r=\"@\" t=\"s\"><v>8</v></c>",
    "<c r=\"@\" t=\"s\"><v>77</v></c>",
    "<c r=\"@\"/>",
    "<c r=\"@\" s=\"1\"></c>",
    "<c r=\"@\"><v/></c>",
    "<c r=\"@\"><v></v></c>",
    "<c><v>7</v></c>",
    "<c r=\"@\" t=\"inlineStr\"><is><t>丁&amp;戊</t></is></c>",
    "<c r=\"@\" t=\"inlineStr\"><is><r><t>己</t></r><r><t xml:space=\"preserve\"> 庚</t></r></is></c>",
    "<c r=\"@\" t=\"inlineStr\"><is><t> 辛 </t></is><v>9</v></c>",
    "<c r=\"@\" t=\"str\"><f>A1&amp;\"&gt;\"</f><v>壬 &lt;癸&gt; _x000D_</v></c>",
    "<c r=\"@\"><f t=\"shared\" si=\"0\"/><v>3.25</v></c>",
    "<c r=\"@\"><f>SUM(A1:A2)</f></c>",
    "<c r=\"@\" t=\"b\"><v>1</v></c>",
    "<c r=\"@\" t=\"b\"><v>true</v></c>",
    "<c r=\"@\" t=\"e\"><v>#N/A</v></c>",
    "<c r=\"@\" t=\"e\"><v>#奇怪</v></c>",
    "<c r=\"@\" t=\"d\"><v>2026-11-30</v></c>",
    "<c r=\"@\"><v>不是数字</v></c>",
    "<c r=\"@\" t=\"str\"><v><![CDATA[<甲>]]></v></c>",
    "<!-- 说明 --><c r='@'><v>8</v></c>",
];

fn letters(column: u32) -> char {
    char::from(b'A' + column as u8)
}

/// A row of such cells; `kind` says how its own tag is written.
fn row(number: u32, kind: u8, cells: &[(u32, usize)]) -> String {
    let of_cell = |(column, cell): &(u32, usize)| CELLS[*cell].replace('@', &format!("{}{number}", letters(*column)));
    let cells: String = cells.iter().map(of_cell).collect();
    match kind {
        0 => format!("<row r=\"{number}\"/>"),
        1 => format!("<row>{cells}</row>"),
        2 => format!("\n  <row spans=\"1:9\" r=\"{number}\" ht=\"15\" customHeight=\"1\" hidden=\"1\">\r\n{cells} </row>"),
        _ => format!("<row r=\"{number}\">{cells}</row>"),
    }
}

#[test]
fn each_cell_is_as_calamine_has_it() {
    for (at, cell) in CELLS.iter().enumerate() {
        let rows = row(1, 3, &[(0, 0)]) + &row(2, 3, &[(0, 0), (1, at), (2, 6)]) + &row(3, 3, &[(2, 6)]);
        let file = on_disk("清单.xlsx", &xlsx_of(WORKBOOK, Some(STRINGS), &sheet(&rows)));
        let (pairs, _) = both(&file.path);
        let [(ours, theirs)] = &pairs[..] else { panic!("one sheet") };
        assert_eq!(ours.facts(), theirs.facts(), "{cell}");
    }
}

#[test]
fn a_row_that_comes_twice_is_as_calamine_has_it() {
    let odd = [
        r#"<row r="3"><c r="A3"><v>1</v></c></row><row><c r="A3"><v>2</v></c></row>"#,
        r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>"#,
        r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="4"><c r="A3"><v>2</v></c></row>"#,
        r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="4"></row><row r="3"><c r="A3"><v>2</v></c></row>"#,
        r#"<row><c r="A2"><v>1</v></c><c><v>7</v></c></row>"#,
    ];
    for rows in odd {
        let file = on_disk("清单.xlsx", &xlsx_of(WORKBOOK, Some(STRINGS), &sheet(rows)));
        let (pairs, _) = both(&file.path);
        let [(ours, theirs)] = &pairs[..] else { panic!("one sheet") };
        assert_eq!(ours.facts(), theirs.facts(), "{rows}");
    }
}

#[test]
fn what_programs_write_needs_no_calamine() {
    let usual: Vec<usize> = (0..14).chain(15..27).chain(28..29).filter(|at| CELLS[*at].contains('@')).collect();
    let placed = |cells: &[usize]| (0..).zip(cells.iter().copied()).collect::<Vec<_>>();
    let rows = row(1, 2, &placed(&usual[..13])) + &row(2, 3, &placed(&usual[13..])) + &row(5, 0, &[]);
    let file = on_disk("清单.xlsx", &xlsx_of(WORKBOOK, Some(STRINGS), &sheet(&rows)));
    let (pairs, alone) = both(&file.path);
    assert_eq!((pairs.len(), alone), (1, 1));
}

#[test]
fn the_sample_is_read_without_calamine_and_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/导入");
    let mut folders = vec![folder];
    let mut sheets = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "xlsx")
                && xlsx::with_calamine(source(&entry)).is_ok()
            {
                let (pairs, alone) = both(&entry);
                assert_eq!(alone, pairs.len(), "{}", entry.display());
                sheets += pairs.len();
                pairs.iter().for_each(|(ours, theirs)| assert_eq!(ours.facts(), theirs.facts()));
            }
        }
    }
    assert!(sheets > 5, "{sheets}");
}

#[test]
fn formats_are_days_where_calamine_says_so() {
    let codes = [
        "General",
        "0.00",
        "yyyy-mm-dd",
        "yyyy\"年\"m\"月\"d\"日\"",
        "[$-804]aaaa;@",
        "h:mm AM/PM",
        "上午/下午h\"时\"",
        "[h]:mm:ss",
        "[Red]0.00",
        "#,##0;[Red]-#,##0",
        "\"d\"0",
        "\\d0",
        "_d0",
        "[mm]",
        "m/d/yy h:mm",
        "0;yyyy",
        "[DBNum1][$-804]yyyy",
        "@",
        "e\"年\"m",
        "[>=100][s].00",
        "¥#,##0.00",
        "a/p",
        "0 \"天\"",
    ];
    let own: String = codes
        .iter()
        .enumerate()
        .map(|(at, code)| {
            format!(
                "<numFmt numFmtId=\"{}\" formatCode=\"{}\"/>",
                200 + at,
                code.replace('"', "&quot;").replace('>', "&gt;")
            )
        })
        .collect();
    let ids: Vec<usize> = (0..60).chain(200..200 + codes.len()).collect();
    let styles: String = ids.iter().map(|id| format!("<xf numFmtId=\"{id}\"/>")).collect();
    let styles = format!(
        "<styleSheet><numFmts>{own}</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>"
    );
    let cells: String = (0..ids.len())
        .map(|style| format!("<row r=\"{0}\"><c r=\"A{0}\" s=\"{style}\"><v>45000</v></c></row>", style + 1))
        .collect();
    let bytes = xlsx_of(WORKBOOK, None, &sheet(&cells));
    // The same with these styles.
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let (name, mut content) = (part.name().unwrap().to_string(), Vec::new());
        std::io::copy(&mut part, &mut content).unwrap();
        parts.push((name.clone(), if name == "xl/styles.xml" { styles.clone().into_bytes() } else { content }));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let file = on_disk("清单.xlsx", &zipped(&parts));
    let formats = plain_sheet::number_formats(styles.as_bytes()).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(source(&file.path)).unwrap();
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).unwrap();
    for (style, id) in ids.iter().enumerate() {
        let theirs = match range.get_value((style as u32, 0)).unwrap() {
            Data::DateTime(day) if day.is_duration() => NumberFormat::Duration,
            Data::DateTime(_) => NumberFormat::Date,
            _ => NumberFormat::Number,
        };
        let code = id.checked_sub(200).map(|at| codes[at]);
        assert_eq!(formats[style], theirs, "{id} {code:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Whatever stands in a sheet: no row is lost, none comes twice, none is different.
    #[test]
    fn every_sheet_is_as_calamine_has_it(
        rows in prop::collection::vec(
            (1u32..4, 0u8..8, prop::collection::btree_map(0u32..9, 0usize..CELLS.len(), 0..5)), 0..12),
        end in prop::sample::select(vec!["", "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>", "<row r=\"900\"><c r=\"A900\"", "<x:row/>"]),
    ) {
        let mut number = 0;
        let mut text = String::new();
        for (step, kind, cells) in &rows {
            number += step;
            text += &row(number, *kind, &cells.iter().map(|(column, cell)| (*column, *cell)).collect::<Vec<_>>());
        }
        text += end;
        let file = on_disk("清单.xlsx", &xlsx_of(WORKBOOK, Some(STRINGS), &sheet(&text)));
        let (pairs, _) = both(&file.path);
        for (ours, theirs) in &pairs {
            prop_assert_eq!(ours.facts(), theirs.facts());
        }
    }
}
