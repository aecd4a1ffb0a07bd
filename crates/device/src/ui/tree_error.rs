//! Why a file is no dump of a screen that can be read.

use thiserror::Error;

/// Why a dump cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UiTreeError {
    /// It is not well-formed XML.
    #[error("the dump of the screen is not readable XML: {0}")]
    Xml(String),
    /// It is another kind of file.
    #[error("this is {0}, not a dump of a screen in XML")]
    OtherFormat(&'static str),
    /// It ends before its last element is closed.
    #[error("the dump of the screen is cut off at line {line}, column {column}: dump the screen again")]
    Truncated {
        /// The line of its end, from 1.
        line: usize,
        /// The column of its end, in characters, from 1.
        column: usize,
    },
    /// It is XML without an element of a screen.
    #[error("the dump of the screen holds no element")]
    Empty,
    /// The bounds of an element are invalid.
    #[error("the dump of the screen holds an element at {0:?}, which is no place")]
    Bounds(String),
}
