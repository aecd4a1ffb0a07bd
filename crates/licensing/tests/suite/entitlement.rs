//! An entitlement depends on licence, machine, trial and clock alone, and its message always gives the reason.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{
    CLOCK_TOLERANCE, Entitlement, Evidence, Fingerprint, License, Machine, PublicKey, RecordedTime,
    TRIAL_DAYS, evaluate, sign,
};

use crate::{at, key, license, machine};

/// Evaluates a server whose data directory is of day 0 and that ran until just now.
fn entitlement(license: Option<&str>, key: Option<&PublicKey>, now: DateTime<Utc>) -> Entitlement {
    let machine = machine();
    let license = license.map(str::as_bytes);
    let recorded = RecordedTime::starting_at(now);
    evaluate(Evidence { license, key, machine: &machine, trial_start: at(0), recorded, now })
}

fn without_license(last_seen: DateTime<Utc>, now: DateTime<Utc>) -> Entitlement {
    let (machine, recorded) = (Machine::default(), RecordedTime::starting_at(last_seen));
    evaluate(Evidence { license: None, key: None, machine: &machine, trial_start: at(0), recorded, now })
}

/// Evaluates with what was recorded before.
fn following(recorded: RecordedTime, license: Option<&License>, now: DateTime<Utc>) -> Entitlement {
    let (machine, public) = (machine(), key().public());
    let file = license.map(|license| sign(license, &key()).unwrap());
    let (license, key) = (file.as_deref().map(str::as_bytes), Some(&public));
    evaluate(Evidence { license, key, machine: &machine, trial_start: at(0), recorded, now })
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
                recorded: RecordedTime::starting_at(now),
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
        let recorded = RecordedTime::starting_at(now);
        evaluate(Evidence { license, key, machine: &machine, trial_start: now, recorded, now })
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

/// Asserts that the trial goes on as without a licence, and that the message holds `why`.
fn assert_trial_goes_on(entitlement: &Entitlement, why: &str) {
    let Entitlement { plan, api_enabled, expires_at, trial, message, .. } = entitlement;
    assert_eq!((*plan, *api_enabled, *expires_at, *trial), (Plan::Pro, true, Some(at(30)), true));
    assert!(message.contains("the installed licence is not used: ") && message.contains(why), "{message}");
}

#[test]
fn a_file_that_cannot_be_verified_takes_nothing_away_and_the_message_gives_the_reason() {
    let file = sign(&license(), &key()).unwrap();
    assert_trial_goes_on(&entitlement(Some(&file), None, at(1)), "--license-key");
    assert_trial_goes_on(
        &entitlement(Some("hello"), Some(&key().public()), at(1)),
        "not a licence of TikMatrix",
    );
    let other = tikmatrix_licensing::PrivateKey::from_seed(&[9; 32]).public();
    assert_trial_goes_on(&entitlement(Some(&file), Some(&other), at(1)), "was signed with the key");
    assert_starter(&entitlement(Some(&file), Some(&other), at(30)), "the installed licence is not used: ");
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
    assert_starter(&noticed, "before that since 2027-01-25 08:00 UTC");
    assert_starter(&following(RecordedTime::starting_at(at(400)), Some(&license()), now), "set it right");
}

#[test]
fn a_clock_that_was_ahead_is_named_with_its_moment_and_the_end_of_its_effect() {
    let recorded = without_license(at(20), at(10)).recorded;
    let later = following(recorded, None, at(12));
    assert_starter(&later, "the server already ran on 2027-02-04 08:00 UTC");
    assert_starter(&later, "is before that since 2027-01-25 08:00 UTC");
    assert_starter(
        &later,
        "ends on 2027-02-04 07:50 UTC, or at once with a licence issued after 2027-01-25 08:00 UTC",
    );
    assert!(following(later.recorded, None, at(20) - CLOCK_TOLERANCE).trial);
}

#[test]
fn only_a_license_that_was_issued_since_the_clock_was_set_right_proves_the_time() {
    let issued = |issued| License { issued, expires: issued + TimeDelta::days(365), ..license() };
    let (old, new) = (issued(at(5)), issued(at(11)));
    let before = following(RecordedTime::starting_at(at(6)), Some(&old), at(6)).recorded;
    assert_eq!(before.newest_license, Some(at(5)));

    let ahead = following(before, Some(&old), at(100)).recorded;
    let back = following(ahead, Some(&old), at(10));
    assert_starter(&back, "the server already ran on");
    assert_starter(&following(back.recorded, Some(&issued(at(9))), at(11)), "the server already ran on");

    let proven = following(back.recorded, Some(&new), at(11));
    assert_eq!((proven.plan, proven.recorded.last_seen), (Plan::Team, at(11)));
    assert_eq!(following(proven.recorded, Some(&new), at(12)).plan, Plan::Team, "it stays so");

    // The same licence proves nothing twice: a clock that is set to the time of its issue brings nothing back.
    let expired = following(proven.recorded, Some(&new), at(500)).recorded;
    let back = following(expired, Some(&new), at(11) - TimeDelta::hours(1));
    assert_starter(&following(back.recorded, Some(&new), at(12)), "the server already ran on");
}

#[test]
fn a_trial_that_began_by_a_clock_that_was_ahead_does_not_begin_twice() {
    let new = License { issued: at(-99), expires: at(-50), ..license() };
    let back = following(RecordedTime::starting_at(at(0)), None, at(-100));
    let proven = following(back.recorded, Some(&new), at(-99));
    assert_eq!(proven.plan, Plan::Team);
    assert_starter(&following(proven.recorded, None, at(-98)), "the trial began on 2027-01-15 08:00 UTC");
}

#[test]
fn one_phone_is_no_phones() {
    assert!(
        with_license(&License { device_limit: 1, ..license() }, at(1)).message.contains("at most 1 phone at")
    );
}

proptest! {
    #[test]
    fn the_last_seen_time_never_goes_back_and_no_step_of_a_clock_prolongs_a_trial(steps in prop::collection::vec(-100_000i64..200_000, 1..60)) {
        let end = at(TRIAL_DAYS);
        let (mut last_seen, mut now) = (at(0), at(0));
        for step in steps {
            now += TimeDelta::minutes(step);
            let entitlement = without_license(last_seen, now);
            let seen = entitlement.recorded.last_seen;
            prop_assert!(seen >= last_seen && seen >= now);
            if last_seen >= end + CLOCK_TOLERANCE {
                prop_assert!(!entitlement.trial);
            }
            last_seen = seen;
        }
    }

    #[test]
    fn any_bytes_instead_of_a_license_change_no_more_than_the_message(file in prop::collection::vec(any::<u8>(), 0..500), day in 0..60i64) {
        let (machine, public, recorded) = (machine(), key().public(), RecordedTime::starting_at(at(day)));
        let (license, key) = (Some(file.as_slice()), Some(&public));
        let with = evaluate(Evidence { license, key, machine: &machine, trial_start: at(0), recorded, now: at(day) });
        let without = without_license(at(day), at(day));
        prop_assert_eq!(Entitlement { message: without.message.clone(), ..with }, without);
    }
}
