//! Tests of the expansion of requests.

use super::*;

fn request(recipients: Recipients, targets: usize) -> TaskRequest {
    let target = |number| Target::new(None, format!("{{\"n\":{number}}}"));
    TaskRequest {
        recipients,
        groups: Vec::new(),
        script: ScriptName::new("post").unwrap(),
        targets: (0..targets).map(target).collect(),
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 0,
        options: TaskOptions::default(),
    }
}

fn serials(names: &[&str]) -> Recipients {
    Recipients::Devices(names.iter().map(|name| Serial::new(name).unwrap()).collect())
}

#[test]
fn devices_are_outermost_and_duplicates_are_folded() {
    let tasks = request(serials(&["b", "a", "b"]), 2).fan_out(&AccountsByDevice::new()).unwrap().tasks;
    let made: Vec<(&str, &str)> =
        tasks.iter().map(|task| (task.serial.as_ref().unwrap().as_str(), &*task.script_config)).collect();
    assert_eq!(made, [("b", "{\"n\":0}"), ("b", "{\"n\":1}"), ("a", "{\"n\":0}"), ("a", "{\"n\":1}")]);
}

#[test]
fn spellings_of_one_account_are_one_recipient() {
    let names = ["@Maker", "maker", "other"].map(|name| Username::new(name).unwrap());
    let tasks =
        request(Recipients::Accounts(names.to_vec()), 1).fan_out(&AccountsByDevice::new()).unwrap().tasks;
    let usernames: Vec<&str> = tasks.iter().map(|task| task.username.as_ref().unwrap().as_str()).collect();
    assert_eq!(usernames, ["maker", "other"]);
    assert!(tasks.iter().all(|task| task.serial.is_none()));
}

