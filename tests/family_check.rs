//! 家庭核对: what nobody is sure of is asked, and what the office answers is done for ever.

#[path = "common/office.rs"]
mod office;

use std::path::Path;

use office::{Office, Sheet};
use rust_xlsxwriter::Workbook;

/// Two who may be one family by their home and agent; a man and a woman who look like a couple; two room mates.
const CLIENTS: &str = "\
客户姓名,证件号码,手机,家庭住址,服务专员,团队
王伟,110198198001010036,15411112222,朝阳区翠湖花园2号楼3单元401室,李娜,营业一部
曾红,110198195502020044,15411113333,朝阳区翠湖花园2号楼3单元401室,李娜,营业一部
单强,110198199003030051,15411114444,朝阳区丹桂苑1号楼2单元301室,赵敏,营业二部
尉迟芳,110198199104040064,15411115555,朝阳区丹桂苑1号楼2单元301室,赵敏,营业二部
";

const CHECK: &str = "输出/2026-11/家庭核对.xlsx";
const TITLES: [&str; 7] = ["目前", "甲编号", "甲姓名", "乙编号", "乙姓名", "程序建议", "处理"];

fn office() -> Office {
    let office = Office::empty();
    office.put("导入/客户清单.csv", CLIENTS);
    office.run();
    office
}

fn asked(office: &Office) -> Vec<String> {
    let rows = office.sheet(CHECK, "家庭核对").columns(TITLES);
    rows.into_iter().filter(|row| !row[1].is_empty()).map(|row| row.join(" ")).collect()
}

/// The sheet as the office fills it in, saved elsewhere: the first ruling in the first line, and so on.
fn fill(office: &Office, rulings: &[&str], target: &str) {
    let Sheet { rows } = office.sheet(CHECK, "家庭核对");
    let heading = rows.iter().position(|row| row.iter().any(|cell| cell == "处理")).expect("a heading");
    let ruling = rows[heading].iter().position(|cell| cell == "处理").expect("a column") as u16;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, row) in rows.iter().enumerate() {
        for (col, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at as u32, col as u16, cell).expect("a cell");
        }
        if let Some(said) = at.checked_sub(heading + 1).and_then(|at| rulings.get(at)) {
            sheet.write_string(at as u32, ruling, *said).expect("a cell");
        }
    }
    save(&mut book, &office.path(target));
}

fn save(book: &mut Workbook, path: &Path) {
    book.save(path).expect("saved");
}

fn numbers(office: &Office) -> Vec<String> {
    office.index("2026-11").into_keys().collect()
}

#[test]
fn what_nobody_is_sure_of_is_asked() {
    let office = office();
    assert_eq!(asked(&office), ["一户 S0001-1 单强 S0001-2 尉迟芳 不变 ", "两户 W0001-1 王伟 Z0001-1 曾红 合并 "]);
    let sheet = office.sheet(CHECK, "家庭核对");
    let text = sheet.rows.concat().join(" ");
    assert!(text.contains("现在住在同一处，专员相同，年纪相近的一男一女，都没有别的配偶"), "{text}");
    assert!(text.contains("110198********0036") && !text.contains("110198198001010036"), "certificates are masked");
    assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
}

/// Nobody known to serve two people is no agent in common: it is asked, and the reason is a true one.
#[test]
fn who_has_no_agent_has_none_in_common() {
    let office = Office::empty();
    let without = CLIENTS.lines().map(|line| line.rsplitn(3, ',').last().expect("three columns"));
    office.put("导入/客户清单.csv", without.map(|line| format!("{line}\n")).collect::<String>());
    office.run();
    assert_eq!(asked(&office), ["两户 S0001-1 单强 Y0001-1 尉迟芳 合并 ", "两户 W0001-1 王伟 Z0001-1 曾红 合并 "]);
    let text = office.sheet(CHECK, "家庭核对").rows.concat().join(" ");
    assert!(text.contains("住址相同，都没有写专员，没有第二样凭据") && !text.contains("专员相同"), "{text}");
    let told = office.problems().join("\n");
    assert!(told.contains("住址相同、都没有写专员，可能是一家") && !told.contains("专员相同"), "{told}");
}

#[test]
fn an_unfilled_copy_among_the_lists_changes_nothing() {
    let office = office();
    let before = office.workbooks("输出/2026-11");
    std::fs::copy(office.path(CHECK), office.path("导入/家庭核对.xlsx")).expect("copied");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
    assert!(office.workbooks("输出/2026-11")["家庭核对.xlsx"] == before["家庭核对.xlsx"]);
    let told = office.problems().join("\n");
    assert!(!told.contains("S201") && !told.contains("S204"), "the program knows its own sheet: {told}");
}

