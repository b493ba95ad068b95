//! 异常清单.xlsx: what is wrong in the data, where, what to do, and what became of the row; and the control
//! totals that show nothing was lost on the way.
//!
//! The list goes from hand to hand, so numbers of 11 digits and more are masked in it. Whoever mends the data
//! opens the file itself: every line leads to the cell.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rust_xlsxwriter::XlsxError;
use rustc_hash::FxHashMap;

use super::mask::mask_numbers;
use super::save::{self, Draft, SaveError};
use super::sheet::{Book, MOST_LINKS, STREAM_FROM, Sheet, inside, outside};
use super::style::{Kind, PageLabel, Paper, Tone};
use super::table::{Column, Shown, Table, Value, height, lines_needed};
use crate::model::report::{SheetTotals, StageTotal};
use crate::problem::{Code, Group, Outcome, Place, Problem, Problems, Severity, Source, Sources};

/// Lines in 明细. Beyond this nobody reads on, and the groups say the same in fewer words.
const MOST_LINES: usize = 200_000;

/// Characters shown of what stood in a cell; the rest is where the link leads.
const MOST_FOUND: usize = 200;

/// 总览 of no more rows than this still reads well on one page.
const ONE_PAGE: u32 = 40;

const OVERVIEW: &str = "总览";
const GROUPS: &str = "汇总";
const DETAIL: &str = "明细";

const SEVERITIES: [(Severity, &str); 3] = [
    (Severity::Urgent, "本月的数字因此缺了数据，请先处理"),
    (Severity::Check, "有的值缺失或可疑，请对照原件"),
    (Severity::Note, "只作记录，不用处理"),
];

/// What the problem list is made of.
#[derive(Clone, Copy)]
pub struct ProblemList<'a> {
    /// Name of the office; may be empty.
    pub office: &'a str,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// All problems, sorted.
    pub problems: &'a Problems,
    /// The sheets they are in.
    pub sources: &'a Sources,
    /// Control totals of each input sheet.
    pub sheets: &'a [SheetTotals],
    /// Control totals of each stage.
    pub stages: &'a [StageTotal],
    /// For each input file its path as seen from the folder of the list, with `/`; no link for a file that is
    /// not here.
    pub paths: &'a BTreeMap<String, String>,
}

/// Writes the list for `target`, with how many cells.
pub fn write(list: &ProblemList<'_>, target: &Path) -> Result<(Draft, u64), SaveError> {
    write_at_most(list, target, MOST_LINES)
}

/// The same with at most so many lines in 明细.
pub fn write_at_most(list: &ProblemList<'_>, target: &Path, most_lines: usize) -> Result<(Draft, u64), SaveError> {
    let book = fill(list, most_lines).map_err(|error| SaveError::of_workbook(target, error))?;
    let (mut workbook, cells) = book.finish();
    Ok((save::draft(&mut workbook, target)?, cells))
}

fn fill<'a>(list: &ProblemList<'a>, most_lines: usize) -> Result<Book<'a>, XlsxError> {
    let mut book = Book::new(PageLabel { office: list.office, what: "异常清单", as_of: list.as_of })?;
    let groups = list.problems.groups(list.sources);
    let shown = lines_to_show(list.problems, most_lines);
    overview_sheet(&mut book, list, &groups)?;
    group_sheet(&mut book, list, &groups, &shown)?;
    detail_sheet(&mut book, list, &shown)?;
    Ok(book)
}

/// Indices of the problems to list: what asks for something in the order of sheets, then the notes. When there
/// are too many, the least serious are left out first.
fn lines_to_show(problems: &Problems, most: usize) -> Vec<usize> {
    let severity = |index: &usize| problems.at(*index).code.severity();
    let order = |index: &usize| {
        let problem = problems.at(*index);
        (problem.place, problem.code, *index)
    };
    let mut shown: Vec<usize> = (0..problems.len()).collect();
    if shown.len() > most {
        shown.sort_unstable_by_key(|index| (severity(index), order(index)));
        shown.truncate(most);
    }
    shown.sort_unstable_by_key(|index| (severity(index) == Severity::Note, order(index)));
    shown
}

fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Urgent => Tone::Alarm,
        Severity::Check => Tone::Due,
        Severity::Note => Tone::Faint,
    }
}

fn severity(code: Code) -> Shown<'static> {
    Shown::centre(code.severity().title()).tone(severity_tone(code.severity()))
}

/// `「三月」D2、D3、「四月」D5`.
fn places(sources: &Sources, places: &[Place]) -> String {
    let mut said = String::new();
    let mut last: Option<&Source> = None;
    for place in places {
        let source = sources.get(place.source);
        let address = place.address();
        let new_sheet = last.is_none_or(|last| last.sheet != source.sheet);
        if last.is_some() && (new_sheet || !address.is_empty()) {
            said.push('、');
        }
        if new_sheet && !source.sheet.is_empty() {
            said.push_str(&format!("「{}」", source.sheet));
        }
        said.push_str(&address);
        last = Some(source);
    }
    said
}

// 总览.

fn totals_columns() -> Vec<Column<SheetTotals>> {
    vec![
        Column::new("平不平", (12.0, 24.0), |sheet: &SheetTotals| tie(sheet_difference(sheet))),
        Column::new("文件", (24.0, 40.0), |sheet| Shown::text(&*sheet.file)),
        Column::new("工作表", (10.0, 20.0), |sheet| Shown::text(&*sheet.sheet)),
        Column::new("当作", (12.0, 18.0), |sheet| Shown::text(&*sheet.kind)),
        Column::new("有内容\n的行", (10.0, 12.0), |sheet| Shown::count(sheet.read)),
        Column::new("收入", (9.0, 12.0), |sheet| Shown::count_or_dash(sheet.kept)),
        Column::new("重复", (9.0, 12.0), |sheet| Shown::count_or_dash(sheet.repeated)),
        Column::new("暂存", (9.0, 12.0), |sheet| {
            let shown = Shown::count_or_dash(sheet.set_aside);
            if sheet.set_aside > 0 { shown.tone(Tone::Due) } else { shown }
        }),
        Column::new("跳过", (9.0, 12.0), |sheet| Shown::count_or_dash(sheet.passed_over)),
        Column::new("保费（元）", (14.0, 20.0), |sheet| match sheet.premium {
            Some(premium) => Shown::money(premium),
            None => Shown::text(""),
        }),
    ]
}

/// Rows read less the rows whose fate is known.
fn sheet_difference(sheet: &SheetTotals) -> i64 {
    let known = sheet.kept + sheet.repeated + sheet.set_aside + sheet.passed_over;
    sheet.read as i64 - known as i64
}

fn tie(difference: i64) -> Shown<'static> {
    match difference {
        0 => Shown::centre("平").tone(Tone::Good),
        difference => Shown::centre(format!("不平：差 {difference}")).tone(Tone::Alarm),
    }
}

