//! `fuwuka` (服务卡): the monthly batch of a life-insurance office. Client lists, old cards and visit logs go in;
//! numbered households, tiers, overdue visits and the month's workbooks come out.
//!
//! # The map
//!
//! One direction, one run. Each stage takes what the stage before it made, and adds to the list of problems.
//!
//! ```text
//! files ─► read ─► household ─► merge (with the store) ─► rules ─► write ─► workbooks
//!            └────── problems ──────┴───────────────────────┴────► 异常清单, run.json
//! ```
//!
//! | module | question it answers |
//! |---|---|
//! | [`cli`], [`plan`] | what was typed; what will be done |
//! | [`workbook`] | what is in this file, whatever its name says? (the only one that knows calamine) |
//! | [`read`] | what does each sheet list, and what does each cell mean? |
//! | [`household`] | who is who, who belongs together, which number? |
//! | [`merge`] | what do we know now, and what changed? |
//! | [`store`], [`start`] | what did we know last time? (Parquet snapshots) |
//! | [`rules`] | which tier, which visit is due, which figures? (polars) |
//! | [`stamp`] | how does an office's own workbook become a filled one, and back? (the only one that writes XML) |
//! | [`cards`] | which cards are there, what stands on each, and in which workbook? |
//! | [`mod@write`] | what does each sheet look like? (the only one that knows rust_xlsxwriter) |
//! | [`outcome`] | what is said at the end, on the screen and in `run.json`? |
//! | [`convert`], [`mod@print`] | how do old files become a card book; how are cards, forms and templates had again? |
//! | [`explain`], [`inspect`] | how is one value, one file read? |
//! | [`templates`], [`model`], [`problem`], [`book`], [`input`] | what the stages share |
//!
//! # Glossary
//!
//! | office word | here |
//! |---|---|
//! | 户, 客户 | household, client |
//! | 户主 | head |
//! | 服务卡 | card |
//! | 通知书 | letter |
//! | 客户编号 | household number, client number ([`model::client_no`]) |
//! | 索引卡 | index |
//! | 拜访 | visit |
//! | 逾期, 应访 | overdue, due |
//! | 等级, 评级 | tier |
//! | 群体, 险种需求 | segment, demand |
//! | 投保人, 被保险人 | applicant, insured |
//! | 保单, 险种, 附加险 | policy, product, rider |
//! | 期交, 年交保费 | premium, annual premium |
//! | 服务专员, 业务员, 主管 | agent, seller, supervisor |
//! | 团队 | team |
//! | 异常 | problem |
//! | 截止日期 | as-of day |

pub mod cli;
pub mod plan;

pub mod workbook;

pub mod read;

pub mod household;

pub mod merge;
pub mod start;
pub mod store;

pub mod rules;

pub mod cards;
pub mod stamp;
pub mod write;

pub mod convert;
pub mod explain;
pub mod inspect;
pub mod outcome;
pub mod print;
pub mod progress;

pub mod book;
pub mod input;
pub mod model;
pub mod problem;
pub mod templates;

use std::io;
use std::path::PathBuf;

use chrono::NaiveDate;
use polars::prelude::PolarsError;

use book::Book;
use cards::{Choice, Printing};
use cli::WhichCards;
use model::report::MonthReport;
use outcome::{Outcome, Stage, Watch};
use plan::Plan;
use problem::{Code, Place, Problem, Problems, Sources, system_words};
use progress::Progress;
use read::{Cards, Ours};
use start::Start;
use store::{CardBooks, Manifest, Store, StoreError};
use write::{Drafted, SaveError};

