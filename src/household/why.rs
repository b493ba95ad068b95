//! Why somebody is in a household, in a sentence the office can check against its papers.

use super::home::{Bond, PersonTie};
use crate::model::assembled::{Person, SecondSign, TieSource};

/// The sentence for a bond.
pub fn bond(bond: &Bond, persons: &[Person]) -> String {
    let name = |person: u32| match &*persons[person as usize].name {
        "" => "（姓名不详）",
        name => name,
    };
    let (who, of, relation) = (name(bond.who), name(bond.of), bond.relation.title());
    let since = bond.since.map(|day| format!("（{day} 的保单）")).unwrap_or_default();
    match (bond.source, bond.besides) {
        (_, Some(SecondSign::ChildInCommon)) => format!("{who}和{of}是同一个孩子的父母，都没有别的配偶，也没有分开住"),
        (TieSource::SharedHome, besides) => {
            let besides = besides.map(second_sign).unwrap_or("没有别的凭据");
            format!("{who}和{of}现在住在同一处，{besides}")
        }
        (TieSource::FamilySheet | TieSource::Reviewed, _) => format!("家庭对照表写明{who}和{of}是一户"),
        (TieSource::Card, _) => format!("登记表或服务卡写明{who}是{of}的{relation}"),
        (TieSource::Policy, _) => format!("保单写明{who}是{of}的{relation}{since}"),
        (TieSource::SharedNumber, _) => format!("登记表里{who}和{of}用一个编号，住址或电话也相同"),
        (TieSource::Beneficiary, _) => format!("保单受益人：{who}和{of}，年龄性别像{relation}{since}"),
        (TieSource::SamePolicy, _) => format!("{who}和{of}在一张保单上，没写关系，年龄性别像{relation}{since}"),
    }
}

/// The sentence for a statement about two, whatever came of it.
pub fn tie(tie: &PersonTie, persons: &[Person]) -> String {
    let name = |person: u32| &*persons[person as usize].name;
    let (who, of, relation) = (name(tie.who), name(tie.of), tie.relation.title());
    let since = tie.since.map(|day| format!("（{day} 的保单）")).unwrap_or_default();
    match tie.source {
        TieSource::FamilySheet if tie.apart => format!("家庭对照表写明{who}和{of}不是一户"),
        TieSource::FamilySheet => format!("家庭对照表写明{who}和{of}是一户"),
        TieSource::Reviewed => format!("{who}和{of}已经核对过，保持原样"),
        TieSource::Card => format!("登记表或服务卡写明{who}是{of}的{relation}"),
        TieSource::Policy => format!("保单写明{who}是{of}的{relation}{since}"),
        TieSource::SharedNumber => format!("登记表里{who}和{of}用一个编号，住址或电话也相同"),
        TieSource::Beneficiary => format!("{who}和{of}：一个是另一个保单的受益人{since}"),
        TieSource::SamePolicy => format!("{who}和{of}在一张保单上，没写关系{since}"),
        TieSource::SharedHome => format!("{who}和{of}住在一处"),
    }
}

/// What spoke for it besides the home.
pub fn second_sign(sign: SecondSign) -> &'static str {
    match sign {
        SecondSign::Kin => "两边有人在保单、受益人或卡上是亲属",
        SecondSign::Phone => "登记了同一个电话",
        SecondSign::Couple => "专员相同，年纪相近的一男一女，都没有别的配偶",
        SecondSign::ParentAndChild => "专员相同，同姓、差一辈",
        SecondSign::Minor => "专员相同，一个未成年，一个长一辈",
        SecondSign::ChildInCommon => "是同一个孩子的父母",
    }
}
