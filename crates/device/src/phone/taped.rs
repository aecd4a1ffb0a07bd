//! A phone that is recorded, or that a tape plays; and the time that passes for whoever works with it.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_domain::Serial;

use super::phone::{Inner, Phone};
use super::route::Route;
use crate::adb::handshake::Banner;
use crate::adb::handshake::greeting::Agreement;
use crate::adb::packet::MAX_PAYLOAD;
use crate::adb::transport::Transport;
use crate::tape::{Mode, Player, Recorder, Stopwatch};

impl Phone {
    /// The same phone, with the commands that are run on it and the files that are pushed to it recorded.
    pub(crate) fn recorded_by(&self, recorder: Arc<Recorder>) -> Self {
        Self { inner: Arc::clone(&self.inner), mode: Mode::Recording(recorder) }
    }

    /// No phone, but what it answered once. Whatever is not on tapes fails.
    pub(crate) fn played_by(player: Arc<Player>, serial: Serial) -> Self {
        let agreement =
            Agreement { banner: Banner::new("device", &[]), checksums: false, max_payload: MAX_PAYLOAD };
        let inner = Inner {
            name: serial.as_str().into(),
            route: Route::Tape { serial: serial.to_string() },
            serial,
            transport: Transport::Tape(Arc::new(agreement)),
        };
        Self { inner: Arc::new(inner), mode: Mode::Playing(player) }
    }

    pub(crate) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Waits for the phone to do something by itself. It takes no time when a tape plays the phone.
    pub async fn pause(&self, time: Duration) {
        self.mode.pause(time).await;
    }

    /// Begins to measure the time of something that is done with the phone. Whoever decides by the time has to take it
    /// from here: a tape plays it again as it was.
    #[must_use]
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch::start(self.mode.clone())
    }
}
