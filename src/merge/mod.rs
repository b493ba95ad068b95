//! This month's lists and the last book become this month's book: one row a person, household, policy, visit,
//! each value from whoever has the last word on it, every difference written down.

mod values;

mod changes;
mod fields;

mod agents;
mod evidence;
mod people;
mod policies;
mod visits;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsResult};

pub use changes::Changes;
pub use evidence::known_from;

use crate::book::Book;
use crate::model::assembled::Assembled;
use crate::model::list::List;
use crate::model::report::{SheetTotals, StageTotal};
use crate::problem::{Problems, Sources};
use crate::templates::Templates;

/// What merging is told.
pub struct Inputs<'a> {
    /// This month's lists.
    pub lists: &'a [List],
    /// Whom they speak of.
    pub assembled: &'a Assembled,
    /// The last run's book.
    pub previous: Option<&'a Book>,
    /// The office's templates.
    pub templates: &'a Templates,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// Names of the sheets.
    pub sources: &'a Sources,
}

/// The new book, and what adds up.
pub struct Merged {
    /// Everything known now; its problems are still to be filled in.
    pub book: Book,
    /// What is different from the last run.
    pub changes: Changes,
    /// Control totals.
    pub totals: Vec<StageTotal>,
}

/// Merges. `sheets` gets the rows that turned out to be repetitions or to have no policy number.
pub fn merge(inputs: &Inputs<'_>, sheets: &mut [SheetTotals], problems: &mut Problems) -> PolarsResult<Merged> {
    let mut changes = Changes::default();
    let agents = agents::Agents::collect(inputs);
    let policies = policies::merge(inputs, &agents, sheets, &mut changes, problems)?;
    let persons = people::persons(inputs, &mut changes)?;
    let households = people::households(inputs, &agents, &policies, &mut changes, problems)?;
    let members = people::members(inputs)?;
    let visits = visits::merge(inputs, &policies, sheets, &mut changes, problems)?;
    let totals = vec![
        policies.rows_total,
        policies.premium_total,
        policies.book_total,
        policies.book_premium_total,
        visits.rows_total,
        visits.book_total,
        people::members_total(inputs),
        people::persons_total(inputs)?,
        people::households_total(inputs),
        people::numbers_total(inputs)?,
    ];
    let book = Book {
        persons,
        households,
        members,
        policies: policies.frame,
        visits: visits.frame,
        numbers: evidence::numbers(inputs.assembled)?,
        agents: agents.frame(inputs.previous)?,
        mentions: evidence::mentions(inputs.assembled)?,
        ties: evidence::ties(inputs.assembled)?,
        originals: evidence::originals(inputs)?,
        changes: changes.frame()?,
        problems: DataFrame::empty(),
    };
    Ok(Merged { book, changes, totals })
}
