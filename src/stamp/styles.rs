//! What a cell's style says about the values it shows: dates, text, wrapped lines.

use std::collections::HashMap;
use std::ops::Range;

use super::xml::{Kind, Tokens};

/// How a cell shows numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As days or times.
    Date,
    /// As what was typed: numbers go in as text.
    Text,
    /// As numbers, or as they come.
    Plain,
}

/// The cell styles of `styles.xml`.
#[derive(Clone, Debug, Default)]
pub(super) struct Styles {
    part: Vec<u8>,
    cells: Vec<CellStyle>,
    /// The value of `count`, and the end of the list.
    count_at: Option<Range<usize>>,
    end_at: usize,
    /// Styles that show no dates: each gets two that do, for days and for moments, in this order.
    dated: Vec<u32>,
}

#[derive(Clone, Debug)]
struct CellStyle {
    at: Range<usize>,
    look: Look,
    wraps: bool,
    /// Of its letters, in points.
    size: f64,
}

/// Number formats every workbook knows: a day, and a day with its time.
const DAY: &str = "14";
const MOMENT: &str = "22";

/// The size of letters where nothing else is said.
const PLAIN_SIZE: f64 = 11.0;

impl Styles {
    pub(super) fn parse(part: Vec<u8>) -> Result<Styles, String> {
        let mut formats: HashMap<String, String> = HashMap::new();
        let mut cells = Vec::new();
        let (mut count_at, mut end_at) = (None, 0);
        let mut tokens = Tokens::of(&part);
        let mut inside = false;
        let mut sizes: Vec<f64> = Vec::new();
        let mut in_fonts = false;
        while let Some(token) = tokens.next()? {
            if token.starts("numFmt") && !inside {
                if let (Some(id), Some(code)) = (token.attribute("numFmtId"), token.attribute("formatCode")) {
                    formats.insert(id.into_owned(), code.into_owned());
                }
            } else if token.starts("fonts") {
                in_fonts = token.kind == Kind::Open;
            } else if token.closes("fonts") {
                in_fonts = false;
            } else if in_fonts && token.starts("font") {
                sizes.push(PLAIN_SIZE);
            } else if in_fonts && token.starts("sz") {
                if let (Some(size), Some(said)) = (sizes.last_mut(), token.attribute("val")) {
                    *size = said.parse().unwrap_or(PLAIN_SIZE);
                }
            } else if token.starts("cellXfs") {
                inside = token.kind == Kind::Open;
                count_at = token.attributes().find(|attribute| attribute.name() == b"count").map(|count| count.value_at);
            } else if token.closes("cellXfs") {
                inside = false;
                end_at = token.at.start;
            } else if inside && token.starts("xf") {
                let format = token.attribute("numFmtId").unwrap_or_default();
                let look = look(&format, formats.get(&*format).map(String::as_str));
                let font = token.attribute("fontId").and_then(|id| id.parse::<usize>().ok());
                let size = font.and_then(|font| sizes.get(font).copied()).unwrap_or(PLAIN_SIZE);
                let mut style = CellStyle { at: token.at.clone(), look, wraps: false, size };
                if token.kind == Kind::Open {
                    while let Some(inner) = tokens.next()? {
                        if inner.starts("alignment") {
                            style.wraps = inner.attribute("wrapText").is_some_and(|wrap| matches!(&*wrap, "1" | "true"));
                        } else if inner.closes("xf") {
                            style.at.end = inner.at.end;
                            break;
                        }
                    }
                }
                cells.push(style);
            }
        }
        Ok(Styles { part, cells, count_at, end_at, dated: Vec::new() })
    }

    /// How a style shows numbers.
    pub(super) fn look(&self, style: u32) -> Look {
        self.cells.get(style as usize).map_or(Look::Plain, |cell| cell.look)
    }

    /// The size of a style's letters, in points.
    pub(super) fn size(&self, style: u32) -> f64 {
        self.cells.get(style as usize).map_or(PLAIN_SIZE, |cell| cell.size)
    }

    /// True if a style breaks long text into lines.
    pub(super) fn wraps(&self, style: u32) -> bool {
        self.cells.get(style as usize).is_some_and(|cell| cell.wraps)
    }

    /// Prepares for a date in a cell of this style: its own format shows numbers, so a date needs another.
    pub(super) fn expect_date(&mut self, style: u32) {
        if self.look(style) == Look::Plain && (style as usize) < self.cells.len() && !self.dated.contains(&style) {
            self.dated.push(style);
        }
    }

