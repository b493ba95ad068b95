//! Reads a filled workbook back through its template: fields, lists, which row is which, and what was done to them since.
//!
//! A workbook we filled knows its rows ([`super::mark`]); a legacy form is read through an empty copy of it with
//! placeholders in its cells. Both ways rows and columns are found by labels and places ([`super::align`]), so that what
//! was put in above or beside does not matter. Every cell that says something and was not understood is told.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::align::{self, Alignment, Label, Texts};
use super::fault::Fault;
use super::grid::{self, Filled, Grid, Said};
use super::mark::{self, BaseRecord, BaseRow, Mark};
use super::place::Place;
use super::placeholder::{self, Placeholder, Segment};
use super::satellite::SatelliteKind;
use super::sheet::{SheetPlan, TemplateCell};
use super::styles::{Look, Styles};
use super::template::{Template, TemplateSheet};
use super::text::TextPlan;
use super::value::{Calendar, Record, Row, Value};

/// What a filled workbook says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Which template it was filled from, if it says so.
    pub mark: Option<Mark>,
    /// One for each sheet of the template's form, in order; where several copies of it stand below each other on one
    /// sheet, one for each.
    pub sheets: Vec<SheetReading>,
    /// Sheets that are not of the template's form.
    pub strange_sheets: Vec<String>,
    /// What was written on sheets of the template that nothing is filled into.
    pub notes: Vec<(String, Strange)>,
    /// Records that were there when the workbook was filled and have no sheet now.
    pub gone: Vec<String>,
}

/// What one sheet says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetReading {
    /// Its name now.
    pub sheet: String,
    /// The sheet of the template it is like.
    pub of: String,
    /// What it says; the identity is blank if the sheet has none. Rows of lists are in the order of the sheet; one that
    /// was added has no identity.
    pub record: Record,
    /// An earlier sheet is of the same record: this one was copied from it.
    pub copy: bool,
    /// Where each field stands, and what became of it.
    pub fields: BTreeMap<String, FieldReading>,
    /// By list, for each row of the record in the same order.
    pub rows: BTreeMap<String, Vec<RowReading>>,
    /// Rows that were there and are gone, as list and identity.
    pub deleted: Vec<(String, String)>,
    /// Placeholders whose cell is gone.
    pub missing: Vec<Placeholder>,
    /// Cells that say something and were not understood.
    pub strange: Vec<Strange>,
    /// Comments that the template does not have, with their cells.
    pub comments: Vec<(Place, String)>,
}

/// What became of a value or a row since the workbook was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it was.
    Kept,
    /// Changed.
    Edited,
    /// Not there before.
    Added,
    /// The workbook does not know what was there.
    Unknown,
}

/// A field that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldReading {
    /// Its cell.
    pub place: Place,
    /// What became of it.
    pub state: State,
}

/// A row that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct RowReading {
    /// Its first row on the sheet.
    pub row: u32,
    /// The cell of each title.
    pub places: BTreeMap<String, Place>,
    /// What became of it.
    pub state: State,
    /// The titles that changed, if it was edited.
    pub edited: Vec<String>,
}

/// A cell that was not understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Strange {
    /// The cell.
    pub place: Place,
    /// What it says.
    pub text: String,
    /// Why it was not understood.
    pub why: Why,
}

/// Why a cell was not understood. The sentence is its `Display`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Why {
    #[error("模板在这里没有字段")]
    NoField,
    #[error("模板在这里是固定文字“{0}”，被改写了")]
    Label(String),
    #[error("模板在这里是公式，被改成了固定的值")]
    Formula,
    #[error("对不上模板的“{0}”，不知道哪一部分是填的内容")]
    Text(String),
    #[error("“{0}”在这张表上有几处，填得不一样")]
    Twice(String),
}

impl Template {
    /// Reads an xlsx workbook that was filled from this template, or has the same form. `name` is what messages call it.
    pub fn read(&self, bytes: &[u8], name: &str) -> Result<Reading, Fault> {
        Ok(self.read_filled(&Filled::open(bytes, name)?))
    }

