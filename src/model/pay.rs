//! 缴费: how often, for how long, and by which way a premium is paid.
//!
//! Lists mix the three: 缴费方式 holds 年交 (how often), 20年交 (how long), or 银行转账 (which way); 缴费期限 holds
//! a term, a word, or a date. So a cell is taken apart by what is in it, whatever its column is called. Only a
//! number alone needs the column: years in a column of terms, a code in a column of frequencies.

use std::fmt;

use super::cell::Cell;
use super::fault_words::{Doubt, UnknownWord};
use super::reading::Reading;
use super::span::{Span, span_at, until_date};
use super::text;
use super::word::{Vocabulary, words};
use crate::templates::codes::CodeTable;
use crate::templates::values::Values;
use crate::templates::word_table::{is_masked, spelling_key};

words! {
    /// How often a premium is paid.
    pub enum PayMode of PayMode {
        /// All at once.
        Single = "趸交",
        /// Every year.
        Yearly = "年交",
        /// Twice a year.
        HalfYearly = "半年交",
        /// Four times a year.
        Quarterly = "季交",
        /// Every month.
        Monthly = "月交",
        /// Every third year. Not 三年交, which agents write for three years of paying.
        ThreeYearly = "每三年交",
        /// Whenever the client likes (万能追加).
        Irregular = "不定期交",
        /// Regularly, and how often is not said.
        Regular = "期交",
    }
}

impl PayMode {
    /// Premiums due in a year; nothing for a single, a three-yearly, or an unknown one.
    pub fn times_per_year(self) -> Option<u32> {
        match self {
            PayMode::Yearly => Some(1),
            PayMode::HalfYearly => Some(2),
            PayMode::Quarterly => Some(4),
            PayMode::Monthly => Some(12),
            PayMode::Single | PayMode::ThreeYearly | PayMode::Irregular | PayMode::Regular => None,
        }
    }
}

words! {
    /// Terms of paying that are words.
    pub enum PayTermWord of PayTerm {
        /// As long as the insured lives.
        WholeLife = "终身交费",
    }
}

/// For how long premiums are paid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PayTerm {
    /// So many years.
    Years(u32),
    /// Until the insured reaches an age.
    ToAge(u32),
    /// Once.
    Single,
    /// As long as the insured lives.
    WholeLife,
    /// Until a date, left as it was written.
    Until(String),
}

impl fmt::Display for PayTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PayTerm::Years(years) => write!(f, "{years}年"),
            PayTerm::ToAge(age) => write!(f, "至{age}岁"),
            PayTerm::Single => f.write_str(PayMode::Single.title()),
            PayTerm::WholeLife => f.write_str("终身"),
            PayTerm::Until(date) => write!(f, "至{date}"),
        }
    }
}

words! {
    /// Which way a premium is paid.
    pub enum PayChannel of PayChannel {
        /// Drawn from the client's account.
        BankTransfer = "银行转账",
        /// Somebody collects it.
        Collected = "人工收取",
        /// The client brings it.
        SelfPaid = "客户自交",
        /// Paid on the telephone or computer.
        Online = "线上支付",
        /// In cash; who carries it is not said.
        Cash = "现金",
    }
}

/// What one cell says about paying. At least one of the three is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pay {
    /// How often.
    pub mode: Option<PayMode>,
    /// For how long.
    pub term: Option<PayTerm>,
    /// Which way.
    pub channel: Option<PayChannel>,
}

/// What a column's heading promises; decides the few cells that can be read two ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Term,
    Mode,
    Either,
}

impl Pay {
    /// Reads a cell of a column that may hold any of the three. A number alone is not understood.
    pub fn read(cell: Cell, values: &Values) -> Reading<Pay, UnknownWord> {
        read(cell, values, Column::Either, None)
    }

    /// Reads a cell of a column of terms (缴费期): `20` is twenty years.
    pub fn read_term(cell: Cell, values: &Values) -> Reading<Pay, UnknownWord> {
        read(cell, values, Column::Term, None)
    }

    /// Reads a cell of a column of frequencies (缴费间隔): `12` is a code, if the column has a code table
    /// ([`Values::code_table`]); 三年交 is every third year.
    pub fn read_mode(cell: Cell, values: &Values, codes: Option<&CodeTable>) -> Reading<Pay, UnknownWord> {
        read(cell, values, Column::Mode, codes)
    }

    /// Adds what a part of the cell says; `false` if it contradicts what is there.
    fn add(&mut self, part: Part) -> bool {
        fn put<T: PartialEq>(slot: &mut Option<T>, value: T) -> bool {
            let agrees = slot.as_ref().is_none_or(|there| *there == value);
            *slot = Some(value);
            agrees
        }
        match part {
            Part::Mode(PayMode::Single) => put(&mut self.mode, PayMode::Single) & put(&mut self.term, PayTerm::Single),
            // 期交 beside 年交 adds nothing.
            Part::Mode(PayMode::Regular) if self.mode.is_some_and(|mode| mode != PayMode::Single) => true,
            Part::Mode(mode) if self.mode == Some(PayMode::Regular) => {
                self.mode = Some(mode);
                mode != PayMode::Single
            }
            Part::Mode(mode) => put(&mut self.mode, mode),
            Part::Term(term) => put(&mut self.term, term),
            Part::Channel(channel) => put(&mut self.channel, channel),
        }
    }
}

