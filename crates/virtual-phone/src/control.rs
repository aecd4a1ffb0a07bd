//! The control port: the oracle and the faults of a farm over HTTP. The answers are plain JSON without an envelope.

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpResponse, ResponseError};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use tikmatrix_device::adb::keys::AdbPublicKey;

use crate::access::{Access, Answer};
use crate::farm::{Farm, FarmError};
use crate::fault::{Fault, FaultError};
use crate::system::rewriting::Rewriting;

/// Adds the control port's routes for `farm`:
/// `GET /phones`, `POST` and `DELETE /phones/{serial}/faults`, `GET /phones/{serial}/commands`, `GET` and `POST
/// /phones/{serial}/access`, `POST /phones/{serial}/pairing`, `POST /phones/{serial}/serial`, `POST
/// /phones/{serial}/accounts`, `POST
/// /phones/{serial}/rewritings`.
pub fn configure(farm: Farm) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(farm))
            .route("/phones", web::get().to(phones))
            .route("/phones/{serial}/commands", web::get().to(commands))
            .route("/phones/{serial}/pairing", web::post().to(offer_pairing))
            .route("/phones/{serial}/serial", web::post().to(report_serial))
            .route("/phones/{serial}/accounts", web::post().to(sign_in))
            .route("/phones/{serial}/rewritings", web::post().to(rewrite))
            .service(
                web::resource("/phones/{serial}/access")
                    .route(web::get().to(access))
                    .route(web::post().to(change_access)),
            )
            .service(
                web::resource("/phones/{serial}/faults")
                    .route(web::post().to(arm))
                    .route(web::delete().to(clear)),
            );
    }
}

async fn phones(farm: Data<Farm>) -> HttpResponse {
    HttpResponse::Ok().json(farm.report())
}

/// The commands that the phone's shells ran, oldest first, each an array of words: tests check that no text of a user
/// ever ran as one.
async fn commands(farm: Data<Farm>, serial: Path<String>) -> Result<HttpResponse, ControlError> {
    Ok(HttpResponse::Ok().json(farm.find(&serial)?.commands()))
}

async fn arm(farm: Data<Farm>, serial: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let phone = farm.find(&serial)?;
    let body: Value =
        serde_json::from_slice(&body).map_err(|error| ControlError::NotJson(error.to_string()))?;
    phone.arm(Fault::from_json(&body)?);
    Ok(HttpResponse::Ok().json(json!({ "armed": body })))
}

async fn clear(farm: Data<Farm>, serial: Path<String>) -> Result<HttpResponse, ControlError> {
    farm.clear_faults(&serial)?;
    Ok(HttpResponse::Ok().json(json!({ "armed": [] })))
}

/// The state of the phone's access control.
async fn access(farm: Data<Farm>, serial: Path<String>) -> Result<HttpResponse, ControlError> {
    Ok(HttpResponse::Ok().json(farm.find(&serial)?.access()))
}

/// A change of a phone's access control.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AccessChange {
    /// The mode for computers that connect from now on.
    Mode(Access),
    /// The answer to the question on the screen.
    Answer(Answer),
    /// A key to trust, as the line of an `adbkey.pub`.
    Trust(String),
}

async fn change_access(
    farm: Data<Farm>,
    serial: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, ControlError> {
    let phone = farm.find(&serial)?;
    let change = serde_json::from_slice(&body).map_err(|error| ControlError::Access(error.to_string()))?;
    match change {
        AccessChange::Mode(mode) => phone.set_access(mode),
        AccessChange::Answer(answer) => {
            if !phone.answer(answer) {
                return Err(ControlError::Access("the phone asks nothing now".to_owned()));
            }
        }
        AccessChange::Trust(line) => {
            let key = AdbPublicKey::parse(line.as_bytes());
            phone.trust(key.map_err(|error| ControlError::Access(format!("trust: {error}")))?);
        }
    }
    Ok(HttpResponse::Ok().json(phone.access()))
}

/// Opens the dialog "Pair device with pairing code", and returns its content.
async fn offer_pairing(farm: Data<Farm>, serial: Path<String>) -> Result<HttpResponse, ControlError> {
    Ok(HttpResponse::Ok().json(farm.offer_pairing(&serial).await?))
}

/// The serial number that a phone is to report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportedSerial {
    serial: String,
}

/// Makes the phone report another serial number; the path goes on to name it by the one that it started with.
async fn report_serial(
    farm: Data<Farm>,
    serial: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, ControlError> {
    let phone = farm.find(&serial)?;
    let reported: ReportedSerial =
        serde_json::from_slice(&body).map_err(|error| ControlError::NotJson(error.to_string()))?;
    phone.report_serial(&reported.serial);
    Ok(HttpResponse::Ok().json(json!({ "serial": reported.serial })))
}

/// An account that signs in to an app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    app: String,
    username: String,
}

/// Signs in a further account in an app of the phone, such as `{"app": "tiktok", "username": "sample_user_1"}`. The current
/// one stays so.
async fn sign_in(farm: Data<Farm>, serial: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let phone = farm.find(&serial)?;
    let SignIn { app, username } =
        serde_json::from_slice(&body).map_err(|error| ControlError::NotJson(error.to_string()))?;
    if !phone.sign_in(&app, &username) {
        return Err(ControlError::NoAccounts(app));
    }
    Ok(HttpResponse::Ok().json(phone.report().apps))
}

/// Makes the phone's cable rewrite commands or answers, until its faults are cleared.
async fn rewrite(farm: Data<Farm>, serial: Path<String>, body: Bytes) -> Result<HttpResponse, ControlError> {
    let phone = farm.find(&serial)?;
    let rewriting: Rewriting =
        serde_json::from_slice(&body).map_err(|error| ControlError::NotJson(error.to_string()))?;
    phone.rewrite(rewriting);
    Ok(HttpResponse::Ok().json(json!({})))
}

#[derive(Debug, Error)]
enum ControlError {
    #[error(transparent)]
    Farm(#[from] FarmError),
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error("the access of the phone: {0}")]
    Access(String),
    #[error("the phone has no app {0} with accounts")]
    NoAccounts(String),
    #[error("the body is not JSON: {0}")]
    NotJson(String),
}

impl ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Farm(FarmError::NoSuchPhone(_)) => StatusCode::NOT_FOUND,
            Self::Farm(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Access(_) | Self::Fault(_) | Self::NoAccounts(_) | Self::NotJson(_) => {
                StatusCode::BAD_REQUEST
            }
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({ "error": self.to_string() }))
    }
}
