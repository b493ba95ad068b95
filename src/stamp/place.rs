//! Where things stand on a sheet, and where they go when a list grows.

use std::fmt;

/// The last row a sheet can have.
pub(super) const LAST_ROW: u32 = 1_048_576;
/// The last column a sheet can have.
pub(super) const LAST_COLUMN: u32 = 16_384;

/// One cell; rows and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Row, from 1.
    pub row: u32,
    /// Column, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = String::new();
        push_letters(&mut name, self.column);
        write!(f, "{name}{}", self.row)
    }
}

/// Writes a column's letters.
pub(super) fn push_letters(out: &mut String, column: u32) {
    let mut letters = [0_u8; 8];
    let (mut at, mut rest) = (letters.len(), column);
    while rest > 0 && at > 0 {
        at -= 1;
        letters[at] = b'A' + ((rest - 1) % 26) as u8;
        rest = (rest - 1) / 26;
    }
    out.extend(letters[at..].iter().map(|letter| char::from(*letter)));
}

/// One end of a reference: a column, a row, or both; `$` or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Corner {
    /// The column, and whether it has a `$`.
    pub column: Option<(u32, bool)>,
    /// The row, and whether it has a `$`.
    pub row: Option<(u32, bool)>,
}

impl Corner {
    /// Reads `A1`, `$A$1`, `A`, `$1` from the whole of the text.
    pub(super) fn parse(text: &str) -> Option<Corner> {
        let (column, rest) = part(text, |byte| byte.is_ascii_alphabetic());
        let (row, rest) = part(rest, |byte| byte.is_ascii_digit());
        if !rest.is_empty() {
            return None;
        }
        let column = match column {
            Some((letters, fixed)) => Some((column_number(letters)?, fixed)),
            None => None,
        };
        let row = match row {
            Some((digits, fixed)) => Some((row_number(digits)?, fixed)),
            None => None,
        };
        (column.is_some() || row.is_some()).then_some(Corner { column, row })
    }

    /// The cell it names; none for a whole row or column.
    pub(super) fn place(self) -> Option<Place> {
        Some(Place { row: self.row?.0, column: self.column?.0 })
    }

    /// Writes it as it stands in a formula.
    pub(super) fn write(self, out: &mut String) {
        if let Some((column, fixed)) = self.column {
            out.push_str(if fixed { "$" } else { "" });
            push_letters(out, column);
        }
        if let Some((row, fixed)) = self.row {
            out.push_str(if fixed { "$" } else { "" });
            out.push_str(&row.to_string());
        }
    }

    /// The same with another row, if it has one.
    pub(super) fn at_row(self, row: u32) -> Corner {
        Corner { row: self.row.map(|(_, fixed)| (row, fixed)), ..self }
    }
}

/// Takes `$` and the bytes that belong off the front.
fn part(text: &str, belongs: impl Fn(&u8) -> bool) -> (Option<(&str, bool)>, &str) {
    let (fixed, plain) = match text.strip_prefix('$') {
        Some(plain) => (true, plain),
        None => (false, text),
    };
    let length = plain.bytes().take_while(|byte| belongs(byte)).count();
    if length == 0 { (None, text) } else { (Some((&plain[..length], fixed)), &plain[length..]) }
}

fn column_number(letters: &str) -> Option<u32> {
    if letters.len() > 3 {
        return None;
    }
    let number = letters.bytes().fold(0, |number, byte| number * 26 + u32::from(byte.to_ascii_uppercase() - b'A' + 1));
    (number <= LAST_COLUMN).then_some(number)
}

fn row_number(digits: &str) -> Option<u32> {
    digits.parse().ok().filter(|row| (1..=LAST_ROW).contains(row))
}

/// One cell or a range, as `sqref` and `ref` have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// Top left.
    pub first: Corner,
    /// Bottom right; none for a single cell.
    pub last: Option<Corner>,
}

impl Area {
    /// Reads `A1`, `A1:B2`, `A:C`, `1:3`.
    pub(super) fn parse(text: &str) -> Option<Area> {
        match text.split_once(':') {
            Some((first, last)) => Some(Area { first: Corner::parse(first)?, last: Some(Corner::parse(last)?) }),
            None => Some(Area { first: Corner::parse(text)?, last: None }),
        }
    }

    /// Reads a list of them, as `sqref` has it.
    pub(super) fn parse_all(text: &str) -> Option<Vec<Area>> {
        text.split_ascii_whitespace().map(Area::parse).collect()
    }

    /// First and last row, if it is not made of whole columns.
    pub(super) fn rows(&self) -> Option<(u32, u32)> {
        let first = self.first.row?.0;
        let last = self.last.map_or(Some(first), |last| last.row.map(|(row, _)| row))?;
        Some((first.min(last), first.max(last)))
    }

    /// First and last column, if it is not made of whole rows.
    pub(super) fn columns(&self) -> Option<(u32, u32)> {
        let first = self.first.column?.0;
        let last = self.last.map_or(Some(first), |last| last.column.map(|(column, _)| column))?;
        Some((first.min(last), first.max(last)))
    }

    /// The same area on other rows.
    pub(super) fn on_rows(&self, first: u32, last: u32) -> Area {
        let end = self.last.unwrap_or(self.first);
        let one = self.last.is_none() && first == last;
        Area { first: self.first.at_row(first), last: (!one).then(|| end.at_row(last)) }
    }

