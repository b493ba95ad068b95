//! Reads every file of the month into lists of typed columns. A file that cannot be read is a problem, never the
//! end of the run.

mod birth;
mod by_value;
mod heading;
mod kind;
mod labelled;
mod marks;
mod metadata;
mod ours;
mod preface;

mod column;
mod elsewhere;
mod form;
mod go_on;
mod relay;
mod row_kind;
mod shape;
mod stacked;
mod stamped;
mod standing;
mod strips;
mod table;
mod turns;
mod unread;
mod whose;
mod words;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::input::{Input, InputFile, RESULT_PROPERTY};
use crate::model::list::List;
use crate::model::report::SheetTotals;
use crate::problem::{Code, Outcome, Place, Problem, Problems, SourceId, Sources};
use crate::progress::Progress;
use crate::stamp::document_property;
use crate::templates::Templates;
use crate::workbook::{self, Limits, OpenError, Workbook};
pub use form::ShownLabel;
use form::{FormList, FormSheet, OfFile};
use go_on::Before;
pub use ours::Ours;
pub use shape::compare;
pub use stacked::claims_of;
use stamped::{CardReader, StampedSheet};
pub use stamped::{Cards, foreign};
use strips::{SheetContent, SheetReader};
use table::Read;
pub use unread::Unread;

/// Everything the files of the month hold.
#[derive(Debug, Default)]
pub struct Lists {
    /// One a sheet that was understood, in the order of file names and sheets.
    pub lists: Vec<List>,
    /// Control totals, one for each list.
    pub totals: Vec<SheetTotals>,
    /// Names of all sheets.
    pub sources: Sources,
    /// The files, with their hashes.
    pub files: Vec<InputFile>,
    /// Sheets of forms, in the order of file names and sheets; what they say is among the lists.
    pub forms: Vec<FormView>,
    /// Sheets that are no list and no form of ours.
    pub unread: Vec<Unread>,
}

/// A sheet of forms, for showing how it was read.
#[derive(Debug)]
pub struct FormView {
    /// Which sheet.
    pub source: SourceId,
    /// Cards on it that say something.
    pub cards: usize,
    /// Blank ones.
    pub blank: usize,
    /// Its labels with their fields and values.
    pub labels: Vec<ShownLabel>,
    /// Cells that hold something.
    pub present: usize,
    /// Of these, how many were understood.
    pub understood: usize,
}

/// Reads all files as an office does that knows nothing yet.
pub fn all(inputs: &[Input], templates: &Templates, progress: &Progress, problems: &mut Problems) -> Lists {
    all_with(inputs, templates, Cards::Made(&Ours::default()), progress, problems)
}

/// Reads all files, in parallel. The answer does not depend on which is ready first.
pub fn all_with<'t>(
    inputs: &[Input],
    templates: &'t Templates,
    cards: Cards<'t>,
    progress: &Progress,
    problems: &mut Problems,
) -> Lists {
    let cards = CardReader::new(templates, cards);
    let files: Vec<Option<InputFile>> =
        inputs.par_iter().map(|input| workbook::fingerprint(input, &Limits::default()).ok()).collect();
    let mut first_with: FxHashMap<&str, usize> = FxHashMap::default();
    let twin_of: Vec<Option<usize>> = files
        .iter()
        .enumerate()
        .map(|(at, file)| {
            let first = *first_with.entry(file.as_ref()?.sha256.as_str()).or_insert(at);
            (first != at).then_some(first)
        })
        .collect();
    let read: Vec<FileRead> = inputs
        .par_iter()
        .zip(&twin_of)
        .map(|(input, twin)| match twin {
            Some(first) => FileRead::twin(&inputs[*first].name),
            None => {
                let read = FileRead::guarded(|| match cards.read(input) {
                    Some(sheets) => stamped(sheets, input, templates),
                    None => file(input, templates, &cards),
                });
                progress.file_done(&input.path);
                read
            }
        })
        .collect();

    let mut out = Lists::default();
    for ((input, file), read) in inputs.iter().zip(files).zip(read) {
        let file = file.unwrap_or_else(|| InputFile::unknown(input));
        out.files.push(InputFile { is_card_book: read.is_card_book, ..file });
        out.take(&input.name, read, problems);
    }
    metadata::by_names(&mut out.lists, &out.sources, problems);
    out
}

