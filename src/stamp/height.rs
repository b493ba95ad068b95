//! How tall a row must be for what it says. Spreadsheet programs fit a row when somebody types into it, and trust the
//! file when they open it; merged cells they never fit. So a row that says more than it was drawn for is made taller
//! here: never lower than the template has it.

use std::collections::HashMap;
use std::ops::Range;

use super::piece::Lookup;
use super::place::{Area, Place};
use super::placeholder::{Placeholder, Segment};
use super::styles::Styles;
use super::text::TextPlan;
use super::value::Value;
use super::xml::Tokens;

/// A row whose height follows its text.
#[derive(Clone, Debug)]
pub(super) struct HeightPlan {
    /// Its height as the template has it, in points.
    pub raw: Range<usize>,
    least: f64,
    cells: Box<[Wrapped]>,
}

/// A cell with placeholders that breaks its text into lines.
#[derive(Clone, Debug)]
struct Wrapped {
    /// In characters of the workbook's own font, as column widths are.
    width: f64,
    /// Of its letters, in points.
    size: f64,
    text: TextPlan,
}

/// The widths of a sheet's columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Widths {
    columns: HashMap<u32, f64>,
    other: f64,
}

/// A column nobody has set.
const PLAIN_WIDTH: f64 = 8.43;
/// What the edges of a cell take of its width.
const EDGES: f64 = 0.8;
/// A Chinese character in widths of a digit, and any other, on the safe side.
const WIDE: f64 = 2.0;
const NARROW: f64 = 1.1;
/// The size that column widths are counted in.
const WIDTH_SIZE: f64 = 11.0;
/// A line in sizes of its letters, and the edges of a row.
const LINE: f64 = 1.4;
const ROW_EDGES: f64 = 2.0;
/// The tallest row there can be.
const TALLEST: f64 = 409.0;

impl Widths {
    /// From what stands before the rows.
    pub(super) fn of(head: &[u8]) -> Result<Widths, String> {
        let mut widths = Widths { columns: HashMap::new(), other: PLAIN_WIDTH };
        let mut tokens = Tokens::of(head);
        while let Some(token) = tokens.next()? {
            let number = |name: &str| token.attribute(name).and_then(|value| value.parse::<f64>().ok());
            if token.starts("sheetFormatPr") {
                widths.other = number("defaultColWidth").unwrap_or(PLAIN_WIDTH);
            } else if token.starts("col")
                && let (Some(first), Some(last), Some(width)) = (number("min"), number("max"), number("width"))
            {
                // Beyond some hundred columns they are all alike and nobody wraps text there.
                let last = last.min(first + 255.0);
                (first as u32..=last as u32).for_each(|column| _ = widths.columns.insert(column, width));
            }
        }
        Ok(widths)
    }

    fn between(&self, first: u32, last: u32) -> f64 {
        (first..=last).map(|column| self.columns.get(&column).copied().unwrap_or(self.other)).sum()
    }

    /// The width of a cell, and of what is merged with it in its row; nothing if it is merged over several rows.
    fn of_cell(&self, place: Place, merged: &[Area]) -> Option<f64> {
        let begins = |area: &&Area| area.first.place() == Some(place);
        match merged.iter().find(begins) {
            None => Some(self.between(place.column, place.column)),
            Some(area) => {
                let last = area.last.and_then(|last| last.place())?;
                (last.row == place.row).then(|| self.between(place.column, last.column))
            }
        }
    }
}

impl HeightPlan {
    /// Of a row with this height; nothing if no cell of it breaks lines.
    pub(super) fn new<'c>(
        raw: Range<usize>,
        least: &str,
        cells: impl Iterator<Item = (Place, u32, &'c TextPlan)>,
        widths: &Widths,
        merged: &[Area],
        styles: &Styles,
    ) -> Option<HeightPlan> {
        let least = least.trim().parse().ok()?;
        let wrapped = cells.filter(|(_, style, _)| styles.wraps(*style)).filter_map(|(place, style, text)| {
            let width = widths.of_cell(place, merged)?;
            Some(Wrapped { width, size: styles.size(style), text: text.clone() })
        });
        let cells: Box<[Wrapped]> = wrapped.collect();
        (!cells.is_empty()).then_some(HeightPlan { raw, least, cells })
    }

    /// The height for these values, where it is more than the template's.
    pub(super) fn grown(&self, fields: &dyn Lookup, item: &dyn Lookup) -> Option<f64> {
        let value = |placeholder: &Placeholder| match placeholder {
            Placeholder::Field(title) => fields.value(title),
            Placeholder::Column { column, .. } => item.value(column),
        };
        let needed = self.cells.iter().map(|cell| match &cell.text {
            TextPlan::Alone(placeholder, _) => match value(placeholder) {
                Some(Value::Text(text)) if !text.is_empty() => cell.height(text),
                _ => 0.0,
            },
            TextPlan::Mixed(runs) => {
                let mut text = String::new();
                for segment in runs.iter().flat_map(|run| &run.segments) {
                    match segment {
                        Segment::Text(fixed) => text.push_str(fixed),
                        Segment::Placeholder(wanted) => {
                            if let Some(value) = value(wanted) {
                                value.write_text(&mut text);
                            }
                        }
                    }
                }
                cell.height(&text)
            }
        });
        // Tenths of a point are more than anybody sees.
        let needed = (needed.fold(0.0, f64::max) * 10.0).round() / 10.0;
        Some(needed.min(TALLEST)).filter(|needed| *needed > self.least)
    }
}

impl Wrapped {
    fn height(&self, text: &str) -> f64 {
        f64::from(lines(text, self.width, self.size)) * self.size * LINE + ROW_EDGES
    }
}

/// How many lines a text takes.
fn lines(text: &str, width: f64, size: f64) -> u32 {
    let room = (width - EDGES).max(1.0);
    let of = |line: &str| {
        let letters: f64 = line.chars().map(|c| if c.is_ascii() { NARROW } else { WIDE }).sum();
        (letters * size / WIDTH_SIZE / room).ceil().max(1.0) as u32
    };
    text.split('\n').map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_they_break() {
        for (text, width, want) in [
            ("", 10.0, 1),
            ("王伟", 10.0, 1),
            ("对健康险感兴趣", 10.0, 2),
            ("W0001 W0002", 10.0, 2),
            ("一\n二\n三", 10.0, 3),
            ("一", 0.5, 2),
        ] {
            assert_eq!(lines(text, width, 11.0), want, "{text}");
        }
    }

    #[test]
    fn widths_are_those_of_the_columns() {
        let head = br#"<worksheet><sheetFormatPr defaultColWidth="9"/><cols><col min="1" max="2" width="10" customWidth="1"/></cols>"#;
        let widths = Widths::of(head).expect("readable");
        let merged = [Area::parse("B2:C2").expect("an area"), Area::parse("A3:A4").expect("an area")];
        assert_eq!(widths.of_cell(Place { row: 2, column: 1 }, &merged), Some(10.0));
        assert_eq!(widths.of_cell(Place { row: 2, column: 2 }, &merged), Some(19.0));
        assert_eq!(widths.of_cell(Place { row: 3, column: 1 }, &merged), None);
        assert_eq!(widths.of_cell(Place { row: 3, column: 4 }, &merged), Some(9.0));
    }
}
