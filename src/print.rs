//! Cards again from the store, empty forms, and templates: what the commands `cards`, `blank` and `template` do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude::PolarsError;

use crate::cards::{self, Choice, Design, DesignError, DesignView, Printing, changed, write_blank};
use crate::cli;
use crate::model::cell::Cell;
use crate::model::client_no::ClientNo;
use crate::model::tier::Tier;
use crate::plan::{Office, PlanError, default_office, store_of};
use crate::problem::system_words;
use crate::rules;
use crate::store::{Store, StoreError};
use crate::templates::workbooks::{FOLDERS, Form, Workbook};
use crate::templates::{TemplateError, Templates};
use crate::write::{SaveError, Written, place_all};

/// Folder of cards that are printed again, below the output folder.
const AGAIN: &str = "补打服务卡";

/// Lines that a form to be filled in shows.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The office cannot be used.
    #[error(transparent)]
    Office(#[from] PlanError),
    /// A file of the office's templates is wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template workbook cannot be used.
    #[error("模板有错：\n{0}\n改好后用 fuwuka template check 再检查一次")]
    Design(#[from] DesignError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There was no run yet.
    #[error("“{}”里还没有卡库：先运行一次 fuwuka run，再补打服务卡", .0.display())]
    NothingStored(PathBuf),
    /// This is no number.
    #[error("“{0}”不是客户编号，写成 W0001 这样")]
    NotANumber(String),
    /// This is no tier.
    #[error("没有“{0}”这一级，写成 A、B、C 或 D")]
    NotATier(String),
    /// Nobody fits.
    #[error("没有符合的户：{0}")]
    Nobody(String),
    /// Tables could not be worked out.
    #[error("计算没有完成，这是程序的错。请把“卡库”交给维护人员")]
    Table(#[from] PolarsError),
    /// A file could not be written.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A folder could not be made.
    #[error("文件夹“{}”建不了：{}。请检查权限", folder.display(), system_words(cause))]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
}

/// Prints cards again, as of the last run: how many, and the files.
pub fn cards(asked: &cli::Cards) -> Result<(usize, Vec<Written>), PrintError> {
    let office = Office::open(asked.office.as_deref())?;
    let design = Design::of(Form::Card, &office.templates, Some(&office.folder))?;
    let numbers = asked.no.iter().map(|text| number(text)).collect::<Result<BTreeSet<String>, PrintError>>()?;
    let tier = asked.tier.as_deref().map(tier).transpose()?;
    let store = Store::at(&office.store());
    let Some(snapshot) = store.current()? else { return Err(PrintError::NothingStored(office.folder)) };
    let as_of = snapshot.manifest.as_of;
    let mut book = snapshot.book.clone();
    let changed = if asked.changed {
        book.changes = store.changes(&snapshot)?;
        Some(changed(&book, store.is_first(&snapshot))?)
    } else {
        None
    };
    let report = rules::assess(&book, &office.templates, &office.conditions, &office.name, as_of)?;
    let choice = Choice { numbers, agent: asked.agent.clone(), tier, changed };
    let count = report.index.iter().filter(|line| choice.takes(line)).count();
    let known: BTreeSet<&str> = report.index.iter().map(|line| &*line.household_no).collect();
    let unknown: Vec<&str> = choice.numbers.iter().map(String::as_str).filter(|number| !known.contains(number)).collect();
    if !unknown.is_empty() {
        return Err(PrintError::Nobody(format!("卡库里没有 {}", unknown.join("、"))));
    }
    if count == 0 {
        let agents: BTreeSet<&str> = report.index.iter().map(|line| &*line.agent).collect();
        let hint = match &asked.agent {
            Some(agent) if !agents.contains(agent.as_str()) => format!("没有叫“{agent}”的服务专员"),
            _ => "换一个条件再试".to_string(),
        };
        return Err(PrintError::Nobody(hint));
    }
    let folder = asked.out.clone().unwrap_or_else(|| office.out(as_of).join(AGAIN));
    let printing = Printing { book: &book, report: &report, templates: &office.templates, design: &design };
    let drafts = printing.draft(&|line| choice.takes(line), &folder)?;
    store.keep_template(&design.mark().version, design.file())?;
    Ok((count, place_all(drafts, &folder, false)))
}

fn number(text: &str) -> Result<String, PrintError> {
    let read = ClientNo::read(Cell::from(text)).good();
    read.map(|number| number.household().to_string()).ok_or_else(|| PrintError::NotANumber(text.to_string()))
}

fn tier(text: &str) -> Result<String, PrintError> {
    let letter = text.to_uppercase();
    let known = Tier::from_title(&letter).ok_or_else(|| PrintError::NotATier(text.to_string()))?;
    Ok(known.title().to_string())
}

/// Writes empty forms.
pub fn blank(asked: &cli::Blank) -> Result<Vec<PathBuf>, PrintError> {
    let office = asked.office.clone().unwrap_or_else(default_office);
    let templates = Templates::load(Some(&office))?;
    let folder = asked.out.clone().unwrap_or_else(|| PathBuf::from("."));
    let mut written = Vec::new();
    for form in Form::ALL.into_iter().filter(|form| asked.form.is_none_or(|wanted| Form::from(wanted) == *form)) {
        let design = Design::of(form, &templates, Some(&office))?;
        let path = folder.join(format!("空白{}.xlsx", form.title()));
        write_blank(form, &design, &path)?;
        let store = store_of(&office);
        if store.is_dir() {
            Store::at(&store).keep_template(&design.mark().version, design.file())?;
        }
        written.push(path);
    }
    Ok(written)
}

impl From<cli::Form> for Form {
    fn from(form: cli::Form) -> Form {
        match form {
            cli::Form::Card => Form::Card,
            cli::Form::Visits => Form::Visits,
            cli::Form::Family => Form::Family,
        }
    }
}

/// What stands in templates and what is wrong with them: those named, else those that the office uses.
pub fn check(asked: &cli::Template) -> Result<Vec<DesignView>, PrintError> {
    let office = asked.office.clone().unwrap_or_else(default_office);
    let templates = Templates::load(Some(&office))?;
    let workbooks = if asked.files.is_empty() {
        Form::ALL.iter().map(|form| Workbook::of(*form, Some(&office))).collect::<Result<Vec<_>, _>>()?
    } else {
        asked.files.iter().map(|path| Workbook::at(path)).collect::<Result<Vec<_>, _>>()?
    };
    Ok(workbooks.iter().map(|workbook| cards::check(workbook, &templates)).collect())
}

/// Puts the built-in templates where the office can change them; says which were new. What is there stays.
pub fn copy(asked: &cli::Template) -> Result<Vec<(PathBuf, bool)>, PrintError> {
    let folder = asked.office.clone().unwrap_or_else(default_office).join(FOLDERS[0]);
    let failed = |path: &Path| {
        let folder = path.to_path_buf();
        move |cause| PrintError::Folder { folder, cause }
    };
    std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let mut copied = Vec::new();
    for form in Form::ALL {
        let path = folder.join(format!("{}.xlsx", form.title()));
        let is_new = !path.exists();
        if is_new {
            std::fs::write(&path, form.built_in()).map_err(failed(&path))?;
        }
        copied.push((path, is_new));
    }
    Ok(copied)
}

/// A template that somebody names.
pub fn design(path: &Path, templates: &Templates) -> Result<Design, PrintError> {
    Ok(Design::open(&Workbook::at(path)?, templates)?)
}
