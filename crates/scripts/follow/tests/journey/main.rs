//! Protects the whole way to another user's profile on a virtual phone: whom the account follows afterwards, what is
//! said of it, and in which state the phone is left.

#![cfg(test)]

mod accounts;
mod earlier_attempts;
mod faults;
mod outcomes;
mod refusals;
mod runs;
mod searching;
