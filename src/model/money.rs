//! Amounts of money, from `5000` to 叁万伍仟元整.

use super::cell::Cell;
use super::pay::PayMode;
use super::reading::Reading;
use super::text::{self, is_space};
use super::typed::{self, is_dash, is_e_notation};
use std::fmt;

/// Whole 分: no fractions, no rounding when amounts are added.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// What one of a number is worth, in a heading or a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// 元
    Yuan,
    /// 千元
    Thousand,
    /// 万元
    TenThousand,
    /// 亿元
    HundredMillion,
}

/// An amount with what was written around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    money: Money,
    unit: Option<Unit>,
    note: Option<Box<str>>,
}

/// Why a cell holds no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadMoney {
    /// `10-30万`, `500万+`, `10万以上`: not one amount.
    Range,
    /// `10份`, `2档`, `20年`, `200元/天`: a number of something else, or a sum for each of it.
    Units,
    /// `10万/20万`, `10万+20万`: more than one amount.
    Several,
    /// `87%`
    Percent,
    /// Dollars and others.
    Foreign,
    /// `1.2E+6`: the last digits are gone.
    LostDigits,
    /// More than any policy is for.
    TooLarge,
    /// A day, stored as such.
    Date,
    /// Not an amount.
    NotMoney,
    /// A formula error such as `#REF!`.
    FormulaError,
}

/// Amounts beyond this are policy numbers and typing errors. So many can be added without overflow that no office has them.
const LARGEST_FEN: i64 = 1_000_000_000_000_000;

impl Unit {
    /// The unit a heading or a line above the table names: `保额（万元）`, `年收入(万/年)`, `单位：元`. Of stacked headings
    /// (`保单信息（万元）_保费（元）`) the lowest that names one counts. A 万 in a word is none: 百万医疗保费.
    pub fn in_heading(heading: &str) -> Option<Unit> {
        text::key(heading).rsplit('_').find_map(Unit::in_one_heading)
    }

    fn in_one_heading(heading: &str) -> Option<Unit> {
        let mut places = heading.split(['(', ')', '[', ']', '【', '】', '〔', '〕', '/', ':', ',', '、', ';']);
        let first = places.next().unwrap_or_default();
        // 万元 as a heading of its own, below 保费.
        let whole = || unit_named(heading).filter(|_| heading == first);
        let at_end = [("亿元", Unit::HundredMillion), ("万元", Unit::TenThousand), ("千元", Unit::Thousand)];
        places.find_map(unit_named).or_else(whole).or_else(|| {
            // 保费万元, but not 百万元: that would be another unit, which no one has asked for yet.
            let (word, unit) = at_end.into_iter().find(|(word, _)| heading.ends_with(word))?;
            let before = heading[..heading.len() - word.len()].chars().next_back();
            (!matches!(before, Some('百' | '十' | '千' | '几' | '数'))).then_some(unit)
        })
    }

    /// 元 in one.
    pub fn yuan(self) -> f64 {
        self.fen() as f64 / 100.0
    }

    /// As users see it.
    pub fn title(self) -> &'static str {
        match self {
            Unit::Yuan => "元",
            Unit::Thousand => "千元",
            Unit::TenThousand => "万元",
            Unit::HundredMillion => "亿元",
        }
    }

    /// 分 in one.
    fn fen(self) -> i64 {
        match self {
            Unit::Yuan => 100,
            Unit::Thousand => 100_000,
            Unit::TenThousand => 1_000_000,
            Unit::HundredMillion => 10_000_000_000,
        }
    }
}

fn unit_named(word: &str) -> Option<Unit> {
    let word = word.strip_prefix("单位").unwrap_or(word);
    let word = word.trim_start_matches([':', '：']);
    let word = word.strip_prefix("人民币").or_else(|| word.strip_prefix("rmb")).unwrap_or(word);
    match word {
        "元" | "圆" | "¥" | "￥" => Some(Unit::Yuan),
        "千元" | "仟元" | "千" => Some(Unit::Thousand),
        "万元" | "萬元" | "万" | "w" => Some(Unit::TenThousand),
        "亿元" | "亿" => Some(Unit::HundredMillion),
        _ => None,
    }
}

impl Money {
    /// Reads a cell; `unit` is the one of the heading, and one in the cell wins over it.
    pub fn read(cell: Cell<'_>, unit: Unit) -> Reading<Money, BadMoney> {
        match cell {
            Cell::Number(number) => of_number(number, unit).into(),
            _ => Amount::read(cell, unit).map(|amount| amount.money),
        }
    }

