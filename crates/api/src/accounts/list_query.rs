//! The query of `GET /api/v1/account`.

use tikmatrix_domain::{AppId, Serial, Username};
use tikmatrix_storage::{AccountFilter, NumberedPage};

use crate::http::paging;
use crate::http::query::{Parameters, ReadQuery};
use crate::http::text::name;

/// The accounts that are wanted, and the page of them.
pub(crate) struct ListAccounts {
    pub(crate) filter: AccountFilter,
    pub(crate) page: NumberedPage,
}

impl ReadQuery for ListAccounts {
    fn read(query: &mut Parameters) -> Self {
        let filter = AccountFilter {
            username: query.parsed("username", |text| name(text, Username::new)),
            app: query.one_of("app", "tiktok, instagram", |name| {
                let known = ["tiktok", "instagram"].contains(&name);
                known.then(|| AppId::new(name).ok()).flatten()
            }),
            serial: query.parsed("serial", |text| name(text, Serial::new)),
            enabled: query.one_of("enabled", "true, false", |text| text.parse().ok()),
        };
        Self { filter, page: paging::page(query) }
    }
}
