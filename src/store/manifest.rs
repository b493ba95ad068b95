//! What a snapshot says of itself: made of which files, by which version, how many rows, which hashes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::input::{InputFile, hash_file};
use crate::model::shape::Shape;
use crate::problem::system_words;

/// `manifest.json` of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// Files read.
    pub inputs: Vec<InputFile>,
    /// Tables written.
    pub tables: Vec<TableFile>,
    /// Headings of the lists that came last.
    #[serde(default)]
    pub shapes: Vec<Shape>,
    /// The month up to and with the run.
    #[serde(default)]
    pub month: MonthSoFar,
    /// The card books that were written last.
    #[serde(default)]
    pub cards: CardBooks,
}

/// Card books as they were written, so that it is seen when somebody wrote in them where they lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardBooks {
    /// The output folder.
    pub folder: PathBuf,
    /// SHA-256 of each, by its path below the folder.
    pub books: BTreeMap<PathBuf, String>,
}

impl CardBooks {
    /// Those of a folder that are not any more as they were written.
    pub fn touched(&self, folder: &Path) -> Vec<PathBuf> {
        let books = self.books.iter().filter(|_| self.folder == folder);
        let is_touched = |path: &PathBuf, hash: &String| hash_file(path).is_ok_and(|now| now != *hash);
        books
            .map(|(name, hash)| (folder.join(name), hash))
            .filter(|(path, hash)| is_touched(path, hash))
            .map(|(path, _)| path)
            .collect()
    }
}

/// What the runs of a month went by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSoFar {
    /// Name of the snapshot that the month began with; none where nothing was known.
    pub began_with: Option<String>,
    /// Every file that was read, as it was read last.
    pub files: Vec<InputFile>,
}

impl MonthSoFar {
    /// These files were read, too.
    pub fn take(&mut self, files: &[InputFile]) {
        self.files.retain(|known| !files.iter().any(|file| file.name == known.name));
        self.files.extend(files.iter().filter(|file| !file.sha256.is_empty()).cloned());
        self.files.sort_by(|one, other| one.name.cmp(&other.name));
    }

    /// Files that are called the same now and say something else.
    pub fn changed<'m>(&'m self, files: &'m [InputFile]) -> impl Iterator<Item = &'m InputFile> {
        let is_changed = |now: &InputFile, known: &InputFile| now.name == known.name && now.sha256 != known.sha256;
        self.without(files).filter(move |known| files.iter().any(|now| is_changed(now, known)))
    }

    /// Files that are not there any more.
    pub fn gone<'m>(&'m self, files: &'m [InputFile]) -> impl Iterator<Item = &'m InputFile> {
        self.without(files).filter(move |known| files.iter().all(|now| now.name != known.name))
    }

    /// Files whose content is there no more under whatever name.
    fn without<'m>(&'m self, files: &'m [InputFile]) -> impl Iterator<Item = &'m InputFile> {
        self.files.iter().filter(move |known| files.iter().all(|now| now.sha256 != known.sha256))
    }
}

/// A table that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Name without `.parquet`.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl TableFile {
    pub(super) fn file(&self) -> String {
        format!("{}.parquet", self.name)
    }
}

impl Manifest {
    pub(super) fn table(&self, name: &str) -> Option<&TableFile> {
        self.tables.iter().find(|table| table.name == name)
    }

    pub(super) fn read(folder: &Path) -> Result<Manifest, String> {
        let text = std::fs::read_to_string(folder.join("manifest.json"))
            .map_err(|error| format!("manifest.json 读不出来（{}）", system_words(&error)))?;
        serde_json::from_str(&text).map_err(|_| "manifest.json 读不懂".to_string())
    }

    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let file = File::create(folder.join("manifest.json"))?;
        serde_json::to_writer_pretty(&file, self)?;
        file.sync_all()
    }

    /// Every table is the one that was written.
    pub(super) fn check(&self, folder: &Path) -> Result<(), String> {
        for table in &self.tables {
            let file = table.file();
            let hash =
                hash_file(&folder.join(&file)).map_err(|error| format!("{file} 读不出来（{}）", system_words(&error)))?;
            if hash != table.sha256 {
                return Err(format!("{file} 的内容被改动过"));
            }
        }
        Ok(())
    }
}
