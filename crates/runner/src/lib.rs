//! Runs tasks: one worker per phone takes what is due, runs its script, keeps what the script says and writes how it
//! ended, through loss of phones, panics of scripts and the end of the server. It names no script, no app and no
//! licence.

mod alarm;
mod artifacts;
mod at_work;
mod attempt;
mod by_hand;
mod journal;
mod keeper;
mod materials;
mod neighbours;
mod persistence;
mod places;
mod presence_changes;
mod probe;
mod runner;
mod shared;
mod supervisor;
mod survey;
mod tidying;
mod worker;

pub use runner::{Runner, RunnerOptions};
