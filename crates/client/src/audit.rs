//! `/api/v1/audit`.

use tikmatrix_api_types::audit::{AuditEntry, AuditList, AuditQuery};
use ureq::http::Method;

use crate::error::Error;
use crate::http::{Http, with_query};
use crate::items::Items;

/// Reads who changed what; needs a token with the role admin.
#[derive(Debug, Clone, Copy)]
pub struct Audit<'client> {
    http: &'client Http,
}

impl<'client> Audit<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Returns one page of entries, newest first.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self, query: &AuditQuery) -> Result<AuditList, Error> {
        self.http.call(Method::GET, &with_query("/api/v1/audit", query))
    }

    /// Iterates over every entry that `query` lets through, newest first.
    #[must_use]
    pub fn all(self, mut query: AuditQuery) -> Items<'client, AuditEntry> {
        let mut is_last = false;
        Items::new(move || {
            if is_last {
                return Ok(None);
            }
            let page = self.list(&query)?;
            query.page = None;
            query.cursor = page.next_cursor;
            is_last = query.cursor.is_none();
            Ok(Some(page.entries))
        })
    }
}
