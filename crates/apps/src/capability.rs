//! What an app can do for scripts, as its driver says it.

use strum::VariantArray;

/// Something that a script may ask of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, VariantArray)]
pub enum Capability {
    /// Publishing a video that is handed over by the system's share sheet. A driver with the journey has it.
    Publish,
    /// Publishing images.
    PublishImages,
    /// Publishing by the app's own + button.
    AddButton,
    /// Publishing from the page of a sound.
    SoundPage,
    /// Another sound than the app's default, or none.
    ChooseSound,
    /// The volumes of the sounds.
    SetVolumes,
    /// A link to a product.
    LinkProduct,
    /// Another audience than everyone.
    ChooseAudience,
    /// The app's own label for AI-generated content.
    LabelAsAi,
    /// Publishing as a story.
    PublishStory,
    /// Following and unfollowing a user whose profile is opened by its URL. A driver with the journey has it.
    Follow,
    /// Finding a user through the app's search.
    SearchUsers,
    /// Reading the accounts that are signed in. A driver with the journey has it.
    ReadAccounts,
}

impl Capability {
    /// Every capability.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}
