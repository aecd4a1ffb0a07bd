//! The app towards Android: requests, taps, swipes, time and faults.

use chrono::{DateTime, TimeDelta, Utc};

use crate::apps::social::account::UPLOAD_TIME;
use crate::apps::social::dialogs::Dialog;
use crate::apps::tiktok::identity::{IDENTITY, LINK_ACTIVITY, PROFILE_LINK, SHARE_ACTIVITY};
use crate::apps::tiktok::state::{Screen, TikTok};
use crate::apps::tiktok::{dialogs, screens};
use crate::ui::app::{App, Identity, Outcome, Scene, Swipe};
use crate::ui::fault::Fault;
use crate::ui::intent::{ACTION_SEND, ACTION_VIEW, Delivery, Intent};
use crate::ui::report::{AppReport, Placement};

/// In UTF-16 units, as the app counts.
const LONGEST_DESCRIPTION: usize = 2200;

impl App for TikTok {
    fn identity(&self) -> Identity {
        IDENTITY
    }

    fn resolve(&self, intent: &Intent) -> Option<&'static str> {
        let mime = intent.mime_type.as_deref().unwrap_or_default();
        match intent.action.as_deref() {
            Some(ACTION_SEND) if mime.starts_with("video/") || mime.starts_with("image/") => {
                Some(SHARE_ACTIVITY)
            }
            Some(ACTION_VIEW) => {
                intent.data.as_deref().filter(|link| link.starts_with(PROFILE_LINK)).map(|_| LINK_ACTIVITY)
            }
            // The launcher opens an app by its package; an action alone names no app.
            Some(_) | None => None,
        }
    }

    fn open(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        self.dialogs.app_started();
        self.screens.retain(|screen| !matches!(screen, Screen::Message { .. }));
        if self.screens.is_empty() {
            self.home();
        }
        match delivery.class.as_str() {
            SHARE_ACTIVITY => self.share(delivery, now),
            LINK_ACTIVITY => self.open_link(delivery.intent.data.as_deref().unwrap_or_default()),
            _ => {}
        }
    }

    fn scene(&self, now: DateTime<Utc>) -> Scene {
        screens::scene(self, now)
    }

    fn dialog(&self) -> Option<Scene> {
        dialogs::scene(&self.dialogs, screens::activity(self.screen()))
    }

    fn act(&mut self, action: &str, now: DateTime<Utc>) -> Outcome {
        if let Some(dialog) = self.dialogs.top() {
            return self.act_on_dialog(dialog, action, now);
        }
        match action.split_once(':').unwrap_or((action, "")) {
            ("tab", tab) => self.open_tab(tab),
            ("cell", post) => {
                if let Ok(post) = post.parse() {
                    self.go(Screen::Player { post });
                }
            }
            ("next", _) => self.go(Screen::Caption),
            ("sound_off", _) => {
                if let Some(draft) = &mut self.draft {
                    draft.sound = None;
                }
            }
            ("story", _) => self.publish(Placement::Story, now),
            ("post", _) => self.post_tapped(now),
            ("drafts", _) => {
                self.account.keep(self.draft.take());
                self.home();
            }
            ("author", _) => self.open_author(),
            ("relation", _) => self.relation_tapped(now),
            ("follow", name) => self.follow_tapped(name, now),
            ("followers", _) => self.go(Screen::Message { text: "Couldn't load the list", until: None }),
            ("back", _) => return self.back(now),
            _ => {}
        }
        Outcome::Stay
    }

    fn back(&mut self, _now: DateTime<Utc>) -> Outcome {
        match (self.dialogs.top(), self.screen()) {
            (Some(dialog), _) if dialog.is_blocking() => Outcome::Leave,
            (Some(_), _) => {
                self.dialogs.close();
                Outcome::Stay
            }
            (None, Screen::Editor) => {
                self.dialogs.open(Dialog::Discard);
                Outcome::Stay
            }
            (None, _) => self.leave_screen(),
        }
    }

    fn swipe(&mut self, swipe: Swipe) {
        let up = swipe.upward();
        let highest = screens::GRID.max_scroll(self.account.cell_count());
        match self.screens.last_mut() {
            Some(Screen::Profile { scroll }) => *scroll = scroll.saturating_add(up).clamp(0, highest),
            Some(Screen::Feed) if up > 200 => self.feed_position = self.feed_position.wrapping_add(1),
            Some(Screen::Feed) if up < -200 => self.feed_position = self.feed_position.saturating_sub(1),
            _ => {}
        }
    }

    fn field_limit(&self, name: &str) -> Option<usize> {
        (name == "description").then_some(LONGEST_DESCRIPTION)
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut String> {
        let draft = self.draft.as_mut().filter(|_| matches!(self.screens.last(), Some(Screen::Caption)))?;
        match name {
            "title" => Some(&mut draft.title),
            "description" => Some(&mut draft.description),
            _ => None,
        }
    }

    fn advance(&mut self, now: DateTime<Utc>) {
        self.account.advance(now);
        if matches!(self.screen(), Screen::Message { until: Some(until), .. } if *until <= now) {
            self.leave_screen();
        }
    }

    fn stop(&mut self) {
        self.screens.clear();
        self.draft = None;
        self.account.abandon_uploads();
        self.dialogs.process_died();
    }

    fn arm(&mut self, fault: Fault, in_front: bool) {
        match fault {
            Fault::Popup { kind, when } => self.dialogs.arm(kind, when, in_front),
            Fault::SlowUpload { seconds } => {
                self.account.set_upload_time(TimeDelta::seconds(i64::from(seconds)));
            }
            Fault::FollowRefused => self.account.follows.set_refuses(true),
            Fault::ProfileLoading => self.profile_is_loading = true,
            // It is the system's.
            Fault::Lock { .. } => {}
        }
    }

    fn clear_faults(&mut self) {
        self.dialogs.clear_faults();
        self.account.set_upload_time(UPLOAD_TIME);
        self.account.follows.set_refuses(false);
        self.profile_is_loading = false;
    }

    fn report(&self) -> Option<(&'static str, AppReport)> {
        Some(("tiktok", AppReport { accounts: vec![self.account.report()] }))
    }
}
