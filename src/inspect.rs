//! How a file is read, from the command line, by the very reader that the import uses: each sheet's kind and
//! heading, each column's field and why, the labels of forms, how much was understood, and what was not.

mod forms;
mod save;

pub use save::{Saved, save};

use std::fmt::Write as _;

use rustc_hash::FxHashSet;
use serde::Serialize;

use crate::input::Input;
use crate::model::list::{Column, List, Said, Slot, Used};
use crate::model::report::SheetTotals;
use crate::problem::{ColumnLetters, Outcome, Place, Problems, Severity, SourceId};
use crate::progress::Progress;
use crate::read::{self, Cards, Ours, Unread};
use crate::templates::Templates;
use crate::templates::fields::Fields;
use crate::templates::heading::Heading;
use crate::templates::layouts::FILE as LAYOUTS;
use crate::workbook::{Limits, Workbook};
use forms::FormsView;
use save::Remembered;

/// How many values of a column are shown.
const SAMPLES: usize = 3;

/// A file as it is read.
#[derive(Clone, Debug, Serialize)]
pub struct FileView {
    /// Its name.
    pub file: String,
    /// What it really is, with its encoding if it is a text file; empty when it cannot be opened.
    pub format: String,
    /// Sheets that were understood.
    pub sheets: Vec<SheetView>,
    /// Forms: all cards of the file together.
    pub forms: Option<FormsView>,
    /// Sheets that were not.
    pub unread: Vec<UnreadView>,
    /// What was not, each sort of trouble once.
    pub problems: Vec<Trouble>,
}

/// A sheet that was understood.
#[derive(Clone, Debug, Serialize)]
pub struct SheetView {
    /// Its name; empty for text files.
    pub sheet: String,
    /// What it lists.
    pub kind: &'static str,
    /// How sure that is, and why.
    pub confidence: Confidence,
    /// Last row of its heading; 0 where that is on the sheet before.
    pub heading_row: u32,
    /// What stands above its heading: title, office, period, unit.
    pub above: Vec<String>,
    /// What is said once, outside of its rows, and what that was used for.
    pub said: Vec<SaidView>,
    /// The day it says it stands for.
    pub date: Option<String>,
    /// Rows that are in.
    pub rows: usize,
    /// Rows passed over: totals, footers, examples.
    pub passed_over: u64,
    /// Cells of these rows that hold something.
    pub cells_present: usize,
    /// Of these, how many are in a field.
    pub cells_understood: usize,
    /// Columns from left to right.
    pub columns: Vec<ColumnView>,
    /// Its headings, to be remembered.
    #[serde(skip)]
    remembered: Remembered,
}

/// How sure it is that a sheet is what it was taken for.
#[derive(Clone, Debug, Serialize)]
pub struct Confidence {
    /// 可靠, 大致可靠, 请核对; 已记住 where the office has settled it.
    pub level: &'static str,
    /// The headings that made it so.
    pub because: Vec<String>,
    /// What else it might be.
    pub runner_up: Option<RunnerUpView>,
}

/// What else a sheet might be.
#[derive(Clone, Debug, Serialize)]
pub struct RunnerUpView {
    /// What.
    pub kind: &'static str,
    /// Headings that speak for it.
    pub because: Vec<String>,
    /// It would be that with one of these fields more; nothing where it has all, and something else decided.
    pub missing: Vec<String>,
}

/// With a smaller share of its cells understood, in percent, somebody should look.
const TOO_LITTLE: usize = 60;

/// With fewer columns understood a list may be many things.
const FEW_COLUMNS: usize = 3;

impl Confidence {
    fn of(list: &List, understood: usize, present: usize, fields: &Fields) -> Confidence {
        let Some(verdict) = &list.verdict else {
            return Confidence { level: "已记住", because: Vec::new(), runner_up: None };
        };
        let runner_up = verdict.runner_up.as_ref().map(|other| RunnerUpView {
            kind: other.kind.title(),
            because: other.because.clone(),
            missing: other.missing.iter().map(|field| fields.entry(*field).title.clone()).collect(),
        });
        let is_near = verdict.runner_up.as_ref().is_some_and(|other| !other.missing.is_empty());
        let columns = list.columns.iter().filter(|column| !List::is_outside(column)).count();
        let level = match () {
            () if understood * 100 < present * TOO_LITTLE => "请核对",
            () if is_near || columns < FEW_COLUMNS => "大致可靠",
            () => "可靠",
        };
        Confidence { level, because: verdict.because.clone(), runner_up }
    }

