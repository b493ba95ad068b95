//! Numbers of households and of their members, month after month, and what `fuwuka explain` says of them.

#[path = "common/office.rs"]
mod office;

use office::{Office, ran};

const CLIENTS: &str = "\
客户姓名,证件号码,手机,家庭住址,服务专员,团队
王伟,110198198001010036,15411112222,北京市朝阳区幸福路1号2号楼3单元401室,李娜,营业一部
曾红,110198197502020043,15411113333,北京市朝阳区平安路2号5号楼1单元102室,李娜,营业一部
";

const POLICIES: &str = "\
保单号,投保人,投保人证件号,被保险人,与投保人关系,被保险人证件号,险种名称,年交保费,缴费方式,保单状态,生效日期
88000000001,王伟,110198198001010036,李梅,配偶,110198198203030027,安康终身寿险,5000,年交,有效,2020-01-01
88000000002,王伟,110198198001010036,王小明,子女,11019820100505003X,学业有成教育金,8000,年交,有效,2019-05-01
";

fn office() -> Office {
    let office = Office::empty();
    office.put("导入/客户清单.csv", CLIENTS);
    office.put("导入/保单清单.csv", POLICIES);
    office
}

fn explain(office: &Office, words: &[&str]) -> String {
    let folder = office.path("");
    let folder = folder.to_str().expect("a path");
    ran(&[&["explain", "--office", folder], words].concat()).ended(0).stdout
}

#[test]
fn a_household_tells_why_each_member_is_in_it() {
    let office = office();
    office.run();
    let told = explain(&office, &["household", "W0001"]);
    let want = "\
W0001　3 人
  W0001-1　王伟　本人
      户主：本月清单里投保 2 件
  W0001-2　李梅　妻子
      保单写明李梅是王伟的配偶（2020-01-01 的保单）
  W0001-3　王小明　儿子
      保单写明王小明是王伟的子女（2019-05-01 的保单）
";
    assert_eq!(told, want);
    assert_eq!(explain(&office, &["household", "李梅"]), want, "by a member's name");
    let json: serde_json::Value = serde_json::from_str(&explain(&office, &["--json", "household", "w-1"])).expect("JSON");
    assert_eq!(json[0]["members"][1]["no"], "W0001-2");
}

#[test]
fn two_people_are_compared() {
    let office = office();
    office.run();
    let told = explain(&office, &["link", "王伟", "W0001-2"]);
    assert!(told.contains("是不是一个人：不是。两个不同的证件号码（110198********0036、110198********0027）"), "{told}");
    assert!(told.contains("是不是一户：是，W0001"), "{told}");
    assert!(told.contains("· 保单写明李梅是王伟的配偶（2020-01-01 的保单）"), "{told}");
    let told = explain(&office, &["link", "W0001 王伟", "110198197502020043"]);
    assert!(told.contains("是不是一户：不是\n") && told.contains("· 最近的住处不同"), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&explain(&office, &["--json", "link", "15411112222", "曾红"])).expect("JSON");
    assert_eq!((&json["one_person"], &json["one_household"]), (&false.into(), &false.into()));
    let told = explain(&office, &["link", "王伟", "王伟"]);
    assert!(told.contains("是不是一个人：是。"), "{told}");
}

#[test]
fn who_is_not_known_or_not_the_only_one_is_told() {
    let office = office();
    let folder = office.path("");
    let ask = |words: &[&str]| ran(&[&["explain", "--office", folder.to_str().expect("a path")], words].concat());
    ask(&["link", "王伟", "李梅"]).stopped(&["卡库还是空的"]);
    office.run();
    ask(&["link", "王伟"]).stopped(&["要写两个人"]);
    ask(&["link", "王伟", "没有这人"]).stopped(&["卡库里没有“没有这人”"]);
    ask(&["household", "Q0009"]).stopped(&["卡库里没有“Q0009”"]);
    office.put("导入/又一位.csv", "客户姓名,证件号码,手机\n王伟,110198197001010031,15411119999\n");
    office.run();
    ask(&["link", "王伟", "李梅"]).stopped(&["“王伟”不止一位", "W0001-1", "W0002-1"]);
}

