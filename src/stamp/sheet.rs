//! A sheet of a template: which rows are lists, which cells hold placeholders, and what must follow when a list grows.

use std::collections::BTreeSet;
use std::ops::Range;

use super::around_rows::{self, Walker};
use super::fault::What;
use super::formula::Formula;
use super::height::{HeightPlan, Widths};
use super::piece::{self, CellPlan, FormulaCell, Piece, Pieces};
use super::place::{Area, Block, Place};
use super::placeholder::{self, Placeholder};
use super::raw_rows::{OneCell, RawCell, RawRow, RawRows, RowReader, Tag};
use super::styles::Styles;
use super::text::{CellText, TextPlan};
use super::value::Calendar;
use super::xml::{self, Kind, Tokens};

/// A sheet, ready to be written with any record.
#[derive(Debug, Default)]
pub(super) struct SheetPlan {
    pub part: Vec<u8>,
    /// `x:` where the writer of the file put one before each tag.
    pub prefix: String,
    pub head: Vec<Piece>,
    pub rows: Vec<RowPlan>,
    pub tail: Vec<Piece>,
    pub lists: Vec<ListPlan>,
    /// Every cell that says something: what it says, and the placeholders in it.
    pub cells: Vec<TemplateCell>,
    /// Of a sheet that nothing is filled into what its cells say, unless that is very much.
    pub fixed: Option<BTreeSet<String>>,
    pub formulas: Vec<Formula>,
    /// Merged ranges, as in the template.
    pub merged: Vec<Area>,
    /// The column behind everything, where row identities may stand.
    pub free_column: u32,
}

/// A sheet of explanations is shorter than this.
const MOST_FIXED_TEXTS: usize = 2_000;

/// One row of the template.
#[derive(Debug)]
pub(super) struct RowPlan {
    pub number: u32,
    pub pieces: Vec<Piece>,
    /// Where among the pieces a further cell at the end of the row would go, if the row holds a placeholder.
    pub end: Option<usize>,
}

/// Rows that are repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListPlan {
    pub list: String,
    pub first: u32,
    pub last: u32,
}

/// What a cell of the template says.
#[derive(Clone, Debug)]
pub(super) struct TemplateCell {
    pub place: Place,
    pub style: u32,
    /// What it says; for a formula with placeholders, the formula.
    pub text: CellText,
    pub plan: Option<TextPlan>,
    /// Placeholders inside its formula.
    pub in_formula: Vec<Placeholder>,
    /// Its formula, if it holds one.
    pub formula: Option<Formula>,
}

/// A fault found in a sheet, with its cell.
pub(super) type SheetFault = (Option<Place>, What);

/// What reading a sheet needs to know of the workbook.
pub(super) struct Around<'a> {
    pub strings: &'a [CellText],
    pub styles: &'a Styles,
    pub calendar: Calendar,
}

impl SheetPlan {
    /// Reads a sheet. Faults are collected; an unreadable part is the error.
    pub(super) fn parse(part: Vec<u8>, around: &Around, faults: &mut Vec<SheetFault>) -> Result<SheetPlan, String> {
        let mut reader =
            Reader { part: &part, around, plan: SheetPlan::default(), raw: RawRows::default(), widths: Widths::default() };
        reader.run()?;
        let Reader { plan, raw, .. } = reader;
        faults.extend(raw.faults);
        Ok(SheetPlan { part, ..plan })
    }

