//! The commands of `tikmatrix` besides `serve`.

mod clients;
mod commands;
mod demo;
mod doctor;
mod inspection;
mod planning;
mod readme;
mod recipes;
