//! The tape of a script's run: all requests of the script to its phone and this machine, with the answers, in order. With it the same script runs again without the phone: see [`crate::script::replay`]. A tape holds the phone's
//! screens, typed texts and the task's configuration: it is as confidential as these are.
//!
//! A tape is a text in JSON Lines, with or without gzip: a head, an entry for each exchange, and the end of the run. A
//! transport records it, at the operations that scripts use: bytes on the wire are not the same twice.

mod answer;
mod entry;
mod mode;
mod player;
mod reader;
mod recorder;
mod recording;

pub use entry::{End, Head};
pub(crate) use mode::Mode;
pub use player::Divergence;
pub(crate) use player::{Player, Stop};
pub(crate) use reader::{FORM, MAX_RECORDED};
pub use reader::{Tape, TapeError};
pub(crate) use recorder::Recorder;
pub(crate) use recording::{recorded, replayed};