    /// Reads a workbook whose cells are known.
    pub fn read_filled(&self, filled: &Filled) -> Reading {
        let baseline = filled.baseline();
        let mut reading = Reading { mark: filled.mark.clone().or_else(|| baseline.mark.clone()), ..Reading::default() };
        let forms: Vec<SheetForm> = self
            .sheets()
            .iter()
            .filter_map(|sheet| {
                let plan = sheet.plan.as_ref().filter(|plan| plan.is_filled())?;
                Some(SheetForm { name: &sheet.name, plan, labels: align::labels(plan) })
            })
            .collect();
        let grids = filled.sheets.iter().filter(|grid| grid.name != mark::SHEET);
        // Of what we filled ourselves every sheet is one record.
        let is_ours = !baseline.records.is_empty();
        let grids: Vec<Cow<Grid>> =
            grids.flat_map(|grid| if is_ours { vec![Cow::Borrowed(grid)] } else { copies(&forms, grid) }).collect();
        let mut found: Vec<(&Grid, &str, &SheetPlan, Alignment, String)> = Vec::new();
        for grid in grids.iter().map(AsRef::as_ref) {
            let texts = Texts::of(grid);
            let Some(SheetForm { name, plan, labels }) = form_of(&forms, grid, &texts) else {
                match self.sheets().iter().find(|sheet| sheet.name == grid.name) {
                    Some(fixed) => {
                        let written = fixed.plan.iter().flat_map(|plan| written_on(plan, grid));
                        reading.notes.extend(written.map(|strange| (grid.name.clone(), strange)));
                    }
                    None if grid.cells.is_empty() => {}
                    None => reading.strange_sheets.push(grid.name.clone()),
                }
                continue;
            };
            let alignment = Alignment::find(plan, labels, grid, &texts);
            let by_mark = alignment.marks.values().next().map(|mark| mark.record.clone());
            let by_name = || baseline.records.iter().find(|(_, base)| base.sheet == grid.name).map(|(id, _)| id.clone());
            let id = by_mark.or_else(by_name).unwrap_or_default();
            found.push((grid, name, plan, alignment, id));
        }
        let calendar = if filled.from_1904 { Calendar::From1904 } else { Calendar::From1900 };
        for (index, (grid, of, plan, alignment, id)) in found.iter().enumerate() {
            let base = baseline.records.get(id);
            let same =
                |other: &(&Grid, &str, &SheetPlan, Alignment, String)| !id.is_empty() && other.4 == *id && other.1 == *of;
            // The original is the sheet that still has its name, else the first.
            let named = found.iter().position(|other| same(other) && base.is_some_and(|base| base.sheet == other.0.name));
            let original = named.or_else(|| found.iter().position(same)).unwrap_or(index);
            let mut sheet =
                SheetReader { plan, grid, alignment, base, consumed: BTreeSet::new(), styles: self.styles(), calendar }
                    .read();
            sheet.of = of.to_string();
            let own = self.sheets().iter().find(|sheet| sheet.name == *of);
            sheet.comments = new_comments(own, grid);
            sheet.record.id.clone_from(id);
            sheet.copy = same(&found[index]) && original != index;
            reading.sheets.push(sheet);
        }
        let here: BTreeSet<&str> = found.iter().map(|entry| entry.4.as_str()).collect();
        let gone = baseline.records.keys().filter(|id| !id.is_empty() && !here.contains(id.as_str()));
        reading.gone = gone.cloned().collect();
        reading
    }
}

/// Comments on a sheet that the template has none like.
fn new_comments(own: Option<&TemplateSheet>, grid: &Grid) -> Vec<(Place, String)> {
    let parts = own.into_iter().flat_map(|sheet| &sheet.satellites).filter(|part| part.kind == SatelliteKind::Comments);
    let known: BTreeSet<String> =
        parts.filter_map(|part| grid::comments_of(&part.bytes).ok()).flatten().map(|(_, text)| text).collect();
    grid.comments.iter().filter(|(_, text)| !text.is_empty() && !known.contains(text)).cloned().collect()
}

/// What stands on a sheet of fixed texts that none of its cells says in the template, wherever it was moved to.
fn written_on<'a>(plan: &'a SheetPlan, grid: &'a Grid) -> impl Iterator<Item = Strange> + 'a {
    let known = |said: &Said| plan.fixed.as_ref().is_none_or(|texts| texts.contains(said.value.text().trim()));
    let new = grid.cells.iter().filter(move |(_, said)| said.formula.is_none() && !known(said));
    new.map(|((row, column), said)| Strange {
        place: Place { row: *row, column: *column },
        text: said.value.text(),
        why: Why::NoField,
    })
}