    /// From whole 分, as they are stored.
    pub fn from_fen(fen: i64) -> Money {
        Money(fen)
    }

    /// Whole 分.
    pub fn fen(self) -> i64 {
        self.0
    }

    /// 元 with 角 and 分, for a cell of a workbook.
    pub fn to_yuan(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Whole 元, as the office's rules see it; what is less than one 元 is dropped.
    pub fn yuan(self) -> i64 {
        self.0 / 100
    }

    /// The sum, unless it is larger than can be held.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, fen) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match fen % 100 {
            0 => write!(f, "{sign}{}", fen / 100),
            cents => write!(f, "{sign}{}.{cents:02}", fen / 100),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}元")
    }
}

impl Amount {
    /// Reads a cell as [`Money::read`] does, and keeps what was written around the amount.
    pub fn read(cell: Cell<'_>, unit: Unit) -> Reading<Amount, BadMoney> {
        match cell {
            Cell::Number(number) => {
                Reading::from(of_number(number, unit)).map(|money| Amount { money, unit: None, note: None })
            }
            Cell::Serial(_) => Reading::Bad(BadMoney::Date),
            Cell::Bool(_) => Reading::Bad(BadMoney::NotMoney),
            _ => typed::read(cell, BadMoney::FormulaError, |typed| parse(typed, unit)),
        }
    }

    /// The amount.
    pub fn money(&self) -> Money {
        self.money
    }

    /// The unit written in the cell itself; a column where some cells have one and some have none wants a look.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// What was written beside it: `月交`, `/年`. A premium with `月交` is no yearly one.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// How often the amount is due, if that was written beside it: `500/月`, `月缴500`, `5000(年交)`. Not the number of
    /// years in `12000(20年交)`, nor the 首年 a premium is for.
    pub fn how_often(&self) -> Option<PayMode> {
        const WORDS: [(&str, PayMode); 6] = [
            ("半年", PayMode::HalfYearly),
            ("季", PayMode::Quarterly),
            ("月", PayMode::Monthly),
            ("年", PayMode::Yearly),
            ("趸", PayMode::Single),
            ("一次", PayMode::Single),
        ];
        let note = self.note()?;
        let counts = |before: &str| {
            before.ends_with(|c: char| c.is_ascii_digit() || "二两三四五六七八九十首第次个".contains(c))
                || before.ends_with("第一")
        };
        WORDS.iter().find_map(|(word, mode)| note.find(word).filter(|at| !counts(&note[..*at])).map(|_| *mode))
    }
}

fn of_number(number: f64, unit: Unit) -> Result<Money, BadMoney> {
    if !number.is_finite() {
        return Err(BadMoney::NotMoney);
    }
    if number.abs() >= 1e15 {
        return Err(BadMoney::TooLarge);
    }
    if number.fract() == 0.0 {
        let whole = Decimal::whole(i128::from(number.abs() as i64));
        return whole.times(unit.fen()).in_fen(number < 0.0);
    }
    // The shortest digits that give this number back are those that were typed: 1.005, never 1.00499….
    let typed = format!("{}", number.abs());
    let decimal = Decimal::of_digits(&typed).ok_or(BadMoney::NotMoney)?;
    decimal.times(unit.fen()).in_fen(number < 0.0)
}

/// Decimals that are kept while units are applied; more can only be noise.
const MOST_DECIMALS: u32 = 12;
/// Digits before the point, so that no unit can overflow.
const MOST_DIGITS: usize = 16;

/// A number as typed: its digits, and how many stand behind the point.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Decimal {
    digits: i128,
    decimals: u32,
}

impl Decimal {
    fn of_digits(typed: &str) -> Option<Decimal> {
        let (whole, fraction) = typed.split_once('.').unwrap_or((typed, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty()
            || whole.len() > MOST_DIGITS
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return None;
        }
        let fraction = &fraction[..fraction.len().min(MOST_DECIMALS as usize)];
        let mut digits = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            digits = digits * 10 + i128::from(digit - b'0');
        }
        Some(Decimal { digits, decimals: fraction.len() as u32 })
    }

    fn whole(digits: i128) -> Decimal {
        Decimal { digits, decimals: 0 }
    }

    /// This many times so many 分, exactly.
    fn times(self, fen: i64) -> Ticks {
        Ticks(self.digits * 10_i128.pow(MOST_DECIMALS - self.decimals) * i128::from(fen))
    }
}

/// A value with twelve decimals, of 分 or of ones: exact until it is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
struct Ticks(i128);

const TICKS_A_FEN: i128 = 10_i128.pow(MOST_DECIMALS);

