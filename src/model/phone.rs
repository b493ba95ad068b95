//! Telephone numbers, usually several in one cell and with remarks between them.

use super::cell::Cell;
use super::mask;
use super::reading::Reading;
use super::text::{self, is_space};
use super::typed::{self, is_dash, is_e_notation};
use std::fmt::{self, Write};

/// One telephone number, packed: what kind it is, its digits, its extension.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(u64);

/// What kind of number it is; kept in the top three bits, so that a mobile number is its own key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mobile = 0,
    /// With its area code.
    Landline = 1,
    /// A landline without area code: seven or eight digits.
    Local = 2,
    /// 400 and 800.
    Service = 3,
    /// With a country code other than 86.
    Abroad = 4,
}

const KIND_SHIFT: u32 = 61;
const EXTENSION_LENGTH_SHIFT: u32 = 58;
const EXTENSION_SHIFT: u32 = 41;
/// Digits of every kind but those abroad, which have no extension and take the rest.
const DIGITS_MASK: u64 = (1 << EXTENSION_SHIFT) - 1;
const ABROAD_MASK: u64 = (1 << EXTENSION_LENGTH_SHIFT) - 1;

/// Why a cell holds no telephone number at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPhone {
    /// This many digits, which no number has.
    Length(usize),
    /// The right length, but no number begins like this.
    Prefix,
    /// Invented to fill the field: 13800138000, 11111111111.
    Placeholder,
    /// 空号, 停机 and no number beside it.
    OutOfUse,
    /// Looks like an ID card number.
    IdCard,
    /// `1.38E+10`: the digits are gone.
    LostDigits,
    /// `13800138000.0`: went through a program that held it as a number.
    FloatText,
    /// Not made of digits.
    NotAPhone,
    /// A formula error such as `#REF!`.
    FormulaError,
}

impl Phone {
    /// The eleven digits, if it is a mobile number.
    pub fn mobile(self) -> Option<u64> {
        (self.kind() == Kind::Mobile).then_some(self.0)
    }

    /// A number for joining and sorting: equal for the same telephone, the same in every run.
    /// Local numbers of different towns are equal too; ask [`Phone::is_local`].
    pub fn as_key(self) -> u64 {
        self.0
    }

    /// Whether the area code is missing, so that the number says little without a place.
    pub fn is_local(self) -> bool {
        self.kind() == Kind::Local
    }

    /// For showing: `138****1234`, `0571-****3456`.
    pub fn masked(self) -> String {
        let shown = self.to_string();
        match (self.kind(), shown.split_once('-')) {
            (Kind::Mobile, _) => format!("{}****{}", &shown[..3], &shown[7..]),
            (Kind::Landline, Some((area, number))) => {
                format!("{area}-{}", hide_all_but_four(number))
            }
            (Kind::Landline | Kind::Local, _) => hide_all_but_four(&shown),
            (Kind::Service, _) => format!("{}***{}", &shown[..3], &shown[6..]),
            (Kind::Abroad, _) => format!("{}****{}", &shown[..4], &shown[shown.len() - 4..]),
        }
    }

    fn kind(self) -> Kind {
        match self.0 >> KIND_SHIFT {
            0 => Kind::Mobile,
            1 => Kind::Landline,
            2 => Kind::Local,
            3 => Kind::Service,
            _ => Kind::Abroad,
        }
    }

    fn digits(self) -> u64 {
        self.0 & if self.kind() == Kind::Abroad { ABROAD_MASK } else { DIGITS_MASK }
    }

    /// 010 and 02x have three digits, all others four.
    fn area_length(self) -> usize {
        let digits = self.digits();
        let leading = digits / 10_u64.pow(digits.ilog10() - 1);
        if digits.ilog10() == 9 && (leading == 10 || leading / 10 == 2) { 3 } else { 4 }
    }

    fn new(kind: Kind, digits: &str) -> Option<Phone> {
        Some(Phone((kind as u64) << KIND_SHIFT | digits.parse::<u64>().ok()?))
    }