/// Merged, the lower number stays and the other leads to it; split again, the part without the head has its own
/// number back.
#[test]
fn merged_and_split_again() {
    let office = office();
    office.run();
    let together =
        "户主姓名,户主证件号码,成员姓名,成员证件号码,处理\n王伟,110198198001010036,曾红,110198197502020043,同户\n";
    office.put("导入/家庭对照表.csv", together);
    office.run();
    let told = explain(&office, &["household", "Z0001"]);
    assert!(told.starts_with("Z0001 已转到 W0001\nW0001　4 人\n"), "{told}");
    assert!(told.contains("W0001-4　曾红　家人（曾用 Z0001-1）\n      家庭对照表写明曾红和王伟是一户"), "{told}");
    // An old card still has the old number: it is hers, and read as the new one.
    office.put("导入/老卡.csv", "客户编号,客户姓名,身份证号,主要需求\nZ0001,曾红,110198197502020043,养老\n");
    office.run();
    let told = office.problems().join("\n");
    assert!(told.contains("这一户的编号是 W0001，Z0001 已转到它名下"), "{told}");
    assert_eq!(office.index("2026-11").into_keys().collect::<Vec<_>>(), ["W0001"]);

    std::fs::remove_file(office.path("导入/老卡.csv")).expect("there");
    office.put("导入/家庭对照表.csv", together.replace("同户", "分户"));
    office.run();
    assert_eq!(office.index("2026-11").into_keys().collect::<Vec<_>>(), ["W0001", "Z0001"]);
    let told = explain(&office, &["household", "Z0001"]);
    assert!(told.contains("Z0001-1　曾红　本人（曾用 W0001-4）"), "{told}");
    // What is written under her old number is hers, not the other family's.
    office.put(
        "导入/拜访.csv",
        "客户编号,客户姓名,拜访日期,主题\nZ0001,曾红,2026-11-20,保单检视\nZ0001,,2026-11-21,理赔服务\n",
    );
    office.run();
    let index = office.index("2026-11");
    assert_eq!(index["W0001"].state, "从未拜访");
    assert_ne!(index["Z0001"].state, "从未拜访");
    // Whoever is new in W0001 does not get the number she had.
    office.put("导入/新生儿.csv", POLICIES.lines().next().expect("a heading").to_string() + "\n88000000009,王伟,110198198001010036,王小红,子女,110198202605050046,学业有成教育金,800,年交,有效,2026-06-01\n");
    office.run();
    let told = explain(&office, &["household", "W0001"]);
    assert!(told.contains("W0001-5　王小红") && !told.contains("W0001-4"), "{told}");
}

/// The same list twice, in two encodings: nobody holds a policy twice.
#[test]
fn policies_are_counted_and_not_rows() {
    let office = office();
    // His wife holds more policies than he does.
    let hers = "88000000003,李梅,110198198203030027,李梅,本人,110198198203030027,安康终身寿险,100,年交,有效,2020-01-01\n";
    let lists = format!("{POLICIES}{hers}{}{}", hers.replace("003,", "004,"), hers.replace("003,", "005,"));
    office.put("导入/保单清单.csv", &lists);
    office.put("导入/他的.csv", encoding_rs::GBK.encode(POLICIES).0);
    office.put("导入/又存一次.csv", format!("\u{feff}{POLICIES}"));
    office.run();
    let told = explain(&office, &["household", "李梅"]);
    assert!(told.contains("L0001-1　李梅　本人\n      户主：本月清单里投保 3 件\n"), "{told}");
}

/// 陈老师 is what the office calls her until it knows more.
#[test]
fn somebody_known_by_surname_and_title_has_a_card() {
    let office = Office::empty();
    office.put(
        "导入/客户清单.csv",
        "\
客户姓名,证件号码,手机,服务专员
陈老师,110198198202020046,15411112222,李娜
陈老师,,15411115555,李娜
王某,,15411113333,李娜
",
    );
    office.run();
    let index = office.index("2026-11");
    let heads: Vec<(&str, &str)> = index.iter().map(|(number, home)| (&**number, &*home.head)).collect();
    assert_eq!(heads, [("C0001", "陈老师"), ("C0002", "陈老师"), ("W0001", "王某")]);
    let told = office.problems().join("\n");
    assert_eq!(told.matches("只有姓和称呼").count(), 3, "{told}");
    assert!(!told.contains("星号"), "{told}");
    // Her name comes with her certificate; the number stays.
    office.put("导入/补上.csv", "客户姓名,证件号码,手机,服务专员\n陈红,110198198202020046,15411112222,李娜\n");
    office.run();
    let told = explain(&office, &["household", "陈红"]);
    assert!(told.starts_with("C0002　1 人\n  C0002-1　陈红　本人\n"), "{told}");
    assert_eq!(office.index("2026-11").len(), 3);
}

