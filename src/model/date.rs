//! Dates as offices write them, from Excel's day numbers to 二〇二三年一月十五日.

use super::cell::Cell;
use super::reading::Reading;
use super::text;
use super::typed::{self, is_dash};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use std::fmt;

/// A date of which the day, or the month and the day, may be unknown: `1932`, `2026-06`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    /// 0 if unknown.
    month: u8,
    /// 0 if unknown.
    day: u8,
}

/// A day, and the time if it was written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    date: NaiveDate,
    time: Option<NaiveTime>,
}

/// A bare number in a column of dates, in a file that counts days from 1904 as Excel for Mac did: such a file says of
/// the numbers it shows as dates that they are, but not of these.
pub fn counted_from_1904(cell: Cell<'_>) -> Cell<'_> {
    const DAYS_BETWEEN: u64 = 1462;
    match cell {
        Cell::Number(number)
            if number > 0.0 && (SERIALS.start - DAYS_BETWEEN..SERIALS.end - DAYS_BETWEEN).contains(&(number as u64)) =>
        {
            Cell::Serial(number + DAYS_BETWEEN as f64)
        }
        other => other,
    }
}

/// When a certificate runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expiry {
    /// On this day.
    On(NaiveDate),
    /// 长期
    Forever,
}

/// Why a cell holds no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDate {
    /// `3/5/2024`, 6-digit years: can be read in two ways.
    Ambiguous,
    /// Month and day only.
    NoYear,
    /// Year or month only, where a day is needed.
    NoDay,
    /// 农历
    Lunar,
    /// 长期, 永久
    Forever,
    /// 9999-12-31, 0000-00-00, 1900-01-01: fills the field and means no date.
    Sentinel,
    /// 2023-02-30, 1900-01-00.
    NoSuchDay,
    /// Nobody's date is in this year.
    Year(i64),
    /// A birth that is still to come.
    Future,
    /// The date is right, the time beside it is not.
    Time,
    /// Not a date.
    NotADate,
    /// A formula error such as `#REF!`.
    FormulaError,
}

const YEARS: std::ops::Range<i64> = 1880..2200;
/// Whole numbers that are day numbers in a column of dates: 1954 to 2064.
const SERIALS: std::ops::Range<u64> = 20_000..60_000;
/// Day numbers below are of early 1900, which Excel counts with a day that never was, and which only
/// empty cells and amounts shown as dates have.
const FIRST_SERIAL: f64 = 61.0;

impl From<NaiveDate> for PartialDate {
    /// A whole day. Years far outside a lifetime do not reach us: dates come from parsers that check them.
    fn from(day: NaiveDate) -> Self {
        PartialDate { year: day.year() as i16, month: day.month() as u8, day: day.day() as u8 }
    }
}

impl PartialDate {
    /// Reads a cell; a time beside the date is left out.
    pub fn read(cell: Cell<'_>) -> Reading<PartialDate, BadDate> {
        read_written(cell).map(|written| written.date)
    }

    /// Reads a day of birth: nobody known on `known_on` was born after it. A year of two digits is the last such year
    /// that had been by then: `48.10.1` is 1948, `24.5.1` is 2024 for who is known in 2026, and 1924 for who was in 2020.
    pub fn read_birth(cell: Cell<'_>, known_on: NaiveDate) -> Reading<PartialDate, BadDate> {
        match PartialDate::read(cell) {
            Reading::Good(date) if date > PartialDate::from(known_on) => match cell {
                Cell::Text(typed) if date.is_of_two_digits(typed) => {
                    PartialDate::new(i64::from(date.year) - 100, date.month.into(), date.day.into()).into()
                }
                _ => Reading::Bad(BadDate::Future),
            },
            reading => reading,
        }
    }

    /// Whether the century of this date is not in the text it was read from.
    fn is_of_two_digits(self, typed: &str) -> bool {
        let typed = text::tidy(typed);
        parse_numeric(&typed).is_none() && !plain(&typed).contains(&self.year.to_string())
    }

    /// A year and no more, as an age gives it.
    pub fn of_year(year: i32) -> Option<PartialDate> {
        let year = i16::try_from(year).ok().filter(|year| YEARS.contains(&i64::from(*year)))?;
        Some(PartialDate { year, month: 0, day: 0 })
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year.into()
    }

    /// The month, 1 to 12, if known.
    pub fn month(self) -> Option<u32> {
        (self.month > 0).then_some(self.month.into())
    }

