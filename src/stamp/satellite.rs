//! Parts that hang on a sheet (drawings, notes, tables, charts): what in them follows its rows, and what a copy of the
//! sheet needs of its own.

use std::ops::Range;

use super::fault::What;
use super::formula::Formula;
use super::package::Relation;
use super::piece::{self, Goes, Piece, Pieces};
use super::place::{Area, LAST_ROW, Place};
use super::placeholder;
use super::xml::{self, Kind, Tokens};

/// A part that belongs to one sheet.
#[derive(Debug)]
pub(super) struct Satellite {
    pub part: String,
    pub kind: SatelliteKind,
    pub bytes: Vec<u8>,
    pub pieces: Vec<Piece>,
    pub relations: Vec<Relation>,
    /// Name before and behind the number, and the number a first copy gets; later ones are `step` apart.
    pub copies: CopyNames,
}

/// How copies of a part are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CopyNames {
    pub before: String,
    pub behind: String,
    pub first: u32,
    pub step: u32,
}

impl CopyNames {
    /// The name of a copy, from 1.
    pub(super) fn name(&self, copy: u32) -> String {
        format!("{}{}{}", self.before, self.first + (copy - 1) * self.step, self.behind)
    }

    /// `xl/drawings/drawing` and `.xml` of `xl/drawings/drawing12.xml`.
    pub(super) fn stem(part: &str) -> (&str, &str) {
        let name = part.rfind('/').map_or(0, |slash| slash + 1);
        let dot = part[name..].rfind('.').map_or(part.len(), |dot| name + dot);
        (part[..dot].trim_end_matches(|c: char| c.is_ascii_digit()), &part[dot..])
    }
}

/// What kind of part it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SatelliteKind {
    Drawing,
    Chart,
    Comments,
    Vml,
    Table,
    /// Copied as it is.
    Other,
}

/// Things on a sheet that cannot be copied with it.
const NOT_COPIED: [(&str, &str); 9] = [
    ("pivotTable", "数据透视表"),
    ("slicer", "切片器"),
    ("timeline", "日程表"),
    ("threadedComment", "会话式批注（请改成普通批注）"),
    ("ctrlProp", "窗体控件"),
    ("control", "ActiveX 控件"),
    ("oleObject", "嵌入的对象"),
    ("package", "嵌入的文件"),
    ("queryTable", "外部数据查询"),
];

/// What keeps a sheet with this relation from being copied.
pub(super) fn obstacle(relation: &Relation) -> Option<&'static str> {
    NOT_COPIED.iter().find(|(kind, _)| relation.is(kind)).map(|(_, name)| *name)
}

/// The kind of a related part; none for what several sheets may share.
pub(super) fn kind(relation: &Relation) -> Option<SatelliteKind> {
    let kind = relation.kind.rsplit('/').next().unwrap_or("");
    match kind {
        _ if relation.external || relation.target.starts_with('#') => None,
        "image" | "hyperlink" | "theme" | "styles" | "sharedStrings" => None,
        "drawing" => Some(SatelliteKind::Drawing),
        "chart" | "chartEx" => Some(SatelliteKind::Chart),
        "comments" | "threadedComment" => Some(SatelliteKind::Comments),
        "vmlDrawing" => Some(SatelliteKind::Vml),
        "table" => Some(SatelliteKind::Table),
        _ => Some(SatelliteKind::Other),
    }
}

/// What a table is called and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableFacts {
    pub name: String,
    pub id: u32,
    pub area: Area,
    pub headings: u32,
}

/// The facts of a table part.
pub(super) fn table(part: &[u8]) -> Option<TableFacts> {
    let mut tokens = Tokens::of(part);
    while let Ok(Some(token)) = tokens.next() {
        if token.starts("table") {
            let name = token.attribute("displayName").or_else(|| token.attribute("name"))?.into_owned();
            let headings =
                token.attribute("headerRowCount").and_then(|count| count.parse().ok()).unwrap_or(1_u32).min(LAST_ROW);
            let id = token.attribute("id")?.parse().ok()?;
            return Some(TableFacts { name, id, area: Area::parse(&token.attribute("ref")?)?, headings });
        }
    }
    None
}

/// Reads a part into pieces. `table_ids`: the id a first copy of a table gets, and the step to the next. `changes`:
/// whether what a reference shows depends on what is filled in.
pub(super) fn pieces(
    kind: SatelliteKind,
    part: &[u8],
    table_ids: (u32, u32),
    changes: &dyn Fn(&Formula) -> bool,
) -> Result<Vec<Piece>, String> {
    match kind {
        SatelliteKind::Drawing => drawing(part),
        SatelliteKind::Chart => chart(part, changes),
        SatelliteKind::Comments => comments(part),
        SatelliteKind::Vml => vml(part),
        SatelliteKind::Table => table_pieces(part, table_ids),
        SatelliteKind::Other => Ok(vec![Piece::Raw(0..part.len())]),
    }
}

