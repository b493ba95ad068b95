//! What will be done: files found, templates loaded and checked, the day fixed. Nothing after this looks at
//! arguments or at the clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{Local, NaiveDate};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::cards::{Design, DesignError};
use crate::cli::{self, WhichCards};
use crate::input::{Input, Passwords};
use crate::problem::system_words;
use crate::read;
use crate::rules::{self, Condition};
use crate::templates::workbooks::Form;
use crate::templates::{self, TemplateError, Templates};
use crate::workbook::{self, Limits, OpenError};

/// The monthly batch, ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The office folder.
    pub office: PathBuf,
    /// Name of the office; empty when `fuwuka.toml` gives none.
    pub office_name: String,
    /// Files to read, by name.
    pub inputs: Vec<Input>,
    /// Where workbooks go.
    pub out: PathBuf,
    /// Where snapshots go.
    pub store: PathBuf,
    /// The day the run stands for.
    pub as_of: NaiveDate,
    /// What the office decided.
    pub templates: Templates,
    /// Its tier conditions, checked.
    pub conditions: Vec<Condition>,
    /// Which cards are written …
    pub cards: WhichCards,
    /// … and what they look like; nothing where none are.
    pub card_design: Option<Design>,
    /// Whether the month is worked out from its beginning, without what its earlier runs were told.
    pub redo: bool,
    /// Whether nothing is to be written.
    pub dry_run: bool,
}

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A file of the office's templates is wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template workbook of the office cannot be used.
    #[error("卡片模板有错，没有开始：\n{0}\n改好后用 fuwuka template check 再检查一次")]
    Design(#[from] DesignError),
    /// What was to be read is not there.
    #[error("找不到“{}”：请核对名字和所在的文件夹", .0.display())]
    Missing(PathBuf),
    /// This is no office folder.
    #[error("“{}”里没有“导入”文件夹：建一个，把本月的清单放进去；或者用 --office 指出营业部文件夹", .0.display())]
    NoImport(PathBuf),
    /// A folder cannot be listed.
    #[error("文件夹“{}”打不开：{}", folder.display(), system_words(cause))]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Next month our own workbooks would be read as lists.
    #[error("结果不能写到“{}”：那里是放清单的地方，请用 --out 换一个文件夹", .0.display())]
    OutputAmongInputs(PathBuf),
    /// The file with the passwords cannot be read.
    #[error("密码文件“{}”读不出来：{cause}。它是一个文本文件，一行一个密码；请核对名字和所在的文件夹", file.display())]
    Passwords {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: OpenError,
    },
    /// No input at all.
    #[error("“{}”里没有文件：把本月的清单和服务卡放进去，再运行一次", .0.display())]
    NothingToRead(PathBuf),
}

/// `fuwuka.toml`: as few settings as possible.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Name of the office, for the heads of sheets.
    #[serde(default, rename = "营业部")]
    name: String,
    /// A text file with the passwords of the office's workbooks, one a line; below the office folder.
    #[serde(default, rename = "密码文件")]
    password_file: Option<PathBuf>,
}

const IMPORT: &str = "导入";
const OUTPUT: &str = "输出";

/// An office: where it is, what it is called, what it decided.
#[derive(Debug)]
pub struct Office {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name; empty when `fuwuka.toml` gives none.
    pub name: String,
    /// What it decided.
    pub templates: Templates,
    /// Its tier conditions, checked.
    pub conditions: Vec<Condition>,
    settings: Settings,
}

/// Where the snapshots of the office in a folder are.
pub fn store_of(office: &Path) -> PathBuf {
    office.join("卡库")
}

impl Office {
    /// The office in a folder; by default where the files or the program are.
    pub fn open(folder: Option<&Path>) -> Result<Office, PlanError> {
        let folder = folder.map_or_else(default_office, Path::to_path_buf);
        if !folder.is_dir() {
            return Err(PlanError::Missing(folder));
        }
        let templates = Templates::load(Some(&folder))?;
        let conditions = rules::conditions(&templates.rules, &templates.fields)?;
        let settings = settings(&folder)?;
        Ok(Office { folder, name: settings.name.clone(), templates, conditions, settings })
    }

    /// The passwords it keeps, and those in a file somebody named.
    pub fn passwords(&self, typed: Option<&Path>) -> Result<Passwords, PlanError> {
        passwords(typed, &self.folder, &self.settings)
    }

    /// Where its snapshots are.
    pub fn store(&self) -> PathBuf {
        store_of(&self.folder)
    }

