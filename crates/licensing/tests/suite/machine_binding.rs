//! A licence stays in force when some of a machine's hardware changes, and is not in force on another machine.

use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;
use tikmatrix_licensing::{
    Agreement, ComponentKind, Fingerprint, FingerprintError, License, LicenseError, Machine, MachineSources,
};

use crate::{at, license, machine};

const SALT: [u8; 16] = [9; 16];

#[test]
fn half_of_the_parts_are_enough_and_one_never_is() {
    let enough = |known, found| Agreement { known, found }.is_enough();
    assert!(enough(2, 2) && enough(3, 2) && enough(4, 2) && enough(5, 3));
    assert!(!enough(0, 0) && !enough(1, 1) && !enough(2, 1) && !enough(5, 2));
}

#[test]
fn a_machine_with_a_new_disk_and_a_new_name_is_the_same() {
    let bound = Fingerprint::of(&machine(), SALT);
    let rebuilt = Machine::default()
        .with(ComponentKind::System, "4A1F\n")
        .with(ComponentKind::Name, "attic")
        .with(ComponentKind::Network, "52:54:00:12:34:56")
        .with(ComponentKind::Disk, "another");
    assert_eq!(bound.agreement(&rebuilt), Agreement { known: 4, found: 2 });
    let license = License { machine: Some(bound), ..license() };
    assert_eq!(license.check(&rebuilt, at(1)), Ok(()));
}

#[test]
fn a_new_network_card_beside_the_old_one_changes_nothing() {
    let bound = Fingerprint::of(&machine(), SALT);
    let more = machine().with(ComponentKind::Network, "00:00:00:00:00:01");
    assert_eq!(bound.agreement(&more), Agreement { known: 4, found: 4 });
}

#[test]
fn another_machine_of_the_same_name_is_refused() {
    let license = License { machine: Some(Fingerprint::of(&machine(), SALT)), ..license() };
    let other = Machine::default().with(ComponentKind::Name, "studio").with(ComponentKind::System, "77");
    let error = license.check(&other, at(1)).unwrap_err();
    assert_eq!(error, LicenseError::OtherMachine { agreement: Agreement { known: 4, found: 1 } });
    assert!(error.to_string().contains("of the 4 parts that it knows, this machine has 1"), "{error}");
}

#[test]
fn a_value_of_one_kind_never_matches_another_kind() {
    let one = Machine::default().with(ComponentKind::System, "a").with(ComponentKind::Name, "b");
    let other = Machine::default().with(ComponentKind::System, "b").with(ComponentKind::Name, "a");
    assert_eq!(Fingerprint::of(&one, SALT).agreement(&other).found, 0);
}

#[test]
fn a_machine_with_too_few_parts_cannot_be_bound_to() {
    let one_part = Machine::default().with(ComponentKind::Name, "studio");
    let known = Fingerprint::of(&one_part, SALT).check_bindable();
    assert_eq!(known, Err(FingerprintError::TooFewParts { known: 1 }));
    assert_eq!(Fingerprint::of(&machine(), SALT).check_bindable(), Ok(()));
}

#[test]
fn a_fingerprint_shows_no_part_in_clear_and_differs_with_its_salt() {
    let text = Fingerprint::of(&machine(), SALT).to_string();
    assert!(!text.contains("studio") && !text.contains("52:54"), "{text}");
    assert_ne!(text, Fingerprint::of(&machine(), [8; 16]).to_string());
}

#[test]
fn placeholders_identify_no_machine() {
    let machine = ["", " \n", "None", "To be filled by O.E.M.", "00:00:00:00:00:00", "localhost", "----"]
        .iter()
        .fold(Machine::default(), |machine, value| machine.with(ComponentKind::Board, value));
    assert_eq!(machine, Machine::default());
}

#[test]
fn parts_are_read_from_where_linux_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, value: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value).unwrap();
    };
    write("etc/machine-id", "4a1f\n");
    write("proc/sys/kernel/hostname", "studio\n");
    write("devices/card/address", "52:54:00:12:34:56\n");
    fs::create_dir_all(folder.path().join("devices/card/device")).unwrap();
    fs::create_dir_all(folder.path().join("sys/class/net")).unwrap();
    symlink("../../../devices/card", folder.path().join("sys/class/net/eth0")).unwrap();
    write("sys/class/net/bridge0/address", "aa:aa:aa:aa:aa:aa\n");
    write("sys/block/vda/serial", "S4EWNX0");
    write("sys/class/dmi/id/board_serial", "Default string\n");
    assert_eq!(MachineSources::below(folder.path()).read(), machine());
}

#[test]
fn a_system_where_nothing_can_be_read_is_a_machine_without_parts() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(MachineSources::below(folder.path()).read(), Machine::default());
}

proptest! {
    #[test]
    fn any_fingerprint_reads_back(salt: [u8; 16], values in prop::collection::vec((0usize..5, "\\PC{0,20}"), 0..30)) {
        let kinds = [ComponentKind::System, ComponentKind::Name, ComponentKind::Network, ComponentKind::Disk, ComponentKind::Board];
        let machine = values.iter().fold(Machine::default(), |machine, (kind, value)| machine.with(kinds[*kind], value));
        let fingerprint = Fingerprint::of(&machine, salt);
        prop_assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint.clone()));
        let Agreement { known, found } = fingerprint.agreement(&machine);
        prop_assert_eq!(known, found);
    }

    #[test]
    fn any_text_is_a_fingerprint_or_refused(text in "(machine1)?[:=,a-zA-Z0-9_-]{0,80}") {
        if let Ok(fingerprint) = text.parse::<Fingerprint>() {
            prop_assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        }
    }
}
