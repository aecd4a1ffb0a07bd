//! The configuration file. It has no list of options of its own: its keys are the options of `serve` as the command line
//! defines them, and its values go through the same parsers. The command line and the environment override it.

use std::error::Error as _;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use tikmatrix_api::read_text_file;
use tikmatrix_device::script::unknown_name;
use tikmatrix_validation::json::without_mark;
use toml::{Table, Value};

use super::global::joined;

/// The command whose options the file may hold. Other commands take from it what they have in common with this one.
const DESCRIBED: &str = "serve";
/// The option that names the file; a file cannot name another one.
const OPTION: &str = "config";

/// Adds to the help of every option of `command` the key by which the file sets it.
pub(in crate::cli) fn with_keys(command: Command) -> Command {
    command.mut_subcommand(DESCRIBED, |serve| {
        serve.mut_args(|option| match key(&option) {
            Some(key) => {
                let help = option.get_help().map(ToString::to_string).unwrap_or_default();
                option.help(format!("{help} [key: {key}]"))
            }
            None => option,
        })
    })
}

/// Reads `arguments`, the program's name first, and adds the values of the configuration file for options that neither they
/// nor the environment set.
///
/// # Errors
/// [`clap::Error`] for the arguments (also for `--help`), else what is wrong with the file, for a person.
pub(in crate::cli) fn read(command: &Command, arguments: Vec<OsString>) -> anyhow::Result<ArgMatches> {
    let (arguments, given) = parse_line(command, arguments)?;
    let (used, of_used) = innermost(command, &given);
    let Some(path) = of_used.try_get_one::<PathBuf>(OPTION).ok().flatten() else { return Ok(given) };
    let described = command.find_subcommand(DESCRIBED).context("the program has no command serve")?;
    let table = parse(path)?;
    check_keys(path, &table, described)?;
    let mut all = arguments;
    for option in used.get_arguments() {
        let (Some(key), Some(long)) = (key(option), option.get_long()) else { continue };
        let from = of_used.value_source(option.get_id().as_str());
        if let Some(value) = table.get(&key)
            && !matches!(from, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
        {
            let values = values(option, value)
                .map_err(|reason| anyhow::anyhow!("{}: {key}: {reason}", path.display()))?;
            all.extend(values.into_iter().map(|value| OsString::from(format!("--{long}{value}"))));
        }
    }
    // The arguments were well without the file, so that it is the file's value that is not.
    command
        .clone()
        .try_get_matches_from(all)
        .map_err(|error| anyhow::anyhow!("{}: {}", path.display(), without_value(&error)))
}

/// Reads the command line, and returns it as it was read.
fn parse_line(
    command: &Command,
    arguments: Vec<OsString>,
) -> Result<(Vec<OsString>, ArgMatches), clap::Error> {
    let error = match command.clone().try_get_matches_from(&arguments) {
        Ok(given) => return Ok((arguments, given)),
        Err(error) => error,
    };
    let Some(joined) = joined(&arguments).filter(|_| error.use_stderr()) else { return Err(error) };
    match command.clone().try_get_matches_from(&joined) {
        Ok(given) => Ok((joined, given)),
        Err(_) => Err(error),
    }
}

/// Returns which key holds a value that its option does not take, and why. The value itself may be a secret under a wrong key.
fn without_value(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let option = context(ContextKind::InvalidArg);
    let key = option.split_whitespace().next().unwrap_or_default().trim_start_matches('-').replace('-', "_");
    let value = context(ContextKind::InvalidValue);
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    let reason = if value.is_empty() { reason } else { reason.replace(value, "the value") };
    if reason.is_empty() {
        return format!("{key}: is not a value of {option}: see `tikmatrix {DESCRIBED} --help`");
    }
    format!("{key}: {reason}")
}

/// The key that sets an option: its long name with `_` for `-`. Arguments without a name have none.
fn key(option: &Arg) -> Option<String> {
    option.get_long().filter(|long| !["help", OPTION].contains(long)).map(|long| long.replace('-', "_"))
}

/// The command that is carried out, below which there is no other.
fn innermost<'all>(command: &'all Command, matches: &'all ArgMatches) -> (&'all Command, &'all ArgMatches) {
    match matches.subcommand() {
        Some((name, below)) => match command.find_subcommand(name) {
            Some(command) => innermost(command, below),
            None => (command, matches),
        },
        None => (command, matches),
    }
}

