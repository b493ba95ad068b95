//! A sheet of a template: which rows are lists, which cells hold placeholders, and what must follow when a list grows.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::fault::What;
use super::formula::Formula;
use super::mark::RowMark;
use super::piece::{self, CellPlan, ColumnLook, Columns, FormulaCell, Goes, Merges, Piece, Pieces};
use super::place::{self, Area, Block, Corner, Place};
use super::placeholder::{self, Placeholder};
use super::styles::Styles;
use super::text::{self, CellText, TextPlan};
use super::xml::{self, Kind, Token, Tokens};

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
    pub formulas: Vec<Formula>,
    /// Merged ranges, as in the template.
    pub merged: Vec<Area>,
    /// The column behind everything, where row identities may stand.
    pub free_column: u32,
}

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
}

impl SheetPlan {
    /// Reads a sheet. Faults are collected; an unreadable part is the error.
    pub(super) fn parse(part: Vec<u8>, around: &Around, faults: &mut Vec<SheetFault>) -> Result<SheetPlan, String> {
        let mut reader = Reader::new(&part, around);
        reader.run()?;
        let Reader { plan, faults: found, .. } = reader;
        faults.extend(found);
        Ok(SheetPlan { part, ..plan })
    }

    /// Placeholders with their cells, in the order of the sheet.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = (Place, &Placeholder)> {
        self.cells.iter().flat_map(|cell| {
            let in_text = cell.plan.iter().flat_map(TextPlan::placeholders);
            in_text.chain(&cell.in_formula).map(|placeholder| (cell.place, placeholder))
        })
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
    tokens: Tokens<'a>,
    plan: SheetPlan,
    faults: Vec<SheetFault>,
    rows: Vec<RawRow>,
    shared: HashMap<String, (Formula, Place)>,
    arrays: Vec<(Place, Area)>,
    last_column: u32,
}

/// A row and its cells before it is known which rows are lists.
struct RawRow {
    number: u32,
    open: Token2,
    /// White space, comments and extensions between and behind the cells too.
    cells: Vec<RawCell>,
    close: Range<usize>,
}

/// A tag's place and what its attributes are.
#[derive(Clone)]
struct Token2 {
    at: Range<usize>,
    empty: bool,
    attributes: Vec<Attribute2>,
}

#[derive(Clone)]
struct Attribute2 {
    name: Vec<u8>,
    whole: Range<usize>,
    value_at: Range<usize>,
    value: String,
}

enum RawCell {
    /// What is no cell.
    Other(Range<usize>),
    Cell(Box<OneCell>),
}

struct OneCell {
    place: Place,
    open: Token2,
    /// The formula's tag and text.
    formula: Option<(Token2, Range<usize>)>,
    /// The place of everything between the tags.
    inside: Range<usize>,
    /// Behind the formula and the value: extensions.
    rest: Vec<Range<usize>>,
    close: Range<usize>,
    said: Option<CellText>,
    plan: Option<TextPlan>,
    style: u32,
}

impl Token2 {
    fn of(token: &Token) -> Token2 {
        let attributes = token.attributes().map(|attribute| Attribute2 {
            name: attribute.name().to_vec(),
            whole: attribute.whole.clone(),
            value_at: attribute.value_at.clone(),
            value: attribute.value().into_owned(),
        });
        Token2 { at: token.at.clone(), empty: token.kind == Kind::Empty, attributes: attributes.collect() }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|attribute| attribute.value.as_str())
    }

    fn find(&self, name: &str) -> Option<&Attribute2> {
        self.attributes.iter().find(|attribute| attribute.name == name.as_bytes())
    }
}

