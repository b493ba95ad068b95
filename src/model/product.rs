//! 险种: what a product is, read from its name.
//!
//! The regulator's naming rule puts the class into the name: company, brand, class, (设计类型), with 附加 for a
//! rider. Names hold several class words (两全 and 终身 nearly everywhere), so the tests are an ordered list in
//! `values.toml` and the first that fits wins. Some names tell nothing or mislead; the office lists those products
//! under `[product]`, and that always wins.

use super::word::words;
use crate::templates::values::{ProductRule, Values};
use crate::templates::word_table::spelling_key;

words! {
    /// 险种类别.
    pub enum ProductClass of ProductClass {
        /// Accidents.
        Accident = "意外险",
        /// Medical costs.
        Medical = "医疗险",
        /// A sum on diagnosis.
        CriticalIllness = "疾病险",
        /// Nursing care and loss of income.
        Care = "护理险",
        /// Rider that pays the premiums of the main policy.
        Waiver = "豁免",
        /// Life cover for some years.
        TermLife = "定期寿险",
        /// Life cover without end.
        WholeLife = "终身寿险",
        /// Whole life whose sum grows: a way of saving.
        IncreasingLife = "增额终身寿险",
        /// Life cover; which kind is not said.
        Life = "寿险",
        /// For a child's schooling.
        EducationAnnuity = "教育金",
        /// Pension and other annuities.
        Annuity = "年金险",
        /// Pays on death or on expiry.
        Endowment = "两全险",
        /// Universal account.
        Universal = "万能险",
        /// Unit-linked.
        Linked = "投连险",
        /// Something else, or the name does not tell.
        Other = "其他",
    }
}

/// What a product is bought for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// 保障.
    Protection,
    /// 理财.
    Savings,
}

impl Side {
    /// As sheets say it.
    pub fn title(self) -> &'static str {
        match self {
            Side::Protection => "保障",
            Side::Savings => "理财",
        }
    }
}

/// The four kinds of protection a household is looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protection {
    /// A sum on death.
    Life,
    /// A sum on diagnosis.
    Illness,
    /// Medical costs.
    Medical,
    /// Accidents.
    Accident,
}

impl Protection {
    /// All of them, in the order gaps are told.
    pub const ALL: [Protection; 4] = [Protection::Life, Protection::Illness, Protection::Medical, Protection::Accident];

    /// As cards say it.
    pub fn title(self) -> &'static str {
        match self {
            Protection::Life => "寿险",
            Protection::Illness => "重疾险",
            Protection::Medical => "医疗险",
            Protection::Accident => "意外险",
        }
    }
}

words! {
    /// 险种需求: the four needs the card speaks of.
    pub enum Demand of Demand {
        /// Life.
        Life = "寿险",
        /// Health.
        Health = "健康险",
        /// Annuity.
        Annuity = "年金险",
        /// Accident.
        Accident = "意外险",
    }
}

words! {
    /// 设计类型, from the bracket at the end of the name.
    pub enum DesignType of Design {
        /// Guaranteed.
        Plain = "普通",
        /// With a share in profits.
        Participating = "分红",
        /// Universal.
        Universal = "万能",
        /// Unit-linked.
        Linked = "投连",
    }
}

impl ProductClass {
    /// Protection or savings; 其他 is neither.
    pub fn side(self) -> Option<Side> {
        use ProductClass::*;
        match self {
            Accident | Medical | CriticalIllness | Care | Waiver | TermLife | WholeLife | Life => Some(Side::Protection),
            IncreasingLife | EducationAnnuity | Annuity | Endowment | Universal | Linked => Some(Side::Savings),
            Other => None,
        }
    }

    /// The protection it gives; savings, nursing care and waivers give none of the four.
    pub fn protection(self) -> Option<Protection> {
        use ProductClass::*;
        match self {
            TermLife | WholeLife | IncreasingLife | Life => Some(Protection::Life),
            CriticalIllness => Some(Protection::Illness),
            Medical => Some(Protection::Medical),
            Accident => Some(Protection::Accident),
            _ => None,
        }
    }

    /// The need it meets. A waiver meets none of its own; accounts serve the same need as annuities.
    pub fn demand(self) -> Option<Demand> {
        use ProductClass::*;
        match self {
            TermLife | WholeLife | IncreasingLife | Life | Endowment => Some(Demand::Life),
            Medical | CriticalIllness | Care => Some(Demand::Health),
            EducationAnnuity | Annuity | Universal | Linked => Some(Demand::Annuity),
            Accident => Some(Demand::Accident),
            Waiver | Other => None,
        }
    }
}

