//! 客户评级 and 群体: how soon a household can be developed. A 优质 1–3 months, B 重点 3–6, C 潜在 6–12, D 普通
//! more than a year.

use super::word::words;

/// 客户评级. The letters are the same for every office; their intervals are in `rules.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
pub enum Tier {
    /// Within 1–3 months.
    A,
    /// Within 3–6 months.
    B,
    /// Within 6–12 months.
    C,
    /// In more than a year.
    D,
}

words! {
    /// 群体: the same four steps in words.
    pub enum Segment of Segment {
        /// Tier A's word.
        Prime = "优质",
        /// Tier B's word.
        Key = "重点",
        /// Tier C's word.
        Potential = "潜在",
        /// Tier D's word.
        Ordinary = "普通",
    }
}

impl Tier {
    /// All tiers, best first.
    pub const ALL: &[Tier] = &[Tier::A, Tier::B, Tier::C, Tier::D];

    /// As sheets say it.
    pub fn title(self) -> &'static str {
        match self {
            Tier::A => "A",
            Tier::B => "B",
            Tier::C => "C",
            Tier::D => "D",
        }
    }

    /// The tier with exactly this letter.
    pub fn from_title(title: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tier| tier.title() == title)
    }

    /// The word for this letter.
    pub fn segment(self) -> Segment {
        match self {
            Tier::A => Segment::Prime,
            Tier::B => Segment::Key,
            Tier::C => Segment::Potential,
            Tier::D => Segment::Ordinary,
        }
    }
}

impl Segment {
    /// The letter for this word.
    pub fn tier(self) -> Tier {
        match self {
            Segment::Prime => Tier::A,
            Segment::Key => Tier::B,
            Segment::Potential => Tier::C,
            Segment::Ordinary => Tier::D,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_words_are_one_scale() {
        for tier in Tier::ALL {
            assert_eq!(tier.segment().tier(), *tier);
            assert_eq!(Tier::from_title(tier.title()), Some(*tier));
        }
    }
}
