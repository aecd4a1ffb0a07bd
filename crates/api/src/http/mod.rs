//! HTTP as every resource uses it: reading requests, answering in one form, and the layers in front of the handlers.

pub(crate) mod body;
pub(crate) mod connection;
pub(crate) mod envelope;
pub(crate) mod error;
pub(crate) mod extract;
pub(crate) mod middleware;
pub(crate) mod openapi;
pub(crate) mod pace;
pub(crate) mod paging;
pub(crate) mod query;
pub(crate) mod routing;
pub(crate) mod text;
pub(crate) mod time;
