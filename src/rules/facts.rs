//! What conditions may speak of: one row a household, with its fields and what follows from its policies,
//! members and visits. Names here are those of the store; conditions see them under their Chinese titles.

use chrono::{Datelike, Months, NaiveDate};
use polars::prelude::*;

use crate::book::Book;
use crate::model::policy_status::PolicyStatus;
use crate::model::product::{ProductClass, Protection};
use crate::templates::TemplateError;
use crate::templates::fields::{FieldType, Fields, Record};
use crate::templates::rules::Limits;

/// Facts worked out here: name in the frame, title in conditions.
pub const DERIVED: [(&str, &str); 17] = [
    ("head_age", "户主年龄"),
    ("head_gender", "户主性别"),
    ("members", "家庭人数"),
    ("minors", "未成年子女数"),
    ("youngest_age", "最小子女年龄"),
    ("policies_in_force", "在保保单数"),
    ("premium_yuan", "在保年交保费"),
    ("reinstatable", "可复效保单数"),
    ("gaps", "保障缺口数"),
    ("has_life", "有寿险"),
    ("has_illness", "有重疾险"),
    ("has_medical", "有医疗险"),
    ("has_accident", "有意外险"),
    ("has_education", "有教育金"),
    ("has_annuity", "有养老年金"),
    ("last_visit", "最近拜访日期"),
    ("days_since_visit", "未访天数"),
];

/// Grown-ups are this old.
const GROWN_UP: i32 = 18;

/// One row a household, all facts.
pub fn facts(book: &Book, limits: &Limits, as_of: NaiveDate) -> LazyFrame {
    let on = |frame: LazyFrame, other: LazyFrame| {
        frame.join(other, [col("household_no")], [col("household_no")], JoinArgs::new(JoinType::Left))
    };
    let frame = on(book.households.clone().lazy(), of_policies(book, limits, as_of));
    let frame = on(frame, of_members(book, as_of));
    let frame = on(frame, of_visits(book, as_of));
    let count = |name: &str| col(name).fill_null(lit(0)).cast(DataType::Int64).alias(name);
    // A household without policies has none in force: that is known, not blank. But an office that has not given
    // any policy list has not said that its clients have no cover.
    let no_policies_known = book.policies.height() == 0;
    let flag = |name: &str| {
        let has = if no_policies_known { lit(NULL).cast(DataType::Boolean) } else { col(name).fill_null(lit(false)) };
        has.alias(name)
    };
    let frame = frame.with_columns([
        count("policies_in_force"),
        count("premium_fen"),
        count("reinstatable"),
        count("deaths"),
        count("minors"),
        count("members"),
        count("visits_this_month"),
        flag("has_life"),
        flag("has_illness"),
        flag("has_medical"),
        flag("has_accident"),
        flag("has_education"),
        flag("has_annuity"),
    ]);
    frame
        .with_columns([
            gaps().alias("gaps"),
            (col("premium_fen").floor_div(lit(100))).alias("premium_yuan"),
            later(col("visited"), past(col("last_contact"), as_of)).alias("last_visit"),
        ])
        .with_columns([days_between(col("last_visit"), as_of).alias("days_since_visit")])
}

/// How many of the four kinds of protection no policy in force of the household gives: 寿险, 重疾, 医疗, 意外.
fn gaps() -> Expr {
    ["has_life", "has_illness", "has_medical", "has_accident"]
        .into_iter()
        .map(|name| col(name).not().cast(DataType::Int64))
        .reduce(|sum, one| sum + one)
        .expect("four kinds")
}

/// Whole days from a date to the as-of day; blank where the date is.
pub fn days_between(date: Expr, as_of: NaiveDate) -> Expr {
    lit(days(as_of)) - date.cast(DataType::Int32).cast(DataType::Int64)
}

