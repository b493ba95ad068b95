//! `fuwuka run` from files to workbooks, as an office uses it: the sample office, month after month, wrong
//! arguments, an office's own templates.

#[path = "common/office.rs"]
mod office;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use office::{Household, Office, fuwuka, ran};
use polars::prelude::DataFrame;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

/// The sample office after its first run; read only. (Statics are not dropped: the folder stays until the
/// system cleans its temporary files, so it is a fixed one.)
static SAMPLE: LazyLock<Office> = LazyLock::new(|| {
    let office = Office::sample_at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample-run"));
    office.run().ended(3);
    office
});

/// Policies of the clients of `Office::small`.
const POLICIES: &str = "\
保单号,投保人,投保人证件号,被保险人,被保险人证件号,险种名称,年交保费,缴费方式,保单状态,生效日期
88000000001,王伟,110198198001010036,王伟,110198198001010036,安康终身重大疾病保险,5000,年交,有效,2020-01-01
88000000002,曾红,110198197502020043,曾红,110198197502020043,福泽终身寿险,8000,年交,有效,2019-05-01
88000000003,单强,110198199003030051,单强,110198199003030051,安泰定期寿险,1200.50,年交,有效,2021-07-01
";

fn with_policies() -> Office {
    let office = Office::small();
    office.put("导入/保单清单.csv", POLICIES);
    office
}

/// A table of the current snapshot.
fn table(office: &Office, table: &str) -> DataFrame {
    let name = fs::read_to_string(office.path("卡库/CURRENT")).expect("a run was made");
    let file = fs::File::open(office.path(&format!("卡库/{}/{table}.parquet", name.trim()))).expect("written");
    ParquetReader::new(file).finish().expect("readable")
}

/// Differences a run found to the one before: record, key, field, before, after.
fn changes(office: &Office) -> Vec<[String; 5]> {
    let frame = table(office, "changes");
    let text = |name: &str, row: usize| {
        frame.column(name).and_then(|column| Ok(column.str()?.get(row).unwrap_or("").to_string())).expect("a text")
    };
    (0..frame.height()).map(|row| ["record", "key", "field", "before", "after"].map(|name| text(name, row))).collect()
}

#[test]
fn the_sample_office_gets_its_workbooks() {
    let files = SAMPLE.files("输出/2026-11");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let want = [
        "run.json",
        "团队报表/未分团队.xlsx",
        "团队报表/营业一部.xlsx",
        "团队报表/营业二部.xlsx",
        "客户服务卡/丁国栋.xlsx",
        "客户服务卡/任远航.xlsx",
        "客户服务卡/傅雪.xlsx",
        "客户服务卡/吴志强.xlsx",
        "客户服务卡/周晓梅.xlsx",
        "客户服务卡/姜涛.xlsx",
        "客户服务卡/无服务专员.xlsx",
        "客户服务卡/秦玉兰.xlsx",
        "客户服务卡/邵佳.xlsx",
        "家庭核对.xlsx",
        "异动清单.xlsx",
        "异常清单.xlsx",
        "索引卡.xlsx",
    ];
    assert_eq!(names, want);
    let outputs = SAMPLE.json("2026-11")["outputs"].as_array().expect("a list").len();
    assert_eq!(outputs, names.len() - 1);
}

#[test]
fn run_json_says_what_the_index_says() {
    let json = SAMPLE.json("2026-11");
    let index = SAMPLE.index("2026-11");
    let counts = &json["counts"];
    assert_eq!(json["status"], "done_with_problems");
    assert_eq!(counts["as_of"], "2026-11-30");
    assert_eq!(counts["households"], index.len());
    let tier = |tier: &str| index.values().filter(|household| household.tier == tier).count();
    for title in ["A", "B", "C", "D", "未评级"] {
        assert_eq!(counts["tiers"][title], tier(title), "{title}");
    }
    let state = |state: &str| index.values().filter(|household| household.state == state).count();
    let overdue: u64 = counts["overdue"].as_object().expect("by tier").values().filter_map(|count| count.as_u64()).sum();
    assert_eq!(overdue, state("逾期") as u64);
    assert_eq!(counts["due"], state("应访"));
    assert_eq!(counts["policies_in_force"], index.values().map(|household| household.policies).sum::<u32>());
    let premium: f64 = index.values().map(|household| household.premium).sum();
    assert_eq!(counts["annual_premium_yuan"], format!("{premium:.2}"));
    let problems = SAMPLE.sheet("输出/2026-11/异常清单.xlsx", "明细").columns(["程度", "处理结果"]).len();
    assert_eq!(counts["problems"], problems);
}

