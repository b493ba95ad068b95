//! Personal numbers made unreadable, for sheets that are passed around.

use std::borrow::Cow;

/// A run of digits at least this long may be somebody's: phones have 11.
const SHORTEST: usize = 11;

/// From this length on it is an ID card, a bank card or a policy rather than a phone, and six digits in front
/// (the district of an ID card) give nobody away.
const LONG: usize = 15;

/// `text` with the middle of every long number as stars: `154****1234`, `110105********002X`. Spaces and
/// dashes inside a number do not hide it, if the groups have three digits or more: dates have fewer.
pub fn mask_numbers(text: &str) -> Cow<'_, str> {
    let chars: Vec<char> = text.chars().collect();
    let mut masked: Option<Vec<char>> = None;
    let mut at = 0;
    while at < chars.len() {
        let run = number_at(&chars, at);
        if run.digits.len() >= SHORTEST {
            let front = if run.digits.len() >= LONG { 6 } else { 3 };
            let out = masked.get_or_insert_with(|| chars.clone());
            for &digit in &run.digits[front..run.digits.len() - 4] {
                out[digit] = '*';
            }
        }
        at = run.end.max(at + 1);
    }
    match masked {
        Some(masked) => Cow::Owned(masked.into_iter().collect()),
        None => Cow::Borrowed(text),
    }
}

struct Run {
    /// Where its digits stand.
    digits: Vec<usize>,
    /// Just behind it.
    end: usize,
}

/// The number that begins at `at`: groups of digits with one space or dash between them, and an X at the end
/// of an ID card.
fn number_at(chars: &[char], at: usize) -> Run {
    let mut run = Run { digits: Vec::new(), end: at };
    let mut next = at;
    loop {
        let group = chars[next..].iter().take_while(|c| is_digit(**c)).count();
        let joined = !run.digits.is_empty();
        if group == 0 || (joined && group < 3) {
            return run;
        }
        run.digits.extend(next..next + group);
        run.end = next + group;
        if let Some('X' | 'x' | 'Ｘ' | 'ｘ') = chars.get(run.end) {
            if run.digits.len() == 17 {
                run.digits.push(run.end);
                run.end += 1;
            }
            return run;
        }
        let between = chars.get(run.end).is_some_and(|c| is_between(*c));
        if !between || group < 3 {
            return run;
        }
        next = run.end + 1;
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn is_between(c: char) -> bool {
    matches!(c, ' ' | '-' | '－' | '–' | '—' | '\u{a0}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, want: &str) {
        assert_eq!(mask_numbers(text), want);
        assert_eq!(mask_numbers(want), want, "masking twice");
    }

    #[test]
    fn long_numbers_lose_their_middle() {
        case("15400131234", "154****1234");
        case("110105194912310021", "110105********0021");
        case("11010519491231002X", "110105********002X");
        case("11010519491231002x", "110105********002x");
        case("110198491231002", "110198*****1002");
        case("6222021234567890123", "622202*********0123");
        case("电话15400131234，备用13900135678", "电话154****1234，备用139****5678");
        case("１３８００１３１２３４", "１３８****１２３４");
        case("8615400131234", "861******1234");
    }

    #[test]
    fn separators_do_not_hide_a_number() {
        case("138-0013-1234", "138-****-1234");
        case("138 0013 1234", "138 **** 1234");
        case("110105 19491231 002X", "110105 ******** 002X");
        case("010-12345678", "010-****5678");
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "王伟",
            "2026-11-30 2026-12-01",
            "2026.11.30",
            "1,234,567.00",
            "P2026000123",
            "154****1234",
            "9.1E+17",
            "朝阳路18号院3号楼1602",
        ] {
            case(text, text);
        }
    }
}
