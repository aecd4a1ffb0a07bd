//! The types of single fields: checked texts, moments, enums of the domain and partial updates.

mod failure_code;
mod moment;
mod names;
pub(crate) mod parameter;
mod patch;
mod text;

pub use failure_code::FailureCode;
pub use moment::Moment;
pub(crate) use names::packages_schema;
pub use names::{
    App, Caption, HostAndPort, Name, NetworkRange, Note, Package, Tag, Username, UsernameList, WebhookUrl,
    check_name, check_note,
};
pub use parameter::{not_one_of, parse_event_id};
pub use patch::Patch;
pub use text::{
    ActorKindText, ArtifactKindText, DeliveryStatusText, EventKindText, LogLevelText, MaterialKindText,
    MediaTypeText, OutcomeText, PlanText, RoleText, SourceText, StatusText, Text, TextEnum,
    WaitingReasonText, WebhookEventText,
};

#[cfg(feature = "clap")]
pub use text::text_parser;
