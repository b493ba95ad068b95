//! What is said at the end of a run: a short summary on the screen, and the same counts for machines in
//! `run.json`, which is written when a run fails, too.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use polars::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::input::InputFile;
use crate::model::report::{MonthReport, SheetTotals, StageTotal, TierCounts};
use crate::plan::Plan;
use crate::problem::{Problems, Severity, Sources};
use crate::write::{Findings, Written};

/// Stages of a run, for the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading and writing the 卡库.
    Store,
    /// Reading the files.
    Read,
    /// Who is who.
    Household,
    /// Merging with the last book.
    Merge,
    /// Tiers, visits, figures.
    Rules,
    /// Card books.
    Cards,
    /// Workbooks.
    Write,
}

impl Stage {
    /// In `run.json`.
    pub fn key(self) -> &'static str {
        match self {
            Stage::Store => "store",
            Stage::Read => "read",
            Stage::Household => "household",
            Stage::Merge => "merge",
            Stage::Rules => "rules",
            Stage::Cards => "cards",
            Stage::Write => "write",
        }
    }
}

/// How long each stage took. It times, it never decides anything.
#[derive(Debug, Default)]
pub struct Watch {
    took: Vec<(Stage, Duration)>,
    running: Option<Stage>,
}

impl Watch {
    /// Runs a stage and notes how long it took.
    pub fn stage<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        self.running = Some(stage);
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        match self.took.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum += took,
            None => self.took.push((stage, took)),
        }
        result
    }

    /// The stage that ran last, for saying where a run stopped.
    pub fn last(&self) -> Option<Stage> {
        self.running
    }

    fn seconds(&self) -> serde_json::Map<String, serde_json::Value> {
        self.took
            .iter()
            .map(|(stage, took)| (stage.key().to_string(), json!((took.as_secs_f64() * 1000.0).round() / 1000.0)))
            .collect()
    }
}

/// What a run did, in numbers.
#[derive(Debug)]
pub struct Outcome {
    counts: Counts,
    annual_premium_wan: f64,
    look_first: Vec<String>,
    sheets: Vec<SheetTotals>,
    stages: Vec<StageTotal>,
    inputs: Vec<InputFile>,
    snapshot: Option<String>,
    written: Vec<Written>,
    dry_run: bool,
    compared_with: String,
}

#[derive(Debug, Serialize)]
struct Counts {
    as_of: String,
    files: usize,
    sheets: usize,
    households: u32,
    new_households: u32,
    policies_in_force: u32,
    annual_premium_yuan: String,
    tiers: Tiers,
    overdue: Tiers,
    due: u32,
    never_visited: u32,
    visits_this_month: u32,
    changes: usize,
    problems: usize,
    problems_urgent: usize,
    problems_to_check: usize,
}

#[derive(Debug, Serialize)]
struct Tiers {
    #[serde(rename = "A")]
    a: u32,
    #[serde(rename = "B")]
    b: u32,
    #[serde(rename = "C")]
    c: u32,
    #[serde(rename = "D")]
    d: u32,
    #[serde(rename = "未评级")]
    without: u32,
}

impl From<TierCounts> for Tiers {
    fn from(counts: TierCounts) -> Self {
        let [a, b, c, d] = counts.by_tier;
        Tiers { a, b, c, d, without: counts.without }
    }
}

impl Tiers {
    /// All together and each, in columns of eight.
    fn columns(&self) -> String {
        let Tiers { a, b, c, d, without } = self;
        let total = a + b + c + d + without;
        [total, *a, *b, *c, *d, *without].map(|count| format!("{count:>8}")).concat()
    }
}

impl Outcome {
    /// From what the stages found out; files are still to be written.
    pub fn new(plan: &Plan, report: &MonthReport, findings: Findings<'_>, inputs: &[InputFile]) -> Outcome {
        let Findings { problems, sources, sheets, stages, changes, compared_with, .. } = findings;
        let figures = &report.office_figures;
        let of = |severity: Severity| problems.iter().filter(|problem| problem.code.severity() == severity).count();
        let counts = Counts {
            as_of: plan.as_of.to_string(),
            files: inputs.len(),
            sheets: sheets.len(),
            households: figures.households.total(),
            new_households: figures.new_households,
            policies_in_force: figures.policies_in_force,
            annual_premium_yuan: figures.annual_premium.to_string(),
            tiers: figures.households.into(),
            overdue: figures.overdue.into(),
            due: figures.due,
            never_visited: figures.never_visited,
            visits_this_month: figures.visits_this_month,
            changes: changes.len(),
            problems: problems.len(),
            problems_urgent: of(Severity::Urgent),
            problems_to_check: of(Severity::Check),
        };
        Outcome {
            counts,
            annual_premium_wan: figures.annual_premium.to_yuan() / 10_000.0,
            look_first: look_first(problems, sources),
            sheets: sheets.to_vec(),
            stages: stages.to_vec(),
            inputs: inputs.to_vec(),
            snapshot: None,
            written: Vec::new(),
            dry_run: plan.dry_run,
            compared_with: compared_with.to_string(),
        }
    }

