//! Columns as they grow while a sheet streams by: compact, typed, blank where nothing was read.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use rayon::prelude::*;

use super::date::{Moment, PartialDate};
use super::intern::{Interner, Sym};
use super::money::Money;

/// Texts one after the other in one buffer. Empty means blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a row.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(u32::try_from(self.bytes.len()).expect("a column of one sheet stays below 4 GB"));
    }

    /// Adds a row that shows a value, and gives its text.
    pub fn push_shown(&mut self, value: &impl Display) -> &str {
        write!(self.bytes, "{value}").expect("a text takes everything");
        self.push("");
        self.get(self.len() - 1)
    }

    /// The text of a row; empty when blank.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.bytes[start..self.ends[row] as usize]
    }

    /// Where the text of a row stands in the buffer.
    pub(super) fn span(&self, row: usize) -> (u32, u32) {
        (if row == 0 { 0 } else { self.ends[row - 1] }, self.ends[row])
    }

    /// Whether this text stands there.
    pub(super) fn holds(&self, (start, end): (u32, u32), text: &str) -> bool {
        &self.bytes.as_bytes()[start as usize..end as usize] == text.as_bytes()
    }

    /// Puts the text of the row before into the last row, which must be blank.
    pub fn repeat_above(&mut self) {
        let rows = self.len();
        if rows >= 2 && self.get(rows - 1).is_empty() {
            let above = self.get(rows - 2).to_string();
            self.ends.pop();
            self.push(&above);
        }
    }

    /// Gives up memory for rows still to come.
    pub fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Row after row.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Texts {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut column = Texts::default();
        for text in texts {
            column.push(text.as_ref());
        }
        column
    }
}

/// Texts that come again and again, each kept once. Word 0 is the blank.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Which word each row has.
    pub codes: Vec<u32>,
    words: Interner,
}

impl Words {
    /// Adds a row.
    pub fn push(&mut self, word: &str) {
        self.codes.push(self.words.intern(word).0);
    }

    /// The word of a row; empty when blank.
    pub fn get(&self, row: usize) -> &str {
        self.words.text(Sym(self.codes[row]))
    }

    /// Every different word, the blank first.
    pub fn distinct(&self) -> &Texts {
        self.words.texts()
    }

    /// Gives up what only adding needs.
    pub fn complete(&mut self) {
        self.words.forget_index();
        self.codes.shrink_to_fit();
    }

    /// The same rows with each word replaced: `replacements[code]` stands for word `code` of `distinct()`.
    pub fn replaced(&self, replacements: &[Box<str>]) -> Words {
        let mut words = Interner::default();
        let codes: Vec<u32> = replacements.iter().map(|word| words.intern(word).0).collect();
        Words { codes: self.codes.iter().map(|code| codes[*code as usize]).collect(), words }
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Words) -> bool {
        self.codes == other.codes && self.distinct() == other.distinct()
    }
}

/// What a column of a list holds once it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Free text, numbers kept as text: hardly ever the same twice.
    Texts(Texts),
    /// Words, and what tells who somebody is: the same many times.
    Words(Words),
    /// Days; births also months or years.
    Dates(Vec<Option<PartialDate>>),
    /// Days, with the time where one was given.
    Moments(Vec<Option<Moment>>),
    /// 分.
    Money(Vec<Option<Money>>),
    /// Whole numbers.
    Counts(Vec<Option<i64>>),
}

impl Data {
    /// Whether a row has nothing.
    pub fn is_blank(&self, row: usize) -> bool {
        match self {
            Data::Texts(texts) => texts.get(row).is_empty(),
            Data::Words(words) => words.codes[row] == 0,
            Data::Dates(dates) => dates[row].is_none(),
            Data::Moments(moments) => moments[row].is_none(),
            Data::Money(sums) => sums[row].is_none(),
            Data::Counts(counts) => counts[row].is_none(),
        }
    }

