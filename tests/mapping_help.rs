//! What helps where headings do not: the values below them, and what the office has settled.

#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::Kind;
use fuwuka::problem::Code;
use fuwuka::templates::fields::{Field, Role};
use reading::csv;

/// A vague heading is what its values are, and that is told.
#[test]
fn values_help_vague_headings() {
    let found = csv("姓名|号码|联系号码|男女|所在地
王伟|110198198001010036|16800357246|男|浙江省杭州市西湖区某路1号
李娜|110198197502020043|16800365165|女|浙江省杭州市西湖区某路2号");
    assert_eq!(found.list().kind, Kind::Clients);
    assert_eq!(found.values(Field::CERT_NO), ["110198198001010036", "110198197502020043"]);
    assert_eq!(found.values(Field::PHONE), ["16800357246", "16800365165"]);
    assert_eq!(found.values(Field::GENDER), ["男", "女"]);
    assert_eq!(found.values(Field::ADDRESS).len(), 2);
    assert_eq!(found.cells_with(Code::ColumnByValues), ["B1", "C1", "D1", "E1"]);
    let told = found.with(Code::ColumnByValues).next().unwrap();
    assert_eq!(&*told.what, "“号码”这一列的内容都是身份证号，当作“证件号码”");
}

#[test]
fn values_make_policies_and_visits_of_vague_headings() {
    let policies = csv("保单|投保人|险种|保额\nP20110001001|王伟|定期寿险|20万\nP20110001002|李娜|重疾险|30万");
    assert_eq!(policies.values(Field::POLICY_NO), ["P20110001001", "P20110001002"]);
    let visits = csv("时间|客户姓名|主题|方式\n2026-11-02|王伟|保单检视|面谈\n2026-11-03|李娜|生日祝福|电话");
    assert_eq!(visits.list().kind, Kind::Visits);
    assert_eq!(visits.values(Field::VISIT_TIME), ["2026-11-02", "2026-11-03"]);
}

/// One value that is something else, or one value alone, proves nothing.
#[test]
fn few_or_mixed_values_prove_nothing() {
    let mixed = csv("姓名|手机|号码\n王伟|16800357246|110198198001010036\n李娜|16800365165|无证件号");
    assert!(mixed.values(Field::CERT_NO).is_empty());
    assert_eq!(mixed.cells_with(Code::ColumnUnknown), ["C1"]);
    let one = csv("姓名|手机|号码\n王伟|16800357246|110198198001010036");
    assert!(one.values(Field::CERT_NO).is_empty());
}

/// A heading that says whose it is, in words nobody knows, is not taken for the client's: what it looks like is told.
#[test]
fn a_telephone_of_somebody_is_not_the_clients() {
    let found = csv("姓名|地址|紧急联络人号码\n王伟|某路1号|16800357246\n李娜|某路2号|16800365165");
    assert!(found.values(Field::PHONE).is_empty());
    let told = found.with(Code::ColumnUnknown).next().unwrap();
    assert!(told.what.ends_with("内容都是手机号码"), "{}", told.what);
}

/// A heading that is known stays what it says, whatever stands below.
#[test]
fn known_headings_are_not_overruled() {
    let found = csv(
        "保单号|投保人|投保人电话|业务员电话|险种\nP20110001001|王伟|16800357246|16800381003|定期寿险\nP20110001002|李娜|16800365165|16800381003|重疾险",
    );
    assert_eq!(found.values(Field::AGENT_PHONE), ["16800381003", "16800381003"]);
    assert_eq!(found.values_of(Role::Applicant, Field::PHONE), ["16800357246", "16800365165"]);
    assert!(found.with(Code::ColumnByValues).next().is_none());
}
