//! Sex, as the office writes it.

use std::fmt;

/// 男 or 女; what is not known is no gender at all, not a third one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gender {
    /// 男
    Male,
    /// 女
    Female,
}

impl Gender {
    /// The word on the card.
    pub fn title(self) -> &'static str {
        match self {
            Gender::Male => "男",
            Gender::Female => "女",
        }
    }

    /// The sex this word says.
    pub fn from_title(title: &str) -> Option<Gender> {
        [Gender::Male, Gender::Female].into_iter().find(|gender| gender.title() == title)
    }
}

impl fmt::Display for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::Gender;

    #[test]
    fn a_gender_shows_as_its_word() {
        assert_eq!(Gender::Male.to_string(), "男");
        assert_eq!(Gender::Female.to_string(), "女");
    }
}