    /// The style for a day (or a moment) in a cell of this style.
    pub(super) fn dated(&self, style: u32, moment: bool) -> u32 {
        let dated = self.dated.iter().position(|plain| *plain == style);
        dated.map_or(style, |index| (self.cells.len() + 2 * index + usize::from(moment)) as u32)
    }

    /// The part with the styles for dates added at the end of the list; everything before stays.
    pub(super) fn with_dates(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.part.len() + self.dated.len() * 400);
        let count = self.cells.len() + 2 * self.dated.len();
        let mut at = 0;
        if let Some(count_at) = &self.count_at {
            out.extend_from_slice(&self.part[..count_at.start]);
            out.extend_from_slice(count.to_string().as_bytes());
            at = count_at.end;
        }
        out.extend_from_slice(&self.part[at..self.end_at]);
        for style in &self.dated {
            for format in [DAY, MOMENT] {
                self.push_formatted(&mut out, *style, format);
            }
        }
        out.extend_from_slice(&self.part[self.end_at..]);
        out
    }

    fn push_formatted(&self, out: &mut Vec<u8>, style: u32, format: &str) {
        let style = self.cells.get(style as usize).map_or(&self.part[0..0], |cell| &self.part[cell.at.clone()]);
        let mut tokens = Tokens::of(style);
        let Ok(Some(open)) = tokens.next() else {
            return;
        };
        out.push(b'<');
        out.extend_from_slice(open.full_name());
        out.extend_from_slice(format!(" numFmtId=\"{format}\" applyNumberFormat=\"1\"").as_bytes());
        for attribute in open.attributes() {
            if !matches!(attribute.name(), b"numFmtId" | b"applyNumberFormat") {
                out.extend_from_slice(&style[attribute.whole.clone()]);
            }
        }
        out.extend_from_slice(if open.kind == Kind::Empty { b"/>" } else { b">" });
        out.extend_from_slice(&style[open.at.end..]);
    }
}

fn look(id: &str, code: Option<&str>) -> Look {
    if let Some(code) = code {
        return match code {
            "@" => Look::Text,
            code if shows_dates(code) => Look::Date,
            _ => Look::Plain,
        };
    }
    match id.parse::<u32>() {
        Ok(49) => Look::Text,
        Ok(14..=22 | 27..=36 | 45..=47 | 50..=58) => Look::Date,
        _ => Look::Plain,
    }
}

/// True if a format has letters for years, months, days or hours outside of quotes and brackets.
fn shows_dates(code: &str) -> bool {
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if matches!(inner.to_ascii_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                    return true;
                }
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'e' => return true,
            // "General" has an e.
            'G' if chars.as_str().to_ascii_lowercase().starts_with("eneral") => {
                chars.nth(5);
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_show_dates_are_known() {
        for code in ["yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]aaaa;@d", "h:mm", "[hh]:mm", "yyyy/m/d;@", "e/m/d"]
        {
            assert!(shows_dates(code), "{code}");
        }
        for code in ["General", "0.00", "#,##0\"元(day)\"", "\\d0", "[Red]-0", "0.0E+00", "_d0_)", "@"] {
            assert!(!shows_dates(code), "{code}");
        }
    }

    #[test]
    fn styles_for_dates_are_added_behind_the_others() {
        let part = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy-mm\"/></numFmts><cellStyleXfs><xf/></cellStyleXfs>\
            <cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"2\"/><xf numFmtId=\"164\"/><xf numFmtId=\"4\" applyNumberFormat=\"1\">\
            <alignment wrapText=\"1\"/></xf></cellXfs><dxfs/></styleSheet>";
        let mut styles = Styles::parse(part.as_bytes().to_vec()).expect("styles");
        assert_eq!([0, 1, 2].map(|style| styles.look(style)), [Look::Plain, Look::Date, Look::Plain]);
        assert!(styles.wraps(2) && !styles.wraps(0));
        for style in [2, 1, 2, 0] {
            styles.expect_date(style);
        }
        assert_eq!((styles.dated(2, false), styles.dated(0, true), styles.dated(1, false)), (3, 6, 1));
        let text = String::from_utf8(styles.with_dates()).expect("text");
        assert!(text.contains("<cellXfs count=\"7\">"), "{text}");
        assert!(text.contains("<xf numFmtId=\"22\" applyNumberFormat=\"1\"><alignment wrapText=\"1\"/></xf>"), "{text}");
        assert!(text.contains("<xf numFmtId=\"22\" applyNumberFormat=\"1\" fontId=\"2\"/></cellXfs><dxfs/>"), "{text}");
    }
}
