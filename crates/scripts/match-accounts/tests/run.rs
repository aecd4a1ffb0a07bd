//! The script `match_accounts` on a virtual phone: what it records, and that the phone stays as it was.

#![cfg(test)]

use std::sync::{Arc, Mutex};

use serde_json::json;
use tikmatrix_device::script::{AccountRecordError, AccountRecords, FoundAccounts, async_trait};
use tikmatrix_domain::Username;
use tikmatrix_match_accounts::MatchAccounts;
use tikmatrix_script_testing::{FinishedRun, Run, Stage, apps};

/// What the script recorded, each time.
#[derive(Default)]
struct Book {
    found: Mutex<Vec<FoundAccounts>>,
    is_full: bool,
}

#[async_trait]
impl AccountRecords for Book {
    async fn record(&self, found: FoundAccounts) -> Result<usize, AccountRecordError> {
        if self.is_full {
            return Err(AccountRecordError { reason: "the disk is full".to_owned(), transient: true });
        }
        let count = found.usernames.len();
        self.found.lock().unwrap().push(found);
        Ok(count)
    }
}

async fn read(stage: &Stage, book: &Arc<Book>) -> FinishedRun {
    let run = Run::new(MatchAccounts::new(apps()), json!({}));
    stage.run(run.records_accounts(Arc::clone(book) as _)).await
}

#[tokio::test]
async fn every_account_is_recorded_also_those_behind_the_edge_and_a_second_run_finds_the_same() {
    let stage = Stage::start(1).await;
    let own = stage.account().username();
    let book = Arc::new(Book::default());
    // One name begins another, one holds a dot, and the list is longer than the sheet.
    let others = ["sample_user", "sample_user_2", "sample.user", "close", "sample_user_3", "sample_user_4"];
    others.iter().for_each(|name| stage.sign_in(name));
    for _ in 0..2 {
        let finished = read(&stage, &book).await;
        finished.assert_completed();
        let all: Vec<&str> = [own.as_str()].into_iter().chain(others).collect();
        assert_eq!(finished.result(), Some(&json!({"accounts": all, "current": own})));
        let recorded = book.found.lock().unwrap().pop().unwrap();
        let names: Vec<&str> = recorded.usernames.iter().map(Username::as_str).collect();
        assert_eq!((names, recorded.app.as_str(), recorded.package), (all, "tiktok", None));
        assert_eq!(stage.account().username(), own, "no account was switched to");
        stage.assert_clean().await;
    }
}

#[tokio::test]
async fn a_single_account_is_recorded_and_add_account_is_not_taken_for_one() {
    let stage = Stage::start(2).await;
    let own = stage.account().username();
    let finished = read(&stage, &Arc::default()).await;
    finished.assert_completed_with(&format!("signed in on this phone: @{own}; 1 of them new"));
}

#[tokio::test]
async fn what_cannot_be_recorded_fails_the_task_and_may_be_tried_again() {
    let stage = Stage::start(3).await;
    let finished = read(&stage, &Arc::new(Book { is_full: true, ..Book::default() })).await;
    assert_eq!(finished.remark(), "the accounts cannot be recorded: the disk is full");
    finished.assert_failed_transiently("internal");
    stage.assert_clean().await;
}
