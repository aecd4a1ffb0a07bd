//! Access tokens: made, hashed, and read from a file.

pub(crate) mod token;
pub(crate) mod token_file;
