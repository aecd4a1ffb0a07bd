//! `dumpsys`, `svc`, `logcat`: the state of Android's services that automation reads.

use std::time::Duration;

use crate::commands::android::package;
use crate::shell::session::Invocation;
use crate::ui::{SCREEN_HEIGHT, SCREEN_WIDTH};

const MAX_FOLLOW: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn dumpsys(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let mut words = words.into_iter();
    let text = match words.next() {
        Some("window") => window(invocation),
        Some("activity") => activities(invocation),
        Some("package") => match words.next() {
            Some(name) => package_text(invocation, name),
            None => "Packages:\n".to_owned(),
        },
        Some("battery") => BATTERY.to_owned(),
        Some("input_method") => {
            let windows = invocation.machine().windows();
            let (current, shown) = (windows.keyboard.component().to_owned(), windows.keyboard.is_open);
            format!("Current Input Method Manager state:\n  mCurMethodId={current}\n  mInputShown={shown}\n")
        }
        Some("power") => {
            let is_awake = invocation.machine().windows().layers.lock.is_awake();
            let wakefulness = if is_awake { "Awake" } else { "Asleep" };
            format!("POWER MANAGER (dumpsys power)\n  mWakefulness={wakefulness}\n  mStayOn=false\n")
        }
        Some("display") => display(invocation),
        Some("-l") | None => "Currently running services:\n  activity\n  package\n  window\n".to_owned(),
        Some(other) => {
            invocation.print_error(format!("Can't find service: {other}"));
            return 0;
        }
    };
    u8::from(!invocation.print(text))
}

/// The focused window's package and activity, the class in full.
fn focus(invocation: &Invocation<'_>) -> (String, String) {
    let scene = invocation.machine().windows().scene();
    (scene.package, scene.activity)
}

/// A number like those in braces, which stays the same for a window.
fn identity(text: &str) -> String {
    let sum = text.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("{:07x}", sum & 0x0fff_ffff)
}

fn window(invocation: &Invocation<'_>) -> String {
    let (package, activity) = focus(invocation);
    let is_locked = invocation.machine().windows().layers.lock.is_locked();
    // The lock screen is in the window of the notifications, which is no activity's.
    let name = if is_locked { "NotificationShade".to_owned() } else { format!("{package}/{activity}") };
    let short = crate::ui::Component::new(&package, &activity).short();
    format!(
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n  Display: mDisplayId=0\n    \
         init=1080x2400 420dpi cur=1080x2400 app=1080x2400\n\
         WINDOW MANAGER WINDOWS (dumpsys window windows)\n  \
         mCurrentFocus=Window{{{} u0 {name}}}\n  \
         mFocusedApp=ActivityRecord{{{} u0 {short} t12}}\n\
         WINDOW MANAGER POLICY STATE (dumpsys window policy)\n  \
         mDreamingLockscreen={is_locked} isKeyguardShowing={is_locked}\n",
        identity(&name),
        identity(&short),
    )
}

fn display(invocation: &Invocation<'_>) -> String {
    let state = if invocation.machine().windows().layers.lock.is_awake() { "ON" } else { "OFF" };
    let (width, height) = (SCREEN_WIDTH, SCREEN_HEIGHT);
    format!(
        "DISPLAY MANAGER (dumpsys display)\n  mScreenState={state}\n  mViewports=[DisplayViewport{{type=INTERNAL, \
         valid=true, isActive=true, displayId=0, uniqueId='local:0', physicalPort=0, orientation=0, \
         logicalFrame=Rect(0, 0 - {width}, {height}), physicalFrame=Rect(0, 0 - {width}, {height}), \
         deviceWidth={width}, deviceHeight={height}}}]\n"
    )
}

fn activities(invocation: &Invocation<'_>) -> String {
    let (package, activity) = focus(invocation);
    let short = crate::ui::Component::new(&package, &activity).short();
    let record = format!("ActivityRecord{{{} u0 {short} t12}}", identity(&short));
    format!(
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\nDisplay #0 (activities from top to bottom):\n  \
         topResumedActivity={record}\n  * Hist #0: {record}\n  ResumedActivity: {record}\n"
    )
}

fn package_text(invocation: &Invocation<'_>, name: &str) -> String {
    if !package::is_there(invocation, name) {
        return format!("Unable to find package: {name}\n");
    }
    let apps = invocation.machine().windows().tasks().apps.identities();
    let version = apps.iter().find(|app| app.package == name).map_or("13", |app| app.version);
    let identity = identity(name);
    format!(
        "Packages:\n  Package [{name}] ({identity}):\n    userId=10100\n    versionCode=1 minSdk=24 targetSdk=33\n    \
         versionName={version}\n    firstInstallTime=2023-01-05 00:00:00\n"
    )
}

/// `svc wifi enable` and the like print nothing.
pub(crate) fn svc(invocation: &mut Invocation<'_>) -> u8 {
    match invocation.arguments.first().map(String::as_str) {
        Some("power" | "data" | "wifi" | "usb" | "nfc" | "bluetooth") => 0,
        _ => {
            invocation.print_error("Available commands:\n    help\n    power\n    data\n    wifi");
            255
        }
    }
}

/// `logcat -d` prints the log; without `-d` it follows the log.
pub(crate) fn logcat(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    if words.contains(&"-c") {
        return 0;
    }
    let now = invocation.machine().now().format("%m-%d %H:%M:%S%.3f");
    let (package, activity) = focus(invocation);
    invocation.print(format!(
        "--------- beginning of main\n{now}   612   640 I ActivityTaskManager: Displayed {package}/{activity}\n"
    ));
    if !words.iter().any(|word| matches!(*word, "-d" | "-t")) {
        invocation.session.stop.sleep(MAX_FOLLOW);
    }
    0
}

const BATTERY: &str = "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  \
Wireless powered: false\n  status: 2\n  health: 2\n  present: true\n  level: 87\n  scale: 100\n  \
voltage: 4180\n  temperature: 284\n  technology: Li-ion\n";
