//! The volumes of a post's sounds: two sliders behind the sheet of sounds. Assumed: no public dump shows them.

use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::script::{Context, Failure, Found};
use tikmatrix_device::ui::{Point, Selector, UiTree};

use super::elements::OptionElements;
use super::rows::{LOST_TAP_TIMEOUT, SHEET_TIMEOUT, control_of, unavailable, wait_until_gone};
use super::sounds::Sounds;
use crate::post_options::Volumes;

/// A slider that shows another number after so many drags does not take it.
const MAX_DRAGS: u32 = 6;
const DRAG_TIME: Duration = Duration::from_millis(400);
/// A slider is less exact than its number.
const TOLERANCE: i32 = 1;
/// The highest volume.
const FULL: i32 = 100;

/// The sliders, behind the sheet of sounds.
pub(super) struct VolumeSliders<'a> {
    pub(super) sounds: Sounds<'a>,
    pub(super) elements: &'a OptionElements,
}

impl VolumeSliders<'_> {
    pub(super) async fn set_both_volumes(
        &self,
        context: &mut Context,
        volumes: Volumes,
    ) -> Result<(), Failure> {
        let elements = self.elements;
        self.sounds.open_sounds(context).await?;
        let opened = match context.screen().tap(&elements.volume_button, SHEET_TIMEOUT).await {
            Ok(_) => context.screen().find(&elements.volume_sheet, SHEET_TIMEOUT).await,
            Err(failure) => Err(failure),
        };
        match opened {
            Err(failure) if failure.is_not_found() => {
                return Err(unavailable(context, "TikTok does not show the volumes of the sounds"));
            }
            other => other?,
        };
        for (slider, volume) in
            [(&elements.original_volume, volumes.original), (&elements.added_volume, volumes.added)]
        {
            self.drag_to(context, slider, i32::try_from(volume).unwrap_or(FULL)).await?;
        }
        context.screen().tap(&elements.volume_done, SHEET_TIMEOUT).await?;
        wait_until_gone(context, &elements.volume_sheet, LOST_TAP_TIMEOUT).await?;
        self.sounds.leave_sheet(context).await
    }

    async fn drag_to(&self, context: &mut Context, label: &Selector, volume: i32) -> Result<(), Failure> {
        // Where the thumb is for a number differs by build: each drag corrects the last one by what it missed.
        let mut aim = volume;
        let slider = |tree: &UiTree| control_of(tree, label, &self.elements.slider).map(Found::of);
        for _ in 0..MAX_DRAGS {
            let found = match context.screen().wait_until(&label.to_string(), SHEET_TIMEOUT, slider).await {
                Err(failure) if failure.is_not_found() => {
                    return Err(unavailable(context, &format!("TikTok does not show {label}")));
                }
                other => other?,
            };
            let Some(shown) = number(&found.text) else { break };
            if (shown - volume).abs() <= TOLERANCE {
                return Ok(());
            }
            let (from, to) = (point(&found, shown), point(&found, aim.clamp(0, FULL)));
            android::swipe(context.phone(), from, to, DRAG_TIME, context.soon()).await?;
            let moved = context
                .screen()
                .wait_until("the slider at another number", LOST_TAP_TIMEOUT, |tree| {
                    number(&slider(tree)?.text).filter(|now| *now != shown)
                })
                .await;
            match moved {
                Ok(now) => aim += volume - now,
                Err(failure) if failure.is_not_found() => {}
                Err(other) => return Err(other),
            }
        }
        Err(unavailable(context, &format!("{label} did not take {volume}")))
    }
}

/// Returns the point of a slider at which a number lies.
fn point(slider: &Found, number: i32) -> Point {
    let bounds = slider.bounds;
    Point { x: bounds.left + (bounds.right - 1 - bounds.left) * number / FULL, y: bounds.center().y }
}

/// Reads the number of a slider, which may have a fraction or a percent sign.
fn number(text: &str) -> Option<i32> {
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|number| *number <= FULL)
}
