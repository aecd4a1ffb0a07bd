//! The configuration of `post` as a value: every field checked, every problem told at once. Its form for machines is
//! the `schema` module's.

use serde_json::{Value, json};
use tikmatrix_device::script::{Fields, Problem};
use tikmatrix_domain::{AppKind, Tag};

use crate::spintax::Spintax;

/// Every field, in the order of the documentation.
pub(crate) const FIELDS: [&str; 18] = [
    "app",
    "content_type",
    "image_count",
    "captions",
    "post_way",
    "material_source",
    "material_path",
    "material_list",
    "materials_tags",
    "upload_wait_time",
    "sound_wait_time",
    "add_sound",
    "sound_name",
    "custom_sound_keyword",
    "origin_sound_volume",
    "add_sound_volume",
    "add_product_link",
    "placement",
];

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// One video.
    Video,
    /// Images.
    Images,
}

/// By which way into the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostWay {
    /// The system's share sheet.
    Share,
    /// The app's + button.
    AddButton,
    /// "Use this sound".
    UseSound,
}

/// Where materials come from when no list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaterialSource {
    /// The server's library.
    MaterialLibrary,
    /// A folder on the server's disk.
    LocalFolder,
}

/// Which sound is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddSound {
    /// What the app does by itself.
    AppDefault,
    /// None.
    Off,
    /// The app's first suggestion.
    On,
    /// The first result of a search.
    Custom,
}

/// Where on Instagram it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// As a reel.
    Reel,
    /// As a story.
    Story,
}

/// A configuration that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct PostConfig {
    /// The app, when the configuration names one.
    pub app: Option<AppKind>,
    /// What is published.
    pub content_type: ContentType,
    /// How many images, 1 to 35.
    pub image_count: u32,
    /// The caption's template.
    pub captions: Spintax,
    /// By which way.
    pub post_way: PostWay,
    /// Where materials come from.
    pub material_source: MaterialSource,
    /// The folder of [`MaterialSource::LocalFolder`].
    pub material_path: String,
    /// Files on the server's disk.
    pub material_list: Vec<String>,
    /// Tags of the library.
    pub materials_tags: Vec<Tag>,
    /// The longest to wait for the upload, in seconds.
    pub upload_wait_time: u32,
    /// The longest to wait for a sound, in seconds.
    pub sound_wait_time: u32,
    /// Which sound is added.
    pub add_sound: AddSound,
    /// Name or URL of a sound.
    pub sound_name: String,
    /// What is searched for [`AddSound::Custom`].
    pub custom_sound_keyword: String,
    /// Volume of the video's own sound, 0 to 100.
    pub origin_sound_volume: u32,
    /// Volume of the added sound, 0 to 100.
    pub add_sound_volume: u32,
    /// Whether a product is linked.
    pub add_product_link: bool,
    /// Where on Instagram.
    pub placement: Placement,
}

