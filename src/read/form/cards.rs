//! Where one card ends and the next begins: a sheet may hold one, several below each other, several side by side.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::card::{self, Ink, Page, Token};
use super::evidence;
use super::grid::{Grid, Inked};
use super::labels::Label;
use super::letters;
use super::sections::{Section, is_group_word};
use super::sentences::is_greeting;
use super::subtable;
use crate::templates::Templates;
use crate::templates::fields::{Field, Role};

/// Rows (as Excel shows them) and columns of a card.
pub type Region = (Range<u32>, Range<u32>);

/// A label where it stands.
struct Spot {
    key: String,
    row: u32,
    column: u32,
    says_who: bool,
    /// What stands beside it; empty where nothing does.
    value: String,
}

/// The regions of the cards of a sheet, in reading order.
pub fn regions(grid: &Grid, templates: &Templates) -> Vec<Region> {
    let page = Page::of(grid, templates);
    let whole = card::read(grid, templates);
    let bands = evidence::bands(&whole, templates).into_iter().flat_map(|band| &band.headings);
    let bands: FxHashSet<(u32, u32)> = bands.map(|(_, inked)| (inked.row, inked.column)).collect();
    let spots = spots(&page, &bands, templates);
    let mut keys: Vec<&str> = Vec::new();
    for spot in spots.iter().filter(|spot| spot.says_who) {
        if !keys.contains(&spot.key.as_str()) {
            keys.push(&spot.key);
        }
    }
    // On a letter a name may come again on its receipt: the label that comes once on each divides them. Letters
    // divided in the wrong place are better than two clients on one.
    let tried = if grid.printed { &keys[..] } else { &keys[..keys.len().min(1)] };
    let divided = |key: &&str| divide(grid, &page, &spots, key);
    let alike = tried.iter().map(divided).find(|(_, alike)| *alike);
    let fallback = || tried.first().filter(|_| grid.printed).map(&divided);
    alike.or_else(fallback).map_or_else(|| vec![(0..u32::MAX, 0..u32::MAX)], |(regions, _)| regions)
}

/// The regions by the label with this key, and whether there is a card in each, all of them alike.
fn divide(grid: &Grid, page: &Page, spots: &[Spot], key: &str) -> (Vec<Region>, bool) {
    let mut all: Vec<&Spot> = spots.iter().filter(|spot| spot.says_who && spot.key == key).collect();
    if grid.printed {
        all = without_receipts(&all, page);
    }
    let first = all[0];
    let leftmost = grid.lines.iter().filter_map(|line| Some(line.cells.first()?.column)).min().unwrap_or(0);
    let indent = first.column - leftmost.min(first.column);
    let starts = |values: Vec<u32>| {
        let mut values = values;
        values.sort_unstable();
        values.dedup();
        values
    };
    let columns = starts(all.iter().map(|spot| spot.column.saturating_sub(indent)).collect());
    let anchor_rows = starts(all.iter().map(|spot| spot.row).collect());
    let top = grid.lines.first().map_or(0, |line| line.number);
    let rows = starts(anchor_rows.iter().map(|row| begins_at(page, first.row, *row, top)).collect());
    let end_of = |starts: &[u32], start: u32| starts.iter().copied().find(|next| *next > start).unwrap_or(u32::MAX);
    let divided = |columns: &[u32]| {
        let region_of = |spot: &&Spot| {
            let row = rows.iter().copied().rfind(|row| *row <= spot.row).unwrap_or(0);
            let column = columns.iter().copied().rfind(|column| *column <= spot.column).unwrap_or(0);
            let from = |start: u32, starts: &[u32]| if starts.first() == Some(&start) { 0 } else { start };
            (from(row, &rows)..end_of(&rows, row), from(column, columns)..end_of(columns, column))
        };
        let mut regions: Vec<Region> = all.iter().map(region_of).collect();
        regions.dedup();
        let labels = |region: &Region| -> FxHashSet<&str> {
            let within = spots.iter().filter(|spot| region.0.contains(&spot.row) && region.1.contains(&spot.column));
            within.map(|spot| spot.key.as_str()).collect()
        };
        let of_first = labels(&regions[0]);
        let alike = regions.iter().all(|region| labels(region).intersection(&of_first).count() * 2 >= of_first.len());
        let one_each = regions.len() == all.len();
        (regions, alike && one_each)
    };
    // Cards below each other need not begin in the same column.
    let covers = |(regions, alike): &(Vec<Region>, bool)| *alike && outside(grid, regions).next().is_none();
    let (by_both, by_row) = (divided(&columns), divided(&columns[..1]));
    if !covers(&by_both) && covers(&by_row) { by_row } else { by_both }
}

