//! An account of the phone's app, and what the app saw of it.

use serde_json::Value;
use tikmatrix_virtual_phone::VirtualPhone;

use crate::run::APP;

/// An account that is signed in to TikTok, as the app reports it. It does not change with the phone.
#[derive(Debug, Clone)]
pub struct Account(Value);

impl Account {
    /// Reads the accounts of the phone, the current one first.
    pub(crate) fn all(phone: &VirtualPhone) -> Vec<Self> {
        let report = serde_json::to_value(phone.report()).unwrap();
        let accounts = report["apps"][APP]["accounts"].as_array().unwrap();
        accounts.iter().cloned().map(Self).collect()
    }

    /// Returns its name.
    ///
    /// # Panics
    /// When the app reports none.
    #[must_use]
    pub fn username(&self) -> String {
        self.0["username"].as_str().unwrap().to_owned()
    }

    /// Returns its posts, from the first to the last.
    ///
    /// # Panics
    /// When the app reports none, not even an empty list.
    #[must_use]
    pub fn posts(&self) -> Vec<Value> {
        self.0["posts"].as_array().unwrap().clone()
    }

    /// Returns the users whom it follows.
    #[must_use]
    pub fn following(&self) -> Vec<String> {
        self.names("following")
    }

    /// Returns the private users whom it asked to follow.
    #[must_use]
    pub fn requested(&self) -> Vec<String> {
        self.names("requested")
    }

    fn names(&self, list: &str) -> Vec<String> {
        let names = self.0[list].as_array().unwrap();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }
}
