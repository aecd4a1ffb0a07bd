//! A video of a folder on the server: of the account's own folder in it, else of the folder itself, one that no task has
//! used and that is complete.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use serde::{Deserialize, Serialize};
use tikmatrix_device::script::{Context, Failure, LogLevel, Materials};
use tikmatrix_domain::{LocalFile, MaterialKind, Username};
use tokio::time::{Instant, sleep};

use super::chosen::{Chosen, own_caption};
use super::file_calls::in_time;
use super::folder_listing::{FoundFile, MediaFolder, folders, nothing_left};
use super::refusal::Refusal;
use super::source_file::SourceFile;
use crate::allowed_roots::MaterialRoots;

/// Between two looks at a folder. A file that is the same in both is complete.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// For a file that is being written to become complete.
pub(super) const COMPLETION_TIMEOUT: Duration = Duration::from_secs(60);

/// A video that was taken, in a form that a tape can hold.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    path: String,
    /// The template that comes with it, and where that is.
    caption: Option<(String, String)>,
    /// The length of its file in bytes, none if the file is gone; or why it cannot be used.
    opened: Result<Option<u64>, Refusal>,
}

/// Where files are looked for.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) folder: String,
    pub(super) username: Option<Username>,
    pub(super) roots: MaterialRoots,
}

impl Place {
    pub(super) async fn look(&self) -> Result<Vec<MediaFolder>, Refusal> {
        let place = self.clone();
        in_time(move || folders(&PathBuf::from(&place.folder), place.username.as_ref(), &place.roots))
            .await
            .map_err(|error| {
                Refusal::Refused(format!("the folder {} cannot be read on the server: {error}", self.folder))
            })
            .flatten()
    }
}

/// Takes one at random of those that no task has used.
pub(super) async fn take(
    folder: &str,
    roots: &MaterialRoots,
    context: &mut Context,
) -> Result<Chosen, Failure> {
    let (mut file, seed) = (None, context.rng().random());
    let username = context.assignment().username.clone();
    let place = Place { folder: folder.to_owned(), username, roots: roots.clone() };
    let what = format!("take a video from the folder {folder}");
    let taken = context.recorded_input(&what, async {
        let (video, caption) = take_complete(&place, context.materials(), seed).await?;
        let opened = match SourceFile::open(Path::new(&video.path), &video.path, MaterialKind::Video).await {
            Ok(Some(opened)) => opened.check_opened_as(video.state).map(|()| {
                let length = opened.length();
                file = Some(opened);
                Some(length)
            }),
            Ok(None) => Ok(None),
            Err(refusal) => Err(refusal),
        };
        Ok(Taken { path: video.path, caption, opened })
    });
    let taken: Result<Taken, Refusal> = taken.await;
    let Taken { path, caption, opened } = taken.map_err(|refusal| refusal.see("material_path"))?;
    context.log(LogLevel::Info, format!("took the file {path}"));
    let caption = match &caption {
        Some((template, place)) => own_caption(template, place)?,
        None => None,
    };
    let gone = || Refusal::Missing(format!("the file {path} does not exist any more"));
    let length = opened.and_then(|length| length.ok_or_else(gone));
    let length = length.map_err(|refusal| refusal.see("material_path"))?;
    Ok(Chosen::video(file, length, caption))
}

/// What one more look at the folders found.
enum Look {
    Taken(FoundFile, Option<(String, String)>),
    /// There is no complete video to take, and this one is being written to.
    Incomplete(String),
    Nothing,
}

/// Takes a video that is complete, and its caption. While there is only one that is being written to, it waits.
async fn take_complete(
    place: &Place,
    materials: &Arc<dyn Materials>,
    seed: u64,
) -> Result<(FoundFile, Option<(String, String)>), Refusal> {
    let started = Instant::now();
    let mut before = place.look().await?;
    loop {
        if before.iter().all(|folder| folder.videos.is_empty()) {
            return Err(Refusal::Missing(nothing_left(&place.folder, &before)));
        }
        sleep(LOOK_INTERVAL).await;
        let now = place.look().await?;
        match choose(&before, &now, materials, seed).await? {
            Look::Taken(video, caption) => return Ok((video, caption)),
            Look::Nothing => return Err(Refusal::Missing(nothing_left(&place.folder, &now))),
            Look::Incomplete(path) if started.elapsed() >= COMPLETION_TIMEOUT => {
                return Err(Refusal::Changed(format!(
                    "the file {path} was still being written to after {} s; copy a video under another name, and rename \
                     it to one that ends in .mp4 when it is complete",
                    COMPLETION_TIMEOUT.as_secs()
                )));
            }
            Look::Incomplete(_) => before = now,
        }
    }
}

