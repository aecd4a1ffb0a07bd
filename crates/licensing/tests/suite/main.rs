//! Licensing through its public API: files, machine binding and entitlements.

#![cfg(test)]

mod entitlement;
mod license_file;
mod machine_binding;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{ComponentKind, License, Machine, PrivateKey};

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[42; 32])
}

/// A moment, and this many days after it.
fn at(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

/// Issued at day 0, expiring at day 365.
fn license() -> License {
    License {
        plan: Plan::Team,
        device_limit: 50,
        holder: "Beispiel & Söhne \"Video\" GmbH".to_owned(),
        machine: None,
        issued: at(0),
        expires: at(365),
    }
}

fn machine() -> Machine {
    Machine::default()
        .with(ComponentKind::System, "4a1f")
        .with(ComponentKind::Name, "studio")
        .with(ComponentKind::Network, "52:54:00:12:34:56")
        .with(ComponentKind::Disk, "S4EWNX0")
}
