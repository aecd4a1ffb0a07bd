//! What a phone has to do with tapes: nothing, being recorded, or being played by one.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::player::Player;
use super::recorder::Recorder;

/// A phone's tape.
#[derive(Debug, Clone, Default)]
pub(crate) enum Mode {
    /// None.
    #[default]
    Off,
    /// What is asked of the phone is recorded.
    Recording(Arc<Recorder>),
    /// There is no phone: the tape answers.
    Playing(Arc<Player>),
}

impl Mode {
    pub(crate) fn step(&self, name: &str) {
        match self {
            Self::Off => {}
            Self::Recording(recorder) => recorder.step(name),
            Self::Playing(player) => player.step(name),
        }
    }

    /// Waits; not when a tape is played.
    pub(crate) async fn pause(&self, time: Duration) {
        match self {
            Self::Off | Self::Recording(_) => sleep(time).await,
            Self::Playing(player) => player.go_on().await,
        }
    }
}

/// Measures time for a run: as long as it took, also when the run is played from its tape.
#[derive(Debug, Clone)]
pub struct Stopwatch {
    started: Instant,
    mode: Mode,
}

impl Stopwatch {
    pub(crate) fn start(mode: Mode) -> Self {
        Self { started: Instant::now(), mode }
    }

    /// The time since its start, in whole microseconds.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        match &self.mode {
            Mode::Off => self.started.elapsed(),
            Mode::Recording(recorder) => recorder.elapsed(self.started.elapsed()),
            Mode::Playing(player) => player.elapsed(),
        }
    }
}
