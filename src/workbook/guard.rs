//! A wall around what may panic on a damaged file: calls into libraries, and the reading of each file as a whole.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::fault::OpenError;

/// Runs one such call. After a panic the reader it used is not touched again.
pub(crate) fn guard<T>(call: impl FnOnce() -> T) -> Result<T, OpenError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let detail = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
            (Some(text), _) => text.to_string(),
            (_, Some(text)) => text.clone(),
            _ => "panic".to_string(),
        };
        OpenError::Panicked { detail }
    })
}
