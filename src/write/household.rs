//! What sheets show of a household: the columns that the index and the team reports share, so that a thing has
//! one title and one look wherever it stands.

use super::style::{Kind, Tone};
use super::table::{Column, Shown};
use crate::model::report::{IndexLine, VisitState};

/// How a household stands with its visits, as one word to filter by. Overdue and due come first; of the rest
/// it matters most that nobody has ever been there.
pub fn state(line: &IndexLine) -> Shown<'static> {
    match line.visit_state {
        VisitState::Overdue => Shown::centre("逾期").tone(Tone::Alarm),
        VisitState::Due => Shown::centre("应访").tone(Tone::Due),
        _ if line.last_visit.is_none() => Shown::centre("从未拜访").tone(Tone::Faint),
        VisitState::InTime => Shown::centre("正常"),
        VisitState::Unknown => Shown::centre("无法判断").tone(Tone::Faint),
    }
}

fn state_tone(line: &IndexLine) -> Tone {
    match line.visit_state {
        VisitState::Overdue => Tone::Alarm,
        VisitState::Due => Tone::Due,
        VisitState::InTime | VisitState::Unknown => Tone::Plain,
    }
}

/// What every index says of a household, in this order.
pub fn index_columns() -> Vec<Column<IndexLine>> {
    vec![
        number(),
        head(),
        members(),
        tier(),
        segment(),
        demand(),
        main_need(),
        policies(),
        premium(),
        last_visit(),
        next_due(),
        overdue_days(),
        visit_state(),
    ]
}

/// 客户编号.
pub fn number() -> Column<IndexLine> {
    Column::new("客户编号", (8.0, 14.0), |line| Shown::centre(&*line.household_no))
}

/// 户主.
pub fn head() -> Column<IndexLine> {
    Column::new("户主", (8.0, 15.0), |line| match &*line.head {
        "" => Shown::text("（姓名不详）").tone(Tone::Faint),
        head => Shown::text(head),
    })
}

/// 家庭人数.
pub fn members() -> Column<IndexLine> {
    Column::new("家庭\n人数", (6.0, 8.0), |line| {
        let mut shown = Shown::count(line.members);
        shown.kind = Kind::Centre;
        shown
    })
}

/// 等级.
pub fn tier() -> Column<IndexLine> {
    Column::new("等级", (7.0, 9.0), |line| Shown::tier(line.tier))
}

/// 等级依据: by which rule, or by whose hand.
pub fn tier_reason() -> Column<IndexLine> {
    Column::new("等级依据", (12.0, 30.0), |line| match (line.tier_source, &*line.tier_reason) {
        (None, reason) => Shown::text(reason),
        (Some(source), "") => Shown::text(source.title()),
        (Some(source), reason) => Shown::text(format!("{}：{reason}", source.title())),
    })
}

/// 群体.
pub fn segment() -> Column<IndexLine> {
    Column::new("群体", (6.0, 12.0), |line| Shown::centre(&*line.segment))
}

/// 险种需求.
pub fn demand() -> Column<IndexLine> {
    Column::new("险种需求", (9.0, 14.0), |line| Shown::text(&*line.demand))
}

/// 主要需求, the column with the longest words.
pub fn main_need() -> Column<IndexLine> {
    Column::new("主要需求", (16.0, 38.0), |line| Shown::text(&*line.main_need))
}

/// 在保保单.
pub fn policies() -> Column<IndexLine> {
    Column::new("在保\n保单", (6.0, 9.0), |line| Shown::count_or_dash(line.policies_in_force))
}

/// 年交保费.
pub fn premium() -> Column<IndexLine> {
    Column::new("年交保费\n（元）", (10.0, 16.0), |line| Shown::money(line.annual_premium))
}

/// 最近拜访, or that there was none.
pub fn last_visit() -> Column<IndexLine> {
    Column::new("最近拜访", (12.2, 14.0), |line| match line.last_visit {
        Some(day) => Shown::date(Some(day)),
        None => Shown::centre("从未").tone(Tone::Faint),
    })
}

/// 应访日期; 约 where the client agreed to it.
pub fn next_due() -> Column<IndexLine> {
    Column::new("应访日期", DUE_WIDTH, |line| match line.next_due {
        Some(_) => due_day(line).tone(state_tone(line)),
        None => due_day(line),
    })
}

/// The same where every line is overdue and a colour would say nothing.
pub fn next_due_plain() -> Column<IndexLine> {
    Column::new("应访日期", DUE_WIDTH, due_day)
}

const DUE_WIDTH: (f64, f64) = (12.2, 16.0);

fn due_day(line: &IndexLine) -> Shown<'static> {
    let mut shown = Shown::date(line.next_due);
    if line.agreed {
        shown.kind = Kind::AgreedDate;
    }
    shown
}

/// 逾期天数.
pub fn overdue_days() -> Column<IndexLine> {
    Column::new("逾期\n天数", (7.0, 9.0), |line| {
        let shown = Shown::maybe_count(line.overdue_days);
        match line.overdue_days {
            Some(_) => shown.tone(Tone::Alarm),
            None => shown,
        }
    })
}

/// 逾期档.
pub fn overdue_band() -> Column<IndexLine> {
    Column::new("逾期档", (10.0, 20.0), |line| Shown::text(&*line.overdue_band))
}

/// 状态.
pub fn visit_state() -> Column<IndexLine> {
    Column::new("状态", (10.0, 12.0), state)
}

/// 服务专员.
pub fn agent() -> Column<IndexLine> {
    Column::new("服务专员", (9.0, 14.0), |line| Shown::text(agent_name(&line.agent)))
}

/// 团队.
pub fn team() -> Column<IndexLine> {
    Column::new("团队", (8.0, 16.0), |line| Shown::text(&*line.team))
}

/// Who serves a household, said also when nobody does.
pub fn agent_name(name: &str) -> &str {
    if name.is_empty() { "（无服务专员）" } else { name }
}
