//! `/api/v1/group`.

use tikmatrix_api_types::groups::{Group, GroupDeleted, GroupList, GroupPatch, NewGroup};
use ureq::http::Method;

use crate::error::Error;
use crate::http::Http;

const GROUPS: &str = "/api/v1/group";

/// Creates, reads and changes groups of phones.
#[derive(Debug, Clone, Copy)]
pub struct Groups<'client> {
    http: &'client Http,
}

impl<'client> Groups<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Creates a group and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 when another group has the name.
    pub fn create(self, group: &NewGroup) -> Result<Group, Error> {
        self.http.call_with(Method::POST, GROUPS, group)
    }

    /// Lists all groups, by their names.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self) -> Result<GroupList, Error> {
        self.http.call(Method::GET, GROUPS)
    }

    /// Returns one group.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such group.
    pub fn get(self, group_id: i64) -> Result<Group, Error> {
        self.http.call(Method::GET, &path(group_id))
    }

    /// Changes a group and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 when another group has the name.
    pub fn change(self, group_id: i64, change: &GroupPatch) -> Result<Group, Error> {
        self.http.call_with(Method::PATCH, &path(group_id), change)
    }

    /// Deletes a group; its phones belong to none afterwards.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such group.
    pub fn delete(self, group_id: i64) -> Result<GroupDeleted, Error> {
        self.http.call(Method::DELETE, &path(group_id))
    }
}

fn path(group_id: i64) -> String {
    format!("{GROUPS}/{group_id}")
}
