//! The version of an app and the size of the display.

use tikmatrix_domain::clean_to;

use super::command::{AndroidError, refused, run, run_briefly};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::shell_quote::shell_word;

/// The longest version of an app, in characters.
const MAX_VERSION: usize = 100;

/// Returns the version of an installed app, such as `43.1.4`; `None` when it is not installed.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn version_name(
    phone: &Phone,
    package: &str,
    deadline: Deadline,
) -> Result<Option<String>, AndroidError> {
    let command = format!("dumpsys package {}", shell_word(package));
    let output = run(phone, &format!("report the version of {package}"), &command, deadline).await?;
    let version = output.lines().find_map(|line| line.trim().strip_prefix("versionName="));
    Ok(version.map(|version| clean_to(version, MAX_VERSION)))
}

/// Returns the display's width and height in pixels, as apps see it.
///
/// # Errors
/// [`AndroidError::Refused`] when the phone's answer holds no size.
pub async fn screen_size(phone: &Phone, deadline: Deadline) -> Result<(u32, u32), AndroidError> {
    let output = run_briefly(phone, "report the size of its screen", "wm size", deadline).await?;
    size_in(&output).ok_or_else(|| refused("report the size of its screen", &output))
}

fn size_in(output: &str) -> Option<(u32, u32)> {
    let after = |label: &str| output.lines().find_map(|line| line.trim().strip_prefix(label));
    let (width, height) =
        after("Override size:").or_else(|| after("Physical size:"))?.trim().split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_of_the_size_wins() {
        assert_eq!(size_in("Physical size: 1440x3200\nOverride size: 1080x2400\n"), Some((1080, 2400)));
        assert_eq!(size_in("Physical size: 720x1440"), Some((720, 1440)));
        assert_eq!(size_in("no size"), None);
    }
}
