//! The operations, each short and named for what it is to its caller; one transaction each.

mod access_tokens;
mod accounts;
mod counts;
mod create;
mod lists;
mod pages;
#[cfg(test)]
mod plans;
mod records;
mod work;
