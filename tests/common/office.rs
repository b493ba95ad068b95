//! An office folder in a temporary place, the real program run on it, and its results read back.
#![allow(dead_code)] // every test file uses its own part of it

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use tempfile::TempDir;

/// An office folder. It is gone when the test is.
pub struct Office {
    folder: PathBuf,
    _gone_with: Option<TempDir>,
}

/// How a run ended.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// What it said.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Office {
    /// With an empty 导入.
    pub fn empty() -> Office {
        let office = Office::somewhere();
        fs::create_dir(office.path("导入")).expect("made");
        office
    }

    fn somewhere() -> Office {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Office { folder: folder.path().to_path_buf(), _gone_with: Some(folder) }
    }

    /// With the sample data.
    pub fn sample() -> Office {
        let office = Office::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/导入"), &office.path("导入"));
        office
    }

    /// With the sample data, in a folder that stays.
    pub fn sample_at(folder: PathBuf) -> Office {
        let _ = fs::remove_dir_all(&folder);
        let office = Office { folder, _gone_with: None };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/导入"), &office.path("导入"));
        office
    }

    /// With one small good client list.
    pub fn small() -> Office {
        let office = Office::empty();
        office.put("导入/客户清单.csv", CLIENTS);
        office
    }

    /// A copy of it, as another office would get it on a stick.
    pub fn copy(&self) -> Office {
        let office = Office::somewhere();
        copy(&self.path(""), &office.path(""));
        office
    }

    /// A path below the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Puts a file there.
    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().expect("below the office")).expect("made");
        fs::write(self.path(name), content).expect("written");
    }

    /// `fuwuka run --office …` with more arguments, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = fuwuka(&["run"]);
        command.arg("--office").arg(self.path("")).args(arguments);
        command
    }

    /// Runs it for November 2026.
    pub fn run(&self) -> Ran {
        self.run_with(&["--as-of", "2026-11-30"])
    }

    /// Runs it with these arguments.
    pub fn run_with(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"))
    }

    /// A month's `run.json`.
    pub fn json(&self, month: &str) -> serde_json::Value {
        let text = fs::read_to_string(self.path(&format!("输出/{month}/run.json"))).expect("run.json is there");
        serde_json::from_str(&text).expect("run.json is JSON")
    }

    /// All files below a folder with their bytes, by name.
    pub fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(below), "", &mut files);
        files
    }

    /// Workbooks below a folder with their bytes, by name.
    pub fn workbooks(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        self.files(below).into_iter().filter(|(name, _)| name.ends_with(".xlsx")).collect()
    }

    /// A sheet of a workbook.
    #[track_caller]
    pub fn sheet(&self, workbook: &str, sheet: &str) -> Sheet {
        Sheet::read(&self.path(workbook), sheet)
    }

    /// All sheets of a workbook, by name.
    pub fn sheets(&self, workbook: &str) -> BTreeMap<String, Sheet> {
        let mut book: Xlsx<_> = open_workbook(self.path(workbook)).expect("a workbook");
        book.worksheets().into_iter().map(|(name, range)| (name, Sheet::of(&range))).collect()
    }

    /// The index of a month: 客户编号, 户主, 等级, 在保保单, 年交保费, 服务专员 of every household, by number.
    pub fn index(&self, month: &str) -> BTreeMap<String, Household> {
        let mut index = BTreeMap::new();
        for (agent, sheet) in self.sheets(&format!("输出/{month}/索引卡.xlsx")) {
            // Before the agents' sheets there are some with the office as a whole.
            if !sheet.rows.iter().any(|row| row.iter().any(|cell| cell == "等级依据")) {
                continue;
            }
            let titles = ["客户编号", "户主", "等级", "在保\n保单", "年交保费\n（元）", "状态", "等级依据"];
            let is_number = |text: &str| text.len() == 5 && text[1..].bytes().all(|byte| byte.is_ascii_digit());
            for [number, head, tier, policies, premium, state, reason] in sheet.columns(titles) {
                // Below the households there are sums and notes.
                if !is_number(&number) {
                    continue;
                }
                let (policies, premium) = (policies.parse().expect("a count"), premium.parse().expect("a sum"));
                let household = Household { head, tier, policies, premium, state, reason, agent: agent.clone() };
                assert!(index.insert(number.clone(), household).is_none(), "{number} stands there twice");
            }
        }
        index
    }

    /// The problem list of November, one line a problem: file, sheet, cell, field, found, what, …
    pub fn problems(&self) -> Vec<String> {
        let sheet = self.sheet("输出/2026-11/异常清单.xlsx", "明细");
        let heading = sheet.heading("处理结果");
        sheet.rows[heading + 1..].iter().map(|row| row.join(" ")).collect()
    }

    /// Files a stopped run left behind.
    pub fn leftovers(&self) -> Vec<String> {
        let is_left =
            |name: &String| name.split('/').any(|part| part.starts_with("~fuwuka-") || part.starts_with("~写入中-"));
        self.files("").into_keys().filter(is_left).collect()
    }
}

