//! Where a command about licences finds the data directory, and the key with which the server verifies.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use tikmatrix_api::read_text_file;
use tikmatrix_licensing::PublicKey;

use crate::cli::options::arguments::default_data_directory;

/// The server that a command is about: its data directory, and the key with which it verifies.
#[derive(Debug, Args)]
pub(in crate::cli) struct Location {
    /// The data directory of the server [default: the platform's place for a program's data]
    #[arg(long, env = "TIKMATRIX_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The vendor's public key, or a file that holds it; for builds that hold none
    #[arg(long, env = "TIKMATRIX_LICENSE_KEY", value_name = "FILE|KEY")]
    license_key: Option<String>,
    /// The server's configuration file, which may name both
    #[arg(long, env = "TIKMATRIX_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Location {
    /// The data directory.
    ///
    /// # Errors
    /// When none is named and the user has no home directory.
    pub(super) fn data_directory(&self) -> anyhow::Result<PathBuf> {
        self.data_dir.clone().map_or_else(default_data_directory, Ok)
    }

    /// The vendor's key, if there is one.
    ///
    /// # Errors
    /// As [`vendor_key()`].
    pub(super) fn vendor_key(&self) -> anyhow::Result<Option<PublicKey>> {
        vendor_key(self.license_key.as_deref())
    }
}

/// The vendor's key, from the compiler's environment; a build without it is given the key when the server starts.
const COMPILED_IN: Option<&str> = option_env!("TIKMATRIX_LICENSE_PUBLIC_KEY");

/// The key to verify with, if there is any. `given` is a key or the name of a file that holds one. A build that holds a
/// key takes no other: a licence for it is worth nothing under a key that anyone can make.
///
/// # Errors
/// When what is given is no public key, or another than the one that the build holds.
pub(in crate::cli) fn vendor_key(given: Option<&str>) -> anyhow::Result<Option<PublicKey>> {
    choose(COMPILED_IN, given)
}

fn choose(compiled_in: Option<&str>, given: Option<&str>) -> anyhow::Result<Option<PublicKey>> {
    let held =
        compiled_in.filter(|key| !key.is_empty()).map(PublicKey::from_text).transpose().context(
            "this build of tikmatrix was given a TIKMATRIX_LICENSE_PUBLIC_KEY that cannot be used",
        )?;
    let given = given.map(read).transpose()?;
    match (held, given) {
        (Some(held), Some(given)) if held != given => bail!(
            "--license-key is the key {}, but this build of tikmatrix holds its vendor's key {} and takes no other",
            given.id(),
            held.id()
        ),
        (Some(key), _) | (None, Some(key)) => Ok(Some(key)),
        (None, None) => Ok(None),
    }
}

fn read(given: &str) -> anyhow::Result<PublicKey> {
    if PublicKey::is_text(given) {
        return PublicKey::from_text(given).context("--license-key");
    }
    let path = Path::new(given);
    let text = read_text_file(path)
        .with_context(|| format!("--license-key: {given:?} is no key, and cannot be read as a file"))?;
    PublicKey::from_text(&text).with_context(|| format!("--license-key: the file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use tikmatrix_licensing::PrivateKey;

    use super::*;

    #[test]
    fn a_key_that_the_build_holds_cannot_be_replaced() {
        let [held, other] = [1, 2].map(|seed| PrivateKey::from_seed(&[seed; 32]).public());
        let [held_text, other_text] = [&held, &other].map(ToString::to_string);
        assert_eq!(choose(Some(&held_text), None).unwrap(), Some(held.clone()));
        assert_eq!(choose(Some(&held_text), Some(&held_text)).unwrap(), Some(held));
        assert_eq!(choose(None, Some(&other_text)).unwrap(), Some(other));
        assert_eq!(choose(None, None).unwrap(), None);
        let error = choose(Some(&held_text), Some(&other_text)).unwrap_err();
        assert!(error.to_string().contains("takes no other"), "{error}");
    }

    #[test]
    fn a_key_may_be_in_a_file_and_a_private_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vendor.pub");
        let key = PrivateKey::from_seed(&[1; 32]);
        std::fs::write(&path, format!("{}\n", key.public())).unwrap();
        assert_eq!(choose(None, path.to_str()).unwrap(), Some(key.public()));
        let error = format!("{:#}", choose(None, Some(&key.to_text())).unwrap_err());
        assert!(error.contains("private key") && !error.contains(&key.to_text()), "{error}");
        let error = format!("{:#}", choose(None, Some("missing.pub")).unwrap_err());
        assert!(error.contains("\"missing.pub\" is no key, and cannot be read as a file"), "{error}");
    }
}
