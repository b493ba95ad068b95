//! 婚姻状况, and what is often written behind it: whether there are children (`已婚-有子`).

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::reading::Reading;
use super::word::{Vocabulary, words};
use crate::templates::values::Values;
use crate::templates::word_table::spelling_key;

words! {
    /// 婚姻状况.
    pub enum Marital of Marital {
        /// Never married.
        NeverMarried = "未婚",
        /// Has a husband or wife.
        Married = "已婚",
        /// The husband or wife has died.
        Widowed = "丧偶",
        /// Divorced.
        Divorced = "离异",
        /// Has no husband or wife; which of the three other reasons is not said.
        Single = "单身",
    }
}

/// 婚姻状况 with what stood behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaritalReading {
    /// The status itself.
    pub marital: Marital,
    /// Whether there are children, where the cell says so.
    pub has_children: Option<bool>,
}

impl Marital {
    /// Whether there is a husband or wife.
    pub fn has_spouse(self) -> bool {
        self == Marital::Married
    }

    /// Reads `已婚`, `已婚–有子`, `离异（有孩子）`, `已婚已育`.
    pub fn read(cell: Cell, values: &Values) -> Reading<MaritalReading, UnknownWord> {
        let plain = |marital| MaritalReading { marital, has_children: None };
        let is_gap = |c: char| "()-,，、/;·".contains(c);
        values.marital.read_mapped(cell, plain, |word| {
            let key = spelling_key(word);
            let behind = values.marital.longest_prefix(&key).and_then(|(marital, length)| {
                let children = values.children.get(key[length..].trim_matches(is_gap))?;
                Some(MaritalReading { marital: *marital, has_children: Some(*children == HasChildren::Has) })
            });
            behind.ok_or_else(|| UnknownWord::not_listed(Vocabulary::Marital, word))
        })
    }
}

words! {
    /// Whether there are children.
    pub enum HasChildren of Children {
        /// At least one.
        Has = "有子女",
        /// None.
        HasNone = "无子女",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::values::builtin_values;

    #[track_caller]
    fn case(input: &str, marital: Marital, has_children: Option<bool>) {
        let want = Reading::Good(MaritalReading { marital, has_children });
        assert_eq!(Marital::read(Cell::from(input), builtin_values()), want, "{input:?}");
    }

    #[test]
    fn the_status() {
        case("已婚", Marital::Married, None);
        case("离婚", Marital::Divorced, None);
        case("再婚", Marital::Married, None);
        case("□未婚 ☑已婚", Marital::Married, None);
        assert_eq!(Marital::read(Cell::from("未知"), builtin_values()), Reading::Blank);
        assert!(matches!(Marital::read(Cell::from("4"), builtin_values()), Reading::Bad(_)));
    }

    #[test]
    fn children_behind_it() {
        case("已婚–有子", Marital::Married, Some(true));
        case("已婚-无子", Marital::Married, Some(false));
        case("已婚已育", Marital::Married, Some(true));
        case("离异（有孩子）", Marital::Divorced, Some(true));
        assert!(matches!(Marital::read(Cell::from("已婚，两地"), builtin_values()), Reading::Bad(_)));
    }
}
