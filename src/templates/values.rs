//! The words for values (`values.toml`): loaded, checked, and ready to look up.
//!
//! An office's own file adds to the built-in one; where both know a spelling, the office's meaning holds.

use rustc_hash::FxHashMap;
use toml::Spanned;

use crate::model::certificate::CertificateKind;
use crate::model::client_type::{Demand, Standing};
use crate::model::coverage::CoverageWord;
use crate::model::family_cell::FamilyLabel;
use crate::model::fault_words::{ValuesFault, ValuesFaultKind};
use crate::model::gender::Gender;
use crate::model::marital::{HasChildren, Marital};
use crate::model::pay::{PayChannel, PayMode, PayTermWord};
use crate::model::policy_status::PolicyStatus;
use crate::model::product::{DesignType, ProductClass};
use crate::model::relation::{Reference, Relation};
use crate::model::text;
use crate::model::tier::Segment;
use crate::model::visit_way::VisitWay;
use crate::model::word::{Vocabulary, Word};
use crate::model::yes_no::YesNo;

use super::codes::CodeTable;
use super::values_file::{Around, ProductRuleEntry, ProductWords, Spellings, ValuesFile};
use super::word_table::{WordTable, spelling_key};

const BUILTIN: &str = include_str!("../../templates/values.toml");

/// Every word the office may spell its own way.
#[derive(Clone, Debug)]
pub struct Values {
    /// 性别.
    pub gender: WordTable<Gender>,
    /// 婚姻状况.
    pub marital: WordTable<Marital>,
    /// 有子, 无子.
    pub children: WordTable<HasChildren>,
    /// 是 and 否.
    pub yes_no: WordTable<YesNo>,
    /// 保单状态.
    pub policy_status: WordTable<PolicyStatus>,
    /// What may stand around a policy status.
    pub status_around: Around,
    /// 关系.
    pub relation: WordTable<Relation>,
    /// 父子, 夫妻: both ends.
    pub relation_pair: WordTable<(Relation, Relation)>,
    /// 投保人, 被保险人.
    pub reference: WordTable<Reference>,
    /// 年交, 月交.
    pub pay_mode: WordTable<PayMode>,
    /// 终身交费.
    pub pay_term: WordTable<PayTermWord>,
    /// 银行转账.
    pub pay_channel: WordTable<PayChannel>,
    /// 终身, 长期.
    pub coverage: WordTable<CoverageWord>,
    /// 拜访方式.
    pub visit_way: WordTable<VisitWay>,
    /// 险种类别.
    pub product_class: WordTable<ProductClass>,
    /// 设计类型.
    pub design: WordTable<DesignType>,
    /// What product names begin with, and the insurer it means.
    pub insurer: WordTable<String>,
    /// Words in product names that are not about the class.
    pub product_words: ProductWords,
    /// Products whose name does not tell their class.
    pub product: WordTable<ProductClass>,
    /// Tests of product names, in order.
    pub product_rules: Vec<ProductRule>,
    /// 群体.
    pub segment: WordTable<Segment>,
    /// 险种需求.
    pub demand: WordTable<Demand>,
    /// 客户, 准客户, 孤儿单.
    pub standing: WordTable<Standing>,
    /// Steps of scales that are not ours, and the name of the scale.
    pub foreign_scale: WordTable<String>,
    /// Words in 客户类型 that say nothing.
    pub client_type_filler: WordTable<()>,
    /// 姓名, 电话 in a cell of family members.
    pub family_label: WordTable<FamilyLabel>,
    /// What is in no name there: 健在, 上学.
    pub not_in_names: WordTable<()>,
    /// First characters of such words, and of relations, that are surnames too.
    pub also_surnames: Vec<String>,
    /// Code tables, the office's first.
    pub code_tables: Vec<CodeTable>,
    certificate: WordTable<&'static str>,
}

/// One test of a product's name, its words as keys.
#[derive(Clone, Debug)]
pub struct ProductRule {
    /// The class it shows.
    pub class: ProductClass,
    /// One of these is in the name …
    pub any: Vec<String>,
    /// … and none of these.
    pub unless: Vec<String>,
}

