//! Cells that answer yes or no: 是 否, 有 无, Y N, ticks and crosses.

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::reading::Reading;
use super::word::words;
use crate::templates::values::Values;

words! {
    /// An answer. 无 is an answer here, not a blank.
    pub enum YesNo of YesNo {
        /// Yes.
        Yes = "是",
        /// No.
        No = "否",
    }
}

impl YesNo {
    /// Whether it is yes.
    pub fn is_yes(self) -> bool {
        self == YesNo::Yes
    }

    /// Reads one cell; in a yes/no column 0 and 1 need no code table.
    pub fn read(cell: Cell, values: &Values) -> Reading<YesNo, UnknownWord> {
        values.yes_no.read(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::values::builtin_values;

    #[track_caller]
    fn case(input: Cell, want: Reading<YesNo, ()>) {
        let read = match YesNo::read(input, builtin_values()) {
            Reading::Bad(_) => Reading::Bad(()),
            Reading::Good(answer) => Reading::Good(answer),
            Reading::Blank => Reading::Blank,
            Reading::Masked => Reading::Masked,
        };
        assert_eq!(read, want, "{input:?}");
    }

    #[test]
    fn answers() {
        for yes in ["是", "有", "Y", "yes", "√", "☑", "1", "TRUE", "同意", "Ｙ", "有√", "☑有 □无"] {
            case(yes.into(), Reading::Good(YesNo::Yes));
        }
        for no in ["否", "无", "没有", "N", "×", "x", "□", "0", "不同意", "□有 ☑无", "无意向"] {
            case(no.into(), Reading::Good(YesNo::No));
        }
        case(Cell::Bool(true), Reading::Good(YesNo::Yes));
        case(Cell::Number(0.0), Reading::Good(YesNo::No));
    }

    #[test]
    fn no_answers() {
        for blank in ["", "-", "不详", "□有 □无"] {
            case(blank.into(), Reading::Blank);
        }
        case("2".into(), Reading::Bad(()));
        case("考虑中".into(), Reading::Bad(()));
        case("☑有 ☑无".into(), Reading::Bad(()));
    }
}
