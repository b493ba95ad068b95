//! A template workbook for cards, opened and checked: every placeholder is one we have something for.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;
use std::io::{Seek, Write};

use serde::Serialize;

use super::data::{Wanted, blank};
use super::titles::{Block, Source, resolve};
use super::units::Units;
use crate::stamp::{Fault, Filled, INDEX_LIST, ListRows, Mark, Reading, Record, Template, Titles};
use crate::templates::workbooks::{Form, Workbook};
use crate::templates::{TemplateError, Templates};

/// A template that cannot be used, with everything that is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct DesignError(pub Vec<String>);

impl From<TemplateError> for DesignError {
    fn from(error: TemplateError) -> Self {
        DesignError(vec![error.to_string()])
    }
}

impl From<Vec<Fault>> for DesignError {
    fn from(faults: Vec<Fault>) -> Self {
        DesignError(faults.iter().map(ToString::to_string).collect())
    }
}

/// What a template holds, for `fuwuka template check`.
#[derive(Clone, Debug, Serialize)]
pub struct DesignView {
    /// The file.
    pub file: String,
    /// Placeholders in the order of their cells.
    pub placeholders: Vec<PlaceholderView>,
    /// Rows that are repeated.
    pub lists: Vec<String>,
    /// What is kept as it is, sheet by sheet.
    pub kept: Vec<String>,
    /// What keeps it from being used.
    pub faults: Vec<String>,
}

/// One placeholder.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceholderView {
    /// Its sheet.
    pub sheet: String,
    /// Its cell; nothing in headers and footers.
    pub cell: Option<String>,
    /// As written.
    pub placeholder: String,
    /// What it stands for; nothing when nobody knows.
    pub means: Option<String>,
    /// The titles nearest to one that nobody knows.
    pub nearest: Vec<String>,
}

impl DesignView {
    /// Whether it can be used.
    pub fn is_right(&self) -> bool {
        self.faults.is_empty() && self.placeholders.iter().all(|placeholder| placeholder.means.is_some())
    }

    /// For reading: a line a list, a line a trouble.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.file);
        let mut sheets: Vec<&str> = self.placeholders.iter().map(|placeholder| placeholder.sheet.as_str()).collect();
        sheets.dedup();
        for sheet in sheets {
            let here = || self.placeholders.iter().filter(|placeholder| placeholder.sheet == sheet);
            let _ = writeln!(text, "  「{sheet}」{} 处占位符", here().count());
            for placeholder in here() {
                let cell = placeholder.cell.as_deref().unwrap_or("页眉页脚");
                let means = placeholder.means.as_deref().map_or("不认识".to_string(), |means| format!("→ {means}"));
                let _ = writeln!(text, "    {cell:<5} {}　{means}", placeholder.placeholder);
            }
        }
        for line in self.lists.iter().chain(&self.kept) {
            let _ = writeln!(text, "  {line}");
        }
        for trouble in self.troubles() {
            let _ = writeln!(text, "  ！{trouble}");
        }
        if self.is_right() {
            let _ = writeln!(text, "  可以用");
        }
        text
    }

    fn troubles(&self) -> Vec<String> {
        let unknown = self.placeholders.iter().filter(|placeholder| placeholder.means.is_none()).map(|placeholder| {
            let cell = placeholder.cell.as_deref().unwrap_or("页眉页脚");
            let near = match &placeholder.nearest[..] {
                [] => String::new(),
                near => format!("，是不是“{}”", near.join("”“")),
            };
            format!("「{}」{cell}：不认识“{}”{near}", placeholder.sheet, placeholder.placeholder)
        });
        self.faults.iter().cloned().chain(unknown).collect()
    }
}

/// A template, ready to be filled.
pub struct Design {
    template: Template,
    file: Vec<u8>,
    units: Units,
    wanted: Wanted,
    lists: BTreeSet<String>,
    has_index: bool,
}

impl fmt::Debug for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Design").field("template", &self.template.name()).field("wanted", &self.wanted).finish()
    }
}

impl Design {
    /// The office's template of a form, else the built-in one.
    pub fn of(form: Form, templates: &Templates, office: Option<&std::path::Path>) -> Result<Design, DesignError> {
        Design::open(&Workbook::of(form, office)?, templates)
    }

    /// Opens and checks a template.
    pub fn open(workbook: &Workbook, templates: &Templates) -> Result<Design, DesignError> {
        let template = Template::open(&workbook.bytes, &workbook.name)?;
        let troubles = view_of(&template, workbook, templates).troubles();
        if !troubles.is_empty() {
            let colon = |trouble: &str| if trouble.starts_with('「') { "" } else { "：" };
            let whole = |trouble: &String| format!("{}{}{trouble}", workbook.name, colon(trouble));
            return Err(DesignError(troubles.iter().map(whole).collect()));
        }
        let placeholders = || template.placeholders().map(|(_, _, placeholder)| (placeholder.list(), placeholder.title()));
        let wanted = Wanted::of(placeholders(), templates);
        let lists: BTreeSet<String> = placeholders().filter_map(|(list, _)| Some(list?.to_string())).collect();
        let has_index = lists.contains(INDEX_LIST);
        let units = Units::of(&template, &templates.fields);
        Ok(Design { wanted, units, lists, has_index, template: template.marked(), file: workbook.bytes.clone() })
    }

