//! What a sheet is a list of, told by which headings it has.

use rustc_hash::FxHashSet;

use crate::model::list::Kind;
use crate::templates::fields::{Claim, Field, Role};

/// Everything the headings of a sheet may mean.
pub struct Evidence {
    fields: FxHashSet<(Field, Option<Role>)>,
}

impl Evidence {
    /// From the claims of all columns.
    pub fn of<'a>(claims: impl Iterator<Item = &'a Claim>) -> Evidence {
        Evidence { fields: claims.map(|claim| (claim.field, claim.role)).collect() }
    }

    fn has(&self, field: Field) -> bool {
        self.fields.iter().any(|(known, role)| *known == field && role.is_none())
    }

    fn has_role(&self, role: Role, field: Field) -> bool {
        self.fields.contains(&(field, Some(role)))
    }

    fn any(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.has(*field))
    }

    /// The kind of list, or `None` when the headings fit none.
    pub fn kind(&self) -> Option<Kind> {
        use Field as F;
        let someone = self.has(F::NAME) || self.has_role(Role::Applicant, F::NAME);
        let anyone = someone || self.has_role(Role::Head, F::NAME) || self.has_role(Role::Member, F::NAME);
        let policy = self.has(F::POLICY_NO);
        let sums = self.any(&[F::PREMIUM, F::ANNUAL_PREMIUM, F::TOTAL_PREMIUM, F::SUM_ASSURED]);
        let client_key = someone || self.any(&[F::HOUSEHOLD_NO, F::CERT_NO, F::PHONE]) || policy;
        let family = self.has(F::RELATION_TO_HEAD) || self.has(F::FAMILY_RULING);

        if self.has(F::FIRST_NO) && self.has(F::SECOND_NO) && self.has(F::FAMILY_RULING) {
            return Some(Kind::FamilyCheck);
        }
        if family && !policy && (self.has_role(Role::Member, F::NAME) || self.has_role(Role::Head, F::NAME)) {
            return Some(Kind::Family);
        }
        let told =
            self.any(&[F::VISIT_WAY, F::VISIT_TOPIC, F::VISIT_CONTENT, F::VISIT_FEEDBACK, F::VISIT_PLACE, F::RECORDED_TIME]);
        if self.has(F::VISIT_TIME) && told && client_key && !sums {
            return Some(Kind::Visits);
        }
        if !policy && client_key && self.has(F::NEED_TEXT) && self.has(F::NEED_DETAIL) {
            return Some(Kind::Needs);
        }
        if !policy && client_key && self.has(F::FRIEND_NAME) {
            return Some(Kind::Referrals);
        }
        if policy && self.any(&[F::DUE_DATE, F::RENEWAL_PROMPT]) && !self.has(F::SUM_ASSURED) {
            return Some(Kind::Renewals);
        }
        if policy && (sums || self.any(&[F::PRODUCT, F::PRODUCT_CODE, F::STATUS, F::EFFECTIVE_DATE]) || someone) {
            return Some(Kind::Policies);
        }
        let agent = self.any(&[F::AGENT, F::SELLER, F::AGENT_CODE, F::SELLER_CODE]);
        let client = someone && self.any(&[F::PHONE, F::CERT_NO, F::ADDRESS, F::BIRTH, F::GENDER]);
        if agent && self.any(&[F::TEAM, F::SUPERVISOR]) && !client {
            return Some(Kind::Organisation);
        }
        let card =
            [F::HOUSEHOLD_NO, F::CLIENT_TYPE, F::FAMILY_MEMBERS, F::MAIN_NEED, F::AGREED_VISIT, F::SERVICE_PREFERENCE];
        if anyone && card.iter().filter(|field| self.has(**field)).count() >= 2 {
            return Some(Kind::Register);
        }
        if client {
            return Some(Kind::Clients);
        }
        (anyone && self.any(&card)).then_some(Kind::Register)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::fields::Fields;
    use crate::templates::heading::Heading;

    #[track_caller]
    fn case(headings: &str, want: Option<Kind>) {
        let fields = Fields::load(crate::templates::FIELDS, None).unwrap();
        let claims: Vec<Claim> =
            headings.split('|').flat_map(|heading| fields.claims(&Heading::of(heading).key).0).collect();
        assert_eq!(Evidence::of(claims.iter()).kind(), want, "{headings}");
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
