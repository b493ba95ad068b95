//! How long the monthly batch takes, and how far that is from the least it could take.
//!
//! ```text
//! cargo bench                                          10,000 to 1,000,000 policies, xlsx and csv
//! cargo bench --bench monthly -- 300000 --xlsx --runs 5
//! ```
//!
//! For each size an invented office is made below the target folder ([`office`]), the batch is run on it as an
//! office would run it, and in turn with it the **floor** is measured on the same files ([`floor`]): reading the
//! inputs with bare calamine or csv, and writing the cells of the batch's own output workbooks with bare
//! rust_xlsxwriter, with the same number of threads. The batch cannot be faster than that without another
//! library. All figures are of whole processes; medians of the runs, and the median of the pairs' ratios, because
//! a machine's speed drifts. Nothing is asserted. On Linux memory is the peak resident set of the process;
//! elsewhere it is not measured.

mod child;
mod floor;
mod office;

use std::path::{Path, PathBuf};

use child::{Measured, megabytes};
use office::{Form, Office};

const SIZES: [u32; 4] = [10_000, 100_000, 300_000, 1_000_000];
const RUNS: usize = 3;

/// Stages as `run.json` names them, and as the table does.
const STAGES: [(&str, &str); 6] =
    [("read", "读"), ("household", "归户"), ("merge", "合并"), ("rules", "评级"), ("store", "卡库"), ("write", "写")];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The floor is a process of its own, so that it is measured as the batch is.
    if let [what, office] = &arguments[..]
        && what == floor::ARGUMENT
    {
        floor::run(Path::new(office));
        return;
    }
    let wish = Wish::from(&arguments);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("monthly");
    println!("{}", heading());
    for size in &wish.sizes {
        for form in &wish.forms {
            let office = Office::make(&folder, *size, *form);
            let pairs: Vec<Pair> = (0..wish.runs).map(|_| Pair::measure(&office)).collect();
            println!("{}", line(&office, &pairs));
        }
    }
}

/// What was asked for.
struct Wish {
    sizes: Vec<u32>,
    forms: Vec<Form>,
    runs: usize,
}

impl Wish {
    fn from(arguments: &[String]) -> Wish {
        let mut wish = Wish { sizes: Vec::new(), forms: Vec::new(), runs: RUNS };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--xlsx" => wish.forms.push(Form::Xlsx),
                "--csv" => wish.forms.push(Form::Csv),
                "--runs" => wish.runs = arguments.next().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS).max(1),
                // Cargo adds it.
                "--bench" => {}
                size => match size.replace('_', "").parse() {
                    Ok(size) => wish.sizes.push(size),
                    Err(_) => panic!("[SIZE…] [--xlsx] [--csv] [--runs N], not {size:?}"),
                },
            }
        }
        if wish.sizes.is_empty() {
            wish.sizes = SIZES.to_vec();
        }
        if wish.forms.is_empty() {
            wish.forms = vec![Form::Xlsx, Form::Csv];
        }
        wish
    }
}

/// One run of the batch and, right after it, one of the floor.
struct Pair {
    batch: Measured,
    stages: Vec<f64>,
    floor: floor::Floor,
}

impl Pair {
    fn measure(office: &Office) -> Pair {
        office.forget();
        let batch = child::measure(office.batch());
        let run = std::fs::read_to_string(office.out().join("run.json")).expect("every run leaves a run.json");
        let run: serde_json::Value = serde_json::from_str(&run).expect("run.json is JSON");
        let stages = STAGES.map(|(key, _)| run["seconds"][key].as_f64().unwrap_or_default()).to_vec();
        Pair { batch, stages, floor: floor::measure(&office.folder) }
    }

    fn wall_ratio(&self) -> f64 {
        self.batch.wall / (self.floor.read.wall + self.floor.write.wall)
    }

    fn cpu_ratio(&self) -> Option<f64> {
        Some(self.batch.cpu? / (self.floor.read.cpu? + self.floor.write.cpu?))
    }
}

fn heading() -> String {
    let stages = STAGES.map(|(_, title)| title).join(" | ");
    let titles =
        format!("| 保单 | 格式 | {stages} | 总秒 | CPU 秒 | 峰值 MB | 下限 读+写 秒 | 下限 CPU 秒 | 总秒÷下限 | CPU÷下限 |");
    let count = titles.matches('|').count() - 1;
    format!("{titles}\n|{}", "---:|".repeat(count))
}

fn line(office: &Office, pairs: &[Pair]) -> String {
    let of = |figure: &dyn Fn(&Pair) -> f64| median(pairs.iter().map(figure).collect());
    let maybe = |figure: &dyn Fn(&Pair) -> Option<f64>| {
        let known: Option<Vec<f64>> = pairs.iter().map(figure).collect();
        known.map_or("未测".to_string(), |known| format!("{:.2}", median(known)))
    };
    let stages: Vec<String> = (0..STAGES.len()).map(|stage| format!("{:.2}", of(&|pair| pair.stages[stage]))).collect();
    let peak = pairs.iter().filter_map(|pair| pair.batch.peak_kib).max();
    [
        String::new(),
        format!(" {} ", office.policies),
        format!(" {} {} ", office.form.title(), megabytes(office.bytes / 1024)),
        format!(" {} ", stages.join(" | ")),
        format!(" {:.2} ", of(&|pair| pair.batch.wall)),
        format!(" {} ", maybe(&|pair| pair.batch.cpu)),
        format!(" {} ", peak.map_or("未测".to_string(), megabytes)),
        format!(" {:.2} + {:.2} ", of(&|pair| pair.floor.read.wall), of(&|pair| pair.floor.write.wall)),
        format!(" {} ", maybe(&|pair| Some(pair.floor.read.cpu? + pair.floor.write.cpu?))),
        format!(" {:.2} ", of(&Pair::wall_ratio)),
        format!(" {} ", maybe(&Pair::cpu_ratio)),
        String::new(),
    ]
    .join("|")
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
