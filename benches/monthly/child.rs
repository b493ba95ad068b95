//! Runs a process and says what it took.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a process took from start to end.
pub struct Measured {
    /// Seconds on the wall clock.
    pub wall: f64,
    /// Seconds of all its threads; only Linux tells.
    pub cpu: Option<f64>,
    /// Most memory it held at once; only Linux tells.
    pub peak_kib: Option<u64>,
    /// What it printed.
    pub printed: String,
}

/// Runs a command to its end. Exit code 3 is a run that found problems in the data.
pub fn measure(mut command: Command) -> Measured {
    let children_before = cpu_ticks(CHILDREN);
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program was built with the benchmark");
    let mut peak_kib = None;
    let status = loop {
        // The kernel keeps the highest figure itself; it only has to be asked while the process is there.
        peak_kib = peak_of(child.id()).or(peak_kib);
        match child.try_wait().expect("a child of ours") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu_ticks(CHILDREN).zip(children_before).map(|(after, before)| (after - before) as f64 / TICKS_PER_SECOND);
    assert!(matches!(status.code(), Some(0 | 3)), "{command:?} ended with {status}");
    let printed = std::io::read_to_string(child.stdout.take().expect("it was piped")).unwrap_or_default();
    Measured { wall, cpu, peak_kib, printed }
}

/// CPU seconds this process has used so far.
pub fn own_cpu() -> Option<f64> {
    cpu_ticks(OWN).map(|ticks| ticks as f64 / TICKS_PER_SECOND)
}

/// As people read it.
pub fn megabytes(kib: u64) -> String {
    format!("{:.0} MB", kib as f64 * 1024.0 / 1e6)
}

/// Linux counts in hundredths of a second for `/proc`, whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time in `/proc/self/stat`, counted from behind the name: of the process itself.
const OWN: usize = 11;
/// Of its children that have ended.
const CHILDREN: usize = 13;

fn cpu_ticks(first: usize) -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    let ticks = behind_name.split_whitespace().skip(first).take(2);
    ticks.map(|ticks| ticks.parse::<u64>().ok()).sum()
}

fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
