//! The commands that the shells of one phone ran, kept for the oracle.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

const MAX_COMMANDS: usize = 10_000;
const MAX_WORD_BYTES: usize = 4096;

/// The last commands, oldest first, each as its words.
#[derive(Debug, Default)]
pub(crate) struct CommandLog {
    commands: Mutex<VecDeque<Vec<String>>>,
    added: Notify,
}

impl CommandLog {
    /// Records a command that is about to run, its name first.
    pub(crate) fn add(&self, words: &[String]) {
        let mut commands = self.commands.lock();
        if commands.len() >= MAX_COMMANDS {
            commands.pop_front();
        }
        commands.push_back(words.iter().map(|word| shorten(word)).collect());
        drop(commands);
        self.added.notify_waiters();
    }

    /// The recorded commands.
    pub(crate) fn all(&self) -> Vec<Vec<String>> {
        self.commands.lock().iter().cloned().collect()
    }

    /// Waits until a command of this name has started.
    pub(crate) async fn wait_for(&self, name: &str) {
        loop {
            let added = self.added.notified();
            if self.commands.lock().iter().any(|words| words.first().is_some_and(|word| word == name)) {
                return;
            }
            added.await;
        }
    }
}

fn shorten(word: &str) -> String {
    word[..word.floor_char_boundary(MAX_WORD_BYTES)].to_owned()
}
