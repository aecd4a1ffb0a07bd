//! Protects the sentence: `follow` and `unfollow` make one task for each user, and the oracle shows exactly who is
//! followed.

use serde_json::json;
use tempfile::tempdir;

use crate::harness::Server;

const SERIALS: [&str; 2] = ["virtual-1", "virtual-2"];

#[test]
fn three_users_on_two_phones_are_six_tasks_and_unfollow_takes_one_of_them_away() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let users = json!(["@sample_user_1", "Sample_User_2", "sample_user_1", "fan_3"]);
    let ids = server.create_for(&SERIALS, "follow", json!({"target_users": users}));
    assert_eq!(ids.len(), 6, "each user once for each phone");
    for id in &ids {
        let task = server.completed(*id);
        assert!(task.task.remark.as_deref().unwrap().starts_with("followed @"), "{task:#?}");
    }
    for serial in SERIALS {
        let mut following = server.following(serial);
        following.sort();
        assert_eq!(following, ["fan_3", "sample_user_1", "sample_user_2"], "{serial}");
    }
    for id in server.create_for(&SERIALS, "unfollow", json!({"target_user": "sample_user_2"})) {
        server.completed(id);
    }
    for serial in SERIALS {
        let mut following = server.following(serial);
        following.sort();
        assert_eq!(following, ["fan_3", "sample_user_1"], "{serial}");
    }
}

#[test]
fn the_remarks_of_the_contract_come_to_the_letter() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let names = "sample_user_1,private_1\nmissing_1";
    for remarks in [
        ["followed @sample_user_1, and seen on the profile", "requested", "user not found: @missing_1"],
        ["already following", "requested", "user not found: @missing_1"],
    ] {
        let ids = server.create_for(&SERIALS, "follow", json!({"target_username": names}));
        for (index, id) in ids.into_iter().enumerate() {
            let remark = remarks[index % 3];
            let task =
                if remark.starts_with("user not found") { server.failed(id) } else { server.completed(id) };
            assert_eq!(task.task.remark.as_deref(), Some(remark), "{task:#?}");
        }
    }
    for serial in SERIALS {
        assert_eq!(server.following(serial), ["sample_user_1"], "a request is no follow");
    }
}

#[test]
fn what_is_wrong_with_the_configuration_is_told_by_its_field() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    for (script, config, message) in [
        ("follow", json!({}), "script_config.target_users: at least one user is required"),
        ("follow", json!({"target_usr": "one"}), "did you mean target_user?"),
        ("unfollow", json!({"target_user": "one", "action": "follow"}), "contradicts the script unfollow"),
    ] {
        let body = json!({"serials": ["virtual-1"], "script_name": script, "script_config": config});
        let answer = server.post("/api/v1/task", &body);
        assert_eq!((answer.status, &answer.body["code"]), (400, &json!(40001)), "{answer:?}");
        assert!(
            answer.body["message"].as_str().unwrap().contains(message),
            "{message:?} is not in {answer:?}"
        );
    }
    assert_eq!(server.get("/api/v1/task/stats").body["data"]["total"], 0);
}
