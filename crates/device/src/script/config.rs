//! Forms that fields of a configuration have in JSON and their Rust types do not: enumerations of numbers, and apps.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use tikmatrix_domain::AppId;

/// The form of an enumeration whose variants are renamed to numbers, such as `#[serde(rename = "0")]`: in JSON they are
/// numbers. Words among them stay words, and then a number may be written as a string too.
///
/// For a field: `#[serde(with = "Numbers::<ContentType>")]` and `#[schemars(with = "Numbers<ContentType>")]`.
pub struct Numbers<T>(PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Numbers<T> {
    /// Serializes a variant as its number.
    ///
    /// # Errors
    /// Those of `serializer`.
    pub fn serialize<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let value = serde_json::to_value(value).map_err(serde::ser::Error::custom)?;
        as_number(&value).unwrap_or(value).serialize(serializer)
    }

    /// Deserializes a variant from its number or its name.
    ///
    /// # Errors
    /// Those of `deserializer`, and when there is no such variant.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let name = match Value::deserialize(deserializer)? {
            Value::Number(number) => Value::String(number.to_string()),
            name => name,
        };
        T::deserialize(name).map_err(D::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for Numbers<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut variants: Vec<Value> = Vec::new();
        let (mut strings, mut words) = (Vec::new(), false);
        let of_names = T::json_schema(generator);
        for variant in of_names.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            match as_number(&variant["const"]) {
                Some(number) => {
                    strings.push(variant["const"].clone());
                    variants.push(json!({"const": number, "description": variant["description"]}));
                }
                None => {
                    words = true;
                    variants.push(variant.clone());
                }
            }
        }
        if words {
            // Another spelling of the numbers, which no message offers.
            variants.push(json!({"enum": strings, "deprecated": true}));
        }
        json_schema!({"oneOf": variants})
    }
}

fn as_number(name: &Value) -> Option<Value> {
    name.as_str()?.parse::<i64>().ok().map(Value::from)
}

/// The form of an app in a configuration: its name, or no field. Which apps there are is the script's to know: it lists
/// them in `Script::adapt_schema`.
pub struct AppName;

impl AppName {
    /// Serializes the name of an app.
    ///
    /// # Errors
    /// Those of `serializer`.
    pub fn serialize<S: Serializer>(app: &Option<AppId>, serializer: S) -> Result<S::Ok, S::Error> {
        app.as_ref().map(AppId::as_str).serialize(serializer)
    }

    /// Deserializes the name of an app.
    ///
    /// # Errors
    /// Those of `deserializer`, and when no app has the name.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AppId>, D::Error> {
        let name = String::deserialize(deserializer)?;
        AppId::new(&name).map(Some).map_err(|_| D::Error::custom(format!("{name:?} is not an app")))
    }
}

impl JsonSchema for AppName {
    fn schema_name() -> Cow<'static, str> {
        "App".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}
