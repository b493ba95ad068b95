//! Tiers: a letter written by hand wins; else the first condition of `rules.toml` that holds; else none.

use polars::prelude::*;
use polars_sql::sql_expr;

use super::facts;
use crate::templates::TemplateError;
use crate::templates::fields::{Fields, nearest};
use crate::templates::rules::{Rules, TierRule};

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
    let names = facts::names_for_conditions(fields)?;
    let condition = |rule: &TierRule| {
        let holds = holds(&rule.when, &names).map_err(|what| rule.wrong(&what))?;
        Ok(Condition { holds, level: rule.level.title(), reason: rule.reason.clone() })
    };
    rules.tiers.iter().map(condition).collect()
}

/// A condition over an (empty) frame of everything it may speak of; else what is wrong with it.
fn holds(condition: &str, names: &DataFrame) -> Result<Expr, String> {
    if let Some(wide) = outside_quotes(condition).find(|c| "＞＜＝！（），＋－×÷≥≤≠“”‘’".contains(*c))
    {
        return Err(format!("里的“{wide}”是全角符号，请用半角，例如 >= <= <> ( )"));
    }
    if condition.trim().is_empty() {
        return Err("是空的".to_string());
    }
    // In brackets and on a line of its own: what follows a whole condition would else be dropped without a word.
    let holds = sql_expr(format!("(\n{condition}\n)"))
        .map_err(|_| "写法不对：看看 AND、OR、NOT、括号和引号，文字要用单引号，例如 户主性别 = '女'".to_string())?;
    for name in used_names(&holds) {
        if names.get_column_index(&name).is_none() {
            let near = nearest(&name, names.get_column_names().into_iter().map(PlSmallStr::as_str));
            let hint = if near.is_empty() { String::new() } else { format!("，是不是“{}”", near.join("”“")) };
            return Err(format!("里的“{name}”不认识{hint}"));
        }
    }
    if holds.into_iter().any(is_over_many) {
        return Err("里有 SUM、COUNT 一类的合计：条件只能说一户自己的事".to_string());
    }
    let kind = kind(&holds, names);
    if kind.is_none() || holds.into_iter().any(|part| compares_yes_with_words(part, names)) {
        return Err("里比较的东西种类不同，例如拿金额去比文字；日期写成 DATE '2026-11-30'，“有……”直接写，不用比".to_string());
    }
    if kind != Some(DataType::Boolean) {
        return Err("不是一个能成立或不成立的条件".to_string());
    }
    Ok(holds)
}

/// What kind of value an expression gives; none if it cannot be worked out.
fn kind(expr: &Expr, names: &DataFrame) -> Option<DataType> {
    let frame = names.clone().lazy().select([expr.clone().alias("kind")]).collect().ok()?;
    frame.column("kind").ok().map(|column| column.dtype().clone())
}

/// 有教育金 = '是': polars would take it, and it would never hold.
fn compares_yes_with_words(part: &Expr, names: &DataFrame) -> bool {
    let Expr::BinaryExpr { left, op, right } = part else { return false };
    let is_yes = |expr: &Expr| kind(expr, names).map(|kind| kind == DataType::Boolean);
    op.is_comparison() && is_yes(left) != is_yes(right)
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

/// The characters of a condition that are not inside a quoted text.
fn outside_quotes(condition: &str) -> impl Iterator<Item = char> + '_ {
    let mut inside = false;
    condition.chars().filter(move |c| {
        inside ^= *c == '\'';
        !inside
    })
}