#[test]
fn what_the_office_answers_is_done_for_ever() {
    let office = office();
    fill(&office, &["拆开", "合并"], "导入/家庭核对.xlsx");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001", "Y0001"]);
    assert!(asked(&office).is_empty(), "{:?}", asked(&office));
    // The same month again and again: every byte of every workbook, when there is nothing new any more.
    office.run();
    let before = office.workbooks("输出/2026-11");
    office.run();
    assert!(office.workbooks("输出/2026-11") == before, "a workbook has other bytes");
    // Without the sheet, months later: remembered.
    std::fs::remove_file(office.path("导入/家庭核对.xlsx")).expect("there");
    office.run_with(&["--as-of", "2027-02-28"]);
    assert_eq!(office.index("2027-02").into_keys().collect::<Vec<_>>(), ["S0001", "W0001", "Y0001"]);
}

#[test]
fn leaving_it_as_it_is_ends_the_question() {
    let office = office();
    fill(&office, &["不变", "不变"], "导入/家庭核对.xlsx");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
    assert!(asked(&office).is_empty());
    std::fs::remove_file(office.path("导入/家庭核对.xlsx")).expect("there");
    office.run();
    assert!(asked(&office).is_empty());
}

#[test]
fn a_later_answer_undoes_an_earlier_one() {
    let office = office();
    fill(&office, &["", "合并"], "导入/家庭核对.xlsx");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001"]);
    std::fs::remove_file(office.path("导入/家庭核对.xlsx")).expect("there");
    office.put("导入/改.csv", "甲编号,甲姓名,乙编号,乙姓名,处理\nW0001-1,王伟,W0001-2,曾红,拆开\n");
    office.run_with(&["--as-of", "2026-12-31"]);
    assert_eq!(office.index("2026-12").into_keys().collect::<Vec<_>>(), ["S0001", "W0001", "Z0001"]);
}

#[test]
fn what_cannot_be_done_is_told_with_its_cell() {
    let office = office();
    office.put(
        "导入/核对.csv",
        "甲编号,甲姓名,乙编号,乙姓名,处理\nW0001-1,王炜,Z0001-1,曾红,合并\nW0001-9,,Z0001-1,曾红,合并\nW0001-1,王伟,Z0001-1,曾红,待定\n",
    );
    office.run().ended(3);
    let told = office.problems().join("\n");
    assert_eq!(told.matches("处理改成 合并、拆开 或 不变").count(), 3, "{told}");
    for want in ["W0001-1 不是“王炜”", "没有“W0001-9”这个编号", "“待定”不是 合并、拆开、不变 之一"]
    {
        assert!(told.contains(want), "no {want} in {told}");
    }
    assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
}

/// The old 家庭核对 filled in again: what is read later counts, whatever day the sheet is of, as often as it changes.
#[test]
fn a_mind_may_be_changed_in_the_same_old_sheet() {
    let office = office();
    std::fs::copy(office.path(CHECK), office.path("旧核对.xlsx")).expect("copied");
    let answer = |ruling: &str, month: &str| -> Vec<String> {
        std::fs::copy(office.path("旧核对.xlsx"), office.path(CHECK)).expect("copied");
        fill(&office, &["", ruling], "导入/家庭核对.xlsx");
        office.run_with(&["--as-of", &format!("{month}-28")]);
        office.index(month).into_keys().collect()
    };
    let (together, apart) = (["S0001", "W0001"], ["S0001", "W0001", "Z0001"]);
    assert_eq!(answer("合并", "2026-11"), together);
    assert_eq!(answer("拆开", "2026-11"), apart);
    assert_eq!(answer("合并", "2026-12"), together);
    assert_eq!(answer("拆开", "2027-01"), apart);
    assert_eq!(answer("合并", "2027-02"), together);
    // Nothing new: nothing changes, in this month or the next.
    for day in ["2027-02-28", "2027-02-28", "2027-03-31"] {
        office.run_with(&["--as-of", day]);
        assert_eq!(office.index(&day[..7]).into_keys().collect::<Vec<_>>(), together);
    }
}

/// An earlier sheet that still lies there does not undo what a later one says; both are told.
#[test]
fn an_older_answer_that_still_lies_there_is_told_and_not_done() {
    let office = office();
    fill(&office, &["", "合并"], "导入/家庭核对.xlsx");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001"]);
    office.put("导入/改.csv", "甲编号,甲姓名,乙编号,乙姓名,处理\nW0001-1,王伟,W0001-2,曾红,拆开\n");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
    let told = || office.problems().into_iter().filter(|line| line.contains("另有更新的决定")).collect::<Vec<_>>();
    assert_eq!(told().len(), 1, "{:?}", told());
    assert!(told()[0].contains("这两人另有更新的决定：不是一户，“合并”没有照办"), "{:?}", told());
    std::fs::remove_file(office.path("导入/改.csv")).expect("there");
    for _ in 0..2 {
        office.run();
        assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
        assert_eq!(told().len(), 1);
    }
}

