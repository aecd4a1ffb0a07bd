//! Runs tasks: one worker per phone takes what is due, runs its script, keeps what the script says and writes how it
//! ended, through loss of phones, panics of scripts and the end of the server. It names no script, no app and no
//! licence.

mod cluster;
mod context;
mod control;
mod devices;
mod journal;
mod retry;
mod runner;
mod slots;
mod supervisor;
mod worker;

pub use runner::{Runner, RunnerOptions};