fn overview_sheet(book: &mut Book<'_>, list: &ProblemList<'_>, groups: &[Group]) -> Result<(), XlsxError> {
    let mut sums = SheetTotals { file: "合计".into(), ..SheetTotals::default() };
    for sheet in list.sheets {
        sums.read += sheet.read;
        sums.kept += sheet.kept;
        sums.repeated += sheet.repeated;
        sums.set_aside += sheet.set_aside;
        sums.passed_over += sheet.passed_over;
        if let Some(premium) = sheet.premium {
            let so_far = sums.premium.unwrap_or_default();
            let sum = so_far.fen().saturating_add(premium.fen());
            sums.premium = Some(crate::model::money::Money::from_fen(sum));
        }
    }
    let table = Table::fit(totals_columns(), list.sheets.iter().chain([&sums]).collect::<Vec<_>>().into_iter(), false);

    let name = book.sheet_name(OVERVIEW);
    let mut sheet = book.sheet(&name, Paper::Landscape, false)?;
    let style = sheet.style;
    table.set_widths(&mut sheet)?;
    let last = table.columns() - 1;
    let title = match list.office {
        "" => "异常清单".to_string(),
        office => format!("{office} · 异常清单"),
    };
    sheet.height(0, 30.0)?;
    sheet.text(0, 0, &title, &style.title)?;
    let about = format!(
        "截至 {}　需要处理 {} 处，仅供知晓 {} 处",
        list.as_of,
        list.problems.to_act_on(),
        list.problems.len() - list.problems.to_act_on()
    );
    sheet.text(1, 0, &about, &style.subtitle)?;

    let mut row = 3;
    section(&mut sheet, row, last, "先看这三件")?;
    row = first_things(&mut sheet, row + 1, list, groups, &table)?;

    row += 1;
    section(&mut sheet, row, last, "有多少")?;
    row = severity_table(&mut sheet, row + 1, list, groups)?;

    // What the 卡库 held before is different in a second run on the same files; the workbook must not be.
    let stages: Vec<&StageTotal> = list.stages.iter().filter(|stage| !stage.is_about_the_store()).collect();
    if !stages.is_empty() {
        row += 1;
        section(&mut sheet, row, last, "每一步的总数（进来多少，出去多少）")?;
        row = stage_table(&mut sheet, row + 1, &stages, &table)?;
    }

    row += 1;
    section(&mut sheet, row, last, "每张表读了多少行")?;
    let words = "收入＝参加本月统计；重复＝与别的行完全相同，只算一次；暂存＝原文已保留，暂不参加统计；跳过＝合计行、表尾、示例。四项之和等于有内容的行，就是平";
    sheet.text(row + 1, 0, words, &style.note)?;
    row += 2;
    table.heading(&mut sheet, row)?;
    for totals in list.sheets {
        row += 1;
        table.line(&mut sheet, row, totals)?;
    }
    if list.sheets.len() > 1 {
        row += 1;
        table.toned_line(&mut sheet, row, &sums, Some(Tone::Total))?;
    }
    if row <= ONE_PAGE {
        sheet.raw().set_print_fit_to_pages(1, 1);
    }
    Ok(())
}

fn section(sheet: &mut Sheet<'_>, row: u32, last: u16, words: &str) -> Result<(), XlsxError> {
    let style = sheet.style;
    sheet.height(row, 24.0)?;
    sheet.merged((row, 0, row, last), words, &style.section)
}

/// The first three things to look at: totals that do not tie before all, then the groups in their order.
fn first_things(
    sheet: &mut Sheet<'_>,
    top: u32,
    list: &ProblemList<'_>,
    groups: &[Group],
    table: &Table<SheetTotals>,
) -> Result<u32, XlsxError> {
    let style = sheet.style;
    let last = table.columns() - 1;
    let mut things: Vec<(Severity, String)> = Vec::new();
    let untied = list.stages.iter().filter(|stage| !stage.ties()).count()
        + list.sheets.iter().filter(|sheet| sheet_difference(sheet) != 0).count();
    if untied > 0 {
        things.push((
            Severity::Urgent,
            format!("有 {untied} 处控制总数不平（见下面的“不平”）\n办法：请不要使用本月的输出，先联系维护人员"),
        ));
    }
    let to_act_on = groups.iter().filter(|group| group.code.severity() != Severity::Note);
    things.extend(to_act_on.map(|group| {
        let problem = list.problems.at(group.first);
        let file = &list.sources.get(problem.place.source).file;
        let field = match &*problem.field {
            "" => String::new(),
            field => format!("〔{field}〕"),
        };
        let many = if group.count > group.places.len() { format!(" 等 {} 处", group.count) } else { String::new() };
        let text = format!(
            "{}（{}）{field}：{file} {}{many}\n办法：{}",
            group.code.title(),
            group.code.number(),
            places(list.sources, &group.places),
            group_advice(problem, group)
        );
        (group.code.severity(), text)
    }));
    if things.is_empty() {
        sheet.text(top, 0, "没有需要处理的问题", style.cell(Kind::Text, Tone::Good))?;
        return Ok(top + 1);
    }
    let mut row = top;
    for (severity, text) in things.into_iter().take(3) {
        let format = style.cell(Kind::Centre, severity_tone(severity));
        sheet.text(row, 0, severity.title(), format)?;
        let format = style.cell(Kind::Wrapped, Tone::Plain);
        sheet.merged((row, 1, row, last), &text, format)?;
        let lines = lines_needed(&text, table.width(1, last) - 2.0);
        sheet.height(row, height(lines) + 4.0)?;
        row += 1;
    }
    Ok(row)
}