impl Values {
    /// The words every office starts with.
    pub fn builtin() -> Values {
        Values::parse(BUILTIN).expect("the built-in values.toml is checked by a test")
    }

    /// Reads a whole `values.toml`. Canonical words need not be listed.
    pub fn parse(toml_text: &str) -> Result<Values, ValuesFault> {
        let mut values = Values::titles_only();
        values.take(toml_text)?;
        Ok(values)
    }

    /// Adds an office's own file. If it is faulty, nothing of it is taken.
    pub fn extend_with(&mut self, office_toml: &str) -> Result<(), ValuesFault> {
        let mut extended = self.clone();
        extended.take(office_toml)?;
        *self = extended;
        Ok(())
    }

    /// The canonical word for a kind of certificate.
    pub fn certificate_title(&self, text: &str) -> Option<&str> {
        self.certificate.get(text).copied()
    }

    /// The insurer of this name, long or short.
    pub fn insurer_title(&self, text: &str) -> Option<&str> {
        self.insurer.get(text).map(String::as_str)
    }

    fn titles_only() -> Values {
        let mut certificate = WordTable::default();
        for title in CertificateKind::ALL.iter().map(|kind| kind.title()) {
            certificate.insert(title, title);
        }
        Values {
            gender: WordTable::of_titles(),
            marital: WordTable::of_titles(),
            children: WordTable::of_titles(),
            yes_no: WordTable::of_titles(),
            policy_status: WordTable::of_titles(),
            status_around: Around::default(),
            relation: WordTable::of_titles(),
            relation_pair: WordTable::default(),
            reference: WordTable::of_titles(),
            pay_mode: WordTable::of_titles(),
            pay_term: WordTable::of_titles(),
            pay_channel: WordTable::of_titles(),
            coverage: WordTable::of_titles(),
            visit_way: WordTable::of_titles(),
            product_class: WordTable::of_titles(),
            design: WordTable::of_titles(),
            insurer: WordTable::default(),
            product_words: ProductWords::default(),
            product: WordTable::default(),
            product_rules: Vec::new(),
            segment: WordTable::of_titles(),
            demand: WordTable::of_titles(),
            standing: WordTable::of_titles(),
            foreign_scale: WordTable::default(),
            client_type_filler: WordTable::default(),
            family_label: WordTable::of_titles(),
            not_in_names: WordTable::default(),
            also_surnames: Vec::new(),
            code_tables: Vec::new(),
            certificate,
        }
    }