    fn with_extension(self, extension: &str) -> Option<Phone> {
        let can_have = matches!(self.kind(), Kind::Landline | Kind::Local | Kind::Service);
        if !can_have || !(1..=5).contains(&extension.len()) {
            return None;
        }
        let digits: u64 = extension.parse().ok()?;
        Some(Phone(self.0 | (extension.len() as u64) << EXTENSION_LENGTH_SHIFT | digits << EXTENSION_SHIFT))
    }

    /// The number these digits are, written together or in `groups` groups, with or without a `+` before them.
    fn of_digits(digits: &str, groups: &[Token<'_>], plus: bool) -> Option<Phone> {
        if plus || digits.starts_with("00") {
            let country = if plus { digits } else { &digits[2..] };
            return match country.strip_prefix("86") {
                Some(national) => Phone::national(national).or_else(|| Phone::landline(&format!("0{national}"))),
                None if (9..=15).contains(&country.len()) && !country.starts_with('0') => Phone::new(Kind::Abroad, country),
                None => None,
            };
        }
        if let Some(national) = digits.strip_prefix("86")
            && let Some(phone) = mobile(national).or_else(|| Phone::landline(national))
        {
            return Some(phone);
        }
        Phone::national(digits).or_else(|| {
            let local = match digits.len() {
                7 => groups.len() == 1 || groups[0].is_digits(3) && groups.len() == 3,
                8 => groups.len() == 1 || groups[0].is_digits(4) && groups.len() == 3,
                _ => false,
            };
            (local && matches!(digits.as_bytes()[0], b'2'..=b'8')).then(|| Phone::new(Kind::Local, digits))?
        })
    }

    fn national(digits: &str) -> Option<Phone> {
        mobile(digits).or_else(|| Phone::landline(digits)).or_else(|| {
            let service = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
            service.then(|| Phone::new(Kind::Service, digits))?
        })
    }

    fn landline(digits: &str) -> Option<Phone> {
        let bytes = digits.as_bytes();
        let area = match bytes {
            [b'0', b'1', b'0', ..] | [b'0', b'2', _, ..] => 3,
            [b'0', b'3'..=b'9', ..] => 4,
            _ => return None,
        };
        let right_length = bytes.len() == area + 8 || area == 4 && bytes.len() == 11;
        (right_length && bytes[area] != b'0').then(|| Phone::new(Kind::Landline, digits))?
    }
}

fn mobile(digits: &str) -> Option<Phone> {
    let right = digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
    right.then(|| Phone::new(Kind::Mobile, digits))?
}

/// `88123456-801` as `****3456-801`.
fn hide_all_but_four(number: &str) -> String {
    let length = number.find('-').unwrap_or(number.len());
    format!("{}{}", "*".repeat(length - 4), &number[length - 4..])
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        match self.kind() {
            Kind::Mobile | Kind::Local | Kind::Service => write!(f, "{digits}")?,
            Kind::Abroad => write!(f, "+{digits}")?,
            Kind::Landline => {
                let number_length = digits.ilog10() + 2 - self.area_length() as u32;
                let split = 10_u64.pow(number_length);
                write!(f, "0{}-{:0width$}", digits / split, digits % split, width = number_length as usize)?;
            }
        }
        let length = (self.0 >> EXTENSION_LENGTH_SHIFT & 7) as usize;
        if self.kind() != Kind::Abroad && length > 0 {
            let extension = self.0 >> EXTENSION_SHIFT & 0x1_ffff;
            write!(f, "-{extension:0length$}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// A number with what was written beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedPhone {
    phone: Phone,
    note: Option<Box<str>>,
}

/// Words that say a number no longer reaches anyone.
const OUT_OF_USE: [&str; 9] = ["空号", "停机", "关机", "停用", "注销", "错号", "打不通", "号码错误", "已换号"];

impl NotedPhone {
    /// The number.
    pub fn phone(&self) -> Phone {
        self.phone
    }

    /// Whose it is, what it is for: `妻`, `办`.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether the note says that the number reaches no one: 空号, 停机.
    pub fn is_out_of_use(&self) -> bool {
        self.note().is_some_and(says_out_of_use)
    }

    fn add_note(&mut self, words: &str) {
        let note = match &self.note {
            Some(before) => format!("{before} {words}"),
            None => words.to_string(),
        };
        self.note = Some(note.into());
    }
}

fn says_out_of_use(words: &str) -> bool {
    OUT_OF_USE.iter().any(|word| words.contains(word))
}

/// All telephone numbers of a cell: at least one, in the order they were written, none twice.
#[derive(Clone, PartialEq, Eq)]
pub struct Phones {
    first: NotedPhone,
    others: Vec<NotedPhone>,
    unread: Vec<String>,
}

impl Phones {
    /// Reads a cell. What cannot be read beside a good number is kept in [`Phones::unread`].
    pub fn read(cell: Cell<'_>) -> Reading<Phones, BadPhone> {
        match cell {
            Cell::Number(number) if (1.3e10..2e10).contains(&number) && number.fract() == 0.0 => {
                Phones::of_mobile(Phone(number as u64)).into()
            }
            Cell::Number(number) if number < 0.0 || number.fract() != 0.0 => Reading::Bad(BadPhone::NotAPhone),
            Cell::Serial(_) | Cell::Bool(_) => Reading::Bad(BadPhone::NotAPhone),
            _ => typed::read(cell, BadPhone::FormulaError, parse),
        }
    }

    /// The numbers with their notes.
    pub fn iter(&self) -> impl Iterator<Item = &NotedPhone> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The number written first.
    pub fn first(&self) -> Phone {
        self.first.phone
    }

    /// What was not understood: a number too short, a placeholder, a stray remark. As written.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// For showing, all of them.
    pub fn masked(&self) -> String {
        let masked: Vec<String> = self.iter().map(|noted| noted.phone.masked()).collect();
        masked.join("|")
    }

    fn of_mobile(phone: Phone) -> Result<Phones, BadPhone> {
        if is_invented(&phone.0.to_string()) {
            return Err(BadPhone::Placeholder);
        }
        let first = NotedPhone { phone, note: None };
        Ok(Phones { first, others: Vec::new(), unread: Vec::new() })
    }
}

impl fmt::Display for Phones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, noted) in self.iter().enumerate() {
            if place > 0 {
                f.write_char('|')?;
            }
            noted.phone.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Phones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phones({}, {} unread)", self.masked(), self.unread.len())
    }
}

/// Numbers no one has: all digits the same (after the first three of a mobile number too), or typed along the keys.
fn is_invented(digits: &str) -> bool {
    let all_same = |digits: &[u8]| digits.iter().all(|digit| *digit == digits[0]);
    let bytes = digits.as_bytes();
    match digits {
        "13800138000" | "12345678901" | "01234567890" | "12345678910" => true,
        _ if bytes.len() == 11 && bytes[0] == b'1' => all_same(&bytes[3..]),
        _ => bytes.len() >= 7 && all_same(bytes),
    }
}

/// A piece of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Digits(&'a str),
    Plus,
    /// Space, dash or bracket between digits of one number, or between two numbers.
    Gap {
        is_dash: bool,
    },
    /// 转, 分机, #: an extension follows.
    Extension,
    /// Anything else; `closed` if it stood in brackets, and so belongs to what is before it.
    Words {
        words: &'a str,
        closed: bool,
    },
}

