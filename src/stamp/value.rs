//! What is put into a workbook, and what is read back out of one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// What one cell says.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing: the cell stays, styled and empty.
    #[default]
    Blank,
    /// Text; policy, phone and ID numbers are always text.
    Text(String),
    /// A number in the unit its column shows (money: 元).
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// A moment, to the second.
    DateTime(NaiveDateTime),
}

/// One row of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Which record of ours this is: kept in the workbook, so that the row is known again after sorting.
    pub id: String,
    /// Value by Chinese title.
    pub fields: BTreeMap<String, Value>,
}

/// What one card (or one index, one log) says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Which record of ours this is, e.g. the 客户编号.
    pub id: String,
    /// The name its sheet gets in a book.
    pub sheet: String,
    /// Value by Chinese title.
    pub fields: BTreeMap<String, Value>,
    /// Rows by the name of their list: 保单, 家庭成员, 拜访 …
    pub lists: BTreeMap<String, Vec<Row>>,
}

impl Value {
    /// True for nothing and for text of no length.
    pub fn is_blank(&self) -> bool {
        matches!(self, Value::Blank) || matches!(self, Value::Text(text) if text.is_empty())
    }

    /// How the value reads inside a sentence: dates as `2026-11-22`, numbers without grouping.
    pub fn write_text(&self, out: &mut String) {
        match self {
            Value::Blank => {}
            Value::Text(text) => out.push_str(text),
            Value::Number(number) => push_number(out, *number),
            Value::Date(day) => {
                let _ = write!(out, "{}", day.format("%Y-%m-%d"));
            }
            Value::DateTime(moment) => {
                let _ = write!(out, "{}", moment.format("%Y-%m-%d %H:%M:%S"));
            }
        }
    }

    /// [`Value::write_text`] as a string of its own.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write_text(&mut out);
        out
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_string())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Value {
        Value::Date(day)
    }
}

impl From<NaiveDateTime> for Value {
    fn from(moment: NaiveDateTime) -> Value {
        Value::DateTime(moment)
    }
}

/// Shortest digits that read back as the same number, as a workbook writes them. The number is finite.
pub(super) fn push_number(out: &mut String, number: f64) {
    let size = number.abs();
    let _ = if number == 0.0 {
        write!(out, "0")
    } else if (1e-5..1e17).contains(&size) {
        write!(out, "{number}")
    } else {
        write!(out, "{number:E}")
    };
}

/// The two ways a workbook counts days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Calendar {
    /// From 1900, with a 29 February 1900 that never was.
    #[default]
    From1900,
    /// From 1904, as old Macs did.
    From1904,
}

impl Calendar {
    /// The serial number of a moment; none for days the workbook cannot count.
    pub(super) fn serial(self, moment: NaiveDateTime) -> Option<f64> {
        let epoch = self.epoch();
        let days = (moment.date() - epoch).num_days();
        let (first, days) = match self {
            // Before 1 March 1900 the count is one less, as the day that never was lies ahead.
            Calendar::From1900 if days < 61 => (1, days - 1),
            Calendar::From1900 => (1, days),
            Calendar::From1904 => (0, days),
        };
        let seconds = (moment.time() - NaiveTime::MIN).num_seconds();
        (days >= first).then(|| days as f64 + seconds as f64 / 86_400.0)
    }

    /// The moment of a serial number, rounded to the second.
    pub(super) fn moment(self, serial: f64) -> Option<NaiveDateTime> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        let seconds = (serial * 86_400.0).round() as i64;
        let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let days = if self == Calendar::From1900 && days < 60 { days + 1 } else { days };
        let day = self.epoch().checked_add_signed(chrono::Duration::days(days))?;
        Some(day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds as u32, 0)?))
    }

    fn epoch(self) -> NaiveDate {
        let (year, month, day) = match self {
            Calendar::From1900 => (1899, 12, 30),
            Calendar::From1904 => (1904, 1, 1),
        };
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn serial(calendar: Calendar, day: &str, want: Option<f64>) {
        let moment = NaiveDateTime::parse_from_str(day, "%Y-%m-%d %H:%M:%S").expect("a moment");
        assert_eq!(calendar.serial(moment), want, "{day}");
        if let Some(want) = want {
            assert_eq!(calendar.moment(want), Some(moment), "{day}");
        }
    }

    #[test]
    fn days_are_counted_as_workbooks_count_them() {
        serial(Calendar::From1900, "1900-01-01 00:00:00", Some(1.0));
        serial(Calendar::From1900, "1900-02-28 00:00:00", Some(59.0));
        serial(Calendar::From1900, "1900-03-01 00:00:00", Some(61.0));
        serial(Calendar::From1900, "2026-11-22 12:00:00", Some(46348.5));
        serial(Calendar::From1900, "1899-12-31 00:00:00", None);
        serial(Calendar::From1904, "1904-01-01 00:00:00", Some(0.0));
        serial(Calendar::From1904, "2026-11-22 00:00:00", Some(44886.0));
        serial(Calendar::From1904, "1903-12-31 00:00:00", None);
    }

    #[test]
    fn numbers_are_written_in_their_shortest_digits() {
        for (number, want) in
            [(0.0, "0"), (-0.0, "0"), (1.5, "1.5"), (300000.0, "300000"), (1e300, "1E300"), (1e-7, "1E-7"), (0.1, "0.1")]
        {
            let mut out = String::new();
            push_number(&mut out, number);
            assert_eq!(out, want);
            assert_eq!(out.parse::<f64>(), Ok(number));
        }
    }
}