/// Days since 1970-01-01, as polars counts dates.
pub fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// The date, unless it lies ahead: a visit that has not happened is no visit.
fn past(date: Expr, as_of: NaiveDate) -> Expr {
    when(date.clone().cast(DataType::Int32).lt_eq(lit(days(as_of) as i32)))
        .then(date)
        .otherwise(lit(NULL).cast(DataType::Date))
}

/// The later of two dates; the one there is, if only one is.
fn later(one: Expr, other: Expr) -> Expr {
    when(one.clone().gt_eq(other.clone()).or(other.clone().is_null())).then(one).otherwise(other)
}

fn of_policies(book: &Book, limits: &Limits, as_of: NaiveDate) -> LazyFrame {
    let status = |status: PolicyStatus| col("status").eq(lit(status.title()));
    let in_force = || col("in_force").fill_null(lit(false));
    let has = |classes: &[ProductClass]| {
        let titles: Vec<&str> = classes.iter().map(|class| class.title()).collect();
        let listed = titles.iter().map(|title| col("product_class").eq(lit(*title))).reduce(Expr::or).expect("some class");
        (in_force().and(listed)).fill_null(lit(false)).any(true)
    };
    let gives = |protection: Protection| {
        let classes: Vec<ProductClass> =
            ProductClass::ALL.iter().copied().filter(|class| class.protection() == Some(protection)).collect();
        has(&classes)
    };
    let years = Months::new(12 * limits.reinstate_years);
    let earliest = as_of.checked_sub_months(years).map_or(i64::MIN, days);
    let lapsed = col("lapse_date").cast(DataType::Int32).cast(DataType::Int64);
    let recent = lapsed.gt_eq(lit(earliest)).fill_null(lit(true));
    let paying = in_force().and(status(PolicyStatus::PaidUp).fill_null(lit(false)).not());
    book.policies.clone().lazy().filter(col("household_no").is_not_null()).group_by_stable([col("household_no")]).agg([
        in_force().cast(DataType::Int64).sum().alias("policies_in_force"),
        when(paying).then(col("annual_fen")).otherwise(lit(0)).sum().alias("premium_fen"),
        (status(PolicyStatus::Suspended).and(recent))
            .fill_null(lit(false))
            .cast(DataType::Int64)
            .sum()
            .alias("reinstatable"),
        somebody_died(book).fill_null(lit(false)).cast(DataType::Int64).sum().alias("deaths"),
        gives(Protection::Life).alias("has_life"),
        gives(Protection::Illness).alias("has_illness"),
        gives(Protection::Medical).alias("has_medical"),
        gives(Protection::Accident).alias("has_accident"),
        has(&[ProductClass::EducationAnnuity]).alias("has_education"),
        has(&[ProductClass::Annuity]).alias("has_annuity"),
    ])
}

/// A policy that tells of a death, in our word or in the list's own (死亡理赔, 身故终止).
fn somebody_died(book: &Book) -> Expr {
    let died = col("status").eq(lit(PolicyStatus::InsuredDied.title()));
    if book.policies.get_column_index("status_text").is_none() {
        return died;
    }
    let says = |word: &str| col("status_text").str().contains_literal(lit(word)).fill_null(lit(false));
    died.fill_null(lit(false)).or(says("死亡")).or(says("身故"))
}

/// Whole years of age on the as-of day; blank where the birth date is.
fn age(as_of: NaiveDate) -> Expr {
    let birth = || col("birth_date").dt();
    let month_day = birth().month().cast(DataType::Int32) * lit(100) + birth().day().cast(DataType::Int32);
    let before_birthday = month_day.gt(lit((as_of.month() * 100 + as_of.day()) as i32)).cast(DataType::Int32);
    lit(as_of.year()) - birth().year() - before_birthday
}

