//! Warnings about the serials and usernames of a request that are not known. Their tasks wait until a phone or an account has
//! the name, which never happens to a misspelt one.

use tikmatrix_domain::AppId;
use tikmatrix_runner::{UnknownRecipient, UnknownRecipients};
use tikmatrix_validation::shortened;

/// Returns a warning for each unknown name, and one for those that are not listed.
pub(super) fn warnings(unknown: &UnknownRecipients, app: Option<AppId>) -> Vec<String> {
    let mut warnings = Vec::new();
    for UnknownRecipient { name, nearest } in &unknown.serials {
        let meant = meant(nearest.as_deref());
        let name = shortened(name);
        warnings.push(format!(
            "serials: no phone {name:?} was ever connected, and its tasks wait until it is{meant}"
        ));
    }
    if unknown.more_serials > 0 {
        let more = unknown.more_serials;
        warnings.push(format!("serials: of {more} more serials no phone was ever connected"));
    }
    let of_app = app.map_or(String::new(), |app| format!(" of {app}"));
    for UnknownRecipient { name, nearest } in &unknown.usernames {
        let meant = meant(nearest.as_deref());
        warnings.push(format!(
            "usernames: no account{of_app} is called {name}, and its tasks wait until it is bound to a \
             phone{meant}"
        ));
    }
    if unknown.more_usernames > 0 {
        let more = unknown.more_usernames;
        warnings.push(format!("usernames: {more} more usernames are those of no account{of_app}"));
    }
    warnings
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |nearest| format!("; did you mean {}?", shortened(nearest)))
}