/// Why a product was given its class.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClassBasis {
    /// The product is listed under `[product]`.
    Listed,
    /// This word in the name.
    Word(String),
    /// Nothing; the class is 其他 and the product wants listing.
    Nothing,
}

/// What a product's name says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProductReading {
    /// 险种类别.
    pub class: ProductClass,
    /// Why this class.
    pub basis: ClassBasis,
    /// Whether it is a rider (附加).
    pub is_rider: bool,
    /// 设计类型, where the name says it.
    pub design: Option<DesignType>,
    /// The insurer, where the name begins with it.
    pub insurer: Option<String>,
}

impl ProductReading {
    /// Reads a product's name.
    pub fn of(name: &str, values: &Values) -> ProductReading {
        let key = spelling_key(name);
        let (outside, brackets) = brackets_off(&key);
        let (core, insurer) = insurer_off(&outside, values);
        let (class, basis) = class_of(&key, core, &outside, &brackets, values);
        let in_brackets = brackets.iter().find_map(|bracket| values.design.get(bracket));
        // 鑫福两全保险分红型: the bracket has been lost on the way.
        let behind = || core.char_indices().find_map(|(at, _)| values.design.get(&core[at..]));
        ProductReading {
            class,
            basis,
            is_rider: values.product_words.rider.iter().any(|word| outside.contains(word.as_str())),
            design: in_brackets.or_else(behind).copied(),
            insurer: insurer.map(str::to_string),
        }
    }

    /// Protection or savings. Life cover on a universal or linked account is savings.
    pub fn side(&self) -> Option<Side> {
        match self.design {
            Some(DesignType::Universal | DesignType::Linked) if self.class.demand() == Some(Demand::Life) => {
                Some(Side::Savings)
            }
            _ => self.class.side(),
        }
    }
}

/// The class and why: the office's list; else the tests on the name itself, then on what its brackets say, then
/// on the name with the insurer, in case the insurer's name was part of it (平安养老).
fn class_of(key: &str, core: &str, outside: &str, brackets: &[String], values: &Values) -> (ProductClass, ClassBasis) {
    if let Some(class) = [key, outside, core].into_iter().find_map(|name| values.product.get(name)) {
        return (*class, ClassBasis::Listed);
    }
    let joined = brackets.concat();
    let by_rule = |name: &str| {
        values.product_rules.iter().find_map(|rule| Some((rule.class, ClassBasis::Word(rule.hit(name)?.to_string()))))
    };
    [core, &joined, outside].into_iter().find_map(by_rule).unwrap_or((ProductClass::Other, ClassBasis::Nothing))
}

impl ProductRule {
    /// The word by which the rule fits a name.
    fn hit(&self, name: &str) -> Option<&str> {
        if self.unless.iter().any(|word| name.contains(word.as_str())) {
            return None;
        }
        self.any.iter().map(String::as_str).find(|word| name.contains(word))
    }
}

/// The name without what stands in brackets, and what stands there.
fn brackets_off(key: &str) -> (String, Vec<String>) {
    let (mut outside, mut brackets) = (String::new(), Vec::new());
    let mut inside: Option<String> = None;
    for c in key.chars() {
        match c {
            '(' | '[' | '【' | '〔' => inside = Some(inside.take().unwrap_or_default()),
            ')' | ']' | '】' | '〕' => brackets.extend(inside.take()),
            '《' | '》' | '“' | '”' | '"' => {}
            c => inside.as_mut().unwrap_or(&mut outside).push(c),
        }
    }
    brackets.extend(inside);
    (outside, brackets)
}

