//! How the tasks of one request are spread over time on each phone: chance between two bounds, from a number that the
//! caller gives, so that the same number spreads them the same way.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::task::fan_out::NewTask;

/// The most minutes that may lie between two tasks of one phone: a week.
pub const LONGEST_INTERVAL: u32 = 7 * 24 * 60;

/// How much later each following task of a phone starts than the one before; by default not later at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interval {
    /// At least so many minutes.
    pub least: u32,
    /// At most so many, not fewer than `least`.
    pub most: u32,
}

impl Interval {
    /// Gives each following task of a phone its start, counted from the first one's or from `now`. Tasks whose account
    /// has no phone yet are spread by account: it will bring them all to one phone.
    ///
    /// Gives for each task how much later than the one before it on its phone it is to start, whichever that will be: a
    /// phone may begin late, and an account may move. Nothing if the tasks need not be apart.
    #[must_use]
    pub fn spread(self, tasks: &mut [NewTask], now: DateTime<Utc>, chance: u64) -> Vec<TimeDelta> {
        if self.most == 0 {
            return Vec::new();
        }
        let mut chance = StdRng::seed_from_u64(chance);
        let mut last_starts = HashMap::new();
        let mut apart = Vec::with_capacity(tasks.len());
        for task in tasks {
            let gap = TimeDelta::seconds(chance.random_range(seconds(self.least)..=seconds(self.most)));
            apart.push(gap);
            let place = match &task.serial {
                Some(serial) => (Some(serial.clone()), None),
                None => (None, task.username.clone()),
            };
            let begins = task.start_time;
            let start = last_starts.entry(place).and_modify(|start| {
                *start += gap;
                task.start_time = Some(*start);
            });
            start.or_insert_with(|| begins.unwrap_or(now));
        }
        apart
    }
}

fn seconds(minutes: u32) -> i64 {
    i64::from(minutes) * 60
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::names::{ScriptName, Serial, Username};
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
        }
    }

    fn starts(tasks: &[NewTask]) -> Vec<DateTime<Utc>> {
        tasks.iter().map(|task| task.start_time.unwrap_or(now())).collect()
    }

    proptest! {
        #[test]
        fn each_following_task_of_a_phone_starts_between_the_bounds_later(
            least in 0..200_u32, more in 0..200_u32, count in 1..50_usize, chance: u64,
        ) {
            let interval = Interval { least, most: least + more };
            let mut tasks = vec![task(Some("a"), None); count];
            let apart = interval.spread(&mut tasks, now(), chance);
            prop_assert_eq!(tasks[0].start_time, None, "the first one is not held up");
            prop_assert_eq!(apart.len(), if interval.most == 0 { 0 } else { count });
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
        let apart = Interval { least: 10, most: 10 }.spread(&mut tasks, now(), 7);
        assert_eq!(apart, [TimeDelta::minutes(10); 8], "the first ones may turn out not to be the first");
        let minutes: Vec<i64> = starts(&tasks).iter().map(|start| (*start - now()).num_minutes()).collect();
        assert_eq!(minutes, [0, 0, 10, 0, 20, 10, 30, 10]);
    }

    #[test]
    fn the_first_start_is_the_one_that_was_asked_for() {
        let first = now() + TimeDelta::hours(3);
        let mut tasks = vec![NewTask { start_time: Some(first), ..task(Some("a"), None) }; 2];
        let apart = Interval { least: 5, most: 5 }.spread(&mut tasks, now(), 0);
        assert_eq!(apart, [TimeDelta::minutes(5); 2]);
        assert_eq!(starts(&tasks), [first, first + TimeDelta::minutes(5)]);
    }

    #[test]
    fn chance_that_begins_the_same_ends_the_same() {
        let spread = |chance| {
            let mut tasks = vec![task(Some("a"), None); 20];
            let apart = Interval { least: 1, most: 600 }.spread(&mut tasks, now(), chance);
            (apart, starts(&tasks))
        };
        assert_eq!(spread(1), spread(1));
        assert_ne!(spread(1), spread(2));
    }
}