/// Why a run could not go on. Nothing was switched: the last good state stands.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The 卡库 cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Control totals do not tie out: something was lost or counted twice on the way.
    #[error("控制总数不平：{0}。没有写任何结果，请把“导入”里的文件交给维护人员")]
    Totals(String),
    /// Tables could not be worked out.
    #[error("计算没有完成，这是程序的错。没有写任何结果，请把“导入”里的文件交给维护人员")]
    Table(#[from] PolarsError),
    /// An earlier month than the last: what was first or last seen when would be wrong ever after.
    #[error(
        "卡库已经算到 {last}，不能再算 {this}：截止日期写错了就改过来；确要重算，先把“卡库”里的 CURRENT 改成更早的快照的名字"
    )]
    Backwards {
        /// The day the last run stands for.
        last: NaiveDate,
        /// The day this one should.
        this: NaiveDate,
    },
    /// The output folder cannot be made or written to.
    #[error("输出文件夹“{}”写不进去：{}。请换一个文件夹（--out），或请管理员开通权限", folder.display(), system_words(cause))]
    Output {
        /// Which.
        folder: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Not one workbook could be written.
    #[error("一个工作簿也没有写成：{0}")]
    NothingWritten(#[source] SaveError),
    /// The program itself broke off.
    #[error("程序自己出错，中途停了。没有换上新的结果，请把“导入”里的文件交给维护人员")]
    Broken,
}

/// The monthly batch, from files to workbooks.
pub fn run(plan: &Plan, progress: &Progress, watch: &mut Watch) -> Result<Outcome, RunError> {
    let mut problems = Problems::default();
    let store = Store::at(&plan.store);
    let _lock = if plan.dry_run { None } else { Some(watch.stage(Stage::Store, || store.lock())?) };
    let mut start = watch.stage(Stage::Store, || Start::of(&store, plan))?;

    progress.stage("读文件");
    let ours = Ours::of(start.known_of_cards(), &store.templates());
    let cards = Cards::Made(&ours);
    let mut lists =
        watch.stage(Stage::Read, || read::all_with(&plan.inputs, &plan.templates, cards, progress, &mut problems));
    lists.born_by(plan.as_of, &mut problems);
    let shapes = start.previous.as_ref().map_or(&[][..], |snapshot| &snapshot.manifest.shapes);
    let shapes = read::compare(shapes, &lists, &plan.templates.fields, &mut problems);
    let month_so_far = start.month(&lists.files, plan.redo, &mut lists.sources, &mut problems);

    progress.stage("认人归户");
    let known = watch.stage(Stage::Household, || start.known(&lists, plan));
    let Start { previous, called: compared_with, cards: books_before, .. } = start;
    let cards_stay = plan.cards == WhichCards::None;
    let touched = if cards_stay || plan.dry_run { Vec::new() } else { books_before.touched(&plan.out) };
    let touched: Vec<(PathBuf, PathBuf)> = touched.into_iter().map(|path| (write::aside(&path), path)).collect();
    tell_touched(&touched, &mut lists.sources, &mut problems);
    let month = merge::Month {
        lists: &lists.lists,
        previous: previous.as_ref().map(|snapshot| &snapshot.book),
        templates: &plan.templates,
        as_of: plan.as_of,
        sources: &lists.sources,
    };
    let who = month.people(&known);
    let mut of_policies = Problems::default();
    let (mut assembled, prepared) = watch.stage(Stage::Household, || {
        rayon::join(
            || household::assemble(&who, &mut problems),
            || merge::prepare(&month, &mut lists.totals, &mut of_policies),
        )
    });
    let prepared = prepared?;
    problems.append(of_policies);

    progress.stage("合并");
    let merged =
        watch.stage(Stage::Merge, || merge::merge(&month, &assembled, prepared, &mut lists.totals, &mut problems))?;
    let mut totals = merged.totals;
    outcome::check_totals(&lists.totals, &totals).map_err(RunError::Totals)?;
    let inputs = std::mem::take(&mut lists.files);
    let doubts = std::mem::take(&mut assembled.doubts);
    let is_first = previous.is_none();
    drop((lists.lists, assembled, previous));

    progress.stage("评级、查逾期");
    let mut book = merged.book;
    let report = watch
        .stage(Stage::Rules, || rules::assess(&book, &plan.templates, &plan.conditions, &plan.office_name, plan.as_of))?;
    totals.extend(rules::totals(&book, &report)?);
    outcome::check_totals(&lists.totals, &totals).map_err(RunError::Totals)?;
    problems.sort();
    book.problems = outcome::problem_table(&problems, &lists.sources)?;

    let changes = merged.changes.lines();
    let findings = write::Findings {
        changes: &changes,
        compared_with: &compared_with,
        doubts: &doubts,
        problems: &problems,
        sources: &lists.sources,
        sheets: &lists.totals,
        stages: &totals,
        paths: &plan.links(),
    };
    let mut done = Outcome::new(plan, &report, findings, &inputs);
    if plan.dry_run {
        return Ok(done);
    }
    progress.stage("写结果");
    watch
        .stage(Stage::Write, || write::open_folder(&plan.out))
        .map_err(|cause| RunError::Output { folder: plan.out.clone(), cause })?;
    let version = env!("CARGO_PKG_VERSION").to_string();
    let mut manifest = Manifest {
        version,
        as_of: plan.as_of,
        inputs,
        tables: Vec::new(),
        shapes,
        month: month_so_far,
        cards: books_before,
    };
    let mut drafts = watch.stage(Stage::Cards, || draft_cards(plan, &book, &report, is_first))?;
    if !cards_stay {
        manifest.cards = CardBooks { folder: plan.out.clone(), books: write::hashes(&drafts, &plan.out) };
    }
    // Everything is written before anything gets its name: a full disk leaves the last state as it was. One after the
    // other: side by side they would take a tenth more memory, for a twentieth less time.
    let snapshot = watch.stage(Stage::Store, || {
        if let Some(design) = &plan.card_design {
            store.keep_template(&design.mark().version, design.file())?;
        }
        store.write(&book, &mut manifest, plan.as_of)
    })?;
    drop(book);
    let others = watch.stage(Stage::Write, || write::draft_all(&report, findings, &plan.out));
    drafts.extend(others);
    for (aside, path) in &touched {
        // A book that cannot be moved is open in Excel, and cannot be replaced either, which is told.
        let _ = std::fs::rename(path, aside);
    }
    let mut written = watch.stage(Stage::Write, || write::place_all(drafts, &plan.out, cards_stay));
    if written.iter().all(|written| written.result.is_err())
        && let Some(Err(error)) = written.pop().map(|written| written.result)
    {
        return Err(RunError::NothingWritten(error));
    }
    let snapshot = watch.stage(Stage::Store, || store.switch(snapshot))?;
    done.finish(snapshot, written);
    Ok(done)
}

/// What somebody wrote in a card book where it lies is not lost, and not read either.
fn tell_touched(touched: &[(PathBuf, PathBuf)], sources: &mut Sources, problems: &mut Problems) {
    for (aside, path) in touched {
        let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let file = format!("{}/{}", write::CARD_FOLDER, name(path));
        problems.push(Problem {
            code: Code::CardBookTouched,
            place: Place::sheet(sources.add(&file, "")),
            field: "".into(),
            found: "".into(),
            what: format!("上次写好以后有人在里面写过字；那一本留作“{}”，没有读", name(aside)).into(),
            outcome: problem::Outcome::NotRead,
        });
    }
}

/// The card books of the month, below the output folder.
fn draft_cards(plan: &Plan, book: &Book, report: &MonthReport, is_first: bool) -> Result<Vec<Drafted>, RunError> {
    let Some(design) = &plan.card_design else { return Ok(Vec::new()) };
    let changed = match plan.cards {
        WhichCards::Changed => Some(cards::changed(book, is_first)?),
        WhichCards::All | WhichCards::None => None,
    };
    let wanted = Choice { changed, ..Choice::default() };
    let printing = Printing { book, report, templates: &plan.templates, design };
    Ok(printing.draft(&|line| wanted.takes(line), &plan.out.join(write::CARD_FOLDER))?)
}
