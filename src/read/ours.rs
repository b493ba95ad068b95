//! Cards that this program wrote: whether they are of this office, and the templates they were written with.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::assembled::Known;
use crate::model::client_no::ClientNo;
use crate::templates::workbooks::Workbook;

/// What is known of the cards this office has out.
#[derive(Default)]
pub struct Ours<'k> {
    known: Option<&'k Known>,
    /// Where the templates lie that cards were ever written with.
    templates: Option<PathBuf>,
    names: OnceLock<FxHashMap<ClientNo, FxHashSet<&'k str>>>,
}

impl<'k> Ours<'k> {
    /// With whom this office knows, and the folder of the templates it has used.
    pub fn of(known: &'k Known, templates: &Path) -> Ours<'k> {
        Ours { known: Some(known), templates: Some(templates.to_path_buf()), names: OnceLock::new() }
    }

    /// Whether a card of this number that names these people can be one of this office's: another office has a W0001,
    /// too. A card that names nobody is taken at its number.
    pub fn has(&self, number: &str, names: &FxHashSet<String>) -> bool {
        let Some(number) = ClientNo::read(number.into()).good() else { return false };
        let known = self.names.get_or_init(|| self.known.map(names_of).unwrap_or_default());
        let known = known.get(&number.household());
        known.is_some_and(|known| names.is_empty() || names.iter().any(|name| known.contains(name.as_str())))
    }

    /// Templates that cards were written with, by whichever run.
    pub fn templates(&self) -> Vec<Workbook> {
        let entries = self.templates.as_deref().and_then(|folder| std::fs::read_dir(folder).ok());
        let mut paths: Vec<PathBuf> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().filter_map(|path| Workbook::at(path).ok()).collect()
    }
}

/// Everybody who has, or had, a number in each household, by all names that were ever said of them.
fn names_of(known: &Known) -> FxHashMap<ClientNo, FxHashSet<&str>> {
    let mut of_person: FxHashMap<u32, Vec<ClientNo>> = FxHashMap::default();
    for member in &known.members {
        let numbers = of_person.entry(member.person).or_default();
        numbers.extend(member.former.iter().chain([&member.no]).map(|number| number.household()));
    }
    let mut names: FxHashMap<ClientNo, FxHashSet<&str>> = FxHashMap::default();
    for (person, mention) in known.person_ids.iter().zip(&known.evidence.mentions) {
        for number in of_person.get(person).into_iter().flatten() {
            names.entry(*number).or_default().insert(known.evidence.texts.text(mention.name));
        }
    }
    names
}