impl Token<'_> {
    fn is_digits(&self, length: usize) -> bool {
        matches!(self, Token::Digits(digits) if digits.len() == length)
    }
}

/// The cell as far as it has been read.
#[derive(Default)]
struct Found {
    numbers: Vec<NotedPhone>,
    unread: Vec<String>,
    fault: Option<BadPhone>,
    masked: bool,
}

fn parse(typed: &str) -> Reading<Phones, BadPhone> {
    if typed.len() == 11
        && typed.bytes().all(|b| b.is_ascii_digit())
        && let Some(phone) = mobile(typed)
    {
        return Phones::of_mobile(phone).into();
    }
    if is_e_notation(typed) {
        return Reading::Bad(BadPhone::LostDigits);
    }
    if typed.strip_suffix(".0").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())) {
        return Reading::Bad(if typed.starts_with("13800138000") { BadPhone::Placeholder } else { BadPhone::FloatText });
    }
    let mut found = Found::default();
    for part in typed.split(is_separator).flat_map(split_at_bracketed_number) {
        read_part(part, &mut found);
    }
    let mut numbers = found.numbers.into_iter();
    match numbers.next() {
        Some(first) => Reading::Good(Phones { first, others: numbers.collect(), unread: found.unread }),
        None if found.masked => Reading::Masked,
        None => Reading::Bad(match found.fault {
            Some(fault) => fault,
            None if says_out_of_use(typed) => BadPhone::OutOfUse,
            None => BadPhone::NotAPhone,
        }),
    }
}