    fn take(&mut self, toml_text: &str) -> Result<(), ValuesFault> {
        let source = Source { text: toml_text };
        let file: ValuesFile = toml::from_str(toml_text).map_err(|fault| source.unreadable(&fault))?;

        source.words(&mut self.gender, &file.gender)?;
        source.words(&mut self.marital, &file.marital)?;
        source.words(&mut self.children, &file.children)?;
        source.words(&mut self.yes_no, &file.yes_no)?;
        source.words(&mut self.policy_status, &file.policy_status)?;
        source.words(&mut self.relation, &file.relation)?;
        source.words(&mut self.reference, &file.reference)?;
        source.words(&mut self.pay_mode, &file.pay_mode)?;
        source.words(&mut self.pay_term, &file.pay_term)?;
        source.words(&mut self.pay_channel, &file.pay_channel)?;
        source.words(&mut self.coverage, &file.coverage)?;
        source.words(&mut self.visit_way, &file.visit_way)?;
        source.words(&mut self.product_class, &file.product_class)?;
        source.words(&mut self.design, &file.design)?;
        source.words(&mut self.segment, &file.segment)?;
        source.words(&mut self.demand, &file.demand)?;
        source.words(&mut self.standing, &file.standing)?;
        source.words(&mut self.family_label, &file.family_label)?;
        source.names(&mut self.certificate, "certificate", &file.certificate, |title| {
            CertificateKind::titled(title).map(CertificateKind::title)
        })?;
        source.names(&mut self.insurer, "insurer", &file.insurer, |title| Some(title.to_string()))?;
        source.names(&mut self.foreign_scale, "foreign_scale", &file.foreign_scale, |title| Some(title.to_string()))?;

        for (word, [first, second]) in &file.relation_pair {
            let end = |title: &Spanned<String>| {
                Relation::from_title(title.get_ref()).ok_or_else(|| source.unknown_title("relation_pair", title))
            };
            self.relation_pair.insert(word.get_ref(), (end(first)?, end(second)?));
        }
        for (name, class) in &file.product {
            let known = self.product_class.get(class.get_ref()).copied();
            self.product.insert(name.get_ref(), known.ok_or_else(|| source.unknown_title("product", class))?);
        }
        let mut rules = Vec::new();
        for entry in &file.product_rule {
            rules.push(source.product_rule(entry)?);
        }
        // The first rule that fits wins, so the office's own must come first.
        self.product_rules.splice(0..0, rules);

        add_keys(&mut self.status_around.before, &file.policy_status_around.before);
        add_keys(&mut self.status_around.after, &file.policy_status_around.after);
        add_keys(&mut self.status_around.aside, &file.policy_status_around.aside);
        add_keys(&mut self.product_words.rider, &file.product_words.rider);
        add_keys(&mut self.product_words.company_ending, &file.product_words.company_ending);
        add_keys(&mut self.also_surnames, &file.family_words.also_surnames);
        for word in &file.family_words.not_in_names {
            self.not_in_names.insert(word, ());
        }
        for word in &file.client_type_words.filler {
            self.client_type_filler.insert(word, ());
        }

        self.take_typos(&source, &file)?;
        self.take_codes(&source, &file)?;
        self.check_neighbours()
    }

    fn take_typos(&mut self, source: &Source, file: &ValuesFile) -> Result<(), ValuesFault> {
        for (table, typos) in &file.typo {
            let of = source.vocabulary(table)?;
            for (wrong, right) in typos {
                if !self.table(of).is_some_and(|table| table.alias(wrong.get_ref(), right.get_ref())) {
                    let (table, from) = (format!("[typo.{}]", table.get_ref()), wrong.get_ref().clone());
                    let kind = ValuesFaultKind::UnknownTarget { table, from, to: right.get_ref().clone() };
                    return Err(source.fault(right, kind));
                }
            }
        }
        Ok(())
    }

    fn take_codes(&mut self, source: &Source, file: &ValuesFile) -> Result<(), ValuesFault> {
        let mut tables = Vec::new();
        for entry in &file.codes {
            let of = source.vocabulary(&entry.of)?;
            for (code, word) in &entry.map {
                let known = self.table(of).is_some_and(|table| table.knows(word.get_ref()));
                if !known && !text::is_placeholder(word.get_ref()) {
                    let (table, from) = (format!("[[codes]] {}", entry.system), code.get_ref().clone());
                    let kind = ValuesFaultKind::UnknownTarget { table, from, to: word.get_ref().clone() };
                    return Err(source.fault(word, kind));
                }
            }
            let map = entry.map.iter().map(|(code, word)| (code.get_ref().as_str(), word.get_ref().as_str()));
            tables.push(CodeTable::new(of, &entry.system, map));
        }
        let replaced = |old: &CodeTable| tables.iter().any(|new| new.of == old.of && new.system == old.system);
        self.code_tables.retain(|old| !replaced(old));
        self.code_tables.splice(0..0, tables);
        Ok(())
    }

    /// Words that may stand in one cell without a gap must not be spelled alike: the three kinds of 缴费, and
    /// the several meanings of 客户类型.
    fn check_neighbours(&self) -> Result<(), ValuesFault> {
        distinct(&[
            ("pay_mode", keys(&self.pay_mode)),
            ("pay_term", keys(&self.pay_term)),
            ("pay_channel", keys(&self.pay_channel)),
        ])?;
        distinct(&[
            ("segment", keys(&self.segment)),
            ("demand", keys(&self.demand)),
            ("standing", keys(&self.standing)),
            ("foreign_scale", keys(&self.foreign_scale)),
        ])?;
        distinct(&[("relation", keys(&self.relation)), ("relation_pair", keys(&self.relation_pair))])
    }

