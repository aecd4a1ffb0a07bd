//! The table of routes: each handler is listed once, and its own description says where it is registered and documented.

use std::collections::BTreeMap;

use actix_web::http::{Method, header};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Route, guard, web};
use tikmatrix_domain::Role;
use utoipa::openapi::path::Operation as Description;
use utoipa::openapi::{OpenApi, OpenApiBuilder, PathItem, SecurityRequirement};

use crate::audit::request::{self as audit, Change};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::middleware::role;

/// One method of one path.
pub(crate) struct Operation {
    path: String,
    method: Method,
    /// Its name in the document.
    id: String,
    /// The role that a token needs for it.
    role: Role,
    description: OpenApi,
    bind: fn(Route) -> Route,
}

/// Every operation of the server, from which routing and the OpenAPI document are made.
pub(crate) struct Routes(Vec<Operation>);

/// The operations of these handlers, each of which has the attribute `utoipa::path`. Before handlers stands the role that a
/// token needs for them: `operations![Viewer: list, show; Operator: delete]`.
macro_rules! operations {
    ($($role:ident: $($handler:ident),+);+ $(;)?) => {
        [$($({
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($handler))]
            struct Described;
            let description = <Described as utoipa::OpenApi>::openapi();
            let role = tikmatrix_domain::Role::$role;
            $crate::http::routing::Operation::new(description, role, |route| route.to($handler))
        }),+),+]
        .into_iter()
        .flatten()
        .collect()
    };
}
pub(crate) use operations;

impl Operation {
    /// The operation that `description` describes; `None` if it describes none.
    pub(crate) fn new(mut description: OpenApi, role: Role, bind: fn(Route) -> Route) -> Option<Self> {
        let (path, item) = description.paths.paths.iter_mut().next()?;
        let path = path.clone();
        let (method, described) = described(item)?;
        describe_role(described, role);
        let id = described.operation_id.clone().unwrap_or_default();
        Some(Self { path, method, id, role, description, bind })
    }

    /// Its route: `HEAD` is answered as `GET`, callers need the role, and what changes something is recorded, refusals included.
    fn route(&self) -> Route {
        let needed = self.role;
        let is_reading = self.method == Method::GET;
        let route = if is_reading { reading() } else { web::route().method(self.method.clone()) };
        let route =
            (self.bind)(route).wrap(from_fn(move |request, next| role::require(needed, request, next)));
        if is_reading {
            return route;
        }
        let change = Change::new(&self.id, &self.path);
        route.wrap(from_fn(move |recorder, request, next| {
            audit::record(change.clone(), recorder, request, next)
        }))
    }

    /// The methods that it answers, for the header `Allow`.
    fn methods(&self) -> &str {
        if self.method == Method::GET { READING } else { self.method.as_str() }
    }
}

/// The methods of what can be read, for the header `Allow`.
pub(crate) const READING: &str = "GET, HEAD";

/// A route for everything that reads: `HEAD` is answered as `GET`, without the body.
pub(crate) fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

impl Routes {
    pub(crate) fn new(operations: impl IntoIterator<Item = Vec<Operation>>) -> Self {
        Self(operations.into_iter().flatten().collect())
    }

    /// Describes all operations, with the schemas that they refer to.
    pub(crate) fn description(&self) -> OpenApi {
        let mut all = OpenApiBuilder::new().build();
        for operation in &self.0 {
            all.merge(operation.description.clone());
        }
        all
    }

    /// Registers all operations. A path segment that is a word wins over one that is a parameter, and a method that a
    /// path does not have is answered with 40501.
    pub(crate) fn configure(&self, config: &mut web::ServiceConfig) {
        let mut by_path: BTreeMap<Vec<(bool, &str)>, Vec<&Operation>> = BTreeMap::new();
        for operation in &self.0 {
            let segments = operation.path.split('/').map(|segment| (segment.starts_with('{'), segment));
            by_path.entry(segments.collect()).or_default().push(operation);
        }
        for operations in by_path.into_values() {
            let Some(first) = operations.first() else { continue };
            let methods: Vec<&str> = operations.iter().map(|operation| operation.methods()).collect();
            let mut resource = only(&first.path, methods.join(", "));
            for operation in operations {
                resource = resource.route(operation.route());
            }
            config.service(resource);
        }
    }
}

/// The one method of a path that `item` describes.
fn described(item: &mut PathItem) -> Option<(Method, &mut Description)> {
    let operations = [
        (&mut item.get, Method::GET),
        (&mut item.post, Method::POST),
        (&mut item.patch, Method::PATCH),
        (&mut item.delete, Method::DELETE),
    ];
    operations.into_iter().find_map(|(operation, method)| Some((method, operation.as_mut()?)))
}

/// Adds the role to the description, unless that says that no token is needed. OpenAPI 3.1 lists roles where other schemes
/// have their scopes.
fn describe_role(described: &mut Description, role: Role) {
    if described.security.is_none() {
        let token = SecurityRequirement::new("token", [role.as_str()]);
        described.security = Some(vec![SecurityRequirement::default(), token]);
        let sentence = format!("Needs the role `{role}`.");
        let text = described.description.as_deref().unwrap_or_default();
        described.description = Some(format!("{text}\n\n{sentence}").trim().to_owned());
    }
}

/// A path that has the methods that `allow` names, and answers all others with 40501.
pub(crate) fn only(path: &str, allow: String) -> actix_web::Resource {
    web::resource(path).default_service(web::to(move |request| wrong_method(request, allow.clone())))
}

/// Leads from `path` with a slash behind it, as people type it, to `path`. The address is relative, so that it also holds
/// behind a proxy that serves the server below a path.
pub(crate) fn without_slash(path: &str) -> actix_web::Resource {
    let target = format!("..{path}");
    let answer = move || {
        let target = target.clone();
        async move { HttpResponse::PermanentRedirect().insert_header((header::LOCATION, target)).finish() }
    };
    only(&format!("{path}/"), READING.to_owned()).route(reading().to(answer))
}

async fn wrong_method(request: HttpRequest, allow: String) -> Result<HttpResponse, ApiError> {
    Err(ApiError::method(request.method().as_str(), request.path(), allow))
}

/// The answer where nothing is.
pub(crate) async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorCode::NotFound, format!("there is nothing at {}", request.path())))
}
