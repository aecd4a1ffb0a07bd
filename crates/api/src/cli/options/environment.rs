//! The variables of the environment that stand for options.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// Returns `command`, and all commands below it, without the variables that `value` returns an empty text for: such a
/// variable counts as absent.
pub(in crate::cli) fn without_empty(command: Command, value: &impl Fn(&str) -> Option<OsString>) -> Command {
    let is_empty = |name: &OsStr| name.to_str().and_then(value).is_some_and(|value| value.is_empty());
    let command = command
        .mut_args(|option| if option.get_env().is_some_and(is_empty) { option.env(None) } else { option });
    command.mut_subcommands(|below| without_empty(below, value))
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    #[test]
    fn a_variable_that_is_empty_is_absent_for_commands_at_any_depth() {
        let option = |name: &'static str| Arg::new(name).long(name).env(name);
        let command = Command::new("a").arg(option("full")).subcommand(
            Command::new("b").arg(option("empty")).subcommand(Command::new("c").arg(option("empty"))),
        );
        let value = |name: &str| match name {
            "full" => Some("x".into()),
            "empty" => Some(OsString::new()),
            _ => None,
        };
        let command = without_empty(command, &value);
        let below = command.find_subcommand("b").unwrap();
        let lowest = below.find_subcommand("c").unwrap();
        let variables = [&command, below, lowest]
            .map(|command| command.get_arguments().filter(|option| option.get_env().is_some()).count());
        assert_eq!(variables, [1, 0, 0]);
    }
}
