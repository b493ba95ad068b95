//! The 18-digit citizen number (居民身份证号码), also on residence cards of Hong Kong, Macao and Taiwan people
//! (81, 82, 83) and on foreigners' permanent residence cards since 2023 (9).

use super::cell::Cell;
use super::certificate::CertificateKind;
use super::gender::Gender;
use super::mask;
use super::reading::Reading;
use super::text::is_space;
use super::typed::{self, is_dash, is_e_notation};
use chrono::{Datelike, NaiveDate};
use std::fmt;

/// A citizen number whose province, birth date and check digit are right.
/// Held as its first 17 digits: the last follows from them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdCard(u64);

/// Why a number is no citizen number. Also used for other certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadIdCard {
    /// Neither 15 nor 18 long, but this long.
    Length(usize),
    /// A letter that looks like a digit, or the other way round.
    LookAlike(char),
    /// Something that is neither a digit nor the final X.
    Characters,
    /// The first digits are of no province.
    Region,
    /// There is no such birth date.
    BirthDate,
    /// The check digit does not fit the rest.
    CheckDigit,
    /// Was stored as a number: the last digits are not those typed.
    LostDigits,
    /// Does not look like a number of the kind of certificate that was named.
    NotOfKind(CertificateKind),
    /// A formula error such as `#REF!`.
    FormulaError,
}

/// Weights of the first 17 digits, last digit first (GB 11643-1999).
const WEIGHTS: [u64; 17] = [2, 4, 8, 5, 10, 9, 7, 3, 6, 1, 2, 4, 8, 5, 10, 9, 7];
const CHECK_DIGITS: &[u8; 11] = b"10X98765432";

impl IdCard {
    /// Reads a cell. Spaces, dashes and full-width digits are tidied, a 15-digit number becomes the 18-digit
    /// one of the same person; nothing else is repaired.
    pub fn read(cell: Cell<'_>) -> Reading<IdCard, BadIdCard> {
        if cell.lost_digits() {
            return Reading::Bad(BadIdCard::LostDigits);
        }
        if matches!(cell, Cell::Serial(_) | Cell::Bool(_)) {
            return Reading::Bad(BadIdCard::Characters);
        }
        typed::read(cell, BadIdCard::FormulaError, parse)
    }

    /// The day of birth.
    pub fn birth_date(self) -> NaiveDate {
        birth_date(self.0).expect("checked when it was read")
    }

    /// From the 17th digit: odd is male.
    pub fn sex(self) -> Gender {
        if self.0 % 2 == 1 { Gender::Male } else { Gender::Female }
    }

    /// The six digits of the place that first issued the number.
    pub fn region(self) -> u32 {
        (self.0 / 100_000_000_000) as u32
    }

    /// Whether it is a foreigner's permanent residence card of 2023.
    pub fn is_foreign_resident(self) -> bool {
        self.region() >= 900_000
    }

    /// For showing: `110105********002X`.
    pub fn masked(self) -> String {
        let digits = self.digits();
        let (region, tail) = (&digits[..6], &digits[14..]);
        [region, b"********", tail].concat().into_iter().map(char::from).collect()
    }

    fn digits(self) -> [u8; 18] {
        let mut digits = [0; 18];
        let mut rest = self.0;
        for place in digits[..17].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        digits[17] = check_digit(self.0);
        digits
    }

    /// From the first 17 digits, with the check digit that was typed.
    fn checked(first_17: u64, check: u8) -> Result<IdCard, BadIdCard> {
        let fits = check_digit(first_17) == check;
        if !fits && check == b'0' && first_17.is_multiple_of(100) {
            // Excel keeps 15 digits and fills up with zeros; one such number in eleven even fits.
            return Err(BadIdCard::LostDigits);
        }
        if !is_region((first_17 / 100_000_000_000) as u32) {
            return Err(BadIdCard::Region);
        }
        if birth_date(first_17).is_none() {
            return Err(BadIdCard::BirthDate);
        }
        if fits { Ok(IdCard(first_17)) } else { Err(BadIdCard::CheckDigit) }
    }

    /// The 18-digit number of a 15-digit one: all of those born in 19xx, and issued before the new kinds of card.
    fn from_15(number: u64) -> Result<IdCard, BadIdCard> {
        let (region, rest) = (number / 1_000_000_000, number % 1_000_000_000);
        let first_17 = region * 100_000_000_000 + 19_000_000_000 + rest;
        if region >= 800_000 {
            return Err(BadIdCard::Region);
        }
        IdCard::checked(first_17, check_digit(first_17))
    }
}

impl fmt::Display for IdCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        f.pad(std::str::from_utf8(&digits).expect("digits and X are ASCII"))
    }
}

impl fmt::Debug for IdCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdCard({})", self.masked())
    }
}

fn check_digit(first_17: u64) -> u8 {
    let mut rest = first_17;
    let mut sum = 0;
    for weight in WEIGHTS {
        sum += rest % 10 * weight;
        rest /= 10;
    }
    CHECK_DIGITS[(sum % 11) as usize]
}

