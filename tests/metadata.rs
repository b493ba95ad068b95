//! What stands outside the rows of a list and counts for them: who serves these clients, in which team, in which unit
//! its sums are, which day it stands for.

#[path = "common/office.rs"]
mod office;
#[path = "common/reading.rs"]
mod reading;

use fuwuka::model::list::{Kind, List, Slot};
use fuwuka::problem::Code;
use fuwuka::templates::fields::Field;
use office::Office;
use reading::{Found, Inbox, Sheet, csv, shown, xlsx};

const ROWS: &str = "姓名|手机|地址\n王伟|16800000001|某路1号\n王芳|16800000002|某路2号";

/// A list of two clients below these lines: who serves them, and the numbers of the problems.
#[track_caller]
fn above(lines: &str, agent: &str, codes: &[&str]) -> Found {
    let found = csv(&format!("{lines}\n{ROWS}"));
    let names = ["服务专员", "业务员"].into_iter().zip([Field::AGENT, Field::SELLER]);
    let said: Vec<String> = names
        .filter_map(|(title, field)| match found.values(field).as_slice() {
            [] => None,
            [one, other] if one == other => Some(format!("{title}{one}")),
            others => panic!("{others:?}"),
        })
        .collect();
    assert_eq!(said.join(" "), agent, "{lines}");
    assert_eq!(found.codes(), codes, "{lines}: {:?}", found.problems);
    found
}

#[test]
fn who_serves_the_clients_may_be_said_above_them() {
    let told = &["S223"];
    for line in [
        "服务专员：何伟",
        "客户清单\n|服务专员：|何伟",
        "客户清单（服务专员：何伟）",
        "服务专员|何伟",
        "服务专员 何伟",
        "统计人：孔岚   统计起止期：2026-11-01至2026-11-30   服务专员：何 伟   客户数：2",
        "# 服务专员：何伟",
        "服务专员：何伟（离职）",
        "制表人：孔岚||服务专员：何伟||复核：周晓梅",
        "服务专员：何伟   共 2 户",
    ] {
        above(line, "服务专员何伟", told);
    }
    above("业务员:何伟", "业务员何伟", told);
    above("代理人姓名：|何伟", "业务员何伟", told);
}

#[test]
fn code_telephone_team_and_office_come_with_the_name() {
    let values = |found: &Found, field| found.values(field).first().cloned().unwrap_or_default();
    for line in [
        "业务员：何伟（0086320102）",
        "业务员：何伟 工号：0086320102",
        "业务员：|何伟|工号：|0086320102",
        "业务员：0086320102 何伟",
    ] {
        let found = csv(&format!("{line}\n{ROWS}"));
        assert_eq!(
            (values(&found, Field::SELLER), values(&found, Field::SELLER_CODE)),
            ("何伟".into(), "0086320102".into())
        );
    }
    let found =
        csv(&format!("管理机构：863201   营业部：营业一部   主管：孔岚\n服务专员：何伟   电话：16455500206\n{ROWS}"));
    assert_eq!(values(&found, Field::ORG_CODE), "863201");
    assert_eq!(values(&found, Field::TEAM), "营业一部");
    assert_eq!(values(&found, Field::SUPERVISOR), "孔岚");
    assert_eq!(values(&found, Field::AGENT_PHONE), "16455500206");
    assert_eq!(found.values(Field::PHONE), ["16800000001", "16800000002"], "an agent's telephone is no client's");
}

/// Who made or checked the sheet serves nobody; what is no name of one person is not used, and told.
#[test]
fn what_names_nobody_is_not_used() {
    for line in [
        "制表人：何伟",
        "指标人:何伟",
        "统计人：|何伟",
        "复核：何伟  审核：孔岚",
        "服务专员：",
        "服务专员：无",
        "何伟客户清单",
    ] {
        let found = csv(&format!("{line}\n{ROWS}"));
        assert!(found.values(Field::AGENT).is_empty() && found.problems.is_empty(), "{line}: {:?}", found.problems);
    }
    for line in [
        "服务专员：何伟、傅雪",
        "服务专员：全部",
        "服务专员：合计",
        "服务专员：营业一部",
        "服务专员：何*",
        "业务员：各业务员",
        "服务专员：填写姓名",
    ] {
        above(line, "", &["S224"]);
    }
    above("服务专员：何伟\n服务专员：傅雪", "", &["S224"]);
    above("服务专员：何伟接手人：傅雪", "", &[]);
}

