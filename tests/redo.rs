//! `fuwuka run --redo`: what was written wrong and put right within a month leaves nothing behind, and nobody gets
//! another number for it.

#[path = "common/office.rs"]
mod office;

use std::collections::BTreeMap;
use std::fs;

use office::Office;

const REDO: [&str; 3] = ["--as-of", "2026-11-30", "--redo"];

/// 曾红's certificate has a wrong day (the check digit fits), 单强's policy a wrong number, 王伟's visit a wrong year.
const WRONG: [(&str, &str); 3] = [
    (
        "导入/客户清单.csv",
        "客户姓名,证件号码,手机,家庭住址,服务专员\n\
         王伟,110198198001010036,15411112222,朝阳区翠湖花园2号楼3单元401室,李娜\n\
         曾红,110198197502030049,15411113333,朝阳区丹桂苑1号楼2单元301室,李娜\n\
         单强,110198199003030051,15411114444,朝阳区丹桂苑6号楼1单元101室,赵敏\n",
    ),
    (
        "导入/保单清单.csv",
        "保单号,投保人,投保人证件号,被保险人,被保险人证件号,险种名称,年交保费,缴费方式,保单状态,生效日期\n\
         88000000001,王伟,110198198001010036,王伟,110198198001010036,安康终身重大疾病保险,5000,年交,有效,2020-01-01\n\
         88000000033,单强,110198199003030051,单强,110198199003030051,安泰定期寿险,1200.50,年交,有效,2021-07-01\n\
         88000000004,贾勇,110198196004040010,贾勇,110198196004040010,安泰定期寿险,900,年交,有效,2021-07-01\n",
    ),
    ("导入/拜访记录.csv", "客户姓名,手机,拜访日期,拜访方式,拜访内容\n王伟,15411112222,2025-11-10,面访,送年历\n"),
];

/// The same put right; 贾勇 was in the list by mistake.
fn right() -> [(&'static str, String); 3] {
    let mut files = WRONG.map(|(name, text)| (name, text.to_string()));
    files[0].1 = files[0].1.replace("110198197502030049", "110198197502020043");
    files[1].1 = files[1].1.replace("88000000033", "88000000003");
    files[1].1 = files[1].1.lines().filter(|line| !line.contains("贾勇")).map(|line| format!("{line}\n")).collect();
    files[2].1 = files[2].1.replace("2025-11-10", "2026-11-10");
    files
}

fn put(office: &Office, files: &[(&str, impl AsRef<str>)]) {
    files.iter().for_each(|(name, text)| office.put(name, text.as_ref()));
}

/// What the index says of everybody: policies, premium, state of visits, by number and head.
fn index(office: &Office) -> BTreeMap<(String, String), (i64, String, String)> {
    let lines = office.index("2026-11").into_iter();
    lines.map(|(number, line)| ((number, line.head), (line.policies as i64, line.premium.to_string(), line.state))).collect()
}

fn told(office: &Office, words: &str) -> Vec<String> {
    office.problems().into_iter().filter(|line| line.contains(words)).collect()
}

#[test]
fn what_was_put_right_leaves_nothing_behind() {
    let office = Office::empty();
    put(&office, &WRONG);
    office.run();
    let numbers: BTreeMap<String, String> = index(&office).into_keys().map(|(number, head)| (head, number)).collect();

    put(&office, &right());
    office.run();
    assert_eq!(told(&office, "与这个月上一次运行时不一样").len(), 3, "{:?}", office.problems());
    let wrong = index(&office);
    assert_eq!(wrong[&(numbers["单强"].clone(), "单强".to_string())].0, 2, "the wrong policy is still there: {wrong:?}");

    let said = office.run_with(&REDO).stdout;
    assert!(said.contains("与本月开始时相比"), "{said}");
    let fresh = Office::empty();
    put(&fresh, &right());
    fresh.run();
    let (redone, want) = (index(&office), index(&fresh));
    assert!(redone.values().eq(want.values()), "{redone:?} is not {want:?}");
    for (number, head) in redone.keys() {
        assert_eq!(numbers[head], *number, "{head} kept the number");
    }
    assert_eq!(redone.len(), 3, "贾勇 is gone: {redone:?}");
    assert_eq!(told(&office, "这个月"), Vec::<String>::new());

    // Worked out once more, nothing moves; and an ordinary run after it finds no change.
    let before = office.workbooks("输出");
    office.run_with(&REDO);
    assert!(before == office.workbooks("输出"));
    let said = office.run().stdout;
    assert!(said.contains("与上次运行相比有 0 处变化"), "{said}");
    assert_eq!(index(&office), redone);
}

#[test]
fn earlier_months_stay() {
    let office = Office::empty();
    put(&office, &right());
    office.run_with(&["--as-of", "2026-10-31"]);
    put(&office, &WRONG);
    office.run();
    put(&office, &right());
    let said = office.run_with(&REDO).stdout;
    assert!(said.contains("与本月开始时（2026-10-31）相比有 0 处变化"), "{said}");
    // With nothing done in this month yet there is nothing to do again.
    let said = office.run_with(&["--as-of", "2026-12-31", "--redo"]).stdout;
    assert!(said.contains("与上次运行相比有 0 处变化"), "{said}");
}

#[test]
fn what_is_not_said_again_is_named() {
    let office = Office::empty();
    put(&office, &right());
    office.run();
    fs::remove_file(office.path("导入/拜访记录.csv")).expect("it was there");
    office.run_with(&REDO);
    let told = told(&office, "没有算进去");
    assert_eq!(told.len(), 1, "{:?}", office.problems());
    assert!(told[0].contains("拜访记录.csv") && told[0].contains("没有算进去"), "{told:?}");
}

/// A number given away stays given: whoever comes instead of somebody gets another one.
#[test]
fn the_number_of_somebody_who_is_gone_is_given_to_nobody() {
    let office = Office::empty();
    put(&office, &WRONG);
    office.run();
    let gone = index(&office).into_keys().find(|(_, head)| head == "贾勇").expect("he was there").0;
    let mut files = right();
    files[1].1 += "88000000005,贾敏,110198198805050029,贾敏,110198198805050029,安泰定期寿险,700,年交,有效,2021-07-01\n";
    put(&office, &files);
    office.run_with(&REDO);
    let hers = index(&office).into_keys().find(|(_, head)| head == "贾敏").expect("she is there").0;
    assert_ne!(gone, hers);
}
