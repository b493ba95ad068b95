//! What a sheet is a list of, told by which headings it has.

use crate::model::list::{Kind, RunnerUp, Verdict};
use crate::templates::fields::{Claim, Field, Role};

/// A heading that a kind of list has: which field, of whom. Nobody's where the heading does not say.
type Sign = (Field, Option<Role>);

/// Headings of which a list of some kind has so many.
#[derive(Clone, Copy, Debug)]
struct Need {
    any: &'static [Sign],
    at_least: usize,
    /// Whether lists of other kinds have them as well: who it is about, which policy.
    is_common: bool,
}

/// What makes a list one of a kind. The first rule that fits decides.
struct Rule {
    kind: Kind,
    needs: &'static [Need],
    /// With all of these it is something else.
    unless: &'static [Need],
}

const fn one_of(any: &'static [Sign]) -> Need {
    Need { any, at_least: 1, is_common: false }
}

const fn common(any: &'static [Sign]) -> Need {
    Need { any, at_least: 1, is_common: true }
}

use Field as F;

const HOLDER: Sign = (F::NAME, Some(Role::Applicant));
const SOMEONE: &[Sign] = &[(F::NAME, None), HOLDER];
const ANYONE: &[Sign] = &[(F::NAME, None), HOLDER, (F::NAME, Some(Role::Head)), (F::NAME, Some(Role::Member))];
const RELATIVES: &[Sign] = &[(F::NAME, Some(Role::Member)), (F::NAME, Some(Role::Head))];
const CLIENT: &[Sign] =
    &[(F::NAME, None), HOLDER, (F::HOUSEHOLD_NO, None), (F::CERT_NO, None), (F::PHONE, None), (F::POLICY_NO, None)];
const POLICY: &[Sign] = &[(F::POLICY_NO, None)];
const SUMS: &[Sign] = &[(F::PREMIUM, None), (F::ANNUAL_PREMIUM, None), (F::TOTAL_PREMIUM, None), (F::SUM_ASSURED, None)];
const OF_POLICIES: &[Sign] = &[
    (F::PREMIUM, None),
    (F::ANNUAL_PREMIUM, None),
    (F::TOTAL_PREMIUM, None),
    (F::SUM_ASSURED, None),
    (F::PRODUCT, None),
    (F::PRODUCT_CODE, None),
    (F::STATUS, None),
    (F::EFFECTIVE_DATE, None),
];
const OF_VISITS: &[Sign] = &[
    (F::VISIT_WAY, None),
    (F::VISIT_TOPIC, None),
    (F::VISIT_CONTENT, None),
    (F::VISIT_FEEDBACK, None),
    (F::VISIT_PLACE, None),
    (F::RECORDED_TIME, None),
];
const AGENTS: &[Sign] = &[(F::AGENT, None), (F::SELLER, None), (F::AGENT_CODE, None), (F::SELLER_CODE, None)];
const OF_CLIENTS: &[Sign] = &[(F::PHONE, None), (F::CERT_NO, None), (F::ADDRESS, None), (F::BIRTH, None), (F::GENDER, None)];
const OF_CARDS: &[Sign] = &[
    (F::HOUSEHOLD_NO, None),
    (F::CLIENT_TYPE, None),
    (F::FAMILY_MEMBERS, None),
    (F::MAIN_NEED, None),
    (F::AGREED_VISIT, None),
    (F::SERVICE_PREFERENCE, None),
];

