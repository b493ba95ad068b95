//! 团队报表/<团队>.xlsx: what a supervisor reads before the month's meeting. One page to see how the team
//! stands; then who needs help, which households to see to, all households, and who came and went.
//!
//! Names are whole, because the supervisor arranges joint visits by them. There is no telephone and no ID
//! number anywhere: those are on the cards.

use std::path::Path;

use chrono::Datelike;
use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFormat, ChartLegendPosition, ChartLine, ChartPoint, ChartSolidFill, ChartType, Color,
    ConditionalFormatDataBar, ConditionalFormatDataBarDirection, ObjectMovement, XlsxError,
};

use super::figures::{TIERS, of_tier, share, summary};
use super::household as show;
use super::save::{self, Draft, SaveError};
use super::sheet::{Book, MOST_ROWS, STREAM_FROM, Sheet, parts};
use super::style::{CHART_LINE, Kind, PageLabel, Paper, TilePart, Tone, chart_font, tier_color};
use super::table::{Column, Shown, Table, tier_word};
use crate::model::report::{Figures, GoneLine, IndexLine, MonthReport, TeamReport};
use crate::model::tier::Tier;

const FRONT: &str = "月报";
const COMPARISON: &str = "专员对比";
const OVERDUE: &str = "逾期清单";
const DETAIL: &str = "客户明细";
const CHANGES: &str = "新增与流失";

/// Columns of the front page: five tiles of two.
const FRONT_COLUMNS: u16 = 10;
const FRONT_WIDTH: f64 = 9.4;
/// That width in pixels, for charts.
const FRONT_PIXELS: u32 = 71;

/// Agents on the front page; the others are in 专员对比.
const FRONT_AGENTS: usize = 10;

/// Writes one team's report for `target`, with how many cells.
pub fn write(report: &MonthReport, team: &TeamReport, target: &Path) -> Result<(Draft, u64), SaveError> {
    let book = fill(report, team).map_err(|error| SaveError::of_workbook(target, error))?;
    let (mut workbook, cells) = book.finish();
    Ok((save::draft(&mut workbook, target)?, cells))
}

fn fill<'a>(report: &'a MonthReport, team: &'a TeamReport) -> Result<Book<'a>, XlsxError> {
    let mut book = Book::new(PageLabel { office: &report.office, what: &team.team, as_of: report.as_of })?;
    front_sheet(&mut book, report, team)?;
    comparison_sheet(&mut book, team)?;
    overdue_sheet(&mut book, report, team)?;
    detail_sheet(&mut book, report, team)?;
    changes_sheet(&mut book, report, team)?;
    Ok(book)
}

// The front page.

fn front_sheet(book: &mut Book<'_>, report: &MonthReport, team: &TeamReport) -> Result<(), XlsxError> {
    let name = book.sheet_name(FRONT);
    let mut sheet = book.sheet(&name, Paper::Portrait, false)?;
    let style = sheet.style;
    for col in 0..FRONT_COLUMNS {
        sheet.raw().set_column_width(col, FRONT_WIDTH)?;
    }
    let wide = |row: u32| (row, 0, row, FRONT_COLUMNS - 1);

    let (year, month) = (report.as_of.year(), report.as_of.month());
    let title = format!("{} · {year} 年 {month} 月客户服务月报", team.team);
    sheet.height(0, 34.0)?;
    sheet.merged(wide(0), &title, &style.title)?;
    let mut about: Vec<String> = Vec::new();
    if !report.office.is_empty() {
        about.push(report.office.to_string());
    }
    if !team.supervisor.is_empty() {
        about.push(format!("主管：{}", team.supervisor));
    }
    about.push(format!("截至 {}", report.as_of));
    sheet.merged(wide(1), &about.join("　"), &style.subtitle)?;
    sheet.height(2, 6.0)?;

    let mut row = 3;
    for tiles in tiles(report, team) {
        tile_row(&mut sheet, row, &tiles)?;
        sheet.height(row + 3, 6.0)?;
        row += 4;
    }

    sheet.merged(wide(row), "等级与逾期", &style.section)?;
    row = tier_charts(&mut sheet, &name, row + 1, &team.figures)?;
    sheet.height(row, 8.0)?;
    row += 1;
    sheet.merged(wide(row), "逾期最多的专员", &style.section)?;
    row = agent_chart(&mut sheet, &name, row + 1, team)?;

    sheet.height(row, 8.0)?;
    row += 1;
    let mut remarks: Vec<String> = report.visit_rules.clone();
    remarks.push("逾期户数不含未评级（约好的日期已过的除外）；逾期率＝逾期户数÷户数".to_string());
    remarks.push(format!(
        "24 小时内录入率只算有录入时间的拜访：本月 {} 次拜访，其中 {} 次有录入时间",
        team.figures.visits_this_month, team.figures.visits_with_record_time
    ));
    for remark in remarks {
        sheet.merged(wide(row), &remark, &style.note)?;
        sheet.height(row, 14.0)?;
        row += 1;
    }
    sheet.raw().set_print_fit_to_pages(1, 1);
    sheet.raw().set_print_area(0, 0, row - 1, FRONT_COLUMNS - 1)?;
    Ok(())
}

