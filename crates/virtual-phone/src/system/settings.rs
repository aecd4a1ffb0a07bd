//! The rows of Android's settings provider.

use std::collections::BTreeMap;

use crate::ui::window::keyboard::STANDARD_KEYBOARD;

const MAX_ROWS: usize = 2000;
const MAX_ROW_BYTES: usize = 32 * 1024;

/// Rows by table (`system`, `secure`, `global`) and name.
#[derive(Debug)]
pub(crate) struct Settings(BTreeMap<(String, String), String>);

impl Settings {
    pub(crate) fn new(android_id: &str) -> Self {
        let mut settings = Self(BTreeMap::new());
        for (table, name, value) in [
            ("global", "adb_enabled", "1"),
            ("global", "airplane_mode_on", "0"),
            ("global", "animator_duration_scale", "1.0"),
            ("global", "device_name", "Virtual Phone"),
            ("global", "stay_on_while_plugged_in", "0"),
            ("global", "transition_animation_scale", "1.0"),
            ("global", "window_animation_scale", "1.0"),
            ("secure", "android_id", android_id),
            ("secure", "default_input_method", STANDARD_KEYBOARD),
            ("secure", "enabled_input_methods", STANDARD_KEYBOARD),
            ("system", "accelerometer_rotation", "0"),
            ("system", "screen_brightness", "102"),
            ("system", "screen_off_timeout", "60000"),
        ] {
            settings.put(table, name, value);
        }
        settings
    }

    pub(crate) fn get(&self, table: &str, name: &str) -> Option<&str> {
        self.0.get(&key(table, name)).map(String::as_str)
    }

    /// Writes a row, unless there are too many or it is too long.
    pub(crate) fn put(&mut self, table: &str, name: &str, value: &str) {
        let key = key(table, name);
        if value.len() + name.len() <= MAX_ROW_BYTES && (self.0.len() < MAX_ROWS || self.0.contains_key(&key))
        {
            self.0.insert(key, value.to_owned());
        }
    }

    pub(crate) fn remove(&mut self, table: &str, name: &str) -> bool {
        self.0.remove(&key(table, name)).is_some()
    }

    /// A line `name=value` for each row of a table.
    pub(crate) fn list(&self, table: &str) -> String {
        let rows = self.0.iter().filter(|((of, _), _)| of == table);
        rows.map(|((_, name), value)| format!("{name}={value}\n")).collect()
    }
}

fn key(table: &str, name: &str) -> (String, String) {
    (table.to_owned(), name.to_owned())
}
