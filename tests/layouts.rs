//! The layouts real lists come in, each read from a file to typed columns.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::{Kind, Slot};
use fuwuka::problem::Code;
use fuwuka::templates::fields::{Field, Role};
use reading::{Inbox, Sheet, csv, shown, xlsx};

/// L1: a flat wide core export, riders in numbered pairs, error texts and a footer among the rows.
#[test]
fn l1_core_export_with_rider_pairs() {
    let found = csv("管理机构|业务员姓名|业务员代码|客户姓名|缴费提示|保单号|应缴费日期|主险险种|主险保费|附险险种1|附险保费1|附险险种2|附险保费2|保单状态
863201|何伟|0086320101|王伟|Y|P20110001001|2026-11-01|定期寿险|1200.00|附加医疗|100.00|附加意外|50.00|有效
***处理保单P20110009999 出错：找不到投保人
863201|何伟|0086320101|王芳|N|P20110001002|2026-11-02|定期寿险|主险续保保费未催收：账户挂失||||
制表时间:2026-11-18||||||制表人:孔岚");
    assert_eq!(found.list().kind, Kind::Renewals);
    let nth = |field, nth| shown(found.list(), Slot { role: Role::Client, field, nth });
    assert_eq!(nth(Field::RIDER_PRODUCT, 1), ["附加意外", ""]);
    assert_eq!(nth(Field::RIDER_PREMIUM, 0), ["100", ""]);
    assert_eq!(found.list().rows, [2, 4]);
    assert_eq!(found.cells_with(Code::RowErrorText), ["第3行"]);
    assert_eq!(found.cells_with(Code::RowFooter), ["第5行"]);
    assert_eq!(found.cells_with(Code::MoneyBad), ["I4"]);
}

/// L1 as the old Excel really writes it: the due-fee list of the sample office.
#[test]
fn l1_due_fee_list_in_xls() {
    let found = Inbox::new().sample("DueFeeList_20261101_20261231_8632_个险.xls").read();
    let list = found.list();
    assert_eq!((list.kind, list.len(), list.heading_row), (Kind::Renewals, 223, 5));
    assert_eq!(list.date.unwrap().to_string(), "2026-12-31");
    assert_eq!(found.leftovers().iter().map(|(heading, _)| *heading).collect::<Vec<_>>(), ["邮编"]);
}

/// L2: title, metadata with a unit, a blank row, data from column B on, a footer far to the right.
#[test]
fn l2_title_metadata_and_far_right_footer() {
    let found = xlsx(
        "|过生日客户信息清单
|管理机构：8632||销售渠道：个险   单位：万元
|生日统计期间：2026-11-01至2026-11-30

|业务员工号|业务员姓名|投保人姓名|投保人性别|出生日期|保单号|保额|主险险种
|0086320101|何伟|王伟|男|1980-01-01|P20110001001|20|定期寿险

||||||||制表时间:2026-11-18
||||||||指标人:孔岚",
        &[(0, 1, 0, 8)],
    );
    assert_eq!(found.list().heading_row, 5);
    assert_eq!(found.list().date.unwrap().to_string(), "2026-11-30");
    assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟"]);
    assert_eq!(found.values(Field::SUM_ASSURED), ["200000"]);
    assert_eq!(found.cells_with(Code::RowFooter), ["第8行", "第9行"]);
    let above: Vec<(u32, u16, &str)> =
        found.list().above.iter().map(|(row, column, text)| (*row, *column, &**text)).collect();
    let said = [(1, 1, "过生日客户信息清单"), (2, 1, "管理机构：8632"), (2, 3, "销售渠道：个险   单位：万元")];
    assert_eq!(above, [&said[..], &[(3, 1, "生日统计期间：2026-11-01至2026-11-30")]].concat(), "kept with its cells");
}

/// L3: two levels; the group tells repeated leaves apart.
#[test]
fn l3_two_levels_with_repeated_leaves() {
    let found = xlsx(
        "客户信息|||服务人员|||分配日期
姓名|手机|地址|姓名|电话|工号|
王伟|16800000001|某路1号|傅雪|16455500206|0086320102|2026-11-01",
        &[(0, 0, 0, 2), (0, 3, 0, 5), (0, 6, 1, 6)],
    );
    assert_eq!(found.values(Field::NAME), ["王伟"]);
    assert_eq!(found.values(Field::AGENT), ["傅雪"]);
    assert_eq!(found.values(Field::AGENT_PHONE), ["16455500206"]);
    assert_eq!(found.values(Field::PHONE), ["16800000001"]);
    assert_eq!(found.values(Field::ASSIGNED_DATE), ["2026-11-01"]);
}

/// L3 as XQAdvancePrem has it: parents are blank over the first columns and carried on without merging.
#[test]
fn l3_parents_blank_and_not_merged() {
    let found = xlsx(
        "|||||客户信息||服务人员|
保单号|险种|应缴费日期|保费|状态|姓名|电话|姓名|电话
P20110001001|定期寿险|2026-11-01|1200|有效|王伟|16800000001|傅雪|16455500206",
        &[],
    );
    assert_eq!(found.values(Field::POLICY_NO), ["P20110001001"]);
    assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟"]);
    assert_eq!(found.values(Field::AGENT), ["傅雪"]);
    assert_eq!(found.values_of(Role::Applicant, Field::PHONE), ["16800000001"]);
}

/// L3: three levels.
#[test]
fn l3_three_levels() {
    let found = xlsx(
        "清单||||
客户|||保障|
基本信息||联系|金额|
姓名|出生日期|手机|保单号|保费
王伟|1980-01-01|16800000001|P20110001001|1200",
        &[(0, 0, 0, 4), (1, 0, 1, 2), (2, 0, 2, 1), (1, 3, 1, 4), (2, 3, 2, 4)],
    );
    assert_eq!(found.list().heading_row, 4);
    assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟"]);
    assert_eq!(found.values(Field::PREMIUM), ["1200"]);
}

/// L4: the client's cells are blank, or merged, on the rows of further policies.
#[test]
fn l4_continuation_rows() {
    let table = "投保人姓名|投保人身份证号|联系电话|保单代码|险种名称|被保险人|与投保人关系
王伟|340196198712315450|16800000001|P20110001001|定期寿险|王一|儿子
|||P20110001002|重疾险|王伟|本人
王芳||16800000002|P20110001003|定期寿险|王芳|本人";
    for merges in [&[][..], &[(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2)]] {
        let found = xlsx(table, merges);
        assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟", "王伟", "王芳"]);
        assert_eq!(found.values_of(Role::Applicant, Field::CERT_NO), ["340196198712315450", "340196198712315450", ""]);
        assert_eq!(found.values_of(Role::Insured, Field::NAME), ["王一", "王伟", "王芳"]);
        // A merged cell says it of its rows; a blank one only seems to.
        let guessed = found.cells_with(Code::RowContinued);
        assert_eq!(guessed, if merges.is_empty() { vec!["A3"] } else { vec![] });
    }
}

/// L5: the family packed into one cell stays one text, for the household stage.
#[test]
fn l5_packed_family_cell() {
    let found = csv("客户编号|姓名|手机|家庭成员\nW0001|王伟|16800000001|李娜\\妻\\16800000002；王一\\子");
    assert_eq!(found.list().kind, Kind::Register);
    assert_eq!(found.values(Field::FAMILY_MEMBERS), ["李娜\\妻\\16800000002;王一\\子"]);
}

/// L6: sheets of explanations and codes are skipped and said so; empty sheets beside a list are not worth a word;
/// several lists of one workbook are all read.
#[test]
fn l6_a_workbook_of_many_sheets() {
    let sheet = |name, table| Sheet { name, table, merges: &[] };
    let found = Inbox::new()
        .xlsx(
            "客户.xlsx",
            &[
                sheet("0-填报指南与目录", "请按下面的说明填写\n1. 姓名必填"),
                sheet("客户", "姓名|手机|地址\n王伟|16800000001|某路1号"),
                sheet("保单", "保单号|投保人|险种|保费\nP20110001001|王伟|定期寿险|1200"),
                sheet("数据字典", "代码|含义\n0|男"),
                sheet("Sheet2", ""),
                sheet("别的", "今天天气\n很好"),
            ],
        )
        .read();
    let kinds: Vec<Kind> = found.lists.lists.iter().map(|list| list.kind).collect();
    assert_eq!(kinds, [Kind::Clients, Kind::Policies]);
    assert_eq!(found.codes(), ["S202", "S202", "S201"]);
}

/// L9: a flat visit log, keyed by number, by telephone and by name; T4 and 联系方式 mean the way of the visit.
#[test]
fn l9_flat_visit_log() {
    let found = csv("拜访日期|客户编号|客户姓名|手机|方式|主题|内容|客户反馈|下次拜访日期
2026-11-02|W0001|||面谈|保单检视|梳理家庭保单|满意|2026-12-02
2026.11.3||王芳|16800000002|电访|生日祝福||很高兴|");
    assert_eq!(found.list().kind, Kind::Visits);
    assert_eq!(found.values(Field::VISIT_TIME), ["2026-11-02", "2026-11-03"]);
    assert_eq!(found.values(Field::HOUSEHOLD_NO), ["W0001", ""]);
    assert_eq!(found.values(Field::NEXT_VISIT), ["2026-12-02", ""]);
    assert_eq!(found.originals(), [(3, 0, "2026.11.3".to_string())]);
}

/// L11: comment lines above the heading, stars on required headings.
#[test]
fn l11_csv_with_comments_and_stars() {
    let found = csv(
        "# 拜访记录导入模板\n# 带*为必填\n拜访日期*|客户姓名*|拜访方式*|主题\n2026-11-16|张三|面访|示例\n2026-11-16|王伟|电访|生日祝福",
    );
    assert_eq!(found.list().rows, [5]);
    assert_eq!(found.values(Field::NAME), ["王伟"]);
    assert_eq!(found.cells_with(Code::RowExample), ["第4行"]);
}

/// The 60-column shape: three agents, a second 邮编, many columns of nobody's.
#[test]
fn sixty_columns_with_three_agents_and_two_postcodes() {
    let more: Vec<String> = (1..=50)
        .map(|number| format!("扩展{}", "甲乙丙丁".chars().nth(number % 4).unwrap()) + &"项".repeat(number))
        .collect();
    let blanks = ["x"; 50].join("|");
    let table = format!(
        "保单号|投保人姓名|业务员姓名|上期业务员姓名|续收外勤姓名|邮编|险种|保费|应缴费日期|邮编|{}\nP20110001001|王伟|何伟|周晓梅|傅雪|310000|定期寿险|100|2026-11-01|311200|{blanks}",
        more.join("|")
    );
    let found = csv(&table);
    assert_eq!(found.values(Field::SELLER), ["何伟"]);
    assert_eq!(found.values(Field::PREVIOUS_AGENT), ["周晓梅"]);
    assert_eq!(found.values(Field::AGENT), ["傅雪"]);
    assert_eq!(found.leftovers().len(), 51);
    assert_eq!(found.leftovers()[0], ("邮编", vec!["311200"]));
}

/// A birthday list is one of policies, whose holders have the birthdays.
#[test]
fn birthday_list() {
    let found = csv("投保人姓名|出生日期|保单号\n王伟|1980-01-01|P20110001001");
    assert_eq!(found.list().kind, Kind::Policies);
    assert_eq!(found.values_of(Role::Applicant, Field::BIRTH), ["1980-01-01"]);
}

/// The sample office: every sheet is of its kind, and every row is accounted for.
#[test]
fn the_sample_office_is_read() {
    let sheets = [
        ("老客户登记表(2024).xlsx", Kind::Register, 341),
        ("客户清单_11月下发.xlsx", Kind::Clients, 504),
        ("家庭对照表.xlsx", Kind::Family, 41),
        ("团队架构.txt", Kind::Organisation, 10),
        ("保单清单_202611.csv", Kind::Policies, 2119),
        ("拜访记录/周报.csv", Kind::Visits, 42),
    ];
    for (file, kind, rows) in sheets {
        let found = Inbox::new().sample(file).read();
        let list = &found.lists.lists[0];
        assert_eq!((list.kind, list.len()), (kind, rows), "{file}");
        for totals in &found.lists.totals {
            assert_eq!(totals.read, totals.kept + totals.set_aside + totals.passed_over, "{file}");
        }
    }
    let register = Inbox::new().sample("老客户登记表(2024).xlsx").read();
    assert_eq!(register.cells_with(Code::HiddenPart), ["第60行", "J列"]);
}

/// Visits side by side are visits of their own; what is wrong in one is told with its own cell.
#[test]
fn visits_side_by_side_in_a_row_are_rows() {
    let found = csv("客户姓名|手机|拜访日期1|拜访内容1|拜访日期2|拜访内容2|拜访日期3|拜访内容3
王伟|16800000001|2026-01-01|生日祝福|2026年3月1日|保单检视||
王芳|16800000002|2026-02-01|送资料|2026-04-01|理赔|2026-13-01|缴费提醒
王强|16800000003||||||");
    assert_eq!(found.list().kind, Kind::Visits);
    assert_eq!(found.list().rows, [2, 2, 3, 3, 3, 4]);
    assert_eq!(found.values(Field::NAME), ["王伟", "王伟", "王芳", "王芳", "王芳", "王强"]);
    assert_eq!(found.values(Field::VISIT_TIME), ["2026-01-01", "2026-03-01", "2026-02-01", "2026-04-01", "", ""]);
    assert_eq!(found.values(Field::VISIT_CONTENT), ["生日祝福", "保单检视", "送资料", "理赔", "缴费提醒", ""]);
    assert_eq!(found.cells_with(Code::DateBad), ["G3"]);
    let told = found.with(Code::DateBad).next().unwrap();
    assert_eq!(&*told.field, "拜访日期3");
    let list = found.list();
    let time = list.column(Slot::of(Field::VISIT_TIME)).unwrap();
    assert_eq!(list.cell(1, time).address(), "E2");
    assert_eq!(list.cell(0, time).address(), "C2");
    let totals = &found.lists.totals[0];
    assert_eq!((totals.read, totals.kept), (6, 6));
}

#[test]
fn policies_side_by_side_in_a_row_are_rows() {
    let found = csv("客户姓名|手机|客户类型|保单号1|险种1|保费1|状态1|保单号2|险种2|保费2|状态2
王伟|16800000001|A|P20110001001|定期寿险|5800|有效|P20110001002|意外险|100|失效
王芳|16800000002|B|P20110001003|年金险|10000|有效||||");
    assert_eq!(found.list().kind, Kind::Policies);
    assert_eq!(found.values(Field::POLICY_NO), ["P20110001001", "P20110001002", "P20110001003"]);
    assert_eq!(found.values(Field::PREMIUM), ["5800", "100", "10000"]);
    assert_eq!(found.values(Field::STATUS), ["有效-交费中", "中止", "有效-交费中"]);
    assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟", "王伟", "王芳"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// What only a later one of them has counts as a cell of its column like others.
#[test]
fn a_column_of_the_second_visit_alone() {
    let found = csv("客户姓名|手机|拜访日期1|拜访内容1|拜访日期2|拜访内容2|拜访地点2
王伟|16800000001|2026-01-01|生日祝福|2026-03-01|保单检视|客户家");
    assert_eq!(found.values(Field::VISIT_PLACE), ["", "客户家"]);
    let list = found.list();
    let cells: usize = list.understood().iter().map(|(at, _, column)| list.rows_from(*at, column).count()).sum();
    assert_eq!(cells, 7, "every cell once");
}

/// 第一次拜访, 第二次拜访 over the same headings.
#[test]
fn visits_side_by_side_under_their_numbers() {
    let found = xlsx(
        "客户姓名|手机|第一次拜访|||第二次拜访||
||日期|方式|内容|日期|方式|内容
王伟|16800000001|2026-01-01|电话|生日祝福|2026-03-01|面访|保单检视",
        &[(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 4), (0, 5, 0, 7)],
    );
    assert_eq!(found.values(Field::VISIT_TIME), ["2026-01-01", "2026-03-01"]);
    assert_eq!(found.values(Field::VISIT_CONTENT), ["生日祝福", "保单检视"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// What comes twice and is no record of its own is kept as written and told; telephones and riders are kept beside
/// each other.
#[test]
fn a_second_address_is_kept_and_told() {
    let found = csv("客户姓名|手机1|手机2|家庭住址1|家庭住址2|备注2|主要需求1|主要需求2|客户类型
王伟|16800000001|16800000002|某路1号|某路2号|怕狗|养老|教育|A");
    assert_eq!(found.values(Field::ADDRESS), ["某路1号"]);
    assert_eq!(found.leftovers(), [("家庭住址2", vec!["某路2号"]), ("主要需求2", vec!["教育"])]);
    assert_eq!(found.cells_with(Code::ColumnAmbiguous), ["E1", "H1"]);
    assert_eq!(shown(found.list(), Slot { role: Role::Client, field: Field::PHONE, nth: 1 }), ["16800000002"]);
    let remark = found.list().columns.iter().find(|column| &*column.heading == "备注2").unwrap();
    assert_eq!(remark.slot.nth, 0, "the only one");
}

/// Agent and team in merged cells beside their clients.
#[test]
fn merged_cells_are_said_of_all_their_rows() {
    let found = xlsx(
        "团队|服务专员|客户姓名|手机|客户类型|家庭年收入
一部|傅雪|王伟|16800000001|A|number 100000
||王芳|16800000002||
||小计|2人||
|何伟|王强|16800000003|B|number 50000
二部||王敏|16800000004||",
        &[(1, 0, 4, 0), (1, 1, 3, 1), (4, 1, 5, 1), (1, 4, 2, 4), (1, 5, 2, 5)],
    );
    assert_eq!(found.values(Field::NAME), ["王伟", "王芳", "王强", "王敏"]);
    assert_eq!(found.values(Field::TEAM), ["一部", "一部", "一部", "二部"]);
    assert_eq!(found.values(Field::AGENT), ["傅雪", "傅雪", "何伟", "何伟"]);
    assert_eq!(found.values(Field::HAND_TIER), ["A", "A", "B", ""]);
    assert_eq!(found.values(Field::ANNUAL_INCOME), ["100000", "", "50000", ""], "a sum may be that of all rows");
    assert_eq!(found.cells_with(Code::MoneyBad), ["F2"]);
    let agent = found.list().column(Slot::of(Field::AGENT)).unwrap();
    assert_eq!(found.list().cell(1, agent).address(), "B2", "it stands where it is written");
}
