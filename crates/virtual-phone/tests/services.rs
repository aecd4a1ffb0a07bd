//! Android's services as the engine uses them: media, keyboards, activities, the screen.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use serde_json::{Value, json};
use tikmatrix_device::deadline::Deadline;
use tikmatrix_device::phone::{Phone, PushOptions};
use tikmatrix_virtual_phone::{CableFault, Change, Farm, FarmOptions, Fault, Rewriting, control};

struct Bench {
    farm: Farm,
    phone: Phone,
}

impl Bench {
    async fn start() -> Self {
        let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
        let address = farm.phones()[0].address().to_string();
        let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(20))).await.unwrap();
        Self { farm, phone }
    }

    /// Runs a line and returns its output and errors.
    async fn run(&self, line: &str) -> String {
        let output = self.phone.shell(line, Deadline::after(Duration::from_secs(20))).await.unwrap();
        format!("{}{}", output.stdout_text(), output.stderr_text())
    }

    /// Taps the refusal in the dialog that the app's first start opens.
    async fn refuse_permission(&self) {
        let tree = self.run("uiautomator dump /sdcard/d.xml >/dev/null; cat /sdcard/d.xml").await;
        let (_, button) = tree.split_once("permission_deny_button").expect(&tree);
        let (_, bounds) = button.split_once("bounds=\"[").unwrap();
        let corner: Vec<i32> =
            bounds.split([',', ']', '[']).filter_map(|number| number.parse().ok()).take(4).collect();
        let (x, y) = (corner[0].midpoint(corner[2]), corner[1].midpoint(corner[3]));
        assert_eq!(self.run(&format!("input tap {x} {y}")).await, "");
    }
}