#[test]
fn control_totals_tie() {
    let json = SAMPLE.json("2026-11");
    let stages = json["stages"].as_array().expect("a list");
    assert!(stages.iter().all(|stage| stage["ties"] == true));
    let names: Vec<&str> = stages.iter().filter_map(|stage| stage["what"].as_str()).collect();
    for what in
        ["合并：保单清单的行", "卡库：保单数", "卡库：年交保费（元）", "卡库：拜访数", "报表：户数", "报表：年交保费（元）"]
    {
        assert!(names.contains(&what), "{what} is not among {names:?}");
    }
    let sheets = json["sheets"].as_array().expect("a list");
    assert_eq!(sheets.len(), 10);
    for sheet in sheets {
        let count = |name: &str| sheet[name].as_u64().expect("a count");
        let accounted = count("kept") + count("repeated") + count("set_aside") + count("passed_over");
        assert_eq!(count("read"), accounted, "{sheet}");
    }
}

#[test]
fn numbers_have_the_letter_of_the_surname() {
    let index = SAMPLE.index("2026-11");
    // A number on an old card is kept though its letter be wrong; the problem list says so.
    let told = SAMPLE.problems().join("\n");
    for (surname, letter) in
        [("陈", "C"), ("王", "W"), ("曾", "Z"), ("单于", "C"), ("长孙", "Z"), ("朴", "P"), ("尉迟", "Y")]
    {
        let of = index.iter().filter(|(_, household)| household.head.starts_with(surname));
        let wrong = of.filter(|(number, _)| !number.starts_with(letter)).map(|(number, _)| number);
        let wrong: Vec<_> = wrong.filter(|number| !told.contains(number.as_str())).collect();
        assert!(wrong.is_empty(), "{surname}: {wrong:?}");
    }
    assert!(index.keys().all(|number| number.len() == 5 && number[1..].bytes().all(|byte| byte.is_ascii_digit())));
}

#[test]
fn numbers_on_old_cards_are_respected() {
    let office = Office::small();
    office.put(
        "导入/老卡登记.csv",
        "客户编号,客户姓名,证件号码,手机,客户类型,家庭年收入\nW0077,王伟,110198198001010036,15411112222,A,200000\n",
    );
    office.run().ended(0);
    let index = office.index("2026-11");
    let heads: Vec<(&str, &str)> =
        index.iter().map(|(number, household)| (number.as_str(), household.head.as_str())).collect();
    assert_eq!(heads, [("S0001", "单强"), ("W0077", "王伟"), ("Y0001", "尉迟芳"), ("Z0001", "曾红")]);
    assert_eq!((index["W0077"].tier.as_str(), index["W0077"].reason.as_str()), ("A", "手工：服务卡上手写的等级"));
}

#[test]
fn the_same_input_twice_changes_nothing() {
    let office = SAMPLE.copy();
    let first = office.workbooks("输出");
    office.run().ended(3);
    assert_eq!(office.json("2026-11")["counts"]["changes"], 0);
    let second = office.workbooks("输出");
    assert!(first.keys().eq(second.keys()));
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} is different");
    }
    assert_eq!(changes(&office), Vec::<[String; 5]>::new());
}

