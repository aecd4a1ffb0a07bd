//! The sound of the editor: its name at the top, its removal, and the sheet of sounds. The rows of that sheet show no text
//! to tools, so that only the name at the top shows what was chosen.

use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::script::{Context, Failure, Found, LogLevel};
use tikmatrix_device::ui::{Point, Selector, UiTree};
use tikmatrix_domain::StandardFailure;

use super::elements::OptionElements;
use super::rows::{LOST_TAP_TIMEOUT, MAX_TAPS, SHEET_TIMEOUT, wait_until_gone};
use crate::post_options::SoundChoice;
use crate::tiktok::screens::Screens;

/// What the app shows where a post has no sound.
const NO_SOUND: &str = "Add sound";
/// Where a row of results takes the sound, in per cent of the row's width: the rest of it only plays it.
const USE_AT: i32 = 87;

/// The sound in the editor, and the sheet of sounds.
pub(super) struct Sounds<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a OptionElements,
}

impl Sounds<'_> {
    pub(super) async fn choose(
        &self,
        context: &mut Context,
        choice: &SoundChoice,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let before = context.screen().find(&self.elements.sound_name, SHEET_TIMEOUT).await?.text;
        match choice {
            SoundChoice::Off => return self.remove(context).await,
            SoundChoice::First => self.open_sounds(context).await?,
            SoundChoice::Search(words) | SoundChoice::Named(words) => {
                self.open_sounds(context).await?;
                self.search_sounds(context, words).await?;
            }
        }
        self.take_first(context, timeout).await?;
        let wanted = |name: &str| match choice {
            SoundChoice::Named(wanted) => name.trim().to_lowercase() == wanted.trim().to_lowercase(),
            _ => name != NO_SOUND && name != before,
        };
        let shown = |tree: &UiTree| {
            let name = self.elements.sound_name.find(tree)?.text.clone();
            wanted(&name).then_some(name)
        };
        match context.screen().wait_until("the chosen sound", timeout.max(LOST_TAP_TIMEOUT), shown).await {
            Ok(name) => {
                context.log(LogLevel::Info, format!("the post has the sound {name:?}"));
                self.leave_sheet(context).await
            }
            Err(failure) if failure.is_not_found() => Err(not_taken(self.elements, context, choice)),
            Err(other) => Err(other),
        }
    }

    pub(super) async fn require_named(
        &self,
        context: &mut Context,
        name: &str,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let is_it = |tree: &UiTree| {
            let shown = self.elements.sound_name.find(tree)?.text.trim().to_lowercase();
            shown.contains(&name.trim().to_lowercase()).then_some(())
        };
        match context.screen().wait_until("the sound of the page", timeout.max(SHEET_TIMEOUT), is_it).await {
            Err(failure) if failure.is_not_found() => {
                Err(not_taken(self.elements, context, &SoundChoice::Named(name.to_owned())))
            }
            other => other,
        }
    }

    async fn remove(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MAX_TAPS {
            if context.last_tree().is_some_and(|tree| self.is_silent(tree)) {
                return Ok(());
            }
            context.screen().tap(&self.elements.sound_remove, SHEET_TIMEOUT).await?;
            let gone = |tree: &UiTree| self.is_silent(tree).then_some(());
            match context.screen().wait_until("a post without a sound", LOST_TAP_TIMEOUT, gone).await {
                Ok(()) => return Ok(()),
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        Err(not_taken(self.elements, context, &SoundChoice::Off))
    }

    /// Whether the post has no sound. A sound may have the name of the button that adds one, but can be removed.
    fn is_silent(&self, tree: &UiTree) -> bool {
        let name = self.elements.sound_name.find(tree);
        name.is_some_and(|name| name.text == NO_SOUND) && !self.elements.sound_remove.is_on(tree)
    }

    pub(super) async fn open_sounds(&self, context: &mut Context) -> Result<(), Failure> {
        for _ in 0..MAX_TAPS {
            context.screen().tap(&self.elements.sound_name, SHEET_TIMEOUT).await?;
            match context.screen().find(&self.elements.sounds_sheet, LOST_TAP_TIMEOUT).await {
                Ok(_) => return Ok(()),
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        let remark = format!("TikTok's sounds do not open; last seen: {}", context.last_screen());
        Err(Failure::new(StandardFailure::SoundUnavailable, remark))
    }

    async fn search_sounds(&self, context: &mut Context, words: &str) -> Result<(), Failure> {
        let elements = self.elements;
        context.screen().tap(&elements.sounds_search, SHEET_TIMEOUT).await?;
        context.text_input().fill(&elements.sounds_field, words, SHEET_TIMEOUT).await?;
        context.screen().tap(&elements.sounds_search_button, SHEET_TIMEOUT).await?;
        Ok(())
    }

    /// Takes the first sound of the list, once it is loaded.
    async fn take_first(&self, context: &mut Context, timeout: Duration) -> Result<(), Failure> {
        let mut before: Option<Found> = None;
        let (row, none): (&Selector, &Selector) = (&self.elements.sound_row, &self.elements.sounds_none);
        let loaded = |tree: &UiTree| {
            if none.is_on(tree) {
                return Some(None);
            }
            let now = row.find(tree).map(Found::of)?;
            let still = before.as_ref() == Some(&now);
            before = Some(now.clone());
            still.then_some(Some(now))
        };
        let first = match context.screen().wait_until(&row.to_string(), timeout, loaded).await {
            Ok(first) => first,
            Err(failure) if failure.is_not_found() => None,
            Err(other) => return Err(other),
        };
        let Some(Found { bounds, .. }) = first else {
            let seconds = timeout.as_secs();
            let remark = format!(
                "TikTok has listed no sound within {seconds} s; search for another, or raise sound_wait_time"
            );
            return Err(Failure::new(StandardFailure::SoundUnavailable, remark));
        };
        let x = bounds.left + (bounds.right - bounds.left) * USE_AT / 100;
        let point = Point { x, y: bounds.center().y };
        Ok(android::tap(context.phone(), point, context.soon()).await?)
    }

    /// Closes the sheet of sounds, if the choice has left it open.
    pub(super) async fn leave_sheet(&self, context: &mut Context) -> Result<(), Failure> {
        let sheet = &self.elements.sounds_sheet;
        for _ in 0..MAX_TAPS {
            if !context.last_tree().is_some_and(|tree| sheet.is_on(tree)) {
                break;
            }
            android::press(context.phone(), android::Key::Back, context.soon()).await?;
            wait_until_gone(context, sheet, LOST_TAP_TIMEOUT).await?;
        }
        self.screens.wait_for(context, "editor", "TikTok's editor", SHEET_TIMEOUT).await
    }
}

/// Describes the sound that the post should have, and the one that it has.
fn not_taken(elements: &OptionElements, context: &Context, choice: &SoundChoice) -> Failure {
    let wanted = match choice {
        SoundChoice::Off => "no sound".to_owned(),
        SoundChoice::First => "the first sound that TikTok suggests".to_owned(),
        SoundChoice::Search(words) => format!("a sound that {words:?} finds"),
        SoundChoice::Named(name) => format!("the sound {name:?}"),
    };
    let shown = context.last_tree().and_then(|tree| elements.sound_name.find(tree));
    let shown = shown.map_or_else(|| "nothing".to_owned(), |name| format!("{:?}", name.text));
    let remark =
        format!("the post should have {wanted}, and TikTok's editor shows {shown}; nothing was published");
    Failure::new(StandardFailure::SoundUnavailable, remark)
}
