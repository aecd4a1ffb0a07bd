//! The log on stderr, one line for each record, for people: the local time, the level, the message. The texts of phones, files
//! and networks in it forge no other line.

use std::io::{self, Write as _};

use chrono::{Local, SecondsFormat};
use env_logger::fmt::Formatter;
use log::{Level, Log, Metadata, Record};
use tikmatrix_domain::clean_to;

/// The longest message, in characters: a chain of errors, each with a text of its own.
const MAX_MESSAGE: usize = 4000;

/// Starts to log at `level`, unless the environment (`RUST_LOG`) sets another one.
pub(in crate::cli) fn start(level: &str) {
    let environment = env_logger::Env::default().default_filter_or(level);
    let logger = env_logger::Builder::from_env(environment).format(line).build();
    let filter = logger.filter();
    // Fails only where a logger has been set, as never at the start of a program.
    if log::set_boxed_logger(Box::new(CleanLines(logger))).is_ok() {
        log::set_max_level(filter);
    }
}

/// Writes a record. Where in the program it comes from helps its developers alone, who ask for more than what is logged
/// otherwise.
fn line(formatter: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let level = record.level();
    let style = formatter.default_level_style(level);
    let at = Local::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    write!(formatter, "{at} {style}{level:<5}{style:#} ")?;
    if level > Level::Info {
        write!(formatter, "{}: ", record.target())?;
    }
    writeln!(formatter, "{}", record.args())
}

/// A logger whose records are cleaned.
struct CleanLines<L>(L);

impl<L: Log> Log for CleanLines<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let message = clean_to(&record.args().to_string(), MAX_MESSAGE);
            let mut cleaned = Record::builder();
            cleaned.metadata(record.metadata().clone()).module_path(record.module_path());
            cleaned.file(record.file()).line(record.line());
            self.0.log(&cleaned.args(format_args!("{message}")).build());
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use log::Level;

    use super::*;

    #[derive(Default)]
    struct Captured(Mutex<Vec<String>>);

    impl Log for Captured {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.level() <= Level::Info
        }

        fn log(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push(record.args().to_string());
        }

        fn flush(&self) {}
    }

    #[test]
    fn a_record_is_one_line_of_bounded_length() {
        let logger = CleanLines(Captured::default());
        let log = |level, text: &str| {
            logger.log(&Record::builder().level(level).args(format_args!("phone {text}")).build());
        };
        log(Level::Warn, "a\r\n[2026-01-01T00:00:00Z ERROR tikmatrix] forged\u{1b}[2J");
        log(Level::Info, &"9".repeat(1_000_000));
        log(Level::Debug, "unseen");
        let lines = logger.0.0.lock().unwrap();
        assert_eq!(lines[0], "phone a  [2026-01-01T00:00:00Z ERROR tikmatrix] forged [2J");
        assert_eq!((lines.len(), lines[1].chars().count()), (2, MAX_MESSAGE));
    }
}