/// A sheet of the template that is filled in.
struct SheetForm<'f> {
    name: &'f str,
    plan: &'f SheetPlan,
    labels: Vec<Label>,
}

/// Which sheet of the template a sheet is like: the one most of whose labels it has, at least half.
fn form_of<'a, 'f>(forms: &'a [SheetForm<'f>], grid: &Grid, texts: &Texts) -> Option<&'a SheetForm<'f>> {
    let like = |form: &'a SheetForm<'f>| {
        let named = if form.name == grid.name { 0.01 } else { 0.0 };
        (Alignment::resemblance(&form.labels, texts) + named, form)
    };
    let (likeness, best) = forms.iter().map(like).max_by(|one, other| one.0.total_cmp(&other.0))?;
    let certain = likeness >= 0.5 || grid.name == best.name && !grid.cells.is_empty() || is_marked(grid);
    certain.then_some(best)
}

/// The copies of a form that stand below each other on a sheet, each with the cells where they are.
fn copies<'g>(forms: &[SheetForm<'_>], grid: &'g Grid) -> Vec<Cow<'g, Grid>> {
    let texts = Texts::of(grid);
    let starts = form_of(forms, grid, &texts).map(|form| align::copies(&form.labels, &texts)).unwrap_or_default();
    if starts.len() < 2 || is_marked(grid) {
        return vec![Cow::Borrowed(grid)];
    }
    let from = |index: usize| if index == 0 { 0 } else { starts[index] };
    let part = |index: usize| {
        let end = starts.get(index + 1).copied().unwrap_or(u32::MAX);
        let cells = grid.cells.range((from(index), 0)..(end, 0));
        let cells = cells.map(|(place, said)| (*place, said.clone())).collect();
        let comments = grid.comments.iter().filter(|(place, _)| (from(index)..end).contains(&place.row)).cloned().collect();
        Cow::Owned(Grid { name: grid.name.clone(), cells, comments })
    };
    (0..starts.len()).map(part).collect()
}

fn is_marked(grid: &Grid) -> bool {
    grid.cells.values().any(|said| mark::RowMark::parse(&said.value.text()).is_some())
}

/// What one item of a list says.
#[derive(Debug, Default)]
struct Item {
    row: u32,
    /// The identity beside it; none where nothing stands beside it.
    id: Option<String>,
    values: BTreeMap<String, (Value, Place)>,
}

struct SheetReader<'a> {
    plan: &'a SheetPlan,
    grid: &'a Grid,
    alignment: &'a Alignment,
    base: Option<&'a BaseRecord>,
    consumed: BTreeSet<(u32, u32)>,
    styles: &'a Styles,
    calendar: Calendar,
}

impl<'a> SheetReader<'a> {
    fn read(mut self) -> SheetReading {
        let mut out = SheetReading { sheet: self.grid.name.clone(), ..SheetReading::default() };
        out.record.sheet.clone_from(&self.grid.name);
        self.read_fields(&mut out);
        let mut lists: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for (index, list) in self.plan.lists.iter().enumerate() {
            let items = self.read_list(index, &mut out.strange);
            merge_items(lists.entry(list.list.clone()).or_default(), items);
        }
        for (list, mut items) in lists {
            items.retain(|item| item.values.values().any(|(value, _)| !value.is_blank()));
            self.tell_apart(&list, items, &mut out);
        }
        self.find_strange(&mut out.strange);
        out.strange.sort_by_key(|strange| strange.place);
        out
    }

    fn column(&self, column: u32) -> Option<u32> {
        self.alignment.columns.get(&column).copied()
    }