fn birth_date(first_17: u64) -> Option<NaiveDate> {
    let date = first_17 / 1000 % 100_000_000;
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let date = NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)?;
    (1900..2100).contains(&date.year()).then_some(date)
}

/// Only the province is checked: counties come and go, and old cards keep the numbers of those gone.
fn is_region(region: u32) -> bool {
    match region / 10_000 {
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 => true,
        81..=83 => region.is_multiple_of(10_000),
        // 9, then the province that issued the card, then the country.
        91..=98 => true,
        _ => false,
    }
}

fn parse(typed: &str) -> Reading<IdCard, BadIdCard> {
    if let Some((first_17, last)) = typed.as_bytes().split_last_chunk::<1>()
        && first_17.len() == 17
        && (last[0].is_ascii_digit() || last[0] == b'X')
        && let Some(first_17) = number(typed.get(..17).unwrap_or_default())
    {
        return IdCard::checked(first_17, last[0]).into();
    }
    parse_untidy(&compact(typed))
}

fn parse_untidy(typed: &str) -> Reading<IdCard, BadIdCard> {
    let length = typed.chars().count();
    let mut before_last = typed.chars();
    let last = before_last.next_back().unwrap_or(' ');
    let before_last = before_last.as_str();

    if length == 18
        && let Some(first_17) = number(before_last)
    {
        if last.is_ascii_digit() {
            return IdCard::checked(first_17, last as u8).into();
        }
        if is_final_x(last) || mask::is_star(last) {
            // A star is the X of a careless typist only where an X must stand; elsewhere it hides a digit.
            return match IdCard::checked(first_17, b'X') {
                Err(BadIdCard::CheckDigit) if mask::is_star(last) && last != '×' => Reading::Masked,
                result => result.into(),
            };
        }
    }
    if mask::hides_digits(typed) {
        return Reading::Masked;
    }
    if is_e_notation(typed) {
        return Reading::Bad(BadIdCard::LostDigits);
    }
    if let Some(whole) = typed.strip_suffix(".0").or_else(|| typed.strip_suffix(".00"))
        && let Some(digits) = number(whole)
    {
        // Written by a program that held it as a number.
        return match whole.len() {
            15 => IdCard::from_15(digits).into(),
            16.. => Reading::Bad(BadIdCard::LostDigits),
            length => Reading::Bad(BadIdCard::Length(length)),
        };
    }
    if let Some(digits) = number(typed) {
        return match length {
            15 => IdCard::from_15(digits).into(),
            _ => Reading::Bad(BadIdCard::Length(length)),
        };
    }
    if !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit()) || number(before_last).is_some() && is_final_x(last) {
        return Reading::Bad(BadIdCard::Length(length));
    }
    let mut others =
        typed.chars().enumerate().filter(|(place, c)| !c.is_ascii_digit() && (place + 1 < length || !is_final_x(*c)));
    let Some((_, first)) = others.next() else {
        return Reading::Bad(BadIdCard::Characters);
    };
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    Reading::Bad(if digits >= 10 && is_look_alike(first) && others.all(|(_, c)| is_look_alike(c)) {
        BadIdCard::LookAlike(first)
    } else {
        BadIdCard::Characters
    })
}

/// Without a label before it and the spaces and dashes within it.
pub(super) fn compact(typed: &str) -> String {
    let mut number = typed;
    for label in ["居民", "身份证", "身分证", "证件", "号码", "号"] {
        number = number.strip_prefix(label).unwrap_or(number);
    }
    let number = number.strip_prefix([':', '：']).unwrap_or(number);
    number.chars().filter(|c| !is_space(*c) && !is_dash(*c)).collect()
}

/// Up to 18 digits and nothing else.
fn number(digits: &str) -> Option<u64> {
    let all_digits = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}

/// X, and what is typed for it: small, multiplication sign, Greek, Cyrillic.
fn is_final_x(c: char) -> bool {
    matches!(c, 'X' | 'x' | '×' | 'Χ' | 'χ' | 'Х' | 'х' | '✕')
}