/// One figure large enough to be read across a table.
struct Tile {
    label: String,
    figure: Figure,
    remark: String,
    tone: Tone,
}

enum Figure {
    Count(u32),
    Share(u32, u32),
    /// In 万元, to one decimal.
    Wan(f64),
}

impl Tile {
    fn new(label: &str, figure: Figure, remark: String) -> Self {
        Tile { label: label.to_string(), figure, remark, tone: Tone::Plain }
    }

    fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

fn tiles(report: &MonthReport, team: &TeamReport) -> [[Tile; 5]; 3] {
    let figures = &team.figures;
    let total = figures.households.total();
    let served = team.agents.iter().filter(|agent| !agent.name.is_empty());
    let percent = |part: u32, whole: u32| match whole {
        0 => "—".to_string(),
        _ => format!("{:.1}%", f64::from(part) * 100.0 / f64::from(whole)),
    };
    let alarm = |count: u32, tone: Tone| if count > 0 { tone } else { Tone::Plain };
    let (new, gone) = match report.first_month {
        true => ("首次运行，下月起统计", "首次运行，下月起统计"),
        false => ("户，以前没有的", "户，本月清单里没有"),
    };
    let (new, gone) = (new.to_string(), gone.to_string());
    let overdue = figures.overdue.total();
    let urgent = figures.overdue.by_tier[0] + figures.overdue.by_tier[1];
    let tiers = TIERS.map(|tier| {
        let households = of_tier(&figures.households, tier);
        let label = match tier {
            Some(Tier::A) => "A 优质",
            Some(Tier::B) => "B 重点",
            Some(Tier::C) => "C 潜在",
            Some(Tier::D) => "D 普通",
            None => "未评级",
        };
        let remark = format!("占 {}，逾期 {}", percent(households, total), of_tier(&figures.overdue, tier));
        Tile::new(label, Figure::Count(households), remark).tone(tier.into())
    });
    [
        [
            Tile::new("户数", Figure::Count(total), format!("服务专员 {} 位", served.count())),
            Tile::new("在保保单", Figure::Count(figures.policies_in_force), "件，含他司".to_string()),
            Tile::new("年交保费", Figure::Wan(figures.annual_premium.to_yuan() / 10_000.0), "万元".to_string()),
            Tile::new("本月新增", Figure::Count(figures.new_households), new),
            Tile::new("流失", Figure::Count(team.gone.len() as u32), gone),
        ],
        [
            Tile::new(
                "本月拜访",
                Figure::Count(figures.visited_this_month),
                format!("户，共 {} 次", figures.visits_this_month),
            ),
            Tile::new("应访", Figure::Count(figures.due), "户，尚未逾期".to_string()).tone(alarm(figures.due, Tone::Due)),
            Tile::new("逾期", Figure::Count(overdue), format!("占 {}，A/B 类 {urgent} 户", percent(overdue, total)))
                .tone(alarm(overdue, Tone::Alarm)),
            Tile::new(
                "从未拜访",
                Figure::Count(figures.never_visited),
                format!("户，占 {}", percent(figures.never_visited, total)),
            ),
            Tile::new(
                "24 小时内录入率",
                Figure::Share(figures.visits_recorded_in_time, figures.visits_with_record_time),
                match figures.visits_with_record_time {
                    0 => "没有录入时间".to_string(),
                    with => format!("{} / {with} 次", figures.visits_recorded_in_time),
                },
            ),
        ],
        tiers,
    ]
}

fn tile_row(sheet: &mut Sheet<'_>, row: u32, tiles: &[Tile; 5]) -> Result<(), XlsxError> {
    let style = sheet.style;
    sheet.height(row, 20.0)?;
    sheet.height(row + 1, 30.0)?;
    sheet.height(row + 2, 16.0)?;
    for (at, tile) in tiles.iter().enumerate() {
        let col = 2 * at as u16;
        let area = |row: u32| (row, col, row, col + 1);
        let label = style.tile(TilePart::Label, tile.tone);
        sheet.merged(area(row), &tile.label, label)?;
        // A merge holds words; a number is written over its first cell.
        let (number, part) = match tile.figure {
            Figure::Count(count) => (Some(f64::from(count)), TilePart::Figure),
            Figure::Wan(wan) => (Some(wan), TilePart::Decimal),
            Figure::Share(_, 0) => (None, TilePart::Figure),
            Figure::Share(part, whole) => (Some(f64::from(part) / f64::from(whole)), TilePart::Share),
        };
        let format = style.tile(part, tile.tone);
        sheet.merged(area(row + 1), "—", format)?;
        if let Some(number) = number {
            sheet.number(row + 1, col, number, format)?;
        }
        let remark = style.tile(TilePart::Remark, tile.tone);
        sheet.merged(area(row + 2), &tile.remark, remark)?;
    }
    Ok(())
}

/// Two charts side by side and, below them, the figures they are made of; the row after them.
fn tier_charts(sheet: &mut Sheet<'_>, name: &str, top: u32, figures: &Figures) -> Result<u32, XlsxError> {
    const CHART_ROWS: u32 = 10;
    // Columns of the tiers; the words stand to the left, the sums to the right.
    const FIRST: u16 = 3;
    const LAST: u16 = FIRST + TIERS.len() as u16 - 1;
    let style = sheet.style;
    let table = top + CHART_ROWS;

    for (line, words) in ["等级", "户数", "逾期户数", "逾期率"].into_iter().enumerate() {
        let row = table + line as u32;
        let format = if line == 0 { &style.heading } else { style.cell(Kind::Centre, Tone::Band) };
        sheet.merged((row, 0, row, FIRST - 1), words, format)?;
    }
    for (at, tier) in TIERS.into_iter().enumerate() {
        let col = FIRST + at as u16;
        let households = of_tier(&figures.households, tier);
        let overdue = of_tier(&figures.overdue, tier);
        sheet.text(table, col, &tier_word(tier), style.tier(tier))?;
        let count = style.cell(Kind::Count, Tone::Plain);
        sheet.number(table + 1, col, households.into(), count)?;
        sheet.number(table + 2, col, overdue.into(), count)?;
        share(sheet, table + 3, col, (overdue, households), Tone::Plain)?;
    }
    let (households, overdue) = (figures.households.total(), figures.overdue.total());
    let total = |row: u32| (row, LAST + 1, row, FRONT_COLUMNS - 1);
    sheet.merged(total(table), "合计", &style.heading)?;
    for (row, count) in [(table + 1, households), (table + 2, overdue)] {
        let format = style.cell(Kind::Count, Tone::Band);
        sheet.merged(total(row), "", format)?;
        sheet.number(row, LAST + 1, count.into(), format)?;
    }
    let format = style.cell(Kind::Percent, Tone::Band);
    sheet.merged(total(table + 3), "", format)?;
    share(sheet, table + 3, LAST + 1, (overdue, households), Tone::Band)?;

    for (title, row, col) in [("各等级户数", table + 1, 0), ("各等级逾期户数", table + 2, 5)] {
        let mut chart = Chart::new_column();
        let points: Vec<ChartPoint> = TIERS.map(|tier| point(tier_color(tier))).to_vec();
        chart
            .add_series()
            .set_categories((name, table, FIRST, table, LAST))
            .set_values((name, row, FIRST, row, LAST))
            .set_points(&points)
            .set_gap(55)
            .set_data_label(ChartDataLabel::new().show_value().set_num_format("#,##0").set_font(&chart_font(9)));
        chart.legend().set_hidden();
        chart.y_axis().set_hidden(true).set_major_gridlines(false);
        chart.y_axis().set_min(0.0);
        dress(&mut chart, title, (5, CHART_ROWS));
        sheet.raw().insert_chart_with_offset(top, col, &chart, 2, 3)?;
    }
    Ok(table + 4)
}

/// The agents with most overdue households, as a table and as bars: A and B apart, because those are the
/// visits a supervisor joins. The row after it.
fn agent_chart(sheet: &mut Sheet<'_>, name: &str, top: u32, team: &TeamReport) -> Result<u32, XlsxError> {
    let style = sheet.style;
    let mut agents: Vec<&Figures> = team.agents.iter().collect();
    agents.retain(|agent| agent.overdue.total() > 0);
    agents.sort_by_key(|agent| {
        let urgent = agent.overdue.by_tier[0] + agent.overdue.by_tier[1];
        std::cmp::Reverse((agent.overdue.total(), urgent))
    });
    let wide = |row: u32| (row, 0, row, FRONT_COLUMNS - 1);
    if agents.is_empty() {
        sheet.merged(wide(top), "没有逾期的客户", &style.subtitle)?;
        return Ok(top + 1);
    }
    let left_out = agents.len().saturating_sub(FRONT_AGENTS);
    agents.truncate(FRONT_AGENTS);

    let headings = ["服务专员", "", "A/B 类", "其他", "逾期率"];
    sheet.merged((top, 0, top, 1), headings[0], &style.heading)?;
    for (col, heading) in headings.iter().enumerate().skip(2) {
        sheet.text(top, col as u16, heading, &style.heading)?;
    }
    let mut row = top;
    for agent in &agents {
        row += 1;
        let urgent = agent.overdue.by_tier[0] + agent.overdue.by_tier[1];
        let overdue = agent.overdue.total();
        let who = show::agent_name(&agent.name);
        sheet.merged((row, 0, row, 1), who, style.cell(Kind::Text, Tone::Plain))?;
        let count = style.cell(Kind::CountOrDash, Tone::Plain);
        sheet.number(row, 2, urgent.into(), count)?;
        sheet.number(row, 3, (overdue - urgent).into(), count)?;
        let of = (overdue, agent.households.total());
        share(sheet, row, 4, of, Tone::Plain)?;
    }
    let last = row;
    // A chart of one bar still needs room for its title and legend.
    let rows = (last - top + 1).max(9);

    let mut chart = Chart::new(ChartType::BarStacked);
    for (col, tier, ink) in [(2, Tier::A, Color::White), (3, Tier::C, Color::Black)] {
        let mut label = chart_font(9);
        label.set_color(ink);
        chart
            .add_series()
            .set_name((name, top, col))
            .set_categories((name, top + 1, 0, last, 0))
            .set_values((name, top + 1, col, last, col))
            .set_format(&mut solid(tier_color(Some(tier))))
            // Nought is not labelled: its bar is not there.
            .set_data_label(ChartDataLabel::new().show_value().set_num_format("#,##0;;;").set_font(&label))
            .set_overlap(100)
            .set_gap(40);
    }
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.legend().set_font(&chart_font(9));
    // On a bar chart the x axis lies below the bars and counts; the names stand on the y axis.
    chart.x_axis().set_hidden(true).set_major_gridlines(false);
    chart.x_axis().set_min(0.0);
    // Names grow from below; the worst belongs on top, as in the table.
    chart
        .y_axis()
        .set_reverse()
        .set_label_interval(1)
        .set_major_gridlines(false)
        .set_font(&chart_font(9))
        .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(CHART_LINE)));
    dress(&mut chart, "逾期户数", (5, rows));
    sheet.raw().insert_chart_with_offset(top, 5, &chart, 4, 4)?;

    row = top + rows;
    if left_out > 0 {
        let more = format!("另有 {left_out} 位专员也有逾期客户，见“{COMPARISON}”");
        sheet.merged(wide(row), &more, &style.note)?;
        row += 1;
    }
    Ok(row)
}

