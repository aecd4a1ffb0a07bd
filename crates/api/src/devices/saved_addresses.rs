//! The addresses of phones that were added while the server ran, in a file of its data directory with one per line. They
//! are not in the database, since servers that share one have phones of their own.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::adb::reach::{PhoneNetworks, Reach};
use tikmatrix_device::phone::Deadline;
use tikmatrix_device::registry::{Registry, parse_address};
use tikmatrix_domain::clean;
use tikmatrix_validation::json::without_mark;
use tokio::sync::Mutex;

use crate::text_file::read_text_file;

/// The file's name in the data directory.
const FILE: &str = "phones.txt";
/// More phones than one server can work with.
pub(crate) const MAX_ADDRESSES: usize = 1000;
/// The time to resolve the name in an address that is to be added; one that takes longer is checked when it is connected.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(2);

/// The file in a data directory.
#[must_use]
pub fn path(data_directory: &Path) -> PathBuf {
    data_directory.join(FILE)
}

/// The addresses, and the file that holds them.
#[derive(Debug)]
pub(crate) struct SavedAddresses {
    path: PathBuf,
    /// Where the addresses may lead: clients named them.
    networks: Arc<PhoneNetworks>,
    addresses: Mutex<Vec<String>>,
}

impl SavedAddresses {
    /// Reads the file, if there is one. It blocks.
    ///
    /// # Errors
    /// Of the file system. A line that is no address is left out, and told in the log.
    pub(crate) fn open(data_directory: &Path, networks: Arc<PhoneNetworks>) -> io::Result<Self> {
        let path = path(data_directory);
        let text = match read_text_file(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                let named = format!("the file {} cannot be read: {error}", path.display());
                return Err(io::Error::new(error.kind(), named));
            }
        };
        let mut addresses = Vec::new();
        for line in without_mark(&text).lines().map(str::trim).filter(|line| !line.is_empty()) {
            match parse_address(line) {
                Ok(address) => addresses.push(address),
                Err(error) => log::warn!("{}: {:?} is left out: {error}", path.display(), clean(line)),
            }
        }
        Ok(Self { path, networks, addresses: Mutex::new(addresses) })
    }

    /// The addresses, in the order in which they were added.
    pub(crate) async fn all(&self) -> Vec<String> {
        self.addresses.lock().await.clone()
    }

    /// Starts to connect to all of them.
    pub(crate) async fn connect(&self, registry: &Registry) {
        for address in &*self.addresses.lock().await {
            registry.add_within(address, self.reach());
        }
    }

    /// Returns whether a phone at an address would be connected to, as far as the address can be resolved now.
    pub(crate) async fn allow(&self, address: &str) -> bool {
        let allowed = Deadline::after(RESOLVE_TIMEOUT).run(self.networks.allow_address(address)).await;
        allowed.unwrap_or(true)
    }

    fn reach(&self) -> Reach {
        Reach::Within(Arc::clone(&self.networks))
    }

    /// Keeps an address and has the phone there connected; false if there is no room for it. One that is kept already
    /// stays as it is.
    ///
    /// # Errors
    /// Of the file system; nothing is changed then.
    pub(crate) async fn add(&self, address: &str, registry: &Registry) -> io::Result<bool> {
        let mut addresses = self.addresses.lock().await;
        if addresses.iter().any(|kept| kept == address) {
            return Ok(true);
        }
        if addresses.len() >= MAX_ADDRESSES {
            return Ok(false);
        }
        let mut wanted = addresses.clone();
        wanted.push(address.to_owned());
        self.write(wanted.clone()).await?;
        *addresses = wanted;
        registry.add_within(address, self.reach());
        Ok(true)
    }

    /// Forgets an address and lets the phone there go; false if it was not kept.
    ///
    /// # Errors
    /// Of the file system; nothing is changed then.
    pub(crate) async fn remove(&self, address: &str, registry: &Registry) -> io::Result<bool> {
        let mut addresses = self.addresses.lock().await;
        let wanted: Vec<String> = addresses.iter().filter(|kept| *kept != address).cloned().collect();
        if wanted.len() == addresses.len() {
            return Ok(false);
        }
        self.write(wanted.clone()).await?;
        *addresses = wanted;
        // Still under the lock: a request that adds it again at this moment finds its slot free.
        registry.remove(address).await;
        Ok(true)
    }

    /// Replaces the file as a whole, so that no crash leaves half of it.
    async fn write(&self, addresses: Vec<String>) -> io::Result<()> {
        let path = self.path.clone();
        let write = move || {
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            for address in addresses {
                writeln!(file, "{address}")?;
            }
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_added_and_not_removed_is_there_again() {
        let (folder, registry) = (tempfile::tempdir().unwrap(), Registry::start(Vec::new()));
        let kept = SavedAddresses::open(folder.path(), Arc::default()).unwrap();
        for address in ["127.0.0.1:5555", "127.0.0.2:5555", "127.0.0.1:5555"] {
            assert!(kept.add(address, &registry).await.unwrap());
        }
        assert!(kept.remove("127.0.0.1:5555", &registry).await.unwrap());
        assert!(!kept.remove("127.0.0.1:5555", &registry).await.unwrap());
        let again = SavedAddresses::open(folder.path(), Arc::default()).unwrap();
        assert_eq!(again.all().await, ["127.0.0.2:5555"]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no part of a file is left");
    }

    #[tokio::test]
    async fn lines_that_are_no_addresses_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "\n nonsense\n127.0.0.1:5555\n").unwrap();
        assert_eq!(
            SavedAddresses::open(folder.path(), Arc::default()).unwrap().all().await,
            ["127.0.0.1:5555"]
        );
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_skipped_and_a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, "\u{feff}127.0.0.1:5555\n").unwrap();
        assert_eq!(
            SavedAddresses::open(folder.path(), Arc::default()).unwrap().all().await,
            ["127.0.0.1:5555"]
        );
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        let error = SavedAddresses::open(folder.path(), Arc::default()).unwrap_err().to_string();
        assert!(error.contains(FILE), "{error}");
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_not_kept() {
        let (folder, registry) = (tempfile::tempdir().unwrap(), Registry::start(Vec::new()));
        let kept = SavedAddresses::open(folder.path(), Arc::default()).unwrap();
        drop(folder);
        assert!(kept.add("127.0.0.1:5555", &registry).await.is_err());
        assert!(kept.all().await.is_empty());
    }
}
