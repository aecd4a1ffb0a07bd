//! Other users' profiles: opened by their URL, followed and unfollowed by their button, which is read until it shows
//! the result.

use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::{NodeRef, Point, UiTree};
use tikmatrix_domain::Username;

use crate::journey::{FollowButton, FollowJourney, Relation, Visit};
use crate::tiktok::driver::{START_TIMEOUT, TikTok, profile_link};
use crate::tiktok::elements::is_list;

/// For the profile to show its button.
const BUTTON_TIMEOUT: Duration = Duration::from_secs(20);
/// A tap that changed nothing for so long was lost.
const LOST_TAP_TIMEOUT: Duration = Duration::from_secs(5);
/// Taps until the button shows the wanted relation, lost ones included; each on a screen that has stopped moving.
const MAX_TAPS: u32 = 5;
/// The app shows a follow at once, and reverts it when its server refuses: what it still shows after this was accepted.
const ACCEPTED_AFTER: Duration = Duration::from_millis(2500);
/// Between two queries of the button.
const QUERY_INTERVAL: Duration = Duration::from_millis(300);

/// A control for following that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Control {
    /// The profile's own button.
    Button { relation: Relation, button: Found },
    /// "Unfollow" on the sheet that the button opens.
    Sheet(Found),
}

#[async_trait]
impl FollowJourney for TikTok {
    async fn visit(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<Visit, Failure> {
        android::start(context.phone(), &profile_link(package, username), context.soon()).await?;
        let mut before = None;
        let wanted = format!("the profile of @{username}");
        // Twice the same: a profile may show "Follow" until the relation is loaded.
        let settled = |tree: &UiTree| {
            let now = self.visit_on(tree, username);
            let settled = now.clone().filter(|_| now == before);
            before = now;
            settled
        };
        context.wait_until(&wanted, START_TIMEOUT, settled).await
    }

    async fn follow(&self, context: &mut Context, username: &Username) -> Result<FollowButton, Failure> {
        self.tap_until(context, username, |relation| relation != Relation::Stranger).await
    }

    async fn unfollow(&self, context: &mut Context, username: &Username) -> Result<FollowButton, Failure> {
        self.tap_until(context, username, |relation| relation == Relation::Stranger).await
    }
}

impl FollowButton {
    fn new(relation: Relation, button: &Found) -> Self {
        Self { relation, label: button.text.trim().to_owned() }
    }
}

impl TikTok {
    /// Taps the button, and confirms, until the button shows the wanted relation and keeps showing it.
    async fn tap_until(
        &self,
        context: &mut Context,
        username: &Username,
        wanted: impl Fn(Relation) -> bool + Sync,
    ) -> Result<FollowButton, Failure> {
        let unfollows = wanted(Relation::Stranger);
        for _ in 0..MAX_TAPS {
            let seen = self.find_control(context, username).await?;
            match &seen {
                Control::Button { relation, .. } if wanted(*relation) => {
                    return self.keeps_showing(context, username, wanted).await;
                }
                // The sheet opened because the user was followed already.
                Control::Sheet(_) if !unfollows => {
                    android::press(context.phone(), Key::Back, context.soon()).await?;
                }
                Control::Button { button, .. } | Control::Sheet(button) => tap(context, button.tap).await?,
            }
            let change = |tree: &UiTree| self.control(tree, username).filter(|now| *now != seen);
            match context.wait_until("a change after the tap", LOST_TAP_TIMEOUT, change).await {
                Ok(_) => {}
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        match self.find_control(context, username).await? {
            Control::Button { relation, .. } if wanted(relation) => {
                self.keeps_showing(context, username, wanted).await
            }
            Control::Button { button, .. } | Control::Sheet(button) => {
                Err(unconfirmed(&format!("after {MAX_TAPS} taps the app still shows"), &button))
            }
        }
    }

    /// Watches the button for a while: a relation that the app reverts was not accepted.
    async fn keeps_showing(
        &self,
        context: &mut Context,
        username: &Username,
        wanted: impl Fn(Relation) -> bool,
    ) -> Result<FollowButton, Failure> {
        let started = context.phone().stopwatch();
        loop {
            let watched_for = started.elapsed();
            match self.find_control(context, username).await? {
                Control::Button { relation, button } if !wanted(relation) => {
                    return Err(unconfirmed("the app took it back: the button reads again", &button));
                }
                Control::Button { relation, button } if watched_for >= ACCEPTED_AFTER => {
                    return Ok(FollowButton::new(relation, &button));
                }
                Control::Button { .. } | Control::Sheet(_) => context.phone().pause(QUERY_INTERVAL).await,
            }
        }
    }

    /// Waits for a control that has stopped moving.
    async fn find_control(&self, context: &mut Context, username: &Username) -> Result<Control, Failure> {
        let mut before = None;
        let wanted = format!("the button to follow on the profile of @{username}");
        let still = |tree: &UiTree| {
            let now = self.control(tree, username);
            let still = now.clone().filter(|_| now == before);
            before = now;
            still
        };
        context.wait_until(&wanted, BUTTON_TIMEOUT, still).await
    }

    fn visit_on(&self, tree: &UiTree, username: &Username) -> Option<Visit> {
        match self.profile.screen(tree).map(|screen| screen.id.as_str()) {
            Some("no_account") => Some(Visit::NotFound),
            Some("own_profile") if self.shows_username(tree, username) => Some(Visit::Own),
            _ => match self.control(tree, username)? {
                Control::Button { relation, button } => {
                    Some(Visit::Profile(FollowButton::new(relation, &button)))
                }
                Control::Sheet(_) => None,
            },
        }
    }

    fn control<'tree>(&self, tree: &'tree UiTree, username: &Username) -> Option<Control> {
        let own = self.own_button(tree).filter(|_| self.shows_username(tree, username));
        let window = |node: NodeRef<'tree>| node.ancestors().last();
        // A user may be named "Unfollow": in the profile's own window it is no sheet.
        let sheet = self.elements.unfollow.find(tree);
        let sheet = sheet.filter(|sheet| own.is_none_or(|(_, button)| window(*sheet) != window(button)));
        match (sheet, own) {
            (Some(unfollow), _) => Some(Control::Sheet(Found::of(unfollow))),
            (None, Some((relation, button))) => Some(Control::Button { relation, button: Found::of(button) }),
            (None, None) => None,
        }
    }

    /// The button of the profile itself. The buttons of suggested accounts have the same labels, but lie further down
    /// and in a list that does not contain the profile's counters.
    fn own_button<'tree>(&self, tree: &'tree UiTree) -> Option<(Relation, NodeRef<'tree>)> {
        let counters = self.elements.followers.find(tree)?;
        let is_own = |node: &NodeRef<'_>| {
            let mut lists = node.ancestors().filter(|it| is_list(&it.class));
            lists.all(|list| counters.ancestors().any(|it| it == list))
        };
        let elements = &self.elements;
        [
            (Relation::Stranger, &elements.follow),
            (Relation::Requested, &elements.requested),
            (Relation::Following, &elements.following),
        ]
        .into_iter()
        .flat_map(|(relation, selector)| {
            selector.find_all(tree).into_iter().map(move |node| (relation, node))
        })
        .filter(|(_, node)| is_own(node))
        .min_by_key(|(_, node)| node.bounds.top)
    }
}