    /// The whole date, if it is known to the day.
    pub fn day(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year.into(), self.month.into(), self.day.into())
    }

    /// `2023-01-15`, `2023-01` or `2023`.
    pub fn to_iso(self) -> String {
        self.to_string()
    }

    /// Full years of age (周岁) on that day. None if it is before birth, or if what is missing matters.
    pub fn age_on(self, date: NaiveDate) -> Option<u32> {
        let years = date.year() - self.year();
        let had_birthday = match (self.month(), self.day()) {
            (Some(_), Some(birth)) => (date.month(), date.day()) >= (birth.month(), birth.day()),
            (Some(month), None) if month != date.month() => month < date.month(),
            _ => return None,
        };
        u32::try_from(if had_birthday { years } else { years - 1 }).ok()
    }

    fn of_day(date: NaiveDate) -> Result<PartialDate, BadDate> {
        PartialDate::new(date.year().into(), date.month().into(), date.day().into())
    }

    /// From what was written; month and day are 0 if they were not.
    fn new(year: i64, month: u64, day: u64) -> Result<PartialDate, BadDate> {
        if is_sentinel(year, month, day) {
            return Err(BadDate::Sentinel);
        }
        if !YEARS.contains(&year) {
            return Err(BadDate::Year(year));
        }
        let date = PartialDate { year: year as i16, month: month.min(13) as u8, day: day.min(32) as u8 };
        if date.month > 12 || date.day > 0 && date.day().is_none() {
            return Err(BadDate::NoSuchDay);
        }
        Ok(date)
    }

    /// As [`PartialDate::new`], where a day was written: `2023-01-00` is no month.
    fn of_three(year: i64, month: u64, day: u64) -> Result<PartialDate, BadDate> {
        match PartialDate::new(year, month, day) {
            Ok(date) if date.day().is_none() => Err(BadDate::NoSuchDay),
            result => result,
        }
    }

    /// As [`PartialDate::new`], where a month was written.
    fn of_two(year: i64, month: u64) -> Result<PartialDate, BadDate> {
        match PartialDate::new(year, month, 0) {
            Ok(date) if date.month == 0 => Err(BadDate::NoSuchDay),
            result => result,
        }
    }
}

