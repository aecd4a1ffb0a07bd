//! Protects the sentence: the typed client reads every page of a list, files, events and errors, and its example runs
//! against a real server.

use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::Outcome;
use tikmatrix_client::api::accounts::{AccountQuery, NewAccount};
use tikmatrix_client::api::audit::AuditQuery;
use tikmatrix_client::api::events::EventQuery;
use tikmatrix_client::api::materials::MaterialQuery;
use tikmatrix_client::api::tasks::{NewTasks, TaskPage, TaskQuery};
use tikmatrix_client::{Error, Event};

use crate::harness::{Server, Video};

#[expect(dead_code, reason = "the main function of the example reads the command line")]
#[path = "../../../../crates/client/examples/follow.rs"]
mod example;

#[test]
fn the_example_follows_an_account_and_sees_the_end_of_its_task() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let detail = example::follow(&server.client, "virtual-1", "sample_user_1").unwrap();
    assert_eq!(detail.task.outcome, Some(Outcome::Succeeded.into()), "{detail:#?}");
    assert_eq!(server.following("virtual-1"), ["sample_user_1"]);
}

#[test]
fn lists_are_read_page_by_page_to_their_end() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let users: Vec<String> = (0..45).map(|number| format!("user_{number}")).collect();
    let ids = server.create_for(&["a"], "follow", json!({"target_users": users}));
    let page = TaskPage { page_size: Some(20), ..TaskPage::default() };
    let query = TaskQuery { page, ..TaskQuery::default() };
    let mut read: Vec<i64> = server.client.tasks().all(query).map(|task| task.unwrap().id).collect();
    read.reverse();
    assert_eq!(read, ids);
    for number in 0..5 {
        let account = NewAccount::new(format!("account_{number}"));
        server.client.accounts().create(&account).unwrap();
    }
    let query = AccountQuery { page_size: Some(2), ..AccountQuery::default() };
    let names: Vec<String> =
        server.client.accounts().all(query).map(|account| account.unwrap().username).collect();
    assert_eq!(names, ["account_0", "account_1", "account_2", "account_3", "account_4"]);
    assert_eq!(server.client.materials().all(MaterialQuery::default()).count(), 0);
}

#[test]
fn files_arrive_as_they_were_sent_and_the_settings_scripts_and_licence_are_read() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let video = Video::make(directory.path(), "video.mp4");
    let material = server.upload(&video, &json!({"tags": ["one"]}));
    assert_eq!((&material.sha256, &material.tags), (&video.sha256, &vec!["one".to_owned()]));
    let content = server.client.materials().content(material.id).unwrap();
    assert_eq!((content.content_type.as_str(), content.size), ("video/mp4", Some(material.size)));
    assert_eq!(content.into_bytes().unwrap(), std::fs::read(video.path()).unwrap());
    assert!(!server.client.settings().unwrap().paused);
    let audit: Vec<_> = server.client.audit().all(AuditQuery::default()).map(Result::unwrap).collect();
    assert_eq!((audit.len(), audit[0].operation.as_str()), (1, "uploadMaterials"));
    assert!(server.client.license().unwrap().api_enabled);
    assert_eq!(server.client.health().unwrap().status, "ok");
    assert_eq!(server.client.scripts().get("post").unwrap().name, "post");
    assert!(server.client.metrics().unwrap().contains("# TYPE"));
    assert_eq!(server.client.openapi().unwrap()["info"]["title"], "TikMatrix");
}

#[test]
fn a_refusal_has_its_code_and_every_problem_and_events_continue_after_the_last_known_one() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let wrong = NewTasks { priority: Some(1000), ..NewTasks::new("post", json!({"content_type": 7})) };
    let Err(Error::Refused(refusal)) = server.client.tasks().create(&wrong) else {
        panic!("the request was carried out")
    };
    assert_eq!((refusal.status, refusal.code), (400, 40001));
    let mut fields: Vec<&str> = refusal.problems.iter().map(|problem| problem.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["priority", "script_config.content_type", "serials"], "{refusal}");

    let ids = server.create_for(&["a"], "follow", json!({"target_users": ["one", "two"]}));
    let mut events =
        server.client.events(&EventQuery { last_event_id: Some(0), ..EventQuery::default() }).unwrap();
    let Event::Change { data, .. } = events.next().unwrap().unwrap() else { panic!("a reset") };
    assert_eq!(data.task_id, Some(ids[0]));
    let query = EventQuery { last_event_id: events.last_event_id(), ..EventQuery::default() };
    let Event::Change { data, .. } = server.client.events(&query).unwrap().next().unwrap().unwrap() else {
        panic!("a reset")
    };
    assert_eq!(data.task_id, Some(ids[1]), "the stream continues where the first one was left");
}
