//! The elements of TikTok's profile that the options need, read once so that none can be missing on the way.

use tikmatrix_device::ui::Selector;

use crate::profile::file::{Profile, ProfileError};

macro_rules! elements {
    ($($name:ident),+ $(,)?) => {
        #[derive(Debug)]
        pub(super) struct OptionElements {
            $(pub(super) $name: Selector,)+
        }

        impl OptionElements {
            pub(super) fn of(profile: &Profile) -> Result<Self, ProfileError> {
                Ok(Self { $($name: profile.element(stringify!($name))?,)+ })
            }
        }
    };
}

elements! {
    suggestion_list,
    typing_field,
    audience_row,
    audience_sheet,
    audience_everyone,
    audience_friends,
    audience_only_you,
    audience_is_everyone,
    audience_is_friends,
    audience_is_only_you,
    more_options_row,
    more_options_sheet,
    ai_label,
    switch,
    ai_notice,
    sound_name,
    sound_remove,
    sounds_sheet,
    sounds_search,
    sounds_field,
    sounds_search_button,
    sound_row,
    sounds_none,
    volume_button,
    volume_sheet,
    original_volume,
    added_volume,
    slider,
    volume_done,
    use_sound,
    sound_title,
    sound_gone,
    link_row,
    link_product,
    product_row,
    products_none,
    product_sold_out,
    product_gone,
    product_barred,
    product_name_field,
    product_name_refused,
    product_add,
    linked_product,
}
