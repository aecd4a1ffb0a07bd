//! The query of a URL, read parameter by parameter by name. What is left at the end is unknown, and refused.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde_json::Value;
use tikmatrix_validation::{Problems, shortened, shown, unknown_name};

use crate::http::error::ApiError;

/// The query of a request, read as `Fields`.
pub(crate) struct Query<Fields>(pub(crate) Fields);

/// The query of a route that takes no parameters.
pub(crate) type NoQuery = Query<()>;

/// A type that is read from a query. Problems are noted in the parameters, so that all are reported together.
pub(crate) trait ReadQuery: Sized {
    fn read(parameters: &mut Parameters) -> Self;
}

impl ReadQuery for () {
    fn read(_: &mut Parameters) -> Self {}
}

impl<Fields: ReadQuery> Query<Fields> {
    /// Reads the part of a URL after `?`.
    ///
    /// # Errors
    /// 40001 with everything that is wrong with it, unknown parameters included.
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let mut parameters = Parameters::of(query);
        let fields = Fields::read(&mut parameters);
        parameters.finish()?;
        Ok(Self(fields))
    }
}

impl<Fields: ReadQuery> FromRequest for Query<Fields> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

/// The parameters of a query that have not been read yet.
pub(crate) struct Parameters {
    left: Vec<(String, String)>,
    known: Vec<&'static str>,
    problems: Problems,
}

impl Parameters {
    /// Parses the part of a URL after `?`.
    pub(crate) fn of(query: &str) -> Self {
        let mut problems = Problems::default();
        let left = web::Query::<Vec<(String, String)>>::from_query(query)
            .map(web::Query::into_inner)
            .unwrap_or_else(|error| {
                problems.add("", format!("the query is not valid: {error}"));
                Vec::new()
            });
        Self { left, known: Vec::new(), problems }
    }

    /// The parameter as text; it must not be empty or given twice.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let (mut given, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.left).into_iter().partition(|(key, _)| key == name);
        self.left = left;
        let (_, value) = given.pop()?;
        if !given.is_empty() {
            self.problem(name, "is given more than once");
            return None;
        }
        if value.trim().is_empty() {
            self.problem(name, "must not be empty");
            return None;
        }
        Some(value)
    }

    /// The parameter as `parse` reads it, which says what is wrong with it.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|reason| self.problem(name, reason)).ok()
    }

    /// The parameter as a whole number that is at least `least`; what is too large is `u32::MAX`.
    pub(crate) fn number(&mut self, name: &'static str, least: u32) -> Option<u32> {
        let text = self.text(name)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        // Larger than any number of ours is still a number, only one that nothing has.
        let number = text.parse().ok().or(digits.then_some(u32::MAX)).filter(|number| *number >= least);
        if number.is_none() {
            let shown = shown(&Value::String(shortened(&text)));
            self.problem(name, format!("{shown} is not a whole number from {least}"));
        }
        number
    }

    /// One of several values, each under its name; `allowed` names them for the message.
    pub(crate) fn one_of<Choice>(
        &mut self,
        name: &'static str,
        allowed: &str,
        find: impl Fn(&str) -> Option<Choice>,
    ) -> Option<Choice> {
        let text = self.text(name)?;
        let found = find(&text);
        if found.is_none() {
            self.problem(name, format!("{} is not one of {allowed}", shortened(&text)));
        }
        found
    }

    /// Notes that the parameter does not hold what it may hold.
    pub(crate) fn problem(&mut self, name: &str, reason: impl Into<String>) {
        self.problems.add(name, reason);
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that is wrong, with what was never asked for.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        for (name, _) in &self.left {
            let reason = unknown_name("parameter", name, &self.known);
            self.problems.add(shortened(name), reason);
        }
        Ok(self.problems.into_result()?)
    }
}
