//! The sheet behind one's own display name, with an account a row. "Add account" has the ids and the class of an account: a
//! row counts as one only when it reads as a username in its description and in a text inside of it.

use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::{NodeRef, Point, UiTree, tap_point};
use tikmatrix_domain::Username;

use crate::journey::KnownAccounts;
use crate::tiktok::screens::Screens;

const SHEET_TIMEOUT: Duration = Duration::from_secs(10);
/// A tap or a swipe that changed nothing for so long was lost.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(3);
/// Taps on the display name until the sheet is there.
const MAX_TAPS: u32 = 3;
/// Swipes until the sheet's end. The app lets eight accounts sign in.
const MAX_SWIPES: u32 = 6;
const SWIPE_DURATION: Duration = Duration::from_millis(400);

/// The switcher of accounts.
pub(crate) struct Switcher<'a> {
    pub(crate) screens: &'a Screens,
}

/// A row of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    username: Username,
    is_current: bool,
    button: Found,
}

impl Switcher<'_> {
    /// Opens the sheet from one's own profile, which is on the screen.
    pub(crate) async fn open(&self, context: &mut Context) -> Result<(), Failure> {
        let mut last = Ok(());
        for _ in 0..MAX_TAPS {
            let name = |tree: &UiTree| self.display_name(tree);
            let point = context.screen().wait_until("the account's own name", SHEET_TIMEOUT, name).await?;
            android::tap(context.phone(), point, context.soon()).await?;
            let is_open = |tree: &UiTree| self.is_open(tree).then_some(());
            last = context.screen().wait_until("the list of accounts", CHANGE_TIMEOUT, is_open).await;
            match &last {
                Err(failure) if failure.is_not_found() => {}
                _ => return last,
            }
        }
        last
    }

    /// Reads every account of the open sheet.
    pub(crate) async fn read_all(&self, context: &mut Context) -> Result<KnownAccounts, Failure> {
        let mut known = KnownAccounts::default();
        self.scroll_through(context, |row| {
            if row.is_current {
                known.current = Some(row.username.clone());
            }
            if !known.all.contains(&row.username) {
                known.all.push(row.username.clone());
            }
            false
        })
        .await?;
        Ok(known)
    }

    /// Taps the row of `username` on the open sheet. `false`, and no row is tapped, when it has none.
    pub(crate) async fn choose(&self, context: &mut Context, username: &Username) -> Result<bool, Failure> {
        let wanted = self.scroll_through(context, |row| row.username == *username).await?;
        let Some(wanted) = wanted else { return Ok(false) };
        let point =
            wanted.button.tap.ok_or_else(|| Failure::not_tappable("the account", &context.last_screen()))?;
        android::tap(context.phone(), point, context.soon()).await?;
        Ok(true)
    }

    /// Waits until the sheet is gone, and answers what the app asks after a switch.
    pub(crate) async fn wait_until_closed(&self, context: &mut Context) -> Result<(), Failure> {
        let is_closed = |tree: &UiTree| (!self.is_open(tree) && !tree.package().is_empty()).then_some(());
        context.screen().wait_until("the end of the list of accounts", SHEET_TIMEOUT, is_closed).await
    }

    /// Goes through the rows from the first to the last until one `is_wanted`, and returns that.
    async fn scroll_through(
        &self,
        context: &mut Context,
        mut is_wanted: impl FnMut(&Row) -> bool + Send,
    ) -> Result<Option<Row>, Failure> {
        let mut before = Vec::new();
        for _ in 0..=MAX_SWIPES {
            let rows = self.settled_rows(context, &before).await?;
            if rows == before {
                break;
            }
            if let Some(wanted) = rows.iter().find(|row| is_wanted(row)) {
                return Ok(Some(wanted.clone()));
            }
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { break };
            let (from, to) = (last.button.bounds.center(), first.button.bounds.center());
            android::swipe(context.phone(), from, to, SWIPE_DURATION, context.soon()).await?;
            before = rows;
        }
        Ok(None)
    }

    /// The rows, once they have stopped moving. Those of `before` when they do not change in time.
    async fn settled_rows(&self, context: &mut Context, before: &[Row]) -> Result<Vec<Row>, Failure> {
        let mut last = None;
        let settled = |tree: &UiTree| {
            let now = self.is_open(tree).then(|| rows(tree)).filter(|rows| !rows.is_empty());
            let settled = now.clone().filter(|now| last.as_ref() == Some(now) && now.as_slice() != before);
            last = now;
            settled
        };
        let timeout = if before.is_empty() { SHEET_TIMEOUT } else { CHANGE_TIMEOUT };
        match context.screen().wait_until("the accounts", timeout, settled).await {
            Err(failure) if failure.is_not_found() && !before.is_empty() => Ok(before.to_vec()),
            rows => rows,
        }
    }

    fn is_open(&self, tree: &UiTree) -> bool {
        self.screens.is(tree, "account_switcher")
    }

    /// Where to tap one's own display name, which opens the sheet: the text that is nearest above the handle. The bubble over
    /// the picture lies higher, and what the account writes of itself lower.
    fn display_name(&self, tree: &UiTree) -> Option<Point> {
        if !self.screens.is(tree, "own_profile") {
            return None;
        }
        let counters = self.screens.elements.followers.find(tree)?.bounds.top;
        let handles = self.screens.elements.username.find_all(tree).into_iter();
        let handle =
            handles.filter(|node| node.bounds.bottom <= counters).max_by_key(|node| node.bounds.top)?;
        let above = tree.iter().filter(|node| {
            !node.text.trim().is_empty() && !node.bounds.is_empty() && node.bounds.bottom <= handle.bounds.top
        });
        above.max_by_key(|node| node.bounds.bottom).and_then(tap_point)
    }
}

