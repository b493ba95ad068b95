//! Template workbooks filled with records: what is put in, what follows a growing list, what stays as it was.

#[path = "stamping/common.rs"]
mod common;

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use common::*;
use fuwuka::stamp::{Placeholder, Record, Template, Titles, Value, What};

fn read(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook")
}

/// What calamine sees in some cells.
fn seen(bytes: &[u8], sheet: &str, places: &[(u32, u32)]) -> Vec<String> {
    let range = read(bytes).worksheet_range(sheet).expect("a sheet");
    let text = |place: &(u32, u32)| match range.get_value((place.0 - 1, place.1 - 1)) {
        Some(Data::DateTime(moment)) => moment.as_datetime().map(|moment| moment.date().to_string()).unwrap_or_default(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    places.iter().map(text).collect()
}

#[test]
fn fields_and_lists_are_filled_with_their_types() {
    for name in TEMPLATES {
        let bytes = template(name).stamp(&card(1, 4)).expect("stamped");
        let want = [
            "W0001",
            "王<小>明 & 家人",
            "300000.5",
            "2026-03-05",
            "2026-12-01",
            "地址：某市某区某路1号（000000）",
            "服务专员：李四",
        ];
        // Three more policies, one more relative, three more visits of two rows: row 17 is row 27.
        let fields = [(2, 2), (2, 4), (3, 2), (3, 4), (3, 6), (4, 1), (27, 1)];
        assert_eq!(seen(&bytes, "客户卡", &fields), want, "{name}");
        let range = read(&bytes).worksheet_range("客户卡").expect("a sheet");
        assert_eq!(
            range.get_value((7, 0)),
            Some(&Data::String("0001000001".into())),
            "{name}: numbers of policies are text"
        );
        assert_eq!(range.get_value((9, 3)), Some(&Data::Float(400_000.0)), "{name}");
        let rows = [(7, 2), (8, 7), (10, 6), (11, 1), (14, 2), (15, 2), (18, 1), (18, 3), (19, 3), (24, 1), (25, 3)];
        let want = [
            "险种0",
            "失效",
            "2020-01-02",
            "合计",
            "王0",
            "王1",
            "2026-06-01",
            "保单检视\n缴费提醒",
            "反馈：反馈0",
            "2026-06-04",
            "反馈：反馈3",
        ];
        assert_eq!(seen(&bytes, "客户卡", &rows), want, "{name}");
    }
}

#[test]
fn an_empty_list_keeps_one_blank_row() {
    for name in TEMPLATES {
        let bytes = template(name).stamp(&card(1, 0)).expect("stamped");
        assert_eq!(
            seen(&bytes, "客户卡", &[(7, 1), (8, 1), (11, 1), (14, 1), (15, 3), (17, 1)]),
            ["", "合计", "", "", "反馈：", "服务专员：李四"],
            "{name}"
        );
        let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
        let before = part(&template_bytes(name), "xl/worksheets/sheet2.xml");
        let heights =
            |sheet| attributes(sheet, "row", "ht").iter().map(|ht| ht.parse().expect("points")).collect::<Vec<f64>>();
        let (was, is) = (heights(&before), heights(&sheet));
        assert!(was.len() == is.len() && was.iter().zip(&is).all(|(was, is)| was <= is), "{name}: {was:?} {is:?}");
        for (tag, attribute) in [("c", "s"), ("mergeCell", "ref"), ("conditionalFormatting", "sqref")] {
            let (was, is) = (attributes(&before, tag, attribute), attributes(&sheet, tag, attribute));
            let dated = ("c", "s") == (tag, attribute);
            assert!(was == is || dated && was.len() == is.len(), "{name}: {tag} {attribute}");
        }
    }
}

#[test]
fn every_other_part_stays_byte_for_byte() {
    for name in TEMPLATES {
        let before = parts(&template_bytes(name));
        for policies in [0, 1, 4] {
            let after = parts(&template(name).stamp(&card(1, policies)).expect("stamped"));
            let gone: Vec<_> = before.keys().filter(|part| !after.contains_key(*part)).collect();
            assert_eq!(gone, if name == "odd" { vec!["xl/calcChain.xml"] } else { vec![] }, "{name}");
            assert!(after.keys().all(|part| before.contains_key(part)), "{name}: nothing is added");
            let changed: Vec<_> =
                after.iter().filter(|(part, bytes)| before[*part] != **bytes).map(|(part, _)| part.as_str()).collect();
            // The index and the card; what hangs on the card only if rows moved; a style for 下次拜访, whose cell has none for dates.
            let may = |part: &str| {
                matches!(part, "xl/workbook.xml" | "xl/worksheets/sheet1.xml" | "xl/worksheets/sheet2.xml" | "xl/styles.xml")
                    || policies > 1 && (part.contains("drawings/") || part.contains("comments"))
                    || part.contains("charts/")
                    || name == "odd" && (part == "[Content_Types].xml" || part == "xl/_rels/workbook.xml.rels")
            };
            let others: Vec<_> = changed.iter().filter(|part| !may(part)).collect();
            assert!(others.is_empty(), "{name} with {policies}: {others:?}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for name in TEMPLATES {
        let (one, other) = (template(name), template(name));
        assert_eq!(one.stamp(&card(1, 3)), other.stamp(&card(1, 3)));
        let cards = [card(1, 2), card(2, 0)];
        let (mut first, mut second) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        one.book(&cards, &index(&cards), &mut first).expect("a book");
        one.book(&cards, &index(&cards), &mut second).expect("a book");
        assert!(first.into_inner() == second.into_inner(), "{name}");
    }
}

/// With four policies, two relatives and four visits: three, one and six more rows.
#[test]
fn what_stands_around_a_list_follows_it() {
    for name in TEMPLATES {
        let bytes = template(name).stamp(&card(1, 4)).expect("stamped");
        let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
        let mut merges = attributes(&sheet, "mergeCell", "ref");
        merges.sort();
        let mut want = vec!["A1:H1", "A4:H4", "C14:E14", "C15:E15", "A27:D27"];
        want.extend(["A18:A19", "C18:H18", "C19:H19", "A20:A21", "C20:H20", "C21:H21"]);
        want.extend(["A22:A23", "C22:H22", "C23:H23", "A24:A25", "C24:H24", "C25:H25"]);
        want.sort_unstable();
        assert_eq!(merges, want, "{name}: merged ranges");
        assert_eq!(attributes(&sheet, "mergeCells", "count"), ["17"], "{name}");

        let formulas: Vec<String> = inside(&sheet, "f").into_iter().filter(|f| !f.contains('!')).collect();
        for want in ["SUM(D7:D10)", "COUNTIF(G7:G10,\"有效\")", "IF(E9=\"\",\"\",E9/SUM(E$7:E$10))", "E11*2", "SUM(E7:E10)"]
        {
            assert!(formulas.iter().any(|formula| formula == want), "{name}: {want} in {formulas:?}");
        }

        let choices = attributes(&sheet, "dataValidation", "sqref");
        assert!(choices.contains(&"G7:G10".to_string()) && choices.contains(&"F2".to_string()), "{name}: {choices:?}");
        let looks = attributes(&sheet, "conditionalFormatting", "sqref");
        assert!(looks.contains(&"A7:H10".to_string()), "{name}: {looks:?}");
        assert!(looks.iter().any(|area| area.starts_with("D7:D10")), "{name}: {looks:?}");
        assert_eq!(attributes(&sheet, "brk", "id").first().map(String::as_str), Some("16"), "{name}: page break");
        assert!(attributes(&sheet, "hyperlink", "ref").contains(&"A28".to_string()), "{name}: link");
        assert!(
            attributes(&sheet, "dimension", "ref").iter().all(|area| area.ends_with("28") || area.ends_with("27")),
            "{name}"
        );
        assert!(inside(&sheet, "oddHeader").iter().any(|header| header.contains("W0001")), "{name}: header");

        let book = part(&bytes, "xl/workbook.xml");
        let names = inside(&book, "definedName").join(" ").replace('\'', "");
        let end = if name == "xlsxwriter" { 30 } else { 28 };
        for want in
            [format!("客户卡!$A$1:$H${end}"), "客户卡!$1:$2".into(), "客户卡!$E$7:$E$10".into(), "客户卡!$E$11".into()]
        {
            assert!(names.contains(&want), "{name}: {want} in {names}");
        }
        assert!(book.contains("fullCalcOnLoad=\"1\""), "{name}");

        // Heights and styles of the list's row are those of every copy.
        let heights = attributes(&sheet, "row", "ht");
        let height =
            ["21.5", "21.75", "21"].into_iter().find(|height| heights.iter().any(|own| own == height)).expect("a height");
        assert!(heights.iter().filter(|own| *own == height).count() >= 4, "{name}: {heights:?}");
    }
}

#[test]
fn notes_pictures_charts_and_extensions_follow_a_list() {
    let bytes = template("xlsxwriter").stamp(&card(1, 4)).expect("stamped");
    assert_eq!(attributes(&part(&bytes, "xl/comments1.xml"), "comment", "ref"), ["A6", "A27"]);
    let notes = part(&bytes, "xl/drawings/vmlDrawing1.vml");
    assert_eq!(inside(&notes, "Row"), ["5", "26"]);
    // The logo above stays; below, one picture moves and keeps its size, the text box and the chart move.
    let before = inside(&part(&template_bytes("xlsxwriter"), "xl/drawings/drawing1.xml"), "row");
    let after = inside(&part(&bytes, "xl/drawings/drawing1.xml"), "row");
    let moved: Vec<i64> = before
        .iter()
        .zip(&after)
        .map(|(was, is)| is.parse::<i64>().expect("a row") - was.parse::<i64>().expect("a row"))
        .collect();
    assert_eq!((&moved[..2], &moved[2..]), (&[0, 0][..], &[10; 8][..]), "{before:?} {after:?}");
    let chart = part(&bytes, "xl/charts/chart1.xml");
    assert_eq!(inside(&chart, "f"), ["客户卡!$E$6", "客户卡!$B$7:$B$10", "客户卡!$E$7:$E$10"]);
    assert!(!chart.contains("{{"), "no values of the template are left");
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    assert_eq!(attributes(&sheet, "ignoredError", "sqref"), ["A7:A11"]);
    assert_eq!(attributes(&sheet, "autoFilter", "ref"), ["A6:G10"]);
    let mut places = inside(&sheet, "sqref");
    places.sort();
    // One sparkline for each policy, one for the sum; the data bar once over the whole list.
    assert_eq!(places, ["D7:D10", "I10", "I27", "I7", "I8", "I9"]);
    let drawn: Vec<String> = inside(&sheet, "f").into_iter().filter(|formula| formula.contains('!')).collect();
    for want in ["客户卡!D9:E9", "客户卡!E7:E11"] {
        assert!(drawn.iter().any(|formula| formula == want), "{want} in {drawn:?}");
    }
    assert!(sheet.contains("$E$11"), "the bar's smallest value is the sum's cell");
}

#[test]
fn odd_writing_is_kept() {
    let bytes = template("odd").stamp(&card(1, 2)).expect("stamped");
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(sheet.starts_with('\u{feff}') && sheet.contains("<x:worksheet") && sheet.contains("\r\n"));
    assert!(!sheet.contains("<c ") && !sheet.contains("<v>") && !sheet.contains("<is>"), "every tag keeps its prefix");
    assert!(!sheet.contains("t=\"shared\""), "shared formulas stand for themselves");
    assert!(sheet.contains("t=\"array\" ref=\"H9\""), "an array formula moves with its range");
    assert!(!part(&bytes, "[Content_Types].xml").contains("calcChain"));
    assert!(!part(&bytes, "xl/_rels/workbook.xml.rels").contains("calcChain"));
}

#[test]
fn text_keeps_the_looks_of_its_runs() {
    for name in ["openpyxl", "odd"] {
        let sheet = part(&template(name).stamp(&card(1, 1)).expect("stamped"), "xl/worksheets/sheet2.xml");
        let row = sheet.split("r=\"A4\"").nth(1).and_then(|rest| rest.split("r=\"B4\"").next()).expect("the address");
        assert_eq!(
            inside(row, "t").iter().filter(|t| !t.trim().is_empty()).cloned().collect::<Vec<_>>(),
            ["地址：", "某市某区某路1号", "（000000）"],
            "{name}"
        );
        assert_eq!(attributes(row, "i", "val"), ["1"], "{name}");
        assert_eq!(attributes(row, "b", "val"), ["1"], "{name}");
    }
}

#[test]
fn what_other_sheets_say_of_a_list_follows_it() {
    let small = Small::card(&format!("<row r=\"2\">{}</row>", cell("A2", "{{#保单.保费}}")), "")
        .sheet("汇总", "<sheetData><row r=\"1\"><c r=\"A1\"><f>SUM(卡!A2:A2)+卡!A3</f><v>7</v></c></row></sheetData>")
        .sheet("无关", "<sheetData><row r=\"1\"><c r=\"A1\"><f>1+1</f><v>2</v></c></row></sheetData>")
        .sheet("再算", "<sheetData><row r=\"1\"><c r=\"A1\"><f>SUM(全部)</f><v>7</v></c></row></sheetData>")
        .name("全部", "卡!$A$2");
    let mut record = Record::default();
    record.lists.insert("保单".into(), (0..3).map(|at| row(at, &[("保费", 1.0.into())])).collect());
    let bytes = small.bytes();
    let stamped = open(&bytes).stamp(&record).expect("stamped");
    assert_eq!(inside(&part(&stamped, "xl/worksheets/sheet2.xml"), "f"), ["SUM(卡!A2:A4)+卡!A5"]);
    assert_eq!(part(&stamped, "xl/worksheets/sheet3.xml"), part(&bytes, "xl/worksheets/sheet3.xml"));
    assert!(!part(&stamped, "xl/worksheets/sheet4.xml").contains("<v>"), "what was worked out before is gone");
    assert_eq!(inside(&part(&stamped, "xl/workbook.xml"), "definedName"), ["卡!$A$2:$A$4"]);
}

#[test]
fn a_label_merged_down_the_list_grows_with_it() {
    let rows =
        format!("<row r=\"1\">{}{}</row><row r=\"2\"><c r=\"A2\"/></row>", cell("A1", "保单"), cell("B1", "{{#保单.险种}}"));
    let small = Small::card(&rows, "<mergeCells count=\"1\"><mergeCell ref=\"A1:A2\"/></mergeCells>");
    let mut record = Record::default();
    record.lists.insert("保单".into(), (0..3).map(|at| row(at, &[("险种", "x".into())])).collect());
    let stamped = open(&small.bytes()).stamp(&record).expect("stamped");
    assert_eq!(attributes(&part(&stamped, "xl/worksheets/sheet1.xml"), "mergeCell", "ref"), ["A1:A4"]);
    assert_eq!(seen(&stamped, "卡", &[(1, 1), (2, 1), (3, 1), (3, 2)]), ["保单", "", "", "x"]);
}

#[test]
fn one_book_holds_a_sheet_for_each_card() {
    for name in TEMPLATES {
        let cards: Vec<Record> = (1..=5).map(|number| card(number, number)).collect();
        let mut out = Cursor::new(Vec::new());
        template(name).book(&cards, &index(&cards), &mut out).expect("a book");
        let bytes = out.into_inner();
        let sheets = read(&bytes).sheet_names();
        assert_eq!(&sheets[..7], ["索引", "W0001", "W0002", "W0003", "W0004", "W0005", "代码"], "{name}");
        assert_eq!(seen(&bytes, "W0003", &[(2, 2), (7, 2), (9, 2), (10, 1)]), ["W0003", "险种0", "险种2", "合计"], "{name}");
        assert_eq!(seen(&bytes, "索引", &[(4, 1), (8, 1), (8, 2)]), ["W0001", "W0005", "王小明"], "{name}");
        let links = inside(&part(&bytes, "xl/worksheets/sheet1.xml"), "f");
        assert!(links.contains(&"HYPERLINK(\"#'W0005'!A1\",\"W0005\")".to_string()), "{name}: {links:?}");
        check_package(name, &bytes);
        let book = part(&bytes, "xl/workbook.xml");
        for (at, _) in cards.iter().enumerate() {
            let local: Vec<&str> = book
                .split("<definedName ")
                .filter(|entry| entry.contains(&format!("localSheetId=\"{}\"", at + 1)))
                .collect();
            let area = format!("'W{:04}'!$A$1:$H$", at + 1);
            assert!(local.iter().any(|entry| entry.contains("Print_Area") && entry.contains(&area)), "{name}: {local:?}");
            assert!(
                local.iter().any(|entry| entry.contains("年交保费")),
                "{name}: names of the book become each card's own"
            );
        }
        assert_eq!(book.matches("年交保费").count(), 5, "{name}");
    }
}

#[test]
fn copies_of_the_card_have_parts_of_their_own() {
    let cards = [card(1, 1), card(2, 4)];
    let mut out = Cursor::new(Vec::new());
    template("xlsxwriter").book(&cards, &index(&cards), &mut out).expect("a book");
    let bytes = out.into_inner();
    let charts: Vec<Vec<String>> = parts(&bytes)
        .iter()
        .filter(|(part, _)| part.contains("charts/chart"))
        .map(|(part, _)| inside(&common::part(&bytes, part), "f"))
        .collect();
    assert_eq!(charts[0], ["'W0001'!$E$6", "'W0001'!$B$7:$B$7", "'W0001'!$E$7:$E$7"]);
    assert_eq!(charts[1], ["'W0002'!$E$6", "'W0002'!$B$7:$B$10", "'W0002'!$E$7:$E$10"]);
    let second = common::part(&bytes, "xl/worksheets/sheet4.xml");
    for want in ["'W0002'!D8:E8", "'W0002'!E7:E11", "SUM(D7:D10)"] {
        assert!(inside(&second, "f").iter().any(|formula| formula == want), "{want} in {:?}", inside(&second, "f"));
    }
    let media = parts(&bytes).keys().filter(|part| part.contains("media/")).count();
    assert_eq!(media, parts(&template_bytes("xlsxwriter")).keys().filter(|part| part.contains("media/")).count());
    let selected: Vec<String> = parts(&bytes)
        .iter()
        .filter(|(part, text)| part.contains("worksheets/sheet") && String::from_utf8_lossy(text).contains("tabSelected"))
        .map(|(part, _)| part.clone())
        .collect();
    assert_eq!(selected.len(), 1, "sheets shown together would be edited together");
}

#[test]
fn a_streamed_list_is_the_same_list() {
    let template = template("openpyxl");
    let rows: Vec<Vec<Value>> =
        (0..3000).map(|at| vec![format!("W{at:05}").into(), "王小明".into(), day("2026-05-04")]).collect();
    let columns = ["客户编号", "户主", "最近拜访"];
    let mut record = Record { fields: fields(&[("服务专员", "李四".into())]), ..Record::default() };
    let mut streamed = Cursor::new(Vec::new());
    template.stream(&record, "索引", &columns, rows.iter(), &mut streamed).expect("streamed");
    let listed = rows.iter().map(|values| {
        let pairs: Vec<(&str, Value)> = columns.into_iter().zip(values.iter().cloned()).collect();
        row("", &pairs)
    });
    record.lists.insert("索引".into(), listed.collect());
    assert!(template.stamp(&record).expect("stamped") == streamed.into_inner());

    let sink = || Cursor::new(Vec::new());
    let fault = template.stream(&record, "没有", &columns, rows.iter(), sink()).expect_err("no such list");
    assert_eq!(fault.what, What::NoSuchList("没有".into()));
    let fault =
        template.stream(&record, "索引", &columns, (0..2_000_000).map(|_| [Value::Blank]), sink()).expect_err("too long");
    assert_eq!(fault.what, What::TooManyRows("索引".into()));
    let wrong = Wrong(0);
    let fault = template.stream(&record, "索引", &columns, wrong, sink()).expect_err("fewer rows than said");
    assert_eq!(fault.what, What::RowCount { list: "索引".into(), said: 5, found: 3 });
}

/// Says it has five rows and has three.
struct Wrong(usize);

impl Iterator for Wrong {
    type Item = [Value; 1];

    fn next(&mut self) -> Option<[Value; 1]> {
        self.0 += 1;
        (self.0 <= 3).then_some([Value::Blank])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (5, Some(5))
    }
}

impl ExactSizeIterator for Wrong {}

#[track_caller]
fn refused(small: Small, want: &str) {
    refused_bytes(&small.bytes(), want);
}

#[track_caller]
fn refused_bytes(bytes: &[u8], want: &str) {
    let faults = Template::open(bytes, "卡.xlsx").err().unwrap_or_default();
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|said| said.starts_with(want)), "{want} in {said:#?}");
}

#[test]
fn bad_templates_are_refused_with_sheet_and_cell() {
    let row = |cells: &[(&str, &str)]| {
        let cells: String = cells.iter().map(|(place, text)| cell(place, text)).collect();
        format!("<row r=\"2\">{cells}</row>")
    };
    refused(Small::card(&row(&[("B2", "{{客户姓名")]), ""), "卡.xlsx「卡」B2：占位符“{{客户姓名”没有写完");
    refused(Small::card(&row(&[("B2", "{{}}")]), ""), "卡.xlsx「卡」B2：占位符“{{}}”里没有标题");
    refused(
        Small::card(&row(&[("A2", "{{#保单.险种}}"), ("C2", "{{#拜访.方式}}")]), ""),
        "卡.xlsx「卡」C2：同一行里有两种列表：“保单”和“拜访”",
    );
    refused(Small::card(&row(&[("A2", "没有")]), ""), "卡.xlsx：模板里没有占位符");
    let bare = "<row r=\"2\"><c r=\"A2\"><f>1+{{年收入}}&amp;\"{{姓名}}\"</f></c></row>";
    refused(Small::card(bare, ""), "卡.xlsx「卡」A2：公式里的占位符“{{年收入}}”要写在双引号里");
    let list = row(&[("A2", "{{#保单.险种}}"), ("B2", "x")]);
    let two = format!("{list}<row r=\"3\">{}</row>", cell("A3", "{{#保单.保额}}"));
    refused(
        Small::card(&two, "<mergeCells><mergeCell ref=\"B1:B2\"/></mergeCells>"),
        "卡.xlsx「卡」B1：合并单元格 B1:B2 跨出了列表“保单”的行",
    );
    let array = format!("{list}<row r=\"3\"><c r=\"A3\"><f t=\"array\" ref=\"A2:A3\">1</f><v>1</v></c></row>");
    refused(Small::card(&array, ""), "卡.xlsx「卡」A3：数组公式 A2:A3 跨过列表“保单”的行");
    let table = format!("{list}<row r=\"3\"><c r=\"A3\"><f t=\"dataTable\" ref=\"A3:B4\" r1=\"A1\"/></c></row>");
    refused(Small::card(&table, ""), "卡.xlsx「卡」A3：模拟运算表");
    let three = format!("{list}<row r=\"3\"><c r=\"A3\"><f>SUM(一月:三月!A1)</f></c></row>");
    refused(Small::card(&three, ""), "卡.xlsx「卡」A3：公式里跨表引用（一月:三月）");

    let sheet = "xl/worksheets/sheet1.xml";
    let with_table = Small::card(&list, "")
        .relation(sheet, "r1", "table", "xl/tables/table1.xml")
        .part("xl/tables/table1.xml", b"<table id=\"1\" name=\"t\" displayName=\"t\" ref=\"A2:B3\"/>");
    refused(with_table, "卡.xlsx「卡」A2：表格（插入—表格）的标题行里有占位符");
    let note =
        "<comments><commentList><comment ref=\"A1\"><text><t>{{客户姓名}}</t></text></comment></commentList></comments>";
    let with_note = Small::card(&list, "")
        .relation(sheet, "r1", "comments", "xl/comments1.xml")
        .part("xl/comments1.xml", note.as_bytes());
    refused(with_note, "卡.xlsx「卡」：批注里有占位符“{{客户姓名}}”");
    let with_pivot = Small::card(&list, "")
        .relation(sheet, "r1", "pivotTable", "xl/pivotTables/p.xml")
        .part("xl/pivotTables/p.xml", b"<p/>");
    refused(with_pivot, "卡.xlsx「卡」：数据透视表");
    let source = "<pivotCacheDefinition><cacheSource><worksheetSource ref=\"A1:B2\" sheet=\"卡\"/></cacheSource></pivotCacheDefinition>";
    let cache = "xl/pivotCache/c.xml";
    let with_cache = Small::card(&list, "")
        .relation("xl/workbook.xml", "rc", "pivotCacheDefinition", cache)
        .part(cache, source.as_bytes());
    refused(with_cache, "卡.xlsx「卡」：数据透视表");
    refused(Small::card("<row r=\"2\"><c r=\"A2\"/><x></row>", ""), "卡.xlsx：部件“xl/worksheets/sheet1.xml”坏了");
    refused_bytes(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "卡.xlsx：是旧的 xls 或其他格式");
    refused_bytes(b"not a workbook", "卡.xlsx：不是 xlsx 工作簿");
}

#[test]
fn a_card_that_cannot_be_copied_is_refused() {
    let list = format!("<row r=\"2\">{}</row>", cell("A2", "{{#保单.险种}}"));
    let sheet = "xl/worksheets/sheet1.xml";
    let book = |small: Small| {
        let bytes = small.bytes();
        let template = open(&bytes);
        assert!(template.stamp(&card(1, 2)).is_ok(), "one record is fine");
        let mut out = Cursor::new(Vec::new());
        let fault = template.book([card(1, 1)], &Record::default(), &mut out).expect_err("refused");
        assert!(out.into_inner().is_empty(), "nothing is written");
        fault.to_string()
    };
    let threaded = Small::card(&list, "")
        .relation(sheet, "r1", "threadedComment", "xl/threadedComments/t.xml")
        .part("xl/threadedComments/t.xml", b"<t/>");
    assert!(book(threaded).starts_with("卡.xlsx「卡」：这张表要按户复制，上面有会话式批注"));
    let table = "<table id=\"1\" name=\"表1\" displayName=\"表1\" ref=\"A1:B2\"/>";
    let formula = format!("{list}<row r=\"9\"><c r=\"A9\"><f>SUM(表1[列])</f></c></row>");
    let with_table = |rows: &str| {
        Small::card(rows, "")
            .relation(sheet, "r1", "table", "xl/tables/table1.xml")
            .part("xl/tables/table1.xml", table.as_bytes())
    };
    assert!(book(with_table(&formula)).contains("公式里用到名字的表格"));
    let refers =
        Small::card(&list, "").sheet("汇总", "<sheetData><row r=\"1\"><c r=\"A1\"><f>卡!A1</f></c></row></sheetData>");
    assert!(book(refers).starts_with("卡.xlsx「汇总」：“公式、格式或图表”引用了要按户复制的表“卡”"));
    let two = Small::card(&list, "")
        .sheet("另一张", &format!("<sheetData><row r=\"1\">{}</row></sheetData>", cell("A1", "{{客户姓名}}")));
    assert!(book(two).contains("分不出哪一张是要按户复制的卡：“卡”、“另一张”都有占位符"));

    // A table no formula knows is copied under another name.
    let mut out = Cursor::new(Vec::new());
    open(&with_table(&list).bytes()).book([card(1, 1), card(2, 3)], &Record::default(), &mut out).expect("a book");
    let copy = part(out.get_ref(), "xl/tables/table2.xml");
    assert_eq!(attributes(&copy, "table", "displayName"), ["表1_2"]);
    assert_eq!(attributes(&copy, "table", "id"), ["2"]);
    assert_eq!(attributes(&copy, "table", "ref"), ["A1:B4"]);
}

#[test]
fn a_name_of_the_card_hides_the_same_name_of_the_book() {
    let rows = format!("<row r=\"2\">{}</row>", cell("A2", "{{#保单.险种}}"));
    let local = "<definedName name=\"清单\" localSheetId=\"0\">卡!$A$2</definedName>";
    let bytes = Small::card(&rows, "").name("清单", "卡!$A$1").names(local).bytes();
    let mut out = Cursor::new(Vec::new());
    open(&bytes).book([card(1, 1), card(2, 3)], &Record::default(), &mut out).expect("a book");
    let book = part(out.get_ref(), "xl/workbook.xml");
    assert_eq!(attributes(&book, "definedName", "localSheetId"), ["0", "1"]);
    assert_eq!(inside(&book, "definedName"), ["'W0001'!$A$2", "'W0002'!$A$2:$A$4"]);
}

#[test]
fn names_no_sheet_can_have_are_refused() {
    let template = template("openpyxl");
    let named = |name: &str, other: &str| {
        let cards = [Record { sheet: name.into(), ..card(1, 1) }, Record { sheet: other.into(), ..card(2, 1) }];
        template.book(&cards, &index(&cards), Cursor::new(Vec::new())).map_err(|fault| fault.what)
    };
    assert_eq!(named("W0001", "W0002"), Ok(()));
    let long = "字".repeat(32);
    assert_eq!(named(&long, "W0002"), Err(What::SheetNameTooLong(long.clone())));
    for bad in ["", " ", "a/b", "a:b", "[a]", "a*", "a?", "a\\b", "'a", "a'", "history"] {
        assert_eq!(named(bad, "W0002"), Err(What::SheetName(bad.into())));
    }
    assert_eq!(named("W0001", "w0001"), Err(What::SheetNameTwice("w0001".into())));
    assert_eq!(named("索引", "W0002"), Err(What::SheetNameTwice("索引".into())));
}

#[test]
fn values_no_cell_can_hold_are_faults_with_their_cell() {
    let template = template("openpyxl");
    let mut record = card(1, 3);
    record.lists.get_mut("保单").expect("policies")[2].fields.insert("保额".into(), f64::NAN.into());
    let fault = template.stamp(&record).expect_err("no number");
    assert_eq!(fault.to_string(), "卡.xlsx「客户卡」D9：“保额”不是一个数，写不进单元格");
    let mut record = card(1, 1);
    record.fields.insert("客户姓名".into(), "长".repeat(300).into());
    let fault = template.stamp(&record).expect_err("too long");
    assert_eq!(fault.to_string(), "卡.xlsx「客户卡」：页眉或页脚填好以后有 308 个字，最多 255 个。请少放一些内容");
    record.fields.insert("客户姓名".into(), "长".repeat(32_768).into());
    let fault = template.stamp(&record).expect_err("too long");
    assert_eq!(fault.to_string(), "卡.xlsx「客户卡」D2：“客户姓名”有 32768 个字，一个单元格最多放 32767 个");
}

#[test]
fn a_check_names_unknown_titles_and_the_nearest() {
    let template = template("openpyxl");
    let mut titles = Titles::default();
    for (_, _, placeholder) in template.placeholders() {
        let _new = match placeholder {
            Placeholder::Field(title) => titles.fields.insert(title.clone()),
            Placeholder::Column { list, column } => titles.lists.entry(list.clone()).or_default().insert(column.clone()),
        };
    }
    let report = template.check(&titles);
    assert!(report.is_good() && report.no_book.is_empty(), "{report}");
    titles.fields.remove("家庭年收入");
    titles.fields.insert("年收入".into());
    titles.lists.get_mut("保单").expect("policies").remove("险种");
    titles.lists.get_mut("保单").expect("policies").insert("险种名称".into());
    let said = template.check(&titles).to_string();
    for want in [
        "「客户卡」B3：{{家庭年收入}} 没有这个标题，是不是 {{年收入}}",
        "「客户卡」B7：{{#保单.险种}} 没有这个标题，是不是 {{#保单.险种名称}}",
        "「客户卡」页眉页脚：{{客户编号}}",
        "「客户卡」第 14 到 15 行：按“拜访”逐条重复",
        "「客户卡」保留：合并单元格、公式、下拉选项、条件格式",
        "「客户卡」：在客户服务卡里每户一张",
    ] {
        assert!(said.contains(want), "{want} in\n{said}");
    }
}

#[test]
fn rows_grow_with_what_they_say_and_keep_their_height_otherwise() {
    let wraps = "<styleSheet><cellXfs count=\"2\"><xf/><xf><alignment wrapText=\"1\"/></xf></cellXfs></styleSheet>";
    let rows = "<row r=\"1\" ht=\"15\"><c r=\"A1\" s=\"1\" t=\"str\"><v>{{a}}</v></c></row>\
        <row r=\"2\" ht=\"16\" customHeight=\"1\"><c r=\"A2\" s=\"1\" t=\"str\"><v>{{a}}</v></c></row>\
        <row r=\"3\" ht=\"17\"><c r=\"A3\" t=\"str\"><v>{{a}}</v></c></row>\
        <row r=\"4\" ht=\"18\"><c r=\"A4\" s=\"1\"/></row>";
    let small = Small::card(rows, "")
        .relation("xl/workbook.xml", "rs", "styles", "xl/styles.xml")
        .part("xl/styles.xml", wraps.as_bytes());
    let bytes = small.bytes();
    let heights = |text: &str| {
        let record = Record { fields: [("a".to_string(), Value::from(text))].into(), ..Record::default() };
        let stamped = open(&bytes).stamp(&record).expect("stamped");
        attributes(&part(&stamped, "xl/worksheets/sheet1.xml"), "row", "ht")
    };
    assert_eq!(heights(""), ["15", "16", "17", "18"]);
    assert_eq!(heights("王伟"), ["17.4", "17.4", "17", "18"], "one line of this size");
    // 12 characters, 3 of them a line.
    assert_eq!(heights("对健康险感兴趣，担心保费"), ["63.6", "63.6", "17", "18"]);
}

#[test]
fn dates_take_a_style_that_shows_them_and_the_calendar_of_the_file() {
    let styles = "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"49\"/></cellXfs></styleSheet>";
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>{{a}}</v></c><c r=\"B1\" s=\"1\" t=\"str\"><v>{{a}}</v></c></row>";
    let with = |rows: &str| {
        let small = Small::card(rows, "");
        small.relation("xl/workbook.xml", "rs", "styles", "xl/styles.xml").part("xl/styles.xml", styles.as_bytes()).bytes()
    };
    let bytes = with(rows);
    let record = |value: Value| Record { fields: fields(&[("a", value)]), ..Record::default() };
    let stamped = open(&bytes).stamp(&record(day("2026-11-22"))).expect("stamped");
    let sheet = part(&stamped, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<c r=\"A1\" s=\"2\"><v>46348</v></c>"), "{sheet}");
    assert!(sheet.contains("<c r=\"B1\" s=\"1\" t=\"inlineStr\"><is><t>2026-11-22</t></is></c>"), "{sheet}");
    assert!(part(&stamped, "xl/styles.xml").contains("<cellXfs count=\"4\">"));
    let moment = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).and_then(|day| day.and_hms_opt(12, 0, 0)).expect("noon");
    let stamped = open(&bytes).stamp(&record(moment.into())).expect("stamped");
    assert!(part(&stamped, "xl/worksheets/sheet1.xml").contains("<c r=\"A1\" s=\"3\"><v>46348.5</v></c>"));
    let stamped = open(&bytes).stamp(&record(3.5.into())).expect("stamped");
    assert_eq!(part(&stamped, "xl/styles.xml"), styles, "no date, no new style");
}

