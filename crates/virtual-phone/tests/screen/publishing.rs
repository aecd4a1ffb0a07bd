//! From a shared video to the post in the report, the path of every end-to-end test of the product.

use tikmatrix_virtual_phone::ui::intent::StartResult;
use tikmatrix_virtual_phone::ui::window::key::{KEY_BACK, KEY_ENTER};
use tikmatrix_virtual_phone::ui::{Component, Intent, Placement};

use crate::driver::{Hand, OneVideo, SHARE, TIKTOK, VIDEO_SHA256, VIDEO_URI};

#[test]
fn a_shared_video_is_on_the_profile_after_the_upload_and_its_player_shows_the_caption() {
    let mut hand = Hand::new(2);
    let started = hand.share(VIDEO_URI);
    assert_eq!(started, StartResult::Started(Component::new(TIKTOK, SHARE)));
    hand.tap("Don’t allow");
    assert!(hand.sees("Your Story") && hand.sees("original sound - virtual_1"));
    hand.tap("Next");
    assert!(
        hand.sees("Add a catchy title") && hand.sees("Everyone can view this post") && hand.sees("Drafts")
    );
    let (x, y) = hand.field("g19").center();
    hand.phone.tap(x, y);
    assert!(hand.phone.commit_text("Boats 👩‍👩‍👧‍👦 שלום; $(id) %s \\n"));
    hand.phone.key(KEY_BACK);
    hand.tap("Post");
    let tapped = hand.now;

    assert_eq!(hand.posts(), [], "nothing is published before the upload has ended");
    hand.wait(10_000);
    let [post] = hand.posts().try_into().unwrap();
    assert_eq!(post.caption, "Boats 👩‍👩‍👧‍👦 שלום; $(id) %s \\n");
    assert_eq!(post.media_sha256, VIDEO_SHA256);
    assert_eq!(post.sound.as_deref(), Some("original sound - virtual_1"));
    assert_eq!(post.placement, Placement::Feed);
    assert_eq!((post.published_at - tapped).num_milliseconds(), 3000);

    hand.tap("Profile");
    assert!(
        hand.sees("@virtual_1") && hand.sees("Followers") && hand.sees("Following") && hand.sees("Likes")
    );
    let cover = hand.field("cover").center();
    hand.phone.tap(cover.0, cover.1);
    let caption = hand.field("desc");
    assert_eq!(caption.text, post.caption);
    assert_eq!(caption.class, "com.bytedance.tux.input.TuxTextLayoutView");
}

#[test]
fn the_badge_counts_up_with_time_and_disappears_without_a_message() {
    let mut hand = Hand::on_caption();
    hand.tap("Post");
    let mut seen = Vec::new();
    for _ in 0..6 {
        let badges: Vec<String> =
            hand.nodes().into_iter().map(|node| node.text).filter(|text| text.ends_with('%')).collect();
        seen.extend(badges);
        hand.wait(600);
    }
    assert_eq!(seen, ["0%", "20%", "40%", "60%", "80%"]);
    assert!(hand.sees("For You"), "the feed is all that is left");
    assert_eq!(hand.posts().len(), 1);
}

#[test]
fn each_tap_on_post_publishes_exactly_one_post_newest_first_on_the_profile() {
    let mut hand = Hand::on_caption();
    let post = hand.find("Post").center();
    hand.phone.tap(post.0, post.1);
    hand.phone.tap(post.0, post.1);
    hand.wait(500);
    for caption in ["second", "third"] {
        hand.share(VIDEO_URI);
        hand.tap("Next");
        hand.tap("Add description. Share your thoughts");
        hand.phone.commit_text(caption);
        hand.phone.key(KEY_BACK);
        hand.tap("Post");
        hand.wait(500);
    }
    hand.wait(5000);
    let captions: Vec<String> = hand.posts().into_iter().map(|post| post.caption).collect();
    assert_eq!(captions, ["", "second", "third"]);
    hand.tap("Profile");
    let cover = hand.field("cover").center();
    hand.phone.tap(cover.0, cover.1);
    assert_eq!(hand.field("desc").text, "third");
}

#[test]
fn a_title_comes_before_the_description_in_the_recorded_caption() {
    let mut hand = Hand::on_caption();
    hand.tap("Add a catchy title");
    hand.phone.commit_text("Harbour");
    hand.phone.key(KEY_ENTER);
    hand.phone.commit_text("Boats");
    hand.phone.key(KEY_ENTER);
    hand.phone.commit_text("Gulls");
    hand.phone.key(KEY_BACK);
    hand.tap("Post");
    hand.wait(3000);
    assert_eq!(hand.posts()[0].caption, "Harbour\nBoats\nGulls");
}

#[test]
fn a_story_is_recorded_as_one_and_stays_off_the_profile() {
    let mut hand = Hand::in_editor();
    hand.tap("Remove sound");
    assert!(hand.sees("Add sound"));
    hand.tap("Your Story");
    hand.wait(3000);
    let [post] = hand.posts().try_into().unwrap();
    assert_eq!((post.placement, post.sound), (Placement::Story, None));
    hand.tap("Profile");
    assert!(!hand.nodes().iter().any(|node| node.id.ends_with(":id/cover")));
}

#[test]
fn a_draft_is_kept_and_not_published() {
    let mut hand = Hand::on_caption();
    hand.tap("Drafts");
    hand.wait(10_000);
    assert_eq!(hand.posts(), []);
    hand.tap("Profile");
    assert!(hand.sees("Drafts: 1"));
}

#[test]
fn killing_the_app_before_the_upload_ends_publishes_nothing() {
    let mut hand = Hand::on_caption();
    hand.tap("Post");
    hand.wait(1000);
    assert!(hand.phone.force_stop(TIKTOK));
    hand.wait(10_000);
    assert_eq!(hand.posts(), []);
    assert!(!hand.phone.tasks().is_running(TIKTOK));
    hand.phone.start_activity(&Intent::launch(TIKTOK), &OneVideo);
    hand.tap("Profile");
    assert!(hand.sees("Drafts: 1"), "what was not uploaded is a draft");
}

#[test]
fn an_upload_goes_on_behind_the_launcher() {
    let mut hand = Hand::on_caption();
    hand.tap("Post");
    hand.phone.key(3);
    hand.wait(3000);
    assert_eq!(hand.posts().len(), 1);
}

#[test]
fn an_unreadable_file_shows_a_message_and_leads_back() {
    let mut hand = Hand::on_feed();
    hand.share("content://media/external/video/media/9");
    assert!(hand.sees("Couldn't load the video. Try another one."));
    hand.wait(3000);
    assert!(hand.sees("For You"));
    assert_eq!(hand.posts(), []);
}

#[test]
fn leaving_the_editor_asks_before_the_edits_are_lost() {
    let mut hand = Hand::in_editor();
    hand.phone.key(KEY_BACK);
    hand.tap("Keep editing");
    assert!(hand.sees("Next"));
    hand.phone.key(KEY_BACK);
    hand.tap("Discard");
    assert!(hand.sees("For You"));
}
