//! Reading the screen: its elements with `uiautomator`, its picture with `screencap`.

use super::command::{AndroidError, output_of};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::ui::UiTree;

/// Where the phone writes a dump; `/dev/tty` would lose its end on some builds.
const DUMP: &str = "/data/local/tmp/tikmatrix-screen.xml";
/// `--compressed` fails on a moving screen at times; so many attempts in a row practically never do. The deadline ends
/// them where each costs seconds.
const MOST_ATTEMPTS: u32 = 16;

/// Reads screens. An animated screen fails the plain way for as long as it is shown, and each failure costs seconds:
/// from the first one on it reads compressed, which leaves out what only lays out other elements.
#[derive(Debug, Clone, Default)]
pub struct ScreenReader {
    compressed: bool,
    has_read: bool,
}

impl ScreenReader {
    /// The elements on the screen.
    ///
    /// # Errors
    /// [`AndroidError::NotIdle`] when it moves too much to be read either way.
    pub async fn read(&mut self, phone: &Phone, deadline: Deadline) -> Result<UiTree, AndroidError> {
        Ok(self.read_both(phone, deadline).await?.0)
    }

    /// The elements on the screen as the phone wrote them down, XML.
    ///
    /// # Errors
    /// As [`ScreenReader::read`].
    pub async fn read_xml(&mut self, phone: &Phone, deadline: Deadline) -> Result<Vec<u8>, AndroidError> {
        Ok(self.read_both(phone, deadline).await?.1)
    }

    /// Removes what a reading that was dropped on its way has left on the phone.
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
        for _ in 0..MOST_ATTEMPTS {
            // `uiautomator dump` exits 0 when it fails and leaves an older file as it was, so that one goes first.
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
                said = errors.lines().next().unwrap_or("no dump was written").trim().to_owned();
            }
            self.compressed = true;
        }
        Err(AndroidError::NotIdle { attempts: MOST_ATTEMPTS, said })
    }
}

/// The picture on the screen, as PNG.
///
/// # Errors
/// [`AndroidError::Refused`] when what comes is no PNG, as for protected screens.
pub async fn screenshot(phone: &Phone, deadline: Deadline) -> Result<Vec<u8>, AndroidError> {
    let output = output_of(phone, "screencap -p", deadline).await?;
    if output.stdout.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(output.stdout)
    } else {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(AndroidError::Refused { attempt: "take a picture of its screen".to_owned(), said })
    }
}
