//! Videos and pictures on a phone: pushed under a name of ours, made known to MediaStore, found by their URI, and
//! removed without a trace.

use std::time::Duration;

use tokio::io::AsyncRead;

use super::command::{AndroidError, output_of, run};
use crate::deadline::Deadline;
use crate::phone::{Phone, PushOptions};
use crate::shell_quote::shell_word;

/// How often MediaStore is asked whether it knows a file by now.
const PAUSE: Duration = Duration::from_millis(300);

/// A file of the phone's media library, under a name of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    name: String,
}

impl MediaFile {
    /// The folder in which the phone's own camera keeps its files; every app looks there.
    const FOLDER: &'static str = "/storage/emulated/0/DCIM/Camera";

    /// A file for one video; `number` keeps files apart. The user's own name for it never reaches the phone.
    #[must_use]
    pub fn video(number: u64) -> Self {
        Self { name: format!("tikmatrix-{number:016x}.mp4") }
    }

    /// The file of this name, if it is one of ours.
    fn of_ours(name: &str) -> Option<Self> {
        let number = name.strip_prefix("tikmatrix-")?.strip_suffix(".mp4")?;
        let is_ours = number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_ours.then(|| Self { name: name.to_owned() })
    }

    /// Where it is on the phone.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", Self::FOLDER, self.name)
    }

    /// The type that apps are told.
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

/// Writes the file to the phone. `progress` gets the number of bytes sent so far.
///
/// # Errors
/// [`AndroidError::Adb`] when the source cannot be read, the phone is gone, or it has no room.
pub async fn push_media(
    phone: &Phone,
    file: &MediaFile,
    source: impl AsyncRead + Unpin + Send,
    progress: impl FnMut(u64) + Send,
    deadline: Deadline,
) -> Result<(), AndroidError> {
    phone.push(source, &file.path(), PushOptions::default(), progress, deadline).await?;
    Ok(())
}

/// Gives the file the present time, so that it is the newest of the library, and makes MediaStore look at it.
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
        Some(said) => Err(AndroidError::Refused { attempt: attempt.to_owned(), said }),
        None => Ok(output),
    }
}

fn refusal(output: &str) -> Option<String> {
    let mut lines = output.lines().map(str::trim);
    let first = lines
        .find(|line| line.starts_with("Error while accessing provider") || line.starts_with("[ERROR]"))?;
    Some(lines.find(|line| !line.is_empty()).unwrap_or(first).to_owned())
}

/// The URI under which apps read the file, once MediaStore lists it.
///
/// # Errors
/// [`AndroidError::NotListed`] when it does not within `patience`.
pub async fn find_uri(
    phone: &Phone,
    file: &MediaFile,
    patience: Duration,
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
        if started.elapsed() >= patience {
            return Err(AndroidError::NotListed { path: file.path(), waited: patience });
        }
        phone.pause(PAUSE).await;
    }
}

/// The number in `Row: 0 _id=1234`.
fn row_id(output: &str) -> Option<u64> {
    let row = output.lines().find(|line| line.trim_start().starts_with("Row:"))?;
    row.split("_id=").nth(1)?.split([',', ' ']).next()?.trim().parse().ok()
}

/// Removes the file and its entry in MediaStore; a file that is not there is removed already.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn remove_media(phone: &Phone, file: &MediaFile, deadline: Deadline) -> Result<(), AndroidError> {
    run(phone, "remove the pushed file", &format!("rm -f {}", shell_word(&file.path())), deadline).await?;
    let command =
        format!("content delete --uri {} --where {}", file.collection(), shell_word(&file.condition()));
    content(phone, "remove the pushed file from its media library", &command, deadline).await.map(drop)
}

/// The files under names of ours that are on the phone now.
///
/// # Errors
/// [`AndroidError`] when the phone is gone.
pub async fn media_of_ours(phone: &Phone, deadline: Deadline) -> Result<Vec<MediaFile>, AndroidError> {
    // A folder that is not there is an exit status, and holds nothing.
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
    fn errors_of_content_are_seen_although_it_exits_with_0() {
        let error =
            "Error while accessing provider:media\njava.lang.UnsupportedOperationException: scan_file\n";
        assert_eq!(refusal(error).unwrap(), "java.lang.UnsupportedOperationException: scan_file");
        assert_eq!(refusal("[ERROR] Unsupported operation: x").unwrap(), "[ERROR] Unsupported operation: x");
        assert_eq!(refusal("Row: 0 _id=1\n"), None);
        assert_eq!(refusal("Result: Bundle[{uri=content://media/external/video/media/1}]"), None);
    }

    #[test]
    fn only_files_of_ours_are_taken_for_such() {
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
