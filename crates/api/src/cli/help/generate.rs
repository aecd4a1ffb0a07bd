//! `tikmatrix completions` and `tikmatrix man`: files for shells and for `man`, made from the definition of the command line.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command};
use clap_complete::Shell;
use serde_json::json;

use crate::cli::output::answer::Output;
use crate::cli::output::counted;

/// The options of `completions`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsOptions {
    /// The shell
    shell: Shell,
}

/// Prints the script by which a shell completes commands and options.
pub(in crate::cli) fn completions(
    options: &CompletionsOptions,
    mut command: Command,
    output: Output,
) -> anyhow::Result<()> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(options.shell, &mut command, name, &mut script);
    let script = String::from_utf8(script).context("the completions are not UTF-8")?;
    let answer = json!({"shell": options.shell.to_string(), "script": script});
    output.page(&answer, |_| script.trim_end().to_owned())
}

/// The options of `man`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManOptions {
    /// The folder to write the pages into, made when it is missing
    dir: PathBuf,
}

/// Writes a page for each command.
pub(in crate::cli) fn man(options: &ManOptions, command: Command, output: Output) -> anyhow::Result<()> {
    let folder = options.dir.display();
    let cannot = || format!("cannot write man pages into {folder}");
    std::fs::create_dir_all(&options.dir).with_context(cannot)?;
    let pages = command_count(&command);
    clap_mangen::generate_to(command.disable_help_subcommand(true), &options.dir).with_context(cannot)?;
    let sentence =
        format!("Wrote {} into {folder}; `man -l {folder}/tikmatrix.1` shows one.", counted(pages, "page"));
    output.done(&json!({"folder": options.dir, "page_count": pages}), &sentence)
}

/// Counts a command and all below it.
fn command_count(command: &Command) -> u64 {
    1 + command.get_subcommands().map(command_count).sum::<u64>()
}