fn solid(color: Color) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(color));
    format
}

fn point(color: Color) -> ChartPoint {
    // The lightest tier needs an edge to be seen on white paper.
    let mut format = solid(color);
    format.set_border(ChartLine::new().set_color(Color::RGB(0x8FA3B5)).set_width(0.75));
    ChartPoint::new().set_format(&mut format)
}

/// What all charts have in common: our font, no frame, so many columns and rows large.
fn dress(chart: &mut Chart, title: &str, (columns, rows): (u32, u32)) {
    let mut bold = chart_font(10);
    bold.set_bold();
    chart.title().set_name(title).set_font(&bold).set_overlay(false);
    chart.x_axis().set_font(&chart_font(9)).set_format(ChartFormat::new().set_line(ChartLine::new().set_color(CHART_LINE)));
    chart.chart_area().set_format(ChartFormat::new().set_no_border());
    // A row is 24 pixels high.
    chart
        .set_width(columns * FRONT_PIXELS - 8)
        .set_height(rows * 24 - 6)
        .set_alt_text(title)
        .set_object_movement(ObjectMovement::MoveButDontSizeWithCells);
}

// 专员对比.

fn comparison_columns() -> Vec<Column<Figures>> {
    let narrow = (6.4, 9.0);
    vec![
        Column::new("服务专员", (10.0, 22.0), |agent: &Figures| Shown::text(show::agent_name(&agent.name))),
        Column::new("合计", narrow, |agent| Shown::count(agent.households.total())),
        Column::new("A", narrow, |agent| Shown::count_or_dash(agent.households.by_tier[0])),
        Column::new("B", narrow, |agent| Shown::count_or_dash(agent.households.by_tier[1])),
        Column::new("C", narrow, |agent| Shown::count_or_dash(agent.households.by_tier[2])),
        Column::new("D", narrow, |agent| Shown::count_or_dash(agent.households.by_tier[3])),
        Column::new("未评级", narrow, |agent| Shown::count_or_dash(agent.households.without)),
        Column::new("合计", narrow, |agent| {
            let overdue = agent.overdue.total();
            let shown = Shown::count_or_dash(overdue);
            if overdue > 0 { shown.tone(Tone::Alarm) } else { shown }
        }),
        Column::new("A", narrow, |agent| Shown::count_or_dash(agent.overdue.by_tier[0])),
        Column::new("B", narrow, |agent| Shown::count_or_dash(agent.overdue.by_tier[1])),
        Column::new("C", narrow, |agent| Shown::count_or_dash(agent.overdue.by_tier[2])),
        Column::new("D", narrow, |agent| Shown::count_or_dash(agent.overdue.by_tier[3])),
        Column::new("未评级", narrow, |agent| Shown::count_or_dash(agent.overdue.without)),
        Column::new("逾期率", (9.0, 10.0), |agent| Shown::share(agent.overdue.total(), agent.households.total())),
        Column::new("应访", narrow, |agent| Shown::count_or_dash(agent.due)),
        Column::new("从未\n拜访", narrow, |agent| Shown::count_or_dash(agent.never_visited)),
        Column::new("户数", narrow, |agent| Shown::count_or_dash(agent.visited_this_month)),
        Column::new("次数", narrow, |agent| Shown::count_or_dash(agent.visits_this_month)),
        Column::new("24 小时\n录入率", (9.0, 10.0), |agent| {
            Shown::share(agent.visits_recorded_in_time, agent.visits_with_record_time)
        }),
        Column::new("在保\n保单", (6.4, 9.0), |agent| Shown::count_or_dash(agent.policies_in_force)),
        Column::new("年交保费\n（元）", (11.0, 16.0), |agent| Shown::money(agent.annual_premium)),
        Column::new("新增\n户数", narrow, |agent| Shown::count_or_dash(agent.new_households)),
    ]
}

