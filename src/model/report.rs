//! What the month's sheets say, worked out and ready to be written: the writers choose columns, colours and
//! widths, never figures.

use chrono::NaiveDate;

use super::client_no::ClientNo;
use super::money::Money;
use super::tier::Tier;

/// Who gave a household its tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TierSource {
    /// A letter written by hand on a card or list; it wins over every rule.
    Hand,
    /// The first rule of `rules.toml` that held.
    Rule,
}

impl TierSource {
    /// As sheets say it.
    pub fn title(self) -> &'static str {
        match self {
            TierSource::Hand => "手工",
            TierSource::Rule => "规则",
        }
    }
}

/// How a household stands with its visits on the as-of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VisitState {
    /// Past the tier's upper bound, or past an agreed date.
    Overdue,
    /// Past the lower bound: a visit is due.
    Due,
    /// Nothing to do yet.
    InTime,
    /// No tier, so no interval; or nobody knows since when to count.
    Unknown,
}

impl VisitState {
    /// As sheets say it.
    pub fn title(self) -> &'static str {
        match self {
            VisitState::Overdue => "逾期",
            VisitState::Due => "应访",
            VisitState::InTime => "正常",
            VisitState::Unknown => "无法判断",
        }
    }
}

/// One household on the index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexLine {
    /// 客户编号.
    pub household_no: Box<str>,
    /// 户主姓名.
    pub head: Box<str>,
    /// How many persons are known in it.
    pub members: u32,
    /// A to D; `None` is 未评级.
    pub tier: Option<Tier>,
    /// Who gave the tier.
    pub tier_source: Option<TierSource>,
    /// Why this tier: the rule's reason, or where the letter was written.
    pub tier_reason: Box<str>,
    /// 群体: 普通, 潜在, 重点, 优质; empty when unknown.
    pub segment: Box<str>,
    /// 险种需求: 寿险, 健康险, 年金险; empty when unknown.
    pub demand: Box<str>,
    /// 主要需求, in the client's words.
    pub main_need: Box<str>,
    /// Own company's and other insurers' policies in force.
    pub policies_in_force: u32,
    /// What they cost a year.
    pub annual_premium: Money,
    /// 最近拜访日期.
    pub last_visit: Option<NaiveDate>,
    /// 应访日期: agreed with the client, else by tier.
    pub next_due: Option<NaiveDate>,
    /// Whether `next_due` was agreed with the client.
    pub agreed: bool,
    /// Days past the limit, counted from the day the limit was passed; `None` when not overdue.
    pub overdue_days: Option<u32>,
    /// Overdue band as `rules.toml` names it, e.g. `逾期 30 天内`; empty when not overdue.
    pub overdue_band: Box<str>,
    /// Standing on the as-of day.
    pub visit_state: VisitState,
    /// 服务专员; empty when nobody serves the household.
    pub agent: Box<str>,
    /// 团队; empty when unknown.
    pub team: Box<str>,
    /// Known to this office only since this run.
    pub is_new: bool,
}

/// A household that was there last time and is not served here any more.
#[derive(Clone, Debug, PartialEq)]
pub struct GoneLine {
    /// 客户编号.
    pub household_no: Box<str>,
    /// 户主姓名.
    pub head: Box<str>,
    /// Who served it.
    pub agent: Box<str>,
    /// Its team.
    pub team: Box<str>,
    /// What happened: no policy in this month's lists, merged into another number, …
    pub reason: Box<str>,
}

/// Two people of whom the program is not sure that they are, or are not, one household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyDoubt {
    /// Whether they are in one household now.
    pub joined: bool,
    /// Their numbers, the lower first.
    pub nos: [ClientNo; 2],
    /// Their names.
    pub names: [Box<str>; 2],
    /// Their certificates in full; empty when unknown.
    pub certificates: [Box<str>; 2],
    /// Who could ask them.
    pub agent: Box<str>,
    /// What speaks for it.
    pub evidence: Box<str>,
    /// 合并, 拆开 or 不变.
    pub proposal: &'static str,
}

/// One difference between what was known and what is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLine {
    /// What kind of record: 户, 人, 保单, 拜访.
    pub record: &'static str,
    /// Which one: 客户编号, 保单号, a person's name.
    pub key: Box<str>,
    /// Title of the field; [`ChangeLine::NEW`] for a new record.
    pub field: Box<str>,
    /// Value before.
    pub before: Box<str>,
    /// Value now.
    pub after: Box<str>,
}

impl ChangeLine {
    /// What stands in place of a field when the whole record is new.
    pub const NEW: &str = "新增";

