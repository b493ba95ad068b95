//! Template workbooks: an office's own workbook with placeholders in its cells, and records, become a workbook; and a
//! filled workbook becomes records again.
//!
//! `{{客户姓名}}` in a cell is a field; a row with `{{#保单.险种}}` stands once for each policy. We unzip the template,
//! rewrite the sheets that hold placeholders and the few parts that hold row numbers, and copy every other part byte for
//! byte: what is never parsed cannot be lost.
//!
//! A template is opened and checked once ([`Template::open`]): each part becomes a row of pieces (`piece`), bytes to be
//! copied and between them what depends on the record. Filling it is writing those pieces, with the values of the record
//! and with where each row goes (`place`).

mod value;

mod fill;
mod lists;
mod template;

mod check;

// And back.
mod align;
mod grid;
mod mark;
mod read_back;

// The parts of a workbook, and what in them follows.
mod around_rows;
mod contents;
mod package;
mod raw_rows;
mod satellite;
mod sheet;
mod styles;
mod text;

// What they are made of.
mod fault;
mod formula;
mod height;
mod piece;
mod place;
mod placeholder;
mod xml;

pub use check::{Asked, CheckReport, ListRows, Titles};
pub use fault::{Fault, What};
pub use grid::{Filled, Grid, Said, day as as_date};
pub use mark::{Mark, SHEET as MARK_SHEET, document_property, is_marked};
pub use place::Place;
pub use placeholder::Placeholder;
pub use read_back::{FieldReading, Reading, RowReading, SheetReading, State, Strange, Why};
pub use template::{INDEX_LIST, Template};
pub use value::{Record, Row, Value};
