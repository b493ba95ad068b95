//! All fields of a kind of record at once: each value from whoever has the last word on it.
//!
//! The order, weakest first: lists that do not own the field, then what the last run knew, then lists that own
//! it, the newest last. So a company list beats a card on a policy's status, and a card beats the company list
//! on what the family needs; and neither ever blanks what it does not mention.

use polars::prelude::*;

use super::changes::{Changed, Changes};
use super::values::Values;
use crate::model::list::{List, Slot};
use crate::templates::fields::{Field, FieldEntry, FieldType, Fields, Owner, Role};

/// A list and the records its rows are about.
pub struct Source<'l> {
    /// The list.
    pub list: &'l List,
    /// Whose columns.
    pub role: Role,
    /// The record of each row; out of range for rows that are about none.
    pub records: &'l [u32],
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

impl Merging<'_> {
    /// One column for each wanted field that anybody says anything about, and one more (`…_text`) for the words
    /// as written where they were put into our own.
    pub fn columns(&self, wanted: impl Fn(Field, &FieldEntry) -> bool, changes: &mut Changes) -> PolarsResult<Vec<Column>> {
        let mut columns = Vec::new();
        for (field, entry) in self.fields.iter().filter(|(field, entry)| wanted(*field, entry)) {
            columns.extend(self.column(field, entry, changes)?);
            columns.extend(self.spelled(field, entry)?);
        }
        Ok(columns)
    }

    fn column(&self, field: Field, entry: &FieldEntry, changes: &mut Changes) -> PolarsResult<Option<Column>> {
        let stored = self.stored.as_ref().and_then(|stored| Some((stored.frame.column(&entry.key).ok()?, stored.records)));
        let said: Vec<_> = self.sources.iter().filter_map(|source| Some((source, data_of(source, field)?))).collect();
        let mut values = match (said.first(), stored) {
            (Some((_, data)), _) => Values::blank_like(data, self.count),
            (None, Some((column, _))) => Values::blank_as(column, self.count),
            (None, None) => return Ok(None),
        };
        let owns = |list: &List| list.kind.from_company() == (entry.owner == Owner::Company);
        let latest = matches!(entry.kind, FieldType::Date | FieldType::Moment)
            && entry.of == crate::templates::fields::Record::Household;
        for (source, data) in said.iter().filter(|(source, _)| !owns(source.list)) {
            values.take_list(data, source.records, latest);
        }
        if let Some((column, records)) = stored {
            values.take_stored(column, records)?;
        }
        for (source, data) in said.iter().filter(|(source, _)| owns(source.list)) {
            values.take_list(data, source.records, latest);
        }
        if let Some((column, records)) = stored {
            let mut before = Values::blank_as(column, self.count);
            before.take_stored(column, records)?;
            let mut known = vec![false; self.count];
            records
                .iter()
                .filter(|record| (**record as usize) < self.count)
                .for_each(|record| known[*record as usize] = true);
            let is_money = entry.kind == FieldType::Money;
            for record in (0..self.count).filter(|record| known[*record] && !values.same(&before, *record)) {
                let (before, after) = (before.show(record, is_money), values.show(record, is_money));
                changes.value(self.of, (self.key)(record), &entry.title, before, after);
            }
        }
        values.into_column(&entry.key).map(Some)
    }

    /// The words as written, of a field whose words were put into our own.
    fn spelled(&self, field: Field, entry: &FieldEntry) -> PolarsResult<Option<Column>> {
        let name = format!("{}_text", entry.key);
        let stored = self.stored.as_ref().and_then(|stored| Some((stored.frame.column(&name).ok()?, stored.records)));
        let slot = |source: &Source<'_>| Slot::whose(source.role, field);
        let anybody = self
            .sources
            .iter()
            .any(|source| source.list.column(slot(source)).is_some_and(|column| column.spelled.is_some()));
        if !anybody && stored.is_none() {
            return Ok(None);
        }
        let mut values = Values::Text(vec![None; self.count]);
        if let Some((column, records)) = stored {
            values.take_stored(column, records)?;
        }
        for source in &self.sources {
            if let Some(column) = source.list.column(slot(source)) {
                values.take_list(column.spelled.as_ref().unwrap_or(&column.data), source.records, false);
            }
        }
        values.into_column(&name).map(Some)
    }
}

fn data_of<'l>(source: &Source<'l>, field: Field) -> Option<&'l crate::model::columns::Data> {
    let list: &'l List = source.list;
    list.column(Slot::whose(source.role, field)).map(|column| &column.data)
}
