//! The known name that a misspelt one was probably meant to be.

/// The most known names that a message lists.
const MAX_LISTED: usize = 20;
/// The longest name for which a near one is sought, in bytes.
const MAX_SOUGHT: usize = 64;

/// Describes a name that is not known by the nearest of `known` when one is near, else by all of them.
#[must_use]
pub fn unknown_name(kind: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("is not a known {kind}; did you mean {nearest}?"),
        None if known.is_empty() => format!("is not a known {kind}; there is none"),
        None => {
            let (listed, rest) = known.split_at(known.len().min(MAX_LISTED));
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("is not a known {kind}; known are {}{more}", listed.join(", "))
        }
    }
}

/// Returns the one of `known` that differs least from `name`, in letters of any case; `None` if none is near.
pub fn nearest<'name>(name: &str, known: impl IntoIterator<Item = &'name str>) -> Option<&'name str> {
    if name.len() > MAX_SOUGHT {
        return None;
    }
    let sought = name.to_lowercase();
    // Longer names may have more slips, and a name that shares nothing is no help.
    let length = sought.chars().count();
    let allowed = (length / 3).max(1);
    let known = known.into_iter().filter_map(|candidate| {
        let lowered = candidate.to_lowercase();
        let is_longer = length > 2 && lowered.starts_with(&sought);
        if lowered.chars().count().abs_diff(length) > allowed {
            return is_longer.then_some((usize::MAX, candidate));
        }
        let distance = strsim::osa_distance(&sought, &lowered);
        (distance <= allowed || is_longer).then_some((distance, candidate))
    });
    known.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_names_what_was_meant_and_anything_else_all_that_is_known() {
        let known = ["serials", "script_name"];
        assert_eq!(unknown_name("field", "serial", &known), "is not a known field; did you mean serials?");
        assert_eq!(
            unknown_name("field", "Script-Name", &known),
            "is not a known field; did you mean script_name?"
        );
        assert_eq!(
            unknown_name("field", "colour", &known),
            "is not a known field; known are serials, script_name"
        );
    }

    #[test]
    fn the_nearest_name_is_found_in_letters_of_any_case_and_by_its_beginning() {
        let known = ["R58M00ABC", "R58M00XYZ", "Rack A, upper shelf"];
        assert_eq!(nearest("r58m00abd", known), Some("R58M00ABC"));
        assert_eq!(nearest("rack a", known), Some("Rack A, upper shelf"));
        assert_eq!(nearest("emulator-5554", known), None);
        assert_eq!(nearest("ra", known), None);
        assert_eq!(nearest(&"r".repeat(100), ["r"]), None);
    }

    #[test]
    fn a_message_lists_the_first_of_very_many_names() {
        let names: Vec<String> = (0..1000).map(|number| format!("group {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = unknown_name("group", "left", &names);
        assert!(message.ends_with("group 18, group 19 and 980 more"), "{message}");
    }
}
