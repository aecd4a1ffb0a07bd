//! Whether the program was started without a standard output (`>&-`). The language's start-up opens `/dev/null` in its place,
//! where everything is lost without an error; so it is asked before.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set before `main` by what runs when the program is loaded; nowhere else.
static IS_MISSING: AtomicBool = AtomicBool::new(false);

#[cfg(unix)]
#[ctor::ctor]
fn record() {
    let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
    IS_MISSING.store(flags.is_err(), Ordering::Relaxed);
}

/// Returns whether there is nothing that output could be written to.
pub(in crate::cli) fn is_missing() -> bool {
    IS_MISSING.load(Ordering::Relaxed)
}
