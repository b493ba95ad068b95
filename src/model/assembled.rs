//! Who is who and who belongs together, worked out: what the household stage hands on, and what it remembers
//! from run to run.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::client_no::ClientNo;
use super::date::PartialDate;
use super::gender::Gender;
use super::intern::{Interner, Sym};
use super::relation::Relation;
use super::report::FamilyDoubt;
use crate::problem::SourceId;
use crate::templates::fields::Role;

/// Everything a list says about somebody that can tell who it is. The same sentence in a hundred rows is one
/// mention. Texts are numbers in the [`Evidence`]'s interner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mention {
    /// Name, tidied; blank when masked or missing.
    pub name: Sym,
    /// Certificate number in normal form; blank when masked, damaged, wrong or missing.
    pub certificate: Sym,
    /// Birth date as far as given.
    pub birth: Option<PartialDate>,
    /// Sex.
    pub gender: Option<Gender>,
    /// Telephones in normal form, joined with `|`.
    pub phones: Sym,
    /// Home, as [`super::address::Address::home_key`] has it.
    pub home: Sym,
    /// What can be seen of a certificate number that is masked, damaged or wrong; `*` for what cannot.
    pub seen_certificate: Sym,
    /// The same of telephones, joined with `|`.
    pub seen_phones: Sym,
    /// The agent who serves this person, by name.
    pub agent: Sym,
    /// Home of the client beside whom this person is named without an own address: a beneficiary, a relative on
    /// a card. It may tell who is meant, not where they live.
    pub near: Sym,
    /// Of what was changed on a card of ours: whose card, by its marks. Only what was changed is said then.
    pub card: Sym,
}

/// Why two persons are taken to belong to one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TieSource {
    /// The hand-kept 家庭对照表 says so.
    FamilySheet,
    /// The office has looked at it and leaves it as it is.
    Reviewed,
    /// A family member named on a card.
    Card,
    /// Holder and insured of a policy.
    Policy,
    /// Two rows of an old register under one number, at one address or telephone.
    SharedNumber,
    /// The beneficiary of a policy, with its holder or insured.
    Beneficiary,
    /// Holder and insured of a policy, in a list that does not say what they are to each other.
    SamePolicy,
    /// One home and one agent, and nothing against it.
    SharedHome,
}

impl TieSource {
    /// As the store and `explain` say it.
    pub fn title(self) -> &'static str {
        match self {
            TieSource::FamilySheet => "家庭对照表",
            TieSource::Reviewed => "已核对",
            TieSource::Card => "服务卡家庭成员",
            TieSource::Policy => "保单关系",
            TieSource::SharedNumber => "同一编号",
            TieSource::Beneficiary => "保单受益人",
            TieSource::SamePolicy => "同一保单",
            TieSource::SharedHome => "同一住址",
        }
    }

    /// Whether it does not say what the two are to each other: then their ages tell.
    pub fn leaves_relation_open(self) -> bool {
        matches!(self, TieSource::Beneficiary | TieSource::SamePolicy)
    }

    /// Whether the office itself decided.
    pub fn is_ruling(self) -> bool {
        matches!(self, TieSource::FamilySheet | TieSource::Reviewed)
    }

    /// Whether it says what the two are to each other.
    pub fn says_the_relation(self) -> bool {
        !self.leaves_relation_open() && self != TieSource::Reviewed
    }

    /// All of them.
    pub const ALL: [TieSource; 8] = [
        TieSource::FamilySheet,
        TieSource::Reviewed,
        TieSource::Card,
        TieSource::Policy,
        TieSource::SharedNumber,
        TieSource::Beneficiary,
        TieSource::SamePolicy,
        TieSource::SharedHome,
    ];
}

/// What besides a home in common speaks for two people being one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecondSign {
    /// A policy, a beneficiary or a card ties somebody of the one to somebody of the other.
    Kin,
    /// A telephone of no more than one family is given for both.
    Phone,
    /// A man and a woman of an age, neither married to anybody else.
    Couple,
    /// A generation apart, with one surname.
    ParentAndChild,
    /// A child and somebody a generation older.
    Minor,
    /// Father and mother of one child; this needs no home in common.
    ChildInCommon,
}

impl SecondSign {
    /// Those that count only under one roof, the best first.
    pub const UNDER_ONE_ROOF: [SecondSign; 5] =
        [SecondSign::Kin, SecondSign::Phone, SecondSign::Couple, SecondSign::ParentAndChild, SecondSign::Minor];

    /// Whether only age, sex and surname say so: somebody should look at it.
    pub fn is_a_likeness(self) -> bool {
        matches!(self, SecondSign::Couple | SecondSign::ParentAndChild | SecondSign::Minor)
    }
}

/// One statement about two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tie {
    /// Mention of the person spoken of.
    pub who: u32,
    /// What that person is to …
    pub relation: Relation,
    /// … this one.
    pub of: u32,
    /// Who says so.
    pub source: TieSource,
    /// Since when, as far as known: the newest policy's start. Settles who is the present spouse.
    pub since: Option<NaiveDate>,
    /// Whether it says that the two are NOT one household (分户).
    pub apart: bool,
}

