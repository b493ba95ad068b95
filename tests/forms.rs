//! Forms: cards with labels beside their values, several on a sheet, visit logs in blocks. Each is read from a file
//! to typed records, and every cell is accounted for.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::{Kind, List, Slot};
use fuwuka::problem::Code;
use fuwuka::templates::fields::{Field, Role};
use reading::{Found, Inbox, Sheet, shown, xlsx};

#[track_caller]
fn of(found: &Found, kind: Kind) -> &List {
    let lists: Vec<Kind> = found.lists.lists.iter().map(|list| list.kind).collect();
    let list = found.lists.lists.iter().find(|list| list.kind == kind);
    list.unwrap_or_else(|| panic!("no {kind:?} among {lists:?}; {:?}", found.problems))
}

#[track_caller]
fn values(found: &Found, kind: Kind, role: Role, field: Field) -> Vec<String> {
    shown(of(found, kind), Slot::whose(role, field))
}

#[track_caller]
fn client(found: &Found, field: Field) -> Vec<String> {
    values(found, Kind::Register, Role::Client, field)
}

/// Cards, cells present and cells understood, over all sheets.
fn account(found: &Found) -> (usize, usize, usize) {
    let forms = &found.lists.forms;
    let sum = |of: fn(&fuwuka::read::FormView) -> usize| forms.iter().map(of).sum();
    (sum(|form| form.cards), sum(|form| form.present), sum(|form| form.understood))
}

/// L7: the card of the office's own training text, in its own order.
const CARD: &str = "
客户服务卡（客户家庭保障管理卡）
客户编号|W0001|客户类型|A|群体|优质|险种需求|健康险
投保人|王伟|年龄|45|职业|教师|联系方式|16800000001
家庭住址|浙江省杭州市西湖区某路1号3幢201室
关联人：|关系|姓名|年龄|职业|健康状况
|妻子|李娜|43|会计|良好
|儿子|王小明|15|学生|良好

保单信息：|保单号|被保险人|险种|保额|缴费期|保障期限|受益人|保险公司
|P20110001001|王伟|重大疾病保险|50万|20年|终身|李娜|
|P20110001002|李娜|定期寿险|30万|20年|至70岁|王小明|某人寿
服务记录：|拜访时间|地点|主题|内容|客户反馈|客户需求
|2026-11-02|家里|保单检视|梳理家庭保单|对健康险感兴趣|增加重疾保额
|2026-11-20|单位|生日祝福||很高兴|
转介绍：|姓名|联系方式||增员意向：|□有 ☑无
|李强|16800000009||";

const CARD_MERGES: &[(u32, u16, u32, u16)] = &[(0, 0, 0, 8), (3, 1, 3, 8)];

#[test]
fn l7_a_card_with_its_tables() {
    for merges in [CARD_MERGES, &[]] {
        let found = xlsx(CARD, merges);
        assert_eq!(client(&found, Field::HOUSEHOLD_NO), ["W0001"]);
        assert_eq!(client(&found, Field::NAME), ["王伟"]);
        assert_eq!(client(&found, Field::HAND_TIER), ["A"]);
        assert_eq!(client(&found, Field::SEGMENT), ["优质"]);
        assert_eq!(client(&found, Field::DEMAND), ["健康险"]);
        assert_eq!(client(&found, Field::PHONE), ["16800000001"]);
        assert_eq!(client(&found, Field::ADDRESS), ["浙江省杭州市西湖区某路1号3幢201室"]);
        let relatives = |field| values(&found, Kind::Relatives, Role::Member, field);
        assert_eq!(relatives(Field::NAME), ["李娜", "王小明"]);
        assert_eq!(values(&found, Kind::Relatives, Role::Client, Field::RELATION_TO_HEAD), ["妻子", "儿子"]);
        assert_eq!(values(&found, Kind::Relatives, Role::Head, Field::NAME), ["王伟", "王伟"]);
        let policies = |field| values(&found, Kind::CardPolicies, Role::Client, field);
        assert_eq!(policies(Field::POLICY_NO), ["P20110001001", "P20110001002"]);
        assert_eq!(policies(Field::SUM_ASSURED), ["500000", "300000"]);
        assert_eq!(policies(Field::INSURER), ["", "某人寿"]);
        assert_eq!(values(&found, Kind::CardPolicies, Role::Applicant, Field::NAME), ["王伟", "王伟"]);
        assert_eq!(values(&found, Kind::CardPolicies, Role::Applicant, Field::PHONE), ["16800000001", "16800000001"]);
        assert_eq!(values(&found, Kind::CardPolicies, Role::Insured, Field::NAME), ["王伟", "李娜"]);
        let visits = |field| values(&found, Kind::Visits, Role::Client, field);
        assert_eq!(visits(Field::VISIT_TIME), ["2026-11-02", "2026-11-20"]);
        assert_eq!(visits(Field::VISIT_TOPIC), ["保单检视", "生日祝福"]);
        assert_eq!(visits(Field::VISIT_NEED), ["增加重疾保额", ""]);
        assert_eq!(visits(Field::HOUSEHOLD_NO), ["W0001", "W0001"]);
        assert_eq!(visits(Field::NAME), ["王伟", "王伟"]);
        let (cards, present, understood) = account(&found);
        assert_eq!((cards, present), (1, understood), "{:?}", found.problems);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
}

/// Where something is wrong, its own cell is named, once, though the value is in several records.
#[test]
fn l7_problems_name_the_cell_of_the_form() {
    let card =
        CARD.replace("联系方式|16800000001", "联系方式|1680000").replace("2026-11-20", "2026-13-20").replace("50万", "五成");
    let found = xlsx(&card, CARD_MERGES);
    assert_eq!(found.cells_with(Code::PhoneBad), ["H3"]);
    assert_eq!(found.cells_with(Code::DateBad), ["B14"]);
    assert_eq!(found.cells_with(Code::MoneyBad), ["E10"]);
    let policies = of(&found, Kind::CardPolicies);
    let column = policies.column(Slot::of(Field::SUM_ASSURED)).unwrap();
    assert_eq!(policies.cell(1, column).address(), "E11");
    assert_eq!(policies.place(1).address(), "B11");
    assert_eq!(found.lists.sources.get(policies.place(1).source).sheet, "清单");
}

/// Labels nobody knows are told with their values; a cell without a label is, too.
#[test]
fn l7_unknown_labels_are_told_with_their_values() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|客户姓名|王伟|手机|16800000001
宠物|金毛犬|性别|男|爱好：|钓鱼
家庭住址|某路1号|||车牌|浙A00000

||常来的亲戚",
        &[],
    );
    let told: Vec<(String, &str)> =
        found.with(Code::FormUnread).map(|problem| (problem.place.address(), &*problem.found)).collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(at, found)| (at.as_str(), *found)).collect();
    assert_eq!(told, [("B3", "金毛犬"), ("F3", "钓鱼"), ("F4", "浙A00000"), ("C6", "常来的亲戚")]);
    let kept: Vec<&str> = of(&found, Kind::Register).leftovers.iter().map(|leftover| leftover.texts.get(0)).collect();
    assert_eq!(kept, ["金毛犬", "钓鱼", "浙A00000", "常来的亲戚"]);
    assert_eq!(account(&found), (1, 18, 11));
    assert_eq!(client(&found, Field::GENDER), ["男"]);
}

