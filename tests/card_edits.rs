//! What agents change on their cards: whose it is, what it is worth beside other lists, and what is said of it.

#[path = "common/edit.rs"]
mod edit;
#[path = "common/office.rs"]
mod office;

use std::collections::BTreeMap;
use std::fs;

use edit::{edit, part_of};
use office::{Office, Sheet};
use polars::prelude::{AnyValue, DataFrame, ParquetReader, SerReader};

/// A table of the last snapshot.
fn table(office: &Office, name: &str) -> DataFrame {
    let current = fs::read_to_string(office.path("卡库/CURRENT")).expect("a run was made");
    let file = fs::File::open(office.path(&format!("卡库/{}/{name}.parquet", current.trim()))).expect("written");
    ParquetReader::new(file).finish().expect("readable")
}

/// The filled columns of each row, as `column=value`, in the order asked for.
fn rows(frame: &DataFrame, columns: &[&str]) -> Vec<String> {
    let value = |row: usize, column: &&str| -> Option<String> {
        let value = frame.column(column).ok()?.get(row).ok()?;
        let text = match value {
            AnyValue::Null => return None,
            value => value.get_str().map_or_else(|| value.to_string(), str::to_string),
        };
        (!text.is_empty()).then(|| format!("{column}={text}"))
    };
    let row = |row: usize| columns.iter().filter_map(|column| value(row, column)).collect::<Vec<_>>().join(" ");
    (0..frame.height()).map(row).collect()
}

/// What each household's card says about its client, by number.
fn clients(office: &Office, columns: &[&str]) -> BTreeMap<String, String> {
    let (members, persons) = (table(office, "members"), table(office, "persons"));
    let ids: Vec<i64> = persons.column("person_id").unwrap().i64().unwrap().iter().flatten().collect();
    let said = rows(&persons, columns);
    let heads = members.column("is_head").unwrap().bool().unwrap();
    let numbers = members.column("household_no").unwrap().str().unwrap();
    let person = members.column("person_id").unwrap().i64().unwrap();
    let head = |row: usize| {
        let id = person.get(row).unwrap();
        (numbers.get(row).unwrap().to_string(), said[ids.iter().position(|known| *known == id).unwrap()].clone())
    };
    (0..members.height()).filter(|row| heads.get(*row).unwrap()).map(head).collect()
}

/// The row, as Excel counts, of a heading of a list on a card.
fn row_of(card: &Sheet, heading: &str) -> usize {
    card.heading(heading) + 1
}

/// The book of an agent of a month, copied into 导入 under a name, and edited: sheet by its number and cells.
fn given_back(office: &Office, month: &str, agent: &str, name: &str, edits: &[(&str, Vec<(String, &str)>)]) {
    let from = office.path(&format!("输出/{month}/客户服务卡/{agent}.xlsx"));
    let to = office.path(&format!("导入/{name}"));
    fs::copy(from, &to).expect("copied");
    for (sheet, cells) in edits {
        edit(&to, &part_of(&to, sheet), cells);
    }
}

fn cell(at: impl Into<String>, text: &str) -> (String, &str) {
    (at.into(), text)
}

/// The lines of a month's problem list about a file.
fn told(office: &Office, month: &str, file: &str) -> String {
    let sheet = office.sheet(&format!("输出/{month}/异常清单.xlsx"), "明细");
    let lines = sheet.rows.iter().map(|row| row.join(" ")).filter(|line| line.contains(file));
    lines.collect::<Vec<_>>().join("\n")
}

const REGISTER: &str = "\
客户编号,姓名,手机,性别,出生日期,家庭住址,主要需求,服务专员
F0001,冯一一,15499990011,女,1980-02-02,北京市海淀区学院路1号2栋301室,养老,吴志强
F0002,冯二二,15499990022,男,,北京市海淀区学院路1号2栋302室,,吴志强
F0003,冯三三,,,,,,吴志强
F0004,冯四四,,,,,,吴志强
F0005,冯五五,15499990055,,1980-05-04,,,吴志强
";