/// All statements ever seen, so that the same input always leads to the same answer.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The texts in it.
    pub texts: Interner,
    /// What was said about somebody.
    pub mentions: Vec<Mention>,
    /// The newest day on which each mention was said, as far as known: of several homes the newest counts.
    pub last_said: Vec<Option<NaiveDate>>,
    /// What was said about two.
    pub ties: Vec<Tie>,
    /// Telephones that belong to agents.
    pub agent_phones: BTreeSet<Box<str>>,
}

/// A person, by index in [`Assembled::persons`].
pub type PersonIndex = u32;

/// A household, by index in [`Assembled::households`].
pub type HouseholdIndex = u32;

/// No person, or no household.
pub const NONE: u32 = u32::MAX;

/// A human being.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Stable from run to run, from 1.
    pub id: u32,
    /// The name most often given.
    pub name: Box<str>,
    /// ID card or other certificate in normal form; empty when unknown.
    pub certificate: Box<str>,
    /// Birth date: the ID card's, else the most exact one given.
    pub birth: Option<PartialDate>,
    /// Sex: the ID card's, else as given.
    pub gender: Option<Gender>,
}

/// A household: one card.
#[derive(Clone, Debug, PartialEq)]
pub struct Household {
    /// 客户编号.
    pub number: ClientNo,
    /// Whether the number was given in this run.
    pub is_new: bool,
    /// 户主.
    pub head: PersonIndex,
    /// Everybody in it, the head first.
    pub members: Vec<Member>,
}

/// Somebody in a household.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Who.
    pub person: PersonIndex,
    /// What they are to the head.
    pub relation: Option<Relation>,
    /// Who says so.
    pub source: Option<TieSource>,
    /// Number within the household, `W0001-2`: kept for as long as somebody belongs to it, given to nobody else.
    pub no: ClientNo,
    /// Numbers this person had in other households.
    pub former: Vec<ClientNo>,
    /// Why this person is in the household, as the office reads it.
    pub why: Box<str>,
}

/// What became of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberState {
    /// In use.
    Active,
    /// Its household was merged into this one.
    MergedInto(ClientNo),
    /// Nobody has it any more, and nobody will get it.
    Retired,
}

/// A number that was ever given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberEntry {
    /// The number.
    pub number: ClientNo,
    /// What became of it.
    pub state: NumberState,
    /// As-of day of the run that first knew it.
    pub given: NaiveDate,
    /// The highest number any member ever had within it.
    pub members: u8,
}

/// Somebody in a household of the last run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMember {
    /// Person id.
    pub person: u32,
    /// Number within the household; of the household alone in the books of older versions.
    pub no: ClientNo,
    /// Whether head of the household.
    pub is_head: bool,
    /// Numbers in other households before.
    pub former: Vec<ClientNo>,
}

/// Which persons and which household the rows of a list speak of.
#[derive(Clone, Debug, Default)]
pub struct RowLinks {
    /// For each role in the list: the person of each row, or [`NONE`].
    pub persons: Vec<(Role, Vec<PersonIndex>)>,
    /// The household of each row, or [`NONE`].
    pub households: Vec<HouseholdIndex>,
}

impl RowLinks {
    /// The person a row names in a role.
    pub fn person(&self, role: Role, row: usize) -> PersonIndex {
        self.persons.iter().find(|(known, _)| *known == role).map_or(NONE, |(_, persons)| persons[row])
    }
}

/// What the last run knew.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// All statements, and whom each mention means.
    pub evidence: Evidence,
    /// Person id of each mention.
    pub person_ids: Vec<u32>,
    /// Everybody in a household.
    pub members: Vec<KnownMember>,
    /// Every number ever given.
    pub numbers: Vec<NumberEntry>,
    /// Person id of the holder of each policy.
    pub holders: Vec<(Box<str>, u32)>,
    /// Sheets of this run whose files the last run had read as they are now: what they rule is nothing new.
    pub read_before: BTreeSet<SourceId>,
}

/// What the household stage worked out.
#[derive(Clone, Debug, Default)]
pub struct Assembled {
    /// Everybody.
    pub persons: Vec<Person>,
    /// Every household, by number.
    pub households: Vec<Household>,
    /// For each list, whom its rows speak of.
    pub links: Vec<RowLinks>,
    /// All numbers, by number.
    pub numbers: Vec<NumberEntry>,
    /// All statements, to be remembered.
    pub evidence: Evidence,
    /// Person of each mention.
    pub mention_persons: Vec<PersonIndex>,
    /// What the office should look at.
    pub doubts: Vec<FamilyDoubt>,
}

impl Assembled {
    /// The household of each person; [`NONE`] for people who are named somewhere but are no clients.
    pub fn household_of_person(&self) -> Vec<HouseholdIndex> {
        let mut homes = vec![NONE; self.persons.len()];
        for (household, index) in self.households.iter().zip(0..) {
            for member in &household.members {
                homes[member.person as usize] = index;
            }
        }
        homes
    }
}
