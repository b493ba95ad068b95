//! Whether a value is what a field holds: the evidence by which a form is told from a page of words, and a label
//! with two meanings from itself.

use crate::model::address::Address;
use crate::model::cell::Cell;
use crate::model::certificate::Certificate;
use crate::model::client_no::ClientNo;
use crate::model::client_type::ClientType;
use crate::model::coverage::CoverageTerm;
use crate::model::date::{Moment, PartialDate};
use crate::model::marital::Marital;
use crate::model::money::{Amount, Unit};
use crate::model::name::PersonName;
use crate::model::pay::Pay;
use crate::model::phone::Phones;
use crate::model::policy_status::PolicyStatus;
use crate::model::reading::Reading;
use crate::model::relation::RelationReading;
use crate::model::visit_way::VisitWay;
use crate::model::yes_no::YesNo;
use crate::templates::Templates;
use crate::templates::fields::{Claim, FieldType};

/// Whether a value is one of this type. `None` where nothing can be said: free text, a blank, a mask.
pub fn fits(kind: FieldType, cell: Cell<'_>, templates: &Templates) -> Option<bool> {
    let values = &templates.values;
    match kind {
        FieldType::Name | FieldType::AgentName => match PersonName::read(cell) {
            Reading::Good(name) if (2..=4).contains(&name.as_str().chars().count()) => Some(true),
            Reading::Bad(_) => Some(false),
            _ => None,
        },
        FieldType::Gender => told(&values.gender.read(cell)),
        FieldType::Date => told(&PartialDate::read(cell)),
        FieldType::Moment => told(&Moment::read(cell)),
        FieldType::Money => told(&Amount::read(cell, Unit::Yuan)),
        FieldType::Certificate => told(&Certificate::read(cell, None)),
        FieldType::Phones => told(&Phones::read(cell)),
        FieldType::Address => told(&Address::read(cell)).filter(|good| *good),
        FieldType::Marital => told(&Marital::read(cell, values)),
        FieldType::ClientNo => told(&ClientNo::read(cell)),
        FieldType::ClientType => told(&ClientType::read(cell, values)),
        FieldType::Pay => told(&Pay::read_mode(cell, values, None)),
        FieldType::PayTerm => told(&Pay::read_term(cell, values)),
        FieldType::Coverage => told(&CoverageTerm::read(cell, values)),
        FieldType::PolicyStatus => told(&PolicyStatus::read(cell, values)),
        FieldType::Relation => told(&RelationReading::read(cell, values)),
        FieldType::VisitWay => told(&VisitWay::read(cell, values)),
        FieldType::YesNo => told(&YesNo::read(cell, values)),
        FieldType::CertKind => Some(values.certificate_title(&cell.to_text()).is_some()).filter(|known| *known),
        FieldType::Count => match cell {
            Cell::Number(_) => Some(true),
            Cell::Text(text) => text.chars().next().map(|c| c.is_ascii_digit()),
            _ => None,
        },
        FieldType::Text | FieldType::Code | FieldType::Word | FieldType::PolicyNo | FieldType::Family => None,
    }
}

fn told<T, E>(reading: &Reading<T, E>) -> Option<bool> {
    match reading {
        Reading::Good(_) => Some(true),
        Reading::Bad(_) => Some(false),
        Reading::Blank | Reading::Masked => None,
    }
}

/// Whether a text that would be a label is a value of the label before it: 关系 | 配偶, 拜访方式 | 电话. Of names
/// and dates no text that is a label is one.
pub fn answers(claims: &[Claim], cell: Cell<'_>, templates: &Templates) -> bool {
    claims.iter().any(|claim| {
        let kind = templates.fields.entry(claim.field).kind;
        let is_of_words = matches!(
            kind,
            FieldType::Gender
                | FieldType::Marital
                | FieldType::CertKind
                | FieldType::ClientType
                | FieldType::Pay
                | FieldType::PolicyStatus
                | FieldType::Relation
                | FieldType::VisitWay
                | FieldType::YesNo
        );
        is_of_words && fits(kind, cell, templates) == Some(true)
    })
}
