//! Videos on a phone: pushed under a name of this program, announced to MediaStore, found by their URI, and removed
//! completely.

use std::time::Duration;

use tokio::io::AsyncRead;

use super::command::{AndroidError, output_of, refused, run};
use crate::deadline::Deadline;
use crate::phone::{Phone, PushOptions};
use crate::shell_quote::shell_word;

/// The interval between queries of MediaStore for a new file.
const QUERY_INTERVAL: Duration = Duration::from_millis(300);

/// A file of the phone's media library, under a name of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    name: String,
}

impl MediaFile {
    /// The folder of the phone's camera, which every app searches.
    const FOLDER: &'static str = "/storage/emulated/0/DCIM/Camera";

    /// Creates the name of a video; `number` distinguishes files. The user's file name never reaches the phone.
    #[must_use]
    pub fn video(number: u64) -> Self {
        Self { name: format!("tikmatrix-{number:016x}.mp4") }
    }

    /// Returns the file of this name, if it is one of this program.
    fn of_ours(name: &str) -> Option<Self> {
        let number = name.strip_prefix("tikmatrix-")?.strip_suffix(".mp4")?;
        let is_ours = number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_ours.then(|| Self { name: name.to_owned() })
    }

    /// Returns its path on the phone.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", Self::FOLDER, self.name)
    }

    /// Returns its media type.
    #[must_use]
    pub fn mime(&self) -> &'static str {
        "video/mp4"
    }

    fn collection(&self) -> &'static str {
        "content://media/external/video/media"
    }

    fn condition(&self) -> String {
        format!("_display_name='{}'", self.name)
    }
}

/// Writes the file to the phone. `progress` is called with the number of bytes sent so far.
///
/// # Errors
/// [`AndroidError::Adb`] when the source cannot be read, the phone is gone, or it has no space left.
pub async fn push_media(
    phone: &Phone,
    file: &MediaFile,
    source: impl AsyncRead + Unpin + Send,
    progress: impl FnMut(u64) + Send,
    deadline: Deadline,
) -> Result<(), AndroidError> {
    phone.files().push(source, &file.path(), PushOptions::default(), progress, deadline).await?;
    Ok(())
}

/// Sets the time of the file to now, so that it is the newest of the library, and makes MediaStore scan it.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn announce(phone: &Phone, file: &MediaFile, deadline: Deadline) -> Result<(), AndroidError> {
    let path = shell_word(&file.path());
    let attempt = "add the file to its media library";
    run(phone, attempt, &format!("touch {path}"), deadline).await?;
    let scan = format!("content call --uri content://media --method scan_file --arg {path}");
    match content(phone, attempt, &scan, deadline).await {
        Err(AndroidError::Refused { .. }) => {
            // Before Android 10 the provider does not know the call; the broadcast is deprecated since.
            let uri = shell_word(&format!("file://{}", file.path()));
            let broadcast = format!("am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d {uri}");
            run(phone, attempt, &broadcast, deadline).await.map(drop)
        }
        other => other.map(drop),
    }
}

/// Runs Android's `content`, which prints its errors and exits with 0.
async fn content(
    phone: &Phone,
    attempt: &str,
    command: &str,
    deadline: Deadline,
) -> Result<String, AndroidError> {
    let output = run(phone, attempt, command, deadline).await?;
    match refusal(&output) {
        Some(said) => Err(refused(attempt, &said)),
        None => Ok(output),
    }
}

fn refusal(output: &str) -> Option<String> {
    let mut lines = output.lines().map(str::trim);
    let first = lines
        .find(|line| line.starts_with("Error while accessing provider") || line.starts_with("[ERROR]"))?;
    Some(lines.find(|line| !line.is_empty()).unwrap_or(first).to_owned())
}

/// Waits until MediaStore lists the file, and returns the URI under which apps read it.
///
/// # Errors
/// [`AndroidError::NotListed`] when it does not within `timeout`.
pub async fn find_uri(
    phone: &Phone,
    file: &MediaFile,
    timeout: Duration,
    deadline: Deadline,
) -> Result<String, AndroidError> {
    let command = format!(
        "content query --uri {} --projection _id --where {}",
        file.collection(),
        shell_word(&file.condition())
    );
    let started = phone.stopwatch();
    loop {
        let output = content(phone, "search its media library", &command, deadline).await?;
        if let Some(id) = row_id(&output) {
            return Ok(format!("{}/{id}", file.collection()));
        }
        if started.elapsed() >= timeout {
            return Err(AndroidError::NotListed { path: file.path(), waited: timeout });
        }
        phone.pause(QUERY_INTERVAL).await;
    }
}

/// Returns the number in `Row: 0 _id=1234`.
fn row_id(output: &str) -> Option<u64> {
    let row = output.lines().find(|line| line.trim_start().starts_with("Row:"))?;
    row.split("_id=").nth(1)?.split([',', ' ']).next()?.trim().parse().ok()
}

/// Removes the file and its entry in MediaStore; does nothing for a missing file.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn remove_media(phone: &Phone, file: &MediaFile, deadline: Deadline) -> Result<(), AndroidError> {
    run(phone, "remove the pushed file", &format!("rm -f {}", shell_word(&file.path())), deadline).await?;
    let command =
        format!("content delete --uri {} --where {}", file.collection(), shell_word(&file.condition()));
    content(phone, "remove the pushed file from its media library", &command, deadline).await.map(drop)
}

/// Returns the files of this program that are on the phone.
///
/// # Errors
/// [`AndroidError`] when the phone is gone.
pub async fn media_of_ours(phone: &Phone, deadline: Deadline) -> Result<Vec<MediaFile>, AndroidError> {
    // A missing folder is an exit status, and has no files.
    let listed = output_of(phone, &format!("ls {}", MediaFile::FOLDER), deadline).await?;
    Ok(listed.stdout_text().lines().map(str::trim).filter_map(MediaFile::of_ours).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_that_content_prints_is_read() {
        assert_eq!(row_id("Row: 0 _id=1234\n"), Some(1234));
        assert_eq!(row_id("Row: 0 _id=12, _size=5"), Some(12));
        assert_eq!(row_id("No result found.\n"), None);
        assert_eq!(row_id("Row: 0 _id=NULL"), None);
    }

    #[test]
    fn errors_of_content_are_detected_although_it_exits_with_0() {
        let error =
            "Error while accessing provider:media\njava.lang.UnsupportedOperationException: scan_file\n";
        assert_eq!(refusal(error).unwrap(), "java.lang.UnsupportedOperationException: scan_file");
        assert_eq!(refusal("[ERROR] Unsupported operation: x").unwrap(), "[ERROR] Unsupported operation: x");
        assert_eq!(refusal("Row: 0 _id=1\n"), None);
        assert_eq!(refusal("Result: Bundle[{uri=content://media/external/video/media/1}]"), None);
    }

    #[test]
    fn only_files_of_this_program_are_recognised() {
        let file = MediaFile::video(7);
        assert_eq!(MediaFile::of_ours(&file.name), Some(file));
        for name in [
            "VID_20261125.mp4",
            "tikmatrix-.mp4",
            "tikmatrix-holiday-at-the-sea.mp4",
            "tikmatrix-0000000000000007.jpg",
        ] {
            assert_eq!(MediaFile::of_ours(name), None, "{name}");
        }
    }

    #[test]
    fn two_files_never_share_a_name() {
        assert_ne!(MediaFile::video(1).path(), MediaFile::video(2).path());
    }
}
