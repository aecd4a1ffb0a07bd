//! Accounts: recorded, read, changed, deleted, and as a table for spreadsheets.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use tikmatrix_domain::{Account, AccountId};
use tikmatrix_storage::{AccountFilter, AccountRemoval, NumberedPage};

use crate::accounts::view::{AccountListView, AccountView, ImportedView};
use crate::accounts::{csv, request};
use crate::http::envelope::{DeletedView, Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract;
use crate::http::query::Query;
use crate::http::routing::wrong_method;
use crate::http::schema::{AccountPatch, App, Name, NewAccount, Username};
use crate::state::AppState;

/// How many accounts are read at once for a table.
const ROWS_AT_ONCE: u32 = 1000;

/// Adds the routes. Fixed paths come first.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/account")
                .route(web::get().to(list))
                .route(web::post().to(create))
                .default_service(web::to(|request| wrong_method(request, "GET, POST"))),
        )
        .service(
            web::resource("/api/v1/account/export")
                .route(web::get().to(export))
                .default_service(web::to(|request| wrong_method(request, "GET"))),
        )
        .service(
            web::resource("/api/v1/account/import")
                .route(web::post().to(import))
                .default_service(web::to(|request| wrong_method(request, "POST"))),
        )
        .service(
            web::resource("/api/v1/account/{account_id}")
                .route(web::get().to(show))
                .route(web::patch().to(change))
                .route(web::delete().to(delete))
                .default_service(web::to(|request| wrong_method(request, "GET, PATCH, DELETE"))),
        );
}

/// Lists the accounts.
#[utoipa::path(
    get,
    path = "/api/v1/account",
    operation_id = "listAccounts",
    tag = "Accounts",
    params(
        ("username" = Option<Username>, Query, description = "Only the account of this name."),
        ("app" = Option<App>, Query, description = "Only accounts of this app."),
        ("serial" = Option<Name>, Query, description = "Only accounts on the phone with this serial."),
        ("enabled" = Option<bool>, Query, description = "Only accounts that are enabled, or are not."),
        ("page" = Option<usize>, Query, description = "The number of the page, from 1. Default: 1.", minimum = 1),
        ("page_size" = Option<usize>, Query, description = "How many a page holds; above 100 is taken as 100. Default: 20.", minimum = 1),
    ),
    responses((status = 200, description = "The accounts, in the order in which they were recorded.", body = Envelope<AccountListView>)),
)]
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (filter, page) = request::list(request.query_string())?;
    let (accounts, total) = core
        .store
        .accounts(filter, page)
        .await
        .map_err(|error| ApiError::internal("GET /api/v1/account", &error))?;
    let accounts = accounts.iter().map(AccountView::from).collect();
    Ok(success(AccountListView { accounts, total, page: page.number, page_size: page.size }))
}

/// Records an account.
#[utoipa::path(
    post,
    path = "/api/v1/account",
    operation_id = "createAccount",
    tag = "Accounts",
    request_body = NewAccount,
    responses((status = 200, description = "The account as it was recorded.", body = Envelope<AccountView>)),
)]
pub(crate) async fn create(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let wanted = request::create(extract::json(&request, body)?)?;
    let (username, app) = (wanted.username.clone(), wanted.app);
    let created = core
        .store
        .create_account(wanted, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("POST /api/v1/account", &error))?;
    let created = created.ok_or_else(|| {
        let reason = format!("there is an account @{username} in {} already: change that one", app.as_str());
        ApiError::invalid("username", reason)
    })?;
    core.runner.wake();
    Ok(success(AccountView::from(&created)))
}

/// Shows one account.
#[utoipa::path(
    get,
    path = "/api/v1/account/{account_id}",
    operation_id = "showAccount",
    tag = "Accounts",
    params(
        ("account_id" = i64, Path, description = "The number of an account.", minimum = 1),
    ),
    responses((status = 200, description = "The account.", body = Envelope<AccountView>)),
)]
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = AccountId(extract::number(&request, "account_id")?);
    let account = core
        .store
        .account(id)
        .await
        .map_err(|error| ApiError::internal("GET /api/v1/account/{account_id}", &error))?;
    Ok(success(AccountView::from(&there(id, account)?)))
}

