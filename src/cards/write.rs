//! The workbooks of cards on disk: several at a time, each whole or not at all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude::{PolarsError, PolarsResult};
use rayon::prelude::*;

use super::books::{CardBook, books};
use super::data::{Cards, Extent};
use super::design::Design;
use crate::book::Book;
use crate::model::report::{IndexLine, MonthReport};
use crate::stamp::Fault;
use crate::templates::Templates;
use crate::templates::workbooks::Form;
use crate::write::{Draft, Drafted, SaveError, clean_leftovers, draft_with, safe_file_names};

/// Name of the index in a book of cards.
const INDEX: &str = "索引卡";

/// What is written of a month's cards.
pub struct Printing<'a> {
    /// The tables.
    pub book: &'a Book,
    /// The month's judgement.
    pub report: &'a MonthReport,
    /// The office's templates.
    pub templates: &'a Templates,
    /// The look.
    pub design: &'a Design,
}

impl Printing<'_> {
    /// Writes the cards of these households, a book an agent, beside their places in a folder.
    pub fn draft(&self, wanted: &dyn Fn(&IndexLine) -> bool, folder: &Path) -> PolarsResult<Vec<Drafted>> {
        let cards = Cards::of(self.book, self.report, self.templates, self.design.wanted(), Extent::Page)?;
        let books = books(self.report.index.iter().filter(|line| wanted(line)));
        clean_leftovers(folder);
        let names = safe_file_names(books.iter().map(|book| book.name.as_str()));
        let jobs: Vec<(CardBook<'_>, PathBuf)> =
            books.into_iter().zip(names).map(|(book, name)| (book, folder.join(format!("{name}.xlsx")))).collect();
        let draft =
            |(book, path): (CardBook<'_>, PathBuf)| Drafted::of(path, |path| Ok((self.book(&cards, &book, path)?, 0)));
        Ok(jobs.into_par_iter().with_max_len(1).map(draft).collect())
    }

    /// Writes all cards into one book, with all there is to say.
    pub fn write_one(&self, path: &Path) -> Result<(), WriteOneError> {
        let cards = Cards::of(self.book, self.report, self.templates, self.design.wanted(), Extent::Whole)?;
        let lines = self.report.index.iter().collect();
        Ok(self.book(&cards, &CardBook { name: String::new(), lines, note: String::new() }, path)?.place()?)
    }

    fn book(&self, cards: &Cards<'_>, book: &CardBook<'_>, path: &Path) -> Result<Draft, SaveError> {
        let index = cards.index(INDEX, &book.lines, &book.note);
        let records = book.lines.iter().map(|line| cards.card(line, true));
        draft_with(path, |out| self.design.book(records, &index, out).map_err(|fault| of_fault(path, &fault)))
    }
}

/// Why one book of all cards was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteOneError {
    /// Tables could not be worked out.
    #[error(transparent)]
    Table(#[from] PolarsError),
    /// The file could not be written.
    #[error(transparent)]
    Save(#[from] SaveError),
}

/// Writes an empty form.
pub fn write_blank(form: Form, design: &Design, path: &Path) -> Result<(), SaveError> {
    draft_with(path, |out| design.blank(form.title(), out).map_err(|fault| of_fault(path, &fault)))?.place()
}

fn of_fault(path: &Path, fault: &Fault) -> SaveError {
    SaveError::Template(path.to_path_buf(), fault.to_string())
}

/// The households to write again: by number, or by agent and tier; all of them where nothing is asked for.
#[derive(Debug, Default)]
pub struct Choice {
    /// 客户编号; none means any.
    pub numbers: BTreeSet<String>,
    /// 服务专员.
    pub agent: Option<String>,
    /// A to D.
    pub tier: Option<String>,
    /// Only these, if there is a list of what changed.
    pub changed: Option<BTreeSet<String>>,
}

impl Choice {
    /// Whether a household is among them.
    pub fn takes(&self, line: &IndexLine) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        (self.numbers.is_empty() || self.numbers.contains(&*line.household_no))
            && is(&self.agent, &line.agent)
            && is(&self.tier, line.tier.map_or("", |tier| tier.title()))
            && self.changed.as_ref().is_none_or(|changed| changed.contains(&*line.household_no))
    }
}
