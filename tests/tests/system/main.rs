//! Whole-system tests over the real binary: each starts its own `tikmatrix` in a directory of its own, on any free
//! port, and looks at it from outside. Each module's first line says what it protects.

#[cfg(test)]
mod access;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod captions;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod clients;
mod commands;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod database_faults;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dispatch;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod following;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod inspection;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod library;
#[cfg(test)]
mod licenses;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod materials;
#[cfg(test)]
mod network;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod phones;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod tidying;
