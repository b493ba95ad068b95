//! Reads arguments, calls the library, prints, chooses the exit code; nothing else.

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use fuwuka::cli::{self, Cli, Command};
use fuwuka::explain::explain;
use fuwuka::inspect::inspect;
use fuwuka::outcome::{self, Watch};
use fuwuka::plan::{Plan, find};
use fuwuka::progress::Progress;
use fuwuka::templates::Templates;

/// Written, and somebody has to look at the problem list.
const DONE_WITH_PROBLEMS: u8 = 3;
/// Could not go on; nothing was written.
const STOPPED: u8 = 1;

fn main() -> ExitCode {
    let cli = Cli::parse_from(arguments());
    if !cli.verbose {
        // A panic inside a library is caught and told in Chinese where it happens; its English belongs nowhere.
        std::panic::set_hook(Box::new(|_| {}));
    }
    match cli.command.unwrap_or_else(|| Command::Run(cli::Run::default())) {
        Command::Run(arguments) => run(&arguments, cli.json),
        Command::Inspect(arguments) => inspect_files(&arguments, cli.json),
        Command::Explain(arguments) => explain_values(&arguments, cli.json),
    }
}

/// Files dropped on the program arrive without a command: they are to be run.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| Path::new(first).exists()) {
        arguments.insert(1, "run".into());
    }
    arguments
}

fn run(arguments: &cli::Run, json: bool) -> ExitCode {
    let plan = match Plan::new(arguments) {
        Ok(plan) => plan,
        Err(error) => return stopped(&error.to_string(), json, &Watch::default()),
    };
    let progress = if io::stderr().is_terminal() { Progress::on_terminal(plan.input_bytes()) } else { Progress::hidden() };
    let mut watch = Watch::default();
    let result = fuwuka::run(&plan, &progress, &mut watch);
    progress.finish();
    match result {
        Ok(done) => {
            let document = done.json(&plan, &watch);
            if !plan.dry_run
                && let Err(error) = fuwuka::write::save_json(&document, &plan.out.join("run.json"))
            {
                eprintln!("run.json 没有写成：{error}");
            }
            if json {
                print(&format!("{document:#}\n"));
            } else {
                print(&done.summary(&plan.out));
            }
            if done.has_problems() { ExitCode::from(DONE_WITH_PROBLEMS) } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            let message = error.to_string();
            if !plan.dry_run && plan.out.is_dir() {
                // The message on the screen is what counts; this copy is for whoever looks later.
                let _ = fuwuka::write::save_json(&outcome::failure_json(&message, &watch), &plan.out.join("run.json"));
            }
            stopped(&message, json, &watch)
        }
    }
}

fn inspect_files(arguments: &cli::Inspect, json: bool) -> ExitCode {
    let templates = match Templates::load(arguments.office.as_deref()) {
        Ok(templates) => templates,
        Err(error) => return stopped(&error.to_string(), json, &Watch::default()),
    };
    let inputs = match find(&arguments.files) {
        Ok(inputs) => inputs,
        Err(error) => return stopped(&error.to_string(), json, &Watch::default()),
    };
    let files = inspect(&inputs, &templates);
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&files).expect("strings are always JSON")));
    } else {
        files.iter().for_each(|file| print(&file.to_text()));
    }
    if files.iter().all(|file| file.is_understood()) { ExitCode::SUCCESS } else { ExitCode::from(DONE_WITH_PROBLEMS) }
}

fn explain_values(arguments: &cli::Explain, json: bool) -> ExitCode {
    let templates = match Templates::load(arguments.office.as_deref()) {
        Ok(templates) => templates,
        Err(error) => return stopped(&error.to_string(), json, &Watch::default()),
    };
    let from_stdin = || io::stdin().lock().lines().map_while(Result::ok);
    let values: Box<dyn Iterator<Item = String>> =
        if arguments.values.is_empty() { Box::new(from_stdin()) } else { Box::new(arguments.values.iter().cloned()) };
    let explanations = values.map(|value| explain(arguments.kind, &value, &templates));
    if json {
        let all: Vec<_> = explanations.collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&all).expect("strings are always JSON")));
    } else {
        for explanation in explanations {
            print(&format!("{}\n", explanation.to_tsv()));
        }
    }
    ExitCode::SUCCESS
}

fn stopped(message: &str, json: bool, watch: &Watch) -> ExitCode {
    if json {
        print(&format!("{:#}\n", outcome::failure_json(message, watch)));
    }
    eprintln!("没有完成：{message}");
    ExitCode::from(STOPPED)
}

/// Prints; whoever reads the output may have gone, which is no error of ours.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
