//! What a household has in force, person by person: the sums that tell where something is missing.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use polars::prelude::*;

use super::columns::{day, days, flags, text, whole};
use crate::model::policy_status::PolicyStatus;
use crate::model::product::{ProductClass, Protection};

/// The columns of the table of policies that sums are made of.
pub struct PolicyColumns {
    /// Blank is our own company.
    pub insurer: Option<StringChunked>,
    /// 保单号.
    pub number: Option<StringChunked>,
    /// 险种.
    pub product: Option<StringChunked>,
    /// Names of the riders, with `；` between.
    pub riders: Option<StringChunked>,
    /// 险种类别.
    pub class: Option<StringChunked>,
    /// 投保人.
    pub applicant: Option<Int64Chunked>,
    /// 被保险人.
    pub insured: Option<Int64Chunked>,
    /// A year's premium, riders included, in 分.
    pub annual: Option<Int64Chunked>,
    sum: Option<Int64Chunked>,
    in_force: Option<BooleanChunked>,
    status: Option<StringChunked>,
    lapse: Option<Int32Chunked>,
}

impl PolicyColumns {
    /// Of the table of policies.
    pub fn of(policies: &DataFrame) -> PolicyColumns {
        PolicyColumns {
            insurer: text(policies, "insurer"),
            number: text(policies, "policy_no"),
            product: text(policies, "product"),
            riders: text(policies, "riders"),
            class: text(policies, "product_class"),
            applicant: whole(policies, "applicant_person_id"),
            insured: whole(policies, "insured_person_id"),
            annual: whole(policies, "annual_fen"),
            sum: whole(policies, "sum_assured"),
            in_force: flags(policies, "in_force"),
            status: text(policies, "status"),
            lapse: days(policies, "lapse_date"),
        }
    }

    /// Whether a policy is in force. Only what is certainly over, or never began, is not shown among those in force.
    pub fn in_force(&self, row: u32) -> bool {
        self.in_force.as_ref().and_then(|flags| flags.get(row as usize)) == Some(true)
    }

    /// Until when a suspended policy can be reinstated; blank when nobody knows since when it is suspended.
    pub fn reinstate_until(&self, row: u32, within: Months) -> Option<NaiveDate> {
        let suspended = self.status(row).is_some_and(PolicyStatus::can_reinstate);
        let lapsed = self.lapse.as_ref().and_then(|days| days.get(row as usize)).and_then(day)?;
        if suspended { lapsed.checked_add_months(within) } else { None }
    }

    fn status(&self, row: u32) -> Option<PolicyStatus> {
        PolicyStatus::from_title(self.status.as_ref()?.get(row as usize)?)
    }

    fn class_of(&self, row: u32) -> Option<ProductClass> {
        ProductClass::from_title(self.class.as_ref()?.get(row as usize)?)
    }
}

/// What somebody, or everybody together, has in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// How many policies.
    pub policies: u32,
    /// A year's premium in 分; nothing for policies that are paid up.
    pub premium: i64,
    /// Sums assured in 分, by protection.
    assured: [i64; 4],
    /// Whether there is a policy that gives the protection, whatever its sum.
    has: [bool; 4],
    /// Whether there is an annuity or a fund for schooling.
    pub annuity: bool,
}

impl Sums {
    /// Sum assured in 分; nothing where there is none.
    pub fn assured(&self, protection: Protection) -> Option<i64> {
        Some(self.assured[protection as usize]).filter(|sum| *sum > 0)
    }

    /// Whether this protection is there.
    pub fn has(&self, protection: Protection) -> bool {
        self.has[protection as usize]
    }

    /// The protections that are missing.
    pub fn gaps(&self) -> impl Iterator<Item = Protection> + '_ {
        Protection::ALL.iter().copied().filter(|protection| !self.has(*protection))
    }

    fn add(&mut self, policies: &PolicyColumns, row: u32) {
        self.policies += 1;
        let paid_up = policies.status(row) == Some(PolicyStatus::PaidUp);
        let at = |column: &Option<Int64Chunked>| column.as_ref().and_then(|sums| sums.get(row as usize)).unwrap_or(0);
        self.premium += if paid_up { 0 } else { at(&policies.annual) };
        let Some(class) = policies.class_of(row) else { return };
        self.annuity |= matches!(class, ProductClass::Annuity | ProductClass::EducationAnnuity);
        if let Some(protection) = class.protection() {
            self.has[protection as usize] = true;
            self.assured[protection as usize] += at(&policies.sum);
        }
    }
}

/// What a household has in force.
#[derive(Debug, Default)]
pub struct Cover {
    /// Everybody together.
    pub all: Sums,
    /// By person id of the insured.
    pub people: BTreeMap<i64, Sums>,
    /// Suspended policies that can still be reinstated.
    pub reinstatable: u32,
}

impl Cover {
    /// From the rows of a household's policies.
    pub fn of(rows: &[u32], policies: &PolicyColumns, within: Months, as_of: NaiveDate) -> Cover {
        let mut cover = Cover::default();
        for row in rows {
            if policies.in_force(*row) {
                cover.all.add(policies, *row);
                if let Some(insured) = policies.insured.as_ref().and_then(|people| people.get(*row as usize)) {
                    cover.people.entry(insured).or_default().add(policies, *row);
                }
            } else if policies.status(*row).is_some_and(PolicyStatus::can_reinstate) {
                let late = policies.reinstate_until(*row, within).is_some_and(|until| until < as_of);
                cover.reinstatable += u32::from(!late);
            }
        }
        cover
    }
}
