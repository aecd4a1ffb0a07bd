//! What `post` asks of apps: which value of which field needs which capability. The drivers say which apps have it.

use tikmatrix_apps::{Apps, Capability};
use tikmatrix_device::script::AppOption;

use crate::config::{AddProductLink, AddSound, ContentType, Placement, PostConfig, PostWay, Visibility};

/// Returns the table, for these apps.
pub(crate) fn of(apps: &Apps) -> Vec<AppOption<PostConfig>> {
    let option = |field, values, what, capability, is_asked, instead| AppOption {
        field,
        values,
        what,
        is_asked,
        apps: apps.that_can(capability),
        instead,
    };
    vec![
        option("app", "", "publishing", Capability::Publish, |_| true, None),
        option(
            "content_type",
            "`1`",
            "images",
            Capability::PublishImages,
            |config| config.content_type == ContentType::Images,
            Some("0 (video)"),
        ),
        option(
            "post_way",
            "`addButton`",
            "the app's + button",
            Capability::AddButton,
            |config| config.post_way == PostWay::AddButton,
            Some("share"),
        ),
        option(
            "post_way",
            "`useSound`",
            "the page of a sound",
            Capability::SoundPage,
            |config| config.post_way == PostWay::UseSound,
            Some("share"),
        ),
        option(
            "add_sound",
            "`0`, `1`, `custom`",
            "a choice of the sound",
            Capability::ChooseSound,
            |config| config.add_sound != AddSound::AppDefault,
            Some("-1 (the app's default)"),
        ),
        option(
            "origin_sound_volume",
            "other than `50`",
            "a volume",
            Capability::SetVolumes,
            |config| config.origin_sound_volume != 50,
            Some("50"),
        ),
        option(
            "add_sound_volume",
            "other than `50`",
            "a volume",
            Capability::SetVolumes,
            |config| config.add_sound_volume != 50,
            Some("50"),
        ),
        option(
            "add_product_link",
            "`1`",
            "a product link",
            Capability::LinkProduct,
            |config| config.add_product_link == AddProductLink::Yes,
            Some("0 (no)"),
        ),
        option(
            "visibility",
            "`friends`, `private`",
            "an audience",
            Capability::ChooseAudience,
            |config| config.visibility != Visibility::Public,
            Some("public"),
        ),
        option(
            "ai_label",
            "`true`",
            "the label for AI-generated content",
            Capability::LabelAsAi,
            |config| config.ai_label,
            Some("false"),
        ),
        option(
            "placement",
            "`story`",
            "a story",
            Capability::PublishStory,
            |config| config.placement == Placement::Story,
            Some("reel"),
        ),
    ]
}