    fn table(&mut self, of: Vocabulary) -> Option<&mut dyn AnyTable> {
        Some(match of {
            Vocabulary::Gender => &mut self.gender,
            Vocabulary::Marital => &mut self.marital,
            Vocabulary::Children => &mut self.children,
            Vocabulary::YesNo => &mut self.yes_no,
            Vocabulary::PolicyStatus => &mut self.policy_status,
            Vocabulary::Relation => &mut self.relation,
            Vocabulary::Reference => &mut self.reference,
            Vocabulary::PayMode => &mut self.pay_mode,
            Vocabulary::PayTerm => &mut self.pay_term,
            Vocabulary::PayChannel => &mut self.pay_channel,
            Vocabulary::Coverage => &mut self.coverage,
            Vocabulary::Certificate => &mut self.certificate,
            Vocabulary::VisitWay => &mut self.visit_way,
            Vocabulary::ProductClass => &mut self.product_class,
            Vocabulary::Design => &mut self.design,
            Vocabulary::Segment => &mut self.segment,
            Vocabulary::Demand => &mut self.demand,
            Vocabulary::Standing => &mut self.standing,
            Vocabulary::FamilyLabel => &mut self.family_label,
            // Letters, not words.
            Vocabulary::ClientType => return None,
        })
    }
}

/// A table whose meanings do not matter.
trait AnyTable {
    fn knows(&self, word: &str) -> bool;
    /// Gives a new spelling the meaning of a known one; `false` if that is not known.
    fn alias(&mut self, spelling: &str, known: &str) -> bool;
}

impl<T: Clone> AnyTable for WordTable<T> {
    fn knows(&self, word: &str) -> bool {
        self.get(word).is_some()
    }

    fn alias(&mut self, spelling: &str, known: &str) -> bool {
        let meaning = self.get(known).cloned();
        meaning.is_some_and(|meaning| {
            self.insert(spelling, meaning);
            true
        })
    }
}

fn add_keys(keys: &mut Vec<String>, words: &[String]) {
    keys.extend(words.iter().map(|word| spelling_key(word)).filter(|key| !key.is_empty()));
}

fn keys<T>(table: &WordTable<T>) -> Vec<&str> {
    table.iter().map(|(spelling, _)| spelling).collect()
}

/// No spelling is in two of the tables. Looked at in order, so that the same file always gives the same fault.
fn distinct(tables: &[(&str, Vec<&str>)]) -> Result<(), ValuesFault> {
    let mut seen: FxHashMap<&str, &str> = FxHashMap::default();
    for (table, spellings) in tables {
        let mut spellings = spellings.clone();
        spellings.sort_unstable();
        for spelling in spellings {
            if let Some(other) = seen.insert(spelling, table) {
                let claimed_by = [format!("[{other}]"), format!("[{table}]")];
                let (table, spelling) = (format!("{other}、{table}"), spelling.to_string());
                return Err(ValuesFault { line: None, kind: ValuesFaultKind::ClaimedTwice { table, spelling, claimed_by } });
            }
        }
    }
    Ok(())
}

/// The file's text, to say in which line a fault is.
struct Source<'a> {
    text: &'a str,
}

