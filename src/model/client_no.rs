//! 客户编号: the number of a household's card, `W0001`.

use super::cell::Cell;
use super::mask;
use super::reading::Reading;
use super::text::is_space;
use super::typed::{self, is_dash};
use std::fmt;

/// A letter and a sequence, and for a member of the household a number within it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientNo {
    /// `A` to `Z`, or `#`.
    letter: u8,
    sequence: u32,
    /// 0 for the household itself.
    member: u8,
}

/// Why a cell holds no card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadClientNo {
    /// Digits only, or long: the client number of the company's core system.
    CoreSystemNo,
    /// A letter and nothing after it.
    NoSequence,
    /// `W0000`
    Zero,
    /// Does not begin with one of A to Z or `#`.
    NoLetter,
    /// A letter and digits, and then something else.
    Shape,
    /// A formula error such as `#REF!`.
    FormulaError,
}

/// Digits of a sequence; longer ones are passports and core system numbers.
const MOST_DIGITS: usize = 6;

impl ClientNo {
    /// Of somebody whose number is still to be given.
    pub const NONE: ClientNo = ClientNo { letter: b'#', sequence: 0, member: 0 };

    /// Reads a cell.
    pub fn read(cell: Cell<'_>) -> Reading<ClientNo, BadClientNo> {
        match cell {
            Cell::Number(_) => Reading::Bad(BadClientNo::CoreSystemNo),
            Cell::Serial(_) | Cell::Bool(_) => Reading::Bad(BadClientNo::NoLetter),
            _ => typed::read(cell, BadClientNo::FormulaError, parse),
        }
    }

    /// A number to give; None for a letter or a sequence no card has.
    pub fn new(letter: char, sequence: u32) -> Option<ClientNo> {
        let is_sequence = (1..10_u32.pow(MOST_DIGITS as u32)).contains(&sequence);
        let letter = u8::try_from(letter).ok().filter(|letter| letter.is_ascii_uppercase() || *letter == b'#')?;
        is_sequence.then_some(ClientNo { letter, sequence, member: 0 })
    }

    /// `W` of `W0001`.
    pub fn letter(self) -> char {
        self.letter.into()
    }

    /// 1 of `W0001`.
    pub fn sequence(self) -> u32 {
        self.sequence
    }

    /// 2 of `W0001-2`.
    pub fn member(self) -> Option<u32> {
        (self.member > 0).then_some(self.member.into())
    }

    /// `W0001-2` of `W0001` and 2.
    pub fn of_member(self, member: u8) -> ClientNo {
        ClientNo { member, ..self }
    }

    /// The number of the household a member belongs to.
    pub fn household(self) -> ClientNo {
        ClientNo { member: 0, ..self }
    }
}

impl fmt::Display for ClientNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04}", self.letter(), self.sequence)?;
        match self.member {
            0 => Ok(()),
            member => write!(f, "-{member}"),
        }
    }
}

impl fmt::Debug for ClientNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn parse(typed: &str) -> Reading<ClientNo, BadClientNo> {
    if typed.bytes().all(|b| b.is_ascii_digit()) {
        return Reading::Bad(BadClientNo::CoreSystemNo);
    }
    if mask::hides_digits(typed) {
        return Reading::Masked;
    }
    let alphanumerics = typed.bytes().filter(u8::is_ascii_alphanumeric).count();
    let has_member = typed.trim_start_matches(|c: char| !c.is_ascii_digit()).contains(is_dash);
    if alphanumerics > 1 + MOST_DIGITS && !has_member {
        return Reading::Bad(BadClientNo::CoreSystemNo);
    }
    number(typed).into()
}