/// The ids by which a host tells phones apart, as the phone's shell prints them.
const IDENTITY: &str =
    "cat /proc/sys/kernel/random/boot_id; settings get secure android_id; getprop ro.serialno";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_has_ids_of_its_own_and_another_boot_id_after_a_restart() {
    let farm = Farm::start(FarmOptions { count: 2, first_port: None, seed: 1 }).await.unwrap();
    let identity = async |index: usize| {
        let (address, soon) = (farm.phones()[index].address(), Deadline::after(Duration::from_secs(20)));
        let phone = Phone::connect(&address.to_string(), soon).await.unwrap();
        let output = phone.shell(IDENTITY, soon).await.unwrap().stdout_text().into_owned();
        let lines: Vec<String> = output.lines().map(str::to_owned).collect();
        <[String; 3]>::try_from(lines).unwrap()
    };
    let ([boot, android, _], [other_boot, other_android, _]) = (identity(0).await, identity(1).await);
    assert!(boot.len() == 36 && android.len() == 16, "{boot} {android}");
    assert!(boot != other_boot && android != other_android);
    farm.phones()[0].arm(Fault::Cable(CableFault::Reboot { seconds: 0 }));
    let [boot_after, android_after, _] = identity(0).await;
    assert!(boot_after != boot && android_after == android);
    for phone in farm.phones() {
        phone.report_serial("0123456789ABCDEF");
    }
    assert_eq!(identity(0).await[2], "0123456789ABCDEF");
    assert_eq!(identity(0).await[2], identity(1).await[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_file_is_scanned_found_shared_and_deleted() {
    let bench = Bench::start().await;
    let path = "/storage/emulated/0/DCIM/Camera/x.mp4";
    let deadline = Deadline::after(Duration::from_secs(20));
    bench.phone.files().push(&b"abc"[..], path, PushOptions::default(), |_| {}, deadline).await.unwrap();
    let query = "content query --uri content://media/external/video/media --projection _id \
                 --where \"_display_name='x.mp4'\"";
    assert_eq!(bench.run(query).await, "No result found.\n");
    let scan = format!("touch {path} && content call --uri content://media --method scan_file --arg {path}");
    assert!(
        bench
            .run(&scan)
            .await
            .starts_with("Result: Bundle[{uri=content://media/external_primary/video/media/")
    );
    let row = bench.run(query).await;
    let id = row.strip_prefix("Row: 0 _id=").expect(&row).trim();
    let start = format!(
        "am start -a android.intent.action.SEND -t video/mp4 --eu android.intent.extra.STREAM \
         content://media/external/video/media/{id} --grant-read-uri-permission \
         -n com.zhiliaoapp.musically/com.ss.android.ugc.aweme.share.SystemShareActivity"
    );
    let started = bench.run(&start).await;
    assert!(started.starts_with("Starting: Intent {") && !started.contains("Error"), "{started}");
    assert!(bench.run("dumpsys window").await.contains("mCurrentFocus=Window{"));
    let focus = bench.run("dumpsys window | grep mCurrentFocus").await;
    assert!(focus.contains("u0 com.google.android.permissioncontroller/"), "{focus}");
    bench
        .run("content delete --uri content://media/external/video/media --where \"_display_name='x.mp4'\"")
        .await;
    assert_eq!(bench.run(query).await, "No result found.\n");
    assert_eq!(bench.run(&format!("ls {path}")).await, format!("ls: {path}: No such file or directory\n"));
    let broken =
        bench.run("content query --uri content://media/external/video/media --where \"x' OR 1\"").await;
    assert!(broken.contains("SQLiteException"), "{broken}");
    bench.farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn am_hands_over_one_file_and_no_list_of_files() {
    let bench = Bench::start().await;
    let path = "/storage/emulated/0/DCIM/Camera/x.png";
    bench
        .run(&format!(
            "echo x > {path} && content call --uri content://media --method scan_file --arg {path}"
        ))
        .await;
    let row = bench.run("content query --uri content://media/external/images/media --projection _id").await;
    let uri = format!("content://media/external/images/media/{}", row.rsplit('=').next().unwrap().trim());
    let screen = "uiautomator dump /sdcard/x.xml >/dev/null && cat /sdcard/x.xml";
    for (action, stream, is_taken) in [
        ("SEND", format!("--eu android.intent.extra.STREAM {uri}"), true),
        ("SEND_MULTIPLE", format!("--eu android.intent.extra.STREAM {uri}"), false),
        ("SEND_MULTIPLE", format!("--esal android.intent.extra.STREAM {uri},{uri}"), false),
        // The second value of an extra replaces the first.
        (
            "SEND",
            format!("--eu android.intent.extra.STREAM x:y --eu android.intent.extra.STREAM {uri}"),
            true,
        ),
    ] {
        bench.run("am force-stop com.zhiliaoapp.musically").await;
        let start = format!(
            "am start -a android.intent.action.{action} -t image/png {stream} --grant-read-uri-permission \
             -n com.zhiliaoapp.musically/com.ss.android.ugc.aweme.share.SystemShareActivity"
        );
        assert!(bench.run(&start).await.starts_with("Starting: Intent {"));
        // The permission that the first start alone asks for.
        if bench.run("dumpsys window | grep mCurrentFocus").await.contains("permissioncontroller") {
            bench.run("input keyevent 4").await;
        }
        let seen = bench.run(screen).await;
        assert_eq!(seen.contains("Your Story"), is_taken, "{action} {stream}");
        assert_eq!(seen.contains("load the video. Try another one."), !is_taken, "{action} {stream}");
    }
    bench.farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_that_is_not_there_is_told_with_exit_status_0() {
    let bench = Bench::start().await;
    let missing = bench.run("am start -n a.b/.C; echo $?").await;
    assert_eq!(
        missing,
        "Starting: Intent { cmp=a.b/.C }\n0\nError type 3\nError: Activity class {a.b/a.b.C} does not exist.\n"
    );
    let unresolved = bench.run("am start -a x.Y -p a.b").await;
    assert!(
        unresolved.contains("Error: Activity not started, unable to resolve Intent { act=x.Y"),
        "{unresolved}"
    );
    bench.farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keyboards_are_enabled_selected_and_restored() {
    let bench = Bench::start().await;
    let get = "settings get secure default_input_method";
    let before = bench.run(get).await;
    let chosen = bench
        .run("ime enable com.android.adbkeyboard/.AdbIME; ime set com.android.adbkeyboard/.AdbIME")
        .await;
    assert_eq!(
        chosen,
        "Input method com.android.adbkeyboard/.AdbIME: now enabled for user #0\n\
         Input method com.android.adbkeyboard/.AdbIME selected for user #0\n"
    );
    assert_eq!(bench.run(get).await, "com.android.adbkeyboard/.AdbIME\n");
    bench.run("ime disable com.android.adbkeyboard/.AdbIME").await;
    assert_eq!(bench.run(get).await, before);
    bench.farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_screen_is_dumped_and_an_animated_one_leaves_no_file() {
    let bench = Bench::start().await;
    let dumped = bench.run("uiautomator dump /sdcard/w.xml").await;
    assert_eq!(dumped, "UI hierchary dumped to: /sdcard/w.xml\n");
    assert!(
        bench
            .run("cat /sdcard/w.xml")
            .await
            .starts_with("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>")
    );
    assert_eq!(bench.run("wm size").await, "Physical size: 1080x2400\n");
    bench.run("am start -p com.zhiliaoapp.musically").await;
    bench.refuse_permission().await;
    let refused =
        bench.run("rm -f /sdcard/w.xml; uiautomator dump /sdcard/w.xml; echo $?; ls /sdcard/w.xml").await;
    assert!(refused.contains("ERROR: ") && refused.starts_with("0\n"), "{refused}");
    assert!(refused.contains("ls: /sdcard/w.xml: No such file"), "{refused}");
    let (largest, soon) = (32 << 20, Deadline::after(Duration::from_secs(20)));
    let picture = bench.phone.shell_up_to("screencap", largest, soon).await.unwrap();
    assert_eq!(picture.stdout.len(), 16 + 1080 * 2400 * 4);
    bench.farm.shutdown().await;
}

#[actix_web::test]
async fn the_control_port_reports_phones_and_refuses_unknown_requests() {
    let farm = Farm::start(FarmOptions { count: 2, first_port: None, seed: 1 }).await.unwrap();
    let app =
        actix_web::test::init_service(actix_web::App::new().configure(control::configure(farm.clone())))
            .await;
    let get = actix_web::test::TestRequest::get().uri("/phones").to_request();
    let phones: Value = actix_web::test::call_and_read_body_json(&app, get).await;
    assert_eq!(phones[1]["serial"], "virtual-2");
    assert_eq!(phones[1]["address"], farm.phones()[1].address().to_string());
    assert!(phones[0]["apps"]["tiktok"]["accounts"][0]["posts"].is_array(), "{phones}");
    for (serial, body, status) in [
        ("virtual-1", json!({"fault": "popup", "kind": "rate"}), 200),
        ("virtual-1", json!({"fault": "slow_upload", "seconds": 5}), 200),
        ("virtual-1", json!({"fault": "disconnect"}), 200),
        ("virtual-1", json!({"fault": "explode"}), 400),
        ("virtual-1", json!({"fault": "popup"}), 400),
        ("virtual-1", json!("x"), 400),
        ("virtual-9", json!({"fault": "popup"}), 404),
    ] {
        let request =
            actix_web::test::TestRequest::post().uri(&format!("/phones/{serial}/faults")).set_json(&body);
        let answer = actix_web::test::call_service(&app, request.to_request()).await;
        assert_eq!(answer.status().as_u16(), status, "{serial} {body}");
    }
    for (body, status) in [
        (json!({"command": "date", "change": {"answer": "never"}}), 200),
        (json!({"command": "date", "change": {"forget": "it"}}), 400),
        (json!({"command": "date"}), 400),
    ] {
        let request =
            actix_web::test::TestRequest::post().uri("/phones/virtual-1/rewritings").set_json(&body);
        let answer = actix_web::test::call_service(&app, request.to_request()).await;
        assert_eq!(answer.status().as_u16(), status, "{body}");
    }
    let clear = actix_web::test::TestRequest::delete().uri("/phones/virtual-1/faults").to_request();
    assert!(actix_web::test::call_service(&app, clear).await.status().is_success());
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cable_rewrites_commands_and_answers_until_the_faults_are_cleared() {
    let bench = Bench::start().await;
    let phone = &bench.farm.phones()[0];
    let rewrite = |command: &str, change| {
        phone.rewrite(Rewriting { command: command.to_owned(), change });
    };
    rewrite("getprop ro.product.model", Change::Answer("Toaster 3\n".to_owned()));
    rewrite("reboot", Change::Run("echo no".to_owned()));
    let (text, by) = ("Awake".to_owned(), "Dozing".to_owned());
    rewrite("dumpsys power", Change::Replace { text, by });
    assert_eq!(bench.run("getprop ro.product.model").await, "Toaster 3\n");
    assert_eq!(bench.run("reboot").await, "no\n");
    assert!(bench.run("dumpsys power | grep mWake").await.contains("mWakefulness=Dozing"));
    assert!(!phone.commands().iter().any(|words| words[0] == "reboot"));
    phone.clear_faults();
    assert!(bench.run("dumpsys power").await.contains("mWakefulness=Awake"));
}
