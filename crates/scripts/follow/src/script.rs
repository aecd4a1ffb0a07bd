//! The scripts: what they accept, and their steps on the phone. The app's driver knows how a step is done.

use tikmatrix_apps::{Apps, Capability, FollowButton, FollowJourney, Relation, Visit};
use tikmatrix_device::script::serde_json::{Map, Value, json};
use tikmatrix_device::script::{
    AppOption, Completion, Context, Failure, Fields, Problems, Script, async_trait,
};
use tikmatrix_domain::{AppId, StandardFailure, Username};

use crate::config::{AccessMethod, Action, FollowConfig};

/// Follows or unfollows one user a task.
#[derive(Debug, Clone)]
pub struct Follow {
    /// The one action that the script's name leaves open.
    only: Option<Action>,
    apps: Apps,
}

impl Follow {
    /// The script `follow`, whose configuration says whether to follow or to unfollow, for these apps.
    #[must_use]
    pub fn new(apps: Apps) -> Self {
        Self { only: None, apps }
    }

    /// The script `unfollow`: the same, with the action set.
    #[must_use]
    pub fn unfollow(apps: Apps) -> Self {
        Self { only: Some(Action::Unfollow), apps }
    }
}

#[async_trait]
impl Script for Follow {
    type Config = FollowConfig;

    fn name(&self) -> &'static str {
        self.only.unwrap_or(Action::Follow).as_str()
    }

    fn description(&self) -> &'static str {
        match self.only {
            Some(Action::Unfollow) => "Unfollows users and confirms on each one's profile that it was done.",
            _ => "Follows or unfollows users and confirms on each one's profile that it was done.",
        }
    }

    fn adapt_schema(&self, schema: &mut Value) {
        self.apps.list_in(schema);
        if let Some(only) = self.only {
            let action = &mut schema["properties"]["action"];
            *action = json!({
                "description": action["description"],
                "const": only.as_str(),
                "default": only.as_str(),
            });
        }
    }

    fn check(&self, config: &FollowConfig, fields: &Fields<'_>, problems: &mut Problems) {
        config.check(self.only, fields, problems);
    }

    fn tasks(&self, config: &FollowConfig, given: Map<String, Value>) -> Vec<Map<String, Value>> {
        let for_one = |target| {
            let mut fields = FollowConfig::for_one(target, &given);
            if let Some(only) = self.only {
                fields.insert("action".to_owned(), json!(only.as_str()));
            }
            fields
        };
        config.targets().iter().map(for_one).collect()
    }

    fn app_options(&self) -> Vec<AppOption<FollowConfig>> {
        let option = |field, values, what, capability, is_asked, instead| AppOption {
            field,
            values,
            what,
            is_asked,
            apps: self.apps.that_can(capability),
            instead,
        };
        vec![
            option("app", "", "following and unfollowing", Capability::Follow, |_| true, None),
            option(
                "access_method",
                "`search`",
                "the app's search",
                Capability::SearchUsers,
                |config| config.access_method == AccessMethod::Search,
                Some("direct"),
            ),
        ]
    }

    fn app(&self, config: &FollowConfig) -> Option<AppId> {
        config.app
    }

    async fn run(&self, context: &mut Context, config: FollowConfig) -> Result<Completion, Failure> {
        context.step("check what is to be done");
        let app = config.app.unwrap_or(context.assignment().app);
        let (driver, journey) = self.apps.following(app.as_str())?;
        let targets = config.targets();
        let [target] = targets.as_slice() else {
            let count = targets.len();
            let remark = format!("a task is for one user; this one names {count}");
            return Err(Failure::of_request(StandardFailure::OptionUnavailable, remark));
        };
        target
            .check_app(app)
            .map_err(|reason| Failure::of_request(StandardFailure::OptionUnavailable, reason))?;
        let target = &target.username;

        let package = self.apps.begin(driver, context).await?;
        if let Some(username) = context.assignment().username.clone() {
            context.step("make sure that the account is signed in");
            journey.accounts.require_account(context, &package, &username).await?;
        }
        context.progress(20);
        let visit = match config.access_method {
            AccessMethod::Direct => {
                context.step(&format!("open the profile of @{target}"));
                journey.follow.visit(context, &package, target).await?
            }
            AccessMethod::Search => {
                context.step(&format!("search for @{target}"));
                journey.follow.search(context, &package, target).await?
            }
        };
        context.progress(60);
        let completion = match visit {
            Visit::Profile(button) => {
                let action = self.only.unwrap_or(config.action);
                act(journey, context, target, action, button).await?
            }
            Visit::NotFound => {
                let remark = format!("user not found: @{target}");
                return Err(Failure::new(StandardFailure::UserNotFound, remark));
            }
            Visit::Own => {
                let sentence = format!("@{target} is the account itself, which cannot follow itself");
                return Err(Failure::new(StandardFailure::OptionUnavailable, sentence));
            }
        };
        context.progress(100);
        Ok(completion)
    }
}

/// Makes the relation what the action wants, on the profile that is open, and describes what was done.
async fn act(
    journey: FollowJourney<'_>,
    context: &mut Context,
    target: &Username,
    action: Action,
    button: FollowButton,
) -> Result<Completion, Failure> {
    let relation = button.relation;
    // Who withdraws a request, or follows, ends elsewhere than who unfollows a user.
    let by_earlier = context.marks().earlier().is_some_and(|mark| {
        let before = if action == Action::Follow { Relation::Stranger } else { Relation::Following };
        mark.seen["action"] == json!(action.as_str()) && mark.seen["relation"] == json!(before)
    });
    let mark = json!({ "action": action.as_str(), "username": target.as_str(), "relation": relation });
    let (remark, button) = match (action, relation) {
        (Action::Follow, Relation::Following) if by_earlier => {
            (format!("followed @{target} by an earlier attempt, and seen on the profile"), button)
        }
        (Action::Unfollow, Relation::Stranger) if by_earlier => {
            (format!("unfollowed @{target} by an earlier attempt, and seen on the profile"), button)
        }
        (Action::Follow, Relation::Following) => ("already following".to_owned(), button),
        (Action::Unfollow, Relation::Stranger) => ("not following".to_owned(), button),
        (Action::Follow, Relation::Requested) => ("requested".to_owned(), button),
        (Action::Follow, Relation::Stranger) => {
            context.step("tap Follow and see that it stays");
            context.marks().set(&mark).await?;
            let button = journey.follow.follow(context, target).await?;
            let remark = match button.relation {
                Relation::Requested => "requested".to_owned(),
                _ => format!("followed @{target}, and seen on the profile"),
            };
            (remark, button)
        }
        (Action::Unfollow, Relation::Following) => {
            context.step("unfollow and see that it stays");
            context.marks().set(&mark).await?;
            let button = journey.follow.unfollow(context, target).await?;
            (format!("unfollowed @{target}, and seen on the profile"), button)
        }
        (Action::Unfollow, Relation::Requested) => {
            context.step("withdraw the request and see that it stays");
            context.marks().set(&mark).await?;
            let button = journey.follow.unfollow(context, target).await?;
            (format!("withdrew the request to follow @{target}, and seen on the profile"), button)
        }
    };
    Ok(Completion::new(remark).with_result(json!({ "label": button.label })))
}