/// The name without 附加 and the insurer in front, and the insurer.
fn insurer_off<'a, 'v>(name: &'a str, values: &'v Values) -> (&'a str, Option<&'v str>) {
    let words = &values.product_words;
    let without = |name: &'a str, words: &[String]| {
        words.iter().filter_map(|word| name.strip_prefix(word.as_str())).min_by_key(|rest| rest.len())
    };
    let name = without(name, &words.rider).unwrap_or(name);
    let Some((insurer, length)) = values.insurer.longest_prefix(name) else {
        return (name, None);
    };
    let rest = &name[length..];
    let rest = without(rest, &words.company_ending).unwrap_or(rest);
    (without(rest, &words.rider).unwrap_or(rest), Some(insurer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::values::builtin_values;
    use proptest::prelude::*;

    #[track_caller]
    fn case(name: &str, want: ProductClass) {
        let reading = ProductReading::of(name, builtin_values());
        assert_eq!(reading.class, want, "{name}: {:?}", reading.basis);
    }

    #[test]
    fn accidents_and_their_counter_examples() {
        case("综合意外险", ProductClass::Accident);
        case("交通意外险", ProductClass::Accident);
        case("平安百万驾乘意外伤害保险", ProductClass::Accident);
        case("附加意外医疗", ProductClass::Medical);
        case("国寿附加意外伤害医疗保险", ProductClass::Medical);
        case("意外住院津贴", ProductClass::Medical);
        case("综合意外伤害保险（含意外医疗）", ProductClass::Accident);
    }

    #[test]
    fn health() {
        case("百万医疗险", ProductClass::Medical);
        case("住院费用补偿医疗", ProductClass::Medical);
        case("防癌医疗险", ProductClass::Medical);
        case("老年防癌险", ProductClass::CriticalIllness);
        case("少儿重疾险", ProductClass::CriticalIllness);
        case("康宁终身重大疾病保险", ProductClass::CriticalIllness);
        case("重大疾病两全保险", ProductClass::CriticalIllness);
        case("长期护理保险", ProductClass::Care);
        case("失能收入损失保险", ProductClass::Care);
        case("附加投保人豁免保险费重大疾病保险", ProductClass::Waiver);
        case("重大疾病保险（含轻症豁免）", ProductClass::CriticalIllness);
    }

    #[test]
    fn a_million_is_no_test() {
        case("平安百万任我行两全保险", ProductClass::Endowment);
        case("百万安行", ProductClass::Other);
    }

    #[test]
    fn life() {
        case("国寿福终身寿险", ProductClass::WholeLife);
        case("增额终身寿险", ProductClass::IncreasingLife);
        case("定期寿险", ProductClass::TermLife);
        case("定寿", ProductClass::TermLife);
        case("人保寿险鑫安两全保险(分红型)", ProductClass::Endowment);
        // 康宁终身保险 is a critical-illness product: 终身 alone is no test.
        case("国寿康宁终身保险", ProductClass::Other);
    }

    #[test]
    fn savings() {
        case("教育金年金险", ProductClass::EducationAnnuity);
        case("鑫享年金保险", ProductClass::Annuity);
        case("养老年金险", ProductClass::Annuity);
        case("金彩明天两全保险", ProductClass::Endowment);
        case("附加万能账户", ProductClass::Universal);
        case("国寿鑫账户（万能型）", ProductClass::Universal);
        case("泰康赢家投资连结保险", ProductClass::Linked);
        // The insurer's name says 养老, the product does not.
        case("泰康养老团体定期寿险", ProductClass::TermLife);
        case("平安养老意外伤害保险", ProductClass::Accident);
    }

    #[test]
    fn rider_insurer_and_design() {
        let reading = ProductReading::of("国寿附加长久呵护住院费用补偿医疗保险", builtin_values());
        assert!(reading.is_rider);
        assert_eq!(reading.insurer.as_deref(), Some("中国人寿"));
        let reading = ProductReading::of("鑫福两全保险（分红型）", builtin_values());
        assert_eq!((reading.is_rider, reading.design), (false, Some(DesignType::Participating)));
        assert_eq!(reading.basis, ClassBasis::Word("两全".into()));
        let reading = ProductReading::of("智胜人生终身寿险(万能型)", builtin_values());
        assert_eq!((reading.class, reading.side()), (ProductClass::WholeLife, Some(Side::Savings)));
        let reading = ProductReading::of("鑫福两全保险分红型", builtin_values());
        assert_eq!(reading.design, Some(DesignType::Participating));
        assert_eq!(ProductReading::of("健康福重大疾病保险", builtin_values()).design, None);
    }

    #[test]
    fn the_offices_list_wins() {
        let mut values = Values::builtin();
        values.extend_with("[product]\n\"康宁终身保险\" = \"重疾险\"\n\"尊享两全保险\" = \"年金险\"\n").expect("it is good");
        let class = |name| ProductReading::of(name, &values).class;
        assert_eq!(class("国寿康宁终身保险"), ProductClass::CriticalIllness);
        assert_eq!(class("尊享两全保险（分红型）"), ProductClass::Annuity);
    }

    #[test]
    fn the_offices_rules_come_first() {
        let mut values = Values::builtin();
        values.extend_with("[[product_rule]]\nclass = \"年金险\"\nany = [\"鑫福\"]\n").expect("it is good");
        assert_eq!(ProductReading::of("鑫福两全保险", &values).class, ProductClass::Annuity);
    }

    proptest! {
        #[test]
        fn any_name_is_read(name in "\\PC*") {
            ProductReading::of(&name, builtin_values());
        }
    }
}
