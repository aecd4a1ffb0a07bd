//! The screens of this part of the app.

/// A screen of this part of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// The camera's tab CREATE.
    Templates,
    Camera,
    Gallery,
    Albums,
    /// The item with this row of the media library.
    Preview(u64),
    /// The Friends tab.
    Friends,
    /// The list of drafts.
    Drafts,
}
