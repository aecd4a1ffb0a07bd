//! The script engine: what a script is, how it is registered and run, and what it has at hand. The scripts themselves are
//! crates below `crates/scripts`.
//!
//! A script's crate needs nothing but this module, `tikmatrix-domain` and what it finds here of others' crates:
//! [`async_trait`](macro@async_trait), [`schemars`], [`serde_json`].

mod accounts;
mod clean_up;
mod config;
mod context;
mod execute;
mod failure;
mod journal;
mod marks;
mod materials;
mod registry;
mod replay;
mod run_outcome;
mod screen;

pub use async_trait::async_trait;
pub use tikmatrix_validation::{Fields, Problem, Problems, nearest, unknown_name, whole};
pub use {schemars, serde_json};

pub use accounts::{AccountRecordError, AccountRecords, FoundAccounts, NoAccountRecords};
pub use clean_up::{CleanUp, leftovers};
pub use config::{AppName, Numbers};
pub use context::{Assignment, AttemptMarks, Context};
pub use execute::{Execution, Limits, execute};
pub use failure::Failure;
pub use journal::{ArtifactKind, Entry, Journal, LogLevel};
pub use marks::{EarlierMark, MarkError, Marks, NoMarks};
pub use materials::{LibraryMaterial, Materials, MaterialsError, NoMaterials};
pub use registry::{AppOption, Plan, Planned, RegisteredScript, Script, ScriptRegistry};
pub use replay::{ReplayError, Replayed, replay};
pub use run_outcome::{Completion, MAX_RESULT, RunEnd, RunOutcome, describe_step};
pub use screen::{Dismissal, Found, Screen, ScreenGuard, ScreenVerdict, TextInput};

#[cfg(doctest)]
#[doc = include_str!("../../../../docs/extending.md")]
struct Extending;
