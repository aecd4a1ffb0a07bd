//! The store of the keys: the files that adb uses itself, read once and shared by every connection. A missing file is
//! created.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(feature = "tls")]
use std::sync::OnceLock;

use rsa::rand_core::TryCryptoRng;
use thiserror::Error;
use tokio::sync::OnceCell;
#[cfg(feature = "tls")]
use tokio_rustls::rustls::ClientConfig;

use super::adb_key::AdbKey;
use super::public::KeyError;

/// The extension of vendors' keys inside a folder of them (`ADB_VENDOR_KEYS`).
const VENDOR_EXTENSION: &str = "adb_key";
/// The size above which a file is no key, in bytes.
const MAX_FILE_LEN: u64 = 64 * 1024;

/// Why there is no key to show.
#[derive(Debug, Clone, Error)]
pub enum KeyStoreError {
    /// No file is configured, and the user has no home folder.
    #[error("there is no home folder to keep an ADB key in: name a file (serve: --adb-key)")]
    NoPlace,
    /// Reading the keys was interrupted.
    #[error("the ADB keys were not read: {0}")]
    Interrupted(String),
    /// The file cannot be read, or created.
    #[error("the ADB key {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// The files that hold keys, and their owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyFiles {
    /// This user's own key, created when it is missing. It is the one that a person is asked to accept.
    pub own: Option<PathBuf>,
    /// Further files, and folders of `*.adb_key` files, that are tried too.
    pub vendors: Vec<PathBuf>,
    /// The owner of the key, as phones list it: `user@host`.
    pub owner: String,
}

impl KeyFiles {
    /// Returns the files that adb uses for this user: `~/.android/adbkey`, and what `ADB_VENDOR_KEYS` names.
    #[must_use]
    pub fn of_user() -> Self {
        let variable = |name| std::env::var(name).ok().filter(|text: &String| !text.is_empty());
        let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable);
        let host = fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host.map(|name| name.trim().to_owned()).or_else(|| variable("COMPUTERNAME"));
        let unknown = || "unknown".to_owned();
        Self {
            own: std::env::home_dir()
                .filter(|home| home.is_absolute())
                .map(|home| home.join(".android").join("adbkey")),
            vendors: std::env::var_os("ADB_VENDOR_KEYS").map_or_else(Vec::new, |paths| {
                std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect()
            }),
            owner: format!("{}@{}", user.unwrap_or_else(unknown), host.unwrap_or_else(unknown)),
        }
    }

    /// Reads every key, this user's own first, and generates that one from `random` when it is missing.
    ///
    /// # Errors
    /// [`KeyStoreError`] when this user's own key can be neither read nor created and there is no other.
    pub fn load<R: TryCryptoRng + ?Sized>(&self, random: &mut R) -> Result<KeyRing, KeyStoreError> {
        let own = match &self.own {
            Some(path) => read_or_create(path, &self.owner, random),
            None => Err(KeyStoreError::NoPlace),
        };
        let mut others: Vec<AdbKey> = Vec::new();
        for path in self.vendors.iter().flat_map(|path| files_of(path)) {
            match read(&path) {
                Ok(key) => others.push(key),
                Err(error) => log::warn!("{error}"),
            }
        }
        let first = match own {
            Ok(key) => key,
            Err(error) if others.is_empty() => return Err(error),
            Err(error) => {
                log::warn!("{error}");
                others.remove(0)
            }
        };
        let mut known = vec![first.public().clone()];
        others.retain(|key| {
            let new = !known.contains(key.public());
            known.push(key.public().clone());
            new
        });
        Ok(KeyRing {
            first,
            others,
            owner: self.owner.clone(),
            #[cfg(feature = "tls")]
            tls: OnceLock::new(),
        })
    }
}

/// Keys for any number of connections; clones are the same store. Files are read, and created, when the first phone
/// asks for a key.
#[derive(Debug, Clone)]
pub struct KeyStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// `None` for the files that adb uses for this user, which are looked up with the keys.
    files: Option<KeyFiles>,
    ring: OnceCell<Arc<KeyRing>>,
}

