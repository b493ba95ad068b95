//! What a list looks like: its headings, remembered from month to month.

use serde::{Deserialize, Serialize};

/// The headings of a list, from left to right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The file without the month in its name, the sheet, and which list of the sheet it is.
    pub of: String,
    /// What it lists.
    pub kind: String,
    /// Heading, and key of the field; empty for what was not understood.
    pub columns: Vec<(String, String)>,
}
