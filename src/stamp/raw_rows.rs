//! The rows and cells of a sheet as they stand, before it is known which rows are lists.

use std::collections::HashMap;
use std::ops::Range;

use super::fault::What;
use super::formula::Formula;
use super::grid;
use super::mark::RowMark;
use super::place::{self, Area, Corner, Place};
use super::placeholder;
use super::sheet::SheetFault;
use super::styles::Styles;
use super::text::{self, CellText, TextPlan};
use super::value::Calendar;
use super::xml::{self, Kind, Token, Tokens};

/// What was read of a sheet's rows.
#[derive(Default)]
pub(super) struct RawRows {
    pub rows: Vec<RawRow>,
    /// Formulas that others share, with the cell they are written for.
    pub shared: HashMap<String, (Formula, Place)>,
    /// Array formulas with their ranges.
    pub arrays: Vec<(Place, Area)>,
    pub faults: Vec<SheetFault>,
    pub last_column: u32,
}

/// A row and its cells before it is known which rows are lists.
pub(super) struct RawRow {
    pub number: u32,
    pub open: Tag,
    /// White space, comments and extensions between and behind the cells too.
    pub cells: Vec<RawCell>,
    pub close: Range<usize>,
}

/// A tag's place and what its attributes are.
#[derive(Clone)]
pub(super) struct Tag {
    pub at: Range<usize>,
    pub empty: bool,
    pub attributes: Vec<TagAttribute>,
}

#[derive(Clone)]
pub(super) struct TagAttribute {
    pub name: Vec<u8>,
    pub whole: Range<usize>,
    pub value_at: Range<usize>,
    pub value: String,
}

pub(super) enum RawCell {
    /// What is no cell.
    Other(Range<usize>),
    Cell(Box<OneCell>),
}

pub(super) struct OneCell {
    pub place: Place,
    pub open: Tag,
    /// The formula's tag and text.
    pub formula: Option<(Tag, Range<usize>)>,
    /// The place of everything between the tags.
    pub inside: Range<usize>,
    /// Behind the formula and the value: extensions.
    pub rest: Vec<Range<usize>>,
    pub close: Range<usize>,
    pub said: Option<CellText>,
    pub plan: Option<TextPlan>,
    pub style: u32,
}

impl Tag {
    fn of(token: &Token) -> Tag {
        let attributes = token.attributes().map(|attribute| TagAttribute {
            name: attribute.name().to_vec(),
            whole: attribute.whole.clone(),
            value_at: attribute.value_at.clone(),
            value: attribute.value().into_owned(),
        });
        Tag { at: token.at.clone(), empty: token.kind == Kind::Empty, attributes: attributes.collect() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|attribute| attribute.value.as_str())
    }

    pub(super) fn find(&self, name: &str) -> Option<&TagAttribute> {
        self.attributes.iter().find(|attribute| attribute.name == name.as_bytes())
    }
}

impl OneCell {
    pub(super) fn is_mark(&self) -> bool {
        self.said.as_ref().is_some_and(|said| RowMark::parse(&said.text).is_some())
    }
}

impl RawCell {
    pub(super) fn cell(&self) -> Option<&OneCell> {
        match self {
            RawCell::Cell(cell) => Some(cell),
            RawCell::Other(_) => None,
        }
    }
}

/// Reads rows up to the end of `sheetData`.
pub(super) struct RowReader<'r, 'a> {
    pub part: &'a [u8],
    pub strings: &'r [CellText],
    pub styles: &'r Styles,
    pub calendar: Calendar,
    pub prefix: &'r str,
    pub tokens: &'r mut Tokens<'a>,
    pub out: RawRows,
}

impl<'a> RowReader<'_, 'a> {
    pub(super) fn read(mut self) -> Result<RawRows, String> {
        let mut number = 0;
        // White space between rows goes with the row behind it.
        let mut from = None;
        while let Some(token) = self.tokens.next()? {
            if token.closes("sheetData") {
                return Ok(self.out);
            }
            let start = *from.get_or_insert(token.at.start);
            if !token.starts("row") {
                continue;
            }
            from = None;
            let mut open = Tag::of(&token);
            open.at.start = start;
            number = match open.get("r") {
                Some(digits) => digits.trim().parse().map_err(|_| format!("行号“{digits}”不是数"))?,
                None => number + 1,
            };
            if !(1..=place::LAST_ROW).contains(&number) || self.out.rows.last().is_some_and(|last| last.number >= number) {
                return Err(format!("行号 {number} 不对"));
            }
            let mut row = RawRow { number, close: token.at.end..token.at.end, open, cells: Vec::new() };
            if token.kind == Kind::Open {
                row.close = self.read_cells(number, &mut row.cells)?;
            }
            self.out.rows.push(row);
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
            let open = Tag::of(&token);
            let place = match open.get("r") {
                Some(name) => Corner::parse(name).and_then(Corner::place).ok_or_else(|| format!("单元格“{name}”不对"))?,
                None => Place { row, column: column + 1 },
            };
            if place.row != row {
                return Err(format!("单元格 {place} 不在第 {row} 行"));
            }
            column = place.column;
            self.out.last_column = self.out.last_column.max(column);
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

    fn read_cell(&mut self, token: &Token<'a>, open: Tag, place: Place) -> Result<OneCell, String> {
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
                    cell.formula = Some((Tag::of(&inner), text));
                }
                (Kind::Empty, b"f") => cell.formula = Some((Tag::of(&inner), inner.at.end..inner.at.end)),
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
                index.and_then(|index| self.strings.get(index)).cloned()
            }
            (Some("inlineStr"), _, Some(inline)) => Some(text::read(&self.part[inline])?),
            (_, Some(value), _) if cell.formula.is_none() => {
                let look = self.styles.look(style);
                let value = grid::plain_value(cell.open.get("t"), &xml::text(&self.part[value]), look, self.calendar);
                Some(CellText { text: value.text(), runs: Vec::new() })
            }
            _ => None,
        };
        if let Some(said) = cell.said.as_ref().filter(|said| cell.formula.is_none() && placeholder::is_in(&said.text)) {
            match said.plan() {
                Ok(Some(plan)) => cell.plan = Some(plan.with_prefix(self.prefix)?),
                Ok(None) => {}
                Err(what) => self.out.faults.push((Some(place), what)),
            }
        }
        if let Some((open, text)) = &cell.formula {
            self.read_formula(place, open, text.clone());
        }
        Ok(cell)
    }

    fn read_formula(&mut self, place: Place, open: &Tag, text: Range<usize>) {
        match open.get("t") {
            Some("shared") => {
                if let Some(index) = open.get("si").filter(|_| !text.is_empty()) {
                    let formula = Formula::parse(&xml::text(&self.part[text]));
                    self.out.shared.insert(index.to_string(), (formula, place));
                }
            }
            Some("array") => {
                if let Some(area) = open.get("ref").and_then(Area::parse) {
                    self.out.arrays.push((place, area));
                }
            }
            Some("dataTable") => self.out.faults.push((Some(place), What::DataTable)),
            _ => {}
        }
    }
}
