//! The query of `GET /api/v1/account`.

use actix_web::HttpRequest;
use tikmatrix_api_types::accounts::AccountQuery;
use tikmatrix_api_types::fields::not_one_of;
use tikmatrix_domain::{Serial, Tag, Username};
use tikmatrix_storage::{AccountFilter, NumberedPage};
use tikmatrix_validation::Problems;

use crate::apps::KnownApps;
use crate::http::paging;
use crate::http::query::{ReadQuery, converted};

/// The accounts that are wanted, and the page of them.
pub(crate) struct ListAccounts {
    pub(crate) filter: AccountFilter,
    pub(crate) page: NumberedPage,
}

impl ReadQuery for ListAccounts {
    type Parameters = AccountQuery;

    fn convert(query: AccountQuery, request: &HttpRequest, problems: &mut Problems) -> Self {
        let AccountQuery { username, app, serial, enabled, tag, page, page_size } = query;
        let apps = KnownApps::of(request);
        let app_of = |name: &str| apps.find(name).ok_or_else(|| not_one_of(name, apps.names()));
        let filter = AccountFilter {
            username: converted("username", username, Username::new, problems),
            app: converted("app", app, app_of, problems),
            serial: converted("serial", serial, Serial::new, problems),
            enabled,
            tag: converted("tag", tag, Tag::new, problems),
        };
        Self { filter, page: paging::page(page, page_size) }
    }
}
