//! 索引卡.xlsx: every household of the office on one line, and again agent by agent.
//!
//! Tiers and overdue visits are coloured by cell formats, not conditional ones. The index is written anew
//! every month and nothing typed into it is read back, so there are no edits for a colour to follow; and cell
//! formats show in every viewer, on telephones too, and leave Excel nothing to work out on 800 sheets. Writing
//! 190,000 lines on 801 sheets took the same time and the same bytes either way.

use std::path::Path;

use rust_xlsxwriter::XlsxError;

use super::figures::{TIER_MEANINGS, TIERS, of_tier, share, summary};
use super::household as show;
use super::save::{self, Draft, SaveError};
use super::sheet::{Book, MOST_LINKS, MOST_ROWS, STREAM_FROM, Sheet, inside, parts};
use super::style::{Kind, PageLabel, Paper, Tone};
use super::table::{Column, Shown, Table, tier_word};
use crate::model::report::{Figures, IndexLine, MonthReport, TeamReport};

/// Streamed sheets keep a temporary file open each until the workbook is saved: Linux lets a process have
/// 1,024, macOS 256, Windows as many as it likes.
const STREAMED_AGENTS: usize = if cfg!(target_os = "macos") { 120 } else { 600 };

/// Agents' sheets below this many lines stay in memory.
const STREAM_AGENT_FROM: usize = 50;

const CONTENTS: &str = "目录";
const EVERYONE: &str = "全部客户";

/// One agent's households, and the sheet they stand on.
struct AgentPart<'a> {
    team: &'a TeamReport,
    figures: &'a Figures,
    lines: Vec<&'a IndexLine>,
    /// None when there are no households to show; several when Excel has not enough rows.
    sheets: Vec<String>,
}

/// Writes the index for `target`, with how many cells.
pub fn write(report: &MonthReport, target: &Path) -> Result<(Draft, u64), SaveError> {
    let book = fill(report).map_err(|error| SaveError::of_workbook(target, error))?;
    let (mut workbook, cells) = book.finish();
    Ok((save::draft(&mut workbook, target)?, cells))
}

fn fill(report: &MonthReport) -> Result<Book<'_>, XlsxError> {
    let mut book = Book::new(PageLabel { office: &report.office, what: "客户索引卡", as_of: report.as_of })?;
    let contents = book.sheet_name(CONTENTS);
    let everyone = everyone_sheets(&mut book, report);
    let agents = agent_parts(&mut book, report);

    contents_sheet(&mut book, &contents, report, &agents, &everyone)?;
    for (part, (name, lines)) in everyone.iter().enumerate() {
        let part = (everyone.len() > 1).then_some((part + 1, everyone.len()));
        everyone_sheet(&mut book, name, lines, report, part)?;
    }
    let streamed = streamed_from(&agents);
    for agent in &agents {
        for (name, lines) in agent.sheets.iter().zip(agent.lines.chunks(MOST_ROWS)) {
            agent_sheet(&mut book, name, agent, lines, (report, streamed))?;
        }
    }
    Ok(book)
}

/// 全部客户, in as many sheets as Excel's rows need.
fn everyone_sheets<'a>(book: &mut Book<'_>, report: &'a MonthReport) -> Vec<(String, &'a [IndexLine])> {
    parts(&report.index, MOST_ROWS).map(|lines| (book.sheet_name(EVERYONE), lines)).collect()
}

/// Every agent of every team, in the order of the report, with the households of each.
fn agent_parts<'a>(book: &mut Book<'_>, report: &'a MonthReport) -> Vec<AgentPart<'a>> {
    let mut parts = Vec::new();
    for team in &report.teams {
        // The team's lines stand by agent: one run each.
        let mut runs: rustc_hash::FxHashMap<&str, Vec<&IndexLine>> = Default::default();
        for line in &team.lines {
            let line = &report.index[*line as usize];
            runs.entry(&line.agent).or_default().push(line);
        }
        for figures in &team.agents {
            let lines = runs.remove(&*figures.name).unwrap_or_default();
            let name = match &*figures.name {
                "" if report.teams.len() > 1 => format!("无服务专员-{}", team.team),
                "" => "无服务专员".to_string(),
                name => name.to_string(),
            };
            let sheets = lines.chunks(MOST_ROWS).map(|_| book.sheet_name(&name));
            let sheets = sheets.collect();
            parts.push(AgentPart { team, figures, lines, sheets });
        }
        debug_assert!(runs.is_empty(), "every agent has figures");
    }
    parts
}

/// From how many lines on an agent's sheet is streamed, so that not too many temporary files are open.
fn streamed_from(agents: &[AgentPart<'_>]) -> usize {
    let mut sizes: Vec<usize> = agents.iter().map(|agent| agent.lines.len()).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    match sizes.get(STREAMED_AGENTS) {
        Some(first_left_out) => STREAM_AGENT_FROM.max(first_left_out + 1),
        None => STREAM_AGENT_FROM,
    }
}

/// A line of the table of agents.
struct AgentLine<'a> {
    team: &'a str,
    name: &'a str,
    figures: &'a Figures,
    sheet: Option<&'a str>,
    is_team: bool,
}

