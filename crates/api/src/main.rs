//! The program `tikmatrix`: everything that it does is in the modules below `cli`.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// What a request needs is often taken on one thread and given back on another, which the allocator of most systems does
/// slowly.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
