//! The recipients of a request that are not known, each with the known name that was probably meant.

use tikmatrix_device::script::nearest;
use tikmatrix_domain::{Recipients, TaskRequest};
use tikmatrix_storage::{StorageError, UnknownName, UnknownNames};

use super::Tasks;

/// A serial of which no phone was ever connected, or a username that no account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRecipient {
    /// The serial or the username.
    pub name: String,
    /// The nearest serial or name of a device, or the nearest username; `None` if none is near.
    pub nearest: Option<String>,
}

/// The unknown recipients of a request: the first of each kind, and the number of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownRecipients {
    /// Serials.
    pub serials: Vec<UnknownRecipient>,
    /// The number of further serials.
    pub more_serials: usize,
    /// Usernames, in the app that the request names, if it names one.
    pub usernames: Vec<UnknownRecipient>,
    /// The number of further usernames.
    pub more_usernames: usize,
}

impl Tasks {
    /// Returns which recipients of `request` are not known. Tasks for them can be created: they wait until a phone with the
    /// serial is connected, or the account is bound to a device.
    ///
    /// # Errors
    /// Of the database only.
    pub async fn unknown_recipients(&self, request: &TaskRequest) -> Result<UnknownRecipients, StorageError> {
        let (mut serials, mut usernames) = (Vec::new(), Vec::new());
        match &request.recipients {
            // A phone that has just connected may not be stored yet.
            Recipients::Devices(named) | Recipients::AccountsOfDevices(named) => {
                let is_new = |serial: &&_| self.context.devices.get(serial).is_none();
                serials.extend(named.iter().filter(is_new).cloned());
            }
            Recipients::Accounts(named) => usernames.clone_from(named),
        }
        let app = request.targets.first().and_then(|target| target.app);
        let unknown = self.context.store.queue().names().unknown(serials, usernames, app).await?;
        let UnknownNames { serials, more_serials, usernames, more_usernames } = unknown;
        Ok(UnknownRecipients {
            serials: serials.into_iter().map(recipient).collect(),
            more_serials,
            usernames: usernames.into_iter().map(recipient).collect(),
            more_usernames,
        })
    }
}

fn recipient(UnknownName { name, near }: UnknownName) -> UnknownRecipient {
    let others = near.iter().map(String::as_str).filter(|known| *known != name);
    let nearest = nearest(&name, others).map(str::to_owned);
    UnknownRecipient { name, nearest }
}
