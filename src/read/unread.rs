//! What is said of a sheet that nobody understood: its first rows, the row that looks like a heading, and whether it
//! only sums up what other lists say.

use super::heading::TopRow;
use super::table::as_written;
use crate::problem::SourceId;
use crate::templates::fields::{Field, Fields};
use crate::templates::heading::Heading;

/// So many rows of such a sheet are shown.
const SHOWN: usize = 5;

/// A sheet, or a strip of one, that is no list of ours.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Which sheet.
    pub source: SourceId,
    /// Its first rows, with their numbers as Excel shows them.
    pub rows: Vec<(u32, Vec<String>)>,
    /// The row that looks most like a heading, if any does.
    pub heading: Option<(u32, Vec<String>)>,
}

impl Unread {
    /// From the first rows of a sheet.
    pub fn of(rows: &[TopRow], source: SourceId, fields: &Fields) -> Unread {
        let heading = likely_heading(rows, fields).map(|row| (row.number, texts(row)));
        Unread { source, rows: rows.iter().take(SHOWN).map(|row| (row.number, texts(row))).collect(), heading }
    }

    /// Whether it counts and adds up what lists say of clients and policies (layout L10).
    pub fn is_summary(&self, fields: &Fields) -> bool {
        const COUNTED: [&str; 10] = ["件数", "保费", "达成", "率", "占比", "人数", "人力", "排名", "比例", "合计"];
        let Some((_, headings)) = &self.heading else { return false };
        let key = |heading: &String| Heading::of(heading).key;
        let names_somebody = headings.iter().flat_map(|heading| fields.claims(&key(heading)).0).any(|claim| {
            [Field::NAME, Field::POLICY_NO, Field::PHONE, Field::CERT_NO, Field::HOUSEHOLD_NO].contains(&claim.field)
        });
        let counted = headings.iter().filter(|heading| COUNTED.iter().any(|word| key(heading).ends_with(word))).count();
        !names_somebody && counted >= 2 && counted * 2 >= headings.len()
    }
}

fn texts(row: &TopRow) -> Vec<String> {
    row.cells.iter().map(|(_, cell)| as_written(cell.cell()).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Of the first rows the one with most short texts, those that are headings of ours counting twice; the first of several.
fn likely_heading<'r>(rows: &'r [TopRow], fields: &Fields) -> Option<&'r TopRow> {
    let worth = |row: &TopRow| {
        let texts = texts(row);
        let is_short =
            |text: &&String| (1..=15).contains(&text.chars().count()) && !text.contains(|c: char| c.is_ascii_digit());
        let known = texts.iter().filter(|text| !fields.claims(&Heading::of(text).key).0.is_empty()).count();
        texts.iter().filter(is_short).count() + known
    };
    let best = rows.iter().map(worth).max().filter(|worth| *worth >= 2)?;
    rows.iter().find(|row| row.cells.len() > 1 && worth(row) == best)
}
