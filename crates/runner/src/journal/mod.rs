//! What a running script reports, on its way to the database and the artifact folder.

pub(crate) mod artifacts;
pub(crate) mod buffer;
pub(crate) mod writer;
