//! Tokens as people and programs read them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;
use tikmatrix_domain::AccessToken;

/// One line a token under a line of headings, times in UTC.
pub(super) fn text(tokens: &[AccessToken]) -> String {
    let width =
        tokens.iter().map(|token| token.name.as_str().chars().count()).max().unwrap_or_default().max(4);
    let mut lines = format!("{:width$}  {:8}  {:20}  LAST USED\n", "NAME", "ID", "CREATED");
    for token in tokens {
        let used = token.last_used_at.map_or_else(|| "never".to_owned(), moment);
        let (name, id, created) = (token.name.as_str(), &token.id, moment(token.created_at));
        lines.push_str(
            &[format!("{name:width$}"), format!("{id:8}"), format!("{created:20}"), used].join("  "),
        );
        lines.push('\n');
    }
    lines
}

/// The same as a JSON array.
pub(super) fn json(tokens: &[AccessToken]) -> serde_json::Value {
    tokens
        .iter()
        .map(|token| {
            json!({
                "name": token.name.as_str(),
                "id": token.id,
                "created_at": moment(token.created_at),
                "last_used_at": token.last_used_at.map(moment),
            })
        })
        .collect()
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use tikmatrix_domain::TokenName;

    use super::*;

    #[test]
    fn names_of_any_length_stay_in_their_column() {
        let token = |name: &str, last_used_at| AccessToken {
            id: "0a1b2c3d".to_owned(),
            name: TokenName::new(name).unwrap(),
            hash: [0; 32],
            created_at: DateTime::UNIX_EPOCH,
            last_used_at,
        };
        let tokens = [token("one", None), token("the uploader", Some(DateTime::UNIX_EPOCH))];
        assert_eq!(
            text(&tokens),
            "NAME          ID        CREATED               LAST USED\n\
             one           0a1b2c3d  1970-01-01T00:00:00Z  never\n\
             the uploader  0a1b2c3d  1970-01-01T00:00:00Z  1970-01-01T00:00:00Z\n"
        );
        assert_eq!(json(&tokens)[0]["last_used_at"], serde_json::Value::Null);
    }
}
