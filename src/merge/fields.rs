//! All fields of a kind of record at once: each value from whoever has the last word on it.
//!
//! The order, weakest first: lists that do not own the field, from the first ever read to the newest, then lists that
//! own it, in the same way. So a company list beats a card on a policy's status, and a card beats the company list on
//! what the family needs; where only lists that do not own it ever spoke of a field, the newest of them counts; and
//! nobody ever blanks what they do not mention. What is said in vain is told.
//!
//! The store keeps of each record which of its values are [`HEARSAY`]: said only by lists that do not own the field.
//!
//! On a card of ours only what was changed is said, on the day of the card; each cell that is not taken is told.

use std::borrow::Cow;

use polars::prelude::*;

use rustc_hash::FxHashSet;

use super::changes::{Changed, Changes};
use super::values::Values;
use crate::model::address::Address;
use crate::model::assembled::NONE;
use crate::model::cell::Cell;
use crate::model::list::{Column as ListColumn, List, Slot};
use crate::problem::{Code, Outcome, Problem, Problems};
use crate::templates::fields::{Field, FieldEntry, FieldType, Fields, Owner, Record, Role};

/// The column of the store that says of which columns of a record nobody has spoken whose word counts: names, `|` between.
pub const HEARSAY: &str = "hearsay";

/// Of one column of one list so many differences are told one by one.
const MOST_TOLD: usize = 200;

/// A list and the records its rows are about.
pub struct Source<'l> {
    /// The list.
    pub list: &'l List,
    /// Whose columns.
    pub role: Role,
    /// The record of each row; out of range for rows that are about none.
    pub records: &'l [u32],
    /// The rows in the order in which a later one has the last word, if that is not the order of the list.
    pub order: Option<&'l [u32]>,
}

impl<'l> Source<'l> {
    /// Of rows that stand in the order in which a later one has the last word.
    pub fn of(list: &'l List, role: Role, records: &'l [u32]) -> Self {
        Source { list, role, records, order: None }
    }

    /// What it says of a field. `known` are the records that the last run knew.
    fn heard(&self, field: Field, known: &[bool]) -> Option<Heard<'l>> {
        let list: &'l List = self.list;
        let column = list.column(Slot::whose(self.role, field))?;
        let is_known = |record: u32| known.get(record as usize) == Some(&true);
        let records = if list.is_of_own_cards() {
            // What we wrote ourselves is known, and was perhaps put right since.
            let said = self.records.iter().enumerate().map(|(row, record)| match list.is_kept(row, column) {
                true if is_known(*record) => NONE,
                _ => *record,
            });
            said.collect()
        } else if let Some(order) = self.order {
            let mut heard = vec![NONE; self.records.len()];
            let mut said: FxHashSet<u32> = FxHashSet::default();
            for row in order.iter().rev().map(|row| *row as usize).filter(|row| !column.data.is_blank(*row)) {
                if said.insert(self.records[row]) {
                    heard[row] = self.records[row];
                }
            }
            Cow::Owned(heard)
        } else {
            Cow::Borrowed(self.records)
        };
        Some(Heard { list, column, records })
    }
}

/// What a list says in one column, and about which records.
struct Heard<'l> {
    list: &'l List,
    column: &'l ListColumn,
    records: Cow<'l, [u32]>,
}

/// What the last run knew, and the record of each of its rows.
pub struct Stored<'l> {
    /// Its table.
    pub frame: &'l DataFrame,
    /// The record each row is now.
    pub records: &'l [u32],
}

/// What is merged, and into how many records.
pub struct Merging<'l> {
    /// The catalogue.
    pub fields: &'l Fields,
    /// What kind of record, for the list of changes.
    pub of: Changed,
    /// How many records.
    pub count: usize,
    /// Weakest first within each class: oldest lists first.
    pub sources: Vec<Source<'l>>,
    /// The last run.
    pub stored: Option<Stored<'l>>,
    /// What each record is called in the list of changes.
    pub key: &'l dyn Fn(usize) -> String,
}

/// Rows of the store by whose word their value of a field is: the record of each row, [`NONE`] for the others.
struct Before<'l> {
    column: &'l Column,
    hearsay: Vec<u32>,
    owned: Vec<u32>,
}

