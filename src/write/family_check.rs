//! 家庭核对.xlsx: people of whom the program is not sure that they are, or are not, one household. The office chooses
//! 合并, 拆开 or 不变 in the last column and puts the file among next month's lists; from then on it is done so.
//!
//! It goes to the agents, who know the families: names are whole, certificates are masked.

use std::path::Path;

use chrono::NaiveDate;
use rust_xlsxwriter::{DataValidation, XlsxError};

use super::mask::mask_numbers;
use super::save::{self, Draft, SaveError};
use super::sheet::{Book, STREAM_FROM};
use super::style::{PageLabel, Paper, Tone};
use super::table::{Column, Shown, Table};
use crate::model::report::FamilyDoubt;

/// Row of the headings.
const HEADING: u32 = 5;

/// More than anybody will look at; the rest comes when these are done.
const MOST_LINES: usize = 20_000;

/// What may be chosen.
const RULINGS: [&str; 3] = ["合并", "拆开", "不变"];

/// What the list is made of.
#[derive(Clone, Copy)]
pub struct FamilyCheck<'a> {
    /// Name of the office; may be empty.
    pub office: &'a str,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// All open questions, by number.
    pub doubts: &'a [FamilyDoubt],
}

/// Writes the list for `target`, with how many cells.
pub fn write(list: &FamilyCheck<'_>, target: &Path) -> Result<(Draft, u64), SaveError> {
    let book = fill(list).map_err(|error| SaveError::of_workbook(target, error))?;
    let (mut workbook, cells) = book.finish();
    Ok((save::draft(&mut workbook, target)?, cells))
}

fn columns() -> Vec<Column<FamilyDoubt>> {
    vec![
        Column::new("目前", (8.0, 8.0), |doubt: &FamilyDoubt| match doubt.joined {
            true => Shown::centre("一户").tone(Tone::Good),
            false => Shown::centre("两户"),
        }),
        Column::new("甲编号", (11.0, 12.0), |doubt| Shown::centre(doubt.nos[0].to_string())),
        Column::new("甲姓名", (10.0, 16.0), |doubt| Shown::text(&*doubt.names[0])),
        Column::new("甲证件", (12.0, 22.0), |doubt| certificate(&doubt.certificates[0])),
        Column::new("乙编号", (11.0, 12.0), |doubt| Shown::centre(doubt.nos[1].to_string())),
        Column::new("乙姓名", (10.0, 16.0), |doubt| Shown::text(&*doubt.names[1])),
        Column::new("乙证件", (12.0, 22.0), |doubt| certificate(&doubt.certificates[1])),
        Column::new("服务专员", (10.0, 14.0), |doubt| Shown::text(&*doubt.agent)),
        Column::new("核对凭据", (24.0, 46.0), |doubt| Shown::text(&*doubt.evidence)),
        Column::new("程序建议", (10.0, 10.0), |doubt| Shown::centre(doubt.proposal)),
        Column::new("处理", (10.0, 10.0), |_| Shown::centre("")),
    ]
}

fn certificate(number: &str) -> Shown<'_> {
    Shown::text(mask_numbers(number)).tone(Tone::Faint)
}

fn fill<'a>(list: &FamilyCheck<'a>) -> Result<Book<'a>, XlsxError> {
    let mut book = Book::to_answer(PageLabel { office: list.office, what: "家庭核对", as_of: list.as_of })?;
    let shown = &list.doubts[..list.doubts.len().min(MOST_LINES)];
    let table = Table::fit(columns(), shown.iter(), true);
    let name = book.sheet_name("家庭核对");
    let mut sheet = book.sheet(&name, Paper::Landscape, shown.len() >= STREAM_FROM)?;
    let style = sheet.style;
    table.set_widths(&mut sheet)?;
    let title = match list.office {
        "" => "家庭核对".to_string(),
        office => format!("{office} · 家庭核对"),
    };
    sheet.height(0, 30.0)?;
    sheet.text(0, 0, &title, &style.title)?;
    let joined = list.doubts.iter().filter(|doubt| doubt.joined).count();
    let about = match (list.doubts.len(), list.doubts.len() - shown.len()) {
        (0, _) => format!("截至 {}　没有要核对的", list.as_of),
        (all, 0) => format!("截至 {}　共 {all} 对：{joined} 对已算一户，{} 对算两户", list.as_of, all - joined),
        (all, rest) => {
            format!("截至 {}　共 {all} 对，这里列前 {} 对，其余 {rest} 对等这些处理了再列", list.as_of, shown.len())
        }
    };
    sheet.text(1, 0, &about, &style.subtitle)?;
    let how = [
        "程序拿不准的，请问专员，在“处理”里选：合并（是一户）、拆开（是两户）、不变（照目前的）。空着的下个月再问。",
        "填好存盘，和下个月的清单一起放进“导入”。选过的一直照它办，比什么凭据都优先；以后要改，再放一份选了别的就行。",
    ];
    for (row, line) in (2..).zip(how) {
        sheet.text(row, 0, line, &style.note)?;
    }
    table.heading_with_filter(&mut sheet, HEADING, shown.len(), 3)?;
    for (row, doubt) in (HEADING + 1..).zip(shown) {
        table.line(&mut sheet, row, doubt)?;
    }
    if let (Some(col), Some(last)) = (table.column("处理"), shown.len().checked_sub(1)) {
        let choice = DataValidation::new()
            .allow_list_strings(&RULINGS)?
            .ignore_blank(true)
            .set_error_title("请从下拉框里选")?
            .set_error_message("只能是 合并、拆开 或 不变；拿不准就空着")?;
        sheet.raw().add_data_validation(HEADING + 1, col, HEADING + 1 + last as u32, col, &choice)?;
    }
    Ok(book)
}