    /// The template's file.
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// What a workbook made with it says of itself.
    pub fn mark(&self) -> &Mark {
        self.template.mark()
    }

    /// What a filled copy of it says.
    pub fn read(&self, filled: &Filled) -> Reading {
        self.units.understand(self.template.read_filled(filled))
    }

    /// The titles it uses.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Whether a book of cards begins with an index.
    pub fn has_index(&self) -> bool {
        self.has_index
    }

    /// A book of cards.
    pub fn book<I>(&self, cards: I, index: &Record, out: impl Write + Seek) -> Result<(), Fault>
    where
        I: IntoIterator<Item = Record>,
        I::IntoIter: ExactSizeIterator,
    {
        let cards = cards.into_iter().map(|card| self.units.show(card));
        self.template.book(cards, &self.units.show(index.clone()), out)
    }

    /// The empty form.
    pub fn blank(&self, name: &str, out: impl Write + Seek) -> Result<(), Fault> {
        let record = blank(&self.lists, name);
        if self.has_index { self.template.book([&record], &record, out) } else { self.template.stamp_to(&record, out) }
    }
}

/// What stands in a template and what is wrong with it.
pub fn check(workbook: &Workbook, templates: &Templates) -> DesignView {
    match Template::open(&workbook.bytes, &workbook.name) {
        Ok(template) => view_of(&template, workbook, templates),
        Err(faults) => DesignView {
            file: workbook.name.clone(),
            placeholders: Vec::new(),
            lists: Vec::new(),
            kept: Vec::new(),
            faults: faults.iter().map(without_book).collect(),
        },
    }
}

/// A fault without the name of the file, which stands above it.
fn without_book(fault: &Fault) -> String {
    let said = fault.to_string();
    said.strip_prefix(&*fault.book).map_or(said.clone(), |rest| rest.trim_start_matches('：').to_string())
}

fn view_of(template: &Template, workbook: &Workbook, templates: &Templates) -> DesignView {
    let fields = &templates.fields;
    let placeholders = template.placeholders().map(|(sheet, place, placeholder)| {
        let of_list = placeholder.title().split_once('.').filter(|_| placeholder.list().is_none());
        let found = match Block::named(placeholder.list()) {
            // {{保单.险种}}: a row of a list needs the mark that it is repeated.
            Some(_) if of_list.is_some_and(|(list, _)| Block::named(Some(list)).is_some()) => {
                Err(vec![format!("#{}", placeholder.title())])
            }
            Some(block) => {
                resolve(block, placeholder.title(), fields).map_err(|near| near.iter().map(ToString::to_string).collect())
            }
            None => {
                let lists = Block::LISTS.iter().map(|(_, name)| *name);
                let near = crate::templates::fields::nearest(placeholder.list().unwrap_or_default(), lists);
                Err(near.into_iter().map(|list| format!("#{list}.{}", placeholder.title())).collect())
            }
        };
        let (means, nearest) = match found {
            Ok(Source::Field(field)) => (Some(fields.entry(field).title.clone()), Vec::new()),
            Ok(Source::Fact(_)) => (Some(format!("{}（算出来的）", placeholder.title())), Vec::new()),
            Err(nearest) => (None, nearest),
        };
        PlaceholderView {
            sheet: sheet.to_string(),
            cell: place.map(|place| place.to_string()),
            placeholder: placeholder.to_string(),
            means,
            nearest,
        }
    });
    let report = template.check(&Titles::default());
    let list = |list: &ListRows| {
        let (first, last) = list.rows;
        let rows = if first == last { format!("第 {first} 行") } else { format!("第 {first} 至 {last} 行") };
        format!("「{}」{rows}按“{}”逐条重复", list.sheet, list.list)
    };
    let kept = report.kept.iter().filter(|(_, kept)| !kept.is_empty());
    let kept = kept.map(|(sheet, kept)| format!("「{sheet}」保留：{}", kept.join("、")));
    let has_index = report.lists.iter().any(|list| list.list == INDEX_LIST);
    let no_index = (workbook.form == Some(Form::Card) && !has_index)
        .then(|| "没有 {{#索引.客户编号}} 这样的表：每本服务卡里只有卡，没有索引".to_string());
    // A form that is no book of cards need not have a sheet for each card.
    let is_book = workbook.form == Some(Form::Card) || has_index;
    DesignView {
        file: workbook.name.clone(),
        placeholders: placeholders.collect(),
        lists: report.lists.iter().map(list).collect(),
        kept: kept.chain(no_index).collect(),
        faults: report.no_book.iter().filter(|_| is_book).map(without_book).collect(),
    }
}
