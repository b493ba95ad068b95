//! Several tables on one sheet: one below the other, side by side, and what only looks so.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::{Kind, List, Slot};
use fuwuka::problem::Code;
use fuwuka::templates::fields::{Field, Role};
use reading::{Found, csv, shown, xlsx};

fn kinds(found: &Found) -> Vec<(Kind, u32, usize)> {
    found.lists.lists.iter().map(|list| (list.kind, list.heading_row, list.len())).collect()
}

fn of(list: &List, role: Role, field: Field) -> Vec<String> {
    shown(list, Slot::whose(role, field))
}

const CLIENTS_OVER_POLICIES: &str = "
一、客户信息
客户姓名|手机|家庭住址
王伟|16800000001|某路1号
王芳|16800000002|某路2号

二、保单信息（单位：万元）
保单号|投保人|险种|保额|年交保费|保单状态
P20110001001|王伟|定期寿险|20|0.12|有效
P20110001002|王芳|重疾险|30|0.5|有效
合计||||0.62";

/// The worst gap there was: the second table was read under the first heading.
#[test]
fn a_table_below_another_has_its_own_heading() {
    for merges in [&[][..], &[(0, 0, 0, 2), (5, 0, 5, 5)]] {
        let found = xlsx(CLIENTS_OVER_POLICIES.trim(), merges);
        assert_eq!(kinds(&found), [(Kind::Clients, 2, 2), (Kind::Policies, 7, 2)]);
        let [clients, policies] = &found.lists.lists[..] else { unreachable!("two were counted") };
        assert_eq!(of(clients, Role::Client, Field::NAME), ["王伟", "王芳"]);
        assert_eq!(of(policies, Role::Applicant, Field::NAME), ["王伟", "王芳"]);
        assert_eq!(of(policies, Role::Client, Field::SUM_ASSURED), ["200000", "300000"], "the unit of its own title");
        assert_eq!(found.codes(), ["R301"]);
    }
}

