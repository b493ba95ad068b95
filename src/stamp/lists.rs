//! Where the values and the rows of lists come from: a record, or a stream.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::piece::Lookup;
use super::value::{Row, Value};

impl Lookup for BTreeMap<String, Value> {
    fn value(&self, title: &str) -> Option<&Value> {
        self.get(title)
    }
}

impl Lookup for Row {
    fn value(&self, title: &str) -> Option<&Value> {
        self.fields.get(title)
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// Does something with each row of a list.
pub(super) type Body<'a> = dyn FnMut(&dyn Lookup) -> Result<(), Fault> + 'a;

/// Where the rows of lists come from.
pub(super) trait Lists {
    fn length(&self, list: &str) -> usize;
    fn each(&mut self, list: &str, body: &mut Body) -> Result<(), Fault>;
}

/// The lists of a record.
pub(super) struct Recorded<'a>(pub &'a BTreeMap<String, Vec<Row>>);

impl Lists for Recorded<'_> {
    fn length(&self, list: &str) -> usize {
        self.0.get(list).map_or(0, Vec::len)
    }

    fn each(&mut self, list: &str, body: &mut Body) -> Result<(), Fault> {
        self.0.get(list).into_iter().flatten().try_for_each(|row| body(row))
    }
}

/// One list as it comes, the others from a record.
pub(super) struct Stream<'a, I> {
    pub others: Recorded<'a>,
    pub list: &'a str,
    pub columns: &'a [&'a str],
    pub length: usize,
    pub rows: Option<I>,
}

/// A streamed row: values in the order of the columns.
struct Streamed<'a> {
    columns: &'a [&'a str],
    values: &'a [Value],
}

impl Lookup for Streamed<'_> {
    fn value(&self, title: &str) -> Option<&Value> {
        self.columns.iter().position(|column| *column == title).and_then(|index| self.values.get(index))
    }
}

impl<R: AsRef<[Value]>, I: Iterator<Item = R>> Lists for Stream<'_, I> {
    fn length(&self, list: &str) -> usize {
        if list == self.list { self.length } else { self.others.length(list) }
    }

    fn each(&mut self, list: &str, body: &mut Body) -> Result<(), Fault> {
        if list != self.list {
            return self.others.each(list, body);
        }
        let columns = self.columns;
        self.rows.take().into_iter().flatten().try_for_each(|row| body(&Streamed { columns, values: row.as_ref() }))
    }
}
