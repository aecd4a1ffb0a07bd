//! Creating tasks: all of a request's tasks or none, and once where the request has an `Idempotency-Key`.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde_json::json;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::tasks::{CreateQuery, Created, NewTasks, Returned, UnknownFields};
use tikmatrix_domain::Clock;
use tikmatrix_runner::Tasks;
use tikmatrix_validation::Problems;

use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError};
use crate::http::extract::JsonText;
use crate::http::query::{Query, ReadQuery};
use crate::http::routing::{Operation, operations};
use crate::settings::CurrentSettings;
use crate::tasks::convert;
use crate::tasks::create::request::{Defaults, RequestReader};
use crate::tasks::create::unknown_names;
use crate::tasks::idempotency::{self, KeysInFlight};

/// Everything that tasks are created with.
pub(crate) struct TaskCreator {
    pub(crate) tasks: Tasks,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Data<CurrentSettings>,
    pub(crate) keys_in_flight: KeysInFlight,
    pub(crate) reader: RequestReader,
}

impl ReadQuery for CreateQuery {
    type Parameters = Self;

    fn convert(parameters: Self, _: &HttpRequest, _: &mut Problems) -> Self {
        parameters
    }
}

pub(crate) fn routes() -> Vec<Operation> {
    operations![Operator: create]
}

/// Creates tasks: one for each target and each phone or account, all of them or none.
///
/// With `enable_multi_account`, a phone whose accounts are all disabled gets none, and `warnings` names it. `warnings` also
/// names each serial of which no phone was ever connected, and each username that no account has, with the nearest known name:
/// their tasks are created and wait. What the app of a task cannot do is refused; the app is the one of `script_config`, else
/// the account's, else the server's default.
#[utoipa::path(
    post,
    path = "/api/v1/task",
    operation_id = "createTasks",
    tag = "Tasks",
    params(
        CreateQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Any 1 to 255 printable ASCII characters. A request that is repeated with the same key, the same token and the same body within 24 hours gets the answer of the first one and creates nothing.", min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    request_body = NewTasks,
    responses((status = 200, description = "All of the tasks were created; with `dry_run`, none.", body = Envelope<Created>)),
)]
pub(crate) async fn create(
    creator: Data<TaskCreator>,
    request: HttpRequest,
    Query(CreateQuery { unknown_fields, returned, dry_run }): Query<CreateQuery>,
    body: JsonText,
) -> Answer<Created> {
    let key = idempotency::key(request.headers(), &body.0)?;
    let _in_flight = key.as_ref().map(|key| creator.keys_in_flight.enter(&key.key)).transpose()?;
    let now = creator.clock.now();
    let defaults = Defaults { max_retries: creator.settings.borrow().max_retries, seed: rand::random() };
    let (mut body, scripts) = (body.parse()?, creator.tasks.scripts());
    let mut warnings = match unknown_fields {
        Some(UnknownFields::Warn) => creator.reader.remove_unknown(&mut body, scripts),
        Some(UnknownFields::Refuse) | None => Vec::new(),
    };
    let (request, others) = creator.reader.read(body, scripts, now, defaults)?;
    warnings.extend(others);
    let app = request.targets.first().and_then(|target| target.app);
    let unknown = creator.tasks.unknown_recipients(&request).await?;
    warnings.extend(unknown_names::warnings(&unknown, app));
    let with_tasks = returned == Some(Returned::Tasks);
    if dry_run == Some(true) {
        return Ok(Success(convert::previewed(&creator.tasks.preview(request).await?, warnings)));
    }
    let created = match key {
        None => convert::created(&creator.tasks.create_planned(request).await?, warnings, with_tasks),
        Some(key) => {
            let answer =
                move |created: &_| json!(convert::created(created, warnings, with_tasks)).to_string();
            let answer = creator.tasks.create_planned_once(request, key, answer).await?;
            serde_json::from_str(&answer).map_err(ApiError::internal)?
        }
    };
    Ok(Success(created))
}
