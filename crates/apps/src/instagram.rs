//! Instagram: its profile. Journeys through it are not supported yet.

use std::sync::Arc;

use crate::profile::file::{Profile, ProfileError};

/// The driver of Instagram.
///
/// # Errors
/// [`ProfileError`]; a test rules it out.
pub fn instagram() -> Result<Arc<Profile>, ProfileError> {
    Profile::parse("instagram", include_str!("../profiles/instagram.toml")).map(Arc::new)
}
