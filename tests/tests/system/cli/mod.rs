//! The commands of `tikmatrix` besides `serve`.

mod bad_input;
mod clients;
mod commands;
mod demo;
mod doctor;
mod inspection;
mod jobs;
mod planning;
mod readme;
mod recipes;
