//! What the parts of the bench return.

use std::error::Error;
use std::time::Duration;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Processor times of one round.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) parse: Duration,
    pub(crate) evaluate: Duration,
}
