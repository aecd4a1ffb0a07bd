//! The plans that TikMatrix is sold under, and what each allows. Who holds which plan, and how that is proven, is
//! decided elsewhere.

use std::fmt;

/// A plan, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plan {
    /// What remains without a licence: few phones, and no API.
    Starter,
    /// The smallest plan with the API.
    Pro,
    /// For a team.
    Team,
    /// For a business.
    Business,
}

impl Plan {
    /// Every plan, smallest first.
    pub const ALL: [Self; 4] = [Self::Starter, Self::Pro, Self::Team, Self::Business];

    /// The name that people and the API use, such as `Pro`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Starter => "Starter",
            Self::Pro => "Pro",
            Self::Team => "Team",
            Self::Business => "Business",
        }
    }

    /// The plan of that name, in letters of any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.name().eq_ignore_ascii_case(name))
    }

    /// How many phones may work at once, over all nodes together. How many are connected is not limited.
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

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plan_allows_what_is_promised() {
        let allowed = Plan::ALL.map(|plan| (plan.name(), plan.device_limit(), plan.has_api()));
        let promised =
            [("Starter", 5, false), ("Pro", 20, true), ("Team", 50, true), ("Business", 100, true)];
        assert_eq!(allowed, promised);
    }

    #[test]
    fn a_plan_is_found_by_its_name_in_any_case() {
        for plan in Plan::ALL {
            assert_eq!(Plan::from_name(&plan.name().to_lowercase()), Some(plan));
        }
        assert_eq!(Plan::from_name("gold"), None);
    }
}
