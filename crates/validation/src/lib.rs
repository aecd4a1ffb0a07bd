//! JSON that is checked against a type: strict parsing, the type's schema, and the type's own rules. Every problem is
//! reported at once, in the order of the schema's fields, each as one sentence for a person.
//!
//! ```
//! use serde::Deserialize;
//! use serde_json::{Value, json};
//! use tikmatrix_validation::{Fields, Problems, Validated, validate};
//!
//! #[derive(Debug, Deserialize)]
//! struct Range {
//!     least: u32,
//!     most: u32,
//! }
//!
//! impl Validated for Range {
//!     fn schema() -> Value {
//!         let minutes = json!({"type": "integer", "minimum": 0, "maximum": 60});
//!         json!({
//!             "type": "object",
//!             "properties": {"least": minutes, "most": minutes},
//!             "required": ["least", "most"],
//!             "additionalProperties": false,
//!         })
//!     }
//!
//!     fn check(fields: &Fields<'_>, problems: &mut Problems) {
//!         if let (Some(least), Some(most)) = (fields.get::<u32>("least"), fields.get::<u32>("most"))
//!             && most < least
//!         {
//!             problems.add("most", format!("{most} is less than least, which is {least}"));
//!         }
//!     }
//! }
//!
//! let range: Range = validate(json!({"least": 1, "most": 2.0})).unwrap();
//! assert_eq!((range.least, range.most), (1, 2));
//! let problems = validate::<Range>(json!({"least": 61, "mst": 5})).unwrap_err();
//! assert_eq!(
//!     problems.to_string(),
//!     "mst: is not a known field; did you mean most?; least: 61 is not a whole number from 0 to 60; most: is required"
//! );
//! ```

mod canonical;
mod compiled;
mod expectation;
mod fields;
pub mod json;
mod node;
mod problem;
mod shown;
mod suggestion;
mod units;
mod validated;

pub use canonical::{Nulls, whole};
pub use compiled::{Schema, Valid};
pub use fields::Fields;
pub use node::SchemaError;
pub use problem::{MAX_PROBLEMS, MAX_TEXT, Problem, Problems};
pub use shown::{shortened, shown};
pub use suggestion::{nearest, unknown_name};
pub use validated::{Validated, validate, validate_with};