fn parse(path: &Path) -> anyhow::Result<Table> {
    let text = read_text_file(path)
        .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
    let text = without_mark(&text);
    text.parse().map_err(|error| {
        let reason = not_toml(text, &error);
        anyhow::anyhow!("the configuration file {} is not valid TOML: {reason}", path.display())
    })
}

/// Returns where a text is no TOML, and why. The error's own text quotes the line, which may hold a password.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(|key| {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    });
    let key = key.map(|key| format!(" ({key})")).unwrap_or_default();
    format!("line {}{key}: {}", number + 1, error.message())
}

/// Refuses every key that is no option, all at once.
fn check_keys(path: &Path, table: &Table, described: &Command) -> anyhow::Result<()> {
    let known: Vec<String> = described.get_arguments().filter_map(key).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let unknown: Vec<String> = table
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .map(|key| format!("{key} {}", unknown_name("key", key, &known)))
        .collect();
    if !unknown.is_empty() {
        bail!("the configuration file {}: {}", path.display(), unknown.join("; "));
    }
    Ok(())
}

/// Returns what follows the option's name on an equivalent command line, once for each time that it is given.
fn values(option: &Arg, value: &Value) -> Result<Vec<String>, String> {
    let is_list = matches!(option.get_action(), ArgAction::Append);
    match (option.get_action(), value) {
        (ArgAction::SetTrue, Value::Boolean(set)) => Ok(if *set { vec![String::new()] } else { Vec::new() }),
        (ArgAction::SetTrue, _) => Err("is either true or false".to_owned()),
        (_, Value::Array(elements)) if is_list => elements.iter().map(text).collect(),
        (_, Value::Array(_)) => Err("is one value, not a list".to_owned()),
        (_, single) => Ok(vec![text(single)?]),
    }
}

