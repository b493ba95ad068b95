//! The back of a card, or its next sheet, that does not say whose it is: it goes on with the card of the sheet before.

use super::FormSheet;
use super::card::{self, Card};
use super::evidence::{is_of_somebody, says_who};
use super::fits::fits;
use super::grid::Grid;
use super::records::{self, Filled, Row};
use super::subtable::SubTable;
use crate::model::list::{Kind, Slot};
use crate::problem::{Code, Outcome, Place, Problem, SourceId};
use crate::read::heading::{self, TopRow};
use crate::templates::Templates;
use crate::templates::fields::Field;
use crate::workbook::Merge;

/// What the next sheet may go on with: whose card it is, and its last table.
#[derive(Clone, Debug)]
pub struct Tail {
    /// The name of its sheet.
    sheet: String,
    /// Who the client is.
    who: Vec<Filled>,
    /// Its last table, without rows.
    table: Option<SubTable>,
}

/// By these a client is known again.
const KNOWN_BY: [Field; 5] = [Field::HOUSEHOLD_NO, Field::NAME, Field::PHONE, Field::BIRTH, Field::AGENT];

/// What the name of a sheet says that goes on with another.
const NEXT: [&str; 7] = ["续", "反面", "背面", "附页", "附表", "第二页", "下页"];

impl Tail {
    /// Of a card and its rows; nothing if they do not say who the client is.
    pub fn of(card: &Card, rows: &[Row], sheet: &str, templates: &Templates) -> Option<Tail> {
        let client = rows.iter().find(|row| matches!(row.kind, Kind::Register | Kind::Visits))?;
        let is_good = |cell: &&Filled| {
            let field = cell.slot.filter(|slot| *slot == Slot::of(slot.field)).map(|slot| slot.field);
            let known = field.filter(|field| KNOWN_BY.contains(field));
            known.is_some_and(|field| fits(templates.fields.entry(field).kind, cell.cell.cell(), templates) != Some(false))
        };
        let who: Vec<Filled> = client.cells.iter().filter(is_good).cloned().collect();
        let is_known =
            who.iter().any(|cell| [Some(Slot::of(Field::HOUSEHOLD_NO)), Some(Slot::of(Field::NAME))].contains(&cell.slot));
        let table = card.tables.iter().rfind(|table| is_of_somebody(table, templates)).cloned();
        is_known.then_some(Tail { sheet: sheet.to_string(), who, table })
    }

    /// Whether the name of a sheet says that it belongs to this card: the client's name or number is in it, or that it
    /// is the next one.
    pub fn may_go_on_in(&self, sheet: &str) -> bool {
        let names_client = [Field::NAME, Field::HOUSEHOLD_NO]
            .iter()
            .filter_map(|field| self.said(*field))
            .any(|said| sheet.contains(&said));
        // 续期 and 续保 are about policies.
        let is_next = |word: &str| sheet.split(word).skip(1).any(|rest| !rest.starts_with(['期', '保', '收', '缴', '交']));
        names_client || NEXT.iter().any(|word| is_next(word))
    }

    fn said(&self, field: Field) -> Option<String> {
        let cell = self.who.iter().find(|cell| cell.slot == Some(Slot::of(field)))?;
        Some(cell.cell.text().trim().to_string())
    }

    /// The sheet as a card, and whether it says its headings itself. Nothing if it is none.
    fn card(&self, grid: &Grid, templates: &Templates) -> Option<(Card, bool)> {
        let says_nobody = |card: &Card| {
            let entries = card.entries.iter().filter(|entry| entry.value.is_some() && says_who(&entry.label));
            entries.count() == 0
        };
        let own = card::read(grid, templates);
        if own.tables.iter().any(|table| is_of_somebody(table, templates)) {
            return Some((own, true)).filter(|(card, _)| says_nobody(card));
        }
        let on = card::read_on(grid, self.table.as_ref()?, templates);
        let (good, bad) = on.tables[0].fit(templates);
        let fits = good >= on.tables[0].rows.len() * 2 && good > 0 && bad * 10 <= good;
        (fits && says_nobody(&on)).then_some((on, false))
    }
}

/// Whether these rows, which are no form by themselves, go on with this card.
pub fn goes_on(rows: &[TopRow], merges: &[Merge], marked: bool, tail: &Tail, templates: &Templates) -> bool {
    let is_list = || heading::find(rows, merges, templates).is_some();
    tail.card(&Grid::new(rows, merges, marked), templates).is_some() && !is_list()
}

/// Reads a sheet that goes on with a card: everything on it is said of the same client.
pub fn read_on(
    rows: &[TopRow],
    merges: &[Merge],
    marked: bool,
    index: usize,
    tail: &Tail,
    templates: &Templates,
) -> FormSheet {
    let grid = Grid::new(rows, merges, marked);
    let mut sheet = FormSheet { present: grid.cells(), understood: grid.cells(), ..FormSheet::default() };
    let (card, has_headings) = tail.card(&grid, templates).unwrap_or_else(|| (card::read(&grid, templates), true));
    let begins = grid.lines.first().map_or(1, |line| line.number);
    let who =
        |cell: &Filled| Filled { heading: format!("{}（上一张）", cell.heading), at: (begins, 0), ..cell.clone() };
    let who: Vec<Filled> = tail.who.iter().map(who).collect();
    sheet.take(records::book(&card, index, &who, templates));
    let client: Vec<String> = [Field::HOUSEHOLD_NO, Field::NAME].iter().filter_map(|field| tail.said(*field)).collect();
    let headings = if has_headings { "" } else { "，标题照那一张的小表" };
    sheet.problems.push(Problem {
        code: Code::SheetGoesOn,
        place: Place::row(SourceId(index as u32), begins),
        field: "".into(),
        found: "".into(),
        what: format!("没有写是哪位客户，接着上一张工作表“{}”记在 {} 名下{headings}", tail.sheet, client.join(" ")).into(),
        outcome: Outcome::KeptAsIs,
    });
    let table = card.tables.iter().rfind(|table| is_of_somebody(table, templates)).cloned();
    sheet.tail = Some(Tail { table: table.or_else(|| tail.table.clone()), ..tail.clone() });
    sheet
}