/// A name, and a telephone with another digit: two homes are two people, and where nothing says so it is told.
#[test]
fn who_is_one_person_by_a_slip_alone_is_told() {
    let office = Office::empty();
    office.put(
        "导入/客户清单.csv",
        "\
客户姓名,手机,家庭住址,服务专员
王伟,15411112840,北京市海淀区学院路1号2栋303室,李娜
王伟,15411112240,北京市朝阳区幸福路9号8栋101室,李娜
单强,15411112841,,李娜
单强,15911112841,,李娜
",
    );
    office.run();
    assert_eq!(office.index("2026-11").into_keys().collect::<Vec<_>>(), ["S0001", "W0001", "W0002"]);
    let told = office.problems();
    let told: Vec<&String> = told.iter().filter(|line| line.contains("电话只差一位")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("第5行 姓名 单强 与第4行的“单强”电话只差一位，没有别的凭据，当作同一个人"), "{told:?}");
}

#[test]
fn numbers_written_by_hand_are_respected() {
    let office = office();
    office.put(
        "导入/老卡.csv",
        "客户编号,客户姓名,身份证号,主要需求\nW0120-2,王伟,110198198001010036,养老\nB0007,曾红,110198197502020043,养老\n",
    );
    office.run();
    assert_eq!(office.index("2026-11").into_keys().collect::<Vec<_>>(), ["B0007", "W0120"]);
    let told = explain(&office, &["household", "W0120"]);
    assert!(told.contains("W0120-2　王伟　本人") && told.contains("W0120-3　李梅"), "{told}");
    assert!(office.problems().join("\n").contains("户主“曾红”的姓应编在 Z 字下"));
}

/// One number on the cards of two families, in two files: the first keeps it, and both places are told.
#[test]
fn one_number_on_two_cards_is_told_with_both_places() {
    let office = office();
    office.put("导入/老卡一.csv", "客户编号,客户姓名,身份证号,主要需求\nW0120,王伟,110198198001010036,养老\n");
    office.put("导入/老卡二.csv", "客户编号,客户姓名,身份证号,主要需求\nW0120,曾红,110198197502020043,养老\n");
    office.run();
    let told = office.problems();
    let told = told.iter().find(|line| line.contains("W0120")).expect("it is told");
    assert!(
        told.contains("老卡二.csv") && told.contains("W0120 已经是另一户的编号（老卡一.csv A2），这一户另给新号"),
        "{told}"
    );
    assert_eq!(office.index("2026-11").into_keys().collect::<Vec<_>>(), ["W0120", "Z0001"]);
}

#[test]
fn letters_are_the_offices_to_decide() {
    let office = office();
    office.put("surnames.toml", "[letters]\n\"曾\" = \"C\"\n\n[persons]\n\"王伟\" = \"B\"\n");
    office.run();
    assert_eq!(office.index("2026-11").into_keys().collect::<Vec<_>>(), ["B0001", "C0001"]);
    assert!(explain(&office, &["letter", "王伟", "王刚"]).contains("王伟\tok\tB"));
}

/// November's list says that a telephone is the agent's; December's has it on two clients who share a home.
#[test]
fn an_agents_telephone_is_remembered() {
    let office = Office::empty();
    office.put("导入/保单清单.csv", "保单号,投保人,投保人证件号,险种名称,年交保费,缴费方式,保单状态,生效日期,服务专员,服务专员电话\n88000000001,王伟,110198198001010036,安康终身寿险,5000,年交,有效,2020-01-01,李娜,15499990000\n");
    office.run_with(&["--as-of", "2026-11-30"]);
    std::fs::remove_file(office.path("导入/保单清单.csv")).expect("there");
    let home = "北京市朝阳区幸福路1号2号楼3单元401室";
    office.put(
        "导入/客户清单.csv",
        format!("客户姓名,手机,家庭住址,服务专员\n曾红,15499990000,{home},李娜\n单强,15499990000,{home},李娜\n"),
    );
    office.run_with(&["--as-of", "2026-12-31"]);
    assert_eq!(office.index("2026-12").into_keys().collect::<Vec<_>>(), ["S0001", "W0001", "Z0001"]);
}