    /// For the screen: `大致可靠，凭 姓名、手机；也像保单清单（有 险种、保额），但没有 保单号`.
    fn to_text(&self) -> String {
        let mut text = self.level.to_string();
        if !self.because.is_empty() {
            let _ = write!(text, "，凭 {}", self.because.join("、"));
        }
        match &self.runner_up {
            Some(other) if other.missing.is_empty() => {
                let _ = write!(text, "；其次像{}", other.kind);
            }
            Some(RunnerUpView { kind, because, missing }) => {
                let one_of = if missing.len() > 1 { " 之一" } else { "" };
                let (because, missing) = (because.join("、"), missing.join("、"));
                let _ = write!(text, "；也像{kind}（有 {because}），但没有 {missing}{one_of}");
            }
            None => {}
        }
        text
    }
}

/// Something that is said once of a whole list: 服务专员：何伟, 单位：万元.
#[derive(Clone, Debug, Serialize)]
pub struct SaidView {
    /// Label and value as written.
    pub text: String,
    /// Its cell; empty for the name of a sheet or a file.
    pub cell: String,
    /// Where it stands: 标题上方, 表的下方.
    pub whence: &'static str,
    /// What it says: a field, 单位, 日期.
    pub field: String,
    /// In normal form; nothing where it was not used.
    pub value: Option<String>,
    /// Rows that took the value.
    pub rows: usize,
    /// Headings of the columns that took the unit.
    pub columns: Vec<String>,
    /// Why it was not used.
    pub why_not: Option<&'static str>,
}

/// A column and what it was taken for.
#[derive(Clone, Debug, Serialize)]
pub struct ColumnView {
    /// `A`, `B`, …
    pub column: String,
    /// Its heading as written.
    pub heading: String,
    /// The field, with whose it is; nothing when it was not understood.
    pub field: Option<String>,
    /// Why, or which fields it resembles.
    pub why: String,
    /// Rows that have a value.
    pub filled: usize,
    /// The first different values, in normal form.
    pub samples: Vec<String>,
}

/// A sheet that was not understood.
#[derive(Clone, Debug, Serialize)]
pub struct UnreadView {
    /// Its name; empty for text files.
    pub sheet: String,
    /// Its first rows, with their numbers.
    pub rows: Vec<(u32, Vec<String>)>,
    /// The row that looks like a heading: its number; each text with the fields it resembles.
    pub heading: Option<(u32, Vec<(String, String)>)>,
}

/// Something that was not understood.
#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    /// Number of the problem.
    pub code: &'static str,
    /// Whether somebody has to do something.
    pub to_act_on: bool,
    /// The first places.
    pub places: Vec<String>,
    /// How many.
    pub count: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

/// Reads the files as the import would, and tells how.
pub fn inspect(inputs: &[Input], templates: &Templates) -> Vec<FileView> {
    inspect_with(inputs, templates, Cards::Made(&Ours::default()))
}

/// The same, with what is known of cards.
pub fn inspect_with<'t>(inputs: &[Input], templates: &'t Templates, cards: Cards<'t>) -> Vec<FileView> {
    inputs.iter().map(|input| file(input, templates, cards)).collect()
}

fn file<'t>(input: &Input, templates: &'t Templates, cards: Cards<'t>) -> FileView {
    let format =
        Workbook::open_input(input, &Limits::default()).map(|workbook| workbook.format().to_string()).unwrap_or_default();
    let mut problems = Problems::default();
    let mut read = read::all_with(std::slice::from_ref(input), templates, cards, &Progress::hidden(), &mut problems);
    read.born_by(chrono::Local::now().date_naive(), &mut problems);
    problems.sort();
    let name = |source: SourceId| read.sources.get(source).sheet.clone();
    let unread = |source: SourceId| {
        let here = problems.iter().filter(|problem| problem.place.source == source && problem.place.column.is_some());
        here.filter(|problem| matches!(problem.outcome, Outcome::CellSetAside | Outcome::RowSetAside)).count()
    };
    let tables = read.lists.iter().zip(&read.totals).filter(|(list, _)| !list.is_of_forms());
    let sheets =
        tables.map(|(list, totals)| sheet(list, name(list.source), totals, unread(list.source), templates)).collect();
    let troubles = problems.groups(&read.sources).into_iter().map(|group| {
        let problem = problems.at(group.first);
        let place = |place: &Place| match name(place.source) {
            sheet if sheet.is_empty() => place.address(),
            sheet => format!("「{sheet}」{}", place.address()),
        };
        Trouble {
            code: group.code.number(),
            to_act_on: group.code.severity() != Severity::Note,
            places: group.places.iter().map(place).collect(),
            count: group.count,
            // Of several the first is only an example.
            what: if group.count > 1 {
                format!("{}，例如：{}", group.code.title(), problem.what)
            } else {
                problem.what.to_string()
            },
            advice: group.code.advice(),
        }
    });
    let forms = forms::view(&read, templates);
    let unread = read.unread.iter().map(|unread| unread_view(unread, name(unread.source), &templates.fields)).collect();
    FileView { file: input.name.clone(), format, sheets, forms, unread, problems: troubles.collect() }
}

