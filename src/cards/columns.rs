//! Columns of the book as cards show them: telephones spelled out, personal numbers masked, money in 元, days as days.

use chrono::{NaiveDate, NaiveDateTime};
use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::titles::{Fact, Source};
use crate::model::money::Money;
use crate::stamp::Value;
use crate::templates::fields::{Field, FieldType, Fields, Mask, Record};
use crate::write::mask_numbers;

/// A column, ready to be asked row by row.
pub enum Cells {
    /// As it is.
    Text(StringChunked),
    /// Several telephones, joined with `|`.
    Phones(StringChunked),
    /// Certificate numbers: the middle is nobody's business.
    Masked(StringChunked),
    /// A day as text, perhaps only a month or a year.
    Birth(StringChunked),
    /// 分.
    Money(Int64Chunked),
    /// Whole numbers.
    Count(Int64Chunked),
    /// Days since 1970-01-01.
    Day(Int32Chunked),
    /// Milliseconds since 1970-01-01, and whether the time of day is known.
    Moment(Int64Chunked, Option<BooleanChunked>),
}

impl Cells {
    /// The column of a field; nothing if the table has none.
    fn of(frame: &DataFrame, key: &str, kind: FieldType, mask: Option<Mask>) -> Option<Cells> {
        let column = frame.column(key).ok()?;
        Some(match column.dtype() {
            DataType::String => {
                let text = text(frame, key)?;
                match kind {
                    FieldType::Phones => Cells::Phones(text),
                    FieldType::Date => Cells::Birth(text),
                    _ if mask == Some(Mask::Idcard) => Cells::Masked(text),
                    _ => Cells::Text(text),
                }
            }
            DataType::Date => Cells::Day(days(frame, key)?),
            DataType::Datetime(..) => {
                let timed = format!("{}_has_time", key.trim_end_matches("_time"));
                Cells::Moment(whole(frame, key)?, flags(frame, &timed))
            }
            _ if kind == FieldType::Money => Cells::Money(whole(frame, key)?),
            _ => Cells::Count(whole(frame, key)?),
        })
    }

    /// What stands in a row.
    pub fn value(&self, row: usize) -> Value {
        let shown = match self {
            Cells::Text(text) => text.get(row).map(|text| Value::Text(text.to_string())),
            Cells::Phones(text) => text.get(row).map(|text| Value::Text(text.replace('|', " / "))),
            Cells::Masked(text) => text.get(row).map(|text| Value::Text(mask_numbers(text).into_owned())),
            Cells::Birth(text) => text.get(row).map(|text| match text.parse::<NaiveDate>() {
                Ok(day) => Value::Date(day),
                Err(_) => Value::Text(text.to_string()),
            }),
            Cells::Money(sums) => sums.get(row).map(yuan),
            Cells::Count(counts) => counts.get(row).map(|count| Value::Number(count as f64)),
            Cells::Day(days) => days.get(row).and_then(day).map(Value::Date),
            Cells::Moment(moments, timed) => moments.get(row).and_then(moment).map(|moment| {
                let timed = timed.as_ref().is_none_or(|timed| timed.get(row) == Some(true));
                if timed { Value::DateTime(moment) } else { Value::Date(moment.date()) }
            }),
        };
        shown.unwrap_or_default()
    }
}

/// 分 as a number of 元.
pub fn yuan(fen: i64) -> Value {
    Value::Number(Money::from_fen(fen).to_yuan())
}

/// A day by its number.
pub fn day(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days + 719_163)
}

fn moment(millis: i64) -> Option<NaiveDateTime> {
    chrono::DateTime::from_timestamp_millis(millis).map(|moment| moment.naive_utc())
}

/// A column in one piece, so that a row is found at once.
fn column(frame: &DataFrame, name: &str) -> Option<Series> {
    Some(frame.column(name).ok()?.as_materialized_series().rechunk())
}

/// A column of text.
pub fn text(frame: &DataFrame, name: &str) -> Option<StringChunked> {
    Some(column(frame, name)?.str().ok()?.clone())
}

/// A column of whole numbers.
pub fn whole(frame: &DataFrame, name: &str) -> Option<Int64Chunked> {
    Some(column(frame, name)?.cast(&DataType::Int64).ok()?.i64().ok()?.clone())
}

/// A column of days.
pub fn days(frame: &DataFrame, name: &str) -> Option<Int32Chunked> {
    Some(column(frame, name)?.cast(&DataType::Int32).ok()?.i32().ok()?.clone())
}

/// A column of yes and no.
pub fn flags(frame: &DataFrame, name: &str) -> Option<BooleanChunked> {
    Some(column(frame, name)?.bool().ok()?.clone())
}

/// Where the values of a title come from.
pub enum From {
    /// A column of the table of this kind of record.
    Column(Record, Cells),
    /// A field that no table here has.
    Field(Field),
    /// Something worked out.
    Fact(Fact),
}

/// One title of a block.
pub struct Title {
    /// As the template writes it.
    pub title: String,
    /// What it stands for.
    pub source: Source,
    /// Where that is.
    pub from: From,
}

/// The row of each id in a column of them.
pub fn rows_by_id(frame: &DataFrame, column: &str) -> FxHashMap<i64, u32> {
    let ids = whole(frame, column);
    ids.iter().flat_map(|ids| ids.iter().zip(0..).filter_map(|(id, row)| Some((id?, row)))).collect()
}

/// The titles of a block, each with its column among these tables; personal numbers masked or not.
pub fn titles(wanted: &[(String, Source)], frames: &[(Record, &DataFrame)], fields: &Fields, masks: bool) -> Vec<Title> {
    let from = |source: &Source| match source {
        Source::Fact(fact) => From::Fact(*fact),
        Source::Field(field) => {
            let entry = fields.entry(*field);
            let frame = frames.iter().find(|(of, _)| *of == entry.of);
            match frame
                .and_then(|(of, frame)| Some((*of, Cells::of(frame, &entry.key, entry.kind, entry.mask.filter(|_| masks))?)))
            {
                Some((of, cells)) => From::Column(of, cells),
                None => From::Field(*field),
            }
        }
    };
    wanted.iter().map(|(title, source)| Title { title: title.clone(), source: *source, from: from(source) }).collect()
}

/// Rows of a table by household, in their order.
pub struct Grouped {
    rows: FxHashMap<Box<str>, Vec<u32>>,
}

impl Grouped {
    /// Of a table with `household_no`; of an empty one too.
    pub fn of(frame: &DataFrame) -> PolarsResult<Grouped> {
        let mut rows: FxHashMap<Box<str>, Vec<u32>> = FxHashMap::default();
        if frame.width() > 0 {
            for (number, row) in frame.column("household_no")?.str()?.iter().zip(0..) {
                let Some(number) = number else { continue };
                match rows.get_mut(number) {
                    Some(rows) => rows.push(row),
                    None => _ = rows.insert(number.into(), vec![row]),
                }
            }
        }
        Ok(Grouped { rows })
    }

    /// Rows of a household.
    pub fn of_household(&self, number: &str) -> &[u32] {
        self.rows.get(number).map_or(&[], Vec::as_slice)
    }
}
