//! This month's lists and the last book become this month's book: one row a person, household, policy, visit,
//! each value from whoever has the last word on it, every difference written down.

mod values;

mod changes;
mod disagree;
mod fields;

mod agents;
mod evidence;
mod notes;
mod people;
mod policies;
mod unused;
mod visits;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsResult};

pub use changes::Changes;
pub use evidence::known_from;

use agents::Agents;
use policies::FoldedPolicies;

use crate::book::Book;
use crate::household;
use crate::model::assembled::{Assembled, Known};
use crate::model::list::List;
use crate::model::report::{SheetTotals, StageTotal};
use crate::problem::{Problems, Sources};
use crate::templates::Templates;

/// What merging is told.
pub struct Month<'a> {
    /// This month's lists.
    pub lists: &'a [List],
    /// The last run's book.
    pub previous: Option<&'a Book>,
    /// The office's templates.
    pub templates: &'a Templates,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// Names of the sheets.
    pub sources: &'a Sources,
}

impl<'a> Month<'a> {
    /// What the household stage is told of it, beside what the last run knew.
    pub fn people(&self, known: &'a Known) -> household::Inputs<'a> {
        household::Inputs { lists: self.lists, sources: self.sources, known, templates: self.templates, as_of: self.as_of }
    }
}

/// The month, and who is who.
struct Inputs<'a> {
    month: &'a Month<'a>,
    assembled: &'a Assembled,
}

/// What can be merged before anybody knows who is who.
pub struct Prepared {
    agents: Agents,
    policies: FoldedPolicies,
    originals: DataFrame,
    changes: Changes,
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

/// Merges what does not depend on who is who, so that it can be done meanwhile. `sheets` gets the rows that turned
/// out to be repetitions or to have no policy number.
pub fn prepare(month: &Month<'_>, sheets: &mut [SheetTotals], problems: &mut Problems) -> PolarsResult<Prepared> {
    let mut changes = Changes::default();
    let agents = Agents::collect(month);
    let policies = policies::fold(month, &agents, sheets, &mut changes, problems)?;
    Ok(Prepared { agents, policies, originals: evidence::originals(month)?, changes })
}

/// Merges the rest. `sheets` gets the visits that turned out to be repetitions.
pub fn merge(
    month: &Month<'_>,
    assembled: &Assembled,
    prepared: Prepared,
    sheets: &mut [SheetTotals],
    problems: &mut Problems,
) -> PolarsResult<Merged> {
    let inputs = &Inputs { month, assembled };
    let Prepared { agents, policies, mut originals, mut changes } = prepared;
    // What does not need each other is worked out side by side; every part notes its own changes and problems, and
    // both are sorted before anybody sees them.
    let mut of_policies = Problems::default();
    let (policies, evidence) = rayon::join(|| policies.with_people(inputs, &mut of_policies), || Evidence::of(inputs));
    let (policies, evidence) = (policies?, evidence?);
    problems.append(of_policies);

    let finder = visits::Finder::new(inputs, &policies)?;
    let dealings = finder.dealings();
    originals.vstack_mut(&unused::texts(inputs, &dealings, problems)?)?;
    let mut of_persons = (Changes::default(), Problems::default());
    let mut of_cards = (Changes::default(), Problems::default());
    let ((households, persons), cards) = rayon::join(
        || {
            rayon::join(
                || people::households(inputs, &agents, &policies, &dealings, &mut changes, problems),
                || people::persons(inputs, &dealings, &mut of_persons.0, &mut of_persons.1),
            )
        },
        || {
            let (changes, problems) = (&mut of_cards.0, &mut of_cards.1);
            let visits = visits::merge(inputs, &finder, &dealings, sheets, changes, problems)?;
            let needs = notes::merge(notes::NEEDS, inputs, &finder, &dealings, sheets, changes, problems)?;
            let referrals = notes::merge(notes::REFERRALS, inputs, &finder, &dealings, sheets, changes, problems)?;
            PolarsResult::Ok((visits, needs, referrals))
        },
    );
    let (households, persons, (visits, needs, referrals)) = (households?, persons?, cards?);
    for (of_part, told) in [of_persons, of_cards] {
        changes.append(of_part);
        problems.append(told);
    }

    let totals = vec![
        policies.rows_total,
        policies.premium_total,
        policies.book_total,
        policies.book_premium_total,
        visits.rows_total,
        visits.book_total,
        needs.rows_total,
        referrals.rows_total,
        people::members_total(inputs),
        people::persons_total(inputs)?,
        people::households_total(inputs),
        people::numbers_total(inputs)?,
    ];
    let book = Book {
        persons,
        households,
        members: evidence.members,
        policies: policies.frame,
        visits: visits.frame,
        needs: needs.frame,
        referrals: referrals.frame,
        numbers: evidence.numbers,
        agents: agents.frame()?,
        mentions: evidence.mentions,
        ties: evidence.ties,
        agent_phones: evidence.agent_phones,
        originals,
        changes: changes.frame()?,
        problems: DataFrame::empty(),
    };
    Ok(Merged { book, changes, totals })
}

/// The tables that follow from who is who alone.
struct Evidence {
    members: DataFrame,
    numbers: DataFrame,
    mentions: DataFrame,
    ties: DataFrame,
    agent_phones: DataFrame,
}

impl Evidence {
    fn of(inputs: &Inputs<'_>) -> PolarsResult<Self> {
        Ok(Evidence {
            members: people::members(inputs)?,
            numbers: evidence::numbers(inputs.assembled)?,
            mentions: evidence::mentions(inputs.assembled)?,
            ties: evidence::ties(inputs.assembled)?,
            agent_phones: evidence::agent_phones(inputs.assembled)?,
        })
    }
}