fn unread_view(unread: &Unread, sheet: String, fields: &Fields) -> UnreadView {
    let near = |text: &String| {
        let (claims, _) = fields.claims(&Heading::of(text).key);
        match claims.first() {
            Some(claim) => fields.entry(claim.field).title.clone(),
            None => fields.nearest_titles(text).join("、"),
        }
    };
    let heading = unread.heading.as_ref();
    let heading = heading.map(|(row, texts)| (*row, texts.iter().map(|text| (text.clone(), near(text))).collect()));
    UnreadView { sheet, rows: unread.rows.clone(), heading }
}

fn sheet(list: &List, sheet: String, totals: &SheetTotals, unread: usize, templates: &Templates) -> SheetView {
    let fields = &templates.fields;
    let mut columns: Vec<(u32, ColumnView)> = Vec::new();
    for (at, heading, column) in list.understood() {
        // What one column said of several fields stands there once for each.
        columns.push((at, understood(list, at, heading, column, fields)));
    }
    for leftover in &list.leftovers {
        let near = fields.nearest_titles(&leftover.heading);
        let texts: Vec<&str> = leftover.texts.iter().filter(|text| !text.is_empty()).collect();
        let view = ColumnView {
            column: ColumnLetters(leftover.at).to_string(),
            heading: leftover.heading.to_string(),
            field: None,
            why: if near.is_empty() { String::new() } else { format!("像是 {}", near.join("、")) },
            filled: texts.len(),
            samples: first_different(texts.into_iter().map(str::to_string)),
        };
        columns.push((leftover.at, view));
    }
    columns.sort_by_key(|(at, _)| *at);
    let remembered = Remembered::of(list, fields, &templates.layouts);
    if remembered.is_known() {
        columns.iter_mut().for_each(|(_, column)| column.why = format!("{LAYOUTS} 里记住的"));
    }
    // What one column says of several fields is one cell all the same.
    let mut understood = 0;
    for here in list.understood().chunk_by(|(one, ..), (other, ..)| one == other) {
        let own = |(at, _, column): &(u32, &str, &'_ Column)| -> Vec<usize> {
            list.rows_from(*at, column).filter(|row| !list.is_said_once(*row, column.at)).collect()
        };
        let rows: FxHashSet<usize> = here.iter().flat_map(own).collect();
        understood += rows.len();
    }
    let kept: usize = list.leftovers.iter().map(|kept| kept.texts.iter().filter(|text| !text.is_empty()).count()).sum();
    SheetView {
        remembered,
        cells_present: understood + kept + unread,
        cells_understood: understood,
        sheet,
        kind: list.kind.title(),
        confidence: Confidence::of(list, understood, understood + kept + unread, fields),
        heading_row: list.heading_row,
        above: list.above.iter().map(|(_, _, text)| text.to_string()).collect(),
        said: list.said.iter().map(|said| said_once(said, fields)).collect(),
        date: list.date.map(|date| date.to_string()),
        rows: list.len(),
        passed_over: totals.passed_over,
        columns: columns.into_iter().map(|(_, view)| view).collect(),
    }
}

fn said_once(said: &Said, fields: &Fields) -> SaidView {
    let mut view = SaidView {
        text: said.text.to_string(),
        cell: said.at.map(|(row, column)| Place::cell(SourceId(0), row, column).address()).unwrap_or_default(),
        whence: said.whence.title(),
        field: String::new(),
        value: None,
        rows: 0,
        columns: Vec::new(),
        why_not: None,
    };
    match &said.used {
        Used::Rows { slot, value, rows, .. } => {
            view.field = said_of(*slot, fields);
            view.value = Some(value.to_string());
            view.rows = *rows;
        }
        Used::Unit { value, columns } => {
            view.field = "单位".to_string();
            view.value = Some(value.to_string());
            view.columns = columns.iter().map(|heading| heading.to_string()).collect();
        }
        Used::Date(date) => {
            view.field = "日期".to_string();
            view.value = Some(date.to_string());
        }
        Used::Not { slot, why } => {
            view.field = said_of(*slot, fields);
            view.why_not = Some(why);
        }
    }
    view
}

