//! 卡库: a folder a run, never rewritten. A run writes its snapshot beside the others, and when all else is done
//! gives it its name and switches `CURRENT`; whatever stops it before that leaves the last good state.

mod lock;
mod manifest;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsError};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};
use rayon::prelude::*;

use crate::book::Book;
use crate::input::hash_file;
use crate::problem::system_words;
pub use lock::Lock;
pub use manifest::{CardBooks, Manifest, MonthSoFar, TableFile};

/// The 卡库 cannot be used; nothing has been written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run is under way.
    #[error("另一个 fuwuka 正在这个营业部文件夹里运行，请等它结束")]
    Locked,
    /// A file or folder could not be read or written.
    #[error("卡库“{}”读写不成：{}。请检查磁盘空间和权限，再运行一次", path.display(), system_words(cause))]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The snapshot is not the one that was written.
    #[error("卡库快照“{}”已损坏：{what}。{way_out}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What does not fit.
        what: String,
        /// What to do about it.
        way_out: String,
    },
    /// There are snapshots, and nothing says which one counts: going on would number everybody afresh.
    #[error("卡库“{}”里没有 CURRENT，不知道以哪个快照为准。{way_out}", path.display())]
    NoCurrent {
        /// The 卡库.
        path: PathBuf,
        /// What to do about it.
        way_out: String,
    },
    /// A table could not be written.
    #[error("卡库的表“{}”写不成。请检查磁盘空间，再运行一次", path.display())]
    Table {
        /// Which file.
        path: PathBuf,
        /// Why, in the library's words.
        #[source]
        cause: PolarsError,
    },
}

