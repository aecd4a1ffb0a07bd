//! Whether a run is recorded or replayed, for what it asks of this machine; what it asks of its phone goes through a
//! transport.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::player::Player;
use super::recorder::Recorder;

/// A run's relation to its tape.
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    /// The run is recorded.
    Recording(Arc<Recorder>),
    /// The tape answers.
    Replaying(Arc<Player>),
}

impl Mode {
    /// Records or replays the start of a step.
    pub(crate) fn step(&self, name: &str) {
        match self {
            Self::Recording(recorder) => recorder.step(name),
            Self::Replaying(player) => player.step(name),
        }
    }

    /// Does `work` and records its answer, or takes the answer from the tape.
    pub(crate) async fn recorded_input<T>(&self, what: &str, work: impl Future<Output = T> + Send) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        match self {
            Self::Recording(recorder) => {
                let answer = work.await;
                recorder.input(what, serde_json::to_value(&answer).unwrap_or_default());
                answer
            }
            Self::Replaying(player) => player.input(what).await,
        }
    }
}
