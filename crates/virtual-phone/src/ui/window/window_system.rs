//! The window system: the app in front, requests to start activities, the dump and the picture of the screen. No I/O
//! and no clock: `advance` passes the time in.

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::ui::app::{App, Identity, Scene};
use crate::ui::draw::frame::Frame;
use crate::ui::draw::painter;
use crate::ui::fault::Fault;
use crate::ui::intent::{Component, Delivery, EXTRA_STREAM, Intent, MediaSource, StartResult};
use crate::ui::report::AppsReport;
use crate::ui::window::chooser::{Choice, Chooser};
use crate::ui::window::dump::{self, NotIdle};
use crate::ui::window::lock::Lock;
use crate::ui::window::system_windows;
use crate::ui::window::tasks::Tasks;

/// The first row that the standard keyboard covers when it is open.
pub const KEYBOARD_TOP: i32 = 1500;

/// The keyboard that takes any Unicode text by broadcast, and covers no part of the screen.
pub const ADB_KEYBOARD: &str = "com.android.adbkeyboard/.AdbIME";
/// The keyboard of a fresh phone.
pub const STANDARD_KEYBOARD: &str =
    "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME";

/// The screen of one phone.
pub struct WindowSystem {
    pub(crate) tasks: Tasks,
    pub(crate) chooser: Option<Chooser>,
    pub(crate) lock: Lock,
    /// The name of the input field that has the focus.
    pub(crate) focused: Option<String>,
    pub(crate) keyboard_open: bool,
    pub(crate) input_method: String,
    pub(crate) clipboard: Option<String>,
    /// The window last seen, to notice when it changes.
    shown: String,
    pub(crate) now: DateTime<Utc>,
    random: StdRng,
}

impl WindowSystem {
    /// The screen of a phone that was just switched on and shows its launcher.
    pub(crate) fn new(tasks: Tasks, seed: u64, now: DateTime<Utc>) -> Self {
        let mut system = Self {
            tasks,
            chooser: None,
            lock: Lock::default(),
            focused: None,
            keyboard_open: false,
            input_method: STANDARD_KEYBOARD.to_owned(),
            clipboard: None,
            shown: String::new(),
            now,
            random: StdRng::seed_from_u64(seed),
        };
        system.settle();
        system
    }

