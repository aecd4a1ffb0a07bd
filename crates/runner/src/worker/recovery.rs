//! Makes a phone usable again after a run that could not clean up: the connection or the server was lost, or the script
//! did not release its phone. What a run undoes at its own end is done by the script engine.

use std::time::Duration;

use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::leftovers;
use tikmatrix_domain::Status;
use tikmatrix_storage::{Page, PageStart, TaskFilter};
use tokio::sync::watch;

use crate::context::RunnerContext;

/// For everything that is to be undone on a phone.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(15);
/// For one answer of a phone.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
const PROBE_INTERVAL: Duration = Duration::from_secs(2);

/// Probes a quarantined phone until it answers. Returns `false` when its connection changed or was lost meanwhile.
pub(crate) async fn until_it_answers(phone: &Phone, phones: &mut watch::Receiver<Option<Phone>>) -> bool {
    loop {
        if phone.shell("true", Deadline::after(PROBE_TIMEOUT)).await.is_ok() {
            log::info!("phone {} answers again and takes tasks", phone.serial());
            return true;
        }
        tokio::select! {
            _ = phones.changed() => return false,
            () = tokio::time::sleep(PROBE_INTERVAL) => {}
        }
    }
}

/// Undoes what earlier runs left on a phone, such as the keyboard and pushed files, once for each connection.
#[derive(Default)]
pub(crate) struct LeftoverCleanup {
    /// The connection that was cleaned up last.
    cleaned: Option<Phone>,
}

impl LeftoverCleanup {
    /// Undoes what is left on the phone. No task may run on it meanwhile.
    pub(crate) async fn clean(&mut self, phone: &Phone) {
        if self.is_clean(phone) {
            return;
        }
        self.cleaned = Some(phone.clone());
        let (deadline, serial) = (Deadline::after(CLEANUP_TIMEOUT), phone.serial());
        let left = leftovers(phone, deadline).await.unwrap_or_else(|error| {
            log::warn!("phone {serial}: what earlier runs left is not known: {error}");
            Vec::new()
        });
        for clean_up in left {
            match clean_up.perform(phone, deadline).await {
                Ok(()) => log::info!("phone {serial}: had to {clean_up} after an earlier run"),
                Err(error) => {
                    log::warn!("phone {serial}: could not {clean_up} after an earlier run: {error}");
                }
            }
        }
    }

    /// Does the same for a phone on which this server runs no task. A phone on which another server runs one is left
    /// alone.
    pub(crate) async fn clean_idle(&mut self, context: &RunnerContext, phone: &Phone) {
        if self.is_clean(phone) {
            return;
        }
        let running = TaskFilter {
            status: Some(Status::Running),
            serial: Some(phone.serial().clone()),
            ..TaskFilter::default()
        };
        let page = Page { start: PageStart::Number(1), size: 1 };
        match context.store.tasks().list(running, page).await {
            Ok((tasks, _)) if tasks.is_empty() => self.clean(phone).await,
            Ok(_) => {}
            Err(error) => log::warn!("phone {}: {error}", phone.serial()),
        }
    }

    fn is_clean(&self, phone: &Phone) -> bool {
        self.cleaned.as_ref().is_some_and(|cleaned| cleaned.is_same_connection(phone))
    }
}
