//! A filled workbook as cells with values: what is read back.

use std::collections::BTreeMap;
use std::ops::Range;

use super::contents::Contents;
use super::fault::{Fault, What};
use super::mark::{self, Baseline, Mark};
use super::package::Package;
use super::place::{Corner, LAST_COLUMN, LAST_ROW, Place};
use super::styles::{Look, Styles};
use super::text::{self, CellText};
use super::value::{Calendar, Value};
use super::xml::{self, Kind, Token, Tokens};

/// More cells than any book of cards has.
const MOST_CELLS: usize = 5_000_000;

/// A workbook to be read back. Other formats than xlsx are read by whoever knows them and handed over like this.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// Which template it was filled from, if it says so.
    pub mark: Option<Mark>,
    /// Days are counted from 1904, as old Macs did.
    pub from_1904: bool,
    /// The sheets, in order.
    pub sheets: Vec<Grid>,
}

/// The cells of a sheet that say something.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// The sheet's name.
    pub name: String,
    /// By row and column, both from 1.
    pub cells: BTreeMap<(u32, u32), Said>,
    /// Comments (批注), by the cell they are on.
    pub comments: Vec<(Place, String)>,
}

/// What a cell says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Its value; of a formula, the value worked out last.
    pub value: Value,
    /// Its formula, without `=`.
    pub formula: Option<String>,
}

impl Filled {
    /// Which template it was filled from: the document says so, or else the sheet that is not shown, which more
    /// programs keep.
    pub fn filled_from(&self) -> Option<Mark> {
        self.mark.clone().or_else(|| self.baseline().mark)
    }

    /// What was there when it was filled, if it says so.
    pub(super) fn baseline(&self) -> Baseline {
        let marks = self.sheets.iter().find(|grid| grid.name == mark::SHEET);
        marks.map(Grid::baseline).unwrap_or_default()
    }

    /// Reads an xlsx workbook. `name` is what messages call it.
    pub fn open(bytes: &[u8], name: &str) -> Result<Filled, Fault> {
        let package = Package::open(bytes, name)?;
        let roots = package.relations("")?;
        let root = roots.iter().find(|relation| relation.is("officeDocument"));
        let root = root.ok_or_else(|| Fault::book(name, What::NotAWorkbook("压缩包里没有工作簿".to_string())))?;
        let contents =
            Contents::parse(&root.target, package.read(&root.target)?).map_err(|cause| package.bad(&root.target, cause))?;
        let relations = package.relations(&root.target)?;
        let find = |kind: &str| relations.iter().find(|relation| relation.is(kind)).map(|relation| relation.target.as_str());
        let strings = match find("sharedStrings").map(|part| package.find(part)).transpose()?.flatten() {
            Some(bytes) => text::shared(&bytes).map_err(|cause| package.bad("sharedStrings.xml", cause))?,
            None => Vec::new(),
        };
        let styles = match find("styles").map(|part| package.find(part)).transpose()?.flatten() {
            Some(bytes) => Styles::parse(bytes).map_err(|cause| package.bad("styles.xml", cause))?,
            None => Styles::default(),
        };
        let properties = roots.iter().find(|relation| relation.is("custom-properties"));
        let properties = properties.map(|relation| package.find(&relation.target)).transpose()?.flatten();
        let mut filled = Filled {
            mark: properties.as_deref().and_then(mark::property),
            from_1904: contents.calendar == Calendar::From1904,
            sheets: Vec::new(),
        };
        for entry in &contents.sheets {
            let relation = relations.iter().find(|relation| relation.id == entry.relation && relation.is("worksheet"));
            let Some(relation) = relation else {
                continue;
            };
            let part = package.read(&relation.target)?;
            let reader = GridReader { part: &part, strings: &strings, styles: &styles, calendar: contents.calendar };
            let cells = reader.read().map_err(|cause| package.bad(&relation.target, cause))?;
            let mut comments = Vec::new();
            for of_sheet in package.relations(&relation.target)?.iter().filter(|relation| relation.is("comments")) {
                if let Some(part) = package.find(&of_sheet.target)? {
                    comments.extend(comments_of(&part).map_err(|cause| package.bad(&of_sheet.target, cause))?);
                }
            }
            filled.sheets.push(Grid { name: entry.name.clone(), cells, comments });
        }
        Ok(filled)
    }
}

impl Grid {
    fn baseline(&self) -> Baseline {
        let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for ((row, column), said) in &self.cells {
            let cells = rows.entry(*row).or_default();
            // Blank cells in between are not kept.
            cells.resize((*column as usize).max(cells.len()), String::new());
            cells[*column as usize - 1] = said.value.text();
        }
        Baseline::read(rows.values().map(|cells| cells.iter().map(String::as_str).collect()))
    }
}

/// The comments in a part, each with its cell.
pub(super) fn comments_of(part: &[u8]) -> Result<Vec<(Place, String)>, String> {
    let mut comments = Vec::new();
    let mut tokens = Tokens::of(part);
    while let Some(token) = tokens.next()? {
        if token.kind == Kind::Open && token.starts("comment") {
            let place = token.attribute("ref").as_deref().and_then(Corner::parse).and_then(Corner::place);
            let text = text::read(&part[tokens.inside(&token)?])?.text;
            comments.extend(place.map(|place| (place, text.split_whitespace().collect::<Vec<_>>().join(" "))));
        }
    }
    Ok(comments)
}