/// Whether a part of a condition looks at several households at once.
fn is_over_many(part: &Expr) -> bool {
    // The list of an IN is imploded.
    if let Expr::Agg(aggregate) = part {
        return !matches!(aggregate, AggExpr::Implode { .. });
    }
    matches!(part, Expr::Len | Expr::Over { .. } | Expr::Explode { .. })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::{FIELDS, RULES};

    fn ladder_of(conditions_text: &[&str]) -> Result<Vec<Condition>, TemplateError> {
        let tier = |when: &&str| {
            format!("[[tier]]\nlevel = 'B'\nwhen = \"\"\"{when}\"\"\"\nreason = '{}'\n", when.replace('\'', ""))
        };
        let own: String = conditions_text.iter().map(tier).collect();
        let rules = Rules::load(RULES, Some(("rules.toml", &own))).expect("TOML is right");
        conditions(&rules, &Fields::load(FIELDS, None).expect("built in"))
    }

    /// Tier and reason of a household of which only these facts are known.
    fn judged(conditions: &[Condition], facts: &[(&str, AnyValue<'static>)], hand: Option<&str>) -> (String, String) {
        let names = facts::names_for_conditions(&Fields::load(FIELDS, None).expect("built in")).expect("no name twice");
        let mut columns: Vec<Column> = names
            .columns()
            .iter()
            .map(|column| {
                let known = facts.iter().find(|(name, _)| *name == column.name().as_str());
                let value = known.map_or(AnyValue::Null, |(_, value)| value.clone());
                Series::from_any_values_and_dtype(column.name().clone(), &[value], column.dtype(), true)
                    .unwrap()
                    .into_column()
            })
            .collect();
        columns.push([hand].into_iter().collect::<StringChunked>().with_name("hand_tier".into()).into_column());
        let frame = DataFrame::new(1, columns).unwrap().lazy();
        let frame = frame.select([tier(conditions).alias("tier"), reason(conditions).alias("reason")]).collect().unwrap();
        let text = |name: &str| frame.column(name).unwrap().str().unwrap().get(0).unwrap_or("").to_string();
        (text("tier"), text("reason"))
    }

    #[track_caller]
    fn holds_for(when: &str, facts: &[(&str, AnyValue<'static>)], want: bool) {
        let conditions = ladder_of(&[when]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(judged(&conditions, facts, None).0, if want { "B" } else { "" }, "{when}");
    }

    #[test]
    fn a_blank_never_holds_unless_it_is_asked_for() {
        let income = |yuan: i64| [("家庭年收入", AnyValue::Int64(yuan))];
        holds_for("家庭年收入 >= 300000", &income(300_000), true);
        holds_for("家庭年收入 >= 300000", &income(299_999), false);
        holds_for("家庭年收入 >= 300000", &[], false);
        holds_for("NOT 家庭年收入 >= 300000", &[], false);
        holds_for("家庭年收入 < 300000", &[], false);
        holds_for("家庭年收入 <> 300000", &[], false);
        holds_for("家庭年收入 IS NULL", &[], true);
        holds_for("COALESCE(家庭年收入, 0) < 1000", &[], true);
        holds_for("家庭年收入 >= 1 OR 家庭年收入 IS NULL", &[], true);
        holds_for("家庭年收入 IN (1, 2)", &[], false);
        holds_for("家庭年收入 BETWEEN 1 AND 2", &[], false);
    }

    /// What the office may write, in the subset of SQL that other engines read the same way.
    #[test]
    fn the_ways_to_write_a_condition() {
        let facts = [
            ("户主年龄", AnyValue::Int64(40)),
            ("户主性别", AnyValue::String("女")),
            ("有教育金", AnyValue::Boolean(false)),
            ("客户来源", AnyValue::String("转介绍客户")),
            ("最近拜访日期", AnyValue::Date(20_000)),
        ];
        for when in [
            "户主年龄 = 40",
            "户主年龄 BETWEEN 30 AND 40",
            "户主年龄 IN (39, 40)",
            "户主年龄 + 1 > 40 AND 户主性别 = '女'",
            "NOT 有教育金",
            "有教育金 = FALSE AND 有教育金 IS NOT NULL",
            "客户来源 LIKE '转介绍%'",
            "客户来源 <> '＞（全角在引号里没有关系）'",
            "CASE WHEN 户主年龄 > 30 THEN 户主性别 = '女' ELSE FALSE END",
            "最近拜访日期 < DATE '2026-01-01'",
            "\"户主年龄\" = 40",
            "(户主年龄 = 41 OR 户主年龄 = 40) AND 户主性别 = '女' -- 附注",
            "1 = 1",
            "TRUE",
        ] {
            holds_for(when, &facts, true);
        }
    }

    #[test]
    fn the_first_condition_that_holds_wins_and_a_letter_by_hand_beats_all() {
        let own = "[[tier]]\nlevel='A'\nwhen='户主年龄 > 60'\nreason='老'\n[[tier]]\nlevel='B'\nwhen='户主年龄 > 50'\nreason='中'\n";
        let rules = Rules::load(RULES, Some(("rules.toml", own))).unwrap();
        let conditions = conditions(&rules, &Fields::load(FIELDS, None).unwrap()).unwrap();
        let aged = |age: i64, hand| judged(&conditions, &[("户主年龄", AnyValue::Int64(age))], hand);
        let pair = |tier: &str, reason: &str| (tier.to_string(), reason.to_string());
        assert_eq!(aged(61, None), pair("A", "老"));
        assert_eq!(aged(51, None), pair("B", "中"));
        assert_eq!(aged(20, None), pair("", ""));
        assert_eq!(aged(61, Some("D")), pair("D", "服务卡上手写的等级"));
        assert_eq!(judged(&conditions, &[], None), pair("", ""));
    }

    #[track_caller]
    fn refused(when: &str, want: &str) {
        let error = ladder_of(&["户主年龄 > 1", when]).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), format!("rules.toml：第 7 行条件“{when}”{want}"));
    }

    #[test]
    fn a_slip_of_the_pen_is_told_with_its_line() {
        const SYNTAX: &str = "写法不对：看看 AND、OR、NOT、括号和引号，文字要用单引号，例如 户主性别 = '女'";
        const TYPES: &str = "里比较的东西种类不同，例如拿金额去比文字；日期写成 DATE '2026-11-30'，“有……”直接写，不用比";
        const MANY: &str = "里有 SUM、COUNT 一类的合计：条件只能说一户自己的事";
        refused("家庭年收 >= 300000", "里的“家庭年收”不认识，是不是“家庭年收入”“家庭人数”“家庭成员”");
        refused("猫 > 1", "里的“猫”不认识");
        refused("户主性别 = 女", "里的“女”不认识");
        refused("户主年龄 >", SYNTAX);
        refused("户主年龄 > 1 户主性别 = '女'", SYNTAX);
        refused("户主年龄 > 1)", SYNTAX);
        refused("户主年龄 > 1 AS 老", SYNTAX);
        refused("户主年龄 > 1; DROP TABLE 户", SYNTAX);
        refused("SELECT 1", SYNTAX);
        refused("户主年龄 ＞ 1", "里的“＞”是全角符号，请用半角，例如 >= <= <> ( )");
        refused("家庭年收入 >= '高'", TYPES);
        refused("有教育金 = '是'", TYPES);
        refused("有教育金 > 1", TYPES);
        refused("户主性别 LIKE 1", SYNTAX);
        refused("家庭年收入 + 1", "不是一个能成立或不成立的条件");
        refused("户主性别", "不是一个能成立或不成立的条件");
        refused("NULL", "不是一个能成立或不成立的条件");
        refused("SUM(家庭年收入) > 1", MANY);
        refused("COUNT(*) > 1", MANY);
        refused("家庭年收入 > AVG(家庭年收入)", MANY);
        refused("", "是空的");
    }
}