impl Ticks {
    /// Rounded half up, away from zero for what is owed.
    fn in_fen(self, negative: bool) -> Result<Money, BadMoney> {
        let fen = (self.0 + TICKS_A_FEN / 2) / TICKS_A_FEN;
        let fen = i64::try_from(fen).ok().filter(|fen| *fen <= LARGEST_FEN).ok_or(BadMoney::TooLarge)?;
        Ok(Money(if negative { -fen } else { fen }))
    }
}

fn parse(typed: &str, unit: Unit) -> Reading<Amount, BadMoney> {
    if let Some(decimal) = Decimal::of_digits(typed) {
        return amount(decimal.times(unit.fen()), false, None, "");
    }
    if is_e_notation(typed) {
        return Reading::Bad(BadMoney::LostDigits);
    }
    match written(typed, unit) {
        // What is no amount may be recognisable as something else.
        Reading::Bad(BadMoney::NotMoney) if typed.contains("**") => Reading::Masked,
        Reading::Bad(BadMoney::NotMoney) if typed.contains(['%', '‰']) || typed.contains("百分之") => {
            Reading::Bad(BadMoney::Percent)
        }
        Reading::Bad(BadMoney::NotMoney) if is_foreign(typed) => Reading::Bad(BadMoney::Foreign),
        reading => reading,
    }
}

/// An amount with what may stand around it.
fn written(typed: &str, unit: Unit) -> Reading<Amount, BadMoney> {
    let mut rest = typed;
    let mut negative = false;
    // (1,000.00) is how bookkeepers write a negative amount.
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && !inner.contains(['(', ')'])
    {
        negative = true;
        rest = inner;
    }
    let (note_before, after) = words_before(rest);
    rest = after;
    if let Some(positive) = rest.strip_prefix(['-', '−', '－', '负']) {
        negative = !negative;
        rest = words_before(positive).1;
    }
    let (ticks, unit_in_cell, after) = match written_amount(rest, unit) {
        Ok(found) => found,
        Err(fault) => return Reading::Bad(fault),
    };
    match note_after(after) {
        Ok(note) if is_foreign(note) => Reading::Bad(BadMoney::Foreign),
        Ok("") => amount(ticks, negative, unit_in_cell, note_before),
        Ok(note) if note_before.is_empty() => amount(ticks, negative, unit_in_cell, note),
        Ok(note) => amount(ticks, negative, unit_in_cell, &format!("{note_before} {note}")),
        Err(fault) => Reading::Bad(fault),
    }
}

fn amount(ticks: Ticks, negative: bool, unit: Option<Unit>, note: &str) -> Reading<Amount, BadMoney> {
    let note = (!note.is_empty()).then(|| note.into());
    Reading::from(ticks.in_fen(negative)).map(|money| Amount { money, unit, note })
}

fn is_foreign(typed: &str) -> bool {
    if typed.is_empty() {
        return false;
    }
    let capitals = typed.to_uppercase();
    ["美元", "美金", "港币", "港元", "欧元", "日元", "英镑", "澳元", "USD", "HKD", "EUR", "$", "€", "£"]
        .iter()
        .any(|word| capitals.contains(word))
}

/// Currency signs and words that may stand before an amount; the last of the words is the note.
fn words_before(typed: &str) -> (&str, &str) {
    const SIGNS: [&str; 12] = ["人民币", "RMB", "rmb", "Rmb", "CNY", "cny", "¥", "￥", "共计", "合计", "计", "保费"];
    const WORDS: [&str; 15] = [
        "半年交",
        "半年缴",
        "年交",
        "年缴",
        "月交",
        "月缴",
        "季交",
        "季缴",
        "趸交",
        "趸缴",
        "期交",
        "期缴",
        "每年",
        "每月",
        "每季",
    ];
    let mut rest = typed;
    let mut note = "";
    loop {
        let trimmed = rest.trim_start_matches(|c| is_space(c) || matches!(c, ':' | '：'));
        if let Some(after) = SIGNS.iter().find_map(|sign| trimmed.strip_prefix(sign)) {
            rest = after;
        } else if let Some(word) = WORDS.iter().find(|word| trimmed.starts_with(**word)) {
            (note, rest) = trimmed.split_at(word.len());
        } else {
            return (note, trimmed);
        }
    }
}

