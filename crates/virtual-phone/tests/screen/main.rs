//! The phone's screen as a program uses it: dumps, coordinates, keys, text and time.

#![cfg(test)]

mod accounts;
mod drawing;
mod driver;
mod dumping;
mod faults;
mod following;
mod publishing;
mod random_input;
mod starting;
mod touching;
mod typing;