/// One thing said in a cell.
enum Part {
    Mode(PayMode),
    Term(PayTerm),
    Channel(PayChannel),
}

fn read(cell: Cell, values: &Values, column: Column, codes: Option<&CodeTable>) -> Reading<Pay, UnknownWord> {
    let text = cell.to_text();
    let word = text::tidy(&text);
    let coded = codes.and_then(|table| table.word(&word)).unwrap_or(&word);
    let key = spelling_key(coded);
    let of = if column == Column::Term { Vocabulary::PayTerm } else { Vocabulary::PayMode };
    if let Some(date) = until_date(cell, &key) {
        return Reading::Good(Pay { term: Some(PayTerm::Until(date)), ..Pay::default() });
    }
    match parts(&key, values, column) {
        Ok(pay) => Reading::Good(pay),
        Err(_) if is_masked(&word) => Reading::Masked,
        Err(_) if text::is_placeholder(&word) => Reading::Blank,
        Err(Doubt::Contradiction) => Reading::Bad(UnknownWord::contradiction(of, &word)),
        Err(_) => Reading::Bad(UnknownWord::not_listed(of, &word)),
    }
}

const SEPARATORS: [char; 13] = ['/', ',', '，', '、', ';', '(', ')', '[', ']', '+', '|', '-', ':'];

/// Takes a key apart, from left to right; nothing may be left over.
fn parts(key: &str, values: &Values, column: Column) -> Result<Pay, Doubt> {
    if column == Column::Term
        && let Ok(years) = key.parse::<u32>()
        && (1..=99).contains(&years)
    {
        return Ok(Pay { term: Some(PayTerm::Years(years)), ..Pay::default() });
    }
    let mut pay = Pay::default();
    let mut rest = key.trim_matches(SEPARATORS);
    if rest.is_empty() {
        return Err(Doubt::NotListed);
    }
    while !rest.is_empty() {
        let (part, length) = part_at(rest, values, column).ok_or(Doubt::NotListed)?;
        if !pay.add(part) {
            return Err(Doubt::Contradiction);
        }
        rest = rest[length..].trim_start_matches(SEPARATORS);
    }
    Ok(pay)
}

/// Words before and behind the number of a term, longer ones first.
const BEFORE: [&str; 13] =
    ["交费期限", "交费期间", "交费年限", "交费年期", "交费期", "交费", "限期", "限交", "限", "分", "交", "付", "共"];
const BEHIND: [&str; 13] =
    ["期交费", "限交费", "交费期", "期交", "限交", "限期", "交清", "交费", "交完", "交", "付", "期", "止"];

