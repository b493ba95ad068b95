//! Remembering how lists and cards were understood: their headings and labels go into `layouts.toml` of the office folder, for the office
//! to correct, and are read so from then on.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::{FileView, UnreadView};
use crate::model::list::{Column, Kind, List, Slot};
use crate::read::claims_of;
use crate::templates::fields::Fields;
use crate::templates::heading::Heading;
use crate::templates::layouts::{FILE, PREFACE};

/// The headings of a list and what they were taken for, ready to be written.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// What it lists.
    kind: &'static str,
    /// Heading, title of the field, and what it may be where that is empty.
    columns: Vec<(String, String, String)>,
    /// Whether the office folder has just these headings already.
    is_known: bool,
}

/// The labels of the cards of a file and what they were taken for, ready to be written.
#[derive(Clone, Debug, Default)]
pub struct RememberedForm {
    /// Label, title of the field, and what it may be where that is empty.
    labels: Vec<(String, String, String)>,
    /// Whether the office folder has just these labels already.
    is_known: bool,
}

impl RememberedForm {
    /// From labels in the order in which they come. One that means several things in several parts of a card stands
    /// there with the first.
    pub(super) fn of<'l>(
        labels: impl Iterator<Item = (&'l str, Option<Slot>)>,
        fields: &Fields,
        layouts: &crate::templates::layouts::Layouts,
    ) -> RememberedForm {
        let mut keys: Vec<String> = Vec::new();
        let mut remembered = RememberedForm::default();
        for (label, slot) in labels.filter(|(label, _)| !label.is_empty()) {
            let key = Heading::of(label).key;
            if keys.contains(&key) {
                continue;
            }
            let title = slot.map(|slot| title_of_label(&key, slot, fields)).unwrap_or_default();
            remembered.labels.push((label.to_string(), title, fields.nearest_titles(label).join("、")));
            keys.push(key);
        }
        remembered.is_known = layouts.has_form(&keys);
        remembered
    }

    fn write(&self, text: &mut String, file: &str) {
        let _ = writeln!(text, "\n[[form]]\nfrom = {}\nlabels = [", quoted(file));
        write_pairs(text, &self.labels);
    }
}

/// The title of what a label means; with whose it is only where the label says so, for it may stand in several parts.
fn title_of_label(key: &str, slot: Slot, fields: &Fields) -> String {
    let title = &fields.entry(slot.field).title;
    let (claims, _) = fields.claims(key);
    let own = claims.iter().find(|claim| claim.field == slot.field);
    let role = own.map_or(Some(slot.role), |claim| claim.role);
    let whose = role.and_then(|role| fields.role_title(role)).map(|whose| format!("{whose}的")).unwrap_or_default();
    match (own, claims.first()) {
        // What became something else in its part of the card, like 备注 of a relative.
        (None, Some(claim)) => fields.entry(claim.field).title.clone(),
        _ => format!("{whose}{title}"),
    }
}

fn quoted(word: &str) -> String {
    toml::Value::String(word.to_string()).to_string()
}

/// Pairs of a heading and its title, a line each.
fn write_pairs(text: &mut String, pairs: &[(String, String, String)]) {
    for (heading, title, near) in pairs {
        let _ = write!(text, "  [{}, {}],", quoted(heading), quoted(title));
        let _ = match (title.is_empty(), near.is_empty()) {
            (true, true) => writeln!(text, "  # 没认出"),
            (true, false) => writeln!(text, "  # 没认出，像是：{near}"),
            _ => writeln!(text),
        };
    }
    text.push_str("]\n");
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Lists whose headings are new in the file.
    pub added: usize,
    /// Lists whose headings stood there already; they were left as they are.
    pub known: usize,
    /// Files whose cards are new in the file.
    pub forms: usize,
    /// Files whose cards stood there already.
    pub known_forms: usize,
    /// Sheets nobody understood, whose headings are there to be filled in.
    pub to_fill: usize,
}

