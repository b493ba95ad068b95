//! Sheets that go on where the sheet before ends: the second page of a list without its heading, the back of a card.

use super::form::{self, fits};
use super::heading::{FoundHeading, HeadedColumn, TopRow};
use crate::templates::Templates;
use crate::templates::fields::FieldType;

/// What the sheet before held, for the next one to go on with.
#[derive(Clone, Debug)]
pub enum Before {
    /// A list: its name, and its heading.
    List(String, FoundHeading),
    /// One card.
    Card(form::Tail),
}

/// So many rows above the first one of data may be titles.
const MOST_TITLES: usize = 3;

impl Before {
    /// Whether a sheet of this name may go on with it: a list needs no name for that, its rows show it.
    pub fn may_go_on_in(&self, name: &str) -> bool {
        match self {
            Before::List(..) => true,
            Before::Card(tail) => tail.may_go_on_in(name),
        }
    }
}

/// The heading of the sheet before, for rows that have none and fit it; nothing if they do not.
pub fn under(before: &FoundHeading, rows: &[TopRow], templates: &Templates) -> Option<FoundHeading> {
    let titles = rows.iter().take_while(|row| row.cells.len() == 1).count();
    let data = &rows[titles..];
    let first = data.first().filter(|_| titles <= MOST_TITLES)?;
    let column_at = |at: u32| {
        let found = before.columns.binary_search_by_key(&at, |column| column.at).ok()?;
        Some(&before.columns[found])
    };
    // A row of that list says at least two things that only such a row says, and nothing that it cannot say.
    let is_row = |row: &TopRow| {
        let mut told = 0;
        for (at, cell) in &row.cells {
            let Some(column) = column_at(*at) else { return false };
            let kinds = column.claims.iter().map(|claim| templates.fields.entry(claim.field).kind);
            match kinds.filter_map(|kind| fits::fits(kind, cell.cell(), templates)).max() {
                Some(true) if is_telling(column, templates) => told += 1,
                Some(false) => return false,
                _ => {}
            }
        }
        told > 1
    };
    let rows = data.iter().filter(|row| is_row(row)).count();
    // The others: a sum, a signature, a slip of the pen.
    let others = data.len() - rows;
    let fits = is_row(first) && others <= 1 + rows / 4 && others < rows;
    fits.then(|| {
        // What there is to say about the headings was said where they stand.
        let said = |column: &HeadedColumn| HeadedColumn { seen: None, is_settled: true, ..column.clone() };
        FoundHeading {
            last_row: 0,
            rows_used: titles,
            preface_rows: titles,
            columns: before.columns.iter().map(said).collect(),
            ..before.clone()
        }
    })
}

/// Whether a value that fits this column says something: any number is a sum, any short word a name of something.
fn is_telling(column: &HeadedColumn, templates: &Templates) -> bool {
    let kinds = column.claims.iter().map(|claim| templates.fields.entry(claim.field).kind);
    !column.claims.is_empty()
        && kinds.clone().all(|kind| !matches!(kind, FieldType::Money | FieldType::Count | FieldType::Address))
}