#[test]
fn names_and_order_of_files_do_not_matter() {
    let office = Office::sample();
    let folder = office.path("导入");
    let mut number = 100;
    for name in office.files("导入").into_keys() {
        let kind = Path::new(&name).extension().expect("every file has one").to_string_lossy().into_owned();
        number -= 1;
        fs::rename(folder.join(&name), folder.join(format!("{number}.{kind}"))).expect("renamed");
    }
    office.run().ended(3);
    assert_same(&office.index("2026-11"), &SAMPLE.index("2026-11"));
}

#[track_caller]
fn assert_same(got: &BTreeMap<String, Household>, want: &BTreeMap<String, Household>) {
    let other: Vec<_> = want.iter().filter(|(number, household)| got.get(*number) != Some(household)).take(5).collect();
    let found: Vec<_> = other.iter().map(|(number, _)| got.get(*number)).collect();
    assert!(other.is_empty() && got.len() == want.len(), "want {other:#?}, got {found:#?}");
}

#[test]
fn the_next_month_reports_exactly_what_changed() {
    let office = with_policies();
    office.run().ended(0);
    // 尉迟芳 is gone, 万俟雪 is new, 曾红 is served by another, a policy lapsed, and the headings are worded anew.
    let clients: String = office::CLIENTS
        .replace(
            "曾红,110198197502020043,15411113333,北京市朝阳区平安路2号5号楼1单元102室,李娜,营业一部",
            "曾红,110198197502020043,15411113333,北京市朝阳区平安路2号5号楼1单元102室,赵敏,营业二部",
        )
        .replace("客户姓名,证件号码,手机,家庭住址", "姓名,身份证号,联系电话,住址")
        .lines()
        .filter(|line| !line.starts_with("尉迟芳"))
        .map(|line| format!("{line}\n"))
        .collect();
    office.put("导入/客户清单.csv", clients + "万俟雪,110198199201010027,15411116666,,李娜,营业一部\n");
    let policies =
        POLICIES.replace("保单号,投保人,", "保险单号,投保人姓名,").replace("1200.50,年交,有效", "1200.50,年交,失效");
    office.put("导入/保单清单.csv", policies);

    let dry = office.run_with(&["--as-of", "2026-12-31", "--dry-run"]);
    assert!(dry.stdout.ends_with("有 4 处变化；什么也没有写\n"), "{}", dry.stdout);
    let before = office.files("");
    office.run_with(&["--as-of", "2026-12-31"]).ended(0);
    // Nothing of November was touched.
    let now = office.files("");
    let touched = before.iter().filter(|(name, bytes)| now.get(*name) != Some(bytes)).map(|(name, _)| name.as_str());
    assert_eq!(touched.collect::<Vec<_>>(), ["卡库/CURRENT"]);

    let found = changes(&office);
    let want = [
        ["户", "M0001", "新增", "", ""],
        ["户", "Z0001", "团队", "营业一部", "营业二部"],
        ["户", "Z0001", "服务专员", "李娜", "赵敏"],
        ["保单", "88000000003", "保单状态", "有效-交费中", "中止"],
    ];
    assert_eq!(found, want);
    let counts = &office.json("2026-12")["counts"];
    assert_eq!(counts["changes"], found.len());
    assert_eq!(counts["new_households"], 1);
    assert_eq!(office.index("2026-12")["Z0001"].agent, "赵敏");
    assert_eq!(office.index("2026-12")["S0001"].policies, 0);

    let moves = |team: &str| {
        let sheet = office.sheet(&format!("输出/2026-12/团队报表/{team}.xlsx"), "新增与流失");
        sheet.columns(["变动", "客户编号", "户主"]).concat().join(" ")
    };
    assert_eq!(moves("营业一部"), "新增 M0001 万俟雪");
    assert_eq!(moves("营业二部"), "流失 Y0001 尉迟芳");
}

#[test]
fn a_dry_run_writes_nothing_at_all() {
    let office = with_policies();
    let before = office.files("");
    let said = office.run_with(&["--as-of", "2026-11-30", "--dry-run"]).ended(0).stdout;
    assert!(said.ends_with("第一次运行，没有可比的；什么也没有写\n"), "{said}");
    assert!(before == office.files(""));
    assert!(!office.path("卡库").exists() && !office.path("输出").exists());
}

