//! `tikmatrix version`: the version of this program, and that of the server if it answers.

use clap::Args;
use serde_json::json;
use tikmatrix_client::Client;

use crate::cli::client::Work;
use crate::cli::output::answer::Output;
use crate::cli::output::printable;

/// The options of `version`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Version {}

impl Work for Version {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let own = env!("CARGO_PKG_VERSION");
        let health = client.health();
        let (version, problem) = match &health {
            Ok(health) => (Some(&health.version), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let url = client.url();
        let answer = json!({"version": own, "server": {"url": url, "version": version, "problem": problem}});
        output.say(&answer, || {
            let server = match (&version, &problem) {
                (Some(version), _) => format!("{} at {url}", printable(version)),
                (None, problem) => problem.clone().unwrap_or_default(),
            };
            format!("tikmatrix  {own}\nserver     {server}")
        })
    }
}
