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
    let unknown = view(office.path());
    assert!(unknown.sheets.is_empty(), "nobody knows these words");
    assert!(unknown.to_text().contains("像标题的是第 1 行"), "{}", unknown.to_text());
    std::fs::write(office.path().join("layouts.toml"), settled).unwrap();
    let known = view(office.path());
    assert_eq!(known.sheets[0].kind, "客户清单");
    let fields: Vec<Option<&str>> = known.sheets[0].columns.iter().map(|column| column.field.as_deref()).collect();
    assert_eq!(fields, [Some("姓名"), Some("证件号码"), None, Some("服务专员")]);
    assert_eq!(known.sheets[0].columns[1].why, "layouts.toml 里记住的");
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

/// Cards are remembered, too: what nobody knew is what the office says it is, and what it does not need is not told
/// again; the next card of this form, filled in otherwise, is read so as well.
#[test]
fn labels_of_cards_are_remembered() {
    let office = tempfile::tempdir().unwrap();
    let card = |name: &str, card: &str| {
        std::fs::write(office.path().join(name), card).unwrap();
        fuwuka::input::Input::new(office.path().join(name), name.to_string())
    };
    let first = card(
        "旧卡.csv",
        "客户服务卡,,,\n客户编号,W0001,客户姓名,王伟\n手机,16800000001,家庭住址,某路1号3幢201室\n爱犬,金毛犬,绰号,老王\n嗜好,书法,职业,教师\n",
    );
    let view = |input: &fuwuka::input::Input| {
        let templates = fuwuka::templates::Templates::load(Some(office.path())).unwrap();
        fuwuka::inspect::inspect(std::slice::from_ref(input), &templates)
    };
    let field = |files: &[fuwuka::inspect::FileView], label: &str| -> Option<String> {
        let labels = &files[0].forms.as_ref().expect("a card").labels;
        labels.iter().find(|view| view.label == label).expect("a label").field.clone()
    };
    let before = view(&first);
    assert_eq!((field(&before, "爱犬"), field(&before, "职业")), (None, Some("职业".to_string())));
    assert_eq!(before[0].problems.iter().map(|trouble| trouble.count).sum::<usize>(), 3, "{:?}", before[0].problems);
    let saved = fuwuka::inspect::save(&before, office.path()).unwrap();
    assert_eq!((saved.added, saved.forms, saved.known_forms), (0, 1, 0));

    let path = office.path().join("layouts.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("[[form]]") && text.contains("[\"职业\", \"职业\"]") && text.contains("[\"爱犬\", \"\"],"),
        "{text}"
    );
    std::fs::write(
        &path,
        text.replace("[\"爱犬\", \"\"]", "[\"爱犬\", \"备注\"]").replace("[\"嗜好\", \"\"]", "[\"嗜好\", \"服务偏好\"]"),
    )
    .unwrap();
    let after = view(&first);
    assert_eq!((field(&after, "爱犬"), field(&after, "嗜好")), (Some("备注".to_string()), Some("服务偏好".to_string())));
    assert!(after[0].problems.is_empty(), "a label nobody needs is not told again: {:?}", after[0].problems);
    let again = fuwuka::inspect::save(&after, office.path()).unwrap();
    assert_eq!((again.forms, again.known_forms), (0, 1));

    let next = card(
        "新卡.csv",
        "客户服务卡,,,\n客户编号,W0002,客户姓名,李娜\n手机,,家庭住址,\n爱犬,无毛猫,绰号,\n嗜好,,职业,会计\n",
    );
    assert_eq!(field(&view(&next), "爱犬"), Some("备注".to_string()));
    let other =
        card("别的.csv", "客户档案,,,\n客户编号,W0003,客户姓名,王芳\n手机,16800000003,爱犬,柴犬\n婚姻状况,已婚,学历,本科\n");
    assert_eq!(field(&view(&other), "爱犬"), None, "another form");
}

/// A card in whose words nobody would know a card.
#[test]
fn a_card_in_the_offices_own_words() {
    let office = tempfile::tempdir().unwrap();
    let card = "掌柜,王伟,机子,16800000001\n门牌,浙江省杭州市西湖区某路1号3幢201室,生肖,猴\n";
    std::fs::write(office.path().join("卡.csv"), card).unwrap();
    let settled = "[[form]]\nlabels = [['掌柜', '姓名'], ['机子', '手机'], ['门牌', '家庭住址'], ['生肖', '']]\n";
    std::fs::write(office.path().join("layouts.toml"), settled).unwrap();
    let input = fuwuka::input::Input::new(office.path().join("卡.csv"), "卡.csv".to_string());
    let templates = fuwuka::templates::Templates::load(Some(office.path())).unwrap();
    let files = fuwuka::inspect::inspect(&[input], &templates);
    let forms = files[0].forms.as_ref().expect("a card");
    let fields: Vec<&str> = forms.labels.iter().filter_map(|label| label.field.as_deref()).collect();
    assert_eq!(fields, ["姓名", "手机", "家庭住址"]);
    assert!(files[0].problems.is_empty(), "{:?}", files[0].problems);
}

