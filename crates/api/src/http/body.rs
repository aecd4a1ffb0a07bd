//! JSON bodies as the types of `tikmatrix-api-types`: parsed strictly, checked against the type's schema and its own rules,
//! with every problem reported at once.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tikmatrix_api_types::Patch;
use tikmatrix_domain as domain;
use tikmatrix_validation::{Fields, Nulls, Problems, Validated, shown, validate, validate_with};
use utoipa::ToSchema;

use crate::apps::KnownApps;
use crate::audit::subjects::NamedInBody;
use crate::http::error::ApiError;
use crate::http::extract::JsonText;

/// A type that a JSON body is read as.
pub(crate) trait RequestBody: DeserializeOwned + ToSchema + 'static {
    /// What `null` means for a field that cannot hold it.
    const NULLS: Nulls = Nulls::Absent;

    /// Adds what is wrong beyond the schema and the types of single fields.
    fn check(_: &Fields<'_>, _: &mut Problems) {}

    /// Adds what names an app that the server does not have.
    fn check_apps(_: &Fields<'_>, _: &KnownApps, _: &mut Problems) {}
}

/// A JSON body that holds what it may hold.
pub(crate) struct Json<Body>(pub(crate) Body);

impl<Body: RequestBody> FromRequest for Json<Body> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let text = JsonText::from_request(request, payload);
        let (apps, request) = (KnownApps::of(request), request.clone());
        Box::pin(async move {
            let value = object(text.await?.parse()?)?;
            let named = NamedInBody::of(&value);
            let check = |fields: &Fields<'_>, problems: &mut Problems| {
                Body::check_apps(fields, &apps, problems);
            };
            let checked: Checked<Body> = validate_with(value, check)?;
            request.extensions_mut().insert(named);
            Ok(Self(checked.0))
        })
    }
}

/// Refuses a body that is no object.
pub(crate) fn object(value: Value) -> Result<Value, ApiError> {
    if value.is_object() {
        return Ok(value);
    }
    Err(ApiError::invalid("", format!("the body must be a JSON object, not {}", shown(&value))))
}

/// Reads an object as `Body`, which names no app.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read_object<Body: RequestBody>(value: Value) -> Result<Body, Problems> {
    validate::<Checked<Body>>(value).map(|checked| checked.0)
}

/// The JSON Schema of a body, with the schemas that it refers to.
pub(crate) fn schema<Body: ToSchema>() -> Value {
    let mut components = Vec::new();
    Body::schemas(&mut components);
    let components: Map<String, Value> =
        components.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let mut schema = json!(Body::schema());
    schema["components"] = json!({"schemas": components});
    schema
}

#[derive(Deserialize)]
#[serde(transparent, bound = "Body: DeserializeOwned")]
struct Checked<Body>(Body);

impl<Body: RequestBody> Validated for Checked<Body> {
    const NULLS: Nulls = Body::NULLS;

    fn schema() -> Value {
        schema::<Body>()
    }

    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        Body::check(fields, problems);
    }
}

/// Converts a text that was checked with its body into its type of the domain.
///
/// # Errors
/// 40001, where the domain refuses what the body's type accepts.
pub(crate) fn text<T, Wrong: Display>(
    field: &str,
    text: impl AsRef<str>,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Result<T, ApiError> {
    parse(text.as_ref()).map_err(|wrong| ApiError::invalid(field, wrong.to_string()))
}

/// Adds that the field `name` names an app that the server does not have.
pub(crate) fn check_app(name: &str, fields: &Fields<'_>, apps: &KnownApps, problems: &mut Problems) {
    if let Some(Err(reason)) = fields.given(name).and_then(Value::as_str).map(|app| apps.parse(app)) {
        problems.add(name, reason);
    }
}

/// Converts a field of a partial update.
///
/// # Errors
/// As [`text`].
pub(crate) fn patch<T: AsRef<str>, U, Wrong: Display>(
    field: &str,
    patch: Patch<T>,
    parse: impl FnOnce(&str) -> Result<U, Wrong>,
) -> Result<domain::Patch<U>, ApiError> {
    domain::Patch::from(patch).try_map(|value| text(field, value, parse))
}

/// The note that a partial update sets; `null` removes it.
pub(crate) fn note_patch<T: Into<String>>(patch: Patch<T>) -> Option<String> {
    domain::Patch::from(patch).assigned(|note| note.map(Into::into).unwrap_or_default())
}
