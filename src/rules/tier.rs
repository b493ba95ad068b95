//! Tiers: a letter written by hand wins; else the first condition of `rules.toml` that holds; else none.

use polars::prelude::*;
use polars_sql::sql_expr;

use super::facts;
use crate::templates::TemplateError;
use crate::templates::fields::{Fields, nearest};
use crate::templates::rules::Rules;

/// A condition of the tier ladder, parsed and known to fit the facts.
#[derive(Clone, Debug)]
pub struct Condition {
    /// True, false, or blank where a fact is.
    holds: Expr,
    level: &'static str,
    reason: String,
}

/// Parses every condition and checks names and types, so that a slip of the pen stops the run before a file is
/// opened, with its line and the nearest names.
pub fn conditions(rules: &Rules, fields: &Fields) -> Result<Vec<Condition>, TemplateError> {
    let names = facts::names_for_conditions(fields);
    rules
        .tiers
        .iter()
        .map(|rule| {
            let wrong = |what: &str| rules.wrong_condition(&rule.when, what);
            let holds = sql_expr(&rule.when).map_err(|error| wrong(&format!("写法不对：{error}")))?;
            for name in used_names(&holds) {
                if names.get_column_index(&name).is_none() {
                    let known: Vec<&str> = names.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
                    let near = nearest(&name, known.into_iter());
                    let hint =
                        if near.is_empty() { String::new() } else { format!("，是不是“{}”", near.join("”“")) };
                    return Err(wrong(&format!("里的“{name}”不认识{hint}")));
                }
            }
            let kind = names
                .clone()
                .lazy()
                .select([holds.clone().alias("holds")])
                .collect()
                .map_err(|_| wrong("里比较的东西种类不同，例如拿金额去比文字"))?;
            if kind.column("holds").is_ok_and(|holds| holds.dtype() != &DataType::Boolean) {
                return Err(wrong("不是一个能成立或不成立的条件"));
            }
            Ok(Condition { holds, level: rule.level.title(), reason: rule.reason.clone() })
        })
        .collect()
}

fn used_names(condition: &Expr) -> Vec<String> {
    let columns = condition.into_iter().filter_map(|expr| match expr {
        Expr::Column(name) => Some(name.to_string()),
        _ => None,
    });
    let mut names: Vec<String> = columns.collect();
    names.sort();
    names.dedup();
    names
}

/// The tier of each household. Blank (no tier) where no condition holds; a condition on a blank fact does not hold.
pub fn tier(conditions: &[Condition]) -> Expr {
    ladder(conditions, |condition| lit(condition.level)).fill_null_with(col("hand_tier"))
}

/// Why: the rule's reason, or that the letter was written by hand.
pub fn reason(conditions: &[Condition]) -> Expr {
    when(col("hand_tier").is_not_null())
        .then(lit("服务卡上手写的等级"))
        .otherwise(ladder(conditions, |condition| lit(condition.reason.clone())))
}

fn ladder(conditions: &[Condition], answer: impl Fn(&Condition) -> Expr) -> Expr {
    let blank = lit(NULL).cast(DataType::String);
    conditions
        .iter()
        .rev()
        .fold(blank, |others, condition| when(condition.holds.clone()).then(answer(condition)).otherwise(others))
}

/// Hand over rule, without repeating which is which.
trait HandFirst {
    /// The hand-given value where there is one, else this.
    fn fill_null_with(self, hand: Expr) -> Expr;
}

impl HandFirst for Expr {
    fn fill_null_with(self, hand: Expr) -> Expr {
        when(hand.clone().is_not_null()).then(hand).otherwise(self)
    }
}
