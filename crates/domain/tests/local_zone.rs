//! The start time in the server's own zone, which chrono's `Local` reads from the environment: the test runs again in a
//! process with the zone that it needs.

use std::process::Command;

use chrono::{DateTime, Local, Utc};
use tikmatrix_domain::TimeOfDay;

/// Central Europe, as a rule: no file of the system's zones is needed.
const ZONE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

#[test]
fn of_a_time_that_occurs_twice_in_the_servers_own_zone_the_first_is_meant() {
    if std::env::var("TZ").as_deref() != Ok(ZONE) {
        let name = "of_a_time_that_occurs_twice_in_the_servers_own_zone_the_first_is_meant";
        let this = std::env::current_exe().unwrap();
        let child = Command::new(this).env("TZ", ZONE).args(["--exact", name]).output().unwrap();
        let printed = String::from_utf8_lossy(&child.stdout);
        // A name that no test has any more runs none, and succeeds.
        assert!(child.status.success() && printed.contains("test result: ok. 1 passed;"), "{child:?}");
        return;
    }
    let next = |now: &str| {
        let now = now.parse::<DateTime<Utc>>().unwrap().with_timezone(&Local);
        TimeOfDay::parse("02:30").unwrap().next_after(&now).to_rfc3339()
    };
    assert_eq!(next("2026-10-24T20:00:00Z"), "2026-10-25T00:30:00+00:00");
    assert_eq!(next("2026-10-25T00:45:00Z"), "2026-10-25T01:30:00+00:00");
}
