//! How `tikmatrix token list` shows tokens: for people as a table, for programs as JSON.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;
use tikmatrix_domain::AccessToken;

/// One line a token under a line of headings, times in UTC.
pub(super) fn as_table(tokens: &[AccessToken], now: DateTime<Utc>) -> String {
    let headings = ["NAME", "ID", "ROLE", "CREATED", "EXPIRES", "LAST USED"].map(str::to_owned);
    let mut rows = vec![headings];
    rows.extend(tokens.iter().map(|token| row(token, now)));
    let mut widths = [0; 6];
    for (cell, width) in rows.iter().flat_map(|row| row.iter().zip(0..)) {
        widths[width] = widths[width].max(cell.chars().count());
    }
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row(token: &AccessToken, now: DateTime<Utc>) -> [String; 6] {
    let end = token.expires_at.map_or_else(|| "never".to_owned(), moment);
    let state = if token.is_expired(now) {
        " (expired)"
    } else if token.rotated_at.is_some() {
        " (rotated)"
    } else {
        ""
    };
    [
        token.name.to_string(),
        token.id.clone(),
        token.role.to_string(),
        moment(token.created_at),
        format!("{end}{state}"),
        token.last_used_at.map_or_else(|| "never".to_owned(), moment),
    ]
}

/// The same as a JSON array.
pub(super) fn as_json(tokens: &[AccessToken]) -> serde_json::Value {
    tokens
        .iter()
        .map(|token| {
            json!({
                "name": token.name.as_str(),
                "id": token.id,
                "role": token.role.as_str(),
                "created_at": moment(token.created_at),
                "expires_at": token.expires_at.map(moment),
                "rotated_at": token.rotated_at.map(moment),
                "last_used_at": token.last_used_at.map(moment),
            })
        })
        .collect()
}

/// A moment in UTC, to the second.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use tikmatrix_domain::{Role, TokenName};

    use super::*;

    #[test]
    fn names_of_any_length_stay_in_their_column() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let token = |name: &str, role, expires: Option<i64>, used: Option<i64>| AccessToken {
            id: "0a1b2c3d".to_owned(),
            name: TokenName::new(name).unwrap(),
            role,
            hash: [0; 32],
            created_at: at(0),
            expires_at: expires.map(at),
            rotated_at: None,
            last_used_at: used.map(at),
        };
        let rotated = AccessToken { rotated_at: Some(at(1)), ..token("one", Role::Admin, Some(90), None) };
        let tokens = [
            token("one", Role::Admin, None, None),
            rotated,
            token("the uploader", Role::Operator, Some(60), Some(0)),
        ];
        let lines = [
            "NAME          ID        ROLE      CREATED               EXPIRES                         LAST USED",
            "one           0a1b2c3d  admin     1970-01-01T00:00:00Z  never                           never",
            "one           0a1b2c3d  admin     1970-01-01T00:00:00Z  1970-01-01T00:01:30Z (rotated)  never",
            "the uploader  0a1b2c3d  operator  1970-01-01T00:00:00Z  1970-01-01T00:01:00Z (expired)  1970-01-01T00:00:00Z",
        ];
        assert_eq!(as_table(&tokens, at(60)), lines.join("\n"));
        let json = as_json(&tokens);
        assert_eq!(
            (&json[2]["role"], &json[2]["expires_at"]),
            (&json!("operator"), &json!("1970-01-01T00:01:00Z"))
        );
        assert_eq!((&json[0]["last_used_at"], &json[0]["rotated_at"]), (&json!(null), &json!(null)));
    }
}
