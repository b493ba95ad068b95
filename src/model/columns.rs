//! Columns as they grow while a sheet streams by: compact, typed, blank where nothing was read.

use std::fmt::{Display, Write};

use rustc_hash::FxHashMap;

use super::date::{Moment, PartialDate};
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

    /// Puts the text of the row before into the last row, which must be blank.
    pub fn repeat_above(&mut self) {
        let rows = self.len();
        if rows >= 2 && self.get(rows - 1).is_empty() {
            let above = self.get(rows - 2).to_string();
            self.ends.pop();
            self.push(&above);
        }
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

/// The same few words again and again: each kept once. Word 0 is the blank.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Which word each row has.
    pub codes: Vec<u32>,
    words: Vec<Box<str>>,
    known: FxHashMap<Box<str>, u32>,
}

impl Default for Words {
    fn default() -> Self {
        let blank: Box<str> = "".into();
        Words { codes: Vec::new(), words: vec![blank.clone()], known: FxHashMap::from_iter([(blank, 0)]) }
    }
}

impl Words {
    /// Adds a row.
    pub fn push(&mut self, word: &str) {
        let code = match self.known.get(word) {
            Some(code) => *code,
            None => {
                let code = self.words.len() as u32;
                self.words.push(word.into());
                self.known.insert(word.into(), code);
                code
            }
        };
        self.codes.push(code);
    }

    /// The word of a row; empty when blank.
    pub fn get(&self, row: usize) -> &str {
        &self.words[self.codes[row] as usize]
    }

    /// Every different word, the blank first.
    pub fn distinct(&self) -> &[Box<str>] {
        &self.words
    }

    /// The same rows with each word replaced: `replacements[code]` stands for `distinct()[code]`.
    pub fn replaced(&self, replacements: &[Box<str>]) -> Words {
        let mut short = Words::default();
        let codes: Vec<u32> = replacements
            .iter()
            .map(|word| {
                short.push(word);
                short.codes.pop().expect("a word was just pushed")
            })
            .collect();
        short.codes = self.codes.iter().map(|code| codes[*code as usize]).collect();
        short
    }
}

/// What a column of a list holds once it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Free text, names, numbers kept as text.
    Texts(Texts),
    /// A few words many times.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_rows() {
        let texts: Texts = ["王伟", "", "李娜"].into_iter().collect();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["王伟", "", "李娜"]);
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
