//! The commands of `tikmatrix`: their arguments, and where each is carried out.

mod audit_trail;
mod backup;
mod client;
mod composition;
mod demo;
mod doctor;
mod help;
mod inspect;
mod license;
mod options;
mod output;
mod pair;
mod phone;
mod replay;
mod serve;
mod shutdown;
mod token;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tikmatrix_api::openapi_document;

use self::composition::{app_ids, scripts};
use self::options::global::{Global, asks_for_json};
use self::output::answer::Output;
use self::output::failure::{Cause, Failure, report, report_usage};
use self::output::{say_usage, standard_output};
use self::shutdown::run_to_end;

/// Publishes to the TikTok and Instagram accounts on your own Android phones.
#[derive(Debug, Parser)]
#[command(name = "tikmatrix", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server
    Serve(serve::Options),
    /// Starts a server with four virtual phones and publishes one video on one of them
    Demo(demo::Options),
    /// Runs virtual phones alone, for any ADB client
    Phone(phone::Options),
    /// Shows what the apps' profiles find on a screen
    #[command(subcommand)]
    Ui(inspect::Command),
    /// Runs the script of a failed task again, against the tape of its run
    Replay(replay::Options),
    /// Pairs with a phone by the code that its wireless debugging shows
    Pair(pair::Options),
    /// Creates, installs and shows licences
    #[command(subcommand)]
    License(license::Command),
    /// Creates, rotates, lists and revokes the tokens with which programs use the server
    #[command(subcommand)]
    Token(token::Command),
    /// Creates, shows and changes a server's tasks
    Task(client::Options<client::tasks::Command>),
    /// Shows and names a server's phones
    Device(client::Options<client::devices::Command>),
    /// Records, shows and changes a server's accounts
    Account(client::Options<client::accounts::Command>),
    /// Uploads, shows and changes the videos and images of a server's library
    Material(client::Options<client::materials::Command>),
    /// Shows who changed what on a server
    Audit(client::Options<client::audit::Command>),
    /// Creates, tests and changes the webhooks of a server, and shows what was delivered to them
    Webhook(client::Options<client::webhooks::Command>),
    /// Shows the scripts that tasks can run
    Script(client::Options<client::scripts::Command>),
    /// Creates, shows and changes the groups of a server's phones
    Group(client::Options<client::groups::Command>),
    /// Shows and changes the settings of a server
    Setting(client::Options<client::server::settings::Command>),
    /// Starts no task until `resume`; running ones go on
    Pause(client::Single<client::server::settings::Pause>),
    /// Starts tasks again
    Resume(client::Single<client::server::settings::Resume>),
    /// Shows what happens to a server's tasks and phones
    Event(client::Options<client::server::events::Command>),
    /// Shows the version of this program, and of the server if it answers
    Version(client::Single<client::server::version::Version>),
    /// Prints the completions for a shell
    Completions(help::generate::CompletionsOptions),
    /// Writes man pages
    Man(help::generate::ManOptions),
    /// Shows phones, queue, plan and version of a server on one screen
    Status(client::Single<client::status::StatusOptions>),
    /// Checks server, phones, disk, clock, keys and licence, and says what to do; exits with 1 if tasks cannot run
    Doctor(doctor::Options),
    /// Writes everything that a server keeps to one file, also while it runs
    Backup(backup::BackupOptions),
    /// Restores a backup into an empty data directory and an empty database
    Restore(backup::RestoreOptions),
    /// Prints the OpenAPI document of the API
    Openapi,
}

/// Runs the command line and returns the exit status.
pub(crate) fn main() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    let is_json = asks_for_json(&line);
    if standard_output::is_missing() {
        let message = "cannot write to standard output: it is closed; `> /dev/null` discards what is written"
            .to_owned();
        return report(&Failure { cause: Cause::Failed, message }.into(), is_json);
    }
    let Arguments { global, command } = match read_arguments(line.clone()) {
        Ok(arguments) => arguments,
        Err(error) => return refuse(error, &line, is_json),
    };
    let output = Output::new(&global);
    run_to_end(run(command, output)).unwrap_or_else(|error| report(&error, output.is_json()))
}