impl Merging<'_> {
    /// One column for each wanted field that anybody says anything about, one more (`…_text`) for the words as written
    /// where they were put into our own, and [`HEARSAY`], if anything is.
    pub fn columns(
        &self,
        wanted: impl Fn(Field, &FieldEntry) -> bool,
        changes: &mut Changes,
        problems: &mut Problems,
    ) -> PolarsResult<Vec<Column>> {
        let mut known = vec![false; self.count];
        let records = self.stored.iter().flat_map(|stored| stored.records);
        for record in records.filter(|record| (**record as usize) < self.count) {
            known[*record as usize] = true;
        }
        let mut columns = Vec::new();
        let mut hearsay = vec![String::new(); self.count];
        for (field, entry) in self.fields.iter().filter(|(field, entry)| wanted(*field, entry)) {
            columns.extend(self.column(field, entry, &known, &mut hearsay, changes, problems)?);
            columns.extend(self.spelled(field, entry, &known, &mut hearsay)?);
        }
        if hearsay.iter().any(|keys| !keys.is_empty()) {
            let filled = |keys: &'_ String| !keys.is_empty();
            let keys = hearsay.iter().map(|keys| Some(keys.as_str()).filter(|_| filled(keys))).collect();
            columns.push(Values::Text(keys).into_column(HEARSAY)?);
        }
        Ok(columns)
    }

    fn column(
        &self,
        field: Field,
        entry: &FieldEntry,
        known: &[bool],
        hearsay: &mut [String],
        changes: &mut Changes,
        problems: &mut Problems,
    ) -> PolarsResult<Option<Column>> {
        let stored = self.stored(&entry.key)?;
        let said: Vec<Heard<'_>> = self.sources.iter().filter_map(|source| source.heard(field, known)).collect();
        let blank = || match (said.first(), &stored) {
            (Some(heard), _) => Some(Values::blank_like(&heard.column.data, self.count)),
            (None, Some(stored)) => Some(Values::blank_as(stored.column, self.count)),
            (None, None) => None,
        };
        let (Some(mut values), Some(mut owned)) = (blank(), blank()) else { return Ok(None) };
        // Of a visit one list may know the day and another the time.
        let latest = field == Field::VISIT_TIME
            || matches!(entry.kind, FieldType::Date | FieldType::Moment) && entry.of == Record::Household;
        if let Some(stored) = &stored {
            values.take_stored(stored.column, &stored.hearsay)?;
            owned.take_stored(stored.column, &stored.owned)?;
        }
        for heard in &said {
            let values = if owns(heard.list, entry) { &mut owned } else { &mut values };
            values.take_list(&heard.column.data, &heard.records, latest);
        }
        if !latest && entry.of != Record::Org {
            for heard in said.iter().filter(|heard| !owns(heard.list, entry) && !heard.list.is_of_own_cards()) {
                self.tell(heard, entry, &owned, problems);
            }
        }
        let is_owned = values.take_over(owned, latest);
        for heard in said.iter().filter(|heard| heard.list.is_of_own_cards()) {
            self.tell_untaken(heard, entry, &values, &is_owned, problems);
        }
        note_hearsay(hearsay, &entry.key, &values, &is_owned);
        if self.stored.is_some() {
            // Of what nobody had said anything there is no column yet.
            let mut before = values.blank();
            if let Some(Before { column, hearsay, owned }) = &stored {
                before = Values::blank_as(column, self.count);
                before.take_stored(column, hearsay)?;
                before.take_stored(column, owned)?;
            }
            let is_money = entry.kind == FieldType::Money;
            for record in (0..self.count).filter(|record| known[*record] && !values.same(&before, *record)) {
                let (before, after) = (before.show(record, is_money), values.show(record, is_money));
                changes.value(self.of, (self.key)(record), &entry.title, before, after);
            }
        }
        values.into_column(&entry.key).map(Some)
    }

    /// A column of the store, its rows parted by whose word it is there.
    fn stored(&self, name: &str) -> PolarsResult<Option<Before<'_>>> {
        let Some(stored) = &self.stored else { return Ok(None) };
        let Ok(column) = stored.frame.column(name) else { return Ok(None) };
        let Ok(keys) = stored.frame.column(HEARSAY) else {
            // Nothing was, or the store is older than the question.
            return Ok(Some(Before { column, hearsay: Vec::new(), owned: stored.records.to_vec() }));
        };
        let is_hearsay = |keys: Option<&str>| keys.is_some_and(|keys| keys.split('|').any(|key| key == name));
        let keys = keys.str()?;
        let part = |wanted: bool| -> Vec<u32> {
            let rows = stored.records.iter().zip(keys.iter());
            rows.map(|(record, keys)| if is_hearsay(keys) == wanted { *record } else { NONE }).collect()
        };
        Ok(Some(Before { column, hearsay: part(true), owned: part(false) }))
    }

    /// Says what a list that does not own a field says otherwise than who does, once a record.
    fn tell(&self, heard: &Heard<'_>, entry: &FieldEntry, owned: &Values<'_>, problems: &mut Problems) {
        let Heard { list, column, records } = heard;
        let data = &column.data;
        let mut said = Values::blank_like(data, self.count);
        said.take_list(data, records, false);
        let is_money = entry.kind == FieldType::Money;
        let mut told: FxHashSet<u32> = FxHashSet::default();
        let mut first = None;
        for (row, record) in records.iter().enumerate() {
            let at = *record as usize;
            let is_other = at < self.count && !owned.is_blank(at) && !said.is_blank(at) && !said.same(owned, at);
            // 某区某路1号 and 某市某区某路1号 are one home.
            let is_home = || entry.kind == FieldType::Address && same_home(&said.show(at, false), &owned.show(at, false));
            // Of several rows about one record the one whose word was taken.
            let is_word = || data.show(row) == said.show(at, is_money);
            if !is_other || !is_word() || is_home() || !told.insert(*record) || told.len() > MOST_TOLD {
                continue;
            }
            let whose = match entry.owner {
                Owner::Agent => "专员",
                Owner::Company => "公司清单",
            };
            let place = list.cell(row, column);
            first = first.or(Some(place));
            problems.push(Problem {
                code: Code::ValueNotTaken,
                place,
                field: column.heading.clone(),
                found: said.show(at, is_money).into(),
                what: format!("{whose}写的是“{}”，以{whose}写的为准", owned.show(at, is_money)).into(),
                outcome: Outcome::KeptAsIs,
            });
        }
        if let Some(place) = first.filter(|_| told.len() > MOST_TOLD) {
            problems.push(Problem {
                code: Code::ValueNotTaken,
                place,
                field: column.heading.clone(),
                found: "".into(),
                what: format!("这一列此外还有 {} 处不同，没有逐一列出", told.len() - MOST_TOLD).into(),
                outcome: Outcome::KeptAsIs,
            });
        }
    }

    /// Tells of each cell that was changed on a card of ours and did not become the value.
    fn tell_untaken(
        &self,
        heard: &Heard<'_>,
        entry: &FieldEntry,
        values: &Values<'_>,
        is_owned: &[bool],
        problems: &mut Problems,
    ) {
        let Heard { list, column, records } = heard;
        for (row, record) in records.iter().map(|record| *record as usize).enumerate() {
            let is_changed = record < self.count && !column.data.is_blank(row) && !list.is_kept(row, column);
            if !is_changed || values.is_as_said(record, &column.data, row) {
                continue;
            }
            let now = values.show(record, entry.kind == FieldType::Money);
            problems.push(untaken(list, row, column, &now, is_owned[record] && !owns(list, entry)));
        }
    }

    /// The words as written, of a field whose words were put into our own.
    fn spelled(
        &self,
        field: Field,
        entry: &FieldEntry,
        known: &[bool],
        hearsay: &mut [String],
    ) -> PolarsResult<Option<Column>> {
        let name = format!("{}_text", entry.key);
        let stored = self.stored(&name)?;
        let said: Vec<Heard<'_>> = self.sources.iter().filter_map(|source| source.heard(field, known)).collect();
        let anybody = said.iter().any(|heard| heard.column.spelled.is_some());
        if !anybody && stored.is_none() {
            return Ok(None);
        }
        let mut values = Values::Text(vec![None; self.count]);
        let mut owned = Values::Text(vec![None; self.count]);
        if let Some(stored) = &stored {
            values.take_stored(stored.column, &stored.hearsay)?;
            owned.take_stored(stored.column, &stored.owned)?;
        }
        for Heard { list, column, records } in &said {
            let values = if owns(list, entry) { &mut owned } else { &mut values };
            values.take_list(column.spelled.as_ref().unwrap_or(&column.data), records, false);
        }
        let is_owned = values.take_over(owned, false);
        note_hearsay(hearsay, &name, &values, &is_owned);
        values.into_column(&name).map(Some)
    }
}