/// Whatever was changed on a card about who somebody is, it is said of the client whose card it is.
#[test]
fn a_card_is_about_its_client_whatever_is_changed_on_it() {
    let office = Office::empty();
    office.put("导入/登记表.csv", REGISTER);
    office.run();
    let card = Sheet::read(&office.path("输出/2026-11/客户服务卡/吴志强.xlsx"), "F0001");
    let visit = row_of(&card, "拜访时间") + 1;
    let visited = |day: &'static str| [cell(format!("A{visit}"), day), cell(format!("D{visit}"), "内容")];
    let with = |mut cells: Vec<(String, &'static str)>, day: &'static str| {
        cells.extend(visited(day));
        cells
    };
    given_back(
        &office,
        "2026-11",
        "吴志强",
        "交回.xlsx",
        &[
            // All that tells who she is mistyped at once, and a need.
            (
                "F0001",
                with(
                    vec![
                        cell("E1", "姓名　马一一"),
                        cell("B6", "男"),
                        cell("F6", "1981-03-03"),
                        cell("B7", "15499990019"),
                        cell("J4", "教育金"),
                    ],
                    "2026-12-01",
                ),
            ),
            ("F0002", with(vec![cell("B10", "北京市海淀区学院路9号2栋303室")], "2026-12-02")),
            ("F0003", with(vec![cell("B7", "15499990033"), cell("B8", "110198198003030073")], "2026-12-03")),
            ("F0004", with(vec![cell("E1", "姓名　冯四思")], "2026-12-04")),
            ("F0005", with(vec![cell("F6", "1980-05-05")], "2026-12-05")),
        ],
    );
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    let people = clients(&office, &["name", "gender", "birth", "cert_no", "phone"]);
    let want = [
        ("F0001", "name=马一一 gender=男 birth=1981-03-03 phone=15499990011|15499990019"),
        ("F0002", "name=冯二二 gender=男 phone=15499990022"),
        ("F0003", "name=冯三三 gender=男 birth=1980-03-03 cert_no=110198198003030073 phone=15499990033"),
        ("F0004", "name=冯四思"),
        ("F0005", "name=冯五五 birth=1980-05-05 phone=15499990055"),
    ];
    let want: BTreeMap<String, String> = want.map(|(no, said)| (no.to_string(), said.to_string())).into();
    assert_eq!(people, want);
    assert_eq!(table(&office, "persons").height(), 5, "nobody new");
    let visits = rows(&table(&office, "visits"), &["household_no", "visit_date"]);
    assert_eq!(visits.len(), 5, "{visits:?}");
    for number in 1..=5 {
        assert!(visits[number - 1].starts_with(&format!("household_no=F000{number}")), "{visits:?}");
    }
    let needs = rows(&table(&office, "households"), &["household_no", "main_need"]);
    assert_eq!(needs[0], "household_no=F0001 main_need=教育金");
    let told = told(&office, "2026-12", "交回.xlsx");
    assert!(!told.contains("一个编号用在两户"), "{told}");
    let homes = clients(&office, &["address"]);
    assert!(homes["F0002"].contains("学院路9号"), "no list of the company says otherwise: {homes:?}");
    // Again the same: nothing changes, and every file is as it was.
    let cards = || -> BTreeMap<String, Vec<u8>> { office.workbooks("输出/2026-12/客户服务卡") };
    let before = cards();
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    assert_eq!(office.json("2026-12")["counts"]["changes"], 0);
    assert_eq!(before, cards());
    // The next month, with the old book still there and the register too.
    office.run_with(&["--as-of", "2027-01-31"]).ended(3);
    assert_eq!(office.json("2027-01")["counts"]["changes"], 0);
    assert_eq!(table(&office, "persons").height(), 5);
}

/// A client of the company with a policy, and what the office's register says of her.
const POLICIES: &str = "\
保单号,险种,投保人姓名,投保人身份证,投保人手机,投保人地址,被保险人姓名,与投保人关系,保额,年交保费,缴费方式,保单状态,服务专员
P1,康宁终身重大疾病保险,王芳,110198198001010028,15412340001,杭州市滨江区江南大道1号3幢1201室,王芳,本人,300000,9000,年交,有效,吴志强
";
const NOTES: &str = "\
客户编号,姓名,手机,客户类型,主要需求,家庭年收入,服务偏好,服务专员
W0001,王芳,15412340001,C,养老,200000,电话,吴志强
";

fn with_register() -> Office {
    let office = Office::empty();
    office.put("导入/保单清单_202611.csv", POLICIES);
    office.put("导入/登记表.csv", NOTES);
    office.run();
    office
}

fn household(office: &Office) -> String {
    rows(&table(office, "households"), &["hand_tier", "main_need", "annual_income", "service_preference"]).join("\n")
}

/// What was changed on a card was changed after the day of the card: lists of that day or before, or of no day, lose,
/// whatever the files are called.
#[test]
fn what_was_changed_on_a_card_beats_older_lists_whatever_their_names() {
    for (card, register) in
        [("吴志强.xlsx", "登记表.csv"), ("交回.xlsx", "登记表.csv"), ("吴志强.xlsx", "登记表_202411.csv")]
    {
        let office = with_register();
        fs::rename(office.path("导入/登记表.csv"), office.path(&format!("导入/{register}"))).expect("renamed");
        let edits = vec![cell("L1", "A"), cell("J4", "教育金"), cell("J9", "900000")];
        given_back(&office, "2026-11", "吴志强", card, &[("W0001", edits)]);
        office.run_with(&["--as-of", "2026-12-31"]);
        let want = "hand_tier=A main_need=教育金 annual_income=90000000 service_preference=电话";
        assert_eq!(household(&office), want, "{card} {register}");
        assert!(!told(&office, "2026-12", card).contains("更晚"), "{}", told(&office, "2026-12", card));
        office.run_with(&["--as-of", "2026-12-31"]);
        assert_eq!(office.json("2026-12")["counts"]["changes"], 0);
    }
}

/// Of two books the newer has the last word, and a list of a later day beats both; what lost is told.
#[test]
fn of_two_books_the_newer_wins_and_what_lost_is_told() {
    let office = with_register();
    fs::remove_file(office.path("导入/登记表.csv")).expect("there");
    given_back(&office, "2026-11", "吴志强", "z旧交回.xlsx", &[("W0001", vec![cell("J4", "医疗"), cell("J9", "300000")])]);
    office.run_with(&["--as-of", "2026-12-31"]);
    given_back(&office, "2026-12", "吴志强", "a新交回.xlsx", &[("W0001", vec![cell("J4", "养老社区")])]);
    office.run_with(&["--as-of", "2027-01-31"]);
    assert_eq!(household(&office), "hand_tier=C main_need=养老社区 annual_income=30000000 service_preference=电话");
    let lost = told(&office, "2027-01", "z旧交回.xlsx");
    assert!(lost.contains("J4") && lost.contains("别处有更晚的说法") && lost.contains("“养老社区”"), "{lost}");
    assert!(!lost.contains("J9"), "{lost}");
    let newer = told(&office, "2027-01", "a新交回.xlsx");
    assert!(!newer.contains("更晚") && !newer.contains("改了不算"), "{newer}");
    office.put("导入/登记表_20270228.csv", NOTES.replace("养老", "传承"));
    office.run_with(&["--as-of", "2027-02-28"]);
    assert!(household(&office).contains("main_need=传承"), "{}", household(&office));
    assert!(told(&office, "2027-02", "a新交回.xlsx").contains("“传承”"));
}

/// What the company owns stays as the company has it, and every such cell is told; what nobody but the agent knows is
/// taken.
#[test]
fn what_the_company_owns_is_not_taken_from_a_card_and_that_is_told() {
    let office = with_register();
    let card = Sheet::read(&office.path("输出/2026-11/客户服务卡/吴志强.xlsx"), "W0001");
    let policy = row_of(&card, "保障期限") + 1;
    let edits = vec![
        cell("E1", "姓名　王方"),
        cell("B7", "15412340002"),
        cell("J6", "30"),
        cell("B10", "杭州市西湖区文三路5号1幢102室"),
        cell(format!("K{policy}"), "终止"),
        cell(format!("F{policy}"), "100"),
        cell(format!("B{policy}"), "李娜"),
        // And a policy of another company.
        cell(format!("A{}", policy + 1), "平安人寿"),
        cell(format!("D{}", policy + 1), "平安福"),
        cell(format!("F{}", policy + 1), "5000"),
        cell(format!("L{}", policy + 1), "Q9"),
    ];
    given_back(&office, "2026-11", "吴志强", "交回.xlsx", &[("W0001", edits)]);
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    assert_eq!(clients(&office, &["name", "phone"])["W0001"], "name=王芳 phone=15412340001|15412340002");
    let policies = || rows(&table(&office, "policies"), &["policy_no", "annual_fen", "status", "household_no"]);
    let ours = "policy_no=P1 annual_fen=900000 status=有效-交费中 household_no=W0001";
    assert_eq!(policies(), [ours, "policy_no=Q9 annual_fen=500000 household_no=W0001"]);
    let lines = told(&office, "2026-12", "交回.xlsx");
    for at in ["E1", "B10", &format!("K{policy}"), &format!("F{policy}"), &format!("B{policy}"), "J6"] {
        let line = lines.lines().find(|line| line.contains(&format!(" {at} ")));
        assert!(line.is_some_and(|line| line.contains("改了不算")), "{at}: {line:?}\n{lines}");
    }
    assert!(lines.contains("原来登记的"), "{lines}");
    assert_eq!(table(&office, "households").height(), 1, "whoever was written as insured is no client");
    // The policy of the other company is the agent's to keep.
    let card = Sheet::read(&office.path("输出/2026-12/客户服务卡/吴志强.xlsx"), "W0001");
    let row = card.rows.iter().position(|row| row.contains(&"Q9".to_string())).expect("there") + 1;
    fs::remove_file(office.path("导入/交回.xlsx")).expect("there");
    given_back(&office, "2026-12", "吴志强", "再交回.xlsx", &[("W0001", vec![cell(format!("F{row}"), "6000")])]);
    office.run_with(&["--as-of", "2027-01-31"]);
    assert_eq!(policies(), [ours, "policy_no=Q9 annual_fen=600000 household_no=W0001"]);
    let again = told(&office, "2027-01", "再交回.xlsx");
    assert!(!again.contains("更晚") && !again.contains("改了不算"), "{again}");
}

/// A field that nobody had said anything about yet is a change like any other.
#[test]
fn the_first_value_of_a_field_is_a_change() {
    let office = with_register();
    let edits = vec![cell("J7", "wangfang1980"), cell("B12", "想买房"), cell("F9", "滨江小学")];
    given_back(&office, "2026-11", "吴志强", "交回.xlsx", &[("W0001", edits)]);
    office.run_with(&["--as-of", "2026-12-31"]);
    let changes = rows(&table(&office, "changes"), &["field", "after"]);
    for want in ["field=微信 after=wangfang1980", "field=贷款需求 after=想买房", "field=工作单位 after=滨江小学"]
    {
        assert!(changes.iter().any(|line| line == want), "{want}: {changes:?}");
    }
    office.run_with(&["--as-of", "2026-12-31"]);
    assert_eq!(office.json("2026-12")["counts"]["changes"], 0);
}

/// What lists of visits, needs and referrals say of the client is merged as that of other lists, the newest row last;
/// what has no place anywhere is kept and told.
#[test]
fn lists_of_dealings_say_something_of_the_client_too() {
    let office = Office::empty();
    office.put(
        "导入/登记.csv",
        "客户编号,姓名,手机,手工等级,服务专员\nZ0009,周一一,15400000001,钻石,吴志强\nZ0010,周二二,15400000002,B,吴志强\n",
    );
    office.put(
        "导入/拜访.csv",
        "客户编号,姓名,手机,拜访日期,方式,内容,备注,下一步,主要需求,健康状况,险种\n\
         Z0009,周一一,15400000003,2026-10-03,面访,聊,新备注,送方案,养老钱,高血压,终身寿险\n\
         Z0009,周一一,15400000001,2026-09-03,面访,再聊,旧备注,旧计划,,,\n",
    );
    office.put("导入/需求.csv", "客户编号,姓名,需求内容,追问细节,需求状态,提出日期,服务偏好\nZ0009,周一一,存教育金,想存十万,跟进中,2026-10-01,线上沟通\n");
    office.put(
        "导入/转介绍.csv",
        "客户编号,姓名,亲友姓名,亲友电话,介绍日期,增员意向\nZ0009,周一一,吴友人,15400000009,2026-10-02,有\n",
    );
    office.put(
        "导入/保单.csv",
        "保单号,投保人,投保人手机,险种,年交保费,缴费方式,保单状态,附险险种1,附险保费1,附险险种2,附险保费2,客户编号\n\
         P01,郑三三,15400000004,尊享终身寿险,5000,年交,有效,附加医疗,333,附加意外,77,Z0044\n",
    );
    office.run().ended(3);
    let columns =
        ["household_no", "hand_tier", "remark", "next_step", "main_need", "service_preference", "recruit_intention"];
    assert_eq!(
        rows(&table(&office, "households"), &columns),
        [
            "household_no=Z0009 remark=新备注 next_step=送方案 main_need=养老钱 service_preference=线上沟通 recruit_intention=有",
            "household_no=Z0010 hand_tier=B",
            "household_no=Z0044",
        ]
    );
    assert!(rows(&table(&office, "persons"), &["name", "health"]).contains(&"name=周一一 health=高血压".to_string()));
    assert_eq!(rows(&table(&office, "policies"), &["annual_fen"]), ["annual_fen=541000"]);
    let told = told(&office, "2026-11", "");
    assert!(told.contains("拜访记录里用不上“险种”"), "{told}");
    assert!(told.contains("“手机”有 1 处与卡库里的不同"), "{told}");
    assert!(told.contains("钻石"), "{told}");
    let originals = rows(&table(&office, "originals"), &["heading", "text"]);
    for kept in ["heading=险种 text=终身寿险", "heading=手机 text=15400000003"] {
        assert!(originals.contains(&kept.to_string()), "{originals:?}");
    }
    office.run();
    assert_eq!(office.json("2026-11")["counts"]["changes"], 0);
}

/// One log knows the time of a visit and another only its day: it is one visit, with its time, whichever comes first.
#[test]
fn a_visit_with_its_time_and_with_its_day_alone_is_one() {
    let log = |time: &str| format!("客户编号,姓名,手机,拜访时间,主题,内容\nW0001,王芳,15412340001,{time},检视,谈了重疾\n");
    for names in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
        let office = with_register();
        for (name, time) in names.iter().zip(["2026-11-05 15:00", "2026-11-05"]) {
            office.put(&format!("导入/拜访{name}"), log(time));
        }
        office.run();
        let visits = || rows(&table(&office, "visits"), &["visit_time", "visit_has_time"]);
        assert_eq!(visits(), ["visit_time=2026-11-05 15:00:00 visit_has_time=true"], "{names:?}");
        office.run();
        assert_eq!(office.json("2026-11")["counts"]["changes"], 0);
        assert_eq!(visits().len(), 1);
    }
    // The day first, and its time a month later.
    let office = with_register();
    office.put("导入/拜访.csv", log("2026-11-05"));
    office.run();
    office.put("导入/拜访.csv", log("2026-11-05 15:00"));
    office.run_with(&["--as-of", "2026-12-31"]);
    let visits = rows(&table(&office, "visits"), &["visit_time", "visit_has_time"]);
    assert_eq!(visits, ["visit_time=2026-11-05 15:00:00 visit_has_time=true"]);
}

/// The index and the explanations are not read; what was written there is told.
#[test]
fn what_is_written_beside_the_cards_is_told() {
    let office = with_register();
    let edits = [("索引卡", vec![cell("C4", "A"), cell("F4", "教育金")]), ("填写说明", vec![cell("B2", "客户已经移民")])];
    given_back(&office, "2026-11", "吴志强", "交回.xlsx", &edits);
    office.run_with(&["--as-of", "2026-12-31"]);
    let lines = told(&office, "2026-12", "交回.xlsx");
    for want in ["索引卡 C4", "索引卡 F4", "填写说明 B2", "客户已经移民", "改在 W0001 的卡上"] {
        assert!(lines.contains(want), "{want}: {lines}");
    }
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(household(&office).contains("main_need=养老"));
}
