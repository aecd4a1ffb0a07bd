//! The query of `GET /api/v1/audit`.

use actix_web::HttpRequest;
use tikmatrix_api_types::audit::AuditQuery;
use tikmatrix_domain::AuditId;
use tikmatrix_storage::{AuditFilter, Page};
use tikmatrix_validation::Problems;

use crate::http::paging::PageQuery;
use crate::http::query::ReadQuery;

/// The entries that are wanted, and the page of them.
pub(crate) struct ListAudit {
    pub(crate) filter: AuditFilter,
    pub(crate) page: Page<AuditId>,
}

impl ReadQuery for ListAudit {
    type Parameters = AuditQuery;

    fn convert(query: AuditQuery, _: &HttpRequest, problems: &mut Problems) -> Self {
        let AuditQuery { actor, operation, since, until, page, page_size, cursor } = query;
        let filter = AuditFilter {
            actor: actor.map(String::from),
            operation: operation.map(String::from),
            since: since.map(Into::into),
            until: until.map(Into::into),
        };
        let page = PageQuery { page, page_size, cursor }.of_list(&filter, AuditId, problems);
        Self { filter, page }
    }
}
