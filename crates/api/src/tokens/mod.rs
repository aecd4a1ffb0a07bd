//! Access tokens: made, hashed, and read from a file; and who a request comes from.

pub(crate) mod caller;
pub(crate) mod token;
pub(crate) mod token_file;
