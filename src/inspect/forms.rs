//! How the cards of a file are read: each label with its field, how often it is filled in, and how many cells were
//! understood.

use std::fmt::Write as _;

use serde::Serialize;

use super::save::RememberedForm;
use super::{SAMPLES, said_of, share};
use crate::problem::Place;
use crate::read::{FormView, Lists};
use crate::templates::Templates;

/// All cards of a file.
#[derive(Clone, Debug, Serialize)]
pub struct FormsView {
    /// Cards that say something.
    pub cards: usize,
    /// Blank ones.
    pub blank: usize,
    /// Cells that hold something.
    pub cells_present: usize,
    /// Of these, how many were understood; the others are among the problems.
    pub cells_understood: usize,
    /// The sheets they are on.
    pub sheets: Vec<FormSheetView>,
    /// Labels in the order in which they first come.
    pub labels: Vec<LabelView>,
    /// Its labels, to be remembered.
    #[serde(skip)]
    pub(super) remembered: RememberedForm,
}

/// A sheet of cards.
#[derive(Clone, Debug, Serialize)]
pub struct FormSheetView {
    /// Its name; empty for text files.
    pub sheet: String,
    /// Cards on it that say something.
    pub cards: usize,
    /// Cells that hold something.
    pub cells_present: usize,
    /// Of these, how many were understood.
    pub cells_understood: usize,
}

/// A label and what it was taken for.
#[derive(Clone, Debug, Serialize)]
pub struct LabelView {
    /// As written; empty for cells without one.
    pub label: String,
    /// The list its values go to.
    pub list: &'static str,
    /// The field; nothing when it was not understood.
    pub field: Option<String>,
    /// Where its first value stands.
    pub first: String,
    /// Values.
    pub filled: usize,
    /// The first different ones.
    pub samples: Vec<String>,
}

/// The cards of a file; nothing when there are none.
pub fn view(read: &Lists, templates: &Templates) -> Option<FormsView> {
    let fields = &templates.fields;
    let forms = &read.forms;
    if forms.is_empty() {
        return None;
    }
    let sum = |of: fn(&FormView) -> usize| forms.iter().map(of).sum();
    let sheet = |form: &FormView| FormSheetView {
        sheet: read.sources.get(form.source).sheet.clone(),
        cards: form.cards,
        cells_present: form.present,
        cells_understood: form.understood,
    };
    let mut labels: Vec<LabelView> = Vec::new();
    for (form, shown) in forms.iter().flat_map(|form| form.labels.iter().map(move |shown| (form, shown))) {
        let (list, field) = (shown.kind.title(), shown.slot.map(|slot| said_of(slot, fields)));
        let known = labels.iter().position(|view| view.label == shown.label && view.list == list && view.field == field);
        let at = known.unwrap_or_else(|| {
            let first = Place::cell(form.source, shown.at.0, shown.at.1).address();
            let view = LabelView { label: shown.label.clone(), list, field, first, filled: 0, samples: Vec::new() };
            labels.push(view);
            labels.len() - 1
        });
        let view = &mut labels[at];
        view.filled += 1;
        if view.samples.len() < SAMPLES && !view.samples.contains(&shown.value) {
            view.samples.push(shown.value.clone());
        }
    }
    let said = forms.iter().flat_map(|form| &form.labels).map(|shown| (shown.label.as_str(), shown.slot));
    Some(FormsView {
        cards: sum(|form| form.cards),
        blank: sum(|form| form.blank),
        cells_present: sum(|form| form.present),
        cells_understood: sum(|form| form.understood),
        sheets: forms.iter().map(sheet).collect(),
        labels,
        remembered: RememberedForm::of(said, fields, &templates.layouts),
    })
}

impl FormsView {
    /// For the screen.
    pub fn write(&self, text: &mut String) {
        let blank = if self.blank > 0 { format!("，另有 {} 张空白", self.blank) } else { String::new() };
        let sheets = self.sheets.len();
        let read = share(self.cells_understood, self.cells_present);
        let _ = writeln!(text, "  卡片 {} 张{blank}，在 {sheets} 张工作表里，{read}", self.cards);
        for label in &self.labels {
            // A label may be written in several lines.
            let name: String = label.label.split_whitespace().collect();
            let name = if name.is_empty() { "（无标题）" } else { &name };
            let field = match &label.field {
                Some(field) => format!("{field}（记在{}）", label.list),
                None => "没认出，原样保留".to_string(),
            };
            let samples = label.samples.join(" ｜ ");
            let _ = writeln!(text, "    {name} → {field}，{} 处有值，{} 等：{samples}", label.filled, label.first);
        }
    }
}