/// Carries out the command.
async fn run(command: Command, output: Output) -> anyhow::Result<ExitCode> {
    let level = match command {
        // Log lines would tear the progress bars apart.
        Command::Demo(_) => "error",
        _ => "warn,tikmatrix=info",
    };
    output::log_lines::start(level);
    keep_files_private();
    match command {
        Command::Serve(options) => serve::run(options, output).await,
        Command::Demo(options) => demo::run(&options, output).await,
        Command::Phone(options) => phone::run(&options, output).await,
        Command::Ui(command) => inspect::run(command, output).await,
        Command::Replay(options) => return replay::run(&options, output).await,
        Command::Pair(options) => pair::run(&options, output).await,
        Command::License(command) => license::run(command, output).await,
        Command::Token(command) => token::run(command, output).await,
        Command::Task(options) => options.run(output).await,
        Command::Device(options) => options.run(output).await,
        Command::Account(options) => options.run(output).await,
        Command::Material(options) => options.run(output).await,
        Command::Audit(options) => options.run(output).await,
        Command::Webhook(options) => options.run(output).await,
        Command::Script(options) => options.run(output).await,
        Command::Group(options) => options.run(output).await,
        Command::Setting(options) => options.run(output).await,
        Command::Pause(options) => options.run(output).await,
        Command::Resume(options) => options.run(output).await,
        Command::Event(options) => options.run(output).await,
        Command::Version(options) => options.run(output).await,
        Command::Completions(options) => help::generate::completions(&options, self::command(), output),
        Command::Man(options) => help::generate::man(&options, self::command(), output),
        Command::Status(options) => options.run(output).await,
        Command::Doctor(options) => return doctor::run(options, output).await,
        Command::Backup(options) => backup::save(options, output).await,
        Command::Restore(options) => backup::restore(options, output).await,
        Command::Openapi => openapi(output),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Lets no other user read what the program writes: databases, evidence, videos, keys and licences.
fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Prints the OpenAPI document of a server that has every script, which is JSON for people too.
fn openapi(output: Output) -> anyhow::Result<()> {
    output.document(&openapi_document(&scripts()?, &app_ids()?))
}

/// Reads the command line, the environment and the configuration file.
///
/// # Errors
/// [`clap::Error`] for a wrong command line and for a request for help, else what is wrong with the file.
fn read_arguments(line: Vec<OsString>) -> anyhow::Result<Arguments> {
    let matches = options::config::read(&command(), line)?;
    Ok(Arguments::from_arg_matches(&matches)?)
}

/// Shows what clap has to say instead of a command, or what is wrong with the configuration file.
fn refuse(error: anyhow::Error, line: &[OsString], is_json: bool) -> ExitCode {
    match error.downcast::<clap::Error>().map(|usage| help::with_hint(usage, line, &command())) {
        Ok(usage) if is_json && usage.use_stderr() => report_usage(&usage),
        Ok(usage) => match say_usage(&usage) {
            Ok(()) => u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
            Err(error) => report(&error.into(), is_json),
        },
        Err(error) => report(&error, is_json),
    }
}

fn command() -> clap::Command {
    let command = help::with_help(options::config::with_keys(Arguments::command()));
    options::environment::without_empty(command, &|name| std::env::var_os(name))
}

#[cfg(test)]
/// Returns every command with its path, with the options that it has from those above it.
fn all_commands() -> Vec<(String, clap::Command)> {
    let mut command = command();
    command.build();
    let mut all = vec![("tikmatrix".to_owned(), command)];
    let mut next = 0;
    while let Some((path, command)) = all.get(next).cloned() {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help");
        all.extend(below.map(|below| (format!("{path} {}", below.get_name()), below.clone())));
        next += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::options::global::Fields;
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn every_option_has_an_environment_twin() {
        for (path, command) in all_commands() {
            for option in command.get_arguments() {
                let Some(long) = option.get_long().filter(|long| !["help", "version"].contains(long)) else {
                    continue;
                };
                let twin =
                    option.get_env().unwrap_or_else(|| panic!("{path}: --{long} has no environment twin"));
                let twin = twin.to_str().unwrap();
                let ending = format!("_{}", long.replace('-', "_").to_uppercase());
                assert!(twin.starts_with("TIKMATRIX_") && twin.ends_with(&ending), "{path} --{long}: {twin}");
            }
        }
    }

    #[test]
    fn every_command_has_the_one_option_for_json() {
        for (path, command) in all_commands() {
            let json = command.get_arguments().find(|option| option.get_long() == Some("json"));
            let json = json.unwrap_or_else(|| panic!("{path} has no --json"));
            assert_eq!(json.get_env(), Some("TIKMATRIX_JSON".as_ref()), "{path}");
            assert_eq!(json.get_value_names().unwrap(), ["FIELDS"], "{path}: it has an option of its own");
        }
    }

    #[test]
    fn json_stands_in_any_position_with_and_without_fields() {
        let fields = |line: &str| {
            let arguments = read_arguments(line.split(' ').map(OsString::from).collect());
            arguments.unwrap_or_else(|error| panic!("{line}: {error}")).global.json()
        };
        let named = Some(Fields::Named(vec!["id".to_owned(), "status".to_owned()]));
        for line in ["tikmatrix --json task list", "tikmatrix task --json list", "tikmatrix task list --json"]
        {
            assert_eq!(fields(line), Some(Fields::All), "{line}");
            assert_eq!(fields(&line.replace("--json", "--json=id,status")), named, "{line}");
            assert_eq!(fields(&line.replace("--json", "--json id,status")), named, "{line}");
        }
        assert_eq!(fields("tikmatrix task show --json 7"), Some(Fields::All), "the word is the command's");
        assert_eq!(fields("tikmatrix task show 7 --json id,status"), named);
        assert_eq!(fields("tikmatrix task list --json=false"), None);
        assert_eq!(fields("tikmatrix task list"), None);
    }
}
