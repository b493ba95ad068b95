//! 保障期限: for how long a policy covers. Words such as 终身 are in `values.toml`; years and ages are numbers.

use std::fmt;

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::reading::Reading;
use super::span::{Span, span_at, until_date};
use super::text;
use super::word::{Vocabulary, words};
use crate::templates::values::Values;
use crate::templates::word_table::{is_masked, spelling_key};

/// 保障期限.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CoverageTerm {
    /// For life.
    WholeLife,
    /// Until an age.
    ToAge(u32),
    /// So many years.
    Years(u32),
    /// So many months.
    Months(u32),
    /// So many days.
    Days(u32),
    /// 长期: more than a year, and how long is not said.
    LongTerm,
    /// Until a date, left as it was written.
    Until(String),
}

words! {
    /// Terms of cover that are words.
    pub enum CoverageWord of Coverage {
        /// For life.
        WholeLife = "终身",
        /// Long, and how long is not said.
        LongTerm = "长期",
    }
}

impl From<CoverageWord> for CoverageTerm {
    fn from(word: CoverageWord) -> Self {
        match word {
            CoverageWord::WholeLife => CoverageTerm::WholeLife,
            CoverageWord::LongTerm => CoverageTerm::LongTerm,
        }
    }
}

/// Words before and behind the number, longer ones first.
const BEFORE: [&str; 8] = ["保障期限", "保障期间", "保险期间", "保险期限", "保障", "保险", "保", "共"];
const BEHIND: [&str; 5] = ["期间", "期限", "期", "止", "保障"];

/// Core systems write 1000 years, or 999, for 终身.
const FOR_LIFE: u32 = 999;

impl CoverageTerm {
    /// Reads one cell: `终身`, `保至70周岁`, `20年`, `一年期`, `至2045-06-30`. A number alone says nothing.
    pub fn read(cell: Cell, values: &Values) -> Reading<CoverageTerm, UnknownWord> {
        let text = cell.to_text();
        let word = text::tidy(&text);
        let key = spelling_key(&word);
        if let Some(word) = values.coverage.get(&key) {
            return Reading::Good((*word).into());
        }
        if let Some((span, length)) = span_at(&key, &BEFORE, &BEHIND)
            && length == key.len()
        {
            return Reading::Good(span.into());
        }
        if let Some(date) = until_date(cell, &key) {
            return Reading::Good(CoverageTerm::Until(date));
        }
        if is_masked(&word) {
            return Reading::Masked;
        }
        if text::is_placeholder(&word) {
            return Reading::Blank;
        }
        Reading::Bad(UnknownWord::not_listed(Vocabulary::Coverage, &word))
    }

    /// Reads the two cells of a core table: a number, and its unit as a letter (Y years, M months, D days,
    /// A age) or a word.
    pub fn read_pair(number: Cell, unit: Cell, values: &Values) -> Reading<CoverageTerm, UnknownWord> {
        let (number_text, unit_text) = (number.to_text(), unit.to_text());
        if text::is_placeholder(&unit_text) {
            return CoverageTerm::read(number, values);
        }
        let joined = format!("{}{}", text::tidy(&number_text), text::tidy(&unit_text));
        CoverageTerm::read(Cell::from(joined.as_str()), values)
    }
}

impl From<Span> for CoverageTerm {
    fn from(span: Span) -> Self {
        match span {
            Span::Years(years) if years >= FOR_LIFE => CoverageTerm::WholeLife,
            Span::Years(years) => CoverageTerm::Years(years),
            Span::Months(months) => CoverageTerm::Months(months),
            Span::Days(days) => CoverageTerm::Days(days),
            Span::ToAge(age) => CoverageTerm::ToAge(age),
        }
    }
}

impl fmt::Display for CoverageTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CoverageTerm::WholeLife => f.write_str(CoverageWord::WholeLife.title()),
            CoverageTerm::LongTerm => f.write_str(CoverageWord::LongTerm.title()),
            CoverageTerm::ToAge(age) => write!(f, "至{age}岁"),
            CoverageTerm::Years(years) => write!(f, "{years}年"),
            CoverageTerm::Months(months) => write!(f, "{months}个月"),
            CoverageTerm::Days(days) => write!(f, "{days}天"),
            CoverageTerm::Until(date) => write!(f, "至{date}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fault_words::Doubt;
    use crate::templates::values::builtin_values;
    use proptest::prelude::*;

    #[track_caller]
    fn case(input: &str, want: CoverageTerm) {
        assert_eq!(CoverageTerm::read(Cell::from(input), builtin_values()), Reading::Good(want), "{input:?}");
    }

    #[track_caller]
    fn bad(input: &str, want: Doubt) {
        match CoverageTerm::read(Cell::from(input), builtin_values()) {
            Reading::Bad(fault) => assert_eq!(fault.doubt, want, "{input:?}"),
            other => panic!("{input:?}: {other:?}"),
        }
    }

    #[test]
    fn for_life_and_long() {
        for word in ["终身", "至终身", "保终身", "保至终身", "终生"] {
            case(word, CoverageTerm::WholeLife);
        }
        case("长期", CoverageTerm::LongTerm);
    }

    #[test]
    fn ages_years_days_dates() {
        case("至70岁", CoverageTerm::ToAge(70));
        case("至70周岁", CoverageTerm::ToAge(70));
        case("保至80岁", CoverageTerm::ToAge(80));
        case("105岁", CoverageTerm::ToAge(105));
        case("20年", CoverageTerm::Years(20));
        case("1年", CoverageTerm::Years(1));
        case("一年期", CoverageTerm::Years(1));
        case("三十年", CoverageTerm::Years(30));
        case("6个月", CoverageTerm::Months(6));
        case("30天", CoverageTerm::Days(30));
        case("至2045-06-30", CoverageTerm::Until("2045-06-30".into()));
    }

    #[test]
    fn a_number_with_its_unit() {
        let pair = |number: Cell, unit: &str| CoverageTerm::read_pair(number, Cell::from(unit), builtin_values());
        assert_eq!(pair(Cell::Number(70.0), "A"), Reading::Good(CoverageTerm::ToAge(70)));
        assert_eq!(pair(Cell::Number(20.0), "Y"), Reading::Good(CoverageTerm::Years(20)));
        assert_eq!(pair("12".into(), "M"), Reading::Good(CoverageTerm::Months(12)));
        assert_eq!(pair("30".into(), "D"), Reading::Good(CoverageTerm::Days(30)));
        assert_eq!(pair(Cell::Number(1000.0), "Y"), Reading::Good(CoverageTerm::WholeLife));
        assert_eq!(pair("20".into(), "年"), Reading::Good(CoverageTerm::Years(20)));
        assert_eq!(pair("终身".into(), ""), Reading::Good(CoverageTerm::WholeLife));
        assert!(matches!(pair("20".into(), "Q"), Reading::Bad(_)));
    }

    #[test]
    fn what_is_no_term() {
        bad("20", Doubt::BareNumber);
        bad("20年交", Doubt::NotListed);
        bad("20年至70岁", Doubt::NotListed);
        assert_eq!(CoverageTerm::read(Cell::from("/"), builtin_values()), Reading::Blank);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(number in 1u32..=120) {
            for term in [
                CoverageTerm::ToAge(number),
                CoverageTerm::Years(number),
                CoverageTerm::Months(number),
                CoverageTerm::Days(number),
            ] {
                let printed = term.to_string();
                prop_assert_eq!(CoverageTerm::read(Cell::from(printed.as_str()), builtin_values()), Reading::Good(term));
            }
        }
    }
}
