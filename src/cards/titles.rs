//! Which titles a card template may use, and what each stands for: the fields of `fields.toml` under their Chinese
//! names (or any spelling of a heading), and a few things worked out for the card.

use std::fmt;

use crate::templates::fields::{Field, Fields, Record, Role, nearest};
use crate::templates::heading::Heading;

/// A block of a card template: the card itself, or one of its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Block {
    /// `{{客户编号}}`: the household and its head.
    Card,
    /// `{{#家庭成员.…}}`.
    Members,
    /// `{{#保单.…}}`: in force, of whatever company.
    Policies,
    /// `{{#保障合计.…}}`: what each person has in force, and all together.
    Totals,
    /// `{{#已失效保单.…}}`.
    Lapsed,
    /// `{{#拜访.…}}`.
    Visits,
    /// `{{#需求.…}}`.
    Needs,
    /// `{{#转介绍.…}}`.
    Referrals,
    /// `{{#索引.…}}`: a line a card.
    Index,
    /// `{{#家庭对照.…}}`: who is one household, and who is not; only ever filled in by hand.
    Family,
}

impl Block {
    /// All lists, with the name they have in templates.
    pub const LISTS: [(Block, &str); 9] = [
        (Block::Members, "家庭成员"),
        (Block::Policies, "保单"),
        (Block::Totals, "保障合计"),
        (Block::Lapsed, "已失效保单"),
        (Block::Visits, "拜访"),
        (Block::Needs, "需求"),
        (Block::Referrals, "转介绍"),
        (Block::Index, "索引"),
        (Block::Family, "家庭对照"),
    ];

    /// The list of this name; `None` is the card itself.
    pub fn named(list: Option<&str>) -> Option<Block> {
        match list {
            None => Some(Block::Card),
            Some(name) => Block::LISTS.iter().find(|(_, known)| *known == name).map(|(block, _)| *block),
        }
    }

    /// Its name in templates; empty for the card itself.
    pub fn name(self) -> &'static str {
        Block::LISTS.iter().find(|(block, _)| *block == self).map_or("", |(_, name)| name)
    }

    /// Whose fields its titles mean, first choice first.
    fn records(self) -> &'static [Record] {
        match self {
            Block::Card => &[Record::Household, Record::Person, Record::Org],
            Block::Members | Block::Totals => &[Record::Person, Record::Family],
            Block::Policies | Block::Lapsed => &[Record::Policy, Record::Org],
            Block::Visits => &[Record::Visit, Record::Org, Record::Household, Record::Person],
            Block::Needs => &[Record::Need],
            Block::Referrals => &[Record::Referral],
            Block::Index => &[Record::Household, Record::Org],
            Block::Family => &[Record::Family, Record::Household, Record::Person],
        }
    }

    fn worked_out(self) -> impl Iterator<Item = (Fact, &'static str)> {
        let facts: [&[(Fact, &str)]; 2] = match self {
            Block::Card => [HOUSEHOLD_FACTS, CARD_FACTS],
            Block::Index => [HOUSEHOLD_FACTS, &[]],
            Block::Members => [&[(Fact::Age, "年龄")], &[]],
            Block::Totals => [TOTAL_FACTS, &[]],
            Block::Policies | Block::Lapsed => [POLICY_FACTS, &[]],
            Block::Visits | Block::Needs | Block::Referrals | Block::Family => [&[], &[]],
        };
        facts.into_iter().flatten().copied()
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something worked out for the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the title beside each says it
pub enum Fact {
    Head,
    Tier,
    TierSource,
    TierReason,
    Members,
    InForce,
    YearlyPremium,
    Reinstatable,
    Gaps,
    LastVisit,
    NextDue,
    OverdueDays,
    VisitState,
    VisitCount,
    Age,
    Office,
    AsOf,
    Applicant,
    Insured,
    Product,
    ProductClass,
    AnnualPremium,
    Insurer,
    ReinstateUntil,
    LifeSum,
    IllnessSum,
    AccidentSum,
    HasMedical,
    HasAnnuity,
    Households,
    TierA,
    TierB,
    TierC,
    TierD,
    TierNone,
    Overdue,
    Due,
    IndexNote,
}

/// Of the household: on its card, and in its line of an index.
const HOUSEHOLD_FACTS: &[(Fact, &str)] = &[
    (Fact::Head, "户主"),
    (Fact::Tier, "评级"),
    (Fact::TierSource, "评级来源"),
    (Fact::TierReason, "评级依据"),
    (Fact::Members, "家庭人数"),
    (Fact::InForce, "在保保单数"),
    (Fact::YearlyPremium, "在保年交保费"),
    (Fact::Gaps, "保障缺口"),
    (Fact::LastVisit, "最近拜访日期"),
    (Fact::NextDue, "应访日期"),
    (Fact::OverdueDays, "逾期天数"),
    (Fact::VisitState, "拜访状态"),
    (Fact::VisitCount, "拜访次数"),
];

const CARD_FACTS: &[(Fact, &str)] = &[
    (Fact::Reinstatable, "可复效保单数"),
    (Fact::Age, "年龄"),
    (Fact::Office, "营业部"),
    (Fact::AsOf, "截止日期"),
    // On a sheet with {{#索引.…}} they are about all its cards.
    (Fact::Households, "户数"),
    (Fact::TierA, "A户数"),
    (Fact::TierB, "B户数"),
    (Fact::TierC, "C户数"),
    (Fact::TierD, "D户数"),
    (Fact::TierNone, "未评级户数"),
    (Fact::Overdue, "逾期户数"),
    (Fact::Due, "应访户数"),
    (Fact::IndexNote, "索引说明"),
];

const POLICY_FACTS: &[(Fact, &str)] = &[
    (Fact::Applicant, "投保人"),
    (Fact::Insured, "被保险人"),
    (Fact::Insurer, "保险公司"),
    (Fact::Product, "险种"),
    (Fact::ProductClass, "险种类别"),
    (Fact::AnnualPremium, "年交保费"),
    (Fact::ReinstateUntil, "可复效至"),
];

const TOTAL_FACTS: &[(Fact, &str)] = &[
    (Fact::Age, "年龄"),
    (Fact::InForce, "在保保单数"),
    (Fact::Gaps, "保障缺口"),
    (Fact::LifeSum, "寿险保额"),
    (Fact::IllnessSum, "重疾保额"),
    (Fact::AccidentSum, "意外保额"),
    (Fact::HasMedical, "有医疗险"),
    (Fact::HasAnnuity, "有年金"),
    (Fact::YearlyPremium, "年交保费"),
];

/// What a title stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A field.
    Field(Field),
    /// Something worked out.
    Fact(Fact),
}

