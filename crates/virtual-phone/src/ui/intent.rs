//! Requests to start activities, their results, and the media that a request can refer to.

use std::collections::BTreeMap;

/// The action of an app's entry in the launcher.
pub const ACTION_MAIN: &str = "android.intent.action.MAIN";
/// The action of sharing one item.
pub const ACTION_SEND: &str = "android.intent.action.SEND";
/// The action of sharing several items.
pub const ACTION_SEND_MULTIPLE: &str = "android.intent.action.SEND_MULTIPLE";
/// The action of opening a link.
pub const ACTION_VIEW: &str = "android.intent.action.VIEW";
/// The extra that holds the URI of a shared item.
pub const EXTRA_STREAM: &str = "android.intent.extra.STREAM";

/// An activity by its package and its full class name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// The app's package.
    pub package: String,
    /// The activity's class, in full.
    pub class: String,
}

impl Component {
    /// The component of these two names; a class that begins with a dot is completed with the package.
    pub fn new(package: &str, class: &str) -> Self {
        let class = if class.starts_with('.') { format!("{package}{class}") } else { class.to_owned() };
        Self { package: package.to_owned(), class }
    }

    /// Parses `package/class` or `package/.Class`.
    pub fn parse(text: &str) -> Option<Self> {
        let (package, class) = text.split_once('/')?;
        (!package.is_empty() && !class.is_empty()).then(|| Self::new(package, class))
    }

    /// `package/class`, the class shortened to `.Class` where the package begins it, as `am` prints it.
    pub fn short(&self) -> String {
        match self.class.strip_prefix(&self.package).filter(|rest| rest.starts_with('.')) {
            Some(rest) => format!("{}/{rest}", self.package),
            None => format!("{}/{}", self.package, self.class),
        }
    }
}

/// A request to start an activity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// `-a`
    pub action: Option<String>,
    /// `-d`
    pub data: Option<String>,
    /// `-t`
    pub mime_type: Option<String>,
    /// `-n`
    pub component: Option<Component>,
    /// `-p`, or the bare package that `am` accepts in its place.
    pub package: Option<String>,
    /// `-c`, any number.
    pub categories: Vec<String>,
    /// `--es`, `--eu` and the like, as text; a list, which can only hold texts and numbers, in brackets.
    pub extras: BTreeMap<String, String>,
    /// `--grant-read-uri-permission`
    pub grant_read: bool,
}

impl Intent {
    /// The request of the launcher, and of `monkey -p PACKAGE -c android.intent.category.LAUNCHER 1`.
    pub fn launch(package: &str) -> Self {
        Self {
            action: Some(ACTION_MAIN.to_owned()),
            package: Some(package.to_owned()),
            categories: vec!["android.intent.category.LAUNCHER".to_owned()],
            ..Self::default()
        }
    }
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartResult {
    /// This activity was started.
    Started(Component),
    /// The app's task was running and came to the front.
    BroughtToFront(Component),
    /// More than one app can take it: the chooser is open.
    Choosing(Component),
    /// `Error: Activity not started, unable to resolve Intent`
    Unresolved,
    /// `Error type 3`, `Activity class {…} does not exist.`
    NoSuchActivity(Component),
}

/// A file in MediaStore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaItem {
    /// The file's name.
    pub display_name: String,
    /// For instance `video/mp4`.
    pub mime: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
}

impl MediaItem {
    /// Whether it is a video.
    pub fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }

    /// Whether it is a picture.
    pub fn is_image(&self) -> bool {
        self.mime.starts_with("image/")
    }
}

/// The source from which apps read shared items.
pub trait MediaSource {
    /// The item behind a `content://` or `file://` URI; `None` when there is none or it cannot be read.
    fn find(&self, uri: &str) -> Option<MediaItem>;
}

/// A request with its activity and its shared item.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The request.
    pub intent: Intent,
    /// The activity that it goes to.
    pub class: String,
    /// The item of `EXTRA_STREAM`, if it could be read.
    pub media: Option<MediaItem>,
}
