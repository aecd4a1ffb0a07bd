//! The script `match_accounts`: reads which accounts are signed in to an app on a phone, and records each as an account of the
//! phone. It changes nothing on the phone.

use serde::{Deserialize, Serialize};
use tikmatrix_apps::{Apps, Capability};
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_device::script::serde_json::{Value, json};
use tikmatrix_device::script::{
    AppName, AppOption, Completion, Context, Failure, FoundAccounts, Script, async_trait,
};
use tikmatrix_domain::{AppId, StandardFailure, Username};

/// The configuration of `match_accounts`: the one place that names its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("examples" = [{}]))]
pub struct MatchAccountsConfig {
    /// The app. Default: the account's, else the server's.
    #[serde(with = "AppName", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AppName")]
    pub app: Option<AppId>,
}

/// Records the accounts that are signed in on a phone.
#[derive(Debug, Clone)]
pub struct MatchAccounts {
    apps: Apps,
}

impl MatchAccounts {
    /// The script for these apps.
    #[must_use]
    pub fn new(apps: Apps) -> Self {
        Self { apps }
    }
}

#[async_trait]
impl Script for MatchAccounts {
    type Config = MatchAccountsConfig;

    fn name(&self) -> &'static str {
        "match_accounts"
    }

    fn description(&self) -> &'static str {
        "Reads the accounts that are signed in on a phone, and records each as an account of the phone."
    }

    fn adapt_schema(&self, schema: &mut Value) {
        self.apps.list_in(schema);
    }

    fn app_options(&self) -> Vec<AppOption<MatchAccountsConfig>> {
        vec![AppOption {
            field: "app",
            values: "",
            what: "reading the accounts that are signed in",
            is_asked: |_| true,
            apps: self.apps.that_can(Capability::ReadAccounts),
            instead: None,
        }]
    }

    fn app(&self, config: &MatchAccountsConfig) -> Option<AppId> {
        config.app
    }

    async fn run(&self, context: &mut Context, config: MatchAccountsConfig) -> Result<Completion, Failure> {
        let app = config.app.unwrap_or(context.assignment().app);
        let (driver, accounts) = self.apps.accounts(app.as_str())?;
        context.step("open the app");
        let package = self.apps.begin(driver, context).await?;
        context.progress(20);
        context.step("read the accounts");
        let known = accounts.read_accounts(context, &package).await?;
        if known.all.is_empty() {
            let remark =
                format!("{} shows no account; last seen: {}", driver.profile().name, context.last_screen());
            return Err(Failure::new(StandardFailure::AppChanged, remark));
        }
        context.progress(80);
        context.step("record the accounts");
        let found = FoundAccounts {
            app,
            package: context.assignment().package.clone(),
            usernames: known.all.clone(),
        };
        let new = context.record_accounts(found).await?;
        context.progress(100);
        let names: Vec<String> = known.all.iter().map(|name| format!("@{name}")).collect();
        let remark = format!("signed in on this phone: {}; {new} of them new", names.join(", "));
        let names: Vec<&str> = known.all.iter().map(Username::as_str).collect();
        let current = known.current.as_ref().map(Username::as_str);
        Ok(Completion::new(remark).with_result(json!({ "accounts": names, "current": current })))
    }
}