#[test]
fn json_is_one_document() {
    let office = Office::small();
    let said = office.run_with(&["--as-of", "2026-11-30", "--json"]).ended(0);
    let document: serde_json::Value = serde_json::from_str(&said.stdout).expect("one JSON document");
    assert_eq!(document["counts"]["households"], 4);
    assert_eq!(said.stderr, "");
    let stopped = ran(&["run", "--office", "没有这个文件夹", "--json"]).ended(1);
    let document: serde_json::Value = serde_json::from_str(&stopped.stdout).expect("one JSON document");
    assert_eq!((&document["status"], &document["stage"]), (&"stopped".into(), &"plan".into()));
}

#[test]
fn wrong_arguments_end_with_2_in_chinese() {
    for arguments in
        [&["rum"][..], &["run", "--asof", "x"], &["run", "--as-of", "昨天"], &["explain"], &["explain", "猫", "x"]]
    {
        let said = ran(arguments).ended(2);
        assert_eq!(said.stdout, "");
        assert!(said.stderr.ends_with("用法请看 fuwuka --help\n"), "{}", said.stderr);
        assert!(!said.stderr.contains("error"), "{}", said.stderr);
    }
    for arguments in [&["--help"][..], &["run", "-h"], &["explain", "--help"]] {
        let said = ran(arguments).ended(0);
        let english = ["Usage", "Options", "Commands", "Arguments", "Print", "possible", "help for"];
        assert!(english.iter().all(|word| !said.stdout.contains(word)), "{}", said.stdout);
    }
}

#[test]
fn what_is_not_there_is_named() {
    ran(&["run", "--office", "没有这个文件夹"]).stopped(&["没有这个文件夹", "请核对"]);
    let office = Office::empty();
    office.run().stopped(&["导入", "里没有文件", "再运行一次"]);
    assert!(office.files("").is_empty());
    fs::remove_dir(office.path("导入")).expect("removed");
    office.run().stopped(&["没有“导入”文件夹", "--office"]);
    let small = Office::small();
    let missing = small.path("没有.xlsx");
    small.run_with(&[missing.to_str().expect("UTF-8")]).stopped(&["没有.xlsx"]);
}

#[test]
fn files_can_be_named_and_dropped() {
    let office = Office::small();
    let list = office.path("导入/客户清单.csv");
    let out = office.path("别处");
    office
        .run_with(&["--as-of", "2026-11-30", "--out", out.to_str().expect("UTF-8"), list.to_str().expect("UTF-8")])
        .ended(0);
    assert!(out.join("索引卡.xlsx").is_file() && !office.path("输出").exists());
    // Dropped on the program: no command, and the office is where one stands.
    let dropped =
        fuwuka(&[]).arg(&list).args(["--as-of", "2026-11-30"]).current_dir(office.path("")).output().expect("started");
    assert_eq!(dropped.status.code(), Some(0));
    assert!(office.path("输出/2026-11/索引卡.xlsx").is_file());
}

#[test]
fn the_office_has_a_name_and_a_month() {
    let office = Office::small();
    office.put("fuwuka.toml", "营业部 = \"朝阳营业部\"\n");
    office.run_with(&["--as-of", "2027年2月28日"]).ended(0);
    assert_eq!(office.json("2027-02")["arguments"]["office_name"], "朝阳营业部");
    let sheets = office.sheets("输出/2027-02/索引卡.xlsx");
    assert!(sheets.values().any(|sheet| sheet.rows.concat().iter().any(|cell| cell.contains("朝阳营业部"))));
    office.put("fuwuka.toml", "\n营业 = \"朝阳营业部\"\n");
    office.run().stopped(&["fuwuka.toml", "第 2 行", "是不是“营业部”"]);
}

