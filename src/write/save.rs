//! A workbook reaches its place whole or not at all: it is written beside the target and then takes its name.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Workbook, XlsxError};
use tempfile::TempPath;
use unicode_normalization::UnicodeNormalization;

/// How a file is called while it is being written. `~` first: Excel and WPS name their own lock files so, and
/// people have learnt to leave such files alone.
const TEMPORARY_START: &str = "~fuwuka-";
const TEMPORARY_END: &str = ".tmp";

/// Why an output is not there. The others are.
#[derive(Debug)]
pub enum SaveError {
    /// The file is open in Excel or WPS, or marked read-only.
    TargetInUse(PathBuf),
    /// No room left.
    DiskFull(PathBuf),
    /// The folder does not let us write.
    FolderClosed(PathBuf),
    /// The folder for temporary files does not let us write, or is full.
    NoTemporary(PathBuf),
    /// The office's template does not do for it, in the words that say why.
    Template(PathBuf, String),
    /// Anything else; what exactly is told by [`Error::source`].
    Other(PathBuf, Box<dyn Error + Send + Sync>),
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaveError::TargetInUse(path) => write!(
                f,
                "请先关闭 {}：它正在 Excel 或 WPS 中打开（或者被设成了只读），这次没有更新；关闭后重新运行",
                path.display()
            ),
            SaveError::DiskFull(path) => write!(f, "磁盘空间不够，{} 没有写成；请清理磁盘后重新运行", path.display()),
            SaveError::FolderClosed(path) => {
                write!(f, "不能在这个文件夹里写文件，{} 没有写成；请换一个文件夹，或请管理员开通权限", path.display())
            }
            SaveError::NoTemporary(path) => {
                write!(f, "临时文件夹写不进去或已满，{} 没有写成；请清理磁盘后重新运行", path.display())
            }
            SaveError::Template(path, why) => write!(f, "{} 没有写成：{why}", path.display()),
            SaveError::Other(path, _) => {
                write!(f, "{} 没有写成；请重新运行，仍不行请联系维护人员", path.display())
            }
        }
    }
}

