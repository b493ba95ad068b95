//! 客户服务卡: which cards there are, what stands on each, and what comes back on them. How a workbook is filled in
//! and read is [`crate::stamp`]'s matter; what it looks like is the template's.

mod columns;
mod cover;
mod relatives;

mod titles;

mod books;
mod data;
mod design;
mod units;
mod write;

pub use books::{CardBook, books, changed};
pub use data::{Cards, Extent, OWN_COMPANY, Wanted, blank, is_worked_out, product_and_riders};
pub use design::{Design, DesignError, DesignView, check};
pub use relatives::{Relative, relatives};
pub use titles::{Block, Fact, Source, heading, resolve, titles};
pub use write::{Choice, Printing, WriteOneError, write_blank};