#[test]
fn a_slip_in_the_rules_is_named_with_its_line() {
    let office = Office::small();
    office.put("rules.toml", "# 自己的\n\n[[tier]]\nlevel = \"A\"\nwhen = \"家庭年收 >= 300000\"\nreason = \"高收入\"\n");
    office.run().stopped(&["rules.toml", "第 5 行", "“家庭年收”不认识", "是不是“家庭年收入”"]);
    assert!(!office.path("卡库").exists());
}

#[test]
fn an_offices_own_field_is_kept_and_can_be_judged_by() {
    let office = Office::small();
    let list = office::CLIENTS.replace("团队\n", "团队,猫狗\n").replace("赵敏,营业二部\n尉迟", "赵敏,营业二部,三只猫\n尉迟");
    office.put("导入/客户清单.csv", list);
    office.put(
        "fields.toml",
        "[[field]]\nkey = \"pet\"\ntitle = \"宠物\"\nof = \"household\"\ntype = \"text\"\nspellings = [\"猫狗\"]\nowner = \"agent\"\nprivacy = \"plain\"\n",
    );
    office.put("rules.toml", "[[tier]]\nlevel = \"B\"\nwhen = \"宠物 LIKE '%猫%'\"\nreason = \"养猫\"\n");
    office.run().ended(0);
    let index = office.index("2026-11");
    let tiers: Vec<(&str, &str)> =
        index.values().map(|household| (household.head.as_str(), household.tier.as_str())).collect();
    assert_eq!(tiers, [("单强", "B"), ("王伟", "未评级"), ("尉迟芳", "未评级"), ("曾红", "未评级")]);
    // It stays known when next month's list has no such column.
    office.put("导入/客户清单.csv", office::CLIENTS);
    office.run_with(&["--as-of", "2026-12-31"]).ended(0);
    assert_eq!(office.index("2026-12")["S0001"].tier, "B");
    assert_eq!(changes(&office), Vec::<[String; 5]>::new());
}

#[test]
fn an_offices_own_words_and_surnames_count() {
    let office = with_policies();
    office.put("导入/保单清单.csv", POLICIES.replace("有效", "保障运行中"));
    office.run().ended(3);
    office.put("values.toml", "[policy_status]\n\"有效-交费中\" = [\"保障运行中\"]\n");
    office.put("surnames.toml", "[letters]\n\"单\" = \"D\"\n");
    let fresh = office.copy();
    fs::remove_dir_all(fresh.path("卡库")).expect("removed");
    let said = fresh.run();
    assert!(said.code == 0, "{} {}", said.stdout, said.stderr);
    assert_eq!(fresh.index("2026-11").keys().next().map(String::as_str), Some("D0001"));
    // A number once given stays, whatever the table of surnames says now.
    office.run().ended(0);
    assert_eq!(office.index("2026-11").keys().next().map(String::as_str), Some("S0001"));
}

#[test]
fn a_team_that_changes_its_name_leaves_no_old_report() {
    let office = Office::small();
    office.run();
    let reports = || office.files("输出/2026-11/团队报表").into_keys().collect::<Vec<_>>();
    assert_eq!(reports(), ["营业一部.xlsx", "营业二部.xlsx"]);
    fs::write(office.path("输出/2026-11/团队报表/主管的笔记.xlsx"), "不是程序写的").expect("written");
    office.put("导入/客户清单.csv", office::CLIENTS.replace("营业一部", "先锋部"));
    office.run();
    assert_eq!(reports(), ["主管的笔记.xlsx", "先锋部.xlsx", "营业二部.xlsx"]);
}

#[test]
fn a_visit_whose_client_turns_up_later_is_one_visit() {
    let office = Office::small();
    office.put("导入/拜访.csv", "拜访日期,客户姓名,手机,拜访方式,主题\n2026-11-05,钱江,15412340009,电话,保单检视\n");
    office.run().ended(3);
    let row = "钱江,,15412340009,北京市朝阳区平安路9号5号楼1单元102室,李娜,营业一部\n";
    office.put("导入/客户清单.csv", office::CLIENTS.to_string() + row);
    office.run();
    let visits = table(&office, "visits");
    assert_eq!(visits.height(), 1);
    assert_eq!(visits.column("household_no").and_then(|column| Ok(column.str()?.get(0) == Some("Q0001"))).ok(), Some(true));
}

