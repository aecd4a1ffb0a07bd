//! Switching the display on and off, and dismissing the lock screen.

use crate::ui::window::window_system::WindowSystem;

impl WindowSystem {
    /// Whether the display is on.
    pub fn is_awake(&self) -> bool {
        self.lock.is_awake()
    }

    /// Switches the display on or off.
    pub fn set_awake(&mut self, is_awake: bool) {
        self.lock.set_awake(is_awake);
        self.settle();
    }

    /// Whether the lock screen is shown, also while the display is off.
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }

    /// Dismisses the lock screen, or makes it ask for its secret, as `wm dismiss-keyguard` does.
    pub fn dismiss_keyguard(&mut self) {
        self.lock.dismiss();
        self.settle();
    }
}
