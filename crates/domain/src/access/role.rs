//! The roles of tokens.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// What a token allows. Each role allows everything that those before it do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Does a day's work: tasks, devices, accounts, groups and materials.
    Operator,
    /// Does everything: settings, tokens, licence, webhooks, audit and backup too.
    Admin,
}

impl Role {
    /// Returns whether a token with this role may do what needs `needed`.
    #[must_use]
    pub fn allows(self, needed: Self) -> bool {
        self >= needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_allows_what_those_before_it_do_and_no_more() {
        for (index, role) in Role::ALL.iter().enumerate() {
            let allowed: Vec<Role> =
                Role::ALL.iter().copied().filter(|needed| role.allows(*needed)).collect();
            assert_eq!(allowed, Role::ALL[..=index]);
        }
    }
}
