//! What the role of a token allows, over every route.

use std::path::Path;
use std::sync::Arc;

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;
use tikmatrix_api::{NewToken, open_data};
use tikmatrix_domain::{Clock as _, Patch, Role, TokenName};

use crate::support::clock::SetClock;
use crate::support::endpoints::{Endpoint, endpoints, filled};
use crate::support::{Answer, Api, tokens};

/// What only an admin may do; everyone else reads, and an operator changes the rest.
const OF_ADMINS: [(&str, &str); 10] = [
    ("GET", "/api/v1/audit"),
    ("PATCH", "/api/v1/setting"),
    ("GET", "/api/v1/webhook"),
    ("POST", "/api/v1/webhook"),
    ("GET", "/api/v1/webhook/{webhook_id}"),
    ("PATCH", "/api/v1/webhook/{webhook_id}"),
    ("DELETE", "/api/v1/webhook/{webhook_id}"),
    ("POST", "/api/v1/webhook/{webhook_id}/test"),
    ("GET", "/api/v1/webhook/{webhook_id}/delivery"),
    ("POST", "/api/v1/webhook/{webhook_id}/delivery/{delivery_id}/redeliver"),
];

fn needed(endpoint: &Endpoint) -> Role {
    match endpoint.method {
        _ if OF_ADMINS.contains(&(endpoint.method, endpoint.path)) => Role::Admin,
        "GET" => Role::Viewer,
        _ => Role::Operator,
    }
}

/// A request that no route takes, so that nothing happens where the role allows it.
async fn ask(api: &Api, method: &str, path: &str, token: Option<&str>) -> Answer {
    let authorization = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(authorization.as_deref().map(|value| ("Authorization", value)));
    api.send(method, &format!("{path}?nothing=1"), &headers, Vec::new()).await
}