    /// Notes what was written.
    pub fn finish(&mut self, snapshot: String, written: Vec<Written>) {
        self.snapshot = Some(snapshot);
        self.written = written;
    }

    /// Whether somebody has to look at something: a problem, or a workbook that could not be written.
    pub fn has_problems(&self) -> bool {
        self.counts.problems_urgent + self.counts.problems_to_check > 0
            || self.written.iter().any(|written| written.result.is_err())
    }

    /// The summary for the screen.
    pub fn summary(&self, out: &Path) -> String {
        let counts = &self.counts;
        let mut text = String::new();
        let mut line = |words: String| {
            let _ = writeln!(text, "{words}");
        };
        line(format!("截止 {}，读了 {} 个文件，认出 {} 张表", counts.as_of, counts.files, counts.sheets));
        line(String::new());
        line("            合计       A       B       C       D  未评级".to_string());
        line(format!("  户数  {}", counts.tiers.columns()));
        line(format!("  逾期  {}", counts.overdue.columns()));
        line(format!(
            "  应访 {} 户，从未拜访 {} 户，本月拜访 {} 次",
            counts.due, counts.never_visited, counts.visits_this_month
        ));
        line(format!("  在保保单 {} 件，年交保费 {:.1} 万元", counts.policies_in_force, self.annual_premium_wan));
        if counts.new_households > 0 {
            line(format!("  本月新增 {} 户", counts.new_households));
        }
        line(String::new());
        if self.look_first.is_empty() {
            line("没有需要处理的问题".to_string());
        } else {
            line(format!(
                "要处理的问题 {} 处（要紧 {} 处），都在“异常清单.xlsx”里。先看：",
                counts.problems_urgent + counts.problems_to_check,
                counts.problems_urgent
            ));
            for (number, thing) in self.look_first.iter().enumerate() {
                line(format!("  {}. {}", number + 1, thing.replace('\n', "\n     ")));
            }
        }
        for written in self.written.iter().filter(|written| written.result.is_err()) {
            if let Err(error) = &written.result {
                line(format!("没有写成：{error}"));
            }
        }
        let changes = match (self.compared_with.as_str(), counts.changes) {
            ("", _) => "第一次运行，没有可比的".to_string(),
            (before, changes) => format!("与{before}相比有 {changes} 处变化"),
        };
        if self.dry_run {
            line(format!("试运行：{changes}；什么也没有写"));
        } else {
            line(format!("{changes}；结果在 {}", out.display()));
        }
        text
    }

    /// The same counts for machines.
    pub fn json(&self, plan: &Plan, watch: &Watch) -> serde_json::Value {
        let sheets: Vec<_> = self
            .sheets
            .iter()
            .map(|sheet| {
                json!({
                    "file": sheet.file, "sheet": sheet.sheet, "kind": sheet.kind, "read": sheet.read, "kept": sheet.kept,
                    "repeated": sheet.repeated, "set_aside": sheet.set_aside, "passed_over": sheet.passed_over,
                    "premium_yuan": sheet.premium.map(|sum| sum.to_string()),
                })
            })
            .collect();
        let stages: Vec<_> = self
            .stages
            .iter()
            .map(|stage| json!({ "what": stage.what, "in_fen": stage.in_fen, "before": stage.before, "after": stage.after, "ties": stage.ties() }))
            .collect();
        let outputs: Vec<_> = self
            .written
            .iter()
            .map(|written| {
                json!({
                    "file": written.path.strip_prefix(&plan.out).unwrap_or(&written.path).to_string_lossy().replace('\\', "/"),
                    "bytes": written.bytes, "cells": written.cells,
                    "error": written.result.as_ref().err().map(ToString::to_string),
                })
            })
            .collect();
        json!({
            "status": if self.has_problems() { "done_with_problems" } else { "done" },
            "version": env!("CARGO_PKG_VERSION"),
            "arguments": arguments(plan),
            "dry_run": self.dry_run,
            "counts": self.counts,
            "look_first": self.look_first,
            "inputs": self.inputs,
            "sheets": sheets,
            "stages": stages,
            "snapshot": self.snapshot,
            "outputs": outputs,
            "seconds": watch.seconds(),
        })
    }
}

