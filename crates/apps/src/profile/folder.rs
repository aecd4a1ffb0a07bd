//! A user's folder of profiles: `tiktok.toml` there replaces the profile that is part of the program, and `labels/fr.toml`
//! the words of its keys. So an app's new version is met without a new program.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::profile::file::{Profile, ProfileError};
use crate::profile::labels::{Labels, LabelsError};

/// A folder of profiles that cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A file cannot be read.
    #[error("cannot read {file}: {source}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file has a mistake.
    #[error("{file}, line {line}, column {column}: {reason}")]
    Mistake {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The labels that are part of the program cannot be read.
    #[error(transparent)]
    Labels(#[from] LabelsError),
}

/// A user's folder of profiles.
#[derive(Debug)]
pub struct ProfileFolder {
    folder: PathBuf,
    labels: Labels,
}

impl ProfileFolder {
    /// Reads the labels of a folder.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        std::fs::read_dir(folder)
            .map_err(|source| FolderError::Unreadable { file: folder.to_owned(), source })?;
        let mut labels = Labels::clone(&*Labels::built_in()?);
        for language in labels.languages() {
            let file = folder.join("labels").join(format!("{language}.toml"));
            if let Some(text) = read_if_there(&file)? {
                labels =
                    labels.with(&language, &text).map_err(|error| mistake(file, &text, &error.source))?;
            }
        }
        Ok(Self { folder: folder.to_owned(), labels })
    }

    /// Returns the profile with the folder's labels: the folder's own of this id, or `built_in`.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn profile(&self, built_in: &Profile) -> Result<Profile, FolderError> {
        let file = self.folder.join(format!("{}.toml", built_in.id));
        let text = read_if_there(&file)?;
        let profile = match &text {
            Some(text) => Profile::parse_with(built_in.id, text, &self.labels),
            None => built_in.clone().resolved(&self.labels),
        };
        let text = text.unwrap_or_default();
        profile.map_err(|error| match error {
            ProfileError::Unreadable { source, .. } => mistake(file, &text, &source),
            ProfileError::Label { reason, .. } => {
                let key = reason.split('"').nth(1).map(|key| format!("\"{key}\"")).unwrap_or_default();
                let (line, column) = position(&text, text.find(&key).unwrap_or_default());
                FolderError::Mistake { file, line, column, reason }
            }
            other => FolderError::Mistake { file, line: 1, column: 1, reason: other.to_string() },
        })
    }
}

fn read_if_there(file: &Path) -> Result<Option<String>, FolderError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FolderError::Unreadable { file: file.to_owned(), source }),
    }
}

fn mistake(file: PathBuf, text: &str, error: &toml::de::Error) -> FolderError {
    let (line, column) = position(text, error.span().map_or(0, |span| span.start));
    FolderError::Mistake { file, line, column, reason: error.message().to_owned() }
}

/// Returns the line and the column of a byte of the text, from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tikmatrix_device::ui::UiTree;

    use super::*;
    use crate::driver::AppDriver as _;
    use crate::tiktok::driver::TikTok;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("labels")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn tiktok(files: &[(&str, &str)]) -> Result<Profile, FolderError> {
        let folder = folder(files);
        ProfileFolder::read(folder.path())?.profile(TikTok::new().unwrap().profile())
    }

    #[test]
    fn an_assumed_label_decides_a_tap_that_cannot_be_undone_only_when_a_user_has_seen_it() {
        let dump = r#"<node text="Posten" class="android.widget.Button" enabled="true" bounds="[0,80][9,99]"/>
                      <node bounds="[0,0][9,100]"/>"#;
        let tree = UiTree::parse(format!("<hierarchy>{dump}</hierarchy>").as_bytes()).unwrap();
        let is_found = |profile: &Profile| profile.elements["post"].is_on(&tree);
        assert!(!is_found(&tiktok(&[]).unwrap()));
        assert!(is_found(&tiktok(&[("labels/de.toml", "post = { seen = [\"Posten\"] }")]).unwrap()));
    }

    #[test]
    fn a_profile_of_the_folder_replaces_that_of_the_program() {
        let own = "name = \"TikTok\"\npackages = [\"com.example\"]\n";
        let profile = tiktok(&[("tiktok.toml", own)]).unwrap();
        assert_eq!((profile.id, profile.packages.as_slice()), ("tiktok", &["com.example".to_owned()][..]));
    }

    #[test]
    fn a_mistake_is_named_with_file_line_and_column() {
        let head = "name = \"TikTok\"\npackages = []\n";
        for (file, text, wanted) in [
            ("labels/fr.toml", "next = { sean = [] }".to_owned(), "fr.toml, line 1, column 10"),
            ("tiktok.toml", format!("{head}colour = 1\n"), "tiktok.toml, line 3, column 1"),
            (
                "tiktok.toml",
                format!("{head}[elements.next]\ntext = {{ label = \"nxt\" }}\n"),
                "tiktok.toml, line 4, column 18: there is no label \"nxt\"",
            ),
        ] {
            let said = tiktok(&[(file, &text)]).unwrap_err().to_string();
            assert!(said.contains(wanted), "{said}");
        }
    }
}
