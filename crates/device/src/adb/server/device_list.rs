//! The adb server's list of phones, as `host:devices-l` and `host:track-devices-l` give it: a line a phone.
//! Source: AOSP packages/modules/adb, `transport.cpp` (`append_transport`) and `adb_utils.cpp`.

use std::fmt;

/// The placeholder for the serial of a phone that has none.
const NO_SERIAL: &str = "(no serial number)";
/// The details that may follow the state in a line, in this order.
const DETAILS: [&str; 5] = ["usb:", "product:", "model:", "device:", "transport_id:"];

/// The state of a phone on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListedState {
    /// `device`: it can be used, as far as the server knows; one that is frozen is listed so too.
    Device,
    /// `offline`: it does not answer the server.
    Offline,
    /// `unauthorized`: it does not trust this computer.
    Unauthorized,
    /// `authorizing`: it is deciding.
    Authorizing,
    /// `connecting`: it was just plugged in.
    Connecting,
    /// Any other, such as `recovery` or `no permissions …`.
    Other(String),
}

/// One phone of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPhone {
    /// Its name on the list: by USB its serial number, over the network an address.
    pub serial: String,
    /// Its state.
    pub state: ListedState,
    /// Whether it is connected by USB.
    pub usb: bool,
    /// The server's number for this connection, never given twice; `None` from servers before version 40 or so.
    pub transport_id: Option<u64>,
}

/// Reads a list. Lines without a state are skipped.
#[must_use]
pub fn parse(text: &str) -> Vec<ListedPhone> {
    text.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<ListedPhone> {
    let line = line.trim_end();
    let (serial, mut rest) = match line.strip_prefix(NO_SERIAL) {
        Some(rest) => (NO_SERIAL, rest),
        None => line.split_at(line.find(char::is_whitespace)?),
    };
    let (mut usb, mut transport_id) = (false, None);
    // From the end: a state may have several words, a detail never has.
    while let Some((before, detail)) = rest.trim_end().rsplit_once(' ') {
        let Some((name, value)) = DETAILS.iter().find_map(|name| Some((*name, detail.strip_prefix(name)?)))
        else {
            break;
        };
        match name {
            "usb:" => usb = true,
            "transport_id:" => transport_id = value.parse().ok(),
            _ => {}
        }
        rest = before;
    }
    let state = match rest.trim() {
        "" => return None,
        "device" => ListedState::Device,
        "offline" => ListedState::Offline,
        "unauthorized" => ListedState::Unauthorized,
        "authorizing" => ListedState::Authorizing,
        "connecting" => ListedState::Connecting,
        other => ListedState::Other(other.to_owned()),
    };
    if serial.is_empty() {
        return None;
    }
    Some(ListedPhone { serial: serial.to_owned(), state, usb, transport_id })
}

impl fmt::Display for ListedState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Device => "device",
            Self::Offline => "offline",
            Self::Unauthorized => "unauthorized",
            Self::Authorizing => "authorizing",
            Self::Connecting => "connecting",
            Self::Other(words) => words,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_listed_with_the_servers_word_its_number_and_the_wire() {
        let list = parse(
            "R58M30             device usb:1-2 product:x1s model:SM_G981B device:x1s transport_id:7\n\
             192.168.0.9:5555       offline transport_id:8\n\
             emulator-5554\tdevice\n\
             (no serial number)     no permissions (are your udev rules wrong?); see [http://a.b/c] usb:3-1 transport_id:9\n",
        );
        let listed = |serial: &str, state, usb, transport_id| ListedPhone {
            serial: serial.to_owned(),
            state,
            usb,
            transport_id,
        };
        let words = "no permissions (are your udev rules wrong?); see [http://a.b/c]".to_owned();
        assert_eq!(
            list,
            [
                listed("R58M30", ListedState::Device, true, Some(7)),
                listed("192.168.0.9:5555", ListedState::Offline, false, Some(8)),
                listed("emulator-5554", ListedState::Device, false, None),
                listed("(no serial number)", ListedState::Other(words), true, Some(9)),
            ]
        );
    }

    #[test]
    fn what_tells_of_no_phone_is_left_out() {
        assert_eq!(parse("\nserial\n  \n\t\nserial   transport_id:1\n"), []);
    }
}