impl Lists {
    /// Gives the sheets of a file their numbers and takes everything in.
    fn take(&mut self, file_name: &str, read: FileRead, problems: &mut Problems) {
        let whole_file = self.sources.add(file_name, "");
        let ids: Vec<SourceId> = read
            .sheets
            .iter()
            .map(|sheet| if sheet.name.is_empty() { whole_file } else { self.sources.add(file_name, &sheet.name) })
            .collect();
        for mut problem in read.problems {
            problem.place.source = whole_file;
            problems.push(problem);
        }
        let mut id_of: FxHashMap<u32, SourceId> = FxHashMap::default();
        for (sheet, id) in read.sheets.into_iter().zip(ids) {
            id_of.insert(sheet.index as u32, id);
            if let Some(FormSheet { cards, blank, labels, present, understood, problems: found, .. }) = sheet.form {
                self.forms.push(FormView { source: id, cards, blank, labels, present, understood });
                problems.extend(found.into_iter().map(|problem| in_source(problem, id)));
            }
            self.unread.extend(sheet.unread.map(|unread| Unread { source: id, ..unread }));
            for mut problem in sheet.problems {
                problem.place.source = id;
                problems.push(problem);
            }
            for (mut list, mut totals) in sheet.lists {
                list.source = id;
                if let Some(scattered) = &mut list.scattered {
                    scattered.cells.values_mut().chain(scattered.columns.values_mut()).for_each(|place| place.source = id);
                }
                totals.file = file_name.into();
                totals.sheet = sheet.name.as_str().into();
                self.lists.push(*list);
                self.totals.push(totals);
            }
        }
        let real = |place: &mut Place| place.source = id_of[&place.source.0];
        for FormList { mut list, mut totals, problems: found } in read.form_lists {
            list.source = whole_file;
            if let Some(scattered) = &mut list.scattered {
                scattered.rows.iter_mut().for_each(real);
                scattered.cells.values_mut().for_each(real);
            }
            problems.extend(found.into_iter().map(|mut problem| {
                real(&mut problem.place);
                problem
            }));
            totals.file = file_name.into();
            totals.sheet = "（卡片）".into();
            self.lists.push(*list);
            self.totals.push(totals);
        }
    }
}

fn in_source(mut problem: Problem, source: SourceId) -> Problem {
    problem.place.source = source;
    problem
}

/// What one file held. Places have no file yet: files are numbered when all are read.
#[derive(Default)]
struct FileRead {
    sheets: Vec<SheetRead>,
    /// What the forms of all sheets say.
    form_lists: Vec<FormList>,
    problems: Vec<Problem>,
    is_card_book: bool,
}

struct SheetRead {
    /// Its place in the workbook.
    index: usize,
    name: String,
    form: Option<FormSheet>,
    lists: Vec<(Box<List>, SheetTotals)>,
    /// What is shown of it where it is neither.
    unread: Option<Unread>,
    problems: Problems,
}

impl SheetRead {
    fn is_read(&self) -> bool {
        !self.lists.is_empty() || self.form.is_some()
    }
}

const UNNUMBERED: SourceId = SourceId(0);

impl FileRead {
    fn problem(mut self, code: Code, what: String) -> Self {
        self.problems.push(file_problem(code, what));
        self
    }

    fn failed(error: &OpenError) -> Self {
        FileRead::default().problem(code_of(error), format!("{error}。{}", error.advice()))
    }

    /// A file that meets a mistake of ours loses itself only.
    fn guarded(read: impl FnOnce() -> FileRead) -> Self {
        workbook::guard(read).unwrap_or_else(|error| FileRead::failed(&error))
    }

    fn twin(first: &str) -> Self {
        FileRead::default().problem(Code::FileDuplicate, format!("内容与“{first}”完全相同，没有重复读"))
    }
}