/// An office may have nothing but one kind of list.
#[test]
fn each_kind_of_list_is_enough_for_a_month() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/导入");
    for file in ["团队架构.txt", "家庭对照表.xlsx", "老客户登记表(2024).xlsx", "拜访记录/周报.csv", "客户照片.xlsx"]
    {
        let office = Office::empty();
        let name = Path::new(file).file_name().expect("a file").to_string_lossy().into_owned();
        let content = fs::read(sample.join(file)).expect("a sample file");
        office.put(&format!("导入/{name}"), content);
        let first = office.run();
        assert!([0, 3].contains(&first.code), "{file}: {}", first.stderr);
        assert_eq!(office.run().code, first.code, "{file}");
    }
}

/// A policy list as the company might send it; `{}` is the holder's telephone.
fn policy_of(phone: &str) -> String {
    format!(
        "保单号,投保人,投保人手机,险种名称,年交保费,保单状态,服务专员\n88000000009,孙河,{phone},安泰定期寿险,900,有效,李娜\n"
    )
}

#[test]
fn a_new_telephone_makes_nobody_else_of_the_holder() {
    let office = Office::empty();
    office.put("导入/保单.csv", policy_of("15412340021"));
    office.run();
    office.put("导入/保单.csv", policy_of("15412340022"));
    office.run_with(&["--as-of", "2026-12-31"]);
    assert_eq!(table(&office, "households").height(), 1);
    assert_eq!(table(&office, "persons").height(), 1);
}

#[test]
fn one_certificate_under_two_names_is_two_people_and_is_told() {
    let office = Office::empty();
    let rows = "客户姓名,证件号码,手机\n孙河,110198198001010036,15412340021\n钱江,110198198001010036,15412340022\n";
    office.put("导入/客户.csv", rows);
    office.run().ended(3);
    assert_eq!(table(&office, "households").height(), 2);
    assert!(office.problems().iter().any(|problem| problem.contains("证件号码与“孙河”")), "{:?}", office.problems());
}

#[test]
fn one_policy_under_two_holders_is_told_and_not_added_up() {
    let office = Office::empty();
    office.put("导入/保单.csv", policy_of("15412340021") + "88000000009,钱江,15412340022,安泰定期寿险,900,有效,李娜\n");
    office.run().ended(3);
    assert!(office.problems().iter().any(|problem| problem.contains("“投保人”却不同")), "{:?}", office.problems());
    let premiums = table(&office, "policies");
    assert_eq!(premiums.height(), 1);
    assert_eq!(premiums.column("annual_fen").and_then(|column| Ok(column.i64()?.get(0))).ok(), Some(Some(90_000)));
}

#[test]
fn an_earlier_month_is_not_run_over_a_later_one() {
    let office = with_policies();
    office.run_with(&["--as-of", "2026-12-31"]);
    office.run_with(&["--as-of", "2026-11-30"]).stopped(&["卡库已经算到 2026-12-31", "CURRENT"]);
}

#[test]
fn results_do_not_go_among_the_lists() {
    let office = with_policies();
    let among = office.path("导入/结果").to_string_lossy().into_owned();
    office.run_with(&["--out", &among]).stopped(&["放清单的地方"]);
}

#[test]
fn a_policy_the_list_does_not_name_any_more_is_told() {
    let office = with_policies();
    office.run();
    let shorter: Vec<&str> = POLICIES.lines().take(3).collect();
    office.put("导入/保单清单.csv", shorter.join("\n"));
    office.run().ended(3);
    let told = office.problems();
    assert!(told.iter().any(|problem| problem.contains("有 1 件在保的保单本月保单清单里没有")), "{told:?}");
}