/// What stands over several columns of 专员对比: words, first and last column.
const COMPARISON_GROUPS: [(&str, u16, u16); 3] = [("户数", 1, 6), ("逾期户数", 7, 12), ("本月拜访", 16, 17)];

fn comparison_sheet(book: &mut Book<'_>, team: &TeamReport) -> Result<(), XlsxError> {
    let mut agents: Vec<&Figures> = team.agents.iter().collect();
    agents.sort_by(|a, b| {
        // a/b against c/d as a·d against c·b: no rounding; agents without households go last.
        let rate = |one: &Figures, other: &Figures| u64::from(one.overdue.total()) * u64::from(other.households.total());
        let empty = |agent: &Figures| agent.households.total() == 0;
        empty(a)
            .cmp(&empty(b))
            .then_with(|| rate(b, a).cmp(&rate(a, b)))
            .then_with(|| b.overdue.total().cmp(&a.overdue.total()))
    });
    let mut totals = team.figures.clone();
    totals.name = "合计".into();
    let everyone = agents.iter().copied().chain([&totals]);
    let everyone: Vec<&Figures> = everyone.collect();
    let table = Table::fit(comparison_columns(), everyone.iter().copied(), false);

    let name = book.sheet_name(COMPARISON);
    let mut sheet = book.sheet(&name, Paper::Landscape, false)?;
    let style = sheet.style;
    table.set_widths(&mut sheet)?;
    sheet.height(0, 26.0)?;
    sheet.text(0, 0, &format!("{} · 专员对比", team.team), &style.title)?;
    sheet.text(1, 0, "按逾期率从高到低排列", &style.subtitle)?;
    for (words, first, last) in COMPARISON_GROUPS {
        sheet.merged((2, first, 2, last), words, &style.heading_group)?;
    }
    table.heading(&mut sheet, 3)?;
    for col in 0..table.columns() {
        let grouped = COMPARISON_GROUPS.iter().any(|(_, first, last)| (*first..=*last).contains(&col));
        if !grouped {
            // One heading over both rows, instead of an empty box on top of it.
            let words = table.title(col);
            sheet.merged((2, col, 3, col), words, &style.heading)?;
        }
    }
    sheet.raw().set_freeze_panes(4, 1)?;
    sheet.raw().set_repeat_rows(2, 3)?;
    let mut row = 4;
    for agent in &agents {
        table.line(&mut sheet, row, agent)?;
        row += 1;
    }
    table.toned_line(&mut sheet, row, &totals, Some(Tone::Total))?;
    if let (Some(rate), true) = (table.column("逾期率"), row > 4) {
        let mut bar = ConditionalFormatDataBar::new();
        bar = bar
            .set_fill_color(Color::RGB(0xF0B7B0))
            .set_solid_fill(true)
            .set_direction(ConditionalFormatDataBarDirection::LeftToRight)
            .set_minimum(rust_xlsxwriter::ConditionalFormatType::Number, 0)
            .set_maximum(rust_xlsxwriter::ConditionalFormatType::Number, 1);
        sheet.raw().add_conditional_format(4, rate, row - 1, rate, &bar)?;
    }
    Ok(())
}

