//! The code of a failure: a text with an entry for each standard code in the OpenAPI document.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use tikmatrix_domain as domain;
use tikmatrix_domain::{StandardFailure, troubleshooting};
use tikmatrix_validation::shortened;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// `failure_code` of a task or an attempt: a standard code, or `script:` and the word of a third-party script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FailureCode(pub domain::FailureCode);

impl From<domain::FailureCode> for FailureCode {
    fn from(code: domain::FailureCode) -> Self {
        Self(code)
    }
}

impl From<StandardFailure> for FailureCode {
    fn from(code: StandardFailure) -> Self {
        Self(code.into())
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for FailureCode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("{:?} {error}", shortened(text)))
    }
}

impl Serialize for FailureCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for FailureCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for FailureCode {
    fn schema() -> RefOr<Schema> {
        let codes: Vec<&str> = StandardFailure::ALL.iter().map(|code| code.as_str()).collect();
        let entry = |code: &StandardFailure| {
            let (explained, retried) = (troubleshooting(*code), code.automatic_retry().to_string());
            json!({
                "code": code.as_str(),
                "meaning": explained.meaning,
                "advice": explained.advice,
                "retried": retried,
            })
        };
        let entries: Vec<Value> = StandardFailure::ALL.iter().map(entry).collect();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^({}|script:[a-z0-9_]{{1,32}})$", codes.join("|"))))
            .description(Some(
                "Why it failed, for programs: one of `x-codes`, or `script:` and the word of a third-party script.",
            ))
            .extensions(Some(ExtensionsBuilder::new().add("x-codes", entries).build()))
            .examples([json!("app_changed")])
            .into()
    }
}

impl ToSchema for FailureCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("FailureCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_its_text_and_what_is_none_is_refused_with_the_place_that_lists_them() {
        for text in ["app_changed", "script:no_model"] {
            let code: FailureCode = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(serde_json::to_value(code).unwrap(), json!(text));
        }
        let error = serde_json::from_value::<FailureCode>(json!("app changed")).unwrap_err().to_string();
        assert!(error.starts_with("\"app changed\" is not a failure code such as app_changed"), "{error}");
        assert!(error.contains("docs/troubleshooting.md"), "{error}");
    }
}
