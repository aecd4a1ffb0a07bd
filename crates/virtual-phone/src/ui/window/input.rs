//! Taps, swipes, keys and text.

use crate::ui::app::Swipe;
use crate::ui::window::text;
use crate::ui::window::window_system::{KEYBOARD_TOP, WindowSystem};

/// `KEYCODE_HOME`
pub const KEY_HOME: u32 = 3;
/// `KEYCODE_BACK`
pub const KEY_BACK: u32 = 4;
/// `KEYCODE_POWER`
pub const KEY_POWER: u32 = 26;
/// `KEYCODE_SLEEP`
pub const KEY_SLEEP: u32 = 223;
/// `KEYCODE_WAKEUP`
pub const KEY_WAKE_UP: u32 = 224;
/// `KEYCODE_TAB`
pub const KEY_TAB: u32 = 61;
/// `KEYCODE_ENTER`
pub const KEY_ENTER: u32 = 66;
/// `KEYCODE_ESCAPE`, which only closes the keyboard.
pub const KEY_ESCAPE: u32 = 111;
/// `KEYCODE_DEL`, which is Backspace.
pub const KEY_DELETE: u32 = 67;

impl WindowSystem {
    /// Taps the screen.
    pub fn tap(&mut self, x: i32, y: i32) {
        if self.keyboard_covers(y) || !self.lock.is_awake() {
            return;
        }
        let scene = self.scene();
        let Some(view) = scene.root.touched(x, y).filter(|view| view.flags.enabled) else {
            return;
        };
        if let Some(field) = &view.field {
            self.focused = Some(field.name.clone());
            self.keyboard_open = true;
        }
        if let Some(action) = view.action.clone() {
            self.act(&action);
        }
        self.settle();
    }

    /// Swipes over the screen.
    pub fn swipe(&mut self, from: (i32, i32), to: (i32, i32)) {
        let swipe = Swipe { from, to };
        if swipe.is_tap() {
            self.tap(from.0, from.1);
            return;
        }
        if self.lock.covers() && self.lock.is_awake() {
            self.lock.swipe(swipe.upward());
        }
        let covered = !self.lock.is_awake()
            || self.lock.covers()
            || self.keyboard_covers(from.1)
            || self.chooser.is_some()
            || self.tasks.front().dialog().is_some();
        if !covered {
            self.tasks.front_mut().swipe(swipe);
        }
        self.settle();
    }

    /// Presses the key of this Android key code. Keys without an effect are ignored.
    pub fn key(&mut self, code: u32) {
        match code {
            KEY_WAKE_UP => self.lock.set_awake(true),
            KEY_SLEEP => self.lock.set_awake(false),
            KEY_POWER => self.lock.set_awake(!self.lock.is_awake()),
            _ if self.lock.covers() => {}
            KEY_HOME => self.go_home(),
            KEY_BACK => self.go_back(),
            KEY_ESCAPE => self.keyboard_open = false,
            KEY_ENTER => self.enter(),
            KEY_TAB => self.focus_next(),
            KEY_DELETE => {
                if let Some(typed) = self.focused_text() {
                    text::delete_last(typed);
                }
            }
            _ => {
                if let Some(character) = text::key_character(code) {
                    self.commit_text(character.encode_utf8(&mut [0; 4]));
                }
            }
        }
        self.settle();
    }

    /// Types text at the end of the focused input field. `false` when no field has the focus.
    pub fn commit_text(&mut self, typing: &str) -> bool {
        let limit = self.focused.as_ref().and_then(|name| self.tasks.front().field_limit(name));
        let Some(typed) = self.focused_text() else {
            return false;
        };
        typed.push_str(typing);
        text::cut_off(typed, limit.unwrap_or(usize::MAX));
        true
    }

    /// Replaces the text of the input field of this name on the window in front. `false` when there is none.
    pub fn set_text(&mut self, field: &str, typing: &str) -> bool {
        let limit = self.tasks.front().field_limit(field);
        let Some(typed) = self.tasks.front_mut().field_mut(field) else {
            return false;
        };
        typing.clone_into(typed);
        text::cut_off(typed, limit.unwrap_or(usize::MAX));
        true
    }

    /// Empties the focused input field. `false` when no field has the focus.
    pub fn clear_text(&mut self) -> bool {
        let Some(typed) = self.focused_text() else {
            return false;
        };
        typed.clear();
        true
    }
}

impl WindowSystem {
    fn keyboard_covers(&self, y: i32) -> bool {
        self.shows_keyboard() && y >= KEYBOARD_TOP
    }

    fn focused_text(&mut self) -> Option<&mut String> {
        let name = self.focused.clone()?;
        self.tasks.front_mut().field_mut(&name)
    }

    fn act(&mut self, action: &str) {
        if self.lock.covers() {
            self.lock.act(action);
            return;
        }
        if let Some(chooser) = &mut self.chooser {
            if let Some((index, delivery)) = chooser.act(action) {
                self.tasks.deliver(index, &delivery, self.now);
                self.chooser = None;
            }
            return;
        }
        let now = self.now;
        let outcome = self.tasks.front_mut().act(action, now);
        self.tasks.follow(outcome, now);
    }

    fn go_home(&mut self) {
        self.chooser = None;
        self.tasks.go_home();
    }

    fn go_back(&mut self) {
        if self.keyboard_open {
            self.keyboard_open = false;
        } else if self.chooser.take().is_none() {
            let now = self.now;
            let outcome = self.tasks.front_mut().back(now);
            self.tasks.follow(outcome, now);
        }
    }

    fn enter(&mut self) {
        let scene = self.scene();
        let Some(field) = scene.root.find(&|view| view.flags.focused).and_then(|view| view.field.as_ref())
        else {
            return;
        };
        if field.multiline {
            self.commit_text("\n");
        } else {
            self.focus_next();
        }
    }

    fn focus_next(&mut self) {
        let names = self.scene().root.field_names();
        let at = names.iter().position(|name| Some(name) == self.focused.as_ref());
        if let Some(next) = at.and_then(|at| names.get(at + 1)) {
            self.focused = Some(next.clone());
        }
    }
}
