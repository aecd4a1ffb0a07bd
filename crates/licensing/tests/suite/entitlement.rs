//! An entitlement depends on licence, machine, trial and clock alone, and its message always gives the reason.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{
    CLOCK_TOLERANCE, Entitlement, Evidence, Fingerprint, License, Machine, PublicKey, TRIAL_DAYS, evaluate,
    sign,
};

use crate::{at, key, license, machine};

/// Evaluates a server whose data directory is of day 0 and that ran until just now.
fn entitlement(license: Option<&str>, key: Option<&PublicKey>, now: DateTime<Utc>) -> Entitlement {
    let machine = machine();
    let license = license.map(str::as_bytes);
    evaluate(Evidence { license, key, machine: &machine, trial_start: at(0), last_seen: now, now })
}

fn without_license(last_seen: DateTime<Utc>, now: DateTime<Utc>) -> Entitlement {
    let machine = Machine::default();
    evaluate(Evidence { license: None, key: None, machine: &machine, trial_start: at(0), last_seen, now })
}

fn with_license(license: &License, now: DateTime<Utc>) -> Entitlement {
    entitlement(Some(&sign(license, &key()).unwrap()), Some(&key().public()), now)
}

/// Asserts that Starter remains, and that the message holds `why`.
fn assert_starter(entitlement: &Entitlement, why: &str) {
    let Entitlement { plan, api_enabled, device_limit, expires_at, trial, message, .. } = entitlement;
    assert_eq!(
        (*plan, *api_enabled, *device_limit, *expires_at, *trial),
        (Plan::Starter, false, 5, None, false)
    );
    assert!(message.contains(why), "{message}");
}

#[test]
fn a_new_data_directory_has_thirty_days_of_pro() {
    for now in [at(0), at(TRIAL_DAYS) - TimeDelta::seconds(1)] {
        let entitlement = without_license(now, now);
        assert_eq!(
            entitlement,
            Entitlement {
                plan: Plan::Pro,
                api_enabled: true,
                device_limit: 20,
                expires_at: Some(at(30)),
                trial: true,
                message:
                    "trial of the plan Pro, at most 20 phones at work at once, until 2027-02-14 08:00 UTC"
                        .to_owned(),
                last_seen: now,
            }
        );
    }
}

#[test]
fn after_the_trial_starter_remains_and_says_since_when() {
    assert_starter(&without_license(at(30), at(30)), "the trial ended on 2027-02-14 08:00 UTC");
}

#[test]
fn a_license_in_force_gives_its_plan_and_its_own_limit() {
    let entitlement = with_license(&License { device_limit: 60, ..license() }, at(100));
    assert_eq!((entitlement.plan, entitlement.api_enabled, entitlement.device_limit), (Plan::Team, true, 60));
    assert_eq!((entitlement.expires_at, entitlement.trial), (Some(at(365)), false));
    assert!(entitlement.message.contains("Beispiel & Söhne"), "{}", entitlement.message);
}

#[test]
fn a_license_for_starter_has_no_api_even_within_the_trial() {
    let starter = License { plan: Plan::Starter, device_limit: 5, ..license() };
    let entitlement = with_license(&starter, at(1));
    assert_eq!((entitlement.plan, entitlement.api_enabled, entitlement.trial), (Plan::Starter, false, false));
}

#[test]
fn an_expired_license_leaves_starter_and_says_since_when() {
    assert_eq!(with_license(&license(), at(365) - TimeDelta::seconds(1)).plan, Plan::Team);
    assert_starter(&with_license(&license(), at(365)), "the licence expired on 2028-01-15 08:00 UTC");
}

#[test]
fn a_license_of_a_time_to_come_waits_for_a_clock_that_is_set_right() {
    let now = at(0) - CLOCK_TOLERANCE;
    let early = |now| {
        let file = sign(&license(), &key()).unwrap();
        let machine = machine();
        let public = key().public();
        let (license, key) = (Some(file.as_bytes()), Some(&public));
        evaluate(Evidence { license, key, machine: &machine, trial_start: now, last_seen: now, now })
    };
    assert_eq!(early(now).plan, Plan::Team, "a vendor's clock may be ahead of ours by a little");
    assert_starter(
        &early(now - TimeDelta::seconds(1)),
        "issued on 2027-01-15 08:00 UTC, which is still to come",
    );
}

#[test]
fn a_license_for_another_machine_leaves_starter() {
    let other = Machine::default().with(tikmatrix_licensing::ComponentKind::Name, "other");
    let bound = License { machine: Some(Fingerprint::of(&other, [1; 16])), ..license() };
    assert_starter(&with_license(&bound, at(1)), "another machine");
}

#[test]
fn a_license_without_a_key_to_verify_it_says_which_option_is_missing() {
    let file = sign(&license(), &key()).unwrap();
    assert_starter(&entitlement(Some(&file), None, at(1)), "--license-key");
}

#[test]
fn a_file_that_is_no_license_ends_the_trial_and_says_why() {
    assert_starter(&entitlement(Some("hello"), Some(&key().public()), at(1)), "not a licence of TikMatrix");
}

#[test]
fn a_clock_that_is_set_back_is_noticed_whatever_is_installed() {
    let now = at(10);
    assert_eq!(
        without_license(now + CLOCK_TOLERANCE, now).plan,
        Plan::Pro,
        "clocks are set right by a little"
    );
    let noticed = without_license(now + CLOCK_TOLERANCE + TimeDelta::seconds(1), now);
    assert_starter(&noticed, "the clock was set back: it shows 2027-01-25 08:00 UTC");
    let (file, machine, public) = (sign(&license(), &key()).unwrap(), machine(), key().public());
    let (license, key) = (Some(file.as_bytes()), Some(&public));
    let set_back =
        evaluate(Evidence { license, key, machine: &machine, trial_start: at(0), last_seen: at(400), now });
    assert_starter(&set_back, "set the clock right");
}

proptest! {
    #[test]
    fn the_last_seen_time_never_goes_back_and_no_step_of_a_clock_prolongs_a_trial(steps in prop::collection::vec(-100_000i64..200_000, 1..60)) {
        let end = at(TRIAL_DAYS);
        let (mut last_seen, mut now) = (at(0), at(0));
        for step in steps {
            now += TimeDelta::minutes(step);
            let entitlement = without_license(last_seen, now);
            prop_assert!(entitlement.last_seen >= last_seen && entitlement.last_seen >= now);
            if last_seen >= end + CLOCK_TOLERANCE {
                prop_assert!(!entitlement.trial);
            }
            last_seen = entitlement.last_seen;
        }
    }

    #[test]
    fn any_bytes_instead_of_a_license_leave_starter(file in prop::collection::vec(any::<u8>(), 0..500)) {
        let (machine, public) = (machine(), key().public());
        let (license, key) = (Some(file.as_slice()), Some(&public));
        let entitlement = evaluate(Evidence { license, key, machine: &machine, trial_start: at(0), last_seen: at(0), now: at(1) });
        prop_assert_eq!(entitlement.plan, Plan::Starter);
    }
}
