//! Videos and images on a phone: pushed under a name of this program, announced to MediaStore, found by their URI, and removed
//! completely.

use std::time::Duration;

use tokio::io::AsyncRead;

use super::command::{AndroidError, output_of, refused, run};
use crate::deadline::Deadline;
use crate::phone::{Phone, PushOptions};
use crate::shell_quote::shell_word;

/// The interval between queries of MediaStore for a new file.
const QUERY_INTERVAL: Duration = Duration::from_millis(300);
/// So far ahead of the phone's clock the time of a file may be, in order to be newer than all others.
const MAX_SECONDS_AHEAD: i64 = 600;

/// A file of the phone's media library, under a name of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    name: String,
    format: Format,
}

/// A format in which files of this program are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Mp4,
    Jpeg,
    Png,
}

impl Format {
    const ALL: [Self; 3] = [Self::Mp4, Self::Jpeg, Self::Png];

    fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => ".mp4",
            Self::Jpeg => ".jpg",
            Self::Png => ".png",
        }
    }
}

impl MediaFile {
    /// The folder of the phone's camera, which every app searches.
    const FOLDER: &'static str = "/storage/emulated/0/DCIM/Camera";

    /// Creates the name of a video; `number` distinguishes files. The user's file name never reaches the phone.
    #[must_use]
    pub fn video(number: u64) -> Self {
        Self::new(number, Format::Mp4)
    }

    /// Creates the name of a JPEG image.
    #[must_use]
    pub fn jpeg(number: u64) -> Self {
        Self::new(number, Format::Jpeg)
    }

    /// Creates the name of a PNG image.
    #[must_use]
    pub fn png(number: u64) -> Self {
        Self::new(number, Format::Png)
    }

    fn new(number: u64, format: Format) -> Self {
        Self { name: format!("tikmatrix-{number:016x}{}", format.extension()), format }
    }

    /// Returns the file of this name, if it is one of this program.
    fn of_ours(name: &str) -> Option<Self> {
        let format = Format::ALL.into_iter().find(|format| name.ends_with(format.extension()))?;
        let number = name.strip_prefix("tikmatrix-")?.strip_suffix(format.extension())?;
        let is_ours = number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_ours.then(|| Self { name: name.to_owned(), format })
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its path on the phone.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", Self::FOLDER, self.name)
    }

    /// Returns its media type.
    #[must_use]
    pub fn mime(&self) -> &'static str {
        match self.format {
            Format::Mp4 => "video/mp4",
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
        }
    }

    /// Returns whether it is a video.
    #[must_use]
    pub fn is_video(&self) -> bool {
        self.format == Format::Mp4
    }

    fn collection(&self) -> &'static str {
        if self.is_video() {
            "content://media/external/video/media"
        } else {
            "content://media/external/images/media"
        }
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
    let attempt = "add the file to its media library";
    run(phone, attempt, &format!("touch {}", shell_word(&file.path())), deadline).await?;
    scan(phone, file, deadline).await
}

async fn scan(phone: &Phone, file: &MediaFile, deadline: Deadline) -> Result<(), AndroidError> {
    let path = shell_word(&file.path());
    let attempt = "add the file to its media library";
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

/// Sets the times of the files, the first of which becomes the newest of the library, each a second older than the one
/// before it, and makes MediaStore scan them: galleries list them in this order. What the library has of the last minutes
/// stays older than they are.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn announce_in_order(
    phone: &Phone,
    files: &[MediaFile],
    deadline: Deadline,
) -> Result<(), AndroidError> {
    let Some(first) = files.first() else { return Ok(()) };
    let attempt = "set the times of the pushed files";
    let printed = run(phone, attempt, "date +%s", deadline).await?;
    let now: i64 = printed.trim().parse().map_err(|_| refused(attempt, &printed))?;
    let aged: Vec<(i64, &MediaFile)> = (0..).zip(files).collect();
    let newest = listed(phone, first, deadline).await?.first().map_or(0, |(modified, ..)| *modified);
    let behind_newest = newest.saturating_add(aged.last().map_or(0, |(age, _)| age + 1));
    let time = now.max(behind_newest.min(now + MAX_SECONDS_AHEAD));
    // The last one first: galleries that sort by the time of the scan list them in this order too.
    for (age, file) in aged.into_iter().rev() {
        let path = shell_word(&file.path());
        run(phone, attempt, &format!("touch -d @{} {path}", time - age), deadline).await?;
        scan(phone, file, deadline).await?;
    }
    Ok(())
}

/// Returns the names of the first `count` files of the media library that are of the kind of `like`, the newest first.
///
/// # Errors
/// [`AndroidError`] when the phone is gone or refuses.
pub async fn newest_media(
    phone: &Phone,
    like: &MediaFile,
    count: usize,
    deadline: Deadline,
) -> Result<Vec<String>, AndroidError> {
    let rows = listed(phone, like, deadline).await?;
    Ok(rows.into_iter().take(count).map(|(_, _, name)| name).collect())
}

/// Lists the media library's files of the kind of `like` with their times and rows, the newest first.
async fn listed(
    phone: &Phone,
    like: &MediaFile,
    deadline: Deadline,
) -> Result<Vec<(i64, u64, String)>, AndroidError> {
    let columns = "date_modified:_id:_display_name";
    let command = format!("content query --uri {} --projection {columns}", like.collection());
    let output = content(phone, "list the newest files of its media library", &command, deadline).await?;
    let mut rows: Vec<(i64, u64, String)> = output.lines().filter_map(modified_row).collect();
    rows.sort_by_key(|(modified, id, _)| std::cmp::Reverse((*modified, *id)));
    Ok(rows)
}

/// Returns the parts of `Row: 0 date_modified=5, _id=1234, _display_name=a.png`.
fn modified_row(line: &str) -> Option<(i64, u64, String)> {
    let (_, rest) = line.split_once("date_modified=")?;
    let (modified, rest) = rest.split_once(", _id=")?;
    let (id, name) = rest.split_once(", _display_name=")?;
    Some((modified.parse().unwrap_or(0), id.parse().ok()?, name.to_owned()))
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
    fn the_newest_files_are_read_with_names_that_hold_anything() {
        let row = "Row: 3 date_modified=1700000000, _id=12, _display_name=a, _id=5.png";
        assert_eq!(modified_row(row), Some((1_700_000_000, 12, "a, _id=5.png".to_owned())));
        assert_eq!(modified_row("No result found."), None);
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
        let image = MediaFile::png(7);
        assert_eq!((image.mime(), image.is_video()), ("image/png", false));
        assert_eq!(MediaFile::of_ours(&image.name), Some(image));
        for name in [
            "VID_20261125.mp4",
            "tikmatrix-.mp4",
            "tikmatrix-holiday-at-the-sea.mp4",
            "tikmatrix-0000000000000007.gif",
        ] {
            assert_eq!(MediaFile::of_ours(name), None, "{name}");
        }
    }

    #[test]
    fn two_files_never_share_a_name() {
        assert_ne!(MediaFile::video(1).path(), MediaFile::video(2).path());
    }
}
