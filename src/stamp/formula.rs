//! Formulas: which references they hold, and how those follow a list that grows or a sheet that is copied.

use super::place::{Area, Corner, LAST_COLUMN, LAST_ROW, Shift};

/// A formula in pieces.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Formula {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Reference(Reference),
}

/// A reference as written, e.g. `'客户卡'!E$8:E8`.
#[derive(Clone, Debug, PartialEq)]
struct Reference {
    /// The sheet's name without quotes; none for the formula's own sheet.
    sheet: Option<String>,
    area: Area,
    /// A single cell that is a whole argument of SUM and the like: it stands for the list.
    summed: bool,
}

/// Where a formula stands, and what moved around it.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// Every sheet of the template with where its rows go.
    pub sheets: &'a [(String, Shift)],
    /// The sheet the formula stands on.
    pub home: usize,
    /// Where the rows of that sheet, or of this copy of it, go.
    pub home_shift: &'a Shift,
    /// The name of this copy, if it is one.
    pub home_name: Option<&'a str>,
    /// Inside a list: which block, which copy.
    pub own: Option<(usize, u32)>,
    /// A single cell of a list stands for the whole list, as in names.
    pub whole: bool,
}

/// Functions that take a range: a single list cell as their argument means the list.
const SUMMING: [&str; 20] = [
    "SUM",
    "COUNT",
    "COUNTA",
    "COUNTBLANK",
    "COUNTIF",
    "COUNTIFS",
    "SUMIF",
    "SUMIFS",
    "AVERAGE",
    "AVERAGEIF",
    "AVERAGEIFS",
    "MAX",
    "MIN",
    "MAXIFS",
    "MINIFS",
    "SUBTOTAL",
    "SUMPRODUCT",
    "MEDIAN",
    "TEXTJOIN",
    "AGGREGATE",
];

impl Formula {
    /// Reads a formula without its leading `=`. What is not a reference is kept as it stands.
    pub(super) fn parse(text: &str) -> Formula {
        Parser { text, at: 0, plain: String::new(), pieces: Vec::new(), calls: Vec::new() }.run()
    }

    /// The formula as it stands in the result.
    pub(super) fn write(&self, out: &mut String, view: &View) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Reference(reference) => reference.write(out, view),
            }
        }
    }

    /// The same formula for a cell some rows down and columns to the right, as shared formulas mean it.
    pub(super) fn moved(&self, rows: i64, columns: i64) -> Formula {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Piece::Text(text.clone()),
            Piece::Reference(reference) => match reference.moved(rows, columns) {
                Some(moved) => Piece::Reference(moved),
                None => Piece::Text("#REF!".to_string()),
            },
        });
        Formula { pieces: pieces.collect() }
    }

    /// What is left without its references: the same wherever it stands.
    pub(super) fn skeleton(&self) -> String {
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Reference(_) => "□",
        });
        texts.collect()
    }

    /// Other sheets it refers to.
    pub(super) fn sheets(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => reference.sheet.as_deref(),
            Piece::Text(_) => None,
        })
    }

    /// True if a word (a defined name, a table) stands in it outside of text.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Text(text) => has_word(text, name),
            Piece::Reference(_) => false,
        })
    }

    /// References over several sheets (`一月:三月!A1`), which cannot follow.
    pub(super) fn spans(&self) -> Option<&str> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Reference(Reference { sheet: Some(sheet), .. }) if sheet.contains(':') => Some(sheet.as_str()),
            _ => None,
        })
    }
}

fn has_word(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let mut quoted = false;
    text.split('"').any(|part| {
        let plain = !quoted;
        quoted = !quoted;
        plain
            && part.match_indices(&name).any(|(at, _)| {
                let before = part[..at].chars().next_back();
                let after = part[at + name.len()..].chars().next();
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            })
    })
}

impl Reference {
    fn write(&self, out: &mut String, view: &View) {
        let home = &view.sheets[view.home].0;
        let is_home = self.sheet.as_ref().is_none_or(|sheet| same_name(sheet, home));
        if let Some(sheet) = &self.sheet {
            push_sheet(out, if is_home { view.home_name.unwrap_or(sheet) } else { sheet });
            out.push('!');
        }
        let elsewhere = || {
            let sheet = self.sheet.as_ref()?;
            view.sheets.iter().find(|(name, _)| same_name(sheet, name)).map(|(_, shift)| shift)
        };
        let shift = if is_home { Some(view.home_shift) } else { elsewhere() };
        let area = match shift {
            Some(shift) if !shift.is_still() => self.followed(shift, view.own.filter(|_| is_home), view.whole),
            _ => self.area,
        };
        area.write(out);
    }

