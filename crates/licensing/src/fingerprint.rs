//! A machine's fingerprint: what a licence that is bound to a machine knows of it. Each part is hashed with a salt that
//! is the fingerprint's own, so that it tells neither names nor addresses, and two fingerprints cannot be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::encoding::{bytes_of, text_of};
use crate::error::FingerprintError;
use crate::machine::{ComponentKind, Machine};

const BEGINNING: &str = "machine1";
/// A machine may have many network cards or disks; these many of each are remembered.
const MAX_PER_KIND: usize = 8;
/// With fewer parts in agreement, any machine of the same name could pass.
const MIN_AGREEING_KINDS: usize = 2;

type Salt = [u8; 16];
type Hash = [u8; 9];

/// What a licence knows of its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    salt: Salt,
    parts: BTreeMap<ComponentKind, BTreeSet<Hash>>,
}

/// How much of a fingerprint a machine has. A kind of part counts once, and agrees when any one of that kind is there:
/// a machine that gained a network card is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// How many kinds of parts the fingerprint knows.
    pub known: usize,
    /// In how many of them the machine agrees.
    pub found: usize,
}

impl Agreement {
    /// The rule: at least two kinds of parts agree, and at least half of those that are known.
    #[must_use]
    pub fn is_enough(self) -> bool {
        self.found >= MIN_AGREEING_KINDS && self.found * 2 >= self.known
    }
}

impl Fingerprint {
    /// Of `machine`, with a salt that comes from the system's source of randomness.
    #[must_use]
    pub fn of(machine: &Machine, salt: Salt) -> Self {
        let hashes = |kind, values: &BTreeSet<String>| {
            values.iter().take(MAX_PER_KIND).map(|value| hash(&salt, kind, value)).collect()
        };
        let parts = machine.components().map(|(kind, values)| (kind, hashes(kind, values))).collect();
        Self { salt, parts }
    }

    /// How much of it `machine` has.
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

    /// Whether a licence can be bound to it.
    ///
    /// # Errors
    /// [`FingerprintError::TooFewParts`] when it knows so little that not even its own machine would pass.
    pub fn check_bindable(&self) -> Result<(), FingerprintError> {
        let known = self.parts.len();
        if known < MIN_AGREEING_KINDS { Err(FingerprintError::TooFewParts { known }) } else { Ok(()) }
    }
}

/// `machine1:SALT:KIND=HASH,HASH:KIND=HASH`, kinds and hashes in order: one text for each fingerprint.
impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{BEGINNING}:{}", text_of(&self.salt))?;
        for (kind, hashes) in &self.parts {
            let hashes: Vec<String> = hashes.iter().map(|hash| text_of(hash)).collect();
            write!(formatter, ":{}={}", kind.name(), hashes.join(","))?;
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
    fields.next().filter(|beginning| *beginning == BEGINNING)?;
    let salt = bytes_of(fields.next()?)?;
    let mut parts = BTreeMap::new();
    for field in fields {
        let (kind, hashes) = field.split_once('=')?;
        let hashes = hashes.split(',').map(bytes_of).collect::<Option<BTreeSet<Hash>>>()?;
        let is_new = parts.insert(ComponentKind::from_name(kind)?, hashes).is_none();
        if !is_new {
            return None;
        }
    }
    Some(Fingerprint { salt, parts })
}

fn hash(salt: &Salt, kind: ComponentKind, value: &str) -> Hash {
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update(kind.name())
        // No name of a kind holds a zero byte: what follows cannot be taken for a part of the name.
        .chain_update([0])
        .chain_update(value)
        .finalize();
    let mut hash = Hash::default();
    hash.copy_from_slice(&digest[..size_of::<Hash>()]);
    hash
}
