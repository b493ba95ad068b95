//! The month's workbooks, from figures that are already worked out. Only this folder knows rust_xlsxwriter.
//!
//! One file an output: what stands on which sheet. Below them, what they share: the columns about a household,
//! figures, tables, sheets, and the look of it all.

mod change_list;
mod family_check;
mod index;
mod problem_list;
mod team_report;

mod figures;
mod household;
mod mask;
mod save;
mod sheet;
mod style;
mod table;

#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use mask::mask_numbers;
pub use save::{Draft, SaveError, clean_leftovers, draft_with, open_folder, safe_file_name, safe_file_names, save_json};

use crate::model::report::{ChangeLine, FamilyDoubt, MonthReport, SheetTotals, StageTotal, TeamReport};
use crate::problem::{Problems, Sources};

/// Folder of the team reports, below the output folder.
const TEAM_FOLDER: &str = "团队报表";

/// Folder of the card books, below the output folder.
pub const CARD_FOLDER: &str = "客户服务卡";

/// What is written of a month, besides the figures.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// What is known otherwise than before, sorted.
    pub changes: &'a [ChangeLine],
    /// Before what: the last run, or the beginning of the month.
    pub compared_with: &'a str,
    /// Households nobody is sure of, by number.
    pub doubts: &'a [FamilyDoubt],
    /// All problems, sorted.
    pub problems: &'a Problems,
    /// The sheets they are in.
    pub sources: &'a Sources,
    /// Control totals of each input sheet.
    pub sheets: &'a [SheetTotals],
    /// Control totals of each stage.
    pub stages: &'a [StageTotal],
    /// For each input file, named as in `sources`, its path as seen from the output folder, with `/`. Files
    /// that are not here get no link.
    pub paths: &'a BTreeMap<String, String>,
}

/// One workbook, written or not.
#[derive(Debug)]
pub struct Written {
    /// Where it is, or should be.
    pub path: PathBuf,
    /// Its size; 0 if it was not written.
    pub bytes: u64,
    /// Cells in it; 0 if it was not written.
    pub cells: u64,
    /// Why it was not written. The others were all the same.
    pub result: Result<(), SaveError>,
}

enum Job<'a> {
    Index,
    Problems,
    Changes,
    Families,
    Team(&'a TeamReport),
}

/// A workbook that is finished but for its name, or why it is not.
#[derive(Debug)]
pub struct Drafted {
    path: PathBuf,
    cells: u64,
    result: Result<Draft, SaveError>,
}

/// Writes the index, the problem list, the list of changes, the families to check and a report for each team beside
/// their places below `out_dir`, several at a time. One that cannot be written does not keep the others from being
/// written.
pub fn draft_all(report: &MonthReport, findings: Findings<'_>, out_dir: &Path) -> Vec<Drafted> {
    let team_dir = out_dir.join(TEAM_FOLDER);
    clean_leftovers(out_dir);
    clean_leftovers(&team_dir);
    let mut jobs = vec![
        (Job::Index, out_dir.join("索引卡.xlsx")),
        (Job::Problems, out_dir.join("异常清单.xlsx")),
        (Job::Changes, out_dir.join("异动清单.xlsx")),
    ];
    let names = safe_file_names(report.teams.iter().map(|team| &*team.team));
    let teams = report.teams.iter().zip(names);
    jobs.extend(teams.map(|(team, name)| {
        let path = team_dir.join(format!("{name}.xlsx"));
        (Job::Team(team), path)
    }));
    jobs.push((Job::Families, out_dir.join("家庭核对.xlsx")));
    jobs.into_par_iter()
        // The index is by far the longest: one job at a time, so that no thread holds a second one back.
        .with_max_len(1)
        .map(|(job, path)| Drafted::of(path, |path| draft(&job, report, findings, path)))
        .collect()
}

