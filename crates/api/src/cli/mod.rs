//! The commands of `tikmatrix`: their arguments, and where each is carried out.

mod address;
mod data_directory;
mod demo;
mod ending;
mod license;
mod output;
mod phone;
mod serve;
mod signal;
mod virtual_phones;

use clap::{Parser, Subcommand};

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
    /// Starts a server with four virtual phones and publishes one video before your eyes
    Demo(demo::Options),
    /// Runs virtual phones alone, for any ADB client
    Phone(phone::Options),
    /// Makes, installs and shows licences
    #[command(subcommand)]
    License(license::Command),
}

/// Carries out the command line.
///
/// # Errors
/// What kept the command from its end, for a person.
pub(crate) async fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let level = match arguments.command {
        // Log lines would tear the progress bars apart.
        Command::Demo(_) => "error",
        Command::Serve(_) | Command::Phone(_) | Command::License(_) => "warn,tikmatrix=info",
    };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level)).init();
    match arguments.command {
        Command::Serve(options) => serve::run(options).await,
        Command::Demo(options) => demo::run(&options).await,
        Command::Phone(options) => phone::run(&options).await,
        Command::License(command) => license::run(&command),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_has_an_environment_twin() {
        let program = Arguments::command();
        let below = |command: &clap::Command| command.get_subcommands().cloned().collect::<Vec<_>>();
        let commands =
            below(&program).into_iter().flat_map(|command| [below(&command), vec![command]].concat());
        let arguments = commands.flat_map(|command| command.get_arguments().cloned().collect::<Vec<_>>());
        for option in arguments.filter(|argument| !argument.is_positional() && argument.get_id() != "help") {
            let long = option.get_long().unwrap();
            let twin = option.get_env().unwrap_or_else(|| panic!("--{long} has no environment twin"));
            let twin = twin.to_str().unwrap();
            let name = long.replace('-', "_").to_uppercase();
            assert!(twin.starts_with("TIKMATRIX_") && twin.ends_with(&name), "--{long}: {twin}");
        }
    }
}
