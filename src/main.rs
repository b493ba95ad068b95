//! Reads arguments, calls the library, prints, chooses the exit code; nothing else.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use console::Term;
use fuwuka::RunError;
use fuwuka::cli::{self, Cli, Command};
use fuwuka::explain::stored::{self, AskError};
use fuwuka::explain::{self, explain};
use fuwuka::input::Input;
use fuwuka::inspect::{inspect_with, save};
use fuwuka::merge::known_from;
use fuwuka::outcome::{self, Watch};
use fuwuka::plan::{Plan, default_office, find_with, office_passwords, store_of};
use fuwuka::print;
use fuwuka::problem::system_words;
use fuwuka::progress::Progress;
use fuwuka::read::{Cards, Ours};
use fuwuka::store::{Store, StoreError};
use fuwuka::templates::{Templates, layouts};
use fuwuka::workbook::{Limits, Workbook};

/// A month is millions of small pieces of memory, freed all over by all threads: the system's own allocator took an
/// eighth of the time, and more the longer the lists.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Written, and somebody has to look at the problem list.
const DONE_WITH_PROBLEMS: u8 = 3;
/// Could not go on; nothing was written.
const STOPPED: u8 = 1;
/// What was typed cannot be meant.
const WRONG_ARGUMENTS: u8 = 2;

fn main() -> ExitCode {
    let code = catch_unwind(work).unwrap_or_else(|_| {
        eprintln!("没有完成：程序自己出错，中途停了。请把要读的文件交给维护人员");
        ExitCode::from(STOPPED)
    });
    if opened_by_hand() {
        print("按回车键关闭这个窗口");
        let _ = io::stdin().lock().read_line(&mut String::new());
    }
    code
}

/// Double-clicked, or files dropped on it: Windows closes the window with the program, and nobody would have read
/// what it says.
fn opened_by_hand() -> bool {
    let by_path = |first: std::ffi::OsString| std::path::Path::new(&first).is_absolute();
    cfg!(windows) && io::stdin().is_terminal() && std::env::args_os().nth(1).is_none_or(by_path)
}

fn work() -> ExitCode {
    let cli = match Cli::try_parse_from(cli::with_command(std::env::args_os().collect())) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            eprintln!("{}", cli::wrong_arguments(&error));
            return ExitCode::from(WRONG_ARGUMENTS);
        }
        // Help or version, which were asked for.
        Err(error) => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
    };
    if !cli.verbose {
        // A panic inside a library is caught and told in Chinese where it happens; its English belongs nowhere.
        std::panic::set_hook(Box::new(|_| {}));
    }
    let how = How { json: cli.json, verbose: cli.verbose };
    match cli.command.unwrap_or_else(|| Command::Run(cli::Run::default())) {
        Command::Run(arguments) => run(&arguments, how),
        Command::Inspect(arguments) => inspect_files(&arguments, how),
        Command::Explain(arguments) if arguments.kind.is_stored() => explain_stored(&arguments, how),
        Command::Explain(arguments) => explain_values(&arguments, how),
        Command::Cards(arguments) => print_cards(&arguments, how),
        Command::Blank(arguments) => print_blank(&arguments, how),
        Command::Template(arguments) => templates(&arguments, how),
        Command::Convert(arguments) => convert(&arguments, how),
    }
}

/// How results are told.
#[derive(Clone, Copy)]
struct How {
    json: bool,
    verbose: bool,
}

fn run(arguments: &cli::Run, how: How) -> ExitCode {
    let mut watch = Watch::default();
    let mut plan = match Plan::new(arguments) {
        Ok(plan) => plan,
        Err(error) => return stopped(&error, None, &watch, how),
    };
    ask_passwords(&mut plan.inputs, how);
    let progress = if io::stderr().is_terminal() { Progress::on_terminal(plan.input_bytes()) } else { Progress::hidden() };
    let result = catch_unwind(AssertUnwindSafe(|| fuwuka::run(&plan, &progress, &mut watch)));
    progress.finish();
    match result.unwrap_or(Err(RunError::Broken)) {
        Ok(done) => {
            let document = done.json(&plan, &watch);
            if !plan.dry_run
                && let Err(error) = fuwuka::write::save_json(&document, &plan.out.join("run.json"))
            {
                eprintln!("run.json 没有写成：{error}");
            }
            if how.json {
                print(&format!("{document:#}\n"));
            } else {
                print(&done.summary(&plan.out));
            }
            if done.has_problems() { ExitCode::from(DONE_WITH_PROBLEMS) } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            // While another run is under way the folder is that one's.
            let is_ours = !plan.dry_run && !matches!(error, RunError::Store(StoreError::Locked));
            if is_ours {
                // The message on the screen is what counts; this copy is for whoever looks later.
                let document = outcome::failure_json(&error.to_string(), Some(&plan), &watch);
                let _ = fuwuka::write::save_json(&document, &plan.out.join("run.json"));
            }
            stopped(&error, Some(&plan), &watch, how)
        }
    }
}

