//! L12: letters that core systems print to clients, inflated with merged cells and marked with `$X`: what is the
//! client's, the policy's, the agent's and the company's goes to each, or is told.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::{Kind, Slot};
use fuwuka::problem::Code;
use fuwuka::templates::Templates;
use fuwuka::templates::fields::Role;
use reading::{Found, shown, xlsx};

#[track_caller]
fn values(found: &Found, kind: Kind, role: Role, key: &str) -> Vec<String> {
    let kinds: Vec<Kind> = found.lists.lists.iter().map(|list| list.kind).collect();
    let list = found.lists.lists.iter().find(|list| list.kind == kind);
    let list = list.unwrap_or_else(|| panic!("no {kind:?} among {kinds:?}; {:#?}", found.problems));
    let field = Templates::builtin().fields.by_key(key).expect("a field");
    shown(list, Slot::whose(role, field))
}

#[track_caller]
fn client(found: &Found, key: &str) -> Vec<String> {
    values(found, Kind::Register, Role::Client, key)
}

#[track_caller]
fn policy(found: &Found, key: &str) -> Vec<String> {
    values(found, Kind::CardPolicies, Role::Client, key)
}

/// Cells present and understood.
fn account(found: &Found) -> (usize, usize) {
    let forms = &found.lists.forms;
    (forms.iter().map(|form| form.present).sum(), forms.iter().map(|form| form.understood).sum())
}

/// What was not understood, by cell.
fn told(found: &Found) -> Vec<(String, &str)> {
    found.with(Code::FormUnread).map(|problem| (problem.place.address(), &*problem.found)).collect()
}

const LETTER: &str = "
收 件 人：李四|||||$/
邮政编码：310000|||||$/
通讯地址：浙江省杭州市西湖区某路1号3幢201室|||||$/
|||||$/
某某人寿保险股份有限公司|||||$/
续 期 缴 费 通 知 书|||||$/
尊敬的李四先生：|||||$/
    您好！您投保的保单（保险合同号：P20260001001）应于2026年12月1日缴纳保险费1,200.00元。|||||$/
险种名称||保险金额（元）||应缴保费（元）|$/
平安康终身寿险||100,000.00||1,000.00|$/
附加住院医疗险||20,000.00||200.00|$/
合计||||1,200.00|$/
如有疑问，请与您的服务人员联系或拨打客户服务热线95500。|||||$/
某某人寿保险股份有限公司杭州中心支公司|||||$/
地址：杭州市某街100号  电话：0571-80000000|||||$/
打印日期：2026年11月2日|||||$/
服务人员姓名：傅雪      业务代码：0086320202       联系方式：16455500206|||||$/
$Y|$Y|$Y|$Y|$Y|$Y";

#[test]
fn a_letter_of_the_core_system() {
    let found =
        xlsx(LETTER, &[(4, 0, 4, 4), (5, 0, 5, 4), (7, 0, 7, 4), (8, 0, 8, 1), (8, 2, 8, 3), (9, 0, 9, 1), (9, 2, 9, 3)]);
    assert_eq!(client(&found, "name"), ["李四"]);
    assert_eq!(client(&found, "address"), ["浙江省杭州市西湖区某路1号3幢201室"]);
    assert_eq!(client(&found, "postcode"), ["310000"]);
    assert_eq!(client(&found, "agent"), ["傅雪"]);
    assert_eq!(client(&found, "agent_phone"), ["16455500206"]);
    assert_eq!(client(&found, "phone"), [""; 0], "{:#?}", found.problems);
    assert_eq!(policy(&found, "policy_no"), ["P20260001001", "P20260001001"]);
    assert_eq!(policy(&found, "due_date"), ["2026-12-01", "2026-12-01"]);
    assert_eq!(policy(&found, "product"), ["平安康终身寿险", "附加住院医疗险"]);
    assert_eq!(policy(&found, "sum_assured"), ["100000", "20000"]);
    assert_eq!(policy(&found, "premium"), ["1000", "200"]);
    assert_eq!(policy(&found, "total_premium"), [""; 0]);
    assert_eq!(values(&found, Kind::CardPolicies, Role::Applicant, "name"), ["李四", "李四"]);
    assert_eq!(
        told(&found),
        [
            ("A15".to_string(), "杭州市某街100号"),
            ("A15".to_string(), "0571-80000000"),
            ("A13".to_string(), "如有疑问，请与您的服务人员联系或拨打客户服务热线95500。"),
        ]
    );
    let marks: Vec<_> = found.with(Code::PrintMarks).map(|problem| (problem.place.address(), &*problem.what)).collect();
    assert_eq!(marks, [("F1".to_string(), "打印模板留下的记号有 23 处（如“$/”），不是数据，没有读")]);
    let (present, understood) = account(&found);
    assert_eq!((present, present - understood), (23, 2), "{:#?}", found.problems);
}

/// The company's address stands above everybody's name, the agent's telephone under the agent's.
#[test]
fn whose_a_telephone_is() {
    let found = xlsx(
        "
地址：杭州市某街100号||电话：0571-80000000|
续期缴费通知书|||
服务专员：傅雪||投保人：李四|
联系电话：16455500206||联系电话：16800357246|
||通讯地址：某市某路1号|
保单号：P20260001001||应缴日期：2026-12-01|
联系人：何伟||手机：16455500208|
经办人：孔岚||电话：16455500209|
客户电话：16800357247|||",
        &[(1, 0, 1, 3)],
    );
    assert_eq!(client(&found, "name"), ["李四"]);
    assert_eq!(client(&found, "phone"), ["16800357246"]);
    assert_eq!(client(&found, "agent_phone"), ["16455500206"]);
    assert_eq!(client(&found, "address"), ["某市某路1号"]);
    let told: Vec<String> = told(&found).into_iter().map(|(at, _)| at).collect();
    assert_eq!(told, ["A1", "C1", "A7", "C7", "C8"], "{:#?}", found.problems);
}

