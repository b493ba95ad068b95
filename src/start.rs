//! What a run starts from: what the last run knew; or, when the month is to be worked out again, what was known when it
//! began.

use std::collections::BTreeSet;

use chrono::Datelike;

use crate::RunError;
use crate::household::began_again;
use crate::input::InputFile;
use crate::merge::known_from;
use crate::model::assembled::Known;
use crate::plan::Plan;
use crate::problem::{Code, Outcome, Place, Problem, Problems, SourceId, Sources};
use crate::read::Lists;
use crate::store::{CardBooks, MonthSoFar, Snapshot, Store};

const LAST_RUN: &str = "上次运行";

/// Where a run starts.
pub struct Start {
    /// What this month's lists are merged into.
    pub previous: Option<Snapshot>,
    /// What was known then of who is who.
    known: Known,
    /// The card books that were written last.
    pub cards: CardBooks,
    /// What that was, as the reader of changes calls it; nothing where nothing was known.
    pub called: String,
    /// What the month's runs so far knew, if it is worked out again.
    withdrawn: Option<Known>,
    /// What the month's runs so far went by.
    month: MonthSoFar,
    /// Files the last run read.
    last_read: Vec<InputFile>,
}

impl Start {
    /// Where the run of a plan starts.
    pub fn of(store: &Store, plan: &Plan) -> Result<Start, RunError> {
        let known = |snapshot: &Option<Snapshot>| {
            snapshot.as_ref().map(|snapshot| known_from(&snapshot.book)).transpose().map(Option::unwrap_or_default)
        };
        let current = store.current()?;
        let cards = current.as_ref().map(|snapshot| snapshot.manifest.cards.clone()).unwrap_or_default();
        let month = |day: chrono::NaiveDate| (day.year(), day.month());
        let last = current.as_ref().map(|snapshot| snapshot.manifest.as_of);
        let last_read = current.as_ref().map(|snapshot| snapshot.manifest.inputs.clone()).unwrap_or_default();
        match last.map(|last| (month(last).cmp(&month(plan.as_of)), last)) {
            Some((std::cmp::Ordering::Greater, last)) => Err(RunError::Backwards { last, this: plan.as_of }),
            Some((std::cmp::Ordering::Equal, _)) => {
                let so_far = current.as_ref().map(|snapshot| snapshot.manifest.month.clone()).unwrap_or_default();
                let last_known = known(&current)?;
                if !plan.redo {
                    let called = LAST_RUN.to_string();
                    return Ok(Start {
                        previous: current,
                        known: last_known,
                        cards,
                        called,
                        withdrawn: None,
                        month: so_far,
                        last_read,
                    });
                }
                drop(current);
                let began = so_far.began_with.as_deref().map(|name| store.open(name)).transpose()?;
                let day = began.as_ref().map(|snapshot| format!("（{}）", snapshot.manifest.as_of)).unwrap_or_default();
                let called = format!("本月开始时{day}");
                Ok(Start {
                    known: known(&began)?,
                    previous: began,
                    cards,
                    called,
                    withdrawn: Some(last_known),
                    month: so_far,
                    last_read,
                })
            }
            _ => {
                let began_with = current.as_ref().map(|snapshot| snapshot.name.clone());
                let month = MonthSoFar { began_with, files: Vec::new() };
                let called = current.as_ref().map(|_| LAST_RUN.to_string()).unwrap_or_default();
                Ok(Start { known: known(&current)?, previous: current, cards, called, withdrawn: None, month, last_read })
            }
        }
    }

    /// What is known of the people on the cards that are out.
    pub fn known_of_cards(&self) -> &Known {
        self.withdrawn.as_ref().unwrap_or(&self.known)
    }

    /// What is known of who is who, beside what the lists say.
    pub fn known(&mut self, read: &Lists, plan: &Plan) -> Known {
        let mut known = std::mem::take(&mut self.known);
        known.read_before = self.read_before(&read.files, &read.sources);
        match self.withdrawn.take() {
            Some(mut last) => {
                last.read_before.clone_from(&known.read_before);
                began_again(&read.lists, known, &last, &plan.templates, plan.as_of)
            }
            None => known,
        }
    }

    /// The sheets of files that the last run read, whatever they were called then.
    fn read_before(&self, files: &[InputFile], sources: &Sources) -> BTreeSet<SourceId> {
        let is_known =
            |file: &&InputFile| !file.sha256.is_empty() && self.last_read.iter().any(|last| last.sha256 == file.sha256);
        let names: BTreeSet<&str> = files.iter().filter(is_known).map(|file| &*file.name).collect();
        sources.iter().filter(|(_, source)| names.contains(&*source.file)).map(|(id, _)| id).collect()
    }

    /// The month with the files of this run, and what is to be said of files that are not what they were.
    pub fn month(&mut self, files: &[InputFile], redo: bool, sources: &mut Sources, problems: &mut Problems) -> MonthSoFar {
        let mut month = std::mem::take(&mut self.month);
        let mut tell = |file: &InputFile, code, what: &str, outcome| {
            let place = Place::sheet(sources.add(&file.name, ""));
            let (field, found) = (Default::default(), Default::default());
            problems.push(Problem { code, place, field, found, what: what.into(), outcome });
        };
        for file in month.changed(files) {
            match redo {
                // What stood in an earlier version of a card stands in the newer one as known to us, not as said.
                true if file.is_card_book => {
                    let what = "这本服务卡换过了；换之前填的内容，这次重算没有算进去";
                    tell(file, Code::FileWithdrawn, what, Outcome::NotRead);
                }
                true => {}
                false => {
                    let what = "与这个月上一次运行时不一样；改之前读到的内容，这个月里还记着";
                    tell(file, Code::FileChanged, what, Outcome::KeptAsIs);
                }
            }
        }
        if redo {
            for file in month.gone(files) {
                let what = "这个月前面的运行读过它，现在不在要读的文件里；它说过的，这次重算没有算进去";
                tell(file, Code::FileWithdrawn, what, Outcome::NotRead);
            }
            month.files.clear();
        }
        month.take(files);
        month
    }
}
