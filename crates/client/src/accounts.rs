//! `/api/v1/account`.

use std::io::Read;

use tikmatrix_api_types::Deleted;
use tikmatrix_api_types::accounts::{
    Account, AccountList, AccountPatch, AccountQuery, AccountStatusList, AccountStatusQuery, Imported,
    NewAccount,
};
use ureq::http::Method;

use crate::error::Error;
use crate::http::download::Download;
use crate::http::{Http, with_query};
use crate::items::Items;

const ACCOUNTS: &str = "/api/v1/account";
const STATUSES: &str = "/api/v1/accounts";

/// Records, reads and changes accounts.
#[derive(Debug, Clone, Copy)]
pub struct Accounts<'client> {
    http: &'client Http,
}

impl<'client> Accounts<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Records an account and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 when there is such an account already.
    pub fn create(self, account: &NewAccount) -> Result<Account, Error> {
        self.http.call_with(Method::POST, ACCOUNTS, account)
    }

    /// Returns one page of accounts, in the order in which they were recorded.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self, query: &AccountQuery) -> Result<AccountList, Error> {
        self.http.call(Method::GET, &with_query(ACCOUNTS, query))
    }

    /// Returns one page of accounts with the fields that clients of the original know.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn statuses(self, query: &AccountStatusQuery) -> Result<AccountStatusList, Error> {
        self.http.call(Method::GET, &with_query(STATUSES, query))
    }

    /// Iterates over every account that `query` lets through.
    #[must_use]
    pub fn all(self, mut query: AccountQuery) -> Items<'client, Account> {
        Items::new(move || {
            let list = self.list(&query)?;
            query.page = Some(list.page.saturating_add(1));
            Ok(Some(list.accounts).filter(|accounts| !accounts.is_empty()))
        })
    }

    /// Returns one account.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such account.
    pub fn get(self, account_id: i64) -> Result<Account, Error> {
        self.http.call(Method::GET, &path(account_id))
    }

    /// Changes an account and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such account.
    pub fn change(self, account_id: i64, change: &AccountPatch) -> Result<Account, Error> {
        self.http.call_with(Method::PATCH, &path(account_id), change)
    }

    /// Deletes an account.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 while unfinished tasks need it.
    pub fn delete(self, account_id: i64) -> Result<Deleted, Error> {
        self.http.call(Method::DELETE, &path(account_id))
    }

    /// Downloads all accounts as a table (CSV with a header line).
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn export(self) -> Result<Download, Error> {
        self.http.download(&format!("{ACCOUNTS}/export"))
    }

    /// Records or changes every account of a table (CSV with a header line).
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 with every row that is wrong.
    pub fn import(self, table: &mut dyn Read) -> Result<Imported, Error> {
        self.http.upload(&format!("{ACCOUNTS}/import"), "text/csv", table)
    }
}

fn path(account_id: i64) -> String {
    format!("{ACCOUNTS}/{account_id}")
}
