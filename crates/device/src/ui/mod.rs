//! A phone's screen as a tree of elements, and selectors that find elements in it.

mod bounds;
mod encoding;
mod entities;
mod matching;
mod relations;
mod selector;
mod text;
mod tree;
mod tree_error;

pub use bounds::{Bounds, Point, Region};
pub use matching::tap_point;
pub use selector::{Pattern, Selector, TextMatch};
pub use text::{normalise, reads_as};
pub use tree::{Flags, Node, NodeRef, UiTree};
pub use tree_error::UiTreeError;
