//! The query of `GET /api/v1/webhook/{webhook_id}/delivery`.

use actix_web::HttpRequest;
use tikmatrix_api_types::webhooks::DeliveryQuery;
use tikmatrix_domain::{DeliveryId, DeliveryStatus};
use tikmatrix_storage::Page;
use tikmatrix_validation::Problems;

use crate::http::paging::PageQuery;
use crate::http::query::ReadQuery;

/// The deliveries that are wanted, and the page of them.
pub(crate) struct ListDeliveries {
    pub(crate) status: Option<DeliveryStatus>,
    pub(crate) page: Page<DeliveryId>,
}

impl ReadQuery for ListDeliveries {
    type Parameters = DeliveryQuery;

    fn convert(query: DeliveryQuery, _: &HttpRequest, problems: &mut Problems) -> Self {
        let DeliveryQuery { status, page, page_size, cursor } = query;
        let status = status.map(|status| *status);
        let page = PageQuery { page, page_size, cursor }.of_list(&status, DeliveryId, problems);
        Self { status, page }
    }
}
