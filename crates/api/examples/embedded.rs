//! A server inside another program, with a script of its own:
//! `cargo run -p tikmatrix-api --example embedded -- HOST:PORT SERIAL`.

use std::error::Error;

use serde::{Deserialize, Serialize};
use tikmatrix_api::{Server, ServerConfig};
use tikmatrix_device::android::facts;
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_device::script::{Completion, Context, Failure, Script, ScriptRegistry, async_trait};
use tikmatrix_domain::{
    Interval, Recipients, ScriptName, Serial, Source, Target, TaskOptions, TaskRequest, TaskState,
};

/// The configuration of `report-model`, which has no fields.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFields {}

/// A script that reports the model of its phone.
struct ReportModel;

#[async_trait]
impl Script for ReportModel {
    type Config = NoFields;

    fn name(&self) -> &'static str {
        "report-model"
    }

    fn description(&self) -> &'static str {
        "Reports the model of the phone"
    }

    async fn run(&self, context: &mut Context, _config: NoFields) -> Result<Completion, Failure> {
        context.step("read the model");
        let facts = facts(context.phone(), context.soon()).await?;
        let model = facts.model.unwrap_or_else(|| "phone of an unknown model".to_owned());
        Ok(Completion::new(format!("it is a {model}")))
    }
}

/// Runs the script once on the phone at `address`, and returns what it reports.
pub(crate) async fn run(directory: &str, address: &str, serial: &str) -> Result<String, Box<dyn Error>> {
    let config = ServerConfig {
        port: 0,
        phones: vec![address.to_owned()],
        scripts: ScriptRegistry::default().with(ReportModel),
        ..ServerConfig::new(directory)
    };
    let server = Server::start(config).await?;
    println!("the API is at {}", server.url());
    let request = TaskRequest {
        recipients: Recipients::Devices(vec![Serial::new(serial)?]),
        groups: Vec::new(),
        script: ScriptName::new("report-model")?,
        targets: vec![Target::new(None, "{}")],
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 0,
        options: TaskOptions::default(),
    };
    let tasks = server.tasks();
    let created = tasks.create(request).await?;
    let mut remarks = Vec::new();
    for task in created.tasks {
        if let TaskState::Finished { finish, .. } = tasks.wait(task).await?.state {
            remarks.push(finish.remark);
        }
    }
    server.shutdown().await;
    Ok(remarks.join("\n"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(serial)) = (arguments.next(), arguments.next()) else {
        return Err("usage: embedded HOST:PORT SERIAL".into());
    };
    println!("{}", run("embedded-data", &address, &serial).await?);
    Ok(())
}
