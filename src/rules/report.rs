//! From judged households to what each sheet says: the index, the teams, the figures.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use polars::prelude::*;

use crate::book::Book;
use crate::model::money::Money;
use crate::model::policy_status::PolicyStatus;
use crate::model::report::{Figures, GoneLine, IndexLine, MonthReport, StageTotal, TeamReport, TierSource, VisitState};
use crate::model::tier::Tier;
use crate::templates::Templates;

/// Households whose team nobody knows.
const NO_TEAM: &str = "未分团队";

/// The month's sheets from one judged row a household, in the order of numbers.
pub fn month(
    judged: &DataFrame,
    book: &Book,
    templates: &Templates,
    office: &str,
    as_of: NaiveDate,
) -> PolarsResult<MonthReport> {
    let rows = JudgedRows::of(judged)?;
    let first_of_month = as_of.with_day(1).expect("every month has a first");
    // New and gone are told against an earlier month; in an office's first month everybody would be new.
    let has_history = rows.first_seen.iter().flatten().any(|day| *day < first_of_month);
    let index: Vec<IndexLine> = (0..judged.height()).map(|row| rows.line(row, has_history, first_of_month)).collect();
    let company_lists_came = rows.last_in_company_list.iter().flatten().any(|day| *day >= first_of_month);
    let visits = VisitRecords::of(book, templates, as_of)?;

    let mut teams: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (at, line) in index.iter().enumerate() {
        let team = if line.team.is_empty() { NO_TEAM } else { &line.team };
        teams.entry(team).or_default().push(at as u32);
    }
    let supervisors = supervisors(book)?;
    let all: Vec<u32> = (0..index.len() as u32).collect();
    let reports = teams
        .into_iter()
        .map(|(team, mut lines)| {
            lines.sort_by(|a, b| (&index[*a as usize].agent, a).cmp(&(&index[*b as usize].agent, b)));
            let mut agents: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            lines.iter().for_each(|at| agents.entry(&index[*at as usize].agent).or_default().push(*at));
            let mut overdue: Vec<u32> =
                lines.iter().copied().filter(|at| index[*at as usize].overdue_days.is_some()).collect();
            overdue.sort_by_key(|at| (std::cmp::Reverse(index[*at as usize].overdue_days), *at));
            TeamReport {
                team: team.into(),
                supervisor: supervisors.get(team).cloned().unwrap_or_default().into(),
                figures: figures(team, &lines, &index, &rows, &visits),
                agents: agents.iter().map(|(agent, lines)| figures(agent, lines, &index, &rows, &visits)).collect(),
                new: lines.iter().copied().filter(|at| index[*at as usize].is_new).collect(),
                gone: if company_lists_came { gone(&lines, &index, &rows, first_of_month) } else { Vec::new() },
                lines,
                overdue,
            }
        })
        .collect();
    Ok(MonthReport {
        office: office.into(),
        as_of,
        first_month: !has_history,
        office_figures: figures(office, &all, &index, &rows, &visits),
        index,
        teams: reports,
        visit_rules: templates.rules.visit_sentences(),
    })
}

/// What the book holds against what the sheets say, team by team: nothing may be lost between them.
pub fn totals(book: &Book, report: &MonthReport) -> PolarsResult<Vec<StageTotal>> {
    let policies = &book.policies;
    let (homes, in_force) = (policies.column("household_no")?.str()?, policies.column("in_force")?.bool()?);
    let (annual, status) = (policies.column("annual_fen")?.i64()?, policies.column("status")?.str()?);
    let (mut count, mut premium) = (0, 0);
    for row in 0..policies.height() {
        if homes.get(row).is_some() && in_force.get(row) == Some(true) {
            count += 1;
            let is_paid_up = status.get(row) == Some(PolicyStatus::PaidUp.title());
            premium += if is_paid_up { 0 } else { annual.get(row).unwrap_or(0) };
        }
    }
    let total = |what: &str, before: usize, value: &dyn Fn(&Figures) -> i64| StageTotal {
        what: format!("报表：{what}"),
        in_fen: false,
        before: before as i64,
        after: report.teams.iter().map(|team| (team.team.to_string(), value(&team.figures))).collect(),
    };
    let mut premium_total = total("年交保费（元）", 0, &|figures| figures.annual_premium.fen());
    premium_total.before = premium;
    premium_total.in_fen = true;
    Ok(vec![
        total("户数", book.households.height(), &|figures| i64::from(figures.households.total())),
        total("在保保单数", count, &|figures| i64::from(figures.policies_in_force)),
        premium_total,
    ])
}

