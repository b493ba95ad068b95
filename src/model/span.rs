//! Stretches of time as policies state them: `20年`, `至60周岁`, `一年期`, `30天`, `20Y`. Paying and cover use the
//! same forms with other words around them.

use chrono::{Days, NaiveDate};

use super::cell::Cell;
use super::count::count_at;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// So many years.
    Years(u32),
    /// So many months.
    Months(u32),
    /// So many days.
    Days(u32),
    /// Until the insured reaches an age.
    ToAge(u32),
}

/// Nobody is insured beyond this age; a greater number is something else.
const OLDEST: u32 = 120;

/// The span at the start of a key and its bytes. `before` and `after` are the words that may surround it,
/// longer ones first.
pub fn span_at(key: &str, before: &[&str], after: &[&str]) -> Option<(Span, usize)> {
    let rest = without_one_of(key, before);
    let until = without_one_of(rest, &["至", "到", "止"]);
    let rest = without_one_of(until, &["被保险人", "被保人"]);
    let rest = without_one_of(rest, &["年满", "满"]);
    let (number, length) = count_at(rest)?;
    let behind = &rest[length..];
    let (span, behind) = if let Some(behind) = strip_one_of(behind, &["周岁", "足岁", "岁", "a"]) {
        (Span::ToAge(number), behind)
    } else if let Some(behind) = strip_one_of(behind, &["年", "y"]) {
        (Span::Years(number), behind)
    } else if let Some(behind) = strip_one_of(behind, &["个月", "月", "m"]) {
        (Span::Months(number), behind)
    } else {
        (Span::Days(number), strip_one_of(behind, &["天", "日", "d"])?)
    };
    let said_until = until.len() < key.len() && key[..key.len() - until.len()].ends_with(['至', '到', '止']);
    let sensible = match span {
        Span::ToAge(age) => (1..=OLDEST).contains(&age),
        Span::Years(_) | Span::Months(_) | Span::Days(_) => number > 0 && !said_until,
    };
    sensible.then(|| (span, key.len() - without_one_of(behind, after).len()))
}

/// The end date a cell states instead of a span, as text for whoever reads dates: `至2045-06-30`,
/// `2020-01-01至2021-01-01` (its last part), a date cell.
pub fn until_date(cell: Cell, key: &str) -> Option<String> {
    if let Cell::Serial(days) = cell {
        let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).expect("a date of the calendar");
        let whole_days = (0.0..1e7).contains(&days).then_some(days as u64)?;
        return epoch.checked_add_days(Days::new(whole_days)).map(|date| date.to_string());
    }
    let (first, last) = key.rsplit_once(['至', '到', '~']).unwrap_or(("", key));
    let first = without_hour(first.trim_end_matches('起'));
    let begins_well = is_date(first) || matches!(first, "" | "交" | "保" | "保障" | "交费");
    let last = without_hour(last.trim_end_matches(['止', '终']));
    (begins_well && is_date(last)).then(|| last.to_string())
}

/// Policies begin at 零时 and end at 二十四时.
fn without_hour(text: &str) -> &str {
    ["二十四时", "24时", "零时", "0时"].iter().find_map(|hour| text.strip_suffix(hour)).unwrap_or(text)
}

/// `2045-06-30`, `2045/6/30`, `2045.6.30`, `2045年6月30日`, `20450630`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let numbers = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let shaped = matches!(lengths[..], [8] | [4, 1..=2, 1..=2]);
    numbers && shaped && (text.starts_with("19") || text.starts_with("20"))
}

/// Without the first of the words that it begins with, if any.
pub fn strip_one_of<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| text.strip_prefix(word))
}

fn without_one_of<'a>(text: &'a str, words: &[&str]) -> &'a str {
    strip_one_of(text, words).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(input: &str, want: Option<(Span, &str)>) {
        let got = span_at(input, &["交费", "交"], &["交费", "期交", "期", "交"]);
        assert_eq!(got.map(|(span, length)| (span, &input[length..])), want, "{input:?}");
    }

    #[test]
    fn spans_with_words_around_them() {
        case("20年交", Some((Span::Years(20), "")));
        case("20年年交", Some((Span::Years(20), "年交")));
        case("10年期", Some((Span::Years(10), "")));
        case("交至60周岁", Some((Span::ToAge(60), "")));
        case("60岁", Some((Span::ToAge(60), "")));
        case("至被保险人年满60周岁", Some((Span::ToAge(60), "")));
        case("一年期", Some((Span::Years(1), "")));
        case("30天", Some((Span::Days(30), "")));
        case("20y", Some((Span::Years(20), "")));
    }

    #[test]
    fn what_is_no_span() {
        case("至20年", None);
        case("至999岁", None);
        case("20", None);
        case("0年", None);
        case("年交", None);
    }

    #[test]
    fn end_dates() {
        assert_eq!(
            until_date(Cell::Blank, "2020年1月1日零时起至2020年12月31日二十四时止").as_deref(),
            Some("2020年12月31日")
        );
        assert_eq!(until_date(Cell::Blank, "至2045-06-30").as_deref(), Some("2045-06-30"));
        assert_eq!(until_date(Cell::Blank, "2020-01-01至2021-01-01").as_deref(), Some("2021-01-01"));
        assert_eq!(until_date(Cell::Blank, "2045年6月30日").as_deref(), Some("2045年6月30日"));
        assert_eq!(until_date(Cell::Serial(45979.0), "45979").as_deref(), Some("2025-11-18"));
        assert_eq!(until_date(Cell::Blank, "2045"), None);
        assert_eq!(until_date(Cell::Blank, "20年"), None);
    }
}
