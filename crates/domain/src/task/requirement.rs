//! What the configuration of a task asks of its app, and the refusal of a task whose app cannot do it. A script says what its
//! configurations ask, and which apps can do it; here is only the comparison, once the app of a task is known.

use thiserror::Error;

use crate::account::username::Username;
use crate::names::AppId;

/// Something that a configuration asks of its app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRequirement {
    /// The field of the configuration that asks for it.
    pub field: String,
    /// What is asked for, as messages show it: `1 (images)`.
    pub asked: String,
    /// The apps that can do it.
    pub apps: Vec<AppId>,
    /// What to use instead on an app that cannot: `0 (video)`.
    pub instead: Option<String>,
}

impl AppRequirement {
    /// Returns why `app` cannot do it, and what to use instead; `None` if it can.
    #[must_use]
    pub fn refusal(&self, app: AppId) -> Option<String> {
        (!self.apps.contains(&app)).then(|| self.refusal_on(app.as_str()))
    }

    /// Returns why no app can do it, and what to use instead; `None` if one can.
    #[must_use]
    pub fn refusal_everywhere(&self) -> Option<String> {
        self.apps.is_empty().then(|| self.refusal_on("any app"))
    }

    fn refusal_on(&self, app: &str) -> String {
        let names: Vec<&str> = self.apps.iter().map(AppId::as_str).collect();
        let others = match names.as_slice() {
            [] => None,
            [one] => Some(format!("the app {one}")),
            several => Some(format!("one of the apps {}", several.join(", "))),
        };
        let possible: Vec<String> = self.instead.iter().cloned().chain(others).collect();
        let asked = &self.asked;
        if possible.is_empty() {
            return format!("{asked} is not possible on {app}");
        }
        format!("{asked} is not possible on {app}; use {}", possible.join(", or "))
    }
}

/// Why a task whose configuration names no app has the app that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppSource {
    /// It is the app of its account.
    Account(Username),
    /// It is the server's default app.
    Default,
}

/// A task that can never run, because its app cannot do what its configuration asks for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {reason}")]
pub struct ImpossibleTask {
    /// The field of the configuration that asks for it.
    pub field: String,
    /// Why it is not possible, and what is.
    pub reason: String,
}

impl ImpossibleTask {
    /// Compares what is asked for with what `app` can do. Of several things that it cannot, the first is returned.
    ///
    /// # Errors
    /// [`ImpossibleTask`].
    pub fn check(requirements: &[AppRequirement], app: AppId, source: &AppSource) -> Result<(), Self> {
        let refused = requirements.iter().find_map(|asked| Some((asked, asked.refusal(app)?)));
        let Some((AppRequirement { field, .. }, refusal)) = refused else { return Ok(()) };
        let source = match source {
            AppSource::Account(username) => format!("the app of the account @{username}"),
            AppSource::Default => "the server's default app".to_owned(),
        };
        Err(Self { field: field.clone(), reason: format!("{refusal} ({app} is {source})") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str) -> AppId {
        AppId::new(name).unwrap()
    }

    fn requirement(field: &str, apps: &[&str], instead: Option<&str>) -> AppRequirement {
        AppRequirement {
            field: field.to_owned(),
            asked: "\"story\"".to_owned(),
            apps: apps.iter().map(|name| app(name)).collect(),
            instead: instead.map(str::to_owned),
        }
    }

    #[test]
    fn a_refusal_names_what_is_possible() {
        let refusal = |apps: &[&str], instead| requirement("", apps, instead).refusal(app("tiktok"));
        assert_eq!(refusal(&["tiktok", "instagram"], Some("\"reel\"")), None);
        for (apps, instead, sentence) in [
            (&[][..], None, "\"story\" is not possible on tiktok"),
            (&[], Some("\"reel\""), "\"story\" is not possible on tiktok; use \"reel\""),
            (&["instagram"], None, "\"story\" is not possible on tiktok; use the app instagram"),
            (
                &["instagram", "other"],
                Some("\"reel\""),
                "\"story\" is not possible on tiktok; use \"reel\", or one of the apps instagram, other",
            ),
        ] {
            assert_eq!(refusal(apps, instead).as_deref(), Some(sentence));
        }
    }

    #[test]
    fn only_what_no_app_can_do_is_refused_before_the_app_is_known() {
        assert_eq!(requirement("", &["instagram"], None).refusal_everywhere(), None);
        let refused = requirement("", &[], Some("\"reel\"")).refusal_everywhere();
        assert_eq!(refused.as_deref(), Some("\"story\" is not possible on any app; use \"reel\""));
    }

    #[test]
    fn a_task_that_can_never_run_is_refused_with_where_its_app_comes_from() {
        let requirements = [requirement("a", &["tiktok"], None), requirement("b", &["instagram"], None)];
        let check = |source| ImpossibleTask::check(&requirements, app("tiktok"), &source).unwrap_err();
        let refused = check(AppSource::Default).to_string();
        let wanted = "b: \"story\" is not possible on tiktok; use the app instagram (tiktok is the server's \
             default app)";
        assert_eq!(refused, wanted);
        let refused = check(AppSource::Account(Username::new("mia").unwrap())).to_string();
        assert!(refused.ends_with("(tiktok is the app of the account @mia)"), "{refused}");
        assert_eq!(ImpossibleTask::check(&requirements[..1], app("tiktok"), &AppSource::Default), Ok(()));
    }
}
