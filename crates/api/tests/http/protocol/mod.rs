//! What holds for every endpoint: bytes that no library sends, limits, who is let in.

mod connections;
mod hostile;
mod limits;
mod raw;
mod roles;
mod rules;
