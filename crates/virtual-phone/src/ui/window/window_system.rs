//! The window system: input to the window in front, and what is seen of it. No I/O and no clock: `advance` passes the
//! time in.

use chrono::{DateTime, Utc};

use crate::ui::activity::tasks::Tasks;
use crate::ui::app::{Scene, Swipe};
use crate::ui::fault::Fault;
use crate::ui::intent::{Intent, MediaSource, StartResult};
use crate::ui::window::dump::{Dumper, NotIdle};
use crate::ui::window::focus::Focus;
use crate::ui::window::key::Key;
use crate::ui::window::keyboard::Keyboard;
use crate::ui::window::layers::Layers;
use crate::ui::window::snapshot::Snapshot;
use crate::ui::window::text_input::TextInput;

/// The screen of one phone.
pub struct WindowSystem {
    /// The windows of the apps and of the system.
    pub layers: Layers,
    focus: Focus,
    /// The keyboard in use.
    pub keyboard: Keyboard,
    dumper: Dumper,
    now: DateTime<Utc>,
}

impl WindowSystem {
    /// The screen of a phone that was just switched on and shows its launcher.
    pub(crate) fn new(tasks: Tasks, seed: u64, now: DateTime<Utc>) -> Self {
        let (layers, focus, keyboard) = (Layers::new(tasks), Focus::default(), Keyboard::new());
        let mut system = Self { layers, focus, keyboard, dumper: Dumper::new(seed), now };
        system.settle();
        system
    }

    /// Advances the time; called before anything else. Time never goes back.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        self.now = self.now.max(now);
        self.layers.activities.tasks.apps.advance(self.now);
        self.settle();
    }

    /// The installed apps and those that run.
    pub fn tasks(&self) -> &Tasks {
        &self.layers.activities.tasks
    }

    /// Starts the activity of a request. A shared item is read from `media` at once.
    pub fn start_activity(&mut self, intent: &Intent, media: &dyn MediaSource) -> StartResult {
        let result = self.layers.activities.start(intent, media, self.now);
        self.settle();
        result
    }

    /// Kills an app. `false` when it is not installed.
    pub fn force_stop(&mut self, package: &str) -> bool {
        let stopped = self.layers.activities.tasks.stop(package);
        self.settle();
        stopped
    }

    /// Arms a fault.
    pub fn arm(&mut self, fault: Fault) {
        self.layers.arm(fault);
        self.settle();
    }

    /// Signs in a further account in the app of this id, such as `tiktok`. `false` when there is no such app.
    pub fn sign_in(&mut self, app: &str, username: &str) -> bool {
        self.layers.activities.tasks.apps.sign_in(app, username)
    }

    /// Ends all faults.
    pub fn clear_faults(&mut self) {
        self.layers.clear_faults();
        self.settle();
    }

    /// The window that has the focus, animated or not.
    pub fn scene(&self) -> Scene {
        let mut scene = self.layers.scene(self.now);
        self.focus.mark(&mut scene);
        scene
    }

    /// All that is on the screen.
    pub fn snapshot(&self) -> Snapshot {
        self.layers.snapshot(self.scene(), self.keyboard.is_shown(), self.now)
    }

    /// Dumps the active window like `uiautomator dump`. Compressed succeeds on an animated screen two times of three.
    ///
    /// # Errors
    /// [`NotIdle`] while the screen is animated or off.
    pub fn dump(&mut self, compressed: bool) -> Result<String, NotIdle> {
        self.dumper.dump(&self.snapshot(), compressed)
    }

    /// Taps the screen.
    pub fn tap(&mut self, x: i32, y: i32) {
        if self.keyboard.covers(y) || !self.layers.lock.is_awake() {
            return;
        }
        let scene = self.scene();
        let Some(view) = scene.root.touched(x, y).filter(|view| view.flags.enabled) else {
            return;
        };
        if let Some(field) = &view.field {
            self.focus.give(&field.name);
            self.keyboard.is_open = true;
        }
        if let Some(action) = &view.action {
            self.layers.act(action, self.now);
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
        if !self.keyboard.covers(from.1) && self.layers.lock.is_awake() {
            self.layers.swipe(swipe);
        }
        self.settle();
    }

    /// Presses the key of this Android key code. Keys without an effect are ignored.
    pub fn key(&mut self, code: u32) {
        if let Some(key) = Key::from_code(code) {
            press(self, key);
        }
        self.settle();
    }

    /// Types text at the end of the focused input field. `false` when no field has the focus.
    pub fn commit_text(&mut self, text: &str) -> bool {
        self.text_input().map(|mut input| input.commit(text)).is_some()
    }

    /// The input field that has the focus.
    pub fn text_input(&mut self) -> Option<TextInput<'_>> {
        self.layers.field(self.focus.field()?)
    }

    /// Drops what belonged to another window. Called after every possible change of the window in front.
    fn settle(&mut self) {
        if self.focus.moves_to(&self.layers.scene(self.now)) {
            self.keyboard.is_open = false;
        }
    }
}

/// Handles a key: it closes the keyboard, edits the focused input field, or is for the window in front.
fn press(system: &mut WindowSystem, key: Key) {
    match key {
        Key::Back if system.keyboard.is_open => system.keyboard.is_open = false,
        Key::Escape => system.keyboard.is_open = false,
        Key::Enter if system.scene().is_multiline() => _ = system.commit_text("\n"),
        Key::Enter | Key::Tab => system.focus.pass_on(&system.scene()),
        Key::Delete => _ = system.text_input().map(|mut input| input.delete_last()),
        Key::Character(character) => _ = system.commit_text(character.encode_utf8(&mut [0; 4])),
        key => system.layers.press(key, system.now),
    }
}