const RULES: [Rule; 12] = [
    Rule {
        kind: Kind::FamilyCheck,
        needs: &[one_of(&[(F::FIRST_NO, None)]), one_of(&[(F::SECOND_NO, None)]), one_of(&[(F::FAMILY_RULING, None)])],
        unless: &[],
    },
    Rule {
        kind: Kind::Family,
        needs: &[one_of(&[(F::RELATION_TO_HEAD, None), (F::FAMILY_RULING, None)]), one_of(RELATIVES)],
        unless: &[one_of(POLICY)],
    },
    Rule {
        kind: Kind::Visits,
        needs: &[one_of(&[(F::VISIT_TIME, None)]), one_of(OF_VISITS), common(CLIENT)],
        unless: &[one_of(SUMS)],
    },
    Rule {
        kind: Kind::Needs,
        needs: &[one_of(&[(F::NEED_TEXT, None)]), one_of(&[(F::NEED_DETAIL, None)]), common(CLIENT)],
        unless: &[one_of(POLICY)],
    },
    Rule { kind: Kind::Referrals, needs: &[one_of(&[(F::FRIEND_NAME, None)]), common(CLIENT)], unless: &[one_of(POLICY)] },
    Rule {
        kind: Kind::Renewals,
        needs: &[common(POLICY), one_of(&[(F::DUE_DATE, None), (F::RENEWAL_PROMPT, None)])],
        unless: &[one_of(&[(F::SUM_ASSURED, None)])],
    },
    Rule { kind: Kind::Policies, needs: &[one_of(POLICY), one_of(OF_POLICIES)], unless: &[] },
    Rule { kind: Kind::Policies, needs: &[one_of(POLICY), common(SOMEONE)], unless: &[] },
    Rule {
        kind: Kind::Organisation,
        needs: &[one_of(AGENTS), one_of(&[(F::TEAM, None), (F::SUPERVISOR, None)])],
        unless: &[one_of(SOMEONE), one_of(OF_CLIENTS)],
    },
    Rule {
        kind: Kind::Register,
        needs: &[common(ANYONE), Need { any: OF_CARDS, at_least: 2, is_common: false }],
        unless: &[],
    },
    Rule { kind: Kind::Clients, needs: &[common(SOMEONE), one_of(OF_CLIENTS)], unless: &[] },
    Rule { kind: Kind::Register, needs: &[common(ANYONE), one_of(OF_CARDS)], unless: &[] },
];

/// Everything the headings of a sheet may mean.
pub struct Evidence<'a> {
    /// What each heading may mean.
    claims: Vec<(&'a str, &'a Claim)>,
}