/// Changes what is given of an account.
#[utoipa::path(
    patch,
    path = "/api/v1/account/{account_id}",
    operation_id = "changeAccount",
    tag = "Accounts",
    params(
        ("account_id" = i64, Path, description = "The number of an account.", minimum = 1),
    ),
    request_body = AccountPatch,
    responses((status = 200, description = "The account as it is now.", body = Envelope<AccountView>)),
)]
pub(crate) async fn change(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = AccountId(extract::number(&request, "account_id")?);
    let change = request::change(extract::json(&request, body)?)?;
    let account = core
        .store
        .change_account(id, change, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("PATCH /api/v1/account/{account_id}", &error))?;
    let account = there(id, account)?;
    core.runner.wake();
    Ok(success(AccountView::from(&account)))
}

/// Deletes an account that no waiting or running task needs.
#[utoipa::path(
    delete,
    path = "/api/v1/account/{account_id}",
    operation_id = "deleteAccount",
    tag = "Accounts",
    params(
        ("account_id" = i64, Path, description = "The number of an account.", minimum = 1),
    ),
    responses((status = 200, description = "The account is gone.", body = Envelope<DeletedView>)),
)]
pub(crate) async fn delete(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let id = AccountId(extract::number(&request, "account_id")?);
    let removal = core
        .store
        .delete_account(id)
        .await
        .map_err(|error| ApiError::internal("DELETE /api/v1/account/{account_id}", &error))?;
    match removal {
        AccountRemoval::Removed => Ok(success(DeletedView { deleted_count: 1 })),
        AccountRemoval::NotThere => Err(no_such_account(id)),
        AccountRemoval::Needed { tasks } => {
            let reason =
                format!("{tasks} pending or running tasks of this account would be lost: delete those first");
            Err(ApiError::invalid("account_id", reason))
        }
    }
}

/// Gives all accounts as a table. The one answer that is no JSON: a table for a spreadsheet.
#[utoipa::path(
    get,
    path = "/api/v1/account/export",
    operation_id = "exportAccounts",
    tag = "Accounts",
    responses((status = 200, description = "A table with a header line, for a spreadsheet.", body = String, content_type = "text/csv")),
)]
pub(crate) async fn export(
    core: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let failed = |cause: &dyn std::fmt::Display| ApiError::internal("GET /api/v1/account/export", cause);
    let mut all: Vec<Account> = Vec::new();
    for number in 1.. {
        let page = NumberedPage { number, size: ROWS_AT_ONCE };
        let (accounts, total) =
            core.store.accounts(AccountFilter::default(), page).await.map_err(|error| failed(&error))?;
        let last = accounts.is_empty();
        all.extend(accounts);
        if last || all.len() as u64 >= total {
            break;
        }
    }
    let table = csv::write_table(&all).map_err(|error| failed(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"accounts.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(table))
}

/// Records or changes all accounts of a table.
#[utoipa::path(
    post,
    path = "/api/v1/account/import",
    operation_id = "importAccounts",
    tag = "Accounts",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "All accounts of the table are recorded.", body = Envelope<ImportedView>)),
)]
pub(crate) async fn import(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let wanted = csv::read_table(&extract::bytes(&request, body, "text/csv")?)?;
    let all = wanted.len();
    let new = core
        .store
        .import_accounts(wanted, core.clock.now())
        .await
        .map_err(|error| ApiError::internal("POST /api/v1/account/import", &error))?;
    core.runner.wake();
    Ok(success(ImportedView { created_count: new, updated_count: all.saturating_sub(new) }))
}

fn there(id: AccountId, account: Option<Account>) -> Result<Account, ApiError> {
    account.ok_or_else(|| no_such_account(id))
}

fn no_such_account(id: AccountId) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no account {}", id.0))
}
