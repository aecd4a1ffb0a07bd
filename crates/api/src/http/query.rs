//! The query of a URL as one of the query types of `tikmatrix-api-types`, with every problem reported at once.

use std::fmt::Display;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::value::{Error, MapDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, SeqAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use tikmatrix_api_types::fields::not_one_of;
use tikmatrix_validation::{Problems, shortened, unknown_name};

use crate::http::error::ApiError;

/// What a request asks for in its query.
pub(crate) struct Query<Wanted>(pub(crate) Wanted);

/// The query of a route that takes no parameters.
pub(crate) type NoQuery = Query<()>;

/// What a handler makes of its query.
pub(crate) trait ReadQuery: Sized {
    /// The parameters: a struct of optional fields, a tuple of several such structs, or `()` for none.
    type Parameters: DeserializeOwned;

    /// Converts the parameters of `request`; those that do not hold what they may hold are left out. Adds what is wrong
    /// beyond the types of single parameters.
    fn convert(parameters: Self::Parameters, request: &HttpRequest, problems: &mut Problems) -> Self;
}

impl ReadQuery for () {
    type Parameters = ();

    fn convert((): (), _: &HttpRequest, _: &mut Problems) -> Self {}
}

impl<Wanted: ReadQuery> FromRequest for Query<Wanted> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map(Self))
    }
}

/// Reads the query of `request`.
///
/// # Errors
/// 40001 with everything that is wrong with it, unknown parameters included.
pub(crate) fn read<Wanted: ReadQuery>(request: &HttpRequest) -> Result<Wanted, ApiError> {
    let mut problems = Problems::default();
    let given = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let given = given.map(web::Query::into_inner).unwrap_or_else(|error| {
        problems.add("", format!("the query is not valid: {error}"));
        Vec::new()
    });
    let known = names_of::<Wanted::Parameters>();
    let mut sound = Vec::new();
    for name in known.iter().copied() {
        // A blank value is what forms and older clients send for a filter that is not set.
        let mut values = given.iter().filter(|(key, value)| key == name && !value.trim().is_empty());
        let Some((_, value)) = values.next() else { continue };
        let parameter = (name, ParameterValue(value));
        if values.next().is_some() {
            problems.add(name, "is given more than once");
        } else if let Err(reason) = deserialized::<Wanted::Parameters>(&[parameter]) {
            problems.add(name, reason.to_string());
        } else {
            sound.push(parameter);
        }
    }
    let parameters = deserialized(&sound).map_err(ApiError::internal)?;
    let wanted = Wanted::convert(parameters, request, &mut problems);
    // A name that begins with `_` is one that clients add to get past a cache.
    for (name, _) in given.iter().filter(|(name, _)| !name.starts_with('_')) {
        if !known.contains(&name.as_str()) {
            problems.add(shortened(name), unknown_name("parameter", name, &known));
        }
    }
    problems.into_result()?;
    Ok(wanted)
}

/// Converts a parameter that its type has checked into its type of the domain.
pub(crate) fn converted<Text: AsRef<str>, T, Wrong: Display>(
    name: &str,
    text: Option<Text>,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
    problems: &mut Problems,
) -> Option<T> {
    parse(text?.as_ref()).map_err(|wrong| problems.add(name, wrong.to_string())).ok()
}

/// The names of the parameters that `Parameters` has.
fn names_of<Parameters: DeserializeOwned>() -> Vec<&'static str> {
    let mut names = Vec::new();
    // Only what it asks its source for is of interest.
    let _ = Parameters::deserialize(Source { given: &[], names: &mut names });
    names
}

fn deserialized<Parameters: DeserializeOwned>(
    given: &[(&'static str, ParameterValue<'_>)],
) -> Result<Parameters, Error> {
    Parameters::deserialize(Source { given, names: &mut Vec::new() })
}

/// Parameters that structs are deserialized from, each from those that are its own, which leave the names of their fields
/// here.
struct Source<'query, 'names> {
    given: &'query [(&'static str, ParameterValue<'query>)],
    names: &'names mut Vec<&'static str>,
}

