//! The commands of `tikmatrix`: their arguments, and where each is carried out.

mod client;
mod composition;
mod demo;
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

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tikmatrix_api::openapi_document;

use self::composition::{app_ids, scripts};
use self::output::{OutputError, json, say_data, say_usage};
pub(crate) use self::output::{complain, with_causes};
pub(crate) use self::shutdown::run_to_end;

/// Publishes to the TikTok and Instagram accounts on your own Android phones.
#[derive(Debug, Parser)]
#[command(name = "tikmatrix", version, max_term_width = 100)]
struct Arguments {
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
    /// Creates, lists and revokes the tokens with which programs use the server
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
    /// Creates, tests and changes the webhooks of a server, and shows what was delivered to them
    Webhook(client::Options<client::webhooks::Command>),
    /// Shows the scripts that tasks can run
    Script(client::Options<client::scripts::Command>),
    /// Prints the OpenAPI document of the API
    Openapi,
}

/// Runs the command line and returns the exit status.
///
/// # Errors
/// When the command fails; the message is for a person.
pub(crate) async fn run() -> anyhow::Result<ExitCode> {
    let arguments = match read_arguments() {
        Ok(arguments) => arguments,
        Err(error) => return Ok(show_usage(&error.downcast::<clap::Error>()?)?),
    };
    let level = match arguments.command {
        // Log lines would tear the progress bars apart.
        Command::Demo(_) => "error",
        _ => "warn,tikmatrix=info",
    };
    output::log_lines::start(level);
    keep_files_private();
    match arguments.command {
        Command::Serve(options) => serve::run(options).await,
        Command::Demo(options) => demo::run(&options).await,
        Command::Phone(options) => phone::run(&options).await,
        Command::Ui(command) => inspect::run(command).await,
        Command::Replay(options) => return replay::run(&options).await,
        Command::Pair(options) => pair::run(&options).await,
        Command::License(command) => license::run(&command),
        Command::Token(command) => token::run(command).await,
        Command::Task(options) => options.run().await,
        Command::Device(options) => options.run().await,
        Command::Account(options) => options.run().await,
        Command::Material(options) => options.run().await,
        Command::Webhook(options) => options.run().await,
        Command::Script(options) => options.run().await,
        Command::Openapi => openapi(),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Lets no other user read what the program writes: databases, evidence, videos, keys and licences.
fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Prints the OpenAPI document of a server that has every script.
fn openapi() -> anyhow::Result<()> {
    say_data(json(&openapi_document(&scripts()?, &app_ids()?))?)?;
    Ok(())
}

/// Reads the command line, the environment and the configuration file.
///
/// # Errors
/// [`clap::Error`] for a wrong command line and for a request for help, else what is wrong with the file.
fn read_arguments() -> anyhow::Result<Arguments> {
    let matches = options::config::read(&command(), std::env::args_os().collect())?;
    Ok(Arguments::from_arg_matches(&matches)?)
}

/// Shows what clap has to say instead of a command, and returns the exit status.
fn show_usage(usage: &clap::Error) -> Result<ExitCode, OutputError> {
    say_usage(usage)?;
    Ok(u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn command() -> clap::Command {
    options::config::with_keys(Arguments::command())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn every_option_has_an_environment_twin() {
        let mut commands: Vec<clap::Command> = command().get_subcommands().cloned().collect();
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            for option in command.get_arguments().filter(|argument| argument.get_long() != Some("help")) {
                let Some(long) = option.get_long() else { continue };
                let twin = option.get_env().unwrap_or_else(|| panic!("--{long} has no environment twin"));
                let twin = twin.to_str().unwrap();
                let ending = format!("_{}", long.replace('-', "_").to_uppercase());
                assert!(twin.starts_with("TIKMATRIX_") && twin.ends_with(&ending), "--{long}: {twin}");
            }
        }
    }
}
