//! The script `example`: reads the model of the phone and returns it as the task's remark.

use serde::{Deserialize, Serialize};
use tikmatrix_device::android::AndroidError;
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_device::script::{Completion, Context, Failure, Script, async_trait};

/// The configuration of `example`: the one place that names its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExampleConfig {
    /// Text in front of the model. Default: none.
    #[schemars(length(max = 100))]
    pub greeting: String,
}

/// Reads the model of the phone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Example;

#[async_trait]
impl Script for Example {
    type Config = ExampleConfig;

    fn name(&self) -> &'static str {
        "example"
    }

    fn description(&self) -> &'static str {
        "Reads the model of the phone."
    }

    async fn run(&self, context: &mut Context, config: ExampleConfig) -> Result<Completion, Failure> {
        context.step("read the model");
        let command = "getprop ro.product.model";
        let output = context.phone().shell(command, context.soon()).await.map_err(AndroidError::from)?;
        let model = output.stdout_text();
        if model.trim().is_empty() {
            return Err(Failure::of_script("no_model", "the phone has no model"));
        }
        context.progress(100);
        let remark = format!("{} {}", config.greeting, model.trim());
        Ok(Completion::new(remark.trim()))
    }
}
