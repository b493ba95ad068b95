//! The four different answers to "what is in this cell?".

/// Blank, masked, good and wrong are different answers: wrong never quietly becomes blank, and a masked
/// number (`138****1234`) is never an identity.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading<T, E> {
    /// Nothing, or a word that says there is nothing (`无`, `不详`, `-`).
    Blank,
    /// Deliberately made unreadable: `138****1234`, `王*`.
    Masked,
    /// Understood.
    Good(T),
    /// Something is there, and it is not what it should be.
    Bad(E),
}

impl<T, E> Reading<T, E> {
    /// The value, if it was understood.
    pub fn good(self) -> Option<T> {
        match self {
            Reading::Good(value) => Some(value),
            _ => None,
        }
    }

    /// The same answer about a value made from this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U, E> {
        match self {
            Reading::Blank => Reading::Blank,
            Reading::Masked => Reading::Masked,
            Reading::Good(value) => Reading::Good(change(value)),
            Reading::Bad(fault) => Reading::Bad(fault),
        }
    }
}

impl<T, E> From<Result<T, E>> for Reading<T, E> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Reading::Good(value),
            Err(fault) => Reading::Bad(fault),
        }
    }
}
