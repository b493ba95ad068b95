//! An office of invented people, small enough to look at or as large as a test wants.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::model::client_no::ClientNo;
use crate::model::money::Money;
use crate::model::report::*;
use crate::model::tier::Tier;
use crate::problem::{Code, Outcome, Place, Problem, Problems, Sources};

const SURNAMES: [&str; 16] =
    ["王", "李", "张", "刘", "陈", "杨", "欧阳", "赵", "曾", "单", "解", "仇", "尉迟", "龘", "𠮷", "诸葛"];
const GIVEN: [&str; 14] =
    ["伟", "娜", "秀英", "海燕", "建国", "喆", "㛃", "敏", "子涵", "桂芳", "小明", "翀", "文博", "丽华"];
const AGENTS: [&str; 8] = ["陈晓东", "孙𠮷祥", "欧阳海燕", "何静", "王芳", "阿依古丽·买买提", "周敏", "朱喆"];
const NEEDS: [&str; 9] = [
    "",
    "",
    "教育金",
    "养老",
    "孩子 12 岁，计划初中毕业后出国留学，想给孩子存教育金",
    "重疾多次赔付；关注养老社区入住资格",
    "父母患有慢性病，想了解百万医疗、防癌医疗和长期护理；去年体检有甲状腺结节，担心以后买不了，希望先做核保预审；缴费压力大，最好月缴，年底之前要一份三个方案的对比",
    "=1+1",
    "年金险\n意外险",
];

/// Numbers that look thrown and are the same each time.
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Below `sides`.
    pub fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) % u64::from(sides)) as u32
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u32) as usize]
    }
}

/// The day the examples stand for.
pub fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day")
}

fn household(number: usize, agent: &str, team: &str, dice: &mut Dice) -> IndexLine {
    let tier = match dice.roll(20) {
        0..=1 => Some(Tier::A),
        2..=5 => Some(Tier::B),
        6..=10 => Some(Tier::C),
        11..=17 => Some(Tier::D),
        _ => None,
    };
    let limits = [(30, 90), (90, 180), (180, 365), (365, 730)];
    let since = match tier {
        Some(Tier::A) => dice.roll(130),
        Some(Tier::B) => dice.roll(250),
        Some(Tier::C) => dice.roll(450),
        _ => dice.roll(700),
    };
    let visited = dice.roll(8) > 0;
    let counted_from = as_of() - Days::new(since.into());
    let (state, next_due, overdue) = match tier.map(|tier| limits[tier as usize]) {
        None => (VisitState::Unknown, None, None),
        Some((due, over)) => {
            let next = counted_from + Days::new(due.into());
            if since > over {
                (VisitState::Overdue, Some(next), Some(since - over))
            } else if since > due {
                (VisitState::Due, Some(next), None)
            } else {
                (VisitState::InTime, Some(next), None)
            }
        }
    };
    let policies = dice.roll(5);
    let letter = char::from(b'A' + (number % 26) as u8);
    let name = format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN));
    let head = if number % 57 == 3 { "阿卜杜热西提·艾力".to_string() } else { name };
    IndexLine {
        household_no: format!("{letter}{:04}", number / 26 + 1).into(),
        head: head.into(),
        members: 1 + dice.roll(5),
        tier,
        tier_source: tier.map(|_| TierSource::Rule),
        tier_reason: "高收入家庭，有明确保障缺口".into(),
        segment: dice.pick(&["", "普通", "潜在", "重点", "优质"]).into(),
        demand: dice.pick(&["", "寿险", "健康险", "年金险", "健康险、年金险"]).into(),
        main_need: dice.pick(&NEEDS).into(),
        policies_in_force: policies,
        annual_premium: Money::from_fen(i64::from(policies) * i64::from(dice.roll(2_000_000))),
        last_visit: visited.then_some(counted_from),
        next_due,
        agreed: dice.roll(10) == 0 && next_due.is_some(),
        overdue_days: overdue,
        overdue_band: match overdue {
            None => "",
            Some(..=30) => "逾期 30 天内",
            Some(..=90) => "逾期 31–90 天",
            Some(_) => "逾期 90 天以上",
        }
        .into(),
        visit_state: state,
        agent: agent.into(),
        team: team.into(),
        is_new: dice.roll(20) == 0,
    }
}

fn figures(name: &str, lines: &[&IndexLine], dice: &mut Dice) -> Figures {
    let mut figures = Figures { name: name.into(), ..Figures::default() };
    for line in lines {
        figures.households.add(line.tier);
        match line.visit_state {
            VisitState::Overdue => figures.overdue.add(line.tier),
            VisitState::Due => figures.due += 1,
            _ => {}
        }
        figures.never_visited += u32::from(line.last_visit.is_none());
        figures.policies_in_force += line.policies_in_force;
        let premium = figures.annual_premium.fen() + line.annual_premium.fen();
        figures.annual_premium = Money::from_fen(premium);
        figures.new_households += u32::from(line.is_new);
    }
    figures.visited_this_month = figures.households.total() / 6;
    figures.visits_this_month = figures.visited_this_month + dice.roll(4);
    figures.visits_with_record_time = figures.visits_this_month / 2;
    figures.visits_recorded_in_time = figures.visits_with_record_time * 3 / 4;
    figures
}

