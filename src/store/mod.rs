//! 卡库: a folder a run, never rewritten. A run writes its snapshot beside the others, renames it into place, and
//! switches `CURRENT` last; whatever stops it before that leaves the last good state.

mod lock;
mod manifest;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsError};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};

use crate::book::Book;
pub use lock::Lock;
pub use manifest::{InputFile, Manifest, TableFile, hash_file};

/// The 卡库 cannot be used; nothing has been written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run is under way.
    #[error("另一个 fuwuka 正在这个营业部文件夹里运行，请等它结束")]
    Locked,
    /// A file or folder could not be read or written.
    #[error("卡库“{}”读写不成：{cause}。请检查磁盘空间和权限", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The snapshot is not the one that was written.
    #[error("卡库快照“{}”已损坏：{what}。请把 CURRENT 改成上一个快照的名字，再运行一次", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// A table could not be made.
    #[error("卡库的表写不成：{0}")]
    Table(#[from] PolarsError),
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError + '_ {
    move |cause| StoreError::Io { path: path.to_path_buf(), cause }
}

/// The 卡库 of an office.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A snapshot as it was read back.
#[derive(Debug)]
pub struct Snapshot {
    /// Name of its folder.
    pub name: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its tables.
    pub book: Book,
}

const CURRENT: &str = "CURRENT";
/// Folders being written begin like this; one that is left over from a stopped run is removed by the next.
const UNFINISHED: &str = "~写入中-";

impl Store {
    /// The 卡库 in a folder, which need not exist yet.
    pub fn at(folder: &Path) -> Store {
        Store { folder: folder.to_path_buf() }
    }

    /// Keeps other runs out for as long as the lock is held.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        fs::create_dir_all(&self.folder).map_err(io(&self.folder))?;
        Lock::take(&self.folder.join("LOCK"))
    }

    /// The last good snapshot, if there was a run before.
    pub fn current(&self) -> Result<Option<Snapshot>, StoreError> {
        let pointer = self.folder.join(CURRENT);
        let name = match fs::read_to_string(&pointer) {
            Ok(name) => name.trim().to_string(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&pointer)(error)),
        };
        let folder = self.folder.join(&name);
        let damaged = |what: String| StoreError::Damaged { path: folder.clone(), what };
        let manifest = Manifest::read(&folder).map_err(damaged)?;
        manifest.check(&folder).map_err(damaged)?;
        let table = |name: &str| -> Result<DataFrame, StoreError> {
            let path = folder.join(format!("{name}.parquet"));
            let file = fs::File::open(&path).map_err(io(&path))?;
            Ok(ParquetReader::new(file).finish()?)
        };
        let book = Book {
            persons: table("persons")?,
            households: table("households")?,
            members: table("members")?,
            policies: table("policies")?,
            visits: table("visits")?,
            numbers: table("numbers")?,
            agents: table("agents")?,
            mentions: table("mentions")?,
            ties: table("ties")?,
            // Only this run's are ever written; what earlier runs kept stays in their own snapshots.
            originals: DataFrame::empty(),
            changes: DataFrame::empty(),
            problems: DataFrame::empty(),
        };
        Ok(Some(Snapshot { name, manifest, book }))
    }

    /// Writes a snapshot and gives its name. It counts only from [`Store::switch`] on.
    pub fn write(&self, book: &Book, manifest: &mut Manifest, as_of: NaiveDate) -> Result<String, StoreError> {
        fs::create_dir_all(&self.folder).map_err(io(&self.folder))?;
        self.clean_leftovers();
        let name = self.free_name(as_of)?;
        let unfinished = self.folder.join(format!("{UNFINISHED}{name}"));
        fs::create_dir_all(&unfinished).map_err(io(&unfinished))?;
        manifest.tables.clear();
        for (table, frame) in book.tables() {
            let path = unfinished.join(format!("{table}.parquet"));
            let file = fs::File::create(&path).map_err(io(&path))?;
            ParquetWriter::new(&file).with_compression(ParquetCompression::Snappy).finish(&mut frame.clone())?;
            file.sync_all().map_err(io(&path))?;
            manifest.tables.push(TableFile {
                name: table.to_string(),
                rows: frame.height(),
                sha256: hash_file(&path).map_err(io(&path))?,
            });
        }
        manifest.write(&unfinished).map_err(io(&unfinished))?;
        let finished = self.folder.join(&name);
        fs::rename(&unfinished, &finished).map_err(io(&finished))?;
        Ok(name)
    }

    /// Makes a written snapshot the current one.
    pub fn switch(&self, name: &str) -> Result<(), StoreError> {
        let pointer = self.folder.join(CURRENT);
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder).map_err(io(&self.folder))?;
        writeln!(file, "{name}").map_err(io(&pointer))?;
        file.as_file().sync_all().map_err(io(&pointer))?;
        file.persist(&pointer).map_err(|error| io(&pointer)(error.error))?;
        Ok(())
    }

    fn free_name(&self, as_of: NaiveDate) -> Result<String, StoreError> {
        (1..=9999)
            .map(|sequence| format!("{as_of}-{sequence:03}"))
            .find(|name| !self.folder.join(name).exists())
            .ok_or_else(|| io(&self.folder)(std::io::Error::other("这一天的快照已经太多")))
    }

    fn clean_leftovers(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
            // What cannot be removed is in nobody's way.
            let _ = if entry.path().is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        }
    }
}