/// The last column, from 1, that a drawing's pictures reach.
pub(super) fn last_column(drawing: &[u8]) -> Option<u32> {
    let mut tokens = Tokens::of(drawing);
    let mut last = None;
    while let Ok(Some(token)) = tokens.next() {
        if token.kind == Kind::Open && token.name() == b"col" {
            let text = xml::text(&drawing[tokens.inside(&token).ok()?]);
            last = last.max(text.trim().parse::<u32>().ok().map(|column| column + 1));
        }
    }
    last
}

fn drawing(part: &[u8]) -> Result<Vec<Piece>, String> {
    let mut pieces = Pieces::default();
    let mut tokens = Tokens::of(part);
    let mut at = 0;
    let (mut stretches, mut stays) = (true, false);
    let mut from: Option<u32> = None;
    let mut corner: Option<bool> = None;
    while let Some(token) = tokens.next()? {
        if token.kind == Kind::Open {
            match token.name() {
                b"twoCellAnchor" => {
                    let behaves = token.attribute("editAs");
                    stretches = behaves.as_deref().is_none_or(|behaves| behaves == "twoCell");
                    stays = behaves.as_deref() == Some("absolute");
                    from = None;
                }
                b"oneCellAnchor" => (stretches, stays, from) = (false, false, None),
                b"from" => corner = Some(true),
                b"to" => corner = Some(false),
                b"row" if corner.is_some() && !stays => {
                    let inside = tokens.inside(&token)?;
                    let text = xml::text(&part[inside.clone()]);
                    let row = text.trim().parse::<u32>().map_err(|_| format!("行号“{text}”不是数"))? + 1;
                    let goes = match (corner, from) {
                        (Some(false), Some(from)) if stretches => Goes::Stretch(from),
                        (Some(false), Some(from)) => Goes::With(from),
                        _ => {
                            from = Some(row);
                            Goes::Start
                        }
                    };
                    pieces.raw(at..inside.start);
                    at = inside.end;
                    pieces.push(piece::row(inside, &text, goes, true));
                }
                _ => {}
            }
        } else if token.closes("from") || token.closes("to") {
            corner = None;
        }
    }
    pieces.raw(at..part.len());
    Ok(pieces.list)
}

fn chart(part: &[u8], changes: &dyn Fn(&Formula) -> bool) -> Result<Vec<Piece>, String> {
    let mut pieces = Pieces::default();
    let mut tokens = Tokens::of(part);
    let mut at = 0;
    let mut stale = false;
    while let Some(token) = tokens.next()? {
        if token.kind != Kind::Open {
            continue;
        }
        match token.name() {
            b"f" => {
                let inside = tokens.inside(&token)?;
                let formula = Formula::parse(&xml::text(&part[inside.clone()]));
                stale = changes(&formula);
                pieces.raw(at..inside.start);
                at = inside.end;
                pieces.push(Piece::Formula { raw: Some(inside), formula: Box::new(formula), first_of: None });
            }
            // The values drawn last time; whoever opens the file takes them from the cells.
            b"strCache" | b"numCache" | b"multiLvlStrCache" if stale => {
                let inside = tokens.inside(&token)?;
                let close = part[inside.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
                pieces.raw(at..token.at.start);
                at = inside.end + close + 1;
                stale = false;
            }
            _ => {}
        }
    }
    pieces.raw(at..part.len());
    Ok(pieces.list)
}

fn comments(part: &[u8]) -> Result<Vec<Piece>, String> {
    let mut pieces = Pieces::default();
    let mut tokens = Tokens::of(part);
    let mut at = 0;
    while let Some(token) = tokens.next()? {
        if token.starts("comment") || token.starts("threadedComment") {
            for attribute in token.attributes() {
                let replaced = match attribute.name() {
                    b"ref" => piece::single(attribute.value_at.clone(), &attribute.value()),
                    b"uid" => Piece::Unique(attribute.value_at.clone()),
                    _ => continue,
                };
                pieces.raw(at..attribute.value_at.start);
                at = attribute.value_at.end;
                pieces.push(replaced);
            }
        }
    }
    pieces.raw(at..part.len());
    Ok(pieces.list)
}

fn vml(part: &[u8]) -> Result<Vec<Piece>, String> {
    let mut pieces = Pieces::default();
    let mut tokens = Tokens::lenient(part);
    let mut at = 0;
    while let Some(token) = tokens.next()? {
        if token.kind != Kind::Open || !matches!(token.name(), b"Anchor" | b"Row") {
            continue;
        }
        let Some(text) = tokens.next()?.filter(|text| text.kind == Kind::Text) else {
            continue;
        };
        // Left column and offset, top row and offset, right column and offset, bottom row and offset.
        let numbers = numbers(part, text.at.clone());
        let rows: &[usize] = if token.name() == b"Row" { &[0] } else { &[2, 6] };
        let mut top = None;
        for index in rows {
            let Some((range, row)) = numbers.get(*index) else {
                break;
            };
            let goes = top.map_or(Goes::Start, Goes::With);
            top = Some(row + 1);
            pieces.raw(at..range.start);
            at = range.end;
            pieces.push(Piece::Row { raw: range.clone(), row: row + 1, goes, from_zero: true });
        }
    }
    pieces.raw(at..part.len());
    Ok(pieces.list)
}

/// The whole numbers of a text with their places.
fn numbers(part: &[u8], range: Range<usize>) -> Vec<(Range<usize>, u32)> {
    let mut out = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if part[at].is_ascii_digit() {
            let length = part[at..range.end].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digits = String::from_utf8_lossy(&part[at..at + length]);
            out.push((at..at + length, digits.parse().unwrap_or(0)));
            at += length;
        } else {
            at += 1;
        }
    }
    out
}