    /// Where the workbooks of a day go.
    pub fn out(&self, as_of: NaiveDate) -> PathBuf {
        self.folder.join(OUTPUT).join(as_of.format("%Y-%m").to_string())
    }
}

impl Plan {
    /// Finds files, loads templates, checks everything that can be checked before a file is opened.
    pub fn new(run: &cli::Run) -> Result<Plan, PlanError> {
        let home = Office::open(run.office.as_deref())?;
        let office = home.folder.clone();
        let card_design = match run.cards {
            WhichCards::None => None,
            WhichCards::All | WhichCards::Changed => Some(Design::of(Form::Card, &home.templates, Some(&office))?),
        };
        let passwords = home.passwords(run.password_file.as_deref())?;
        read::foreign(&home.templates)?;
        let as_of = run.as_of.unwrap_or_else(|| Local::now().date_naive());
        let inputs = if run.paths.is_empty() {
            let folder = office.join(IMPORT);
            if !folder.is_dir() {
                return Err(PlanError::NoImport(office));
            }
            let inputs = find_with(std::slice::from_ref(&folder), &passwords)?;
            if inputs.is_empty() {
                return Err(PlanError::NothingToRead(folder));
            }
            inputs
        } else {
            let inputs = find_with(&run.paths, &passwords)?;
            if inputs.is_empty() {
                return Err(PlanError::NothingToRead(run.paths[0].clone()));
            }
            inputs
        };
        let out = run.out.clone().unwrap_or_else(|| home.out(as_of));
        let import = office.join(IMPORT);
        if run.paths.iter().chain([&import]).any(|input| is_inside(&out, input)) {
            return Err(PlanError::OutputAmongInputs(out));
        }
        Ok(Plan {
            out,
            store: home.store(),
            office,
            office_name: home.name,
            inputs,
            as_of,
            templates: home.templates,
            conditions: home.conditions,
            cards: run.cards,
            card_design,
            redo: run.redo,
            dry_run: run.dry_run,
        })
    }

    /// Bytes of all files.
    pub fn input_bytes(&self) -> u64 {
        self.inputs.iter().filter_map(|input| std::fs::metadata(&input.path).ok()).map(|about| about.len()).sum()
    }

    /// For each file its path as seen from the output folder, with `/`; none for files on another drive.
    pub fn links(&self) -> BTreeMap<String, String> {
        let Ok(out) = std::path::absolute(&self.out) else { return BTreeMap::new() };
        let link = |input: &Input| Some((input.name.clone(), relative(&out, &std::path::absolute(&input.path).ok()?)?));
        self.inputs.iter().filter_map(link).collect()
    }
}

/// The path of a file as seen from a folder.
fn relative(folder: &Path, file: &Path) -> Option<String> {
    let (folder, file): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let shared = folder.iter().zip(&file).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = std::iter::repeat_n("..".to_string(), folder.len() - shared);
    let down = file[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// Whether a folder, which need not exist yet, is another one or lies in it.
fn is_inside(folder: &Path, other: &Path) -> bool {
    let Ok(other) = std::fs::canonicalize(other) else { return false };
    let Ok(folder) = std::path::absolute(folder) else { return false };
    let existing = folder.ancestors().find_map(|ancestor| std::fs::canonicalize(ancestor).ok());
    existing.is_some_and(|existing| existing.starts_with(&other))
}

/// Where the files are: the folder one stands in, else the folder the program is in (it was double-clicked).
pub fn default_office() -> PathBuf {
    let here = PathBuf::from(".");
    if here.join(IMPORT).is_dir() {
        return here;
    }
    // Somebody stands in 导入 itself: nothing of ours belongs in there.
    if std::env::current_dir().is_ok_and(|folder| folder.ends_with(IMPORT)) {
        return PathBuf::from("..");
    }
    let beside_program = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_path_buf));
    beside_program.filter(|folder| folder.join(IMPORT).is_dir()).unwrap_or(here)
}

fn settings(office: &Path) -> Result<Settings, PlanError> {
    let Some((name, text)) = templates::own_file(Some(office), "fuwuka.toml")? else { return Ok(Settings::default()) };
    Ok(templates::parse_toml(&name, &quoted_names(&text))?)
}