#[test]
fn more_tasks_than_one_request_may_make_are_refused_by_number() {
    let names: Vec<String> = (0..100).map(|number| format!("p{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(
        request(serials(&names), 100).fan_out(&AccountsByDevice::new()).unwrap().tasks.len(),
        MAX_TASKS_PER_REQUEST
    );
    assert_eq!(
        request(serials(&names), 101).fan_out(&AccountsByDevice::new()),
        Err(OversizedRequest::Tasks { count: 10_100 })
    );
}

fn app_id(name: &str) -> AppId {
    AppId::new(name).unwrap()
}

fn account(name: &str, app: &str, enabled: bool) -> BoundAccount {
    BoundAccount { username: Username::new(name).unwrap(), app: app_id(app), enabled }
}

/// Expands a request for the accounts of these devices with a target for any app and one for Instagram. Returns its
/// tasks as device, account, app and target.
fn for_accounts_of(names: &[&str], accounts: &AccountsByDevice) -> (Vec<String>, Vec<SkippedDevice>) {
    let Recipients::Devices(phones) = serials(names) else { unreachable!() };
    let mut request = request(Recipients::AccountsOfDevices(phones), 2);
    request.targets[1].app = Some(app_id("instagram"));
    let FanOut { tasks, skipped, .. } = request.fan_out(accounts).unwrap();
    let made = tasks.iter().map(|task| {
        let username = task.username.as_ref().map_or("-", Username::as_str);
        let app = task.app.as_ref().map_or("-", AppId::as_str);
        format!("{} {username} {app} {}", task.serial.as_ref().unwrap(), task.script_config)
    });
    (made.collect(), skipped)
}

#[test]
fn every_account_of_a_phone_gets_the_targets_of_its_app_and_a_phone_without_one_its_signed_in_account() {
    let accounts = AccountsByDevice::from([(
        Serial::new("a").unwrap(),
        vec![account("x", "tiktok", true), account("y", "instagram", true)],
    )]);
    let (made, skipped) = for_accounts_of(&["a", "b", "a"], &accounts);
    assert_eq!(
        made,
        [
            r#"a x tiktok {"n":0}"#,
            r#"a y instagram {"n":0}"#,
            r#"a y instagram {"n":1}"#,
            r#"b - - {"n":0}"#,
            r#"b - instagram {"n":1}"#,
        ]
    );
    assert_eq!(skipped, []);
}

#[test]
fn a_disabled_account_gets_nothing_and_keeps_its_phone_from_being_one_without_an_account() {
    let [all, some, other] = ["all", "some", "other"].map(|name| Serial::new(name).unwrap());
    let accounts = AccountsByDevice::from([
        (all.clone(), vec![account("x", "tiktok", false), account("y", "instagram", false)]),
        (some.clone(), vec![account("x", "tiktok", true), account("y", "instagram", false)]),
        (other.clone(), vec![account("x", "tiktok", false)]),
    ]);
    let (made, skipped) = for_accounts_of(&["all", "some", "other"], &accounts);
    assert_eq!(made, [r#"some x tiktok {"n":0}"#, r#"other - instagram {"n":1}"#]);
    let passed = |serial: &Serial, app| SkippedDevice { serial: serial.clone(), app };
    let instagram = Some(app_id("instagram"));
    let wanted =
        [passed(&all, None), passed(&all, instagram), passed(&some, instagram), passed(&other, None)];
    assert_eq!(skipped, wanted);
}

#[test]
fn a_distributed_request_has_so_many_tasks_on_its_recipients_in_turn() {
    let made = |recipients, targets, count| {
        let request = TaskRequest { distribute: Some(count), ..request(recipients, targets) };
        let tasks = request.fan_out(&AccountsByDevice::new()).unwrap().tasks;
        let made = tasks.iter().map(|task| {
            let name = task.serial.as_ref().map(Serial::as_str);
            let name = name.or(task.username.as_ref().map(Username::as_str));
            format!("{} {}", name.unwrap(), task.script_config)
        });
        made.collect::<Vec<_>>()
    };
    let shared = ["a", "b", "c", "a", "b"].map(|name| format!("{name} {{\"n\":0}}"));
    assert_eq!(made(serials(&["a", "b", "a", "c"]), 1, 5), shared);
    let own = ["a {\"n\":0}", "b {\"n\":1}", "a {\"n\":2}"];
    assert_eq!(made(serials(&["a", "b"]), 3, 3), own);
    let accounts = Recipients::Accounts(["x", "y", "z"].map(|name| Username::new(name).unwrap()).to_vec());
    assert_eq!(made(accounts, 1, 2), ["x {\"n\":0}", "y {\"n\":0}"], "fewer than recipients");
    let accounts = Recipients::Accounts(Vec::new());
    assert_eq!(made(accounts, 1, 2), [""; 0]);
}

#[test]
fn a_distributed_request_goes_to_every_enabled_account_in_turn() {
    let accounts = AccountsByDevice::from([(
        Serial::new("a").unwrap(),
        vec![account("x", "tiktok", true), account("y", "tiktok", false), account("z", "tiktok", true)],
    )]);
    let Recipients::Devices(phones) = serials(&["a", "b"]) else { unreachable!() };
    let request = TaskRequest { distribute: Some(4), ..request(Recipients::AccountsOfDevices(phones), 1) };
    let tasks = request.fan_out(&accounts).unwrap().tasks;
    let made: Vec<Option<&str>> =
        tasks.iter().map(|task| task.username.as_ref().map(Username::as_str)).collect();
    assert_eq!(made, [Some("x"), Some("z"), None, Some("x")]);
}

#[test]
fn what_is_too_much_is_refused_before_it_is_made() {
    let distributed = |count| {
        let request = TaskRequest { distribute: Some(count), ..request(serials(&["a"]), 1) };
        request.fan_out(&AccountsByDevice::new()).map(|made| made.tasks.len())
    };
    assert_eq!(distributed(10_000), Ok(10_000));
    assert_eq!(distributed(u32::MAX), Err(OversizedRequest::Tasks { count: 4_294_967_295 }));
    let mut large = request(serials(&["a", "b"]), 1);
    large.targets[0].script_config = "x".repeat(MAX_REQUEST_BYTES / 2).into();
    assert!(large.fan_out(&AccountsByDevice::new()).is_ok());
    large.targets[0].script_config = "x".repeat(MAX_REQUEST_BYTES / 2 + 1).into();
    let bytes = MAX_REQUEST_BYTES + 2;
    assert_eq!(large.fan_out(&AccountsByDevice::new()), Err(OversizedRequest::Configs { bytes }));
}