impl PostConfig {
    /// Checks a configuration.
    ///
    /// # Errors
    /// Every problem that it has.
    pub fn read(config: &Value) -> Result<Self, Vec<Problem>> {
        let mut fields = Fields::of(config, &FIELDS)?;
        let config = Self {
            app: fields.app(),
            content_type: fields.one_of(
                "content_type",
                &[(json!(0), "video", ContentType::Video), (json!(1), "images", ContentType::Images)],
                ContentType::Video,
            ),
            image_count: fields.number("image_count", 1..=35, 1),
            captions: read_captions(&mut fields),
            post_way: fields.one_of(
                "post_way",
                &[
                    (json!("share"), "", PostWay::Share),
                    (json!("addButton"), "", PostWay::AddButton),
                    (json!("useSound"), "", PostWay::UseSound),
                ],
                PostWay::Share,
            ),
            material_source: fields.one_of(
                "material_source",
                &[
                    (json!("materialLibrary"), "", MaterialSource::MaterialLibrary),
                    (json!("localFolder"), "", MaterialSource::LocalFolder),
                ],
                MaterialSource::MaterialLibrary,
            ),
            material_path: fields.text("material_path"),
            material_list: fields.texts("material_list"),
            materials_tags: read_tags(&mut fields),
            upload_wait_time: fields.number("upload_wait_time", 0..=3600, 30),
            sound_wait_time: fields.number("sound_wait_time", 0..=600, 10),
            add_sound: read_add_sound(&mut fields),
            sound_name: fields.text("sound_name"),
            custom_sound_keyword: fields.text("custom_sound_keyword"),
            origin_sound_volume: fields.number("origin_sound_volume", 0..=100, 50),
            add_sound_volume: fields.number("add_sound_volume", 0..=100, 50),
            add_product_link: fields.one_of(
                "add_product_link",
                &[(json!(0), "no", false), (json!(1), "yes", true)],
                false,
            ),
            placement: fields.one_of(
                "placement",
                &[(json!("reel"), "", Placement::Reel), (json!("story"), "", Placement::Story)],
                Placement::Reel,
            ),
        };
        config.check_together(&mut fields);
        fields.finish(config)
    }

    /// What one field demands of another.
    fn check_together(&self, fields: &mut Fields<'_>) {
        let is_empty = |fields: &Fields<'_>, text: &str, name: &str| {
            text.trim().is_empty() && fields.raw(name).is_none_or(Value::is_string)
        };
        if self.post_way == PostWay::UseSound && is_empty(fields, &self.sound_name, "sound_name") {
            fields.problem("sound_name", "is required when post_way is useSound");
        }
        if self.add_sound == AddSound::Custom
            && is_empty(fields, &self.custom_sound_keyword, "custom_sound_keyword")
        {
            fields.problem("custom_sound_keyword", "is required when add_sound is custom");
        }
        if self.material_source == MaterialSource::LocalFolder
            && fields.raw("material_list").and_then(Value::as_array).is_none_or(Vec::is_empty)
            && is_empty(fields, &self.material_path, "material_path")
        {
            fields.problem("material_path", "is required when material_source is localFolder");
        }
        match self.app {
            Some(AppKind::Instagram) if self.add_product_link => {
                fields.problem("add_product_link", "1 (yes) works on tiktok only");
            }
            Some(AppKind::TikTok) if self.placement == Placement::Story => {
                fields.problem("placement", "\"story\" works on instagram only");
            }
            _ => {}
        }
    }
}

fn read_captions(fields: &mut Fields<'_>) -> Spintax {
    let template = fields.text("captions");
    Spintax::parse(&template).unwrap_or_else(|error| {
        fields.problem("captions", error.to_string());
        Spintax::default()
    })
}

/// Clients send the numbers as numbers or as strings.
fn read_add_sound(fields: &mut Fields<'_>) -> AddSound {
    let given = match fields.raw("add_sound") {
        None => return AddSound::AppDefault,
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    };
    match given.as_str() {
        "-1" => AddSound::AppDefault,
        "0" => AddSound::Off,
        "1" => AddSound::On,
        "custom" => AddSound::Custom,
        _ => {
            let meanings = "-1 (the app's default), 0 (off), 1 (on), custom";
            let shown: String = given.chars().take(60).collect();
            fields.problem("add_sound", format!("{shown} is not one of {meanings}"));
            AddSound::AppDefault
        }
    }
}

fn read_tags(fields: &mut Fields<'_>) -> Vec<Tag> {
    let written = fields.text("materials_tags");
    let mut tags = Vec::new();
    for text in written.split(',').filter(|text| !text.trim().is_empty()) {
        match Tag::new(text) {
            Ok(tag) => tags.push(tag),
            Err(reason) => {
                let shown: String = text.trim().chars().take(60).collect();
                fields.problem("materials_tags", format!("{shown:?} {reason}"));
            }
        }
    }
    tags
}