/// What follows an amount: nothing, a note, or what makes it something else than an amount.
fn note_after(after: &str) -> Result<&str, BadMoney> {
    const NOTES: [&str; 14] =
        ["半年交", "半年缴", "年交", "年缴", "月交", "月缴", "季交", "季缴", "趸交", "趸缴", "期交", "期缴", "每", "一年"];
    const RANGES: [&str; 16] =
        ["以上", "以下", "以内", "左右", "多", "余", "起", "+", "至", "到", "~", "～", "之间", "不等", "上下", "几"];
    const UNITS: [&str; 16] =
        ["份", "档", "年", "月", "岁", "天", "日", "人", "户", "倍", "股", "个", "件", "次", "期", "单位"];
    let after = after.trim_matches(|c: char| is_space(c) || matches!(c, '。' | ';' | ',' | '，'));
    let after = ["人民币", "RMB", "rmb"].iter().find_map(|sign| after.strip_prefix(sign)).unwrap_or(after);
    if after.is_empty() {
        return Ok("");
    }
    let starts = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
    if let Some(next) =
        after.strip_prefix(['/', '+']).map(|next| next.trim_start_matches(|c| is_space(c) || matches!(c, '¥' | '￥')))
        && matches!(piece(next), Ok(Some((Piece::Number(..), _))))
    {
        return Err(BadMoney::Several);
    }
    if starts(&RANGES) || after.starts_with(is_dash) {
        return Err(BadMoney::Range);
    }
    if let Some(each) = after.strip_prefix('/') {
        const TIMES: [&str; 7] = ["每", "年", "月", "季", "半年", "期", "首"];
        let each = each.trim_start_matches(is_space);
        return TIMES.iter().any(|time| each.starts_with(time)).then_some(after).ok_or(BadMoney::Units);
    }
    if starts(&NOTES) {
        return Ok(after);
    }
    if starts(&UNITS) {
        return Err(BadMoney::Units);
    }
    match after.strip_prefix('(') {
        Some(note) => {
            let note = note.strip_suffix(')').unwrap_or(note);
            let is_range = ["以上", "以下", "左右"].iter().any(|word| note.contains(word));
            if is_range { Err(BadMoney::Range) } else { Ok(note) }
        }
        None => Err(BadMoney::NotMoney),
    }
}

/// A piece of a written amount.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece {
    /// Digits, and how many of them stood before the point.
    Number(Decimal, usize),
    /// 零 between two places: 一万零五.
    Zero,
    /// 十, 百, 千, 万, 亿.
    Place(i64),
    /// 元, 角, 分: what one is in 分; 块 like 元.
    Coin(i64, char),
    /// 整
    Whole,
}

/// The amount at the start of a text, the unit it names, and what follows it.
fn written_amount(typed: &str, heading: Unit) -> Result<(Ticks, Option<Unit>, &str), BadMoney> {
    let mut sum = Sum::default();
    let mut rest = typed;
    let mut count = 0;
    while let Some((piece, taken)) = piece(rest)? {
        sum.add(piece)?;
        rest = &rest[taken..];
        count += 1;
    }
    if count == 0 {
        let is_open = ["几", "数", "上", "超", "大于", "不低于", "约", "近", "小于", "不足", ">", "<", "≥", "≤", "十几"];
        return Err(match is_open.iter().any(|word| typed.starts_with(word)) {
            true => BadMoney::Range,
            false => BadMoney::NotMoney,
        });
    }
    let (ticks, unit) = sum.finish(heading)?;
    Ok((ticks, unit, rest))
}

/// The next piece, if the text goes on with one, and its length with the space before it.
fn piece(typed: &str) -> Result<Option<(Piece, usize)>, BadMoney> {
    let rest = typed.trim_start_matches(is_space);
    let skipped = typed.len() - rest.len();
    let Some(c) = rest.chars().next() else {
        return Ok(None);
    };
    let one = |piece| Ok(Some((piece, skipped + c.len_utf8())));
    match c {
        '0'..='9' | '.' => {
            let length = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(rest.len());
            let digits = rest[..length].trim_end_matches(',');
            let whole = digits.split('.').next().unwrap_or_default().len();
            let fault = if whole > MOST_DIGITS { BadMoney::TooLarge } else { BadMoney::NotMoney };
            let number = grouped_digits(digits).ok_or(fault)?;
            Ok(Some((Piece::Number(number, whole), skipped + digits.len())))
        }
        '十' | '拾' => one(Piece::Place(10)),
        '百' | '佰' => one(Piece::Place(100)),
        '千' | '仟' | 'k' | 'K' => one(Piece::Place(1000)),
        '万' | '萬' | 'w' | 'W' => one(Piece::Place(10_000)),
        '亿' | '億' => one(Piece::Place(100_000_000)),
        '元' | '圆' | '块' => one(Piece::Coin(100, c)),
        '角' | '毛' => one(Piece::Coin(10, c)),
        '分' => one(Piece::Coin(1, c)),
        '整' | '正' => one(Piece::Whole),
        _ if chinese_digit(c).is_some() => {
            let length = rest.find(|c| chinese_digit(c).is_none()).unwrap_or(rest.len());
            let mut digits = rest[..length].chars().filter_map(chinese_digit);
            match rest[..length].chars().count() {
                1 if chinese_digit(c) == Some(0) && length < rest.len() => one(Piece::Zero),
                1 => one(Piece::Number(Decimal::whole(digits.next().unwrap_or(0)), 1)),
                // 零五: the zero is between places, the five a digit.
                2 if chinese_digit(c) == Some(0) => one(Piece::Zero),
                // 五零零零: as one reads a telephone number.
                count @ 2..=MOST_DIGITS => {
                    let digits = digits.fold(0, |number, digit| number * 10 + digit);
                    Ok(Some((Piece::Number(Decimal::whole(digits), count), skipped + length)))
                }
                _ => Err(BadMoney::TooLarge),
            }
        }
        _ => Ok(None),
    }
}

