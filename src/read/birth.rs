//! Days of birth, once it is known on which day the people of the lists are known: nobody is born after it.

use chrono::NaiveDate;

use super::Lists;
use crate::model::cell::Cell;
use crate::model::columns::Data;
use crate::model::date::PartialDate;
use crate::model::list::List;
use crate::model::reading::Reading;
use crate::problem::{Code, Outcome, Problem, Problems};
use crate::templates::fields::Field;

impl Lists {
    /// Looks again at births after `as_of`: a year of two digits is one of the century before, any other is no birth
    /// and is told.
    pub fn born_by(&mut self, as_of: NaiveDate, problems: &mut Problems) {
        for list in &mut self.lists {
            for at in 0..list.columns.len() {
                born_by(list, at, as_of, problems);
            }
        }
    }
}

fn born_by(list: &mut List, at: usize, as_of: NaiveDate, problems: &mut Problems) {
    let column = &list.columns[at];
    let (Field::BIRTH, Data::Dates(dates)) = (column.slot.field, &column.data) else { return };
    let as_of_day = PartialDate::from(as_of);
    let future = |(row, date): (usize, &Option<PartialDate>)| date.filter(|date| *date > as_of_day).map(|date| (row, date));
    let future: Vec<(usize, PartialDate)> = dates.iter().enumerate().filter_map(future).collect();
    if future.is_empty() {
        return;
    }
    let written = list.originals.in_columns(&[column.at]);
    let said = |row: usize| written.get(&(row as u32, column.at as u16)).copied();
    let mut unborn = Vec::new();
    let mut settled = Vec::new();
    for (row, date) in future {
        let found = said(row).map_or_else(|| date.to_iso(), str::to_string);
        let born = PartialDate::read_birth(Cell::from(found.as_str()), as_of);
        if let Reading::Bad(fault) = born {
            problems.push(Problem {
                code: Code::BirthFuture,
                place: list.cell(row, column),
                field: column.heading.clone(),
                found: found.as_str().into(),
                what: format!("{fault}：{date}").into(),
                outcome: Outcome::CellSetAside,
            });
            unborn.push((row, found));
        }
        settled.push((row, born.good()));
    }
    let column = &mut list.columns[at];
    if let Data::Dates(dates) = &mut column.data {
        settled.into_iter().for_each(|(row, born)| dates[row] = born);
    }
    list.originals.keep_missing(column.at, unborn.iter().map(|(row, found)| (*row, found.as_str())));
}