#[test]
fn lists_of_one_day_that_contradict_each_other_are_told() {
    const HEADING: &str = "保单号,投保人,投保人手机,险种名称,年交保费,保单状态,保额\n";
    let office = Office::empty();
    office
        .put("导入/保单清单_20261130.csv", format!("{HEADING}88000000009,钱江,15412340022,安泰定期寿险,900,有效,100000\n"));
    office
        .put("导入/补充清单_20261130.csv", format!("{HEADING}88000000009,钱江,15412340022,安泰定期寿险,1900,有效,100000\n"));
    // What another day's list says is no contradiction: things change.
    office
        .put("导入/保单清单_20261031.csv", format!("{HEADING}88000000009,钱江,15412340022,安泰定期寿险,700,中止,100000\n"));
    office.run().ended(3);
    let told: Vec<String> = office.problems().into_iter().filter(|problem| problem.contains("另一份清单")).collect();
    assert!(matches!(&told[..], [one] if one.contains("保单清单_20261130.csv") && one.contains("“900”")), "{told:?}");
    let premiums = table(&office, "policies");
    assert_eq!(premiums.column("annual_fen").and_then(|column| Ok(column.i64()?.get(0))).ok(), Some(Some(190_000)));
}

/// On what agents know best a company list counts until an agent has spoken; then it is told what it says in vain.
#[test]
fn who_has_the_last_word() {
    let office = Office::empty();
    let list = |tier: &str, job: &str, income: &str| {
        let heading = "客户姓名,手机,证件号码,客户等级,职业,家庭年收入,服务专员";
        let row = format!("王伟,16800000001,110198198001010036,{tier},{job},{income},陈晓");
        office.put("导入/客户清单.csv", format!("{heading}\n{row}\n"));
        office.run();
        changes(&office).into_iter().map(|[_, _, field, before, after]| [field, before, after]).collect::<Vec<_>>()
    };
    let told =
        || -> Vec<String> { office.problems().into_iter().filter(|problem| problem.contains("写的为准")).collect() };
    assert!(list("A", "教师", "20万").is_empty(), "nothing was known before");
    let change = |field: &str, before: &str, after: &str| [field, before, after].map(str::to_string);
    let second = list("B", "工程师", "30万");
    for wanted in [change("手工等级", "A", "B"), change("职业", "教师", "工程师"), change("家庭年收入", "200000", "300000")]
    {
        assert!(second.contains(&wanted), "{wanted:?} in {second:?}");
    }
    assert_eq!((list("B", "工程师", "30万"), told()), (vec![], vec![]));

    // The agent's register has the last word on it ...
    let register = "客户编号,客户姓名,手机,客户等级,职业,主要需求\nW0001,王伟,16800000001,A,医生,养老\n";
    office.put("导入/登记表.csv", register);
    let third = list("B", "工程师", "40万");
    for wanted in [change("职业", "工程师", "医生"), change("家庭年收入", "300000", "400000")] {
        assert!(third.contains(&wanted), "{wanted:?} in {third:?}");
    }
    fs::remove_file(office.path("导入/登记表.csv")).expect("it was put there");
    // ... also next month, and the list is told so; of what the agent did not say the list still counts.
    let fourth = list("C", "司机", "50万");
    assert_eq!(fourth.iter().filter(|[field, ..]| field == "家庭年收入").count(), 1, "{fourth:?}");
    assert!(!fourth.iter().any(|[field, ..]| field == "职业" || field == "手工等级"), "{fourth:?}");
    let said = told();
    assert!(said.iter().any(|line| line.contains("司机") && line.contains("专员写的是“医生”")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("专员写的是“A”")), "{said:?}");
    assert!(list("C", "司机", "50万").is_empty());
}

/// What nobody understood does not stay beside the value that came later.
#[test]
fn words_as_written_go_with_their_value() {
    let office = Office::empty();
    for (written, marital) in [("已", None), ("已婚", Some("已婚"))] {
        office.put(
            "导入/客户清单.csv",
            format!("客户姓名,手机,证件号码,婚姻状况\n王伟,16800000001,110198198001010036,{written}\n"),
        );
        office.run();
        let persons = table(&office, "persons");
        let text = |name: &str| persons.column(name).ok().and_then(|column| column.str().ok()?.get(0).map(str::to_string));
        assert_eq!((text("marital").as_deref(), text("marital_text").as_deref()), (marital, Some(written)));
    }
}