fn chinese_digit(c: char) -> Option<i128> {
    let value = match c {
        '零' | '〇' | '○' => 0,
        '一' | '壹' => 1,
        '二' | '贰' | '两' | '貳' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some(value)
}

/// Digits whose commas stand where commas of thousands stand.
fn grouped_digits(typed: &str) -> Option<Decimal> {
    let whole = typed.split('.').next()?;
    if whole.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next()?;
        if !(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3) {
            return None;
        }
        return Decimal::of_digits(&typed.replace(',', ""));
    }
    Decimal::of_digits(typed)
}

/// The places of an amount as far as they have been read.
#[derive(Default)]
struct Sum {
    /// 元 and coins that are complete.
    coins: Ticks,
    /// What stands before 万 or 亿 already, in ones.
    total: Ticks,
    /// Below the last 万.
    section: Ticks,
    /// Digits whose place is not yet known.
    pending: Option<(Decimal, usize)>,
    /// The last place, while places still go down.
    last_place: Option<i64>,
    last_big: Option<i64>,
    last_coin: Option<(i64, char)>,
    after_zero: bool,
    /// 1.2万 is complete; 1.2万5 is a slip.
    has_fraction: bool,
    unit: Option<Unit>,
    is_closed: bool,
}

impl Sum {
    fn add(&mut self, piece: Piece) -> Result<(), BadMoney> {
        if self.is_closed {
            return Err(BadMoney::NotMoney);
        }
        match piece {
            Piece::Number(..) if self.pending.is_some() || self.has_fraction => {
                return Err(BadMoney::NotMoney);
            }
            Piece::Number(number, whole) => self.pending = Some((number, whole)),
            Piece::Zero => self.after_zero = true,
            Piece::Place(place) => self.place(place)?,
            Piece::Coin(fen, word) => self.coin(fen, word)?,
            Piece::Whole => {
                self.is_closed = true;
                if self.pending.is_some() && self.last_coin.is_some() {
                    return Err(BadMoney::NotMoney);
                }
            }
        }
        Ok(())
    }

    fn place(&mut self, place: i64) -> Result<(), BadMoney> {
        let pending = match self.pending.take() {
            Some((number, _)) => {
                self.has_fraction |= number.decimals > 0;
                Some(number.times(1))
            }
            // 十万: the one is not said.
            None if place == 10 => Some(Decimal::whole(1).times(1)),
            None => None,
        };
        if place < 10_000 {
            if self.last_place.is_some_and(|last| last <= place) {
                return Err(BadMoney::NotMoney);
            }
            let pending = pending.ok_or(BadMoney::NotMoney)?;
            self.section.0 += pending.0 * i128::from(place);
            self.last_place = Some(place);
            if place == 1000 {
                self.unit.get_or_insert(Unit::Thousand);
            }
        } else {
            let below = self.section.0 + pending.unwrap_or_default().0;
            let is_next = self.last_big.is_none_or(|last| last > place);
            let is_of_all = self.last_big == Some(10_000) && place == 100_000_000 && below == 0;
            if !is_of_all && (below == 0 || !is_next) {
                return Err(BadMoney::NotMoney);
            }
            if is_of_all {
                self.total.0 *= i128::from(place);
            } else {
                self.total.0 += below * i128::from(place);
            }
            self.section = Ticks::default();
            self.last_place = Some(place);
            self.last_big = Some(place);
            self.unit = Some(if place == 10_000 { Unit::TenThousand } else { Unit::HundredMillion });
        }
        self.after_zero = false;
        if self.total.0 > i128::from(LARGEST_FEN) * TICKS_A_FEN {
            return Err(BadMoney::TooLarge);
        }
        Ok(())
    }