/// Label and value in one cell, boxes to tick, units in cells of their own, a value below its label.
/// On a card, too, the unit of a sum is what its label says, else what the title of its table says.
#[test]
fn sums_on_a_card_have_the_unit_of_their_label() {
    let found = xlsx(
        "客户服务卡
客户编号|W0601|客户类型|A
客户姓名|王伟|手机|16800000001
家庭年收入(万)|30|主要需求|养老
保单信息（单位：万元）
险种|保单号|保额|年交保费(元)|首期保费
康宁重疾|P77001|20|5800|0.58
国寿福|P77002|300000|6000元|5800元",
        &[],
    );
    assert_eq!(client(&found, Field::ANNUAL_INCOME), ["300000"]);
    let policies = |field| values(&found, Kind::CardPolicies, Role::Client, field);
    assert_eq!(policies(Field::SUM_ASSURED), ["200000", ""]);
    assert_eq!(policies(Field::ANNUAL_PREMIUM), ["5800", "6000"]);
    assert_eq!(policies(Field::FIRST_PREMIUM), ["5800", "5800"]);
    assert_eq!(found.cells_with(Code::MoneyBad), ["C8"], "300000 万元 is 300000 元");
}

#[test]
fn l7_the_ways_to_write_a_value() {
    let found = xlsx(
        "客户档案
姓名：王伟　　性别：□女 ☑男|电话：16800000001
出生日期|1980|年|3|月|5|日
婚姻状况|□未婚|☑已婚|□离异
险种需求：☑寿险 ☑健康险 □年金险
家庭年收入（万元）|30
备注
爱喝茶，孩子明年高考",
        &[(7, 0, 9, 6)],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟"]);
    assert_eq!(client(&found, Field::GENDER), ["男"]);
    assert_eq!(client(&found, Field::PHONE), ["16800000001"]);
    assert_eq!(client(&found, Field::BIRTH), ["1980-03-05"]);
    assert_eq!(client(&found, Field::MARITAL), ["已婚"]);
    assert_eq!(client(&found, Field::DEMAND), ["寿险、健康险"]);
    assert_eq!(client(&found, Field::ANNUAL_INCOME), ["300000"]);
    let remark = fuwuka::templates::Templates::builtin().fields.by_key("remark").unwrap();
    assert_eq!(client(&found, remark), ["爱喝茶，孩子明年高考"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let (_, present, understood) = account(&found);
    assert_eq!(present, understood);
}

/// Titles of sections at the left, merged over their rows; groups that say whose the labels are.
#[test]
fn l7_sections_at_the_side_and_groups() {
    let found = xlsx(
        "客户服务卡
基本信息|姓名|王伟|手机|16800000001|客户编号|W0001
|出生日期|1980-03-05|性别|男|身份证号|
配偶|姓名|李娜|手机|16800000002|职业|会计
子女1|姓名|王小明|出生日期|2011-05-06||
家庭成员|称谓|姓名|出生日期|备注||
|父亲|王建国|1950-01-01|腿脚不便||
|母亲|赵秀英|1952-01-01|||",
        &[(1, 0, 2, 0), (5, 0, 7, 0)],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟"]);
    assert_eq!(client(&found, Field::BIRTH), ["1980-03-05"]);
    let relatives = |field| values(&found, Kind::Relatives, Role::Member, field);
    assert_eq!(relatives(Field::NAME), ["李娜", "王小明", "王建国", "赵秀英"]);
    assert_eq!(relatives(Field::BIRTH), ["", "2011-05-06", "1950-01-01", "1952-01-01"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Client, Field::RELATION_TO_HEAD), ["配偶", "子女", "父亲", "母亲"]);
    assert_eq!(relatives(Field::PERSON_REMARK), ["", "", "腿脚不便", ""]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Policies without a number are no policies to count; what is said of them is kept, and told.
#[test]
fn l7_policies_without_a_number_are_kept_as_text() {
    let found = xlsx(
        "客户服务卡
客户姓名|王伟|手机|16800000001|性别|男
保单信息
被保险人|险种|保额|缴费期|保险公司
本人|重疾险|50万|20年|某人寿
儿子|医疗险|||",
        &[],
    );
    assert_eq!(found.cells_with(Code::RowNoNumber), ["A5", "A6"]);
    let known = fuwuka::templates::Templates::builtin().fields.by_key("known_policies").unwrap();
    assert_eq!(client(&found, known), ["本人 重疾险 50万 20年 某人寿；儿子 医疗险"]);
    assert!(found.lists.lists.iter().all(|list| list.kind != Kind::CardPolicies));
}

/// 本人 and 儿子 are people of the card.
#[test]
fn l7_policies_name_the_people_of_the_card() {
    let found = xlsx(
        "客户服务卡
客户姓名|王伟|手机|16800000001|性别|男
家庭成员
关系|姓名|出生日期|身份证号
妻子|李娜|1982-03-05|
儿子|王小明|2011-05-06|
保单信息
保单号|投保人|被保险人|险种|保额
P20110001001|王伟|儿子|教育金|10万
P20110001002|李娜|本人|重疾险|50万
P20110001003||本人|重疾险|50万",
        &[],
    );
    let policies = |role, field| values(&found, Kind::CardPolicies, role, field);
    assert_eq!(policies(Role::Insured, Field::NAME), ["王小明", "王伟", "王伟"]);
    assert_eq!(policies(Role::Insured, Field::BIRTH), ["2011-05-06", "", ""]);
    assert_eq!(policies(Role::Applicant, Field::NAME), ["王伟", "李娜", "王伟"]);
    assert_eq!(policies(Role::Applicant, Field::BIRTH), ["", "1982-03-05", ""]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

const SMALL: &str = "客户服务卡
客户编号|W000N|客户姓名|NAME
手机|1680000000N|客户类型|B
拜访时间|方式|主题|客户反馈
2026-11-0N|面谈|保单检视|满意
|||";

fn small(number: usize, name: &str) -> String {
    SMALL.replace("NAME", name).replace('N', &number.to_string())
}

/// L8: cards below each other.
#[test]
fn l8_stacked_cards() {
    let table = [small(1, "王伟"), small(2, "李娜"), small(3, "张强")].join("\n");
    let found = xlsx(&table, &[(0, 0, 0, 3), (6, 0, 6, 3), (12, 0, 12, 3)]);
    assert_eq!(client(&found, Field::NAME), ["王伟", "李娜", "张强"]);
    assert_eq!(client(&found, Field::PHONE), ["16800000001", "16800000002", "16800000003"]);
    let visits = |field| values(&found, Kind::Visits, Role::Client, field);
    assert_eq!(visits(Field::NAME), ["王伟", "李娜", "张强"]);
    assert_eq!(visits(Field::VISIT_TIME), ["2026-11-01", "2026-11-02", "2026-11-03"]);
    let (cards, present, understood) = account(&found);
    assert_eq!((cards, present), (3, understood));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// L8: cards side by side, and both.
#[test]
fn l8_cards_side_by_side() {
    let beside = |one: &str, other: &str| -> String {
        let pad = |line: &str| format!("{line}{}", "|".repeat(3 - line.matches('|').count()));
        one.lines().zip(other.lines()).map(|(one, other)| format!("{}||{}\n", pad(one), pad(other))).collect()
    };
    let above = beside(&small(1, "王伟"), &small(2, "李娜"));
    let below = beside(&small(3, "张强"), &small(4, "刘洋"));
    let found = xlsx(&format!("{above}{below}"), &[]);
    assert_eq!(client(&found, Field::NAME), ["王伟", "李娜", "张强", "刘洋"]);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::HOUSEHOLD_NO), ["W0001", "W0002", "W0003", "W0004"]);
    let register = of(&found, Kind::Register);
    let phone = register.column(Slot::of(Field::PHONE)).unwrap();
    let cells: Vec<String> = (0..4).map(|row| register.cell(row, phone).address()).collect();
    assert_eq!(cells, ["B3", "G3", "B9", "G9"]);
    let (cards, present, understood) = account(&found);
    assert_eq!((cards, present), (4, understood));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// One sheet a client: one list for all of them, each place on its own sheet. A blank card and an example are told.
#[test]
fn l7_one_sheet_a_client() {
    let cards = [small(1, "王伟"), small(2, "李娜"), small(3, "张三"), SMALL.lines().take(4).collect::<Vec<_>>().join("\n")];
    let blank = "客户服务卡\n客户编号||客户姓名|\n手机||客户类型|\n拜访时间|方式|主题|客户反馈\n|||";
    let sheet = |name, table| Sheet { name, table, merges: &[] };
    let found = Inbox::new()
        .xlsx(
            "傅雪的卡.xlsx",
            &[sheet("王伟", &*cards[0]), sheet("李娜", &*cards[1]), sheet("示例", &*cards[2]), sheet("空白", blank)],
        )
        .read();
    assert_eq!(client(&found, Field::NAME), ["王伟", "李娜"]);
    let visits = of(&found, Kind::Visits);
    let sheets: Vec<&str> = (0..2).map(|row| found.lists.sources.get(visits.place(row).source).sheet.as_str()).collect();
    assert_eq!(sheets, ["王伟", "李娜"]);
    assert_eq!(found.codes(), ["R303", "S202"]);
}

/// L9b: blocks with ticked boxes, one after the other.
#[test]
fn l9b_blocks_of_visits() {
    let found = xlsx(
        "客户跟进表
客户姓名：王伟|联系电话：16800000001
第一次跟进方式：☑直接登门 □邀约登门 □电话跟进
跟进情况：介绍了新产品，客户说考虑
客户类别：B
跟进人：傅雪
日期 2026年11月2日
第二次跟进方式：□直接登门 □邀约登门 √电话跟进
跟进情况：客户：再等等
客户类别：
跟进人：傅雪
日期 2026年11月20日",
        &[],
    );
    let visits = |field| values(&found, Kind::Visits, Role::Client, field);
    assert_eq!(visits(Field::VISIT_TIME), ["2026-11-02", "2026-11-20"]);
    assert_eq!(visits(Field::VISIT_WAY), ["面访", "电话"]);
    assert_eq!(visits(Field::VISIT_CONTENT), ["介绍了新产品，客户说考虑", "客户：再等等"]);
    assert_eq!(visits(Field::VISITOR), ["傅雪", "傅雪"]);
    assert_eq!(visits(Field::NAME), ["王伟", "王伟"]);
    assert_eq!(client(&found, Field::HAND_TIER), ["B"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let (_, present, understood) = account(&found);
    assert_eq!(present, understood);
}

/// A form with nothing but who it is about and visits is a log: it makes nobody a client.
#[test]
fn l9b_a_log_alone_makes_no_client() {
    let found = xlsx(
        "拜访记录
客户编号|W0001|客户姓名|王伟
拜访时间|2026-11-02|拜访方式|电话
主题|保单检视|客户反馈|满意
拜访时间|2026-11-20|拜访方式|面谈
主题|理赔咨询|客户反馈|",
        &[],
    );
    let kinds: Vec<Kind> = found.lists.lists.iter().map(|list| list.kind).collect();
    assert_eq!(kinds, [Kind::Visits]);
    assert_eq!(found.values(Field::VISIT_WAY), ["电话", "面访"]);
    assert_eq!(found.values(Field::VISIT_TOPIC), ["保单检视", "理赔咨询"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Tables are tables: metadata with labels above them, explanations of fields, lists of one row.
#[test]
fn what_is_no_form() {
    let list = xlsx(
        "客户清单
管理机构：|8632|营业部：|滨江|服务专员：|傅雪
姓名|手机|地址
王伟|16800000001|某路1号",
        &[],
    );
    assert_eq!(list.list().kind, Kind::Clients);
    let explained =
        xlsx("字段|说明\n姓名|必填，与证件一致\n手机|11位数字\n证件号码|18位\n出生日期|年-月-日\n客户类型|见代码", &[]);
    assert_eq!(explained.codes(), ["S201"]);
    let one = xlsx("姓名|手机|地址|客户编号\n王伟|16800000001|某路1号|W0001", &[]);
    assert_eq!(one.list().len(), 1);
    assert!(one.lists.forms.is_empty());
}

fn field(key: &str) -> Field {
    fuwuka::templates::Templates::builtin().fields.by_key(key).expect("a field")
}

/// Cells that were told with S220, with what stood in them.
fn untold(found: &Found) -> Vec<(String, &str)> {
    found.with(Code::FormUnread).map(|problem| (problem.place.address(), &*problem.found)).collect()
}

/// A table whose title stands in column A ends where something else stands in that column.
#[test]
fn l7_lines_below_a_table_with_its_title_at_the_left() {
    const TOP: &str = "客户服务卡\n客户编号|W0001|客户类型|A\n投保人|王伟|手机|16800000001\n";
    const VISITS: &str = "拜访记录|日期|方式|沟通内容|反馈\n|2026-09-10|面谈|送月饼|热情\n|2026-10-15|微信|发资料|考虑中\n";
    const FAMILY: &str = "家庭成员|关系|姓名|职业|\n|妻|李娜|会计|\n|子|王小明|学生|\n";
    for blank in ["", "\n"] {
        let last = "增员意向|□有 ☑无|服务偏好|喜欢微信|下次拜访日期|2026-12-1";
        for merges in [&[][..], &[(3, 0, 5, 0)]] {
            let found = xlsx(&format!("{TOP}{VISITS}{blank}{last}"), merges);
            assert_eq!(values(&found, Kind::Visits, Role::Client, Field::VISIT_CONTENT), ["送月饼", "发资料"]);
            assert_eq!(client(&found, field("recruit_intention")), ["无"]);
            assert_eq!(client(&found, Field::SERVICE_PREFERENCE), ["喜欢微信"]);
            assert_eq!(client(&found, Field::AGREED_VISIT), ["2026-12-01"]);
            assert!(found.problems.is_empty(), "{:?}", found.problems);
        }
        let found = xlsx(&format!("{TOP}{FAMILY}{blank}家庭年收入|30万|家庭住址|某路1号"), &[(3, 0, 5, 0)]);
        assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜", "王小明"]);
        assert_eq!(client(&found, Field::ANNUAL_INCOME), ["300000"]);
        assert_eq!(client(&found, Field::ADDRESS), ["某路1号"]);
        let found = xlsx(&format!("{TOP}{FAMILY}{blank}车牌|浙A00000|爱好|钓鱼"), &[]);
        assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜", "王小明"]);
        let told: Vec<&str> = found.with(Code::FormUnread).map(|problem| &*problem.found).collect();
        assert_eq!(told, ["浙A00000", "钓鱼"]);
        let found = xlsx(&format!("{TOP}{FAMILY}{blank}保单|险种|保单号|保额\n|定期寿险|P1|20万"), &[]);
        assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜", "王小明"]);
        assert_eq!(values(&found, Kind::CardPolicies, Role::Client, Field::SUM_ASSURED), ["200000"]);
    }
    let found = xlsx(&format!("{TOP}转介绍：|姓名|联系方式\n|赵强|16800000009\n增员意向：|□有 ☑无"), &[]);
    assert_eq!(client(&found, field("referral")), ["赵强 16800000009"]);
    assert_eq!(client(&found, field("recruit_intention")), ["无"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Whose a row is may stand before it, under the title of the table: told, and the row stays one.
#[test]
fn l7_a_word_before_a_row_that_fits_its_headings() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|客户姓名|王伟|手机|16800000001
保单信息|险种|保单号|保额|年交保费
王伟|定期寿险|P1|20万|5800
李娜|定期寿险|P2|10万|3000",
        &[],
    );
    assert_eq!(values(&found, Kind::CardPolicies, Role::Client, Field::POLICY_NO), ["P1", "P2"]);
    assert_eq!(untold(&found), [("A4".into(), "王伟"), ("A5".into(), "李娜")]);
}

/// A heading nobody knows breaks no table, whoever the first is about; a family may stand twice across.
#[test]
fn l7_headings_of_tables() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|客户姓名|王伟|手机|16800000001
保单信息
被保人|险种|保额|保费|缴费期|保单号|生效日|归属
本人|定期寿险|20万|5800|20年|P1|2012-03-03|某部
家庭成员
关系|姓名|出生日期|职业|关系|姓名|出生日期|职业
妻|李娜|1982-03-05|会计|父|王建国|1950-01-01|退休
子|王小明|2011-05-06|学生|母|赵秀英|1952-01-01|退休
备注|想买养老险",
        &[],
    );
    assert_eq!(values(&found, Kind::CardPolicies, Role::Insured, Field::NAME), ["王伟"]);
    assert_eq!(untold(&found), [("H5".into(), "某部")]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜", "王小明", "王建国", "赵秀英"]);
    let relations = values(&found, Kind::Relatives, Role::Client, Field::RELATION_TO_HEAD);
    assert_eq!(relations, ["妻子", "儿子", "父亲", "母亲"]);
    assert_eq!(client(&found, field("remark")), ["想买养老险"]);
    assert!(client(&found, field("known_policies")).is_empty());
}

/// Whom a policy covers may be told by what they are to the client; whoever is not on the card is told.
#[test]
fn l7_policies_name_relatives_by_their_relation() {
    let card = |family: &str, insured: &str| {
        let family = family.replace(';', "\n");
        xlsx(
            &format!(
                "客户服务卡\n客户编号|W0001|客户姓名|王伟|手机|16800000001\n家庭成员\n关系|姓名|职业\n{family}\n保单信息\n被保人|险种|保单号|保额\n{insured}|定期寿险|P1|20万"
            ),
            &[],
        )
    };
    let insured = |found: &Found| values(found, Kind::CardPolicies, Role::Insured, Field::NAME);
    for (word, relation, name) in [
        ("妻", "妻子", "李娜"),
        ("配偶", "太太", "李娜"),
        ("爱人", "妻", "李娜"),
        ("儿子", "长子", "王小明"),
        ("子女", "儿子", "王小明"),
    ] {
        let found = card(&format!("{relation}|{name}|会计;父亲|王建国|退休"), word);
        assert_eq!(insured(&found), [name], "{word}");
        assert!(found.problems.is_empty(), "{word} {:?}", found.problems);
    }
    for (family, word) in [("父亲|王建国|退休", "妻"), ("长子|王小明|学生;次子|王小刚|学生", "儿子")]
    {
        let found = card(family, word);
        assert!(insured(&found).iter().all(String::is_empty), "{word}");
        assert_eq!(found.codes(), ["S220"], "{word}");
        assert_eq!(untold(&found)[0].1, word);
    }
    assert_eq!(insured(&card("长子|王小明|学生;次子|王小刚|学生", "次子")), ["王小刚"]);
}

const PEOPLE: &str = "
客户家庭保障管理卡
项目|投保人|被保险人|配偶
姓名|王伟|王小明|李娜
性别|男|男|女
出生日期|1968.5.1|1998.5.1|1970.2.12
联系电话|16800000001|16800000002|16800000003
职业|个体|学生|
身份证号|||
爱好||足球|
年收入|20万||8万
家庭住址|某路1号
客户编号|W0001|客户类型|B
保单信息
被保险人|险种|保单号|保额
王小明|定期寿险|P1|20万";

/// Several people side by side: each column is one person's.
#[test]
fn l7_columns_of_people() {
    let found = xlsx(PEOPLE, &[(9, 1, 9, 3)]);
    assert_eq!(client(&found, Field::NAME), ["王伟"]);
    assert_eq!(client(&found, Field::PHONE), ["16800000001"]);
    assert_eq!(client(&found, Field::BIRTH), ["1968-05-01"]);
    assert_eq!(client(&found, Field::ADDRESS), ["某路1号"]);
    assert_eq!(client(&found, Field::HOUSEHOLD_NO), ["W0001"]);
    assert_eq!(client(&found, Field::HAND_TIER), ["B"]);
    let relatives = |field| values(&found, Kind::Relatives, Role::Member, field);
    assert_eq!(relatives(Field::NAME), ["王小明", "李娜"]);
    assert_eq!(relatives(Field::GENDER), ["男", "女"]);
    assert_eq!(relatives(Field::PHONE), ["16800000002", "16800000003"]);
    assert_eq!(relatives(Field::BIRTH), ["1998-05-01", "1970-02-12"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Client, Field::RELATION_TO_HEAD), ["", "配偶"]);
    assert_eq!(values(&found, Kind::CardPolicies, Role::Insured, Field::BIRTH), ["1998-05-01"]);
    // Nobody knows the one; an income of the household in the column of one person is the other.
    assert_eq!(untold(&found), [("C9".into(), "足球"), ("D10".into(), "8万")]);
    assert_eq!(found.codes(), ["S220", "S220"]);
}

/// The title of the family may stand in the corner.
#[test]
fn l7_columns_of_people_under_the_title_of_the_family() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|姓名|王伟|手机|16800000001
家庭成员|投保人|配偶|子女
姓名|王伟|李娜|王小明
年龄|50|48|20
备注|好",
        &[],
    );
    assert_eq!(client(&found, Field::AGE), ["50"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜", "王小明"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::AGE), ["48", "20"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// A second cell in the column of one person is told, and is nobody else's.
#[test]
fn l7_columns_of_people_two_cells_wide() {
    let found = xlsx(
        "客户服务卡
项目|投保人||被保险人|
姓名|王伟|男|王小明|男
手机|16800000001||16800000002|
出生日期|1968-05-01||1998-05-01|",
        &[(1, 1, 1, 2), (1, 3, 1, 4)],
    );
    assert_eq!(client(&found, Field::PHONE), ["16800000001"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::PHONE), ["16800000002"]);
    assert_eq!(untold(&found), [("C3".into(), "男"), ("E3".into(), "男")]);
    assert_eq!(found.codes(), ["S220", "S220"]);
}

/// 本人 is the client, and so is who is insured under the client's name; children are told apart by their number.
#[test]
fn l7_columns_of_people_who_are_one() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|客户类型|A
|本人|被保险人|子女1|子女2
姓名|王伟|王伟|王小明|王小红
出生日期||1968-05-01|1998-05-01|2001-05-01
电话|16800000001||16800000002|
主要需求|养老",
        &[],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟"]);
    assert_eq!(client(&found, Field::BIRTH), ["1968-05-01"]);
    assert_eq!(client(&found, Field::MAIN_NEED), ["养老"]);
    let relatives = |field| values(&found, Kind::Relatives, Role::Member, field);
    assert_eq!(relatives(Field::NAME), ["王小明", "王小红"]);
    assert_eq!(relatives(Field::BIRTH), ["1998-05-01", "2001-05-01"]);
    assert_eq!(relatives(Field::PHONE), ["16800000002", ""]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let (_, present, understood) = account(&found);
    assert_eq!(present, understood);
}

/// A block that was never filled in is no visit; what is said of the client at the last visit counts.
#[test]
fn l9b_blank_blocks_and_what_changes_from_visit_to_visit() {
    let found = xlsx(
        "客户跟进表
客户姓名：王伟||电话：16800000001||客户编号：W0001
第一次跟进方式：□直接登门 ☑邀约登门 □电话跟进
跟进情况：约下次带资料
客户类别：☑A □B □C||跟进人：傅雪||日期：2026年9月3日
第二次跟进方式：□直接登门 □邀约登门 √电话跟进
跟进情况：太太反对
客户类别：□A ☑B □C||跟进人：傅雪||日期：  2026 年 10 月 8 日
第三次跟进方式：□直接登门 □邀约登门 □电话跟进
跟进情况：
客户类别：□A □B □C||跟进人：||日期：    年  月  日",
        &[],
    );
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::VISIT_TIME), ["2026-09-03", "2026-10-08"]);
    assert_eq!(client(&found, Field::HAND_TIER), ["B"]);
    assert_eq!(found.codes(), ["S205"]);
    assert_eq!(found.cells_with(Code::ColumnAmbiguous), ["A5"]);
}

/// A card is a client's, however little it says; several of them, several clients'.
#[test]
fn l8_cards_with_nothing_but_who_and_visits() {
    let card = |number: usize, name: &str| {
        format!(
            "客户服务卡\n编号|W000{number}|姓名|{name}|电话|1680000000{number}\n日期|方式|内容\n2026-01-0{number}|电话|问候\n\n"
        )
    };
    let found = xlsx(&[card(1, "王伟"), card(2, "李娜"), card(3, "张强")].concat(), &[]);
    assert_eq!(client(&found, Field::NAME), ["王伟", "李娜", "张强"]);
    assert_eq!(client(&found, Field::HOUSEHOLD_NO), ["W0001", "W0002", "W0003"]);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::NAME), ["王伟", "李娜", "张强"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// Labels above their values, line after line.
#[test]
fn l7_labels_above_their_values() {
    let found = xlsx(
        "客户服务卡
客户编号|客户姓名|性别|出生日期|联系电话
W0001|王伟|男|68.5.1|16800000001
婚姻|职业|家庭年收入|客户类型|建卡日期
已婚|司机|25万|B类|2024/3/5
家庭住址|||主要需求|服务偏好
某路1号|||养老、医疗|微信
拜访记录
拜访时间|地点|主题|内容|客户反馈
2026-9-1|家|节日|送月饼|高兴
2026-10-1|公司|检视|讲保单|还行",
        &[(5, 0, 5, 2), (6, 0, 6, 2)],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟"]);
    assert_eq!(client(&found, Field::MARITAL), ["已婚"]);
    assert_eq!(client(&found, Field::HAND_TIER), ["B"]);
    assert_eq!(client(&found, Field::ADDRESS), ["某路1号"]);
    assert_eq!(client(&found, Field::SERVICE_PREFERENCE), ["微信"]);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::NAME), ["王伟", "王伟"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let (cards, present, understood) = account(&found);
    assert_eq!((cards, present), (1, understood));
}

/// The back of a card says whose it is, and visits: it is read as the same client's.
#[test]
fn l7_the_back_of_a_card() {
    for back in [
        "服务记录\n客户编号|W0001\n拜访时间|方式|内容\n2026-09-03|面访|送资料\n2026-10-03|电话|问候",
        "客户编号|W0001|客户姓名|王伟\n拜访时间|方式|内容\n2026-09-03|面访|送资料\n2026-10-03|电话|问候",
        "客户编号：W0001　客户姓名：王伟\n服务记录\n拜访时间|方式|内容\n2026-09-03|面访|送资料\n2026-10-03|电话|问候",
    ] {
        let sheet = |name, table| Sheet { name, table, merges: &[] };
        let front = "客户服务卡\n客户编号|W0001|客户姓名|王伟\n手机|16800000001|客户类型|B";
        let found = Inbox::new().xlsx("卡.xlsx", &[sheet("正面", front), sheet("反面", back)]).read();
        assert_eq!(client(&found, Field::NAME), ["王伟"], "{back}");
        assert_eq!(values(&found, Kind::Visits, Role::Client, Field::HOUSEHOLD_NO), ["W0001", "W0001"], "{back}");
        assert!(found.problems.is_empty(), "{back} {:?}", found.problems);
    }
}

/// Lists stay lists: of one client, of two kinds one below the other, of rows that say themselves whom they are about.
#[test]
fn lists_of_one_row_are_no_form() {
    for table in [
        "姓名|手机|地址|客户编号\n王伟|16800000001|某路1号|W0001\n\n拜访日期|客户姓名|方式|内容\n2026-09-03|王伟|面访|送资料",
        "姓名|手机|地址\n王伟|16800000001|某路1号\n\n姓名|手机|地址\n李娜|16800000002|某路2号",
        "客户编号|客户姓名|手机|险种|保单号\nW0001|王伟|16800000001|定期寿险|P1",
        "客户编号|姓名|手机\nW0001|王伟|16800000001\n\n保单号|险种|保额\nP1|定期寿险|20万\nP2|重疾险|10万",
    ] {
        let found = xlsx(table, &[]);
        assert!(found.lists.forms.is_empty(), "{table}");
        assert_eq!(found.with(Code::SheetUnknown).count(), 0, "{:?}", found.problems);
    }
}

/// 备注 in a table of relatives is about the relative; 备注 beside the client's labels is the household's.
#[test]
fn a_remark_on_a_relative_is_kept_with_the_relative() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|客户姓名|王伟
手机|16800000001|备注|喜欢喝茶
家庭成员
关系|姓名|出生日期|备注
妻子|李娜|1981-02-03|在国外
儿子|王小明|2011-02-03|",
        &[],
    );
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::PERSON_REMARK), ["在国外", ""]);
    assert_eq!(client(&found, Field::REMARK), ["喜欢喝茶"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let table = xlsx("户主姓名|成员姓名|关系|备注\n王伟|李娜|妻子|在国外", &[]);
    assert_eq!(values(&table, Kind::Family, Role::Member, Field::PERSON_REMARK), ["在国外"]);
}

/// A card of Excel for Mac, which counted days from 1904: dates shown as such and bare numbers are the same days.
#[test]
fn days_of_a_card_counted_from_1904() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/1904卡片.xlsx");
    let found = Inbox::new().file("卡.xlsx", &std::fs::read(path).unwrap()).read();
    assert_eq!(client(&found, Field::BIRTH), ["1980-01-01"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::BIRTH), ["1981-02-03", "2011-02-03"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// A column a client. Headed 本人 and 配偶 the columns are one family.
#[test]
fn columns_of_a_family() {
    let found = xlsx(
        "
|本人|配偶|子女1
姓名|王伟|李娜|王小明
出生日期|1980-03-05|1982-05-06|2011-09-01
手机|16800357246|16800357247|
服务专员|傅雪||",
        &[],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟"]);
    assert_eq!(client(&found, Field::PHONE), ["16800357246"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜", "王小明"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::PHONE), ["16800357247", ""]);
    assert!(found.problems.is_empty(), "{:#?}", found.problems);
}

/// Further clients below the first ones, a value merged over several columns, an example.
#[test]
fn columns_in_blocks() {
    let found = xlsx(
        "
客户资料|||
项目|示例|客户1|客户2
姓名|张三|王伟|刘洋
手机|16800000000|16800357246|16800365165
服务专员|傅雪||
项目|客户3|客户4|
姓名|欧阳娜|单强|
手机|16800373084|16800373085|
服务专员|何伟||
以上由业务部门填写|||",
        &[(0, 0, 0, 3), (4, 1, 4, 3), (8, 1, 8, 2)],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟", "刘洋", "欧阳娜", "单强"]);
    assert_eq!(client(&found, Field::PHONE), ["16800357246", "16800365165", "16800373084", "16800373085"]);
    assert_eq!(client(&found, Field::AGENT), ["傅雪", "傅雪", "何伟", "何伟"]);
    assert_eq!(found.cells_with(Code::FormUnread), ["A10"]);
    assert_eq!(found.with(Code::RowExample).count(), 1);
}

/// Visits that stand as columns.
#[test]
fn visits_as_columns() {
    let found = xlsx(
        "
拜访时间|2026-11-02|2026-11-20
客户姓名|王伟|刘洋
客户编号|W0001|L0002
拜访方式|电话|面谈
拜访内容|保单检视|生日祝福",
        &[],
    );
    let kinds: Vec<Kind> = found.lists.lists.iter().map(|list| list.kind).collect();
    assert_eq!(kinds, [Kind::Visits], "{:#?}", found.problems);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::NAME), ["王伟", "刘洋"]);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::VISIT_WAY), ["电话", "面访"]);
}

/// Labels down the first column, but no clients beside each other.
#[test]
fn what_does_not_stand_as_columns() {
    let explained =
        xlsx("项目|要求|示例\n姓名|必填|张三\n手机|11位数字|16800000000\n出生日期|年-月-日|1980-01-01\n备注|选填|", &[]);
    assert!(explained.lists.lists.is_empty(), "{:?}", explained.lists.lists);
    let card = xlsx("客户服务卡||\n姓名|王伟|\n手机|16800357246|常用\n出生日期|1980-03-05|\n家庭住址|某市某路1号|", &[]);
    assert_eq!(client(&card, Field::NAME), ["王伟"]);
}

/// A next sheet that does not say whose it is, with or without its headings, goes on with the card before, and says so.
#[test]
fn l7_a_card_goes_on_on_the_next_sheet() {
    let sheet = |name, table| Sheet { name, table, merges: &[] };
    let card = "客户服务卡\n客户编号|W0001|客户姓名|王伟\n电话|16800000001|客户类型|A\n拜访记录\n拜访时间|方式|内容|反馈\n2026-01-01|面访|送资料|好";
    let other = "客户服务卡\n客户编号|L0002|客户姓名|李娜\n电话|16800000002|客户类型|B";
    let found = Inbox::new()
        .xlsx(
            "卡.xlsx",
            &[
                sheet("王伟", card),
                sheet("王伟续", "拜访时间|方式|内容|反馈\n2026-03-01|电话|问候|好"),
                sheet("王伟续2", "拜访记录（续）\n2026-05-01|电话|生日|好\n2026-06-01|面访|理赔|好\n备注|爱喝茶"),
                sheet("李娜", other),
                sheet("李娜的卡反面", "拜访时间|方式|内容|反馈\n2026-07-01|电话|问候|好"),
            ],
        )
        .read();
    assert_eq!(client(&found, Field::NAME)[0], "王伟");
    let visits = |field| values(&found, Kind::Visits, Role::Client, field);
    assert_eq!(visits(Field::VISIT_TIME), ["2026-01-01", "2026-03-01", "2026-05-01", "2026-06-01", "2026-07-01"]);
    assert_eq!(visits(Field::HOUSEHOLD_NO), ["W0001", "W0001", "W0001", "W0001", "L0002"]);
    assert_eq!(visits(Field::VISIT_WAY), ["面访", "电话", "电话", "面访", "电话"]);
    assert_eq!(client(&found, field("remark")), ["", "爱喝茶", ""]);
    assert_eq!(found.codes(), ["S227", "S227", "S227"]);
    // Whose a log is that goes on with nothing nobody knows.
    let found = Inbox::new()
        .xlsx("卡.xlsx", &[sheet("王伟", card), sheet("日志", "拜访时间|方式|内容|反馈\n2026-03-01|电话|问候|好")])
        .read();
    assert_eq!(found.codes(), ["S201"]);
}

/// The next page of a list has no heading: that of the page before counts where the rows fit it, and it is said.
#[test]
fn a_list_goes_on_on_the_next_sheet() {
    let sheet = |name, table| Sheet { name, table, merges: &[] };
    let first = "日期|客户姓名|联系电话|拜访方式|沟通内容|心情\n2026-1-1|王伟|16800000001|电话|问候|好\n2026-2-2|李娜|16800000002|面访|理赔|好";
    let found = Inbox::new()
        .xlsx(
            "拜访.xlsx",
            &[
                sheet("拜访1", first),
                sheet("拜访2", "2026-7-7|张强|16800000003|电话|问候|好\n2026-8-8|刘洋|16800000004|微信|贺卡|好"),
                sheet("拜访3", "拜访记录（续）\n2026-9-9|王伟|16800000001|电话|问候|好"),
                sheet("费用", "2026-9-9|10|电话费\n2026-9-10|20|茶"),
            ],
        )
        .read();
    let names: Vec<Vec<String>> = found.lists.lists.iter().map(|list| shown(list, Slot::of(Field::NAME))).collect();
    assert_eq!(names, [vec!["王伟", "李娜"], vec!["张强", "刘洋"], vec!["王伟"]]);
    assert_eq!(found.codes(), ["S204", "S227", "S227", "S201"]);
    let rows: Vec<u32> = found.with(Code::SheetGoesOn).map(|problem| problem.place.row).collect();
    assert_eq!(rows, [1, 2]);
    let headings: Vec<u32> = found.lists.lists.iter().map(|list| list.heading_row).collect();
    assert_eq!(headings, [1, 0, 0], "those of the others stand on the first");
}

/// A form that only its empty copy explains is read in whatever format it was saved, several on a sheet or one.
#[test]
fn a_form_of_others_saved_in_another_format() {
    let form = Sheet {
        name: "台账",
        table: "台账号|{{客户编号}}|持卡人|{{姓名}}\n通讯|{{手机}}|分档|{{客户类型}}\n几时|说了啥\n{{#拜访.拜访时间}}|{{#拜访.拜访内容}}\n||\n填表人|",
        merges: &[],
    };
    let filled = |number: u32, name: &str| {
        format!(
            "台账号|W000{number}|持卡人|{name}\n通讯|1680000000{number}|分档|B\n几时|说了啥\n2026-09-01|送月饼\n||\n填表人|\n||\n"
        )
    };
    let two = [filled(1, "王伟"), filled(2, "李娜")].concat();
    let page = |table: &str| {
        let row = |line: &str| format!("<tr><td>{}</td></tr>", line.replace('|', "</td><td>"));
        let rows: String = table.lines().map(row).collect();
        format!("<html><head><meta charset=\"utf-8\"></head><body><table>{rows}</table></body></html>")
    };
    for inbox in [
        Inbox::new().xlsx("填好.xlsx", &[Sheet { name: "叠", table: &two, merges: &[] }]),
        Inbox::new().file("填好.xls", page(&two).as_bytes()),
        Inbox::new().csv("填好.csv", &two),
    ] {
        let found = inbox.read_through(&form);
        assert_eq!(client(&found, Field::NAME), ["王伟", "李娜"]);
        assert_eq!(client(&found, Field::HOUSEHOLD_NO), ["W0001", "W0002"]);
        assert_eq!(values(&found, Kind::Visits, Role::Client, Field::NAME), ["王伟", "李娜"]);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
}

/// Cards below each other whose labels stand above their values.
#[test]
fn l8_stacked_cards_with_labels_above_their_values() {
    let card = |number: usize, name: &str| {
        format!(
            "客户服务卡\n客户编号|客户姓名|性别|联系电话\nW000{number}|{name}|男|1680000000{number}\n婚姻|职业|客户类型|建卡日期\n已婚|司机|B|2024/3/5\n拜访时间|地点|主题|内容\n2026-09-0{number}|家|节日|送月饼\n\n"
        )
    };
    let found = xlsx(&[card(1, "王伟"), card(2, "张强"), card(3, "刘洋")].concat(), &[]);
    assert_eq!(client(&found, Field::NAME), ["王伟", "张强", "刘洋"]);
    assert_eq!(client(&found, Field::PHONE), ["16800000001", "16800000002", "16800000003"]);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::HOUSEHOLD_NO), ["W0001", "W0002", "W0003"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let (cards, present, understood) = account(&found);
    assert_eq!((cards, present), (3, understood));
}

/// A column of numbers is one that nobody needs; two people in one row of relatives are told, not dropped.
#[test]
fn l7_odd_tables() {
    let found = xlsx(
        "客户服务卡
客户编号|W0001|姓名|王伟|手机|16800000001
保单|序号|险种|保单号|保额
|1|定期寿险|P1|20万
|2|重疾险|P2|10万
家庭成员
配偶|子女
李娜|王小明",
        &[],
    );
    assert_eq!(values(&found, Kind::CardPolicies, Role::Client, Field::POLICY_NO), ["P1", "P2"]);
    assert_eq!(values(&found, Kind::Relatives, Role::Member, Field::NAME), ["李娜"]);
    assert_eq!(untold(&found), [("B8".into(), "王小明")]);
}

/// Cards below each other that begin in different columns are whole; what stands on none of several is told.
#[test]
fn l8_cards_that_do_not_stand_in_line() {
    let right = |table: &str| table.lines().map(|line| format!("||{line}\n")).collect::<String>();
    let found = xlsx(&format!("{}\n{}", small(1, "王伟"), right(&small(2, "李娜"))), &[]);
    assert_eq!(client(&found, Field::NAME), ["王伟", "李娜"]);
    assert_eq!(client(&found, Field::HAND_TIER), ["B", "B"]);
    assert_eq!(values(&found, Kind::Visits, Role::Client, Field::VISIT_TOPIC), ["保单检视", "保单检视"]);
    let (cards, present, understood) = account(&found);
    assert_eq!((cards, present), (2, understood), "{:?}", found.problems);

    let beside: String = small(1, "王伟")
        .lines()
        .zip(small(2, "李娜").lines())
        .map(|(one, other)| format!("{one}{}|{other}\n", "|".repeat(4 - one.matches('|').count())))
        .collect();
    let found = xlsx(
        &format!("{beside}{}", small(3, "张强").replace("手机|16800000003|客户类型|B", "手机|16800000003|客户类型|B||某处")),
        &[],
    );
    assert_eq!(client(&found, Field::NAME), ["王伟", "李娜", "张强"]);
    assert_eq!(untold(&found), [("F9".into(), "某处")]);
}