fn number(typed: &str) -> Result<ClientNo, BadClientNo> {
    let is_gap = |c: char| is_space(c) || is_dash(c) || c == '.';
    let typed = typed.strip_suffix('号').unwrap_or(typed);
    let letter = typed.chars().next().unwrap_or(' ').to_ascii_uppercase();
    if !letter.is_ascii_uppercase() && letter != '#' {
        return Err(BadClientNo::NoLetter);
    }
    let rest = typed[1..].trim_start_matches(is_gap);
    let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(length);
    match (digits.len(), rest) {
        (0, "") => return Err(BadClientNo::NoSequence),
        (0, _) => return Err(BadClientNo::NoLetter),
        (1..=MOST_DIGITS, _) => {}
        _ => return Err(BadClientNo::CoreSystemNo),
    }
    let sequence = digits.parse().map_err(|_| BadClientNo::Shape)?;
    let household = ClientNo::new(letter, sequence).ok_or(BadClientNo::Zero)?;
    if rest.is_empty() {
        return Ok(household);
    }
    let member = rest.trim_start_matches(is_space).strip_prefix(is_dash).ok_or(BadClientNo::Shape)?;
    let member = member.trim_matches(is_space);
    let member = member.bytes().all(|b| b.is_ascii_digit()).then(|| member.parse().ok()).flatten();
    let member = member.filter(|member| (1..100).contains(member)).ok_or(BadClientNo::Shape)?;
    Ok(ClientNo { member, ..household })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn case(input: &str, want: &str) {
        let found = match ClientNo::read(Cell::from(input)) {
            Reading::Good(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(found, want, "{input:?}");
    }

    #[test]
    fn many_spellings_of_one_number() {
        for typed in [
            "W0001",
            "W001",
            "W-001",
            "W1",
            "w１",
            "Ｗ０００１",
            " W 1",
            "W—1",
            "w-0001 ",
            "'W001",
            "W00001",
            "W.001",
            "W001号",
        ] {
            case(typed, "W0001");
        }
        case("#0003", "#0003");
        case("＃3", "#0003");
        case("W12345", "W12345");
        case("W001-1", "W0001-1");
        case("W-001-2", "W0001-2");
        case("W001－02", "W0001-2");
        case("W0001 - 12", "W0001-12");
    }

    #[test]
    fn numbers_of_something_else() {
        for typed in ["12", "0020302385", "C12345678901", "00A123456789", "E12345678"] {
            case(typed, "Bad(CoreSystemNo)");
        }
        case("W", "Bad(NoSequence)");
        case("W-", "Bad(NoSequence)");
        case("W0000", "Bad(Zero)");
        case("WA01", "Bad(NoLetter)");
        case("王001", "Bad(NoLetter)");
        case("W001A", "Bad(Shape)");
        case("W001-0", "Bad(Shape)");
        case("W001-100", "Bad(Shape)");
        case("W001-1-1", "Bad(Shape)");
        case("W***", "Masked");
        case("无", "Blank");
        assert_eq!(ClientNo::read(Cell::Number(12.0)), Reading::Bad(BadClientNo::CoreSystemNo));
    }

    #[test]
    fn parts() {
        let member = ClientNo::read(Cell::Text("W0012-3")).good().unwrap();
        assert_eq!((member.letter(), member.sequence(), member.member()), ('W', 12, Some(3)));
        assert_eq!(Some(member.household()), ClientNo::new('W', 12));
        assert_eq!(ClientNo::new('w', 1), None);
        assert_eq!(ClientNo::new('W', 0), None);
        assert_eq!(size_of::<ClientNo>(), 8);
    }

    proptest! {
        #[test]
        fn parse_and_print_are_inverse(letter in "[A-Z#]", sequence in 1_u32..1_000_000, member in 0_u8..100) {
            let letter = letter.as_bytes()[0];
            let number = ClientNo { letter, sequence, member };
            prop_assert_eq!(ClientNo::read(Cell::Text(&number.to_string())), Reading::Good(number));
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), near in "[A-Za-z#王]{0,2}[- ]?[0-9]{0,9}[-A ]?[0-9]{0,3}") {
            ClientNo::read(Cell::Text(&typed));
            ClientNo::read(Cell::Text(&near));
        }
    }
}