/// What a letter calls 日期, 编号 and 说明 is its own.
#[test]
fn words_that_mean_something_else_on_a_card() {
    let found = xlsx(
        "
续 保 通 知|||
编号：W0001|||
投保人|李四|保单号|P20260001001
联系电话|16800357246|应缴日期|2026-12-01
说明|请按时缴费|日期|2026年11月2日
客户意见：|||",
        &[(0, 0, 0, 3)],
    );
    let kinds: Vec<Kind> = found.lists.lists.iter().map(|list| list.kind).collect();
    assert_eq!(kinds, [Kind::Register, Kind::CardPolicies]);
    assert_eq!(client(&found, "household_no"), [""; 0]);
    assert_eq!(client(&found, "remark"), [""; 0]);
    assert_eq!(
        told(&found),
        [("A2".to_string(), "W0001"), ("B5".to_string(), "请按时缴费"), ("D5".to_string(), "2026年11月2日")]
    );
}

/// Two letters below each other, each with a receipt that says the name and the number again.
#[test]
fn receipts_are_part_of_their_letter() {
    let one = |name: &str, number: &str| {
        format!(
            "\n续期缴费通知书||\n投保人姓名：{name}||\n应缴日期：2026-12-01||应缴保费：1,200.00元\n保单号码：{number}||\n\
             - - - - - - - - - -||\n客 户 回 执||\n投保人姓名：{name}||保单号码：{number}\n新联系电话：||新通讯地址："
        )
    };
    let found = xlsx(&format!("{}{}", one("李四", "P20260001001"), one("王五", "P20260001002")), &[]);
    assert_eq!(client(&found, "name"), ["李四", "王五"]);
    assert_eq!(policy(&found, "policy_no"), ["P20260001001", "P20260001002"]);
    assert_eq!(values(&found, Kind::CardPolicies, Role::Applicant, "name"), ["李四", "王五"]);
    assert_eq!(policy(&found, "due_date"), ["2026-12-01", "2026-12-01"]);
    assert_eq!(told(&found), [("A6".to_string(), "客 户 回 执")]);
}

/// A template nobody has filled in says nothing of anybody.
#[test]
fn an_empty_template() {
    let found = xlsx(
        "
续期缴费通知书||||$X
尊敬的$=/LCCont/AppntName$：||||$X
您投保的保单（保险合同号：$=/LCCont/ContNo$）应于$=/PayDate$缴纳保险费$=/Prem$元||||$X
投保人|$=/AppntName$|联系电话|$=/Phone$|$X
保单号|$=/ContNo$|应缴日期|$=/PayDate$|$X
险种|$*/HL/ROW/COL1|保额|$*/HL/ROW/COL2|$X
$Y|$Y|$Y|$Y|$Y",
        &[],
    );
    assert!(found.lists.lists.is_empty(), "{:?}", found.lists.lists);
    assert_eq!(found.codes(), ["S225", "S202"]);
}

/// Several policies on one letter have their own numbers; a sum that does not fit is told.
#[test]
fn policies_and_sums_of_a_letter() {
    let found = xlsx(
        "
尊敬的李四先生：||||
以下保单已到缴费日：||||
保单号||险种||应缴保费
P20260001001||平安康终身寿险||1,000.00
P20260001002||安享两全保险||2,000.00",
        &[],
    );
    assert_eq!(policy(&found, "policy_no"), ["P20260001001", "P20260001002"]);
    assert_eq!(policy(&found, "total_premium"), ["1000", "2000"]);
    let found = xlsx(
        "
尊敬的李四先生：||||
保单号：P20260001001||应缴保费合计：1,300.00元||应缴日期：2026-12-01
险种||保额||应缴保费
平安康终身寿险||100,000.00||1,000.00
附加住院医疗险||20,000.00||200.00",
        &[],
    );
    assert_eq!(policy(&found, "premium"), ["1000", "200"]);
    assert_eq!(told(&found), [("C2".to_string(), "1,300.00元")]);
    assert_eq!(policy(&found, "due_date"), ["2026-12-01", "2026-12-01"]);
}

/// Two values beside a label, or headings beside a heading: nobody's value is made of them.
#[test]
fn several_values_of_one_label() {
    let found = xlsx(
        "
保全变更通知书|||
投保人|李四||
保单号|P20260001001||
|变更前||变更后
国籍|中国||外国
险种名称|领取类型|应付金额|
联系电话：95500|||",
        &[(0, 0, 0, 3)],
    );
    assert_eq!(client(&found, "name"), ["李四"]);
    assert_eq!(client(&found, "nationality"), [""; 0]);
    assert_eq!(client(&found, "phone"), [""; 0]);
    assert_eq!(policy(&found, "product"), [""; 0]);
    let (present, understood) = account(&found);
    assert!(present - understood >= 6, "{:#?}", found.problems);
}

/// The same marks behind the rows of a list.
#[test]
fn marks_in_a_table() {
    let found = xlsx(
        "
过生日客户信息清单|||$/
投保人姓名|保单号|手机|$/
李四|P20260001001|16800357246|$/
|||$/
王五|P20260001002|16800357247|$/
$*/HL/ROW/COL1|$*/HL/ROW/COL2|$*/HL/ROW/COL3|$/
$Y|$Y|$Y|$Y",
        &[],
    );
    assert_eq!(shown(found.list(), Slot::whose(Role::Applicant, fuwuka::templates::fields::Field::NAME)), ["李四", "王五"]);
    assert_eq!(found.codes(), ["S225"]);
}