impl Remembered {
    /// From a list of the office's. Lists made of forms have no headings.
    pub(super) fn of(list: &List, fields: &Fields, layouts: &crate::templates::layouts::Layouts) -> Remembered {
        let understood = list.understood();
        let mut at: Vec<(u32, &str)> = understood.iter().map(|(at, heading, _)| (*at, *heading)).collect();
        at.extend(list.leftovers.iter().filter(|kept| !kept.heading.is_empty()).map(|kept| (kept.at, &*kept.heading)));
        at.sort_unstable();
        at.dedup();
        let columns = at.into_iter().map(|(at, heading)| {
            let here = understood.iter().filter(|(other, ..)| *other == at).map(|(.., column)| *column);
            let here: Vec<&Column> = here.collect();
            let title = if here.is_empty() { String::new() } else { title(heading, &here, fields) };
            (heading.to_string(), title, fields.nearest_titles(heading).join("、"))
        });
        let columns: Vec<(String, String, String)> = columns.collect();
        let is_known = layouts.of(columns.iter().map(|(heading, ..)| heading.as_str())).is_some();
        Remembered { kind: list.kind.title(), columns, is_known }
    }

    /// Whether the office has settled just these headings.
    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }

    fn write(&self, text: &mut String, file: &str) {
        let _ = writeln!(text, "\n[[layout]]\nkind = {}\nfrom = {}\ncolumns = [", quoted(self.kind), quoted(file));
        write_pairs(text, &self.columns);
    }
}

/// The title that means the same again: of a column that says several things, what its heading claims.
fn title(heading: &str, here: &[&Column], fields: &Fields) -> String {
    let claims = claims_of(heading, fields);
    let own = here.iter().find(|column| claims.iter().any(|claim| claim.field == column.slot.field));
    let slot = match (own, claims.first()) {
        (None, Some(claim)) => return fields.entry(claim.field).title.clone(),
        (own, _) => own.unwrap_or(&here[0]).slot,
    };
    let whose = fields.role_title(slot.role).map(|whose| format!("{whose}的")).unwrap_or_default();
    format!("{whose}{}", fields.entry(slot.field).title)
}

/// A layout of a sheet nobody understood, for the office to fill in; until then it is a comment.
fn to_fill(unread: &UnreadView, file: &str) -> Option<String> {
    let (row, headings) = unread.heading.as_ref()?;
    let kinds = Kind::of_tables().map(Kind::title).join("、");
    let name = if unread.sheet.is_empty() { file.to_string() } else { format!("{file}「{}」", unread.sheet) };
    let mut text =
        format!("\n# {name} 没看懂。第 {row} 行是标题的话：右边填中文名，kind 从这些里选一个，再去掉每行开头的 #\n");
    let _ = writeln!(text, "# {kinds}");
    let _ = writeln!(text, "# [[layout]]\n# kind = \"客户清单\"\n# from = {}\n# columns = [", quoted(file));
    for (heading, near) in headings {
        let near = if near.is_empty() { String::new() } else { format!("  # 像是：{near}") };
        let _ = writeln!(text, "#   [{}, \"\"],{near}", quoted(heading));
    }
    text.push_str("# ]\n");
    Some(text)
}

/// Adds the headings of all lists that were understood, and the labels of all cards, to the office's `layouts.toml`.
/// What stands there stays.
pub fn save(files: &[FileView], office: &Path) -> io::Result<Saved> {
    let path = office.join(FILE);
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => PREFACE.to_string(),
        Err(error) => return Err(error),
    };
    let mut saved = Saved::default();
    let mut written: Vec<Vec<&str>> = Vec::new();
    for file in files {
        for remembered in file.sheets.iter().map(|sheet| &sheet.remembered) {
            let mut headings: Vec<&str> = remembered.columns.iter().map(|(heading, ..)| heading.as_str()).collect();
            headings.sort_unstable();
            if remembered.is_known || written.contains(&headings) {
                saved.known += 1;
                continue;
            }
            remembered.write(&mut text, &file.file);
            written.push(headings);
            saved.added += 1;
        }
    }
    let mut forms: Vec<&[(String, String, String)]> = Vec::new();
    for (file, remembered) in files.iter().filter_map(|file| Some((file, &file.forms.as_ref()?.remembered))) {
        if remembered.is_known || remembered.labels.is_empty() || forms.contains(&&*remembered.labels) {
            saved.known_forms += 1;
            continue;
        }
        remembered.write(&mut text, &file.file);
        forms.push(&remembered.labels);
        saved.forms += 1;
    }
    for (file, unread) in files.iter().flat_map(|file| file.unread.iter().map(move |unread| (file, unread))) {
        let Some(layout) = to_fill(unread, &file.file).filter(|layout| !text.contains(layout.as_str())) else { continue };
        text.push_str(&layout);
        saved.to_fill += 1;
    }
    if saved.added + saved.forms + saved.to_fill > 0 {
        std::fs::write(&path, text)?;
    }
    Ok(saved)
}
