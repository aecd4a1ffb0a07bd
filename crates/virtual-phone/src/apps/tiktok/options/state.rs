//! What is open and armed of this part of the app.

use crate::ui::fault::OptionFault;

/// A sheet over the editor or the caption screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sheet {
    Audience,
    MoreOptions,
    Sounds,
    SoundSearch {
        /// Whether Search was tapped.
        has_results: bool,
    },
    Volumes,
    Link,
    Products,
    ProductName,
}

impl Sheet {
    /// Whether it lies over the editor, whose signs stay in the tree.
    pub(crate) fn is_over_editor(self) -> bool {
        matches!(self, Self::Sounds | Self::SoundSearch { .. } | Self::Volumes)
    }
}

/// The state of the options.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The sheet on top last.
    pub(crate) sheets: Vec<Sheet>,
    /// What the app says over the sheets.
    pub(crate) message: Option<&'static str>,
    pub(crate) words: String,
    pub(crate) product: String,
    /// The sound whose page was used last.
    pub(crate) used_sound: Option<String>,
    /// The description whose list of suggestions was left.
    pub(crate) left: Option<String>,
    /// Whether the caption screen of a small screen was scrolled down.
    pub(crate) is_scrolled: bool,
    faults: Vec<OptionFault>,
}

impl Options {
    pub(crate) fn arm(&mut self, fault: OptionFault) {
        self.faults.push(fault);
    }

    pub(crate) fn clear_faults(&mut self) {
        self.faults.clear();
    }

    pub(crate) fn has(&self, fault: OptionFault) -> bool {
        self.faults.contains(&fault)
    }

    /// Closes all sheets.
    pub(crate) fn close(&mut self) {
        self.sheets.clear();
        self.message = None;
    }

    /// The sheet in front.
    pub(crate) fn sheet(&self) -> Option<Sheet> {
        self.sheets.last().copied()
    }

    /// What distinguishes the screens with sheets.
    pub(crate) fn name(&self) -> String {
        match self.sheet() {
            // Results change no window.
            Some(Sheet::SoundSearch { .. }) => " sound search".to_owned(),
            Some(sheet) => format!(" {sheet:?}"),
            None => String::new(),
        }
    }

    /// The text of an input field of a sheet.
    pub(crate) fn field(&mut self, name: &str) -> Option<&mut String> {
        match (name, self.sheet()) {
            ("sound_search", Some(Sheet::SoundSearch { .. })) => Some(&mut self.words),
            ("product_name", Some(Sheet::ProductName)) => Some(&mut self.product),
            _ => None,
        }
    }
}

/// The sound of a link to a page: its name in a long link, one name for all short links. `None` for other links.
pub(crate) fn sound_of(link: &str) -> Option<String> {
    let (host, path) = link.strip_prefix("https://")?.split_once('/')?;
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    match (host, path.split_once('/')) {
        ("vm.tiktok.com" | "vt.tiktok.com", None) | ("www.tiktok.com", Some(("t", _))) => {
            Some("Short Way Home".to_owned())
        }
        ("www.tiktok.com" | "m.tiktok.com" | "tiktok.com", Some(("music", name))) => {
            Some(name.rsplit_once('-')?.0.replace('-', " "))
        }
        _ => None,
    }
}