fn understood(list: &List, at: u32, heading: &str, column: &Column, fields: &Fields) -> ColumnView {
    let title = &fields.entry(column.slot.field).title;
    let filled = list.rows_from(at, column);
    let own_row = if at == column.at { "" } else { "，另成一行" };
    ColumnView {
        column: ColumnLetters(at).to_string(),
        heading: heading.to_string(),
        field: Some(said_of(column.slot, fields)),
        why: format!("{}{own_row}", why(heading, column, title, fields)),
        filled: filled.clone().count(),
        samples: first_different(filled.map(|row| column.data.show(row))),
    }
}

/// What a slot is called: 被保险人的姓名, 手机（第 2 个）.
fn said_of(slot: Slot, fields: &Fields) -> String {
    let whose = fields.role_title(slot.role).map(|whose| format!("{whose}的")).unwrap_or_default();
    let nth = if slot.nth > 0 { format!("（第 {} 个）", slot.nth + 1) } else { String::new() };
    format!("{whose}{}{nth}", fields.entry(slot.field).title)
}

/// Why a column was taken for its field.
fn why(heading: &str, column: &Column, title: &str, fields: &Fields) -> String {
    let leaf = heading.rsplit('_').next().unwrap_or(heading);
    let key = Heading::of(leaf).key;
    if key == Heading::of(title).key {
        return "标题相同".to_string();
    }
    let (claims, number) = fields.claims(&key);
    match claims.iter().find(|claim| claim.field == column.slot.field) {
        Some(claim) if claim.role.is_some() => "标题里写明是谁的".to_string(),
        Some(_) if number > 0 => format!("常见写法，第 {number} 组"),
        Some(_) => "常见写法".to_string(),
        None if heading.contains('_') => "上下两级标题合起来看".to_string(),
        None => "按内容认出".to_string(),
    }
}

