//! Other users' profiles: opened by their URL or through the search, followed and unfollowed by their button, which is read until it shows
//! the result.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::{Point, UiTree};
use tikmatrix_domain::Username;

use crate::journey::{Follow, FollowButton, Relation, Visit};
use crate::tiktok::accounts::signed_in::profile_link;
use crate::tiktok::follow::controls::{self, Control};
use crate::tiktok::follow::search::Search;
use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::screens::{START_TIMEOUT, Screens};

/// For the profile to show its button.
const BUTTON_TIMEOUT: Duration = Duration::from_secs(20);
/// A tap that changed nothing for so long was lost.
const LOST_TAP_TIMEOUT: Duration = Duration::from_secs(5);
/// Taps until the button shows the wanted relation, lost ones included; each on a screen that has stopped moving.
const MAX_TAPS: u32 = 5;
/// The app shows a follow at once, and reverts it when its server refuses: what it still shows after this was accepted.
const ACCEPTED_AFTER: Duration = Duration::from_millis(2500);
/// Between two queries of the button.
const QUERY_INTERVAL: Duration = Duration::from_millis(300);

/// The way through other users' profiles.
#[derive(Debug, Clone)]
pub(crate) struct Following {
    pub(crate) screens: Arc<Screens>,
}

#[async_trait]
impl Follow for Following {
    async fn visit(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<Visit, Failure> {
        android::start(context.phone(), &profile_link(package, username), context.soon()).await?;
        self.wait_for_profile(context, username).await
    }

    async fn search(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<Visit, Failure> {
        let own_profile = OwnProfile { screens: Arc::clone(&self.screens) };
        let search = Search { screens: &self.screens, own_profile };
        if !search.open_user(context, package, username).await? {
            return Ok(Visit::NotFound);
        }
        self.wait_for_profile(context, username).await
    }

    async fn follow(&self, context: &mut Context, username: &Username) -> Result<FollowButton, Failure> {
        self.tap_until(context, username, |relation| relation != Relation::Stranger).await
    }

    async fn unfollow(&self, context: &mut Context, username: &Username) -> Result<FollowButton, Failure> {
        self.tap_until(context, username, |relation| relation == Relation::Stranger).await
    }
}

impl Following {
    /// Waits until the profile that was asked for is there and shows its relation, or the app says that there is none.
    async fn wait_for_profile(&self, context: &mut Context, username: &Username) -> Result<Visit, Failure> {
        let mut before = None;
        let wanted = format!("the profile of @{username}");
        // Twice the same: a profile may show "Follow" until the relation is loaded.
        let settled = |tree: &UiTree| {
            let now = controls::visit(&self.screens, tree, username);
            let settled = now.clone().filter(|_| now == before);
            before = now;
            settled
        };
        context.screen().wait_until(&wanted, START_TIMEOUT, settled).await
    }

    /// Taps the button, and confirms, until the button shows the wanted relation and keeps showing it.
    async fn tap_until(
        &self,
        context: &mut Context,
        username: &Username,
        wanted: impl Fn(Relation) -> bool + Sync,
    ) -> Result<FollowButton, Failure> {
        let unfollows = wanted(Relation::Stranger);
        for _ in 0..MAX_TAPS {
            let seen = self.find_control(context, username).await?;
            match &seen {
                Control::Button { relation, .. } if wanted(*relation) => {
                    return self.keeps_showing(context, username, wanted).await;
                }
                // The sheet opened because the user was followed already.
                Control::Sheet(_) if !unfollows => {
                    android::press(context.phone(), Key::Back, context.soon()).await?;
                }
                Control::Button { button, .. } | Control::Sheet(button) => tap(context, button.tap).await?,
            }
            let change =
                |tree: &UiTree| controls::control(&self.screens, tree, username).filter(|now| *now != seen);
            match context.screen().wait_until("a change after the tap", LOST_TAP_TIMEOUT, change).await {
                Ok(_) => {}
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        match self.find_control(context, username).await? {
            Control::Button { relation, .. } if wanted(relation) => {
                self.keeps_showing(context, username, wanted).await
            }
            Control::Button { button, .. } | Control::Sheet(button) => {
                Err(unconfirmed(&format!("after {MAX_TAPS} taps the app still shows"), &button))
            }
        }
    }

    /// Watches the button for a while: a relation that the app reverts was not accepted.
    async fn keeps_showing(
        &self,
        context: &mut Context,
        username: &Username,
        wanted: impl Fn(Relation) -> bool,
    ) -> Result<FollowButton, Failure> {
        let started = context.phone().stopwatch();
        loop {
            let watched_for = started.elapsed();
            match self.find_control(context, username).await? {
                Control::Button { relation, button } if !wanted(relation) => {
                    return Err(unconfirmed("the app took it back: the button reads again", &button));
                }
                Control::Button { relation, button } if watched_for >= ACCEPTED_AFTER => {
                    return Ok(FollowButton::new(relation, &button));
                }
                Control::Button { .. } | Control::Sheet(_) => context.phone().pause(QUERY_INTERVAL).await,
            }
        }
    }

    /// Waits for a control that has stopped moving.
    async fn find_control(&self, context: &mut Context, username: &Username) -> Result<Control, Failure> {
        let mut before = None;
        let wanted = format!("the button to follow on the profile of @{username}");
        let still = |tree: &UiTree| {
            let now = controls::control(&self.screens, tree, username);
            let still = now.clone().filter(|_| now == before);
            before = now;
            still
        };
        context.screen().wait_until(&wanted, BUTTON_TIMEOUT, still).await
    }
}

async fn tap(context: &mut Context, place: Option<Point>) -> Result<(), Failure> {
    match place {
        Some(point) => Ok(android::tap(context.phone(), point, context.soon()).await?),
        None => Err(Failure::not_tappable("the button to follow", &context.last_screen())),
    }
}

fn unconfirmed(what: &str, button: &Found) -> Failure {
    Failure::unconfirmed(format!("{what} {:?}", button.text.trim()))
}
