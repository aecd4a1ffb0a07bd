//! The operations of one phone, and what is read from its screen.

mod android;
mod files;
mod reverse;
mod ui_tree;
mod virtual_phone;