    /// Writes it as it stands in a reference.
    pub(super) fn write(&self, out: &mut String) {
        self.first.write(out);
        if let Some(last) = self.last {
            out.push(':');
            last.write(out);
        }
    }
}

/// Rows of the template that are repeated for each row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// First row in the template.
    pub first: u32,
    /// Last row in the template; a list's row may take several.
    pub last: u32,
    /// How often it stands in the result, at least once.
    pub copies: u32,
}

impl Block {
    /// Rows one item takes.
    pub(super) fn height(&self) -> u32 {
        self.last - self.first + 1
    }

    fn extra(&self) -> u64 {
        u64::from(self.copies - 1) * u64::from(self.height())
    }

    pub(super) fn holds(&self, row: u32) -> bool {
        (self.first..=self.last).contains(&row)
    }
}

/// Where each row of a template goes: the blocks of one sheet, from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    pub blocks: Vec<Block>,
}

impl Shift {
    /// True if every row stays.
    pub(super) fn is_still(&self) -> bool {
        self.blocks.iter().all(|block| block.copies == 1)
    }

    /// Which block the row is part of.
    pub(super) fn block(&self, row: u32) -> Option<usize> {
        self.blocks.iter().position(|block| block.holds(row))
    }

    /// Where a row begins: for a row of a list, in its first copy.
    pub(super) fn start(&self, row: u32) -> u32 {
        clamp(u64::from(row) + self.extra_above(row))
    }

    /// Where a row ends: for a row of a list, in its last copy.
    pub(super) fn end(&self, row: u32) -> u32 {
        let own = self.block(row).map_or(0, |block| self.blocks[block].extra());
        clamp(u64::from(row) + self.extra_above(row) + own)
    }

    /// Where a row of a list stands in one copy, counted from 0.
    pub(super) fn in_copy(&self, row: u32, copy: u32) -> u32 {
        let height = self.block(row).map_or(0, |block| self.blocks[block].height());
        clamp(u64::from(row) + self.extra_above(row) + u64::from(copy) * u64::from(height))
    }

    /// The last row there would be, were sheets without end.
    pub(super) fn unbounded_end(&self, row: u32) -> u64 {
        let own = self.block(row).map_or(0, |block| self.blocks[block].extra());
        u64::from(row) + self.extra_above(row) + own
    }

    /// A range with what it covers: a list's row becomes the whole list.
    pub(super) fn extend(&self, area: &Area, out: &mut Vec<Area>) {
        let Some((first, last)) = area.rows() else {
            out.push(*area);
            return;
        };
        if let Some(block) = self.block(first).map(|block| self.blocks[block])
            && block.holds(last)
            && last - first + 1 < block.height()
        {
            // Part of what one item takes: each item has its own.
            out.extend((0..block.copies).map(|copy| area.on_rows(self.in_copy(first, copy), self.in_copy(last, copy))));
            return;
        }
        out.push(area.on_rows(self.start(first), self.end(last)));
    }

    fn extra_above(&self, row: u32) -> u64 {
        self.blocks.iter().filter(|block| block.last < row).map(Block::extra).sum()
    }
}

fn clamp(row: u64) -> u32 {
    row.min(u64::from(LAST_ROW)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift() -> Shift {
        // Row 8 stands four times, rows 11 and 12 together three times.
        Shift { blocks: vec![Block { first: 8, last: 8, copies: 4 }, Block { first: 11, last: 12, copies: 3 }] }
    }

    #[test]
    fn rows_go_where_the_lists_push_them() {
        let shift = shift();
        for (row, start, end) in [
            (1, 1, 1),
            (7, 7, 7),
            (8, 8, 11),
            (9, 12, 12),
            (11, 14, 18),
            (12, 15, 19),
            (13, 20, 20),
            (LAST_ROW, LAST_ROW, LAST_ROW),
        ] {
            assert_eq!((shift.start(row), shift.end(row)), (start, end), "row {row}");
        }
        assert_eq!(shift.in_copy(12, 2), 19);
        assert_eq!(shift.in_copy(8, 3), 11);
    }

    #[track_caller]
    fn extended(area: &str, want: &str) {
        let mut out = Vec::new();
        shift().extend(&Area::parse(area).expect("an area"), &mut out);
        let mut text = String::new();
        for (index, area) in out.iter().enumerate() {
            text.push_str(if index > 0 { " " } else { "" });
            area.write(&mut text);
        }
        assert_eq!(text, want, "{area}");
    }

    #[test]
    fn ranges_grow_with_the_list_they_cover() {
        extended("A1:B7", "A1:B7");
        extended("E8", "E8:E11");
        extended("E8:F8", "E8:F11");
        extended("A7:A9", "A7:A12");
        extended("A9", "A12");
        extended("A11:B12", "A14:B19");
        extended("C12", "C15 C17 C19");
        extended("A:C", "A:C");
        extended("$1:$9", "$1:$12");
        extended("A1:A1048576", "A1:A1048576");
    }

    #[test]
    fn corners_are_read_whole_or_not_at_all() {
        for good in ["A1", "$A$1", "XFD1048576", "A$7", "$C", "12"] {
            let mut out = String::new();
            Corner::parse(good).expect(good).write(&mut out);
            assert_eq!(out, good);
        }
        for bad in ["", "$", "A0", "XFE1", "A1048577", "ABCD1", "A1B", "1A", "A-1", "客1"] {
            assert_eq!(Corner::parse(bad), None, "{bad}");
        }
    }
}