impl<'a> Evidence<'a> {
    /// From the claims of all columns, with their headings.
    pub fn of(claims: impl Iterator<Item = (&'a str, &'a Claim)>) -> Evidence<'a> {
        Evidence { claims: claims.collect() }
    }

    fn has(&self, sign: &Sign) -> bool {
        self.claims.iter().any(|(_, claim)| (claim.field, claim.role) == *sign)
    }

    /// How many of the headings somebody needs are there.
    fn count(&self, need: &Need) -> usize {
        need.any.iter().filter(|sign| self.has(sign)).count()
    }

    fn meets(&self, need: &Need) -> bool {
        // Nearly always one is enough.
        if need.at_least == 1 { need.any.iter().any(|sign| self.has(sign)) } else { self.count(need) >= need.at_least }
    }

    fn is_excluded(&self, rule: &Rule) -> bool {
        !rule.unless.is_empty() && rule.unless.iter().all(|need| self.meets(need))
    }

    fn fits(&self, rule: &Rule) -> bool {
        rule.needs.iter().all(|need| self.meets(need)) && !self.is_excluded(rule)
    }

    /// The kind of list, or `None` when the headings fit none.
    pub fn kind(&self) -> Option<Kind> {
        RULES.iter().find(|rule| self.fits(rule)).map(|rule| rule.kind)
    }

    /// The kind and why it is that.
    pub fn verdict(&self) -> Option<Verdict> {
        let at = RULES.iter().position(|rule| self.fits(rule))?;
        let kind = RULES[at].kind;
        let others = || RULES.iter().filter(|rule| rule.kind != kind && !self.is_excluded(rule));
        let nearly = others().find_map(|rule| Some((rule, self.missing(rule)?)));
        let also =
            || RULES[at + 1..].iter().find(|rule| rule.kind != kind && self.fits(rule)).map(|rule| (rule, Vec::new()));
        let runner_up = nearly.or_else(also).map(|(rule, missing)| RunnerUp {
            kind: rule.kind,
            because: self.headings(rule, missing.is_empty()),
            missing,
        });
        Some(Verdict { kind, because: self.headings(&RULES[at], true), runner_up })
    }

    /// The fields of the one need that a rule has not met, if everything else and half of what is peculiar to it is
    /// there.
    fn missing(&self, rule: &Rule) -> Option<Vec<Field>> {
        let mut unmet = rule.needs.iter().filter(|need| !self.meets(need));
        let (first, None) = (unmet.next()?, unmet.next()) else { return None };
        let is_near = match first.at_least {
            1 => rule.needs.iter().any(|need| !need.is_common && self.meets(need)),
            more => self.count(first) + 1 == more,
        };
        let open = first.any.iter().filter(|sign| !self.has(sign)).map(|(field, _)| *field);
        is_near.then(|| open.collect())
    }

    /// The headings that speak for a rule; with those that many kinds have.
    fn headings(&self, rule: &Rule, with_common: bool) -> Vec<String> {
        let needs = || rule.needs.iter().filter(|need| with_common || !need.is_common);
        let speaks = |claim: &Claim| needs().any(|need| need.any.contains(&(claim.field, claim.role)));
        let mut headings: Vec<String> = Vec::new();
        for (heading, _) in self.claims.iter().filter(|(_, claim)| speaks(claim)) {
            if !headings.iter().any(|known| known == heading) {
                headings.push(heading.to_string());
            }
        }
        headings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::fields::Fields;
    use crate::templates::heading::Heading;

    fn claimed(headings: &str) -> Vec<(&str, Claim)> {
        let fields = Fields::load(crate::templates::FIELDS, None).unwrap();
        let claims = |heading| fields.claims(&Heading::of(heading).key).0.into_iter().map(move |claim| (heading, claim));
        headings.split('|').flat_map(claims).collect()
    }

    fn evidence<'a>(claims: &'a [(&'a str, Claim)]) -> Evidence<'a> {
        Evidence::of(claims.iter().map(|(heading, claim)| (*heading, claim)))
    }

    #[track_caller]
    fn case(headings: &str, want: Option<Kind>) {
        assert_eq!(evidence(&claimed(headings)).kind(), want, "{headings}");
    }

    /// What made it that kind, and what it nearly is: kind, headings, and the first field that is missing.
    #[track_caller]
    fn why(headings: &str, because: &str, near: Option<(Kind, &str, Option<Field>)>) {
        let claims = claimed(headings);
        let verdict = evidence(&claims).verdict().expect("a list");
        assert_eq!(verdict.because.join("|"), because, "{headings}");
        let found = verdict.runner_up.map(|other| (other.kind, other.because.join("|"), other.missing.first().copied()));
        assert_eq!(found, near.map(|(kind, because, missing)| (kind, because.to_string(), missing)), "{headings}");
    }

    #[test]
    fn a_kind_is_explained() {
        why("姓名|性别|手机|地址|服务人员", "姓名|性别|手机|地址", None);
        why("姓名|手机|险种|保额", "姓名|手机", Some((Kind::Policies, "险种|保额", Some(Field::POLICY_NO))));
        why("姓名|手机|客户类型", "姓名|手机", Some((Kind::Register, "客户类型", Some(Field::HOUSEHOLD_NO))));
        why("客户姓名|保单号|应缴费日期|主险保费", "保单号|应缴费日期", Some((Kind::Policies, "保单号|主险保费", None)));
        why("保单号|险种|投保人|保额|状态", "保单号|险种|保额|状态", None);
        why("姓名|手机|拜访内容", "姓名|手机", Some((Kind::Visits, "拜访内容", Some(Field::VISIT_TIME))));
        why("团队|主管姓名|业务员姓名|工号", "团队|主管姓名|业务员姓名|工号", None);
    }

    #[test]
    fn headings_tell_the_kind() {
        case("保单号|险种|投保人|被保险人|保额|年交保费|状态", Some(Kind::Policies));
        case("管理机构|业务员姓名|客户姓名|缴费提示|保单号|应缴费日期|主险险种|主险保费|保单状态", Some(Kind::Renewals));
        case("姓名|性别|手机|地址|服务人员", Some(Kind::Clients));
        case("客户编号|姓名|客户类型|家庭成员|手机", Some(Kind::Register));
        case(
            "卡号|建卡日期|客户姓名|性别|出生日期|身份证|电话|手机|住址|单位|家庭成员|已有保单|备注|专员",
            Some(Kind::Register),
        );
        case("序号|日期|客户|电话|方式|内容|专员", Some(Kind::Visits));
        case("拜访日期|客户姓名|主题|反馈|下次拜访日期", Some(Kind::Visits));
        case("客户编号|姓名|提出日期|需求类别|需求内容|追问细节|需求状态", Some(Kind::Needs));
        case("客户编号|姓名|亲友姓名|亲友关系|亲友电话|介绍日期", Some(Kind::Referrals));
        case("户主姓名|成员姓名|关系|处理", Some(Kind::Family));
        case("序号|目前|甲编号|甲姓名|乙编号|乙姓名|服务专员|核对凭据|程序建议|处理", Some(Kind::FamilyCheck));
        case("团队|主管姓名|业务员姓名|工号|在职状态", Some(Kind::Organisation));
        case("代码|含义", None);
    }
}
