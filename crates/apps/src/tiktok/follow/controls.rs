//! The controls for following on other users' profiles, found among the suggested accounts and the users' own texts.

use tikmatrix_device::script::Found;
use tikmatrix_device::ui::{NodeRef, UiTree};
use tikmatrix_domain::Username;

use crate::journey::{FollowButton, Relation, Visit};
use crate::tiktok::elements::{Elements, is_list};
use crate::tiktok::screens::Screens;

/// A control for following that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Control {
    /// The profile's own button.
    Button { relation: Relation, button: Found },
    /// "Unfollow" on the sheet that the button opens.
    Sheet(Found),
}

/// What the link to the profile of `username` led to, as far as the tree shows it.
pub(crate) fn visit(screens: &Screens, tree: &UiTree, username: &Username) -> Option<Visit> {
    match screens.profile.screen(tree).map(|screen| screen.id.as_str()) {
        Some("no_account") => Some(Visit::NotFound),
        Some("own_profile") if screens.shows_username(tree, username) => Some(Visit::Own),
        _ => match control(screens, tree, username)? {
            Control::Button { relation, button } => {
                Some(Visit::Profile(FollowButton::new(relation, &button)))
            }
            Control::Sheet(_) => None,
        },
    }
}

/// The control for following `username` that the tree shows.
pub(crate) fn control<'tree>(screens: &Screens, tree: &'tree UiTree, username: &Username) -> Option<Control> {
    let own = own_button(&screens.elements, tree).filter(|_| screens.shows_username(tree, username));
    let window = |node: NodeRef<'tree>| node.ancestors().last();
    // A user may be named "Unfollow": in the profile's own window it is no sheet.
    let sheet = screens.elements.unfollow.find(tree);
    let sheet = sheet.filter(|sheet| own.is_none_or(|(_, button)| window(*sheet) != window(button)));
    match (sheet, own) {
        (Some(unfollow), _) => Some(Control::Sheet(Found::of(unfollow))),
        (None, Some((relation, button))) => Some(Control::Button { relation, button: Found::of(button) }),
        (None, None) => None,
    }
}

/// The button of the profile itself. The buttons of suggested accounts have the same labels, but lie further down
/// and in a list that does not contain the profile's counters.
fn own_button<'tree>(elements: &Elements, tree: &'tree UiTree) -> Option<(Relation, NodeRef<'tree>)> {
    let counters = elements.followers.find(tree)?;
    let is_own = |node: &NodeRef<'_>| {
        let mut lists = node.ancestors().filter(|it| is_list(&it.class));
        lists.all(|list| counters.ancestors().any(|it| it == list))
    };
    [
        (Relation::Stranger, &elements.follow),
        (Relation::Requested, &elements.requested),
        (Relation::Following, &elements.following),
    ]
    .into_iter()
    .flat_map(|(relation, selector)| selector.find_all(tree).into_iter().map(move |node| (relation, node)))
    .filter(|(_, node)| is_own(node))
    .min_by_key(|(_, node)| node.bounds.top)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &[u8] = include_bytes!("../../../tests/screens/tt_other_profile_follow_old.xml");

    fn visit(tree: &UiTree, name: &str) -> Option<Visit> {
        super::visit(&Screens::new().unwrap(), tree, &Username::new(name).unwrap())
    }

    fn button(relation: Relation, label: &str) -> Visit {
        Visit::Profile(FollowButton { relation, label: label.to_owned() })
    }

    fn place(tree: &UiTree) -> Option<(i32, i32)> {
        let screens = Screens::new().unwrap();
        own_button(&screens.elements, tree)
            .and_then(|(_, node)| Found::of(node).tap)
            .map(|point| (point.x, point.y))
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
        let screens = Screens::new().unwrap();
        let name = Username::new("sample_user_1").unwrap();
        let sheet =
            r#"<node bounds="[0,0][1080,2400]"><node text="Unfollow" bounds="[90,2020][990,2120]"/></node>"#;
        let alone = UiTree::parse(format!("<hierarchy>{sheet}</hierarchy>").as_bytes()).unwrap();
        assert!(matches!(control(&screens, &alone, &name), Some(Control::Sheet(_))));
        let own = r#"<node bounds="[0,0][9,9]"><node text="@sample_user_1" bounds="[0,0][9,1]"/><node text="Followers" bounds="[0,1][9,2]"/><node text="Following" bounds="[0,2][9,3]"/></node>"#;
        let both = UiTree::parse(format!("<hierarchy>{own}{sheet}</hierarchy>").as_bytes()).unwrap();
        assert!(matches!(control(&screens, &both, &name), Some(Control::Sheet(_))));
    }
}