fn first_different(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for value in values {
        if !samples.contains(&value) {
            samples.push(value);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    samples
}

impl FileView {
    /// Whether nothing in it needs a hand.
    pub fn is_understood(&self) -> bool {
        !self.problems.iter().any(|trouble| trouble.to_act_on)
    }

    /// For the screen.
    pub fn to_text(&self) -> String {
        let mut text =
            format!("{}{}\n", self.file, if self.format.is_empty() { String::new() } else { format!("　{}", self.format) });
        for sheet in &self.sheets {
            let name = if sheet.sheet.is_empty() { String::new() } else { format!("「{}」", sheet.sheet) };
            let date = sheet.date.as_ref().map(|date| format!("，截至 {date}")).unwrap_or_default();
            let passed =
                if sheet.passed_over > 0 { format!("，另跳过 {} 行", sheet.passed_over) } else { String::new() };
            let heading = match sheet.heading_row {
                0 => "没有标题行，照上一张的读".to_string(),
                row => format!("标题在第 {row} 行"),
            };
            let _ = writeln!(
                text,
                "  {name}{}，{heading}，{} 行数据{passed}{date}，{}",
                sheet.kind,
                sheet.rows,
                share(sheet.cells_understood, sheet.cells_present)
            );
            let _ = writeln!(text, "    当作{}：{}", sheet.kind, sheet.confidence.to_text());
            if !sheet.above.is_empty() {
                let _ = writeln!(text, "    标题上方：{}", sheet.above.join(" ｜ "));
            }
            for said in &sheet.said {
                said.write(&mut text);
            }
            for column in &sheet.columns {
                let field = column.field.as_deref().unwrap_or("没认出，原样保留");
                let why = if column.why.is_empty() { String::new() } else { format!("（{}）", column.why) };
                let _ = writeln!(
                    text,
                    "    {:<3}{} → {field}{why}，{} 行有值：{}",
                    column.column,
                    column.heading,
                    column.filled,
                    column.samples.join(" ｜ ")
                );
            }
        }
        if let Some(forms) = &self.forms {
            forms.write(&mut text);
        }
        self.unread.iter().for_each(|unread| unread.write(&mut text));
        for trouble in &self.problems {
            let mark = if trouble.to_act_on { "！" } else { "·" };
            let many = if trouble.count > 1 { format!(" 等 {} 处", trouble.count) } else { String::new() };
            let _ = writeln!(text, "  {mark}{} {}{many}：{}", trouble.code, trouble.places.join(" "), trouble.what);
            if trouble.to_act_on {
                let _ = writeln!(text, "      办法：{}", trouble.advice);
            }
        }
        text.push('\n');
        text
    }
}

impl SaidView {
    /// For the screen: `服务专员 何伟 ← B2 标题上方“服务专员：何伟”，用在 12 行`.
    fn write(&self, text: &mut String) {
        let SaidView { text: written, cell, whence, field, rows, .. } = self;
        let value = self.value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
        let gap = if cell.is_empty() { "" } else { " " };
        let used = match self.why_not {
            Some(why) => format!("，没有用上：{why}"),
            None if !self.columns.is_empty() => format!("，用在 {}", self.columns.join("、")),
            None if field == "日期" => String::new(),
            None if *rows > 0 => format!("，用在 {rows} 行"),
            None => "，各行自己都写着".to_string(),
        };
        let _ = writeln!(text, "    {field}{value} ← {cell}{gap}{whence}“{written}”{used}");
    }
}

impl UnreadView {
    fn write(&self, text: &mut String) {
        let name = if self.sheet.is_empty() { String::new() } else { format!("「{}」", self.sheet) };
        let _ = writeln!(text, "  {name}没看懂，前几行是：");
        for (row, cells) in &self.rows {
            let _ = writeln!(text, "    第{row}行 {}", cells.join(" ｜ "));
        }
        if let Some((row, headings)) = &self.heading {
            let near = headings.iter().filter(|(_, near)| !near.is_empty());
            let near: Vec<String> = near.map(|(heading, near)| format!("{heading}（{near}）")).collect();
            let near = if near.is_empty() { String::new() } else { format!("，认得或相近的：{}", near.join("、")) };
            let _ = writeln!(text, "    像标题的是第 {row} 行{near}");
        }
    }
}

/// How many cells of how many were understood.
fn share(understood: usize, present: usize) -> String {
    match (understood * 100).checked_div(present) {
        Some(percent) => format!("{present} 格里看懂 {understood} 格（{percent}%）"),
        None => "没有数据".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_shown_as_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("清单.csv");
        std::fs::write(&path, "客户姓名,手机号码,宠物\n王伟,15400000001,猫\n李娜,1540000,狗\n").unwrap();
        let input = Input::new(path, "清单.csv".to_string());
        let files = inspect(&[input], &Templates::builtin());
        let sheet = &files[0].sheets[0];
        assert_eq!((sheet.kind, sheet.heading_row, sheet.rows), ("客户清单", 1, 2));
        let fields: Vec<_> = sheet.columns.iter().map(|column| column.field.as_deref()).collect();
        assert_eq!(fields, [Some("姓名"), Some("手机"), None]);
        assert_eq!(sheet.columns[2].samples, ["猫", "狗"]);
        let codes: Vec<_> = files[0].problems.iter().map(|trouble| trouble.code).collect();
        assert_eq!(codes, ["S204", "V404"]);
        assert!(!files[0].is_understood());
        let text = files[0].to_text();
        assert!(text.contains("没认出，原样保留"));
        assert!(text.contains("    当作客户清单：请核对，凭 客户姓名、手机号码\n"), "{text}");
    }

    #[track_caller]
    fn confidence(headings: &str, row: &str, want: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("清单.csv");
        std::fs::write(&path, format!("{headings}\n{row}\n")).unwrap();
        let files = inspect(&[Input::new(path, "清单.csv".to_string())], &Templates::builtin());
        assert_eq!(files[0].sheets[0].confidence.to_text(), want, "{headings}");
    }

    /// How sure it is, which headings decided, and which heading would make it something else.
    #[test]
    fn a_kind_comes_with_its_reasons() {
        confidence("姓名,手机,地址,性别", "王伟,15400000001,某路1号,男", "可靠，凭 姓名、手机、地址、性别");
        confidence(
            "客户姓名,手机,险种名称,保额",
            "王伟,15400000001,定期寿险,20万",
            "大致可靠，凭 客户姓名、手机；也像保单清单（有 险种名称、保额），但没有 保单号",
        );
        confidence(
            "保单号,客户姓名,应缴费日期,保费",
            "P20110001001,王伟,2026-11-01,1200",
            "可靠，凭 保单号、应缴费日期；其次像保单清单",
        );
        confidence("姓名,手机,地址,爱好,属相,血型", "王伟,15400000001,,棋,猴,O", "请核对，凭 姓名、手机、地址");
    }
}
