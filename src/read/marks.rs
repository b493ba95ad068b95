//! Marks that a core system's print templates leave in what they print. A template is a sheet of merged cells with a
//! mark at the end of every row (`$X`, `$/`) and below every column (`$Y`); fields (`$=/ContNo$`) and blocks
//! (`$</List`, `$*/List/ROW/COL1`, `$>`) are filled when it is printed, and stay where there was nothing to fill in.

use std::borrow::Cow;

use super::heading::{TopCell, TopRow};
use crate::model::cell::Cell;
use crate::model::text::is_space;
use crate::problem::{Code, Outcome, Place, Problem, SourceId};
use crate::workbook::Row;

/// What was taken out of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// How many.
    pub count: usize,
    /// The first: row as Excel shows it, column from 0, and as written.
    pub first: Option<(u32, u32, String)>,
}

impl Marks {
    /// Whether any was found.
    pub fn any(&self) -> bool {
        self.count > 0
    }

    /// A row without its marks, perhaps of no cells; nothing where it has none.
    pub fn clear(&mut self, row: &Row<'_>) -> Option<TopRow> {
        let may_hold = |cell: &Cell<'_>| matches!(cell, Cell::Text(text) if memchr::memchr(b'$', text.as_bytes()).is_some());
        if !row.cells.iter().any(|(_, cell)| may_hold(cell)) {
            return None;
        }
        let before = self.count;
        let cleared = row.cells.iter().filter_map(|(at, cell)| {
            let (marks, rest) = match cell {
                Cell::Text(text) => clear(text),
                _ => return Some((*at, TopCell::of(*cell))),
            };
            if marks > 0 && self.first.is_none() {
                self.first = Some((row.number, *at, cell.to_text().trim_matches(is_space).to_string()));
            }
            self.count += marks;
            let is_left = marks == 0 || !rest.trim_matches(is_space).is_empty();
            is_left.then(|| (*at, TopCell::Text(rest.into_owned())))
        });
        let cells = cleared.collect();
        (self.count > before).then_some(TopRow { number: row.number, cells })
    }

    /// One line for all of them.
    pub fn problem(&self) -> Option<Problem> {
        let (row, column, written) = self.first.as_ref()?;
        Some(Problem {
            code: Code::PrintMarks,
            place: Place::cell(SourceId(0), *row, *column),
            field: "".into(),
            found: written.as_str().into(),
            what: format!("打印模板留下的记号有 {} 处（如“{written}”），不是数据，没有读", self.count).into(),
            outcome: Outcome::PassedOver,
        })
    }
}

/// How many marks are in a text, and the text without them.
fn clear(text: &str) -> (usize, Cow<'_, str>) {
    if !text.contains('$') {
        return (0, Cow::Borrowed(text));
    }
    let mut count = 0;
    let mut rest = String::new();
    let mut at = 0;
    while at < text.len() {
        let opens = rest.trim_matches(is_space).is_empty();
        match mark(&text[at..], opens) {
            Some(length) => {
                count += 1;
                at += length;
            }
            None => {
                let c = text[at..].chars().next().expect("not at the end");
                rest.push(c);
                at += c.len_utf8();
            }
        }
    }
    (count, Cow::Owned(rest))
}

/// The length of the mark a text begins with. In the middle of a text only fields and columns of lists are marks:
/// dollars may stand there, too.
fn mark(text: &str, opens: bool) -> Option<usize> {
    let rest = text.strip_prefix('$')?;
    let path = |rest: &str| {
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_');
        rest.find(|c| !is_path(c)).unwrap_or(rest.len())
    };
    match rest.chars().next()? {
        '=' if rest[1..].starts_with('/') => {
            let end = 1 + path(&rest[1..]);
            Some(1 + end + usize::from(rest[end..].starts_with('$')))
        }
        '*' if rest[1..].starts_with('/') => Some(2 + path(&rest[1..])),
        '<' if opens => Some(2 + path(&rest[1..])),
        '/' | '>' if opens => Some(2),
        c if opens && c.is_ascii_alphabetic() => {
            let next = rest[1..].chars().next();
            next.is_none_or(|next| !next.is_ascii_alphanumeric() && next != '$').then_some(2)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, count: usize, rest: &str) {
        assert_eq!(clear(text), (count, Cow::Borrowed(rest)), "{text:?}");
    }

    #[test]
    fn marks_are_taken_out() {
        for mark in
            ["$X", "$Y", "$/", "$>", "$<", "$</LCPol", "$*/", "$*/HL/ROW/COL1", "$=/LCCont/ContNo$", "$=/A.B$", "$=/A"]
        {
            case(mark, 1, "");
        }
        case(" $/ ", 1, "  ");
        case("$=/Name$$=/Com$(签章)", 2, "(签章)");
        case("保险合同号：$=/ContNo$", 1, "保险合同号：");
        case("$H险种名称", 1, "险种名称");
        case("尊敬的$=/AppntName$：", 1, "尊敬的：");
    }

    #[test]
    fn other_dollars_stay() {
        for text in ["$1,200.00", "US$500", "100$/月", "$A$1", "$", "5$X", "$XY", "$=A1", "李四", ""] {
            case(text, 0, text);
        }
    }

    #[test]
    fn a_row_without_its_marks() {
        let mut marks = Marks::default();
        let mut case = |cells: &[(u32, Cell<'_>)], want: Option<&[(u32, &str)]>| {
            let cleared = marks.clear(&Row { number: 3, cells });
            let got = cleared.map(|row| row.cells.iter().map(|(at, cell)| (*at, cell.text())).collect::<Vec<_>>());
            let want = want.map(|want| want.iter().map(|(at, text)| (*at, text.to_string())).collect::<Vec<_>>());
            assert_eq!(got, want);
        };
        case(&[(0, Cell::Text("$5")), (1, Cell::Number(1.0))], None);
        case(&[(0, Cell::Text("李四")), (32, Cell::Text("$X"))], Some(&[(0, "李四")]));
        case(&[(31, Cell::Text("$Y")), (32, Cell::Text("$Y"))], Some(&[]));
        assert_eq!(marks, Marks { count: 3, first: Some((3, 32, "$X".to_string())) });
    }
}
