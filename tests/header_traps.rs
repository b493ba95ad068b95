//! One test for each of the fourteen ways in which headings mislead. Each goes through the whole reader.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::{Kind, Slot};
use fuwuka::problem::Code;
use fuwuka::templates::fields::{Field, Role};
use reading::csv;

/// 客户类型 holds at least five different things: each cell says which.
#[test]
fn t1_client_type_is_told_by_its_value() {
    let found = csv("客户编号|姓名|客户类型|手机
W0001|王伟|A|16800000001
W0002|王芳|优质客户|16800000002
W0003|王强|健康险|16800000003
W0004|王敏|准客户|16800000004
W0005|王静|孤儿单|16800000005");
    assert_eq!(found.values(Field::HAND_TIER), ["A", "", "", "", ""]);
    assert_eq!(found.values(Field::SEGMENT), ["", "优质", "", "", ""]);
    assert_eq!(found.values(Field::DEMAND), ["", "", "健康险", "", ""]);
    assert_eq!(found.values(Field::STANDING), ["", "", "", "准客户", "孤儿单"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// B类潜在客户: the letter wins, and the disagreement is told.
#[test]
fn t2_the_letter_wins_over_the_word() {
    let found = csv("客户编号|姓名|客户类型|手机\nW0001|王伟|B类潜在客户|16800000001\nW0002|王芳|B类重点客户|16800000002");
    assert_eq!(found.values(Field::HAND_TIER), ["B", "B"]);
    assert_eq!(found.cells_with(Code::TierDisagrees), ["C2"]);
}

/// E to J and A1 to A4 are steps of other scales, never mapped silently.
#[test]
fn t3_letters_of_other_scales_are_no_tier() {
    let found = csv("客户编号|姓名|客户等级|手机
W0001|王伟|A|16800000001
W0002|王芳|A1|16800000002
W0003|王强|E|16800000003
W0004|王敏|J类|16800000004");
    assert_eq!(found.values(Field::HAND_TIER), ["A", "", "", ""]);
    assert_eq!(found.values(Field::FOREIGN_SCALE), ["", "A1", "E", "J"]);
    assert_eq!(found.cells_with(Code::ScaleForeign), ["C3", "C4", "C5"]);
}

/// 缴费方式 holds the frequency, the term or the channel.
#[test]
fn t4_pay_mode_is_told_by_its_value() {
    let found = csv("保单号|投保人|险种|缴费方式
P20110001|王伟|定期寿险|年交
P20110002|王芳|定期寿险|20年交
P20110003|王强|定期寿险|银行转账");
    assert_eq!(found.values(Field::PAY_MODE), ["年交", "", ""]);
    assert_eq!(found.values(Field::PAY_TERM), ["", "20年", ""]);
    assert_eq!(found.values(Field::PAY_CHANNEL), ["", "", "银行转账"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// 状态 is the policy's in a list of policies, the agent's in a list of agents.
#[test]
fn t5_status_is_whose_the_list_is() {
    let policies = csv("保单号|投保人|险种|状态\nP20110001|王伟|定期寿险|效力中止\nP20110002|王芳|定期寿险|有效");
    assert_eq!(policies.values(Field::STATUS), ["中止", "有效-交费中"]);
    let agents = csv("团队|主管姓名|业务员姓名|工号|状态\n一部|孔岚|傅雪|0086320102|离职");
    assert_eq!(agents.list().kind, Kind::Organisation);
    assert_eq!(agents.values(Field::AGENT_STATUS), ["离职"]);
}

/// Two columns of one name are both kept: two telephones are two, a second 邮编 stands beside the first.
#[test]
fn t6_a_heading_twice_is_two_columns() {
    let found = csv("客户姓名|电话|邮编|地址|邮编|电话\n王伟|16800000001|310000|某路1号|311200|0571-55509815");
    assert_eq!(found.values(Field::PHONE), ["16800000001"]);
    let second = Slot { role: Role::Client, field: Field::PHONE, nth: 1 };
    assert_eq!(reading::shown(found.list(), second), ["0571-55509815"]);
    assert_eq!(found.leftovers(), [("邮编", vec!["311200"])]);
    assert_eq!(found.cells_with(Code::ColumnAmbiguous), ["E1"]);
}

/// Seller, servicer, predecessor and supervisor are four people, and an agent's telephone is no client's.
#[test]
fn t7_agents_are_told_apart_and_are_no_clients() {
    let found = csv("保单号|客户姓名|业务员姓名|续收外勤姓名|上期业务员姓名|主管姓名|代理人电话|应缴费日期|保费
P20110001|王伟|何伟|傅雪|周晓梅|孔岚|16455500206|2026-11-01|100");
    assert_eq!(found.values(Field::SELLER), ["何伟"]);
    assert_eq!(found.values(Field::AGENT), ["傅雪"]);
    assert_eq!(found.values(Field::PREVIOUS_AGENT), ["周晓梅"]);
    assert_eq!(found.values(Field::SUPERVISOR), ["孔岚"]);
    assert_eq!(found.values(Field::AGENT_PHONE), ["16455500206"]);
    assert!(found.values_of(Role::Applicant, Field::PHONE).is_empty());
}

/// 客户姓名 in a renewal list is the holder, beside 被保人姓名 or without it.
#[test]
fn t8_client_of_a_renewal_list_is_the_holder() {
    let found = csv("客户姓名|被保人姓名|保单号|应缴费日期|业务员代码\n王伟|王一|P20110001|2026-11-01|0086320102");
    assert_eq!(found.values_of(Role::Applicant, Field::NAME), ["王伟"]);
    assert_eq!(found.values_of(Role::Insured, Field::NAME), ["王一"]);
    let alone = csv("客户姓名|保单号|应缴费日期|业务员代码\n王伟|P20110001|2026-11-01|0086320102");
    assert_eq!(alone.values_of(Role::Applicant, Field::NAME), ["王伟"]);
}

/// 客户编号 may be the core system's number: the shape of the values decides, and what does not fit is told.
#[test]
fn t9_the_shape_tells_card_numbers_from_core_numbers() {
    let core = csv("客户编号|姓名|手机\n0020302385|王伟|16800000001\n20803265|王芳|16800000002");
    assert_eq!(core.values(Field::CORE_CLIENT_NO), ["0020302385", "0020803265"]);
    assert!(core.values(Field::HOUSEHOLD_NO).is_empty());
    let cards = csv(
        "客户编号|姓名|客户类型|手机\nw-001|王伟|A|16800000001\nW0002|王芳|B|16800000002\n0020302385|王强|A|16800000003",
    );
    assert_eq!(cards.values(Field::HOUSEHOLD_NO), ["W0001", "W0002", ""]);
    assert_eq!(cards.cells_with(Code::NumberBad), ["A4"]);
    assert_eq!(cards.originals(), [(2, 0, "w-001".to_string()), (4, 0, "0020302385".to_string())]);
}

/// Sums that look alike are different fields; those that are none of ours are kept as written.
#[test]
fn t10_sums_are_not_mixed() {
    let found = csv("保单号|投保人|险种|保额（万元）|期交保费|年缴保费（元）|首期保费|标准保费|现金价值|账户价值
P20110001|王伟|终身寿险|50|1200|14400|1300|900|3000|3100");
    assert_eq!(found.values(Field::SUM_ASSURED), ["500000"]);
    assert_eq!(found.values(Field::PREMIUM), ["1200"]);
    assert_eq!(found.values(Field::ANNUAL_PREMIUM), ["14400"]);
    let kept: Vec<&str> = found.leftovers().iter().map(|(heading, _)| *heading).collect();
    assert_eq!(kept, ["标准保费", "现金价值", "账户价值"]);
    assert_eq!(found.cells_with(Code::ColumnUnknown), ["H1", "I1", "J1"]);
}

/// What a heading says of its unit counts, however it says it, and before what stands above the table.
#[test]
fn t14_the_nearest_unit_counts() {
    let found = csv("保单号|投保人|险种|保额(万)|年交保费（千元）|期交保费【元】|家庭年收入（万/年）
P20110001|王伟|终身寿险|20|5.8|5800|30
P20110002|王芳|终身寿险|30|6|6000|25");
    assert_eq!(found.values(Field::SUM_ASSURED), ["200000", "300000"]);
    assert_eq!(found.values(Field::ANNUAL_PREMIUM), ["5800", "6000"]);
    assert_eq!(found.values(Field::PREMIUM), ["5800", "6000"]);
    assert_eq!(found.values(Field::ANNUAL_INCOME), ["300000", "250000"]);

    let found = csv("滨江支公司存量保单
单位：万元
保单号|投保人|险种|基本保额|期交保费|年缴保费（元）
P20110001|王伟|终身寿险|20|0.58|5800
P20110002|王芳|终身寿险|20万|0.58|5,800元
P20110003|王强|终身寿险|200000|5800|5800");
    assert_eq!(found.values(Field::ANNUAL_PREMIUM), ["5800", "5800", "5800"]);
    assert_eq!(found.values(Field::SUM_ASSURED), ["200000", "200000", ""]);
    assert_eq!(found.values(Field::PREMIUM), ["5800", "5800", ""], "a premium of 5800 万元 is one in 元");
    assert_eq!(found.cells_with(Code::MoneyBad), ["D6", "E6"]);
}

/// A sum with the time it is for beside it is read for that time; what is no one sum is told and kept.
#[test]
fn sums_for_a_month() {
    let found = csv("保单号|投保人|险种|年交保费|保额|缴费方式|家庭年收入
P20110001|王伟|终身寿险|500/月|10万/20万||8000/月
P20110002|王芳|终身寿险|月缴500|2000/月|月交|10万/年
P20110003|王强|终身寿险|月缴500|20万|年交|
P20110004|王敏|终身寿险|趸交5万|20万||
P20110005|王军|终身寿险|5000/年|20万|月交|");
    assert_eq!(found.values(Field::ANNUAL_PREMIUM), ["6000", "6000", "6000", "50000", "5000"]);
    assert_eq!(found.values(Field::PAY_MODE), ["月交", "月交", "年交", "趸交", "月交"]);
    assert_eq!(found.values(Field::SUM_ASSURED), ["", "", "200000", "200000", "200000"]);
    assert_eq!(found.values(Field::ANNUAL_INCOME), ["96000", "100000", "", "", ""]);
    assert_eq!(found.cells_with(Code::MoneyBad), ["E2", "E3"]);
    assert_eq!(found.cells_with(Code::PayModeDisagrees), ["D4"]);
    let kept = found.originals();
    for cell in [(2, 3, "500/月"), (2, 4, "10万/20万"), (3, 3, "月缴500"), (3, 4, "2000/月")] {
        assert!(kept.contains(&(cell.0, cell.1, cell.2.to_string())), "{cell:?} in {kept:?}");
    }
    let each = csv("保单号|投保人|险种|期交保费\nP20110001|王伟|终身寿险|500/月\nP20110002|王芳|终身寿险|6000");
    assert_eq!(each.values(Field::PREMIUM), ["500", "6000"]);
    assert_eq!(each.values(Field::PAY_MODE), ["月交", ""]);
}

/// An address that only says where it stands is looked up where that is beyond doubt, and else no address.
#[test]
fn an_address_that_stands_elsewhere() {
    let found = csv("客户姓名|手机|家庭住址
王伟|16800000001|某路1号2幢301室
李娜|16800000002|同上
王芳|16800000003|同左
赵敏|16800000004|同上");
    assert_eq!(found.values(Field::ADDRESS), ["某路1号2幢301室", "某路1号2幢301室", "", ""]);
    assert_eq!(found.cells_with(Code::AddressElsewhere), ["C4", "C5"]);
    assert!(found.originals().contains(&(3, 2, "同上".to_string())), "{:?}", found.originals());

    let found = csv("保单号|险种|投保人|投保人地址|被保险人|被保险人地址
P20110001|终身寿险|王伟|某路1号2幢301室|王小明|同投保人
P20110002|终身寿险|王芳||王小红|同投保人");
    assert_eq!(found.values_of(Role::Insured, Field::ADDRESS), ["某路1号2幢301室", ""]);
    assert_eq!(found.cells_with(Code::AddressElsewhere), ["F3"]);

    // Of an insured 同上 is the applicant above on the form, never the stranger in the row above.
    let found = csv("保单号|险种|投保人|投保人地址|被保险人|被保险人地址
P20110001|终身寿险|王伟|某路1号2幢301室|王小明|某路1号2幢301室
P20110002|终身寿险|李娜|某路9号1幢101室|李小红|同上");
    assert_eq!(found.values_of(Role::Insured, Field::ADDRESS), ["某路1号2幢301室", "某路9号1幢101室"]);
}

/// Who is said to be dead is told, and read by the name alone.
#[test]
fn the_dead_are_told() {
    let found = csv("客户姓名|手机|性别\n王伟(已故)|16800000001|男\n李娜|16800000002|女");
    assert_eq!(found.values(Field::NAME), ["王伟", "李娜"]);
    assert_eq!(found.cells_with(Code::PersonDied), ["A2"]);
}

/// 中止 can be reinstated, 终止 cannot: one character apart, and never guessed.
#[test]
fn t11_suspended_is_not_ended() {
    let found = csv("保单号|投保人|险种|保单状态
P20110001|王伟|定期寿险|效力中止
P20110002|王芳|定期寿险|效力终止
P20110003|王强|定期寿险|满期
P20110004|王敏|定期寿险|效力中正");
    assert_eq!(found.values(Field::STATUS)[..3], ["中止", "终止", "终止"]);
    assert_eq!(found.values(Field::STATUS)[3], "");
    assert_eq!(found.cells_with(Code::WordUnknown), ["D5"]);
}

/// A code means something only where the whole column fits one table. What fits several is said once.
#[test]
fn t12_codes_are_read_by_the_whole_column() {
    let core = csv("姓名|性别|手机\n王伟|0|16800000001\n王芳|1|16800000002");
    assert_eq!(core.values(Field::GENDER), ["男", "女"]);
    let national = csv("姓名|性别|手机\n王伟|1|16800000001\n王芳|2|16800000002");
    assert_eq!(national.values(Field::GENDER), ["男", "女"]);
    let unclear = csv("姓名|性别|手机\n王伟|1|16800000001\n王强|1|16800000002");
    assert_eq!(unclear.values(Field::GENDER), ["", ""]);
    assert_eq!(unclear.codes(), ["S207"]);
    let spelled = unclear.list().column(Slot::of(Field::GENDER)).unwrap().spelled.as_ref().unwrap();
    assert_eq!(spelled.text(1), "1");
}

/// 交费有效 is one of several ways of being in force; paid up is another.
#[test]
fn t13_in_force_has_many_names() {
    let found = csv("保单号|投保人|险种|保单状态
P20110001|王伟|定期寿险|交费有效
P20110002|王芳|定期寿险|自垫有效
P20110003|王强|定期寿险|减额交清
P20110004|王敏|定期寿险|免交");
    assert_eq!(found.values(Field::STATUS), ["有效-交费中", "有效-垫交", "有效-交清", "有效-交清"]);
    let spelled = found.list().column(Slot::of(Field::STATUS)).unwrap().spelled.as_ref().unwrap();
    assert_eq!(spelled.text(2), "减额交清");
}

/// Stars, units, line breaks, spaces and colons do not hide a heading; the unit in it counts.
#[test]
fn t14_decorated_headings_are_known() {
    let text = "\u{feff}*姓　名(必填),\"手\n机：\", 家庭住址 ,家庭年收入（万元）\n王伟,16800000001,某路1号,30\n";
    let found = reading::Inbox::new().file("清单.csv", text.as_bytes()).read();
    assert_eq!(found.values(Field::NAME), ["王伟"]);
    assert_eq!(found.values(Field::PHONE), ["16800000001"]);
    assert_eq!(found.values(Field::ADDRESS), ["某路1号"]);
    assert_eq!(found.values(Field::ANNUAL_INCOME), ["300000"]);
    assert_eq!(found.list().rows, [2], "a row is what Excel shows as one, however many lines it has");
}

/// What stands over the headings says whose they are, in whatever words; of somebody we know no field for, nothing goes
/// to the client.
#[test]
fn groups_of_columns_are_about_whom_they_name() {
    let person = "姓名|性别|出生日期|证件号码|联系电话";
    let policies = |applicant: &str, insured: &str| {
        reading::xlsx(
            &format!(
                "保单信息||{applicant}|||||{insured}||||
保单号|险种|{person}|{person}
P20110001001|定期寿险|王伟|男|1968-05-01|330198196805010113|16800000001|李娜|女|1970-02-12|330198197002120225|16800000002"
            ),
            &[(0, 0, 0, 1), (0, 2, 0, 6), (0, 7, 0, 11)],
        )
    };
    for (applicant, insured) in
        [("投保人信息", "被保险人信息"), ("投保人资料", "被保人资料"), ("投保人基本情况", "被保险人情况")]
    {
        let found = policies(applicant, insured);
        assert_eq!(found.values_of(Role::Applicant, Field::PHONE), ["16800000001"], "{insured}");
        assert_eq!(found.values_of(Role::Insured, Field::NAME), ["李娜"], "{insured}");
        assert_eq!(found.values_of(Role::Insured, Field::PHONE), ["16800000002"], "{insured}");
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
    let found = policies("投保人", "受益人");
    assert_eq!(found.values(Field::BENEFICIARY), ["李娜"]);
    let second = Slot { role: Role::Applicant, field: Field::PHONE, nth: 1 };
    assert!(found.list().column(second).is_none(), "the beneficiary's telephone is not the holder's");
    assert_eq!(found.cells_with(Code::ColumnUnknown), ["I2", "J2", "K2", "L2"]);
}

#[test]
fn relatives_and_others_over_headings() {
    let found = reading::xlsx(
        "客户姓名|联系方式||配偶信息|||紧急联系人|||A组||客户等级
|手机|微信|姓名|出生日期|手机|姓名|电话|关系|姓名|手机|
王伟|16800000001|wx|李娜|1970-02-12|16800000002|王强|16800000003|朋友|孙明|16800000004|A",
        &[(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 5), (0, 6, 0, 8), (0, 9, 0, 10), (0, 11, 1, 11)],
    );
    assert_eq!(found.list().kind, Kind::Clients);
    assert_eq!(found.values_of(Role::Spouse, Field::NAME), ["李娜"]);
    assert_eq!(found.values_of(Role::Spouse, Field::PHONE), ["16800000002"]);
    assert!(found.values(Field::BIRTH).is_empty());
    assert_eq!(found.values(Field::PHONE), ["16800000001"]);
    assert!(found.list().column(Slot { role: Role::Client, field: Field::PHONE, nth: 1 }).is_none());
    assert_eq!(found.cells_with(Code::ColumnUnknown), ["G2", "H2", "I2", "J2", "K2"]);
}

/// A family in one row: each member is a row of the family table, about the one who stands there first.
#[test]
fn members_side_by_side_are_rows() {
    let found = reading::xlsx(
        "本人||家庭成员1|||家庭成员2||
姓名|手机|姓名|关系|手机|姓名|关系|手机
王伟|16800000001|李娜|妻子|16800000002|王明|儿子|",
        &[(0, 0, 0, 1), (0, 2, 0, 4), (0, 5, 0, 7)],
    );
    assert_eq!(found.list().kind, Kind::Family);
    assert_eq!(found.values_of(Role::Head, Field::NAME), ["王伟", "王伟"]);
    assert_eq!(found.values_of(Role::Member, Field::NAME), ["李娜", "王明"]);
    assert_eq!(found.values(Field::RELATION_TO_HEAD), ["妻子", "儿子"]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
}

/// The same heading behind two names: each is told of whom it stands behind.
#[test]
fn a_heading_behind_each_of_two_names() {
    let found = csv("保单号|投保人|电话|被保人|电话|生日|业务员|电话|险种
P20110001001|王伟|16800000001|王明|16800000002|1998-05-01|何伟|16455500206|定期寿险");
    assert_eq!(found.values_of(Role::Applicant, Field::PHONE), ["16800000001"]);
    assert_eq!(found.values_of(Role::Insured, Field::PHONE), ["16800000002"]);
    assert_eq!(found.values_of(Role::Insured, Field::BIRTH), ["1998-05-01"]);
    assert_eq!(found.values(Field::AGENT_PHONE), ["16455500206"]);
}

/// People no such list tells of are kept as written and told.
#[test]
fn a_spouse_in_a_list_of_policies_is_told() {
    let found = csv("保单号|投保人|险种|配偶姓名\nP20110001001|王伟|定期寿险|李娜");
    assert_eq!(found.leftovers(), [("配偶姓名", vec!["李娜"])]);
    let told = found.with(Code::ColumnUnknown).next().unwrap();
    assert_eq!(&*told.what, "“配偶姓名”说的是配偶，保单清单里没有用它");
}

/// Spellings that real lists have.
#[test]
fn headings_of_real_lists_are_known() {
    let found = csv("保单号|投保人|险种全称|主险保额|缴费频次|保单现状态|身故受益人及比例|客户经理
P20110001001|王伟|定期寿险|20万|年交|有效|王明100%|傅雪");
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(found.values(Field::AGENT), ["傅雪"]);
    assert_eq!(found.values(Field::SUM_ASSURED), ["200000"]);
    let card = csv("客户编号|姓名|住所地址|健康|上次拜访|下次约访\nW0001|王伟|某路1号|良好|2026-11-02|2026-12-02");
    assert!(card.problems.is_empty(), "{:?}", card.problems);
    assert_eq!(card.list().kind, Kind::Register);
    assert_eq!(card.values(Field::AGREED_VISIT), ["2026-12-02"]);
}
