//! The marks of the attempts at one task, in memory.

use std::sync::Mutex;

use serde_json::Value;
use tikmatrix_device::script::{MarkError, Marks, async_trait};

/// The marks of the attempts at one task.
#[derive(Debug, Default)]
pub(crate) struct MarksInMemory {
    standing: Mutex<Option<Value>>,
    fails: Mutex<bool>,
}

impl MarksInMemory {
    /// The marks of a task of which this one stands.
    pub(crate) fn with(mark: Value) -> Self {
        Self { standing: Mutex::new(Some(mark)), ..Self::default() }
    }

    /// The newest mark that was not withdrawn.
    pub(crate) fn standing(&self) -> Option<Value> {
        self.standing.lock().unwrap().clone()
    }

    /// Stores none from now on.
    pub(crate) fn fail(&self) {
        *self.fails.lock().unwrap() = true;
    }

    fn store(&self, mark: Option<Value>) -> Result<(), MarkError> {
        if *self.fails.lock().unwrap() {
            return Err(MarkError { reason: "the disk is full".to_owned(), transient: true });
        }
        *self.standing.lock().unwrap() = mark;
        Ok(())
    }
}

#[async_trait]
impl Marks for MarksInMemory {
    async fn set(&self, mark: &Value) -> Result<(), MarkError> {
        self.store(Some(mark.clone()))
    }

    async fn withdraw(&self) -> Result<(), MarkError> {
        self.store(None)
    }
}
