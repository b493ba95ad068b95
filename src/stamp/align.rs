//! Finds the rows and columns of a template in a sheet that somebody worked on: rows and columns put in or taken out,
//! labels worded a little differently.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::formula::Formula;
use super::grid::{Grid, Said};
use super::mark::RowMark;
use super::placeholder::Segment;
use super::sheet::{SheetPlan, TemplateCell};
use super::text::TextPlan;

/// Where rows and columns of the template stand now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Alignment {
    /// Rows outside of lists.
    pub rows: BTreeMap<u32, u32>,
    pub columns: BTreeMap<u32, u32>,
    /// Marks of rows, by the row they stand in now.
    pub marks: BTreeMap<u32, RowMark>,
    /// Cells that are marks.
    pub mark_cells: BTreeSet<(u32, u32)>,
}

/// A label as it is compared: width, spaces, colons and stars make no difference.
pub(super) fn label(text: &str) -> String {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    plain.trim_matches(|c: char| matches!(c, ':' | '*' | '。' | '.' | '、')).to_lowercase()
}

/// How much two labels have in common, from 0 to 1.
pub(super) fn likeness(one: &str, other: &str) -> f64 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    let mut rest = other.clone();
    let mut shared = 0;
    for c in &one {
        if let Some(at) = rest.iter().position(|own| own == c) {
            rest.swap_remove(at);
            shared += 1;
        }
    }
    2.0 * f64::from(shared) / (one.len() + other.len()) as f64
}

/// Labels this alike are the same, reworded.
const ALIKE: f64 = 0.6;

fn formula_label(formula: &Formula) -> String {
    let skeleton = formula.skeleton();
    if skeleton.is_empty() { skeleton } else { format!("={skeleton}") }
}

/// What a cell of a sheet says, as labels are compared.
fn said_label(said: &Said) -> String {
    match &said.formula {
        Some(formula) => formula_label(&Formula::parse(formula)),
        None => label(&said.value.text()),
    }
}

/// More cells of the same text than this are not looked at.
const MOST_PLACES: usize = 200;

/// A label of the template: fixed text of a cell, or what stands before a placeholder.
fn template_label(cell: &TemplateCell) -> Option<String> {
    let text = match &cell.plan {
        None if cell.formula.is_none() => label(&cell.text.text),
        // A formula is known by what it does with whichever cells.
        None if cell.in_formula.is_empty() => cell.formula.as_ref().map(formula_label).unwrap_or_default(),
        Some(TextPlan::Mixed(runs)) => {
            let first = runs.iter().flat_map(|run| &run.segments).next();
            match first {
                Some(Segment::Text(text)) => label(text),
                _ => String::new(),
            }
        }
        _ => String::new(),
    };
    (!text.is_empty()).then_some(text)
}

/// A label of a template's sheet.
pub(super) struct Label {
    row: u32,
    column: u32,
    /// As it is compared.
    text: String,
    /// It is only what stands before a placeholder in the same cell.
    leads: bool,
}

/// The labels of a template's sheet outside of its lists.
pub(super) fn labels(plan: &SheetPlan) -> Vec<Label> {
    let fixed = plan.cells.iter().filter(|cell| plan.list_at(cell.place.row).is_none());
    fixed
        .filter_map(|cell| {
            let (place, leads) = (cell.place, cell.plan.is_some());
            template_label(cell).map(|text| Label { row: place.row, column: place.column, text, leads })
        })
        .collect()
}

/// Where each text of a filled sheet stands, as row and column from top to bottom, by the text as labels are compared.
pub(super) struct Texts(BTreeMap<String, Vec<(u32, u32)>>);

impl Texts {
    pub(super) fn of(grid: &Grid) -> Texts {
        let mut places: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
        for (place, said) in &grid.cells {
            places.entry(said_label(said)).or_default().push(*place);
        }
        Texts(places)
    }
}

/// The rows at which copies of a form begin that stand below each other on a sheet; fewer than two where there is one.
pub(super) fn copies(wanted: &[Label], texts: &Texts) -> Vec<u32> {
    let fixed: Vec<&Label> = wanted.iter().filter(|label| !label.leads && !label.text.starts_with('=')).collect();
    let top = fixed.iter().map(|label| label.row).min().unwrap_or(1);
    let is_once = |label: &&&Label| fixed.iter().filter(|other| other.text == label.text).count() == 1;
    let rows_of = |label: &Label| -> Vec<u32> {
        let places = texts.0.get(&label.text).map(Vec::as_slice).unwrap_or_default();
        let column = places.first().map(|place| place.1);
        places.iter().filter(|place| Some(place.1) == column).map(|place| place.0).collect()
    };
    // The first label that is there again begins the copies; what stands above it in the form, stands above it there.
    let anchor =
        fixed.iter().filter(is_once).map(|label| (label.row - top, rows_of(label))).find(|(_, rows)| rows.len() > 1);
    let Some((below, rows)) = anchor else { return Vec::new() };
    let starts: Vec<u32> = rows.iter().map(|row| row.saturating_sub(below)).collect();
    let is_copy = |(index, start): (usize, &u32)| {
        let end = starts.get(index + 1).copied().unwrap_or(u32::MAX);
        let within = |label: &&&Label| rows_within(texts, &label.text, *start..end);
        fixed.iter().filter(within).count() * 2 >= fixed.len()
    };
    let are_copies = starts.is_sorted() && starts.iter().enumerate().all(is_copy);
    if are_copies { starts } else { Vec::new() }
}

