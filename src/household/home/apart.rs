//! Why two people are not one household.

use super::{Builder, PersonTie, is_child, is_parent, is_spouse, related};
use crate::model::assembled::PersonIndex;
use crate::model::relation::Relation;

/// What keeps two people apart, or fails to bring them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// The 家庭对照表 says so.
    Ruling,
    /// One of them is married to somebody else, by a better source or a newer policy.
    Married {
        /// Who.
        who: PersonIndex,
        /// To whom.
        to: PersonIndex,
    },
    /// Both have homes of their own where the other never lived.
    Parted,
    /// A child with a family of its own, elsewhere.
    Founded(PersonIndex),
    /// A grown-up child that lives elsewhere.
    Left(PersonIndex),
    /// A child that lives with the other parent.
    WithOtherParent(PersonIndex),
    /// People so related are two households.
    Kind(Relation),
    /// Nothing says what they are to each other, and age and sex do not either.
    Unlike,
    /// One home, and nothing else.
    OnlyHome,
    /// One home, and people of one age and sex there who would not live in one household.
    Lodgers,
    /// Different homes.
    Elsewhere,
    /// Nothing ties them.
    Nothing,
}

impl Builder<'_> {
    /// Why two people of different households are not in one, the weightiest first.
    pub fn why_apart(&mut self, ties: &[PersonTie], one: PersonIndex, other: PersonIndex) -> Vec<Apart> {
        let (a, b) = (self.root(one), self.root(other));
        if self.kept_apart(a, b) {
            return vec![Apart::Ruling];
        }
        let between = |tie: &&PersonTie| (tie.who, tie.of) == (one, other) || (tie.who, tie.of) == (other, one);
        let mut reasons: Vec<Apart> = Vec::new();
        for tie in ties.iter().filter(between).filter(|tie| !tie.apart) {
            let reason = self.why_no_bond(tie);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let tied = !reasons.is_empty();
        match self.same_home_now(one, other) {
            Some(false) => reasons.push(Apart::Elsewhere),
            Some(true) if self.under_one_roof_like_lodgers(one, other) => reasons.push(Apart::Lodgers),
            Some(true) => reasons.push(Apart::OnlyHome),
            None if !tied => reasons.push(Apart::Nothing),
            None => {}
        }
        reasons
    }

    fn why_no_bond(&mut self, tie: &PersonTie) -> Apart {
        if is_spouse(tie.relation) {
            for (who, other) in [(tie.who, tie.of), (tie.of, tie.who)] {
                if let Some(to) = self.spouse.get(&who).copied().filter(|to| *to != other) {
                    return Apart::Married { who, to };
                }
            }
            return Apart::Parted;
        }
        let Some(PersonTie { who: child, of: parent, .. }) = self.as_child(tie) else {
            return if tie.source.leaves_relation_open() { Apart::Unlike } else { Apart::Kind(tie.relation) };
        };
        debug_assert!(is_child(tie.relation) || is_parent(tie.relation) || tie.source.leaves_relation_open());
        if self.lives_with_another_parent(child, parent) {
            Apart::WithOtherParent(child)
        } else if self.spouse.contains_key(&child) || self.parents.contains(&child) {
            Apart::Founded(child)
        } else {
            Apart::Left(child)
        }
    }

    fn under_one_roof_like_lodgers(&self, one: PersonIndex, other: PersonIndex) -> bool {
        self.pair(one, other).like_lodgers() && !related(&self.kin, one, other)
    }
}
