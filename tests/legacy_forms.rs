//! An office's own form, never filled by us, is read through an empty copy of it with placeholders in its cells.

#[path = "stamping/common.rs"]
mod common;

use common::*;
use fuwuka::stamp::{Filled, Grid, Said, SheetReading, State, Value};

/// The empty copy: labels, a list with room for four policies, a sum, and visits at the end.
const FORM: &str = "
客户服务卡|||
姓名|{{姓名}}|电话|{{电话}}
家庭年收入|{{家庭年收入}}|住址：{{住址}}|
|||
险种|保额|保费|备注
{{#保单.险种}}|{{#保单.保额}}|{{#保单.保费}}|{{#保单.备注}}
|||
|||
|||
合计|=SUM(B6:B9)|=SUM(C6:C9)|
|||
日期|内容||
{{#拜访.日期}}|{{#拜访.内容}}||
";

fn cells(text: &str) -> impl Iterator<Item = ((u32, u32), &str)> {
    let rows = text.trim_matches('\n').split('\n').zip(1..);
    rows.flat_map(|(row, number)| row.split('|').zip(1..).map(move |(cell, column)| ((number, column), cell)))
}

fn form() -> fuwuka::stamp::Template {
    let mut rows = String::new();
    for row in 1..=13 {
        rows.push_str(&format!("<row r=\"{row}\">"));
        for (place, text) in cells(FORM).filter(|(place, text)| place.0 == row && !text.is_empty()) {
            let name = format!("{}{row}", ["A", "B", "C", "D"][place.1 as usize - 1]);
            match text.strip_prefix('=') {
                Some(formula) => rows.push_str(&format!("<c r=\"{name}\"><f>{formula}</f></c>")),
                None => rows.push_str(&cell(&name, text)),
            }
        }
        rows.push_str("</row>");
    }
    open(&Small::card(&rows, "").bytes())
}

fn filled(text: &str) -> Filled {
    let said = |text: &str| match (text.strip_prefix('='), text.parse::<f64>()) {
        (Some(formula), _) => Said { value: Value::Number(1.0), formula: Some(formula.to_string()) },
        (None, Ok(number)) if !text.starts_with('0') => Said { value: Value::Number(number), formula: None },
        _ => Said { value: Value::Text(text.to_string()), formula: None },
    };
    let cells = cells(text).filter(|(_, text)| !text.is_empty()).map(|(place, text)| (place, said(text))).collect();
    Filled { sheets: vec![Grid { name: "张三".into(), cells, ..Grid::default() }], ..Filled::default() }
}

#[track_caller]
fn read(text: &str) -> SheetReading {
    let mut reading = form().read_filled(&filled(text));
    assert!(reading.strange_sheets.is_empty(), "the form is known");
    reading.sheets.remove(0)
}

#[track_caller]
fn says(sheet: &SheetReading, want: &str) {
    let mut said = String::new();
    for (title, value) in &sheet.record.fields {
        said.push_str(&format!("{title}={} ", value.text()));
    }
    for (list, rows) in &sheet.record.lists {
        for row in rows {
            let values: Vec<String> = row.fields.values().map(Value::text).collect();
            said.push_str(&format!("{list}({}) ", values.join(",")));
        }
    }
    for strange in &sheet.strange {
        said.push_str(&format!("?{}:{} ", strange.place, strange.text));
    }
    assert_eq!(said.trim_end(), want);
    let states = sheet.fields.values().map(|field| field.state).chain(sheet.rows.values().flatten().map(|row| row.state));
    assert!(states.into_iter().all(|state| state == State::Unknown), "nothing is known of before");
}

const PLAIN: &str = "住址=某路1号 姓名=张三 家庭年收入=200000 电话=01000000000 \
    保单(3000,100000,重疾险) 保单(50000,意外险) 拜访(面谈,2026-03-01)";

#[test]
fn a_form_filled_as_it_is() {
    let sheet = read(
        "
客户服务卡|||
姓名|张三|电话|01000000000
家庭年收入|200000|住址：某路1号|
|||
险种|保额|保费|备注
重疾险|100000|3000|
意外险|50000||
|||
|||
合计|=SUM(B6:B9)|=SUM(C6:C9)|
|||
日期|内容||
2026-03-01|面谈||
",
    );
    says(&sheet, PLAIN);
}

#[test]
fn rows_and_columns_put_in_and_labels_worded_differently() {
    let sheet = read(
        "
某营业部||||
客户服务卡||||
||||
客户姓名：||张三|联系电话|01000000000
家庭年收入（元）||200000|家庭住址：某路1号|
||||
险种名称||保额|保费|备注
重疾险||100000|3000|
意外险||50000||
||||
合计||=SUM(C6:C9)|=SUM(D6:D9)|
||||
||||
拜访日期||内容||
2026-03-01||面谈||
",
    );
    says(&sheet, &format!("{PLAIN} ?A1:某营业部"));
}

#[test]
fn more_rows_than_the_form_has_room_for() {
    let sheet = read(
        "
客户服务卡|||
姓名|张三|电话|01000000000
家庭年收入|200000|住址：|
|||
险种|保额|保费|备注
甲|1|11|
乙|2|12|
丙|3|13|主险
丁|4|14|
戊|5|15|
己|6|16|
合计|=SUM(B6:B11)|=SUM(C6:C11)|
|||
日期|内容||
2026-03-01|面谈||
2026-04-01|电话||

2026-05-01|回访||
",
    );
    says(
        &sheet,
        "姓名=张三 家庭年收入=200000 电话=01000000000 保单(11,1,甲) 保单(12,2,乙) 保单(13,3,主险,丙) 保单(14,4,丁) \
         保单(15,5,戊) 保单(16,6,己) 拜访(面谈,2026-03-01) 拜访(电话,2026-04-01) 拜访(回访,2026-05-01)",
    );
}

#[test]
fn what_is_written_beside_is_told() {
    let sheet = read(
        "
客户服务卡|||2026年版
姓名|张三|电话|01000000000
家庭年收入|200000|住在某路1号|
|||
险种|保额|保费|备注
重疾险|100000|3000|
意外险|50000||||下月到期
|||
|||
合计|150000|=SUM(C6:C9)|
|||
日期|内容||
2026-03-01|面谈||
",
    );
    assert_eq!(sheet.record.fields["住址"], "住在某路1号".into(), "written over its label");
    let why: Vec<String> = sheet.strange.iter().map(|strange| format!("{} {}", strange.place, strange.why)).collect();
    assert_eq!(why, ["D1 模板在这里没有字段", "F7 模板在这里没有字段", "B10 模板在这里是公式，被改成了固定的值",]);
}

#[test]
fn another_form_is_told() {
    let reading = form().read_filled(&filled("\n序号|保单号\n1|000123\n"));
    assert_eq!((reading.sheets.len(), &reading.strange_sheets[..]), (0, &["张三".to_string()][..]));
}

/// Copies of the form below each other on one sheet are each read, where they stand, with more rows or fewer.
#[test]
fn copies_below_each_other() {
    let one = |name: &str, policies: &str| {
        format!(
            "客户服务卡|||\n姓名|{name}|电话|01000000000\n家庭年收入|200000|住址：某路1号|\n|||\n险种|保额|保费|备注\n{policies}\n\
             合计|=SUM(B6:B9)|=SUM(C6:C9)|\n|||\n日期|内容||\n2026-03-01|面谈||\n|||\n"
        )
    };
    let text = [
        one("张三", "重疾险|100000|3000|\n意外险|50000||"),
        one("李四", "甲|1|11|\n乙|2|12|\n丙|3|13|\n丁|4|14|\n戊|5|15|"),
        one("王五", "|||"),
    ];
    let reading = form().read_filled(&filled(&text.concat()));
    let names: Vec<String> = reading.sheets.iter().map(|sheet| sheet.record.fields["姓名"].text()).collect();
    assert_eq!(names, ["张三", "李四", "王五"]);
    let counts: Vec<usize> = reading.sheets.iter().map(|sheet| sheet.record.lists["保单"].len()).collect();
    assert_eq!(counts, [2, 5, 0]);
    assert!(reading.sheets.iter().all(|sheet| sheet.strange.is_empty()), "{:?}", reading.sheets);
    assert_eq!(reading.sheets[1].fields["姓名"].place.row, 14);
    // Only part of it is there again: one form.
    let text = format!("{}姓名|张三妻||\n", one("张三", "重疾险|100000|3000|"));
    assert_eq!(form().read_filled(&filled(&text)).sheets.len(), 1);
}
