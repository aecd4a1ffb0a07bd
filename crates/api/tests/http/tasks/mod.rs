//! `/api/v1/task`: creating, reading, changing tasks, and their entity tags.

mod batch;
mod change;
mod configs;
mod create;
mod etags;
mod options;
mod outcome;
mod planning;
mod read;
