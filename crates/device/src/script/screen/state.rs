//! What a run knows of the screen between two uses of it.

use std::sync::Arc;
use std::time::Duration;

use super::guard::ScreenGuard;
use crate::android::ScreenReader;
use crate::ui::UiTree;

/// For one tool of the phone that answers at once when it answers.
pub(in crate::script) const TOOL_TIMEOUT: Duration = Duration::from_secs(30);

/// How the screen is read and judged, and what it showed last.
#[derive(Default)]
pub(in crate::script) struct ScreenState {
    pub(in crate::script) reader: ScreenReader,
    pub(super) guard: Option<Arc<dyn ScreenGuard>>,
    pub(in crate::script) last: Option<UiTree>,
}

impl ScreenState {
    /// Returns what people would call the screen that was seen last.
    pub(in crate::script) fn describe_last(&self) -> String {
        match &self.last {
            Some(tree) => self.describe(tree),
            None => "nothing yet".to_owned(),
        }
    }

    /// Returns what people would call a screen.
    pub(super) fn describe(&self, tree: &UiTree) -> String {
        if let Some(name) = self.guard.as_ref().and_then(|guard| guard.name(tree)) {
            return name;
        }
        let shown: Vec<String> = tree
            .iter()
            .flat_map(|node| [&node.node().text, &node.node().description])
            .filter(|text| !text.trim().is_empty())
            .take(4)
            .map(|text| format!("{:?}", text.chars().take(40).collect::<String>()))
            .collect();
        let of = match tree.package() {
            "" => String::new(),
            package => format!(" of {package}"),
        };
        let showing = if shown.is_empty() { String::new() } else { format!(" showing {}", shown.join(", ")) };
        format!("an unknown screen{of}{showing}")
    }

    /// Returns what people would call a screen on which something was not found, and what they should check.
    pub(super) fn describe_with_hint(&self, tree: &UiTree) -> String {
        let screen = self.describe(tree);
        match self.guard.as_ref().and_then(|guard| guard.hint(tree)) {
            Some(hint) => format!("{screen}; {hint}"),
            None => screen,
        }
    }
}
