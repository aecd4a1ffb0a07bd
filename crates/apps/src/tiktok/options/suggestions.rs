//! The lists of hashtags and of people that open while a caption is typed, over Post and the settings. They are left
//! without a choice: a choice would add letters to the caption.

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_domain::StandardFailure;

use super::{LOST_TAP_TIMEOUT, Options};

/// The first press closes the keyboard.
const MAX_PRESSES: u32 = 2;

impl Options {
    pub(super) async fn leave_suggestions(&self, context: &mut Context) -> Result<(), Failure> {
        let list = &self.elements.suggestion_list;
        for _ in 0..MAX_PRESSES {
            if !context.last_tree().is_some_and(|tree| list.is_on(tree)) {
                return Ok(());
            }
            android::press(context.phone(), Key::Back, context.soon()).await?;
            self.wait_until_gone(context, list, LOST_TAP_TIMEOUT).await?;
        }
        if context.last_tree().is_some_and(|tree| list.is_on(tree)) {
            let remark = format!("{list} stays open over the Post button; end the caption with another word");
            return Err(Failure::new(StandardFailure::TextInputUnavailable, remark));
        }
        Ok(())
    }
}