/// Somebody who sits there is asked for the passwords that are missing. What is typed is not shown, and tried on
/// the other files too.
fn ask_passwords(inputs: &mut [Input], how: How) {
    const TRIES: usize = 3;
    let terminal = Term::stderr();
    if how.json || !terminal.is_term() || !io::stdin().is_terminal() {
        return;
    }
    for at in 0..inputs.len() {
        for _ in 0..TRIES {
            if !Workbook::is_locked(&inputs[at], &Limits::default()) {
                break;
            }
            eprint!("“{}”有密码，请输入（输入时不显示，直接按回车跳过）：", inputs[at].name);
            let typed = terminal.read_secure_line().unwrap_or_default();
            if typed.is_empty() {
                break;
            }
            let passwords = inputs[at].passwords.with(&typed);
            inputs.iter_mut().for_each(|input| input.passwords = passwords.clone());
            if Workbook::is_locked(&inputs[at], &Limits::default()) {
                eprintln!("密码不对");
            }
        }
    }
}

fn inspect_files(arguments: &cli::Inspect, how: How) -> ExitCode {
    let office = arguments.office.clone().unwrap_or_else(default_office);
    let templates = match Templates::load(Some(&office)) {
        Ok(templates) => templates,
        Err(error) => return stopped(&error, None, &Watch::default(), how),
    };
    let inputs = office_passwords(arguments.password_file.as_deref(), &office)
        .and_then(|passwords| find_with(&arguments.files, &passwords));
    let mut inputs = match inputs {
        Ok(inputs) => inputs,
        Err(error) => return stopped(&error, None, &Watch::default(), how),
    };
    ask_passwords(&mut inputs, how);
    let design = arguments.template.as_deref().map(|path| print::design(path, &templates)).transpose();
    let design = match design {
        Ok(design) => design,
        Err(error) => return stopped(&error, None, &Watch::default(), how),
    };
    // Whatever is the matter with the store is said by who needs it.
    let store = Store::at(&store_of(&office));
    let known = store.current().ok().flatten().and_then(|snapshot| known_from(&snapshot.book).ok()).unwrap_or_default();
    let ours = Ours::of(&known, &store.templates());
    let files = inspect_with(&inputs, &templates, design.as_ref().map_or(Cards::Made(&ours), Cards::Through));
    if arguments.save {
        match save(&files, &office) {
            Ok(saved) => {
                let forms = match (saved.forms, saved.known_forms) {
                    (0, 0) => String::new(),
                    (new, known) => format!("，{new} 种卡片的标题，{known} 种以前记过"),
                };
                let place = office.join(layouts::FILE);
                eprintln!("记下了 {} 张表的标题，{} 张以前记过{forms}，在 {}", saved.added, saved.known, place.display());
                if saved.to_fill > 0 {
                    eprintln!("还有 {} 张没看懂：标题也写在里面了，照上面的说明填好再用", saved.to_fill);
                }
            }
            Err(error) => {
                eprintln!("没有记下来：{} 写不进去：{}", office.join(layouts::FILE).display(), system_words(&error));
                return ExitCode::from(STOPPED);
            }
        }
    }
    if how.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&files).expect("strings are always JSON")));
    } else {
        files.iter().for_each(|file| print(&file.to_text()));
    }
    if files.iter().all(|file| file.is_understood()) { ExitCode::SUCCESS } else { ExitCode::from(DONE_WITH_PROBLEMS) }
}

fn explain_values(arguments: &cli::Explain, how: How) -> ExitCode {
    let templates = match Templates::load(Some(&arguments.office.clone().unwrap_or_else(default_office))) {
        Ok(templates) => templates,
        Err(error) => return stopped(&error, None, &Watch::default(), how),
    };
    let from_stdin = || io::stdin().lock().split(b'\n').map_while(Result::ok).map(|line| explain::line(&line));
    let values: Box<dyn Iterator<Item = String>> =
        if arguments.values.is_empty() { Box::new(from_stdin()) } else { Box::new(arguments.values.iter().cloned()) };
    let explanations = values.map(|value| explain(arguments.kind, &value, &templates));
    if how.json {
        let all: Vec<_> = explanations.collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&all).expect("strings are always JSON")));
    } else {
        for explanation in explanations {
            print(&format!("{}\n", explanation.to_tsv()));
        }
    }
    ExitCode::SUCCESS
}

