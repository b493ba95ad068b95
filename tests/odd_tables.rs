//! Tables no office would make on purpose, and properties of all tables: nothing panics, nothing is lost.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::Slot;
use fuwuka::problem::Code;
use fuwuka::templates::fields::{Field, Role};
use proptest::prelude::*;
use reading::{Inbox, Sheet, csv};

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

/// A list far below something else: what came before it is told.
#[test]
fn a_list_below_a_long_table_of_something_else() {
    let foreign: String = (0..52).map(|row| format!("个险{row}|{row}|{}|{row}%\n", row * 100)).collect();
    let found =
        csv(&format!("渠道|件数|保费|比例\n{foreign}姓名|手机|地址\n王伟|16800000001|某路1号\n王芳|16800000002|某路2号"));
    assert_eq!(found.list().heading_row, 54);
    assert_eq!(found.values(Field::NAME), ["王伟", "王芳"]);
    let told = found.with(Code::SheetUnknown).next().unwrap();
    assert_eq!((told.place.row, &*told.what), (1, "从这一行到第 53 行没有认得的标题行"));
    let explained = csv(&format!("{}姓名|手机|地址\n王伟|16800000001|某路1号", "请认真阅读\n".repeat(60)));
    assert_eq!((explained.list().heading_row, explained.codes()), (61, vec!["S202"]));
}

/// What only counts what other lists say is passed over.
#[test]
fn a_summary_is_no_list() {
    let found =
        csv("18课11月件数整体达成82.35%\n业务员|11月应收件数|应收保费|已收件数|已收保费|件数达成\n傅雪|10|20000|8|16000|80");
    assert_eq!(found.codes(), ["S202"]);
    let unknown = csv("持有者|阿拉伯数字|年龄段\n王伟|110198198001010036|40-50");
    assert_eq!(unknown.codes(), ["S201"]);
    let told = unknown.problems.iter().next().unwrap();
    assert_eq!(&*told.what, "没有找到认得的标题行；最像标题的是第 1 行：持有者 ｜ 阿拉伯数字 ｜ 年龄段");
}

/// An explanation beside a list is no remark on its clients.
#[test]
fn a_legend_beside_a_list_is_no_remark() {
    let found = csv("客户姓名|手机|客户类型||说明\n王伟|16800000001|A||A类：重点跟进\n王芳|16800000002|B||B类：三个月一次");
    assert_eq!(found.leftovers().len(), 1);
    assert_eq!(found.cells_with(Code::ColumnUnknown), ["E1"]);
    let remark = csv("客户姓名|手机|说明\n王伟|16800000001|怕狗");
    assert!(remark.leftovers().is_empty() && remark.problems.is_empty());
}

/// Error values are told as what they are, in the first rows, too.
#[test]
fn formulas_that_fail_are_told() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["姓名", "手机", "年龄", "地址"].iter().enumerate() {
        sheet.write_string(0, column as u16, *heading).unwrap();
    }
    sheet.write_string(1, 0, "王伟").unwrap();
    for (column, error) in ["#REF!", "#VALUE!", "#NAME?"].iter().enumerate() {
        let formula = rust_xlsxwriter::Formula::new("=1").set_result(*error);
        sheet.write_formula(1, 1 + column as u16, formula).unwrap();
    }
    let found = Inbox::new().file("清单.xlsx", &book.save_to_buffer().unwrap()).read();
    let what: Vec<_> = found.problems.iter().map(|problem| (problem.place.address(), &*problem.what)).collect();
    assert_eq!(what, [("B2", "公式出错"), ("C2", "公式出错"), ("D2", "公式出错")].map(|(at, what)| (at.to_string(), what)));
}

/// Lines that tell how to fill in the list, examples and lines kept free are no clients.
#[test]
fn examples_and_instructions_are_no_clients() {
    let found = csv("*客户姓名|*手机号码|客户类型|家庭成员|下次拜访时间|备注
（必填）|（11位）|选填|关系+姓名||
张三|16800138000|A|配偶李四|2026-01-01|样例，请勿删除
例：李四|16800139000|B|妻 王五|2026-01-01|
王伟|16800000001|A|妻：李娜|2026-12-05|
备用|||||");
    assert_eq!(found.values(Field::NAME), ["王伟"]);
    assert_eq!(found.cells_with(Code::RowExample), ["第3行", "第4行"]);
    assert_eq!(found.cells_with(Code::RowFooter), ["第2行", "第6行"]);
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

/// On the next sheet of a list somebody else's telephone is still somebody else's.
#[test]
fn whose_a_column_is_goes_on_with_its_list() {
    let merges = &[(0, 3, 0, 4)];
    let first = "客户姓名|手机|地址|紧急联系人|\n|||姓名|电话\n王伟|16800000001|某路1号|王强|16800000011\n王芳|16800000002|某路2号|王敏|16800000012";
    let next = "王静|16800000003|某路3号|王勇|16800000013\n王丽|16800000004|某路4号|王杰|16800000014";
    let sheets = [Sheet { name: "名单1", table: first, merges }, Sheet { name: "名单2", table: next, merges: &[] }];
    let found = Inbox::new().xlsx("名单.xlsx", &sheets).read();
    let [one, two] = &found.lists.lists[..] else { panic!("{:?}", found.problems) };
    for list in [one, two] {
        assert!(list.column(Slot { role: Role::Client, field: Field::PHONE, nth: 1 }).is_none());
        assert_eq!(list.leftovers.len(), 2);
    }
    assert_eq!(reading::shown(two, Slot::of(Field::PHONE)), ["16800000003", "16800000004"]);
}