#[cfg(test)]
#[test]
fn a_file_that_meets_a_mistake_of_ours_is_told() {
    let read = FileRead::guarded(|| panic!("a mistake"));
    assert_eq!(read.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::FileUnreadable]);
}

fn file_problem(code: Code, what: String) -> Problem {
    Problem {
        code,
        place: Place::sheet(UNNUMBERED),
        field: "".into(),
        found: "".into(),
        what: what.into(),
        outcome: Outcome::NotRead,
    }
}

/// What a workbook is that this program wrote for reading only, if it is one.
fn result_of_ours(input: &Input) -> Option<String> {
    let file = std::fs::File::open(&input.path).ok().filter(|_| input.inside.is_empty())?;
    document_property(file, RESULT_PROPERTY)
}

fn file(input: &Input, templates: &Templates, cards: &CardReader<'_>) -> FileRead {
    if let Some(what) = result_of_ours(input) {
        return FileRead::default().problem(Code::OwnResult, format!("这是程序写的“{what}”，只供看，没有读"));
    }
    let mut workbook = match Workbook::open_input(input, &Limits::default()) {
        Ok(workbook) => workbook,
        Err(error) => return FileRead::failed(&error),
    };
    if let Some(sheets) = cards.read_saved(&mut workbook, input) {
        return stamped(sheets, input, templates);
    }
    let mut read = FileRead::default();
    let mut before: Option<Before> = None;
    for index in 0..workbook.sheets().len() {
        let info = workbook.sheets()[index].clone();
        let mut sheet = sheet(&mut workbook, index, &info.name, input.file_name(), &mut before, templates);
        if info.hidden && sheet.is_read() {
            sheet.problems.push(sheet_problem(
                Code::HiddenSheet,
                format!("“{}”是隐藏的工作表", info.name),
                Outcome::KeptAsIs,
            ));
        }
        read.sheets.push(sheet);
    }
    form::tell_once(read.sheets.iter_mut().filter_map(|sheet| sheet.form.as_mut()));
    let rows =
        read.sheets.iter_mut().filter_map(|sheet| sheet.form.as_mut()).flat_map(|form| std::mem::take(&mut form.rows));
    let file_name = input.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let of_file = OfFile { name: &file_name, from_1904: workbook.counts_from_1904() };
    read.form_lists = form::lists(rows.collect(), templates, of_file);
    // An empty sheet beside a good one is what every export leaves behind; alone it is worth a word.
    if read.sheets.iter().any(SheetRead::is_read) {
        let says_more = |sheet: &SheetRead| !sheet.problems.iter().all(|problem| problem.code == Code::SheetEmpty);
        read.sheets.retain(|sheet| sheet.is_read() || says_more(sheet));
    }
    read
}

/// A book of cards that we wrote and agents filled in.
fn stamped(sheets: Vec<StampedSheet>, input: &Input, templates: &Templates) -> FileRead {
    let mut read = FileRead { is_card_book: true, ..FileRead::default() };
    let mut rows = Vec::new();
    for (index, StampedSheet { name, mut form }) in sheets.into_iter().enumerate() {
        rows.append(&mut form.rows);
        let form = Some(form);
        read.sheets.push(SheetRead { index, name, form, lists: Vec::new(), unread: None, problems: Problems::default() });
    }
    // Its days have been read already.
    read.form_lists = form::lists(rows, templates, OfFile { name: input.file_name(), from_1904: false });
    read
}

fn sheet_problem(code: Code, what: String, outcome: Outcome) -> Problem {
    Problem { outcome, ..file_problem(code, what) }
}

