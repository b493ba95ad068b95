//! Remembering how lists were understood: their headings go into `layouts.toml` of the office folder, for the office
//! to correct, and are read so from then on.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use super::FileView;
use crate::model::list::{Column, List};
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

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Lists whose headings are new in the file.
    pub added: usize,
    /// Lists whose headings stood there already; they were left as they are.
    pub known: usize,
}

impl Remembered {
    /// From a list of the office's. Lists made of forms have no headings.
    pub(super) fn of(list: &List, fields: &Fields, layouts: &crate::templates::layouts::Layouts) -> Remembered {
        let of_sheet = list.columns.iter().filter(|column| !List::is_outside(column));
        let mut at: Vec<(u32, &str)> = of_sheet.map(|column| (column.at, &*column.heading)).collect();
        at.extend(list.leftovers.iter().filter(|kept| !kept.heading.is_empty()).map(|kept| (kept.at, &*kept.heading)));
        at.sort_unstable();
        at.dedup();
        let columns = at.into_iter().map(|(at, heading)| {
            let here: Vec<&Column> = list.columns.iter().filter(|column| column.at == at).collect();
            let title = if here.is_empty() { String::new() } else { title(heading, &here, fields) };
            (heading.to_string(), title, fields.nearest_titles(heading).join("、"))
        });
        let columns: Vec<(String, String, String)> = columns.collect();
        let is_known = layouts.of(columns.iter().map(|(heading, ..)| heading.as_str())).is_some();
        Remembered { kind: list.kind.title(), columns, is_known }
    }

    fn write(&self, text: &mut String, file: &str) {
        let quoted = |word: &str| toml::Value::String(word.to_string()).to_string();
        let _ = writeln!(text, "\n[[layout]]\nkind = {}\nfrom = {}\ncolumns = [", quoted(self.kind), quoted(file));
        for (heading, title, near) in &self.columns {
            let _ = write!(text, "  [{}, {}],", quoted(heading), quoted(title));
            let _ = match (title.is_empty(), near.is_empty()) {
                (true, true) => writeln!(text, "  # 没认出"),
                (true, false) => writeln!(text, "  # 没认出，像是：{near}"),
                _ => writeln!(text),
            };
        }
        text.push_str("]\n");
    }
}

/// The title that means the same again: of a column that says several things, what its heading claims.
fn title(heading: &str, here: &[&Column], fields: &Fields) -> String {
    let leaf = heading.rsplit('_').next().unwrap_or(heading);
    let (claims, _) = fields.claims(&Heading::of(leaf).key);
    let own = here.iter().find(|column| claims.iter().any(|claim| claim.field == column.slot.field));
    let slot = match (own, claims.first()) {
        (None, Some(claim)) => return fields.entry(claim.field).title.clone(),
        (own, _) => own.unwrap_or(&here[0]).slot,
    };
    let whose = fields.role_title(slot.role).map(|whose| format!("{whose}的")).unwrap_or_default();
    format!("{whose}{}", fields.entry(slot.field).title)
}

/// Adds the headings of all lists that were understood to the office's `layouts.toml`. What stands there stays.
pub fn save(files: &[FileView], office: &Path) -> io::Result<Saved> {
    let path = office.join(FILE);
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => PREFACE.to_string(),
        Err(error) => return Err(error),
    };
    let mut saved = Saved { added: 0, known: 0 };
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
    if saved.added > 0 {
        std::fs::write(&path, text)?;
    }
    Ok(saved)
}