#[test]
fn drop_downs_and_discussions_of_newer_versions_follow() {
    let rows =
        format!("<row r=\"2\">{}</row><row r=\"4\">{}</row>", cell("A2", "{{#保单.险种}}"), cell("A4", "{{客户姓名}}"));
    let tail = "<extLst><ext><x14:dataValidations xmlns:x14=\"x\" xmlns:xm=\"m\"><x14:dataValidation type=\"list\"><x14:formula1>\
        <xm:f>INDIRECT($B2)</xm:f></x14:formula1><xm:sqref>A2</xm:sqref></x14:dataValidation><x14:dataValidation><x14:formula1>\
        <xm:f>代码!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>A4</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>";
    let sheet = "xl/worksheets/sheet1.xml";
    let talk =
        "<ThreadedComments><threadedComment ref=\"A4\" id=\"{1}\"><text>x</text></threadedComment></ThreadedComments>";
    let small =
        Small::card(&rows, tail).relation(sheet, "r1", "threadedComment", "xl/t.xml").part("xl/t.xml", talk.as_bytes());
    let mut record = Record::default();
    record.lists.insert("保单".into(), (0..3).map(|at| row(at, &[("险种", "x".into())])).collect());
    let stamped = open(&small.bytes()).stamp(&record).expect("stamped");
    let xml = part(&stamped, sheet);
    assert_eq!(inside(&xml, "sqref"), ["A2:A4", "A6"]);
    assert_eq!(inside(&xml, "f"), ["INDIRECT($B2)", "代码!$A$1:$A$3"]);
    assert_eq!(attributes(&part(&stamped, "xl/t.xml"), "threadedComment", "ref"), ["A6"]);
}

#[test]
fn macros_stay_untouched() {
    let macros: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let small = Small::card(&format!("<row r=\"2\">{}</row>", cell("A2", "{{#保单.险种}}")), "")
        .relation("xl/workbook.xml", "rv", "vbaProject", "xl/vbaProject.bin")
        .part("xl/vbaProject.bin", &macros);
    let template = open(&small.bytes());
    let mut out = Cursor::new(Vec::new());
    template.book([card(1, 1), card(2, 2)], &Record::default(), &mut out).expect("a book");
    assert!(parts(out.get_ref())["xl/vbaProject.bin"] == macros);
}