impl<'a> Reader<'a> {
    fn new(part: &'a [u8], around: &'a Around<'a>) -> Reader<'a> {
        Reader {
            part,
            around,
            tokens: Tokens::of(part),
            plan: SheetPlan::default(),
            faults: Vec::new(),
            rows: Vec::new(),
            shared: HashMap::new(),
            arrays: Vec::new(),
            last_column: 0,
        }
    }

    fn run(&mut self) -> Result<(), String> {
        // What stands around the rows is read once the lists are known: places first.
        let (mut head, mut tail) = (0..0, 0..0);
        let mut root_seen = false;
        let mut data_start = 0;
        while let Some(token) = self.tokens.next()? {
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
                    self.read_rows()?;
                }
                tail = self.rows.last().map_or(token.at.end, |row| row.close.end)..self.part.len();
                break;
            }
        }
        if head.is_empty() {
            return Err("工作表里没有 sheetData".to_string());
        }
        // Merged ranges decide how many rows a list's item takes.
        self.plan.merged = merges(&self.part[tail.clone()])?;
        self.find_lists();
        self.check_arrays();
        for row in std::mem::take(&mut self.rows) {
            let row = self.compile_row(row)?;
            self.plan.rows.push(row);
        }
        let mut walker =
            Walker { part: self.part, plan: &mut self.plan, faults: &mut self.faults, last_column: self.last_column };
        let mut head_pieces = Pieces::default();
        walker.walk(0..data_start, &mut head_pieces)?;
        if !head_pieces.list.iter().any(|piece| matches!(piece, Piece::Columns(_))) {
            head_pieces.push(Piece::Columns(Box::default()));
        }
        head_pieces.raw(data_start..head.end);
        let mut tail_pieces = Pieces::default();
        walker.walk(tail, &mut tail_pieces)?;
        self.last_column = walker.last_column;
        self.plan.head = head_pieces.list;
        self.plan.tail = tail_pieces.list;
        self.plan.free_column = self.last_column + 1;
        if !self.plan.is_filled() {
            // Nothing is read back from here: what a long list of codes says need not be kept.
            self.plan.cells.clear();
        }
        Ok(())
    }

    fn read_rows(&mut self) -> Result<(), String> {
        let mut number = 0;
        // White space between rows goes with the row behind it.
        let mut from = None;
        while let Some(token) = self.tokens.next()? {
            if token.closes("sheetData") {
                return Ok(());
            }
            let start = *from.get_or_insert(token.at.start);
            if !token.starts("row") {
                continue;
            }
            from = None;
            let mut open = Token2::of(&token);
            open.at.start = start;
            number = match open.get("r") {
                Some(digits) => digits.trim().parse().map_err(|_| format!("行号“{digits}”不是数"))?,
                None => number + 1,
            };
            if !(1..=place::LAST_ROW).contains(&number) || self.rows.last().is_some_and(|last| last.number >= number) {
                return Err(format!("行号 {number} 不对"));
            }
            let mut row = RawRow { number, close: token.at.end..token.at.end, open, cells: Vec::new() };
            if token.kind == Kind::Open {
                row.close = self.read_cells(number, &mut row.cells)?;
            }
            self.rows.push(row);
        }
        Err("sheetData 没有收尾".to_string())
    }

    fn read_cells(&mut self, row: u32, cells: &mut Vec<RawCell>) -> Result<Range<usize>, String> {
        let mut column = 0;
        while let Some(token) = self.tokens.next()? {
            if token.closes("row") {
                return Ok(token.at);
            }
            if !token.starts("c") {
                let mut at = token.at.clone();
                if token.kind == Kind::Open {
                    at.end = self.element_end(&token)?;
                }
                cells.push(RawCell::Other(at));
                continue;
            }
            let open = Token2::of(&token);
            let place = match open.get("r") {
                Some(name) => Corner::parse(name).and_then(Corner::place).ok_or_else(|| format!("单元格“{name}”不对"))?,
                None => Place { row, column: column + 1 },
            };
            if place.row != row {
                return Err(format!("单元格 {place} 不在第 {row} 行"));
            }
            column = place.column;
            self.last_column = self.last_column.max(column);
            let cell = self.read_cell(&token, open, place)?;
            cells.push(RawCell::Cell(Box::new(cell)));
        }
        Err("行没有收尾".to_string())
    }

    /// The end of an element's closing tag.
    fn element_end(&mut self, open: &Token) -> Result<usize, String> {
        let inside = self.tokens.inside(open)?;
        let close = self.part[inside.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
        Ok(inside.end + close + 1)
    }

    fn read_cell(&mut self, token: &Token<'a>, open: Token2, place: Place) -> Result<OneCell, String> {
        let style = open.get("s").and_then(|style| style.parse().ok()).unwrap_or(0);
        let mut cell = OneCell {
            place,
            inside: token.at.end..token.at.end,
            close: token.at.end..token.at.end,
            formula: None,
            rest: Vec::new(),
            said: None,
            plan: None,
            style,
            open,
        };
        if token.kind == Kind::Empty {
            return Ok(cell);
        }
        let mut value = None;
        let mut inline = None;
        loop {
            let inner = self.tokens.next()?.ok_or("单元格没有收尾")?;
            if inner.closes("c") {
                cell.inside.end = inner.at.start;
                cell.close = inner.at;
                break;
            }
            match (inner.kind, inner.name()) {
                (Kind::Open, b"f") => {
                    let text = self.tokens.inside(&inner)?;
                    cell.formula = Some((Token2::of(&inner), text));
                }
                (Kind::Empty, b"f") => cell.formula = Some((Token2::of(&inner), inner.at.end..inner.at.end)),
                (Kind::Open, b"v") => value = Some(self.tokens.inside(&inner)?),
                (Kind::Open, b"is") => inline = Some(self.tokens.inside(&inner)?),
                (Kind::Empty, b"v" | b"is") => {}
                (Kind::Open, _) => {
                    let start = inner.at.start;
                    let end = self.element_end(&inner)?;
                    cell.rest.push(start..end);
                }
                (Kind::Empty, _) => cell.rest.push(inner.at),
                _ => {}
            }
        }
        cell.said = match (cell.open.get("t"), value, inline) {
            (Some("s"), Some(value), _) => {
                let index = xml::text(&self.part[value]).trim().parse::<usize>().ok();
                index.and_then(|index| self.around.strings.get(index)).cloned()
            }
            (Some("inlineStr"), _, Some(inline)) => Some(text::read(&self.part[inline])?),
            (_, Some(value), _) if cell.formula.is_none() => {
                let text = xml::text(&self.part[value]);
                Some(CellText { text: xml::unescape_cell_text(&text).into_owned(), runs: Vec::new() })
            }
            _ => None,
        };
        if let Some(said) = cell.said.as_ref().filter(|said| cell.formula.is_none() && placeholder::is_in(&said.text)) {
            match said.plan() {
                Ok(Some(plan)) => cell.plan = Some(plan.with_prefix(&self.plan.prefix)?),
                Ok(None) => {}
                Err(what) => self.faults.push((Some(place), what)),
            }
        }
        if let Some((open, text)) = &cell.formula {
            self.read_formula(place, open, text.clone());
        }
        Ok(cell)
    }

    fn read_formula(&mut self, place: Place, open: &Token2, text: Range<usize>) {
        match open.get("t") {
            Some("shared") => {
                if let Some(index) = open.get("si").filter(|_| !text.is_empty()) {
                    let formula = Formula::parse(&xml::text(&self.part[text]));
                    self.shared.insert(index.to_string(), (formula, place));
                }
            }
            Some("array") => {
                if let Some(area) = open.get("ref").and_then(Area::parse) {
                    self.arrays.push((place, area));
                }
            }
            Some("dataTable") => self.faults.push((Some(place), What::DataTable)),
            _ => {}
        }
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
            Ok(found) => (in_text, found.into_iter().map(|(_, placeholder)| placeholder).collect(), None),
            Err(what) => (in_text, Vec::new(), Some(what)),
        }
    }

    /// Which rows are lists: rows with columns of one list, side by side, and what is merged with them.
    fn find_lists(&mut self) {
        let mut lists: Vec<ListPlan> = Vec::new();
        let mut top_left = BTreeSet::new();
        for row in &self.rows {
            let mut of_row: Option<String> = None;
            for cell in row.cells.iter().filter_map(RawCell::cell) {
                let (in_text, in_formula, what) = self.asked(cell);
                if let Some(what) = what {
                    self.faults.push((Some(cell.place), what));
                }
                for list in in_text.into_iter().chain(&in_formula).filter_map(Placeholder::list) {
                    top_left.insert(cell.place);
                    match &of_row {
                        Some(other) if other != list => {
                            self.faults.push((Some(cell.place), What::TwoLists(other.clone(), list.to_string())));
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
                self.faults.push((Some(place), What::TwoLists(above.list.clone(), below.list.clone())));
            }
        }
        self.plan.lists = lists;
    }

    fn check_arrays(&mut self) {
        for (place, area) in &self.arrays {
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
                self.faults.push((Some(*place), What::ArrayCutsList(name, list.list.clone())));
            }
        }
    }

    fn compile_row(&mut self, row: RawRow) -> Result<RowPlan, String> {
        let in_list = self.plan.list_at(row.number);
        let mut cells = Pieces::default();
        let mut grows = false;
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
                        grows |= self.around.styles.wraps(cell.style);
                    }
                }
            }
        }
        // A height that a program worked out for the placeholder is wrong for what replaces it.
        let by_hand = row.open.get("customHeight").is_some_and(|hand| matches!(hand, "1" | "true"));
        let drop: &[&str] = if grows && !by_hand { &["ht"] } else { &[] };
        let mut pieces = Pieces::default();
        self.compile_tag(&row.open, drop, &mut pieces);
        if row.open.empty {
            return Ok(RowPlan { number: row.number, pieces: pieces.list, end: None });
        }
        pieces.list.append(&mut cells.list);
        let end = filled.then_some(pieces.list.len());
        pieces.push(Piece::Raw(row.close));
        Ok(RowPlan { number: row.number, pieces: pieces.list, end })
    }

    /// A row's or a cell's tag with its row following.
    fn compile_tag(&self, open: &Token2, drop: &[&str], pieces: &mut Pieces) {
        let mut at = open.at.start;
        for attribute in &open.attributes {
            if drop.iter().any(|name| attribute.name == name.as_bytes()) {
                pieces.raw(at..attribute.whole.start);
                at = attribute.whole.end;
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
        self.compile_tag(&cell.open, &[], &mut own);
        own.raw(cell.inside.clone());
        own.raw(cell.close.clone());
        if label_below && !cell.open.empty {
            // Merged over the whole list: only the first row says it.
            let mut blank = Pieces::default();
            self.compile_tag(&cell.open, &["t"], &mut blank);
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
        open: &Token2,
        text: Range<usize>,
        in_list: Option<usize>,
        asked: Vec<Placeholder>,
        pieces: &mut Pieces,
    ) -> Result<(), String> {
        let shared = open.get("t") == Some("shared");
        let (formula, raw) = match open.get("si").filter(|_| shared && text.is_empty()) {
            Some(index) => {
                let (master, from) = self.shared.get(index).ok_or_else(|| format!("{} 的共享公式没有来处", cell.place))?;
                let rows = i64::from(cell.place.row) - i64::from(from.row);
                let columns = i64::from(cell.place.column) - i64::from(from.column);
                (master.moved(rows, columns), None)
            }
            None => (Formula::parse(&xml::text(&self.part[text.clone()])), Some(text)),
        };
        if let Some(span) = formula.spans() {
            self.faults.push((Some(cell.place), What::ThreeDimensional(span.to_string())));
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
        self.compile_tag(&cell_open, &["t"], &mut before);
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

impl OneCell {
    fn is_mark(&self) -> bool {
        self.said.as_ref().is_some_and(|said| RowMark::parse(&said.text).is_some())
    }
}

impl RawCell {
    fn cell(&self) -> Option<&OneCell> {
        match self {
            RawCell::Cell(cell) => Some(cell),
            RawCell::Other(_) => None,
        }
    }
}

/// The merged ranges of a sheet.
fn merges(tail: &[u8]) -> Result<Vec<Area>, String> {
    let mut out = Vec::new();
    if memchr::memmem::find(tail, b"mergeCell").is_none() {
        return Ok(out);
    }
    let mut tokens = Tokens::lenient(tail);
    while let Some(token) = tokens.next()? {
        if token.starts("mergeCell")
            && let Some(area) = token.attribute("ref").as_deref().and_then(Area::parse)
        {
            out.push(area);
        }
    }
    Ok(out)
}

/// Reads what stands before and behind the rows.
struct Walker<'w, 'a> {
    part: &'a [u8],
    plan: &'w mut SheetPlan,
    faults: &'w mut Vec<SheetFault>,
    last_column: u32,
}

impl Walker<'_, '_> {
    fn walk(&mut self, range: Range<usize>, pieces: &mut Pieces) -> Result<(), String> {
        let part = &self.part[..range.end];
        let mut tokens = Tokens::lenient(&part[range.start..]);
        let base = range.start;
        let mut path: Vec<Vec<u8>> = Vec::new();
        let mut at = base;
        // The block of the range that a format or a drop-down begins in: its formulas are seen from there.
        let mut anchor: Option<usize> = None;
        // Formulas of extensions come before their range.
        let mut waiting: Vec<usize> = Vec::new();
        while let Some(token) = tokens.next()? {
            let here = token.at.start + base..token.at.end + base;
            match token.kind {
                Kind::Open | Kind::Empty if token.name() == b"mergeCells" => {
                    pieces.raw(at..here.start);
                    at = here.end;
                    if token.kind == Kind::Open {
                        let inside = tokens.inside(&token)?;
                        let close = part[base + inside.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
                        at = base + inside.end + close + 1;
                    }
                    let merges = self.merges();
                    pieces.push(Piece::Merges(Box::new(merges)));
                }
                Kind::Open if token.name() == b"cols" => {
                    pieces.raw(at..here.start);
                    let mut columns = Columns::default();
                    let mut end = here.end;
                    while let Some(inner) = tokens.next()? {
                        end = base + inner.at.end;
                        if inner.closes("cols") {
                            break;
                        }
                        columns.list.extend(self.column(&inner, base));
                    }
                    columns.raw = here.start..end;
                    at = end;
                    pieces.push(Piece::Columns(Box::new(columns)));
                }
                Kind::Open if token.name() == b"sparkline" => {
                    pieces.raw(at..here.start);
                    let inside = tokens.inside(&token)?;
                    let inside = base + inside.start..base + inside.end;
                    let close = part[inside.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
                    at = inside.end + close + 1;
                    let mut own = Pieces::default();
                    own.raw(here.clone());
                    let block = self.sparkline(inside.clone(), &mut own)?;
                    own.raw(inside.end..at);
                    match block {
                        Some(block) => pieces.push(Piece::PerCopy { block, pieces: own.done() }),
                        None => pieces.list.append(&mut own.list),
                    }
                }
                Kind::Open | Kind::Empty => {
                    for attribute in token.attributes() {
                        let value_at = attribute.value_at.start + base..attribute.value_at.end + base;
                        let whole = attribute.whole.start + base..attribute.whole.end + base;
                        let piece = self.attribute(&token, &path, attribute.name(), &attribute.value(), &value_at, &whole);
                        if let Some((piece, replaced)) = piece {
                            if let Piece::Areas { areas, .. } = &piece
                                && matches!(token.name(), b"conditionalFormatting" | b"dataValidation")
                            {
                                anchor = self.block_of(areas);
                            }
                            pieces.raw(at..replaced.start);
                            at = replaced.end;
                            pieces.push(piece);
                        }
                    }
                    if token.kind == Kind::Open {
                        path.push(token.name().to_vec());
                    }
                }
                Kind::Close => {
                    match token.name() {
                        b"conditionalFormatting" | b"dataValidation" => {
                            anchor = None;
                            waiting.clear();
                        }
                        _ => {}
                    }
                    path.pop();
                }
                Kind::Text => {
                    let Some(parent) = path.last().cloned() else {
                        continue;
                    };
                    // References (`&amp;`) split a text: take it up to the closing tag.
                    let end =
                        part[here.start..].iter().position(|byte| *byte == b'<').map_or(part.len(), |end| here.start + end);
                    if here.start < at {
                        continue;
                    }
                    let text = xml::text(&part[here.start..end]);
                    let piece = match &parent[..] {
                        b"f" | b"formula" | b"formula1" | b"formula2" if !text.trim().is_empty() => {
                            let formula = Formula::parse(&text);
                            self.plan.formulas.push(formula.clone());
                            waiting.push(usize::MAX);
                            Piece::Formula { raw: Some(here.start..end), formula: Box::new(formula), first_of: anchor }
                        }
                        b"sqref" => {
                            let piece = piece::areas(here.start..end, &text);
                            if let Piece::Areas { areas, .. } = &piece {
                                let block = self.block_of(areas);
                                for index in waiting.drain(..) {
                                    if let Some(Piece::Formula { first_of, .. }) = pieces.list.get_mut(index) {
                                        *first_of = block;
                                    }
                                }
                            }
                            piece
                        }
                        b"row" if path.iter().rev().nth(1).is_some_and(|parent| matches!(&parent[..], b"from" | b"to")) => {
                            piece::row(here.start..end, &text, Goes::Start, true)
                        }
                        name if is_header(name) && placeholder::is_in(&text) => match placeholder::parse(&text) {
                            Ok(segments) => Piece::Header(segments.into_boxed_slice()),
                            Err(what) => {
                                self.faults.push((None, what));
                                continue;
                            }
                        },
                        _ => continue,
                    };
                    pieces.raw(at..here.start);
                    at = end;
                    pieces.push(piece);
                    if let Some(last) = waiting.last_mut().filter(|last| **last == usize::MAX) {
                        *last = pieces.list.len() - 1;
                    }
                }
                Kind::Other => {}
            }
        }
        pieces.raw(at..range.end);
        Ok(())
    }

    /// What an attribute becomes, and which bytes it replaces.
    fn attribute(
        &mut self,
        token: &Token,
        path: &[Vec<u8>],
        name: &[u8],
        value: &str,
        value_at: &Range<usize>,
        whole: &Range<usize>,
    ) -> Option<(Piece, Range<usize>)> {
        let element = token.name();
        let frozen = || token.attribute("state").is_some_and(|state| state.starts_with("frozen"));
        let piece = match (element, name) {
            (b"sheetPr", b"codeName") | (b"sheetView", b"tabSelected") => {
                return Some((Piece::FirstSheet(whole.clone()), whole.clone()));
            }
            (b"worksheet", b"uid") => Piece::Unique(value_at.clone()),
            (_, b"ref" | b"sqref") => {
                let piece = piece::areas(value_at.clone(), value);
                if let Piece::Areas { areas, .. } = &piece
                    && element != b"dimension"
                {
                    for (_, last) in areas.iter().filter_map(Area::columns).filter(|(_, last)| *last < 256) {
                        self.last_column = self.last_column.max(last);
                    }
                }
                piece
            }
            (_, b"activeCell" | b"topLeftCell") | (b"cellWatch" | b"inputCells", b"r") => {
                piece::single(value_at.clone(), value)
            }
            (b"pane", b"ySplit") if frozen() => piece::row(value_at.clone(), value, Goes::End, false),
            (b"brk", b"id") if path.last().is_some_and(|parent| parent == b"rowBreaks") => {
                piece::row(value_at.clone(), value, Goes::End, false)
            }
            (b"cfvo", b"val") if token.attribute("type").as_deref() == Some("formula") => {
                self.formula(value_at.clone(), value)
            }
            (b"hyperlink", b"location") if value.contains('!') => self.formula(value_at.clone(), value),
            _ => return None,
        };
        Some((piece, value_at.clone()))
    }

    fn column(&mut self, token: &Token, base: usize) -> Option<ColumnLook> {
        if !token.starts("col") {
            return None;
        }
        let end = |name: &[u8]| {
            let attribute = token.attributes().find(|attribute| attribute.name() == name)?;
            let at = attribute.value_at.start + base..attribute.value_at.end + base;
            Some((attribute.value().parse().ok()?, at))
        };
        let look = ColumnLook { raw: token.at.start + base..token.at.end + base, first: end(b"min")?, last: end(b"max")? };
        // A last range of columns that runs to the end says how the rest looks, not what is used.
        if look.last.0 < 256 {
            self.last_column = self.last_column.max(look.last.0);
        }
        Some(look)
    }

    fn formula(&mut self, raw: Range<usize>, text: &str) -> Piece {
        let formula = Formula::parse(text);
        self.plan.formulas.push(formula.clone());
        Piece::Formula { raw: Some(raw), formula: Box::new(formula), first_of: None }
    }

    /// A sparkline: its own row's values, so each copy of a list's row has its own.
    fn sparkline(&mut self, range: Range<usize>, pieces: &mut Pieces) -> Result<Option<usize>, String> {
        let mut inner = Pieces::default();
        self.walk(range, &mut inner)?;
        let block = inner.list.iter().find_map(|piece| match piece {
            Piece::Areas { areas, .. } => self.block_of(areas),
            _ => None,
        });
        for piece in inner.list {
            pieces.push(match piece {
                Piece::Areas { areas, .. } if block.is_some() && areas.len() == 1 => Piece::OwnArea(areas[0]),
                piece => piece,
            });
        }
        Ok(block)
    }

    fn block_of(&self, areas: &[Area]) -> Option<usize> {
        let (first, _) = areas.first()?.rows()?;
        self.plan.list_at(first)
    }

    fn merges(&mut self) -> Merges {
        let mut merges = Merges::default();
        for area in &self.plan.merged {
            let Some((first, last)) = area.rows() else {
                merges.areas.push((None, *area));
                continue;
            };
            if let Some((_, right)) = area.columns().filter(|(_, right)| *right < 256) {
                self.last_column = self.last_column.max(right);
            }
            let top = self.plan.list_at(first);
            let bottom = self.plan.list_at(last);
            let cut = |index: usize| {
                let list = &self.plan.lists[index];
                let mut name = String::new();
                area.write(&mut name);
                (area.first.place(), What::MergeCutsList(name, list.list.clone()))
            };
            match (top, bottom) {
                (Some(top), Some(bottom)) if top == bottom => merges.areas.push((Some(top), *area)),
                (Some(top), _) if self.plan.lists[top].first != first => self.faults.push(cut(top)),
                (_, Some(bottom)) if self.plan.lists[bottom].last != last => self.faults.push(cut(bottom)),
                _ => merges.areas.push((None, *area)),
            }
        }
        merges
    }
}

fn is_header(name: &[u8]) -> bool {
    matches!(name, b"oddHeader" | b"oddFooter" | b"evenHeader" | b"evenFooter" | b"firstHeader" | b"firstFooter")
}
