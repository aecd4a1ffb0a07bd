//! What a run goes by besides its phone: it is learned in one place, so that a tape can answer for it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;

impl Context {
    /// Learns something from elsewhere than the phone, as from a file of this machine or a record of materials. Whatever
    /// a run goes by has to be learned so, or it cannot be replayed: `work` is done when there is no tape, and its answer
    /// comes from the tape when there is one. `what` says in the imperative what for, and is the same in each such run.
    pub async fn recorded_input<T>(&self, what: &str, work: impl Future<Output = T> + Send) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        self.mode.recorded_input(what, work).await
    }
}