/// Households the company's lists named in an earlier month and do not name this month.
fn gone(lines: &[u32], index: &[IndexLine], rows: &JudgedRows<'_>, first_of_month: NaiveDate) -> Vec<GoneLine> {
    lines
        .iter()
        .map(|at| (*at as usize, &index[*at as usize]))
        .filter_map(|(row, line)| {
            let last = rows.last_in_company_list[row].filter(|day| *day < first_of_month)?;
            Some(GoneLine {
                household_no: line.household_no.clone(),
                head: line.head.clone(),
                agent: line.agent.clone(),
                team: line.team.clone(),
                reason: format!("本月公司清单里没有，最后一次是 {} 年 {} 月", last.year(), last.month()).into(),
            })
        })
        .collect()
}

fn supervisors(book: &Book) -> PolarsResult<BTreeMap<String, String>> {
    let (teams, names) = (book.agents.column("team")?.str()?, book.agents.column("supervisor")?.str()?);
    let pair = |(team, name): (Option<&str>, Option<&str>)| {
        Some((team?.to_string(), name.filter(|name| !name.is_empty())?.to_string()))
    };
    Ok(teams.iter().zip(names.iter()).filter_map(pair).collect())
}

fn figures(name: &str, lines: &[u32], index: &[IndexLine], rows: &JudgedRows<'_>, visits: &VisitRecords) -> Figures {
    let mut figures = Figures { name: name.into(), ..Figures::default() };
    for at in lines {
        let line = &index[*at as usize];
        figures.households.add(line.tier);
        if line.overdue_days.is_some() {
            figures.overdue.add(line.tier);
        }
        figures.due += u32::from(line.visit_state == VisitState::Due);
        figures.never_visited += u32::from(line.last_visit.is_none());
        let visits_made = rows.visits_this_month[*at as usize];
        figures.visits_this_month += visits_made;
        figures.visited_this_month += u32::from(visits_made > 0);
        if let Some((with_time, in_time)) = visits.by_household.get(&*line.household_no) {
            figures.visits_with_record_time += with_time;
            figures.visits_recorded_in_time += in_time;
        }
        figures.policies_in_force += line.policies_in_force;
        figures.annual_premium = figures.annual_premium.checked_add(line.annual_premium).unwrap_or(figures.annual_premium);
        figures.new_households += u32::from(line.is_new);
    }
    figures
}

/// Visits of the month whose recording has a time, and how many of them were recorded in time.
struct VisitRecords {
    by_household: BTreeMap<String, (u32, u32)>,
}

impl VisitRecords {
    /// A visit for which only the day is known is taken to have been at the end of that day.
    fn of(book: &Book, templates: &Templates, as_of: NaiveDate) -> PolarsResult<Self> {
        let visits = &book.visits;
        let first_of_month = as_of.with_day(1).expect("every month has a first");
        let (numbers, timed) = (visits.column("household_no")?.str()?, visits.column("recorded_has_time")?.bool()?);
        let visit_timed = visits.column("visit_has_time")?.bool()?;
        let made = visits.column("visit_time")?.cast(&DataType::Int64)?;
        let recorded = visits.column("recorded_time")?.cast(&DataType::Int64)?;
        let (made, recorded) = (made.i64()?, recorded.i64()?);
        let (start, end) = (midnight(first_of_month), midnight(as_of) + DAY);
        let allowed = i64::from(templates.rules.limits.record_within_hours) * 3_600_000;
        let mut by_household: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        for row in 0..visits.height() {
            let (Some(number), Some(true), Some(made), Some(recorded)) =
                (numbers.get(row), timed.get(row), made.get(row), recorded.get(row))
            else {
                continue;
            };
            if !(start..end).contains(&made) {
                continue;
            }
            let made = if visit_timed.get(row) == Some(true) { made } else { made + DAY };
            let (with_time, in_time) = by_household.entry(number.to_string()).or_default();
            *with_time += 1;
            *in_time += u32::from(recorded <= made + allowed);
        }
        Ok(VisitRecords { by_household })
    }
}