    fn read_fields(&mut self, out: &mut SheetReading) {
        // Cells that hold nothing else come first: their values have types.
        let mut cells: Vec<&TemplateCell> =
            self.plan.cells.iter().filter(|cell| self.plan.list_at(cell.place.row).is_none()).collect();
        cells.sort_by_key(|cell| !matches!(cell.plan, Some(TextPlan::Alone(..))));
        let mut read: BTreeMap<String, Vec<(Value, Place)>> = BTreeMap::new();
        for cell in cells {
            let asked = asked(cell);
            if asked.is_empty() {
                continue;
            }
            let place = self.alignment.rows.get(&cell.place.row).zip(self.column(cell.place.column));
            let Some(place) = place.map(|(row, column)| Place { row: *row, column }) else {
                out.missing.extend(asked);
                continue;
            };
            let hashes = self.base.map(|base| &base.fields);
            match self.read_cell(cell, place, hashes) {
                Ok(values) => {
                    for (title, value) in values {
                        read.entry(title).or_default().push((value, place));
                    }
                }
                Err(strange) => out.strange.push(strange),
            }
        }
        for (title, places) in read {
            let base = self.base.and_then(|base| base.fields.get(&title));
            let changed = places.iter().find(|(value, _)| base.is_some_and(|base| mark::hash(value) != *base));
            let filled = places.iter().find(|(value, _)| !value.is_blank());
            let Some((value, place)) = changed.or(filled).or(places.first()) else {
                continue;
            };
            let differs = |other: &&(Value, Place)| {
                let own = mark::hash(&other.0);
                own != mark::hash(value) && !other.0.is_blank() && base.is_none_or(|base| own != *base)
            };
            for (other, at) in places.iter().filter(differs) {
                out.strange.push(Strange { place: *at, text: other.text(), why: Why::Twice(title.clone()) });
            }
            let state = match base {
                None => State::Unknown,
                Some(base) if *base == mark::hash(value) => State::Kept,
                Some(base) if base == "-" => State::Added,
                Some(_) => State::Edited,
            };
            out.fields.insert(title.clone(), FieldReading { place: *place, state });
            if !value.is_blank() {
                out.record.fields.insert(title, value.clone());
            }
        }
    }

    /// The values in a cell of the template, by title.
    fn read_cell(
        &mut self,
        cell: &TemplateCell,
        place: Place,
        hashes: Option<&BTreeMap<String, String>>,
    ) -> Result<Vec<(String, Value)>, Strange> {
        self.consumed.insert((place.row, place.column));
        let blank = Said::default();
        let said = self.grid.cells.get(&(place.row, place.column)).unwrap_or(&blank);
        if let Some(TextPlan::Alone(placeholder, _)) = &cell.plan {
            // The template shows dates here; a number is one whose format was lost on the way.
            let date = match said.value {
                Value::Number(number) if self.styles.look(cell.style) == Look::Date => grid::as_date(number, self.calendar),
                _ => None,
            };
            return Ok(vec![(placeholder.title().to_string(), date.unwrap_or_else(|| said.value.clone()))]);
        }
        let (segments, text) = match (&cell.plan, &said.formula) {
            (Some(TextPlan::Mixed(runs)), _) => {
                (runs.iter().flat_map(|run| run.segments.clone()).collect(), said.value.text())
            }
            (_, Some(formula)) if !formula.is_empty() => (segments(&cell.text.text), formula.clone()),
            _ => {
                // A link that was replaced by what it shows.
                let title = cell.in_formula.first().map(|placeholder| placeholder.title().to_string());
                return Ok(title.into_iter().map(|title| (title, said.value.clone())).collect());
            }
        };
        let fits = |split: &[(String, String)]| {
            hashes.is_some_and(|hashes| {
                split
                    .iter()
                    .all(|(title, text)| hashes.get(title).is_none_or(|own| *own == mark::hash(&text.as_str().into())))
            })
        };
        if text.is_empty() {
            return Ok(asked(cell).iter().map(|placeholder| (placeholder.title().to_string(), Value::Blank)).collect());
        }
        let mut ways = Vec::new();
        split(&segments, &text, &mut Vec::new(), &mut ways);
        let best = ways.iter().position(|way| fits(way)).unwrap_or(0);
        let values = match ways.into_iter().nth(best) {
            Some(way) => way,
            None => reworded(&segments, &text).ok_or_else(|| Strange {
                place,
                text: said.value.text(),
                why: Why::Text(cell.text.text.clone()),
            })?,
        };
        let value = |text: String| if text.is_empty() { Value::Blank } else { Value::Text(text) };
        Ok(values.into_iter().map(|(title, text)| (title, value(text))).collect())
    }

