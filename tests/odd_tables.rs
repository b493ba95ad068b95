//! Tables no office would make on purpose, and properties of all tables: nothing panics, nothing is lost.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::problem::Code;
use fuwuka::templates::fields::Field;
use proptest::prelude::*;
use reading::{Inbox, csv};

#[test]
fn the_heading_may_be_in_row_35() {
    let found = csv(&format!("{}姓名|手机|地址\n王伟|16800000001|某路1号", "说明\n".repeat(34)));
    assert_eq!(found.list().rows, [36]);
}

#[test]
fn a_heading_alone_and_a_single_row() {
    assert!(csv("姓名|手机|地址").list().is_empty());
    assert_eq!(csv("姓名|手机|地址\n王伟|16800000001|某路1号").list().len(), 1);
}

#[test]
fn the_heading_again_blank_rows_and_totals_in_the_middle() {
    let found = csv("姓名|手机|地址|年收入
王伟|16800000001|某路1号|10

姓名|手机|地址|年收入
王芳|16800000002|某路2号|20
||合计|30
合计|16800000003|某路3号|40");
    assert_eq!(found.list().rows, [2, 5, 7], "a row with a telephone is about somebody, even if he is called 合计");
    assert_eq!(found.values(Field::NAME), ["王伟", "王芳", ""]);
    assert_eq!(found.cells_with(Code::NameBad), ["A7"]);
    assert_eq!(found.cells_with(Code::RowHeadingAgain), ["第4行"]);
    assert_eq!(found.cells_with(Code::RowTotal), ["第6行"]);
}

#[test]
fn columns_without_end() {
    let headings: Vec<String> = (0..16_384)
        .map(|at| {
            if at == 9_000 {
                "姓名".into()
            } else if at == 16_383 {
                "手机".into()
            } else {
                format!("无名{at}列")
            }
        })
        .collect();
    let cells: Vec<String> = (0..16_384).map(|at| if at == 9_000 { "王伟".into() } else { at.to_string() }).collect();
    // Two headings of 16,384 make no list; said, not guessed.
    let found = csv(&format!("{}\n{}", headings.join("|"), cells.join("|")));
    assert_eq!(found.codes(), ["S201"]);
    let known = format!("姓名|手机|地址|{}\n王伟|16800000001|某路|{}", ["x"; 10].join("|"), ["y"; 16_371].join("|"));
    let found = csv(&known);
    assert_eq!(found.leftovers().len(), 16_371, "every cell without a heading is kept");
}

#[test]
fn texts_without_end() {
    let long = "长".repeat(13_333);
    let found = csv(&format!("姓名|手机|备注\n王伟|16800000001|{long}\n王芳|16800000002|{long}"));
    assert_eq!(found.list().len(), 2);
    assert_eq!(found.values(Field::NAME), ["王伟", "王芳"]);
}

/// Whatever is not simply its value is kept as written, for every type of field.
#[test]
fn originals_are_kept_for_every_type() {
    let soiled = [
        ("姓名", "王　伟先生"),
        ("证件号码", "330197850101001"),
        ("手机", "168 0000 0001（晚上打）"),
        ("地址", "某路１号"),
        ("出生日期", "1985年1月1日"),
        ("家庭年收入", "50万"),
        ("年龄", "39岁"),
        ("客户编号", "w-001"),
        ("客户号", "'0020302385"),
        ("服务专员", "傅 雪"),
        ("性别", " 男"),
        ("宠物", " 两只猫 "),
    ];
    let headings: Vec<&str> = soiled.iter().map(|(heading, _)| *heading).collect();
    let cells: Vec<String> = soiled.iter().map(|(_, cell)| format!("\"{cell}\"")).collect();
    let found = Inbox::new().file("清单.csv", format!("{}\n{}\n", headings.join(","), cells.join(",")).as_bytes()).read();
    let list = found.list();
    for (at, (heading, cell)) in soiled.iter().enumerate() {
        let in_originals = found.originals().iter().any(|(_, column, text)| *column == at as u32 && text == cell);
        let in_leftovers = list.leftovers.iter().any(|leftover| leftover.at == at as u32 && leftover.texts.get(0) == *cell);
        assert!(in_originals || in_leftovers, "{heading} {cell}");
    }
}

/// NULs with which an old system filled up its fields are left out, and told once; what is mostly NULs is no text.
#[test]
fn a_text_file_with_nul_bytes() {
    let list = "姓名,手机,地址\n王伟\0\0,16800000001,某路1号\0\n王芳,16800000002\0\0\0,\0\n";
    let gbk = encoding_rs::GB18030.encode(list).0;
    for bytes in [list.as_bytes(), &gbk] {
        let found = Inbox::new().file("清单.csv", bytes).read();
        assert_eq!(found.values(Field::NAME), ["王伟", "王芳"]);
        assert_eq!(found.values(Field::PHONE), ["16800000001", "16800000002"]);
        assert!(found.originals().is_empty(), "{:?}", found.originals());
        let told: Vec<(&str, &str)> = found.problems.iter().map(|problem| (problem.code.number(), &*problem.what)).collect();
        assert_eq!(told, [("S210", "文件里夹着空字符（NUL），已去掉，其余照读")]);
    }
    let mostly = Inbox::new().file("清单.csv", format!("{list}{}", "\0".repeat(400)).as_bytes()).read();
    assert_eq!(mostly.codes(), ["F104"]);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[王李张伟芳*合计示例注第页制表：共0-9A-Z.-]{0,8}",
        prop::sample::select(vec![
            "",
            "",
            "王伟",
            "姓名",
            "手机",
            "保单号",
            "投保人",
            "险种",
            "16800000001",
            "330197198501010017",
            "P20110001001",
            "2.0E+21",
            "合计",
            "示例",
            "***出错",
            "注：某事",
            "50万",
            "10-30万",
            "2026/2/30",
            "男",
            "0",
            "1",
            "W0001",
            "#N/A",
            "有效",
            "20年交",
        ])
        .prop_map(str::to_string),
        "\\PC{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_table_is_read_and_accounted_for(
        headings in prop::sample::subsequence(vec![
            "序号", "姓名", "客户编号", "保单号", "投保人", "被保险人", "手机", "手机", "证件号码", "性别", "客户类型", "缴费方式", "缴费期",
            "状态", "保额（万元）", "工号", "备注", "无名",
        ], 2..12),
        rows in prop::collection::vec(prop::collection::vec(cell(), 1..14), 0..12),
    ) {
        let lines: Vec<Vec<String>> = rows.into_iter().collect();
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(&headings).unwrap();
        lines.iter().for_each(|line| writer.write_record(line).unwrap());
        let found = Inbox::new().file("清单.csv", &writer.into_inner().unwrap()).read();
        for (list, totals) in found.lists.lists.iter().zip(&found.lists.totals) {
            prop_assert_eq!(totals.read, totals.kept + totals.set_aside + totals.passed_over);
            prop_assert_eq!(totals.kept as usize, list.len());
            for column in &list.columns {
                for row in 0..list.len() {
                    column.data.show(row);
                }
            }
        }
    }
}