    fn coin(&mut self, fen: i64, word: char) -> Result<(), BadMoney> {
        if self.last_coin.is_some_and(|(last, _)| last <= fen) {
            return Err(BadMoney::NotMoney);
        }
        let has_places = self.last_place.is_some();
        // 零元
        let is_nothing = self.after_zero && self.last_coin.is_none();
        if self.pending.is_none() && !has_places && !is_nothing {
            return Err(BadMoney::NotMoney);
        }
        self.close_places()?;
        self.coins.0 += (self.total.0 + self.section.0) * i128::from(fen);
        (self.total, self.section) = Default::default();
        (self.last_place, self.last_big) = (None, None);
        self.last_coin = Some((fen, word));
        self.after_zero = false;
        self.unit.get_or_insert(Unit::Yuan);
        Ok(())
    }

    /// Gives the last digits their place: 三万五 is 35000, 3万5000 too, 一万零五 is 10005.
    fn close_places(&mut self) -> Result<(), BadMoney> {
        let Some((number, whole)) = self.pending.take() else {
            return Ok(());
        };
        let ones = number.times(1);
        match self.last_place {
            None => self.section.0 += ones.0,
            Some(_) if number.decimals > 0 => return Err(BadMoney::NotMoney),
            Some(place) if whole == 1 && !self.after_zero && place > 10 => self.section.0 += ones.0 * i128::from(place / 10),
            Some(place) if ones < Decimal::whole(place.into()).times(1) => self.section.0 += ones.0,
            Some(_) => return Err(BadMoney::NotMoney),
        }
        Ok(())
    }

