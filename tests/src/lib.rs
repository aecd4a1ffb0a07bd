//! Nothing: this package is its whole-system tests, in `tests/system`.