/// An office with so many teams, agents a team, and households in all; the last agent of each team has none
/// yet, and one household in twenty has nobody.
pub fn office(teams: usize, agents: usize, households: usize) -> MonthReport {
    let mut dice = Dice::new(7);
    let team_name = |team: usize| match team {
        0 => "营业一部".to_string(),
        1 => "营业二部/城东".to_string(),
        team => format!("营业{}部", team + 1),
    };
    let agent_name = |agent: usize| match agent {
        0..8 => AGENTS[agent].to_string(),
        agent => format!("专员{agent:03}"),
    };
    let serving = agents.saturating_sub(1).max(1);
    let mut index: Vec<IndexLine> = (0..households)
        .map(|number| {
            let team = dice.roll(teams as u32) as usize;
            let agent = dice.roll(serving as u32) as usize;
            let agent = match number % 20 {
                7 => String::new(),
                _ => agent_name(team * agents + agent),
            };
            household(number, &agent, &team_name(team), &mut dice)
        })
        .collect();
    index.sort_by(|a, b| a.household_no.cmp(&b.household_no));

    let mut by_team: Vec<Vec<u32>> = vec![Vec::new(); teams];
    let of_name: BTreeMap<String, usize> = (0..teams).map(|team| (team_name(team), team)).collect();
    for (at, line) in index.iter().enumerate() {
        by_team[of_name[&*line.team]].push(at as u32);
    }
    let all: Vec<&IndexLine> = index.iter().collect();
    let reports = by_team.into_iter().enumerate().map(|(team, mut lines)| {
        lines.sort_by_key(|at| (&index[*at as usize].agent, *at));
        let of = |name: &str| -> Vec<&IndexLine> {
            let first = lines.partition_point(|at| *index[*at as usize].agent < *name);
            let last = lines.partition_point(|at| *index[*at as usize].agent <= *name);
            lines[first..last].iter().map(|at| all[*at as usize]).collect()
        };
        let mut names: Vec<String> = (0..agents).map(|a| agent_name(team * agents + a)).collect();
        if !of("").is_empty() {
            names.push(String::new());
        }
        names.sort();
        let per_agent: Vec<Figures> = names.iter().map(|name| figures(name, &of(name), &mut dice)).collect();
        let mine: Vec<&IndexLine> = lines.iter().map(|at| all[*at as usize]).collect();
        let mut figures = figures(&team_name(team), &mine, &mut dice);
        let sum = |of: fn(&Figures) -> u32| per_agent.iter().map(of).sum::<u32>();
        figures.visited_this_month = sum(|agent| agent.visited_this_month);
        figures.visits_this_month = sum(|agent| agent.visits_this_month);
        figures.visits_with_record_time = sum(|agent| agent.visits_with_record_time);
        figures.visits_recorded_in_time = sum(|agent| agent.visits_recorded_in_time);
        if team == 1 {
            figures.visits_with_record_time = 0;
            figures.visits_recorded_in_time = 0;
        }
        let chosen = |wanted: fn(&IndexLine) -> bool| -> Vec<u32> {
            let lines = lines.iter().copied();
            lines.filter(|at| wanted(&index[*at as usize])).collect()
        };
        TeamReport {
            team: team_name(team).into(),
            supervisor: if team == 0 { "诸葛明".into() } else { "".into() },
            figures,
            agents: per_agent,
            overdue: chosen(|line| line.visit_state == VisitState::Overdue),
            new: chosen(|line| line.is_new),
            gone: match team {
                0 => vec![GoneLine {
                    household_no: "W0099".into(),
                    head: "王建国".into(),
                    agent: "陈晓东".into(),
                    team: team_name(team).into(),
                    reason: "本月清单里没有这一户的保单".into(),
                }],
                _ => Vec::new(),
            },
            lines,
        }
    });
    let reports: Vec<TeamReport> = reports.collect();
    let mut whole = figures("全部", &all, &mut dice);
    whole.due = reports.iter().map(|team| team.figures.due).sum();
    MonthReport {
        office: "城东营业部".into(),
        as_of: as_of(),
        first_month: false,
        teams: reports,
        office_figures: whole,
        visit_rules: vec![
            "A 类：30 天应访，超过 90 天算逾期".to_string(),
            "B 类：90 天应访，超过 180 天算逾期".to_string(),
            "C 类：180 天应访，超过 365 天算逾期".to_string(),
            "D 类：365 天应访，超过 730 天算逾期".to_string(),
        ],
        index,
    }
}

/// Problems of most kinds, the control totals, and where the files are.
pub struct Trouble {
    /// The problems.
    pub problems: Problems,
    /// The sheets they are in.
    pub sources: Sources,
    /// Totals of the sheets.
    pub sheets: Vec<SheetTotals>,
    /// Totals of the stages.
    pub stages: Vec<StageTotal>,
    /// Where the files are.
    pub paths: BTreeMap<String, String>,
    /// What changed.
    pub changes: Vec<ChangeLine>,
    /// Whom the office is asked about.
    pub doubts: Vec<FamilyDoubt>,
}

