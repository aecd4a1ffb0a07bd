//! What the program adds to the server library: its scripts, and virtual phones in its own process.

use std::sync::Arc;

use actix_web::web;
use anyhow::Context;
use tikmatrix_api::ServerConfig;
use tikmatrix_apps::{Apps, TikTok, instagram};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::AppId;
use tikmatrix_follow::Follow;
use tikmatrix_match_accounts::MatchAccounts;
use tikmatrix_post::Post;
use tikmatrix_virtual_phone::{Farm, FarmOptions, control};

/// Returns every script of the program, for commands that need no server.
///
/// # Errors
/// When a profile that is part of the program cannot be read, which a test rules out.
pub(super) fn scripts() -> anyhow::Result<ScriptRegistry> {
    let apps = apps()?;
    let registry = ScriptRegistry::default().with(Post::new(apps.clone()));
    let registry = registry.with(Follow::new(apps.clone())).with(Follow::unfollow(apps.clone()));
    Ok(registry.with(MatchAccounts::new(apps)))
}

/// Returns the drivers of all apps.
///
/// # Errors
/// When a profile that is part of the program cannot be read, which a test rules out.
pub(super) fn apps() -> anyhow::Result<Apps> {
    Ok(Apps::new()?.with(TikTok::new()?).with(instagram()?))
}

/// Returns the ids of all apps, in the order of their registration.
///
/// # Errors
/// As [`apps`].
pub(super) fn app_ids() -> anyhow::Result<Vec<AppId>> {
    Ok(apps()?.ids().map(AppId::new).collect::<Result<_, _>>()?)
}

/// Starts `count` virtual phones on any free ports of this machine.
///
/// # Errors
/// When they cannot listen.
pub(super) async fn start_virtual_phones(count: u16) -> anyhow::Result<Farm> {
    Farm::start(FarmOptions { count, first_port: None, seed: 1 })
        .await
        .context("cannot run the virtual phones")
}

/// Adds the phones of `farm` to a server, and the oracle of what was done on them.
pub(super) fn attach_virtual_phones(config: &mut ServerConfig, farm: &Farm) {
    config.phones.extend(farm.phones().iter().map(|phone| phone.address().to_string()));
    let farm = farm.clone();
    config.extra_routes = Arc::new(move |config| {
        config.service(web::scope("/virtual").configure(control::configure(farm.clone())));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_every_script_makes_a_task() {
        for script in scripts().unwrap().iter() {
            let example = script.schema().pointer("/examples/0");
            let example = example.unwrap_or_else(|| panic!("{} has no example", script.name()));
            assert_eq!(script.plan(example).unwrap().len(), 1, "{}", script.name());
        }
    }
}
