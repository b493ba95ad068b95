//! What sheets say of the figures of an agent, a team or the office.

use rust_xlsxwriter::XlsxError;

use super::sheet::Sheet;
use super::style::{Kind, Tone};
use super::table::tier_word;
use crate::model::report::{Figures, TierCounts};
use crate::model::tier::Tier;

/// What the letters mean, in the words of the office.
pub const TIER_MEANINGS: [(Tier, &str); 4] = [
    (Tier::A, "优质：1–3 个月内可开发，重点跟进"),
    (Tier::B, "重点：3–6 个月，持续培育"),
    (Tier::C, "潜在：6–12 个月，定期触达"),
    (Tier::D, "普通：1 年以上，保持联系"),
];

/// All tiers as sheets list them: A to D, then 未评级.
pub const TIERS: [Option<Tier>; 5] = [Some(Tier::A), Some(Tier::B), Some(Tier::C), Some(Tier::D), None];

/// The count of one tier.
pub fn of_tier(counts: &TierCounts, tier: Option<Tier>) -> u32 {
    tier.map_or(counts.without, |tier| counts.by_tier[tier as usize])
}

/// A share in a cell of its own; a dash where there is no whole.
pub fn share(sheet: &mut Sheet<'_>, row: u32, col: u16, (part, whole): (u32, u32), tone: Tone) -> Result<(), XlsxError> {
    let style = sheet.style;
    match whole {
        0 => sheet.text(row, col, "—", style.cell(Kind::Centre, tone)),
        _ => {
            let share = f64::from(part) / f64::from(whole);
            sheet.number(row, col, share, style.cell(Kind::Percent, tone))
        }
    }
}

/// `86 户：A 10，B 20，C 30，D 20，未评级 6；逾期 5 户，应访 8 户，从未拜访 2 户`.
pub fn summary(figures: &Figures) -> String {
    let tiers: Vec<String> = TIERS
        .iter()
        .map(|tier| (tier_word(*tier), of_tier(&figures.households, *tier)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{word} {count}"))
        .collect();
    let tiers = match tiers.is_empty() {
        true => String::new(),
        false => format!("：{}", tiers.join("，")),
    };
    format!(
        "{} 户{tiers}；逾期 {} 户，应访 {} 户，从未拜访 {} 户",
        figures.households.total(),
        figures.overdue.total(),
        figures.due,
        figures.never_visited
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_only_the_tiers_there_are() {
        let mut figures = Figures::default();
        assert_eq!(summary(&figures), "0 户；逾期 0 户，应访 0 户，从未拜访 0 户");
        figures.households.add(Some(Tier::A));
        figures.households.add(None);
        figures.overdue.add(Some(Tier::A));
        assert_eq!(summary(&figures), "2 户：A 1，未评级 1；逾期 1 户，应访 0 户，从未拜访 0 户");
    }
}