/// Cells that begin in none of these regions.
pub fn outside<'g>(grid: &'g Grid, regions: &[Region]) -> impl Iterator<Item = &'g Inked> {
    let is_in =
        |inked: &Inked| regions.iter().any(|(rows, columns)| rows.contains(&inked.row) && columns.contains(&inked.column));
    grid.lines.iter().flat_map(|line| &line.cells).filter(move |inked| !is_in(inked))
}

/// On the receipt of a letter stands the same name again, or room for it, and no title of another letter above it.
fn without_receipts<'s>(all: &[&'s Spot], page: &Page) -> Vec<&'s Spot> {
    let begins_letter = |line: &(u32, Vec<Token>), after: u32, until: u32| {
        let is_between = line.0 > after && line.0 <= until;
        is_between && line.1.iter().any(|token| letters::is_title(&token.inked.text()) || is_greeting(&token.inked.text()))
    };
    let mut kept: Vec<&Spot> = Vec::new();
    for spot in all {
        let is_receipt = kept.last().is_some_and(|last| {
            let is_same = spot.value.is_empty() || spot.value == last.value;
            is_same && spot.row > last.row && !page.lines.iter().any(|line| begins_letter(line, last.row, spot.row))
        });
        if !is_receipt {
            kept.push(spot);
        }
    }
    kept
}

/// Labels beside values, or in lines above them (`bands`); headings of tables are not among them.
fn spots(page: &Page, bands: &FxHashSet<(u32, u32)>, templates: &Templates) -> Vec<Spot> {
    let mut spots = Vec::new();
    let mut of_another = false;
    for (row, tokens) in &page.lines {
        if let [only] = &tokens[..]
            && matches!(only.ink, Ink::Value)
            && (Section::of(&only.inked.text()).is_some() || is_group_word(&only.inked.text()))
        {
            // 被保险人信息: the 姓名 below begins no card.
            of_another = is_others(&only.inked.text());
        }
        let headings = subtable::headings(tokens, templates);
        let mut behind_group = false;
        let is_heading = |index: usize, token: &Token| {
            headings.contains(&index) && !bands.contains(&(token.inked.row, token.inked.column))
        };
        for (index, token) in tokens.iter().enumerate().filter(|(index, token)| !is_heading(*index, token)) {
            let next_is_label =
                tokens.get(index + 1).is_some_and(|next| next.known().is_some() && token.inked.touches(&next.inked));
            for (label, value) in token.labels_with_values().filter(|(label, _)| label.is_known()) {
                let names_group = next_is_label && is_group_word(&label.text);
                let of_client = !of_another && !behind_group && !names_group;
                let says_who = of_client && says_who(label);
                let beside =
                    || tokens.get(index + 1).filter(|next| matches!(next.ink, Ink::Value)).map(|next| next.inked.text());
                let value = value.map(str::to_string).or_else(beside).unwrap_or_default();
                spots.push(Spot { key: label.key.clone(), row: *row, column: token.inked.column, says_who, value });
            }
            behind_group |= is_others(&token.inked.text()) && next_is_label;
        }
    }
    spots
}

/// Whether the label is one that every card has once: the number or the name of the client.
pub fn says_who(label: &Label) -> bool {
    let of_client = |role: Option<Role>| matches!(role, None | Some(Role::Applicant | Role::Head));
    label.turn == 0
        && label
            .claims
            .iter()
            .any(|claim| claim.field == Field::HOUSEHOLD_NO || claim.field == Field::NAME && of_client(claim.role))
}

fn is_others(text: &str) -> bool {
    is_group_word(text) && !text.contains("投保人") && !text.contains("户主")
}

/// The row in which the card with this anchor begins: as far above it as the first card begins above its own, if
/// what stands there is alike.
fn begins_at(page: &Page, first: u32, anchor: u32, top: u32) -> u32 {
    let line = |row: u32| page.lines.iter().find(|(number, _)| *number == row).map(|(_, tokens)| tokens);
    let look = |row: u32| line(row).map(|tokens| tokens.iter().map(shape).collect::<Vec<_>>());
    let alike = |above: &u32| anchor > *above && look(first - above) == look(anchor - above);
    let above = (1..=first - top.min(first)).take_while(alike).last().unwrap_or(0);
    anchor - above
}

/// What of a cell is the same on every card: its label, its place.
fn shape(token: &Token) -> (u32, String) {
    let key = token.labels_with_values().next().map(|(label, _)| label.key.clone());
    (token.inked.column, key.unwrap_or_default())
}