    /// Whether the record was not there before.
    pub fn is_new(&self) -> bool {
        &*self.field == Self::NEW
    }
}

/// Counts by tier: A, B, C, D, and without a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TierCounts {
    /// A, B, C, D.
    pub by_tier: [u32; 4],
    /// 未评级.
    pub without: u32,
}

impl TierCounts {
    /// All together.
    pub fn total(&self) -> u32 {
        self.by_tier.iter().sum::<u32>() + self.without
    }

    /// Counts one household.
    pub fn add(&mut self, tier: Option<Tier>) {
        match tier {
            Some(tier) => self.by_tier[tier as usize] += 1,
            None => self.without += 1,
        }
    }
}

/// The month's figures of an agent, a team, or the office.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Whose: agent or team name; empty for households nobody serves.
    pub name: Box<str>,
    /// 户数.
    pub households: TierCounts,
    /// 逾期户数.
    pub overdue: TierCounts,
    /// Households due for a visit and not yet overdue.
    pub due: u32,
    /// Households never visited.
    pub never_visited: u32,
    /// Households visited in the as-of month.
    pub visited_this_month: u32,
    /// Visits made in the as-of month.
    pub visits_this_month: u32,
    /// Of those, how many have a recorded time …
    pub visits_with_record_time: u32,
    /// … and were recorded within 24 hours.
    pub visits_recorded_in_time: u32,
    /// 在保保单数.
    pub policies_in_force: u32,
    /// 年交保费.
    pub annual_premium: Money,
    /// Households new since the last run.
    pub new_households: u32,
}

/// What a supervisor gets.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamReport {
    /// 团队; `未分团队` for households whose team nobody knows.
    pub team: Box<str>,
    /// 主管姓名; empty when unknown.
    pub supervisor: Box<str>,
    /// The team as a whole.
    pub figures: Figures,
    /// One for each agent, in the order of names.
    pub agents: Vec<Figures>,
    /// Indices into the index lines: all the team's households by agent and number.
    pub lines: Vec<u32>,
    /// Indices into the index lines: the overdue, worst first.
    pub overdue: Vec<u32>,
    /// Indices into the index lines: new since the last run.
    pub new: Vec<u32>,
    /// No longer served.
    pub gone: Vec<GoneLine>,
}

/// Everything that is written this month.
#[derive(Clone, Debug)]
pub struct MonthReport {
    /// Name of the office; empty when `fuwuka.toml` gives none.
    pub office: Box<str>,
    /// The day the figures stand for.
    pub as_of: NaiveDate,
    /// Whether there is no earlier month to compare with: nobody is new or gone.
    pub first_month: bool,
    /// All households by number.
    pub index: Vec<IndexLine>,
    /// One for each team, by name.
    pub teams: Vec<TeamReport>,
    /// The office as a whole.
    pub office_figures: Figures,
    /// How visits were judged, one sentence a tier, for the foot of the sheets: `A 类：30 天应访，超过 90 天算逾期`.
    pub visit_rules: Vec<String>,
}

/// Control totals of one input sheet: `read = kept + repeated + set_aside + passed_over`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetTotals {
    /// File below the input folder.
    pub file: Box<str>,
    /// Sheet; empty for text files.
    pub sheet: Box<str>,
    /// What it was taken for, in Chinese: 保单清单.
    pub kind: Box<str>,
    /// Rows below the heading that hold anything.
    pub read: u64,
    /// Rows that are in.
    pub kept: u64,
    /// Exact repetitions.
    pub repeated: u64,
    /// Rows whose text is kept but which take no part.
    pub set_aside: u64,
    /// Totals, footers, examples.
    pub passed_over: u64,
    /// Premium of the kept rows, where the sheet has premiums.
    pub premium: Option<Money>,
}

/// How totals begin that compare with the last snapshot.
pub const ABOUT_THE_STORE: &str = "卡库：";

/// Control totals of the whole run; every pair must be equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageTotal {
    /// Which stage and what is counted: `合并：保单数`.
    pub what: String,
    /// Whether money is counted, in 分.
    pub in_fen: bool,
    /// What went in.
    pub before: i64,
    /// What came out and where to; must sum to `before`.
    pub after: Vec<(String, i64)>,
}

impl StageTotal {
    /// Whether it compares with the last snapshot, so that it is another one in a second run on the same files.
    pub fn is_about_the_store(&self) -> bool {
        self.what.starts_with(ABOUT_THE_STORE)
    }

    /// Whether nothing was lost on the way.
    pub fn ties(&self) -> bool {
        self.before == self.after.iter().map(|(_, count)| count).sum::<i64>()
    }
}
