//! The app's other users, and whom of them the account follows. Who exists and how is decided by the name alone, so
//! that every phone knows the same users and a test chooses one by naming it:
//!
//! | the name | the user |
//! |---|---|
//! | begins with `missing_`, or cannot be a username | does not exist |
//! | begins with `private_` | is private: who taps Follow has asked, and is never answered |
//! | begins with `fan_` | follows the account: Follow back, and then Friends |
//! | anything else, such as `sample_user_1` | can be followed by anybody |

use chrono::{DateTime, TimeDelta, Utc};

/// How long a follow shows that the app then takes back.
const TAKEN_BACK_AFTER: TimeDelta = TimeDelta::milliseconds(1000);
/// The longest username.
const LONGEST_NAME: usize = 24;

/// Somebody who exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    name: String,
    is_private: bool,
    follows_back: bool,
}

impl User {
    /// The user of this name, whatever its case, if there is one.
    pub(super) fn find(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        let is_name = (2..=LONGEST_NAME).contains(&name.len())
            && name.chars().all(allowed)
            && !name.ends_with('.')
            && !name.starts_with("missing_");
        let (is_private, follows_back) = (name.starts_with("private_"), name.starts_with("fan_"));
        is_name.then_some(Self { name, is_private, follows_back })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_private(&self) -> bool {
        self.is_private
    }

    /// A number that tells users apart, for counters that only have to look like some.
    pub(super) fn number(&self) -> u32 {
        self.name.bytes().fold(7, |number, byte| (number * 31 + u32::from(byte)) % 9973)
    }
}

/// What the account is to another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Stranger,
    Requested,
    Following,
}

impl Relation {
    /// What the button of the user's profile reads.
    pub(super) fn label(self, user: &User) -> &'static str {
        match (self, user.follows_back) {
            (Self::Stranger, false) => "Follow",
            (Self::Stranger, true) => "Follow back",
            (Self::Requested, _) => "Requested",
            (Self::Following, false) => "Following",
            (Self::Following, true) => "Friends",
        }
    }
}

/// Whom the account follows.
#[derive(Debug, Default)]
pub(super) struct Follows {
    following: Vec<String>,
    requested: Vec<String>,
    /// Follows that the app takes back, and when.
    taken_back: Vec<(String, DateTime<Utc>)>,
    refuses: bool,
}

impl Follows {
    /// What the app shows at this moment.
    pub(super) fn relation(&self, user: &User, now: DateTime<Utc>) -> Relation {
        let is_shown = self.taken_back.iter().any(|(name, until)| *name == user.name && now < *until);
        if self.following.contains(&user.name) || is_shown {
            Relation::Following
        } else if self.requested.contains(&user.name) {
            Relation::Requested
        } else {
            Relation::Stranger
        }
    }

    /// Follows a user, or asks a private one. A second time does nothing.
    pub(super) fn follow(&mut self, user: &User, now: DateTime<Utc>) {
        let name = user.name.clone();
        if self.refuses {
            self.taken_back.retain(|(other, _)| *other != name);
            self.taken_back.push((name, now + TAKEN_BACK_AFTER));
            return;
        }
        let list = if user.is_private { &mut self.requested } else { &mut self.following };
        if !list.contains(&name) {
            list.push(name);
        }
    }

    /// Ends a follow, or withdraws the request for one.
    pub(super) fn unfollow(&mut self, user: &User) {
        self.following.retain(|name| *name != user.name);
        self.requested.retain(|name| *name != user.name);
        self.taken_back.retain(|(name, _)| *name != user.name);
    }

    /// In the order in which they were followed.
    pub(super) fn following(&self) -> &[String] {
        &self.following
    }

    /// In the order in which they were asked.
    pub(super) fn requested(&self) -> &[String] {
        &self.requested
    }

    /// For follows from now on: whether the app takes them back.
    pub(super) fn set_refuses(&mut self, refuses: bool) {
        self.refuses = refuses;
    }
}
