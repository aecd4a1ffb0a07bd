//! `GET /api/v1/audit`: who changed what.

use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::audit::{AuditList, AuditQuery};
use tikmatrix_storage::{AuditStore, Store};

use crate::audit::convert;
use crate::audit::list_query::ListAudit;
use crate::audit::recorder::AuditRecorder;
use crate::http::envelope::Success;
use crate::http::error::Answer;
use crate::http::paging;
use crate::http::query::Query;
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![Admin: list]
}

/// Lists who changed what, newest first.
///
/// Each request that changes something has an entry, also one that was refused because of its role or its content, and so has
/// each command that works on the database itself. Bodies are not recorded.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "listAudit",
    tag = "Audit",
    params(AuditQuery),
    responses((status = 200, description = "The entries, newest first.", body = Envelope<AuditList>)),
)]
pub(crate) async fn list(
    store: Data<Store>,
    recorder: Data<AuditRecorder>,
    Query(ListAudit { filter, page }): Query<ListAudit>,
) -> Answer<AuditList> {
    // A client that made a change finds it.
    recorder.settle().await;
    let (mut entries, total) = AuditStore::of(&store).list(filter.clone(), paging::with_next(&page)).await?;
    let page_size = page.size;
    let (page, next_cursor) = paging::settle(&mut entries, &page, total, &filter, |last| last.id.0);
    let entries = entries.into_iter().map(convert::entry).collect();
    Ok(Success(AuditList { entries, total, page, page_size, next_cursor }))
}