fn severity_table(sheet: &mut Sheet<'_>, top: u32, list: &ProblemList<'_>, groups: &[Group]) -> Result<u32, XlsxError> {
    let style = sheet.style;
    sheet.text(top, 0, "程度", &style.heading)?;
    sheet.merged((top, 1, top, 2), "意思", &style.heading)?;
    sheet.text(top, 3, "种类", &style.heading)?;
    sheet.text(top, 4, "处数", &style.heading)?;
    let mut row = top;
    for (severity, meaning) in SEVERITIES {
        row += 1;
        let of_severity = || groups.iter().filter(|group| group.code.severity() == severity);
        let problems: usize = of_severity().map(|group| group.count).sum();
        let tone = severity_tone(severity);
        sheet.text(row, 0, severity.title(), style.cell(Kind::Centre, tone))?;
        let plain = style.cell(Kind::Text, Tone::Plain);
        sheet.merged((row, 1, row, 2), meaning, plain)?;
        let count = style.cell(Kind::CountOrDash, Tone::Plain);
        sheet.number(row, 3, of_severity().count() as f64, count)?;
        sheet.number(row, 4, problems as f64, count)?;
    }
    debug_assert_eq!(list.problems.len(), groups.iter().map(|group| group.count).sum::<usize>());
    Ok(row + 1)
}

fn stage_table(
    sheet: &mut Sheet<'_>,
    top: u32,
    stages: &[&StageTotal],
    table: &Table<SheetTotals>,
) -> Result<u32, XlsxError> {
    let style = sheet.style;
    let last = table.columns() - 1;
    sheet.text(top, 0, "平不平", &style.heading)?;
    sheet.merged((top, 1, top, 2), "哪一步，数什么", &style.heading)?;
    sheet.text(top, 3, "进来", &style.heading)?;
    sheet.merged((top, 4, top, last), "出去", &style.heading)?;
    let mut row = top;
    for stage in stages {
        row += 1;
        let came_out: i64 = stage.after.iter().map(|(_, count)| count).sum();
        let shown = tie(stage.before - came_out);
        if let Value::Text(text) = &shown.value {
            sheet.text(row, 0, text, style.cell(shown.kind, shown.tone))?;
        }
        let words = style.cell(Kind::Wrapped, Tone::Plain);
        sheet.merged((row, 1, row, 2), &stage.what, words)?;
        let kind = if stage.in_fen { Kind::Money } else { Kind::Count };
        let before = if stage.in_fen { stage.before as f64 / 100.0 } else { stage.before as f64 };
        sheet.number(row, 3, before, style.cell(kind, Tone::Plain))?;
        let after: Vec<String> =
            stage.after.iter().map(|(what, count)| format!("{what} {}", stage_amount(stage, *count))).collect();
        let after = after.join("　＋　");
        sheet.merged((row, 4, row, last), &after, words)?;
        let lines = lines_needed(&after, table.width(4, last) - 2.0).max(lines_needed(&stage.what, table.width(1, 2) - 2.0));
        sheet.height(row, height(lines))?;
    }
    Ok(row + 1)
}

/// A count, or a sum of money in 元 and 分.
fn stage_amount(stage: &StageTotal, amount: i64) -> String {
    match stage.in_fen {
        false => thousands(amount),
        true => format!("{}.{:02}", thousands(amount / 100), (amount % 100).abs()),
    }
}

/// `1,234,567`.
fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut said = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    if number < 0 {
        said.insert(0, '-');
    }
    said
}

// 汇总.

struct GroupLine<'a> {
    group: &'a Group,
    problem: &'a Problem,
    file: &'a str,
    places: String,
    outcomes: String,
    /// Where its first line is in 明细.
    target: Option<String>,
}