fn is_look_alike(c: char) -> bool {
    matches!(c, 'O' | 'o' | 'l' | 'I' | 'i' | '|' | '〇' | '○' | '零')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Good as the 18 digits, else the name of the answer.
    fn answer(cell: Cell<'_>) -> String {
        match IdCard::read(cell) {
            Reading::Good(card) => card.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[track_caller]
    fn case(input: &str, want: &str) {
        assert_eq!(answer(Cell::from(input)), want, "{input:?}");
    }

    #[test]
    fn tidied_and_upgraded() {
        case("329901197001010017", "329901197001010017");
        case(" 329901 19700101 0017 ", "329901197001010017");
        case("329901-19700101-0017", "329901197001010017");
        case("３２９９０１１９７００１０１００１７", "329901197001010017");
        case("'329901197001010017", "329901197001010017");
        case("身份证号：329901197001010017", "329901197001010017");
        case("329901700101001", "329901197001010017");
        case("329901700101001.0", "329901197001010017");
        case("810000199001010019", "810000199001010019");
        case("83000019900101001X", "Bad(CheckDigit)");
        case("932156199001010015", "932156199001010015");
    }

    #[test]
    fn only_the_last_character_may_be_a_confused_x() {
        case("32990119800101002X", "32990119800101002X");
        for last in ["x", "Ｘ", "ｘ", "×", "*", "＊", "Х"] {
            case(&format!("32990119800101002{last}"), "32990119800101002X");
        }
        case("329901197001010017X", "Bad(Length(19))");
        case("32990119700101001X", "Bad(CheckDigit)");
        case("32990119700101001×", "Bad(CheckDigit)");
        case("32990119700101001*", "Masked");
        case("3299O1197001010017", "Bad(LookAlike('O'))");
        case("32990l197001010017", "Bad(LookAlike('l'))");
        case("329901X97001010017", "Bad(Characters)");
    }

    #[test]
    fn wrong_in_ways_a_clerk_can_act_on() {
        case("32990119700101001", "Bad(Length(17))");
        case("32990119700101002X1", "Bad(Characters)");
        case("3299011970010100175", "Bad(Length(19))");
        case("329901197001010016", "Bad(CheckDigit)");
        case("009901197001010017", "Bad(Region)");
        case("329901197013010017", "Bad(BirthDate)");
        case("329901189912310017", "Bad(BirthDate)");
        case("810001199001010014", "Bad(Region)");
        case("820000700101001", "Bad(Region)");
        case("王伟", "Bad(Characters)");
        assert_eq!(answer(Cell::Error("#REF!")), "Bad(FormulaError)");
        assert_eq!(answer(Cell::Bool(true)), "Bad(Characters)");
        assert_eq!(answer(Cell::Serial(45_000.0)), "Bad(Characters)");
    }

    #[test]
    fn digits_excel_has_lost_are_never_guessed() {
        assert_eq!(answer(Cell::Number(329_901_197_001_010_000.0)), "Bad(LostDigits)");
        assert_eq!(answer(Cell::Number(329_901_700_101_001.0)), "329901197001010017");
        case("3.29901E+17", "Bad(LostDigits)");
        case("3.20E+17", "Bad(LostDigits)");
        case("329901197001010000", "Bad(LostDigits)");
        case("329901197001010017.0", "Bad(LostDigits)");
    }

    #[test]
    fn masked_is_not_wrong() {
        for masked in [
            "329***********0017",
            "3****************5",
            "32990********0017",
            "329901********0017",
            "329901xxxxxxxx0017",
            "329901XXXXXXXX0017",
            "329901＊＊＊＊＊＊＊＊0017",
            "329901••••••••0017",
            "尾号0017",
            "3299011970****",
        ] {
            case(masked, "Masked");
        }
    }

    #[test]
    fn nothing_is_there() {
        for blank in ["", " ", "无", "-", "不详", "*"] {
            case(blank, "Blank");
        }
        assert_eq!(answer(Cell::Error("#N/A")), "Blank");
    }

    #[test]
    fn what_follows_from_the_number() {
        let card = IdCard::read(Cell::Text("32990119800101002X")).good().unwrap();
        assert_eq!(card.birth_date(), NaiveDate::from_ymd_opt(1980, 1, 1).unwrap());
        assert_eq!(card.sex(), Gender::Female);
        assert_eq!(card.region(), 329_901);
        assert!(!card.is_foreign_resident());
        assert_eq!(card.masked(), "329901********002X");
        assert_eq!(format!("{card:?}"), "IdCard(329901********002X)");
        assert_eq!(size_of::<IdCard>(), 8);
        let foreign = IdCard::read(Cell::Text("932156199001010015")).good().unwrap();
        assert!(foreign.is_foreign_resident());
    }

    proptest! {
        #[test]
        fn parse_and_print_are_inverse(region in 110_000_u64..160_000, day in 0..36_500_i64, order in 0..1000_u64) {
            let date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(day as u64);
            let date: u64 = date.format("%Y%m%d").to_string().parse().unwrap();
            let card = IdCard((region * 100_000_000 + date) * 1000 + order);
            prop_assert_eq!(IdCard::read(Cell::Text(&card.to_string())), Reading::Good(card));
        }

        #[test]
        fn one_wrong_digit_is_noticed(place in 0..17_usize, digit in 0..10_u8) {
            let mut typed = *b"32990119800101002X";
            prop_assume!(typed[place] != b'0' + digit);
            typed[place] = b'0' + digit;
            let typed = String::from_utf8(typed.to_vec()).unwrap();
            prop_assert!(matches!(IdCard::read(Cell::Text(&typed)), Reading::Bad(_)));
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), number in any::<f64>()) {
            IdCard::read(Cell::Text(&typed));
            IdCard::read(Cell::Number(number));
        }

        #[test]
        fn anything_like_a_number_may_stand_in_a_cell(typed in "[0-9Xx*×O. E+-]{0,22}") {
            if let Reading::Good(card) = IdCard::read(Cell::Text(&typed)) {
                prop_assert_eq!(IdCard::read(Cell::Text(&card.to_string())), Reading::Good(card));
            }
        }
    }
}