/// `run.json` of a run that stopped; without a plan it stopped before there was one.
pub fn failure_json(message: &str, plan: Option<&Plan>, watch: &Watch) -> serde_json::Value {
    json!({
        "status": "stopped",
        "version": env!("CARGO_PKG_VERSION"),
        "arguments": plan.map(arguments),
        "stage": watch.last().map_or("plan", Stage::key),
        "message": message,
        "seconds": watch.seconds(),
    })
}

/// What the run was asked for, as it was understood.
fn arguments(plan: &Plan) -> serde_json::Value {
    json!({
        "office": plan.office, "office_name": plan.office_name, "as_of": plan.as_of.to_string(), "out": plan.out,
        "files": plan.inputs.len(), "redo": plan.redo, "dry_run": plan.dry_run,
    })
}

/// The three things to look at first: the worst and most frequent troubles.
fn look_first(problems: &Problems, sources: &Sources) -> Vec<String> {
    problems
        .groups(sources)
        .iter()
        .filter(|group| group.code.severity() != Severity::Note)
        .take(3)
        .map(|group| {
            let problem = problems.at(group.first);
            let source = sources.get(problem.place.source);
            let sheet = if source.sheet.is_empty() { String::new() } else { format!("「{}」", source.sheet) };
            let many = if group.count > 1 { format!(" 等 {} 处", group.count) } else { String::new() };
            let advice = if group.count == 1 { problem.advice() } else { group.code.advice() };
            format!(
                "{}（{}）：{}{sheet}{}{many}\n办法：{advice}",
                group.code.title(),
                group.code.number(),
                source.file,
                problem.place.address(),
            )
        })
        .collect()
}

/// Nothing may be lost on the way; says where the totals differ.
pub fn check_totals(sheets: &[SheetTotals], stages: &[StageTotal]) -> Result<(), String> {
    for sheet in sheets {
        let accounted = sheet.kept + sheet.repeated + sheet.set_aside + sheet.passed_over;
        if sheet.read != accounted {
            return Err(format!("{}「{}」读了 {} 行，只交代了 {accounted} 行", sheet.file, sheet.sheet, sheet.read));
        }
    }
    match stages.iter().find(|stage| !stage.ties()) {
        None => Ok(()),
        Some(stage) => {
            let after: Vec<String> = stage.after.iter().map(|(what, count)| format!("{what} {count}")).collect();
            Err(format!("{}：{} 不等于 {}", stage.what, stage.before, after.join(" + ")))
        }
    }
}

/// All problems as a table of the store.
pub fn problem_table(problems: &Problems, sources: &Sources) -> PolarsResult<DataFrame> {
    let all: Vec<_> = problems.iter().collect();
    let places: Vec<String> = all.iter().map(|problem| problem.place.address()).collect();
    let text =
        |name: &str, values: Vec<&str>| StringChunked::from_iter_values(name.into(), values.into_iter()).into_column();
    let column = |name: &str, value: &dyn Fn(usize) -> String| {
        let values: Vec<String> = (0..all.len()).map(value).collect();
        StringChunked::from_iter_values(name.into(), values.iter().map(String::as_str)).into_column()
    };
    DataFrame::new(
        all.len(),
        vec![
            column("code", &|at| all[at].code.number().to_string()),
            column("file", &|at| sources.get(all[at].place.source).file.clone()),
            column("sheet", &|at| sources.get(all[at].place.source).sheet.clone()),
            text("cell", places.iter().map(String::as_str).collect()),
            text("field", all.iter().map(|problem| &*problem.field).collect()),
            text("found", all.iter().map(|problem| &*problem.found).collect()),
            text("what", all.iter().map(|problem| &*problem.what).collect()),
            text("outcome", all.iter().map(|problem| problem.outcome.title()).collect()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_row_stops_the_run_and_says_where() {
        let sheet = |kept| SheetTotals {
            file: "清单.csv".into(),
            sheet: "三月".into(),
            read: 10,
            kept,
            repeated: 1,
            set_aside: 1,
            passed_over: 2,
            ..SheetTotals::default()
        };
        assert_eq!(check_totals(&[sheet(6)], &[]), Ok(()));
        assert_eq!(check_totals(&[sheet(6), sheet(5)], &[]), Err("清单.csv「三月」读了 10 行，只交代了 9 行".to_string()));
    }

    #[test]
    fn a_lost_policy_stops_the_run_and_says_where() {
        let stage = |before| StageTotal {
            what: "合并：保单数".to_string(),
            in_fen: false,
            before,
            after: vec![("原有".to_string(), 2), ("新增".to_string(), 1)],
        };
        assert_eq!(check_totals(&[], &[stage(3)]), Ok(()));
        assert_eq!(check_totals(&[], &[stage(4)]), Err("合并：保单数：4 不等于 原有 2 + 新增 1".to_string()));
    }
}
