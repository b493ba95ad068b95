//! The workbooks as Excel would open them: written, and read back with calamine.

use std::path::Path;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};

use super::example::{as_of, office, trouble};
use super::*;

type Book = Xlsx<std::io::BufReader<std::fs::File>>;

fn open(path: &Path) -> Book {
    open_workbook(path).expect("a workbook")
}

fn sheet(book: &mut Book, name: &str) -> Range<Data> {
    book.worksheet_range(name).expect("that sheet")
}

fn cell(range: &Range<Data>, row: u32, col: u32) -> Data {
    range.get_value((row, col)).cloned().unwrap_or(Data::Empty)
}

/// What stands in a cell, as words.
fn words(range: &Range<Data>, row: u32, col: u32) -> String {
    cell(range, row, col).to_string()
}

/// Column of a heading on a row.
#[track_caller]
fn column(range: &Range<Data>, row: u32, title: &str) -> u32 {
    let (_, last) = range.end().expect("a sheet with cells");
    let found = (0..=last).find(|col| words(range, row, *col).replace('\n', "") == title);
    found.unwrap_or_else(|| panic!("no column {title}"))
}

fn all(report: &MonthReport, findings: Findings<'_>, folder: &Path) -> Vec<Written> {
    place_all(draft_all(report, findings, folder), folder, false)
}

fn written(report: &MonthReport, many: u32) -> (tempfile::TempDir, Vec<Written>) {
    let folder = tempfile::tempdir().expect("a folder");
    let trouble = trouble(many);
    let written = all(report, trouble.findings(), folder.path());
    for one in &written {
        one.result.as_ref().expect("written");
    }
    (folder, written)
}

