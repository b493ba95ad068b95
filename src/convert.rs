//! Old cards and lists of any kind into one standard card book, without an office folder and without a store; and an
//! account of what was read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{Local, NaiveDate};
use polars::prelude::PolarsError;
use serde::Serialize;

use crate::cards::{Design, DesignError, Printing, WriteOneError};
use crate::cli;
use crate::household;
use crate::input::Input;
use crate::merge;
use crate::model::assembled::Known;
use crate::model::list::List;
use crate::outcome;
use crate::plan::{self, Office, PlanError};
use crate::problem::{Code, Outcome, Problem, Problems, Severity};
use crate::progress::Progress;
use crate::read::{self, Lists};
use crate::rules;
use crate::templates::workbooks::Form;
use crate::write::{self, Findings, SaveError};

/// Why nothing was converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// What was typed cannot be done.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The template cannot be used.
    #[error("模板有错：\n{0}\n改好后用 fuwuka template check 再检查一次")]
    Design(#[from] DesignError),
    /// There was nobody in the files. Those that could not be read at all are told.
    #[error("这些文件里没有认出一位客户。用 fuwuka inspect 看看每个文件读到了什么{}", lines(unread))]
    Nobody {
        /// Name of the file, and why.
        unread: Vec<(String, String)>,
    },
    /// The result would overwrite what is read.
    #[error("结果“{}”就是要转的文件：请用 --out 换一个名字", .0.display())]
    OverInput(PathBuf),
    /// Control totals do not tie out.
    #[error("控制总数不平：{0}。没有写任何结果，请把这些文件交给维护人员")]
    Totals(String),
    /// Tables could not be worked out.
    #[error("计算没有完成，这是程序的错。没有写任何结果，请把这些文件交给维护人员")]
    Table(#[from] PolarsError),
    /// The result could not be written.
    #[error(transparent)]
    Save(#[from] SaveError),
}

fn lines(unread: &[(String, String)]) -> String {
    unread.iter().map(|(file, why)| format!("\n{file}：{why}")).collect()
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileCells {
    /// The file.
    pub file: String,
    /// Cells below headings, or beside labels, that hold something.
    pub read: usize,
    /// Those that became a value.
    pub understood: usize,
    /// Those that did not: kept in the problem list with their cells.
    pub not_understood: usize,
}

/// What was converted.
#[derive(Clone, Debug, Serialize)]
pub struct Converted {
    /// The card book.
    pub book: PathBuf,
    /// What was not understood, cell by cell; nothing if everything was.
    pub problem_list: Option<PathBuf>,
    /// Cards in it.
    pub cards: usize,
    /// File by file.
    pub files: Vec<FileCells>,
    /// Problems that somebody should look at.
    pub problems: usize,
}

/// Converts. `complete` may add to the files found what is missing: passwords.
pub fn convert(
    asked: &cli::Convert,
    progress: &Progress,
    complete: impl FnOnce(&mut [Input]),
) -> Result<Converted, ConvertError> {
    let office = Office::open(Some(asked.office.as_deref().unwrap_or(Path::new("."))))?;
    let design = Design::of(Form::Card, &office.templates, Some(&office.folder))?;
    let mut inputs = plan::find_with(&asked.files, &office.passwords(asked.password_file.as_deref())?)?;
    if inputs.is_empty() {
        return Err(PlanError::NothingToRead(asked.files[0].clone()).into());
    }
    let same = |path: &Path| matches!((path.canonicalize(), asked.out.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if let Some(input) = inputs.iter().find(|input| same(&input.path)) {
        return Err(ConvertError::OverInput(input.path.clone()));
    }
    complete(&mut inputs);
    let as_of = asked.as_of.unwrap_or_else(|| Local::now().date_naive());
    let mut problems = Problems::default();
    let mut lists = read::all(&inputs, &office.templates, progress, &mut problems);
    lists.born_by(as_of, &mut problems);
    let files = cells(&lists, inputs.iter().map(|input| input.name.as_str()));
    lists.lists.iter().for_each(|list| tell_leftovers(list, &mut problems));
    let (book, report) = book_of(&mut lists, &office, as_of, &mut problems)?;
    if report.index.is_empty() {
        return Err(ConvertError::Nobody { unread: unread(&problems, &lists) });
    }
    problems.sort();
    let printing = Printing { book: &book, report: &report, templates: &office.templates, design: &design };
    printing.write_one(&asked.out).map_err(|error| match error {
        WriteOneError::Table(error) => ConvertError::Table(error),
        WriteOneError::Save(error) => ConvertError::Save(error),
    })?;
    let told = problems.iter().filter(|problem| problem.code.severity() != Severity::Note).count();
    let problem_list = if told > 0 {
        let path = beside(&asked.out);
        let findings = Findings {
            changes: &[],
            compared_with: "",
            doubts: &[],
            problems: &problems,
            sources: &lists.sources,
            sheets: &lists.totals,
            stages: &[],
            paths: &BTreeMap::new(),
        };
        write::problems(&report, findings, &path)?;
        Some(path)
    } else {
        None
    };
    Ok(Converted { book: asked.out.clone(), problem_list, cards: report.index.len(), files, problems: told })
}

/// Problems with files as a whole.
fn unread(problems: &Problems, lists: &Lists) -> Vec<(String, String)> {
    let of_files = problems.iter().map(|problem| (problem, lists.sources.get(problem.place.source)));
    let of_files = of_files.filter(|(problem, source)| source.sheet.is_empty() && problem.code.number().starts_with('F'));
    of_files.map(|(problem, source)| (source.file.clone(), problem.what.to_string())).collect()
}

/// The tables and the judgement of lists alone.
fn book_of(
    lists: &mut Lists,
    office: &Office,
    as_of: NaiveDate,
    problems: &mut Problems,
) -> Result<(crate::book::Book, crate::model::report::MonthReport), ConvertError> {
    let month =
        merge::Month { lists: &lists.lists, previous: None, templates: &office.templates, as_of, sources: &lists.sources };
    let known = Known::default();
    let assembled = household::assemble(&month.people(&known), problems);
    let prepared = merge::prepare(&month, &mut lists.totals, problems)?;
    let merged = merge::merge(&month, &assembled, prepared, &mut lists.totals, problems)?;
    outcome::check_totals(&lists.totals, &merged.totals).map_err(ConvertError::Totals)?;
    let report = rules::assess(&merged.book, &office.templates, &office.conditions, &office.name, as_of)?;
    Ok((merged.book, report))
}

/// `客户服务卡.xlsx` → `客户服务卡-异常清单.xlsx`.
fn beside(out: &Path) -> PathBuf {
    let stem = out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{stem}-异常清单.xlsx"))
}

/// Cells of each file, and what became of them.
fn cells<'f>(lists: &Lists, files: impl Iterator<Item = &'f str>) -> Vec<FileCells> {
    let mut counted: Vec<FileCells> =
        files.map(|file| FileCells { file: file.to_string(), ..FileCells::default() }).collect();
    for list in &lists.lists {
        let source = lists.sources.get(list.source);
        let Some(file) = counted.iter_mut().find(|counted| counted.file == source.file) else { continue };
        let (understood, not_understood) = cells_of(list);
        file.understood += understood;
        file.not_understood += not_understood;
        file.read += understood + not_understood;
    }
    counted
}

/// No store keeps what stands in columns that nobody knows: every cell of them is told.
fn tell_leftovers(list: &List, problems: &mut Problems) {
    for leftover in &list.leftovers {
        for (row, text) in leftover.texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            problems.push(Problem {
                code: Code::ColumnUnknown,
                place: list.place_of(row, leftover.at),
                field: leftover.heading.clone(),
                found: text.into(),
                what: "这一列没认出，卡上没有这一格".into(),
                outcome: Outcome::CellSetAside,
            });
        }
    }
}

/// Cells of a list that became values, and those that are only kept as text.
fn cells_of(list: &List) -> (usize, usize) {
    let mut understood = 0;
    let mut not_understood = 0;
    for column in &list.columns {
        let is_own = |row: &usize| !column.data.is_blank(*row) && !list.is_said_once(*row, column.at);
        let filled = (0..list.len()).filter(is_own).count();
        let kept = list.originals.in_columns(&[column.at]);
        understood += filled;
        not_understood += kept.keys().filter(|(row, _)| column.data.is_blank(*row as usize)).count();
    }
    for leftover in &list.leftovers {
        not_understood += leftover.texts.iter().filter(|text| !text.is_empty()).count();
    }
    (understood, not_understood)
}

impl Converted {
    /// For reading.
    pub fn to_text(&self) -> String {
        let mut text = format!("{} 张服务卡：{}\n", self.cards, self.book.display());
        for file in &self.files {
            let FileCells { file, read, understood, not_understood } = file;
            let _ = writeln!(text, "  {file}　读了 {read} 格，看懂 {understood} 格，没看懂 {not_understood} 格");
        }
        match &self.problem_list {
            Some(path) => {
                let _ = writeln!(text, "要看的问题 {} 处，逐格列在 {}", self.problems, path.display());
            }
            None => text.push_str("没有要看的问题\n"),
        }
        text
    }
}
