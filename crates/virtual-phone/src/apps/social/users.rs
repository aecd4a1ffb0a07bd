//! An app's other users, and which of them the account follows. A user's name alone decides whether it exists and how
//! it reacts, so that every phone knows the same users and a test chooses one by its name:
//!
//! | the name | the user |
//! |---|---|
//! | begins with `missing_`, or cannot be a username | does not exist |
//! | begins with `private_` | is private: Follow sends a request, which is never answered |
//! | begins with `fan_` | follows the account: Follow back, and then Friends |
//! | anything else, such as `sample_user_1` | can be followed |

use chrono::{DateTime, TimeDelta, Utc};

/// How long a follow is shown before the app reverts it.
const REVERT_DELAY: TimeDelta = TimeDelta::milliseconds(1000);
const MAX_NAME_LETTERS: usize = 24;

/// A user who exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    name: String,
    is_private: bool,
    follows_back: bool,
}

impl User {
    /// The user of this name, whatever its case, if there is one.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        let is_name = (2..=MAX_NAME_LETTERS).contains(&name.len())
            && name.chars().all(allowed)
            && !name.ends_with('.')
            && !name.starts_with("missing_");
        let (is_private, follows_back) = (name.starts_with("private_"), name.starts_with("fan_"));
        is_name.then_some(Self { name, is_private, follows_back })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_private(&self) -> bool {
        self.is_private
    }

    /// A number that differs between users, for counters that only have to look plausible.
    pub(crate) fn number(&self) -> u32 {
        self.name.bytes().fold(7, |number, byte| (number * 31 + u32::from(byte)) % 9973)
    }
}

/// The account's relation to another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Stranger,
    Requested,
    Following,
}

impl Relation {
    /// The label of the button on the user's profile.
    pub(crate) fn label(self, user: &User) -> &'static str {
        match (self, user.follows_back) {
            (Self::Stranger, false) => "Follow",
            (Self::Stranger, true) => "Follow back",
            (Self::Requested, _) => "Requested",
            (Self::Following, false) => "Following",
            (Self::Following, true) => "Friends",
        }
    }
}

/// What a tap on the button of a profile did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Made,
    /// Nothing yet: the app asks before it ends a follow.
    Asks,
    /// Nothing: the account is limited for a while.
    Limited,
}

/// The users that an account follows.
#[derive(Debug, Default)]
pub(crate) struct Follows {
    following: Vec<String>,
    requested: Vec<String>,
    /// Follows that the app will revert, and when.
    reverting: Vec<(String, DateTime<Utc>)>,
    refuses: bool,
    limited: bool,
}

impl Follows {
    /// The relation that the app shows at this moment.
    pub(crate) fn relation(&self, user: &User, now: DateTime<Utc>) -> Relation {
        let is_shown = self.reverting.iter().any(|(name, until)| *name == user.name && now < *until);
        if self.following.contains(&user.name) || is_shown {
            Relation::Following
        } else if self.requested.contains(&user.name) {
            Relation::Requested
        } else {
            Relation::Stranger
        }
    }

    /// Follows a user, or sends a request to a private one. A second time does nothing.
    pub(crate) fn follow(&mut self, user: &User, now: DateTime<Utc>) {
        let name = user.name.clone();
        if self.limited {
            return;
        }
        if self.refuses {
            self.reverting.retain(|(other, _)| *other != name);
            self.reverting.push((name, now + REVERT_DELAY));
            return;
        }
        let list = if user.is_private { &mut self.requested } else { &mut self.following };
        if !list.contains(&name) {
            list.push(name);
        }
    }

    /// Handles a tap on the button of the user's profile.
    pub(crate) fn change(&mut self, user: &User, now: DateTime<Utc>) -> Change {
        match self.relation(user, now) {
            Relation::Stranger if self.limited => return Change::Limited,
            Relation::Stranger => self.follow(user, now),
            // The app withdraws a request without a question.
            Relation::Requested => self.unfollow(user),
            Relation::Following => return Change::Asks,
        }
        Change::Made
    }

    /// Ends a follow, or withdraws the request for one.
    pub(crate) fn unfollow(&mut self, user: &User) {
        self.following.retain(|name| *name != user.name);
        self.requested.retain(|name| *name != user.name);
        self.reverting.retain(|(name, _)| *name != user.name);
    }

    /// The users that it follows, in the order in which it followed them.
    pub(crate) fn following(&self) -> &[String] {
        &self.following
    }

    /// The private users that it asked, in the order in which it asked.
    pub(crate) fn requested(&self) -> &[String] {
        &self.requested
    }

    /// Sets whether the app reverts follows from now on.
    pub(crate) fn set_refuses(&mut self, refuses: bool) {
        self.refuses = refuses;
    }

    /// Sets whether the app lets the account follow no one from now on, and says so.
    pub(crate) fn set_limited(&mut self, limited: bool) {
        self.limited = limited;
    }
}