/// Dates that core systems put where there is none.
fn is_sentinel(year: i64, month: u64, day: u64) -> bool {
    matches!(year, 0 | 1 | 2999 | 3000 | 9999) || matches!((year, month, day), (1900, 1, 1) | (2099, 12, 31))
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().take_while(|part| *part > 0) {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Moment {
    /// Reads a cell; the date must be known to the day.
    pub fn read(cell: Cell<'_>) -> Reading<Moment, BadDate> {
        match read_written(cell) {
            Reading::Good(written) => match (written.date.day(), written.time) {
                (Some(_), Some(Err(_))) => Reading::Bad(BadDate::Time),
                (Some(date), time) => Reading::Good(Moment { date, time: time.and_then(Result::ok) }),
                (None, _) => Reading::Bad(BadDate::NoDay),
            },
            Reading::Bad(fault) => Reading::Bad(fault),
            Reading::Blank => Reading::Blank,
            Reading::Masked => Reading::Masked,
        }
    }

    /// The day.
    pub fn date(self) -> NaiveDate {
        self.date
    }

    /// Milliseconds since 1970-01-01, of a day alone to its beginning.
    pub fn millis(self) -> i64 {
        self.date.and_time(self.time.unwrap_or_default()).and_utc().timestamp_millis()
    }

    /// The time, if one was written.
    pub fn time(self) -> Option<NaiveTime> {
        self.time
    }

    /// `2023-01-15` or `2023-01-15T08:30:00`.
    pub fn to_iso(self) -> String {
        match self.time {
            Some(time) => format!("{}T{}", self.date, time.format("%H:%M:%S")),
            None => self.date.to_string(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            Some(time) if time.second() > 0 => {
                write!(f, "{} {}", self.date, time.format("%H:%M:%S"))
            }
            Some(time) => write!(f, "{} {}", self.date, time.format("%H:%M")),
            None => write!(f, "{}", self.date),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Expiry {
    /// Reads a cell: a day, 长期, or both ends of the validity as an ID card prints them (`2010.05.01-2030.05.01`).
    pub fn read(cell: Cell<'_>) -> Reading<Expiry, BadDate> {
        let whole = Expiry::read_end(cell);
        let (Reading::Bad(BadDate::NotADate), Cell::Text(typed)) = (&whole, cell) else {
            return whole;
        };
        // Dashes stand inside the dates too: the longest end that can be read is the second date.
        let is_between = |c: char| is_dash(c) || matches!(c, '至' | '到' | '~' | '～');
        let mut ends = typed.match_indices(is_between).map(|(place, mark)| &typed[place + mark.len()..]);
        let end = ends.find_map(|end| Expiry::read_end(Cell::from(end)).good());
        end.map_or(whole, Reading::Good)
    }

    fn read_end(cell: Cell<'_>) -> Reading<Expiry, BadDate> {
        match PartialDate::read(cell) {
            Reading::Good(date) => date.day().map(Expiry::On).ok_or(BadDate::NoDay).into(),
            Reading::Bad(BadDate::Forever) => Reading::Good(Expiry::Forever),
            // Systems write 长期 as a day far away; a day that never was is still none.
            Reading::Bad(BadDate::Sentinel) if says_far_future(cell) => Reading::Good(Expiry::Forever),
            Reading::Bad(fault) => Reading::Bad(fault),
            Reading::Blank => Reading::Blank,
            Reading::Masked => Reading::Masked,
        }
    }
}

fn says_far_future(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Serial(days) => days > 70_000.0,
        _ => ["9999", "2999", "3000", "2099"].iter().any(|year| cell.to_text().contains(year)),
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expiry::On(date) => write!(f, "{date}"),
            Expiry::Forever => f.pad("长期"),
        }
    }
}

/// What stands in a cell: a date, and a time that may be wrong.
#[derive(Clone, Copy)]
struct Written {
    date: PartialDate,
    time: Option<Result<NaiveTime, BadDate>>,
}

impl From<PartialDate> for Written {
    fn from(date: PartialDate) -> Self {
        Written { date, time: None }
    }
}

fn read_written(cell: Cell<'_>) -> Reading<Written, BadDate> {
    match cell {
        Cell::Serial(days) => of_serial(days).into(),
        Cell::Number(number) => of_number(number).into(),
        Cell::Bool(_) => Reading::Bad(BadDate::NotADate),
        _ => typed::read(cell, BadDate::FormulaError, |typed| match parse_numeric(typed) {
            Some(reading) => reading,
            None => parse(typed).into(),
        }),
    }
}

fn of_serial(days: f64) -> Result<Written, BadDate> {
    if !(0.0..3_000_000.0).contains(&days) {
        return Err(BadDate::NotADate);
    }
    if days < FIRST_SERIAL {
        return Err(BadDate::Sentinel);
    }
    // Excel's fractions of a day are not exact; its times are, to the second.
    let seconds = (days.fract() * 86_400.0).round() as u64;
    let whole_days = days.trunc() as u64 + seconds / 86_400;
    let date = NaiveDate::from_ymd_opt(1899, 12, 30).and_then(|start| start.checked_add_days(Days::new(whole_days)));
    let date = PartialDate::of_day(date.ok_or(BadDate::NotADate)?)?;
    let time = NaiveTime::from_num_seconds_from_midnight_opt((seconds % 86_400) as u32, 0);
    let has_time = days.fract() != 0.0;
    Ok(Written { date, time: time.filter(|_| has_time).map(Ok) })
}

fn of_number(number: f64) -> Result<Written, BadDate> {
    if number.fract() == 0.0 && (0.0..1e15).contains(&number) {
        let value = number as u64;
        let digits = value.checked_ilog10().map_or(1, |log| log as u8 + 1);
        return of_digits(value, digits);
    }
    if SERIALS.contains(&(number as u64)) {
        return of_serial(number);
    }
    // 2023.11 typed as a number; 2023.1 may have been October.
    let hundredths = (number * 100.0).round();
    if YEARS.contains(&(number as i64)) && (hundredths / 100.0 - number).abs() < 1e-9 {
        let (year, month) = (hundredths as i64 / 100, hundredths as u64 % 100);
        return match month {
            10 => Err(BadDate::Ambiguous),
            _ => Ok(PartialDate::of_two(year, month)?.into()),
        };
    }
    Err(BadDate::NotADate)
}

/// A run of digits and nothing else.
fn of_digits(value: u64, digits: u8) -> Result<Written, BadDate> {
    match digits {
        4 => Ok(PartialDate::new(value as i64, 0, 0)?.into()),
        5 if SERIALS.contains(&value) => of_serial(value as f64),
        6 => {
            // 930615 could only be a day, 199306 only a month, 200306 either: the month is what offices write.
            let (year, month) = (value as i64 / 100, value % 100);
            let is_month = (1930..2100).contains(&year) && (1..=12).contains(&month);
            if is_month {
                return Ok(PartialDate::of_two(year, month)?.into());
            }
            let is_day = (1..=12).contains(&(value / 100 % 100)) && (1..=31).contains(&(value % 100));
            Err(if is_day { BadDate::Ambiguous } else { BadDate::NotADate })
        }
        8 => Ok(of_eight(value)?.into()),
        12 => Ok(Written { date: of_eight(value / 10_000)?, time: Some(time(value / 100 % 100, value % 100, 0)) }),
        14 => Ok(Written {
            date: of_eight(value / 1_000_000)?,
            time: Some(time(value / 10_000 % 100, value / 100 % 100, value % 100)),
        }),
        _ => Err(BadDate::NotADate),
    }
}

fn of_eight(value: u64) -> Result<PartialDate, BadDate> {
    PartialDate::of_three((value / 10_000) as i64, value / 100 % 100, value % 100)
}

fn time(hour: u64, minute: u64, second: u64) -> Result<NaiveTime, BadDate> {
    NaiveTime::from_hms_opt(hour as u32, minute as u32, second as u32).ok_or(BadDate::Time)
}

/// `20230115`, `45979` and `45979.354` as text.
fn parse_numeric(typed: &str) -> Option<Reading<Written, BadDate>> {
    if typed.len() <= 14 && typed.bytes().all(|b| b.is_ascii_digit()) {
        return Some(of_digits(typed.parse().ok()?, typed.len() as u8).into());
    }
    let (days, fraction) = typed.split_once('.')?;
    let is_serial = days.len() == 5 && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    let days: f64 = if is_serial {
        typed.parse().ok()?
    } else {
        return None;
    };
    SERIALS.contains(&(days as u64)).then(|| of_serial(days).into())
}

/// A piece of a written date.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Number {
        value: u64,
        digits: u8,
    },
    /// `-`, `/`, `.`, 年, 月, 日, or a space between two numbers.
    Mark(char),
    /// A colon, 点, 时, 分, 秒.
    Clock(char),
    /// 半: half an hour.
    Half,
    /// Jan is 1.
    Month(u64),
    Morning,
    Noon,
    Afternoon,
    /// Z: the time is of Greenwich.
    Greenwich,
}

/// More pieces than any date has.
const MOST_TOKENS: usize = 24;

fn parse(typed: &str) -> Result<Written, BadDate> {
    const LUNAR: [&str; 11] = ["农历", "阴历", "旧历", "腊月", "正月", "冬月", "闰", "初一", "初二", "初三", "除夕"];
    const FOREVER: [&str; 6] = ["长期", "永久", "终身", "永远", "无限期", "无固定期限"];
    if !typed.is_ascii() {
        if LUNAR.iter().any(|word| typed.contains(word)) {
            return Err(BadDate::Lunar);
        }
        let without_range = typed.trim_start_matches(['至', '到']);
        if FOREVER.iter().any(|word| without_range.starts_with(word)) {
            return Err(BadDate::Forever);
        }
    }
    let mut tokens = [Token::Half; MOST_TOKENS];
    let count = match scan(typed, &mut tokens) {
        Some(count) => count,
        None => {
            // Rare enough to make a second text of it: Chinese digits, weekdays, words around the date.
            let plain = plain(typed);
            if plain == typed {
                return Err(BadDate::NotADate);
            }
            scan(&plain, &mut tokens).ok_or(BadDate::NotADate)?
        }
    };
    written(&tokens[..count])
}

/// The pieces of a date, spaces beside marks left out. None if something is no part of a date.
fn scan(typed: &str, tokens: &mut [Token; MOST_TOKENS]) -> Option<usize> {
    let mut count: usize = 0;
    let mut rest = typed;
    while let Some(c) = rest.chars().next() {
        let (token, taken) = match c {
            '0'..='9' => {
                let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                (Token::Number { value: rest[..digits].parse().ok()?, digits: digits.min(20) as u8 }, digits)
            }
            '/' | '\\' => (Token::Mark('/'), 1),
            '.' | '。' | '．' | '、' | '·' => (Token::Mark('.'), c.len_utf8()),
            '年' => (Token::Mark('年'), 3),
            '月' => (Token::Mark('月'), 3),
            '日' | '号' => (Token::Mark('日'), 3),
            ':' | '点' | '时' | '分' | '秒' => (Token::Clock(c), c.len_utf8()),
            '半' => (Token::Half, 3),
            ' ' | ',' | '(' | ')' | '\n' => (Token::Mark(' '), 1),
            _ if is_dash(c) => (Token::Mark('-'), c.len_utf8()),
            _ => word(rest)?,
        };
        rest = &rest[taken..];
        let joins = |token: Token| matches!(token, Token::Mark(_) | Token::Clock(_));
        let last = count.checked_sub(1).map(|last| tokens[last]);
        match (last, token) {
            (None, Token::Mark(' ')) => continue,
            (Some(before), Token::Mark(' ')) if joins(before) => continue,
            (Some(Token::Mark(' ')), _) if joins(token) => count -= 1,
            _ => {}
        }
        *tokens.get_mut(count)? = token;
        count += 1;
    }
    while count > 0 && tokens[count - 1] == Token::Mark(' ') {
        count -= 1;
    }
    Some(count)
}

/// A word that may stand in a date, and how long it is.
fn word(rest: &str) -> Option<(Token, usize)> {
    const WORDS: [(&str, Token); 14] = [
        ("上午", Token::Morning),
        ("早上", Token::Morning),
        ("早晨", Token::Morning),
        ("凌晨", Token::Morning),
        ("中午", Token::Noon),
        ("下午", Token::Afternoon),
        ("傍晚", Token::Afternoon),
        ("晚上", Token::Afternoon),
        ("晚", Token::Afternoon),
        ("am", Token::Morning),
        ("pm", Token::Afternoon),
        ("a.m.", Token::Morning),
        ("p.m.", Token::Afternoon),
        ("z", Token::Greenwich),
    ];
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let starts = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if starts("t") {
        return Some((Token::Mark(' '), 1));
    }
    if let Some((word, token)) = WORDS.iter().find(|(word, _)| starts(word)) {
        return Some((*token, word.len()));
    }
    let month = MONTHS.iter().position(|month| starts(&month[..3]))?;
    let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let is_name =
        MONTHS[month].starts_with(&rest[..letters].to_ascii_lowercase()) || &rest[..letters].to_ascii_lowercase() == "sept";
    is_name.then_some((Token::Month(month as u64 + 1), letters))
}

/// Without weekdays and words around the date, and with Chinese digits as Arabic ones.
fn plain(typed: &str) -> String {
    const AROUND: [&str; 9] = ["公历", "阳历", "新历", "出生日期", "出生", "生日", "截止", "生于", "起"];
    let mut text = typed.to_string();
    for word in AROUND {
        text = text.replace(word, "");
    }
    for weekday in ["星期", "礼拜", "周"] {
        for day in ['一', '二', '三', '四', '五', '六', '日', '天'] {
            text = text.replace(&format!("{weekday}{day}"), "");
        }
    }
    let text = text.strip_suffix('生').unwrap_or(&text);
    let mut plain = String::new();
    let mut run = Vec::new();
    for c in text.chars().chain(['\0']) {
        match chinese_digit(c) {
            Some(digit) => run.push(digit),
            None => {
                push_number(&mut plain, &run);
                run.clear();
                if c != '\0' {
                    plain.push(c);
                }
            }
        }
    }
    plain
}

/// 0 to 9; 10 for 十, 20 for 廿, 30 for 卅.
fn chinese_digit(c: char) -> Option<u64> {
    match c {
        '〇' | '○' | '零' => Some(0),
        '十' => Some(10),
        '廿' => Some(20),
        '卅' => Some(30),
        _ => "一二三四五六七八九".chars().zip(1..).find_map(|(digit, value)| (digit == c).then_some(value)),
    }
}

/// 二〇二三 digit by digit, 二十一 as a number.
fn push_number(plain: &mut String, run: &[u64]) {
    match run {
        [] => {}
        _ if run.iter().all(|digit| *digit < 10) => plain.extend(run.iter().map(u64::to_string)),
        _ => {
            let value = run.iter().fold(0_u64, |value, digit| match *digit {
                10 => value.max(1).saturating_mul(10),
                digit => value.saturating_add(digit),
            });
            plain.push_str(&value.to_string());
        }
    }
}

fn written(tokens: &[Token]) -> Result<Written, BadDate> {
    let is_half_day = |token: &Token| matches!(token, Token::Morning | Token::Noon | Token::Afternoon);
    // The hour is the number before the first colon or 点; 上午 may stand before it.
    let hour = tokens.iter().position(|token| matches!(token, Token::Clock(_))).and_then(|clock| clock.checked_sub(1));
    let split = tokens.iter().position(is_half_day).into_iter().chain(hour).min().unwrap_or(tokens.len());
    let (date, clock) = tokens.split_at(split);
    let date = match date {
        [date @ .., Token::Mark(' ')] => date,
        date => date,
    };
    let date = written_date(date)?;
    if clock.is_empty() {
        return Ok(date.into());
    }
    let greenwich = clock.last() == Some(&Token::Greenwich);
    match (written_time(clock), date.day()) {
        // Programs write midnight here as four in the afternoon of the day before, there.
        (Some(Ok(time)), Some(day)) if greenwich => {
            let here = NaiveDateTime::new(day, time) + TimeDelta::hours(8);
            Ok(Written { date: PartialDate::of_day(here.date())?, time: Some(Ok(here.time())) })
        }
        (time, _) => Ok(Written { date, time }),
    }
}

fn written_date(tokens: &[Token]) -> Result<PartialDate, BadDate> {
    use Token::{Mark, Month, Number};
    let tokens = match tokens {
        [tokens @ .., Mark('日' | '.')] => tokens,
        tokens => tokens,
    };
    match *tokens {
        [Number { value, digits }] if tokens.len() == 1 => of_digits(value, digits).map(|written| written.date),
        [Number { value: year, digits: 4 }, Mark('年')] => PartialDate::new(year as i64, 0, 0),
        [Number { value: year, digits: 2 }, Mark('年')] => PartialDate::new(of_two_digits(year), 0, 0),
        [Number { value: year, digits: 4 }, Mark('-' | '/' | '.' | '年'), Number { value: month, digits: 1..=2 }]
        | [Number { value: year, digits: 4 }, Mark('年'), Number { value: month, digits: 1..=2 }, Mark('月')] => {
            PartialDate::of_two(year as i64, month)
        }
        [Number { value: year, digits: 2 }, Mark('年'), Number { value: month, digits: 1..=2 }, Mark('月')] => {
            PartialDate::of_two(of_two_digits(year), month)
        }
        [Number { value: month, digits: 1..=2 }, Mark('-' | '/' | '.'), Number { value: year, digits: 4 }] => {
            PartialDate::of_two(year as i64, month)
        }
        [Number { value: first, digits: 1..=2 }, Mark('-' | '/' | '.' | '月'), Number { value: second, digits: 1..=2 }] => {
            Err(match (first, second) {
                (1..=12, 1..=31) => BadDate::NoYear,
                _ => BadDate::NotADate,
            })
        }
        [Number { digits: 1..=2, .. }, Mark('月')] => Err(BadDate::NoYear),
        [
            Number { value: first, digits },
            mark,
            Number { value: second, digits: 1..=2 },
            other,
            Number { value: third, digits: last_digits },
        ] if is_pair(mark, other) => match (digits, last_digits) {
            (4, 1..=2) => PartialDate::of_three(first as i64, second, third),
            (1..=2, 4) => year_last(first, second, third),
            (2, 1..=2) => PartialDate::of_three(of_two_digits(first), second, third),
            (1, 1..=2) => Err(BadDate::Ambiguous),
            _ => Err(BadDate::NotADate),
        },
        // 15-Jan-23, Jan 15, 2023
        [Number { value: day, digits: 1..=2 }, Mark(_), Month(month), Mark(_), Number { value: year, digits }]
        | [Month(month), Mark(_), Number { value: day, digits: 1..=2 }, Mark(_), Number { value: year, digits }] => {
            match digits {
                4 => PartialDate::of_three(year as i64, month, day),
                2 => PartialDate::of_three(of_two_digits(year), month, day),
                _ => Err(BadDate::NotADate),
            }
        }
        [Number { value: year, digits: 4 }, Mark(_), Month(month), Mark(_), Number { value: day, digits: 1..=2 }] => {
            PartialDate::of_three(year as i64, month, day)
        }
        [Month(month), Mark(_), Number { value: year, digits: 4 }] => PartialDate::of_two(year as i64, month),
        // Jan-23 is January 2023 to Excel and the 23rd to others.
        [Month(_), Mark(_), Number { .. }] | [Number { .. }, Mark(_), Month(_)] => Err(BadDate::Ambiguous),
        _ => Err(BadDate::NotADate),
    }
}

/// Whether two marks belong together: the same twice, or 年 and 月. `2023.1-5` is from January to May.
fn is_pair(first: Token, second: Token) -> bool {
    match (first, second) {
        (Token::Mark('年'), Token::Mark('月')) => true,
        (Token::Mark(first), Token::Mark(second)) => first == second && !matches!(first, '年' | '月' | '日'),
        _ => false,
    }
}

/// 24 is 2024, 68 is 1968.
fn of_two_digits(year: u64) -> i64 {
    if year < 50 { 2000 + year as i64 } else { 1900 + year as i64 }
}

/// `15/3/2024` and `3/15/2024`; `3/5/2024` is in May or in March.
fn year_last(first: u64, second: u64, year: u64) -> Result<PartialDate, BadDate> {
    match (first, second) {
        (13.., 1..=12) => PartialDate::of_three(year as i64, second, first),
        (1..=12, 13..) => PartialDate::of_three(year as i64, first, second),
        _ if first == second => PartialDate::of_three(year as i64, first, second),
        (1..=12, 1..=12) => Err(BadDate::Ambiguous),
        _ => Err(BadDate::NoSuchDay),
    }
}

/// None if a half of the day is all that was written.
fn written_time(tokens: &[Token]) -> Option<Result<NaiveTime, BadDate>> {
    let half_day = tokens.iter().find(|token| matches!(token, Token::Morning | Token::Noon | Token::Afternoon));
    let mut parts = [0; 3];
    let mut count = 0;
    for token in tokens {
        match *token {
            // Thousandths of a second, after the point.
            Token::Number { .. } if count == 3 => break,
            Token::Number { value, .. } => {
                parts[count] = value;
                count += 1;
            }
            Token::Half if count == 1 => parts[1] = 30,
            Token::Month(_) | Token::Mark('-' | '/' | '年' | '月' | '日') => {
                return Some(Err(BadDate::Time));
            }
            _ => {}
        }
    }
    if count == 0 {
        return None;
    }
    let [hour, minute, second] = parts;
    let hour = match half_day {
        Some(Token::Afternoon) if hour < 12 => hour + 12,
        Some(Token::Noon) if hour < 3 => hour + 12,
        Some(Token::Morning) if hour == 12 => 0,
        _ => hour,
    };
    Some(time(hour, minute, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer<T: ToString, E: fmt::Debug>(reading: Reading<T, E>) -> String {
        match reading {
            Reading::Good(value) => value.to_string(),
            Reading::Blank => "Blank".to_string(),
            Reading::Masked => "Masked".to_string(),
            Reading::Bad(fault) => format!("{fault:?}"),
        }
    }

    #[track_caller]
    fn case(input: &str, want: &str) {
        assert_eq!(answer(PartialDate::read(Cell::from(input))), want, "{input:?}");
    }

    #[track_caller]
    fn number(input: f64, want: &str) {
        assert_eq!(answer(PartialDate::read(Cell::Number(input))), want, "{input:?}");
    }

    #[test]
    fn nobody_is_born_in_the_future() {
        let known_on = |day: &str| day.parse::<NaiveDate>().unwrap();
        for (typed, day, want) in [
            ("48.10.1", "2026-11-30", "1948-10-01"),
            ("30/5/1", "2026-11-30", "1930-05-01"),
            ("26.11.30", "2026-11-30", "2026-11-30"),
            ("26.12.1", "2026-11-30", "1926-12-01"),
            ("24-5-1", "2026-11-30", "2024-05-01"),
            ("24-5-1", "2020-11-30", "1924-05-01"),
            ("48年", "2026-11-30", "1948"),
            ("四八年十月", "2026-11-30", "1948-10"),
            ("26年", "2026-11-30", "2026"),
            ("1-Oct-48", "2026-11-30", "1948-10-01"),
            ("68.5.1", "2026-11-30", "1968-05-01"),
            ("2048-10-01", "2026-11-30", "Future"),
            ("２０４８年１０月", "2026-11-30", "Future"),
            ("二〇四八年十月", "2026-11-30", "Future"),
            ("20481001", "2026-11-30", "Future"),
            ("54333", "2026-11-30", "Future"),
            ("2026-12", "2026-11-30", "Future"),
            ("2026-11", "2026-11-30", "2026-11"),
            ("1948-10-01", "2026-11-30", "1948-10-01"),
        ] {
            assert_eq!(answer(PartialDate::read_birth(Cell::from(typed), known_on(day))), want, "{typed} on {day}");
        }
        assert_eq!(answer(PartialDate::read_birth(Cell::Serial(54_333.0), known_on("2026-11-30"))), "Future");
    }

    #[track_caller]
    fn moment(input: &str, want: &str) {
        assert_eq!(answer(Moment::read(Cell::from(input))), want, "{input:?}");
    }

    #[track_caller]
    fn expiry(input: &str, want: &str) {
        assert_eq!(answer(Expiry::read(Cell::from(input))), want, "{input:?}");
    }

    #[test]
    fn one_day_in_many_spellings() {
        for typed in [
            "2023-01-15",
            "2023-1-15",
            "2023/1/15",
            "2023/01/15",
            "2023.1.15",
            "2023。1。15",
            "２０２３．１．１５",
            "20230115",
            "2023年1月15日",
            "2023年01月15日",
            "2023年1月15号",
            "2023 年 1 月 15 日",
            "二〇二三年一月十五日",
            "二○二三年一月十五日",
            "二零二三年1月15日",
            "2023 01 15",
            "2023—01—15",
            "2023年1月15",
            "2023-01-15 08:30",
            "2023-01-15T00:00:00",
            "15-Jan-23",
            "15-Jan-2023",
            "Jan 15, 2023",
            "15 January 2023",
            "January 15 2023",
            "23/1/15",
            "23-1-15",
            "23.01.15",
            "23年1月15日",
            "15/1/2023",
            "1/15/2023",
            "2023-01-15 星期日",
            "2023年1月15日（周日）",
            "公历2023年1月15日",
            "'2023-01-15",
            "44941",
            "2023.1.15.",
            "2023\\1\\15",
            "2023年1月15日生",
            "44941.5",
        ] {
            case(typed, "2023-01-15");
        }
        number(20_230_115.0, "2023-01-15");
        number(44_941.0, "2023-01-15");
        assert_eq!(answer(PartialDate::read(Cell::Serial(44_941.0))), "2023-01-15");
        // The same day in a file that counts from 1904, and what is no day number in any.
        assert_eq!(answer(PartialDate::read(counted_from_1904(Cell::Number(43_479.0)))), "2023-01-15");
        for other in [Cell::Number(20_230_115.0), Cell::Number(2023.0), Cell::Text("43479"), Cell::Serial(44_941.0)] {
            assert_eq!(counted_from_1904(other), other);
        }
        case("二〇二三年十月二十日", "2023-10-20");
        case(&format!("{}年一月一日", "十".repeat(40)), "NotADate");
        case("一九八五年十二月三十一日", "1985-12-31");
        case("二〇〇一年十一月廿一日", "2001-11-21");
        case("68/6/30", "1968-06-30");
        case("26/6/30", "2026-06-30");
        case("26-6-30", "2026-06-30");
        case("5/5/2024", "2024-05-05");
    }

    #[test]
    fn months_and_years() {
        for typed in [
            "2026年6月",
            "2026-06",
            "2026.6",
            "2026/6",
            "202606",
            "6/2026",
            "26年6月",
            "Jun 2026",
            "June-2026",
            "二〇二六年六月",
        ] {
            case(typed, "2026-06");
        }
        case("199306", "1993-06");
        for typed in ["1932", "(1932)", "（1932）", "1932年", "一九三二年", "1932年生"] {
            case(typed, "1932");
        }
        case("85年", "1985");
        number(1932.0, "1932");
        number(199_306.0, "1993-06");
        number(2023.11, "2023-11");
        number(2023.05, "2023-05");
        number(2023.1, "Ambiguous");
    }

    #[test]
    fn dates_that_say_too_little() {
        case("3/5/2024", "Ambiguous");
        case("3/5/24", "Ambiguous");
        case("930615", "Ambiguous");
        case("Jan-23", "Ambiguous");
        case("1月15日", "NoYear");
        case("1-15", "NoYear");
        case("12.5", "NoYear");
        case("6月", "NoYear");
        case("一月十五日", "NoYear");
        case("农历八月十五", "Lunar");
        case("1968年腊月初八", "Lunar");
        case("长期", "Forever");
        case("长期有效", "Forever");
        case("永久", "Forever");
    }

    #[test]
    fn dates_that_never_were() {
        case("2023-02-30", "NoSuchDay");
        case("2023-02-29", "NoSuchDay");
        case("1900-01-00", "NoSuchDay");
        case("2023-13-01", "NoSuchDay");
        case("20231301", "NoSuchDay");
        case("1985-00-00", "NoSuchDay");
        case("2023-00", "NoSuchDay");
        case("13/32/2024", "NoSuchDay");
        case("0000-00-00", "Sentinel");
        case("00000000", "Sentinel");
        case("9999-12-31", "Sentinel");
        case("99991231", "Sentinel");
        case("2099-12-31", "Sentinel");
        case("1900-01-01", "Sentinel");
        case("1790-01-01", "Year(1790)");
        case("2203-01-15", "Year(2203)");
        assert_eq!(answer(PartialDate::read(Cell::Serial(0.0))), "Sentinel");
        assert_eq!(answer(PartialDate::read(Cell::Serial(0.5))), "Sentinel");
        assert_eq!(answer(PartialDate::read(Cell::Serial(-1.0))), "NotADate");
        assert_eq!(answer(PartialDate::read(Cell::Serial(f64::NAN))), "NotADate");
    }

    #[test]
    fn not_dates() {
        for typed in
            ["王伟", "2023.1-5", "15400001234", "500", "2023-01-15-03", "Mayor 5", "08:30", "2023年第一季度", "90后"]
        {
            case(typed, "NotADate");
        }
        number(15_400_001_234.0, "NotADate");
        number(0.5, "NotADate");
        number(70_000.0, "NotADate");
        assert_eq!(answer(PartialDate::read(Cell::Error("#VALUE!"))), "FormulaError");
        case("无", "Blank");
        case("-", "Blank");
        case("----", "Blank");
    }

    #[test]
    fn moments() {
        for typed in [
            "2023-01-15 08:30",
            "2023-01-15 08:30:00",
            "2023-01-15T08:30:00",
            "2023-01-15T08:30:00.000",
            "2023/1/15 8:30",
            "2023年1月15日 8:30",
            "2023年1月15日上午8:30",
            "2023年1月15日 上午 8点30分",
            "2023.1.15 8点半",
            "2023-1-15 8：30 AM",
            "20230115083000",
            "202301150830",
            "2023-01-15T00:30:00Z",
            "20230115 08:30",
            "15-Jan-23 8:30",
            "2023年1月15日早上八点半",
        ] {
            moment(typed, "2023-01-15 08:30");
        }
        moment("2023-01-15 下午3:30", "2023-01-15 15:30");
        moment("2023-01-15 3:30 PM", "2023-01-15 15:30");
        moment("2023-01-15 中午12点", "2023-01-15 12:00");
        moment("2023-01-15 12:30 AM", "2023-01-15 00:30");
        moment("2023-01-15 15点", "2023-01-15 15:00");
        moment("2023-01-15 08:30:15", "2023-01-15 08:30:15");
        moment("2023-01-15 下午", "2023-01-15");
        moment("2023-01-14T16:00:00.000Z", "2023-01-15 00:00");
        moment("2023-01-15", "2023-01-15");
        moment("2023-01-15 25:30", "Time");
        moment("2023-01", "NoDay");
        let serial = |days| answer(Moment::read(Cell::Serial(days)));
        assert_eq!(serial(44_941.354_166_666_664), "2023-01-15 08:30");
        assert_eq!(serial(44_940.999_999_999), "2023-01-15 00:00");
        assert_eq!(answer(Moment::read(Cell::Number(44_941.354_166_666_664))), "2023-01-15 08:30");
        assert_eq!(Moment::read(Cell::Text("2023-1-15 8:30")).good().unwrap().to_iso(), "2023-01-15T08:30:00");
    }

    #[test]
    fn expiry_of_certificates() {
        expiry("2030-05-01", "2030-05-01");
        expiry("长期", "长期");
        expiry("至长期", "长期");
        expiry("9999-12-31", "长期");
        expiry("2099-12-31", "长期");
        expiry("99991231", "长期");
        expiry("2010.05.01-2030.05.01", "2030-05-01");
        expiry("2010.05.01-长期", "长期");
        expiry("2010-05-01至2030-05-01", "2030-05-01");
        expiry("20100501-20300501", "2030-05-01");
        expiry("2010年5月1日—长期有效", "长期");
        expiry("至2030年5月1日", "2030-05-01");
        expiry("0000-00-00", "Sentinel");
        expiry("2030", "NoDay");
    }

    #[test]
    fn ages() {
        let on = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let birth = |typed: &str| PartialDate::read(Cell::from(typed)).good().unwrap();
        assert_eq!(birth("1980-06-15").age_on(on(2026, 6, 14)), Some(45));
        assert_eq!(birth("1980-06-15").age_on(on(2026, 6, 15)), Some(46));
        assert_eq!(birth("2000-02-29").age_on(on(2026, 2, 28)), Some(25));
        assert_eq!(birth("2000-02-29").age_on(on(2026, 3, 1)), Some(26));
        assert_eq!(birth("1980-06").age_on(on(2026, 5, 31)), Some(45));
        assert_eq!(birth("1980-06").age_on(on(2026, 7, 1)), Some(46));
        assert_eq!(birth("1980-06").age_on(on(2026, 6, 30)), None);
        assert_eq!(birth("1980").age_on(on(2026, 12, 31)), None);
        assert_eq!(birth("2027-01-01").age_on(on(2026, 12, 31)), None);
        assert_eq!(birth("1980-06").to_iso(), "1980-06");
        assert_eq!(birth("1980-06").month(), Some(6));
    }

    proptest! {
        #[test]
        fn parse_and_print_are_inverse(days in 100_u64..100_000, seconds in 0_u32..86_400) {
            let date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + Days::new(days);
            prop_assume!(!is_sentinel(date.year().into(), date.month().into(), date.day().into()));
            let day = PartialDate::of_day(date).unwrap();
            prop_assert_eq!(PartialDate::read(Cell::Text(&day.to_iso())), Reading::Good(day));
            let moment = Moment { date, time: NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0) };
            prop_assert_eq!(Moment::read(Cell::Text(&moment.to_string())), Reading::Good(moment));
            prop_assert_eq!(Moment::read(Cell::Text(&moment.to_iso())), Reading::Good(moment));
        }

        #[test]
        fn a_serial_is_its_day(days in 20_000_u64..60_000, seconds in 1_u32..86_400) {
            let serial = days as f64 + f64::from(seconds) / 86_400.0;
            let date = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap() + Days::new(days);
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0);
            prop_assert_eq!(Moment::read(Cell::Serial(serial)), Reading::Good(Moment { date, time }));
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), number in any::<f64>()) {
            for cell in [Cell::Text(&typed), Cell::Number(number), Cell::Serial(number)] {
                PartialDate::read(cell);
                Moment::read(cell);
                Expiry::read(cell);
            }
        }

        #[test]
        fn anything_like_a_date_may_stand_in_a_cell(typed in "([0-9]{1,4}[-/.年月日 :点半上下午TZ]{0,2}){1,8}") {
            Expiry::read(Cell::Text(&typed));
            if let Reading::Good(once) = PartialDate::read(Cell::Text(&typed)) {
                prop_assert_eq!(PartialDate::read(Cell::Text(&once.to_iso())), Reading::Good(once));
            }
        }
    }
}