    /// Advances the time; called before anything else. Time never goes back.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        self.now = self.now.max(now);
        self.tasks.advance(self.now);
        self.settle();
    }

    /// Starts the activity of a request. A shared item is read from `media` at once.
    pub fn start_activity(&mut self, intent: &Intent, media: &dyn MediaSource) -> StartResult {
        let mut targets = self.tasks.targets(intent);
        if let Some(component) = intent.component.as_ref().filter(|_| targets.is_empty()) {
            return StartResult::NoSuchActivity(component.clone());
        }
        let item = intent.extras.get(EXTRA_STREAM).and_then(|uri| media.find(uri));
        let result = match targets.len() {
            0 => return StartResult::Unresolved,
            1 => {
                let (index, class) = targets.remove(0);
                let delivery = Delivery { intent: intent.clone(), class: class.to_owned(), media: item };
                self.chooser = None;
                self.tasks.deliver(index, &delivery, self.now)
            }
            _ => {
                let choices = targets
                    .into_iter()
                    .map(|(index, class)| {
                        let label = self.tasks.identity(index).map_or("", |identity| identity.label);
                        Choice { app: index, class, label }
                    })
                    .collect();
                self.chooser = Some(Chooser::new(intent.clone(), item, choices));
                StartResult::Choosing(Chooser::component())
            }
        };
        self.settle();
        result
    }

    /// The activities that can take the request, as in `cmd package query-activities`.
    pub fn query_activities(&self, intent: &Intent) -> Vec<Component> {
        let targets = self.tasks.targets(intent).into_iter();
        targets
            .filter_map(|(index, class)| Some(Component::new(self.tasks.identity(index)?.package, class)))
            .collect()
    }

    /// Kills an app. `false` when it is not installed.
    pub fn force_stop(&mut self, package: &str) -> bool {
        let stopped = self.tasks.stop(package);
        self.settle();
        stopped
    }

    /// Whether the package is an app with a screen.
    pub fn is_installed(&self, package: &str) -> bool {
        self.tasks.index_of(package).is_some()
    }

    /// The installed apps.
    pub fn installed(&self) -> Vec<Identity> {
        self.tasks.apps().map(App::identity).collect()
    }

    /// Whether the app's process runs.
    pub fn is_running(&self, package: &str) -> bool {
        self.tasks.is_running(package)
    }

    /// The package and the activity of the window that has the focus.
    pub fn focus(&self) -> (String, String) {
        let scene = self.scene();
        (scene.package, scene.activity)
    }

    /// Sets the keyboard, installed or not.
    pub fn set_input_method(&mut self, component: &str) {
        component.clone_into(&mut self.input_method);
    }

    /// The keyboard in use.
    pub fn input_method(&self) -> &str {
        &self.input_method
    }

    /// Whether the keyboard is open (`mInputShown`).
    pub fn keyboard_open(&self) -> bool {
        self.keyboard_open
    }

    /// Dumps the active window like `uiautomator dump`. Compressed succeeds on an animated screen two times of three.
    ///
    /// # Errors
    /// [`NotIdle`] while the screen is animated or off.
    pub fn dump(&mut self, compressed: bool) -> Result<String, NotIdle> {
        if !self.lock.is_awake() {
            return Err(NotIdle::NullRoot);
        }
        let scene = self.scene();
        if scene.animated && !(compressed && self.random.random_ratio(2, 3)) {
            return Err(if self.random.random_ratio(1, 4) { NotIdle::NullRoot } else { NotIdle::Busy });
        }
        Ok(dump::dump(&scene, compressed))
    }

    /// The window that has the focus, animated or not.
    pub fn scene(&self) -> Scene {
        let mut scene = match (self.lock.scene(self.now), &self.chooser) {
            (Some(lock), _) => lock,
            (None, Some(chooser)) => chooser.scene(),
            (None, None) => self.tasks.front().dialog().unwrap_or_else(|| self.tasks.front().scene(self.now)),
        };
        scene.root.visit_mut(&mut |view| {
            view.flags.focused =
                view.field.as_ref().is_some_and(|field| Some(&field.name) == self.focused.as_ref());
        });
        scene
    }

    /// All windows that take touches, the topmost first: the status bar, the keyboard while it is open, and the one
    /// that has the focus.
    pub fn all_windows(&self) -> Vec<Scene> {
        let mut windows = vec![system_windows::status_bar(self.now)];
        windows.extend(self.shows_keyboard().then(system_windows::keyboard));
        windows.push(self.scene());
        windows
    }

    /// A picture of the whole screen.
    pub fn draw(&self) -> Frame {
        if !self.lock.is_awake() {
            return painter::draw_off();
        }
        let top = self.scene();
        let is_modal =
            !self.lock.covers() && (self.chooser.is_some() || self.tasks.front().dialog().is_some());
        let behind = is_modal.then(|| self.tasks.front().scene(self.now));
        painter::draw(behind.as_ref(), &top, self.now, self.shows_keyboard().then_some(KEYBOARD_TOP))
    }

    /// The reports of the apps.
    pub fn report(&self) -> AppsReport {
        self.tasks.apps().filter_map(App::report).map(|(kind, report)| (kind.to_owned(), report)).collect()
    }

    /// Arms a fault in all apps.
    pub fn arm(&mut self, fault: Fault) {
        match fault {
            Fault::Lock { kind } => self.lock.arm(kind),
            fault => self.tasks.arm(fault),
        }
        self.settle();
    }

    /// Ends all faults.
    pub fn clear_faults(&mut self) {
        self.lock = Lock::default();
        self.tasks.clear_faults();
        self.settle();
    }

    /// Whether a keyboard that covers a part of the screen is open.
    pub(crate) fn shows_keyboard(&self) -> bool {
        self.keyboard_open && self.input_method != ADB_KEYBOARD
    }

    /// Drops focus and keyboard when another window is in front. Called after every possible change of the window.
    pub(crate) fn settle(&mut self) {
        let scene = self.scene();
        let shown = format!("{}/{}#{}", scene.package, scene.activity, scene.name);
        if shown != self.shown {
            self.shown = shown;
            self.focused = None;
            self.keyboard_open = false;
        }
    }
}
