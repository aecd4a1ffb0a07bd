//! The configuration of `post`. [`PostConfig`] is the one place that names its fields.

use serde::{Deserialize, Serialize};
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_device::script::serde_json::{Value, json};
use tikmatrix_device::script::{AppName, Fields, Numbers, Problems};
use tikmatrix_domain::{AppId, Extent, Tag};

use crate::captions::{CaptionFormat, Captions};
use crate::options::sound_url::check_sound_name;

/// The most wrong tags that one message lists.
const MAX_WRONG_TAGS: usize = 10;
/// The longest caption of the apps, in UTF-16 code units.
const MAX_CAPTION: usize = 2200;
/// The most images of a post.
const MAX_IMAGES: usize = 35;
/// The most hashtags of a video on TikTok.
const MAX_TIKTOK_HASHTAGS: usize = 5;

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum ContentType {
    /// Video.
    #[default]
    #[serde(rename = "0")]
    Video,
    /// Images.
    #[serde(rename = "1")]
    Images,
}

/// The way into the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PostWay {
    /// The system's share sheet.
    #[default]
    Share,
    /// The app's + button.
    AddButton,
    /// "Use this sound".
    UseSound,
}

/// Where materials come from when no list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MaterialSource {
    /// The server's library.
    #[default]
    MaterialLibrary,
    /// A folder on the server's disk.
    LocalFolder,
}

/// Which sound is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AddSound {
    /// The app's default.
    #[default]
    #[serde(rename = "-1")]
    AppDefault,
    /// Off.
    #[serde(rename = "0")]
    Off,
    /// On.
    #[serde(rename = "1")]
    On,
    /// The first result of a search for `custom_sound_keyword`.
    Custom,
}

/// Whether a product is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum AddProductLink {
    /// No.
    #[default]
    #[serde(rename = "0")]
    No,
    /// Yes.
    #[serde(rename = "1")]
    Yes,
}

/// Where on Instagram it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Placement {
    /// As a reel.
    #[default]
    Reel,
    /// As a story.
    Story,
}

/// Who can see the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Visibility {
    /// Everyone.
    #[default]
    Public,
    /// The account's friends.
    Friends,
    /// The account alone.
    Private,
}

/// The configuration of `post`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("allOf" = required_together()), extend("examples" = [{"captions": "{Hello|Good morning}, world"}]))]
pub struct PostConfig {
    /// The app. Default: the account's, else the server's.
    #[serde(with = "AppName", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AppName")]
    pub app: Option<AppId>,
    /// What is published.
    #[serde(with = "Numbers::<ContentType>")]
    #[schemars(with = "Numbers<ContentType>")]
    pub content_type: ContentType,
    /// Images to take of the library or of a folder, when `content_type` is 1. Of `material_list`, all are taken.
    #[schemars(range(min = 1, max = 35))]
    pub image_count: u32,
    /// Spintax: `{a|b|c}` picks one, nesting allowed; `\{ \| \}` are literal. See `caption_format`. On TikTok `##` splits title and description.
    #[schemars(with = "String", length(max = 65536))]
    pub captions: Captions,
    /// The way into the app.
    pub post_way: PostWay,
    /// Where materials come from. Ignored when `material_list` is given.
    pub material_source: MaterialSource,
    /// The folder. Required when `material_source` is `localFolder`.
    pub material_path: String,
    /// Files on the server's disk, used as they are: of videos the first that exists is published, of images all, in this
    /// order.
    #[schemars(inner(regex(pattern = r"\S")))]
    pub material_list: Vec<String>,
    /// Comma-separated; library materials that carry any of them.
    #[schemars(with = "String")]
    pub materials_tags: TagList,
    /// The longest to wait for the upload to finish, in seconds.
    #[schemars(range(max = 3600))]
    pub upload_wait_time: u32,
    /// The longest to wait for a sound to load, in seconds.
    #[schemars(range(max = 600))]
    pub sound_wait_time: u32,
    /// Which sound is added.
    #[serde(with = "Numbers::<AddSound>")]
    #[schemars(with = "Numbers<AddSound>")]
    pub add_sound: AddSound,
    /// Name or URL of a sound. Required when `post_way` is `useSound`.
    pub sound_name: String,
    /// What to search for. Required when `add_sound` is `custom`.
    pub custom_sound_keyword: String,
    /// Volume of the video's own sound.
    #[schemars(range(max = 100))]
    pub origin_sound_volume: u32,
    /// Volume of the added sound.
    #[schemars(range(max = 100))]
    pub add_sound_volume: u32,
    /// Whether a product is linked. TikTok only.
    #[serde(with = "Numbers::<AddProductLink>")]
    #[schemars(with = "Numbers<AddProductLink>")]
    pub add_product_link: AddProductLink,
    /// Where it is published. Instagram only.
    pub placement: Placement,
    /// Whether the app's own label for AI-generated content is switched on.
    pub ai_label: bool,
    /// How `captions` is read. `multiline`: each line is a caption, letter for letter, and each account takes them in turn;
    /// `###` is a line break inside one.
    pub caption_format: CaptionFormat,
    /// Who can see the post.
    pub visibility: Visibility,
}