/// The longest thing the key begins with: a term in numbers, or one of the words. 三年交 is as long either way;
/// then the column decides, and without its help it is three years of paying.
fn part_at(key: &str, values: &Values, column: Column) -> Option<(Part, usize)> {
    let term = span_at(key, &BEFORE, &BEHIND).and_then(|(span, length)| {
        let term = match span {
            Span::Years(years) if years <= 99 => PayTerm::Years(years),
            Span::ToAge(age) => PayTerm::ToAge(age),
            _ => return None,
        };
        Some((Part::Term(term), length))
    });
    let term_word = values.pay_term.longest_prefix(key).map(|(word, length)| match word {
        PayTermWord::WholeLife => (Part::Term(PayTerm::WholeLife), length),
    });
    let mode = values.pay_mode.longest_prefix(key).map(|(mode, length)| (Part::Mode(*mode), length));
    let channel = values.pay_channel.longest_prefix(key).map(|(channel, length)| (Part::Channel(*channel), length));
    // max_by_key keeps the last of equals.
    let candidates =
        if column == Column::Mode { [term, term_word, channel, mode] } else { [mode, channel, term_word, term] };
    candidates.into_iter().flatten().max_by_key(|(_, length)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::values::builtin_values;
    use proptest::prelude::*;

    fn pay(mode: Option<PayMode>, term: Option<PayTerm>, channel: Option<PayChannel>) -> Reading<Pay, UnknownWord> {
        Reading::Good(Pay { mode, term, channel })
    }

    #[track_caller]
    fn case(input: &str, want: Reading<Pay, UnknownWord>) {
        assert_eq!(Pay::read(Cell::from(input), builtin_values()), want, "{input:?}");
    }

    #[track_caller]
    fn mode(input: &str, want: PayMode) {
        case(input, pay(Some(want), None, None));
    }

    #[track_caller]
    fn term(input: &str, want: PayTerm) {
        case(input, pay(None, Some(want), None));
    }

    #[track_caller]
    fn bad(read: Reading<Pay, UnknownWord>, want: Doubt) {
        match read {
            Reading::Bad(fault) => assert_eq!(fault.doubt, want),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn how_often() {
        mode("年交", PayMode::Yearly);
        mode("年缴", PayMode::Yearly);
        mode("限期年交", PayMode::Yearly);
        mode("按年", PayMode::Yearly);
        mode("半年缴", PayMode::HalfYearly);
        mode("季交", PayMode::Quarterly);
        mode("限期月交", PayMode::Monthly);
        mode("不定期交", PayMode::Irregular);
        mode("期交", PayMode::Regular);
        mode("每三年交", PayMode::ThreeYearly);
    }

    #[test]
    fn for_how_long() {
        term("20年交", PayTerm::Years(20));
        term("20年", PayTerm::Years(20));
        term("10年期", PayTerm::Years(10));
        term("一年期", PayTerm::Years(1));
        term("十年交", PayTerm::Years(10));
        term("三年交", PayTerm::Years(3));
        term("交至60岁", PayTerm::ToAge(60));
        term("缴至60周岁", PayTerm::ToAge(60));
        term("至60岁", PayTerm::ToAge(60));
        term("终身缴费", PayTerm::WholeLife);
        term("终身", PayTerm::WholeLife);
        term("至2045-06-30", PayTerm::Until("2045-06-30".into()));
        assert_eq!(
            Pay::read_term(Cell::Serial(45979.0), builtin_values()),
            pay(None, Some(PayTerm::Until("2025-11-18".into())), None)
        );
    }

    #[test]
    fn all_at_once_says_both() {
        for word in ["趸交", "趸缴", "一次性缴清", "一次交清", "一次付清", "单次", "足交"] {
            case(word, pay(Some(PayMode::Single), Some(PayTerm::Single), None));
        }
    }

    #[test]
    fn which_way() {
        case("银行转账", pay(None, None, Some(PayChannel::BankTransfer)));
        case("银行转帐", pay(None, None, Some(PayChannel::BankTransfer)));
        case("人工收取", pay(None, None, Some(PayChannel::Collected)));
        case("客户自交", pay(None, None, Some(PayChannel::SelfPaid)));
    }

    #[test]
    fn several_in_one_cell() {
        let yearly_twenty = || pay(Some(PayMode::Yearly), Some(PayTerm::Years(20)), None);
        case("年交/20年", yearly_twenty());
        case("20年交（年缴）", yearly_twenty());
        case("20年年交", yearly_twenty());
        case("年交 20年", yearly_twenty());
        case("20年期年交", yearly_twenty());
        case("期交，年交，20年", yearly_twenty());
        case("月交/20年/银行转账", pay(Some(PayMode::Monthly), Some(PayTerm::Years(20)), Some(PayChannel::BankTransfer)));
        case("1年/一年期", pay(None, Some(PayTerm::Years(1)), None));
    }

    #[test]
    fn a_number_needs_its_column() {
        let values = builtin_values();
        bad(Pay::read(Cell::from("20"), values), Doubt::BareNumber);
        bad(Pay::read_mode(Cell::from("12"), values, None), Doubt::BareNumber);
        assert_eq!(Pay::read_term(Cell::Number(20.0), values), pay(None, Some(PayTerm::Years(20)), None));
        bad(Pay::read_term(Cell::Number(0.0), values), Doubt::BareNumber);
        let codes = values.code_table(Vocabulary::PayMode, &["0", "1", "12"]).one().expect("the interval codes fit");
        assert_eq!(Pay::read_mode(Cell::Number(12.0), values, Some(codes)), pay(Some(PayMode::Yearly), None, None));
        assert_eq!(Pay::read_mode("0".into(), values, Some(codes)), pay(Some(PayMode::Single), Some(PayTerm::Single), None));
        assert_eq!(Pay::read_mode("三年交".into(), values, None), pay(Some(PayMode::ThreeYearly), None, None));
    }

    #[test]
    fn what_is_not_understood() {
        let values = builtin_values();
        bad(Pay::read("20年交/10年交".into(), values), Doubt::Contradiction);
        bad(Pay::read("年交/月交".into(), values), Doubt::Contradiction);
        bad(Pay::read("趸交/20年".into(), values), Doubt::Contradiction);
        bad(Pay::read("年交/12".into(), values), Doubt::NotListed);
        bad(Pay::read("看情况".into(), values), Doubt::NotListed);
        case("-", Reading::Blank);
        case("", Reading::Blank);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(number in 1u32..=99) {
            for term in [PayTerm::Years(number), PayTerm::ToAge(number), PayTerm::WholeLife] {
                let printed = term.to_string();
                let read = Pay::read_term(Cell::from(printed.as_str()), builtin_values());
                prop_assert_eq!(read.good().and_then(|pay| pay.term), Some(term));
            }
        }
    }
}
