//! The scripts that a server has, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Script;

/// The scripts that can be asked for; a cheap copy.
#[derive(Clone, Default)]
pub struct ScriptRegistry {
    scripts: BTreeMap<&'static str, Arc<dyn Script>>,
}

impl ScriptRegistry {
    /// The same with one script more; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, script: impl Script) -> Self {
        self.scripts.insert(script.name(), Arc::new(script));
        self
    }

    /// The script of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<dyn Script>> {
        self.scripts.get(name).cloned()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Script>> {
        self.scripts.values()
    }
}
