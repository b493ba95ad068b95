//! The 卡库 and the output folder when things go wrong: a run that is killed, two at once, files that were
//! tampered with, places where nothing can be written.

#[path = "common/office.rs"]
mod office;

use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use fuwuka::store::Store;
use office::Office;

/// The office can be worked with: what `CURRENT` names is whole, and so is every workbook there is.
#[track_caller]
fn is_sound(office: &Office) {
    Store::at(&office.path("卡库")).current().expect("the current snapshot is whole");
    for name in office.workbooks("输出").keys().filter(|name| !name.contains("~fuwuka-")) {
        assert!(!office.sheets(&format!("输出/{name}")).is_empty(), "{name}");
    }
}

/// Killed at moments all over a run, the last good state stands, and the next run goes through.
#[test]
fn a_killed_run_leaves_the_last_good_state() {
    let office = Office::sample();
    let start = Instant::now();
    office.run().ended(3);
    let mut length = start.elapsed();
    let index = office.index("2026-11");
    let current = || fs::read_to_string(office.path("卡库/CURRENT")).expect("there");
    // More of the moments lie in the second half of a run, where it writes.
    for moment in [0.2, 0.5, 0.7, 0.78, 0.84, 0.9, 0.96] {
        let before = loop {
            let before = current();
            match ended_within(&office, length.mul_f64(moment)) {
                None => break before,
                // It was quicker than the runs before it: the moment comes earlier in the next one.
                Some(quicker) => length = quicker.min(length).mul_f64(0.9),
            }
        };
        is_sound(&office);
        if current() != before {
            // Only the last step of all came after the switch.
            assert!(office.path("输出/2026-12/索引卡.xlsx").is_file(), "switched at {moment} before it had written");
        }
    }
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    assert_eq!(office.leftovers(), Vec::<String>::new());
    assert!(office.index("2026-12").keys().eq(index.keys()));
}

