//! When a household should be visited, and how late it is. A date agreed with the client comes first; else the
//! tier's interval counts from the last visit, else from the day the household was assigned.

use chrono::NaiveDate;
use polars::prelude::*;

use super::facts::{days, days_between};
use crate::model::report::VisitState;
use crate::templates::rules::{OverdueBand, Rules, VisitRule};

/// The date agreed with the client, if it is later than the last visit. Blank: nothing agreed.
pub fn agreed() -> Expr {
    let after_last_visit = |date: Expr| {
        when(date.clone().gt(col("last_visit")).or(col("last_visit").is_null()))
            .then(date)
            .otherwise(lit(NULL).cast(DataType::Date))
    };
    coalesce(&[after_last_visit(col("agreed_at_visit")), after_last_visit(col("agreed_visit"))])
}

/// The day the interval counts from. Blank: never visited, and nobody knows since when the household is served.
pub fn counted_from() -> Expr {
    coalesce(&[col("last_visit"), col("assigned_date")])
}

/// Days of the tier's interval, by which of its two bounds. No tier, no answer: blank.
fn by_tier(rules: &Rules, bound: impl Fn(&VisitRule) -> u32) -> Expr {
    rules.visits.iter().fold(lit(NULL).cast(DataType::Int64), |others, rule| {
        when(col("tier").eq(lit(rule.tier.title()))).then(lit(i64::from(bound(rule)))).otherwise(others)
    })
}

/// Whether visits are judged at all: not where the client wants none, and not where somebody has died and a
/// human must look first.
fn is_visited() -> Expr {
    col("no_service").eq(lit("是")).fill_null(lit(false)).not().and(col("deaths").eq(lit(0)))
}

/// The day a visit is due: as agreed, else by tier. Blank without tier or starting day.
pub fn next_due(rules: &Rules) -> Expr {
    let by_interval = (counted_from().cast(DataType::Int32).cast(DataType::Int64)
        + by_tier(rules, |rule| rule.due_after_days))
    .cast(DataType::Int32)
    .cast(DataType::Date);
    when(is_visited()).then(coalesce(&[col("agreed"), by_interval])).otherwise(lit(NULL).cast(DataType::Date))
}

/// Days past the limit: past an agreed date, else past the tier's upper bound. Blank when not overdue, or when
/// tier or starting day is unknown.
pub fn overdue_days(rules: &Rules, as_of: NaiveDate) -> Expr {
    let late = coalesce(&[
        days_between(col("agreed"), as_of),
        days_between(counted_from(), as_of) - by_tier(rules, |rule| rule.overdue_after_days),
    ]);
    when(is_visited().and(late.clone().gt(lit(0)))).then(late).otherwise(lit(NULL).cast(DataType::Int64))
}

/// Overdue, due, in time, or unknown; never blank.
pub fn state(as_of: NaiveDate) -> Expr {
    let due = col("next_due").cast(DataType::Int32).lt_eq(lit(days(as_of) as i32));
    when(col("overdue_days").is_not_null())
        .then(lit(VisitState::Overdue.title()))
        .when(col("next_due").is_null())
        .then(lit(VisitState::Unknown.title()))
        .when(due)
        .then(lit(VisitState::Due.title()))
        .otherwise(lit(VisitState::InTime.title()))
}

/// Name of the band of overdue days. Blank when not overdue.
pub fn overdue_band(bands: &[OverdueBand]) -> Expr {
    bands.iter().rev().fold(lit(NULL).cast(DataType::String), |others, band| match band.up_to_days {
        None => when(col("overdue_days").is_not_null()).then(lit(band.title.clone())).otherwise(others),
        Some(last) => when(col("overdue_days").lt_eq(lit(i64::from(last)))).then(lit(band.title.clone())).otherwise(others),
    })
}