    /// Placeholders with their cells, in the order of the sheet.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = (Place, &Placeholder)> {
        self.cells.iter().flat_map(|cell| {
            let in_text = cell.plan.iter().flat_map(TextPlan::placeholders);
            in_text.chain(&cell.in_formula).map(|placeholder| (cell.place, placeholder))
        })
    }

    /// The fixed text that says what stands in a cell: of a list the nearest above it, else the next to the left, and
    /// where there is none the next above.
    pub(super) fn label_of(&self, place: Place) -> Option<&str> {
        let in_list = self.list_at(place.row).is_some();
        let is_fixed = |cell: &&TemplateCell| cell.plan.is_none() && cell.formula.is_none();
        let left = self.cells.iter().filter(|cell| cell.place.row == place.row && cell.place.column < place.column);
        let left = left.max_by_key(|cell| cell.place.column).filter(is_fixed).filter(|_| !in_list);
        let above = self.cells.iter().filter(|cell| cell.place.column == place.column && cell.place.row < place.row);
        let above = || above.filter(|cell| !in_list || is_fixed(cell)).max_by_key(|cell| cell.place.row).filter(is_fixed);
        left.or_else(above).map(|cell| &*cell.text.text)
    }

    /// Placeholders in headers and footers.
    pub(super) fn in_headers(&self) -> impl Iterator<Item = &Placeholder> {
        self.head
            .iter()
            .chain(&self.tail)
            .flat_map(|piece| match piece {
                Piece::Header(segments) => &segments[..],
                _ => &[],
            })
            .filter_map(|segment| match segment {
                placeholder::Segment::Placeholder(placeholder) => Some(placeholder),
                placeholder::Segment::Text(_) => None,
            })
    }

    /// True if a record changes this sheet.
    pub(super) fn is_filled(&self) -> bool {
        self.placeholders().next().is_some() || self.in_headers().next().is_some()
    }

    /// The blocks of the sheet for lists of these lengths.
    pub(super) fn blocks(&self, length: &dyn Fn(&str) -> usize) -> Vec<Block> {
        let copies = |list: &str| u32::try_from(length(list).max(1)).unwrap_or(u32::MAX);
        self.lists.iter().map(|list| Block { first: list.first, last: list.last, copies: copies(&list.list) }).collect()
    }

    /// Which list a row belongs to.
    pub(super) fn list_at(&self, row: u32) -> Option<usize> {
        self.lists.iter().position(|list| (list.first..=list.last).contains(&row))
    }
}

struct Reader<'a> {
    part: &'a [u8],
    around: &'a Around<'a>,
    plan: SheetPlan,
    raw: RawRows,
    widths: Widths,
}
impl<'a> Reader<'a> {
    fn run(&mut self) -> Result<(), String> {
        // What stands around the rows is read once the lists are known: places first.
        let (mut head, mut tail) = (0..0, 0..0);
        let mut root_seen = false;
        let mut data_start = 0;
        let mut tokens = Tokens::of(self.part);
        while let Some(token) = tokens.next()? {
            if !root_seen && token.kind == Kind::Open {
                root_seen = true;
                if token.name() != b"worksheet" {
                    return Err("不是工作表".to_string());
                }
                self.plan.prefix = super::package::prefix_of(token.full_name());
            }
            if token.starts("sheetData") {
                head = 0..token.at.end;
                data_start = token.at.start;
                if token.kind == Kind::Open {
                    let Around { strings, styles, calendar } = *self.around;
                    let (part, prefix) = (self.part, self.plan.prefix.as_str());
                    let out = RawRows::default();
                    self.raw = RowReader { part, strings, styles, calendar, prefix, tokens: &mut tokens, out }.read()?;
                }
                tail = self.raw.rows.last().map_or(token.at.end, |row| row.close.end)..self.part.len();
                break;
            }
        }
        if head.is_empty() {
            return Err("工作表里没有 sheetData".to_string());
        }
        self.widths = Widths::of(&self.part[head.clone()])?;
        // Merged ranges decide how many rows a list's item takes.
        self.plan.merged = around_rows::merges(&self.part[tail.clone()])?;
        self.find_lists();
        self.check_arrays();
        for row in std::mem::take(&mut self.raw.rows) {
            let row = self.compile_row(row)?;
            self.plan.rows.push(row);
        }
        let mut walker = Walker {
            part: self.part,
            plan: &mut self.plan,
            faults: &mut self.raw.faults,
            last_column: self.raw.last_column,
        };
        let mut head_pieces = Pieces::default();
        walker.walk(0..data_start, &mut head_pieces)?;
        if !head_pieces.list.iter().any(|piece| matches!(piece, Piece::Columns(_))) {
            head_pieces.push(Piece::Columns(Box::default()));
        }
        head_pieces.raw(data_start..head.end);
        let mut tail_pieces = Pieces::default();
        walker.walk(tail, &mut tail_pieces)?;
        self.raw.last_column = walker.last_column;
        self.plan.head = head_pieces.list;
        self.plan.tail = tail_pieces.list;
        self.plan.free_column = self.raw.last_column + 1;
        if !self.plan.is_filled() {
            // No field is read back from here: what a long list of codes says need not be kept.
            let cells = std::mem::take(&mut self.plan.cells);
            if cells.len() <= MOST_FIXED_TEXTS {
                self.plan.fixed = Some(cells.into_iter().map(|cell| cell.text.text.trim().to_string()).collect());
            }
        }
        Ok(())
    }