/// What stands between numbers. A space or a dash may, and may also stand inside one.
fn is_separator(c: char) -> bool {
    matches!(c, '/' | '\\' | '、' | ';' | ',' | '。' | '|' | '\n' | '\r' | '&' | '和' | '或')
}

/// `138…(妻139…)`: what is in brackets is a number of its own. `(0571)88…` is not.
fn split_at_bracketed_number(part: &str) -> impl Iterator<Item = &str> {
    let inside = part.find('(').filter(|open| {
        let inside = &part[*open..];
        let inside = &inside[..inside.find(')').unwrap_or(inside.len())];
        *open > 0 && inside.chars().filter(char::is_ascii_digit).count() >= 7
    });
    // An area code may stand before: `0571(88123456)`.
    let inside = inside.filter(|open| part[..*open].chars().filter(char::is_ascii_digit).count() >= 7);
    let (before, after) = part.split_at(inside.unwrap_or(part.len()));
    let after = after.strip_prefix('(').unwrap_or(after);
    [before, after].into_iter().filter(|piece| !piece.is_empty())
}

fn read_part(part: &str, found: &mut Found) {
    let part = part.trim_matches(is_space);
    if part.is_empty() {
        return;
    }
    if mask::hides_digits(part) {
        found.masked = true;
        found.unread.push(part.to_string());
        return;
    }
    let tokens = tokens(part);
    let labels_come_first = !matches!(tokens.first(), Some(Token::Digits(_) | Token::Plus | Token::Gap { .. }));
    let mut label: Option<&str> = None;
    let mut rest = tokens.as_slice();
    while let Some(token) = rest.first() {
        if let Token::Words { words, closed } = *token {
            rest = &rest[1..];
            let words = plain_words(words);
            if words.is_empty() || text::is_placeholder(words) {
                continue;
            }
            match found.numbers.last_mut() {
                Some(number) if !labels_come_first || closed => number.add_note(words),
                _ => label = Some(words),
            }
            continue;
        }
        let length = rest.iter().position(|token| matches!(token, Token::Words { .. })).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        rest = after;
        match partition(run, 0) {
            Some(phones) => {
                for phone in phones {
                    add(phone, label.take(), found);
                }
            }
            None => refuse(run, found),
        }
    }
    // Words with no number after them: `138…、妻` speaks of the number before; alone they say nothing we know.
    if let Some(words) = label {
        match found.numbers.last_mut() {
            Some(number) if tokens.len() == 1 => number.add_note(words),
            _ => found.unread.push(words.to_string()),
        }
    }
}

fn add(phone: Phone, label: Option<&str>, found: &mut Found) {
    let digits = phone.digits().to_string();
    if is_invented(&digits) {
        found.fault.get_or_insert(BadPhone::Placeholder);
        found.unread.push(phone.to_string());
    } else if let Some(same) = found.numbers.iter_mut().find(|noted| noted.phone == phone) {
        if let Some(label) = label {
            same.add_note(label);
        }
    } else {
        found.numbers.push(NotedPhone { phone, note: label.map(Into::into) });
    }
}