#[test]
fn every_output_is_there_and_named_safely() {
    let report = office(2, 4, 120);
    let (folder, written) = written(&report, 30);
    let paths: Vec<String> = written
        .iter()
        .map(|one| {
            let path = one.path.strip_prefix(folder.path()).expect("below the folder");
            path.to_string_lossy().replace('\\', "/")
        })
        .collect();
    assert_eq!(
        paths,
        [
            "索引卡.xlsx",
            "异常清单.xlsx",
            "异动清单.xlsx",
            "团队报表/营业一部.xlsx",
            "团队报表/营业二部-城东.xlsx",
            "家庭核对.xlsx"
        ]
    );
    for one in &written {
        assert!(one.cells > 10 && one.bytes > 5_000, "{one:?}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    // Large enough that a sheet is streamed.
    let report = office(2, 4, 2_500);
    let (one, files) = written(&report, 2_500);
    let (other, _) = written(&report, 2_500);
    for file in files {
        let path = file.path.strip_prefix(one.path()).expect("below the folder");
        let bytes = |folder: &Path| std::fs::read(folder.join(path)).expect("readable");
        assert!(bytes(one.path()) == bytes(other.path()), "{path:?}");
    }
}

#[test]
fn the_index_shows_every_household() {
    let report = office(2, 4, 120);
    let (_folder, files) = written(&report, 0);
    let mut book = open(&files[0].path);
    let names = book.sheet_names();
    assert_eq!(names[..2], ["目录", "全部客户"]);
    let agents = report.teams.iter().flat_map(|team| &team.agents);
    let serving = agents.filter(|agent| agent.households.total() > 0).count();
    assert_eq!(names.len(), 2 + serving);
    assert!(names.contains(&"无服务专员-营业二部-城东".to_string()), "{names:?}");
    assert!(names.contains(&"孙𠮷祥".to_string()));

    let everyone = sheet(&mut book, "全部客户");
    let need = column(&everyone, 2, "主要需求");
    let premium = column(&everyone, 2, "年交保费（元）");
    for (row, line) in (3..).zip(&report.index) {
        assert_eq!(cell(&everyone, row, 0), Data::String(line.household_no.to_string()));
        assert_eq!(words(&everyone, row, 1), *line.head);
        let tier = line.tier.map_or("未评级".to_string(), |tier| tier.title().to_string());
        assert_eq!(words(&everyone, row, 3), tier);
        assert_eq!(words(&everyone, row, need), *line.main_need);
        let yuan = cell(&everyone, row, premium);
        assert_eq!(yuan, Data::Float(line.annual_premium.to_yuan()));
    }
    // A need that begins with = is words.
    assert!(report.index.iter().any(|line| &*line.main_need == "=1+1"));

    let mut lines = 0;
    for name in &names[2..] {
        let range = sheet(&mut book, name);
        let (last, _) = range.end().expect("a sheet with cells");
        // An empty line, then the remarks.
        let first_blank = (3..=last).find(|row| cell(&range, *row, 0) == Data::Empty);
        lines += first_blank.unwrap_or(last) - 3;
    }
    assert_eq!(lines as usize, report.index.len());
}

#[test]
fn states_are_words_one_can_filter_by() {
    let report = office(1, 3, 300);
    let (_folder, files) = written(&report, 0);
    let mut book = open(&files[0].path);
    let everyone = sheet(&mut book, "全部客户");
    let state = column(&everyone, 2, "状态");
    let days = column(&everyone, 2, "逾期天数");
    let last = column(&everyone, 2, "最近拜访");
    let mut met = std::collections::BTreeSet::new();
    for (row, line) in (3..).zip(&report.index) {
        let word = words(&everyone, row, state);
        match line.overdue_days {
            Some(count) => {
                assert_eq!(word, "逾期");
                assert_eq!(cell(&everyone, row, days), Data::Float(count.into()));
            }
            None => assert_eq!(cell(&everyone, row, days), Data::Empty),
        }
        match (line.last_visit, cell(&everyone, row, last)) {
            (Some(day), Data::DateTime(shown)) => {
                assert_eq!(shown.as_datetime().map(|shown| shown.date()), Some(day));
            }
            (None, shown) => assert_eq!(shown.to_string(), "从未"),
            (Some(_), shown) => panic!("{shown:?}"),
        }
        met.insert(word);
    }
    let met: Vec<&str> = met.iter().map(String::as_str).collect();
    assert_eq!(met, ["从未拜访", "应访", "无法判断", "正常", "逾期"]);
}

#[test]
fn a_team_report_ties_with_its_figures() {
    let report = office(2, 4, 200);
    let (_folder, files) = written(&report, 0);
    for (team, file) in report.teams.iter().zip(&files[3..]) {
        let mut book = open(&file.path);
        assert_eq!(book.sheet_names(), ["月报", "专员对比", "逾期清单", "客户明细", "新增与流失"]);
        let front = sheet(&mut book, "月报");
        let title = words(&front, 0, 0);
        assert_eq!(title, format!("{} · 2026 年 11 月客户服务月报", team.team));
        assert_eq!(cell(&front, 4, 0), Data::Float(team.figures.households.total().into()));
        let recorded = cell(&front, 8, 8);
        match team.figures.visits_with_record_time {
            0 => assert_eq!(recorded, Data::String("—".to_string())),
            _ => assert!(matches!(recorded, Data::Float(share) if share <= 1.0)),
        }

        let comparison = sheet(&mut book, "专员对比");
        let (last, _) = comparison.end().expect("a sheet with cells");
        assert_eq!(words(&comparison, last, 0), "合计");
        let households: f64 = (4..last)
            .filter_map(|row| match cell(&comparison, row, 1) {
                Data::Float(count) => Some(count),
                _ => None,
            })
            .sum();
        assert_eq!(cell(&comparison, last, 1), Data::Float(households));

        let overdue = sheet(&mut book, "逾期清单");
        let mut before = (0, u32::MAX);
        for row in 3..3 + team.overdue.len() as u32 {
            let tier = words(&overdue, row, 0);
            let tier = "ABCD".find(&tier).unwrap_or(4);
            let Data::Float(days) = cell(&overdue, row, 1) else {
                panic!("no days on row {row}");
            };
            assert!(before.0 < tier || (before.0 == tier && before.1 >= days as u32));
            before = (tier, days as u32);
        }

        let detail = sheet(&mut book, "客户明细");
        let blocks = team.agents.iter().filter(|agent| agent.households.total() > 0);
        let (last, _) = detail.end().expect("a sheet with cells");
        assert_eq!(last as usize, 2 + blocks.count() + team.lines.len());
    }
}

#[test]
fn no_long_number_is_in_what_is_passed_around() {
    let report = office(1, 2, 20);
    let (_folder, files) = written(&report, 30);
    for file in &files {
        let mut book = open(&file.path);
        for name in book.sheet_names() {
            for (_, _, value) in sheet(&mut book, &name).used_cells() {
                if let Data::String(text) = value {
                    // Which policy changed must be told whole: it is looked up by its number.
                    if text.starts_with("P20268632") {
                        continue;
                    }
                    assert_eq!(mask_numbers(text), *text, "{name}");
                }
            }
        }
    }
}

#[test]
fn the_problem_list_leads_to_the_cells() {
    let (_folder, files) = written(&office(1, 2, 20), 30);
    let mut book = open(&files[1].path);
    assert_eq!(book.sheet_names(), ["总览", "汇总", "明细"]);
    let detail = sheet(&mut book, "明细");
    let found = column(&detail, 2, "内容");
    let ours = (3..).find(|row| words(&detail, *row, 4) == "证件号码");
    let ours = ours.expect("an ID card");
    assert!(cell(&detail, ours, found).to_string().starts_with("110105********00"));
    let xml = part(&files[1].path, "xl/worksheets/_rels/sheet3.xml.rels");
    assert!(xml.contains("Target=\"../../导入/2026-11/保单清单（总公司）.xlsx\" TargetMode=\"External\""));
    assert!(!xml.contains('#'), "a file with # in its name has no link");
    let xml = part(&files[1].path, "xl/worksheets/sheet3.xml");
    assert!(xml.contains("location=\"'三月 ''A'''!D2\""), "{xml}");
    // Notes come last.
    let severity: Vec<String> = (3..).map(|row| words(&detail, row, 0)).take_while(|word| !word.is_empty()).collect();
    let first_note = severity.iter().position(|word| word == "仅供知晓");
    let notes = &severity[first_note.expect("a note")..];
    assert!(notes.iter().all(|word| word == "仅供知晓"));

    let groups = sheet(&mut book, "汇总");
    assert_eq!(words(&groups, 3, 0), "要紧");
    let overview = sheet(&mut book, "总览");
    let words: Vec<String> = overview.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(words.iter().any(|word| word == "不平：差 5"));
    assert!(words.iter().any(|word| word == "平"));
}

#[test]
fn nothing_wrong_is_said_too() {
    let mut nothing = trouble(0);
    nothing.problems = Problems::default();
    nothing.sheets.truncate(1);
    nothing.stages.clear();
    let folder = tempfile::tempdir().expect("a folder");
    let mut empty = office(1, 1, 0);
    empty.visit_rules.clear();
    let files = all(&empty, nothing.findings(), folder.path());
    for file in &files {
        file.result.as_ref().expect("written");
    }
    let mut book = open(&files[1].path);
    let overview = sheet(&mut book, "总览");
    let words: Vec<String> = overview.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(words.iter().any(|word| word == "没有需要处理的问题"));
}

#[test]
fn changes_are_counted_and_told_one_by_one() {
    let (_folder, files) = written(&office(1, 1, 5), 30);
    let mut book = open(&files[2].path);
    let groups = sheet(&mut book, "汇总");
    let line = |row: u32| (0..3).map(|col| words(&groups, row, col)).collect::<Vec<_>>().join(" ");
    assert_eq!([line(4), line(5), line(6), line(7)], ["户 新增 1", "人 手机 1", "保单 保单状态 28", "合计  30"]);
    let detail = sheet(&mut book, "明细");
    let line = |row: u32| (0..5).map(|col| words(&detail, row, col)).collect::<Vec<_>>().join(" ");
    assert_eq!(line(3), "户 W0001 新增  新记录");
    assert_eq!(line(4), "人 王伟 手机 154****1234 （空）");
    assert_eq!(line(5), "保单 P20268632000002 保单状态 有效-交费中 宽限");
}

#[test]
fn no_change_is_said_too() {
    let mut nothing = trouble(0);
    nothing.changes.clear();
    let folder = tempfile::tempdir().expect("a folder");
    let files = all(&office(1, 1, 5), nothing.findings(), folder.path());
    let mut book = open(&files[2].path);
    assert!(words(&sheet(&mut book, "汇总"), 1, 0).contains("本次没有变化"));
    assert_eq!(words(&sheet(&mut book, "明细"), 3, 0), "本次没有变化");
}

#[test]
fn beyond_the_limit_the_rest_is_counted() {
    let trouble = trouble(50);
    let list = problem_list::ProblemList {
        office: "",
        as_of: as_of(),
        problems: &trouble.problems,
        sources: &trouble.sources,
        sheets: &[],
        stages: &[],
        paths: &trouble.paths,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("异常清单.xlsx");
    let (draft, _) = problem_list::write_at_most(&list, &path, 20).expect("written");
    draft.place().expect("placed");
    let mut book = open(&path);
    let detail = sheet(&mut book, "明细");
    let left_out = trouble.problems.len() - 20;
    let said = format!("另有 {left_out} 处没有列出");
    assert!(words(&detail, 1, 0).starts_with(&said));
    assert!(words(&detail, 23, 0).starts_with(&said));
    // The urgent ones are all there.
    let urgent = (3..23).filter(|row| words(&detail, *row, 0) == "要紧");
    let all = trouble.problems.iter();
    let all = all.filter(|problem| problem.code.severity() == crate::problem::Severity::Urgent);
    assert_eq!(urgent.count(), all.count().min(20));
}

#[test]
fn widths_fit_chinese_and_pages_are_set_up() {
    let (_folder, files) = written(&office(2, 4, 120), 5);
    let xml = part(&files[0].path, "xl/worksheets/sheet2.xml");
    let widths: Vec<f64> =
        xml.split("<col ").skip(1).filter_map(|col| col.split("width=\"").nth(1)?.split('"').next()?.parse().ok()).collect();
    // 户主 holds names of nine characters, and is as wide as it may be.
    assert!(widths[1] > 15.0, "{widths:?}");
    assert!(widths.iter().all(|width| *width < 45.0), "{widths:?}");
    assert!(xml.contains("<pageSetup paperSize=\"9\" "));
    assert!(xml.contains("orientation=\"landscape\""));
    assert!(xml.contains("fitToHeight=\"0\""));
    assert!(xml.contains("第 &amp;P 页，共 &amp;N 页"));
    assert!(xml.contains("topLeftCell=\"C4\""), "number and name stay in sight");
    assert!(xml.contains("<autoFilter ref=\"A3:O123\"/>"));
    let names = part(&files[0].path, "xl/workbook.xml");
    assert!(names.contains("_xlnm.Print_Titles"));
}

#[test]
fn a_target_that_cannot_be_replaced_does_not_stop_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("索引卡.xlsx")).expect("a folder in the way");
    let trouble = trouble(3);
    let files = all(&office(1, 2, 20), trouble.findings(), folder.path());
    assert!(files[0].result.is_err());
    assert!(files[1..].iter().all(|file| file.result.is_ok()));
}

#[test]
fn twenty_thousand_households_and_fifty_agents() {
    let report = office(5, 10, 20_000);
    let (_folder, files) = written(&report, 1_000);
    let mut book = open(&files[0].path);
    // More lines than a sheet holds in tests go on on another.
    let first = sheet(&mut book, "全部客户");
    let second = sheet(&mut book, "全部客户(2)");
    let number = |line: usize| report.index[line].household_no.to_string();
    assert_eq!(words(&first, 3, 0), number(0));
    assert_eq!(words(&first, 15_002, 0), number(14_999));
    assert_eq!(words(&second, 3, 0), number(15_000));
    assert_eq!(words(&second, 5_002, 0), number(19_999));
}

#[test]
fn no_household_is_lost_where_a_team_needs_two_sheets() {
    let report = office(1, 3, 16_000);
    let (_folder, files) = written(&report, 0);
    let mut book = open(&files[3].path);
    let names = book.sheet_names();
    assert!(names.contains(&"客户明细(2)".to_string()), "{names:?}");
    let mut numbers = std::collections::BTreeSet::new();
    for name in names.iter().filter(|name| name.starts_with("客户明细")) {
        let range = sheet(&mut book, name);
        let (last, _) = range.end().expect("a sheet with cells");
        // Headings of blocks have nothing in the second column.
        let lines = (3..=last).filter(|row| cell(&range, *row, 1) != Data::Empty);
        numbers.extend(lines.map(|row| words(&range, row, 0)));
    }
    assert_eq!(numbers.len(), report.index.len());
}

/// One part of a workbook, unpacked.
fn part(path: &Path, name: &str) -> String {
    let file = std::fs::File::open(path).expect("a file");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let mut part = archive.by_name(name).expect("that part");
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut part, &mut xml).expect("UTF-8");
    xml
}

