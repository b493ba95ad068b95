//! `values.toml` as it is written: the shape of the file, before anything in it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// Value = its spellings.
pub type Spellings = BTreeMap<Spanned<String>, Vec<Spanned<String>>>;

/// The file. Every table may be missing: an office writes only what differs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValuesFile {
    /// 性别.
    pub gender: Spellings,
    /// 婚姻状况.
    pub marital: Spellings,
    /// What may stand behind it.
    pub children: Spellings,
    /// 是 and 否.
    pub yes_no: Spellings,
    /// 保单状态.
    pub policy_status: Spellings,
    /// What may stand around a policy status without changing it.
    pub policy_status_around: Around,
    /// 关系.
    pub relation: Spellings,
    /// Pair word = its two ends.
    pub relation_pair: BTreeMap<Spanned<String>, [Spanned<String>; 2]>,
    /// The persons relations are counted from.
    pub reference: Spellings,
    /// How often a premium is paid.
    pub pay_mode: Spellings,
    /// For how long, in words.
    pub pay_term: Spellings,
    /// Which way.
    pub pay_channel: Spellings,
    /// 保障期限, in words.
    pub coverage: Spellings,
    /// 证件类型.
    pub certificate: Spellings,
    /// 拜访方式.
    pub visit_way: Spellings,
    /// 险种类别, as a column says it.
    pub product_class: Spellings,
    /// 设计类型.
    pub design: Spellings,
    /// Insurer = the names product names begin with.
    pub insurer: Spellings,
    /// What in a product's name is not about its class.
    pub product_words: ProductWords,
    /// Product name = class, where the name does not tell.
    pub product: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Tests for the class of a product by its name; the first that fits wins.
    pub product_rule: Vec<ProductRuleEntry>,
    /// 群体.
    pub segment: Spellings,
    /// 险种需求.
    pub demand: Spellings,
    /// 客户, 准客户, 孤儿单 …
    pub standing: Spellings,
    /// Scale = its steps: scales that are not ours.
    pub foreign_scale: Spellings,
    /// What else stands in a cell of 客户类型.
    pub client_type_words: ClientTypeWords,
    /// 姓名, 电话 … within a cell of family members.
    pub family_label: Spellings,
    /// What else stands in a cell of family members.
    pub family_words: FamilyWords,
    /// Table = typing errors, each with the word that was meant.
    pub typo: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<String>>>,
    /// Code tables.
    pub codes: Vec<CodesEntry>,
}

/// Words around another that do not change it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Around {
    /// Before it: 保单, 已.
    pub before: Vec<String>,
    /// Behind it: 状态.
    pub after: Vec<String>,
    /// Beside it, in brackets: 可复效.
    pub aside: Vec<String>,
}

/// Words in a product's name that are not about its class.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProductWords {
    /// What marks a rider: 附加.
    pub rider: Vec<String>,
    /// How a company's name goes on: 人寿保险股份有限公司.
    pub company_ending: Vec<String>,
}

/// One test of a product's name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductRuleEntry {
    /// The class it shows.
    pub class: Spanned<String>,
    /// One of these is in the name …
    pub any: Vec<String>,
    /// … and none of these.
    #[serde(default)]
    pub unless: Vec<String>,
}

/// Words in 客户类型 that say nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientTypeWords {
    /// 类, 级, 客户 behind a letter.
    pub filler: Vec<String>,
}

/// Words in a cell of family members.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FamilyWords {
    /// Whatever contains one of these is no name.
    pub not_in_names: Vec<String>,
    /// First characters of such words, and of relations, that are surnames too: 孙丽 is no grandchild, 高中航 not
    /// at school.
    pub also_surnames: Vec<String>,
}

/// One code table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodesEntry {
    /// Which vocabulary, by its table name.
    pub of: Spanned<String>,
    /// Which system writes these codes.
    pub system: String,
    /// Code = canonical word.
    pub map: BTreeMap<Spanned<String>, Spanned<String>>,
}
