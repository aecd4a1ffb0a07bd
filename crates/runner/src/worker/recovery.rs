//! Putting a phone back as it was found after a run that could not do so itself, since its connection or its server was
//! lost: the user's keyboard, and pushed files. What a run undoes at its own end is the script engine's.

use std::time::Duration;

use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::leftovers;
use tikmatrix_domain::Status;
use tikmatrix_storage::{Page, PageStart, TaskFilter};

use crate::context::{Shared, Slot};

/// For all that is to be undone on a phone.
const TIDIED_WITHIN: Duration = Duration::from_secs(15);

/// Which connection of a phone was looked at.
#[derive(Default)]
pub(crate) struct Tidied(Option<Phone>);

impl Tidied {
    /// Undoes what is left on the phone, once for each of its connections. Nobody else may work on it meanwhile.
    pub(crate) async fn tidy(&mut self, phone: &Phone) {
        if self.was_looked_at(phone) {
            return;
        }
        self.0 = Some(phone.clone());
        let (deadline, serial) = (Deadline::after(TIDIED_WITHIN), phone.serial());
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

    /// The same for a phone that has no task in hand. One that works for another server is left to it.
    pub(crate) async fn tidy_idle(&mut self, shared: &Shared, slot: &Slot, phone: &Phone) {
        if self.was_looked_at(phone) {
            return;
        }
        let running = TaskFilter {
            status: Some(Status::Running),
            serial: Some(slot.serial.clone()),
            ..TaskFilter::default()
        };
        let page = Page { start: PageStart::Number(1), size: 1 };
        match shared.store.tasks(running, page).await {
            Ok((tasks, _)) if tasks.is_empty() => self.tidy(phone).await,
            Ok(_) => {}
            Err(error) => log::warn!("phone {}: {error}", slot.serial),
        }
    }

    fn was_looked_at(&self, phone: &Phone) -> bool {
        self.0.as_ref().is_some_and(|known| known.is_same_connection(phone))
    }
}
