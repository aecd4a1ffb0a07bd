//! What a phone says of itself by which two connections are known to lead to the same phone. Its serial number does not
//! tell: makers give one (`0123456789ABCDEF`) to whole series, and some phones have none (`unknown`).

use crate::deadline::Deadline;
use crate::phone::{AdbError, Phone};

/// Prints the id of the phone's boot, which the kernel draws at random, and of its user, which Android draws when it is set
/// up (`Settings.Secure.ANDROID_ID`). Either may be missing.
const COMMAND: &str = "cat /proc/sys/kernel/random/boot_id; settings get secure android_id";
/// The maximum of its output, in bytes.
const MAX_OUTPUT: usize = 16 * 1024;
/// The longest id of a user, in characters; Android's has 16.
const MAX_ANDROID_ID: usize = 32;

/// The identity that a phone reports over one connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::registry) struct PhoneIdentity {
    boot_id: Option<String>,
    android_id: Option<String>,
}

impl PhoneIdentity {
    /// Asks the phone for its identity.
    pub(in crate::registry) async fn read(phone: &Phone, deadline: Deadline) -> Result<Self, AdbError> {
        let output = phone.shell_up_to(COMMAND, MAX_OUTPUT, deadline).await?;
        Ok(Self::parse(&output.stdout_text()))
    }

    fn parse(output: &str) -> Self {
        let lines = || output.lines().map(str::trim);
        let boot_id = lines().find(|line| is_boot_id(line)).map(str::to_owned);
        let android_id = lines().find(|line| is_android_id(line)).map(str::to_owned);
        Self { boot_id, android_id }
    }

    /// Returns whether the phones of two connections that are open now are the same one: only when both ids agree.
    pub(super) fn is_same_connected(&self, other: &Self) -> bool {
        let agree = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        agree(&self.boot_id, &other.boot_id) && agree(&self.android_id, &other.android_id)
    }

    /// Returns whether a phone is certainly not the one that another connection led to, which may have been started again
    /// since.
    pub(super) fn is_other_phone(&self, before: &Self) -> bool {
        matches!((&self.android_id, &before.android_id), (Some(one), Some(other)) if one != other)
    }

    /// Returns whether a phone is certainly the one that another connection led to, whatever its serial number was then.
    pub(super) fn is_same_phone(&self, before: &Self) -> bool {
        self.android_id.is_some() && self.android_id == before.android_id
    }

    #[cfg(test)]
    pub(super) fn of(boot_id: Option<&str>, android_id: Option<&str>) -> Self {
        Self { boot_id: boot_id.map(str::to_owned), android_id: android_id.map(str::to_owned) }
    }
}

/// Returns whether a line is a UUID, as the kernel prints them (`drivers/char/random.c`).
fn is_boot_id(line: &str) -> bool {
    line.len() == 36
        && line.char_indices().all(|(at, letter)| match at {
            8 | 13 | 18 | 23 => letter == '-',
            _ => letter.is_ascii_hexdigit(),
        })
}

fn is_android_id(line: &str) -> bool {
    (1..=MAX_ANDROID_ID).contains(&line.len()) && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOT: &str = "9f7c6a0e-62a5-4f0b-9d55-0a5e7c6c3b11";

    #[test]
    fn both_ids_are_read_where_they_are() {
        let of = PhoneIdentity::of;
        assert_eq!(
            PhoneIdentity::parse(&format!("{BOOT}\n3f2a9c1db7e84a60\n")),
            of(Some(BOOT), Some("3f2a9c1db7e84a60"))
        );
        assert_eq!(PhoneIdentity::parse(&format!("{BOOT}\r\nnull\r\n")), of(Some(BOOT), None));
        assert_eq!(PhoneIdentity::parse("cmd: Can't find service: settings\n"), of(None, None));
        assert_eq!(PhoneIdentity::parse("3f2a9c1db7e84a60"), of(None, Some("3f2a9c1db7e84a60")));
        assert_eq!(PhoneIdentity::parse(&"f".repeat(5000)), of(None, None));
    }

    #[test]
    fn connections_lead_to_one_phone_only_when_it_says_so_in_both_ways() {
        let of = |boot: &str, android: &str| {
            PhoneIdentity::of(
                Some(boot).filter(|id| !id.is_empty()),
                Some(android).filter(|id| !id.is_empty()),
            )
        };
        assert!(of("b", "a").is_same_connected(&of("b", "a")));
        for other in [of("c", "a"), of("b", "d"), of("", "a"), of("b", ""), of("", "")] {
            assert!(!of("b", "a").is_same_connected(&other), "{other:?}");
            assert!(!other.is_same_connected(&of("b", "a")), "{other:?}");
        }
        assert!(!of("", "").is_same_connected(&of("", "")), "nothing says that they are one");
        assert!(of("c", "a").is_same_phone(&of("b", "a")), "it was started again");
        assert!(!of("c", "").is_same_phone(&of("b", "")) && !of("c", "").is_other_phone(&of("b", "a")));
        assert!(of("c", "d").is_other_phone(&of("b", "a")));
    }
}
