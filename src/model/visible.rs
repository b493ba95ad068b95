//! Numbers of which only a part can be read: masked (`320125********1042`), damaged (`3.30225198702285E+17`) or
//! with a digit wrong. What is visible is no identity, but says something together with a name.

/// Digits of an ID card.
const ID_LENGTH: usize = 18;
/// Digits that Excel keeps of a long number; the last of them may be rounded.
const DIGITS_KEPT: usize = 14;

/// The visible part of an ID card number that was not understood: eighteen characters, `*` for what cannot be
/// read. `None` when too little is there.
pub fn certificate(text: &str) -> Option<String> {
    let text = super::text::tidy(text);
    let lost_digits = text.contains(['E', 'e']);
    let digits = match text.split_once(['E', 'e']) {
        Some((mantissa, _)) => mantissa,
        None => &text,
    };
    let shown: String = digits.chars().filter_map(sign).collect();
    let shown = if lost_digits {
        shown.get(..DIGITS_KEPT.min(shown.len()))?.to_string()
    } else if shown.len() == ID_LENGTH && shown.ends_with("000") {
        shown[..DIGITS_KEPT].to_string()
    } else {
        shown
    };
    let visible = shown.bytes().filter(|c| *c != b'*').count();
    let complete = lost_digits || shown.len() == DIGITS_KEPT;
    (visible >= 4 && (shown.len().abs_diff(ID_LENGTH) <= 1 || complete)).then(|| format!("{shown:*<ID_LENGTH$}"))
}

/// The visible part of a telephone that was not understood: eleven characters, `*` for what cannot be read;
/// `尾号3587` is its end.
pub fn phone(text: &str) -> Option<String> {
    let text = super::text::tidy(text);
    let shown: String = text.chars().filter_map(sign).filter(|c| *c != 'X').collect();
    let visible = shown.bytes().filter(|c| *c != b'*').count();
    match (shown.len(), visible) {
        (11, 4..) | (10, 10) | (12, 12) => Some(shown),
        (4, 4) if text.contains('尾') || text.contains('末') || text.contains('后') => Some(format!("*******{shown}")),
        _ => None,
    }
}

fn sign(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'x' | 'X' => Some('X'),
        '*' | '•' | '●' | '×' | '#' | '?' | '＊' => Some('*'),
        _ => None,
    }
}

/// How two numbers compare of which parts may be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// So many characters can be seen in both, and they are the same.
    Same(usize),
    /// One character is wrong, missing, or changed places with the next.
    OneSlip,
    /// Different numbers.
    Different,
}

/// Compares two numbers of which parts may be hidden.
pub fn compare(one: &str, other: &str) -> Likeness {
    if one.len() != other.len() {
        return if one_missing(one, other) { Likeness::OneSlip } else { Likeness::Different };
    }
    let both = || one.bytes().zip(other.bytes()).filter(|(a, b)| *a != b'*' && *b != b'*');
    let seen = both().count();
    let wrong: Vec<usize> = one
        .bytes()
        .zip(other.bytes())
        .enumerate()
        .filter(|(_, (a, b))| *a != b'*' && *b != b'*' && a != b)
        .map(|(at, _)| at)
        .collect();
    let (a, b) = (one.as_bytes(), other.as_bytes());
    match wrong[..] {
        [] => Likeness::Same(seen),
        [_] if seen + 2 >= one.len() => Likeness::OneSlip,
        [i, j] if seen + 2 >= one.len() && j == i + 1 && a[i] == b[j] && a[j] == b[i] => Likeness::OneSlip,
        _ => Likeness::Different,
    }
}

fn one_missing(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.len() == short.len() + 1
        && !long.contains('*')
        && (0..long.len()).any(|at| short[..at] == long[..at] && short[at..] == long[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_seen_of_a_certificate() {
        for (text, want) in [
            ("320125********1042", Some("320125********1042")),
            ("3.30225198702285E+17", Some("33022519870228****")),
            ("330225198702285000", Some("33022519870228****")),
            ("110105194912310021", Some("110105194912310021")),
            ("无", None),
            ("********", None),
        ] {
            assert_eq!(certificate(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn what_can_be_seen_of_a_telephone() {
        for (text, want) in [("154****0690", Some("154****0690")), ("尾号3587", Some("*******3587")), ("3587", None)] {
            assert_eq!(phone(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn numbers_compare_by_what_is_visible() {
        assert_eq!(compare("154****0690", "15412340690"), Likeness::Same(7));
        assert_eq!(compare("15412340691", "15412340690"), Likeness::OneSlip);
        assert_eq!(compare("15412340609", "15412340690"), Likeness::OneSlip);
        assert_eq!(compare("1541234060", "15412340690"), Likeness::OneSlip);
        assert_eq!(compare("15412340000", "15412340690"), Likeness::Different);
        assert_eq!(compare("154****0690", "15412340691"), Likeness::Different);
    }
}