/// Reads a sheet, perhaps as going on with what the one before held, and leaves what it held itself.
fn sheet(
    workbook: &mut Workbook,
    index: usize,
    name: &str,
    file_name: &str,
    before: &mut Option<Before>,
    templates: &Templates,
) -> SheetRead {
    let merges = workbook.merges(index);
    let without_value = formulas_without_value(workbook.formulas_without_value(index));
    let (hidden_rows, hidden_columns) = workbook.hidden(index);
    let hidden = hidden_parts(hidden_rows, hidden_columns);
    let from_1904 = workbook.counts_from_1904();
    let earlier = before.clone().filter(|before| before.may_go_on_in(name));
    let reader = SheetReader::new(templates, UNNUMBERED, file_name, merges).counting_from_1904(from_1904).behind(earlier);
    let (end, reader) = relay::stream(workbook, index, reader);
    let mut lists = Vec::new();
    let mut problems = Problems::default();
    let mut is_empty = true;
    let mut form = None;
    let mut heading = None;
    let mut unread = None;
    let (content, marks) = reader.finish();
    problems.extend(marks.problem());
    let tables = match content {
        SheetContent::Tables(tables, last) => {
            heading = last;
            tables
        }
        SheetContent::Form(..) | SheetContent::FormGoesOn(..) if is_about_something_else(name) => {
            is_empty = false;
            Vec::new()
        }
        SheetContent::Form(rows, merges) => {
            is_empty = false;
            let settled = form::settled(&rows, templates);
            let read = form::read(&rows, &merges, marks.any(), index, name, settled.as_ref().unwrap_or(templates));
            if read.blank > 0 {
                let what = format!("有 {} 张空白的卡，没有填写", read.blank);
                problems.push(sheet_problem(Code::SheetSkipped, what, Outcome::PassedOver));
            }
            form = Some(read);
            Vec::new()
        }
        SheetContent::FormGoesOn(tail, rows, merges) => {
            is_empty = false;
            form = Some(form::read_on(&rows, &merges, marks.any(), index, &tail, templates));
            Vec::new()
        }
    };
    for (read, totals, found) in tables {
        problems.append(found);
        is_empty &= matches!(read, Read::Empty);
        if let Read::List(list) = read {
            if totals.read == 0 {
                let what = "只有标题行，下面没有数据".to_string();
                problems.push(sheet_problem(Code::SheetEmpty, what, Outcome::PassedOver));
            }
            lists.push((list, totals));
        } else if let Read::NotAList(rows) = read {
            unread.get_or_insert_with(|| Unread::of(&rows, UNNUMBERED, &templates.fields));
        }
    }
    unread = unread.filter(|_| lists.is_empty() && form.is_none());
    if !lists.is_empty() || form.is_some() {
        problems.extend(hidden);
    }
    let held = match (&mut form, heading) {
        (Some(form), _) => form.tail.take().map(Before::Card),
        (None, Some(heading)) => Some(Before::List(name.to_string(), heading)),
        (None, None) => None,
    };
    // An empty sheet is nothing to go on with, and nothing in between.
    if !is_empty {
        *before = held;
    }
    match &end {
        Err(error) => {
            problems.push(sheet_problem(code_of(error), format!("{error}。{}", error.advice()), Outcome::NotRead));
        }
        Ok(_) if !lists.is_empty() || form.is_some() => {}
        Ok(_) if is_empty => {
            problems.push(sheet_problem(Code::SheetEmpty, "里面什么也没有".to_string(), Outcome::PassedOver))
        }
        Ok(_) if is_about_something_else(name) => {
            problems.push(sheet_problem(Code::SheetSkipped, format!("“{name}”是说明或代码表"), Outcome::PassedOver));
        }
        Ok(_) if unread.as_ref().is_some_and(|unread| unread.is_summary(&templates.fields)) => {
            let what = "汇总表，里面没有一户一户的客户".to_string();
            problems.push(sheet_problem(Code::SheetSkipped, what, Outcome::PassedOver));
        }
        Ok(_) => {
            let likely = unread.as_ref().and_then(|unread| unread.heading.as_ref());
            let likely =
                likely.map(|(row, texts)| format!("；最像标题的是第 {row} 行：{}", first_few(texts))).unwrap_or_default();
            let what = format!("没有找到认得的标题行{likely}");
            problems.push(sheet_problem(Code::SheetUnknown, what, Outcome::NotRead));
        }
    }
    unread = unread.filter(|_| problems.iter().any(|problem| problem.code == Code::SheetUnknown));
    if let Ok(end) = &end {
        if let Some(cut) = &end.cut {
            let what = match cut.after_row {
                0 => format!("读不出来：{}", cut.why),
                row => format!("第 {row} 行以后读不出来：{}", cut.why),
            };
            problems.push(sheet_problem(Code::FileUnreadable, what, Outcome::NotRead));
        }
        for cell in &end.unreadable {
            let outcome = if cell.what.is_kept() { Outcome::KeptAsIs } else { Outcome::CellSetAside };
            let mut problem = sheet_problem(Code::CellUnreadable, cell.what.to_string(), outcome);
            problem.place = Place::cell(UNNUMBERED, cell.row, cell.column);
            problems.push(problem);
        }
        let untold = end.unreadable_count.saturating_sub(end.unreadable.len() as u64);
        if untold > 0 {
            problems.push(sheet_problem(
                Code::CellUnreadable,
                format!("此外还有 {untold} 个单元格读不出来"),
                Outcome::CellSetAside,
            ));
        }
    }
    problems.extend(without_value);
    SheetRead { index, name: name.to_string(), form, lists, unread, problems }
}

