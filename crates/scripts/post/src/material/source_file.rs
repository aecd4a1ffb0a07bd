//! A video or image file that is open: what the system says of it, its content, and whether it stays as it was.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read as _, Seek as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use tikmatrix_domain::{CONTENT_HEAD, MaterialKind, MediaType, recognize_content};
use tokio::io::{AsyncRead, ReadBuf};

use super::file_calls::in_time;
use super::format::format_of;
use super::refusal::Refusal;

/// Bytes of one read.
const CHUNK: u64 = 256 * 1024;

/// What the system says of a file: it changes when the file is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileState {
    /// In bytes.
    pub(super) size: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    /// Takes it from what the system says.
    pub(super) fn of(about: &Metadata) -> Self {
        Self { size: about.len(), modified: about.modified().ok() }
    }
}

type Reading = Pin<Box<dyn Future<Output = io::Result<Vec<u8>>> + Send>>;

/// A file, and what it was when it was opened.
pub(crate) struct SourceFile {
    file: Arc<fs::File>,
    /// What people call it.
    shown: String,
    format: MediaType,
    state: FileState,
    /// What was read of it and not taken yet.
    chunk: io::Cursor<Vec<u8>>,
    reading: Option<Reading>,
    unreadable: Option<String>,
}

impl SourceFile {
    /// Opens the file at `path`, which people know as `shown` and which has to be of this kind; none if there is no file.
    pub(super) async fn open(path: &Path, shown: &str, kind: MaterialKind) -> Result<Option<Self>, Refusal> {
        let refuse = |reason: String| Refusal::Refused(format!("the file {shown} {reason}"));
        let path = path.to_owned();
        let (file, about, head) = match in_time(move || open_with_head(&path)).await.flatten() {
            Ok(Some(opened)) => opened,
            Ok(None) => return Err(refuse("is no file but a folder or a device".to_owned())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(refuse(format!("cannot be opened on the server: {error}"))),
        };
        if about.len() == 0 {
            return Err(refuse("is empty".to_owned()));
        }
        let format = format_of(recognize_content(&head), kind).map_err(refuse)?;
        Ok(Some(Self {
            file: Arc::new(file),
            shown: shown.to_owned(),
            format,
            state: FileState::of(&about),
            chunk: io::Cursor::default(),
            reading: None,
            unreadable: None,
        }))
    }

    /// Returns its format.
    pub(super) fn format(&self) -> MediaType {
        self.format
    }

    /// Returns its length in bytes when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.state.size
    }

    /// Checks that it is as a look at it before it was opened found it.
    pub(super) fn check_opened_as(&self, seen: FileState) -> Result<(), Refusal> {
        if self.state == seen { Ok(()) } else { Err(changed(&self.shown)) }
    }

    /// Checks after it was read to its end that all of it could be read, and that it is as it was when it was opened.
    pub(super) async fn check_read(self) -> Result<(), Refusal> {
        let refuse = |reason: &str| {
            Refusal::Refused(format!("the file {} cannot be read on the server: {reason}", self.shown))
        };
        if let Some(reason) = &self.unreadable {
            return Err(refuse(reason));
        }
        let file = Arc::clone(&self.file);
        let about = in_time(move || file.metadata()).await.flatten();
        let about = about.map_err(|error| refuse(&error.to_string()))?;
        if FileState::of(&about) == self.state { Ok(()) } else { Err(changed(&self.shown)) }
    }
}

fn changed(shown: &str) -> Refusal {
    Refusal::Changed(format!(
        "the file {shown} was written to while the task used it, and was not published; copy a file under another name \
         and rename it when it is complete"
    ))
}

/// Opens a file, if it is one. To open a named pipe would block until another program writes to it.
pub(super) fn open_regular(path: &Path) -> io::Result<Option<(fs::File, Metadata)>> {
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let file = fs::File::open(path)?;
    // Another may have taken its place meanwhile.
    let about = file.metadata()?;
    Ok(about.is_file().then_some((file, about)))
}

/// Opens a file, if it is one, and reads so much of it that its format can be recognized.
fn open_with_head(path: &Path) -> io::Result<Option<(fs::File, Metadata, Vec<u8>)>> {
    let Some((mut file, about)) = open_regular(path)? else { return Ok(None) };
    let mut head = Vec::new();
    (&file).take(CONTENT_HEAD as u64).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(Some((file, about, head)))
}

async fn read_chunk(file: Arc<fs::File>) -> io::Result<Vec<u8>> {
    let read = move || {
        let mut bytes = Vec::new();
        (&*file).take(CHUNK).read_to_end(&mut bytes).map(|_| bytes)
    };
    in_time(read).await.flatten()
}

impl AsyncRead for SourceFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        loop {
            ready!(Pin::new(&mut self.chunk).poll_read(context, buffer))?;
            if buffer.filled().len() > before || buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            let file = Arc::clone(&self.file);
            let reading = self.reading.get_or_insert_with(|| Box::pin(read_chunk(file)));
            let read = ready!(reading.as_mut().poll(context));
            self.reading = None;
            match read {
                Ok(bytes) if bytes.is_empty() => return Poll::Ready(Ok(())),
                Ok(bytes) => self.chunk = io::Cursor::new(bytes),
                Err(error) => {
                    self.unreadable = Some(error.to_string());
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tikmatrix_script_testing::ChangingFile;
    use tokio::io::AsyncReadExt as _;

    use super::*;

    type Change = fn(&ChangingFile);

    async fn opened(file: &ChangingFile) -> SourceFile {
        SourceFile::open(file.path(), "it", MaterialKind::Video).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn every_byte_is_read_in_order_and_any_change_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
        let changes: [(&str, Change); 5] = [
            ("unchanged", |_| {}),
            ("replaced", |file| file.replace(b"another")),
            ("overwritten", ChangingFile::overwrite),
            ("longer", |file| file.append(b"more")),
            ("shorter", |file| file.truncate(500_000)),
        ];
        for (name, change) in changes {
            let file = ChangingFile::create(folder.path().join(name), &content);
            let mut video = opened(&file).await;
            let mut begin = vec![0; 300_000];
            video.read_exact(&mut begin).await.unwrap();
            change(&file);
            let mut rest = Vec::new();
            video.read_to_end(&mut rest).await.unwrap();
            match video.check_read().await {
                Ok(()) => {
                    assert!(["unchanged", "replaced"].contains(&name), "{name}");
                    assert!([begin, rest].concat() == content, "{name}");
                }
                Err(refusal) => {
                    let shown = format!("{refusal:?}");
                    assert!(shown.starts_with("Changed(\"the file it was written to"), "{name}: {shown}");
                    assert!(!["unchanged", "replaced"].contains(&name), "{name}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_named_instead_of_the_push() {
        let folder = tempfile::tempdir().unwrap();
        let mut video = opened(&ChangingFile::create(folder.path().join("a"), b"a")).await;
        // Whose reads fail.
        video.file = Arc::new(fs::File::open(folder.path()).unwrap());
        assert!(video.read_to_end(&mut Vec::new()).await.is_err());
        let refusal = format!("{:?}", video.check_read().await.unwrap_err());
        assert!(refusal.starts_with("Refused(\"the file it cannot be read on the server: "), "{refusal}");
    }
}
