//! Columns that come several times in one row. Visits or policies side by side (拜访日期1, 拜访内容1, 拜访日期2, …) are
//! rows of the list, one each; telephones and riders are kept beside each other; of anything else only the first is
//! taken, and the others are kept as written and told.

use super::heading::Mapped;
use crate::model::list::{Kind, Slot};
use crate::templates::fields::{Field, Fields, Record, Role};

/// Settles what becomes of columns that hold the same field once more.
pub fn settle(mapped: &mut [Mapped], kind: Kind, fields: &Fields) {
    let with = |slot: Slot, columns: &[Mapped]| -> Vec<u8> {
        let same = columns.iter().filter_map(|column| column.slot);
        same.filter(|other| (other.role, other.field) == (slot.role, slot.field)).map(|other| other.nth).collect()
    };
    if anchor(kind).is_some_and(|anchor| with(anchor, mapped).len() > 1) {
        let several: Vec<bool> =
            mapped.iter().map(|column| column.slot.is_some_and(|slot| with(slot, mapped).len() > 1)).collect();
        for (column, several) in mapped.iter_mut().zip(several) {
            if let Some(slot) = column.slot.as_mut().filter(|slot| is_of_record(kind, **slot, fields))
                && (several || column.column.number > 0)
            {
                column.turn = Some(slot.nth);
                slot.nth = 0;
            }
        }
    }
    for at in 0..mapped.len() {
        let Some(slot) = mapped[at].slot.filter(|slot| slot.nth > 0 && !stand_beside(kind, *slot, fields)) else { continue };
        // 备注2 alone is the only one.
        let first = *with(slot, mapped).iter().min().expect("it is one of them");
        if first == slot.nth {
            mapped[at].slot = Some(Slot { nth: 0, ..slot });
        } else {
            let first = Some(Slot { nth: first, ..slot });
            mapped[at].same_as = mapped.iter().position(|column| column.slot == first);
            mapped[at].slot = None;
        }
    }
}

/// What every record of a list has: where there are two of them, there are two records.
fn anchor(kind: Kind) -> Option<Slot> {
    match kind {
        Kind::Policies | Kind::Renewals => Some(Slot::of(Field::POLICY_NO)),
        Kind::Visits => Some(Slot::of(Field::VISIT_TIME)),
        Kind::Needs => Some(Slot::of(Field::NEED_TEXT)),
        Kind::Referrals => Some(Slot::of(Field::FRIEND_NAME)),
        Kind::Family => Some(Slot::whose(Role::Member, Field::NAME)),
        _ => None,
    }
}

/// Whether a column tells of the record, not of the client who has several.
fn is_of_record(kind: Kind, slot: Slot, fields: &Fields) -> bool {
    let of = fields.entry(slot.field).of;
    match kind {
        Kind::Policies | Kind::Renewals => of == Record::Policy || slot.role == Role::Insured,
        Kind::Visits => of == Record::Visit,
        Kind::Needs => of == Record::Need,
        Kind::Referrals => of == Record::Referral,
        Kind::Family => of == Record::Family || slot.role == Role::Member,
        _ => false,
    }
}

/// Whether several of them are kept beside each other: telephones, riders, relatives.
fn stand_beside(kind: Kind, slot: Slot, fields: &Fields) -> bool {
    match slot.field {
        Field::PHONE | Field::HOME_PHONE => true,
        Field::RIDER_PRODUCT | Field::RIDER_PREMIUM => kind.has_policies(),
        _ => matches!(kind, Kind::Clients | Kind::Register) && fields.relation_of(slot.role).is_some(),
    }
}
