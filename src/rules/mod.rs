//! The month's judgement, in polars: tiers, visits, figures. Lazy to the end, collected once; no rule reads the
//! clock.

mod facts;
mod tier;
mod visit;

mod report;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use polars::prelude::*;

pub use report::totals;
pub use tier::{Condition, conditions};

use crate::book::Book;
use crate::model::report::MonthReport;
use crate::templates::Templates;

/// Judges every household and works out the month's sheets. `conditions` come from [`conditions`], checked before
/// any file was opened.
pub fn assess(
    book: &Book,
    templates: &Templates,
    conditions: &[Condition],
    office: &str,
    as_of: NaiveDate,
) -> PolarsResult<MonthReport> {
    let rules = &templates.rules;
    let known: Vec<PlSmallStr> = book.households.get_column_names().into_iter().cloned().collect();
    let facts = facts::facts(book, &rules.limits, as_of);
    let judged = facts::under_titles(facts, &templates.fields, &known)
        .with_columns([
            tier::tier(conditions).alias("tier"),
            tier::reason(conditions).alias("tier_reason"),
            visit::agreed().alias("agreed"),
        ])
        .with_columns([visit::next_due(rules).alias("next_due"), visit::overdue_days(rules, as_of).alias("overdue_days")])
        .with_columns([visit::state(as_of).alias("visit_state"), visit::overdue_band(&rules.bands).alias("overdue_band")])
        .select([
            col("household_no"),
            col("head"),
            col("members"),
            col("tier"),
            col("hand_tier").is_not_null().alias("by_hand"),
            col("tier_reason"),
            col("segment"),
            col("demand"),
            col("main_need"),
            col("policies_in_force"),
            col("premium_fen"),
            col("last_visit"),
            col("next_due"),
            col("agreed").is_not_null().alias("agreed"),
            col("overdue_days"),
            col("overdue_band"),
            col("visit_state"),
            col("visits_this_month"),
            col("agent"),
            col("team"),
            col("first_seen"),
            col("last_in_company_list"),
        ])
        .collect()?;
    report::month(&judged, book, templates, office, as_of)
}
