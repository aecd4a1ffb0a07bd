//! What a post may carry beside its media and its caption: a sound, volumes, an audience, a label, a product. An app's
//! driver sets them on the way to Post, and fails before Post where one cannot be seen to be set.

use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::script::{Context, Failure};

/// Who can see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone.
    Everyone,
    /// The account's friends.
    Friends,
    /// The account alone.
    OnlyYou,
}

/// The sound that the editor puts under a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundChoice {
    /// None.
    Off,
    /// The first that the app suggests.
    First,
    /// The first result of a search for these words.
    Search(String),
    /// The result of a search that has exactly this name.
    Named(String),
}

/// The volumes of a post's sounds, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volumes {
    /// Of the media's own sound.
    pub original: u32,
    /// Of the added sound.
    pub added: u32,
}

/// Setting the options of a post. Each failure happens before Post is tapped.
#[async_trait]
pub trait PostOptions: Send + Sync {
    /// Opens the page of a sound by its URL and uses the sound, so that the app's camera is open with it. Returns the
    /// sound's name.
    ///
    /// # Errors
    /// [`StandardFailure::SoundUnavailable`](tikmatrix_domain::StandardFailure::SoundUnavailable) when the app has no such
    /// sound, or does not let it be used.
    async fn use_sound(
        &self,
        context: &mut Context,
        package: &str,
        url: &str,
        timeout: Duration,
    ) -> Result<String, Failure>;

    /// Makes sure, in the editor, that the post has the sound of this name, which was used by its page.
    ///
    /// # Errors
    /// [`StandardFailure::SoundUnavailable`](tikmatrix_domain::StandardFailure::SoundUnavailable) when it has another.
    async fn require_sound(
        &self,
        context: &mut Context,
        name: &str,
        timeout: Duration,
    ) -> Result<(), Failure>;

    /// Chooses a sound in the editor, and waits at most for `timeout` until sounds are loaded.
    ///
    /// # Errors
    /// [`StandardFailure::SoundUnavailable`](tikmatrix_domain::StandardFailure::SoundUnavailable) when the editor does not
    /// show it.
    async fn choose_sound(
        &self,
        context: &mut Context,
        choice: &SoundChoice,
        timeout: Duration,
    ) -> Result<(), Failure>;

    /// Sets the volumes in the editor.
    ///
    /// # Errors
    /// [`StandardFailure::OptionUnavailable`](tikmatrix_domain::StandardFailure::OptionUnavailable) when the app does not
    /// show them.
    async fn set_volumes(&self, context: &mut Context, volumes: Volumes) -> Result<(), Failure>;

    /// Leaves the fields of the caption: closes what typing has opened over Post and the settings.
    ///
    /// # Errors
    /// [`StandardFailure::TextInputUnavailable`](tikmatrix_domain::StandardFailure::TextInputUnavailable) when it stays.
    async fn leave_caption_fields(&self, context: &mut Context) -> Result<(), Failure>;

    /// Sets who can see the post, and reads it back.
    ///
    /// # Errors
    /// [`StandardFailure::OptionUnavailable`](tikmatrix_domain::StandardFailure::OptionUnavailable) when the app shows
    /// another audience in the end.
    async fn set_audience(&self, context: &mut Context, audience: Audience) -> Result<(), Failure>;

    /// Switches the app's own label for AI-generated content on, and reads it back.
    ///
    /// # Errors
    /// [`StandardFailure::OptionUnavailable`](tikmatrix_domain::StandardFailure::OptionUnavailable) when it is not on in
    /// the end.
    async fn switch_on_ai_label(&self, context: &mut Context) -> Result<(), Failure>;

    /// Links the first product that the account can sell.
    ///
    /// # Errors
    /// [`StandardFailure::ProductUnavailable`](tikmatrix_domain::StandardFailure::ProductUnavailable) with what the app
    /// says.
    async fn link_product(&self, context: &mut Context) -> Result<(), Failure>;
}
