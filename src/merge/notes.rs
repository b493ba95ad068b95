//! What agents note on cards beside visits: needs, and people the client named. One row a thing said; the same thing
//! said again, about the same household, is the same row with what is new about it.

use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Inputs;
use super::changes::{Changed, Changes};
use super::fields::{Merging, Source, Stored};
use super::policies::by_date;
use super::values::{Values, add_missing};
use super::visits::{Dealings, Finder, Found};
use crate::book::Book;
use crate::model::assembled::NONE;
use crate::model::list::{Kind, List};
use crate::model::report::{SheetTotals, StageTotal};
use crate::problem::{Code, Outcome, Problem, Problems};
use crate::templates::fields::{Field, Record, Role};

/// One of the two tables.
#[derive(Clone, Copy)]
pub struct Note {
    kind: Kind,
    record: Record,
    of: Changed,
    /// What the row is about: the need, the friend's name.
    about: Field,
    stored: fn(&Book) -> &DataFrame,
}

/// 需求.
pub const NEEDS: Note =
    Note { kind: Kind::Needs, record: Record::Need, of: Changed::Need, about: Field::NEED_TEXT, stored: |book| &book.needs };

/// 转介绍.
pub const REFERRALS: Note = Note {
    kind: Kind::Referrals,
    record: Record::Referral,
    of: Changed::Referral,
    about: Field::FRIEND_NAME,
    stored: |book| &book.referrals,
};

/// A merged table.
pub struct MergedNotes {
    /// One row a note, by household.
    pub frame: DataFrame,
    /// Rows in, and where they went.
    pub rows_total: StageTotal,
}

/// Whose (number, or the name as written), and about what.
type Key = (String, String);

/// Merges what this month's lists say with what was known.
pub fn merge(
    note: Note,
    inputs: &Inputs<'_>,
    finder: &Finder<'_>,
    dealings: &Dealings,
    sheets: &mut [SheetTotals],
    changes: &mut Changes,
    problems: &mut Problems,
) -> PolarsResult<MergedNotes> {
    let fields = &inputs.month.templates.fields;
    let about = fields.entry(note.about);
    let mut keys: Vec<Key> = Vec::new();
    let mut known: FxHashMap<Key, u32> = FxHashMap::default();
    let mut homes: Vec<(Option<String>, String)> = Vec::new();
    let mut record_of = |home: Option<String>, name: String, text: &str| {
        let key = (home.clone().unwrap_or_else(|| name.clone()), text.to_string());
        let next = keys.len() as u32;
        *known.entry(key.clone()).or_insert_with(|| {
            keys.push(key);
            homes.push((home, name));
            next
        })
    };
    let stored = inputs.month.previous.map(note.stored).filter(|frame| frame.height() > 0);
    let mut stored_records = Vec::new();
    if let Some(frame) = stored {
        let text = |name: &str| frame.column(name).and_then(Column::str);
        let (numbers, names, texts) = (text("household_no")?, text("client_name")?, text(&about.key)?);
        for row in 0..frame.height() {
            let at = |column: &StringChunked| column.get(row).unwrap_or("").to_string();
            let home = finder.by_number(&at(numbers)).map(|home| finder.number(home));
            stored_records.push(record_of(home, at(names), &at(texts)));
        }
    }
    let mut known_before = FxHashSet::default();
    known_before.extend(stored_records.iter().copied());

    let (mut rows, mut blank) = (0, 0);
    let mut records: Vec<Vec<u32>> = Vec::new();
    for (at, list) in inputs.month.lists.iter().enumerate() {
        let mut of_rows = Vec::new();
        for row in (0..list.len()).filter(|_| list.kind == note.kind) {
            rows += 1;
            let text = list.text(note.about, row);
            if text.is_empty() {
                // A date or a state alone is no need; what stands there is kept among the originals.
                blank += 1;
                sheets[at].kept -= 1;
                sheets[at].set_aside += 1;
                problems.push(problem(Code::NoteBlank, list, row, &about.title, format!("没有写{}", about.title)));
                of_rows.push(NONE);
                continue;
            }
            let name = list.text(Field::NAME, row).to_string();
            let home = match dealings.found[at][row] {
                Found::Household(home) => Some(finder.number(home)),
                _ => {
                    let what = format!("对不上客户“{}{name}”", list.text(Field::HOUSEHOLD_NO, row));
                    problems.push(problem(Code::NoteUnmatched, list, row, "客户编号", what));
                    None
                }
            };
            of_rows.push(record_of(home, name, text));
        }
        records.push(of_rows);
    }
    let count = keys.len();
    let distinct = records.iter().flatten().filter(|record| **record != NONE).collect::<FxHashSet<_>>().len() as i64;
    let rows_total = StageTotal {
        what: format!("合并：{}的行", note.kind.title()),
        in_fen: false,
        before: rows,
        after: vec![
            ("记下".to_string(), distinct),
            ("重复".to_string(), rows - blank - distinct),
            ("没有内容".to_string(), blank),
        ],
    };
    let merging = Merging {
        fields,
        of: note.of,
        count,
        sources: by_date(inputs.month.lists)
            .into_iter()
            .filter(|at| inputs.month.lists[*at].kind == note.kind)
            .map(|at| Source::of(&inputs.month.lists[at], Role::Client, &records[at]))
            .collect(),
        stored: stored.map(|frame| Stored { frame, records: &stored_records }),
        key: &|record| keys[record].0.clone(),
    };
    let mut columns = merging.columns(|_, entry| entry.of == note.record, changes, problems)?;
    let new = (0..count).filter(|record| inputs.month.previous.is_some() && !known_before.contains(&(*record as u32)));
    new.for_each(|record| changes.new_record(note.of, keys[record].0.clone()));
    add_missing(&mut columns, [(about.key.as_str(), Values::Text(vec![None; count]))])?;
    let filled = |text: &'_ str| !text.is_empty();
    let numbers = homes.iter().map(|(home, _)| home.as_deref()).collect();
    let names = homes.iter().map(|(_, name)| Some(name.as_str()).filter(|name| filled(name))).collect();
    columns.insert(0, Values::Text(numbers).into_column("household_no")?);
    columns.push(Values::Text(names).into_column("client_name")?);
    let frame = DataFrame::new(count, columns)?.sort(
        ["household_no", "client_name", about.key.as_str()],
        SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(true),
    )?;
    Ok(MergedNotes { frame, rows_total })
}

fn problem(code: Code, list: &List, row: usize, field: &str, what: String) -> Problem {
    Problem {
        code,
        place: list.place(row),
        field: field.into(),
        found: list.text(Field::NAME, row).into(),
        what: what.into(),
        outcome: if code == Code::NoteBlank { Outcome::RowSetAside } else { Outcome::KeptAsIs },
    }
}
