//! Starting and stopping apps, and the app in the foreground. `am` exits with 0 always, so its output is read.

use super::command::{AndroidError, refused, run};
use super::input::{Key, press};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::shell_quote::shell_word;

/// A request to an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intent {
    /// The action, such as `android.intent.action.SEND`.
    pub action: Option<String>,
    /// The data, a URI.
    pub data: Option<String>,
    /// The media type of the data.
    pub mime: Option<String>,
    /// The app and its activity, `package/class`.
    pub component: Option<String>,
    /// The app, when any of its activities may handle it.
    pub package: Option<String>,
    /// The URI of a file that the app may read.
    pub stream: Option<String>,
}

impl Intent {
    fn arguments(&self) -> String {
        let options = [
            ("-a", &self.action),
            ("-d", &self.data),
            ("-t", &self.mime),
            ("--eu android.intent.extra.STREAM", &self.stream),
            ("-n", &self.component),
            ("-p", &self.package),
        ];
        let mut arguments = String::new();
        for (option, value) in options {
            if let Some(value) = value {
                arguments.extend([" ", option, " ", &shell_word(value)]);
            }
        }
        if self.stream.is_some() {
            arguments.push_str(" --grant-read-uri-permission");
        }
        arguments
    }
}

/// Starts an activity.
///
/// # Errors
/// [`AndroidError::Refused`] with Android's reason when nothing was started.
pub async fn start(phone: &Phone, intent: &Intent, deadline: Deadline) -> Result<(), AndroidError> {
    let attempt = match (&intent.component, &intent.package, &intent.action) {
        (Some(target), _, _) | (None, Some(target), _) | (None, None, Some(target)) => {
            format!("start {target}")
        }
        (None, None, None) => "start an app".to_owned(),
    };
    let output = run(phone, &attempt, &format!("am start{}", intent.arguments()), deadline).await?;
    match start_refusal(&output) {
        Some(said) => Err(refused(attempt, &said)),
        None => Ok(()),
    }
}

/// Returns the reason that `am start` printed, if it started nothing. `…brought to the front` is a success.
fn start_refusal(output: &str) -> Option<String> {
    const SIGNS: [&str; 5] = ["Error:", "Error type", "does not exist", "Exception", "Permission Denial"];
    output.lines().map(str::trim).find(|line| SIGNS.iter().any(|sign| line.contains(sign))).map(str::to_owned)
}

/// Stops an app.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn force_stop(phone: &Phone, package: &str, deadline: Deadline) -> Result<(), AndroidError> {
    let command = format!("am force-stop {}", shell_word(package));
    run(phone, &format!("close {package}"), &command, deadline).await.map(drop)
}

/// Shows the home screen.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn go_home(phone: &Phone, deadline: Deadline) -> Result<(), AndroidError> {
    press(phone, Key::Home, deadline).await
}

/// The activity in the foreground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// The app.
    pub package: String,
    /// Its activity, as Android writes it.
    pub activity: String,
}

/// Returns the activity in the foreground, if any window has the focus.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn focus(phone: &Phone, deadline: Deadline) -> Result<Option<Focus>, AndroidError> {
    let windows = run(phone, "report the app in the foreground", "dumpsys window", deadline).await?;
    if let Some(focus) = focus_in(&windows, &["mCurrentFocus="]) {
        return Ok(Some(focus));
    }
    let activities =
        run(phone, "report the app in the foreground", "dumpsys activity activities", deadline).await?;
    Ok(focus_in(&activities, &["topResumedActivity", "mResumedActivity", "ResumedActivity"]))
}

/// Returns the last `package/activity` after one of the markers; Android lists a window for each display, null ones included.
fn focus_in(output: &str, signs: &[&str]) -> Option<Focus> {
    let mut named = output.lines().filter_map(|line| {
        let sign = signs.iter().find_map(|sign| line.split_once(sign))?;
        sign.1.split([' ', '{', '}']).find_map(|word| word.split_once('/'))
    });
    named
        .next_back()
        .map(|(package, activity)| Focus { package: package.to_owned(), activity: activity.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_start_is_seen_although_am_exits_0() {
        let unable =
            "Starting: Intent { act=x }\nError: Activity not started, unable to resolve Intent { act=x }\n";
        assert!(start_refusal(unable).unwrap().starts_with("Error: Activity not started"));
        assert!(start_refusal("Error type 3\nError: Activity class {a/b} does not exist.").is_some());
        assert!(start_refusal("java.lang.SecurityException: Permission Denial: starting Intent").is_some());
        let front = "Warning: Activity not started, intent has been delivered to currently running top-most instance.";
        assert_eq!(start_refusal(front), None);
        assert_eq!(
            start_refusal("Warning: Activity not started, its current task has been brought to the front"),
            None
        );
    }

    #[test]
    fn the_last_window_that_is_not_null_is_in_front() {
        let dump = "  mCurrentFocus=null\n  mCurrentFocus=Window{5f2 u10 com.example/com.example.Main}\n";
        let focus = focus_in(dump, &["mCurrentFocus="]).unwrap();
        assert_eq!((focus.package.as_str(), focus.activity.as_str()), ("com.example", "com.example.Main"));
        assert_eq!(focus_in("  mCurrentFocus=null\n", &["mCurrentFocus="]), None);
        let resumed = "    mResumedActivity: ActivityRecord{a1 u0 com.example/.Main t12}";
        assert_eq!(focus_in(resumed, &["mResumedActivity"]).unwrap().activity, ".Main");
    }

    #[test]
    fn what_comes_from_outside_is_quoted() {
        let intent = Intent { data: Some("x'; reboot '".into()), ..Intent::default() };
        assert_eq!(intent.arguments(), format!(" -d {}", shell_word("x'; reboot '")));
    }
}
