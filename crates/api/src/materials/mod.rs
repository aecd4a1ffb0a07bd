//! The material library: uploads, downloads, and what is known of each file.

pub(crate) mod content;
pub(crate) mod convert;
pub(crate) mod handlers;
pub(crate) mod library;
pub(crate) mod list_query;
pub(crate) mod upload;
pub(crate) mod upload_body;