    /// The rows where items of a list may stand, from the top.
    fn region(&self, index: usize) -> (u32, u32) {
        let list = &self.plan.lists[index];
        let last = self.grid.cells.keys().next_back().map_or(0, |place| place.0);
        let above = self.alignment.rows.range(..list.first).next_back();
        let before = index.checked_sub(1).map(|before| &self.plan.lists[before]);
        let start = match (above, before) {
            (above, Some(before)) if above.is_none_or(|(row, _)| *row < before.first) => self.region(index - 1).1 + 1,
            (Some((_, at)), _) => at + 1,
            (None, _) => 1,
        };
        let below = self.alignment.rows.range(list.last + 1..).next();
        let after = self.plan.lists.get(index + 1);
        let end = match (below, after) {
            (below, Some(after)) if below.is_none_or(|(row, _)| *row > after.first) => {
                // Another list follows with nothing between: up to its first row, or to the first that says nothing.
                let marked = self.alignment.marks.iter().find(|(row, mark)| **row >= start && mark.list == after.list);
                marked
                    .map(|(row, _)| row - 1)
                    .unwrap_or_else(|| (start..=last).find(|row| self.is_blank_row(*row)).map_or(last, |row| row - 1))
            }
            (Some((_, at)), _) => at - 1,
            (None, _) => last,
        };
        (start, end)
    }

    fn is_blank_row(&self, row: u32) -> bool {
        self.grid.cells.range((row, 0)..(row + 1, 0)).all(|(place, _)| self.alignment.mark_cells.contains(place))
    }

    fn read_list(&mut self, index: usize, strange: &mut Vec<Strange>) -> Vec<Item> {
        let list = &self.plan.lists[index];
        let (start, end) = self.region(index);
        let fixed: BTreeSet<u32> = self.alignment.rows.values().copied().collect();
        let own_mark = |row: u32| {
            let mark = self.alignment.marks.get(&row);
            mark.filter(|mark| mark.list == list.list && (list.first..=list.last).contains(&mark.row))
        };
        let foreign = |row: u32| self.alignment.marks.contains_key(&row) && own_mark(row).is_none();
        let marked = self.alignment.marks.keys().copied().filter(|row| own_mark(*row).is_some());
        let mut rows: BTreeSet<u32> = marked.collect();
        rows.extend((start..=end).filter(|row| !fixed.contains(row) && !foreign(*row) && !self.is_blank_row(*row)));
        let height = list.last - list.first + 1;
        // Each item: the rows of the sheet for the rows of the template.
        let mut items: Vec<(Option<String>, BTreeMap<u32, u32>)> = Vec::new();
        for row in rows {
            match own_mark(row) {
                Some(mark) => match items.last_mut() {
                    Some((id, at)) if id.as_ref() == Some(&mark.id) && at.keys().all(|own| *own < mark.row) => {
                        at.insert(mark.row, row);
                    }
                    _ => items.push((Some(mark.id.clone()), BTreeMap::from([(mark.row, row)]))),
                },
                None if items.last().is_some_and(|(_, at)| at.values().any(|own| *own == row)) => {}
                None if self.holds_values(index, row) => {
                    // As many rows as one item takes, unless something else stands there.
                    let taken = |row: &u32| fixed.contains(row) || self.alignment.marks.contains_key(row);
                    let own = (row..row + height).take_while(|own| own == &row || !taken(own));
                    items.push((None, own.map(|own| (list.first + own - row, own)).collect()));
                }
                None => {}
            }
        }
        let mut out = Vec::new();
        for (id, at) in items {
            let mut item = Item { row: at.values().copied().min().unwrap_or(0), id, values: BTreeMap::new() };
            let known = item.id.as_ref().and_then(|id| self.base_row(&list.list, id)).map(|row| &row.hashes);
            for cell in self.plan.cells.iter().filter(|cell| (list.first..=list.last).contains(&cell.place.row)) {
                let place = at.get(&cell.place.row).zip(self.column(cell.place.column));
                let Some(place) = place.map(|(row, column)| Place { row: *row, column }) else {
                    continue;
                };
                if asked(cell).is_empty() {
                    self.consume_fixed(cell, place);
                    continue;
                }
                match self.read_cell(cell, place, known) {
                    Ok(values) => {
                        for (title, value) in values {
                            let slot = item.values.entry(title).or_insert((Value::Blank, place));
                            if slot.0.is_blank() {
                                *slot = (value, place);
                            }
                        }
                    }
                    Err(odd) => strange.push(odd),
                }
            }
            out.push(item);
        }
        out
    }

