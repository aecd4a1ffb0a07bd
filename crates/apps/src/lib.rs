//! Placeholder of the face of this crate.
