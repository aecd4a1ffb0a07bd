//! The profiles that are asked about a screen.

use tikmatrix_apps::Profile;
use tikmatrix_apps::inspect::profiles_for;
use tikmatrix_device::ui::UiTree;

use crate::cli::output::failure::{Cause, Failure};
use crate::cli::output::printable;

/// The profiles that are asked about a screen.
pub(super) struct Asked {
    pub(super) known: Vec<Profile>,
    pub(super) app: Option<String>,
}

impl Asked {
    /// Checks that there is the app that was named.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match &self.app {
            Some(app) if !self.known.iter().any(|profile| profile.id == app) => {
                Err(self.gone(&format!("of {}", printable(app))))
            }
            _ => Ok(()),
        }
    }

    /// Returns the profiles to ask about this screen.
    pub(super) fn profiles(&self, tree: &UiTree) -> Result<Vec<Profile>, Failure> {
        let Some(app) = &self.app else {
            let package = tree.package();
            let of = if package.is_empty() {
                "of no app that the dump names".to_owned()
            } else {
                format!("of {}", printable(package))
            };
            return profiles_for(tree, &self.known).ok_or_else(|| self.gone(&of));
        };
        let is_asked = |profile: &&Profile| profile.id == app || profile.packages.is_empty();
        Ok(self.known.iter().filter(is_asked).cloned().collect())
    }

    fn gone(&self, of: &str) -> Failure {
        let names: Vec<&str> = self.known.iter().map(|profile| profile.id).collect();
        let message =
            format!("there is no profile {of}; name the one to ask with --app: {}", names.join(", "));
        Failure { cause: Cause::Gone, message }
    }
}
