//! The configuration of `follow` and `unfollow`. [`FollowConfig`] is the one place that names its fields.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_device::script::serde_json::{Map, Value, json};
use tikmatrix_device::script::{AppName, Fields, Problems};
use tikmatrix_domain::{AppId, EnteredUsername};

/// The way to a user's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccessMethod {
    /// By its URL.
    #[default]
    Direct,
    /// Through the app's search.
    Search,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Follow.
    #[default]
    Follow,
    /// Unfollow.
    Unfollow,
}

impl Action {
    /// The name that the API uses: `follow` or `unfollow`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Unfollow => "unfollow",
        }
    }
}

/// The configuration of `follow` and `unfollow`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("anyOf" = one_of_the_targets()), extend("examples" = [{"target_users": ["mia.travels"]}]))]
pub struct FollowConfig {
    /// Usernames, with or without @, or the URLs of their profiles, several of one text between commas; one task for each.
    /// Wins over `target_user`. A profile of another app than the task's is not followed.
    #[schemars(with = "Vec<String>", inner(regex(pattern = r"[A-Za-z0-9_]")))]
    pub target_users: Vec<Targets>,
    /// One username or URL of a profile, or several split by commas or line breaks.
    pub target_user: String,
    /// Another spelling of `target_user`.
    pub target_username: String,
    /// The way to a user's profile.
    pub access_method: AccessMethod,
    /// What is done.
    pub action: Action,
    /// The app. Default: the account's, else the server's.
    #[serde(with = "AppName", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AppName")]
    pub app: Option<AppId>,
}

impl FollowConfig {
    /// Whom, each once. The app of a profile's URL is kept until one is given: only the run knows which it is otherwise.
    #[must_use]
    pub fn targets(&self) -> Vec<EnteredUsername> {
        let mut targets: Vec<EnteredUsername> = Vec::new();
        let mut places = HashMap::new();
        for EnteredUsername { username, app } in self.written().into_iter().filter_map(|(_, name)| name.ok())
        {
            let app = if self.app.is_none() { app } else { None };
            match places.entry(username.clone()) {
                Entry::Occupied(place) => {
                    let known: &mut EnteredUsername = &mut targets[*place.get()];
                    known.app = known.app.or(app);
                }
                Entry::Vacant(place) => {
                    place.insert(targets.len());
                    targets.push(EnteredUsername { username, app });
                }
            }
        }
        targets
    }

    /// Adds what is wrong with the names in the texts, and with all of them together. `only` is the one action that the
    /// script's name leaves open.
    pub(crate) fn check(&self, only: Option<Action>, fields: &Fields<'_>, problems: &mut Problems) {
        let written = if fields.is_sound("target_users") { self.written() } else { Vec::new() };
        let is_empty = written.is_empty();
        let mut app = self.app;
        for (field, name) in written {
            match name.and_then(|name| app.map_or(Ok(()), |app| name.check_app(app)).map(|()| name)) {
                Ok(name) => app = app.or(name.app),
                Err(reason) => problems.add(field, reason),
            }
        }
        if is_empty && Self::TARGETS.iter().all(|name| fields.is_sound(name)) {
            let reason = "at least one user is required, here, in target_user or in target_username";
            problems.add("target_users", reason);
        }
        let given = fields.given("action").and_then(Value::as_str);
        if let (Some(only), Some(given @ ("follow" | "unfollow"))) = (only, given)
            && given != only.as_str()
        {
            let script = only.as_str();
            let reason =
                format!("{given:?} contradicts the script {script}; leave it out, or use the script {given}");
            problems.add("action", reason);
        }
    }

    /// The fields of the task for one of the targets, made of those that were `given`.
    pub(crate) fn for_one(target: &EnteredUsername, given: &Map<String, Value>) -> Map<String, Value> {
        let (of_targets, others): (Vec<_>, Vec<_>) =
            given.iter().partition(|(name, _)| Self::TARGETS.contains(&name.as_str()));
        debug_assert!(!of_targets.is_empty(), "a target was given");
        let target = ("target_user".to_owned(), json!(target.to_string()));
        let others = others.into_iter().map(|(name, value)| (name.clone(), value.clone()));
        std::iter::once(target).chain(others).collect()
    }

    const TARGETS: [&str; 3] = ["target_users", "target_user", "target_username"];

    /// Each name as it was written, with its field: a list wins over the two texts, which are spellings of one field.
    fn written(&self) -> Vec<(&'static str, Result<EnteredUsername, String>)> {
        if !self.target_users.is_empty() {
            let names = self.target_users.iter().flat_map(|Targets(names)| names);
            return names.map(|name| ("target_users", Ok(name.clone()))).collect();
        }
        let texts = [("target_user", &self.target_user), ("target_username", &self.target_username)];
        let given = texts.into_iter().find(|(_, text)| !text.trim().is_empty());
        let split = given.map(|(field, text)| usernames(text).map(|name| (field, name)).collect());
        split.unwrap_or_default()
    }
}

/// Users to follow or unfollow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Targets(Vec<EnteredUsername>);

impl TryFrom<String> for Targets {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let names = usernames(&written).collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Self(names)) }
    }
}

impl From<Targets> for String {
    fn from(Targets(names): Targets) -> Self {
        names.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// The usernames in a text, each or why it is none.
fn usernames(written: &str) -> impl Iterator<Item = Result<EnteredUsername, String>> {
    EnteredUsername::split(written).map(|(name, read)| {
        let shown: String = name.chars().take(60).collect();
        read.map_err(|wrong| format!("{shown:?} {wrong}"))
    })
}

/// That one of the three fields is required, for forms and other programs; [`FollowConfig::check`] reports it to people.
fn one_of_the_targets() -> Value {
    let holds_a_name = json!({"pattern": r"[^\s,]"});
    json!([
        {"required": ["target_users"], "properties": {"target_users": {"minItems": 1}}},
        {"required": ["target_user"], "properties": {"target_user": holds_a_name}},
        {"required": ["target_username"], "properties": {"target_username": holds_a_name}},
    ])
}
