//! A script that does what its configuration says, and the stage on which a test observes and directs it.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tikmatrix_device::android::AndroidError;
use tikmatrix_device::script::{ArtifactKind, Completion, Context, Failure, LogLevel, Script, async_trait};
use tikmatrix_domain::StandardFailure;
use tokio::sync::{Notify, watch};

/// The words that the scripts of one test said, and what they wait for.
#[derive(Clone)]
pub(crate) struct Stage {
    said: watch::Sender<Vec<String>>,
    /// How many phones were at work when each script had started.
    at_work: Arc<Mutex<Vec<usize>>>,
    go_on: Arc<Notify>,
    busy: Arc<Mutex<BTreeSet<String>>>,
    blocked: Arc<(Mutex<bool>, Condvar)>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let blocked = Arc::new((Mutex::new(true), Condvar::new()));
        Self {
            said: watch::Sender::new(Vec::new()),
            at_work: Arc::default(),
            go_on: Arc::default(),
            busy: Arc::default(),
            blocked,
        }
    }

    /// Everything that was said so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.borrow().clone()
    }

    /// How many phones were at work, that of the script included, when each script had started.
    pub(crate) fn at_work(&self) -> Vec<usize> {
        self.at_work.lock().unwrap().clone()
    }

    /// Waits until a script has said `word`.
    pub(crate) async fn heard(&self, word: &str) {
        self.said.subscribe().wait_for(|said| said.iter().any(|one| one == word)).await.unwrap();
    }

    /// Waits until `count` words were said.
    pub(crate) async fn heard_many(&self, count: usize) {
        self.said.subscribe().wait_for(|said| said.len() >= count).await.unwrap();
    }

    /// Lets one script continue that holds its phone.
    pub(crate) fn go_on(&self) {
        self.go_on.notify_one();
    }

    /// Lets every script continue that blocks its thread.
    pub(crate) fn unblock(&self) {
        let (blocked, changed) = &*self.blocked;
        *blocked.lock().unwrap() = false;
        changed.notify_all();
    }

    fn enter(&self, serial: &str) {
        let mut busy = self.busy.lock().unwrap();
        assert!(busy.insert(serial.to_owned()), "two tasks on {serial}");
        self.at_work.lock().unwrap().push(busy.len());
    }

    fn block(&self) {
        let (blocked, changed) = &*self.blocked;
        // With a timeout, so that a test that fails before it unblocks does not hang.
        let end = Duration::from_secs(30);
        let _free = changed.wait_timeout_while(blocked.lock().unwrap(), end, |blocked| *blocked).unwrap();
    }

    pub(crate) fn say(&self, word: String) {
        self.said.send_modify(|said| said.push(word));
    }
}

pub(crate) struct Obedient(pub(crate) Stage);

#[async_trait]
impl Script for Obedient {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        "obey"
    }

    fn description(&self) -> &'static str {
        "Does what its configuration says."
    }

    async fn run(&self, context: &mut Context, config: Self::Config) -> Result<Completion, Failure> {
        let config = Value::Object(config);
        let Self(stage) = self;
        let word = config["word"].as_str().unwrap_or_default().to_owned();
        let serial = context.phone().serial().to_string();
        stage.enter(&serial);
        let _off = off_stage(stage, &serial);
        match config["act"].as_str().unwrap() {
            // What an earlier attempt may have said is not said again.
            "tell" if context.marks().earlier().is_some() && stage.said().contains(&word) => {}
            "tell" => {
                context.marks().set(&word).await?;
                stage.say(word);
            }
            "use the phone" => {
                let output = context.phone().shell("true", context.soon()).await;
                output.map_err(|error| Failure::of_script("no_answer", error.to_string()))?;
                stage.say(word);
            }
            "hold" => {
                context.step("hold the phone");
                stage.say(word);
                stage.go_on.notified().await;
            }
            "fail" => return Err(Failure::of_request(StandardFailure::MaterialMissing, word)),
            "fail for now" => {
                stage.say(word);
                return Err(Failure::not_found("the button", "nothing", Duration::from_secs(1)));
            }
            "fail with a code" => return Err(Failure::of_script("broken", word)),
            "unconfirmed" => return Err(Failure::unconfirmed(word)),
            "lose the phone" => {
                stage.say(word);
                context.phone().connection().closed().await;
                let output = context.phone().shell("true", context.soon()).await;
                output.map_err(AndroidError::from)?;
            }
            "block" => {
                stage.say(word);
                stage.block();
            }
            "panic" => {
                context.step("break off");
                panic!("{word}");
            }
            "until gone" => {
                stage.say(word);
                return Err(Failure::of_script(
                    "gone",
                    context.phone().connection().closed().await.to_string(),
                ));
            }
            "chatter" => {
                for number in 0..5_000_u32 {
                    context.log(LogLevel::Info, format!("line {number}"));
                    context.progress(u8::try_from(number / 50).unwrap());
                }
                context.step("come to an end");
            }
            "attach" => {
                context.attach(ArtifactKind::Screenshot, b"seen".to_vec());
                return Ok(Completion::new("obeyed").with_result(json!({ "word": word })));
            }
            "who" => stage.say(format!(
                "{:?} in {}",
                context.assignment().username.as_ref().map(ToString::to_string),
                context.assignment().app.as_str()
            )),
            other => panic!("no such act: {other}"),
        }
        Ok(Completion::new("obeyed"))
    }
}

/// Frees the phone on the stage when the script ends in any way.
fn off_stage<'stage>(stage: &'stage Stage, serial: &'stage str) -> impl Drop + 'stage {
    struct Off<'stage>(&'stage Stage, &'stage str);
    impl Drop for Off<'_> {
        fn drop(&mut self) {
            self.0.busy.lock().unwrap().remove(self.1);
        }
    }
    Off(stage, serial)
}
