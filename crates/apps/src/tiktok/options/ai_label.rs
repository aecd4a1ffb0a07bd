//! The app's own label for AI-generated content: a switch below "More options".

use tikmatrix_device::android;
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::StandardFailure;

use super::elements::OptionElements;
use super::rows::{LOST_TAP_TIMEOUT, MAX_TAPS, close_sheet, control_of, open_sheet, scroll_to, unavailable};
use crate::tiktok::screens::Screens;

/// What the app shows of its label.
enum Seen {
    On,
    /// A notice that has to be agreed to first.
    Notice(Found),
}

/// The switch of the label.
pub(super) struct AiLabel<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a OptionElements,
}

impl AiLabel<'_> {
    pub(super) async fn label_as_ai(&self, context: &mut Context) -> Result<(), Failure> {
        let elements = self.elements;
        let (row, sheet) = (&elements.more_options_row, &elements.more_options_sheet);
        open_sheet(context, row, sheet, StandardFailure::OptionUnavailable).await?;
        if scroll_to(context, &elements.ai_label).await?.is_none() {
            return Err(unavailable(context, "TikTok has no switch for AI-generated content"));
        }
        let mut is_on = context.last_tree().is_some_and(|tree| self.is_labelled(tree));
        for _ in 0..MAX_TAPS {
            if is_on {
                break;
            }
            let switch =
                |tree: &UiTree| control_of(tree, &elements.ai_label, &elements.switch).map(Found::of)?.tap;
            let place =
                context.screen().wait_until("the switch of the label", LOST_TAP_TIMEOUT, switch).await?;
            android::tap(context.phone(), place, context.soon()).await?;
            is_on = self.becomes_on(context).await?;
        }
        if !is_on {
            return Err(unavailable(context, "TikTok did not switch its label for AI-generated content on"));
        }
        close_sheet(self.screens, context, sheet).await
    }

    fn is_labelled(&self, tree: &UiTree) -> bool {
        let switch = control_of(tree, &self.elements.ai_label, &self.elements.switch);
        switch.is_some_and(|switch| switch.flags.checked)
    }

    /// Waits for the switch to be on, and agrees to the notice about it. Returns whether it is on.
    async fn becomes_on(&self, context: &mut Context) -> Result<bool, Failure> {
        let elements = self.elements;
        let seen = |tree: &UiTree| {
            let notice = elements.ai_notice.find(tree).map(Found::of).map(Seen::Notice);
            notice.or_else(|| self.is_labelled(tree).then_some(Seen::On))
        };
        for _ in 0..MAX_TAPS {
            match context.screen().wait_until("the label being on", LOST_TAP_TIMEOUT, seen).await {
                Ok(Seen::On) => return Ok(true),
                Ok(Seen::Notice(Found { tap: Some(agree), .. })) => {
                    android::tap(context.phone(), agree, context.soon()).await?;
                }
                Ok(Seen::Notice(_)) => break,
                Err(failure) if failure.is_not_found() => break,
                Err(other) => return Err(other),
            }
        }
        Ok(false)
    }
}
