//! Title and metadata rows above a heading: the units of money and the day they stand for.

use chrono::{Datelike, NaiveDate};

use super::heading::TopRow;
use super::table::as_written;
use crate::model::money::Unit;
use crate::model::text::is_space;

/// What stands above a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preface {
    /// Units of money.
    pub units: Vec<UnitSaid>,
    /// The last day that the title rows or the file name speak of; of a month, its last day.
    pub date: Option<DateSaid>,
}

/// 单位：万元.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitSaid {
    /// The unit.
    pub unit: Unit,
    /// What is counted in it, where that is said: 费 of 保费单位, 额 of 保额单位.
    pub of: Option<char>,
    /// The text in which it is said, and its cell: row as Excel shows it, column from 0.
    pub text: String,
    /// Where.
    pub at: (u32, u32),
}

/// A day and where it is said; nowhere on the sheet when the file name says it.
#[derive(Clone, Debug, PartialEq)]
pub struct DateSaid {
    /// The day.
    pub date: NaiveDate,
    /// The text that says it.
    pub text: String,
    /// Row as Excel shows it, column from 0.
    pub at: Option<(u32, u32)>,
}

/// Reads the rows above a heading, and the file's name where they say nothing.
pub fn read(rows: &[&TopRow], file_name: &str) -> Preface {
    let mut units = Vec::new();
    let mut date: Option<DateSaid> = None;
    for row in rows {
        units.extend(units_in_row(row));
        for (column, cell) in &row.cells {
            let text = as_written(cell.cell());
            if let Some(day) = last_date(&text).filter(|day| date.as_ref().is_none_or(|known| *day > known.date)) {
                date = Some(DateSaid { date: day, text: text.trim().to_string(), at: Some((row.number, *column)) });
            }
        }
    }
    let of_name = || last_date(file_name).map(|date| DateSaid { date, text: file_name.to_string(), at: None });
    Preface { units, date: date.or_else(of_name) }
}

impl Preface {
    /// The unit of a column without one of its own: the one said of such sums, else of all, else none. Of several the
    /// one nearest to the heading.
    pub fn unit_of(&self, heading: &str) -> Option<&UnitSaid> {
        let own = self.units.iter().rev().find(|said| said.of.is_some_and(|of| heading.contains(of)));
        own.or_else(|| self.units.iter().rev().find(|said| said.of.is_none()))
    }
}

/// The units that the cells of a row speak of.
pub fn units_in_row(row: &TopRow) -> Vec<UnitSaid> {
    let texts: Vec<String> = row.cells.iter().map(|(_, cell)| cell.text()).collect();
    let next = texts.iter().skip(1).map(String::as_str).chain([""]);
    let mut said = Vec::new();
    for ((text, next), (column, _)) in texts.iter().zip(next).zip(&row.cells) {
        let unit = |(of, unit)| UnitSaid { unit, of, text: text.trim().to_string(), at: (row.number, *column) };
        said.extend(units_in(text, next).into_iter().map(unit));
    }
    said
}

/// 万元 of `制表单位：某支公司  单位：万元  制表人：某`, or of the cell behind a `单位：`, each with what it is the unit of.
fn units_in(text: &str, next: &str) -> Vec<(Option<char>, Unit)> {
    let whole = text.trim_matches(is_space);
    if whole.starts_with(['(', '（', '【', '[']) && whole.chars().count() <= 8 && Unit::in_heading(whole).is_some() {
        return Unit::in_heading(whole).map(|unit| (None, unit)).into_iter().collect();
    }
    let said = text.match_indices("单位").filter_map(|(at, label)| {
        let before = text[..at].trim_end_matches(is_space);
        let is_any_sum = before.ends_with("金额") && !before.ends_with("保险金额");
        let of = ['费', '额'].into_iter().find(|of| before.ends_with(*of) && !is_any_sum);
        // 以万元为单位
        let named =
            before.strip_suffix('为').and_then(|before| before.rsplit('以').next().filter(|_| before.contains('以')));
        if let Some(unit) = named.and_then(unit_named) {
            return Some((of, unit));
        }
        let rest = text[at + label.len()..].trim_start_matches(|c| is_space(c) || matches!(c, ':' | '：' | '为' | '是'));
        let rest = if rest.is_empty() { next } else { rest };
        let word = rest.split(|c| is_space(c) || "，,；;。)）".contains(c)).next()?;
        let unit = word.split(['、', '/', '|']).find_map(unit_named)?;
        Some((of, unit))
    });
    said.collect()
}

fn unit_named(word: &str) -> Option<Unit> {
    Unit::in_heading(&format!("({})", word.trim_matches(is_space)))
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
        let wan = [(None, Unit::TenThousand)];
        for text in [
            "单位：万元",
            "制表单位：安澜人寿杭州中心支公司   收入单位：万元   制表人：孔岚",
            "（单位:万元）",
            "（万元）",
            "金额单位：人民币万元",
            "注：表中金额以万元为单位",
            "单位：件、万元",
            "单位为万元。",
        ] {
            assert_eq!(units_in(text, ""), wan, "{text}");
        }
        assert_eq!(units_in("单位：", "万元"), wan);
        assert_eq!(units_in("制表单位：安澜人寿", "万元"), []);
        assert_eq!(units_in("单位：元", ""), [(None, Unit::Yuan)]);
        assert_eq!(units_in("单位：千元", ""), [(None, Unit::Thousand)]);
        for text in ["单位：营业一部", "单位：件", "工作单位", "说明（万元以上）"] {
            assert_eq!(units_in(text, ""), [], "{text}");
        }
    }

    #[test]
    fn a_unit_may_be_of_some_sums_only() {
        let units = units_in("保费单位：元；保额单位：万元", "");
        assert_eq!(units, [(Some('费'), Unit::Yuan), (Some('额'), Unit::TenThousand)]);
        let said = |(of, unit): &(Option<char>, Unit)| UnitSaid { of: *of, unit: *unit, text: String::new(), at: (1, 0) };
        let preface = Preface { units: units.iter().map(said).collect(), date: None };
        let unit_of = |heading| preface.unit_of(heading).map(|said| said.unit);
        assert_eq!(unit_of("年交保费"), Some(Unit::Yuan));
        assert_eq!(unit_of("保险金额"), Some(Unit::TenThousand));
        assert_eq!(unit_of("家庭年收入"), None);
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