    /// True if a row without a mark says something where the list has its columns, and is no line of sums.
    fn holds_values(&self, index: usize, row: u32) -> bool {
        let list = &self.plan.lists[index];
        let cells = self.plan.cells.iter().filter(|cell| cell.place.row == list.first && !asked(cell).is_empty());
        let said = cells.filter_map(|cell| self.grid.cells.get(&(row, self.column(cell.place.column)?)));
        let (formulas, values): (Vec<_>, Vec<_>) = said.partition(|said| said.formula.is_some());
        let links = self.plan.cells.iter().any(|cell| cell.place.row == list.first && !cell.in_formula.is_empty());
        !values.is_empty() && (formulas.is_empty() || links || values.len() > 1)
    }

    fn base_row(&self, list: &str, id: &str) -> Option<&'a BaseRow> {
        let rows = self.base.and_then(|base| base.lists.get(list))?;
        rows.iter().find(|row| row.id == id && !id.is_empty())
    }

    /// Which row is which: by the identity beside it and by what it says, as one of both may have been moved alone.
    fn tell_apart(&self, list: &str, items: Vec<Item>, out: &mut SheetReading) {
        let none = Vec::new();
        let base = self.base.map(|base| base.lists.get(list).unwrap_or(&none));
        let marked = !self.alignment.marks.is_empty();
        let whose = base.map(|base| assign(base, &items, marked));
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut rows = Vec::new();
        let mut readings = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let own = item.id.as_deref().filter(|id| !id.is_empty());
            let known = base.zip(whose.as_ref()).map(|(base, whose)| whose[index].map(|at| &base[at]));
            let (id, state, edited) = match known {
                Some(Some(base)) => {
                    let differs = |(title, (value, _)): &(&String, &(Value, Place))| {
                        base.hashes.get(*title).is_some_and(|hash| *hash != mark::hash(value))
                    };
                    let edited: Vec<String> = item.values.iter().filter(differs).map(|(title, _)| title.clone()).collect();
                    (base.id.as_str(), if edited.is_empty() { State::Kept } else { State::Edited }, edited)
                }
                Some(None) => ("", State::Added, Vec::new()),
                None => match own {
                    Some(id) if seen.insert(id) => (id, State::Unknown, Vec::new()),
                    _ if marked => ("", State::Added, Vec::new()),
                    _ => ("", State::Unknown, Vec::new()),
                },
            };
            let filled = item.values.iter().filter(|(_, (value, _))| !value.is_blank());
            let fields = filled.map(|(title, (value, _))| (title.clone(), value.clone())).collect();
            rows.push(Row { id: id.to_string(), fields });
            let places = item.values.iter().map(|(title, (_, place))| (title.clone(), *place)).collect();
            readings.push(RowReading { row: item.row, places, state, edited });
        }
        for (at, row) in base.into_iter().flatten().enumerate() {
            let nothing = row.hashes.values().all(|hash| hash == "-");
            if !nothing && !whose.iter().flatten().any(|whose| *whose == Some(at)) {
                out.deleted.push((list.to_string(), row.id.clone()));
            }
        }
        out.record.lists.insert(list.to_string(), rows);
        out.rows.insert(list.to_string(), readings);
    }

    /// Notes a cell of fixed text or a formula as understood, where it stands as it did.
    fn consume_fixed(&mut self, cell: &TemplateCell, place: Place) {
        let at = (place.row, place.column);
        let Some(said) = self.grid.cells.get(&at) else {
            return;
        };
        let alike = || align::likeness(&align::label(&said.value.text()), &align::label(&cell.text.text)) >= 0.3;
        if (cell.formula.is_some() && said.formula.is_some()) || (cell.formula.is_none() && alike()) {
            self.consumed.insert(at);
        }
    }

    /// Cells that say something and were not read.
    fn find_strange(&mut self, strange: &mut Vec<Strange>) {
        let plan = self.plan;
        let mut expected: BTreeMap<(u32, u32), &TemplateCell> = BTreeMap::new();
        for cell in plan.cells.iter().filter(|cell| asked(cell).is_empty() && plan.list_at(cell.place.row).is_none()) {
            let place = self.alignment.rows.get(&cell.place.row).zip(self.column(cell.place.column));
            if let Some((row, column)) = place {
                expected.insert((*row, column), cell);
                self.consume_fixed(cell, Place { row: *row, column });
            }
        }
        let fixed = plan.cells.iter().filter(|cell| asked(cell).is_empty() && cell.formula.is_none());
        let labels: BTreeSet<String> = fixed.map(|cell| align::label(&cell.text.text)).collect();
        // A reader of another format may know no formulas.
        let knows_formulas = self.grid.cells.values().any(|said| said.formula.is_some());
        for (at, said) in &self.grid.cells {
            let text = said.value.text();
            if self.consumed.contains(at) || self.alignment.mark_cells.contains(at) || labels.contains(&align::label(&text))
            {
                continue;
            }
            let why = match expected.get(at) {
                Some(cell) if cell.formula.is_some() && !knows_formulas => continue,
                Some(cell) if cell.formula.is_some() => Why::Formula,
                Some(cell) => Why::Label(cell.text.text.clone()),
                None => Why::NoField,
            };
            let text = if text.is_empty() { said.formula.iter().map(|own| format!("={own}")).collect() } else { text };
            strange.push(Strange { place: Place { row: at.0, column: at.1 }, text, why });
        }
    }
}