impl Error for SaveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SaveError::Other(_, cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

impl SaveError {
    /// What went wrong while a workbook was being made for `target`.
    pub fn of_workbook(target: &Path, error: XlsxError) -> Self {
        if matches!(error, XlsxError::TempFileError(..)) {
            return SaveError::NoTemporary(target.to_path_buf());
        }
        // XlsxError keeps its cause from `source`.
        let mut cause: Option<&(dyn Error + 'static)> = match &error {
            XlsxError::IoError(error) => Some(error),
            XlsxError::ZipError(error) => Some(error),
            _ => None,
        };
        while let Some(error) = cause {
            if error.downcast_ref::<io::Error>().is_some_and(is_full) {
                return SaveError::DiskFull(target.to_path_buf());
            }
            cause = error.source();
        }
        SaveError::Other(target.to_path_buf(), error.to_string().into())
    }

    /// What a thread left behind that broke off: rust_xlsxwriter panics when its temporary file cannot grow.
    pub fn of_panic(target: &Path, panic: &(dyn std::any::Any + Send)) -> Self {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("panic");
        if said.contains("XML") || said.contains("write") {
            return SaveError::NoTemporary(target.to_path_buf());
        }
        SaveError::Other(target.to_path_buf(), said.into())
    }

    fn of_folder(target: &Path, error: io::Error) -> Self {
        if is_full(&error) {
            SaveError::DiskFull(target.to_path_buf())
        } else if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) {
            SaveError::FolderClosed(target.to_path_buf())
        } else {
            SaveError::Other(target.to_path_buf(), error.into())
        }
    }

    /// Taking the target's name failed though writing beside it did not: somebody holds the target.
    fn of_rename(target: &Path, error: io::Error) -> Self {
        // Windows: 32 sharing violation, 33 lock violation; 5, access denied, is PermissionDenied.
        let held = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
        if held || (target.exists() && error.kind() == io::ErrorKind::PermissionDenied) {
            SaveError::TargetInUse(target.to_path_buf())
        } else {
            Self::of_folder(target, error)
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    // Windows: 39 handle disk full, 112 disk full.
    let windows = cfg!(windows) && matches!(error.raw_os_error(), Some(39 | 112));
    windows || matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A file that stands, finished, beside its target and still has to take its name. Dropped, it goes away.
#[derive(Debug)]
pub struct Draft {
    file: TempPath,
    target: PathBuf,
    /// Its size.
    pub bytes: u64,
}

impl Draft {
    /// SHA-256 of the file.
    pub fn sha256(&self) -> std::io::Result<String> {
        crate::input::hash_file(self.file.as_ref())
    }

    /// Takes the target's name. Until now the old file stayed as it was.
    pub fn place(self) -> Result<(), SaveError> {
        let Draft { file, target, .. } = self;
        file.persist(&target).map_err(|failed| SaveError::of_rename(&target, failed.error))
    }
}

/// Writes the workbook beside `target`, making its folder.
pub fn draft(workbook: &mut Workbook, target: &Path) -> Result<Draft, SaveError> {
    draft_with(target, |out| workbook.save_to_writer(out).map_err(|error| SaveError::of_workbook(target, error)))
}

/// Writes a JSON document to `target`: first beside it, as a workbook.
pub fn save_json(document: &serde_json::Value, target: &Path) -> Result<(), SaveError> {
    draft_with(target, |out| writeln!(out, "{document:#}").map_err(|error| SaveError::of_folder(target, error)))?.place()
}

/// The file being written. After the first failure everything seems to go well: what the writer of the zip says of its
/// own accord when it cannot tidy up is no help to anybody.
pub struct Output<'f> {
    out: BufWriter<&'f mut File>,
    failed: Option<io::Error>,
    /// Where the file is, and how long it would be, since it failed.
    at: u64,
    length: u64,
}

impl<'f> Output<'f> {
    fn to(file: &'f mut File) -> Output<'f> {
        Output { out: BufWriter::with_capacity(1 << 18, file), failed: None, at: 0, length: 0 }
    }

    /// Does it if all went well so far, else what would have been.
    fn go_on<T>(
        &mut self,
        go: impl FnOnce(&mut BufWriter<&'f mut File>) -> io::Result<T>,
        seem: impl FnOnce(&mut Self) -> T,
    ) -> io::Result<T> {
        if self.failed.is_none() {
            match go(&mut self.out) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => self.failed = Some(error),
                done => return done,
            }
        }
        Ok(seem(self))
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.go_on(|out| out.write(bytes), |_| bytes.len())?;
        self.at += written as u64;
        self.length = self.length.max(self.at);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.go_on(|out| out.flush(), |_| ())
    }
}

impl Seek for Output<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.go_on(
            |out| out.seek(to),
            |seeming| match to {
                SeekFrom::Start(at) => at,
                SeekFrom::Current(by) => seeming.at.saturating_add_signed(by),
                SeekFrom::End(by) => seeming.length.saturating_add_signed(by),
            },
        )?;
        Ok(self.at)
    }
}

/// Writes whatever `write` gives beside `target`, making its folder.
pub fn draft_with(target: &Path, write: impl FnOnce(&mut Output<'_>) -> Result<(), SaveError>) -> Result<Draft, SaveError> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let to_folder = |error| SaveError::of_folder(target, error);
    std::fs::create_dir_all(folder).map_err(to_folder)?;
    let mut file =
        tempfile::Builder::new().prefix(TEMPORARY_START).suffix(TEMPORARY_END).tempfile_in(folder).map_err(to_folder)?;
    let mut out = Output::to(file.as_file_mut());
    let written = write(&mut out);
    let flushed = out.flush();
    // Whatever was made of it on the way: this is what happened.
    if let Some(error) = out.failed.take() {
        return Err(to_folder(error));
    }
    written?;
    flushed.map_err(to_folder)?;
    drop(out);
    // Without this a power cut may leave the new name on an empty file.
    file.as_file().sync_data().map_err(to_folder)?;
    let bytes = file.as_file().metadata().map_err(to_folder)?.len();
    // Closed: there may be a draft for each of hundreds of agents, and systems allow few open files.
    Ok(Draft { file: file.into_temp_path(), target: target.to_path_buf(), bytes })
}

/// Makes a folder and sees whether files can be made in it.
pub fn open_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix(TEMPORARY_START).suffix(TEMPORARY_END).tempfile_in(folder).map(drop)
}

/// Takes away what a run that was killed left in a folder; how many files. A file that cannot be taken away
/// is left for the next time.
pub fn clean_leftovers(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(TEMPORARY_START) && name.ends_with(TEMPORARY_END)
        })
        .filter(|entry| std::fs::remove_file(entry.path()).is_ok())
        .count()
}

