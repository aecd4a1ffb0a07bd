//! How phones are doing, in the words that people and programs are told, and which of them an error amounts to.

use crate::phone::AdbCause;

/// How a phone is doing. A ready one that works on a task is called busy, which those know who have it work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneState {
    /// Nothing answers where the phone is looked for: it is switched off, out of the network or unplugged.
    Absent {
        /// What was seen, for a person.
        reason: String,
    },
    /// The first connection is being made.
    Connecting,
    /// The phone asks its owner whether this computer may use it; it is tried again by itself.
    Authorizing {
        /// What was seen, for a person.
        reason: String,
    },
    /// The phone does not let this computer in: a person has to allow it on its screen.
    Unauthorized {
        /// What was seen, for a person.
        reason: String,
    },
    /// The phone is there and does not serve; it is tried again by itself.
    Offline {
        /// What was seen, for a person.
        reason: String,
    },
    /// The phone takes connections and answers nothing: it was let go and is connected anew.
    Stalled {
        /// What was seen, for a person.
        reason: String,
    },
    /// It is connected and answers.
    Ready,
}

impl PhoneState {
    /// How a phone is doing that could not be connected to, or whose connection ended, because of `cause`.
    #[must_use]
    pub fn after(cause: &AdbCause) -> Self {
        let reason = cause.to_string();
        match cause {
            AdbCause::Unreachable(_) => Self::Absent { reason },
            AdbCause::Authorizing { .. } => Self::Authorizing { reason },
            AdbCause::Unauthorized(_) | AdbCause::NoKey(_) => Self::Unauthorized { reason },
            // Whoever cannot be reached in time is told as unreachable: here somebody took the connection.
            AdbCause::DeadlinePassed(_) => Self::Stalled { reason },
            _ => Self::Offline { reason },
        }
    }

    /// What was seen, where there is something to say.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Absent { reason }
            | Self::Authorizing { reason }
            | Self::Unauthorized { reason }
            | Self::Offline { reason }
            | Self::Stalled { reason } => Some(reason),
            Self::Connecting | Self::Ready => None,
        }
    }

    /// How much it says of a phone: of several ways to it, the one with the least number is believed.
    pub(super) fn priority(&self) -> u8 {
        match self {
            Self::Ready => 0,
            Self::Authorizing { .. } => 1,
            Self::Unauthorized { .. } => 2,
            Self::Connecting => 3,
            Self::Stalled { .. } => 4,
            Self::Offline { .. } => 5,
            Self::Absent { .. } => 6,
        }
    }
}
