//! Title and metadata rows above a heading: the unit of money and the month they stand for.

use chrono::{Datelike, NaiveDate};

use super::heading::TopRow;
use crate::model::money::Unit;
use crate::model::text::is_space;

/// What stands above a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preface {
    /// 单位：万元.
    pub unit: Option<Unit>,
    /// The last day that the title rows or the file name speak of; of a month, its last day.
    pub date: Option<NaiveDate>,
}

/// Reads the rows above a heading, and the file's name where they say nothing.
pub fn read(rows: &[TopRow], file_name: &str) -> Preface {
    let texts: Vec<String> = rows.iter().flat_map(|row| row.cells.iter().map(|(_, cell)| cell.text())).collect();
    let next = texts.iter().skip(1).map(String::as_str).chain([""]);
    let unit = texts.iter().zip(next).find_map(|(text, next)| unit_in(text, next));
    let date = texts.iter().filter_map(|text| last_date(text)).max().or_else(|| last_date(file_name));
    Preface { unit, date }
}

/// 万元 of `制表单位：某支公司  单位：万元  制表人：某`, or of the cell behind a `单位：`.
fn unit_in(text: &str, next: &str) -> Option<Unit> {
    text.match_indices("单位").find_map(|(at, label)| {
        let rest = text[at + label.len()..].trim_start_matches(|c| is_space(c) || matches!(c, ':' | '：'));
        let rest = if rest.is_empty() { next } else { rest };
        let word = rest.split(|c| is_space(c) || "，,；;。)）".contains(c)).next()?;
        Unit::in_heading(&format!("({word})"))
    })
}

/// The last of the days and months in a text: `2026-11`, `2026年11月`, `202611`, `20261130`.
pub fn last_date(text: &str) -> Option<NaiveDate> {
    let runs: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let gaps_are_short = |at: usize| runs.get(at).is_some_and(|run| !run.is_empty() && run.len() <= 2);
    let mut dates = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let number = |from: usize, to: usize| run[from..to].parse::<u32>().ok();
        match run.len() {
            8 => dates.extend(number(0, 4).zip(number(4, 6)).zip(number(6, 8)).and_then(|((y, m), d)| day(y, m, d))),
            6 => dates.extend(number(0, 4).zip(number(4, 6)).and_then(|(y, m)| month_end(y, m))),
            4 if gaps_are_short(at + 1) => {
                let year = number(0, 4);
                let month = runs[at + 1].parse().ok();
                let exact = runs.get(at + 2).filter(|run| (1..=2).contains(&run.len())).and_then(|run| run.parse().ok());
                dates.extend(match (year, month, exact) {
                    (Some(y), Some(m), Some(d)) => day(y, m, d).or_else(|| month_end(y, m)),
                    (Some(y), Some(m), None) => month_end(y, m),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    dates.into_iter().max()
}

fn day(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    (1990..2100).contains(&year).then(|| NaiveDate::from_ymd_opt(year as i32, month, day)).flatten()
}

/// The last day of a month.
fn month_end(year: u32, month: u32) -> Option<NaiveDate> {
    let first = day(year, month, 1)?;
    let next = if first.month() == 12 { day(year + 1, 1, 1) } else { day(year, month + 1, 1) };
    next?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, want: &str) {
        assert_eq!(last_date(text).map(|date| date.to_string()).unwrap_or_default(), want, "{text}");
    }

    #[test]
    fn units_above_the_heading() {
        let wan = Some(Unit::TenThousand);
        assert_eq!(unit_in("单位：万元", ""), wan);
        assert_eq!(unit_in("制表单位：安澜人寿杭州中心支公司   收入单位：万元   制表人：孔岚", ""), wan);
        assert_eq!(unit_in("（单位:万元）", ""), wan);
        assert_eq!(unit_in("单位：", "万元"), wan);
        assert_eq!(unit_in("制表单位：安澜人寿", "万元"), None);
        assert_eq!(unit_in("单位：元", ""), Some(Unit::Yuan));
    }

    #[test]
    fn days_and_months_in_names_and_titles() {
        case("DueFeeList_20261101_20261231_8632_个险.xls", "2026-12-31");
        case("保单清单_202611.csv", "2026-11-30");
        case("生日统计期间：2024-03-01至2024-03-31", "2024-03-31");
        case("应收月份：2026-11", "2026-11-30");
        case("2026年2月客户清单", "2026-02-28");
        case("老客户登记表(2024).xlsx", "");
        case("管理机构：863201", "");
    }
}
