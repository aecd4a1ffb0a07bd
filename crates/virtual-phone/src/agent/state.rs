//! The state of one running agent, and the replies that its methods return.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value};

use crate::agent::nodes::Nodes;
use crate::agent::selector::Selector;
use crate::machine::Machine;
use crate::system::accessibility::Automation;

/// One running agent.
pub(crate) struct Agent {
    pub(crate) machine: Arc<Machine>,
    /// Where `injectInputEvent` has put a finger down.
    pub(crate) finger: Mutex<Option<(i32, i32)>>,
    pub(crate) configuration: Mutex<Map<String, Value>>,
    _automation: Automation,
}

impl Agent {
    pub(crate) fn new(machine: Arc<Machine>, automation: Automation) -> Self {
        Self { machine, finger: Mutex::default(), configuration: Mutex::default(), _automation: automation }
    }

    pub(crate) fn holds(&self, condition: &Condition) -> bool {
        let scene = self.machine.windows().scene();
        condition.selector.find(&Nodes::of(&scene)).is_some() == condition.exists
    }
}

/// The reply to a call.
pub(crate) enum Reply {
    /// The answer.
    Now(Value),
    /// The answer, once this time has passed: fingers take time to move.
    After(Duration, Value),
    /// `true` as soon as the condition holds, `false` when the time has passed.
    Until(Condition, Duration),
}

/// Whether a node is, or is not, on the screen.
pub(crate) struct Condition {
    pub(crate) selector: Selector,
    pub(crate) exists: bool,
}
