//! Polls the screen until it shows what is needed: every wait has a timeout, every read handles popups and dead ends, and
//! nothing is tapped on a screen that still moves.

use std::sync::Arc;
use std::time::Duration;

use super::guard::{Dismissal, ScreenGuard, ScreenVerdict};
use super::state::{ScreenState, TOOL_TIMEOUT};
use crate::android;
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::script::failure::Failure;
use crate::script::journal::{LogLevel, Report};
use crate::ui::{Bounds, NodeRef, Point, Selector, UiTree, tap_point};

/// Between two polls; reading the screen itself takes longer.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// For reading the screen once, all attempts at a moving one included.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// A popup that is still there after so many dismissals will not go away.
const MAX_DISMISSALS: u32 = 5;
/// A lock screen that is still there after so many dismissals has a secret.
const MAX_UNLOCKS: u32 = 3;
/// A screen that plays a video never holds still: after so many reads it is enough that the element itself does.
const READS_FOR_STILLNESS: u32 = 3;

/// An element of a screen that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its text.
    pub text: String,
    /// Its content description.
    pub description: String,
    /// Its bounds.
    pub bounds: Bounds,
    /// Where to tap it; `None` when it cannot be tapped.
    pub tap: Option<Point>,
}

impl Found {
    /// Copies what is known of a node.
    #[must_use]
    pub fn of(node: NodeRef<'_>) -> Self {
        Self {
            text: node.text.clone(),
            description: node.description.clone(),
            bounds: node.bounds,
            tap: tap_point(node),
        }
    }
}

/// The screen as a script uses it.
pub struct Screen<'a> {
    phone: &'a Phone,
    deadline: Deadline,
    report: &'a Report,
    state: &'a mut ScreenState,
}

impl<'a> Screen<'a> {
    pub(in crate::script) fn new(
        phone: &'a Phone,
        deadline: Deadline,
        report: &'a Report,
        state: &'a mut ScreenState,
    ) -> Self {
        Self { phone, deadline, report, state }
    }

    /// Sets what judges every read of the screen from now on.
    pub fn set_guard(&mut self, guard: Arc<dyn ScreenGuard>) {
        self.state.guard = Some(guard);
    }

    /// Forgets the last screen that was read, after the script has changed it by other means than a tap, such as the end of
    /// the app.
    pub fn forget(&mut self) {
        self.state.last = None;
    }

    /// Reads the screen, and dismisses harmless popups and a lock screen without a secret until none is in the way.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be read, a popup stays, or only a person can go on.
    pub async fn read(&mut self) -> Result<UiTree, Failure> {
        let (mut dismissed, mut unlocked) = (0, 0);
        loop {
            let tree = self.dump().await?;
            let sight = self.state.guard.as_ref().map_or(ScreenVerdict::Clear, |guard| guard.judge(&tree));
            self.state.last = Some(tree.clone());
            match sight {
                ScreenVerdict::Clear => return Ok(tree),
                ScreenVerdict::Blocked { dismissible: true, .. } if unlocked < MAX_UNLOCKS => {
                    self.report.log(LogLevel::Info, "dismissed the lock screen");
                    android::dismiss_keyguard(self.phone, self.soon()).await?;
                    unlocked += 1;
                }
                ScreenVerdict::Blocked { code, remark, .. } => return Err(Failure::new(code, remark)),
                ScreenVerdict::Popup { name, .. } if dismissed == MAX_DISMISSALS => {
                    return Err(Failure::popup_stays(&name, dismissed));
                }
                ScreenVerdict::Popup { name, dismissal } => {
                    self.report.log(LogLevel::Info, format!("dismissed {name}"));
                    self.dismiss(&tree, &dismissal).await?;
                    dismissed += 1;
                }
            }
            self.phone.pause(POLL_INTERVAL).await;
        }
    }

    /// Returns the phone.
    pub(super) fn phone(&self) -> &'a Phone {
        self.phone
    }

    /// Returns what the run reports.
    pub(super) fn report(&self) -> &'a Report {
        self.report
    }

    /// Returns the deadline of one tool of the phone that answers at once when it answers.
    pub(super) fn soon(&self) -> Deadline {
        self.deadline.at_most(TOOL_TIMEOUT)
    }

    async fn dump(&mut self) -> Result<UiTree, Failure> {
        let deadline = self.deadline.at_most(READ_TIMEOUT);
        Ok(self.state.reader.read(self.phone, deadline).await?)
    }

    async fn dismiss(&mut self, tree: &UiTree, dismissal: &Dismissal) -> Result<(), Failure> {
        let point = match dismissal {
            Dismissal::Tap(selector) => selector.find(tree).and_then(tap_point),
            Dismissal::Back => None,
        };
        match point {
            Some(point) => android::tap(self.phone, point, self.soon()).await?,
            None => android::press(self.phone, android::Key::Back, self.soon()).await?,
        }
        Ok(())
    }

    /// Polls the screen until `seen` returns something. `wanted` is its name in a message.
    ///
    /// # Errors
    /// [`Failure::not_found`] after `timeout`, and those of [`Screen::read`].
    pub async fn wait_until<T>(
        &mut self,
        wanted: &str,
        timeout: Duration,
        mut seen: impl FnMut(&UiTree) -> Option<T> + Send,
    ) -> Result<T, Failure> {
        let started = self.phone.stopwatch();
        loop {
            let tree = self.read().await?;
            if let Some(it) = seen(&tree) {
                return Ok(it);
            }
            if started.elapsed() >= timeout {
                let screen = self.state.describe_with_hint(&tree);
                return Err(Failure::not_found(wanted, &screen, timeout));
            }
            self.phone.pause(POLL_INTERVAL).await;
        }
    }

    /// Waits for an element.
    ///
    /// # Errors
    /// As [`Screen::wait_until`].
    pub async fn find(&mut self, selector: &Selector, timeout: Duration) -> Result<Found, Failure> {
        let wanted = selector.to_string();
        self.wait_until(&wanted, timeout, |tree| selector.find(tree).map(Found::of)).await
    }

    /// Waits for an element and until the screen holds still, and taps it.
    ///
    /// # Errors
    /// As [`Screen::wait_until`], and [`Failure::not_tappable`].
    pub async fn tap(&mut self, selector: &Selector, timeout: Duration) -> Result<Found, Failure> {
        let mut before: Option<(UiTree, Found)> = None;
        let mut reads = 0;
        let found = self
            .wait_until(&selector.to_string(), timeout, |tree| {
                let now = selector.find(tree).map(Found::of)?;
                reads += 1;
                let still = before.as_ref().is_some_and(|(then, found)| {
                    then == tree || (reads > READS_FOR_STILLNESS && *found == now)
                });
                before = Some((tree.clone(), now.clone()));
                still.then_some(now)
            })
            .await?;
        let Some(point) = found.tap else {
            return Err(Failure::not_tappable(&selector.to_string(), &self.state.describe_last()));
        };
        android::tap(self.phone, point, self.soon()).await?;
        Ok(found)
    }
}