fn group_columns<'a>() -> Vec<Column<GroupLine<'a>>> {
    vec![
        Column::new("程度", (9.5, 10.0), |line: &GroupLine<'_>| severity(line.group.code)),
        Column::new("编号", (8.0, 8.0), |line| Shown::centre(line.group.code.number())),
        Column::new("问题", (14.0, 26.0), |line| Shown::text(line.group.code.title())),
        Column::new("文件", (16.0, 30.0), |line| Shown::text(line.file)),
        Column::new("项目", (9.0, 16.0), |line| Shown::text(&*line.problem.field)),
        Column::new("处数", (8.0, 10.0), |line| Shown::count(line.group.count as u64)),
        Column::new("前三处", (12.0, 38.0), |line| Shown::link(line.places.as_str(), line.target.clone())),
        Column::new("办法", (24.0, 44.0), |line| Shown::text(group_advice(line.problem, line.group))),
        Column::new("这些行怎么样了", (20.0, 36.0), |line| Shown::text(line.outcomes.as_str())),
    ]
}

/// A single problem may have advice of its own.
fn group_advice<'a>(first: &'a Problem, group: &Group) -> &'a str {
    if group.count == 1 { first.advice() } else { group.code.advice() }
}

fn group_sheet(book: &mut Book<'_>, list: &ProblemList<'_>, groups: &[Group], shown: &[usize]) -> Result<(), XlsxError> {
    let key = |problem: &Problem| (problem.code, problem.field.clone());
    let mut outcomes: FxHashMap<_, [usize; 5]> = FxHashMap::default();
    for problem in list.problems.iter() {
        let file = list.sources.get(problem.place.source).file.as_str();
        outcomes.entry((file, key(problem))).or_default()[problem.outcome as usize] += 1;
    }
    // Row of each listed problem in 明细.
    let rows: FxHashMap<usize, u32> = shown.iter().zip(FIRST_DETAIL..).map(|(index, row)| (*index, row)).collect();
    let lines: Vec<GroupLine<'_>> = groups
        .iter()
        .map(|group| {
            let problem = list.problems.at(group.first);
            let file = list.sources.get(problem.place.source).file.as_str();
            let target = rows.get(&group.first).map(|row| inside(DETAIL, &format!("A{}", row + 1)));
            GroupLine {
                group,
                problem,
                file,
                places: places(list.sources, &group.places),
                outcomes: outcomes_said(&outcomes[&(file, key(problem))]),
                target,
            }
        })
        .collect();
    let table = Table::fit(group_columns(), lines.iter(), true);

    let name = book.sheet_name(GROUPS);
    let mut sheet = book.sheet(&name, Paper::Landscape, lines.len() >= STREAM_FROM)?;
    let style = sheet.style;
    table.set_widths(&mut sheet)?;
    sheet.height(0, 26.0)?;
    sheet.text(0, 0, "异常汇总：同一个文件、同一列、同一种问题算一行", &style.title)?;
    let about = "要紧的在前，处数多的在前；点“前三处”到明细";
    sheet.text(1, 0, about, &style.subtitle)?;
    table.heading_with_filter(&mut sheet, 2, lines.len(), 3)?;
    for (row, line) in (3..).zip(&lines) {
        table.line(&mut sheet, row, line)?;
    }
    if lines.is_empty() {
        sheet.text(3, 0, "没有发现问题", &style.subtitle)?;
    }
    Ok(())
}

/// What became of the rows of a group: one sentence, or one each with its count.
fn outcomes_said(counts: &[usize; 5]) -> String {
    const ALL: [Outcome; 5] =
        [Outcome::CellSetAside, Outcome::KeptAsIs, Outcome::RowSetAside, Outcome::NotRead, Outcome::PassedOver];
    let met: Vec<(Outcome, usize)> = ALL.into_iter().zip(*counts).filter(|(_, count)| *count > 0).collect();
    match met.as_slice() {
        [(outcome, _)] => outcome.title().to_string(),
        several => {
            several.iter().map(|(outcome, count)| format!("{count} 处：{}", outcome.title())).collect::<Vec<_>>().join("\n")
        }
    }
}

// 明细.

/// Row of the first problem in 明细.
const FIRST_DETAIL: u32 = 3;

struct DetailLine<'a> {
    problem: &'a Problem,
    source: &'a Source,
    path: Option<&'a str>,
}