impl Drafted {
    /// What `write` makes of a workbook at this place, with the number of its cells; if it breaks off, that it did.
    pub fn of(path: PathBuf, write: impl FnOnce(&Path) -> Result<(Draft, u64), SaveError>) -> Drafted {
        let drafted = catch_unwind(AssertUnwindSafe(|| write(&path)))
            .unwrap_or_else(|panic| Err(SaveError::of_panic(&path, panic.as_ref())));
        match drafted {
            Ok((draft, cells)) => Drafted { path, cells, result: Ok(draft) },
            Err(error) => Drafted { path, cells: 0, result: Err(error) },
        }
    }
}

/// Writes only the problem list, where it is told.
pub fn problems(report: &MonthReport, findings: Findings<'_>, path: &Path) -> Result<(), SaveError> {
    draft(&Job::Problems, report, findings, path)?.0.place()
}

/// Gives every finished workbook its name, and takes away those of an earlier run of the month that have no
/// successor.
/// Card books stay if `cards_stay`: none were to be written.
pub fn place_all(drafts: Vec<Drafted>, out_dir: &Path, cards_stay: bool) -> Vec<Written> {
    let placed = drafts.into_iter().map(|Drafted { path, cells, result }| {
        let placed = result.and_then(|draft| {
            let bytes = draft.bytes;
            draft.place().map(|()| bytes)
        });
        match placed {
            Ok(bytes) => Written { path, bytes, cells, result: Ok(()) },
            Err(error) => Written { path, bytes: 0, cells: 0, result: Err(error) },
        }
    });
    let written: Vec<Written> = placed.collect();
    remove_outdated(out_dir, &written, cards_stay);
    written
}

/// Where a card book that somebody wrote in goes before another takes its place.
pub fn aside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = |count: u32| match count {
        1 => format!("{stem}-有人写过.xlsx"),
        count => format!("{stem}-有人写过{count}.xlsx"),
    };
    (1..).map(|count| path.with_file_name(name(count))).find(|path| !path.exists()).expect("one of them is free")
}

/// Of each card book, by its path below the output folder, the SHA-256.
pub fn hashes(drafts: &[Drafted], out_dir: &Path) -> BTreeMap<PathBuf, String> {
    let hash = |draft: &Drafted| {
        let name = draft.path.strip_prefix(out_dir).ok()?.to_path_buf();
        Some((name, draft.result.as_ref().ok()?.sha256().ok()?))
    };
    drafts.iter().filter_map(hash).collect()
}

/// Takes away team reports and card books that an earlier run of the month wrote and this one did not: the team has another name
/// now, and its old figures must not lie beside the new ones. Only what `run.json` names is ours to take.
fn remove_outdated(out_dir: &Path, written: &[Written], cards_stay: bool) {
    let Ok(text) = std::fs::read_to_string(out_dir.join("run.json")) else { return };
    let Ok(before) = serde_json::from_str::<serde_json::Value>(&text) else { return };
    let files = before["outputs"].as_array().into_iter().flatten().filter_map(|output| output["file"].as_str());
    let is_ours = |file: &&str| file.starts_with(TEAM_FOLDER) || file.starts_with(CARD_FOLDER) && !cards_stay;
    for file in files.filter(is_ours).filter(|file| !file.contains("..")) {
        let path = out_dir.join(file);
        if !written.iter().any(|written| written.path == path) {
            // Open in Excel perhaps; then the next run takes it.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn draft(job: &Job<'_>, report: &MonthReport, findings: Findings<'_>, path: &Path) -> Result<(Draft, u64), SaveError> {
    match job {
        Job::Index => index::write(report, path),
        Job::Team(team) => team_report::write(report, team, path),
        Job::Changes => {
            let Findings { changes, compared_with, .. } = findings;
            let list = change_list::ChangeList { office: &report.office, as_of: report.as_of, changes, compared_with };
            change_list::write(&list, path)
        }
        Job::Families => {
            let list = family_check::FamilyCheck { office: &report.office, as_of: report.as_of, doubts: findings.doubts };
            family_check::write(&list, path)
        }
        Job::Problems => {
            let list = problem_list::ProblemList {
                office: &report.office,
                as_of: report.as_of,
                problems: findings.problems,
                sources: findings.sources,
                sheets: findings.sheets,
                stages: findings.stages,
                paths: findings.paths,
            };
            problem_list::write(&list, path)
        }
    }
}
