//! What a phone's screen shows, as a tree of elements, and how one element of it is described and found. Reading the
//! screen off a phone is [`crate::android`]'s; waiting for an element is [`crate::script`]'s.

mod bounds;
mod entities;
mod matching;
mod selector;
mod text;
mod tree;

pub use bounds::{Bounds, Point, Region};
pub use matching::tap_point;
pub use selector::{Pattern, Selector, TextMatch};
pub use text::{normalise, reads_as};
pub use tree::{Flags, Node, NodeRef, UiTree, UiTreeError};