/// For looking at: `FUWUKA_LOOK=folder cargo test look_at_it -- --ignored`.
#[test]
#[ignore = "writes where it is told, to be looked at"]
fn look_at_it() {
    let folder = std::env::var("FUWUKA_LOOK").expect("FUWUKA_LOOK says where");
    let trouble = trouble(30);
    for file in all(&office(2, 4, 120), trouble.findings(), Path::new(&folder)) {
        file.result.expect("written");
    }
}

/// For measuring: `FUWUKA_LINES=95000 cargo test --release measure -- --ignored --nocapture`.
#[test]
#[ignore = "takes long"]
fn measure() {
    let number = |name: &str, otherwise| std::env::var(name).map_or(otherwise, |value| value.parse().expect("a number"));
    let report = office(20, number("FUWUKA_AGENTS", 800) / 20, number("FUWUKA_LINES", 95_000));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("索引卡.xlsx");
    let start = std::time::Instant::now();
    let (draft, cells) = index::write(&report, &path).expect("written");
    println!("index: {} bytes, {cells} cells, {:?}", draft.bytes, start.elapsed());
    if std::env::var("FUWUKA_ALL").is_ok() {
        let trouble = trouble(number("FUWUKA_TROUBLE", 100_000) as u32);
        let start = std::time::Instant::now();
        let files = all(&report, trouble.findings(), folder.path());
        println!("all {}: {:?}", files.len(), start.elapsed());
    }
}

#[test]
fn families_to_check_ask_and_mask() {
    let report = office(1, 1, 5);
    let (_folder, files) = written(&report, 0);
    let families = files.last().expect("the last one");
    let mut book = open(&families.path);
    let page = sheet(&mut book, "家庭核对");
    assert!(words(&page, 1, 0).contains("共 6 对：3 对已算一户，3 对算两户"), "{}", words(&page, 1, 0));
    let line: Vec<String> = (0..11).map(|col| words(&page, 6, col)).collect();
    let want = ["两户", "L0001-1", "李娜", "110198********0036", "W0001-1", "王伟", "", "赵敏"];
    assert_eq!(line[..8], want);
    let xml = part(&families.path, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("sqref=\"K7:K12\"") && xml.contains("合并,拆开,不变"), "a drop-down on every line");
}
