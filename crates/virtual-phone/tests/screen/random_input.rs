//! Random input: the phone never fails, and its report grows only by posts.

use proptest::prelude::*;
use tikmatrix_virtual_phone::ui::window::key::{KEY_BACK, KEY_DELETE, KEY_ENTER, KEY_HOME, KEY_TAB};
use tikmatrix_virtual_phone::ui::{Fault, Intent, LockKind, PopupKind, PopupTime};

use crate::driver::{Hand, OneVideo, TIKTOK, VIDEO_URI, nodes, send};

#[derive(Debug, Clone)]
enum Move {
    /// Taps the clickable view of this number, if there are so many.
    TapView(usize),
    Tap(i32, i32),
    Swipe((i32, i32), (i32, i32)),
    Key(u32),
    Type(String),
    Share,
    ShareNothing,
    Ask,
    Launch,
    Kill,
    Wait(i64),
    Arm(Fault),
    Clear,
}

fn moves() -> impl Strategy<Value = Move> {
    let point = (-10..1100, -10..2500);
    let kinds = [PopupKind::GotIt, PopupKind::Rate, PopupKind::Captcha, PopupKind::ConfirmPost];
    let locks = [LockKind::Setup, LockKind::UsbDebugging];
    let lock = prop::sample::select(locks.to_vec()).prop_map(|kind| Move::Arm(Fault::Lock { kind }));
    let popup = (prop::sample::select(kinds.to_vec()), any::<bool>()).prop_map(|(kind, now)| {
        let when = if now { PopupTime::Now } else { PopupTime::NextScreen };
        Move::Arm(Fault::Popup { kind, when })
    });
    prop_oneof![
        8 => any::<usize>().prop_map(Move::TapView),
        3 => point.clone().prop_map(|(x, y)| Move::Tap(x, y)),
        1 => (point.clone(), point).prop_map(|(from, to)| Move::Swipe(from, to)),
        2 => prop::sample::select(vec![KEY_BACK, KEY_HOME, KEY_ENTER, KEY_TAB, KEY_DELETE, 29, 62, 224])
            .prop_map(Move::Key),
        2 => any::<String>().prop_map(Move::Type),
        2 => Just(Move::Share),
        1 => Just(Move::ShareNothing),
        1 => Just(Move::Ask),
        1 => Just(Move::Launch),
        1 => Just(Move::Kill),
        2 => (0..5000_i64).prop_map(Move::Wait),
        2 => popup,
        1 => lock,
        1 => Just(Move::Clear),
    ]
}

fn make(hand: &mut Hand, step: Move) {
    match step {
        Move::TapView(number) => {
            let root = hand.phone.scene();
            let dump = tikmatrix_virtual_phone::ui::window::dump::dump(&root, true);
            let views: Vec<_> = nodes(&dump).into_iter().filter(|node| node.clickable).collect();
            if let Some(view) = views.get(number % views.len().max(1)) {
                hand.phone.tap(view.center().0, view.center().1);
            }
        }
        Move::Tap(x, y) => hand.phone.tap(x, y),
        Move::Swipe(from, to) => hand.phone.swipe(from, to),
        Move::Key(code) => hand.phone.key(code),
        Move::Type(text) => drop(hand.phone.commit_text(&text)),
        Move::Share => drop(hand.share(VIDEO_URI)),
        Move::ShareNothing => drop(hand.share("content://nothing")),
        Move::Ask => drop(hand.phone.start_activity(&send(VIDEO_URI), &OneVideo)),
        Move::Launch => drop(hand.phone.start_activity(&Intent::launch(TIKTOK), &OneVideo)),
        Move::Kill => drop(hand.phone.force_stop(TIKTOK)),
        Move::Wait(milliseconds) => hand.wait(milliseconds),
        Move::Arm(fault) => hand.phone.arm(fault),
        Move::Clear => hand.phone.clear_faults(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_done_the_screen_can_be_read_and_published_posts_stay(
        seed in any::<u64>(),
        steps in prop::collection::vec(moves(), 1..40),
    ) {
        let mut hand = Hand::new(seed);
        let mut posts = Vec::new();
        for step in steps {
            make(&mut hand, step);
            let scene = hand.phone.scene();
            let seen = nodes(&tikmatrix_virtual_phone::ui::window::dump::dump(&scene, false));
            prop_assert!(seen.len() > 3);
            prop_assert!(seen.iter().filter(|node| node.focused).count() <= 1);
            let now = hand.posts();
            prop_assert!(now.starts_with(&posts), "a published post changed or vanished");
            posts = now;
        }
        prop_assert_eq!(hand.phone.snapshot().draw().rgba.len(), 1080 * 2400 * 4);
    }
}
