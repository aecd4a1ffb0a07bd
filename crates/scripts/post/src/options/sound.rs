//! The sound that the configuration asks for: by name, by URL, or as the lists of sounds in a local folder say.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tikmatrix_apps::{PostOptions, SoundChoice};
use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_domain::{StandardFailure, Username};

use super::sound_url::page_of;
use super::turns::take_line;
use crate::allowed_roots::MaterialRoots;
use crate::config::{AddSound, MaterialSource, PostConfig, PostWay};
use crate::material::file_calls::in_time;
use crate::material::folder_listing::{own_folder, text_of};
use crate::material::refusal::Refusal;

/// The file with the names of sounds, one a line.
const NAMES: &str = "sound_names.txt";
/// The file with the URLs of sounds, one a line.
const URLS: &str = "sound_urls.txt";

/// The sound of a post.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ChosenSound {
    /// What the editor has to choose.
    pub(crate) choice: Option<SoundChoice>,
    /// The page of the sound by which the post begins.
    pub(crate) page: Option<String>,
}

impl ChosenSound {
    /// Chooses it, before the phone is touched.
    pub(crate) async fn of(
        config: &PostConfig,
        roots: &MaterialRoots,
        context: &mut Context,
    ) -> Result<Self, Failure> {
        let in_editor = |choice| Self { choice: Some(choice), page: None };
        if config.post_way == PostWay::UseSound {
            let listed = match listed(config, URLS, roots, context).await? {
                Some(url) => Some(url),
                None => listed(config, NAMES, roots, context).await?,
            };
            let sound = listed.unwrap_or_else(|| config.sound_name.trim().to_owned());
            return Ok(match page_of(&sound).map_err(unusable)? {
                Some(url) => Self { choice: None, page: Some(url) },
                None => in_editor(SoundChoice::Named(sound)),
            });
        }
        Ok(match config.add_sound {
            AddSound::AppDefault => Self::default(),
            AddSound::Off => in_editor(SoundChoice::Off),
            AddSound::On => in_editor(SoundChoice::First),
            AddSound::Custom => {
                let listed = listed(config, NAMES, roots, context).await?;
                let words = listed.unwrap_or_else(|| config.custom_sound_keyword.trim().to_owned());
                in_editor(SoundChoice::Search(words))
            }
        })
    }
}

impl ChosenSound {
    /// Uses the sound of the page, if the post begins there: the app's camera is open then. Returns the sound's name.
    pub(crate) async fn open_page(
        &self,
        options: &dyn PostOptions,
        context: &mut Context,
        package: &str,
        config: &PostConfig,
    ) -> Result<Option<String>, Failure> {
        let Some(url) = &self.page else { return Ok(None) };
        context.step("use the sound of its page");
        let timeout = Duration::from_secs(config.sound_wait_time.into());
        let name = options.use_sound(context, package, url, timeout).await?;
        context.log(LogLevel::Info, format!("the page is that of the sound {name:?}"));
        Ok(Some(name))
    }
}

fn unusable(reason: String) -> Failure {
    Failure::of_request(StandardFailure::SoundUnavailable, reason)
}

/// Takes the line whose turn it is of a list of sounds in the local folder of the configuration: the account's own, else the
/// one around it. `None` where there is no list.
async fn listed(
    config: &PostConfig,
    file: &'static str,
    roots: &MaterialRoots,
    context: &mut Context,
) -> Result<Option<String>, Failure> {
    if config.material_source != MaterialSource::LocalFolder || !config.material_list.is_empty() {
        return Ok(None);
    }
    let (folder, username) = (PathBuf::from(&config.material_path), context.assignment().username.clone());
    let roots = roots.clone();
    let what = format!("read {file}");
    let read = context.recorded_input(&what, async move {
        let found = in_time(move || find(&folder, username.as_ref(), file, &roots)).await;
        found
            .unwrap_or_else(|error| Err(format!("{file} cannot be read on the server: {error}")))
            .map_err(Refusal::Refused)
    });
    let read: Result<Option<(String, String)>, Refusal> = read.await;
    let Some((text, shown)) = read.map_err(|refusal| refusal.see("material_path"))? else { return Ok(None) };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    take_line(&lines, file, &shown, context).await.map(|line| Some((*line).to_owned()))
}

/// Reads the list, and says what people call it. It blocks.
fn find(
    folder: &Path,
    username: Option<&Username>,
    file: &str,
    roots: &MaterialRoots,
) -> Result<Option<(String, String)>, String> {
    let own = username.and_then(|username| own_folder(folder, username).ok().flatten());
    for folder in own.into_iter().chain([folder.to_owned()]) {
        if let Some(found) = text_of(&folder.join(file), roots)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