fn refuse(run: &[Token<'_>], found: &mut Found) {
    let digits: String =
        run.iter().filter_map(|token| if let Token::Digits(digits) = token { Some(*digits) } else { None }).collect();
    if digits.is_empty() {
        return;
    }
    let groups = run.iter().filter(|token| matches!(token, Token::Digits(_))).count();
    found.fault.get_or_insert(match digits.len() {
        _ if is_invented(&digits) => BadPhone::Placeholder,
        _ if digits.bytes().all(|b| b == b'0') => BadPhone::Placeholder,
        _ if digits.starts_with('0') && digits.ends_with("0000000") => BadPhone::Placeholder,
        18 if groups == 1 => BadPhone::IdCard,
        11 => BadPhone::Prefix,
        length => BadPhone::Length(length),
    });
    let mut written = String::new();
    for token in run {
        match token {
            Token::Digits(digits) => written.push_str(digits),
            Token::Plus => written.push('+'),
            Token::Gap { is_dash: true } => written.push('-'),
            Token::Gap { is_dash: false } => written.push(' '),
            Token::Extension => written.push('转'),
            Token::Words { .. } => {}
        }
    }
    found.unread.push(written.trim().to_string());
}

/// Groups of digits put together to telephone numbers so that none is left over; `138 1234 5678` is one and
/// `13812345678 0571-88123456` two. A number is as short as it can be, except behind a `+`.
fn partition(run: &[Token<'_>], depth: usize) -> Option<Vec<Phone>> {
    let start = run.iter().position(|token| matches!(token, Token::Digits(_) | Token::Plus));
    let Some(start) = start else {
        return (depth > 0).then(Vec::new);
    };
    // No office writes so many; it also bounds the search.
    if depth > 12 {
        return None;
    }
    let run = &run[start..];
    let (plus, groups) = match run.split_first() {
        Some((Token::Plus, groups)) => (true, groups),
        _ => (false, run),
    };
    let mut digits = String::new();
    let mut choices = Vec::new();
    for (place, token) in groups.iter().enumerate() {
        match token {
            Token::Digits(group) => digits.push_str(group),
            Token::Gap { .. } => continue,
            Token::Plus | Token::Extension | Token::Words { .. } => break,
        }
        if digits.len() > 17 {
            break;
        }
        if let Some(phone) = Phone::of_digits(&digits, &groups[..=place], plus) {
            choices.push((phone, place + 1));
        }
    }
    if plus {
        choices.reverse();
    }
    choices.into_iter().find_map(|(phone, end)| {
        let rest = &groups[end..];
        let others = match partition(rest, depth + 1) {
            Some(others) if !matches!(rest, [Token::Extension, Token::Digits(digits), ..] if digits.len() <= 5) => {
                Some((phone, others))
            }
            _ => extension(rest)
                .and_then(|(extension, rest)| Some((phone.with_extension(extension)?, partition(rest, depth + 1)?))),
        };
        others.map(|(phone, mut others)| {
            others.insert(0, phone);
            others
        })
    })
}

/// `-801`, `转801`: the extension and what comes after it.
fn extension<'r, 'a>(rest: &'r [Token<'a>]) -> Option<(&'a str, &'r [Token<'a>])> {
    match rest {
        [Token::Gap { is_dash: true } | Token::Extension, Token::Digits(extension), rest @ ..]
        | [Token::Gap { .. }, Token::Extension, Token::Digits(extension), rest @ ..]
        | [Token::Extension, Token::Gap { .. }, Token::Digits(extension), rest @ ..]
        | [Token::Gap { .. }, Token::Extension, Token::Gap { .. }, Token::Digits(extension), rest @ ..] => {
            Some((extension, rest))
        }
        _ => None,
    }
}

fn tokens(part: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = part;
    while let Some(c) = rest.chars().next() {
        let length = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (token, taken) = if c.is_ascii_digit() {
            let taken = length(|c| c.is_ascii_digit());
            (Token::Digits(&rest[..taken]), taken)
        } else if c == '+' {
            (Token::Plus, 1)
        } else if let Some((words, taken)) = bracketed_words(rest) {
            (Token::Words { words, closed: true }, taken)
        } else if is_gap(c) {
            let taken = length(is_gap);
            let gap = &rest[..taken];
            (Token::Gap { is_dash: gap.contains(is_dash) }, taken)
        } else if let Some(taken) = extension_mark(rest) {
            (Token::Extension, taken)
        } else {
            let is_word = |c: char| !c.is_ascii_digit() && !matches!(c, '+' | '(' | ')' | '[' | ']') && !is_space(c);
            let taken = rest.char_indices().find(|(place, c)| !is_word(*c) || extension_mark(&rest[*place..]).is_some());
            let taken = taken.map_or(rest.len(), |(place, _)| place);
            (Token::Words { words: &rest[..taken], closed: false }, taken)
        };
        tokens.push(token);
        rest = &rest[taken..];
    }
    tokens
}

/// Space, dashes, points, and the brackets around an area code.
fn is_gap(c: char) -> bool {
    is_space(c) || is_dash(c) || matches!(c, '.' | '·' | '(' | ')' | '[' | ']')
}

/// `(妻)`: the words and how much of the text they take. `(0571)` is none.
fn bracketed_words(rest: &str) -> Option<(&str, usize)> {
    let inner = rest.strip_prefix(['(', '['])?;
    let end = inner.find([')', ']'])?;
    let words = &inner[..end];
    let says_something = words.chars().any(char::is_alphabetic);
    let holds_number = words.chars().filter(char::is_ascii_digit).count() >= 7;
    (says_something && !holds_number).then_some((words, end + 2))
}

/// The word or sign before an extension; it only counts if digits follow.
fn extension_mark(rest: &str) -> Option<usize> {
    const MARKS: [&str; 8] = ["转分机", "分机号", "分机", "转接", "转", "ext.", "ext", "#"];
    let mark = MARKS.iter().find(|mark| rest.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)))?;
    let after = rest[mark.len()..].trim_start_matches([' ', ':', '：', '-']);
    after.starts_with(|c: char| c.is_ascii_digit()).then_some(rest.len() - after.len())
}