/// `many` problems of one kind, and one of every kind.
pub fn trouble(many: u32) -> Trouble {
    let mut sources = Sources::default();
    let clients = sources.add("2026-11/保单清单（总公司）.xlsx", "三月 'A'");
    let visits = sources.add("拜访记录.xls", "Sheet1");
    let text = sources.add("第#1批.csv", "");
    let mut problems = Problems::default();
    let mut push = |code: Code, place: Place, field: &str, found: &str, what: &str, outcome| {
        problems.push(Problem { code, place, field: field.into(), found: found.into(), what: what.into(), outcome });
    };
    for row in 0..many {
        let found = format!("1101051949123100{:02}", row % 100);
        let what = format!("身份证号最后一位不对（{found}）");
        let outcome = if row % 10 == 0 { Outcome::RowSetAside } else { Outcome::CellSetAside };
        push(Code::IdCardBad, Place::cell(clients, row + 2, 3), "证件号码", &found, &what, outcome);
    }
    for (row, code) in (10..).zip(Code::ALL) {
        let source = [clients, visits, text][row as usize % 3];
        let place = match row % 4 {
            0 => Place::sheet(source),
            1 => Place::row(source, row),
            _ => Place::cell(source, row, row % 30),
        };
        let long = "投保时告知：电话 138-0013-1234，父亲 110105 19491231 002X。".repeat(12);
        let found = if row % 7 == 0 { long.as_str() } else { "=HYPERLINK(\"x\")" };
        push(*code, place, "联系电话", found, "", Outcome::KeptAsIs);
    }
    problems.sort();
    let total = |file: &str, sheet: &str, kind: &str, read: u64, premium| SheetTotals {
        file: file.into(),
        sheet: sheet.into(),
        kind: kind.into(),
        read,
        kept: read - 7,
        repeated: 3,
        set_aside: 2,
        passed_over: 2,
        premium,
    };
    let premium = Some(Money::from_fen(12_345_678_900));
    Trouble {
        doubts: (1..=6).map(doubt).collect(),
        sheets: vec![
            total("2026-11/保单清单（总公司）.xlsx", "三月 'A'", "保单清单", 12_345, premium),
            total("拜访记录.xls", "Sheet1", "拜访记录", 678, None),
            SheetTotals { read: 5, file: "第#1批.csv".into(), kind: "客户清单".into(), ..SheetTotals::default() },
        ],
        stages: vec![
            StageTotal {
                what: "读入：行数".to_string(),
                in_fen: false,
                before: 13_023,
                after: vec![("保单".to_string(), 12_338), ("拜访".to_string(), 685)],
            },
            StageTotal {
                what: "合并：保单数（本公司和他司）".to_string(),
                in_fen: false,
                before: 12_338,
                after: vec![
                    ("不变".to_string(), 11_000),
                    ("新增".to_string(), 338),
                    ("内容有变".to_string(), 900),
                    ("进存档（终止、退保、理赔终止）".to_string(), 99),
                ],
            },
        ],
        paths: BTreeMap::from([
            ("2026-11/保单清单（总公司）.xlsx".to_string(), "../../导入/2026-11/保单清单（总公司）.xlsx".to_string()),
            ("拜访记录.xls".to_string(), "../../导入/拜访记录.xls".to_string()),
            ("第#1批.csv".to_string(), "../../导入/第#1批.csv".to_string()),
        ]),
        changes: (0..many).map(change).collect(),
        problems,
        sources,
    }
}

/// A new household, then policies that lapsed or were never paid.
fn change(at: u32) -> ChangeLine {
    let (record, key, field, before, after) = match at {
        0 => ("户", "W0001".to_string(), ChangeLine::NEW, "", ""),
        1 => ("人", "王伟".to_string(), "手机", "15400131234", ""),
        at => ("保单", format!("P20268632{at:06}"), "保单状态", "有效-交费中", "宽限"),
    };
    ChangeLine { record, key: key.into(), field: field.into(), before: before.into(), after: after.into() }
}

fn doubt(at: u32) -> FamilyDoubt {
    let no = |letter, member| ClientNo::new(letter, at).expect("a number").of_member(member);
    FamilyDoubt {
        joined: at.is_multiple_of(2),
        nos: [no('L', 1), if at.is_multiple_of(2) { no('L', 2) } else { no('W', 1) }],
        names: ["李娜".into(), "王伟".into()],
        certificates: ["110198198001010036".into(), "".into()],
        agent: "赵敏".into(),
        evidence: "住址和专员相同，没有第二样凭据".into(),
        proposal: "合并",
    }
}

impl Trouble {
    /// As the writers take it.
    pub fn findings(&self) -> super::Findings<'_> {
        super::Findings {
            changes: &self.changes,
            compared_with: "上次运行",
            doubts: &self.doubts,
            problems: &self.problems,
            sources: &self.sources,
            sheets: &self.sheets,
            stages: &self.stages,
            paths: &self.paths,
        }
    }
}