fn of_members(book: &Book, as_of: NaiveDate) -> LazyFrame {
    let is_head = || col("is_head");
    let minor = || col("age").lt(lit(GROWN_UP)).fill_null(lit(false)).and(is_head().not());
    book.members.clone().lazy().with_columns([age(as_of).alias("age")]).group_by_stable([col("household_no")]).agg([
        len().cast(DataType::Int64).alias("members"),
        minor().cast(DataType::Int64).sum().alias("minors"),
        col("age").filter(minor()).min().alias("youngest_age"),
        col("age").filter(is_head()).first().alias("head_age"),
        col("gender").filter(is_head()).first().alias("head_gender"),
    ])
}

fn of_visits(book: &Book, as_of: NaiveDate) -> LazyFrame {
    let first_of_month = as_of.with_day(1).expect("every month has a first");
    let this_month = col("visit_date").gt_eq(lit(days(first_of_month)).cast(DataType::Int32).cast(DataType::Date));
    book.visits
        .clone()
        .lazy()
        .filter(col("household_no").is_not_null().and(col("visit_date").is_not_null()))
        .filter(days_between(col("visit_date"), as_of).gt_eq(lit(0)))
        .sort_by_exprs(
            [col("visit_date"), col("next_visit")],
            SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(false),
        )
        .group_by_stable([col("household_no")])
        .agg([
            col("visit_date").max().alias("visited"),
            this_month.cast(DataType::Int64).sum().alias("visits_this_month"),
            // What was agreed last stands, though nothing was agreed at the visit after it.
            col("next_visit").drop_nulls().last().alias("agreed_at_visit"),
        ])
}

/// An empty frame with every name a condition may use, in the type it has there: for checking conditions before
/// any file is opened. A field may not have the name of something worked out here.
pub fn names_for_conditions(fields: &Fields) -> Result<DataFrame, TemplateError> {
    if let Some((_, entry)) = fields.iter().find(|(_, entry)| DERIVED.iter().any(|(_, title)| *title == entry.title)) {
        let what = format!("{} 的中文名“{}”是算出来的项的名字，请换一个", entry.key, entry.title);
        return Err(TemplateError { file: "fields.toml".to_string(), what });
    }
    let mut columns: Vec<Column> = fields
        .iter()
        .filter(|(_, entry)| entry.of == Record::Household)
        .map(|(_, entry)| Column::new_empty(entry.title.as_str().into(), &condition_type(entry.kind)))
        .collect();
    for (name, title) in DERIVED {
        let dtype = match name {
            "head_gender" => DataType::String,
            "last_visit" => DataType::Date,
            name if name.starts_with("has_") => DataType::Boolean,
            _ => DataType::Int64,
        };
        columns.push(Column::new_empty(title.into(), &dtype));
    }
    Ok(DataFrame::new(0, columns).expect("titles are unique: checked when loaded, and above"))
}

/// The type in which a condition sees a field: money in whole 元.
fn condition_type(kind: FieldType) -> DataType {
    match kind {
        FieldType::Money | FieldType::Count => DataType::Int64,
        FieldType::Date => DataType::Date,
        FieldType::Moment => DataType::Datetime(TimeUnit::Milliseconds, None),
        _ => DataType::String,
    }
}

/// The facts under their Chinese titles, as conditions see them.
pub fn under_titles(facts: LazyFrame, fields: &Fields, known: &[PlSmallStr]) -> LazyFrame {
    let own = fields.iter().filter(|(_, entry)| entry.of == Record::Household).map(|(_, entry)| {
        let dtype = condition_type(entry.kind);
        let value = if known.iter().any(|name| name.as_str() == entry.key) { col(entry.key.as_str()) } else { lit(NULL) };
        let value = if entry.kind == FieldType::Money { value.cast(DataType::Int64).floor_div(lit(100)) } else { value };
        value.cast(dtype).alias(entry.title.as_str())
    });
    let derived = DERIVED.iter().map(|(name, title)| {
        let value = col(*name);
        let value = match *name {
            "head_age" | "youngest_age" => value.cast(DataType::Int64),
            _ => value,
        };
        value.alias(*title)
    });
    let exprs: Vec<Expr> = own.chain(derived).collect();
    facts.with_columns(exprs)
}
