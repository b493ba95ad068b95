//! A table on a sheet: a list of columns, each saying its title, how wide it may be, and what it shows of a
//! record. Widths and row heights are worked out here, because rust_xlsxwriter takes Chinese for half as wide
//! as it is.

use std::borrow::Cow;

use chrono::NaiveDate;
use rust_xlsxwriter::XlsxError;

use super::sheet::Sheet;
use super::style::{Kind, LINE_HEIGHT, Tone};
use crate::model::money::Money;
use crate::model::text::display_width;
use crate::model::tier::Tier;

/// How many lines are looked at to find a column's width.
const SAMPLE: usize = 3_000;

/// Excel's limit for a row, in points.
const MOST_HEIGHT: f64 = 409.0;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known, or there is nothing to say.
    Nothing,
    /// Words.
    Text(Cow<'a, str>),
    /// Words that lead somewhere.
    Link(Cow<'a, str>, String),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
}

/// A cell: what stands in it and how it is to be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown<'a> {
    /// What stands in it.
    pub value: Value<'a>,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What its colour says.
    pub tone: Tone,
}

impl<'a> Shown<'a> {
    fn new(value: Value<'a>, kind: Kind) -> Self {
        Shown { value, kind, tone: Tone::Plain }
    }

    /// Words from the left.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Value::Text(text.into()), Kind::Text)
    }

    /// Short words in the middle.
    pub fn centre(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Value::Text(text.into()), Kind::Centre)
    }

    /// Words that lead to `target`, if there is one.
    pub fn link(text: impl Into<Cow<'a, str>>, target: Option<String>) -> Self {
        match target {
            Some(target) => Self::new(Value::Link(text.into(), target), Kind::Text),
            None => Self::text(text),
        }
    }

    /// A count.
    pub fn count(count: impl Into<u64>) -> Self {
        Self::new(Value::Number(count.into() as f64), Kind::Count)
    }

    /// A count that is mostly nought.
    pub fn count_or_dash(count: impl Into<u64>) -> Self {
        Self::new(Value::Number(count.into() as f64), Kind::CountOrDash)
    }

    /// A count, or nothing.
    pub fn maybe_count(count: Option<u32>) -> Self {
        let value = count.map_or(Value::Nothing, |count| Value::Number(count.into()));
        Self::new(value, Kind::Count)
    }

    /// An amount in 元.
    pub fn money(money: Money) -> Self {
        Self::new(Value::Number(money.to_yuan()), Kind::Money)
    }

    /// A share of a whole; a dash where there is no whole.
    pub fn share(part: u32, whole: u32) -> Self {
        if whole == 0 {
            return Self::centre("—").tone(Tone::Faint);
        }
        Self::new(Value::Number(f64::from(part) / f64::from(whole)), Kind::Percent)
    }

    /// A day, or nothing.
    pub fn date(day: Option<NaiveDate>) -> Self {
        Self::new(day.map_or(Value::Nothing, Value::Date), Kind::Date)
    }

    /// A tier's letter, or 未评级.
    pub fn tier(tier: Option<Tier>) -> Self {
        Self::centre(tier_word(tier)).tone(tier.into())
    }

    /// The same in another tone.
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// How wide it is, in digits.
    fn width(&self) -> usize {
        match &self.value {
            Value::Nothing => 0,
            Value::Text(text) | Value::Link(text, _) => text.lines().map(display_width).max().unwrap_or(0),
            Value::Number(_) if self.kind == Kind::Percent => "100.0%".len(),
            Value::Number(number) => {
                let digits = format!("{number:.0}").len();
                digits + digits.saturating_sub(1) / 3
            }
            Value::Date(_) if self.kind == Kind::AgreedDate => "2026-11-30 约".len(),
            Value::Date(_) => "2026-11-30".len(),
        }
    }
}

/// `A` … `D`, or 未评级.
pub fn tier_word(tier: Option<Tier>) -> Cow<'static, str> {
    match tier {
        Some(Tier::A) => "A".into(),
        Some(Tier::B) => "B".into(),
        Some(Tier::C) => "C".into(),
        Some(Tier::D) => "D".into(),
        None => "未评级".into(),
    }
}

/// One column of a table of `R`.
pub struct Column<R> {
    title: Cow<'static, str>,
    least: f64,
    most: f64,
    show: for<'r> fn(&'r R) -> Shown<'r>,
}

