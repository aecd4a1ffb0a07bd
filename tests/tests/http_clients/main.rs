//! The API in the hands of the HTTP clients that people use, over the real binary with virtual phones: the curl lines of
//! the pages that tell how to use it, Python's requests, Node's fetch, schemathesis, which judges every answer by the OpenAPI
//! document, and nginx in front of it. `cargo xtask test` runs this suite, since it needs those programs.

#[cfg(test)]
mod curl;
#[cfg(test)]
#[path = "../system/harness/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the suite beside this one uses the rest")]
mod harness;
#[cfg(test)]
mod nginx;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod webhooks;
