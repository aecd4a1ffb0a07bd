//! Reading the screen: its elements with `uiautomator`, its picture with `screencap`.

use tikmatrix_domain::clean;

use super::command::{AndroidError, output_of, refused};
use super::lock::wake_if_asleep;
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::ui::UiTree;

/// The file of a dump; `/dev/tty` would truncate it on some builds.
const DUMP: &str = "/data/local/tmp/tikmatrix-screen.xml";
/// The maximum of a picture in bytes: the pixels of a large screen take 20 MB where they cannot be compressed.
const MAX_PICTURE: usize = 32 * 1024 * 1024;
/// The maximum of attempts: `--compressed` fails on a moving screen at times, but practically never so often in a row. The
/// deadline ends them where each takes seconds.
const MAX_ATTEMPTS: u32 = 16;

/// A reader of screens. A plain dump of an animated screen always fails, and each failure takes seconds: after the first one
/// it reads compressed dumps, which leave out elements that only lay out others.
#[derive(Debug, Clone, Default)]
pub struct ScreenReader {
    compressed: bool,
    has_read: bool,
}

impl ScreenReader {
    /// Reads the elements on the screen, after switching the display on if it is off.
    ///
    /// # Errors
    /// [`AndroidError::NotIdle`] when it moves too much for either kind of dump.
    pub async fn read(&mut self, phone: &Phone, deadline: Deadline) -> Result<UiTree, AndroidError> {
        Ok(self.read_both(phone, deadline).await?.0)
    }

    /// Reads the dump of the screen, XML.
    ///
    /// # Errors
    /// As [`ScreenReader::read`].
    pub async fn read_xml(&mut self, phone: &Phone, deadline: Deadline) -> Result<Vec<u8>, AndroidError> {
        Ok(self.read_both(phone, deadline).await?.1)
    }

    /// Removes the file that a dropped read has left on the phone.
    ///
    /// # Errors
    /// [`AndroidError`] when the phone is gone.
    pub async fn clean_up(&self, phone: &Phone, deadline: Deadline) -> Result<(), AndroidError> {
        if self.has_read {
            output_of(phone, &format!("rm -f {DUMP}"), deadline).await?;
        }
        Ok(())
    }

    async fn read_both(
        &mut self,
        phone: &Phone,
        deadline: Deadline,
    ) -> Result<(UiTree, Vec<u8>), AndroidError> {
        let mut said = String::new();
        self.has_read = true;
        for attempt in 0..MAX_ATTEMPTS {
            // `uiautomator dump` exits with 0 when it fails and keeps an older file, so that one is removed first.
            let option = if self.compressed { " --compressed" } else { "" };
            let command =
                format!("rm -f {DUMP}; uiautomator dump{option} {DUMP} >/dev/null; cat {DUMP}; rm -f {DUMP}");
            let output = output_of(phone, &command, deadline).await?;
            if output.stdout.contains(&b'<') {
                match UiTree::parse(&output.stdout) {
                    Ok(tree) => return Ok((tree, output.stdout)),
                    Err(error) => said = error.to_string(),
                }
            } else {
                let errors = String::from_utf8_lossy(&output.stderr);
                said = clean(errors.lines().next().unwrap_or("no dump was written"));
            }
            // A display that is off has no elements, which is told as on a moving screen.
            let was_asleep = attempt == 0 && wake_if_asleep(phone, deadline).await?;
            self.compressed |= !was_asleep;
        }
        Err(AndroidError::NotIdle { attempts: MAX_ATTEMPTS, said })
    }
}

/// Takes a screenshot, as PNG.
///
/// # Errors
/// [`AndroidError::Refused`] when the output is not PNG, as for protected screens.
pub async fn screenshot(phone: &Phone, deadline: Deadline) -> Result<Vec<u8>, AndroidError> {
    let output = phone.shell_up_to("screencap -p", MAX_PICTURE, deadline).await?;
    if output.stdout.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(output.stdout)
    } else {
        Err(refused("take a picture of its screen", &String::from_utf8_lossy(&output.stderr)))
    }
}
