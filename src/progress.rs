//! Says how far the run has come: on a terminal only, on stderr, and not before two seconds have passed.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Progress over the bytes of all files, then over stages.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

/// Short runs need no bar.
const QUIET_FOR: Duration = Duration::from_secs(2);

impl Progress {
    /// Shown on a terminal; anywhere else nothing is written.
    pub fn on_terminal(total_bytes: u64) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total_bytes), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {bar:30} {percent}%").expect("the template is right");
        bar.set_style(style);
        let shown = bar.clone();
        std::thread::spawn(move || {
            std::thread::sleep(QUIET_FOR);
            if !shown.is_finished() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
            }
        });
        Progress { bar }
    }

    /// Nothing is shown.
    pub fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden() }
    }

    /// A file has been read.
    pub fn file_done(&self, path: &Path) {
        self.bar.inc(std::fs::metadata(path).map_or(0, |about| about.len()));
    }

    /// The next stage begins.
    pub fn stage(&self, name: &'static str) {
        self.bar.set_message(name);
    }

    /// All done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