impl<'de> Deserializer<'de> for Source<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new(self.given.iter().copied()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.names.extend(fields);
        let own = self.given.iter().copied().filter(|(name, _)| fields.contains(name));
        visitor.visit_map(MapDeserializer::new(own))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit_struct
        newtype_struct seq tuple_struct map enum identifier ignored_any
    }
}

/// The structs of a tuple, as many as it asks for.
impl<'de> SeqAccess<'de> for Source<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        seed.deserialize(Source { given: self.given, names: &mut *self.names }).map(Some)
    }
}

/// The value of one parameter: a text, which a flag and an enum are read from too.
#[derive(Clone, Copy)]
struct ParameterValue<'text>(&'text str);

impl<'de> IntoDeserializer<'de> for ParameterValue<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for ParameterValue<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.parse() {
            Ok(flag) => visitor.visit_bool(flag),
            Err(_) => Err(Error::custom(not_one_of(self.0, ["true", "false"]))),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if variants.contains(&self.0) {
            return visitor.visit_enum(StrDeserializer::new(self.0));
        }
        Err(Error::custom(not_one_of(self.0, variants)))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Wanted {
        name: Option<String>,
        open: Option<bool>,
        kind: Option<Kind>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Image,
        Video,
    }

    impl ReadQuery for Wanted {
        type Parameters = Self;

        fn convert(parameters: Self, _: &HttpRequest, _: &mut Problems) -> Self {
            parameters
        }
    }

    fn wanted(query: &str) -> Result<Wanted, String> {
        let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        read(&request).map_err(|error: ApiError| error.to_string())
    }

    #[test]
    fn texts_flags_and_enums_are_read() {
        let all = Wanted { name: Some("a b".to_owned()), open: Some(true), kind: Some(Kind::Video) };
        assert_eq!(wanted("kind=video&name=a%20b&open=true").unwrap(), all);
    }

    #[test]
    fn a_blank_value_means_that_the_parameter_is_not_given() {
        assert_eq!(wanted("name=&open=%20&kind=").unwrap(), Wanted::default());
        let named = Wanted { name: Some("x".to_owned()), ..Wanted::default() };
        assert_eq!(wanted("name=&name=x").unwrap(), named);
    }

    #[test]
    fn parameters_that_begin_with_an_underscore_are_ignored() {
        assert_eq!(wanted("_=1700000000&_name=x&_").unwrap(), Wanted::default());
    }

    #[test]
    fn every_problem_is_told_in_the_order_of_the_fields_and_unknown_parameters_last() {
        for (query, message) in [
            ("open=yes", "open: yes is not one of true, false"),
            ("kind=text", "kind: text is not one of image, video"),
            ("name=a&name=b", "name: is given more than once"),
            ("nam=", "nam: is not a known parameter; did you mean name?"),
            ("x=1&kind=text&open=yes", "open: yes is not one of true, false (and 2 more problems: see data)"),
        ] {
            assert_eq!(wanted(query).unwrap_err(), message);
        }
    }

    #[test]
    fn the_parameters_of_several_structs_are_read_together() {
        #[derive(Debug, Default, PartialEq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct More {
            size: Option<String>,
        }
        struct Both((Wanted, More));
        impl ReadQuery for Both {
            type Parameters = (Wanted, More);

            fn convert(parameters: (Wanted, More), _: &HttpRequest, _: &mut Problems) -> Self {
                Self(parameters)
            }
        }
        let both = |query: &str| {
            let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
            read(&request).map(|Both(parameters)| parameters).map_err(|error| error.to_string())
        };
        let named = Wanted { name: Some("x".to_owned()), ..Wanted::default() };
        assert_eq!(both("size=3&name=x").unwrap(), (named, More { size: Some("3".to_owned()) }));
        assert_eq!(both("open=yes").unwrap_err(), "open: yes is not one of true, false");
        assert_eq!(both("sizes=1").unwrap_err(), "sizes: is not a known parameter; did you mean size?");
    }

    #[test]
    fn a_route_without_parameters_takes_none() {
        let request = |query: &str| TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        assert!(read::<()>(&request("_=1")).is_ok());
        let error = read::<()>(&request("page=1")).unwrap_err().to_string();
        assert_eq!(error, "page: is not a known parameter; there is none");
    }
}
