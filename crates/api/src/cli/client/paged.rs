//! Lists that are long: one page, or all pages.

use clap::Args;
use clap::builder::BoolishValueParser;

/// The largest page, in entries, for lists that are read as a whole.
pub(super) const MAX_PAGE: Option<u32> = Some(100);

/// Which entries of a list are shown.
#[derive(Debug, Args)]
pub(in crate::cli) struct Paged<Query: Args> {
    #[command(flatten)]
    pub(super) query: Query,
    /// Shows all pages
    #[arg(long, env = "TIKMATRIX_ALL", conflicts_with = "page", value_parser = BoolishValueParser::new())]
    pub(super) all: bool,
}