    /// The value of a row as a person reads it; empty when blank.
    pub fn show(&self, row: usize) -> String {
        let shown = match self {
            Data::Texts(_) | Data::Words(_) => Some(self.text(row).to_string()),
            Data::Dates(dates) => dates[row].map(|date| date.to_string()),
            Data::Moments(moments) => moments[row].map(|moment| moment.to_string()),
            Data::Money(sums) => sums[row].map(|sum| sum.to_string()),
            Data::Counts(counts) => counts[row].map(|count| count.to_string()),
        };
        shown.unwrap_or_default()
    }

    /// The text of a row, of columns that hold text; empty otherwise.
    pub fn text(&self, row: usize) -> &str {
        match self {
            Data::Texts(texts) => texts.get(row),
            Data::Words(words) => words.get(row),
            _ => "",
        }
    }
}

/// Something worked out once for each different text of a column, so that a row costs a look-up.
pub struct PerText<'d, T> {
    /// Which result each row has; the first one behind the last row.
    codes: Cow<'d, [u32]>,
    results: Vec<T>,
}

impl<'d, T> PerText<'d, T> {
    /// Works through the different texts, in order. Where there is no column, or one that holds no text, every row
    /// is blank.
    pub fn of(data: Option<&'d Data>, work: impl FnMut(&str) -> T) -> Self {
        PerText::each(data, |texts| texts.iter().map(work).collect())
    }

    /// The same for work that takes its time: several texts at once.
    pub fn side_by_side(data: Option<&'d Data>, work: impl Fn(&str) -> T + Sync) -> Self
    where
        T: Send,
    {
        PerText::each(data, |texts| (0..texts.len()).into_par_iter().map(|at| work(texts.get(at))).collect())
    }

    fn each(data: Option<&'d Data>, work: impl FnOnce(&Texts) -> Vec<T>) -> Self {
        match data {
            Some(Data::Words(words)) => PerText { codes: Cow::Borrowed(&words.codes), results: work(words.distinct()) },
            Some(Data::Texts(texts)) => PerText { codes: (0..texts.len() as u32).collect(), results: work(texts) },
            _ => PerText { codes: Cow::Borrowed(&[]), results: work(&Texts::from_iter([""])) },
        }
    }

    /// The result of a row.
    pub fn at(&self, row: usize) -> &T {
        &self.results[self.codes.get(row).map_or(0, |code| *code as usize)]
    }

    /// Takes every result one step further.
    pub fn then<U>(self, work: impl FnMut(T) -> U) -> PerText<'d, U> {
        PerText { codes: self.codes, results: self.results.into_iter().map(work).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_rows() {
        let texts: Texts = ["王伟", "", "李娜"].into_iter().collect();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["王伟", "", "李娜"]);
    }

    #[test]
    fn rows_find_what_was_worked_out_for_their_text() {
        let mut words = Words::default();
        let names = ["王伟", "", "李娜", "王伟"];
        names.iter().for_each(|name| words.push(name));
        let texts = Data::Texts(names.into_iter().collect());
        for data in [Data::Words(words), texts] {
            let lengths = PerText::of(Some(&data), str::len).then(|length| length / 3);
            assert_eq!([0, 1, 2, 3].map(|row| *lengths.at(row)), [2, 0, 2, 2]);
        }
        assert_eq!(*PerText::of(Some(&Data::Counts(vec![Some(1)])), str::len).at(0), 0);
        assert_eq!(*PerText::of(None, str::len).at(7), 0);
    }

    #[test]
    fn replaced_words_keep_their_rows() {
        let mut words = Words::default();
        for word in ["缴费有效", "", "有效", "失效"] {
            words.push(word);
        }
        let new: Vec<Box<str>> = ["", "有效", "有效", "中止"].map(Box::from).to_vec();
        let replaced = words.replaced(&new);
        assert_eq!((0..4).map(|row| replaced.get(row)).collect::<Vec<_>>(), ["有效", "", "有效", "中止"]);
        assert_eq!(replaced.distinct().len(), 3);
    }
}