// 逾期清单.

fn overdue_columns() -> Vec<Column<IndexLine>> {
    vec![
        show::tier(),
        show::overdue_days(),
        show::number(),
        show::head(),
        show::agent(),
        show::last_visit(),
        show::next_due_plain(),
        show::overdue_band(),
        show::main_need(),
        show::premium(),
        Column::new("跟进安排", (20.0, 20.0), |_| Shown::text("")),
    ]
}

/// A to D and 未评级 last; within a tier the longest overdue first. Not by days alone: that would put D
/// households, which may wait two years, in front of the A households for which the supervisor is asked to
/// come along. The last column is empty, to be filled in with a pen at the meeting.
fn overdue_sheet(book: &mut Book<'_>, report: &MonthReport, team: &TeamReport) -> Result<(), XlsxError> {
    let mut lines: Vec<&IndexLine> = team.overdue.iter().map(|line| &report.index[*line as usize]).collect();
    lines.sort_by_key(|line| {
        let tier = line.tier.map_or(TIERS.len(), |tier| tier as usize);
        (tier, std::cmp::Reverse(line.overdue_days.unwrap_or(0)))
    });
    let table = Table::fit(overdue_columns(), lines.iter().copied(), true);
    let title = format!("{} · 逾期清单（{} 户）", team.team, lines.len());
    let about = format!("截至 {}　先按等级 A 到 D，同等级按逾期天数从多到少；逾期天数从超过期限那天算起", report.as_of);
    for lines in parts(&lines, MOST_ROWS) {
        let name = book.sheet_name(OVERDUE);
        let mut sheet = book.sheet(&name, Paper::Landscape, lines.len() >= STREAM_FROM)?;
        let style = sheet.style;
        table.set_widths(&mut sheet)?;
        sheet.height(0, 26.0)?;
        sheet.text(0, 0, &title, &style.title)?;
        sheet.text(1, 0, &about, &style.subtitle)?;
        table.heading_with_filter(&mut sheet, 2, lines.len(), 4)?;
        for (row, line) in (3..).zip(lines) {
            table.line(&mut sheet, row, line)?;
        }
        if lines.is_empty() {
            sheet.text(3, 0, "没有逾期的客户", &style.subtitle)?;
        }
    }
    Ok(())
}

