//! Tokens in the database of a server that does not run yet, or does.

use std::path::Path;

use chrono::{DateTime, Utc};
use tikmatrix_api::{NewToken, open_data};
use tikmatrix_domain::{AccessToken, Role, TokenName};

/// Makes a token in a data directory, and gives its text.
pub(crate) async fn make(directory: &Path, name: &str, role: Role, end: Option<DateTime<Utc>>) -> String {
    let token = NewToken::make(TokenName::new(name).unwrap(), role, Utc::now()).unwrap();
    let store = open_data(directory, None).unwrap();
    let kept = AccessToken { expires_at: end, ..token.kept };
    assert!(store.tokens().create(kept).await.unwrap());
    token.text.expose().to_owned()
}
