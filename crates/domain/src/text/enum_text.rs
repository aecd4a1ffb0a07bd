//! The text of each enum that has one, and the list of its values. Both come from the enum's declaration through strum.

use crate::access::audit::ActorKind;
use crate::access::role::Role;
use crate::event::EventKind;
use crate::material::material::{MaterialKind, MediaType};
use crate::plan::Plan;
use crate::task::failure::code::StandardFailure;
use crate::task::history::{ArtifactKind, LogLevel};
use crate::task::task::{Outcome, Source, Status};
use crate::task::waiting::WaitingReason;
use crate::webhook::delivery::DeliveryStatus;
use crate::webhook::webhook::{Presence, WebhookEvent};

macro_rules! enum_text {
    ($($name:ident),+ $(,)?) => {
        $(impl $name {
            /// All values, in the order of their declaration.
            pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

            /// The text that the API and the database use.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        })+

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn every_text_parses_to_its_value() {
                $(for value in $name::ALL {
                    assert_eq!(value.as_str().parse(), Ok(*value));
                })+
            }
        }
    };
}

enum_text!(
    ActorKind,
    ArtifactKind,
    DeliveryStatus,
    EventKind,
    LogLevel,
    MaterialKind,
    MediaType,
    Outcome,
    Plan,
    Presence,
    Role,
    Source,
    StandardFailure,
    Status,
    WaitingReason,
    WebhookEvent,
);