/// The value as the command line has it, behind the sign that joins it to its option.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(format!("={text}")),
        Value::Integer(number) => Ok(format!("={number}")),
        Value::Float(number) => Ok(format!("={number}")),
        other => Err(format!("is text or a number, not {}", other.type_str())),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn read_with(file: &str, more: &[&str]) -> anyhow::Result<ArgMatches> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tikmatrix.toml");
        std::fs::write(&path, file).unwrap();
        let mut arguments = vec!["tikmatrix", "serve", "--config", path.to_str().unwrap()];
        arguments.extend(more);
        read(&crate::cli::command(), arguments.into_iter().map(OsString::from).collect())
    }

    fn refused(file: &str) -> String {
        format!("{:#}", read_with(file, &[]).unwrap_err())
    }

    fn options() -> Vec<Arg> {
        let command = crate::cli::command();
        let serve = command.find_subcommand(DESCRIBED).unwrap();
        serve.get_arguments().filter(|option| key(option).is_some()).cloned().collect()
    }

    /// A value that the option takes, as TOML and as the command line has it.
    fn example(option: &Arg) -> (String, Option<String>) {
        if matches!(option.get_action(), ArgAction::SetTrue) {
            return ("true".to_owned(), None);
        }
        let candidates =
            ["7", "10.0.0.7", "10.0.0.7:5555", "10.0.0.0/24", "postgres://database/tikmatrix", "name"];
        let long = option.get_long().unwrap();
        let takes = |text: &&&str| {
            crate::cli::command()
                .try_get_matches_from(["tikmatrix", "serve", &format!("--{long}={text}")])
                .is_ok()
        };
        let value =
            candidates.iter().find(takes).unwrap_or_else(|| panic!("give an example of --{long} here"));
        let toml = if matches!(option.get_action(), ArgAction::Append) {
            format!("[{value:?}]")
        } else {
            format!("{value:?}")
        };
        (toml, Some((*value).to_owned()))
    }

    fn raw(matches: &ArgMatches, option: &Arg) -> Vec<String> {
        let (_, serve) = matches.subcommand().unwrap();
        serve
            .get_raw(option.get_id().as_str())
            .into_iter()
            .flatten()
            .map(|it| it.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn every_option_of_serve_has_a_key_and_says_so_in_its_help() {
        let mut file = String::new();
        for option in options() {
            let key = key(&option).unwrap();
            writeln!(file, "{key} = {}", example(&option).0).unwrap();
            let help = option.get_help().unwrap().to_string();
            assert!(help.ends_with(&format!("[key: {key}]")), "{help}");
            assert!(option.get_env().is_some(), "{key} has no variable");
        }
        let matches = read_with(&file, &[]).unwrap();
        for option in options() {
            let expected = example(&option).1.unwrap_or_else(|| "true".to_owned());
            assert_eq!(raw(&matches, &option), [expected], "{option}");
        }
    }

    #[test]
    fn the_command_line_wins_over_the_file_and_the_file_over_the_default() {
        let port = options().into_iter().find(|option| option.get_long() == Some("port")).unwrap();
        assert_eq!(raw(&read_with("port = 1", &["--port", "2"]).unwrap(), &port), ["2"]);
        assert_eq!(raw(&read_with("port = 1", &[]).unwrap(), &port), ["1"]);
        assert_eq!(raw(&read_with("", &[]).unwrap(), &port), ["50809"]);
        let phone = options().into_iter().find(|option| option.get_long() == Some("phone")).unwrap();
        let file = "phone = ['10.0.0.1:1', '10.0.0.2:2']";
        assert_eq!(raw(&read_with(file, &[]).unwrap(), &phone), ["10.0.0.1:1", "10.0.0.2:2"]);
        let given = read_with(file, &["--phone", "10.0.0.3:3"]).unwrap();
        assert_eq!(raw(&given, &phone), ["10.0.0.3:3"], "a list is replaced, not added to");
    }

    #[test]
    fn unknown_keys_are_refused_all_at_once_with_the_nearest_known_name() {
        let said = refused("prot = 1\ncolour = 'red'\n[table]\nport = 1");
        for part in
            ["prot is not a known key; did you mean port?", "colour is not a known key", "table is not"]
        {
            assert!(said.contains(part), "{part:?} is not in {said}");
        }
        assert!(refused("config = 'other.toml'").contains("config is not a known key"));
    }

    #[test]
    fn a_value_that_its_option_does_not_take_names_file_and_option() {
        for (file, part) in [
            ("port = 70000", "port: the value is not in 0..=65535"),
            ("port = 'high'", "port: invalid digit found in string"),
            ("port = [1, 2]", "port: is one value, not a list"),
            ("port = true", "port: is text or a number, not boolean"),
            ("require_token = 'yes'", "require_token: is either true or false"),
            ("phone = ['10.0.0.1']", "HOST:PORT"),
            ("port =", "is not valid TOML"),
        ] {
            let said = refused(file);
            assert!(said.contains(part) && said.contains("tikmatrix.toml"), "{part:?} is not in {said}");
        }
    }

    #[test]
    fn no_value_is_in_a_message() {
        for (file, part) in [
            ("database_url = postgres://maker:hunter2@db/tasks", "line 1 (database_url): "),
            (
                "port = 0\n\ndatabase_url = 'postgres://maker:hunter2@db/tasks\nbind = []",
                "line 3 (database_url): ",
            ),
            ("phone = ['hunter2']", "phone: "),
            ("phone_network = ['hunter2']", "phone_network: "),
            ("port = 'hunter2'", "port: "),
            ("max_requests = 'hunter2'", "max_requests: "),
            ("bind = ['hunter2']", "bind: "),
            ("require_token = 'hunter2'", "require_token: "),
            ("host_name = ['hunter2 hunter2']", "host_name: "),
        ] {
            let said = refused(file);
            assert!(said.contains(part) && !said.contains("hunter2"), "{part:?} is not in {said}");
        }
    }

    #[test]
    fn other_commands_take_the_data_directory_from_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tikmatrix.toml");
        std::fs::write(&path, "port = 1\ndata_dir = 'kept'").unwrap();
        let arguments =
            ["tikmatrix", "token", "list", "--config", path.to_str().unwrap()].map(OsString::from);
        let matches = read(&crate::cli::command(), arguments.to_vec()).unwrap();
        let (_, list) = matches.subcommand().unwrap().1.subcommand().unwrap();
        assert_eq!(list.get_one::<PathBuf>("data_dir"), Some(&PathBuf::from("kept")));
    }
}
