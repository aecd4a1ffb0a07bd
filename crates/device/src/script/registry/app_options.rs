//! The options that not every app can carry out: one table, from which the creation of a task and the start of an attempt
//! refuse what is not possible, and from which the tables of the docs are generated. A script says which value of which field
//! asks for what; the drivers of apps say who can do it.

use serde_json::{Map, Value, json};
use tikmatrix_domain::{AppId, AppRequirement};
use tikmatrix_validation::{Problems, shown};

/// One row of the table: something that a configuration of the type `Config` may ask of its app.
pub struct AppOption<Config> {
    /// The field that asks for it; `app` for what every task of the script asks.
    pub field: &'static str,
    /// The values of the field that ask for it, as the docs list them; empty for what every task asks.
    pub values: &'static str,
    /// What is asked for, such as `images`.
    pub what: &'static str,
    /// Whether a configuration asks for it. The defaults ask only for what every task asks.
    pub is_asked: fn(&Config) -> bool,
    /// The apps that can do it.
    pub apps: Vec<AppId>,
    /// What to use instead on an app that cannot, such as `0 (video)`.
    pub instead: Option<&'static str>,
}

impl<Config> AppOption<Config> {
    fn requirement(&self, given: &Map<String, Value>) -> AppRequirement {
        let value = given.get(self.field).filter(|_| !self.is_for_every_task()).map(shown);
        let asked = value.map_or(self.what.to_owned(), |value| format!("{value} ({})", self.what));
        AppRequirement {
            field: self.field.to_owned(),
            asked,
            apps: self.apps.clone(),
            instead: self.instead.map(str::to_owned),
        }
    }

    fn is_for_every_task(&self) -> bool {
        self.values.is_empty()
    }
}

/// Returns what `config` asks of its app. `given` are the fields of which it was made.
pub(super) fn requirements<Config>(
    options: &[AppOption<Config>],
    config: &Config,
    given: &Map<String, Value>,
) -> Vec<AppRequirement> {
    options
        .iter()
        .filter(|option| (option.is_asked)(config))
        .map(|option| option.requirement(given))
        .collect()
}

/// Adds what `app` cannot do, or what no app can if the configuration names none. An app that cannot do what every task of
/// the script asks is refused for that alone.
pub(super) fn refuse(requirements: &[AppRequirement], app: Option<AppId>, problems: &mut Problems) {
    for requirement in requirements {
        let refusal = app.map_or_else(|| requirement.refusal_everywhere(), |app| requirement.refusal(app));
        if let Some(reason) = refusal {
            problems.add(&requirement.field, reason);
            if requirement.field == "app" {
                return;
            }
        }
    }
}

/// Returns the table as JSON, for the schema of the configuration.
pub(super) fn described<Config>(options: &[AppOption<Config>]) -> Value {
    let row = |option: &AppOption<Config>| {
        let AppOption { field, values, what, .. } = option;
        let apps: Vec<&str> = option.apps.iter().map(AppId::as_str).collect();
        json!({"field": field, "values": values, "what": what, "apps": apps})
    };
    options.iter().map(row).collect()
}