/// The accounts on the sheet, from the first to the last.
fn rows(tree: &UiTree) -> Vec<Row> {
    tree.iter().filter_map(row).collect()
}

fn row(node: NodeRef<'_>) -> Option<Row> {
    if !node.flags.clickable || !node.class.ends_with("Button") {
        return None;
    }
    let username = Username::new(&node.description).ok()?;
    let shows = |inside: NodeRef<'_>| inside.text.trim() == node.description.trim();
    let is_marked = |inside: NodeRef<'_>| inside.flags.selected && inside.class.ends_with("ImageView");
    node.descendants().any(shows).then(|| Row {
        username,
        is_current: node.flags.selected || node.descendants().any(is_marked),
        button: Found::of(node),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWITCHER: &[u8] = include_bytes!("../../../tests/screens/tt_46.7.3_en_account_switcher.xml");

    #[test]
    fn each_account_is_a_row_and_add_account_and_the_cross_are_none() {
        let rows = rows(&UiTree::parse(SWITCHER).unwrap());
        let read: Vec<_> = rows.iter().map(|row| (row.username.as_str(), row.is_current)).collect();
        assert_eq!(read, [("sample_user", true), ("sample_user_2", false), ("sample.user", false)]);
        assert!(rows.iter().all(|row| row.button.tap.is_some()));
    }

    #[test]
    fn the_display_name_is_found_above_the_handle_whatever_the_build_and_the_language() {
        let screens = Screens::new().unwrap();
        for (profile, place) in [
            (include_bytes!("../../../tests/screens/tt_47.0.3_en_own_profile.xml").as_slice(), (263, 335)),
            (
                include_bytes!("../../../tests/screens/tt_43.1.4_fr_own_profile_after_post.xml").as_slice(),
                (456, 428),
            ),
        ] {
            let tree = UiTree::parse(profile).unwrap();
            let found = Switcher { screens: &screens }.display_name(&tree);
            assert_eq!(found.map(|point| (point.x, point.y)), Some(place));
        }
    }
}
