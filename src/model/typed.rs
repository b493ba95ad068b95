//! The step before every parser: a cell as tidied text, with the answers that need no parser given already.

use super::cell::Cell;
use super::reading::Reading;
use super::text;
use std::borrow::Cow;

/// Reads a cell as text. `formula_error` is the answer to `#REF!` and its like (`#N/A` says nothing is there).
/// Whether the text is a placeholder is asked only when the parser did not understand it: that is rarer, and
/// no number, date or amount is also a placeholder.
pub(super) fn read<T, E>(cell: Cell<'_>, formula_error: E, parse: impl FnOnce(&str) -> Reading<T, E>) -> Reading<T, E> {
    let typed = match cell {
        Cell::Blank => return Reading::Blank,
        Cell::Error(word) if text::is_placeholder(word) => return Reading::Blank,
        Cell::Error(_) => return Reading::Bad(formula_error),
        Cell::Text(typed) => text::tidy(typed),
        Cell::Number(_) | Cell::Serial(_) | Cell::Bool(_) => Cow::Owned(cell.to_text()),
    };
    if typed.is_empty() {
        return Reading::Blank;
    }
    match parse(&typed) {
        Reading::Bad(_) | Reading::Masked if text::is_placeholder(&typed) => Reading::Blank,
        reading => reading,
    }
}

/// Dashes of every kind that stand between digits.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{2500}')
}

/// `3.20E+17`: a number as Excel shows it when the column is narrow, saved as text. Its digits are gone.
pub(super) fn is_e_notation(typed: &str) -> bool {
    let Some((mantissa, exponent)) = typed.split_once(['E', 'e']) else {
        return false;
    };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    mantissa.starts_with(|c: char| c.is_ascii_digit())
        && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
        && (1..=3).contains(&exponent.len())
        && exponent.bytes().all(|b| b.is_ascii_digit())
        // `3E12` may as well be a room or a licence; Excel writes a point or a sign.
        && (mantissa.contains('.') || typed.contains('+'))
}