async fn a_token_of_each_role(directory: &Path) -> Vec<(Role, String)> {
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((*role, tokens::make(directory, &format!("the {role}"), *role, None).await));
    }
    tokens
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_answered_to_the_roles_that_it_needs_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = a_token_of_each_role(folder.path()).await;
    let api = Api::start_in(folder.path(), |config| config.require_token = true).await;
    for endpoint in endpoints() {
        let (needed, path) = (needed(&endpoint), filled(endpoint.path, "1"));
        for (role, token) in &tokens {
            let answer = ask(&api, endpoint.method, &path, Some(token)).await;
            let shown = format!("{} {path} as {role}: {answer:?}", endpoint.method);
            if *role >= needed {
                assert!(![401, 403].contains(&answer.status), "{shown}");
                continue;
            }
            assert_eq!((answer.status, answer.code()), (403, 40302), "{shown}");
            let words =
                [format!("needs the role {needed}"), format!("the token the {role} has the role {role}")];
            assert!(words.iter().all(|words| answer.message().contains(words)), "{shown}");
            assert!(answer.message().contains(&format!("--role {needed}")), "{shown}");
        }
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tokens_this_machine_may_do_everything() {
    let api = Api::start().await;
    for endpoint in endpoints() {
        let answer = ask(&api, endpoint.method, &filled(endpoint.path, "1"), None).await;
        assert!(![401, 403].contains(&answer.status), "{} {}: {answer:?}", endpoint.method, endpoint.path);
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_names_the_role_of_every_operation() {
    let api = Api::start().await;
    let document = api.get("/openapi.json").await.body;
    for endpoint in endpoints() {
        let operation = &document["paths"][endpoint.path][endpoint.method.to_lowercase()];
        let role = operation["security"][1]["token"][0].as_str();
        let told = operation["description"].as_str().unwrap_or_default();
        if endpoint.path == "/healthz" {
            assert_eq!((role, told.contains("Needs the role")), (None, false));
            continue;
        }
        let needed = needed(&endpoint);
        assert_eq!(role, Some(needed.as_str()), "{} {}", endpoint.method, endpoint.path);
        assert!(told.ends_with(&format!("Needs the role `{needed}`.")), "{told}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_an_address_leads_past_the_role() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = a_token_of_each_role(folder.path()).await;
    let api = Api::start_in(folder.path(), |config| config.require_token = true).await;
    let viewer = Some(tokens[0].1.as_str());
    for path in ["/api/v1/task", "/%61pi/v1/task", "/api/%761/t%61sk"] {
        assert_eq!(ask(&api, "POST", path, viewer).await.code(), 40302, "{path}");
    }
    assert_eq!(ask(&api, "PUT", "/api/v1/task", viewer).await.code(), 40501);
    assert_eq!(ask(&api, "POST", "/api/v1/nothing", viewer).await.code(), 40401);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_of_an_embedding_program_are_read_by_viewers_and_changed_by_admins() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = a_token_of_each_role(folder.path()).await;
    let api = Api::start_in(folder.path(), |config| {
        config.require_token = true;
        config.extra_routes = Arc::new(|config| {
            let answer = || async { HttpResponse::Ok().json(serde_json::json!({"code": 7})) };
            let own = web::resource("/own/{name}").route(web::get().to(answer)).route(web::post().to(answer));
            config.service(own);
        });
    })
    .await;
    for (role, token) in &tokens {
        assert_eq!(ask(&api, "GET", "/own/one", Some(token)).await.code(), 7, "{role}");
        let code = if *role == Role::Admin { 7 } else { 40302 };
        assert_eq!(ask(&api, "POST", "/%6fwn/one", Some(token)).await.code(), code, "{role}");
        assert_eq!(ask(&api, "POST", "/other", Some(token)).await.code(), 40401, "{role}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_file_has_the_role_that_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    let [reader, admin] = ["r", "a"].map(|letter| letter.repeat(40));
    std::fs::write(&file, format!("{admin}\n{reader} viewer\n")).unwrap();
    let api = Api::start_with(|config| config.token_file = Some(file)).await;
    assert_eq!(ask(&api, "PATCH", "/api/v1/setting", Some(&admin)).await.code(), 40001);
    let answer = ask(&api, "PATCH", "/api/v1/setting", Some(&reader)).await;
    assert_eq!(answer.code(), 40302);
    assert!(answer.message().contains("the token token file, line 2 has the role viewer"), "{answer:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refused_from_the_moment_at_which_it_expires_with_words_that_say_so() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), SetClock::new());
    let end = clock.now() + TimeDelta::hours(1);
    let short = tokens::make(folder.path(), "short", Role::Admin, Some(end)).await;
    let own = Arc::new(clock.clone());
    let api = Api::start_in(folder.path(), |config| {
        config.require_token = true;
        config.clock = own;
    })
    .await;
    let task = |token: &str| {
        let (token, api) = (token.to_owned(), &api);
        async move { ask(api, "GET", "/api/v1/task/stats", Some(&token)).await }
    };
    assert_eq!(task(&short).await.code(), 40001);
    clock.go_on(TimeDelta::minutes(30));

    // Another secret takes its place while the server runs.
    let store = open_data(folder.path(), None).unwrap();
    let new = NewToken::make(TokenName::new("short").unwrap(), Role::Viewer, clock.now()).unwrap();
    let grace = TimeDelta::minutes(10);
    store.tokens().rotate(new.kept, Patch::Clear, grace).await.unwrap().unwrap();
    assert_eq!((task(&short).await.code(), task(new.text.expose()).await.code()), (40001, 40001));
    clock.go_on(grace);
    let refused = task(&short).await;
    assert_eq!((refused.status, refused.code()), (401, 40101));
    assert!(refused.message().contains("was rotated") && refused.message().contains("UTC"), "{refused:?}");
    assert_eq!(task(new.text.expose()).await.code(), 40001);

    let brief =
        tokens::make(folder.path(), "brief", Role::Admin, Some(clock.now() + TimeDelta::hours(1))).await;
    clock.go_on(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
    assert_eq!(task(&brief).await.code(), 40001);
    clock.go_on(TimeDelta::milliseconds(1));
    let refused = task(&brief).await;
    assert_eq!((refused.status, refused.code()), (401, 40101));
    assert!(refused.message().contains("the token brief expired on "), "{refused:?}");
    api.stop().await;
}
