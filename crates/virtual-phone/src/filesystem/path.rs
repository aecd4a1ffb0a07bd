//! Paths as text: joining, parent and name, without following links or `..`.

/// `PATH_MAX`.
pub(crate) const MAX_PATH_BYTES: usize = 4096;
/// `NAME_MAX`.
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// Joins the directory `from` and `path`; an absolute path stays as it is.
pub(crate) fn join(from: &str, path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else if path.is_empty() {
        String::new()
    } else {
        format!("{}/{path}", from.trim_end_matches('/'))
    }
}

/// Splits `path` into the path of its directory and its name. `None` for the root.
pub(crate) fn split_last(path: &str) -> Option<(&str, &str)> {
    let path = path.trim_end_matches('/');
    let (parent, name) = path.rsplit_once('/')?;
    let parent = if parent.is_empty() { "/" } else { parent };
    Some((parent, name))
}

/// The last name in `path`, or `/` for the root.
pub(crate) fn last_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_is_joined_and_an_absolute_one_kept() {
        assert_eq!(join("/data/local", "tmp"), "/data/local/tmp");
        assert_eq!(join("/", "sdcard"), "/sdcard");
        assert_eq!(join("/data", "/sdcard"), "/sdcard");
    }

    #[test]
    fn the_parent_of_a_top_level_file_is_the_root() {
        assert_eq!(split_last("/sdcard/"), Some(("/", "sdcard")));
        assert_eq!(split_last("/"), None);
        assert_eq!(last_name("/a/b/"), "b");
    }
}
