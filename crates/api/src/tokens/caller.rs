//! Who a request comes from, and what it may do.

use tikmatrix_domain::{AccessToken, Actor, Role};

/// The client that a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) role: Role,
}

impl Caller {
    /// A client of this machine, where no token is required: it may do everything.
    pub(crate) fn local() -> Self {
        Self { actor: Actor::Local, role: Role::Admin }
    }

    /// Any client, of what answers without a token: it may read.
    pub(crate) fn anyone() -> Self {
        Self { actor: Actor::Local, role: Role::Viewer }
    }

    /// A client with this token.
    pub(crate) fn with(token: &AccessToken) -> Self {
        let (name, id, role) = (token.name.to_string(), Some(token.id.clone()), token.role);
        Self { actor: Actor::Token { name, id, role }, role }
    }
}