fn agent_columns<'a>() -> Vec<Column<AgentLine<'a>>> {
    vec![
        Column::new("团队", (12.0, 24.0), |line: &AgentLine<'_>| Shown::text(line.team)),
        Column::new("服务专员", (12.0, 22.0), |line| {
            Shown::link(line.name, line.sheet.map(|sheet| inside(sheet, "A1")))
        }),
        Column::new("户数", (8.5, 10.0), |line| Shown::count(line.figures.households.total())),
        Column::new("A", (7.5, 9.0), |line| Shown::count_or_dash(line.figures.households.by_tier[0])),
        Column::new("B", (7.5, 9.0), |line| Shown::count_or_dash(line.figures.households.by_tier[1])),
        Column::new("C", (7.5, 9.0), |line| Shown::count_or_dash(line.figures.households.by_tier[2])),
        Column::new("D", (7.5, 9.0), |line| Shown::count_or_dash(line.figures.households.by_tier[3])),
        Column::new("未评级", (8.5, 9.0), |line| Shown::count_or_dash(line.figures.households.without)),
        Column::new("逾期", (7.5, 9.0), |line| {
            let overdue = line.figures.overdue.total();
            let shown = Shown::count_or_dash(overdue);
            if overdue > 0 && !line.is_team { shown.tone(Tone::Alarm) } else { shown }
        }),
        Column::new("逾期率", (8.5, 9.0), |line| {
            Shown::share(line.figures.overdue.total(), line.figures.households.total())
        }),
        Column::new("应访", (7.5, 9.0), |line| Shown::count_or_dash(line.figures.due)),
        Column::new("从未拜访", (9.5, 10.0), |line| Shown::count_or_dash(line.figures.never_visited)),
    ]
}

fn contents_sheet(
    book: &mut Book<'_>,
    name: &str,
    report: &MonthReport,
    agents: &[AgentPart<'_>],
    everyone: &[(String, &[IndexLine])],
) -> Result<(), XlsxError> {
    let mut lines: Vec<AgentLine<'_>> = Vec::new();
    for team in &report.teams {
        let of_team = agents.iter().filter(|part| std::ptr::eq(part.team, team));
        lines.extend(of_team.map(|part| AgentLine {
            team: &team.team,
            name: show::agent_name(&part.figures.name),
            figures: part.figures,
            sheet: part.sheets.first().map(String::as_str),
            is_team: false,
        }));
        lines.push(AgentLine { team: &team.team, name: "小计", figures: &team.figures, sheet: None, is_team: true });
    }
    let table = Table::fit(agent_columns(), lines.iter(), false);

    let mut sheet = book.sheet(name, Paper::Portrait, false)?;
    let style = sheet.style;
    let title = match &*report.office {
        "" => "客户索引卡".to_string(),
        office => format!("{office} · 客户索引卡"),
    };
    sheet.height(0, 30.0)?;
    sheet.text(0, 0, &title, &style.title)?;
    let served = agents.iter().filter(|part| !part.figures.name.is_empty());
    let about = format!(
        "截至 {}　共 {} 户，{} 位服务专员，{} 个团队",
        report.as_of,
        report.index.len(),
        served.count(),
        report.teams.len()
    );
    sheet.text(1, 0, &about, &style.subtitle)?;
    for (part, (name, lines)) in everyone.iter().enumerate() {
        let text = format!("→ {name}（{} 户）", lines.len());
        let links = (&style.link, &style.subtitle);
        sheet.link(2 + part as u32, 0, &text, &inside(name, "A1"), links)?;
    }
    let mut row = 3 + everyone.len() as u32;

    row = tier_table(&mut sheet, row, &report.office_figures)?;
    row = remarks(&mut sheet, row + 1, &report.visit_rules, true)?;

    row += 1;
    table.set_widths(&mut sheet)?;
    table.heading(&mut sheet, row)?;
    sheet.raw().set_repeat_rows(row, row)?;
    for line in &lines {
        row += 1;
        let tone = line.is_team.then_some(Tone::Band);
        table.toned_line(&mut sheet, row, line, tone)?;
    }
    row += 1;
    let office = AgentLine { team: "全部", name: "合计", figures: &report.office_figures, sheet: None, is_team: true };
    table.toned_line(&mut sheet, row, &office, Some(Tone::Total))?;
    if lines.len() > MOST_LINKS as usize {
        sheet.text(row + 2, 0, "链接太多，后面的专员请按工作表名查找", &style.note)?;
    }
    Ok(())
}

/// Households and overdue by tier, below the title; the row after it.
fn tier_table(sheet: &mut Sheet<'_>, top: u32, figures: &Figures) -> Result<u32, XlsxError> {
    let style = sheet.style;
    let total = figures.households.total();
    for (row, words) in ["等级", "户数", "占比", "逾期户数", "逾期率"].into_iter().enumerate() {
        let format = if row == 0 { &style.heading } else { style.cell(Kind::Centre, Tone::Band) };
        sheet.text(top + row as u32, 1, words, format)?;
    }
    let columns = TIERS
        .map(|tier| {
            let counts = (of_tier(&figures.households, tier), of_tier(&figures.overdue, tier));
            (tier_word(tier), style.tier(tier), counts, Tone::Plain)
        })
        .into_iter()
        .chain([("合计".into(), &style.heading, (total, figures.overdue.total()), Tone::Band)]);
    for (col, (word, format, (households, overdue), tone)) in columns.enumerate() {
        let col = 2 + col as u16;
        sheet.text(top, col, &word, format)?;
        sheet.number(top + 1, col, households.into(), style.cell(Kind::Count, tone))?;
        share(sheet, top + 2, col, (households, total), tone)?;
        sheet.number(top + 3, col, overdue.into(), style.cell(Kind::CountOrDash, tone))?;
        share(sheet, top + 4, col, (overdue, households), tone)?;
    }
    Ok(top + 5)
}

/// How visits were judged and, if asked, what the letters mean; the row after it.
fn remarks(sheet: &mut Sheet<'_>, top: u32, visit_rules: &[String], tiers: bool) -> Result<u32, XlsxError> {
    let note = &sheet.style.note;
    let mut row = top;
    if tiers {
        let meanings = TIER_MEANINGS.map(|(tier, meaning)| format!("{} {meaning}", tier.title()));
        sheet.text(row, 0, &format!("等级：{}", meanings[..2].join("；")), note)?;
        sheet.text(row + 1, 0, &format!("　　　{}", meanings[2..].join("；")), note)?;
        sheet.text(row + 2, 0, "　　　未评级：资料不足，还不能判断；不等于 D 类。资料补齐后自动评级", note)?;
        row += 3;
    }
    for (line, rule) in visit_rules.iter().enumerate() {
        let start = if line == 0 { "拜访：" } else { "　　　" };
        sheet.text(row, 0, &format!("{start}{rule}"), note)?;
        row += 1;
    }
    sheet.text(row, 0, "　　　应访日期后的“约”：与客户约定的日期，优先于按等级推算的日期", note)?;
    Ok(row + 1)
}

fn everyone_sheet(
    book: &mut Book<'_>,
    name: &str,
    lines: &[IndexLine],
    report: &MonthReport,
    part: Option<(usize, usize)>,
) -> Result<(), XlsxError> {
    let mut columns = show::index_columns();
    columns.push(show::agent());
    columns.push(show::team());
    let table = Table::fit(columns, lines.iter(), true);
    let mut sheet = book.sheet(name, Paper::Landscape, lines.len() >= STREAM_FROM)?;
    let mut title = format!("全部客户（{} 户，按客户编号）", report.index.len());
    if let Some((part, parts)) = part {
        title = format!("{title}　第 {part} 张，共 {parts} 张");
    }
    let about = format!("截至 {}", report.as_of);
    let row = household_lines(&mut sheet, &table, (&title, &about), lines.iter())?;
    remarks(&mut sheet, row + 1, &report.visit_rules, true)?;
    Ok(())
}

fn agent_sheet(
    book: &mut Book<'_>,
    name: &str,
    agent: &AgentPart<'_>,
    lines: &[&IndexLine],
    (report, streamed_from): (&MonthReport, usize),
) -> Result<(), XlsxError> {
    let mut columns = show::index_columns();
    columns.push(show::tier_reason());
    let records = || lines.iter().copied();
    let table = Table::fit(columns, records(), true);
    let mut sheet = book.sheet(name, Paper::Landscape, lines.len() >= streamed_from)?;
    let title = format!("{}　{}", show::agent_name(&agent.figures.name), agent.team.team);
    let row = household_lines(&mut sheet, &table, (&title, &summary(agent.figures)), records())?;
    remarks(&mut sheet, row + 1, &report.visit_rules, false)?;
    Ok(())
}

/// Title, a line about it, a way back, headings and households; the row after the last.
fn household_lines<'r>(
    sheet: &mut Sheet<'_>,
    table: &Table<IndexLine>,
    (title, about): (&str, &str),
    lines: impl ExactSizeIterator<Item = &'r IndexLine>,
) -> Result<u32, XlsxError> {
    let style = sheet.style;
    table.set_widths(sheet)?;
    sheet.height(0, 26.0)?;
    sheet.text(0, 0, title, &style.title)?;
    sheet.text(1, 0, about, &style.subtitle)?;
    // In front of the filters, where it stays in sight: these rows are frozen.
    let back = inside(CONTENTS, "A1");
    let links = (&style.link, &style.subtitle);
    sheet.link(1, table.columns() - 1, "← 返回目录", &back, links)?;
    table.heading_with_filter(sheet, 2, lines.len(), 2)?;
    table.lines(sheet, 3, lines)
}
