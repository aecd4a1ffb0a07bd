//! The query of `GET /api/v1/material`.

use actix_web::HttpRequest;
use tikmatrix_api_types::materials::MaterialQuery;
use tikmatrix_domain::{MaterialId, Tag, Username};
use tikmatrix_storage::{MaterialFilter, Page};
use tikmatrix_validation::Problems;

use crate::http::paging::PageQuery;
use crate::http::query::{ReadQuery, converted};

/// The materials that are wanted, and the page of them.
pub(crate) struct ListMaterials {
    pub(crate) filter: MaterialFilter,
    pub(crate) page: Page<MaterialId>,
}

impl ReadQuery for ListMaterials {
    type Parameters = MaterialQuery;

    fn convert(query: MaterialQuery, _: &HttpRequest, problems: &mut Problems) -> Self {
        let MaterialQuery { tag, username, used, kind, page, page_size, cursor } = query;
        let filter = MaterialFilter {
            tag: converted("tag", tag, Tag::new, problems),
            username: converted("username", username, Username::new, problems),
            used,
            kind: kind.map(|kind| *kind),
        };
        let page = PageQuery { page, page_size, cursor }.of_list(&filter, MaterialId, problems);
        Self { filter, page }
    }
}
