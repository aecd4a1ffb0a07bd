//! The known name that a misspelt one was probably meant to be.

/// Describes a name that is not known by the nearest of `known` when one is near, else by all of them.
#[must_use]
pub fn unknown_name(kind: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(nearest) => format!("is not a known {kind}; did you mean {nearest}?"),
        None if known.is_empty() => format!("is not a known {kind}; there is none"),
        None => format!("is not a known {kind}; known are {}", known.join(", ")),
    }
}

fn nearest<'name>(name: &str, known: &[&'name str]) -> Option<&'name str> {
    // Longer names may have more slips, and a name that shares nothing is no help.
    let allowed = (name.chars().count() / 3).max(1);
    if name.len() > 100 {
        return None;
    }
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= allowed || candidate.starts_with(name) && name.len() > 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
}