/// What a title stands for in a block; else the titles nearest to it. Exact titles come before spellings, and what
/// is worked out for the card before the field of the same name.
pub fn resolve<'f>(block: Block, title: &str, fields: &'f Fields) -> Result<Source, Vec<&'f str>> {
    // {{客户.姓名}} says whose name it is, as {{#保单.险种}} does.
    let title = match (block, title.split_once('.')) {
        (Block::Card, Some(("客户" | "户主" | "家庭", title))) => title.trim(),
        _ => title,
    };
    if let Some((fact, _)) = block.worked_out().find(|(_, known)| *known == title) {
        return Ok(Source::Fact(fact));
    }
    let records = block.records();
    let of_block = |field: &Field| records.contains(&fields.entry(*field).of);
    let is_tier = |field: &Field| *field == Field::CLIENT_TYPE;
    let exact = fields.iter().find(|(field, entry)| entry.title == title && of_block(field) && !is_tier(field));
    if let Some((field, _)) = exact {
        return Ok(Source::Field(field));
    }
    let key = Heading::of(title).key;
    let rank = |field: &Field| records.iter().position(|record| *record == fields.entry(*field).of);
    let (claims, nth) = fields.claims(&key);
    // 户主姓名, 成员姓名: only a family sheet speaks of several people in a row.
    let fits = |role: Option<Role>| role.is_none() || block == Block::Family;
    let spelled = claims.iter().filter(|claim| fits(claim.role)).map(|claim| claim.field);
    match spelled.filter(of_block).min_by_key(rank) {
        // 客户类型 is told apart when it is read; what a card shows of it is the tier.
        Some(Field::CLIENT_TYPE) => Ok(Source::Fact(Fact::Tier)),
        Some(field) if nth == 0 => Ok(Source::Field(field)),
        _ => Err(nearest(title, titles(block, fields))),
    }
}

/// All titles of a block.
pub fn titles(block: Block, fields: &Fields) -> impl Iterator<Item = &str> {
    let of_fields = fields.iter().filter(move |(_, entry)| block.records().contains(&entry.of));
    block.worked_out().map(|(_, title)| title).chain(of_fields.map(|(_, entry)| entry.title.as_str()))
}

/// The heading under which a title is read back from a card; nothing for what is only worked out.
pub fn heading(source: Source, fields: &Fields) -> Option<&str> {
    match source {
        Source::Field(field) => Some(&fields.entry(field).title),
        Source::Fact(Fact::Head) => Some("姓名"),
        Source::Fact(Fact::Tier) => Some("客户评级"),
        Source::Fact(Fact::Applicant) => Some("投保人"),
        Source::Fact(Fact::Insured) => Some("被保险人"),
        Source::Fact(Fact::Insurer) => Some("保险公司"),
        Source::Fact(Fact::Product) => Some("险种"),
        Source::Fact(Fact::AnnualPremium) => Some("年交保费"),
        Source::Fact(Fact::Age) => Some("年龄"),
        Source::Fact(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::FIELDS;

    #[track_caller]
    fn case(list: Option<&str>, title: &str, want: Result<&str, &[&str]>) {
        let fields = Fields::load(FIELDS, None).expect("built in");
        let block = Block::named(list).expect("a list");
        let got = resolve(block, title, &fields).map(|source| match source {
            Source::Field(field) => fields.entry(field).key.clone(),
            Source::Fact(fact) => format!("{fact:?}"),
        });
        assert_eq!(got, want.map(str::to_string).map_err(|near| near.to_vec()), "{title}");
    }

    #[test]
    fn titles_mean_what_the_block_is_about() {
        case(None, "家庭年收入", Ok("annual_income"));
        case(None, "客户姓名", Ok("name"));
        case(None, "客户.姓名", Ok("name"));
        case(None, "评级", Ok("Tier"));
        case(None, "客户类型", Ok("Tier"));
        case(None, "客户等级", Ok("Tier"));
        case(None, "主管", Ok("supervisor"));
        case(None, "服务专员", Ok("agent"));
        case(Some("保单"), "产品名称", Ok("product"));
        case(Some("保单"), "险种", Ok("Product"));
        case(Some("家庭成员"), "与户主关系", Ok("relation_to_head"));
        case(Some("家庭成员"), "电话", Ok("phone"));
        case(Some("转介绍"), "亲友手机", Ok("friend_phone"));
        case(Some("拜访"), "日期", Ok("visit_time"));
        case(Some("需求"), "需求险种", Ok("need_class"));
        case(Some("家庭对照"), "成员姓名", Ok("name"));
        case(Some("拜访"), "客户编号", Ok("household_no"));
        case(None, "家庭年收", Err(&["家庭年收入", "家庭人数", "家庭住址"]));
        case(None, "猫", Err(&[]));
    }
}