fn table_pieces(part: &[u8], (next, step): (u32, u32)) -> Result<Vec<Piece>, String> {
    let mut pieces = Pieces::default();
    let mut tokens = Tokens::of(part);
    let mut at = 0;
    while let Some(token) = tokens.next()? {
        if !matches!(token.kind, Kind::Open | Kind::Empty) {
            continue;
        }
        if token.kind == Kind::Open && matches!(token.name(), b"calculatedColumnFormula" | b"totalsRowFormula") {
            let inside = tokens.inside(&token)?;
            let formula = Formula::parse(&xml::text(&part[inside.clone()]));
            pieces.raw(at..inside.start);
            at = inside.end;
            pieces.push(Piece::Formula { raw: Some(inside), formula: Box::new(formula), first_of: None });
            continue;
        }
        for attribute in token.attributes() {
            let raw = attribute.value_at.clone();
            let replaced = match (token.name(), attribute.name()) {
                (_, b"ref") => piece::areas(raw.clone(), &attribute.value()),
                (b"table", b"id") => Piece::TableId { raw: raw.clone(), next, step },
                (b"table", b"name" | b"displayName") => Piece::TableName(raw.clone()),
                (b"table", b"uid") => Piece::Unique(raw.clone()),
                _ => continue,
            };
            pieces.raw(at..raw.start);
            at = raw.end;
            pieces.push(replaced);
        }
    }
    pieces.raw(at..part.len());
    Ok(pieces.list)
}

/// Placeholders where they are not filled: in drawings, notes and charts.
pub(super) fn placeholder_in(kind: SatelliteKind, part: &[u8]) -> Option<What> {
    let name = match kind {
        SatelliteKind::Drawing => "文本框或图形",
        SatelliteKind::Chart => "图表",
        SatelliteKind::Comments => "批注",
        SatelliteKind::Table | SatelliteKind::Vml | SatelliteKind::Other => return None,
    };
    let mut tokens = Tokens::of(part);
    while let Ok(Some(token)) = tokens.next() {
        if token.kind == Kind::Open && matches!(token.name(), b"t" | b"text") {
            let text = xml::text(&part[tokens.inside(&token).ok()?]);
            if placeholder::is_in(&text) {
                return Some(What::PlaceholderElsewhere(name, text.trim().chars().take(20).collect()));
            }
        }
    }
    None
}

/// The headings of a table that hold placeholders.
pub(super) fn heading_with_placeholder(facts: &TableFacts, cells: impl Iterator<Item = Place>) -> Option<Place> {
    let ((first, _), (left, right)) = facts.area.rows().zip(facts.area.columns())?;
    let headings = first..first + facts.headings;
    cells.into_iter().find(|place| headings.contains(&place.row) && (left..=right).contains(&place.column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_copies_count_on() {
        assert_eq!(CopyNames::stem("xl/drawings/vmlDrawing12.vml"), ("xl/drawings/vmlDrawing", ".vml"));
        assert_eq!(CopyNames::stem("xl/comments/comment.xml"), ("xl/comments/comment", ".xml"));
        let names = CopyNames { before: "a".into(), behind: ".xml".into(), first: 3, step: 2 };
        assert_eq!([1, 2].map(|copy| names.name(copy)), ["a3.xml", "a5.xml"]);
    }

    #[test]
    fn a_table_has_no_more_headings_than_a_sheet_has_rows() {
        let part = br#"<table id="1" displayName="t" ref="A1:B9" headerRowCount="4294967295"></table>"#;
        let facts = table(part).expect("a table");
        assert_eq!(
            heading_with_placeholder(&facts, [Place { row: 9, column: 2 }].into_iter()),
            Some(Place { row: 9, column: 2 })
        );
    }

    #[test]
    fn rows_in_note_boxes_are_found() {
        let part = b"<x:ClientData><x:Anchor>\n 1, 15, 2, 2, 3, 31, 6, 1</x:Anchor><br><x:Row>2</x:Row></x:ClientData>";
        let pieces = vml(part).expect("markup");
        let rows: Vec<_> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Row { row, goes, .. } => Some((*row, *goes)),
                _ => None,
            })
            .collect();
        assert_eq!(rows, [(3, Goes::Start), (7, Goes::With(3)), (3, Goes::Start)]);
    }
}
