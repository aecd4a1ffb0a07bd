//! The way to a user's profile through the app's search. Only the row whose handle is the username to the letter is the user:
//! display names are chosen freely, and the first row is the one that the app prefers.

use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::{Point, UiTree, tap_point};
use tikmatrix_domain::Username;

use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::screens::{START_TIMEOUT, Screens};

const SCREEN_TIMEOUT: Duration = Duration::from_secs(15);
/// A tap or a swipe that changed nothing for so long was lost.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(4);
/// Swipes through the results: the app shows the exact name among the first ones.
const MAX_SWIPES: u32 = 3;
const SWIPE_DURATION: Duration = Duration::from_millis(400);

/// The search for users.
pub(crate) struct Search<'a> {
    pub(crate) screens: &'a Screens,
    pub(crate) own_profile: OwnProfile,
}

/// The handles of the results, each with where its row is tapped.
type Rows = Vec<(Username, Option<Point>)>;

impl Search<'_> {
    /// Looks for `username` and taps its row. `false`, and no row is tapped, when no result has the name.
    pub(crate) async fn open_user(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<bool, Failure> {
        let elements = &self.screens.elements;
        self.own_profile.launch(context, package).await?;
        context.screen().tap(&elements.search, START_TIMEOUT).await?;
        context.text_input().fill(&elements.search_field, username.as_str(), SCREEN_TIMEOUT).await?;
        context.screen().tap(&elements.search_submit, SCREEN_TIMEOUT).await?;
        self.choose_users(context).await?;
        let Some(point) = self.find_row(context, username).await? else { return Ok(false) };
        let point = point.ok_or_else(|| Failure::not_tappable("the found user", &context.last_screen()))?;
        android::tap(context.phone(), point, context.soon()).await?;
        Ok(true)
    }

    /// Chooses the tab of users. The chosen tab takes no taps.
    async fn choose_users(&self, context: &mut Context) -> Result<(), Failure> {
        let elements = &self.screens.elements;
        let is_chosen = |tree: &UiTree| elements.chosen_users_tab.is_on(tree);
        let there =
            |tree: &UiTree| (is_chosen(tree) || elements.users_tab.is_on(tree)).then(|| is_chosen(tree));
        if context.screen().wait_until("the tabs of the results", SCREEN_TIMEOUT, there).await? {
            return Ok(());
        }
        context.screen().tap(&elements.users_tab, SCREEN_TIMEOUT).await?;
        let chosen = |tree: &UiTree| is_chosen(tree).then_some(());
        context.screen().wait_until("the results among the users", SCREEN_TIMEOUT, chosen).await
    }

    /// Where the row of `username` is tapped, if one of the results has the name.
    async fn find_row(
        &self,
        context: &mut Context,
        username: &Username,
    ) -> Result<Option<Option<Point>>, Failure> {
        let mut before = Rows::new();
        for _ in 0..=MAX_SWIPES {
            let rows = self.settled_rows(context, &before).await?;
            if let Some((_, point)) = rows.iter().find(|(name, _)| name == username) {
                return Ok(Some(*point));
            }
            let ends = rows.first().zip(rows.last()).filter(|_| rows != before);
            let Some(((_, Some(first)), (_, Some(last)))) = ends else { break };
            android::swipe(context.phone(), *last, *first, SWIPE_DURATION, context.soon()).await?;
            before = rows;
        }
        Ok(None)
    }

    /// The rows once they have stopped moving: those of `before` when they do not change in time, and none when the app says
    /// that there are none.
    async fn settled_rows(&self, context: &mut Context, before: &Rows) -> Result<Rows, Failure> {
        let elements = &self.screens.elements;
        let mut last = None;
        let settled = |tree: &UiTree| {
            let now = rows(self.screens, tree);
            let is_shown = !now.is_empty() || elements.no_results.is_on(tree);
            let settled =
                Some(now.clone()).filter(|now| is_shown && last.as_ref() == Some(now) && now != before);
            last = Some(now);
            settled.or_else(|| (before.is_empty() && elements.no_results.is_on(tree)).then(Rows::new))
        };
        let timeout = if before.is_empty() { SCREEN_TIMEOUT } else { CHANGE_TIMEOUT };
        match context.screen().wait_until("the found users", timeout, settled).await {
            Err(failure) if failure.is_not_found() && !before.is_empty() => Ok(before.clone()),
            rows => rows,
        }
    }
}

/// The results, from the first to the last. A handle is tapped where it is written, beside the row's picture and its button.
fn rows(screens: &Screens, tree: &UiTree) -> Rows {
    let handles = screens.elements.found_user.find_all(tree).into_iter();
    let handles = handles.filter(|node| !node.bounds.is_empty());
    handles
        .filter_map(|node| {
            let point = tap_point(node).map(|_| node.bounds.center());
            Some((Username::as_found(&node.text).ok()?, point))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handle_counts_and_not_the_display_name_and_the_buttons_are_not_tapped() {
        let screens = Screens::new().unwrap();
        for results in [
            include_bytes!("../../../tests/screens/tt_47.0.3_en_search_users.xml").as_slice(),
            include_bytes!("../../../tests/screens/tt_47.0.3_fr_search_users.xml").as_slice(),
        ] {
            let rows = rows(&screens, &UiTree::parse(results).unwrap());
            let read: Vec<_> =
                rows.iter().map(|(name, at)| (name.as_str(), at.map(|at| (at.x, at.y)))).collect();
            assert_eq!(read, [("sample_user", Some((500, 495))), ("sample_user_2", Some((500, 690)))]);
        }
    }
}
