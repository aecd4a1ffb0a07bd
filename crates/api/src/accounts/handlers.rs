//! Accounts: recorded, read, changed, deleted, and as a table for spreadsheets.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use tikmatrix_api_types::accounts::{Account, AccountList, AccountPatch, AccountQuery, Imported, NewAccount};
use tikmatrix_api_types::{Deleted, Envelope};
use tikmatrix_domain::{self as domain, AccountId, Clock};
use tikmatrix_runner::Runner;
use tikmatrix_storage::{AccountFilter, AccountRemoval, NumberedPage, Store};

use crate::accounts::list_query::ListAccounts;
use crate::accounts::{convert, csv};
use crate::apps::KnownApps;
use crate::http::body::Json;
use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError};
use crate::http::extract::{CsvText, Id, missing};
use crate::http::query::{NoQuery, Query};
use crate::http::routing::{Operation, operations};
use crate::settings::CurrentSettings;

/// How many accounts are read at once for a table.
const ROWS_AT_ONCE: u32 = 1000;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list, export, show; Operator: create, import, change, delete]
}

/// Lists the accounts.
#[utoipa::path(
    get,
    path = "/api/v1/account",
    operation_id = "listAccounts",
    tag = "Accounts",
    params(AccountQuery),
    responses((status = 200, description = "The accounts, in the order in which they were recorded.", body = Envelope<AccountList>)),
)]
pub(crate) async fn list(store: Data<Store>, query: Query<ListAccounts>) -> Answer<AccountList> {
    let Query(ListAccounts { filter, page }) = query;
    let (accounts, total) = store.accounts().list(filter, page).await?;
    let accounts = accounts.iter().map(convert::account).collect();
    Ok(Success(AccountList { accounts, total, page: page.number, page_size: page.size }))
}

/// Records an account.
#[utoipa::path(
    post,
    path = "/api/v1/account",
    operation_id = "createAccount",
    tag = "Accounts",
    request_body(content = NewAccount, example = json!({"username": "mia.travels", "serial": "virtual-1"})),
    responses((status = 200, description = "The account as it was recorded.", body = Envelope<Account>)),
)]
pub(crate) async fn create(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    settings: Data<CurrentSettings>,
    _: NoQuery,
    Json(new): Json<NewAccount>,
) -> Answer<Account> {
    let wanted = convert::new_account(new, &apps, apps.default_app(&settings.borrow()))?;
    let (username, app) = (wanted.username.clone(), wanted.app);
    let created = store.accounts().create(wanted, clock.now()).await?.ok_or_else(|| {
        let reason = format!("there is an account @{username} in {} already: change that one", app.as_str());
        ApiError::invalid("username", reason)
    })?;
    runner.wake();
    Ok(Success(convert::account(&created)))
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
    responses((status = 200, description = "The account.", body = Envelope<Account>)),
)]
pub(crate) async fn show(store: Data<Store>, Id(id): Id<AccountId>, _: NoQuery) -> Answer<Account> {
    let account = store.accounts().find(id).await?.ok_or_else(|| missing(id))?;
    Ok(Success(convert::account(&account)))
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
    request_body(content = AccountPatch, example = json!({})),
    responses((status = 200, description = "The account as it is now.", body = Envelope<Account>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    runner: Data<Runner>,
    Id(id): Id<AccountId>,
    _: NoQuery,
    Json(change): Json<AccountPatch>,
) -> Answer<Account> {
    let change = convert::change(change)?;
    let account = store.accounts().change(id, change, clock.now()).await?.ok_or_else(|| missing(id))?;
    runner.wake();
    Ok(Success(convert::account(&account)))
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
    responses((status = 200, description = "The account is gone.", body = Envelope<Deleted>)),
)]
pub(crate) async fn delete(store: Data<Store>, Id(id): Id<AccountId>, _: NoQuery) -> Answer<Deleted> {
    match store.accounts().delete(id).await? {
        AccountRemoval::Removed => Ok(Success(Deleted { deleted_count: 1 })),
        AccountRemoval::NotThere => Err(missing(id)),
        AccountRemoval::Needed { tasks } => {
            let reason =
                format!("{tasks} pending or running tasks of this account would be lost: delete those first");
            Err(ApiError::invalid("account_id", reason))
        }
    }
}

/// Exports all accounts as a table for a spreadsheet, which is no JSON.
#[utoipa::path(
    get,
    path = "/api/v1/account/export",
    operation_id = "exportAccounts",
    tag = "Accounts",
    responses((status = 200, description = "A table with a header line, for a spreadsheet.", body = String, content_type = "text/csv")),
)]
pub(crate) async fn export(store: Data<Store>, _: NoQuery) -> Result<HttpResponse, ApiError> {
    let mut all: Vec<domain::Account> = Vec::new();
    for number in 1.. {
        let page = NumberedPage { number, size: ROWS_AT_ONCE };
        let (accounts, total) = store.accounts().list(AccountFilter::default(), page).await?;
        let last = accounts.is_empty();
        all.extend(accounts);
        if last || all.len() as u64 >= total {
            break;
        }
    }
    let table = csv::write_table(&all).map_err(ApiError::internal)?;
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
    request_body(content = String, content_type = "text/csv", example = "username,app,serial\nmia.travels,tiktok,virtual-1\n"),
    responses((status = 200, description = "All accounts of the table are recorded.", body = Envelope<Imported>)),
)]
pub(crate) async fn import(
    store: Data<Store>,
    clock: Data<dyn Clock>,
    runner: Data<Runner>,
    apps: Data<KnownApps>,
    settings: Data<CurrentSettings>,
    _: NoQuery,
    body: CsvText,
) -> Answer<Imported> {
    let default_app = apps.default_app(&settings.borrow());
    let wanted = csv::read_table(&body.0, &apps, default_app)?;
    let all = wanted.len();
    let new = store.accounts().import(wanted, clock.now()).await?;
    runner.wake();
    Ok(Success(Imported { created_count: new, updated_count: all.saturating_sub(new) }))
}
