//! A run of a script on record: all that the script asked of its phone and of this machine, and what it was answered, in
//! order. With it the same script runs again without the phone: see [`crate::script::replay`]. A tape holds what the phone
//! showed, what was typed into it and the task's configuration, and is to be kept from whoever may not see those.
//!
//! A tape is a text, JSON Lines, packed as gzip or not: a head, an entry for each exchange, and how the run ended. It is
//! recorded at the verbs of a phone that scripts use, above the wire: how bytes travel has tests of its own, and is not the
//! same twice.

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
pub(crate) use reader::{FORM, MOST_RECORDED};
pub use reader::{Tape, TapeError};
pub(crate) use recorder::Recorder;
pub(crate) use recording::{recorded, replayed};
