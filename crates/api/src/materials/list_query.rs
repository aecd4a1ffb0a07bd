//! The query of `GET /api/v1/material`.

use tikmatrix_domain::{MaterialId, MaterialKind, Tag, Username};
use tikmatrix_storage::{MaterialFilter, Page};
use tikmatrix_validation::shortened;

use crate::http::paging;
use crate::http::query::{Parameters, ReadQuery};
use crate::http::text::name;

/// The materials that are wanted, and the page of them.
pub(crate) struct ListMaterials {
    pub(crate) filter: MaterialFilter,
    pub(crate) page: Page<MaterialId>,
}

impl ReadQuery for ListMaterials {
    fn read(query: &mut Parameters) -> Self {
        let filter = MaterialFilter {
            tag: query.parsed("tag", |text| {
                Tag::new(text).map_err(|wrong| format!("{:?} {wrong}", shortened(text)))
            }),
            username: query.parsed("username", |text| name(text, Username::new)),
            used: query.one_of("used", "true, false", |text| text.parse().ok()),
            kind: query.one_of("kind", "video, image", |text| text.parse::<MaterialKind>().ok()),
        };
        let page = paging::with_cursor(query, &filter, MaterialId);
        Self { filter, page }
    }
}
