//! The program `tikmatrix`: everything that it does is in the modules below `cli`.

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run().await {
        Ok(status) => status,
        Err(error) => {
            eprintln!("tikmatrix: {error:#}");
            ExitCode::FAILURE
        }
    }
}
