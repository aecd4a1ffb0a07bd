//! The phone's shell: a line goes in, commands run, output and an exit status come out. Lines are parsed by a parser
//! crate, so that text which breaks out of its quotes runs as a command here as it would on a phone. The commands
//! themselves are left to `commands`, the sockets to `daemon`.

mod interpreter;
mod session;
mod stop;
mod streams;
mod syntax;
mod word;

pub(crate) use interpreter::interpret::STACK_BYTES;
pub(crate) use session::{Leaving, Session};
pub(crate) use stop::Stop;
pub(crate) use streams::{Input, Output, Sink, Streams, lock};
pub(crate) use word::pattern::matches as matches_pattern;

#[cfg(test)]
mod tests;