impl DetailLine<'_> {
    /// To the cell, else to the row, else to the sheet.
    fn target(&self) -> Option<String> {
        let place = self.problem.place;
        let cell = match (place.row, place.column) {
            (0, _) => String::new(),
            (row, None) => format!("A{row}"),
            (_, Some(_)) => place.address(),
        };
        outside(self.path?, &self.source.sheet, &cell)
    }
}

fn detail_columns<'a>() -> Vec<Column<DetailLine<'a>>> {
    vec![
        Column::new("程度", (9.5, 10.0), |line: &DetailLine<'_>| severity(line.problem.code)),
        Column::new("文件", (14.0, 32.0), |line| {
            let target = match line.problem.place.address().is_empty() {
                true => line.target(),
                false => None,
            };
            Shown::link(line.source.file.as_str(), target)
        }),
        Column::new("工作表", (9.0, 14.0), |line| Shown::text(line.source.sheet.as_str())),
        Column::new("单元格", (9.0, 12.0), |line| {
            let address = line.problem.place.address();
            let target = match address.is_empty() {
                true => None,
                false => line.target(),
            };
            Shown::link(address, target)
        }),
        Column::new("项目", (9.0, 16.0), |line| Shown::text(&*line.problem.field)),
        Column::new("内容", (14.0, 26.0), |line| Shown::text(found(line.problem))),
        Column::new("问题", (18.0, 36.0), |line| Shown::text(mask_numbers(line.problem.said()))),
        Column::new("办法", (20.0, 40.0), |line| Shown::text(line.problem.advice())),
        Column::new("处理结果", (18.0, 36.0), |line| Shown::text(line.problem.outcome.title())),
    ]
}

/// What stood there, masked, and cut where it is long.
fn found(problem: &Problem) -> String {
    let masked = mask_numbers(&problem.found);
    let mut chars = masked.chars();
    let start: String = chars.by_ref().take(MOST_FOUND).collect();
    match chars.next() {
        Some(_) => format!("{start}…"),
        None => start,
    }
}

fn detail_sheet(book: &mut Book<'_>, list: &ProblemList<'_>, shown: &[usize]) -> Result<(), XlsxError> {
    let lines: Vec<DetailLine<'_>> = shown
        .iter()
        .map(|index| {
            let problem = list.problems.at(*index);
            let source = list.sources.get(problem.place.source);
            DetailLine { problem, source, path: list.paths.get(&source.file).map(String::as_str) }
        })
        .collect();
    let table = Table::fit(detail_columns(), lines.iter(), true);

    let name = book.sheet_name(DETAIL);
    let mut sheet = book.sheet(&name, Paper::Landscape, lines.len() >= STREAM_FROM)?;
    let style = sheet.style;
    table.set_widths(&mut sheet)?;
    sheet.height(0, 26.0)?;
    sheet.text(0, 0, "异常明细：按文件和位置排列，仅供知晓的在最后", &style.title)?;
    let left_out = list.problems.len() - lines.len();
    let mut about = "点单元格位置可以打开原文件；长号码的中间几位已遮住，以原文件为准".to_string();
    if lines.len() > MOST_LINKS as usize {
        about.push_str("；后面的行太多，没有链接");
    }
    let left_out = match left_out {
        0 => None,
        count => Some(format!("另有 {} 处没有列出（太多了，先列要紧的），它们都计入了“{GROUPS}”", thousands(count as i64))),
    };
    if let Some(left_out) = &left_out {
        about = format!("{left_out}；{about}");
    }
    sheet.text(1, 0, &about, &style.subtitle)?;
    table.heading_with_filter(&mut sheet, FIRST_DETAIL - 1, lines.len(), 4)?;
    let mut row = FIRST_DETAIL;
    for line in &lines {
        table.line(&mut sheet, row, line)?;
        row += 1;
    }
    if let Some(left_out) = &left_out {
        sheet.text(row, 0, left_out, &style.subtitle)?;
    }
    if lines.is_empty() {
        sheet.text(row, 0, "没有发现问题", &style.subtitle)?;
    }
    Ok(())
}