struct GridReader<'a> {
    part: &'a [u8],
    strings: &'a [CellText],
    styles: &'a Styles,
    calendar: Calendar,
}

impl GridReader<'_> {
    fn read(&self) -> Result<BTreeMap<(u32, u32), Said>, String> {
        let mut cells = BTreeMap::new();
        let mut tokens = Tokens::of(self.part);
        let mut last = Place { row: 0, column: 0 };
        while let Some(token) = tokens.next()? {
            if token.starts("row") {
                let row = token.attribute("r").and_then(|row| row.trim().parse().ok()).unwrap_or(last.row + 1);
                last = Place { row, column: 0 };
            } else if token.closes("sheetData") {
                break;
            } else if token.starts("c") {
                let named = token.attribute("r").as_deref().and_then(Corner::parse).and_then(Corner::place);
                last = named.unwrap_or(Place { column: last.column + 1, ..last });
                if last.row > LAST_ROW || last.column > LAST_COLUMN {
                    return Err("单元格在表外".to_string());
                }
                if token.kind == Kind::Open
                    && let Some(said) = self.cell(&token, &mut tokens)?
                {
                    cells.insert((last.row, last.column), said);
                    if cells.len() > MOST_CELLS {
                        return Err("单元格太多".to_string());
                    }
                }
            }
        }
        Ok(cells)
    }

    fn cell(&self, open: &Token, tokens: &mut Tokens) -> Result<Option<Said>, String> {
        let (mut formula, mut value, mut inline): (_, Option<Range<usize>>, Option<Range<usize>>) = (None, None, None);
        loop {
            let inner = tokens.next()?.ok_or("单元格没有收尾")?;
            if inner.closes("c") {
                break;
            }
            match (inner.kind, inner.name()) {
                (Kind::Open, b"f") => formula = Some(xml::text(&self.part[tokens.inside(&inner)?])),
                (Kind::Empty, b"f") => formula = Some(String::new()),
                (Kind::Open, b"v") => value = Some(tokens.inside(&inner)?),
                (Kind::Open, b"is") => inline = Some(tokens.inside(&inner)?),
                (Kind::Open, _) => {
                    tokens.inside(&inner)?;
                }
                _ => {}
            }
        }
        let plain = value.map(|value| xml::text(&self.part[value])).unwrap_or_default();
        let kind = open.attribute("t");
        let value = match kind.as_deref() {
            Some("s") => {
                let index = plain.trim().parse::<usize>().ok();
                let text = index.and_then(|index| self.strings.get(index)).ok_or("共享字符串缺了")?;
                Value::Text(text.text.clone())
            }
            Some("inlineStr") => match inline {
                Some(inline) => Value::Text(text::read(&self.part[inline])?.text),
                None => Value::Blank,
            },
            kind => {
                let style = open.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0);
                plain_value(kind, &plain, self.styles.look(style), self.calendar)
            }
        };
        let value = if value.is_blank() { Value::Blank } else { value };
        Ok((formula.is_some() || value != Value::Blank).then_some(Said { value, formula }))
    }
}

/// What stands in `v`, unless it is the number of a shared string.
pub(super) fn plain_value(kind: Option<&str>, plain: &str, look: Look, calendar: Calendar) -> Value {
    match (kind, plain.trim().parse::<f64>()) {
        (Some("b"), _) => Value::Text(if plain.trim() == "1" { "TRUE" } else { "FALSE" }.to_string()),
        (Some("str" | "e" | "d"), _) => Value::Text(xml::unescape_cell_text(plain).into_owned()),
        _ if plain.trim().is_empty() => Value::Blank,
        (_, Ok(number)) if look == Look::Date => as_date(number, calendar).unwrap_or(Value::Number(number)),
        (_, Ok(number)) => Value::Number(number),
        (_, Err(_)) => Value::Text(plain.to_string()),
    }
}

/// The day or moment of a number of days since 1899-12-30.
pub fn day(number: f64) -> Option<Value> {
    as_date(number, Calendar::From1900)
}

/// The day or moment a number stands for; less than a day is a span of time, not a moment.
pub(super) fn as_date(number: f64, calendar: Calendar) -> Option<Value> {
    if number < 1.0 && !(calendar == Calendar::From1904 && number == 0.0) {
        return None;
    }
    let moment = calendar.moment(number)?;
    let midnight = moment.time() == chrono::NaiveTime::MIN;
    Some(if midnight { Value::Date(moment.date()) } else { Value::DateTime(moment) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_read_with_their_cells() {
        let part = "<comments><authors><author>吴志强</author></authors><commentList>\
            <comment ref=\"B7\" authorId=\"0\"><text><r><rPr><b/></rPr><t>吴志强:</t></r>\
            <r><t xml:space=\"preserve\">\n号码已停机</t></r></text></comment>\
            <comment ref=\"A1\" authorId=\"0\"><text><t>下月再约</t></text></comment></commentList></comments>";
        let place = |row, column| Place { row, column };
        let want = [(place(7, 2), "吴志强: 号码已停机".to_string()), (place(1, 1), "下月再约".to_string())];
        assert_eq!(comments_of(part.as_bytes()).expect("well formed"), want);
    }
}