fn rows_within(texts: &Texts, text: &str, rows: Range<u32>) -> bool {
    texts.0.get(text).is_some_and(|places| {
        let first = places.partition_point(|place| place.0 < rows.start);
        places.get(first).is_some_and(|place| rows.contains(&place.0))
    })
}

/// A pair that may belong together, and how strongly.
#[derive(Clone, Copy)]
struct Pair {
    from: u32,
    to: u32,
    weight: f64,
}

impl Alignment {
    /// Which part of a template's labels stands on the sheet, from 0 to 1.
    pub(super) fn resemblance(wanted: &[Label], texts: &Texts) -> f64 {
        let wanted: BTreeSet<&str> = wanted.iter().filter(|label| !label.leads).map(|label| &*label.text).collect();
        let found = wanted.iter().filter(|text| texts.0.contains_key(**text)).count();
        found as f64 / wanted.len().max(1) as f64
    }

    /// Finds a template's rows and columns on a sheet.
    pub(super) fn find(plan: &SheetPlan, wanted: &[Label], grid: &Grid, texts: &Texts) -> Alignment {
        let mut out = Alignment::default();
        let mut mark_columns: BTreeMap<u32, u32> = BTreeMap::new();
        for (place, said) in &grid.cells {
            if let Some(mark) = RowMark::parse(&said.value.text()) {
                out.marks.entry(place.0).or_insert(mark);
                out.mark_cells.insert(*place);
                *mark_columns.entry(place.1).or_default() += 1;
            }
        }
        let matches = match_labels(wanted, texts, &out);
        out.rows = out.find_rows(plan, grid, wanted, &matches);
        out.columns = out.find_columns(plan, wanted, &matches, &mark_columns);
        out
    }

    fn find_rows(
        &self,
        plan: &SheetPlan,
        grid: &Grid,
        wanted: &[Label],
        matches: &[(usize, u32, u32, f64)],
    ) -> BTreeMap<u32, u32> {
        let mut weights: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for (index, row, _, weight) in matches {
            *weights.entry((wanted[*index].row, *row)).or_default() += weight;
        }
        for (row, mark) in self.marks.iter().filter(|(_, mark)| mark.list.is_empty()) {
            *weights.entry((mark.row, *row)).or_default() += 100.0;
        }
        let pairs: Vec<Pair> = weights.into_iter().map(|((from, to), weight)| Pair { from, to, weight }).collect();
        let between = |from: u32, to: u32| plan.lists.iter().any(|list| from < list.first && list.last < to);
        let anchors = best_chain(&pairs, &between);
        // Rows that hold something and have no label: as far from a neighbour as they were.
        let mut rows = anchors.clone();
        let fixed: BTreeSet<u32> =
            plan.cells.iter().map(|cell| cell.place.row).filter(|row| plan.list_at(*row).is_none()).collect();
        let last = grid.cells.keys().next_back().map_or(0, |place| place.0);
        for row in fixed.into_iter().filter(|row| !anchors.contains_key(row)) {
            let above = anchors.range(..row).next_back().map(|(from, to)| (*from, *to)).unwrap_or((0, 0));
            let below = anchors.range(row..).next().map(|(from, to)| (*from, *to));
            let under = above.1 + (row - above.0);
            let over = below.and_then(|(from, to)| to.checked_sub(from - row));
            let room = |at: u32| at > above.1 && below.is_none_or(|(_, to)| at < to);
            let guess = if !between(above.0, row) && room(under) {
                Some(under)
            } else {
                over.filter(|at| below.is_some_and(|(from, _)| !between(row, from)) && room(*at))
            };
            // Nothing of the sheet is left there: the row may be gone, or simply say nothing.
            if let Some(at) = guess.filter(|at| *at <= last.max(row)) {
                rows.insert(row, at);
            }
        }
        rows
    }