/// A name, without extension, that Windows takes for a file: NFC, none of `\/:*?"<>|`, no dot or space at the
/// end, not a device, at most 80 characters.
pub fn safe_file_name(wanted: &str) -> String {
    let clean: String = wanted
        .nfc()
        .map(|c| match c {
            '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let clean: String = clean.trim().chars().take(80).collect();
    let clean = clean.trim_end_matches(|c: char| c == '.' || c.is_whitespace()).trim_start_matches('~');
    if clean.is_empty() {
        return "未命名".to_string();
    }
    // CON.txt is the console too: what counts is what stands before the first dot.
    let device = clean.split('.').next().unwrap_or(clean).trim_end();
    if is_device(device) {
        return format!("{device}-{}", &clean[device.len()..]);
    }
    clean.to_string()
}

fn is_device(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    if matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL") {
        return true;
    }
    let port = name.strip_prefix("COM").or(name.strip_prefix("LPT"));
    port.is_some_and(|port| {
        let mut chars = port.chars();
        matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³')) && chars.next().is_none()
    })
}

/// One safe name for each wanted one, no two alike but for case, in the same order.
pub fn safe_file_names<'a>(wanted: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = std::collections::HashSet::new();
    wanted
        .map(|wanted| {
            let name = safe_file_name(wanted);
            (1..)
                .map(|copy| match copy {
                    1 => name.clone(),
                    copy => format!("{name}({copy})"),
                })
                .find(|name| taken.insert(name.to_lowercase()))
                .expect("there are more numbers than files")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn named(wanted: &str, want: &str) {
        assert_eq!(safe_file_name(wanted), want);
        assert_eq!(safe_file_name(want), want, "making it safe twice");
    }

    #[test]
    fn file_names_are_what_windows_takes() {
        named("营业一部", "营业一部");
        named("一部/二区:\"A\"", "一部-二区--A-");
        named("营业部. . ", "营业部");
        named("  ", "未命名");
        named("con", "con-");
        named("COM1.x", "COM1-.x");
        named("LPT²", "LPT²-");
        named("COMMON", "COMMON");
        named("~fuwuka-1", "fuwuka-1");
        named("cafe\u{301}", "café");
        named(&"长".repeat(100), &"长".repeat(80));
    }

    #[test]
    fn no_two_files_are_alike() {
        let names = safe_file_names(["A组", "a组", "一/二", "一:二"].into_iter());
        assert_eq!(names, ["A组", "a组(2)", "一-二", "一-二(2)"]);
    }

    #[test]
    fn a_workbook_replaces_the_old_one_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("新的").join("表.xlsx");
        for text in ["一", "二"] {
            let mut workbook = Workbook::new();
            let sheet = workbook.add_worksheet();
            sheet.write_string(0, 0, text).expect("a cell");
            let draft = draft(&mut workbook, &target).expect("written");
            let bytes = draft.bytes;
            draft.place().expect("placed");
            assert_eq!(bytes, std::fs::metadata(&target).expect("there").len());
        }
        let inside = std::fs::read_dir(target.parent().expect("a folder"));
        assert_eq!(inside.expect("readable").count(), 1);
    }

    #[test]
    fn a_draft_that_is_given_up_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("索引卡.xlsx");
        std::fs::write(&target, "旧的").expect("written");
        let mut workbook = Workbook::new();
        workbook.add_worksheet();
        drop(draft(&mut workbook, &target).expect("written"));
        assert_eq!(std::fs::read_to_string(&target).expect("there"), "旧的");
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn leftovers_go_and_other_files_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["~fuwuka-x1.tmp", "~$索引卡.xlsx", "索引卡.xlsx", "a.tmp"] {
            std::fs::write(folder.path().join(name), "x").expect("written");
        }
        assert_eq!(clean_leftovers(folder.path()), 1);
        assert_eq!(clean_leftovers(folder.path()), 0);
        let left = std::fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 3);
    }

    #[test]
    fn what_stands_in_the_way_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        // A folder where the file should go: the rename fails, the temporary file goes away.
        let target = folder.path().join("索引卡.xlsx");
        std::fs::create_dir(&target).expect("a folder");
        let draft = draft(&mut Workbook::new(), &target).expect("written");
        let error = draft.place().expect_err("cannot replace a folder");
        assert!(error.to_string().contains("索引卡.xlsx"));
        let left = std::fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 1);
    }

    #[test]
    fn each_fault_has_its_sentence() {
        let path = Path::new("输出").join("索引卡.xlsx");
        let said = |error: SaveError| error.to_string();
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert!(said(SaveError::TargetInUse(path.clone())).starts_with("请先关闭"));
        assert!(said(SaveError::of_folder(&path, full())).starts_with("磁盘空间不够"));
        assert!(said(SaveError::of_folder(&path, denied())).starts_with("不能在这个文件夹"));
        let error = SaveError::of_workbook(&path, XlsxError::IoError(full()));
        assert!(said(error).starts_with("磁盘空间不够"));
        let folder = PathBuf::from("临时");
        let error = SaveError::of_workbook(&path, XlsxError::TempFileError(folder, denied()));
        assert!(said(error).starts_with("临时文件夹"));
        let target = tempfile::NamedTempFile::new().expect("a file");
        assert!(matches!(SaveError::of_rename(target.path(), denied()), SaveError::TargetInUse(_)));
    }
}
