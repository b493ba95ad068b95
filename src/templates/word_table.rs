//! Spellings and what they mean: the lookup behind every table of `values.toml`.

use rustc_hash::FxHashMap;

use crate::model::cell::Cell;
use crate::model::fault_words::{Doubt, UnknownWord};
use crate::model::reading::Reading;
use crate::model::text;
use crate::model::tick::{Ticks, ticked};
use crate::model::word::Word;

/// The form in which spellings are compared: without space, width and case, and with the character pairs that
/// every office mixes made one (缴/交, 帐/账, 其它/其他). Whatever else differs is a different word.
pub fn spelling_key(text: &str) -> String {
    text::key(text).replace('缴', "交").replace('帐', "账").replace("其它", "其他").replace(['–', '—'], "-")
}

/// Spellings of one kind of word. Matching is exact on the [`spelling_key`].
#[derive(Clone, Debug)]
pub struct WordTable<T> {
    meanings: FxHashMap<String, T>,
    /// Characters in the longest spelling.
    longest: usize,
}

impl<T> Default for WordTable<T> {
    fn default() -> Self {
        WordTable { meanings: FxHashMap::default(), longest: 0 }
    }
}

impl<T> WordTable<T> {
    /// Adds a spelling; says what it meant before, if anything.
    pub fn insert(&mut self, spelling: &str, meaning: T) -> Option<T> {
        let key = spelling_key(spelling);
        self.longest = self.longest.max(key.chars().count());
        self.meanings.insert(key, meaning)
    }

    /// The meaning of a whole text.
    pub fn get(&self, text: &str) -> Option<&T> {
        self.meanings.get(&spelling_key(text))
    }

    /// The meaning of what is a key already.
    pub fn get_key(&self, key: &str) -> Option<&T> {
        self.meanings.get(key)
    }

    /// The longest spelling a key begins with: its meaning, and its bytes. For cells that hold several words
    /// without a gap; the caller sees to it that nothing is left over.
    pub fn longest_prefix(&self, key: &str) -> Option<(&T, usize)> {
        let mut ends: [usize; 32] = [0; 32];
        let mut count = 0;
        for (end, slot) in key.char_indices().skip(1).map(|(at, _)| at).chain([key.len()]).zip(&mut ends) {
            if count == self.longest {
                break;
            }
            *slot = end;
            count += 1;
        }
        ends[..count].iter().rev().find_map(|end| Some((self.meanings.get(&key[..*end])?, *end)))
    }

    /// Every spelling with its meaning, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.meanings.iter().map(|(spelling, meaning)| (spelling.as_str(), meaning))
    }
}

impl<T: Word> WordTable<T> {
    /// A table that knows the canonical words and nothing else.
    pub fn of_titles() -> Self {
        let mut table = WordTable::default();
        for value in T::ALL {
            table.insert(value.title(), *value);
        }
        table
    }

    /// Reads a cell that holds one of the words.
    pub fn read(&self, cell: Cell) -> Reading<T, UnknownWord> {
        self.read_with(cell, |word| Err(UnknownWord::not_listed(T::OF, word)))
    }

    /// Reads a cell that holds one of the words, or else something the caller can make sense of.
    pub fn read_with(&self, cell: Cell, otherwise: impl FnOnce(&str) -> Result<T, UnknownWord>) -> Reading<T, UnknownWord> {
        self.read_mapped(cell, |value| value, otherwise)
    }

    /// As [`read_with`](Self::read_with), where the answer is more than the word.
    pub fn read_mapped<U>(
        &self,
        cell: Cell,
        plain: impl Fn(T) -> U,
        otherwise: impl FnOnce(&str) -> Result<U, UnknownWord>,
    ) -> Reading<U, UnknownWord> {
        let text = cell.to_text();
        let word = text::tidy(&text);
        if let Some(value) = self.get(&word) {
            return Reading::Good(plain(*value));
        }
        let word = match ticked(&word) {
            Ticks::NotAForm => &*word,
            Ticks::Nothing => return Reading::Blank,
            Ticks::Several => {
                return Reading::Bad(UnknownWord { of: T::OF, text: word.to_string(), doubt: Doubt::SeveralTicked });
            }
            Ticks::One(label) => match self.get(label) {
                Some(value) => return Reading::Good(plain(*value)),
                None => label,
            },
        };
        if is_masked(word) {
            return Reading::Masked;
        }
        if text::is_placeholder(word) {
            return Reading::Blank;
        }
        otherwise(word).into()
    }
}

/// Stars and nothing else.
pub fn is_masked(word: &str) -> bool {
    word.len() > 1 && word.chars().all(|c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gender::Gender;

    #[test]
    fn spellings_are_compared_without_what_offices_mix() {
        assert_eq!(spelling_key(" 缴 费有效"), "交费有效");
        assert_eq!(spelling_key("其它"), "其他");
        assert_eq!(spelling_key("Ａ类"), "a类");
        assert_ne!(spelling_key("效力中止"), spelling_key("效力终止"));
    }

    #[test]
    fn the_longest_spelling_wins() {
        let mut table = WordTable::default();
        for word in ["妻", "妻子", "女儿"] {
            table.insert(word, word);
        }
        assert_eq!(table.longest_prefix("妻子李娜"), Some((&"妻子", "妻子".len())));
        assert_eq!(table.longest_prefix("妻李娜"), Some((&"妻", "妻".len())));
        assert_eq!(table.longest_prefix("李娜"), None);
        assert_eq!(table.longest_prefix(""), None);
    }

    #[test]
    fn the_four_answers() {
        let mut table = WordTable::of_titles();
        table.insert("先生", Gender::Male);
        assert_eq!(table.read(Cell::from("先生")), Reading::Good(Gender::Male));
        assert_eq!(table.read(Cell::from("不详")), Reading::Blank);
        assert_eq!(table.read(Cell::from("**")), Reading::Masked);
        assert!(matches!(table.read(Cell::Number(1.0)), Reading::Bad(_)));
        assert_eq!(table.read(Cell::from("□男 ☑女")), Reading::Good(Gender::Female));
    }
}
