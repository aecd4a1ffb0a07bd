//! The sound that the configuration asks for: by name, by URL, or as the lists of sounds in a local folder say.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tikmatrix_apps::{PostOptions, SoundChoice};
use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_domain::{StandardFailure, Username};

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
/// The host of TikTok's pages; its other hosts, such as those of short links, end with it.
const HOST: &str = "tiktok.com";

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

/// Checks that a sound is a name, or a URL of TikTok's.
pub(crate) fn check_sound_name(sound: &str) -> Result<(), String> {
    page_of(sound).map(drop)
}

/// Returns the URL that opens a sound's page; none if it is a name.
fn page_of(sound: &str) -> Result<Option<String>, String> {
    let sound = sound.trim();
    let address = sound.strip_prefix("https://").or_else(|| sound.strip_prefix("http://"));
    let bare = address.unwrap_or(sound);
    let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
    let is_host = host.eq_ignore_ascii_case(HOST)
        || host.to_ascii_lowercase().strip_suffix(HOST).is_some_and(|before| before.ends_with('.'));
    match address {
        Some(_) if !is_host => Err(format!("{sound:?} is no URL of a sound on TikTok")),
        None if !is_host => Ok(None),
        _ if path.trim_matches('/').is_empty() || sound.contains(char::is_whitespace) => {
            Err(format!("{sound:?} is no URL of a sound on TikTok"))
        }
        _ => Ok(Some(format!("https://{bare}"))),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_url_is_a_page_and_anything_else_a_name() {
        for (sound, page) in [
            ("https://www.tiktok.com/music/A-Song-7012345", "https://www.tiktok.com/music/A-Song-7012345"),
            ("http://m.tiktok.com/music/x-7?lang=en", "https://m.tiktok.com/music/x-7?lang=en"),
            (" www.tiktok.com/t/ZT8abc/ ", "https://www.tiktok.com/t/ZT8abc/"),
            ("vm.tiktok.com/ZM8abc", "https://vm.tiktok.com/ZM8abc"),
            ("https://VT.TikTok.com/ZS8abc/", "https://VT.TikTok.com/ZS8abc/"),
            ("tiktok.com/music/x-7", "https://tiktok.com/music/x-7"),
        ] {
            assert_eq!(page_of(sound), Ok(Some(page.to_owned())), "{sound}");
        }
        for name in ["A Song", "AC/DC", "original sound - maker", "nottiktok.com/music/x"] {
            assert_eq!(page_of(name), Ok(None), "{name}");
        }
        for wrong in [
            "https://example.com/music/x-7",
            "https://tiktok.com.example/t/x",
            "tiktok.com",
            "https://tiktok.com/t/a b",
        ] {
            assert!(page_of(wrong).unwrap_err().contains("is no URL of a sound on TikTok"), "{wrong}");
        }
    }
}
