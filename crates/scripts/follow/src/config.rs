//! The configuration of `follow` and `unfollow` as a value: every field checked, every problem told at once. Its form
//! for machines is the `schema` module's.

use std::collections::HashSet;

use serde_json::{Value, json};
use tikmatrix_device::script::{Fields, Problem};
use tikmatrix_domain::{AppKind, Username};

/// Every field, in the order of the documentation.
const FIELDS: [&str; 6] =
    ["target_users", "target_user", "target_username", "access_method", "action", "app"];
/// More than the longest username of any app.
const LONGEST_NAME: usize = 100;

/// By which way to a user's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessMethod {
    /// By its URL.
    Direct,
    /// Through the app's search.
    Search,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Follow.
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

/// A configuration that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowConfig {
    /// Whom, at least one, each once.
    pub targets: Vec<Username>,
    /// By which way.
    pub access_method: AccessMethod,
    /// What is done.
    pub action: Action,
    /// The app, when the configuration names one.
    pub app: Option<AppKind>,
}

impl FollowConfig {
    /// Checks a configuration. `only` is the one action that the script's name leaves open.
    ///
    /// # Errors
    /// Every problem that it has.
    pub fn read(config: &Value, only: Option<Action>) -> Result<Self, Vec<Problem>> {
        let mut fields = Fields::of(config, &FIELDS)?;
        let config = Self {
            targets: read_targets(&mut fields),
            access_method: fields.one_of(
                "access_method",
                &[(json!("direct"), "", AccessMethod::Direct), (json!("search"), "", AccessMethod::Search)],
                AccessMethod::Direct,
            ),
            action: read_action(&mut fields, only),
            app: fields.app(),
        };
        fields.finish(config)
    }

    /// The configuration of the task for one of its targets, with everything settled.
    #[must_use]
    pub fn for_one(&self, target: &Username) -> Value {
        let access_method = match self.access_method {
            AccessMethod::Direct => "direct",
            AccessMethod::Search => "search",
        };
        let mut config = json!({
            "target_user": target.as_str(),
            "access_method": access_method,
            "action": self.action.as_str(),
        });
        if let Some(app) = self.app {
            config["app"] = json!(app.as_str());
        }
        config
    }
}

/// A list wins over the two texts, which are spellings of one field.
fn read_targets(fields: &mut Fields<'_>) -> Vec<Username> {
    let listed = fields.items("target_users");
    let texts = ["target_user", "target_username"].map(|field| (field, fields.text(field)));
    let is_listed = fields.raw("target_users").and_then(Value::as_array).is_some_and(|it| !it.is_empty());
    let written: Vec<(String, String)> = if is_listed {
        listed
    } else {
        let given = texts.into_iter().find(|(_, text)| !text.trim().is_empty());
        given.map(|(field, text)| split(field, &text)).unwrap_or_default()
    };
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for (field, name) in written {
        match username(&name) {
            Ok(name) if seen.insert(name.clone()) => targets.push(name),
            Ok(_) => {}
            Err(reason) => fields.problem(field, reason),
        }
    }
    if targets.is_empty() && !fields.has_problem_with(&["target_users", "target_user", "target_username"]) {
        fields.problem(
            "target_users",
            "at least one user is required, here, in target_user or in target_username",
        );
    }
    targets
}

fn split(field: &str, text: &str) -> Vec<(String, String)> {
    let names = text.split([',', '\n', '\r']).map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| (field.to_owned(), name.to_owned())).collect()
}

/// TikTok and Instagram allow the same characters. Anything else would lead the profile's URL astray.
fn username(written: &str) -> Result<Username, String> {
    let shown: String = written.chars().take(60).collect();
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    match Username::new(written) {
        Ok(name) if name.as_str().chars().count() > LONGEST_NAME => {
            Err(format!("{shown:?}… is longer than {LONGEST_NAME} characters"))
        }
        Ok(name) if name.as_str().chars().all(allowed) => Ok(name),
        _ => Err(format!("{shown:?} is not a username: letters, digits, dots and underscores")),
    }
}

fn read_action(fields: &mut Fields<'_>, only: Option<Action>) -> Action {
    let both = [Action::Follow, Action::Unfollow].map(|action| (json!(action.as_str()), "", action));
    let default = only.unwrap_or(Action::Follow);
    let action = fields.one_of("action", &both, default);
    if action == default || only.is_none() {
        return action;
    }
    let (given, script) = (action.as_str(), default.as_str());
    fields.problem(
        "action",
        format!("{given:?} contradicts the script {script}; leave it out, or use the script {given}"),
    );
    default
}