impl PartialEq for KeyStore {
    /// Returns whether it is the same store.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for KeyStore {}

impl KeyStore {
    /// Returns the store of the keys that adb uses for this user: [`KeyFiles::of_user`].
    #[must_use]
    pub fn of_user() -> Self {
        Self { shared: Arc::new(Shared { files: None, ring: OnceCell::new() }) }
    }

    /// Returns the store of the keys in `files`.
    #[must_use]
    pub fn new(files: KeyFiles) -> Self {
        Self { shared: Arc::new(Shared { files: Some(files), ring: OnceCell::new() }) }
    }

    /// Returns the keys, read by the first call. After an error the next call retries.
    ///
    /// # Errors
    /// [`KeyStoreError`]: there is no key at all.
    pub async fn ring(&self) -> Result<Arc<KeyRing>, KeyStoreError> {
        self.shared.ring.get_or_try_init(|| self.load()).await.map(Arc::clone)
    }

    async fn load(&self) -> Result<Arc<KeyRing>, KeyStoreError> {
        let files = self.shared.files.clone();
        let load = move || {
            let files = files.unwrap_or_else(KeyFiles::of_user);
            let ring = files.load(&mut getrandom::SysRng)?;
            log::info!(
                "phones that ask are shown the key {} ({}): accept it once on each phone",
                ring.first().public().fingerprint(),
                files.own.as_deref().unwrap_or(Path::new("of a vendor")).display(),
            );
            Ok(Arc::new(ring))
        };
        tokio::task::spawn_blocking(load)
            .await
            .map_err(|error| KeyStoreError::Interrupted(error.to_string()))?
    }
}

/// The keys that were found: at least one.
#[derive(Debug)]
pub struct KeyRing {
    first: AdbKey,
    others: Vec<AdbKey>,
    owner: String,
    /// The TLS configuration of the keys, created by the first use.
    #[cfg(feature = "tls")]
    pub(in crate::adb) tls: OnceLock<Arc<ClientConfig>>,
}

impl KeyRing {
    /// Returns the key that a person is asked to accept.
    #[must_use]
    pub fn first(&self) -> &AdbKey {
        &self.first
    }

    /// Returns every key, in the order in which phones are shown them.
    pub fn keys(&self) -> impl Iterator<Item = &AdbKey> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the owner of the keys, as phones list it: `user@host`.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }
}

fn unusable(path: &Path, reason: &impl ToString) -> KeyStoreError {
    KeyStoreError::File { path: path.to_owned(), reason: reason.to_string() }
}

/// Returns the file itself; of a folder the files of vendors' keys, in the order of their names.
fn files_of(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return vec![path.to_owned()] };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == VENDOR_EXTENSION));
    files.sort();
    files
}

fn read(path: &Path) -> Result<AdbKey, KeyStoreError> {
    let mut pem = String::new();
    // A device such as `/dev/zero` has no length.
    let file = File::open(path).map_err(|error| unusable(path, &error))?;
    file.take(MAX_FILE_LEN + 1).read_to_string(&mut pem).map_err(|error| unusable(path, &error))?;
    if pem.len() as u64 > MAX_FILE_LEN {
        return Err(unusable(path, &format!("it is longer than {MAX_FILE_LEN} bytes and no key")));
    }
    AdbKey::from_pem(&pem).map_err(|error| unusable(path, &error))
}

fn read_or_create<R>(path: &Path, owner: &str, random: &mut R) -> Result<AdbKey, KeyStoreError>
where
    R: TryCryptoRng + ?Sized,
{
    if path.exists() {
        return read(path);
    }
    let failed = |error: io::Error| unusable(path, &format!("it cannot be created: {error}"));
    let key = AdbKey::generate(random).map_err(|error: KeyError| unusable(path, &error))?;
    let pem = key.to_pem().map_err(|error| unusable(path, &error))?;
    // Written under a temporary name first, so that no process reads half a key, and of two that create one at the same time
    // one wins as a whole. Temporary files have mode 0600, and keep it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    aside.write_all(pem.as_bytes()).and_then(|()| aside.as_file().sync_all()).map_err(failed)?;
    match aside.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return read(path),
        Err(error) => return Err(failed(error.error)),
        Ok(_) => {}
    }
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    fs::write(&public, key.public().line(owner)).map_err(|error| unusable(&public, &error))?;
    log::info!("made the ADB key {}", path.display());
    Ok(key)
}