/// A remark without the words that every number could have: `手机:`, `Tel.`
fn plain_words(words: &str) -> &str {
    const LABELS: [&str; 14] = [
        "联系电话",
        "联系方式",
        "手机号码",
        "手机号",
        "移动电话",
        "手机",
        "固定电话",
        "固话",
        "座机",
        "电话",
        "号码",
        "mobile",
        "tel",
        "区号",
    ];
    let is_mark = |c: char| {
        is_space(c)
            || is_dash(c)
            || matches!(c, ':' | '：' | '.' | '(' | ')' | '[' | ']' | '"' | '\'' | '“' | '”' | '=' | '*')
    };
    let mut words = words.trim_matches(is_mark);
    for label in LABELS {
        if words.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label)) {
            words = words[label.len()..].trim_matches(is_mark);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `number[note]` joined with `|`, then what was not read after `!`.
    fn answer(cell: Cell<'_>) -> String {
        match Phones::read(cell) {
            Reading::Good(phones) => {
                let numbers: Vec<String> = phones
                    .iter()
                    .map(|noted| match noted.note() {
                        Some(note) => format!("{}[{note}]", noted.phone()),
                        None => noted.phone().to_string(),
                    })
                    .collect();
                let unread: String = phones.unread().iter().map(|part| format!("!{part}")).collect();
                numbers.join("|") + &unread
            }
            other => format!("{other:?}"),
        }
    }

    #[track_caller]
    fn case(input: &str, want: &str) {
        assert_eq!(answer(Cell::from(input)), want, "{input:?}");
    }

    #[test]
    fn mobile_numbers() {
        case("15400001234", "15400001234");
        case("１５４００００１２３４", "15400001234");
        for typed in [
            "154 0000 1234",
            "154-0000-1234",
            "154－0000－1234",
            "1540000 1234",
            "+86 15400001234",
            "+8615400001234",
            "8615400001234",
            "86-15400001234",
            "008615400001234",
            "0086 154 0000 1234",
            "(86)15400001234",
            "(+86)154-0000-1234",
            "手机：15400001234",
            "Tel:15400001234",
            "154.0000.1234",
            "15400001234 ",
            "'15400001234",
            "+86-154-0000-1234",
        ] {
            case(typed, "15400001234");
        }
        assert_eq!(answer(Cell::Number(15_400_001_234.0)), "15400001234");
    }

    #[test]
    fn landlines() {
        for typed in [
            "0571-88123456",
            "057188123456",
            "0571 88123456",
            "(0571)88123456",
            "（0571）8812-3456",
            "0571—88123456",
            "+86 571 88123456",
            "86-0571-88123456",
            "0571(88123456)",
            "0571 8812 3456",
        ] {
            case(typed, "0571-88123456");
        }
        case("010-62345678", "010-62345678");
        case("02062345678", "020-62345678");
        case("0311-6234567", "0311-6234567");
        for typed in [
            "0571-88123456-801",
            "0571-88123456转801",
            "0571-88123456 转 801",
            "0571-88123456#801",
            "0571-88123456分机：801",
            "057188123456 ext.801",
            "0571-88123456转分机801",
        ] {
            case(typed, "0571-88123456-801");
        }
        case("0571-88123456-0801", "0571-88123456-0801");
        case("88123456", "88123456");
        case("8812-3456", "88123456");
        case("6234567-12", "6234567-12");
        case("400-123-4567", "4001234567");
        case("8001234567", "8001234567");
        case("+852 9123 4567", "+85291234567");
        case("0085291234567", "+85291234567");
    }

    #[test]
    fn several_in_one_cell() {
        for mark in ["/", "、", "；", ";", ",", "，", " ", "\n", "\r\n", "|", " / ", "或"] {
            case(&format!("15400001234{mark}15400005678"), "15400001234|15400005678");
        }
        case("154 0000 1234 154 0000 5678", "15400001234|15400005678");
        case("15400001234转15400005678", "15400001234|15400005678");
        case("15400001234 0571-88123456", "15400001234|0571-88123456");
        case("0571-88123456/88123457", "0571-88123456|88123457");
        case("15400001234/15400001234", "15400001234");
        case("15400001234+8615400005678", "15400001234|15400005678");
    }

    #[test]
    fn notes_stay_with_their_number() {
        case("15400001234(妻)", "15400001234[妻]");
        case("15400001234妻", "15400001234[妻]");
        case("15400001234（妻） 15400005678（儿子）", "15400001234[妻]|15400005678[儿子]");
        case("15400001234妻/15400005678儿", "15400001234[妻]|15400005678[儿]");
        case("妻15400001234儿15400005678", "15400001234[妻]|15400005678[儿]");
        case("妻：15400001234、15400005678", "15400001234[妻]|15400005678");
        case("办0571-88123456", "0571-88123456[办]");
        case("宅电:0571-88123456；15400001234", "0571-88123456[宅电]|15400001234");
        case("15400001234(妻15400005678)", "15400001234|15400005678[妻]");
        case("15400001234、微信同号", "15400001234[微信同号]");
        case("15400001234/无", "15400001234");
        case("15400001234(空号)", "15400001234[空号]");
    }

    #[test]
    fn numbers_out_of_use() {
        let phones = Phones::read(Cell::Text("15400001234 已停机/15400005678")).good().unwrap();
        let states: Vec<bool> = phones.iter().map(NotedPhone::is_out_of_use).collect();
        assert_eq!(states, [true, false]);
        case("空号", "Bad(OutOfUse)");
        case("停机", "Bad(OutOfUse)");
    }

    #[test]
    fn what_cannot_be_read_is_kept() {
        case("15400001234/1540000567", "15400001234!1540000567");
        case("15400001234 13800138000", "15400001234!13800138000");
        case("15400001234/154****5678", "15400001234!154****5678");
    }

    #[test]
    fn wrong_numbers() {
        case("1540000123", "Bad(Length(10))");
        case("154000012345", "Bad(Length(12))");
        case("154 0000 123", "Bad(Length(10))");
        case("15400001234 56", "Bad(Length(13))");
        case("22400001234", "Bad(Prefix)");
        case("329901197001010017", "Bad(IdCard)");
        case("15400001234.0", "Bad(FloatText)");
        case("1.54E+10", "Bad(LostDigits)");
        case("154OO001234", "Bad(Length(3))");
        case("王伟", "Bad(NotAPhone)");
        case("15400001234-801", "Bad(Length(14))");
        case("2023-01-15", "Bad(Length(8))");
        assert_eq!(answer(Cell::Number(1_540_000_123.0)), "Bad(Length(10))");
        assert_eq!(answer(Cell::Number(15_400_001_234.5)), "Bad(NotAPhone)");
        assert_eq!(answer(Cell::Error("#REF!")), "Bad(FormulaError)");
    }

    #[test]
    fn invented_numbers() {
        for typed in [
            "13800000000",
            "13800138000",
            "11111111111",
            "12345678901",
            "13899999999",
            "00000000",
            "88888888",
            "0",
            "13800138000.0",
            "0571-00000000",
        ] {
            case(typed, "Bad(Placeholder)");
        }
        assert_eq!(answer(Cell::Number(13_800_138_000.0)), "Bad(Placeholder)");
    }

    #[test]
    fn masked_numbers() {
        for typed in [
            "154****1234",
            "154＊＊＊＊1234",
            "154 **** 1234",
            "154xxxx1234",
            "154••••1234",
            "尾号1234",
            "0571-****3456",
            "154****1234/154****5678",
        ] {
            case(typed, "Masked");
        }
        case("无", "Blank");
        case("-", "Blank");
    }

    #[test]
    fn shown_masked() {
        let masked = |typed: &str| Phones::read(Cell::Text(typed)).good().unwrap().masked();
        assert_eq!(masked("15400001234"), "154****1234");
        assert_eq!(masked("0571-88123456-801"), "0571-****3456-801");
        assert_eq!(masked("010-62345678"), "010-****5678");
        assert_eq!(masked("6234567"), "***4567");
        assert_eq!(masked("4001234567"), "400***4567");
        assert_eq!(masked("+85291234567"), "+852****4567");
        let phone = Phones::read(Cell::Text("15400001234")).good().unwrap();
        assert_eq!(format!("{phone:?}"), "Phones(154****1234, 0 unread)");
    }

    #[test]
    fn keys_join() {
        let phone = |typed: &str| Phones::read(Cell::Text(typed)).good().unwrap().first();
        assert_eq!(phone("+86 154 0000 1234").as_key(), 15_400_001_234);
        assert_eq!(phone("15400001234").mobile(), Some(15_400_001_234));
        assert_eq!(phone("057188123456"), phone("(0571)8812-3456"));
        assert_ne!(phone("0571-88123456-1"), phone("0571-88123456-01"));
        assert!(phone("88123456").is_local());
        assert_eq!(size_of::<Phone>(), 8);
    }

    proptest! {
        #[test]
        fn parse_and_print_are_inverse(typed in "1[3-9][0-9]{9}|0571-[1-9][0-9]{6,7}(-[0-9]{1,5})?|02[0-9]-[1-9][0-9]{7}|[2-8][0-9]{6,7}|\\+852[1-9][0-9]{7}|400[0-9]{7}") {
            prop_assume!(!is_invented(&typed));
            if let Reading::Good(phones) = Phones::read(Cell::Text(&typed)) {
                prop_assert_eq!(phones.to_string(), typed);
            } else {
                prop_assert!(matches!(Phones::read(Cell::Text(&typed)), Reading::Bad(BadPhone::Placeholder)));
            }
        }

        #[test]
        fn reading_twice_is_reading_once(typed in "([0-9]{3,11}[ /转妻()+-]?){1,5}") {
            if let Reading::Good(once) = Phones::read(Cell::Text(&typed)) {
                let twice = Phones::read(Cell::Text(&once.to_string())).good().unwrap();
                let numbers = |phones: &Phones| phones.iter().map(NotedPhone::phone).collect::<Vec<_>>();
                prop_assert_eq!(numbers(&twice), numbers(&once));
                prop_assert!(!once.masked().is_empty());
            }
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), number in any::<f64>()) {
            Phones::read(Cell::Text(&typed));
            Phones::read(Cell::Number(number));
        }
    }
}