// 客户明细.

/// A block for each agent, headed by a line of figures, that can be folded away; within it by number.
fn detail_sheet(book: &mut Book<'_>, report: &MonthReport, team: &TeamReport) -> Result<(), XlsxError> {
    let lines: Vec<&IndexLine> = team.lines.iter().map(|line| &report.index[*line as usize]).collect();
    let mut columns = show::index_columns();
    columns.push(show::tier_reason());
    let table = Table::fit(columns, lines.iter().copied(), false);

    // Every agent's block has a line of its own.
    for lines in parts(&lines, MOST_ROWS - team.agents.len()) {
        let name = book.sheet_name(DETAIL);
        let mut sheet = book.sheet(&name, Paper::Landscape, lines.len() >= STREAM_FROM)?;
        detail_blocks(&mut sheet, &table, team, lines)?;
    }
    Ok(())
}

fn detail_blocks(
    sheet: &mut Sheet<'_>,
    table: &Table<IndexLine>,
    team: &TeamReport,
    lines: &[&IndexLine],
) -> Result<(), XlsxError> {
    let style = sheet.style;
    table.set_widths(sheet)?;
    sheet.raw().group_symbols_above(true);
    sheet.raw().set_freeze_panes(3, 2)?;
    sheet.raw().set_repeat_rows(2, 2)?;
    sheet.height(0, 26.0)?;
    sheet.text(0, 0, &format!("{} · 客户明细", team.team), &style.title)?;
    let about = "一位专员一块，点左边的“－”可以收起；块内按客户编号排列";
    sheet.text(1, 0, about, &style.subtitle)?;
    table.heading(sheet, 2)?;

    let mut row = 3;
    for block in lines.chunk_by(|a, b| a.agent == b.agent) {
        let agent = &block[0].agent;
        let figures = team.agents.iter().find(|figures| figures.name == *agent);
        let about = match figures {
            Some(figures) => summary(figures),
            None => format!("{} 户", block.len()),
        };
        let words = format!("{}　{about}", show::agent_name(agent));
        sheet.height(row, 22.0)?;
        sheet.text(row, 0, &words, &style.band)?;
        for col in 1..table.columns() {
            sheet.blank(row, col, &style.band)?;
        }
        sheet.raw().group_rows(row + 1, row + block.len() as u32)?;
        row += 1;
        for line in block {
            table.line(sheet, row, line)?;
            row += 1;
        }
    }
    if lines.is_empty() {
        sheet.text(row, 0, "没有客户", &style.subtitle)?;
    }
    Ok(())
}

