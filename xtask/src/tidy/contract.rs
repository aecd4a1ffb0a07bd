//! The tests that `docs/contract.md` names for its promises, and `docs/testing.md` for faults that were mended, exist and
//! run, so that none of them loses its test unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

use super::sources::Sources;

/// A page with tables whose rows name tests.
pub(super) struct Page {
    pub(super) path: &'static str,
    /// The heading after which these tables stand.
    heading: &'static str,
}

pub(super) const PAGES: [Page; 2] = [
    Page { path: "docs/contract.md", heading: "" },
    Page { path: "docs/testing.md", heading: "## Faults found from outside" },
];

/// The attributes that make a function a test.
const TEST: [&str; 3] = ["test", "tokio::test", "actix_web::test"];

/// The tests of each file, by its crate. A page names one as `crate::file::test`; folders of the file may stand before it,
/// where its name alone is ambiguous.
struct Files<'a>(BTreeMap<&'a str, Vec<(&'a str, BTreeSet<String>)>>);

/// Every test that the page, whose text is `text`, names and that no file which is compiled runs.
pub(super) fn check(
    page: &Page,
    text: &str,
    sources: &Sources,
    compiled: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut files = Files(BTreeMap::new());
    for (path, source) in sources.iter().filter(|(path, _)| compiled(path)) {
        if let Some((of_crate, inside)) = place(path) {
            let mut tests = BTreeSet::new();
            collect_tests(source.syntax.to_token_stream(), &mut tests);
            files.0.entry(of_crate).or_default().push((inside, tests));
        }
    }
    missing(page, text, |of_crate, file, test| files.hold(of_crate, file, test))
}

impl Files<'_> {
    fn hold(&self, of_crate: &str, file: &str, test: &str) -> bool {
        let mut files = self.0.get(of_crate).into_iter().flatten();
        let is_named = |inside: &str| inside == file || inside.ends_with(&format!("/{file}"));
        files.any(|(inside, tests)| is_named(inside) && tests.contains(test))
    }
}

/// Adds the names of the tests in `tokens`, in modules and in macros such as `proptest!` too, that are not ignored.
fn collect_tests(tokens: TokenStream, tests: &mut BTreeSet<String>) {
    let mut attributes: Vec<String> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = tokens.peek() {
                    attributes.extend(path_of(attribute.stream()));
                    tokens.next();
                }
            }
            TokenTree::Ident(word) if word == "fn" => {
                let is_test = attributes.iter().any(|attribute| TEST.contains(&attribute.as_str()));
                let is_ignored = attributes.iter().any(|attribute| attribute == "ignore");
                if let Some(TokenTree::Ident(name)) = tokens.peek()
                    && is_test
                    && !is_ignored
                {
                    tests.insert(name.to_string());
                }
                attributes.clear();
            }
            // Such as `async`, between the attributes and `fn`.
            TokenTree::Ident(_) => {}
            TokenTree::Group(group) => {
                attributes.clear();
                collect_tests(group.stream(), tests);
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => attributes.clear(),
        }
    }
}

/// The path of the attribute whose brackets hold `tokens`.
fn path_of(tokens: TokenStream) -> Option<String> {
    let meta = syn::parse2::<syn::Meta>(tokens).ok()?;
    let segments = meta.path().segments.iter().map(|segment| segment.ident.to_string());
    Some(segments.collect::<Vec<_>>().join("::"))
}

fn missing(page: &Page, text: &str, exists: impl Fn(&str, &str, &str) -> bool) -> Vec<String> {
    let path = page.path;
    let mut findings = Vec::new();
    let lines = text.lines().enumerate().skip_while(|(_, line)| !line.starts_with(page.heading));
    for (index, line) in lines.filter(|(_, line)| line.starts_with("| ")) {
        let names = line.split('`').skip(1).step_by(2).filter(|name| name.contains("::"));
        let names: Vec<Vec<&str>> = names.map(|name| name.split("::").collect()).collect();
        let heading = line.ends_with("| shown by |");
        if names.is_empty() && !heading && !line.contains("**not yet**") {
            findings.push(format!("{path}:{}: names no test and does not say **not yet**", index + 1));
        }
        for name in names {
            let found = match &name[..] {
                [of_crate, file @ .., test] if !file.is_empty() => exists(of_crate, &file.join("/"), test),
                _ => false,
            };
            if !found {
                findings.push(format!(
                    "{path}:{}: there is no test {} that runs",
                    index + 1,
                    name.join("::")
                ));
            }
        }
    }
    findings
}