impl<R> Column<R> {
    /// A column as wide as what it holds, between two bounds in digits.
    pub fn new(title: impl Into<Cow<'static, str>>, bounds: (f64, f64), show: for<'r> fn(&'r R) -> Shown<'r>) -> Self {
        Column { title: title.into(), least: bounds.0, most: bounds.1, show }
    }
}

/// The columns of a table, with their widths.
pub struct Table<R> {
    columns: Vec<Column<R>>,
    widths: Vec<f64>,
}

impl<R> Table<R> {
    /// A table whose columns are as wide as a sample of `records` needs: all of them when they are few, else
    /// some from everywhere. `filtered` leaves room for the arrows.
    pub fn fit<'r>(columns: Vec<Column<R>>, records: impl ExactSizeIterator<Item = &'r R>, filtered: bool) -> Self
    where
        R: 'r,
    {
        let mut widest = vec![0f64; columns.len()];
        let step = records.len().div_ceil(SAMPLE).max(1);
        for record in records.step_by(step) {
            for (widest, column) in widest.iter_mut().zip(&columns) {
                let shown = (column.show)(record);
                *widest = widest.max(shown.width() as f64 + indent(shown.kind));
            }
        }
        let arrow = if filtered { 2.0 } else { 0.0 };
        let widths = columns
            .iter()
            .zip(widest)
            .map(|(column, widest)| {
                let heading = column.title.lines().map(display_width).max().unwrap_or(0);
                let needed = column_width(heading as f64) + arrow;
                column_width(widest).max(needed).clamp(column.least, column.most.max(needed))
            })
            .collect();
        Table { columns, widths }
    }

    /// How many columns there are.
    pub fn columns(&self) -> u16 {
        self.columns.len() as u16
    }

    /// How wide so many columns are together, from the first on.
    pub fn width(&self, first: u16, last: u16) -> f64 {
        self.widths[usize::from(first)..=usize::from(last)].iter().sum()
    }

    /// The heading of a column.
    pub fn title(&self, col: u16) -> &str {
        &self.columns[usize::from(col)].title
    }

    /// The column of that title.
    pub fn column(&self, title: &str) -> Option<u16> {
        let at = self.columns.iter().position(|column| column.title == title)?;
        Some(at as u16)
    }

    /// Sets the widths of the sheet's columns.
    pub fn set_widths(&self, sheet: &mut Sheet<'_>) -> Result<(), XlsxError> {
        for (col, width) in self.widths.iter().enumerate() {
            sheet.raw().set_column_width(col as u16, *width)?;
        }
        Ok(())
    }

    /// Writes the headings.
    pub fn heading(&self, sheet: &mut Sheet<'_>, row: u32) -> Result<(), XlsxError> {
        let lines = self.columns.iter().map(|column| column.title.lines().count());
        sheet.height(row, 8.0 + 16.0 * lines.max().unwrap_or(1) as f64)?;
        for (col, column) in self.columns.iter().enumerate() {
            sheet.text(row, col as u16, &column.title, &sheet.style.heading)?;
        }
        Ok(())
    }

    /// Headings, a filter over them and `lines` lines below, panes frozen under them and after `frozen`
    /// columns, and the heading again on every printed page.
    pub fn heading_with_filter(&self, sheet: &mut Sheet<'_>, row: u32, lines: usize, frozen: u16) -> Result<(), XlsxError> {
        let last = row + lines.max(1) as u32;
        sheet.raw().autofilter(row, 0, last, self.columns() - 1)?;
        sheet.raw().set_freeze_panes(row + 1, frozen)?;
        sheet.raw().set_repeat_rows(row, row)?;
        self.heading(sheet, row)
    }