/// The placeholders of a cell.
fn asked(cell: &TemplateCell) -> Vec<Placeholder> {
    let in_text = cell.plan.iter().flat_map(TextPlan::placeholders).cloned();
    in_text.chain(cell.in_formula.iter().cloned()).collect()
}

fn segments(text: &str) -> Vec<Segment> {
    placeholder::parse(text).unwrap_or_default()
}

/// A list that stands in two places of a sheet: its items are put together by identity, or else in order.
fn merge_items(items: &mut Vec<Item>, more: Vec<Item>) {
    if items.is_empty() {
        *items = more;
        return;
    }
    for (index, item) in more.into_iter().enumerate() {
        let known = |own: &Item| own.id.as_deref().is_some_and(|id| !id.is_empty() && item.id.as_deref() == Some(id));
        let slot = match items.iter().position(known) {
            Some(at) => Some(at),
            None if item.id.as_deref().unwrap_or("").is_empty() && index < items.len() => Some(index),
            None => None,
        };
        match slot {
            Some(at) => {
                for (title, value) in item.values {
                    items[at].values.entry(title).or_insert(value);
                }
            }
            None => items.push(item),
        }
    }
}

/// How many of the values that were there are there still, and how many there were.
fn kept(base: &BaseRow, item: &Item) -> (usize, usize) {
    let filled = base.hashes.iter().filter(|(title, hash)| *hash != "-" && item.values.contains_key(*title));
    let mut count = (0, 0);
    for (title, hash) in filled {
        count.1 += 1;
        count.0 += usize::from(mark::hash(&item.values[title].0) == *hash);
    }
    count
}

fn is_same(base: &BaseRow, item: &Item) -> bool {
    let same = |title: &String, hash: &String| item.values.get(title).is_none_or(|(value, _)| mark::hash(value) == *hash);
    base.hashes.iter().all(|(title, hash)| same(title, hash))
}

/// For each item the row it was, if it was there.
fn assign(base: &[BaseRow], items: &[Item], marked: bool) -> Vec<Option<usize>> {
    let mut out: Vec<Option<usize>> = vec![None; items.len()];
    let mut taken = vec![false; base.len()];
    let beside = |item: &Item| {
        let id = item.id.as_deref().filter(|id| !id.is_empty())?;
        base.iter().position(|row| row.id == id)
    };
    // As it was, and with its identity beside it.
    for (index, item) in items.iter().enumerate() {
        if let Some(at) = beside(item).filter(|at| !taken[*at] && is_same(&base[*at], item)) {
            (out[index], taken[at]) = (Some(at), true);
        }
    }
    // As it was, but the identity was left behind: sorted without the hidden column.
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.values.is_empty()) {
        if out[index].is_none()
            && let Some(at) = (0..base.len()).find(|at| !taken[*at] && is_same(&base[*at], item))
        {
            (out[index], taken[at]) = (Some(at), true);
        }
    }
    // Changed: the most alike first. Where nothing is left of a row, it was overwritten with another.
    let mut pairs = Vec::new();
    for (index, item) in items.iter().enumerate().filter(|(index, _)| out[*index].is_none()) {
        let own = beside(item);
        for (at, row) in base.iter().enumerate().filter(|(at, _)| !taken[*at]) {
            let (same, of) = kept(row, item);
            let alike = same as f64 / of.max(1) as f64;
            let is_own = own == Some(at);
            if (is_own && (same > 0 || of <= 1)) || (!marked && same > 0 && alike >= 0.5) {
                pairs.push((is_own, alike, index, at));
            }
        }
    }
    pairs.sort_by(|one, other| (other.0, other.1).partial_cmp(&(one.0, one.1)).unwrap_or(std::cmp::Ordering::Equal));
    for (_, _, index, at) in pairs {
        if out[index].is_none() && !taken[at] {
            (out[index], taken[at]) = (Some(at), true);
        }
    }
    out
}

