//! Real files in the layouts of real offices, made by openpyxl, xlwt and LibreOffice (`tests/fixtures/make.py`, which
//! also says what is true of them). Every cell is in the right field of the right row, or is told as not understood;
//! nothing else is in any field.

#[path = "common/reading.rs"]
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fuwuka::input::Input;
use fuwuka::inspect::inspect;
use fuwuka::model::list::{List, Slot};
use fuwuka::problem::{Outcome, Problems};
use fuwuka::progress::Progress;
use fuwuka::read::{self, Lists};
use fuwuka::templates::Templates;
use fuwuka::templates::fields::Role;
use serde::Deserialize;

/// What is true of a file.
#[derive(Deserialize)]
struct Truth {
    lists: Vec<TrueList>,
    /// Cells that hold data.
    present: usize,
    /// Code and cell of each of these that cannot be understood; of a column nobody knows, the heading, once a cell.
    not_understood: Vec<(String, String)>,
    /// What else is told.
    notes: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct TrueList {
    kind: String,
    rows: Vec<BTreeMap<String, String>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn truths() -> BTreeMap<String, Truth> {
    let text = std::fs::read_to_string(folder().join("expected.json")).expect("it was made with the files");
    serde_json::from_str(&text).expect("it is as make.py writes it")
}

fn input(name: &str) -> Input {
    Input::new(folder().join(name), name.to_string())
}

/// `name`, `applicant.name`, `phone#1`.
fn called(slot: Slot, templates: &Templates) -> String {
    let key = &templates.fields.entry(slot.field).key;
    let nth = if slot.nth > 0 { format!("#{}", slot.nth) } else { String::new() };
    match slot.role {
        Role::Client => format!("{key}{nth}"),
        role => format!("{}.{key}{nth}", format!("{role:?}").to_lowercase()),
    }
}

/// Every value of a list that is in a field, row by row.
fn rows(list: &List, templates: &Templates) -> Vec<BTreeMap<String, String>> {
    let row = |row: usize| {
        let filled = list.columns.iter().filter(|column| !column.data.is_blank(row));
        filled.map(|column| (called(column.slot, templates), column.data.show(row))).collect()
    };
    (0..list.len()).map(row).collect()
}

/// Reads a file and compares everything.
fn check(name: &str, truth: &Truth) {
    let templates = Templates::builtin();
    let mut problems = Problems::default();
    let found: Lists = read::all(&[input(name)], &templates, &Progress::hidden(), &mut problems);
    let got: Vec<&str> = found.lists.iter().map(|list| list.kind.title()).collect();
    let want: Vec<&str> = truth.lists.iter().map(|list| list.kind.as_str()).collect();
    assert_eq!(got, want, "{name}: {problems:#?}");
    for (list, truth) in found.lists.iter().zip(&truth.lists) {
        let got = rows(list, &templates);
        assert_eq!(got.len(), truth.rows.len(), "{name} {}: {got:#?}", truth.kind);
        for (index, (got, want)) in got.iter().zip(&truth.rows).enumerate() {
            assert_eq!(got, want, "{name} {} {}", truth.kind, list.place(index).address());
        }
    }
    // Of what cannot be understood each cell is told, a column nobody knows once.
    let wanted: BTreeSet<(String, String)> = truth.not_understood.iter().chain(&truth.notes).cloned().collect();
    let told: BTreeSet<(String, String)> =
        problems.iter().map(|problem| (problem.code.number().to_string(), problem.place.address())).collect();
    assert_eq!(told, wanted, "{name}: {problems:#?}");
    let forms: (usize, usize) = found.forms.iter().fold((0, 0), |sum, form| (sum.0 + form.present, sum.1 + form.understood));
    let view = &inspect(&[input(name)], &templates)[0];
    let sheets = view.sheets.iter().fold((0, 0), |sum, sheet| (sum.0 + sheet.cells_present, sum.1 + sheet.cells_understood));
    let continued = problems.iter().filter(|problem| problem.code.number() == "R308").count() * 3;
    let (present, understood) = (forms.0 + sheets.0 - continued, forms.1 + sheets.1 - continued);
    assert_eq!((present, understood), (truth.present, truth.present - truth.not_understood.len()), "{name}");
    assert!(problems.iter().all(|problem| problem.outcome != Outcome::NotRead), "{name}: {problems:#?}");
}

/// A file for each of the twelve shapes, and for each layout of forms.
fn all_that_begin(start: &str) {
    let truths: Vec<_> = truths().into_iter().filter(|(name, _)| name.starts_with(start)).collect();
    assert!(!truths.is_empty());
    truths.iter().for_each(|(name, truth)| check(name, truth));
}

macro_rules! fixtures {
    ($($(#[$doc:meta])* $test:ident = $start:literal;)*) => {
        $($(#[$doc])* #[test] fn $test() { all_that_begin($start); })*
    };
}

fixtures! {
    /// A due-fee list as the core system exports it: rider pairs, error texts, a footer.
    f1_due_fee_list = "F1_";
    /// Title, metadata with a merged cell, dates as numbers, a unit in a heading, a footer far to the right.
    f2_birthday_list = "F2_";
    /// Sixty columns, two postcodes, three agents and a supervisor.
    f3_sixty_columns = "F3_";
    /// Two levels of headings with repeated leaves.
    f4_two_levels = "F4_";
    /// Clients merged over their policies, 22-digit numbers, one of them damaged.
    f5_merged_clients = "F5_";
    /// GBK, a byte order mark, comment lines and stars.
    f6_texts = "F6_";
    /// One card a sheet, from openpyxl and from LibreOffice.
    f7_a_card_a_sheet = "F7_";
    /// Cards below each other, from xlwt and LibreOffice.
    f8_stacked_cards = "F8_";
    /// Cards side by side, and both.
    f9_cards_side_by_side = "F9_";
    /// Visits by number, by telephone, by name.
    f10_visits = "F10_";
    /// Four renewal files of one team.
    f11_renewals_of_a_team = "F11_";
    /// One list in two months, its headings in other words and another order.
    f12_two_months = "F12_";
    /// Visits in blocks with ticked boxes, from three writers.
    l9b_visits_in_blocks = "L9b_";
    /// Letters that core systems print, in ranges merged for looks: below each other, one a sheet, side by side.
    l12_letters = "L12_";
    /// A column a client, from three writers.
    l7_a_column_a_client = "L7_";
    /// A list that stands on its side.
    l1_a_list_on_its_side = "L1_";
    /// Tables below each other and side by side.
    l0_several_tables = "L0_";
}

/// No file is without its truth, and no truth without its file.
#[test]
fn every_file_is_checked() {
    let files = std::fs::read_dir(folder()).expect("it is there").map(|entry| entry.expect("readable").file_name());
    let files: BTreeSet<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    let known: BTreeSet<String> = truths().into_keys().chain(["make.py".to_string(), "expected.json".to_string()]).collect();
    assert_eq!(files, known);
}
