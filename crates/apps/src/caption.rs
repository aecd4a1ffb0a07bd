//! The text under a video, and how the app shows it.

use serde::{Deserialize, Serialize};
use tikmatrix_device::ui::reads_as;

/// What the app shows instead of the end of a long caption.
const CUTS: [&str; 4] = ["... more", "…more", "… more", "..."];

/// The text under a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    /// The line above the description; empty for none.
    pub title: String,
    /// The text.
    pub description: String,
}

impl Caption {
    /// The texts of a title field and of a description field. Without a title field, the title is the description's first
    /// line.
    pub(crate) fn for_fields(&self, has_title: bool) -> (String, String) {
        match (has_title, self.title.is_empty(), self.description.is_empty()) {
            (true, _, _) | (false, true, _) => (self.title.clone(), self.description.clone()),
            (false, false, true) => (String::new(), self.title.clone()),
            (false, false, false) => (String::new(), format!("{}\n{}", self.title, self.description)),
        }
    }

    /// Whether a video with this caption shows `shown`.
    pub(crate) fn is_shown_as(&self, shown: &str) -> bool {
        let description = self.description.trim();
        let title = self.title.trim();
        if description.is_empty() && title.is_empty() {
            return shown.trim().is_empty();
        }
        let shown = shown.trim();
        let wholes = match (title.is_empty(), description.is_empty()) {
            (true, _) => vec![description.to_owned()],
            (_, true) => vec![title.to_owned()],
            (false, false) => {
                vec![
                    format!("{title}\n{description}"),
                    format!("{title} {description}"),
                    description.to_owned(),
                ]
            }
        };
        wholes.iter().any(|whole| reads_as(whole, shown) || is_cut(whole, shown))
    }
}

/// Whether `shown` is `whole`, cut by the app. The rest has to be long enough to distinguish captions.
fn is_cut(whole: &str, shown: &str) -> bool {
    const MIN_LETTERS: usize = 20;
    CUTS.iter().any(|cut| {
        shown.strip_suffix(cut).map(str::trim_end).is_some_and(|beginning| {
            let length = beginning.chars().count();
            let same_length: String = whole.chars().take(length).collect();
            length >= MIN_LETTERS && reads_as(&same_length, beginning)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caption(title: &str, description: &str) -> Caption {
        Caption { title: title.to_owned(), description: description.to_owned() }
    }

    #[test]
    fn a_caption_matches_letter_for_letter() {
        let hostile = caption(
            "",
            "\"; rm -rf /sdcard; echo \" \u{1f469}\u{200d}\u{1f467} \u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        );
        assert!(hostile.is_shown_as(&hostile.description));
        assert!(!hostile.is_shown_as("\"; rm -rf /sdcard; echo \""));
        assert!(!caption("", "two").is_shown_as("tw"));
    }

    #[test]
    fn a_title_is_above_the_description_or_alone() {
        assert!(caption("Title", "text").is_shown_as("Title\ntext"));
        assert!(caption("Title", "").is_shown_as("Title"));
        assert!(!caption("Title", "text").is_shown_as("Title"));
    }

    #[test]
    fn a_long_caption_may_be_cut_but_not_a_short_one() {
        let long = caption("", "a caption that is much too long for the small place under a video");
        assert!(long.is_shown_as("a caption that is much too long... more"));
        assert!(!long.is_shown_as("another caption that is long... more"));
        assert!(!caption("", "a caption").is_shown_as("a c..."));
    }

    #[test]
    fn a_video_without_a_caption_shows_none() {
        assert!(caption("", "").is_shown_as(" "));
        assert!(!caption("", "").is_shown_as("another"));
    }
}
