//! The TikTok-like app: where one is in it and what follows from each tap. How its screens look is in `screens` and
//! `dialog`, what it publishes in `account`, other users and their profiles in `users` and `profiles`.

mod account;
mod dialog;
mod feed;
mod profiles;
mod screens;
mod users;

use chrono::{DateTime, TimeDelta, Utc};

use self::account::{Account, Draft};
use self::dialog::{Dialog, Dialogs};
use self::profiles::PROFILE_LINK;
use self::users::User;
use crate::ui::app::{App, Identity, Outcome, Scene, Swipe};
use crate::ui::fault::Fault;
use crate::ui::intent::{ACTION_MAIN, ACTION_SEND, ACTION_VIEW, Delivery, Intent};
use crate::ui::report::{AppReport, Placement};

/// The package of the app.
pub const PACKAGE: &str = "com.zhiliaoapp.musically";
/// The activity that takes shared media.
pub const SHARE_ACTIVITY: &str = "com.ss.android.ugc.aweme.share.SystemShareActivity";

const SPLASH_ACTIVITY: &str = "com.ss.android.ugc.aweme.splash.SplashActivity";
const LINK_ACTIVITY: &str = "com.ss.android.ugc.aweme.deeplink.AppLinkHandlerV2";
/// How long a message stays before it makes way for what was there.
const MESSAGE_TIME: TimeDelta = TimeDelta::seconds(3);

/// A place in the app.
#[derive(Debug, Clone)]
enum Screen {
    Feed,
    Profile { scroll: i32 },
    User(User),
    Player { post: usize },
    Editor,
    Caption,
    Message { text: &'static str, until: Option<DateTime<Utc>> },
}

/// The app and its one account.
#[derive(Debug)]
pub struct TikTok {
    account: Account,
    /// Where one came from, the place in front last; empty when the process is dead.
    places: Vec<Screen>,
    /// What the editor and the caption screen are about.
    draft: Option<Draft>,
    dialogs: Dialogs,
    feed_position: usize,
}

impl TikTok {
    /// Freshly installed, with this account signed in.
    pub fn new(username: &str, seed: u64) -> Self {
        Self {
            account: Account::new(username),
            places: Vec::new(),
            draft: None,
            dialogs: Dialogs::new(seed),
            feed_position: usize::try_from(seed % 64).unwrap_or_default(),
        }
    }

    fn place(&self) -> &Screen {
        self.places.last().unwrap_or(&Screen::Feed)
    }

    fn go(&mut self, screen: Screen) {
        self.places.push(screen);
        self.dialogs.place_changed();
    }

    fn home(&mut self) {
        self.places = vec![Screen::Feed];
        self.dialogs.place_changed();
    }

    fn leave_place(&mut self) -> Outcome {
        self.places.pop();
        if self.places.is_empty() {
            return Outcome::Leave;
        }
        self.dialogs.place_changed();
        Outcome::Stay
    }

    fn share(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        let media = delivery.media.clone().filter(|media| media.mime.starts_with("video/"));
        match media {
            Some(media) => {
                // What was being edited before is gone: a shared video begins anew.
                self.draft = Some(Draft::new(media, self.account.username()));
                self.home();
                self.go(Screen::Editor);
            }
            None => {
                let text = "Couldn't load the video. Try another one.";
                self.go(Screen::Message { text, until: Some(now + MESSAGE_TIME) });
            }
        }
    }

    fn post_tapped(&mut self, now: DateTime<Utc>) {
        if !self.dialogs.asks_before_post() {
            self.publish(Placement::Feed, now);
        }
    }

    fn publish(&mut self, placement: Placement, now: DateTime<Utc>) {
        if let Some(draft) = self.draft.take() {
            self.account.upload(draft, placement, now);
            self.home();
        }
    }

    fn open_tab(&mut self, tab: &str) {
        self.home();
        match tab {
            "profile" => self.go(Screen::Profile { scroll: 0 }),
            "friends" => self.go(Screen::Message { text: "No friends' videos yet", until: None }),
            "create" => self.go(Screen::Message { text: "The camera is in use by another app", until: None }),
            "inbox" => self.go(Screen::Message { text: "No messages yet", until: None }),
            _ => {}
        }
    }

    fn act_on_dialog(&mut self, dialog: Dialog, action: &str, now: DateTime<Utc>) -> Outcome {
        match (dialog, action) {
            (_, "nothing") => {}
            (Dialog::Discard, "discard") => {
                self.dialogs.close();
                self.draft = None;
                return self.leave_place();
            }
            (_, "publish") => {
                self.dialogs.close();
                self.publish(Placement::Feed, now);
            }
            (Dialog::Unfollow, "unfollow") => {
                self.dialogs.close();
                self.unfollow_tapped();
            }
            (_, "settings") => {
                self.dialogs.close();
                return Outcome::Open(Intent::launch("com.android.settings"));
            }
            _ => self.dialogs.close(),
        }
        Outcome::Stay
    }
}

impl App for TikTok {
    fn identity(&self) -> Identity {
        Identity {
            package: PACKAGE,
            label: "TikTok",
            version: "43.1.4",
            main_activity: SPLASH_ACTIVITY,
            activities: &[SPLASH_ACTIVITY, SHARE_ACTIVITY, LINK_ACTIVITY],
        }
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
            // Opening by name of the package is the launcher's way; an action alone names no app.
            Some(ACTION_MAIN) | None | Some(_) => None,
        }
    }

    fn open(&mut self, delivery: &Delivery, now: DateTime<Utc>) {
        self.dialogs.app_started();
        self.places.retain(|place| !matches!(place, Screen::Message { .. }));
        if self.places.is_empty() {
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
        self.dialogs.scene(screens::activity(self.place()))
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
        match (self.dialogs.top(), self.place()) {
            (Some(dialog), _) if dialog.is_blocking() => Outcome::Leave,
            (Some(_), _) => {
                self.dialogs.close();
                Outcome::Stay
            }
            (None, Screen::Editor) => {
                self.dialogs.open(Dialog::Discard);
                Outcome::Stay
            }
            (None, _) => self.leave_place(),
        }
    }

    fn swipe(&mut self, swipe: Swipe) {
        let up = swipe.upward();
        let highest = self.account.highest_scroll();
        match self.places.last_mut() {
            Some(Screen::Profile { scroll }) => *scroll = scroll.saturating_add(up).clamp(0, highest),
            Some(Screen::Feed) if up > 200 => self.feed_position = self.feed_position.wrapping_add(1),
            Some(Screen::Feed) if up < -200 => self.feed_position = self.feed_position.saturating_sub(1),
            _ => {}
        }
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut String> {
        let draft = self.draft.as_mut().filter(|_| matches!(self.places.last(), Some(Screen::Caption)))?;
        match name {
            "title" => Some(&mut draft.title),
            "description" => Some(&mut draft.description),
            _ => None,
        }
    }

    fn advance(&mut self, now: DateTime<Utc>) {
        self.account.advance(now);
        if matches!(self.place(), Screen::Message { until: Some(until), .. } if *until <= now) {
            self.leave_place();
        }
    }

    fn stop(&mut self) {
        self.places.clear();
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
        }
    }

    fn clear_faults(&mut self) {
        self.dialogs.clear_faults();
        self.account.set_upload_time(account::UPLOAD_TIME);
        self.account.follows.set_refuses(false);
    }

    fn report(&self) -> Option<(&'static str, AppReport)> {
        Some(("tiktok", AppReport { accounts: vec![self.account.report()] }))
    }
}
