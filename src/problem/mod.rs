//! What is wrong with the data, where, and what became of the row. Collected all the way through a run;
//! nothing here stops one.

mod code;
mod system;

use std::fmt;

pub use code::{Code, Severity};
pub use system::system_words;

/// Index into [`Sources`]: one sheet of one input file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// One sheet of one input file, as the office names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path below the input folder, with `/`, in NFC.
    pub file: String,
    /// Sheet name; empty for text files, which have no sheets, and for problems with a whole file.
    pub sheet: String,
}

/// Every sheet read in this run, in the order of file names and sheets.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a sheet and says its number.
    pub fn add(&mut self, file: &str, sheet: &str) -> SourceId {
        self.0.push(Source { file: file.to_string(), sheet: sheet.to_string() });
        SourceId((self.0.len() - 1) as u32)
    }

    /// The sheet behind a number.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0 as usize]
    }

    /// Another place as said beside `here`: `第9行`, `「六月」第9行` or `老卡.xlsx「六月」第9行`.
    pub fn beside(&self, here: Place, other: Place) -> String {
        let (one, two) = (self.get(here.source), self.get(other.source));
        let file = if one.file == two.file { "" } else { &two.file };
        let sheet =
            if here.source == other.source || two.sheet.is_empty() { String::new() } else { format!("「{}」", two.sheet) };
        let gap = if sheet.is_empty() && !file.is_empty() { " " } else { "" };
        format!("{file}{sheet}{gap}{}", other.address())
    }

    /// All sheets with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.0.iter().enumerate().map(|(i, source)| (SourceId(i as u32), source))
    }
}

/// A place in an input file. Ordered as a reader goes: file, row, column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Which sheet.
    pub source: SourceId,
    /// Row as Excel shows it, from 1; 0 when the whole sheet or file is meant.
    pub row: u32,
    /// Column from 0; `None` when the whole row is meant.
    pub column: Option<u16>,
}

impl Place {
    /// The sheet (or file) as a whole.
    pub fn sheet(source: SourceId) -> Self {
        Place { source, row: 0, column: None }
    }

    /// One cell.
    pub fn cell(source: SourceId, row: u32, column: u32) -> Self {
        Place { source, row, column: u16::try_from(column).ok() }
    }

    /// A whole row.
    pub fn row(source: SourceId, row: u32) -> Self {
        Place { source, row, column: None }
    }

    /// `D17`, `第17行`, or `D列`; empty for a whole sheet.
    pub fn address(&self) -> String {
        match (self.row, self.column) {
            (0, None) => String::new(),
            (0, Some(column)) => format!("{}列", ColumnLetters(column.into())),
            (row, None) => format!("第{row}行"),
            (row, Some(column)) => format!("{}{row}", ColumnLetters(column.into())),
        }
    }
}

/// Shows column 0 as `A`, 26 as `AA`.
pub struct ColumnLetters(pub u32);

impl fmt::Display for ColumnLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 26 {
            write!(f, "{}", ColumnLetters(self.0 / 26 - 1))?;
        }
        write!(f, "{}", char::from(b'A' + (self.0 % 26) as u8))
    }
}

/// What became of the row or cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The row is in; only this cell's value is missing, its text is kept.
    CellSetAside,
    /// The row is in as it is; somebody should look.
    KeptAsIs,
    /// The row's text is kept, but it takes no part in numbering or figures.
    RowSetAside,
    /// The sheet or file was not read; the others were.
    NotRead,
    /// It was not data (a total, a footer, an example) and was passed over.
    PassedOver,
}

impl Outcome {
    /// As the problem list says it.
    pub fn title(self) -> &'static str {
        match self {
            Outcome::CellSetAside => "这一行已收入；这一格按空白算，原文已保留",
            Outcome::KeptAsIs => "已按现有内容收入",
            Outcome::RowSetAside => "这一行没有参加编号和统计，原文已保留",
            Outcome::NotRead => "没有读入，其余文件照常处理",
            Outcome::PassedOver => "已跳过，不影响统计",
        }
    }
}

/// One thing wrong in the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of trouble; groups are made of it.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// Heading of the column, or the field it became; empty when no column is meant.
    pub field: Box<str>,
    /// What stood there. Personal numbers are masked by whoever shows it outside the office's own list.
    pub found: Box<str>,
    /// What exactly is wrong with it, a sentence without a full stop: `身份证号只有 17 位`. After a full stop may
    /// follow advice for just this case; see [`Problem::advice`].
    pub what: Box<str>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Problem {
    /// What is wrong with it, without advice.
    pub fn said(&self) -> &str {
        match self.what.split_once(FULL_STOP) {
            _ if self.what.is_empty() => self.code.title(),
            Some((said, _)) if !has_open_quote(said) => said,
            _ => &self.what,
        }
    }

    /// What to do: for just this case if that was told, else for its kind.
    pub fn advice(&self) -> &str {
        match self.what.split_once(FULL_STOP) {
            Some((said, advice)) if !has_open_quote(said) && !advice.is_empty() => advice,
            _ => self.code.advice(),
        }
    }
}

