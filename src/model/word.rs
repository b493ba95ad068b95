//! Enums whose values the office writes as words. The code decides by the enum; how each is spelled is data,
//! in `values.toml`.

use std::fmt::Debug;
use std::hash::Hash;

use super::gender::Gender;

/// One kind of word. Named in `values.toml` by [`Vocabulary::table`], in messages by [`Vocabulary::title`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vocabulary {
    /// 性别.
    Gender,
    /// 婚姻状况.
    Marital,
    /// 有没有子女, as it is written behind the marital status.
    Children,
    /// 是 or 否.
    YesNo,
    /// 保单状态.
    PolicyStatus,
    /// 关系.
    Relation,
    /// Which person a relation is counted from.
    Reference,
    /// 缴费方式, as frequency.
    PayMode,
    /// 缴费期, as far as it is a word and not a number.
    PayTerm,
    /// 缴费渠道.
    PayChannel,
    /// 保障期限, as far as it is a word and not a number.
    Coverage,
    /// 证件类型.
    Certificate,
    /// 拜访方式.
    VisitWay,
    /// 险种类别.
    ProductClass,
    /// 设计类型.
    Design,
    /// 客户类型, whichever of its five meanings.
    ClientType,
    /// 群体: 普通, 潜在, 重点, 优质.
    Segment,
    /// 险种需求.
    Demand,
    /// 客户 or 准客户; 在职单 or 孤儿单.
    Standing,
    /// What stands before a fact in a cell of family members: 姓名, 电话.
    FamilyLabel,
}

impl Vocabulary {
    /// All of them.
    pub const ALL: &[Vocabulary] = &[
        Vocabulary::Gender,
        Vocabulary::Marital,
        Vocabulary::Children,
        Vocabulary::YesNo,
        Vocabulary::PolicyStatus,
        Vocabulary::Relation,
        Vocabulary::Reference,
        Vocabulary::PayMode,
        Vocabulary::PayTerm,
        Vocabulary::PayChannel,
        Vocabulary::Coverage,
        Vocabulary::Certificate,
        Vocabulary::VisitWay,
        Vocabulary::ProductClass,
        Vocabulary::Design,
        Vocabulary::ClientType,
        Vocabulary::Segment,
        Vocabulary::Demand,
        Vocabulary::Standing,
        Vocabulary::FamilyLabel,
    ];

    /// The name of its table in `values.toml`.
    pub fn table(self) -> &'static str {
        match self {
            Vocabulary::Gender => "gender",
            Vocabulary::Marital => "marital",
            Vocabulary::Children => "children",
            Vocabulary::YesNo => "yes_no",
            Vocabulary::PolicyStatus => "policy_status",
            Vocabulary::Relation => "relation",
            Vocabulary::Reference => "reference",
            Vocabulary::PayMode => "pay_mode",
            Vocabulary::PayTerm => "pay_term",
            Vocabulary::PayChannel => "pay_channel",
            Vocabulary::Coverage => "coverage",
            Vocabulary::Certificate => "certificate",
            Vocabulary::VisitWay => "visit_way",
            Vocabulary::ProductClass => "product_class",
            Vocabulary::Design => "design",
            Vocabulary::ClientType => "client_type",
            Vocabulary::Segment => "segment",
            Vocabulary::Demand => "demand",
            Vocabulary::Standing => "standing",
            Vocabulary::FamilyLabel => "family_label",
        }
    }

    /// The vocabulary with this table name.
    pub fn from_table(table: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|vocabulary| vocabulary.table() == table)
    }

    /// As messages say it.
    pub fn title(self) -> &'static str {
        match self {
            Vocabulary::Gender => "性别",
            Vocabulary::Marital => "婚姻状况",
            Vocabulary::Children => "有无子女",
            Vocabulary::YesNo => "是否",
            Vocabulary::PolicyStatus => "保单状态",
            Vocabulary::Relation => "关系",
            Vocabulary::Reference => "关系的参照人",
            Vocabulary::PayMode => "缴费方式",
            Vocabulary::PayTerm => "缴费期",
            Vocabulary::PayChannel => "缴费渠道",
            Vocabulary::Coverage => "保障期限",
            Vocabulary::Certificate => "证件类型",
            Vocabulary::VisitWay => "拜访方式",
            Vocabulary::ProductClass => "险种类别",
            Vocabulary::Design => "设计类型",
            Vocabulary::ClientType => "客户类型",
            Vocabulary::Segment => "客户群体",
            Vocabulary::Demand => "险种需求",
            Vocabulary::Standing => "客户身份",
            Vocabulary::FamilyLabel => "家庭成员的小标题",
        }
    }
}

/// An enum whose values are words in `values.toml`.
pub trait Word: Copy + Debug + Eq + Hash + 'static {
    /// Which table holds its spellings.
    const OF: Vocabulary;
    /// All values, in the order sheets list them.
    const ALL: &'static [Self];

    /// The canonical Chinese word: what our own sheets say, and the name of the value in `values.toml`.
    fn title(self) -> &'static str;

    /// The value with exactly this canonical word.
    fn from_title(title: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.title() == title)
    }
}

impl Word for Gender {
    const OF: Vocabulary = Vocabulary::Gender;
    const ALL: &'static [Self] = &[Gender::Male, Gender::Female];

    fn title(self) -> &'static str {
        Gender::title(self)
    }
}

/// Declares such an enum: its values, each with its canonical word.
macro_rules! words {
    (
        $(#[$enum_doc:meta])*
        pub enum $name:ident of $of:ident { $($(#[$doc:meta])* $value:ident = $title:literal,)+ }
    ) => {
        $(#[$enum_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* #[doc = concat!("(", $title, ")")] $value,)+ }

        impl $name {
            /// All values, in the order sheets list them.
            pub const ALL: &[$name] = &[$($name::$value,)+];

            /// The canonical Chinese word.
            pub fn title(self) -> &'static str {
                match self { $($name::$value => $title,)+ }
            }

            /// The value with exactly this canonical word.
            pub fn from_title(title: &str) -> Option<Self> {
                <Self as $crate::model::word::Word>::from_title(title)
            }
        }

        impl $crate::model::word::Word for $name {
            const OF: $crate::model::word::Vocabulary = $crate::model::word::Vocabulary::$of;
            const ALL: &'static [Self] = $name::ALL;

            fn title(self) -> &'static str {
                $name::title(self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.title())
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vocabulary_is_found_by_its_table() {
        for vocabulary in Vocabulary::ALL {
            assert_eq!(Vocabulary::from_table(vocabulary.table()), Some(*vocabulary));
        }
    }
}