impl Ran {
    fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// It ended so.
    #[track_caller]
    pub fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// It stopped, and said so in exactly one line, which has these words in it.
    #[track_caller]
    pub fn stopped(self, words: &[&str]) {
        assert_eq!(self.code, 1, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no {word} in: {}", self.stderr);
        }
    }
}

/// What the index says of a household.
#[derive(Clone, Debug, PartialEq)]
pub struct Household {
    pub head: String,
    pub tier: String,
    pub policies: u32,
    pub premium: f64,
    pub state: String,
    pub reason: String,
    pub agent: String,
}

/// One sheet as text.
pub struct Sheet {
    /// Rows of cells.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Reads a sheet with calamine.
    #[track_caller]
    pub fn read(path: &Path, name: &str) -> Sheet {
        let mut workbook: Xlsx<_> = open_workbook(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let names = workbook.sheet_names();
        let range = workbook.worksheet_range(name).unwrap_or_else(|error| panic!("{name} of {names:?}: {error}"));
        Sheet::of(&range)
    }

    fn of(range: &Range<Data>) -> Sheet {
        Sheet { rows: range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect() }
    }

    /// The row that has these words as a cell.
    #[track_caller]
    pub fn heading(&self, word: &str) -> usize {
        let found = self.rows.iter().position(|row| row.iter().any(|cell| cell == word));
        found.unwrap_or_else(|| panic!("no heading {word} in {:?}", &self.rows[..self.rows.len().min(8)]))
    }

    /// Rows below the heading row that has these columns, cut down to these columns.
    #[track_caller]
    pub fn columns<const N: usize>(&self, titles: [&str; N]) -> Vec<[String; N]> {
        let heading = self.heading(titles[0]);
        let at = titles.map(|title| {
            let found = self.rows[heading].iter().position(|cell| cell == title);
            found.unwrap_or_else(|| panic!("no column {title} in {:?}", self.rows[heading]))
        });
        self.rows[heading + 1..].iter().map(|row| at.map(|at| row[at].clone())).collect()
    }
}

/// The program with arguments, not yet started.
pub fn fuwuka(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fuwuka"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program with arguments.
pub fn ran(arguments: &[&str]) -> Ran {
    Ran::of(fuwuka(arguments).output().expect("the program starts"))
}

/// Four clients of two agents.
pub const CLIENTS: &str = "\
客户姓名,证件号码,手机,家庭住址,服务专员,团队
王伟,110198198001010036,15411112222,北京市朝阳区幸福路1号2号楼3单元401室,李娜,营业一部
曾红,110198197502020043,15411113333,北京市朝阳区平安路2号5号楼1单元102室,李娜,营业一部
单强,110198199003030051,15411114444,北京市朝阳区和平路3号1号楼2单元301室,赵敏,营业二部
尉迟芳,110198198504040069,15411115555,北京市朝阳区团结路4号6号楼1单元201室,赵敏,营业二部
";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("readable").map(|entry| entry.expect("readable")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|entry| entry.expect("readable")) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).expect("readable"));
        }
    }
}