    fn finish(mut self, heading: Unit) -> Result<(Ticks, Option<Unit>), BadMoney> {
        match (self.last_coin, self.pending) {
            // 五块五
            (Some((100, '块')), Some((number, 1))) if number.decimals == 0 => {
                self.coins.0 += number.times(10).0;
                return Ok((self.coins, self.unit));
            }
            (Some(_), Some(_)) => return Err(BadMoney::NotMoney),
            (Some(_), None) if self.last_place.is_some() => return Err(BadMoney::NotMoney),
            (Some(_), None) => return Ok((self.coins, self.unit)),
            (None, _) => {}
        }
        self.close_places()?;
        // 五十 under 万元 is 50万; 五千 and 5万 say themselves what they are.
        let worth = if self.unit.is_some() { Unit::Yuan } else { heading };
        let sum = self.total.0 + self.section.0;
        let ticks = sum.checked_mul(i128::from(worth.fen())).ok_or(BadMoney::TooLarge)?;
        Ok((Ticks(ticks), self.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The amount, then its note after `#`.
    fn answer(cell: Cell<'_>, unit: Unit) -> String {
        match Amount::read(cell, unit) {
            Reading::Good(amount) => match amount.note() {
                Some(note) => format!("{}#{note}", amount.money()),
                None => amount.money().to_string(),
            },
            Reading::Blank => "Blank".to_string(),
            Reading::Masked => "Masked".to_string(),
            Reading::Bad(fault) => format!("{fault:?}"),
        }
    }

    #[track_caller]
    fn case(input: &str, want: &str) {
        assert_eq!(answer(Cell::from(input), Unit::Yuan), want, "{input:?}");
    }

    #[track_caller]
    fn number(input: f64, want: &str) {
        assert_eq!(answer(Cell::Number(input), Unit::Yuan), want, "{input:?}");
    }

    #[test]
    fn plain_amounts() {
        case("5000", "5000");
        case("5000.00", "5000");
        case("5000.5", "5000.50");
        case("500,000", "500000");
        case("1,234,567.89", "1234567.89");
        case("５，０００", "5000");
        for typed in [
            "￥5,000",
            "¥5000",
            "RMB 5,000.00",
            "rmb5000",
            "人民币5000元",
            "5000元",
            "5000 元",
            "5000元整",
            "CNY5000",
            "合计：5000元",
            "5000RMB",
            "5000元人民币",
        ] {
            case(typed, "5000");
        }
        case("0", "0");
        case(".5", "0.50");
        case("0.005", "0.01");
        case("1.004999999", "1");
        case("2.675", "2.68");
    }

    #[test]
    fn numbers_have_no_noise() {
        number(5000.0, "5000");
        number(0.1 + 0.2, "0.30");
        number(1.005, "1.01");
        number(-1.005, "-1.01");
        number(1234.56, "1234.56");
        number(1e14, "TooLarge");
        case("329901197001010017", "TooLarge");
        number(1e300, "TooLarge");
        number(f64::NAN, "NotMoney");
        assert_eq!(answer(Cell::Number(1.1), Unit::TenThousand), "11000");
        assert_eq!(answer(Cell::Number(123.456_789), Unit::TenThousand), "1234567.89");
    }

    #[test]
    fn units() {
        case("50万", "500000");
        case("1.2亿", "120000000");
        case("10万元", "100000");
        case("10 万元", "100000");
        case("3w", "30000");
        case("3W", "30000");
        case("20k", "20000");
        case("5千", "5000");
        case("1万5", "15000");
        case("1万5千", "15000");
        case("1万5千元", "15000");
        case("3万5000", "35000");
        case("3万5000元", "35000");
        case("1亿2000万", "120000000");
        case("1.23456万", "12345.60");
        case("2千5", "2500");
        case("1万亿", "1000000000000");
        case("5块5", "5.50");
        case("100元5角", "100.50");
        case("100元5角3分", "100.53");
    }

    #[test]
    fn chinese_numerals() {
        case("壹拾万元整", "100000");
        case("贰佰伍拾元零叁角", "250.30");
        case("叁万伍仟元整", "35000");
        case("叁万伍仟陆佰元柒角捌分", "35600.78");
        case("三万五", "35000");
        case("两万", "20000");
        case("十万", "100000");
        case("十五万", "150000");
        case("一百二十万", "1200000");
        case("五十", "50");
        case("一百五", "150");
        case("一万零五", "10005");
        case("一万零五十", "10050");
        case("两千三", "2300");
        case("一亿两千万", "120000000");
        case("五零零零元", "5000");
        case("五千元", "5000");
        case("十二", "12");
        case("人民币伍仟元正", "5000");
        case("零", "0");
        case("零元", "0");
    }

    #[test]
    fn the_unit_in_the_cell_wins() {
        let ten_thousand = |typed| answer(Cell::from(typed), Unit::TenThousand);
        assert_eq!(ten_thousand("50"), "500000");
        assert_eq!(ten_thousand("50万"), "500000");
        assert_eq!(ten_thousand("5000元"), "5000");
        assert_eq!(ten_thousand("5千"), "5000");
        assert_eq!(ten_thousand("五十"), "500000");
        assert_eq!(ten_thousand("1,000"), "10000000");
        assert_eq!(ten_thousand("0.5"), "5000");
        let unit = |typed| Amount::read(Cell::Text(typed), Unit::Yuan).good().unwrap().unit();
        assert_eq!(unit("50万"), Some(Unit::TenThousand));
        assert_eq!(unit("50"), None);
    }

    #[test]
    fn units_in_headings() {
        let cases = [
            ("保额（万元）", Some(Unit::TenThousand)),
            ("保额(万)", Some(Unit::TenThousand)),
            ("年收入/万元", Some(Unit::TenThousand)),
            ("保费万元", Some(Unit::TenThousand)),
            ("年缴保费（元）", Some(Unit::Yuan)),
            ("保费(元/年)", Some(Unit::Yuan)),
            ("单位：万元", Some(Unit::TenThousand)),
            ("（单位：人民币元）", Some(Unit::Yuan)),
            ("规模保费(亿元)", Some(Unit::HundredMillion)),
            ("标保[千元]", Some(Unit::Thousand)),
            ("家庭年收入（万/年）", Some(Unit::TenThousand)),
            ("家庭年收入\n单位:万", Some(Unit::TenThousand)),
            ("期交保费【元】", Some(Unit::Yuan)),
            ("年收入（万元，税后）", Some(Unit::TenThousand)),
            ("保单信息（单位：万元）_年交保费（元）", Some(Unit::Yuan)),
            ("保单信息（单位：万元）_保额", Some(Unit::TenThousand)),
            ("保费_万元", Some(Unit::TenThousand)),
            ("百万医疗保费", None),
            ("保额(百万元)", None),
            ("保费(美元)", None),
            ("保费", None),
        ];
        for (heading, want) in cases {
            assert_eq!(Unit::in_heading(heading), want, "{heading}");
        }
    }

    #[test]
    fn negative_amounts() {
        case("-500", "-500");
        case("(1,000.00)", "-1000");
        case("（1,000.00）", "-1000");
        case("-￥500", "-500");
        case("￥-500.5", "-500.50");
        case("负五百元", "-500");
        number(-500.25, "-500.25");
    }

    #[test]
    fn notes_are_kept() {
        case("5000(月交)", "5000#月交");
        case("5000（月交）", "5000#月交");
        case("5000元/年", "5000#/年");
        case("5000/年", "5000#/年");
        case("5000元每年", "5000#每年");
        case("年交5000元", "5000#年交");
        case("年缴保费：5000元（首期）", "5000#年缴 首期");
        case("5000元年交", "5000#年交");
        case("1.2万 年缴", "12000#年缴");
        case("12000(20年交)", "12000#20年交");
    }

    #[test]
    fn how_often_an_amount_is_due() {
        use PayMode::*;
        for (typed, want) in [
            ("500/月", Some(Monthly)),
            ("500元/月", Some(Monthly)),
            ("月缴500", Some(Monthly)),
            ("每月500元", Some(Monthly)),
            ("月交保费500", Some(Monthly)),
            ("500（每月）", Some(Monthly)),
            ("1500/季度", Some(Quarterly)),
            ("3000半年交", Some(HalfYearly)),
            ("半年缴3000", Some(HalfYearly)),
            ("5000/年", Some(Yearly)),
            ("趸交50000", Some(Single)),
            ("50000(一次性)", Some(Single)),
            ("12000(20年交)", None),
            ("12000（首年）", None),
            ("5000元/期", None),
            ("5000", None),
        ] {
            let read = Amount::read(Cell::from(typed), Unit::Yuan).good();
            assert_eq!(read.unwrap_or_else(|| panic!("{typed}")).how_often(), want, "{typed}");
        }
    }

    #[test]
    fn not_one_amount() {
        for typed in [
            "10-30万",
            "10万-30万",
            "10~30万",
            "10—30万",
            "500万+",
            "10万以上",
            "10万元以上",
            "10万左右",
            "10多万",
            "几万",
            "十几万",
            "5000起",
            "10至30万",
            "约5000",
            "50万(以上)",
            ">10万",
        ] {
            case(typed, "Range");
        }
        for typed in ["10万/20万", "10万 / 二十万", "5000/6000", "10万+20万", "10万/￥20万"] {
            case(typed, "Several");
        }
        for typed in ["10份", "2档", "20年", "3人", "5倍", "1000元/份", "200/天", "200元/日"] {
            case(typed, "Units");
        }
        for typed in ["87%", "87％", "0.5‰"] {
            case(typed, "Percent");
        }
        for typed in ["5000美元", "$5000", "USD 500", "5000（美元）"] {
            case(typed, "Foreign");
        }
        for typed in [
            "王伟",
            "1,00",
            "1,0000",
            "5 000",
            "万元",
            "百万",
            "5000元5",
            "5000×2",
            "1.2万5",
            "1.2.3",
            "元",
            "主险续保保费未催收：原因",
            "3万万",
            "50万50万",
            "1万2万",
        ] {
            case(typed, "NotMoney");
        }
        case("1.2E+6", "LostDigits");
        case("5***", "Masked");
        case("无", "Blank");
        case("-", "Blank");
        assert_eq!(answer(Cell::Serial(45_000.0), Unit::Yuan), "Date");
        assert_eq!(answer(Cell::Error("#DIV/0!"), Unit::Yuan), "FormulaError");
    }

    #[test]
    fn sums_do_not_overflow() {
        assert_eq!(Money(1).checked_add(Money(2)), Some(Money(3)));
        assert_eq!(Money(i64::MAX).checked_add(Money(1)), None);
        assert_eq!(Money(5050).yuan(), 50);
    }

    proptest! {
        #[test]
        fn parse_and_print_are_inverse(fen in -LARGEST_FEN..LARGEST_FEN) {
            let money = Money(fen);
            prop_assert_eq!(Money::read(Cell::Text(&money.to_string()), Unit::Yuan), Reading::Good(money));
        }

        #[test]
        fn numbers_are_exact(fen in -100_000_000_000_i64..100_000_000_000) {
            let number = fen as f64 / 100.0;
            prop_assert_eq!(Money::read(Cell::Number(number), Unit::Yuan), Reading::Good(Money(fen)));
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), number in any::<f64>()) {
            for unit in [Unit::Yuan, Unit::HundredMillion] {
                Money::read(Cell::Text(&typed), unit);
                Money::read(Cell::Number(number), unit);
            }
            Unit::in_heading(&typed);
        }

        #[test]
        fn anything_like_money_may_stand_in_a_cell(typed in "[0-9.,万亿千百十零一五九元角分整wk()-]{0,24}") {
            Money::read(Cell::Text(&typed), Unit::HundredMillion);
        }
    }
}