#[test]
fn the_family_sheet_is_changed_within_a_month() {
    let office = office();
    let ruled = |ruling: &str| {
        let heading = "户主编号,户主姓名,成员编号,成员姓名,与户主关系,处理";
        office.put("导入/家庭对照表.csv", format!("{heading}\nW0001,王伟,Z0001,曾红,其他亲属,{ruling}\n"));
        office.run();
        numbers(&office)
    };
    for _ in 0..2 {
        assert_eq!(ruled("同户"), ["S0001", "W0001"]);
        assert_eq!(ruled("分户"), ["S0001", "W0001", "Z0001"]);
    }
}

/// Words that decide nothing, people who are no family, numbers nobody has: told with their cells, and nothing is done.
#[test]
fn what_a_family_sheet_leaves_open_is_told_and_not_done() {
    let office = office();
    let rows = "\
户主编号,户主姓名,成员编号,成员姓名,与户主关系,处理
W0001,王伟,Z0001,曾红,母亲,搞不清，待核实
W0001,王伟,Z0001,曾红,朋友,
X9999,没有人,Z0001,曾红,母亲,同户
W0001,王炜,Z0001,曾红,母亲,同户
,,Z0001,曾红,母亲,同户
";
    office.put("导入/家庭对照表.csv", rows);
    office.run().ended(3);
    assert_eq!(numbers(&office), ["S0001", "W0001", "Z0001"]);
    let told = office.problems().join("\n");
    for want in [
        "F2 处理 搞不清,待核实 “搞不清,待核实”不是 同户、分户 之一，这一行没有照办",
        "E3 与户主关系 朋友 “朋友”不是家人，处理又空着，这一行没有照办",
        "A4 户主编号 X9999 客户里没有 X9999 这个编号",
        "A5 户主编号 W0001 W0001 这一户没有“王炜”",
        "户主姓名  没有写是哪一位",
    ] {
        assert!(told.contains(want), "no {want} in {told}");
    }
}

/// A name that only one client has is enough; the wife is whoever of that name is related to him.
#[test]
fn a_family_sheet_may_name_people_by_name_alone() {
    let office = office();
    office.put("导入/家庭对照表.csv", "户主姓名,成员姓名,与户主关系,处理\n单强,尉迟芳,妻子,分户\n王伟,曾红,母亲,同户\n");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "W0001", "Y0001"]);
    assert!(!office.problems().join("\n").contains("P505"), "{:?}", office.problems());
    // Another of that name does not make the ruling nobody's.
    std::fs::remove_file(office.path("导入/家庭对照表.csv")).expect("there");
    office.put("导入/又一位.csv", "客户姓名,证件号码,手机\n单强,110198197001010031,15411119999\n");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "S0002", "W0001", "Y0001"]);
    // A new ruling on the name cannot tell which of the two it means.
    office.put("导入/对照.csv", "户主姓名,成员姓名,与户主关系,处理\n王伟,单强,儿子,同户\n");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "S0002", "W0001", "Y0001"]);
    let told = office.problems().join("\n");
    assert!(told.contains("单强 另有叫“单强”的客户，看不出是同一位，当作另一位"), "{told}");
    // Nor is a wife whom no list knows the client of her name whom another agent serves.
    office.put("导入/对照.csv", "户主姓名,成员姓名,与户主关系,处理\n王伟,尉迟芳,妻子,同户\n");
    office.run();
    assert_eq!(numbers(&office), ["S0001", "S0002", "W0001", "Y0001"]);
    assert!(office.problems().join("\n").contains("另有叫“尉迟芳”的客户"), "{:?}", office.problems());
}

/// The numbers of old cards that are read in the same run.
#[test]
fn a_family_sheet_may_go_by_numbers_of_this_months_cards() {
    let office = Office::empty();
    office.put("导入/客户清单.csv", CLIENTS);
    office.put(
        "导入/老卡.csv",
        "客户编号,客户姓名,身份证号,主要需求\nW0120,王伟,110198198001010036,养老\nB0007,曾红,110198195502020044,养老\n",
    );
    office.put("导入/对照.csv", "户主编号,成员编号,成员姓名,与户主关系,处理\nW0120,B0007,曾红,母亲,同户\n");
    office.run();
    assert_eq!(numbers(&office), ["B0007", "S0001"]);
}
