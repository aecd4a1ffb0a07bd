//! `/api/v1/script`.

use tikmatrix_api_types::scripts::{Script, ScriptList};
use ureq::http::Method;

use crate::error::Error;
use crate::http::{Http, below};

const SCRIPTS: &str = "/api/v1/script";

/// Reads the scripts that tasks can run.
#[derive(Debug, Clone, Copy)]
pub struct Scripts<'client> {
    http: &'client Http,
}

impl<'client> Scripts<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Lists them.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self) -> Result<ScriptList, Error> {
        self.http.call(Method::GET, SCRIPTS)
    }

    /// Returns one with the JSON Schema of its configuration.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when no script has the name.
    pub fn get(self, name: &str) -> Result<Script, Error> {
        self.http.call(Method::GET, &below(SCRIPTS, name))
    }
}