fn same_home(one: &str, other: &str) -> bool {
    let address = |text: &str| Address::read(Cell::from(text)).good();
    address(one).zip(address(other)).is_some_and(|(one, other)| one.same_home(&other))
}

/// Adds a column to what is hearsay of each record.
fn note_hearsay(hearsay: &mut [String], name: &str, values: &Values<'_>, is_owned: &[bool]) {
    for (record, keys) in hearsay.iter_mut().enumerate() {
        if !is_owned[record] && !values.is_blank(record) {
            if !keys.is_empty() {
                keys.push('|');
            }
            keys.push_str(name);
        }
    }
}

/// Whether a list has the last word on a field.
fn owns(list: &List, entry: &FieldEntry) -> bool {
    list.kind.from_company() == (entry.owner == Owner::Company)
}

/// What is told of a cell that was changed on a card of ours and not taken: what counts instead is `now`.
pub fn untaken(list: &List, row: usize, column: &ListColumn, now: &str, by_company: bool) -> Problem {
    let heading = &column.heading;
    let now = if now.is_empty() { "空着".to_string() } else { format!("“{now}”") };
    let (code, what) = match by_company {
        true => (Code::CardNotOurs, format!("“{heading}”以公司清单和证件为准，改了不算，卡库里仍是{now}")),
        false => (Code::CardLate, format!("“{heading}”别处有更晚的说法，以它为准：{now}")),
    };
    Problem {
        code,
        place: list.cell(row, column),
        field: heading.clone(),
        found: column.data.show(row).into(),
        what: what.into(),
        outcome: Outcome::CellSetAside,
    }
}
