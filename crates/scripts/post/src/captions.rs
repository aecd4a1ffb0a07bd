//! The captions of a configuration: one template, or one caption a line.

use serde::{Deserialize, Serialize};
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_domain::{Extent, Spintax};

/// The longest text of captions, in bytes of UTF-8.
const MAX_CAPTIONS: usize = 65_536;
/// What stands for a line break inside a line.
const LINE_BREAK: &str = "###";

/// How `captions` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CaptionFormat {
    /// As one template.
    #[default]
    Spintax,
    /// As one caption a line.
    Multiline,
}

/// The captions as they were written. What they stand for depends on the format that another field names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Captions(String);

impl Captions {
    /// Returns the captions as they were written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the template that they are.
    ///
    /// # Errors
    /// A sentence about the first mistake.
    pub fn template(&self) -> Result<Spintax, String> {
        Spintax::parse(&self.0).map_err(|error| error.to_string())
    }

    /// Returns each line that holds a caption, as the template that stands for it alone.
    ///
    /// # Errors
    /// A sentence about the first line that no phone can hold.
    pub fn lines(&self) -> Result<Vec<Spintax>, String> {
        let lines = self.0.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
        lines
            .map(|(index, line)| literal(line).map_err(|reason| format!("line {}: {reason}", index + 1)))
            .collect()
    }

    /// Checks that they can be read in this format.
    pub(crate) fn check(&self, format: CaptionFormat) -> Result<(), String> {
        match format {
            CaptionFormat::Spintax => self.template().map(drop),
            CaptionFormat::Multiline if self.lines()?.is_empty() => {
                Err("must hold a caption on a line of its own when caption_format is multiline".to_owned())
            }
            CaptionFormat::Multiline => Ok(()),
        }
    }

    /// Returns the bounds of the texts that they stand for; of none where they cannot be read.
    pub(crate) fn extent(&self, format: CaptionFormat) -> Extent {
        let texts = match format {
            CaptionFormat::Spintax => self.template().map(|template| vec![template]),
            CaptionFormat::Multiline => self.lines(),
        };
        let extents = texts.unwrap_or_default().into_iter().map(|text| text.extent());
        extents.fold(Extent { length: 0, hashtags: 0 }, |most, one| Extent {
            length: most.length.max(one.length),
            hashtags: most.hashtags.max(one.hashtags),
        })
    }
}

/// Returns the template that stands for a line, in which nothing is a choice.
fn literal(line: &str) -> Result<Spintax, String> {
    let mut template = String::new();
    for character in line.replace(LINE_BREAK, "\n").chars() {
        if matches!(character, '{' | '|' | '}') {
            template.push('\\');
        }
        template.push(character);
    }
    Spintax::parse(&template).map_err(|error| error.to_string())
}

impl TryFrom<String> for Captions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() > MAX_CAPTIONS {
            return Err(format!("takes {} bytes, more than {MAX_CAPTIONS}", text.len()));
        }
        Ok(Self(text))
    }
}

impl From<Captions> for String {
    fn from(Captions(text): Captions) -> Self {
        text
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let captions = Captions::try_from(text.to_owned()).unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        captions.lines().unwrap().iter().map(|line| line.choose(&mut rng)).collect()
    }

    #[test]
    fn each_line_is_a_caption_letter_for_letter() {
        let text = "one {a|b}\r\n\n  two \\{x\\} \\ | \n###three###\u{1f469}##d";
        assert_eq!(lines(text), ["one {a|b}", "two \\{x\\} \\ |", "\nthree\n\u{1f469}##d"]);
    }

    #[test]
    fn a_line_that_no_phone_can_hold_is_named() {
        let captions = Captions::try_from("one\n\ntw\u{7}o".to_owned()).unwrap();
        let problem = captions.check(CaptionFormat::Multiline).unwrap_err();
        assert_eq!(problem, "line 3: character 3 is U+0007, which a phone cannot hold");
        let empty = Captions::try_from(" \n".to_owned()).unwrap();
        assert!(empty.check(CaptionFormat::Multiline).unwrap_err().starts_with("must hold a caption"));
        assert!(empty.check(CaptionFormat::Spintax).is_ok());
    }
}
