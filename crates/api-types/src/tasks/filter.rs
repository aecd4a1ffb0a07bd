//! The filters of tasks: of the list of them, and of changes of all tasks that match.

use std::borrow::Cow;
use std::fmt::{self, Formatter};

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{App, FailureCode, Name, SourceText, Username, parameter};

/// A filter of tasks: each field that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct TaskFilter {
    /// Only tasks in this status: 0 pending, 1 running, 2 completed, 3 failed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::status")]
    #[param(minimum = 0, maximum = 3)]
    #[schema(nullable = false, minimum = 0, maximum = 3)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_STATUS", value_parser = status_parser()))]
    pub status: Option<u8>,
    /// Only tasks of the phone with this serial.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[schema(nullable = false)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_SERIAL"))]
    pub serial: Option<Name>,
    /// Only tasks of this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[schema(nullable = false)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_USERNAME"))]
    pub username: Option<Username>,
    /// Only tasks of this script.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[schema(nullable = false)]
    #[cfg_attr(feature = "clap", arg(long = "script", env = "TIKMATRIX_TASK_SCRIPT"))]
    pub script_name: Option<Name>,
    /// Only tasks that a program created (`api`), or a person in the web console (`ui`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::choice")]
    #[param(inline)]
    #[schema(nullable = false)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_SOURCE", value_parser = crate::fields::text_parser::<tikmatrix_domain::Source>()))]
    pub source: Option<SourceText>,
    /// Only tasks in this app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[schema(nullable = false)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_APP"))]
    pub app: Option<App>,
    /// Only failed tasks with this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[schema(nullable = false)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_FAILURE_CODE", value_name = "CODE"))]
    pub failure_code: Option<FailureCode>,
}

/// The tasks that a change of many is for: those that match the filter, or every one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct BatchFilter {
    /// The conditions, at least one unless `all` is set.
    #[serde(flatten)]
    #[cfg_attr(feature = "clap", command(flatten))]
    pub conditions: TaskFilter,
    /// Every task, in the place of conditions.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_FILTER_ALL", value_parser = clap::builder::BoolishValueParser::new()))]
    pub all: bool,
}

impl BatchFilter {
    /// Returns whether it names no tasks at all: it has no condition and is not for all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads conditions and `all` from one object. `flatten` of serde would copy the object first, so that an error could not name
/// the condition that is wrong.
impl<'de> Deserialize<'de> for BatchFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BatchFilterVisitor)
    }
}

struct BatchFilterVisitor;

impl<'de> Visitor<'de> for BatchFilterVisitor {
    type Value = BatchFilter;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("the conditions of a filter")
    }

    fn visit_map<Map: MapAccess<'de>>(self, map: Map) -> Result<BatchFilter, Map::Error> {
        let mut all = false;
        let conditions = MapAccessDeserializer::new(Conditions { map, all: &mut all });
        Ok(BatchFilter { conditions: TaskFilter::deserialize(conditions)?, all })
    }
}

/// The fields of a filter but `all`, which is kept apart.
struct Conditions<'all, Map> {
    map: Map,
    all: &'all mut bool,
}

impl<'de, Map: MapAccess<'de>> MapAccess<'de> for Conditions<'_, Map> {
    type Error = Map::Error;

    fn next_key_seed<Key: DeserializeSeed<'de>>(
        &mut self,
        seed: Key,
    ) -> Result<Option<Key::Value>, Map::Error> {
        while let Some(name) = self.map.next_key::<String>()? {
            if name != "all" {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            *self.all = self.map.next_value()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Map::Error> {
        self.map.next_value_seed(seed)
    }
}

impl utoipa::PartialSchema for BatchFilter {
    /// The conditions of [`TaskFilter`] and `all`, in one object: an `allOf` would have each of its parts refuse the fields
    /// of the other.
    fn schema() -> RefOr<Schema> {
        let all = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .enum_values(Some([true]))
            .description(Some("Every task; only without any condition."));
        match <TaskFilter as utoipa::PartialSchema>::schema() {
            RefOr::T(Schema::Object(mut filter)) => {
                filter.description = Some(
                    "The tasks that a change is for: those that meet every condition, of which there is at least one; or \
                     `{\"all\": true}`."
                        .to_owned(),
                );
                filter.properties.insert("all".to_owned(), all.into());
                filter.min_properties = Some(1);
                filter.into()
            }
            other => other,
        }
    }
}

impl ToSchema for BatchFilter {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("BatchFilter")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        TaskFilter::schemas(schemas);
    }
}

/// Reads the code of a status from the text of the status.
#[cfg(feature = "clap")]
fn status_parser() -> impl clap::builder::TypedValueParser<Value = u8> {
    use clap::builder::TypedValueParser as _;

    crate::fields::text_parser::<tikmatrix_domain::Status>().map(|status| status.code())
}
