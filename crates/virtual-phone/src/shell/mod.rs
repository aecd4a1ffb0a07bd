//! The phone's shell: a line goes in, commands run, output and an exit status come out. Lines are parsed by a parser
//! crate, so that text which breaks out of its quotes runs as a command here as it would on a phone.

pub(crate) mod interpreter;
mod latency;
mod limits;
pub(crate) mod session;
pub(crate) mod streams;
mod syntax;
mod variables;
pub(crate) mod word;

#[cfg(test)]
mod tests;
