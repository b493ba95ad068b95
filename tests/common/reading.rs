//! From a table as text to what the program reads in it: `|` between cells, a line a row.

#![allow(dead_code)] // every test file takes what it needs

use fuwuka::input::Input;
use fuwuka::model::list::{List, Slot};
use fuwuka::problem::{Code, Problem, Problems};
use fuwuka::progress::Progress;
use fuwuka::read::{self, Lists};
use fuwuka::templates::Templates;
use fuwuka::templates::fields::{Field, Role};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use tempfile::TempDir;

/// Files waiting to be read.
pub struct Inbox {
    folder: TempDir,
    inputs: Vec<Input>,
}

impl Inbox {
    pub fn new() -> Inbox {
        Inbox { folder: tempfile::tempdir().expect("a folder for a test"), inputs: Vec::new() }
    }

    /// A file of these bytes.
    pub fn file(mut self, name: &str, bytes: &[u8]) -> Inbox {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file for a test");
        self.inputs.push(Input::new(path, name.to_string()));
        self
    }

    /// A table as a csv file in UTF-8.
    pub fn csv(self, name: &str, table: &str) -> Inbox {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        rows(table).for_each(|row| writer.write_record(row).expect("memory takes everything"));
        let bytes = writer.into_inner().expect("memory takes everything");
        self.file(name, &bytes)
    }

    /// Tables as sheets of a workbook.
    pub fn xlsx(self, name: &str, sheets: &[Sheet<'_>]) -> Inbox {
        let mut book = Workbook::new();
        sheets.iter().for_each(|sheet| sheet.write(book.add_worksheet()));
        let bytes = book.save_to_buffer().expect("a workbook for a test");
        self.file(name, &bytes)
    }

    /// A file of the sample office.
    pub fn sample(mut self, name: &str) -> Inbox {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/导入").join(name);
        self.inputs.push(Input::new(path, name.to_string()));
        self
    }

    /// Everything that is read in them through an empty copy of their form, a workbook with one sheet.
    pub fn read_through(&self, form: &Sheet<'_>) -> Found {
        let path = self.folder.path().join("空白.xlsx");
        let mut book = Workbook::new();
        form.write(book.add_worksheet());
        book.save(&path).expect("a workbook for a test");
        let templates = Templates::builtin();
        let workbook = fuwuka::templates::workbooks::Workbook::at(&path).expect("a workbook of our own");
        let design = fuwuka::cards::Design::open(&workbook, &templates).expect("a form with placeholders");
        let mut problems = Problems::default();
        let cards = read::Cards::Through(&design);
        let lists = read::all_with(&self.inputs, &templates, cards, &Progress::hidden(), &mut problems);
        Found { lists, problems }
    }

    /// Everything that is read in them.
    pub fn read(&self) -> Found {
        let mut problems = Problems::default();
        let lists = read::all(&self.inputs, &Templates::builtin(), &Progress::hidden(), &mut problems);
        Found { lists, problems }
    }
}

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.trim_matches('\n').lines().map(|line| line.split('|').map(str::trim).collect())
}

/// A sheet of a workbook: a table of texts, and cells that are merged, as rows and columns from 0.
#[derive(Clone, Copy)]
pub struct Sheet<'t> {
    pub name: &'t str,
    pub table: &'t str,
    pub merges: &'t [(u32, u16, u32, u16)],
}

impl Sheet<'_> {
    fn write(&self, sheet: &mut Worksheet) {
        sheet.set_name(self.name).expect("a good name");
        for &(top, left, bottom, right) in self.merges {
            sheet.merge_range(top, left, bottom, right, "", &Format::new()).expect("a good range");
        }
        for (row, cells) in rows(self.table).enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let _ = match cell.strip_prefix("number ").and_then(|number| number.parse::<f64>().ok()) {
                    Some(number) => sheet.write_number(row as u32, column as u16, number),
                    None => sheet.write_string(row as u32, column as u16, *cell),
                }
                .expect("a cell in the sheet");
            }
        }
    }
}

/// What was read.
pub struct Found {
    pub lists: Lists,
    pub problems: Problems,
}

impl Found {
    /// The only list.
    #[track_caller]
    pub fn list(&self) -> &List {
        match self.lists.lists.as_slice() {
            [list] => list,
            lists => panic!("{} lists; {:?}", lists.len(), self.problems),
        }
    }

    /// A field of the row's client, row after row, of the only list.
    #[track_caller]
    pub fn values(&self, field: Field) -> Vec<String> {
        self.values_of(Role::Client, field)
    }

    /// The same of somebody in the row.
    #[track_caller]
    pub fn values_of(&self, role: Role, field: Field) -> Vec<String> {
        shown(self.list(), Slot::whose(role, field))
    }

    /// Cells, or rows, with this problem.
    pub fn cells_with(&self, code: Code) -> Vec<String> {
        self.with(code).map(|problem| problem.place.address()).collect()
    }

    /// Problems of this kind.
    pub fn with(&self, code: Code) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.code == code)
    }

    /// Numbers of all problems.
    pub fn codes(&self) -> Vec<&'static str> {
        self.problems.iter().map(|problem| problem.code.number()).collect()
    }

    /// Texts kept beside the values of the only list, as row and column of the sheet with the text.
    #[track_caller]
    pub fn originals(&self) -> Vec<(u32, u32, String)> {
        let list = self.list();
        let kept = list.originals.at.iter().zip(list.originals.texts.iter());
        kept.map(|((row, column), text)| (list.rows[*row as usize], u32::from(*column), text.to_string())).collect()
    }

    /// Columns of the only list that were kept as written, by heading.
    #[track_caller]
    pub fn leftovers(&self) -> Vec<(&str, Vec<&str>)> {
        self.list().leftovers.iter().map(|leftover| (&*leftover.heading, leftover.texts.iter().collect())).collect()
    }
}

/// A column of a list as a person reads it; nothing where there is no such column.
pub fn shown(list: &List, slot: Slot) -> Vec<String> {
    let column = list.column(slot);
    (0..list.len()).filter_map(|row| Some(column?.data.show(row))).collect()
}

/// Reads a csv file of this table.
pub fn csv(table: &str) -> Found {
    Inbox::new().csv("清单.csv", table).read()
}

/// Reads a workbook with one sheet.
pub fn xlsx(table: &str, merges: &[(u32, u16, u32, u16)]) -> Found {
    Inbox::new().xlsx("清单.xlsx", &[Sheet { name: "清单", table, merges }]).read()
}