/// What the 卡库 says of a household, or of two people.
fn explain_stored(arguments: &cli::Explain, how: How) -> ExitCode {
    let office = arguments.office.clone().unwrap_or_else(default_office);
    let told = || -> Result<(String, serde_json::Value), Box<dyn Error>> {
        let templates = Templates::load(Some(&office))?;
        let snapshot = Store::at(&office.join("卡库")).current()?.ok_or(AskError::Empty)?;
        if arguments.kind == explain::Kind::Link {
            let story = stored::link(&snapshot, &arguments.values, &templates)?;
            return Ok((story.to_text(), serde_json::to_value(&story)?));
        }
        if arguments.values.is_empty() {
            return Err(AskError::NoHousehold.into());
        }
        let stories: Vec<_> =
            arguments.values.iter().map(|asked| stored::household(&snapshot, asked)).collect::<Result<_, _>>()?;
        Ok((stories.iter().map(|story| story.to_text()).collect(), serde_json::to_value(&stories)?))
    };
    match told() {
        Ok((_, document)) if how.json => print(&format!("{document:#}\n")),
        Ok((text, _)) => print(&text),
        Err(error) => return stopped(&*error, None, &Watch::default(), how),
    }
    ExitCode::SUCCESS
}

fn print_cards(arguments: &cli::Cards, how: How) -> ExitCode {
    let (count, written) = match print::cards(arguments) {
        Ok(done) => done,
        Err(error) => return stopped(&error, None, &Watch::default(), how),
    };
    let failed = written.iter().any(|book| book.result.is_err());
    if how.json {
        let files: Vec<_> = written.iter().map(|book| book.path.display().to_string()).collect();
        print(&format!("{:#}\n", serde_json::json!({ "cards": count, "files": files })));
    } else {
        print(&format!("{count} 张服务卡：\n"));
        written.iter().for_each(|book| print(&format!("  {}\n", book.path.display())));
    }
    for error in written.iter().filter_map(|book| book.result.as_ref().err()) {
        eprintln!("没有写成：{error}");
    }
    if failed { ExitCode::from(DONE_WITH_PROBLEMS) } else { ExitCode::SUCCESS }
}

fn convert(arguments: &cli::Convert, how: How) -> ExitCode {
    match fuwuka::convert::convert(arguments, &Progress::hidden(), |inputs| ask_passwords(inputs, how)) {
        Ok(done) => {
            tell(how, serde_json::json!(done), &[done.to_text().trim_end().to_string()]);
            if done.problems > 0 { ExitCode::from(DONE_WITH_PROBLEMS) } else { ExitCode::SUCCESS }
        }
        Err(error) => stopped(&error, None, &Watch::default(), how),
    }
}

fn print_blank(arguments: &cli::Blank, how: How) -> ExitCode {
    match print::blank(arguments) {
        Ok(files) => {
            let files: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
            tell(how, serde_json::json!({ "files": files }), &files);
            ExitCode::SUCCESS
        }
        Err(error) => stopped(&error, None, &Watch::default(), how),
    }
}

fn templates(arguments: &cli::Template, how: How) -> ExitCode {
    match arguments.what {
        cli::TemplateWhat::Check => match print::check(arguments) {
            Ok(views) => {
                let texts: Vec<_> = views.iter().map(|view| view.to_text().trim_end().to_string()).collect();
                tell(how, serde_json::json!(views), &texts);
                let right = views.iter().all(|view| view.is_right());
                if right { ExitCode::SUCCESS } else { ExitCode::from(DONE_WITH_PROBLEMS) }
            }
            Err(error) => stopped(&error, None, &Watch::default(), how),
        },
        cli::TemplateWhat::Copy => match print::copy(arguments) {
            Ok(copied) => {
                let line = |(path, is_new): &(std::path::PathBuf, bool)| {
                    let what = if *is_new { "放好了" } else { "已经有了，没有动" };
                    format!("{what}：{}", path.display())
                };
                let lines: Vec<_> = copied.iter().map(line).collect();
                tell(how, serde_json::json!(lines), &lines);
                ExitCode::SUCCESS
            }
            Err(error) => stopped(&error, None, &Watch::default(), how),
        },
    }
}

/// Says the same to a program or to a person.
fn tell(how: How, document: serde_json::Value, lines: &[String]) {
    if how.json {
        print(&format!("{document:#}\n"));
    } else {
        lines.iter().for_each(|line| print(&format!("{line}\n")));
    }
}

fn stopped(error: &dyn Error, plan: Option<&Plan>, watch: &Watch, how: How) -> ExitCode {
    if how.json {
        print(&format!("{:#}\n", outcome::failure_json(&error.to_string(), plan, watch)));
    }
    eprintln!("没有完成：{error}");
    let mut cause = error.source().filter(|_| how.verbose);
    while let Some(why) = cause {
        eprintln!("  {why}");
        cause = why.source();
    }
    ExitCode::from(STOPPED)
}

/// Prints; whoever reads the output may have gone, which is no error of ours.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