    /// Writes records from `row` on, and gives the row after the last.
    pub fn lines<'r>(
        &self,
        sheet: &mut Sheet<'_>,
        mut row: u32,
        records: impl Iterator<Item = &'r R>,
    ) -> Result<u32, XlsxError>
    where
        R: 'r,
    {
        let mut records = records.peekable();
        if let Some(first) = records.peek() {
            let style = sheet.style;
            let usual = self.columns.iter().map(|column| style.cell((column.show)(first).kind, Tone::Plain));
            sheet.usual_formats(usual.collect())?;
        }
        for record in records {
            self.line(sheet, row, record)?;
            row += 1;
        }
        sheet.forget_usual_formats()?;
        Ok(row)
    }

    /// Writes one record, on a row high enough for all it says.
    pub fn line(&self, sheet: &mut Sheet<'_>, row: u32, record: &R) -> Result<(), XlsxError> {
        self.toned_line(sheet, row, record, None)
    }

    /// Writes one record, all of it in one tone: a line of sums.
    pub fn toned_line(&self, sheet: &mut Sheet<'_>, row: u32, record: &R, tone: Option<Tone>) -> Result<(), XlsxError> {
        let style = sheet.style;
        let mut lines = 1;
        for (col, (column, width)) in self.columns.iter().zip(&self.widths).enumerate() {
            let shown = (column.show)(record);
            let col = col as u16;
            let tone = tone.unwrap_or(shown.tone);
            let mut format = style.cell(shown.kind, tone);
            match &shown.value {
                Value::Nothing => sheet.blank(row, col, format)?,
                Value::Number(number) => sheet.number(row, col, *number, format)?,
                Value::Date(day) => sheet.date(row, col, *day, format)?,
                Value::Text(text) | Value::Link(text, _) => {
                    let needed = lines_needed(text, *width - indent(shown.kind));
                    if needed > 1 {
                        lines = lines.max(needed);
                        if shown.kind == Kind::Text {
                            format = style.cell(Kind::Wrapped, tone);
                        }
                    }
                    match &shown.value {
                        Value::Link(_, target) => {
                            sheet.link(row, col, text, target, (&style.link_cell, format))?;
                        }
                        _ => sheet.text(row, col, text, format)?,
                    }
                }
            }
        }
        if lines > 1 {
            sheet.height(row, height(lines))?;
        }
        Ok(())
    }
}

/// What words from the left are moved in, so that they do not stick to the border.
fn indent(kind: Kind) -> f64 {
    match kind {
        Kind::Text | Kind::Wrapped => 1.3,
        _ => 0.0,
    }
}

/// Width of a column for text that many digits wide: CJK fonts run a little wider than two digits, and cells
/// have margins.
pub fn column_width(digits: f64) -> f64 {
    digits * 1.05 + 1.7
}

/// How many lines `text` takes in a column of that width.
pub fn lines_needed(text: &str, width: f64) -> usize {
    let room = width - 1.5;
    let of_part = |part: &str| {
        let digits = display_width(part) as f64;
        match digits <= room {
            true => 1,
            // What does not fit goes to the next line whole: a word, or a Chinese character and the
            // punctuation before which no line may break.
            false => (digits / (room - 2.0).max(2.0)).ceil() as usize,
        }
    };
    if text.as_bytes().contains(&b'\n') { text.split('\n').map(of_part).sum() } else { of_part(text) }
}

/// Height of a row of so many lines, in points.
pub fn height(lines: usize) -> f64 {
    (LINE_HEIGHT + 15.5 * (lines.max(1) - 1) as f64).min(MOST_HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn width_for(texts: &[&str], bounds: (f64, f64), want: f64) {
        let records: Vec<String> = texts.iter().map(|text| text.to_string()).collect();
        let columns = vec![Column::new("户主", bounds, |text: &String| Shown::text(text.as_str()))];
        let table = Table::fit(columns, records.iter(), false);
        assert!((table.widths[0] - want).abs() < 0.05, "{:?}", table.widths[0]);
    }

    #[test]
    fn columns_are_as_wide_as_chinese_needs() {
        width_for(&["王伟", "欧阳海燕"], (6.0, 30.0), 11.5);
        width_for(&["阿卜杜热西提·艾力"], (6.0, 12.0), 12.0);
        width_for(&[], (4.0, 30.0), 5.9);
        width_for(&[], (8.0, 30.0), 8.0);
    }

    #[test]
    fn long_text_gets_lines() {
        assert_eq!(lines_needed("王伟", 10.0), 1);
        assert_eq!(lines_needed("一\n二", 10.0), 2);
        assert_eq!(lines_needed(&"长".repeat(40), 30.0), 4);
        assert_eq!(height(1), LINE_HEIGHT);
        assert_eq!(height(100), MOST_HEIGHT);
    }

    #[test]
    fn a_share_of_nothing_is_a_dash_and_never_nan() {
        assert_eq!(Shown::share(0, 0).value, Value::Text("—".into()));
        assert_eq!(Shown::share(1, 2).value, Value::Number(0.5));
    }
}