/// The crate's folder, and the file inside it without its extension; of a `mod.rs`, its folder.
fn place(path: &str) -> Option<(&str, &str)> {
    let (folder, inside) = path.split_once("/src/").or_else(|| path.split_once("/tests/"))?;
    let of_crate = Path::new(folder).file_name()?.to_str()?;
    let inside = inside.strip_suffix(".rs")?;
    Some((of_crate, inside.strip_suffix("/mod").unwrap_or(inside)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::of_text;

    const HEADING: &str = "| promise | shown by |\n|---|---|\n";

    #[test]
    fn of_another_page_only_what_stands_below_its_heading_is_read() {
        let page = "| any | `api::gone` |\n\n## Faults found from outside\n| fault | shown by |\n|---|---|\n| 1 | ? |\n";
        let found = missing(&PAGES[1], page, |_, _, _| false);
        assert_eq!(found, ["docs/testing.md:6: names no test and does not say **not yet**"]);
    }

    #[test]
    fn a_test_that_is_not_there_is_named_with_its_line() {
        let page = format!("{HEADING}| it works | `api::read::it_works`, `api::read::gone` |\n");
        let sources = of_text(&[("crates/api/tests/http/tasks/read.rs", "#[test] fn it_works() {}")]);
        assert_eq!(
            check(&PAGES[0], &page, &sources, |_| true),
            ["docs/contract.md:3: there is no test api::read::gone that runs"]
        );
        assert_eq!(check(&PAGES[0], &page, &sources, |_| false).len(), 2);
    }

    #[test]
    fn a_name_with_folders_is_of_the_file_in_them() {
        let sources = of_text(&[
            ("crates/api/tests/http/tasks/read.rs", "#[test] fn works() {}"),
            ("crates/api/tests/http/accounts/read.rs", ""),
        ]);
        let found =
            |name: &str| check(&PAGES[0], &format!("{HEADING}| it | `{name}` |\n"), &sources, |_| true).len();
        assert_eq!(found("api::tasks::read::works"), 0);
        assert_eq!(found("api::accounts::read::works"), 1);
        assert_eq!(found("api::works"), 1);
    }

    #[test]
    fn only_a_function_that_runs_as_a_test_is_one() {
        let sources = of_text(&[(
            "crates/api/tests/read.rs",
            r#"
            fn helper() {}
            // #[test] fn in_a_comment() {}
            #[test] #[ignore = "slow"] fn ignored() {}
            #[ignore] #[tokio::test] async fn ignored_above() {}
            #[cfg(test)] fn of_tests() {}
            #[test] const NONE: u8 = 0; fn after_another_item() {}
            #[test] #[should_panic(expected = "it")] fn plain() {}
            #[tokio::test(start_paused = true)] async fn paused() {}
            #[cfg(unix)] mod inner { #[actix_web::test] pub async fn served() { fn within() {} } }
            proptest! { #![proptest_config(CONFIG)] /// Any.
                #[test] fn of_any(byte: u8, more in any::<u8>()) {} fn drawn() {} }
            "#,
        )]);
        let runs = |test: &&str| {
            let page = format!("{HEADING}| it | `api::read::{test}` |\n");
            check(&PAGES[0], &page, &sources, |_| true).is_empty()
        };
        let tests = ["plain", "paused", "served", "of_any"];
        assert_eq!(tests.into_iter().filter(runs).collect::<Vec<_>>(), tests);
        let others = [
            "helper",
            "in_a_comment",
            "ignored",
            "ignored_above",
            "of_tests",
            "after_another_item",
            "within",
            "drawn",
        ];
        assert_eq!(others.into_iter().filter(runs).collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn a_promise_has_a_test_or_says_that_it_is_not_kept_yet() {
        let page = format!("{HEADING}| this one | **not yet** |\n| that one | soon |\n");
        let found = missing(&PAGES[0], &page, |_, _, _| true);
        assert_eq!(found, ["docs/contract.md:4: names no test and does not say **not yet**"]);
    }

    #[test]
    fn a_file_is_known_by_its_crate_and_its_name() {
        assert_eq!(place("crates/scripts/post/tests/config.rs"), Some(("post", "config")));
        assert_eq!(place("tests/tests/system/access.rs"), Some(("tests", "system/access")));
        assert_eq!(place("crates/api/src/tasks/mod.rs"), Some(("api", "tasks")));
    }
}
