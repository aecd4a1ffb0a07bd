//! The product's quoting function against the virtual phone's shell: quoted text never runs, and commands that run are
//! detected. The tests of the device crate run the same function against a real `sh`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::shell_quote::shell_word;
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::runtime::Runtime;

const HOSTILE: [&str; 11] =
    ["\"; rm -rf /sdcard; echo \"", "$(id)", "`id`", "'; id; '", "%s", "\\n", "a\nb", "*", "~", "#x", "x=1"];

/// A phone and the number of commands that it ran so far.
struct Stage {
    runtime: Runtime,
    farm: Farm,
    phone: Phone,
}

impl Stage {
    fn set() -> Self {
        let runtime = Runtime::new().unwrap();
        let (farm, phone) = runtime.block_on(async {
            let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 3 }).await.unwrap();
            let address = farm.phones()[0].address().to_string();
            let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(10))).await.unwrap();
            (farm, phone)
        });
        Self { runtime, farm, phone }
    }

    /// Prints quoted text and returns the output, and the commands that ran for it.
    fn print(&self, text: &str) -> (String, Vec<Vec<String>>) {
        let before = self.farm.phones()[0].commands().len();
        let command = format!("printf %s {}", shell_word(text));
        let printing = self.phone.shell(&command, Deadline::after(Duration::from_secs(10)));
        let output = self.runtime.block_on(printing).unwrap();
        let commands = self.farm.phones()[0].commands().split_off(before);
        (String::from_utf8(output.stdout).unwrap(), commands)
    }
}

/// Asserts that the text arrived letter for letter in the expected command. The client redirects the input with an
/// separate `exec` before it.
fn check(stage: &Stage, text: &str) -> Result<(), TestCaseError> {
    let (arrived, commands) = stage.print(text);
    prop_assert_eq!(&arrived, text);
    let ran: Vec<&Vec<String>> =
        commands.iter().filter(|words| words.first().is_none_or(|name| name != "exec")).collect();
    prop_assert_eq!(ran, [&["printf", "%s", text].map(str::to_owned).to_vec()]);
    Ok(())
}

#[test]
fn hostile_text_arrives_and_never_runs() {
    let stage = Stage::set();
    for text in HOSTILE {
        check(&stage, text).unwrap();
    }
}

#[test]
fn any_text_arrives_letter_for_letter_in_one_command() {
    let stage = Stage::set();
    // Fewer cases than the commands that the phone keeps.
    let mut runner = TestRunner::new(ProptestConfig { cases: 400, ..ProptestConfig::default() });
    runner.run(&"[^\0]{0,60}", |text| check(&stage, &text)).unwrap();
}
