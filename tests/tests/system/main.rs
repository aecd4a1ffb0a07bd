//! Whole-system tests over the real binary: each starts its own `tikmatrix` in a directory of its own, on any free
//! port, and looks at it from outside. Each module's first line says what it protects.

#[cfg(test)]
mod cli;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod materials;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tasks;
