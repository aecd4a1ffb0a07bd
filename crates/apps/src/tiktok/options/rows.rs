//! The rows below the caption: scrolled to where a screen is too small for them, and tapped until their sheet is
//! open. Its times are those of all options.

use std::time::Duration;

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::{Bounds, NodeRef, Point, Selector, UiTree};
use tikmatrix_domain::StandardFailure;

use crate::tiktok::screens::Screens;

/// For a sheet or a screen after a tap.
pub(super) const SHEET_TIMEOUT: Duration = Duration::from_secs(10);
/// A tap that changed nothing for so long was lost.
pub(super) const LOST_TAP_TIMEOUT: Duration = Duration::from_secs(4);
/// A tap is repeated only while nothing has changed.
pub(super) const MAX_TAPS: u32 = 3;
/// The part of the screen's height that one swipe moves, upwards.
const SWIPE: (i32, i32) = (70, 45);
/// In per cent: left of the rows' ends, right of their icons.
const SWIPE_COLUMN: i32 = 50;
/// Slow enough that the list does not fly on.
const SWIPE_TIME: Duration = Duration::from_millis(400);
/// More than the longest list of settings of a small screen.
const MAX_SWIPES: u32 = 6;

/// Finds an element of the screen, and scrolls down to it. `None` when the end is reached without it.
pub(super) async fn scroll_to(context: &mut Context, wanted: &Selector) -> Result<Option<Found>, Failure> {
    let mut before = None;
    for _ in 0..=MAX_SWIPES {
        let tree = context.screen().read().await?;
        if let Some(found) = wanted.find(&tree).map(Found::of).filter(|found| found.tap.is_some()) {
            return Ok(Some(found));
        }
        if before.as_ref() == Some(&tree) {
            break;
        }
        let screen = tree.screen();
        before = Some(tree);
        swipe_up(context, screen).await?;
    }
    Ok(None)
}

/// Opens the sheet of a row.
///
/// # Errors
/// `code` when there is no such row, or its sheet does not open.
pub(super) async fn open_sheet(
    context: &mut Context,
    row: &Selector,
    sheet: &Selector,
    code: StandardFailure,
) -> Result<(), Failure> {
    close_keyboard(context).await?;
    for _ in 0..MAX_TAPS {
        if scroll_to(context, row).await?.is_none() {
            let remark = format!("TikTok does not show {row}; last seen: {}", context.last_screen());
            return Err(Failure::new(code, remark));
        }
        context.screen().tap(row, SHEET_TIMEOUT).await?;
        match context.screen().find(sheet, LOST_TAP_TIMEOUT).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.is_not_found() => {}
            Err(other) => return Err(other),
        }
    }
    let remark = format!("{sheet} does not open by {row}; last seen: {}", context.last_screen());
    Err(Failure::new(code, remark))
}

/// Closes the sheet that is open, and waits for the caption screen.
pub(super) async fn close_sheet(
    screens: &Screens,
    context: &mut Context,
    sheet: &Selector,
) -> Result<(), Failure> {
    for _ in 0..MAX_TAPS {
        if !sheet.is_on(&context.screen().read().await?) {
            break;
        }
        // Never twice on a guess: the second would leave the caption screen.
        android::press(context.phone(), Key::Back, context.soon()).await?;
        wait_until_gone(context, sheet, LOST_TAP_TIMEOUT).await?;
    }
    screens.wait_for(context, "caption", "TikTok's caption screen", SHEET_TIMEOUT).await
}

/// Waits until an element is gone. Returns whether it is.
pub(super) async fn wait_until_gone(
    context: &mut Context,
    element: &Selector,
    timeout: Duration,
) -> Result<bool, Failure> {
    let gone = context
        .screen()
        .wait_until("the screen behind", timeout, |tree| (!element.is_on(tree)).then_some(()))
        .await;
    match gone {
        Ok(()) => Ok(true),
        Err(failure) if failure.is_not_found() => Ok(false),
        Err(other) => Err(other),
    }
}

/// Finds the control at the height of a label.
pub(super) fn control_of<'tree>(
    tree: &'tree UiTree,
    label: &Selector,
    control: &Selector,
) -> Option<NodeRef<'tree>> {
    let row = label.find(tree)?.bounds;
    let beside = |node: &NodeRef<'_>| {
        let middle = node.bounds.center().y;
        let margin = row.bottom - row.top;
        (row.top - margin..row.bottom + margin).contains(&middle)
    };
    let distance = |node: &NodeRef<'_>| (node.bounds.center().y - row.center().y).abs();
    control.find_all(tree).into_iter().filter(beside).min_by_key(distance)
}

/// Pushes the content of the screen up.
async fn swipe_up(context: &mut Context, screen: Bounds) -> Result<(), Failure> {
    let at = |percent: i32| screen.top + (screen.bottom - screen.top) / 100 * percent;
    let x = screen.left + (screen.right - screen.left) / 100 * SWIPE_COLUMN;
    let (from, to) = (Point { x, y: at(SWIPE.0) }, Point { x, y: at(SWIPE.1) });
    Ok(android::swipe(context.phone(), from, to, SWIPE_TIME, context.soon()).await?)
}

/// Closes the keyboard, which may cover the lower rows.
async fn close_keyboard(context: &mut Context) -> Result<(), Failure> {
    if android::is_keyboard_open(context.phone(), context.soon()).await? {
        android::press(context.phone(), Key::Back, context.soon()).await?;
    }
    Ok(())
}

/// The failure of an option that the app does not show as it was asked for.
pub(super) fn unavailable(context: &Context, what: &str) -> Failure {
    let remark = format!("{what}; nothing was published; last seen: {}", context.last_screen());
    Failure::new(StandardFailure::OptionUnavailable, remark)
}