/// Of stacked headings the whole counts, when it is saved, too: 险种 over 名称 is no name of anybody.
#[test]
fn stacked_headings_are_saved_as_they_were_read() {
    let office = tempfile::tempdir().unwrap();
    let table = "保单信息|险种||投保人||受益人||保费
保单号|代码|名称|姓名|电话|姓名|电话|期交
P20110001001|K01|定期寿险|王伟|16800000001|王明|16800000002|500
P20110001002|K02|重疾险|李娜|16800000003|李军|16800000004|600";
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for left in [1, 3, 5] {
        sheet.merge_range(0, left, 0, left + 1, "", &rust_xlsxwriter::Format::new()).unwrap();
    }
    for (row, line) in table.lines().enumerate() {
        for (column, cell) in line.split('|').enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
    book.save(office.path().join("清单.xlsx")).unwrap();
    let input = fuwuka::input::Input::new(office.path().join("清单.xlsx"), "清单.xlsx".to_string());
    let view = || {
        let templates = fuwuka::templates::Templates::load(Some(office.path())).unwrap();
        fuwuka::inspect::inspect(std::slice::from_ref(&input), &templates)
    };
    let fields = |files: &[fuwuka::inspect::FileView]| -> Vec<Option<String>> {
        files[0].sheets[0].columns.iter().map(|column| column.field.clone()).collect()
    };
    let before = view();
    let read = ["保单号", "险种代码", "险种", "投保人的姓名", "投保人的手机", "受益人", "", "期交保费"];
    let want: Vec<Option<String>> = read.map(|title| (!title.is_empty()).then(|| title.to_string())).to_vec();
    assert_eq!(fields(&before), want);
    fuwuka::inspect::save(&before, office.path()).unwrap();
    assert_eq!(fields(&view()), want);
}

/// Any text would do for an address: only what looks like one is said to be.
#[test]
fn a_column_of_texts_is_not_called_addresses() {
    let found =
        csv("保单号|投保人|主打产品|险种\nP20110001001|王伟|康宁终身重疾|定期寿险\nP20110001002|李娜|福满一生年金|重疾险");
    let told = found.with(Code::ColumnUnknown).next().unwrap();
    assert!(!told.what.contains("地址"), "{}", told.what);
}

/// Headings nobody knows are written down to be filled in; filled in, the list is read.
#[test]
fn unknown_headings_are_saved_to_be_filled_in() {
    let office = tempfile::tempdir().unwrap();
    let list = "某单位\n持有者,阿拉伯数字,年龄段\n王伟,110198198001010036,40-50\n李娜,110198197502020043,50-60\n";
    std::fs::write(office.path().join("清单.csv"), list).unwrap();
    let input = fuwuka::input::Input::new(office.path().join("清单.csv"), "清单.csv".to_string());
    let view = || {
        let templates = fuwuka::templates::Templates::load(Some(office.path())).unwrap();
        fuwuka::inspect::inspect(std::slice::from_ref(&input), &templates)
    };
    let saved = fuwuka::inspect::save(&view(), office.path()).unwrap();
    assert_eq!((saved.added, saved.to_fill), (0, 1));
    let again = fuwuka::inspect::save(&view(), office.path()).unwrap();
    assert_eq!((again.added, again.to_fill), (0, 0), "it stands there already");
    let path = office.path().join("layouts.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let start = text.find("# [[layout]]").expect("a layout to fill in");
    let filled = text[start..].lines().map(|line| line.trim_start_matches('#')).collect::<Vec<_>>().join("\n");
    let filled = filled.replace("[\"持有者\", \"\"]", "[\"持有者\", \"姓名\"]");
    let filled = filled.replace("[\"阿拉伯数字\", \"\"]", "[\"阿拉伯数字\", \"证件号码\"]");
    std::fs::write(&path, filled).unwrap();
    let sheet = view().remove(0).sheets.remove(0);
    assert_eq!((sheet.heading_row, sheet.rows), (2, 2));
}