impl Source<'_> {
    /// Takes the spellings of an enum's values.
    fn words<T: Word>(&self, table: &mut WordTable<T>, spellings: &Spellings) -> Result<(), ValuesFault> {
        let mut claims = Claims::new(T::OF.table());
        for value in T::ALL {
            claims.claim(self, None, value.title(), value.title())?;
        }
        self.spellings(table, &mut claims, spellings, T::from_title)
    }

    /// Takes the spellings of values that are names and no enum.
    fn names<T: Clone>(
        &self,
        table: &mut WordTable<T>,
        table_name: &'static str,
        spellings: &Spellings,
        value_of: impl Fn(&str) -> Option<T>,
    ) -> Result<(), ValuesFault> {
        let mut claims = Claims::new(table_name);
        for title in spellings.keys() {
            let value = value_of(title.get_ref()).ok_or_else(|| self.unknown_title(table_name, title))?;
            claims.claim(self, Some(title), title.get_ref(), title.get_ref())?;
            table.insert(title.get_ref(), value);
        }
        self.spellings(table, &mut claims, spellings, value_of)
    }

    fn spellings<T: Clone>(
        &self,
        table: &mut WordTable<T>,
        claims: &mut Claims,
        spellings: &Spellings,
        value_of: impl Fn(&str) -> Option<T>,
    ) -> Result<(), ValuesFault> {
        for (title, spellings) in spellings {
            let value = value_of(title.get_ref()).ok_or_else(|| self.unknown_title(claims.table, title))?;
            for spelling in spellings {
                claims.claim(self, Some(spelling), spelling.get_ref(), title.get_ref())?;
                table.insert(spelling.get_ref(), value.clone());
            }
        }
        Ok(())
    }

    fn product_rule(&self, entry: &ProductRuleEntry) -> Result<ProductRule, ValuesFault> {
        let class = ProductClass::from_title(entry.class.get_ref());
        let keys_of = |words: &[String]| {
            let mut keys = Vec::new();
            add_keys(&mut keys, words);
            keys
        };
        Ok(ProductRule {
            class: class.ok_or_else(|| self.unknown_title("product_rule", &entry.class))?,
            any: keys_of(&entry.any),
            unless: keys_of(&entry.unless),
        })
    }

    fn vocabulary(&self, table: &Spanned<String>) -> Result<Vocabulary, ValuesFault> {
        Vocabulary::from_table(table.get_ref())
            .ok_or_else(|| self.fault(table, ValuesFaultKind::UnknownVocabulary { of: table.get_ref().clone() }))
    }

    fn unknown_title(&self, table: &str, title: &Spanned<String>) -> ValuesFault {
        let kind = ValuesFaultKind::UnknownTitle { table: table.to_string(), title: title.get_ref().clone() };
        self.fault(title, kind)
    }

    fn unreadable(&self, fault: &toml::de::Error) -> ValuesFault {
        let line = fault.span().map(|span| self.line(span.start));
        let line_text = line.and_then(|line| self.text.lines().nth(line - 1)).unwrap_or_default().to_string();
        ValuesFault { line, kind: ValuesFaultKind::Unreadable { line_text, detail: fault.message().to_string() } }
    }

    fn fault(&self, at: &Spanned<String>, kind: ValuesFaultKind) -> ValuesFault {
        ValuesFault { line: Some(self.line(at.span().start)), kind }
    }

    fn line(&self, byte: usize) -> usize {
        self.text.as_bytes().iter().take(byte).filter(|byte| **byte == b'\n').count() + 1
    }
}

/// Which value of one table claims which spelling, within one file.
struct Claims {
    table: &'static str,
    by_key: FxHashMap<String, String>,
}

impl Claims {
    fn new(table: &'static str) -> Self {
        Claims { table, by_key: FxHashMap::default() }
    }

    fn claim(
        &mut self,
        source: &Source,
        at: Option<&Spanned<String>>,
        spelling: &str,
        title: &str,
    ) -> Result<(), ValuesFault> {
        let fault = |kind| match at {
            Some(at) => source.fault(at, kind),
            None => ValuesFault { line: None, kind },
        };
        let key = spelling_key(spelling);
        let table = self.table.to_string();
        if key.is_empty() {
            return Err(fault(ValuesFaultKind::EmptySpelling { table, title: title.to_string() }));
        }
        match self.by_key.insert(key, title.to_string()) {
            Some(other) if other != title => {
                let claimed_by = [other, title.to_string()];
                Err(fault(ValuesFaultKind::ClaimedTwice { table, spelling: spelling.to_string(), claimed_by }))
            }
            _ => Ok(()),
        }
    }
}