// 新增与流失.

/// One household that came or went.
enum Change<'a> {
    Came(&'a IndexLine),
    Went(&'a GoneLine),
}

impl Change<'_> {
    fn of<'s, T>(&'s self, came: fn(&'s IndexLine) -> T, went: fn(&'s GoneLine) -> T) -> T {
        match self {
            Change::Came(line) => came(line),
            Change::Went(line) => went(line),
        }
    }
}

fn change_columns<'a>() -> Vec<Column<Change<'a>>> {
    vec![
        Column::new("变动", (8.0, 9.0), |change: &Change<'_>| Shown::centre(change.of(|_| "新增", |_| "流失"))),
        Column::new("客户编号", (8.0, 14.0), |change| {
            Shown::centre(change.of(|came| &*came.household_no, |went| &*went.household_no))
        }),
        Column::new("户主", (8.0, 20.0), |change| Shown::text(change.of(|came| &*came.head, |went| &*went.head))),
        Column::new("服务专员", (9.0, 18.0), |change| {
            let agent = change.of(|came| &*came.agent, |went| &*went.agent);
            Shown::text(show::agent_name(agent))
        }),
        Column::new("等级", (7.0, 9.0), |change| change.of(|came| Shown::tier(came.tier), |_| Shown::text(""))),
        Column::new("年交保费\n（元）", (10.0, 16.0), |change| {
            change.of(|came| Shown::money(came.annual_premium), |_| Shown::text(""))
        }),
        Column::new("主要需求／流失原因", (24.0, 44.0), |change| {
            Shown::text(change.of(|came| &*came.main_need, |went| &*went.reason))
        }),
    ]
}

fn changes_sheet(book: &mut Book<'_>, report: &MonthReport, team: &TeamReport) -> Result<(), XlsxError> {
    let came = team.new.iter().map(|line| Change::Came(&report.index[*line as usize]));
    let went = team.gone.iter().map(Change::Went);
    let changes: Vec<Change<'_>> = came.chain(went).collect();
    let table = Table::fit(change_columns(), changes.iter(), true);

    let about = match report.first_month {
        true => "第一个月没有可比的，从下个月起列出".to_string(),
        false => format!(
            "新增＝本月第一次出现，{} 户；流失＝以前在公司清单里，本月的公司清单里没有，{} 户",
            team.new.len(),
            team.gone.len()
        ),
    };
    for changes in parts(&changes, MOST_ROWS) {
        let name = book.sheet_name(CHANGES);
        let mut sheet = book.sheet(&name, Paper::Portrait, changes.len() >= STREAM_FROM)?;
        let style = sheet.style;
        table.set_widths(&mut sheet)?;
        sheet.height(0, 26.0)?;
        sheet.text(0, 0, &format!("{} · 新增与流失", team.team), &style.title)?;
        sheet.text(1, 0, &about, &style.subtitle)?;
        table.heading_with_filter(&mut sheet, 2, changes.len(), 3)?;
        for (row, change) in (3..).zip(changes) {
            table.line(&mut sheet, row, change)?;
        }
        if changes.is_empty() {
            sheet.text(3, 0, "没有变动", &style.subtitle)?;
        }
    }
    Ok(())
}