impl Default for PostConfig {
    fn default() -> Self {
        Self {
            app: None,
            content_type: ContentType::default(),
            image_count: 1,
            captions: Captions::default(),
            post_way: PostWay::default(),
            material_source: MaterialSource::default(),
            material_path: String::new(),
            material_list: Vec::new(),
            materials_tags: TagList::default(),
            upload_wait_time: 30,
            sound_wait_time: 10,
            add_sound: AddSound::default(),
            sound_name: String::new(),
            custom_sound_keyword: String::new(),
            origin_sound_volume: 50,
            add_sound_volume: 50,
            add_product_link: AddProductLink::default(),
            placement: Placement::default(),
            ai_label: false,
            caption_format: CaptionFormat::default(),
            visibility: Visibility::default(),
        }
    }
}

impl PostConfig {
    /// Adds what one field demands of another.
    pub(crate) fn check(&self, fields: &Fields<'_>, problems: &mut Problems) {
        if fields.is_sound("captions")
            && let Err(reason) = self.captions.check(self.caption_format)
        {
            problems.add("captions", reason);
        }
        let is_missing = |text: &str, name: &str| text.trim().is_empty() && fields.is_sound(name);
        if self.post_way == PostWay::UseSound && is_missing(&self.sound_name, "sound_name") {
            problems.add("sound_name", "is required when post_way is useSound");
        }
        if self.post_way == PostWay::UseSound
            && fields.is_sound("sound_name")
            && let Err(reason) = check_sound_name(&self.sound_name)
        {
            problems.add("sound_name", reason);
        }
        if self.add_sound == AddSound::Custom
            && is_missing(&self.custom_sound_keyword, "custom_sound_keyword")
        {
            problems.add("custom_sound_keyword", "is required when add_sound is custom");
        }
        if self.material_source == MaterialSource::LocalFolder
            && self.material_list.is_empty()
            && fields.is_sound("material_list")
            && is_missing(&self.material_path, "material_path")
        {
            problems.add("material_path", "is required when material_source is localFolder");
        }
        check_named_materials(self, fields, problems);
    }

    /// Adds what apps do not take of some of the texts that the captions stand for.
    pub(crate) fn warn(&self, warnings: &mut Problems) {
        let Extent { length, hashtags } = self.captions.extent(self.caption_format);
        if length > MAX_CAPTION {
            let reason = format!("the longest text has {length} characters, and the apps take {MAX_CAPTION}");
            warnings.add("captions", reason);
        }
        if hashtags > MAX_TIKTOK_HASHTAGS && self.app.is_none_or(|app| app.as_str() == "tiktok") {
            let reason =
                format!("a text has up to {hashtags} hashtags, and TikTok takes {MAX_TIKTOK_HASHTAGS}");
            warnings.add("captions", reason);
        }
    }
}

/// Adds what is wrong with the files and the folder that are named.
fn check_named_materials(config: &PostConfig, fields: &Fields<'_>, problems: &mut Problems) {
    let images = config.material_list.len();
    if config.content_type == ContentType::Images && images > MAX_IMAGES && fields.is_sound("material_list") {
        let reason = format!(
            "names {images} images, and a post takes at most {MAX_IMAGES}: name fewer, and create a task for the others"
        );
        problems.add("material_list", reason);
    }
    let listed = config.material_list.iter().enumerate();
    let listed = listed.map(|(index, path)| (format!("material_list[{index}]"), path));
    for (field, path) in listed.chain([("material_path".to_owned(), &config.material_path)]) {
        if path.contains(char::is_control) {
            problems.add(field, "holds a control character, which no path of a material has");
        }
    }
}

/// What one field demands of another, for forms and other programs; [`PostConfig::check`] reports it to people.
fn required_together() -> Value {
    let when = |field: &str, value: &str, needed: &str| {
        json!({
            "if": {"properties": {field: {"const": value}}, "required": [field]},
            "then": {"required": [needed], "properties": {needed: {"pattern": r"\S"}}},
        })
    };
    let mut folder = when("material_source", "localFolder", "material_path");
    folder["if"]["properties"]["material_list"] = json!({"maxItems": 0});
    json!([
        when("post_way", "useSound", "sound_name"),
        when("add_sound", "custom", "custom_sound_keyword"),
        folder,
    ])
}

/// Tags that are written in one text, between commas.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TagList(pub Vec<Tag>);

impl TryFrom<String> for TagList {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let (mut tags, mut wrong) = (Vec::new(), Vec::new());
        for text in written.split(',').filter(|text| !text.trim().is_empty()) {
            match Tag::new(text) {
                Ok(tag) => tags.push(tag),
                Err(_) if wrong.len() == MAX_WRONG_TAGS => break,
                Err(reason) => {
                    let shown: String = text.trim().chars().take(60).collect();
                    wrong.push(format!("{shown:?} {reason}"));
                }
            }
        }
        if wrong.is_empty() { Ok(Self(tags)) } else { Err(wrong.join("; ")) }
    }
}

impl From<TagList> for String {
    fn from(tags: TagList) -> Self {
        tags.0.iter().map(Tag::as_str).collect::<Vec<_>>().join(",")
    }
}