const FULL_STOP: char = '。';

/// A full stop inside a quotation belongs to what the clerk wrote.
fn has_open_quote(said: &str) -> bool {
    said.matches('“').count() > said.matches('”').count()
}

/// All problems of a run.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds those found elsewhere, say by another thread.
    pub fn append(&mut self, mut others: Problems) {
        self.0.append(&mut others.0);
    }

    /// Because of this kind of trouble in one of these cells its whole row takes no part. Says in which of the
    /// cells there was such trouble.
    pub fn set_rows_aside(&mut self, code: Code, cells: &[Place]) -> Vec<Place> {
        let mut told = Vec::new();
        for problem in self.0.iter_mut().filter(|problem| problem.code == code && cells.contains(&problem.place)) {
            problem.outcome = Outcome::RowSetAside;
            told.push(problem.place);
        }
        told
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// How many ask somebody to do something; the others are for the record.
    pub fn to_act_on(&self) -> usize {
        self.0.iter().filter(|problem| problem.code.severity() != Severity::Note).count()
    }

    /// In the order of files, rows and columns, whatever order threads found them in.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| (a.place, a.code, &a.field, &a.what).cmp(&(b.place, b.code, &b.field, &b.what)));
    }

    /// The same trouble in the same column of the same file, together: worst and most frequent first.
    pub fn groups(&self, sources: &Sources) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known = rustc_hash::FxHashMap::default();
        for (index, problem) in self.0.iter().enumerate() {
            let key = (problem.code, sources.get(problem.place.source).file.as_str(), &problem.field);
            let at = *known.entry(key).or_insert_with(|| {
                groups.push(Group { code: problem.code, first: index, places: Vec::new(), count: 0 });
                groups.len() - 1
            });
            groups[at].count += 1;
            if groups[at].places.len() < 3 {
                groups[at].places.push(problem.place);
            }
        }
        groups.sort_by_key(|group| (group.code.severity(), std::cmp::Reverse(group.count), group.first));
        groups
    }

    /// The problem a group's `first` means.
    pub fn at(&self, index: usize) -> &Problem {
        &self.0[index]
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, more: I) {
        self.0.extend(more);
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The same trouble in the same column of the same file.
#[derive(Clone, Debug)]
pub struct Group {
    /// What kind of trouble.
    pub code: Code,
    /// Index of the first such problem.
    pub first: usize,
    /// The first three places.
    pub places: Vec<Place>,
    /// How many there are in all.
    pub count: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_for_just_this_case_comes_first() {
        let problem = |what: &str| Problem {
            code: Code::FileEmpty,
            place: Place::sheet(SourceId(0)),
            field: "".into(),
            found: "".into(),
            what: what.into(),
            outcome: Outcome::NotRead,
        };
        let special = problem("文件是空的。请重新导出");
        assert_eq!((special.said(), special.advice()), ("文件是空的", "请重新导出"));
        let plain = problem("文件是空的");
        assert_eq!((plain.said(), plain.advice()), ("文件是空的", Code::FileEmpty.advice()));
        let quoted = problem("客户里没有“王伟。”");
        assert_eq!((quoted.said(), quoted.advice()), ("客户里没有“王伟。”", Code::FileEmpty.advice()));
        assert_eq!(problem("").said(), Code::FileEmpty.title());
    }

    #[test]
    fn another_place_is_told_as_far_as_it_is_elsewhere() {
        let mut sources = Sources::default();
        let [a, b, c] =
            [("老卡.xlsx", "五月"), ("老卡.xlsx", "六月"), ("清单.csv", "")].map(|(file, sheet)| sources.add(file, sheet));
        let here = Place::row(a, 3);
        assert_eq!(sources.beside(here, Place::row(a, 9)), "第9行");
        assert_eq!(sources.beside(here, Place::cell(b, 9, 1)), "「六月」B9");
        assert_eq!(sources.beside(here, Place::row(c, 9)), "清单.csv 第9行");
        assert_eq!(sources.beside(Place::row(c, 9), here), "老卡.xlsx「五月」第3行");
    }

    #[test]
    fn columns_are_named_as_excel_names_them() {
        for (column, want) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")] {
            assert_eq!(ColumnLetters(column).to_string(), want);
        }
    }
}
