//! What the help of every command adds to the descriptions of its options: examples, where to read on, and the variables of
//! the environment in one table.

mod facts;
pub(super) mod generate;

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

use self::facts::{FACTS, Facts};

/// Adds to `command` and all commands below it what the help needs.
pub(super) fn with_help(command: Command) -> Command {
    add(command, "", &[])
}

/// Returns a command line that cannot be read with a hint where it mistakes a command for another one.
pub(super) fn with_hint(mut usage: clap::Error, line: &[OsString], root: &Command) -> clap::Error {
    let words: Vec<&str> =
        line.iter().filter_map(|word| word.to_str()).filter(|word| !word.starts_with('-')).collect();
    if let [_, "phone", word, ..] = words.as_slice()
        && root.find_subcommand("device").is_some_and(|device| device.find_subcommand(word).is_some())
    {
        let hint =
            format!("`phone` runs virtual phones; for a server's phones use `tikmatrix device {word}`");
        usage.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint.into()]));
    }
    usage
}

/// `path` is the command's name behind the program's; `globals` are the options that it has from those above it.
fn add(command: Command, path: &str, globals: &[Arg]) -> Command {
    let facts = FACTS.iter().find(|facts| facts.command == path);
    let own = command.get_arguments().cloned();
    let options: Vec<Arg> = own.chain(globals.iter().cloned()).collect();
    let globals: Vec<Arg> = options.iter().filter(|option| option.is_global_set()).cloned().collect();
    let header = *command.get_styles().get_header();
    let heading = |text: &str| format!("{header}{text}{header:#}\n");
    let short = facts.map(|facts| examples(facts, heading)).unwrap_or_default();
    let long = format!("{short}{}", environment(&options, heading));
    let command = command
        .after_help(StyledStr::from(short.trim_end().to_owned()))
        .after_long_help(StyledStr::from(long.trim_end().to_owned()))
        .mut_args(|option| option.hide_env(true));
    command.mut_subcommands(|below| {
        let path = format!("{path} {}", below.get_name());
        add(below, path.trim_start(), &globals)
    })
}

fn examples(facts: &Facts, heading: impl Fn(&str) -> String) -> String {
    let mut text = heading("Examples:");
    for example in facts.examples {
        let _ = writeln!(text, "  {example}");
    }
    let _ = writeln!(text, "\n{}  {}\n", heading("Read on:").trim_end(), facts.page);
    text
}

/// Returns the variables that stand for options, in one table.
fn environment(options: &[Arg], heading: impl Fn(&str) -> String) -> String {
    let variables: Vec<(&str, &str)> =
        options.iter().filter_map(|option| Some((option.get_env()?.to_str()?, option.get_long()?))).collect();
    let Some(width) = variables.iter().map(|(name, _)| name.len()).max() else { return String::new() };
    let mut text =
        heading("Environment, which the command line overrides; an empty variable counts as absent:");
    for (name, option) in variables {
        let _ = writeln!(text, "  {name:width$}  --{option}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::{all_commands, command, read_arguments};

    /// The part of a line that is a command of the program: not what is piped into it, and not what is done with its output.
    fn of_the_program(line: &str) -> &str {
        let line = &line[line.find("tikmatrix").unwrap()..];
        [" # ", " || ", " > "].into_iter().fold(line, |line, end| line.split(end).next().unwrap())
    }

    /// The words of a line as a shell separates them.
    fn words(line: &str) -> Vec<OsString> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for letter in line.trim().chars() {
            match letter {
                '\'' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                letter => words.last_mut().unwrap().push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words.into_iter().map(OsString::from).collect()
    }

    #[test]
    fn every_command_has_an_example_of_its_own_that_can_be_read_and_a_page_that_exists() {
        let commands = all_commands();
        for (path, _) in &commands {
            let name = path.strip_prefix("tikmatrix").unwrap().trim();
            let facts = FACTS.iter().find(|facts| facts.command == name);
            let facts = facts.unwrap_or_else(|| panic!("`{path}` has no entry in help/facts.rs"));
            assert!(!facts.examples.is_empty(), "{path}");
            for example in facts.examples {
                let line = of_the_program(example);
                assert!(line.starts_with(path), "{path}: {line}");
                if let Err(error) = read_arguments(words(line)) {
                    panic!("{line}: {error}");
                }
            }
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            assert!(root.join(facts.page).is_file(), "{path}: {}", facts.page);
        }
        assert_eq!(FACTS.len(), commands.len(), "an entry of FACTS is of no command");
    }

    #[test]
    fn each_variable_is_listed_once_and_behind_the_options() {
        for (path, mut command) in all_commands() {
            let variables: Vec<String> = command
                .get_arguments()
                .filter_map(|option| Some(option.get_env()?.to_str()?.to_owned()))
                .collect();
            let help = command.render_long_help().to_string();
            let (options, table) =
                help.split_once("Environment, ").unwrap_or_else(|| panic!("{path}: {help}"));
            for variable in variables {
                let named = |text: &str| text.split_whitespace().filter(|word| *word == variable).count();
                assert_eq!((named(options), named(table)), (0, 1), "{path}: {variable}");
            }
            assert!(options.contains("Global options:"), "{path}: {options}");
        }
    }

    #[test]
    fn a_person_who_looks_for_phones_is_led_to_devices() {
        let hint = |line: &[&str]| {
            let line: Vec<OsString> = line.iter().map(OsString::from).collect();
            let usage = command().try_get_matches_from(&line).unwrap_err();
            with_hint(usage, &line, &command()).to_string()
        };
        let said = hint(&["tikmatrix", "phone", "list"]);
        assert!(said.contains("tip: ") && said.contains("use `tikmatrix device list`"), "{said}");
        assert!(!hint(&["tikmatrix", "phone", "frobnicate"]).contains("tip: "));
    }
}
