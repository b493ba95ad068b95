//! The least that any program with these libraries needs: to read the same input files and to write the same
//! output cells, and to do nothing in between.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use calamine::{DataRef, Reader, Xlsx};
use encoding_rs::GBK;
use rayon::prelude::*;
use rust_xlsxwriter::{Format, FormatBorder, Workbook};
use rustc_hash::FxHashMap;

use super::child;
use super::office::{files_below, input_folder, output_folder};

/// First argument of the process that is the floor.
pub const ARGUMENT: &str = "floor";

/// Sheets with more cells go through a temporary file, as in the batch.
const STREAM_FROM: usize = 2_000;
/// So many temporary files at most.
const STREAMED: usize = 600;

/// One half of the floor.
#[derive(Clone, Copy)]
pub struct Half {
    /// Seconds on the wall clock.
    pub wall: f64,
    /// Seconds of all threads.
    pub cpu: Option<f64>,
}

/// What the least is.
pub struct Floor {
    /// Reading every cell of the inputs.
    pub read: Half,
    /// Writing every cell of the outputs.
    pub write: Half,
}

/// Measures the floor of an office for which the batch has just run, in a process of its own.
pub fn measure(office: &Path) -> Floor {
    let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
    command.arg(ARGUMENT).arg(office);
    let printed = child::measure(command).printed;
    let figures: serde_json::Value = serde_json::from_str(&printed).expect("the floor prints JSON");
    let half = |name: &str| Half {
        wall: figures[name]["wall"].as_f64().expect("always there"),
        cpu: figures[name]["cpu"].as_f64(),
    };
    Floor { read: half("read"), write: half("write") }
}

/// The process that is the floor.
pub fn run(office: &Path) {
    let (read, cells_read) = timed(|| files_below(&input_folder(office)).par_iter().map(|path| read(path)).sum::<u64>());
    // Knowing what to write is no part of writing it.
    let books: Vec<Cells> = workbooks(&output_folder(office)).par_iter().map(|path| Cells::of(path)).collect();
    let folder = office.join("下限");
    std::fs::create_dir_all(&folder).expect("a folder of ours");
    let (write, _) =
        timed(|| books.par_iter().enumerate().for_each(|(at, book)| book.write(&folder.join(format!("{at}.xlsx")))));
    let half = |half: Half| serde_json::json!({ "wall": half.wall, "cpu": half.cpu });
    println!("{}", serde_json::json!({ "read": half(read), "write": half(write), "cells_read": cells_read }));
}

fn timed<T>(work: impl FnOnce() -> T) -> (Half, T) {
    let (cpu, start) = (child::own_cpu(), Instant::now());
    let result = work();
    let wall = start.elapsed().as_secs_f64();
    (Half { wall, cpu: child::own_cpu().zip(cpu).map(|(after, before)| after - before) }, result)
}

/// Goes through a file's cells and counts them.
fn read(path: &Path) -> u64 {
    if path.extension().is_some_and(|extension| extension == "csv") { read_csv(path) } else { read_xlsx(path) }
}

fn read_csv(path: &Path) -> u64 {
    let bytes = std::fs::read(path).expect("a file of ours");
    let (text, ..) = GBK.decode(&bytes);
    let mut records = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut cells = 0;
    while records.read_record(&mut record).expect("well-formed") {
        cells += record.iter().filter(|field| !field.is_empty()).count() as u64;
    }
    cells
}

fn read_xlsx(path: &Path) -> u64 {
    let mut cells = 0;
    each_cell(path, |_, _, _, _| cells += 1);
    cells
}

fn each_cell(path: &Path, mut take: impl FnMut(usize, u32, u32, &DataRef<'_>)) -> Vec<String> {
    let file = BufReader::new(File::open(path).expect("a file of ours"));
    let mut book = Xlsx::new(file).expect("a workbook of ours");
    let sheets = book.sheet_names();
    for (at, sheet) in sheets.iter().enumerate() {
        let mut cells = book.worksheet_cells_reader(sheet).expect("a sheet of ours");
        while let Some(cell) = cells.next_cell().expect("a cell of ours") {
            let (row, column) = cell.get_position();
            take(at, row, column, cell.get_value());
        }
    }
    sheets
}

fn workbooks(folder: &Path) -> Vec<PathBuf> {
    let mut files = files_below(folder);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "xlsx"));
    files
}

enum Value {
    Text(u32),
    Number(f64),
    Blank,
}

/// Row and column from 0, and what stands there.
type PlacedValue = (u32, u16, Value);

/// A workbook's cells, held as compactly as is easy.
struct Cells {
    sheets: Vec<(String, Vec<PlacedValue>)>,
    texts: Vec<Box<str>>,
}

impl Cells {
    fn of(path: &Path) -> Cells {
        let mut texts: Vec<Box<str>> = Vec::new();
        let mut known: FxHashMap<Box<str>, u32> = FxHashMap::default();
        let mut cells: Vec<Vec<(u32, u16, Value)>> = Vec::new();
        let mut text = |text: &str| {
            Value::Text(*known.entry(text.into()).or_insert_with(|| {
                texts.push(text.into());
                texts.len() as u32 - 1
            }))
        };
        let names = each_cell(path, |sheet, row, column, value| {
            let value = match value {
                DataRef::SharedString(shared) => text(shared),
                DataRef::String(own) => text(own),
                DataRef::Int(number) => Value::Number(*number as f64),
                DataRef::Float(number) => Value::Number(*number),
                DataRef::DateTime(date) => Value::Number(date.as_f64()),
                _ => Value::Blank,
            };
            cells.resize_with(cells.len().max(sheet + 1), Vec::new);
            cells[sheet].push((row, column as u16, value));
        });
        cells.resize_with(names.len(), Vec::new);
        Cells { sheets: names.into_iter().zip(cells).collect(), texts }
    }

    fn write(&self, target: &Path) {
        let mut book = Workbook::new();
        book.set_zip_compression_level(3);
        let boxed = Format::new().set_border(FormatBorder::Thin);
        let mut streamed = 0;
        for (name, cells) in &self.sheets {
            let stream = cells.len() >= STREAM_FROM && streamed < STREAMED;
            streamed += usize::from(stream);
            let sheet = if stream { book.add_worksheet_with_low_memory() } else { Ok(book.add_worksheet()) };
            let sheet = sheet.expect("a temporary file");
            sheet.set_name(name).expect("a name that was good before");
            for (row, column, value) in cells {
                let written = match value {
                    Value::Text(text) => sheet.write_string(*row, *column, &*self.texts[*text as usize]),
                    Value::Number(number) => sheet.write_number(*row, *column, *number),
                    Value::Blank => sheet.write_blank(*row, *column, &boxed),
                };
                written.expect("a cell that was good before");
            }
        }
        book.save(target).expect("a file of ours");
    }
}
