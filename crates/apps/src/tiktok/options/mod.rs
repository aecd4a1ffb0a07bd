//! TikTok's options of a post: the sound and its volumes in the editor, and the settings below the caption.

mod ai_label;
mod audience;
mod elements;
mod products;
mod rows;
mod sound_page;
mod sounds;
mod suggestions;
mod volumes;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::script::{Context, Failure};

use crate::post_options::{Audience, PostOptions, SoundChoice, Volumes};
use crate::profile::file::ProfileError;
use crate::tiktok::options::ai_label::AiLabel;
use crate::tiktok::options::audience::AudienceRow;
use crate::tiktok::options::elements::OptionElements;
use crate::tiktok::options::products::ProductLink;
use crate::tiktok::options::sound_page::SoundPage;
use crate::tiktok::options::sounds::Sounds;
use crate::tiktok::options::suggestions::Suggestions;
use crate::tiktok::options::volumes::VolumeSliders;
use crate::tiktok::screens::Screens;

/// The options of a post on TikTok.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    screens: Arc<Screens>,
    elements: Arc<OptionElements>,
}

impl Options {
    pub(crate) fn new(screens: Arc<Screens>) -> Result<Self, ProfileError> {
        let elements = Arc::new(OptionElements::of(&screens.profile)?);
        Ok(Self { screens, elements })
    }

    fn sounds(&self) -> Sounds<'_> {
        Sounds { screens: &self.screens, elements: &self.elements }
    }
}

#[async_trait]
impl PostOptions for Options {
    async fn use_sound(
        &self,
        context: &mut Context,
        package: &str,
        url: &str,
        timeout: Duration,
    ) -> Result<String, Failure> {
        let page = SoundPage { screens: &self.screens, elements: &self.elements };
        page.use_sound_of_page(context, package, url, timeout).await
    }

    async fn require_sound(
        &self,
        context: &mut Context,
        name: &str,
        timeout: Duration,
    ) -> Result<(), Failure> {
        self.sounds().require_named(context, name, timeout).await
    }

    async fn choose_sound(
        &self,
        context: &mut Context,
        choice: &SoundChoice,
        timeout: Duration,
    ) -> Result<(), Failure> {
        self.sounds().choose(context, choice, timeout).await
    }

    async fn set_volumes(&self, context: &mut Context, volumes: Volumes) -> Result<(), Failure> {
        let sliders = VolumeSliders { sounds: self.sounds(), elements: &self.elements };
        sliders.set_both_volumes(context, volumes).await
    }

    async fn leave_caption_fields(&self, context: &mut Context) -> Result<(), Failure> {
        let suggestions = Suggestions { screens: &self.screens, elements: &self.elements };
        suggestions.leave_suggestions(context).await
    }

    async fn set_audience(&self, context: &mut Context, audience: Audience) -> Result<(), Failure> {
        let row = AudienceRow { screens: &self.screens, elements: &self.elements };
        row.choose_audience(context, audience).await
    }

    async fn switch_on_ai_label(&self, context: &mut Context) -> Result<(), Failure> {
        let label = AiLabel { screens: &self.screens, elements: &self.elements };
        label.label_as_ai(context).await
    }

    async fn link_product(&self, context: &mut Context) -> Result<(), Failure> {
        ProductLink { elements: &self.elements }.add_product(context).await
    }
}
