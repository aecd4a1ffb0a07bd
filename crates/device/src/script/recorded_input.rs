//! The inputs of a run besides its phone, which a tape has to hold.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;

impl Context {
    /// Obtains an input from elsewhere than the phone, such as a file of this machine or the record of materials. Every
    /// such input of a run has to be obtained this way, or the run cannot be replayed: `work` is done when there is no
    /// tape to replay, and its answer comes from the tape when there is one. `what` names the input in the imperative and
    /// is the same in each run.
    pub async fn recorded_input<T>(&self, what: &str, work: impl Future<Output = T> + Send) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        self.mode.recorded_input(what, work).await
    }
}
