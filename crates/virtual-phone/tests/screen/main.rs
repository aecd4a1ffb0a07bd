//! The phone's screen by what a program can see and do: dumps, coordinates, keys, text and time.

#![cfg(test)]

mod drawing;
mod driver;
mod dumping;
mod faults;
mod following;
mod publishing;
mod starting;
mod touching;
mod typing;
mod wandering;
