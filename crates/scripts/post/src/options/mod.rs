//! What a post carries beside its media, as the configuration asks for it: its caption, its sound, and the settings that
//! the app's driver makes on the way to Post.

mod captions;
mod sound;
pub(crate) mod sound_url;
mod turns;

use std::time::Duration;

use tikmatrix_apps::{Audience, PostOptions, Volumes};
use tikmatrix_device::script::{Context, Failure};

use crate::config::{AddProductLink, PostConfig, Visibility};

pub(crate) use captions::caption_of;
pub(crate) use sound::ChosenSound;

/// The volume of both sounds that apps start with.
const USUAL_VOLUME: u32 = 50;

/// Sets, in the editor, the sound and its volumes. `page_sound` is the sound that was used by its page.
pub(crate) async fn set_in_editor(
    options: &dyn PostOptions,
    context: &mut Context,
    config: &PostConfig,
    sound: &ChosenSound,
    page_sound: Option<&str>,
) -> Result<(), Failure> {
    let timeout = Duration::from_secs(config.sound_wait_time.into());
    if let Some(name) = page_sound {
        options.require_sound(context, name, timeout).await?;
    }
    if let Some(choice) = &sound.choice {
        context.step("choose the sound");
        options.choose_sound(context, choice, timeout).await?;
    }
    let volumes = Volumes { original: config.origin_sound_volume, added: config.add_sound_volume };
    if (volumes.original, volumes.added) != (USUAL_VOLUME, USUAL_VOLUME) {
        context.step("set the volumes");
        options.set_volumes(context, volumes).await?;
    }
    Ok(())
}

/// Sets, on the caption screen, what may widen or label the post: before Post, or the post fails.
pub(crate) async fn set_below_caption(
    options: &dyn PostOptions,
    context: &mut Context,
    config: &PostConfig,
) -> Result<(), Failure> {
    options.leave_caption_fields(context).await?;
    if config.add_product_link == AddProductLink::Yes {
        context.step("link a product");
        options.link_product(context).await?;
    }
    if config.ai_label {
        context.step("switch the AI label on");
        options.switch_on_ai_label(context).await?;
    }
    let audience = match config.visibility {
        Visibility::Public => Audience::Everyone,
        Visibility::Friends => Audience::Friends,
        Visibility::Private => Audience::OnlyYou,
    };
    if audience != Audience::Everyone {
        context.step("choose who can see the post");
    }
    // The last, so that nothing that is set after it changes it again.
    options.set_audience(context, audience).await
}
