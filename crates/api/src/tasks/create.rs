//! Making tasks: once where the request has a key, and all of its tasks or none.

use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_storage::StorageError;

use crate::http::envelope::{Envelope, success};
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::query::Query;
use crate::http::schema::NewTasks;
use crate::state::AppState;
use crate::tasks::create_request::{CreateTasks, Defaults};
use crate::tasks::idempotency;
use crate::tasks::view::CreatedView;

/// When a full queue may have room again.
const QUEUE_AGAIN_AFTER_SECONDS: u32 = 30;

const ROUTE: &str = "POST /api/v1/task";

/// Makes tasks: one for each target and each phone or account, all of them or none.
///
/// With `enable_multi_account`, a phone whose accounts are all disabled gets none, and `warnings` names it.
#[utoipa::path(
    post,
    path = "/api/v1/task",
    operation_id = "createTasks",
    tag = "Tasks",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Any 1 to 255 printable ASCII characters. A request that is repeated with the same key and the same body within 24 hours gets the answer of the first one and makes nothing.", min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    request_body = NewTasks,
    responses((status = 200, description = "The tasks were made: all of them.", body = Envelope<CreatedView>)),
)]
pub(crate) async fn create(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let body = extract::bytes(&request, body, "application/json")?;
    let key = idempotency::key(request.headers(), &body)?;
    let _in_flight = key.as_ref().map(|key| core.keys_in_flight.enter(&key.key)).transpose()?;
    let body = extract::json(&request, Ok(body))?;
    let now = core.clock.now();
    let defaults = Defaults { max_retries: core.settings.borrow().max_retries, chance: rand::random() };
    let CreateTasks { request, warnings } = CreateTasks::read(body, &core.scripts, now, defaults)?;
    let created = match key {
        None => {
            let created = core.store.create_request(request, now).await.map_err(refusal)?;
            CreatedView::new(&created, warnings)
        }
        Some(key) => {
            let answer = move |created: &_| CreatedView::new(created, warnings).to_text();
            let answer = core.store.create_request_once(request, key, now, answer).await.map_err(refusal)?;
            CreatedView::from_text(&answer).map_err(|error| ApiError::internal(ROUTE, &error))?
        }
    };
    core.runner.wake();
    Ok(success(created))
}

fn refusal(error: StorageError) -> ApiError {
    match error {
        StorageError::TooManyTasks(too_many) => ApiError::invalid("serials", too_many.to_string()),
        StorageError::QueueFull { .. } => ApiError::too_many(error.to_string(), QUEUE_AGAIN_AFTER_SECONDS),
        StorageError::KeyReused => idempotency::used_otherwise(),
        error => ApiError::internal(ROUTE, &error),
    }
}
