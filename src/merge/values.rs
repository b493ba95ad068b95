//! The values of one field for many records, taken from several lists: who has the last word, and what changed.

use chrono::Datelike;
use polars::prelude::*;

use crate::model::columns::Data;
use crate::model::date::{Moment, PartialDate};

/// Values of a field, one a record, in the form the store keeps them.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// Text.
    Text(Vec<Option<&'a str>>),
    /// Whole numbers; money in 分.
    Whole(Vec<Option<i64>>),
    /// Days since 1970-01-01.
    Days(Vec<Option<i32>>),
    /// Milliseconds since 1970-01-01.
    Moments(Vec<Option<i64>>),
}

impl<'a> Values<'a> {
    /// All blank, of the type a column of this kind has.
    pub fn blank_like(data: &Data, count: usize) -> Values<'a> {
        match data {
            Data::Texts(_) | Data::Words(_) => Values::Text(vec![None; count]),
            Data::Money(_) | Data::Counts(_) => Values::Whole(vec![None; count]),
            Data::Dates(_) => Values::Days(vec![None; count]),
            Data::Moments(_) => Values::Moments(vec![None; count]),
        }
    }

    /// All blank, of the type of a stored column.
    pub fn blank_as(column: &Column, count: usize) -> Values<'a> {
        match column.dtype() {
            DataType::Date => Values::Days(vec![None; count]),
            DataType::Datetime(..) => Values::Moments(vec![None; count]),
            dtype if dtype.is_integer() => Values::Whole(vec![None; count]),
            _ => Values::Text(vec![None; count]),
        }
    }

    /// As many, all blank, of the same type.
    pub fn blank(&self) -> Values<'a> {
        match self {
            Values::Text(values) => Values::Text(vec![None; values.len()]),
            Values::Whole(values) => Values::Whole(vec![None; values.len()]),
            Values::Days(values) => Values::Days(vec![None; values.len()]),
            Values::Moments(values) => Values::Moments(vec![None; values.len()]),
        }
    }

    /// Takes over what a list says about its records, where it says anything. With `latest` a day or time that
    /// is there already is replaced only by a later one.
    pub fn take_list(&mut self, data: &'a Data, records: &[u32], latest: bool) {
        fn put<T: PartialOrd>(values: &mut [Option<T>], records: &[u32], latest: bool, value: impl Fn(usize) -> Option<T>) {
            for (row, record) in records.iter().enumerate() {
                let Some(slot) = values.get_mut(*record as usize) else { continue };
                if let Some(value) = value(row)
                    && !(latest && slot.as_ref().is_some_and(|known| *known >= value))
                {
                    *slot = Some(value);
                }
            }
        }
        match (self, data) {
            (Values::Text(values), Data::Texts(texts)) => {
                put(values, records, false, |row| Some(texts.get(row)).filter(|text| !text.is_empty()));
            }
            (Values::Text(values), Data::Words(words)) => {
                put(values, records, false, |row| Some(words.get(row)).filter(|word| !word.is_empty()));
            }
            (Values::Whole(values), Data::Money(sums)) => put(values, records, false, |row| sums[row].map(|sum| sum.fen())),
            (Values::Whole(values), Data::Counts(counts)) => put(values, records, false, |row| counts[row]),
            (Values::Days(values), Data::Dates(dates)) => {
                put(values, records, latest, |row| dates[row].and_then(day_number))
            }
            (Values::Moments(values), Data::Moments(moments)) => {
                put(values, records, latest, |row| moments[row].map(Moment::millis));
            }
            // An office changed the type of a field: what the store had is of no use to it any more.
            _ => {}
        }
    }

    /// Takes over what the store had.
    pub fn take_stored(&mut self, column: &'a Column, records: &[u32]) -> PolarsResult<()> {
        fn put<T>(values: &mut [Option<T>], records: &[u32], stored: impl Iterator<Item = Option<T>>) {
            for (record, value) in records.iter().zip(stored) {
                if let (Some(slot), Some(value)) = (values.get_mut(*record as usize), value) {
                    *slot = Some(value);
                }
            }
        }
        match self {
            Values::Text(values) => {
                if let Ok(stored) = column.str() {
                    put(values, records, stored.iter());
                }
            }
            Values::Whole(values) => {
                if let Ok(stored) = column.i64() {
                    put(values, records, stored.iter());
                }
            }
            Values::Days(values) => {
                let days = column.cast(&DataType::Int32)?;
                put(values, records, days.i32()?.iter());
            }
            Values::Moments(values) => {
                let moments = column.cast(&DataType::Int64)?;
                put(values, records, moments.i64()?.iter());
            }
        }
        Ok(())
    }

    /// Takes over the values of those who have the last word, and says where it did. With `latest` a later day or time
    /// that is there already stays.
    pub fn take_over(&mut self, owned: Values<'a>, latest: bool) -> Vec<bool> {
        fn put<T: PartialOrd>(values: &mut [Option<T>], owned: Vec<Option<T>>, latest: bool) -> Vec<bool> {
            let take = |(slot, owned): (&mut Option<T>, Option<T>)| {
                let counts = owned.is_some() && !(latest && *slot > owned);
                if counts {
                    *slot = owned;
                }
                counts
            };
            values.iter_mut().zip(owned).map(take).collect()
        }
        match (self, owned) {
            (Values::Text(values), Values::Text(owned)) => put(values, owned, false),
            (Values::Whole(values), Values::Whole(owned)) => put(values, owned, false),
            (Values::Days(values), Values::Days(owned)) => put(values, owned, latest),
            (Values::Moments(values), Values::Moments(owned)) => put(values, owned, latest),
            _ => unreachable!("both are of one field"),
        }
    }

    /// Whether a record has none.
    pub fn is_blank(&self, record: usize) -> bool {
        match self {
            Values::Text(values) => values[record].is_none(),
            Values::Whole(values) | Values::Moments(values) => values[record].is_none(),
            Values::Days(values) => values[record].is_none(),
        }
    }

    /// Whether the value of a record is the same in both.
    pub fn same(&self, other: &Values<'_>, record: usize) -> bool {
        match (self, other) {
            (Values::Text(a), Values::Text(b)) => a[record] == b[record],
            (Values::Whole(a), Values::Whole(b)) | (Values::Moments(a), Values::Moments(b)) => a[record] == b[record],
            (Values::Days(a), Values::Days(b)) => a[record] == b[record],
            _ => false,
        }
    }

    /// Whether the value of a record is what a row of a list says.
    pub fn is_as_said(&self, record: usize, data: &Data, row: usize) -> bool {
        match (self, data) {
            (Values::Text(values), Data::Texts(texts)) => values[record] == Some(texts.get(row)),
            (Values::Text(values), Data::Words(words)) => values[record] == Some(words.get(row)),
            (Values::Whole(values), Data::Money(sums)) => values[record] == sums[row].map(|sum| sum.fen()),
            (Values::Whole(values), Data::Counts(counts)) => values[record] == counts[row],
            (Values::Days(values), Data::Dates(dates)) => values[record] == dates[row].and_then(day_number),
            (Values::Moments(values), Data::Moments(moments)) => values[record] == moments[row].map(Moment::millis),
            _ => false,
        }
    }

    /// The value of a record as a person reads it; empty when blank. Money, which is whole 分 here, in 元.
    pub fn show(&self, record: usize, is_money: bool) -> String {
        let day = |days: i32| chrono::NaiveDate::from_num_days_from_ce_opt(days + 719_163).map(|day| day.to_string());
        let shown = match self {
            Values::Text(values) => values[record].map(str::to_string),
            Values::Whole(values) if is_money => {
                values[record].map(|fen| crate::model::money::Money::from_fen(fen).to_string())
            }
            Values::Whole(values) => values[record].map(|value| value.to_string()),
            Values::Days(values) => values[record].and_then(day),
            Values::Moments(values) => {
                values[record].and_then(chrono::DateTime::from_timestamp_millis).map(|at| at.naive_utc().to_string())
            }
        };
        shown.unwrap_or_default()
    }

    /// As a column of the store.
    pub fn into_column(self, name: &str) -> PolarsResult<Column> {
        let name: PlSmallStr = name.into();
        Ok(match self {
            Values::Text(values) => StringChunked::from_iter_options(name, values.into_iter()).into_column(),
            Values::Whole(values) => Int64Chunked::from_iter_options(name, values.into_iter()).into_column(),
            Values::Days(values) => {
                Int32Chunked::from_iter_options(name, values.into_iter()).into_column().cast(&DataType::Date)?
            }
            Values::Moments(values) => Int64Chunked::from_iter_options(name, values.into_iter())
                .into_column()
                .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?,
        })
    }
}

/// Adds blank columns for those of `needed` that are not there.
pub fn add_missing<'a>(
    columns: &mut Vec<Column>,
    needed: impl IntoIterator<Item = (&'a str, Values<'a>)>,
) -> PolarsResult<()> {
    for (name, blank) in needed {
        if !columns.iter().any(|column| column.name() == name) {
            columns.push(blank.into_column(name)?);
        }
    }
    Ok(())
}

/// Days since 1970-01-01 of a whole day.
pub fn day_number(date: PartialDate) -> Option<i32> {
    date.day().map(|day| day.num_days_from_ce() - 719_163)
}
