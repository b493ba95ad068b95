//! 异动清单.xlsx: what this run knows otherwise than the run before, one line a difference, and counted on a front
//! sheet.
//!
//! It is passed around like the problem list, so long numbers are masked in its values; policy numbers are not,
//! because a policy is looked up by them.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use rust_xlsxwriter::XlsxError;

use super::mask::mask_numbers;
use super::save::{self, Draft, SaveError};
use super::sheet::{Book, MOST_ROWS, STREAM_FROM, inside, parts};
use super::style::{PageLabel, Paper, Tone};
use super::table::{Column, Shown, Table};
use crate::model::report::ChangeLine;

const OVERVIEW: &str = "汇总";
const DETAIL: &str = "明细";

/// Row of the first difference in 明细.
const FIRST_DETAIL: u32 = 3;

/// What the list is made of.
#[derive(Clone, Copy)]
pub struct ChangeList<'a> {
    /// Name of the office; may be empty.
    pub office: &'a str,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// All differences, sorted by kind of record and record.
    pub changes: &'a [ChangeLine],
    /// From what.
    pub compared_with: &'a str,
}

/// Writes the list for `target`, with how many cells.
pub fn write(list: &ChangeList<'_>, target: &Path) -> Result<(Draft, u64), SaveError> {
    let book = fill(list).map_err(|error| SaveError::of_workbook(target, error))?;
    let (mut workbook, cells) = book.finish();
    Ok((save::draft(&mut workbook, target)?, cells))
}

/// The same field of the same kind of record.
struct Group<'a> {
    record: &'a str,
    field: &'a str,
    count: u64,
    /// Where the first of them is.
    target: Option<String>,
}

/// Kinds of record in the order of the list; within one what changed most first.
fn groups(changes: &[ChangeLine]) -> Vec<Group<'_>> {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<(usize, &str), (u64, usize)> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        let record = order.iter().position(|known| *known == change.record).unwrap_or_else(|| {
            order.push(change.record);
            order.len() - 1
        });
        counts.entry((record, &change.field)).or_insert((0, at)).0 += 1;
    }
    let mut counted: Vec<_> = counts.into_iter().collect();
    counted.sort_by_key(|((record, field), (count, _))| (*record, std::cmp::Reverse(*count), *field));
    let target = |at: usize| (at < MOST_ROWS).then(|| inside(DETAIL, &format!("A{}", FIRST_DETAIL as usize + at + 1)));
    counted
        .into_iter()
        .map(|((record, field), (count, at))| Group { record: order[record], field, count, target: target(at) })
        .collect()
}

fn group_columns<'a>() -> Vec<Column<Group<'a>>> {
    vec![
        Column::new("什么变了", (12.0, 14.0), |group: &Group<'_>| Shown::centre(group.record)),
        Column::new("项目", (24.0, 40.0), |group| Shown::link(group.field, group.target.clone())),
        Column::new("处数", (10.0, 12.0), |group| Shown::count(group.count)),
    ]
}

fn change_columns() -> Vec<Column<ChangeLine>> {
    vec![
        Column::new("什么变了", (9.5, 10.0), |change: &ChangeLine| Shown::centre(change.record)),
        Column::new("哪一个", (16.0, 28.0), |change| Shown::text(&*change.key)),
        Column::new("项目", (12.0, 18.0), |change| Shown::text(&*change.field)),
        Column::new("原来", (20.0, 44.0), |change| match &*change.before {
            "" if change.is_new() => Shown::text(""),
            "" => Shown::text("（空）").tone(Tone::Faint),
            before => Shown::text(mask_numbers(before)),
        }),
        Column::new("现在", (20.0, 44.0), |change| match &*change.after {
            "" if change.is_new() => Shown::text("新记录"),
            "" => Shown::text("（空）").tone(Tone::Faint),
            after => Shown::text(mask_numbers(after)),
        }),
    ]
}

fn fill<'a>(list: &ChangeList<'a>) -> Result<Book<'a>, XlsxError> {
    let mut book = Book::new(PageLabel { office: list.office, what: "异动清单", as_of: list.as_of })?;
    overview_sheet(&mut book, list)?;
    detail_sheets(&mut book, list)?;
    Ok(book)
}

fn overview_sheet(book: &mut Book<'_>, list: &ChangeList<'_>) -> Result<(), XlsxError> {
    let groups = groups(list.changes);
    let table = Table::fit(group_columns(), groups.iter(), false);
    let name = book.sheet_name(OVERVIEW);
    let mut sheet = book.sheet(&name, Paper::Portrait, false)?;
    let style = sheet.style;
    table.set_widths(&mut sheet)?;
    let title = match list.office {
        "" => "异动清单".to_string(),
        office => format!("{office} · 异动清单"),
    };
    sheet.height(0, 30.0)?;
    sheet.text(0, 0, &title, &style.title)?;
    if groups.is_empty() {
        let about = format!("截至 {}　本次没有变化（第一次运行没有可比的，也不列）", list.as_of);
        return sheet.text(1, 0, &about, &style.subtitle);
    }
    let ChangeList { as_of, changes, compared_with, .. } = list;
    let about = format!("截至 {as_of}　与{compared_with}相比 {} 处变化；点“项目”到明细", changes.len());
    sheet.text(1, 0, &about, &style.subtitle)?;
    table.heading(&mut sheet, 3)?;
    sheet.raw().set_repeat_rows(3, 3)?;
    let mut row = 3;
    for group in &groups {
        row += 1;
        table.line(&mut sheet, row, group)?;
    }
    let total = Group { record: "合计", field: "", count: list.changes.len() as u64, target: None };
    table.toned_line(&mut sheet, row + 1, &total, Some(Tone::Total))?;
    Ok(())
}

fn detail_sheets(book: &mut Book<'_>, list: &ChangeList<'_>) -> Result<(), XlsxError> {
    let table = Table::fit(change_columns(), list.changes.iter(), true);
    for changes in parts(list.changes, MOST_ROWS) {
        let name = book.sheet_name(DETAIL);
        let mut sheet = book.sheet(&name, Paper::Landscape, changes.len() >= STREAM_FROM)?;
        let style = sheet.style;
        table.set_widths(&mut sheet)?;
        sheet.height(0, 26.0)?;
        sheet.text(0, 0, "异动明细：一处变化一行", &style.title)?;
        sheet.text(1, 0, "户和拜访写客户编号，保单写保单号；长号码的中间几位已遮住", &style.subtitle)?;
        table.heading_with_filter(&mut sheet, FIRST_DETAIL - 1, changes.len(), 2)?;
        for (row, change) in (FIRST_DETAIL..).zip(changes) {
            table.line(&mut sheet, row, change)?;
        }
        if changes.is_empty() {
            sheet.text(FIRST_DETAIL, 0, "本次没有变化", &style.subtitle)?;
        }
    }
    Ok(())
}
