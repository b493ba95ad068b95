//! A cell as the value parsers see it, whatever file it came from.

use super::typed;

/// One cell's content. Numbers and dates keep the type the file gave them, because what they lost by
/// being numbers (leading zeros, the last digits of an ID card) can only be told from the type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing there.
    Blank,
    /// Text, exactly as stored.
    Text(&'a str),
    /// A number that the file does not show as a date.
    Number(f64),
    /// A number that the file shows as a date: days since 1899-12-30. Files in the 1904 system have
    /// been moved to this one by whoever read them.
    Serial(f64),
    /// TRUE or FALSE.
    Bool(bool),
    /// An error value such as `#N/A`.
    Error(&'a str),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Cell::Blank } else { Cell::Text(text) }
    }
}

/// Above this a double no longer holds every whole number, and Excel has shown only 15 digits long before:
/// the last digits of an ID card, policy or bank number typed as a number are gone.
pub const EXACT_DIGITS_LIMIT: f64 = 1e15;

impl Cell<'_> {
    /// The text a person would read in the cell: whole numbers without `.0` or exponent.
    pub fn to_text(&self) -> String {
        match *self {
            Cell::Blank => String::new(),
            Cell::Text(text) | Cell::Error(text) => text.to_string(),
            Cell::Number(number) | Cell::Serial(number) => plain_number(number),
            Cell::Bool(true) => "TRUE".to_string(),
            Cell::Bool(false) => "FALSE".to_string(),
        }
    }

    /// Whether the file holds a number so long that its last digits are not the ones typed, or what Excel showed
    /// of one: `3.20E+17`.
    pub fn lost_digits(&self) -> bool {
        match *self {
            Cell::Number(number) => number.abs() >= EXACT_DIGITS_LIMIT,
            Cell::Text(text) => typed::is_e_notation(text.trim()),
            _ => false,
        }
    }
}

/// A number as typed: `13800138000`, `0.5`, never `1.38E+10`.
pub fn plain_number(number: f64) -> String {
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_typed() {
        assert_eq!(plain_number(13_800_138_000.0), "13800138000");
        assert_eq!(plain_number(0.5), "0.5");
        assert_eq!(plain_number(3.2e17), "320000000000000000");
    }

    #[test]
    fn sixteen_digits_are_no_longer_what_was_typed() {
        assert!(Cell::Number(320_102_197_001_010_000.0).lost_digits());
        assert!(!Cell::Number(13_800_138_000.0).lost_digits());
        assert!(!Cell::Text("320102197001010000").lost_digits());
        assert!(Cell::Text(" 3.20E+17").lost_digits());
    }
}