/// Starts a run and kills it after `time`; how long it took if it had ended by then.
fn ended_within(office: &Office, time: Duration) -> Option<Duration> {
    let start = Instant::now();
    let mut run = office.command(&["--as-of", "2026-12-31"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while start.elapsed() < time {
        if run.try_wait().expect("waited for").is_some() {
            return Some(start.elapsed());
        }
        sleep(Duration::from_millis(2));
    }
    let _ = run.kill();
    // A run that ended by itself has one of its codes: 3, the sample office has problems.
    (run.wait().expect("waited for").code() == Some(3)).then(|| start.elapsed())
}

/// The very first run has nothing to fall back on; killed, it leaves nothing that is in the next one's way.
#[test]
fn a_killed_first_run_is_as_if_it_had_not_been() {
    let office = Office::sample();
    for moment in [300, 700, 1100] {
        let mut child =
            office.command(&["--as-of", "2026-11-30"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(moment));
        let _ = child.kill();
        child.wait().expect("waited for");
        is_sound(&office);
    }
    office.run().ended(3);
    assert_eq!(office.leftovers(), Vec::<String>::new());
}

#[test]
fn a_second_run_at_the_same_time_stops() {
    let office = Office::small();
    office.run().ended(0);
    let before = office.files("");
    // Another run's lock, held as it holds it.
    let lock = Store::at(&office.path("卡库")).lock().expect("free");
    office.run().stopped(&["另一个 fuwuka 正在"]);
    assert!(before == office.files(""), "run.json of the other run was touched");
    office.run_with(&["--as-of", "2026-11-30", "--dry-run"]).ended(0);
    drop(lock);
    office.run().ended(0);
}

#[test]
fn two_real_runs_do_not_meet() {
    let office = Office::sample();
    let start = || office.command(&["--as-of", "2026-11-30"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut runs = [start(), start()];
    let mut codes = runs.each_mut().map(|run| {
        let mut said = String::new();
        run.stderr.take().expect("piped").read_to_string(&mut said).expect("UTF-8");
        (run.wait().expect("waited for").code().expect("not killed"), said)
    });
    codes.sort();
    assert_eq!((codes[0].0, codes[1].0), (1, 3), "{codes:?}");
    assert!(codes[0].1.contains("另一个 fuwuka 正在"), "{codes:?}");
    is_sound(&office);
}

/// With two runs behind it.
fn with_two_snapshots() -> Office {
    static RUN_TWICE: LazyLock<Office> = LazyLock::new(|| {
        let office = Office::small();
        office.run().ended(0);
        office.run_with(&["--as-of", "2026-12-31"]).ended(0);
        office
    });
    RUN_TWICE.copy()
}

#[test]
fn a_damaged_snapshot_is_named_with_the_way_out() {
    let way_out = ["卡库", "2026-12-31-001", "已损坏", "完好的快照是 2026-11-30-001", "CURRENT"];
    let damage = |name: &str, bytes: Option<&[u8]>, what: &str| {
        let office = with_two_snapshots();
        let path = office.path(&format!("卡库/2026-12-31-001/{name}"));
        match bytes {
            Some(bytes) => fs::write(&path, bytes).expect("written"),
            None => fs::remove_file(&path).expect("removed"),
        }
        let before = office.files("卡库");
        office.run_with(&["--as-of", "2027-01-31"]).stopped(&[&way_out[..], &[what]].concat());
        assert!(before == office.files("卡库"));
        let json = office.json("2027-01");
        assert_eq!((&json["status"], &json["stage"]), (&"stopped".into(), &"store".into()));
        // The way out is one.
        fs::write(office.path("卡库/CURRENT"), "2026-11-30-001").expect("written");
        office.run_with(&["--as-of", "2027-01-31"]).ended(0);
        assert_eq!(office.json("2027-01")["status"], "done");
    };
    damage("persons.parquet", Some(b"PAR1 is not what it was PAR1"), "persons.parquet 的内容被改动过");
    damage("households.parquet", Some(b""), "households.parquet 的内容被改动过");
    damage("numbers.parquet", None, "numbers.parquet 读不出来（找不到）");
    damage("manifest.json", None, "manifest.json 读不出来（找不到）");
    damage("manifest.json", Some(b"{ \"version\": "), "manifest.json 读不懂");
    damage(
        "manifest.json",
        Some(br#"{ "version": "0", "as_of": "2026-12-31", "inputs": [], "tables": [] }"#),
        "manifest.json 里没有 persons",
    );
}

#[test]
fn a_pointer_to_nothing_is_named_with_the_way_out() {
    for pointer in ["", "2026-99-99-001", "../输出", "卡库"] {
        let office = with_two_snapshots();
        fs::write(office.path("卡库/CURRENT"), pointer).expect("written");
        office.run_with(&["--as-of", "2027-01-31"]).stopped(&["2026-12-31-001", "CURRENT"]);
    }
}

/// Without CURRENT everybody would be numbered afresh.
#[test]
fn a_store_without_its_pointer_is_not_taken_for_a_new_one() {
    let office = with_two_snapshots();
    fs::remove_file(office.path("卡库/CURRENT")).expect("removed");
    office.run_with(&["--as-of", "2027-01-31"]).stopped(&["没有 CURRENT", "改成 2026-12-31-001"]);
    let first = Office::small();
    first.run().ended(0);
    fs::remove_file(first.path("卡库/CURRENT")).expect("removed");
    first.run().ended(0);
    assert_eq!(first.json("2026-11")["counts"]["changes"], 0);
    assert_eq!(first.json("2026-11")["counts"]["new_households"], 0);
    assert_eq!(first.json("2026-11")["snapshot"], "2026-11-30-002");
}

/// A workbook that is open in Excel cannot be replaced; here a folder stands in its place.
#[test]
fn a_target_that_cannot_be_replaced_is_named_and_the_others_are_written() {
    let office = Office::small();
    fs::create_dir_all(office.path("输出/2026-11/索引卡.xlsx/占着")).expect("made");
    let said = office.run().ended(3).stdout;
    let line = said.lines().find(|line| line.starts_with("没有写成：")).expect("told");
    assert!(line.contains("索引卡.xlsx"), "{line}");
    assert!(office.path("输出/2026-11/异常清单.xlsx").is_file());
    assert!(office.path("输出/2026-11/团队报表/营业一部.xlsx").is_file());
    let json = office.json("2026-11");
    assert_eq!(json["outputs"].as_array().unwrap().iter().filter(|output| !output["error"].is_null()).count(), 1);
    // What was found out is kept: the next run gives the same numbers and writes what was missing.
    fs::remove_dir_all(office.path("输出/2026-11/索引卡.xlsx")).expect("removed");
    office.run().ended(0);
    assert_eq!(office.json("2026-11")["counts"]["changes"], 0);
    assert_eq!(office.leftovers(), Vec::<String>::new());
}

#[test]
fn an_output_folder_that_cannot_be_made_stops_the_run() {
    let office = Office::small();
    office.put("输出", "a file where the folder should be");
    office.run().stopped(&["输出", "写不进去", "同名的文件"]);
    assert!(!office.path("卡库/CURRENT").exists());
}

#[test]
fn a_store_that_cannot_be_made_stops_the_run() {
    let office = Office::small();
    office.put("卡库", "a file where the folder should be");
    office.run().stopped(&["卡库", "读写不成", "同名的文件"]);
    assert_eq!(office.json("2026-11")["stage"], "store");
}

/// Whoever may do everything cannot be kept out, so this is nothing for root.
#[cfg(unix)]
#[test]
fn a_folder_without_permission_stops_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::small();
    let close = |name: &str, mode| fs::set_permissions(office.path(name), fs::Permissions::from_mode(mode)).expect("set");
    fs::create_dir_all(office.path("输出/2026-11")).expect("made");
    close("输出/2026-11", 0o555);
    if fs::write(office.path("输出/2026-11/x"), "x").is_ok() {
        return;
    }
    office.run().stopped(&["输出", "没有权限", "--out"]);
    assert!(!office.path("卡库/CURRENT").exists());
    close("输出/2026-11", 0o755);
    close("卡库", 0o555);
    office.run().stopped(&["卡库", "没有权限"]);
    close("卡库", 0o755);
    office.run().ended(0);
}