/// `2026-11-30-001`: the day a run stands for, and which run of that day.
fn is_snapshot_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    parts.len() == 4 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn io(path: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
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

/// A snapshot that is written and does not count yet.
#[derive(Debug)]
pub struct Unfinished {
    name: String,
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

    /// The folder of the templates that cards were ever written with, each under its version.
    pub fn templates(&self) -> PathBuf {
        self.folder.join("模板")
    }

    /// Keeps a template, so that the cards written with it can be read when the office has changed it.
    pub fn keep_template(&self, version: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.templates().join(format!("{version}.xlsx"));
        if path.is_file() {
            return Ok(());
        }
        fs::create_dir_all(self.templates()).map_err(io(&path))?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(self.templates()).map_err(io(&path))?;
        file.write_all(bytes).map_err(io(&path))?;
        file.persist(&path).map_err(|error| io(&path)(error.error))?;
        Ok(())
    }

    /// The last good snapshot, if there was a run before.
    pub fn current(&self) -> Result<Option<Snapshot>, StoreError> {
        let pointer = self.folder.join(CURRENT);
        let name = match fs::read_to_string(&pointer) {
            Ok(name) => name.trim().to_string(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.without_pointer(),
            // Text that is no text names no snapshot.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(io(&pointer)(error)),
        };
        self.open(&name).map(Some)
    }

    /// Without `CURRENT` there was no run before; or the very first was stopped between its last two steps, and
    /// what it wrote is whole; or somebody took the file away.
    fn without_pointer(&self) -> Result<Option<Snapshot>, StoreError> {
        match &self.names()[..] {
            [] => Ok(None),
            [only] => self.open(only).map(Some),
            _ => Err(StoreError::NoCurrent { path: self.folder.clone(), way_out: self.way_out("") }),
        }
    }

    /// A snapshot by its name.
    pub fn open(&self, name: &str) -> Result<Snapshot, StoreError> {
        let folder = self.folder.join(name);
        let damaged = |what| StoreError::Damaged { path: folder.clone(), what, way_out: self.way_out(name) };
        if !is_snapshot_name(name) {
            return Err(damaged("CURRENT 里写的不是快照的名字".to_string()));
        }
        let manifest = Manifest::read(&folder).map_err(damaged)?;
        manifest.check(&folder).map_err(damaged)?;
        let table = |name: &str| -> Result<DataFrame, StoreError> {
            let about = manifest.table(name).ok_or_else(|| damaged(format!("manifest.json 里没有 {name}")))?;
            let file = fs::File::open(folder.join(about.file())).map_err(io(&folder))?;
            let frame = ParquetReader::new(file).finish();
            let frame = frame.map_err(|_| damaged(format!("{} 读不懂", about.file())))?;
            if frame.height() != about.rows {
                return Err(damaged(format!("{} 应有 {} 行，却有 {} 行", about.file(), about.rows, frame.height())));
            }
            Ok(frame)
        };
        // Snapshots of earlier versions have no such tables: nothing was known then.
        let newer = |name: &str| if manifest.table(name).is_some() { table(name) } else { Ok(DataFrame::empty()) };
        let book = Book {
            persons: table("persons")?,
            households: table("households")?,
            members: table("members")?,
            policies: table("policies")?,
            visits: table("visits")?,
            needs: newer("needs")?,
            referrals: newer("referrals")?,
            numbers: table("numbers")?,
            agents: table("agents")?,
            mentions: table("mentions")?,
            ties: table("ties")?,
            // Older versions kept none.
            agent_phones: newer("agent_phones")?,
            // Only this run's are ever written; what earlier runs kept stays in their own snapshots.
            originals: DataFrame::empty(),
            changes: DataFrame::empty(),
            problems: DataFrame::empty(),
        };
        Ok(Snapshot { name: name.to_string(), manifest, book })
    }

    /// What the run that wrote a snapshot changed.
    pub fn changes(&self, snapshot: &Snapshot) -> Result<DataFrame, StoreError> {
        let path = self.folder.join(&snapshot.name).join("changes.parquet");
        let file = fs::File::open(&path).map_err(io(&path))?;
        ParquetReader::new(file).finish().map_err(|cause| StoreError::Table { path, cause })
    }

    /// Whether a snapshot is the first of this store.
    pub fn is_first(&self, snapshot: &Snapshot) -> bool {
        self.names().first() == Some(&snapshot.name)
    }

    /// Names of all finished snapshots, oldest first.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| is_snapshot_name(name))
            .collect();
        names.sort();
        names
    }

    /// What to do when the current snapshot cannot be used: the newest other one that is whole.
    fn way_out(&self, unusable: &str) -> String {
        let whole = |name: &String| {
            let folder = self.folder.join(name);
            Manifest::read(&folder).is_ok_and(|manifest| manifest.check(&folder).is_ok())
        };
        match self.names().into_iter().rev().filter(|name| name != unusable).find(whole) {
            Some(name) => {
                format!("最近一个完好的快照是 {name}：用记事本把“卡库”里 CURRENT 的内容改成 {name}，再运行一次")
            }
            None => "没有别的完好快照：请从备份恢复整个“卡库”文件夹，再运行一次".to_string(),
        }
    }

    /// Writes a snapshot under a provisional name. It counts only from [`Store::switch`] on.
    pub fn write(&self, book: &Book, manifest: &mut Manifest, as_of: NaiveDate) -> Result<Unfinished, StoreError> {
        fs::create_dir_all(&self.folder).map_err(io(&self.folder))?;
        self.clean_leftovers();
        let name = self.free_name(as_of)?;
        let unfinished = self.folder.join(format!("{UNFINISHED}{name}"));
        fs::create_dir_all(&unfinished).map_err(io(&unfinished))?;
        let write = |(table, frame): (&str, &DataFrame)| {
            let path = unfinished.join(format!("{table}.parquet"));
            let file = fs::File::create(&path).map_err(io(&path))?;
            ParquetWriter::new(&file)
                .with_compression(ParquetCompression::Snappy)
                .finish(&mut frame.clone())
                .map_err(|cause| StoreError::Table { path: path.clone(), cause })?;
            file.sync_all().map_err(io(&path))?;
            let sha256 = hash_file(&path).map_err(io(&path))?;
            Ok(TableFile { name: table.to_string(), rows: frame.height(), sha256 })
        };
        manifest.tables = book.tables().into_par_iter().with_max_len(1).map(write).collect::<Result<_, StoreError>>()?;
        manifest.write(&unfinished).map_err(io(&unfinished))?;
        Ok(Unfinished { name })
    }

    /// Gives a written snapshot its name and makes it the current one; says the name.
    pub fn switch(&self, snapshot: Unfinished) -> Result<String, StoreError> {
        let Unfinished { name } = snapshot;
        let finished = self.folder.join(&name);
        fs::rename(self.folder.join(format!("{UNFINISHED}{name}")), &finished).map_err(io(&finished))?;
        let pointer = self.folder.join(CURRENT);
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder).map_err(io(&self.folder))?;
        writeln!(file, "{name}").map_err(io(&pointer))?;
        file.as_file().sync_all().map_err(io(&pointer))?;
        file.persist(&pointer).map_err(|error| io(&pointer)(error.error))?;
        Ok(name)
    }

    fn free_name(&self, as_of: NaiveDate) -> Result<String, StoreError> {
        (1..=9999)
            .map(|sequence| format!("{as_of}-{sequence:03}"))
            .find(|name| !self.folder.join(name).exists())
            .ok_or_else(|| io(&self.folder)(io::Error::other("这一天的快照已经太多")))
    }

    fn clean_leftovers(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
            // What cannot be removed is in nobody's way.
            let _ = if entry.path().is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        }
    }
}
