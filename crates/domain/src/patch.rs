//! The change of one value in a partial update.

/// A change of one value that may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The value stays as it is.
    #[default]
    Keep,
    /// The value is removed.
    Clear,
    /// The value is replaced.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns the value that results from this change of `before`.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Passes the new value to `assign`, `None` where it is removed. Returns `None` where it stays as it is.
    pub fn assigned<A>(self, assign: impl FnOnce(Option<T>) -> A) -> Option<A> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(assign(None)),
            Self::Set(value) => Some(assign(Some(value))),
        }
    }

    /// Converts the new value, if there is one.
    ///
    /// # Errors
    /// That of `convert`.
    pub fn try_map<U, Wrong>(self, convert: impl FnOnce(T) -> Result<U, Wrong>) -> Result<Patch<U>, Wrong> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(convert(value)?),
        })
    }

    /// Converts the new value, if there is one.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(convert(value)),
        }
    }
}

/// The change after which the value is this one, or is absent.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_keeps_clears_or_replaces_what_was_there() {
        for (patch, value, assigned) in [
            (Patch::Keep, Some(1), None),
            (Patch::Clear, None, Some(None)),
            (Patch::Set(2), Some(2), Some(Some(2))),
        ] {
            assert_eq!((patch.apply(Some(1)), patch.assigned(|new| new)), (value, assigned), "{patch:?}");
        }
        assert_eq!([Patch::from(Some(3)), Patch::from(None)], [Patch::Set(3), Patch::Clear]);
    }
}