/// Takes a video from the first folder that has one, and finds its caption: it lies beside the videos of its folder or, for
/// an account's own folder, in the one around it.
async fn choose(
    before: &[MediaFolder],
    now: &[MediaFolder],
    materials: &Arc<dyn Materials>,
    seed: u64,
) -> Result<Look, Refusal> {
    let mut chosen: Option<(FoundFile, Option<(String, String)>)> = None;
    for folder in now {
        if chosen.is_none() {
            let is_complete = |video: &&FoundFile| before.iter().any(|then| then.videos.contains(video));
            let (complete, incomplete): (Vec<_>, Vec<_>) = folder.videos.iter().partition(is_complete);
            let files: Vec<LocalFile> =
                complete.iter().filter(|video| video.state.size > 0).map(|video| video.file()).collect();
            let taken = if files.is_empty() { None } else { materials.take_file(files, seed).await? };
            chosen = taken
                .and_then(|file| complete.into_iter().find(|video| video.path == file.path))
                .map(|video| (video.clone(), None));
            if let (None, Some(incomplete)) = (&chosen, incomplete.first()) {
                return Ok(Look::Incomplete(incomplete.path.clone()));
            }
        }
        // What was not taken from here has no use for the caption here.
        if let Some((_, caption @ None)) = &mut chosen {
            caption.clone_from(&folder.caption);
        }
    }
    Ok(chosen.map_or(Look::Nothing, |(video, caption)| Look::Taken(video, caption)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use tikmatrix_device::script::{LibraryMaterial, MaterialsError, async_trait};
    use tikmatrix_domain::MaterialQuery;
    use tikmatrix_script_testing::ChangingFile;

    use super::*;

    /// A record in which every file is free, and which gives the first one.
    #[derive(Default)]
    struct AllFree {
        offered: Mutex<Vec<Vec<LocalFile>>>,
    }

    #[async_trait]
    impl Materials for AllFree {
        async fn take(&self, _: MaterialQuery, _: u64) -> Result<Vec<LibraryMaterial>, MaterialsError> {
            Err(MaterialsError::TooFew { found: 0 })
        }

        async fn take_file(
            &self,
            files: Vec<LocalFile>,
            _: u64,
        ) -> Result<Option<LocalFile>, MaterialsError> {
            self.offered.lock().unwrap().push(files.clone());
            Ok(files.into_iter().next())
        }
    }

    /// A folder in which `name` is being copied: it gets a byte each second, so many times.
    struct Copying {
        folder: tempfile::TempDir,
        record: Arc<AllFree>,
    }

    impl Copying {
        fn start(name: &str, seconds: u32) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = ChangingFile::create(folder.path().join(name), b"");
            tokio::spawn(async move {
                for _ in 0..seconds {
                    sleep(Duration::from_secs(1)).await;
                    file.append(b"x");
                }
            });
            Self { folder, record: Arc::default() }
        }

        /// What is taken, as its name and its size, and after how many seconds.
        async fn take(&self) -> Result<(String, u64, u64), String> {
            let started = Instant::now();
            let place = Place {
                folder: self.folder.path().to_str().unwrap().to_owned(),
                username: None,
                roots: MaterialRoots::anywhere(),
            };
            let materials = Arc::clone(&self.record) as Arc<dyn Materials>;
            let (video, _) =
                take_complete(&place, &materials, 1).await.map_err(|refusal| format!("{refusal:?}"))?;
            let name = Path::new(&video.path).file_name().unwrap().to_str().unwrap().to_owned();
            Ok((name, video.state.size, started.elapsed().as_secs()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_video_that_is_being_copied_is_taken_when_it_is_complete_and_whole() {
        let copying = Copying::start("a.mp4", 9);
        let (name, size, waited) = copying.take().await.unwrap();
        assert_eq!((name.as_str(), size), ("a.mp4", 9));
        assert!((11..=13).contains(&waited), "{waited} s");
        let offered = copying.record.offered.lock().unwrap();
        let sizes: Vec<u64> = offered.iter().flatten().map(|file| file.size).collect();
        assert_eq!(sizes, [9], "the record never heard of a part of it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_complete_video_is_taken_at_once_beside_one_that_is_being_copied() {
        let copying = Copying::start("a.mp4", 1000);
        fs::write(copying.folder.path().join("b.mp4"), "complete").unwrap();
        assert_eq!(copying.take().await.unwrap(), ("b.mp4".to_owned(), 8, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_video_that_does_not_become_complete_is_named_after_a_minute() {
        let copying = Copying::start("a.mp4", 1000);
        let started = Instant::now();
        let refusal = copying.take().await.unwrap_err();
        assert!(
            refusal.starts_with("Changed(\"the file ")
                && refusal.contains("a.mp4 was still being written to")
        );
        assert_eq!(started.elapsed().as_secs(), 60);
        assert!(copying.record.offered.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_video_that_stays_empty_is_none() {
        let copying = Copying::start("a.mp4", 0);
        let refusal = copying.take().await.unwrap_err();
        assert!(refusal.contains("has no MP4 video: it holds 1 empty MP4 file"), "{refusal}");
    }
}