    fn followed(&self, shift: &Shift, own: Option<(usize, u32)>, whole: bool) -> Area {
        let corner = |corner: Corner, last: bool| {
            let Some((row, fixed)) = corner.row else {
                return corner;
            };
            let row = match own {
                Some((block, copy)) if !fixed && shift.blocks[block].holds(row) => shift.in_copy(row, copy),
                _ if last => shift.end(row),
                _ => shift.start(row),
            };
            corner.at_row(row)
        };
        let first = corner(self.area.first, false);
        match self.area.last {
            Some(last) => Area { first, last: Some(corner(last, true)) },
            None if (self.summed || whole) && !self.is_own(shift, own) => {
                let last = corner(self.area.first, true);
                Area { first, last: (last != first).then_some(last) }
            }
            None => Area { first, last: None },
        }
    }

    /// A relative cell of the list's own row.
    fn is_own(&self, shift: &Shift, own: Option<(usize, u32)>) -> bool {
        let row = self.area.first.row;
        own.zip(row).is_some_and(|((block, _), (row, fixed))| !fixed && shift.blocks[block].holds(row))
    }

    fn moved(&self, rows: i64, columns: i64) -> Option<Reference> {
        let step = |part: Option<(u32, bool)>, by: i64, limit: u32| match part {
            Some((at, false)) => {
                let at = u32::try_from(i64::from(at) + by).ok().filter(|at| (1..=limit).contains(at))?;
                Some(Some((at, false)))
            }
            kept => Some(kept),
        };
        let corner = |corner: Corner| {
            Some(Corner { column: step(corner.column, columns, LAST_COLUMN)?, row: step(corner.row, rows, LAST_ROW)? })
        };
        let last = match self.area.last {
            Some(last) => Some(corner(last)?),
            None => None,
        };
        Some(Reference { area: Area { first: corner(self.area.first)?, last }, ..self.clone() })
    }
}

/// Sheet names are compared without regard to case.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Writes a sheet's name as formulas want it: quoted unless it is a plain word.
pub(super) fn push_sheet(out: &mut String, name: &str) {
    let plain = name.chars().all(is_word)
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && Corner::parse(name).is_none()
        && !looks_like_r1c1(name);
    if plain {
        out.push_str(name);
    } else {
        out.push('\'');
        out.push_str(&name.replace('\'', "''"));
        out.push('\'');
    }
}

/// `R1C1`, `RC`, `R2`: references in the other notation.
fn looks_like_r1c1(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let rest = upper.strip_prefix('R').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let rest = rest.unwrap_or(&upper);
    let rest = rest.strip_prefix('C').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    rest.is_empty()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?') || (!c.is_ascii() && !c.is_whitespace())
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    plain: String,
    pieces: Vec<Piece>,
    calls: Vec<bool>,
}