#[test]
fn tables_touch_each_other_and_there_are_three() {
    let found = csv("姓名|手机|地址
王伟|16800000001|某路1号
保单号|投保人|险种|保额
P20110001001|王伟|定期寿险|20
P20110001002|王伟|定期寿险|20
拜访日期|客户姓名|方式|主题
2026-11-02|王伟|面谈|保单检视");
    assert_eq!(kinds(&found), [(Kind::Clients, 1, 1), (Kind::Policies, 3, 2), (Kind::Visits, 6, 1)]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Most headings are the same; the table is another one all the same.
#[test]
fn a_second_heading_that_differs_little_is_another_table() {
    let found = csv("序号|客户姓名|手机|地址|出生日期
1|王伟|16800000001|某路1号|1980-01-01
序号|客户姓名|手机|拜访日期|拜访方式
1|王伟|16800000001|2026-11-02|面谈");
    assert_eq!(kinds(&found), [(Kind::Clients, 1, 1), (Kind::Visits, 3, 1)]);
}

#[test]
fn the_second_heading_may_have_two_levels() {
    let found = xlsx(
        "姓名|手机|地址
王伟|16800000001|某路1号
王芳|16800000002|某路2号

保单|||客户信息||服务人员|
保单号|险种|保费|姓名|电话|姓名|电话
P20110001001|定期寿险|1200|王伟|16800000001|傅雪|16455500206",
        &[(4, 0, 4, 2), (4, 3, 4, 4), (4, 5, 4, 6)],
    );
    assert_eq!(kinds(&found), [(Kind::Clients, 1, 2), (Kind::Policies, 6, 1)]);
    let policies = &found.lists.lists[1];
    assert_eq!(of(policies, Role::Applicant, Field::NAME), ["王伟"]);
    assert_eq!(of(policies, Role::Client, Field::AGENT), ["傅雪"]);
    assert_eq!(of(policies, Role::Client, Field::AGENT_PHONE), ["16455500206"]);
}

/// The second table comes long after the first rows, when the sheet is read by two hands.
#[test]
fn a_second_table_far_down() {
    let mut table = "姓名|手机|地址\n".to_string();
    (1..=1500).for_each(|row| table += &format!("王伟|154{row:08}|某路{row}号\n"));
    table += "\n保单清单\n保单号|投保人|险种|保额\nP20110001001|王伟|定期寿险|20";
    let found = csv(&table);
    assert_eq!(kinds(&found), [(Kind::Clients, 1, 1500), (Kind::Policies, 1504, 1)]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Every page of a print begins with its title and the heading.
#[test]
fn title_and_heading_again_on_every_page() {
    let found = csv("客户清单
姓名|手机|地址
王伟|16800000001|某路1号
客户清单
姓名|手机|地址
王芳|16800000002|某路2号");
    assert_eq!(kinds(&found), [(Kind::Clients, 2, 2)]);
    assert_eq!(found.cells_with(Code::RowHeadingAgain), ["第4行", "第5行"]);
}

/// A row with little in it is a row, when no heading follows.
#[test]
fn a_poor_row_is_no_title() {
    let found = csv("姓名|手机|地址\n王伟|16800000001|某路1号\n\n王芳\n\n王强||某路3号\n王敏");
    assert_eq!(found.values(Field::NAME), ["王伟", "王芳", "王强", "王敏"]);
    assert_eq!(found.list().rows, [2, 4, 6, 7]);
}

/// A small table of something else below a list: its rows are no clients, and each is told.
#[test]
fn what_is_no_list_of_ours_is_not_read_under_the_heading_above() {
    let found = csv("姓名|手机|地址\n王伟|16800000001|某路1号\n\n等级|说明|备注\n甲|一年一访|\n乙|两年一访|");
    assert_eq!(found.values(Field::NAME), ["王伟"]);
    assert_eq!(found.cells_with(Code::SheetUnknown), ["第4行", "第5行", "第6行"]);
    assert_eq!((found.lists.totals[0].kept, found.lists.totals[0].set_aside), (1, 3));
}

#[test]
fn tables_stand_side_by_side() {
    let found = xlsx(
        "一组客户||||二组客户||
姓名|手机|地址||姓名|手机|地址
王伟|16800000001|某路1号||李娜|16800000011|某路11号
王芳|16800000002|某路2号||李军|16800000012|某路12号
王强|16800000003|某路3号||||",
        &[(0, 0, 0, 2), (0, 4, 0, 6)],
    );
    assert_eq!(kinds(&found), [(Kind::Clients, 2, 3), (Kind::Clients, 2, 2)]);
    assert_eq!(of(&found.lists.lists[0], Role::Client, Field::NAME), ["王伟", "王芳", "王强"]);
    assert_eq!(of(&found.lists.lists[1], Role::Client, Field::ADDRESS), ["某路11号", "某路12号"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Different lists, with headings in different rows, and another table below the right one.
#[test]
fn side_by_side_and_stacked() {
    let found = csv("姓名|手机|地址|||
王伟|16800000001|某路1号||保单|||
王芳|16800000002|某路2号||保单号|投保人|险种|保额
王强|16800000003|某路3号||P20110001001|王伟|定期寿险|20
王敏|16800000004|某路4号||||
王静|16800000005|某路5号||拜访日期|客户姓名|方式|主题
王丽|16800000006|某路6号||2026-11-02|王伟|面谈|保单检视");
    assert_eq!(kinds(&found), [(Kind::Clients, 1, 6), (Kind::Policies, 3, 1), (Kind::Visits, 6, 1)]);
}

/// A blank column inside a table divides nothing.
#[test]
fn a_blank_column_is_no_border() {
    let found = csv("保单号|险种|保额||投保人|手机|地址
P20110001001|定期寿险|20||王伟|16800000001|某路1号
P20110001002|定期寿险|20||王芳|16800000002|某路2号");
    assert_eq!(kinds(&found), [(Kind::Policies, 1, 2)]);
    assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟", "王芳"]);
}

/// Two tables side by side that touch each other: the same headings again.
#[test]
fn tables_stand_side_by_side_without_a_gap() {
    for titles in ["A组名单||||B组名单|||", "|||||||"] {
        let found = xlsx(
            &format!(
                "{titles}
姓名|手机|客户编号|客户类型|姓名|手机|客户编号|客户类型
王伟|16800000001|W0001|A|李娜|16800000011|L0001|B
王芳|16800000002|W0002|A|李军|16800000012|L0002|B"
            ),
            &[(0, 0, 0, 3), (0, 4, 0, 7)],
        );
        assert_eq!(kinds(&found), [(Kind::Register, 2, 2), (Kind::Register, 2, 2)]);
        assert_eq!(of(&found.lists.lists[0], Role::Client, Field::PHONE), ["16800000001", "16800000002"]);
        assert_eq!(of(&found.lists.lists[1], Role::Client, Field::NAME), ["李娜", "李军"]);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
}

/// The same headings again below different people are one table.
#[test]
fn two_people_of_a_row_are_no_two_tables() {
    let found = xlsx(
        "客户|||配偶||
姓名|手机|住址|姓名|手机|住址
王伟|16800000001|某路1号|李娜|16800000011|某路1号",
        &[(0, 0, 0, 2), (0, 3, 0, 5)],
    );
    assert_eq!(found.values_of(Role::Spouse, Field::PHONE), ["16800000011"]);
}

/// A second name without a word: what comes again behind it is not the client's.
#[test]
fn what_stands_behind_a_second_name_is_not_the_clients() {
    let found = csv("序号|姓名|手机|住址|姓名|手机|住址\n1|王伟|16800000001|某路1号|李娜|16800000011|某路2号");
    assert_eq!(found.values(Field::PHONE), ["16800000001"]);
    assert_eq!(found.cells_with(Code::ColumnAmbiguous), ["E1"]);
    assert_eq!(found.cells_with(Code::ColumnUnknown), ["F1", "G1"]);
}