/// The first texts of a row.
fn first_few(texts: &[String]) -> String {
    let more = if texts.len() > 6 { "…" } else { "" };
    format!("{}{more}", texts[..texts.len().min(6)].join(" ｜ "))
}

/// What is said about cells whose formula nobody has worked out: the first ones with their places, and how many.
fn formulas_without_value((count, first): (u64, &[(u32, u32)])) -> Vec<Problem> {
    let advice = "公式没有算好的值：用 Excel 打开、保存一次再放进来";
    let cell = |(row, column): &(u32, u32)| Problem {
        place: Place::cell(UNNUMBERED, row + 1, *column),
        ..sheet_problem(Code::CellUnreadable, advice.to_string(), Outcome::CellSetAside)
    };
    let mut told: Vec<Problem> = first.iter().map(cell).collect();
    let more = count.saturating_sub(first.len() as u64);
    if more > 0 {
        let what =
            if first.is_empty() { format!("有 {more} 个{advice}") } else { format!("此外还有 {more} 个{advice}") };
        told.push(sheet_problem(Code::CellUnreadable, what, Outcome::CellSetAside));
    }
    told
}

/// What is said about rows and columns that nobody sees in Excel: the first of each with its place, and how many.
fn hidden_parts(rows: &[u32], columns: &[(u32, u32)]) -> Vec<Problem> {
    let mut parts = Vec::new();
    let mut part = |place: Place, what: String| {
        parts.push(Problem { place, ..sheet_problem(Code::HiddenPart, what, Outcome::KeptAsIs) });
    };
    if let Some(first) = rows.first() {
        let what = if rows.len() == 1 {
            "这一行是隐藏的".to_string()
        } else {
            format!("从这一行起，有 {} 行是隐藏的", rows.len())
        };
        part(Place::row(UNNUMBERED, *first), what);
    }
    for (from, to) in columns.iter().filter(|(from, to)| from <= to && to - from < 1_000).take(20) {
        let what = match to - from {
            0 => "这一列是隐藏的".to_string(),
            more => format!("从这一列起，有 {} 列是隐藏的", more + 1),
        };
        part(Place::cell(UNNUMBERED, 0, *from), what);
    }
    parts
}

/// Sheets of explanations, code tables and lists for drop-downs that come with real workbooks (layout L6).
fn is_about_something_else(name: &str) -> bool {
    ["说明", "字典", "目录", "代码", "帮助", "指南", "选项", "下拉", "参数", "编码"].iter().any(|word| name.contains(word))
}

fn code_of(error: &OpenError) -> Code {
    match error {
        OpenError::Encrypted { .. } | OpenError::UnknownEncryption => Code::FileEncrypted,
        OpenError::Empty => Code::FileEmpty,
        OpenError::NotASpreadsheet { .. } | OpenError::TemporaryLockFile => Code::FileNotSpreadsheet,
        OpenError::TooLarge { .. } => Code::FileTooLarge,
        OpenError::Locked => Code::FileInUse,
        _ => Code::FileUnreadable,
    }
}
