//! Has the crate built anew when a migration changes: the compiler does not see that they are compiled in.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
