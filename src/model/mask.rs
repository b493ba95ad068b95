//! The ways a number is made unreadable on purpose, so that a masked one is never taken for a wrong one.

use super::text::is_space;
use super::typed::is_dash;

/// Signs that stand for a hidden character. Letters (`x`) count only in runs.
pub(super) fn is_star(c: char) -> bool {
    matches!(c, '*' | '\u{2217}' | '•' | '●' | '×' | '✕' | '✱' | '…' | '■' | '█')
}

/// Whether part of a number is hidden: `138****1234`, `110105xxxxxxxx0021`, `尾号1234`.
pub(super) fn hides_digits(typed: &str) -> bool {
    if ["尾号", "后四位", "末四位", "后4位"].iter().any(|word| typed.contains(word)) {
        return true;
    }
    let mut before = None;
    let mut stars = 0;
    let mut letters = 0;
    let mut seen_digit = false;
    let mut most_stars = 0;
    let mut most_letters = 0;
    for c in typed.chars().filter(|c| !is_space(*c) && !is_dash(*c)) {
        seen_digit |= c.is_ascii_digit();
        // One star counts only between two digits: elsewhere it may mark a footnote.
        if c.is_ascii_digit() && stars == 1 && before.is_some_and(|c: char| c.is_ascii_digit()) {
            return true;
        }
        if is_star(c) {
            stars += if c == '…' { 2 } else { 1 };
        } else {
            stars = 0;
            before = Some(c);
        }
        letters = if matches!(c, 'x' | 'X' | '#' | '?') { letters + 1 } else { 0 };
        most_stars = most_stars.max(stars);
        most_letters = most_letters.max(letters);
    }
    most_stars >= 2 || most_letters >= 2 && seen_digit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_digits_are_seen() {
        for typed in
            ["138****1234", "138 **** 1234", "110105xxxxxxxx0021", "尾号1234", "1•••2", "****", "138*1234", "110…21", "W***"]
        {
            assert!(hides_digits(typed), "{typed}");
        }
        for typed in ["13800138000", "*15400001111", "11010519491231002X", "李XX", "*", "max 5"] {
            assert!(!hides_digits(typed), "{typed}");
        }
    }
}