    /// The placeholders in a cell's text and formula.
    fn asked<'c>(&self, cell: &'c OneCell) -> (Vec<&'c Placeholder>, Vec<Placeholder>, Option<What>) {
        let in_text = cell.plan.iter().flat_map(TextPlan::placeholders).collect();
        let Some((_, text)) = &cell.formula else {
            return (in_text, Vec::new(), None);
        };
        let text = xml::text(&self.part[text.clone()]);
        if !placeholder::is_in(&text) {
            return (in_text, Vec::new(), None);
        }
        match placeholder::find(&text) {
            Ok(found) => {
                // Outside of quotes a value would be calculated with, whatever it says.
                let bare = found.iter().find(|(range, _)| text[..range.start].matches('"').count().is_multiple_of(2));
                let what = bare.map(|(_, placeholder)| What::BareInFormula(placeholder.to_string()));
                (in_text, found.into_iter().map(|(_, placeholder)| placeholder).collect(), what)
            }
            Err(what) => (in_text, Vec::new(), Some(what)),
        }
    }

    /// Which rows are lists: rows with columns of one list, side by side, and what is merged with them.
    fn find_lists(&mut self) {
        let mut lists: Vec<ListPlan> = Vec::new();
        let mut top_left = BTreeSet::new();
        for row in &self.raw.rows {
            let mut of_row: Option<String> = None;
            for cell in row.cells.iter().filter_map(RawCell::cell) {
                let (in_text, in_formula, what) = self.asked(cell);
                if let Some(what) = what {
                    self.raw.faults.push((Some(cell.place), what));
                }
                for list in in_text.into_iter().chain(&in_formula).filter_map(Placeholder::list) {
                    top_left.insert(cell.place);
                    match &of_row {
                        Some(other) if other != list => {
                            self.raw.faults.push((Some(cell.place), What::TwoLists(other.clone(), list.to_string())));
                        }
                        _ => of_row = Some(list.to_string()),
                    }
                }
            }
            let Some(list) = of_row else {
                continue;
            };
            match lists.last_mut() {
                Some(last) if last.list == list && last.last + 1 == row.number => last.last = row.number,
                _ => lists.push(ListPlan { list, first: row.number, last: row.number }),
            }
        }
        // A cell of a list merged over the rows below makes them part of each item.
        for area in &self.plan.merged {
            let Some(((first, last), (left, _))) = area.rows().zip(area.columns()) else {
                continue;
            };
            if top_left.contains(&Place { row: first, column: left })
                && let Some(list) = lists.iter_mut().find(|list| (list.first..=list.last).contains(&first))
            {
                list.last = list.last.max(last);
            }
        }
        for index in 1..lists.len() {
            let (above, below) = (&lists[index - 1], &lists[index]);
            if above.last >= below.first {
                let place = Place { row: below.first, column: 1 };
                self.raw.faults.push((Some(place), What::TwoLists(above.list.clone(), below.list.clone())));
            }
        }
        self.plan.lists = lists;
    }

    fn check_arrays(&mut self) {
        for (place, area) in &self.raw.arrays {
            let Some((first, last)) = area.rows() else {
                continue;
            };
            let crossed = self.plan.lists.iter().find(|list| {
                let inside = list.first <= first && last <= list.last;
                first <= list.last && list.first <= last && !inside
            });
            if let Some(list) = crossed {
                let mut name = String::new();
                area.write(&mut name);
                self.raw.faults.push((Some(*place), What::ArrayCutsList(name, list.list.clone())));
            }
        }
    }

    fn compile_row(&mut self, row: RawRow) -> Result<RowPlan, String> {
        let in_list = self.plan.list_at(row.number);
        let mut cells = Pieces::default();
        let mut filled = false;
        for cell in &row.cells {
            match cell {
                RawCell::Other(at) => cells.raw(at.clone()),
                // Left by a filled workbook this template was made of.
                RawCell::Cell(cell) if cell.is_mark() => {}
                RawCell::Cell(cell) => {
                    let before = self.plan.cells.len();
                    self.compile_cell(cell, in_list, &mut cells)?;
                    let told = self.plan.cells.get(before);
                    if told.is_some_and(|told| told.plan.is_some() || !told.in_formula.is_empty()) {
                        filled = true;
                    }
                }
            }
        }
        let filled_cells = row.cells.iter().filter_map(|cell| match cell {
            RawCell::Cell(cell) => Some((cell.place, cell.style, cell.plan.as_ref()?)),
            RawCell::Other(_) => None,
        });
        let height = row.open.find("ht").and_then(|height| {
            let (at, least) = (height.value_at.clone(), &height.value);
            HeightPlan::new(at, least, filled_cells, &self.widths, &self.plan.merged, self.around.styles)
        });
        let mut pieces = Pieces::default();
        self.compile_tag(&row.open, &[], height, &mut pieces);
        if row.open.empty {
            return Ok(RowPlan { number: row.number, pieces: pieces.list, end: None });
        }
        pieces.list.append(&mut cells.list);
        let end = filled.then_some(pieces.list.len());
        pieces.push(Piece::Raw(row.close));
        Ok(RowPlan { number: row.number, pieces: pieces.list, end })
    }

    /// A row's or a cell's tag with its row following.
    fn compile_tag(&self, open: &Tag, drop: &[&str], mut height: Option<HeightPlan>, pieces: &mut Pieces) {
        let mut at = open.at.start;
        for attribute in &open.attributes {
            if drop.iter().any(|name| attribute.name == name.as_bytes()) {
                pieces.raw(at..attribute.whole.start);
                at = attribute.whole.end;
            } else if attribute.name == b"ht"
                && let Some(plan) = height.take()
            {
                pieces.raw(at..attribute.value_at.start);
                pieces.push(Piece::Height(Box::new(plan)));
                at = attribute.value_at.end;
            } else if attribute.name == b"r" {
                let letters = attribute.value.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
                pieces.raw(at..attribute.value_at.start + letters);
                pieces.push(Piece::OwnRow);
                at = attribute.value_at.end;
            } else if attribute.name == b"spans" {
                pieces.raw(at..attribute.whole.start);
                pieces.push(Piece::Unmarked(attribute.whole.clone()));
                at = attribute.whole.end;
            }
        }
        pieces.raw(at..open.at.end);
    }

    fn compile_cell(&mut self, cell: &OneCell, in_list: Option<usize>, pieces: &mut Pieces) -> Result<(), String> {
        let (_, in_formula, _) = self.asked(cell);
        let says = cell.said.as_ref().is_some_and(|said| !said.text.is_empty()) || cell.formula.is_some();
        if says {
            let mut text = cell.said.clone().unwrap_or_default();
            if let Some((_, formula)) = cell.formula.as_ref().filter(|_| !in_formula.is_empty()) {
                text.text = xml::text(&self.part[formula.clone()]);
            }
            self.plan.cells.push(TemplateCell {
                place: cell.place,
                style: cell.style,
                text,
                plan: cell.plan.clone(),
                formula: cell.formula.as_ref().map(|(_, text)| Formula::parse(&xml::text(&self.part[text.clone()]))),
                in_formula: in_formula.clone(),
            });
        }
        if let Some(plan) = &cell.plan {
            return self.compile_filled(cell, plan, pieces);
        }
        if let Some((open, text)) = &cell.formula {
            return self.compile_formula(cell, open, text.clone(), in_list, in_formula, pieces);
        }
        let label_below = in_list.is_some() && self.is_outer_label(cell.place);
        let mut own = Pieces::default();
        self.compile_tag(&cell.open, &[], None, &mut own);
        own.raw(cell.inside.clone());
        own.raw(cell.close.clone());
        if label_below && !cell.open.empty {
            // Merged over the whole list: only the first row says it.
            let mut blank = Pieces::default();
            self.compile_tag(&cell.open, &["t"], None, &mut blank);
            blank.bytes(format!("</{}c>", self.plan.prefix).as_bytes());
            pieces.push(Piece::Once { first: own.done(), others: blank.done() });
        } else {
            for piece in own.list {
                match piece {
                    Piece::Raw(range) => pieces.raw(range),
                    piece => pieces.push(piece),
                }
            }
        }
        Ok(())
    }

    /// The top left of a range merged beyond the rows of its list.
    fn is_outer_label(&self, place: Place) -> bool {
        self.plan.merged.iter().any(|area| {
            let (Some((first, last)), Some((left, _))) = (area.rows(), area.columns()) else {
                return false;
            };
            let list = self.plan.list_at(first).map(|index| &self.plan.lists[index]);
            (first, left) == (place.row, place.column) && list.is_some_and(|list| last > list.last)
        })
    }

    fn compile_filled(&mut self, cell: &OneCell, plan: &TextPlan, pieces: &mut Pieces) -> Result<(), String> {
        let style = cell.open.find("s");
        let (mut before, mut after) = (Pieces::default(), Pieces::default());
        let split = style.map_or(cell.open.at.end, |style| style.value_at.start);
        let mut at = cell.open.at.start;
        let mut into = &mut before;
        for attribute in &cell.open.attributes {
            match &attribute.name[..] {
                b"t" => {
                    into.raw(at..attribute.whole.start);
                    at = attribute.whole.end;
                }
                b"r" => {
                    let letters = attribute.value.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
                    into.raw(at..attribute.value_at.start + letters);
                    into.push(Piece::OwnRow);
                    at = attribute.value_at.end;
                }
                b"s" => {
                    into.raw(at..split);
                    into = &mut after;
                    at = attribute.value_at.end;
                }
                _ => {}
            }
        }
        let close = cell.open.at.end - if cell.open.empty { 2 } else { 1 };
        into.raw(at..close);
        pieces.push(Piece::Cells(Box::new(CellPlan {
            before_style: before.done(),
            after_style: after.done(),
            style: style.map(|_| cell.style),
            place: cell.place,
            text: plan.clone(),
        })));
        Ok(())
    }

    fn compile_formula(
        &mut self,
        cell: &OneCell,
        open: &Tag,
        text: Range<usize>,
        in_list: Option<usize>,
        asked: Vec<Placeholder>,
        pieces: &mut Pieces,
    ) -> Result<(), String> {
        let shared = open.get("t") == Some("shared");
        let (formula, raw) = match open.get("si").filter(|_| shared && text.is_empty()) {
            Some(index) => {
                let (master, from) =
                    self.raw.shared.get(index).ok_or_else(|| format!("{} 的共享公式没有来处", cell.place))?;
                let rows = i64::from(cell.place.row) - i64::from(from.row);
                let columns = i64::from(cell.place.column) - i64::from(from.column);
                (master.moved(rows, columns), None)
            }
            None => (Formula::parse(&xml::text(&self.part[text.clone()])), Some(text)),
        };
        if let Some(span) = formula.spans() {
            self.raw.faults.push((Some(cell.place), What::ThreeDimensional(span.to_string())));
        }
        self.plan.formulas.push(formula.clone());
        let mut tag = Pieces::default();
        let mut at = open.at.start;
        for attribute in &open.attributes {
            match &attribute.name[..] {
                b"t" | b"ref" | b"si" if shared => {
                    tag.raw(at..attribute.whole.start);
                    at = attribute.whole.end;
                }
                b"ref" => {
                    tag.raw(at..attribute.value_at.start);
                    match Area::parse(&attribute.value) {
                        Some(area) if in_list.is_some() => tag.push(Piece::OwnArea(area)),
                        _ => tag.push(piece::areas(attribute.value_at.clone(), &attribute.value)),
                    }
                    at = attribute.value_at.end;
                }
                _ => {}
            }
        }
        let close = open.at.end - if open.empty { 2 } else { 1 };
        tag.raw(at..close);
        tag.bytes(b">");
        let prefix = self.plan.prefix.clone();
        let mut before = Pieces::default();
        let mut cell_open = cell.open.clone();
        if !asked.is_empty() {
            cell_open.at.end -= 1;
        }
        // The value worked out for the template is none for the record: it is left out, and so is its type.
        self.compile_tag(&cell_open, &["t"], None, &mut before);
        if !asked.is_empty() {
            pieces.push(Piece::FormulaCell(Box::new(FormulaCell {
                before: before.done(),
                open: tag.done(),
                formula,
                place: cell.place,
                placeholders: asked,
            })));
            return Ok(());
        }
        for piece in before.list.into_iter().chain(tag.list) {
            match piece {
                Piece::Raw(range) => pieces.raw(range),
                piece => pieces.push(piece),
            }
        }
        pieces.push(Piece::Formula { raw, formula: Box::new(formula), first_of: None });
        pieces.bytes(format!("</{prefix}f>").as_bytes());
        for rest in &cell.rest {
            pieces.raw(rest.clone());
        }
        pieces.raw(cell.close.clone());
        Ok(())
    }
}