    fn find_columns(
        &self,
        plan: &SheetPlan,
        wanted: &[Label],
        matches: &[(usize, u32, u32, f64)],
        mark_columns: &BTreeMap<u32, u32>,
    ) -> BTreeMap<u32, u32> {
        let mut weights: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for (index, row, column, weight) in matches {
            let label = &wanted[*index];
            if self.rows.get(&label.row) == Some(row) {
                *weights.entry((label.column, *column)).or_default() += weight;
            }
        }
        if let Some((column, count)) = mark_columns.iter().max_by_key(|(_, count)| **count) {
            *weights.entry((plan.free_column, *column)).or_default() += 10.0 * f64::from(*count);
        }
        let pairs: Vec<Pair> = weights.into_iter().map(|((from, to), weight)| Pair { from, to, weight }).collect();
        let anchors = best_chain(&pairs, &|_, _| false);
        let mut columns = anchors.clone();
        let used: BTreeSet<u32> = plan.cells.iter().map(|cell| cell.place.column).collect();
        for column in used.into_iter().filter(|column| !anchors.contains_key(column)) {
            let left = anchors.range(..column).next_back().map(|(from, to)| (*from, *to)).unwrap_or((0, 0));
            let right = anchors.range(column..).next().map(|(from, to)| (*from, *to));
            let behind = left.1 + (column - left.0);
            let before = right.and_then(|(from, to)| to.checked_sub(from - column));
            let room = |at: u32| at > left.1 && right.is_none_or(|(_, to)| at < to);
            if let Some(at) = Some(behind).filter(|at| room(*at)).or(before.filter(|at| room(*at))) {
                columns.insert(column, at);
            }
        }
        columns
    }
}

/// Where each label stands, or may: the label's index, row, column, weight.
fn match_labels(wanted: &[Label], texts: &Texts, marks: &Alignment) -> Vec<(usize, u32, u32, f64)> {
    let known: BTreeSet<&str> = wanted.iter().map(|label| &*label.text).collect();
    let mut out = Vec::new();
    for (index, label) in wanted.iter().enumerate() {
        let mut put = |places: &[(u32, u32)], strength: f64| {
            let places = places.iter().filter(|place| !marks.mark_cells.contains(place));
            // What stands in very many cells is no label.
            for (row, column) in places.take(MOST_PLACES) {
                let same_column = if *column == label.column { 0.5 } else { 0.0 };
                let same_row = if *row == label.row { 0.1 } else { 0.0 };
                out.push((index, *row, *column, strength + same_column + same_row));
            }
        };
        let is_formula = |text: &str| text.starts_with('=');
        if label.leads {
            // What stands before a placeholder.
            let found = texts.0.iter().filter(|(own, _)| own.starts_with(&label.text));
            found.for_each(|(_, places)| put(places, 2.0));
        } else if let Some(places) = texts.0.get(&label.text) {
            put(places, if is_formula(&label.text) { 1.0 } else { 2.0 });
        } else if !is_formula(&label.text) {
            let strangers = texts.0.iter().filter(|(own, _)| !is_formula(own) && !known.contains(own.as_str()));
            let alike = strangers.filter(|(own, _)| likeness(own, &label.text) >= ALIKE);
            alike.for_each(|(_, places)| put(places, 0.8));
        }
    }
    out
}

/// The heaviest chain of pairs that rises on both sides. Gaps that changed cost a little, unless a list lies in between.
fn best_chain(pairs: &[Pair], growing: &dyn Fn(u32, u32) -> bool) -> BTreeMap<u32, u32> {
    let mut best: Vec<(f64, Option<usize>)> = Vec::with_capacity(pairs.len());
    let cost = |from: (u32, u32), to: &Pair| {
        if growing(from.0, to.from) {
            return 0.0;
        }
        let (was, is) = (to.from - from.0, to.to - from.1);
        f64::from(was.abs_diff(is).min(50)) * 0.02
    };
    for (index, pair) in pairs.iter().enumerate() {
        let mut own = (pair.weight - cost((0, 0), pair), None);
        for (before, other) in pairs[..index].iter().enumerate() {
            if other.from < pair.from && other.to < pair.to {
                let weight = best[before].0 + pair.weight - cost((other.from, other.to), pair);
                if weight > own.0 {
                    own = (weight, Some(before));
                }
            }
        }
        best.push(own);
    }
    let mut at = (0..best.len()).max_by(|one, other| best[*one].0.total_cmp(&best[*other].0).then(other.cmp(one)));
    let mut out = BTreeMap::new();
    while let Some(index) = at {
        out.insert(pairs[index].from, pairs[index].to);
        at = best[index].1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_compared_without_their_dress() {
        for (one, other) in [("客户姓名：", "客户 姓名"), ("*ＡＢＣ", "abc:"), ("保 额", "保额")] {
            assert_eq!(label(one), label(other));
        }
        assert!(likeness(&label("家庭年收入"), &label("家庭年收入（元）")) >= ALIKE);
        assert!(likeness(&label("姓名"), &label("性别")) < ALIKE);
    }

    #[test]
    fn chains_rise_and_prefer_what_stayed_together() {
        let pair = |from, to, weight| Pair { from, to, weight };
        let pairs = [pair(1, 1, 2.0), pair(2, 3, 2.0), pair(2, 9, 2.0), pair(3, 2, 2.0), pair(3, 4, 2.0)];
        assert_eq!(best_chain(&pairs, &|_, _| false), BTreeMap::from([(1, 1), (2, 3), (3, 4)]));
    }
}
