//! The phone's shell: a line goes in, commands run, output and an exit status come out. Lines are parsed by a parser
//! crate, so that text which breaks out of its quotes runs as a command here as it would on a phone. The commands
//! themselves are left to `commands`, the sockets to `daemon`.

mod arithmetic;
mod expand;
mod fields;
mod glob;
mod guard;
mod interpret;
mod parameter;
mod parse;
mod pattern;
mod redirect;
mod session;
mod simple;
mod stop;
mod streams;

pub(crate) use interpret::STACK_BYTES;
pub(crate) use pattern::matches as matches_pattern;
pub(crate) use session::{Leaving, Session};
pub(crate) use stop::Stop;
pub(crate) use streams::{Input, Output, Sink, Streams, lock};

#[cfg(test)]
mod tests;
