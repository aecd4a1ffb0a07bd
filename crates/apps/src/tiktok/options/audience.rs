//! Who can see a post: the row below the caption, and the sheet that it opens. The sheet stays open after a choice, so
//! that only the row's text shows what was chosen.

use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_device::ui::{Selector, UiTree};
use tikmatrix_domain::StandardFailure;

use super::elements::OptionElements;
use super::rows::{
    LOST_TAP_TIMEOUT, MAX_TAPS, SHEET_TIMEOUT, close_sheet, open_sheet, scroll_to, unavailable,
};
use crate::post_options::Audience;
use crate::tiktok::screens::Screens;

/// The row that shows who can see the post.
pub(super) struct AudienceRow<'a> {
    pub(super) screens: &'a Screens,
    pub(super) elements: &'a OptionElements,
}

impl AudienceRow<'_> {
    pub(super) async fn choose_audience(
        &self,
        context: &mut Context,
        audience: Audience,
    ) -> Result<(), Failure> {
        let row = &self.elements.audience_row;
        let (choice, proof) = self.choice_of(audience);
        if audience == Audience::Everyone {
            let is_on = |wanted: &Selector| context.last_tree().is_some_and(|tree| wanted.is_on(tree));
            if is_on(proof) {
                return Ok(());
            }
            // Nothing is wider than everyone: builds without the row need not be asked.
            if !is_on(row) {
                context.log(LogLevel::Info, "TikTok shows no audience here; the post has the account's own");
                return Ok(());
            }
        }
        for _ in 0..MAX_TAPS {
            let code = StandardFailure::OptionUnavailable;
            open_sheet(context, row, &self.elements.audience_sheet, code).await?;
            match context.screen().tap(choice, SHEET_TIMEOUT).await {
                Err(failure) if failure.is_not_found() => {
                    return Err(unavailable(context, &format!("TikTok does not offer {choice}")));
                }
                other => other?,
            };
            close_sheet(self.screens, context, &self.elements.audience_sheet).await?;
            scroll_to(context, row).await?;
            let shows = |tree: &UiTree| proof.is_on(tree).then_some(());
            match context.screen().wait_until("the chosen audience", LOST_TAP_TIMEOUT, shows).await {
                Ok(()) => return Ok(()),
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        let shown = context.last_tree().and_then(|tree| row.find(tree)).map(|row| row.description.clone());
        let shown = shown.unwrap_or_default();
        Err(unavailable(context, &format!("TikTok did not take {choice}: its row reads {shown:?}")))
    }

    /// Returns the choice of the sheet, and the row's text that shows that it was taken.
    fn choice_of(&self, audience: Audience) -> (&Selector, &Selector) {
        let elements = self.elements;
        match audience {
            Audience::Everyone => (&elements.audience_everyone, &elements.audience_is_everyone),
            Audience::Friends => (&elements.audience_friends, &elements.audience_is_friends),
            Audience::OnlyYou => (&elements.audience_only_you, &elements.audience_is_only_you),
        }
    }
}
