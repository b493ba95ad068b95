//! Who is one household because they live under one roof. A home in common says little by itself: flats are let, a
//! company lodges its people, the next family moves in. With one more sign it is enough; without one it is a
//! proposal for the office to decide.

use chrono::{Datelike, NaiveDate};

use super::home::{GENERATION, GRANDPARENT, GROWN_UP, MARRIAGE, Someone};
use crate::model::assembled::SecondSign;

/// What may be asked about two people under one roof.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'p> {
    /// One of them.
    pub one: &'p Someone,
    /// The other.
    pub other: &'p Someone,
    /// Whether either is married to somebody.
    pub attached: bool,
    /// The day the run stands for.
    pub as_of: NaiveDate,
}

impl Pair<'_> {
    /// Whether one agent serves both.
    pub fn one_agent(&self) -> bool {
        self.one.agents.iter().any(|agent| self.other.agents.contains(agent))
    }

    /// Whether one agent serves both, or nobody is known to serve either.
    pub fn may_have_one_agent(&self) -> bool {
        self.one_agent() || self.one.agents.is_empty() && self.other.agents.is_empty()
    }

    /// Whether a telephone that is no agent's and no company's is given for both.
    pub fn one_phone(&self) -> bool {
        self.one.phones.iter().any(|phone| self.other.phones.contains(phone))
    }

    /// Whether age, sex and surname alone look like a family: then one agent must serve both, too.
    pub fn looks_like(&self, sign: SecondSign) -> bool {
        let Some((elder, younger, years)) = self.by_age() else { return false };
        let a_generation = (GENERATION..GRANDPARENT).contains(&years);
        let adult = |someone: &Someone| self.age(someone).is_some_and(|age| age >= MARRIAGE);
        let looks = match sign {
            SecondSign::Couple => {
                let man_and_wife = elder.gender.zip(younger.gender).is_some_and(|(a, b)| a != b);
                man_and_wife && years < GENERATION && adult(elder) && adult(younger) && !self.attached
            }
            SecondSign::ParentAndChild => a_generation && same_surname(elder, younger),
            SecondSign::Minor => {
                a_generation && adult(elder) && self.age(younger).is_some_and(|age| (0..GROWN_UP).contains(&age))
            }
            SecondSign::Kin | SecondSign::Phone | SecondSign::ChildInCommon => false,
        };
        looks && self.one_agent()
    }

    /// Whether the two can hardly be of one family: two grown-up men, or women, of one generation and two surnames.
    pub fn like_lodgers(&self) -> bool {
        let of_one_age = self
            .by_age()
            .is_some_and(|(_, younger, years)| years < GENERATION && self.age(younger).is_some_and(|age| age >= MARRIAGE));
        let one_sex = self.one.gender.is_some() && self.one.gender == self.other.gender;
        of_one_age && one_sex && !same_surname(self.one, self.other)
    }

    fn by_age(&self) -> Option<(&Someone, &Someone, i32)> {
        let (one, other) = (self.one.birth_year?, self.other.birth_year?);
        Some(if one <= other { (self.one, self.other, other - one) } else { (self.other, self.one, one - other) })
    }

    fn age(&self, someone: &Someone) -> Option<i32> {
        someone.birth_year.map(|year| self.as_of.year() - year)
    }
}

fn same_surname(one: &Someone, other: &Someone) -> bool {
    !one.surname.is_blank() && one.surname == other.surname
}
