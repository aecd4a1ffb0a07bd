//! The tests' user: finds nodes in dumps only, and taps at coordinates only.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use tikmatrix_virtual_phone::apps::fresh_screen;
use tikmatrix_virtual_phone::ui::intent::{ACTION_SEND, ACTION_VIEW, EXTRA_STREAM};
use tikmatrix_virtual_phone::ui::{Component, Intent, MediaItem, MediaSource, StartResult, WindowSystem};

/// The app under test.
pub(crate) const TIKTOK: &str = "com.zhiliaoapp.musically";
/// Its share target.
pub(crate) const SHARE: &str = "com.ss.android.ugc.aweme.share.SystemShareActivity";
/// The URI of the only readable video.
pub(crate) const VIDEO_URI: &str = "content://media/external/video/media/1000";
/// Its hash.
pub(crate) const VIDEO_SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

/// A media store with one video.
pub(crate) struct OneVideo;

impl MediaSource for OneVideo {
    fn find(&self, uri: &str) -> Option<MediaItem> {
        (uri == VIDEO_URI).then(|| MediaItem {
            display_name: "clip.mp4".to_owned(),
            mime: "video/mp4".to_owned(),
            sha256: VIDEO_SHA256.to_owned(),
            size: 6,
        })
    }
}

/// A node of a dump, as an engine sees it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) class: String,
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) desc: String,
    pub(crate) package: String,
    pub(crate) clickable: bool,
    pub(crate) enabled: bool,
    pub(crate) focused: bool,
    pub(crate) bounds: [i32; 4],
}

impl Seen {
    pub(crate) fn center(&self) -> (i32, i32) {
        let [left, top, right, bottom] = self.bounds;
        (i32::midpoint(left, right), i32::midpoint(top, bottom))
    }
}

/// A phone, a finger and a clock.
pub(crate) struct Hand {
    pub(crate) phone: WindowSystem,
    pub(crate) now: DateTime<Utc>,
}

impl Hand {
    pub(crate) fn new(seed: u64) -> Self {
        let now = Utc.with_ymd_and_hms(2026, 3, 1, 9, 30, 0).unwrap();
        Self { phone: fresh_screen("virtual_1", seed, now), now }
    }

    /// In the editor with the video, the first permission dialog answered.
    pub(crate) fn in_editor() -> Self {
        let mut hand = Self::new(2);
        assert!(matches!(hand.share(VIDEO_URI), StartResult::Started(_)));
        hand.tap("Don’t allow");
        hand
    }

    pub(crate) fn on_caption() -> Self {
        let mut hand = Self::in_editor();
        hand.tap("Next");
        hand
    }

    pub(crate) fn on_feed() -> Self {
        let mut hand = Self::new(2);
        hand.phone.start_activity(&Intent::launch(TIKTOK), &OneVideo);
        hand.tap("Don’t allow");
        hand
    }

    pub(crate) fn share(&mut self, uri: &str) -> StartResult {
        let intent = Intent { component: Some(Component::new(TIKTOK, SHARE)), ..send(uri) };
        self.phone.start_activity(&intent, &OneVideo)
    }

    pub(crate) fn open_profile(&mut self, name: &str) -> StartResult {
        let intent = Intent {
            action: Some(ACTION_VIEW.to_owned()),
            data: Some(format!("https://www.tiktok.com/@{name}")),
            package: Some(TIKTOK.to_owned()),
            ..Intent::default()
        };
        self.phone.start_activity(&intent, &OneVideo)
    }

    pub(crate) fn wait(&mut self, milliseconds: i64) {
        self.now += TimeDelta::milliseconds(milliseconds);
        self.phone.advance(self.now);
    }

    /// Reads the screen, if need be with the compressed form until it passes.
    pub(crate) fn dump(&mut self) -> String {
        self.phone.dump(false).unwrap_or_else(|_| (0..40).find_map(|_| self.phone.dump(true).ok()).unwrap())
    }

    pub(crate) fn nodes(&mut self) -> Vec<Seen> {
        nodes(&self.dump())
    }

    pub(crate) fn sees(&mut self, words: &str) -> bool {
        self.nodes().iter().any(|node| node.text == words || node.desc == words)
    }

    pub(crate) fn find(&mut self, words: &str) -> Seen {
        let all = self.nodes();
        all.iter().find(|node| node.text == words || node.desc == words).cloned().unwrap_or_else(|| {
            let seen: Vec<&str> =
                all.iter().map(|node| node.text.as_str()).filter(|text| !text.is_empty()).collect();
            panic!("{words:?} is not on the screen, but {seen:?}")
        })
    }

    pub(crate) fn tap(&mut self, words: &str) {
        let (x, y) = self.find(words).center();
        self.phone.tap(x, y);
    }

    pub(crate) fn field(&mut self, short_id: &str) -> Seen {
        let id = format!("{TIKTOK}:id/{short_id}");
        self.nodes().into_iter().find(|node| node.id == id).unwrap()
    }

    /// The posts of the report.
    pub(crate) fn posts(&self) -> Vec<tikmatrix_virtual_phone::ui::Post> {
        self.account().posts
    }

    /// The account in the report.
    pub(crate) fn account(&self) -> tikmatrix_virtual_phone::ui::AccountReport {
        self.phone.tasks().apps.report()["tiktok"].accounts[0].clone()
    }
}

pub(crate) fn send(uri: &str) -> Intent {
    Intent {
        action: Some(ACTION_SEND.to_owned()),
        mime_type: Some("video/mp4".to_owned()),
        extras: [(EXTRA_STREAM.to_owned(), uri.to_owned())].into(),
        ..Intent::default()
    }
}

pub(crate) fn nodes(dump: &str) -> Vec<Seen> {
    let document = roxmltree::Document::parse(dump).unwrap();
    let seen = |node: roxmltree::Node<'_, '_>| {
        let get = |name: &str| node.attribute(name).unwrap().to_owned();
        let numbers: Vec<i32> = get("bounds")
            .split(|character: char| !character.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        Seen {
            class: get("class"),
            id: get("resource-id"),
            text: get("text"),
            desc: get("content-desc"),
            package: get("package"),
            clickable: get("clickable") == "true",
            enabled: get("enabled") == "true",
            focused: get("focused") == "true",
            bounds: numbers.try_into().unwrap(),
        }
    };
    document.descendants().filter(|node| node.has_tag_name("node")).map(seen).collect()
}