/// TOML wants quotation marks around a Chinese name before the `=`; nobody at an office would know.
fn quoted_names(text: &str) -> String {
    let quoted = |line: &str| match line.split_once('=') {
        Some((name, value)) if !name.is_ascii() && name.trim().chars().all(char::is_alphanumeric) => {
            format!("\"{}\" ={value}\n", name.trim())
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(quoted).collect()
}

/// The passwords of the office: those of the file that was typed, then those of the file its settings name.
pub fn office_passwords(typed: Option<&Path>, office: &Path) -> Result<Passwords, PlanError> {
    passwords(typed, office, &settings(office)?)
}

fn passwords(typed: Option<&Path>, office: &Path, settings: &Settings) -> Result<Passwords, PlanError> {
    let of_office = settings.password_file.as_ref().map(|file| office.join(file));
    let mut lines = String::new();
    for file in typed.map(Path::to_path_buf).into_iter().chain(of_office) {
        match workbook::read_text(&file) {
            Ok(text) => lines.extend([text.as_str(), "\n"]),
            Err(OpenError::Empty) => {}
            Err(cause) => return Err(PlanError::Passwords { file, cause }),
        }
    }
    Ok(Passwords::from_lines(&lines))
}

/// [`find_with`] for files without passwords.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Input>, PlanError> {
    find_with(paths, &Passwords::default())
}

/// All files below the given files and folders, by name; instead of zipped ones what is in them. Office programs'
/// own lock files (`~$…`) and the system's hidden files are no input.
pub fn find_with(paths: &[PathBuf], passwords: &Passwords) -> Result<Vec<Input>, PlanError> {
    let mut inputs = Vec::new();
    for path in paths {
        let about = std::fs::metadata(path).map_err(|_| PlanError::Missing(path.clone()))?;
        if about.is_dir() {
            below(path, "", &mut inputs)?;
        } else {
            let name = path.file_name().map(|name| name.to_string_lossy().nfc().collect()).unwrap_or_default();
            inputs.push(Input::new(path.clone(), name));
        }
    }
    inputs.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    inputs.dedup_by(|a, b| a.path == b.path);
    inputs.iter_mut().for_each(|input| input.passwords = passwords.clone());
    Ok(workbook::unpack(inputs, &Limits::default()))
}

fn below(folder: &Path, prefix: &str, inputs: &mut Vec<Input>) -> Result<(), PlanError> {
    let wrong = |error| PlanError::Folder { folder: folder.to_path_buf(), cause: error };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrong(error)),
    };
    for entry in entries {
        let entry = entry.map_err(wrong)?;
        let name: String = entry.file_name().to_string_lossy().nfc().collect();
        if name.starts_with("~$") || name.starts_with('.') || ["Thumbs.db", "desktop.ini"].contains(&name.as_str()) {
            continue;
        }
        let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        // A link to a folder could lead round in a circle; a link to a file is a file.
        let kind = entry.file_type().map_err(wrong)?;
        if kind.is_dir() {
            below(&entry.path(), &name, inputs)?;
        } else if entry.path().is_file() {
            inputs.push(Input::new(entry.path(), name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_subfolders_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("备份")).unwrap();
        for name in ["b.csv", "a.xlsx", "备份/c.xls", "~$a.xlsx", ".隐藏"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let names: Vec<String> = find(&[folder.path().to_path_buf()]).unwrap().into_iter().map(|input| input.name).collect();
        assert_eq!(names, ["a.xlsx", "b.csv", "备份/c.xls"]);
    }

    #[test]
    fn settings_need_no_quotation_marks_around_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let case = |text: &str| {
            std::fs::write(folder.path().join("fuwuka.toml"), text).unwrap();
            settings(folder.path()).map(|settings| settings.name).map_err(|error| error.to_string())
        };
        assert_eq!(case("营业部 = \"朝阳营业部\"\n").unwrap(), "朝阳营业部");
        assert_eq!(case("\u{feff}\"营业部\" = \"朝阳营业部\"").unwrap(), "朝阳营业部");
        assert_eq!(case("# 还没有写\n").unwrap(), "");
        assert!(case("\n营业 = \"朝阳营业部\"\n").unwrap_err().ends_with("第 2 行的“营业”不认识，是不是“营业部”"));
    }

    #[test]
    fn results_do_not_go_among_the_lists() {
        let office = tempfile::tempdir().unwrap();
        let import = office.path().join(IMPORT);
        std::fs::create_dir(&import).unwrap();
        assert!(is_inside(&import, &import));
        assert!(is_inside(&import.join("结果/11月"), &import));
        assert!(!is_inside(&office.path().join("输出/2026-11"), &import));
    }

    #[test]
    fn links_lead_from_the_output_folder_to_the_files() {
        let link = relative(Path::new("/办公/输出/2026-11"), Path::new("/办公/导入/清单.xlsx"));
        assert_eq!(link.as_deref(), Some("../../导入/清单.xlsx"));
    }
}
