//! Protects the whole journey of a video, and of images, on a virtual phone: what arrives in the app, what is said of it, and in which
//! state the phone is left.

#![cfg(test)]

mod captions;
mod changing_files;
mod earlier_attempts;
mod failing;
mod faults;
mod locked_phones;
mod materials;
mod media;
mod options;
mod proof;
mod publishing;
mod record;
mod stage;
