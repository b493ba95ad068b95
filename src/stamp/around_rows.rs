//! What stands before and behind the rows of a sheet: views, merged ranges, formats, drop-downs, print setup,
//! extensions; and what in them follows a list.

use std::ops::Range;

use super::fault::What;
use super::formula::Formula;
use super::piece::{self, ColumnLook, Columns, Goes, Merges, Piece, Pieces};
use super::place::Area;
use super::placeholder;
use super::sheet::{SheetFault, SheetPlan};
use super::xml::{self, Kind, Token, Tokens};

/// The merged ranges of a sheet.
pub(super) fn merges(tail: &[u8]) -> Result<Vec<Area>, String> {
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
pub(super) struct Walker<'w, 'a> {
    pub part: &'a [u8],
    pub plan: &'w mut SheetPlan,
    pub faults: &'w mut Vec<SheetFault>,
    pub last_column: u32,
}

impl Walker<'_, '_> {
    pub(super) fn walk(&mut self, range: Range<usize>, pieces: &mut Pieces) -> Result<(), String> {
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
