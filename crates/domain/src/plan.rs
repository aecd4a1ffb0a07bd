//! The plans under which TikMatrix is sold, and what each allows.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// A plan, smallest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(ascii_case_insensitive)]
pub enum Plan {
    /// Without a licence: few devices, and no API.
    Starter,
    /// The smallest plan with the API.
    Pro,
    /// For a team.
    Team,
    /// For a business.
    Business,
}

impl Plan {
    /// The maximum number of devices that may run tasks at once, over all servers on one database. The number of connected
    /// devices is not limited.
    #[must_use]
    pub fn device_limit(self) -> u32 {
        match self {
            Self::Starter => 5,
            Self::Pro => 20,
            Self::Team => 50,
            Self::Business => 100,
        }
    }

    /// Whether the HTTP API may be used.
    #[must_use]
    pub fn has_api(self) -> bool {
        self > Self::Starter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plan_allows_what_is_promised() {
        let allowed = Plan::ALL.iter().map(|plan| (plan.as_str(), plan.device_limit(), plan.has_api()));
        let promised =
            [("Starter", 5, false), ("Pro", 20, true), ("Team", 50, true), ("Business", 100, true)];
        assert!(allowed.eq(promised));
    }

    #[test]
    fn a_plan_is_found_by_its_name_in_any_case() {
        for plan in Plan::ALL {
            assert_eq!(plan.as_str().to_lowercase().parse(), Ok(*plan));
        }
        assert!("gold".parse::<Plan>().is_err());
    }
}
