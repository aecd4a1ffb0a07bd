//! Creating tasks: the route, and the reading of its body.

pub(crate) mod handler;
mod recipients;
pub(crate) mod request;
mod script_plan;
mod timing;
mod unknown_names;