async fn tap(context: &mut Context, place: Option<Point>) -> Result<(), Failure> {
    match place {
        Some(point) => Ok(android::tap(context.phone(), point, context.soon()).await?),
        None => Err(Failure::not_tappable("the button to follow", &context.last_screen())),
    }
}

fn unconfirmed(what: &str, button: &Found) -> Failure {
    Failure::unconfirmed(format!("{what} {:?}", button.text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &[u8] = include_bytes!("../../tests/screens/tt_other_profile_follow_old.xml");

    fn visit(tree: &UiTree, name: &str) -> Option<Visit> {
        TikTok::new().unwrap().visit_on(tree, &Username::new(name).unwrap())
    }

    fn button(relation: Relation, label: &str) -> Visit {
        Visit::Profile(FollowButton { relation, label: label.to_owned() })
    }

    fn place(tree: &UiTree) -> Option<(i32, i32)> {
        let tiktok = TikTok::new().unwrap();
        tiktok.own_button(tree).and_then(|(_, node)| Found::of(node).tap).map(|point| (point.x, point.y))
    }

    /// A profile whose own button is `button`, with a suggested account and the tab "Friends" at the bottom.
    fn profile(about: &str, button: &str) -> UiTree {
        let nodes = format!(
            r#"<node bounds="[0,0][1080,2400]">
                 <node text="@sample_user_1" bounds="[300,500][700,560]"/>{about}
                 <node text="Following" bounds="[100,700][300,750]"/>
                 <node text="Followers" bounds="[400,700][600,750]"/><node text="Likes" bounds="[700,700][900,750]"/>
                 <node text="Followed by sample_user_2" clickable="true" bounds="[60,760][1020,800]"/>{button}
                 <node class="androidx.recyclerview.widget.RecyclerView" bounds="[0,1500][1080,2000]">
                   <node text="Follow" class="android.widget.Button" clickable="true" bounds="[100,1800][480,1900]"/>
                 </node>
                 <node text="Friends" clickable="true" bounds="[216,2280][432,2330]"/>
               </node>"#
        );
        UiTree::parse(format!("<hierarchy>{nodes}</hierarchy>").as_bytes()).unwrap()
    }

    /// As in 47.0: a text with a space behind it, four levels below what takes the tap.
    fn nested(label: &str) -> String {
        let (open, close) = (r#"<node bounds="[60,900][450,1000]">"#.repeat(3), "</node>".repeat(3));
        format!(
            r#"<node clickable="true" bounds="[60,900][450,1000]">{open}<node text="{label} " bounds="[130,920][380,980]"/>{close}</node>"#
        )
    }

    #[test]
    fn the_button_of_a_real_profile_is_found_where_it_is() {
        let real = UiTree::parse(REAL).unwrap();
        assert_eq!(visit(&real, "User.Other"), Some(button(Relation::Stranger, "Follow")));
        assert_eq!(place(&real), Some((114, 427)));
        assert_eq!(
            visit(&real, "sample_user_1"),
            None,
            "the profile of another user is not the requested one"
        );
    }

    #[test]
    fn each_label_is_read_without_the_spaces_around_it_and_tapped_by_what_holds_it() {
        for (label, relation) in [
            ("Follow", Relation::Stranger),
            ("Follow back", Relation::Stranger),
            ("Requested", Relation::Requested),
            ("Following", Relation::Following),
            ("Friends", Relation::Following),
        ] {
            let tree = profile("", &nested(label));
            assert_eq!(visit(&tree, "sample_user_1"), Some(button(relation, label)), "{label}");
            assert_eq!(place(&tree), Some((255, 950)), "{label}");
        }
    }

    #[test]
    fn suggested_accounts_tabs_and_followed_by_are_never_taken_for_the_button() {
        assert_eq!(place(&profile("", "")), None);
        assert_eq!(visit(&profile("", ""), "sample_user_1"), None);
    }

    #[test]
    fn what_users_write_about_themselves_changes_nothing() {
        for about in ["Couldn't find this account", "Unfollow", "@sample_user_2", "Follow"] {
            let about = format!(r#"<node text="{about}" bounds="[300,600][700,660]"/>"#);
            let tree = profile(&about, &nested("Following"));
            assert_eq!(
                visit(&tree, "sample_user_1"),
                Some(button(Relation::Following, "Following")),
                "{about}"
            );
        }
    }

    #[test]
    fn a_sheet_over_the_profile_is_seen_as_such_in_a_window_of_its_own_or_alone() {
        let tiktok = TikTok::new().unwrap();
        let name = Username::new("sample_user_1").unwrap();
        let sheet =
            r#"<node bounds="[0,0][1080,2400]"><node text="Unfollow" bounds="[90,2020][990,2120]"/></node>"#;
        let alone = UiTree::parse(format!("<hierarchy>{sheet}</hierarchy>").as_bytes()).unwrap();
        assert!(matches!(tiktok.control(&alone, &name), Some(Control::Sheet(_))));
        let own = r#"<node bounds="[0,0][9,9]"><node text="@sample_user_1" bounds="[0,0][9,1]"/><node text="Followers" bounds="[0,1][9,2]"/><node text="Following" bounds="[0,2][9,3]"/></node>"#;
        let both = UiTree::parse(format!("<hierarchy>{own}{sheet}</hierarchy>").as_bytes()).unwrap();
        assert!(matches!(tiktok.control(&both, &name), Some(Control::Sheet(_))));
    }
}
