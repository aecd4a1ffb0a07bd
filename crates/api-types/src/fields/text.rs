//! The JSON form and the OpenAPI schema of the domain's enums, made from the texts of their variants.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tikmatrix_domain::{
    ActorKind, ArtifactKind, DeliveryStatus, EventKind, LogLevel, MaterialKind, MediaType, Outcome, Plan,
    Role, Source, Status, WaitingReason, WebhookEvent,
};
use tikmatrix_validation::shortened;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// An enum whose variants each have one text.
pub trait TextEnum: Copy + 'static {
    /// The name of the enum's schema in the OpenAPI document.
    const NAME: &'static str;
    /// Every variant, in the order in which messages list them.
    const ALL: &'static [Self];

    /// Returns the text of the variant.
    fn text(self) -> &'static str;
}

macro_rules! text_enum {
    ($($name:ident)+) => {$(
        impl TextEnum for $name {
            const NAME: &'static str = stringify!($name);
            const ALL: &'static [Self] = Self::ALL;

            fn text(self) -> &'static str {
                self.as_str()
            }
        }
    )+};
}

text_enum! {
    ActorKind ArtifactKind DeliveryStatus EventKind LogLevel MaterialKind MediaType Outcome Plan Role Source Status
    WaitingReason WebhookEvent
}

/// `actor_kind` of an entry of the audit.
pub type ActorKindText = Text<ActorKind>;
/// `kind` of an artifact.
pub type ArtifactKindText = Text<ArtifactKind>;
/// `status` of a delivery to a webhook.
pub type DeliveryStatusText = Text<DeliveryStatus>;
/// The kind of an event.
pub type EventKindText = Text<EventKind>;
/// `level` of a log line.
pub type LogLevelText = Text<LogLevel>;
/// `kind` of a material.
pub type MaterialKindText = Text<MaterialKind>;
/// `media_type` of a material.
pub type MediaTypeText = Text<MediaType>;
/// `outcome` of a task or an attempt.
pub type OutcomeText = Text<Outcome>;
/// `plan_name` of a licence.
pub type PlanText = Text<Plan>;
/// `role` of a token.
pub type RoleText = Text<Role>;
/// `source` of a task.
pub type SourceText = Text<Source>;
/// `status_text` of a task.
pub type StatusText = Text<Status>;
/// `waiting_reason` of a task.
pub type WaitingReasonText = Text<WaitingReason>;
/// The kind of an event that webhooks get.
pub type WebhookEventText = Text<WebhookEvent>;

/// An enum of the domain in a body: the text of its variant in JSON, `enum` in the OpenAPI document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<E>(pub E);

impl<E> From<E> for Text<E> {
    fn from(value: E) -> Self {
        Self(value)
    }
}

impl<E> Deref for Text<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.0
    }
}

impl<E: PartialEq> PartialEq<E> for Text<E> {
    fn eq(&self, other: &E) -> bool {
        self.0 == *other
    }
}

impl<E: TextEnum> fmt::Display for Text<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.text())
    }
}

impl<E: TextEnum> FromStr for Text<E> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        E::ALL.iter().find(|variant| variant.text() == text).copied().map(Self).ok_or_else(|| {
            let known: Vec<&str> = E::ALL.iter().map(|variant| variant.text()).collect();
            format!("{:?} is not one of {}", shortened(text), known.join(", "))
        })
    }
}

impl<E: TextEnum> Serialize for Text<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text())
    }
}

impl<'de, E: TextEnum> Deserialize<'de> for Text<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

struct TextVisitor<E>(PhantomData<E>);

impl<E: TextEnum> Visitor<'_> for TextVisitor<E> {
    type Value = Text<E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the text of a {}", E::NAME)
    }

    fn visit_str<Failure: Error>(self, text: &str) -> Result<Text<E>, Failure> {
        text.parse().map_err(Failure::custom)
    }
}

impl<E: TextEnum> PartialSchema for Text<E> {
    fn schema() -> RefOr<Schema> {
        let texts = E::ALL.iter().map(|variant| variant.text());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(texts)).into()
    }
}

impl<E: TextEnum> ToSchema for Text<E> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(E::NAME)
    }
}

/// Reads an enum from the command line; the help lists its texts.
#[cfg(feature = "clap")]
pub fn text_parser<E: TextEnum + Send + Sync>() -> impl clap::builder::TypedValueParser<Value = Text<E>> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};

    PossibleValuesParser::new(E::ALL.iter().map(|variant| variant.text()))
        .try_map(|text| text.parse::<Text<E>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_reads_back_from_its_text() {
        fn check<E: TextEnum + PartialEq + fmt::Debug>() {
            for variant in E::ALL {
                let json = serde_json::to_string(&Text(*variant)).unwrap();
                assert_eq!(serde_json::from_str::<Text<E>>(&json).unwrap(), *variant);
            }
        }
        check::<ActorKind>();
        check::<ArtifactKind>();
        check::<DeliveryStatus>();
        check::<EventKind>();
        check::<LogLevel>();
        check::<MaterialKind>();
        check::<MediaType>();
        check::<Outcome>();
        check::<Plan>();
        check::<Role>();
        check::<Source>();
        check::<Status>();
        check::<WaitingReason>();
        check::<WebhookEvent>();
    }

    #[test]
    fn an_unknown_text_is_refused_with_the_known_ones() {
        let error = serde_json::from_str::<Text<Source>>("\"cli\"").unwrap_err().to_string();
        assert!(error.starts_with("\"cli\" is not one of ui, api"), "{error}");
    }
}