/// The ways to cut a text at its fixed parts, shortest values first. Not all of them if there are very many.
fn split(segments: &[Segment], text: &str, taken: &mut Vec<(String, String)>, ways: &mut Vec<Vec<(String, String)>>) {
    const MOST: usize = 64;
    if ways.len() >= MOST {
        return;
    }
    match segments {
        [] => {
            if text.is_empty() {
                ways.push(taken.clone());
            }
        }
        [Segment::Text(fixed), rest @ ..] => {
            if let Some(behind) = text.strip_prefix(fixed.as_str()) {
                split(rest, behind, taken, ways);
            }
        }
        [Segment::Placeholder(placeholder), rest @ ..] => {
            let title = placeholder.title().to_string();
            let known = taken.iter().find(|(own, _)| *own == title).map(|(_, value)| value.clone());
            if let Some(value) = known {
                // The same title again says the same again.
                if let Some(behind) = text.strip_prefix(value.as_str()) {
                    split(rest, behind, taken, ways);
                }
                return;
            }
            let mut ends: Vec<usize> = match rest.first() {
                None => vec![text.len()],
                Some(Segment::Text(fixed)) => text.match_indices(fixed.as_str()).map(|(at, _)| at).collect(),
                Some(Segment::Placeholder(_)) => text.char_indices().map(|(at, _)| at).chain([text.len()]).collect(),
            };
            ends.truncate(MOST);
            for end in ends {
                taken.push((title.clone(), text[..end].to_string()));
                split(rest, &text[end..], taken, ways);
                taken.pop();
            }
        }
    }
}

/// A text with one value in it whose fixed parts were worded differently: what stands behind the mark that ended them.
fn reworded(segments: &[Segment], text: &str) -> Option<Vec<(String, String)>> {
    let mut titles = segments.iter().filter_map(|segment| match segment {
        Segment::Placeholder(placeholder) => Some(placeholder.title().to_string()),
        Segment::Text(_) => None,
    });
    let (title, None) = (titles.next()?, titles.next()) else {
        return None;
    };
    let before = match segments.first() {
        Some(Segment::Text(fixed)) => fixed.as_str(),
        _ => "",
    };
    let after = match segments.last() {
        Some(Segment::Text(fixed)) if segments.len() > 1 => fixed.as_str(),
        _ => "",
    };
    let colon = |c: char| matches!(c, '：' | ':');
    let value = match (behind(before, text), text.find(colon)) {
        (Some(value), _) => value,
        (None, Some(at)) if before.contains(colon) => text[at..].trim_start_matches(colon),
        // Typed over the label.
        (None, None) => text,
        (None, Some(_)) => return None,
    };
    let value = value.trim();
    Some(vec![(title, value.strip_suffix(after.trim()).unwrap_or(value).trim().to_string())])
}

/// What stands behind a label, however it is spaced and whether or not a colon ends it.
fn behind<'t>(label: &str, text: &'t str) -> Option<&'t str> {
    let is_dress = |c: char| c.is_whitespace() || matches!(c, '：' | ':');
    let mut rest = text;
    for c in label.chars().filter(|c| !is_dress(*c)) {
        rest = rest.trim_start_matches(is_dress).strip_prefix(c)?;
    }
    Some(rest.trim_start_matches(is_dress))
}
