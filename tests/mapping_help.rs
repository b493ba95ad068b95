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

/// Headings that the office has settled are read as it says, in whatever order they come.
#[test]
fn saved_headings_are_read_as_the_office_says() {
    let office = tempfile::tempdir().unwrap();
    let list = "持有者,阿拉伯数字,年龄段,所属\n王伟,110198198001010036,40-50,傅雪\n李娜,110198197502020043,50-60,傅雪\n";
    std::fs::write(office.path().join("清单.csv"), list).unwrap();
    let settled = "[[layout]]\nkind = '客户清单'\nfrom = '清单.csv'\n\
                   columns = [['年龄段', ''], ['持有者', '姓名'], ['阿拉伯数字', '证件号码'], ['所属', '服务专员']]\n";
    let input = fuwuka::input::Input::new(office.path().join("清单.csv"), "清单.csv".to_string());
    let view = |office| {
        let templates = fuwuka::templates::Templates::load(Some(office)).unwrap();
        fuwuka::inspect::inspect(std::slice::from_ref(&input), &templates).remove(0)
    };
    assert!(view(office.path()).sheets.is_empty(), "nobody knows these words");
    std::fs::write(office.path().join("layouts.toml"), settled).unwrap();
    let known = view(office.path());
    assert_eq!(known.sheets[0].kind, "客户清单");
    let fields: Vec<Option<&str>> = known.sheets[0].columns.iter().map(|column| column.field.as_deref()).collect();
    assert_eq!(fields, [Some("姓名"), Some("证件号码"), None, Some("服务专员")]);
    assert!(known.problems.is_empty(), "a column nobody needs is not told again: {:?}", known.problems);
}

/// What `inspect --save` writes is read back, and says the same.
#[test]
fn what_is_saved_says_the_same_again() {
    let office = tempfile::tempdir().unwrap();
    let list = "客户编号,投保人,号码,客户类型,电话,电话,\"年龄\"\"段\"\nW0001,王伟,110198198001010036,A,16800357246,0571-55509815,40-50\n\
                W0002,李娜,110198197502020043,健康险,16800365165,,50-60\n";
    std::fs::write(office.path().join("清单.csv"), list).unwrap();
    let input = fuwuka::input::Input::new(office.path().join("清单.csv"), "清单.csv".to_string());
    let view = || {
        let templates = fuwuka::templates::Templates::load(Some(office.path())).unwrap();
        fuwuka::inspect::inspect(std::slice::from_ref(&input), &templates)
    };
    let fields = |files: &[fuwuka::inspect::FileView]| -> Vec<Option<String>> {
        files[0].sheets[0].columns.iter().map(|column| column.field.clone()).collect()
    };
    let before = view();
    let saved = fuwuka::inspect::save(&before, office.path()).unwrap();
    assert_eq!((saved.added, saved.known), (1, 0));
    let after = view();
    assert_eq!(fields(&after), fields(&before));
    let again = fuwuka::inspect::save(&after, office.path()).unwrap();
    assert_eq!((again.added, again.known), (0, 1));
    let text = std::fs::read_to_string(office.path().join("layouts.toml")).unwrap();
    assert!(text.contains("[\"号码\", \"证件号码\"]") && text.contains("[\"客户类型\", \"客户类型\"]"), "{text}");
}
