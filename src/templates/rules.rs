//! `rules.toml`: what the office may decide differently next month.

use serde::Deserialize;
use toml::Spanned;

use super::TemplateError;
use crate::model::tier::Tier;

/// One step of the tier ladder.
#[derive(Clone, Debug)]
pub struct TierRule {
    /// The tier it gives.
    pub level: Tier,
    /// SQL condition over Chinese titles.
    pub when: String,
    /// What the index says about it.
    pub reason: String,
    /// The file it stands in.
    file: String,
    /// The line its condition stands on.
    line: usize,
}

impl TierRule {
    /// An error about its condition, with its line.
    pub fn wrong(&self, what: &str) -> TemplateError {
        let what = format!("第 {} 行条件“{}”{what}", self.line, self.when.trim());
        TemplateError { file: self.file.clone(), what }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TierEntry {
    level: Tier,
    when: Spanned<String>,
    reason: String,
}

impl TierEntry {
    fn into_rule(self, file: &str, text: &str) -> TierRule {
        let line = text[..self.when.span().start].matches('\n').count() + 1;
        let when = self.when.into_inner();
        TierRule { level: self.level, when, reason: self.reason, file: file.to_string(), line }
    }
}

/// How long a tier may go unvisited.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitRule {
    /// Which tier.
    pub tier: Tier,
    /// A visit is due when this many days have passed.
    pub due_after_days: u32,
    /// It is overdue when more than this many have.
    pub overdue_after_days: u32,
}

/// A band of overdue days.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverdueBand {
    /// As sheets say it.
    pub title: String,
    /// Its last day; the last band has none.
    pub up_to_days: Option<u32>,
}

/// Thresholds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A telephone given with more different names than this says nothing about anybody.
    pub shared_phone_names: usize,
    /// A card must be updated within so many hours of a visit.
    pub record_within_hours: u32,
    /// A suspended policy can be reinstated for so many years (保险法 37).
    pub reinstate_years: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    tier: Option<Vec<TierEntry>>,
    visits: Option<Vec<VisitRule>>,
    overdue_band: Option<Vec<OverdueBand>>,
    #[serde(default)]
    limits: LimitsEntry,
}

/// `[limits]` as an office writes it: only what it wants otherwise.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsEntry {
    shared_phone_names: Option<usize>,
    record_within_hours: Option<u32>,
    reinstate_years: Option<u32>,
}

impl LimitsEntry {
    /// This over another; nothing when a threshold is in neither.
    fn over(self, base: LimitsEntry) -> Option<Limits> {
        Some(Limits {
            shared_phone_names: self.shared_phone_names.or(base.shared_phone_names)?,
            record_within_hours: self.record_within_hours.or(base.record_within_hours)?,
            reinstate_years: self.reinstate_years.or(base.reinstate_years)?,
        })
    }
}

/// All rules. Conditions are parsed and checked by `rules`, which knows the names they may use.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The tier ladder, first hit wins.
    pub tiers: Vec<TierRule>,
    /// One for each tier.
    pub visits: Vec<VisitRule>,
    /// Smallest first.
    pub bands: Vec<OverdueBand>,
    /// Thresholds.
    pub limits: Limits,
}

impl Rules {
    /// Reads the built-in file; each section the office's own file has replaces it.
    pub fn load(builtin: &str, office: Option<(&str, &str)>) -> Result<Rules, TemplateError> {
        let base: RulesFile = super::parse_toml("rules.toml", builtin)?;
        let (name, text) = office.unwrap_or(("rules.toml", builtin));
        let own: RulesFile = super::parse_toml(name, text)?;
        let wrong = |what: String| TemplateError { file: name.to_string(), what };
        let missing = |section: &str| wrong(format!("少了 [{section}] 一节"));
        let ladder = |tiers: Option<Vec<TierEntry>>, file: &str, text: &str| {
            let rules = |tiers: Vec<TierEntry>| tiers.into_iter().map(|tier| tier.into_rule(file, text)).collect();
            tiers.map(rules)
        };
        let rules = Rules {
            tiers: ladder(own.tier, name, text)
                .or(ladder(base.tier, "rules.toml", builtin))
                .ok_or_else(|| missing("[tier]"))?,
            visits: own.visits.or(base.visits).ok_or_else(|| missing("[visits]"))?,
            bands: own.overdue_band.or(base.overdue_band).ok_or_else(|| missing("[overdue_band]"))?,
            limits: own.limits.over(base.limits).ok_or_else(|| missing("limits"))?,
        };
        for tier in Tier::ALL {
            let mut found = rules.visits.iter().filter(|rule| rule.tier == *tier);
            let Some(rule) = found.next() else {
                return Err(wrong(format!("[[visits]] 少了 {} 类的拜访间隔", tier.title())));
            };
            if found.next().is_some() {
                return Err(wrong(format!("[[visits]] 里 {} 类写了两次", tier.title())));
            }
            if rule.due_after_days > rule.overdue_after_days {
                return Err(wrong(format!("{} 类的应访天数比逾期天数还大", tier.title())));
            }
        }
        let (last, others) = rules.bands.split_last().ok_or_else(|| wrong("[[overdue_band]] 至少要有一档".to_string()))?;
        let rising = others.windows(2).all(|pair| pair[0].up_to_days < pair[1].up_to_days);
        if last.up_to_days.is_some() || others.iter().any(|band| band.up_to_days.is_none()) || !rising {
            return Err(wrong("[[overdue_band]] 要从小到大，只有最后一档不写 up_to_days".to_string()));
        }
        Ok(rules)
    }

    /// The interval of a tier.
    pub fn visit_rule(&self, tier: Tier) -> VisitRule {
        *self.visits.iter().find(|rule| rule.tier == tier).expect("checked when loaded: every tier has one")
    }

    /// How visits are judged, one sentence a tier, for the foot of sheets.
    pub fn visit_sentences(&self) -> Vec<String> {
        let sentence = |rule: &VisitRule| {
            format!("{} 类：满 {} 天应访，超过 {} 天算逾期", rule.tier.title(), rule.due_after_days, rule.overdue_after_days)
        };
        Tier::ALL.iter().map(|tier| sentence(&self.visit_rule(*tier))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::RULES;

    #[test]
    fn the_built_in_rules_are_right() {
        let rules = Rules::load(RULES, None).unwrap();
        assert_eq!(rules.visit_rule(Tier::A).overdue_after_days, 90);
        assert_eq!(rules.visit_sentences()[3], "D 类：满 365 天应访，超过 730 天算逾期");
    }

    #[test]
    fn an_office_replaces_the_sections_it_writes() {
        let own = "[[visits]]\ntier='A'\ndue_after_days=15\noverdue_after_days=30\n";
        let error = Rules::load(RULES, Some(("营业部/rules.toml", own))).unwrap_err();
        assert_eq!(error.to_string(), "营业部/rules.toml：[[visits]] 少了 B 类的拜访间隔");
        let own = "[limits]\nrecord_within_hours=48\n";
        let rules = Rules::load(RULES, Some(("营业部/rules.toml", own))).unwrap();
        assert_eq!(rules.limits.record_within_hours, 48);
        assert_eq!(rules.visit_rule(Tier::B).due_after_days, 90);
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let error = Rules::load(RULES, Some(("营业部/rules.toml", "\n\n[[tier]]\nlevle='A'\n"))).unwrap_err();
        assert!(error.to_string().contains("第 4 行"), "{error}");
    }
}
