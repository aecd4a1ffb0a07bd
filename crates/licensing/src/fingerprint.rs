//! A machine's fingerprint, to which a licence can be bound. Each part is hashed with the fingerprint's own salt, so
//! that it reveals neither names nor addresses, and two fingerprints cannot be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::encoding::{decode, encode};
use crate::machine::{ComponentKind, Machine};

const PREFIX: &str = "machine1";
/// A machine may have many network cards or disks.
const MAX_PER_KIND: usize = 8;
/// With one kind, any machine of the same name would pass.
const MIN_AGREEING_KINDS: usize = 2;

type Salt = [u8; 16];
type Hash = [u8; 9];

/// The hashed parts of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    salt: Salt,
    parts: BTreeMap<ComponentKind, BTreeSet<Hash>>,
}

/// How far a machine agrees with a fingerprint. A kind of part agrees when any part of that kind is there: a machine
/// with one more network card is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// How many kinds of parts the fingerprint has.
    pub known: usize,
    /// How many of them agree.
    pub found: usize,
}

/// Why a text or a machine has no usable fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FingerprintError {
    /// The text is no fingerprint.
    #[error("this is no fingerprint of a machine: copy the whole line that `tikmatrix license show` prints")]
    Malformed,
    /// It has too few parts.
    #[error(
        "the fingerprint knows {known} parts of its machine, and a licence can be bound to at least 2: \
        issue it without a machine"
    )]
    TooFewParts {
        /// How many it has.
        known: usize,
    },
}

impl Agreement {
    /// Whether at least two kinds of parts agree, and at least half of those that are known.
    #[must_use]
    pub fn is_enough(self) -> bool {
        self.found >= MIN_AGREEING_KINDS && self.found * 2 >= self.known
    }
}

impl Fingerprint {
    /// The fingerprint of `machine`. The salt has to come from the system's source of randomness.
    #[must_use]
    pub fn of(machine: &Machine, salt: Salt) -> Self {
        let hashes = |kind, values: &BTreeSet<String>| {
            values.iter().take(MAX_PER_KIND).map(|value| hash(&salt, kind, value)).collect()
        };
        let parts = machine.components().map(|(kind, values)| (kind, hashes(kind, values))).collect();
        Self { salt, parts }
    }

    /// Compares it with `machine`.
    #[must_use]
    pub fn agreement(&self, machine: &Machine) -> Agreement {
        let agrees = |kind: ComponentKind, values: &BTreeSet<String>| {
            self.parts.get(&kind).is_some_and(|known| {
                values.iter().any(|value| known.contains(&hash(&self.salt, kind, value)))
            })
        };
        let found = machine.components().filter(|(kind, values)| agrees(*kind, values)).count();
        Agreement { known: self.parts.len(), found }
    }

    /// Checks that a licence can be bound to it.
    ///
    /// # Errors
    /// [`FingerprintError::TooFewParts`] when not even its own machine would pass.
    pub fn check_bindable(&self) -> Result<(), FingerprintError> {
        let known = self.parts.len();
        if known < MIN_AGREEING_KINDS { Err(FingerprintError::TooFewParts { known }) } else { Ok(()) }
    }
}

/// `machine1:SALT:KIND=HASH,HASH:KIND=HASH`, kinds and hashes in order: one text for each fingerprint.
impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}:{}", encode(&self.salt))?;
        for (kind, hashes) in &self.parts {
            let hashes: Vec<String> = hashes.iter().map(|hash| encode(hash)).collect();
            write!(formatter, ":{}={}", kind.as_ref(), hashes.join(","))?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        parse(text.trim()).ok_or(FingerprintError::Malformed)
    }
}

fn parse(text: &str) -> Option<Fingerprint> {
    let mut fields = text.split(':');
    fields.next().filter(|prefix| *prefix == PREFIX)?;
    let salt = decode(fields.next()?)?;
    let mut parts = BTreeMap::new();
    for field in fields {
        let (kind, hashes) = field.split_once('=')?;
        let hashes = hashes.split(',').map(decode).collect::<Option<BTreeSet<Hash>>>()?;
        let is_new = parts.insert(kind.parse().ok()?, hashes).is_none();
        if !is_new {
            return None;
        }
    }
    Some(Fingerprint { salt, parts })
}

fn hash(salt: &Salt, kind: ComponentKind, value: &str) -> Hash {
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update(kind.as_ref())
        // Separates the value from the kind, whose name has no zero byte.
        .chain_update([0])
        .chain_update(value)
        .finalize();
    let mut hash = Hash::default();
    hash.copy_from_slice(&digest[..size_of::<Hash>()]);
    hash
}