impl<'a> Parser<'a> {
    fn run(mut self) -> Formula {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' => {
                    let length = quoted(self.rest(), '"');
                    self.keep(length);
                }
                '\'' => self.quoted_sheet(),
                '[' => self.bracket(),
                '(' => {
                    let summing = SUMMING.iter().any(|name| {
                        let plain = &self.plain;
                        let at = plain.len().wrapping_sub(name.len());
                        plain.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(name))
                            && !plain[..at].chars().next_back().is_some_and(is_word)
                    });
                    self.calls.push(summing);
                    self.keep(1);
                }
                ')' => {
                    self.calls.pop();
                    self.keep(1);
                }
                '#' => {
                    // An error value: its letters are no reference.
                    let rest = &self.rest()[1..];
                    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '!' | '?' | '_')));
                    self.keep(1 + length.unwrap_or(rest.len()));
                }
                '$' => self.word(),
                c if is_word(c) => self.word(),
                c => self.keep(c.len_utf8()),
            }
        }
        self.flush();
        Formula { pieces: self.pieces }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn keep(&mut self, length: usize) {
        self.plain.push_str(&self.rest()[..length]);
        self.at += length;
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.plain)));
        }
    }

    /// `'一 月'!A1`
    fn quoted_sheet(&mut self) {
        let length = quoted(self.rest(), '\'');
        let inner = self.rest()[1..length].strip_suffix('\'').unwrap_or("");
        let sheet = inner.replace("''", "'");
        if sheet.contains('[') || !self.rest()[length..].starts_with('!') {
            return self.foreign(length);
        }
        self.referred(length + 1, sheet);
    }

    /// `[1]一月!A1` of another file, `[@列]` or `[列]` of a table.
    fn bracket(&mut self) {
        let mut depth = 0_usize;
        let mut length = 0;
        let mut quote = false;
        for c in self.rest().chars() {
            length += c.len_utf8();
            match c {
                _ if quote => quote = false,
                '\'' => quote = true,
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.foreign(length);
    }

    /// Keeps what stands here, and a reference behind it, as it is: it belongs to another file or a table.
    fn foreign(&mut self, length: usize) {
        self.keep(length);
        let rest = self.rest();
        if let Some(bang) = rest.find('!').filter(|bang| rest[..*bang].chars().all(is_word)) {
            let cell = rest[bang + 1..].find(|c: char| !(is_word(c) || matches!(c, '$' | ':')));
            self.keep(cell.map_or(rest.len(), |cell| bang + 1 + cell));
        }
    }

    /// A word: a sheet, a function, a name, a number or a reference.
    fn word(&mut self) {
        let rest = self.rest();
        let length = word_length(rest);
        let after = &rest[length..];
        if let Some(behind) = after.strip_prefix(':') {
            // `一月:三月!A1`
            let second = word_length(behind);
            if second > 0 && behind[second..].starts_with('!') && !rest[..length].contains('$') {
                let sheet = rest[..length + 1 + second].to_string();
                return self.referred(length + 1 + second + 1, sheet);
            }
        }
        if after.starts_with('!') && !rest[..length].contains('$') {
            let sheet = rest[..length].to_string();
            return self.referred(length + 1, sheet);
        }
        if !self.reference(0, None) {
            self.keep(length);
        }
    }

    /// What stands behind a sheet's name and its `!`.
    fn referred(&mut self, length: usize, sheet: String) {
        if !self.reference(length, Some(sheet)) {
            self.keep(length);
            let name = word_length(self.rest());
            self.keep(name);
        }
    }

    /// Takes a reference that begins some bytes ahead.
    fn reference(&mut self, ahead: usize, sheet: Option<String>) -> bool {
        let rest = &self.rest()[ahead..];
        let first_length = word_length(rest);
        let Some(first) = Corner::parse(&rest[..first_length]) else {
            return false;
        };
        let mut area = Area { first, last: None };
        let mut length = first_length;
        if let Some(behind) = rest[first_length..].strip_prefix(':') {
            let last_length = word_length(behind);
            if let Some(last) = Corner::parse(&behind[..last_length])
                && last.column.is_some() == first.column.is_some()
                && last.row.is_some() == first.row.is_some()
            {
                area.last = Some(last);
                length += 1 + last_length;
            }
        }
        let after = rest[length..].chars().next();
        if matches!(after, Some('(' | '!' | '[')) || (area.last.is_none() && first.place().is_none()) {
            return false;
        }
        let opened = self.plain.trim_end().ends_with(['(', ',']) && self.calls.last() == Some(&true);
        let closed = rest[length..].trim_start().starts_with([')', ',']);
        let summed = opened && closed && area.last.is_none();
        self.flush();
        self.at += ahead + length;
        self.pieces.push(Piece::Reference(Reference { sheet, area, summed }));
        true
    }
}

/// Bytes up to the end of the quotes it begins with; a doubled quote is one.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if text[at..].starts_with(quote) {
            at += 1;
        } else {
            return at;
        }
    }
    text.len()
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(is_word(c) || c == '$')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::super::place::Block;
    use super::*;

    fn sheets() -> Vec<(String, Shift)> {
        let list = Shift { blocks: vec![Block { first: 8, last: 8, copies: 4 }] };
        vec![("客户卡".to_string(), list), ("汇 总".to_string(), Shift::default())]
    }

    #[track_caller]
    fn case(formula: &str, own: Option<u32>, want: &str) {
        let sheets = sheets();
        let view = View {
            sheets: &sheets,
            home: 0,
            home_shift: &sheets[0].1,
            home_name: None,
            own: own.map(|copy| (0, copy)),
            whole: false,
        };
        let mut out = String::new();
        Formula::parse(formula).write(&mut out, &view);
        assert_eq!(out, want, "{formula} in copy {own:?}");
    }

    #[test]
    fn formulas_outside_follow_the_list() {
        for (formula, want) in [
            ("SUM(E8:E8)", "SUM(E8:E11)"),
            ("SUM(E8)", "SUM(E8:E11)"),
            ("SUM($E$8)*2", "SUM($E$8:$E$11)*2"),
            ("COUNTIF(C8,\"有效\")", "COUNTIF(C8:C11,\"有效\")"),
            ("IF(E8>0,E8,E9)", "IF(E8>0,E8,E12)"),
            ("SUM(E7:E9)", "SUM(E7:E12)"),
            ("SUM(E:E)+SUM(8:8)", "SUM(E:E)+SUM(8:11)"),
            ("E9&\"E9:E8\"&'E 9'!E9", "E12&\"E9:E8\"&'E 9'!E9"),
            ("客户卡!E9+'汇 总'!E9+[1]客户卡!E9+'[1]客户卡'!E9", "客户卡!E12+'汇 总'!E9+[1]客户卡!E9+'[1]客户卡'!E9"),
            ("LOG10(E9)+E9x+表1[E9]+#REF!+1E9", "LOG10(E12)+E9x+表1[E9]+#REF!+1E9"),
            ("{1,2;3,4}+A$9:$B10", "{1,2;3,4}+A$12:$B13"),
            ("年收入E9+E9", "年收入E9+E12"),
            ("SUM(E8,E9)", "SUM(E8:E11,E12)"),
            ("SUM(E8+1)", "SUM(E8+1)"),
        ] {
            case(formula, None, want);
        }
    }

    #[test]
    fn formulas_of_the_list_stay_on_their_row() {
        for (formula, want) in [
            ("D8*E8", "D10*E10"),
            ("SUM(D8:E8)", "SUM(D10:E10)"),
            ("E8/SUM(E$8:E$8)", "E10/SUM(E$8:E$11)"),
            ("SUM(E$8:E8)", "SUM(E$8:E10)"),
            ("E8*$B$3+B9", "E10*$B$3+B12"),
            ("客户卡!E8", "客户卡!E10"),
        ] {
            case(formula, Some(2), want);
        }
    }

    #[test]
    fn copies_of_a_sheet_refer_to_themselves() {
        let sheets = sheets();
        let view =
            View { sheets: &sheets, home: 0, home_shift: &sheets[0].1, home_name: Some("W0001"), own: None, whole: true };
        let mut out = String::new();
        Formula::parse("客户卡!$A$1:$E$8,'客户卡'!$E$8,'汇 总'!A1").write(&mut out, &view);
        assert_eq!(out, "'W0001'!$A$1:$E$11,'W0001'!$E$8:$E$11,'汇 总'!A1");
    }

    #[test]
    fn shared_formulas_move() {
        let sheets = sheets();
        let still = Shift::default();
        let view = View { sheets: &sheets, home: 0, home_shift: &still, home_name: None, own: None, whole: false };
        let mut out = String::new();
        Formula::parse("A1+$A1+A$1+B2:C3").moved(2, 1).write(&mut out, &view);
        assert_eq!(out, "B3+$A3+B$1+C4:D5");
        out.clear();
        Formula::parse("A1+B2").moved(-1, 0).write(&mut out, &view);
        assert_eq!(out, "#REF!+B1");
    }

    #[test]
    fn words_are_found_outside_of_text() {
        let formula = Formula::parse("SUM(保费)+\"表1\"+表10[列]");
        assert!(formula.mentions("保费") && !formula.mentions("表1") && formula.mentions("表10"));
        assert_eq!(Formula::parse("SUM(一月:三月!A1)").spans(), Some("一月:三月"));
    }
}