const DAY: i64 = 86_400_000;

fn midnight(day: NaiveDate) -> i64 {
    super::facts::days(day) * DAY
}

/// The judged table, column by column.
struct JudgedRows<'d> {
    text: BTreeMap<&'static str, &'d StringChunked>,
    whole: BTreeMap<&'static str, &'d Int64Chunked>,
    by_hand: &'d BooleanChunked,
    agreed: &'d BooleanChunked,
    last_visit: Vec<Option<NaiveDate>>,
    next_due: Vec<Option<NaiveDate>>,
    first_seen: Vec<Option<NaiveDate>>,
    last_in_company_list: Vec<Option<NaiveDate>>,
    visits_this_month: Vec<u32>,
}

impl<'d> JudgedRows<'d> {
    fn of(judged: &'d DataFrame) -> PolarsResult<Self> {
        let texts = [
            "household_no",
            "head",
            "tier",
            "tier_reason",
            "segment",
            "demand",
            "main_need",
            "overdue_band",
            "visit_state",
            "agent",
            "team",
        ];
        let wholes = ["members", "policies_in_force", "premium_fen", "overdue_days"];
        let dates = |name: &str| -> PolarsResult<Vec<Option<NaiveDate>>> {
            let days = judged.column(name)?.cast(&DataType::Int32)?;
            Ok(days
                .i32()?
                .iter()
                .map(|days| days.and_then(|days| NaiveDate::from_num_days_from_ce_opt(days + 719_163)))
                .collect())
        };
        let mut text = BTreeMap::new();
        for name in texts {
            text.insert(name, judged.column(name)?.str()?);
        }
        let mut whole = BTreeMap::new();
        for name in wholes {
            whole.insert(name, judged.column(name)?.i64()?);
        }
        Ok(JudgedRows {
            text,
            whole,
            by_hand: judged.column("by_hand")?.bool()?,
            agreed: judged.column("agreed")?.bool()?,
            last_visit: dates("last_visit")?,
            next_due: dates("next_due")?,
            first_seen: dates("first_seen")?,
            last_in_company_list: dates("last_in_company_list")?,
            visits_this_month: judged
                .column("visits_this_month")?
                .i64()?
                .iter()
                .map(|count| count.unwrap_or(0) as u32)
                .collect(),
        })
    }

    fn line(&self, row: usize, has_history: bool, first_of_month: NaiveDate) -> IndexLine {
        let text = |name: &str| -> &str { self.text[name].get(row).unwrap_or("") };
        let whole = |name: &str| self.whole[name].get(row);
        let count = |name: &str| whole(name).map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX));
        let tier = Tier::from_title(text("tier"));
        let source = if self.by_hand.get(row) == Some(true) { TierSource::Hand } else { TierSource::Rule };
        let state = match text("visit_state") {
            word if word == VisitState::Overdue.title() => VisitState::Overdue,
            word if word == VisitState::Due.title() => VisitState::Due,
            word if word == VisitState::InTime.title() => VisitState::InTime,
            _ => VisitState::Unknown,
        };
        IndexLine {
            household_no: text("household_no").into(),
            head: text("head").into(),
            members: count("members"),
            tier,
            tier_source: tier.map(|_| source),
            tier_reason: text("tier_reason").into(),
            segment: text("segment").into(),
            demand: text("demand").into(),
            main_need: text("main_need").into(),
            policies_in_force: count("policies_in_force"),
            annual_premium: Money::from_fen(whole("premium_fen").unwrap_or(0)),
            last_visit: self.last_visit[row],
            next_due: self.next_due[row],
            agreed: self.agreed.get(row) == Some(true),
            overdue_days: whole("overdue_days").map(|days| days as u32),
            overdue_band: text("overdue_band").into(),
            visit_state: state,
            agent: text("agent").into(),
            team: text("team").into(),
            is_new: has_history && self.first_seen[row].is_some_and(|day| day >= first_of_month),
        }
    }
}