/// The built-in words, read once for all tests.
#[cfg(test)]
pub fn builtin_values() -> &'static Values {
    static VALUES: std::sync::OnceLock<Values> = std::sync::OnceLock::new();
    VALUES.get_or_init(Values::builtin)
}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;
    use crate::model::cell::Cell;
    use crate::model::coverage::CoverageTerm;
    use crate::model::pay::Pay;
    use crate::model::reading::Reading;
    use crate::model::relation::RelationReading;
    use proptest::prelude::*;

    #[track_caller]
    fn fault(toml_text: &str, want: &str) {
        let fault = Values::parse(toml_text).expect_err("it is faulty");
        assert_eq!(fault.to_string(), want);
    }

    #[track_caller]
    fn titles_are_read<T: Word>(table: &WordTable<T>) {
        for value in T::ALL {
            assert_eq!(table.read(Cell::from(value.title())), Reading::Good(*value));
            assert_eq!(T::from_title(value.title()), Some(*value));
        }
    }

    /// Spellings listed twice under one value: harmless, but untidy; the built-in file has none.
    fn repeated_spellings(toml_text: &str) -> Vec<String> {
        let mut repeated = Vec::new();
        let Ok(tables) = toml_text.parse::<toml::Table>() else { return repeated };
        for (table, value) in &tables {
            let Some(values) = value.as_table().filter(|_| table != "relation_pair") else { continue };
            for (title, spellings) in values {
                let mut seen = FxHashSet::from_iter([spelling_key(title)]);
                for spelling in spellings.as_array().into_iter().flatten().filter_map(|spelling| spelling.as_str()) {
                    if !seen.insert(spelling_key(spelling)) {
                        repeated.push(format!("[{table}] {title}: {spelling}"));
                    }
                }
            }
        }
        repeated
    }

    #[test]
    fn the_builtin_file_is_good() {
        if let Err(fault) = Values::parse(BUILTIN) {
            panic!("{fault}");
        }
        assert_eq!(repeated_spellings(BUILTIN), Vec::<String>::new());
    }

    #[test]
    fn the_builtin_spellings_are_sorted() {
        let tables: toml::Table = BUILTIN.parse().expect("checked by another test");
        for (table, value) in &tables {
            for (title, spellings) in value.as_table().into_iter().flatten() {
                // A pair's ends have an order of their own.
                if table == "relation_pair" {
                    continue;
                }
                let spellings: Vec<_> = spellings.as_array().into_iter().flatten().collect();
                let sorted = spellings.is_sorted_by_key(|spelling| spelling.as_str());
                assert!(sorted, "[{table}] {title}");
            }
        }
    }

    #[test]
    fn every_canonical_word_is_read() {
        let values = builtin_values();
        titles_are_read(&values.gender);
        titles_are_read(&values.marital);
        titles_are_read(&values.children);
        titles_are_read(&values.yes_no);
        titles_are_read(&values.policy_status);
        titles_are_read(&values.relation);
        titles_are_read(&values.reference);
        titles_are_read(&values.pay_mode);
        titles_are_read(&values.pay_term);
        titles_are_read(&values.pay_channel);
        titles_are_read(&values.coverage);
        titles_are_read(&values.visit_way);
        titles_are_read(&values.product_class);
        titles_are_read(&values.design);
        titles_are_read(&values.segment);
        titles_are_read(&values.demand);
        titles_are_read(&values.standing);
        titles_are_read(&values.family_label);
        for title in CertificateKind::ALL.iter().map(|kind| kind.title()) {
            assert_eq!(values.certificate_title(title), Some(title));
        }
    }

    #[test]
    fn faults_name_the_line_and_the_word() {
        fault("[policy_status]\n\"中止了\" = []\n", "values.toml 第 2 行：[policy_status] 里没有“中止了”这一项");
        fault(
            "[policy_status]\n\"中止\" = [\"停效\"]\n\"终止\" = [\n  \"停效\",\n]\n",
            // Values are taken in their order as words, which is not that of the file.
            "values.toml 第 4 行：[policy_status] 的“停效”既属于“中止”，又属于“终止”",
        );
        fault("[relation]\n\"妻子\" = [\"丈夫\"]\n", "values.toml 第 2 行：[relation] 的“丈夫”既属于“丈夫”，又属于“妻子”");
        fault("\n[polcy_status]\n", "values.toml 第 2 行：看不懂“[polcy_status]”");
        fault("[gender]\n\"男\" = [\n", "values.toml 第 2 行：看不懂“\"男\" = [”");
        fault("[gender]\n\"男\" = [\"  \"]\n", "values.toml 第 2 行：[gender] 的“男”里有一个空的写法");
        fault(
            "[typo.policy_status]\n\"效率中止\" = \"效力中正\"\n",
            "values.toml 第 2 行：[typo.policy_status] 里“效率中止”指向“效力中正”，而“效力中正”不是已知的词",
        );
        fault("[typo.status]\n\"甲\" = \"乙\"\n", "values.toml 第 1 行：没有“status”这一类词");
        fault(
            "[[codes]]\nof = \"gender\"\nsystem = \"X\"\nmap = { 0 = \"公\" }\n",
            "values.toml 第 4 行：[[codes]] X 里“0”指向“公”，而“公”不是已知的词",
        );
        fault(
            "[pay_mode]\n\"年交\" = [\"自动\"]\n[pay_channel]\n\"银行转账\" = [\"自动\"]\n",
            "values.toml：[pay_mode、pay_channel] 的“自动”既属于“[pay_mode]”，又属于“[pay_channel]”",
        );
        fault("[certificate]\n\"学生证\" = []\n", "values.toml 第 2 行：[certificate] 里没有“学生证”这一项");
        fault(
            "[[product_rule]]\nclass = \"车险\"\nany = [\"车\"]\n",
            "values.toml 第 2 行：[product_rule] 里没有“车险”这一项",
        );
    }

    #[test]
    fn the_office_adds_and_overrides() {
        let mut values = Values::builtin();
        let office =
            "[policy_status]\n\"宽限\" = [\"缓交\"]\n\"终止\" = [\"停效\"]\n\n[product]\n\"康宁终身保险\" = \"疾病险\"\n";
        values.extend_with(office).expect("it is good");
        assert_eq!(values.policy_status.get("缓缴"), Some(&PolicyStatus::Grace));
        assert_eq!(values.policy_status.get("停效"), Some(&PolicyStatus::Terminated));
        assert_eq!(values.policy_status.get("失效"), Some(&PolicyStatus::Suspended));
        let before = values.policy_status.get("有效").copied();
        assert!(values.extend_with("[policy_status]\n\"终止\" = [\"有效\"]\n\"乱\" = []\n").is_err());
        assert_eq!(values.policy_status.get("有效").copied(), before, "a faulty file changes nothing");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC*|[是否有效交年期至岁20天终身投保人的子父(（）)☑□/: -]{0,12}") {
            let (values, cell) = (builtin_values(), Cell::from(text.as_str()));
            PolicyStatus::read(cell, values);
            Marital::read(cell, values);
            YesNo::read(cell, values);
            VisitWay::read(cell, values);
            RelationReading::read(cell, values);
            Pay::read(cell, values);
            Pay::read_term(cell, values);
            Pay::read_mode(cell, values, None);
            CoverageTerm::read(cell, values);
            CoverageTerm::read_pair(cell, cell, values);
            values.certificate_title(&text);
            values.code_table(Vocabulary::Relation, &[&text]);
        }

        #[test]
        fn any_file_is_answered(text in "\\PC*|[\\[\\]a-z_=\"\n 男女]{0,40}") {
            let _ = Values::parse(&text);
        }
    }

    #[test]
    fn certificates() {
        let values = builtin_values();
        assert_eq!(values.certificate_title("居民身份证"), Some("身份证"));
        assert_eq!(values.certificate_title("户口本"), Some("户口簿"));
        assert_eq!(values.certificate_title("出生证"), Some("出生医学证明"));
        assert_eq!(values.certificate_title("回乡证"), Some("港澳居民来往内地通行证"));
        assert_eq!(values.certificate_title("身分证"), Some("身份证"));
        assert_eq!(values.certificate_title("工作证"), Some("其他"));
        assert_eq!(values.certificate_title("身份"), None);
    }
}