/// Nobody is born in the future: two digits are a year of the century before, a year written out is told.
#[test]
fn births_are_in_the_past() {
    let office = Office::empty();
    office.put(
        "导入/客户清单.csv",
        "客户姓名,手机,出生日期\n王伟,16800000001,48.10.1\n李娜,16800000002,2048-10-01\n赵敏,16800000003,30/5/1\n",
    );
    office.run().ended(3);
    let persons = table(&office, "persons");
    let births = persons.column("birth").expect("there").str().expect("texts").iter().flatten().collect::<Vec<_>>();
    assert_eq!(births.iter().filter(|birth| !birth.is_empty()).collect::<Vec<_>>(), [&"1948-10-01", &"1930-05-01"]);
    let told: Vec<String> = office.problems().into_iter().filter(|problem| problem.contains("出生日期在将来")).collect();
    assert!(matches!(&told[..], [one] if one.contains("2048-10-01") && one.contains("C3")), "{told:?}");
}

/// A list that comes in other words and in another order is understood, and the change is told.
#[test]
fn our_own_results_are_not_read_as_lists() {
    let office = with_policies();
    office.run();
    let before = office.index("2026-11").len();
    fs::copy(office.path("输出/2026-11/索引卡.xlsx"), office.path("导入/索引卡.xlsx")).expect("copied");
    fs::copy(office.path("输出/2026-11/异常清单.xlsx"), office.path("导入/异常.xlsx")).expect("copied");
    office.run();
    assert_eq!(office.index("2026-11").len(), before);
    let told = office.problems().into_iter().filter(|line| line.contains("这是程序写的")).count();
    assert_eq!(told, 2);
}

#[test]
fn a_list_worded_anew_is_understood_and_told() {
    let office = Office::empty();
    let october = "客户编号,客户姓名,联系电话,性别\nW0001,王伟,16800357246,男\nL0002,李娜,16800365165,女\n";
    let november =
        "性别,客户姓名,客户编号,移动电话,年龄段\n男,王伟,W0001,16800357246,40-50\n女,李娜,L0002,16800365165,50-60\n";
    office.put("导入/客户清单_10月.csv", october);
    office.run_with(&["--as-of", "2026-10-31"]);
    fs::remove_file(office.path("导入/客户清单_10月.csv")).expect("it was there");
    office.put("导入/客户清单_11月.csv", november);
    office.run();
    let told: Vec<String> = office.problems().into_iter().filter(|line| line.contains("与上次相比")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    for word in ["“联系电话”改成了“移动电话”", "多了“年龄段”", "列的顺序变了"] {
        assert!(told[0].contains(word), "{told:?}");
    }
    assert_eq!(table(&office, "households").height(), 2);
    office.run();
    assert!(office.problems().iter().all(|line| !line.contains("与上次相比")), "the same again is no change");
}

/// What a card says of a relative stays with the relative, and the next month still knows it.
#[test]
fn a_remark_on_a_relative_is_stored_with_the_relative() {
    let office = with_policies();
    office.put(
        "导入/王伟.csv",
        "客户服务卡,,,\n客户编号,W0001,客户姓名,王伟\n手机,15412345678,备注,喜欢喝茶\n家庭成员,,,\n关系,姓名,出生日期,备注\n妻子,李娜,1981-02-03,在国外\n",
    );
    office.run();
    let persons = table(&office, "persons");
    let (names, remarks) =
        (persons.column("name").unwrap().str().unwrap(), persons.column("person_remark").unwrap().str().unwrap());
    let said: Vec<_> = names.iter().zip(remarks.iter()).filter_map(|(name, remark)| Some((name?, remark?))).collect();
    assert_eq!(said, [("李娜", "在国外")]);
}
