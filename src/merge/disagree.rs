//! Two lists of one day that say different things of one policy: one of them is wrong, and the office should know
//! which was taken.

use rustc_hash::FxHashMap;

use super::Month;
use super::policies::Folded;
use crate::model::assembled::NONE;
use crate::model::list::{Kind, List, Slot};
use crate::problem::{Code, Outcome, Problem, Problems};
use crate::templates::fields::Field;

/// What a wrong one of would make figures wrong. Lists of renewals have the state of another day.
const COMPARED: [Field; 5] =
    [Field::STATUS, Field::SUM_ASSURED, Field::PREMIUM, Field::ANNUAL_PREMIUM, Field::EFFECTIVE_DATE];

/// Tells of each policy what a later list, which has the last word, says otherwise than an earlier one of the same
/// day. `order` is the order in which a later list has the last word.
pub fn report(month: &Month<'_>, folded: &[Folded], order: &[usize], problems: &mut Problems) {
    let lists: Vec<usize> = order.iter().copied().filter(|at| month.lists[*at].kind == Kind::Policies).collect();
    for (later, at) in lists.iter().enumerate() {
        let list = &month.lists[*at];
        let same_day = lists[..later].iter().rev().filter(|other| month.lists[**other].date == list.date);
        for other in same_day {
            report_pair((&month.lists[*other], &folded[*other]), (list, &folded[*at]), month, problems);
        }
    }
}

fn report_pair(
    (earlier, known): (&List, &Folded),
    (later, fold): (&List, &Folded),
    month: &Month<'_>,
    problems: &mut Problems,
) {
    let main_rows = known.records.iter().enumerate().filter(|(_, policy)| **policy != NONE);
    let row_of: FxHashMap<u32, usize> = main_rows.map(|(row, policy)| (*policy, row)).collect();
    let compared: Vec<_> = COMPARED
        .into_iter()
        .filter_map(|field| Some((earlier.column(Slot::of(field))?, later.column(Slot::of(field))?)))
        .collect();
    for (row, policy) in fold.records.iter().enumerate().filter(|(_, policy)| **policy != NONE) {
        let Some(other) = row_of.get(policy) else { continue };
        for (before, now) in &compared {
            let (was, is) = (before.data.show(*other), now.data.show(row));
            if was.is_empty() || is.is_empty() || was == is {
                continue;
            }
            let (place, there) = (later.cell(row, now), earlier.cell(*other, before));
            problems.push(Problem {
                code: Code::PolicyListsDisagree,
                place,
                field: now.heading.clone(),
                found: is.into(),
                what: format!("另一份清单（{}）写的是“{was}”，以这里的为准", month.sources.beside(place, there)).into(),
                outcome: Outcome::KeptAsIs,
            });
        }
    }
}
