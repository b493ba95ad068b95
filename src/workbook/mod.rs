//! Opening whatever spreadsheet the office has, and streaming its rows. The only folder that knows calamine.
//!
//! [`Workbook`] is what others use; the rest is one kind of file, or one danger, a file.

mod archive;
mod book;

mod content;
mod fault;
mod limits;
mod rows;

mod sniff;

mod cells;
mod package;
mod plain_book;
mod plain_sheet;
mod xlsb;
mod xlsx;

mod biff;
mod compound;
mod decrypt;
mod grid;
mod opendocument;

mod delimited;
mod encoding;

mod webarchive;
mod webpage;
mod xmlsheet;

mod guard;
mod markup;

pub use archive::{bytes_of, fingerprint, unpack};
pub use book::{Format, Merge, SheetInfo, Workbook};
pub use encoding::{TextEncoding, read_text};
pub use fault::{OpenError, Unreadable};
pub(crate) use guard::guard;
pub use limits::Limits;
pub use rows::{Cut, Row, StreamEnd, UnreadableCell};

#[cfg(test)]
mod plain_tests;
#[cfg(test)]
mod tests;
