//! Spreads the tasks of one request over time on each device, with random gaps between two bounds. The random numbers come
//! from a seed that the caller gives, so that the same seed spreads the tasks the same way.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::task::task::NewTask;

/// The longest interval between two tasks of one device: a week.
pub const MAX_INTERVAL_MINUTES: u32 = 7 * 24 * 60;

/// The random time between the starts of consecutive tasks of one device; by default none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interval {
    /// The minimum.
    pub min_minutes: u32,
    /// The maximum, not less than `min_minutes`.
    pub max_minutes: u32,
}

impl Interval {
    /// Sets the start time of each task of a device but its first, counted from the start time of the first or from `now`.
    /// Tasks of an account without a device are spread together, since they will all run on the account's device.
    ///
    /// Returns for each task the gap to the task before it on its device, since that task may change: a device may start
    /// late, and an account may move. The result is empty if the interval is.
    #[must_use]
    pub fn spread(self, tasks: &mut [NewTask], now: DateTime<Utc>, seed: u64) -> Vec<TimeDelta> {
        if self.max_minutes == 0 {
            return Vec::new();
        }
        let mut rng = StdRng::seed_from_u64(seed);
        let mut last_starts = HashMap::new();
        let mut gaps = Vec::with_capacity(tasks.len());
        for task in tasks {
            let gap =
                TimeDelta::seconds(rng.random_range(seconds(self.min_minutes)..=seconds(self.max_minutes)));
            gaps.push(gap);
            let queue = match &task.serial {
                Some(serial) => (Some(serial.clone()), None),
                None => (None, task.username.clone()),
            };
            let begins = task.start_time;
            let start = last_starts.entry(queue).and_modify(|start| {
                *start += gap;
                task.start_time = Some(*start);
            });
            start.or_insert_with(|| begins.map_or(now, |begins| begins.max(now)));
        }
        gaps
    }
}

fn seconds(minutes: u32) -> i64 {
    i64::from(minutes) * 60
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::account::username::Username;
    use crate::names::{ScriptName, Serial};
    use crate::task::task::{Source, TaskOptions};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_780_000_000_000).unwrap()
    }

    fn task(serial: Option<&str>, username: Option<&str>) -> NewTask {
        NewTask {
            serial: serial.map(|serial| Serial::new(serial).unwrap()),
            username: username.map(|username| Username::new(username).unwrap()),
            app: None,
            script: ScriptName::new("post").unwrap(),
            script_config: "{}".into(),
            source: Source::Api,
            start_time: None,
            options: TaskOptions::default(),
            requirements: Arc::default(),
        }
    }

    fn starts(tasks: &[NewTask]) -> Vec<DateTime<Utc>> {
        tasks.iter().map(|task| task.start_time.unwrap_or(now())).collect()
    }

    proptest! {
        #[test]
        fn each_following_task_of_a_phone_starts_between_the_bounds_later(
            least in 0..200_u32, more in 0..200_u32, count in 1..50_usize, seed: u64,
        ) {
            let interval = Interval { min_minutes: least, max_minutes: least + more };
            let mut tasks = vec![task(Some("a"), None); count];
            let apart = interval.spread(&mut tasks, now(), seed);
            prop_assert_eq!(tasks[0].start_time, None, "the first one is not held up");
            prop_assert_eq!(apart.len(), if interval.max_minutes == 0 { 0 } else { count });
            for (number, pair) in starts(&tasks).windows(2).enumerate() {
                let between = pair[1] - pair[0];
                let minutes = between.as_seconds_f64() / 60.0;
                prop_assert!(minutes >= f64::from(least) && minutes <= f64::from(least + more), "{minutes}");
                prop_assert!(apart.get(number + 1).is_none_or(|gap| *gap == between));
            }
        }
    }

    #[test]
    fn phones_and_accounts_without_one_are_spread_each_for_itself() {
        let places = [(Some("a"), None), (Some("b"), Some("x")), (Some("a"), Some("y")), (None, Some("x"))];
        let mut tasks: Vec<NewTask> =
            places.iter().chain(&places).map(|(serial, username)| task(*serial, *username)).collect();
        let apart = Interval { min_minutes: 10, max_minutes: 10 }.spread(&mut tasks, now(), 7);
        assert_eq!(apart, [TimeDelta::minutes(10); 8], "the first ones may turn out not to be the first");
        let minutes: Vec<i64> = starts(&tasks).iter().map(|start| (*start - now()).num_minutes()).collect();
        assert_eq!(minutes, [0, 0, 10, 0, 20, 10, 30, 10]);
    }

    #[test]
    fn the_first_start_is_the_one_that_was_asked_for() {
        let first = now() + TimeDelta::hours(3);
        let mut tasks = vec![NewTask { start_time: Some(first), ..task(Some("a"), None) }; 2];
        let apart = Interval { min_minutes: 5, max_minutes: 5 }.spread(&mut tasks, now(), 0);
        assert_eq!(apart, [TimeDelta::minutes(5); 2]);
        assert_eq!(starts(&tasks), [first, first + TimeDelta::minutes(5)]);
    }

    #[test]
    fn the_tasks_after_one_that_should_have_started_long_ago_are_counted_from_now() {
        let past = now() - TimeDelta::hours(3);
        let mut tasks = vec![NewTask { start_time: Some(past), ..task(Some("a"), None) }; 2];
        let _ = Interval { min_minutes: 5, max_minutes: 5 }.spread(&mut tasks, now(), 0);
        assert_eq!(starts(&tasks), [past, now() + TimeDelta::minutes(5)]);
    }

    #[test]
    fn the_same_seed_spreads_the_same_way() {
        let spread = |seed| {
            let mut tasks = vec![task(Some("a"), None); 20];
            let apart = Interval { min_minutes: 1, max_minutes: 600 }.spread(&mut tasks, now(), seed);
            (apart, starts(&tasks))
        };
        assert_eq!(spread(1), spread(1));
        assert_ne!(spread(1), spread(2));
    }
}
