//! What a snapshot says of itself: made of which files, by which version, how many rows, which hashes.

use std::fs::File;
use std::io;
use std::path::Path;

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