/// A row's own word counts, also where it is not understood; lists of a team hold other agents.
#[test]
fn rows_that_speak_for_themselves_are_left_alone() {
    let found = csv("服务专员：何伟   团队：营业一部
姓名|手机|服务专员|团队
王伟|16800000001|傅雪|
王芳|16800000002||营业二部
王强|16800000003|无|");
    assert_eq!(found.values(Field::AGENT), ["傅雪", "何伟", ""]);
    assert_eq!(found.values(Field::TEAM), ["营业一部", "营业二部", "营业一部"]);
    assert_eq!(found.codes(), ["S223", "S223"]);
    let list = found.list();
    let agents = list.column(Slot::of(Field::AGENT)).unwrap();
    let places: Vec<String> = (0..3).map(|row| list.cell(row, agents).address()).collect();
    assert_eq!(places, ["C3", "A1", "C5"], "each value says where it stands");
    // The seller of the row is its agent; a title does not make another one.
    let sold = csv("服务专员：何伟\n姓名|手机|业务员\n王伟|16800000001|傅雪\n王芳|16800000002|");
    assert_eq!(
        (sold.values(Field::SELLER), sold.values(Field::AGENT)),
        (vec!["傅雪".into(), "".into()], vec!["".into(), "何伟".into()])
    );
}

/// The code above a list belongs to its agent, not to the others in it.
#[test]
fn a_code_goes_with_its_name() {
    let found = csv(
        "服务专员：何伟  工号：0086320102\n姓名|手机|服务专员\n王伟|16800000001|傅雪\n王芳|16800000002|何伟\n王强|16800000003|",
    );
    assert_eq!(found.values(Field::AGENT_CODE), ["", "0086320102", "0086320102"]);
}

/// One sheet, the clients of one agent after those of another, each under its line or under a page's title.
#[test]
fn what_is_said_between_the_rows_counts_for_those_below() {
    let found = csv("姓名|手机|地址
服务专员：何伟
王伟|16800000001|某路1号
王芳|16800000002|某路2号
服务专员：傅雪||共 1 户
王强|16800000003|某路3号");
    assert_eq!(found.values(Field::AGENT), ["何伟", "何伟", "傅雪"]);
    assert_eq!(found.list().rows, [3, 4, 6]);
    let pages = csv("客户清单|服务专员：何伟
姓名|手机|地址
王伟|16800000001|某路1号
客户清单|服务专员：傅雪
姓名|手机|地址
王芳|16800000002|某路2号");
    assert_eq!(pages.values(Field::AGENT), ["何伟", "傅雪"]);
    let list = pages.list();
    let agents = list.column(Slot::of(Field::AGENT)).unwrap();
    assert_eq!([0, 1].map(|row| list.cell(row, agents).address()), ["B1", "B4"]);
    let totals = &found.lists.totals[0];
    assert_eq!((totals.read, totals.kept, totals.passed_over), (5, 3, 2));
}

/// Lines that may belong to the rows above them or to those below are not guessed.
#[test]
fn a_line_between_the_rows_that_may_mean_either_is_told() {
    let found = csv("姓名|手机|地址
王伟|16800000001|某路1号
服务专员：何伟
王芳|16800000002|某路2号
服务专员：傅雪");
    assert!(found.values(Field::AGENT).is_empty());
    assert_eq!(found.codes(), ["S224"]);
}

#[test]
fn it_may_be_said_below_and_beside() {
    let below = csv(&format!("{ROWS}\n\n服务专员：|何伟||营业部：营业一部\n制表人：孔岚||主管：周晓梅"));
    assert_eq!(below.values(Field::AGENT), ["何伟", "何伟"]);
    assert_eq!(below.values(Field::TEAM), ["营业一部", "营业一部"]);
    assert!(below.values(Field::SUPERVISOR).is_empty(), "who signs beside 制表人 only signs");
    assert_eq!(below.list().len(), 2);
    let beside =
        csv("姓名|手机|地址|||\n王伟|16800000001|某路1号||服务专员：|何伟\n王芳|16800000002|某路2号||团队：营业一部|");
    assert_eq!(beside.values(Field::AGENT), ["何伟", "何伟"]);
    assert_eq!(beside.values(Field::TEAM), ["营业一部", "营业一部"]);
    assert_eq!(beside.codes(), ["S223", "S223"], "no column without a heading is told");
    let in_heading = csv("姓名|手机|地址||服务专员：何伟\n王伟|16800000001|某路1号||");
    assert_eq!(in_heading.values(Field::AGENT), ["何伟"]);
    assert_eq!(in_heading.codes(), ["S223"]);
}

/// What stands over the second of two lists is said of that one, its unit too.
#[test]
fn what_stands_between_two_lists_is_said_of_the_one_below() {
    let found = csv("姓名|手机|家庭年收入
王伟|16800000001|300000
王芳|16800000002|200000
服务专员：傅雪||单位：万元
保单号|投保人|险种|保额
P20110001001|王伟|定期寿险|20");
    let [clients, policies] = &found.lists.lists[..] else { panic!("{:?}", found.problems) };
    assert_eq!(shown(clients, Slot::of(Field::ANNUAL_INCOME)), ["300000", "200000"]);
    assert!(agents(clients).is_empty());
    assert_eq!(
        (agents(policies), shown(policies, Slot::of(Field::SUM_ASSURED))),
        (vec!["傅雪".into()], vec!["200000".into()])
    );
}

/// A row of a list is a row, though there is a colon in it.
#[test]
fn rows_with_colons_are_rows() {
    let found = csv("拜访日期|客户姓名|内容
2026-11-02 10:30|王伟|服务专员：何伟陪访
2026-11-03|王芳|业务员：满意");
    assert_eq!(found.list().len(), 2);
    assert!(found.values(Field::AGENT).is_empty());
}

/// What is said of a list of agents is their team, never their name.
#[test]
fn a_list_of_agents_keeps_its_agents() {
    let found = csv("营业部：营业一部  业务员：何伟\n业务员姓名|工号|主管\n傅雪|0086320102|孔岚\n周晓梅|0086320103|孔岚");
    assert_eq!(found.list().kind, Kind::Organisation);
    assert_eq!(found.values(Field::SELLER), ["傅雪", "周晓梅"]);
    assert_eq!(found.values(Field::TEAM), ["营业一部", "营业一部"]);
}

#[test]
fn the_unit_of_sums_is_found_wherever_it_stands() {
    let heading = "保单号|投保人|险种|保额|年交保费（元）|业务员|电话|主管|电话";
    let row = "P20110001001|王伟|定期寿险|20|1200|傅雪|16455500206|孔岚|16455500207";
    for (lines, merges) in [
        ("|||||||单位：万元", &[][..]),
        ("保单清单\n管理机构：8632      统计期间：2026-11-01至2026-11-30      单位：万元", &[(1, 0, 1, 8)]),
        ("制表：何伟|||单位：|万元", &[]),
        ("保单清单\n（万元）", &[]),
        ("注：表中金额以万元为单位", &[]),
        ("保额单位：万元，保费单位：元", &[]),
    ] {
        let found = xlsx(&format!("{lines}\n{heading}\n{row}"), merges);
        assert_eq!(found.values(Field::SUM_ASSURED), ["200000"], "{lines}");
        assert_eq!(found.values(Field::ANNUAL_PREMIUM), ["1200"], "its own unit counts: {lines}");
    }
    let thousand = csv("单位：千元\n保单号|投保人|保费\nP20110001001|王伟|1.2");
    assert_eq!(thousand.values(Field::PREMIUM), ["1200"]);
    let beside = csv("保单号|投保人|保额||单位：万元\nP20110001001|王伟|20||");
    assert_eq!(beside.values(Field::SUM_ASSURED), ["200000"]);
    let below = csv("保单号|投保人|保额\nP20110001001|王伟|20\n\n注：单位为万元");
    assert_eq!(below.values(Field::SUM_ASSURED), ["200000"]);
}

/// Below a long list the unit comes too late: its sums are not guessed.
#[test]
fn a_unit_below_a_long_list_is_told() {
    let mut table = "保单号|投保人|保额|保费（元）\n".to_string();
    (0..60).for_each(|row| table += &format!("P201100010{row:02}|王伟|20|1200\n"));
    let found = csv(&format!("{table}注：单位为万元"));
    assert!(found.values(Field::SUM_ASSURED).iter().all(String::is_empty));
    assert!(found.values(Field::PREMIUM).iter().all(|sum| sum == "1200"));
    assert_eq!(found.codes(), ["R302", "V406"]);
    assert_eq!(found.originals().iter().filter(|(_, column, text)| (*column, text.as_str()) == (2, "20")).count(), 60);
    let yuan = csv(&format!("{table}注：保费单位为元"));
    assert!(yuan.values(Field::SUM_ASSURED).iter().all(|sum| sum == "20"));
}

#[test]
fn the_day_of_a_list_stands_above_it_in_its_name_or_below_it() {
    let date = |found: Found| found.list().date.map(|date| date.to_string()).unwrap_or_default();
    assert_eq!(date(csv(&format!("制表日期：|2026-11-18\n{ROWS}"))), "2026-11-18");
    assert_eq!(date(csv(&format!("# 应收月份：2026年11月\n{ROWS}"))), "2026-11-30");
    assert_eq!(date(csv(&format!("{ROWS}\n制表时间:2026-11-18"))), "2026-11-18");
    let named = Inbox::new().csv("客户清单_202610.csv", &format!("{ROWS}\n制表时间:2026-11-18")).read();
    assert_eq!(date(named), "2026-10-31", "the month it is for before the day it was printed");
    let serial = xlsx(&format!("统计截止：|number 46356\n{ROWS}"), &[]);
    assert_eq!(date(serial), "", "a bare number is no day");
}

fn agents(list: &List) -> Vec<String> {
    shown(list, Slot::of(Field::AGENT))
}

/// The name of a sheet or a file says whose clients these are where it is that of a known agent.
#[test]
fn a_sheet_or_a_file_named_after_an_agent() {
    let organisation = "团队|业务员姓名|工号\n营业一部|何伟|0086320102\n营业一部|傅雪|0086320103";
    let sheet = |name| Sheet { name, table: ROWS, merges: &[] };
    let found = Inbox::new()
        .csv("团队架构.csv", organisation)
        .xlsx("客户.xlsx", &[sheet("何伟"), sheet("傅雪（2）"), sheet("孔岚"), sheet("11月")])
        .csv("何伟_客户清单.csv", ROWS)
        .csv("何伟和傅雪.csv", &ROWS.replace("王", "李"))
        .read();
    let of: Vec<Vec<String>> = found.lists.lists[1..].iter().map(agents).collect();
    let (he, fu) = (vec!["何伟".to_string(); 2], vec!["傅雪".to_string(); 2]);
    assert_eq!(of, [he.clone(), fu, Vec::new(), Vec::new(), he, Vec::new()]);
    assert_eq!(found.with(Code::SaidOnce).count(), 3);
    // Known to nobody, or the name of the client: not used.
    let alone = Inbox::new().csv("何伟_客户清单.csv", ROWS).read();
    assert!(agents(alone.list()).is_empty());
    let client = Inbox::new().csv("团队架构.csv", organisation).csv("何伟.csv", &ROWS.replace("王伟", "何伟")).read();
    assert!(agents(&client.lists.lists[0]).is_empty());
    // Rows that name somebody name all that is known.
    let own = Inbox::new().csv("何伟.csv", "姓名|手机|服务专员\n王伟|16800000001|何伟\n王芳|16800000002|").read();
    assert_eq!(agents(own.list()), ["何伟", ""]);
}

/// `inspect` shows what was found and what it was used for.
#[test]
fn inspect_shows_what_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("清单.csv");
    let table = "清单,,单位：万元\n服务专员：,何伟,制表日期：2026-11-18\n营业部：营业一部,,\n保单号,投保人,保额,营业部\nP20110001001,王伟,20,营业二部\n";
    std::fs::write(&path, table).unwrap();
    let input = fuwuka::input::Input::new(path, "清单.csv".to_string());
    let templates = fuwuka::templates::Templates::builtin();
    let files = fuwuka::inspect::inspect(&[input], &templates);
    let text = files[0].to_text();
    for line in [
        "    单位 万元 ← C1 标题上方“单位：万元”，用在 保额\n",
        "    服务专员 何伟 ← B2 标题上方“服务专员：何伟”，用在 1 行\n",
        "    日期 2026-11-18 ← C2 标题上方“制表日期：2026-11-18”\n",
        "    团队 营业一部 ← A3 标题上方“营业部：营业一部”，各行自己都写着\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    let sheet = &files[0].sheets[0];
    assert_eq!((sheet.cells_present, sheet.cells_understood), (4, 4), "what is said once is no cell of a row");
    assert_eq!(sheet.columns.len(), 4);
    let json = serde_json::to_value(&files).unwrap();
    assert_eq!(json[0]["sheets"][0]["said"][1]["value"], "何伟");
}

/// A unit over several columns, and one in the heading of each.
#[test]
fn the_unit_of_a_group_is_that_of_its_columns() {
    let found = xlsx(
        "单位：千元||||\n保单||金额（万元）||\n保单号|投保人|保额|年交保费|首期保费(元)\nP20110001001|王伟|20|0.12|1200",
        &[(1, 0, 1, 1), (1, 2, 1, 4)],
    );
    let values = |field| found.values(field);
    assert_eq!((values(Field::SUM_ASSURED), values(Field::ANNUAL_PREMIUM)), (vec!["200000".into()], vec!["1200".into()]));
}

/// From the line above a list to the agent's book of cards, the team's report and the sheet in the index; the household
/// keeps what its own row says.
#[test]
fn a_run_gives_the_clients_to_the_agent_above_their_list() {
    let office = Office::empty();
    let list = "客户清单,,,,\n服务专员：何伟,,营业部：营业一部,,制表人：孔岚\n客户姓名,证件号码,手机,服务专员,营业部\n\
                王伟,110198198001010036,15412345678,,\n曾红,110198197502020043,15400000002,,\n单强,110198199003030051,15400000003,傅雪,营业二部\n";
    office.put("导入/客户.csv", list);
    office.run().ended(0);
    let index = office.index("2026-11").into_values();
    let agents: Vec<(String, String)> = index.map(|household| (household.head, household.agent)).collect();
    let pair = |head: &str, agent: &str| (head.to_string(), agent.to_string());
    for (head, agent) in [("王伟", "何伟"), ("曾红", "何伟"), ("单强", "傅雪")] {
        assert!(agents.contains(&pair(head, agent)), "{head}: {agents:?}");
    }
    let files = office.files("输出/2026-11");
    for name in ["客户服务卡/何伟.xlsx", "客户服务卡/傅雪.xlsx", "团队报表/营业一部.xlsx", "团队报表/营业二部.xlsx"]
    {
        assert!(files.contains_key(name), "{name}");
    }
    let told: Vec<String> = office.problems().into_iter().filter(|line| line.contains("用在 2 行上")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
}
