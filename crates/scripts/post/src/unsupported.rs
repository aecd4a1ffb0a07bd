//! What `post` accepts and cannot do yet: each is refused at once, with one sentence that says what to use instead.

use tikmatrix_device::script::Failure;
use tikmatrix_domain::StandardFailure;

use crate::config::{AddProductLink, AddSound, ContentType, PostConfig, PostWay};

/// Refuses what cannot be done yet.
pub(crate) fn check(config: &PostConfig) -> Result<(), Failure> {
    match missing(config) {
        Some(sentence) => Err(Failure::of_request(StandardFailure::OptionUnavailable, sentence)),
        None => Ok(()),
    }
}

fn missing(config: &PostConfig) -> Option<&'static str> {
    let default_volumes = config.origin_sound_volume == 50 && config.add_sound_volume == 50;
    match config {
        PostConfig { content_type: ContentType::Images, .. } => {
            Some("content_type 1 (images) is not supported yet; use 0 (video)")
        }
        PostConfig { post_way: PostWay::AddButton, .. } => {
            Some("post_way addButton is not supported yet; use share")
        }
        PostConfig { post_way: PostWay::UseSound, .. } => {
            Some("post_way useSound is not supported yet; use share")
        }
        PostConfig { add_sound: AddSound::Off | AddSound::On | AddSound::Custom, .. } => {
            Some("add_sound other than -1 is not supported yet; use -1 (the app's default)")
        }
        _ if !default_volumes => Some(
            "origin_sound_volume and add_sound_volume other than 50 are not supported yet; leave them out",
        ),
        PostConfig { add_product_link: AddProductLink::Yes, .. } => {
            Some("add_product_link 1 is not supported yet; use 0")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refusal(config: &Value) -> Option<&'static str> {
        missing(&serde_json::from_value(config.clone()).unwrap())
    }

    #[test]
    fn what_is_not_supported_is_refused_by_its_field() {
        for (field, value) in [
            ("content_type", json!(1)),
            ("post_way", json!("addButton")),
            ("add_sound", json!("0")),
            ("add_product_link", json!(1)),
            ("add_sound_volume", json!(80)),
        ] {
            let sentence = refusal(&json!({"material_list": ["a.mp4"], field: value})).unwrap();
            assert!(sentence.contains(field), "{sentence}");
            assert!(sentence.contains("not supported yet; "), "{sentence}");
        }
    }

    #[test]
    fn the_documented_example_and_every_source_of_videos_are_supported() {
        let example = json!({
            "content_type": 0,
            "captions": "Check out my new video! #viral #fyp",
            "material_list": ["C:/Videos/video1.mp4"],
            "upload_wait_time": 60,
        });
        let folder = json!({"material_source": "localFolder", "material_path": "x"});
        for config in [example, json!({}), folder] {
            assert_eq!(refusal(&config), None);
        }
    }
}
