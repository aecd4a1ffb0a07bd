//! The input field that has the focus.

use crate::ui::app::Scene;

/// The focus of one window, which is lost when another one comes to the front.
#[derive(Debug, Default)]
pub(crate) struct Focus {
    /// The window last seen, to notice when it changes.
    window: String,
    /// The name of the input field.
    field: Option<String>,
}

impl Focus {
    /// The name of the input field that has the focus.
    pub(crate) fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Gives the focus to an input field.
    pub(crate) fn give(&mut self, field: &str) {
        self.field = Some(field.to_owned());
    }

    /// Passes the focus to the input field below.
    pub(crate) fn pass_on(&mut self, scene: &Scene) {
        let names = scene.root.field_names();
        let at = names.iter().position(|name| Some(name) == self.field.as_ref());
        if let Some(next) = at.and_then(|at| names.get(at + 1)) {
            self.field = Some(next.clone());
        }
    }

    /// Moves to the window in front. `true` when it is another one, in which no field has the focus yet.
    pub(crate) fn moves_to(&mut self, scene: &Scene) -> bool {
        let window = format!("{}/{}#{}", scene.package, scene.activity, scene.name);
        let moves = window != self.window;
        if moves {
            *self = Self { window, field: None };
        }
        moves
    }

    /// Marks the view that has the focus.
    pub(crate) fn mark(&self, scene: &mut Scene) {
        scene.root.visit_mut(&mut |view| {
            view.flags.focused =
                view.field.as_ref().is_some_and(|field| Some(&field.name) == self.field.as_ref());
        });
    }
}
