//! The query of `GET /api/v1/task`, and the filters that operations on many tasks share with it.

use actix_web::HttpRequest;
use tikmatrix_api_types::fields::not_one_of;
use tikmatrix_api_types::tasks::{ConfigDetail, TaskFilter, TaskPage};
use tikmatrix_domain::{ScriptName, Serial, Status, TaskId, Username};
use tikmatrix_storage::Page;
use tikmatrix_validation::Problems;

use crate::apps::KnownApps;
use crate::http::paging::PageQuery;
use crate::http::query::{ReadQuery, converted};

/// The tasks that are wanted, and the page of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListTasks {
    pub(crate) filter: tikmatrix_storage::TaskFilter,
    pub(crate) page: Page<TaskId>,
    /// Whether every task has its configuration, however long.
    pub(crate) has_configs: bool,
}

/// The most tasks on a page on which each has its configuration.
const MAX_FULL_PAGE: u32 = 20;

impl ReadQuery for ListTasks {
    type Parameters = (TaskFilter, TaskPage);

    fn convert(
        (conditions, wanted): (TaskFilter, TaskPage),
        request: &HttpRequest,
        problems: &mut Problems,
    ) -> Self {
        let filter = filter(conditions, &KnownApps::of(request), problems);
        let TaskPage { script_config, page, page_size, cursor } = wanted;
        let mut page = PageQuery { page, page_size, cursor }.of_list(&filter, TaskId, problems);
        let has_configs = script_config == Some(ConfigDetail::Full);
        if has_configs {
            page.size = page.size.min(MAX_FULL_PAGE);
        }
        Self { filter, page, has_configs }
    }
}

/// Converts the conditions of a request for tasks. Adds what is wrong beyond the types of single conditions.
pub(crate) fn filter(
    conditions: TaskFilter,
    apps: &KnownApps,
    problems: &mut Problems,
) -> tikmatrix_storage::TaskFilter {
    let TaskFilter { status, serial, username, script_name, source, app, failure_code } = conditions;
    let app_of = |name: &str| apps.find(name).ok_or_else(|| not_one_of(name, apps.names()));
    tikmatrix_storage::TaskFilter {
        status: Status::ALL.iter().copied().find(|it| Some(it.code()) == status),
        serial: converted("serial", serial, Serial::new, problems),
        username: converted("username", username, Username::new, problems),
        script: converted("script_name", script_name, ScriptName::new, problems),
        source: source.map(|source| *source),
        app: converted("app", app, app_of, problems),
        failure_code: failure_code.map(|code| code.0),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use actix_web::web::Data;
    use tikmatrix_domain::{AppId, Source};
    use tikmatrix_storage::PageStart;

    use super::*;
    use crate::http::error::ApiError;
    use crate::http::paging::cursor_after;
    use crate::http::query;

    fn list(query: &str) -> Result<ListTasks, ApiError> {
        let apps = ["tiktok", "instagram"].map(|app| AppId::new(app).unwrap());
        let request =
            TestRequest::with_uri(&format!("/?{query}")).app_data(Data::new(KnownApps::new(apps.to_vec())));
        query::read(&request.to_http_request())
    }

    #[test]
    fn an_empty_query_and_one_of_blank_values_are_the_first_twenty_of_all() {
        for query in ["", "status=&serial=&username=%20&script_name=&source=&page=&page_size=&cursor=&_=1"] {
            let all = list(query).unwrap();
            let wanted = (PageStart::Number(1), 20, tikmatrix_storage::TaskFilter::default());
            assert_eq!((all.page.start, all.page.size, all.filter), wanted, "{query}");
        }
    }

    #[test]
    fn a_page_size_above_a_hundred_is_a_hundred() {
        assert_eq!(list("page_size=5000&page=7").unwrap().page.size, 100);
    }

    #[test]
    fn filters_are_read_as_the_api_spells_them() {
        let filter = list("status=3&serial=R5%208&username=@Maker&script_name=post&source=api&app=tiktok&failure_code=script:no")
            .unwrap()
            .filter;
        assert_eq!(filter.status, Some(Status::Failed));
        assert_eq!(filter.serial.unwrap().as_str(), "R5 8");
        assert_eq!(filter.username.unwrap().as_str(), "maker");
        assert_eq!(filter.script.unwrap().as_str(), "post");
        assert_eq!(filter.source, Some(Source::Api));
        assert_eq!(filter.app, AppId::new("tiktok").ok());
        assert_eq!(filter.failure_code, "script:no".parse().ok());
    }

    #[test]
    fn a_page_far_beyond_the_end_can_be_asked_for() {
        let start = list("page=99999999999999999999").unwrap().page.start;
        assert_eq!(start, PageStart::Number(u32::MAX));
    }

    #[test]
    fn a_cursor_reads_on_with_the_filters_that_it_was_given_for() {
        let filter = list("status=3&serial=a").unwrap().filter;
        let cursor = cursor_after(1_234, &filter);
        let read = |query: &str| list(&format!("{query}cursor={cursor}"));
        assert_eq!(read("serial=a&status=3&").unwrap().page.start, PageStart::Before(TaskId(1_234)));
        for (query, message) in [
            ("status=3&", "cursor: belongs to a list with other filters"),
            ("status=3&serial=b&", "cursor: belongs to a list with other filters"),
            ("serial=a&status=3&page=2&", "page: cannot be given together with cursor"),
        ] {
            assert!(read(query).unwrap_err().to_string().starts_with(message), "{query}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        for (query, message) in [
            ("status=4", "status: 4 is not one of 0 (pending), 1 (running), 2 (completed), 3 (failed)"),
            ("app=vine", "app: vine is not one of tiktok, instagram"),
            ("source=cli", "source: cli is not one of ui, api"),
            ("cursor=1234", "cursor: is not a next_cursor of this list"),
            ("page=0", "page: \"0\" is not a whole number from 1"),
            ("page=1&page=2", "page: is given more than once"),
            ("username=%40", "username: must not be empty"),
            ("serial=a%00", r#"serial: "a\0" holds a control character"#),
            ("username=%1Fmaker", r#"username: "\u{1f}maker" holds a control character"#),
            ("script_name=po%7Fst", r#"script_name: "po\u{7f}st" holds a control character"#),
            ("statis=1", "statis: is not a known parameter; did you mean status?"),
            (
                "page_size=x&colour=1",
                "page_size: \"x\" is not a whole number from 1 (and 1 more problem: see data)",
            ),
        ] {
            assert_eq!(list(query).unwrap_err().to_string(), message);
        }
    }
}
