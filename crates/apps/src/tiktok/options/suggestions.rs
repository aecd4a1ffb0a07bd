//! The lists of hashtags and of people that open while a caption is typed, over Post and the settings. They are left
//! without a choice: a choice would add letters to the caption.

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::StandardFailure;

use super::elements::OptionElements;
use super::rows::LOST_TAP_TIMEOUT;
use crate::tiktok::screens::Screens;

/// The first press closes the keyboard.
const MAX_PRESSES: u32 = 2;

/// The lists over the caption screen.
pub(super) struct Suggestions<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a OptionElements,
}

impl Suggestions<'_> {
    pub(super) async fn leave_suggestions(&self, context: &mut Context) -> Result<(), Failure> {
        let list = &self.elements.suggestion_list;
        for _ in 0..MAX_PRESSES {
            if !context.last_tree().is_some_and(|tree| self.is_covered(tree)) {
                return Ok(());
            }
            android::press(context.phone(), Key::Back, context.soon()).await?;
            let free = |tree: &UiTree| (!self.is_covered(tree)).then_some(());
            match context.screen().wait_until("the Post button", LOST_TAP_TIMEOUT, free).await {
                Ok(()) => return Ok(()),
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        let remark = format!("{list} stays open over the Post button; end the caption with another word");
        Err(Failure::new(StandardFailure::TextInputUnavailable, remark))
    }

    /// Whether a list is open over a field that is typed into. A list that lays out its rows alone is no part of some dumps,
    /// but takes Post out of all of them.
    fn is_covered(&self, tree: &UiTree) -> bool {
        self.elements.suggestion_list.is_on(tree)
            || self.elements.typing_field.is_on(tree) && !self.screens.elements.post.is_on(tree)
    }
}
