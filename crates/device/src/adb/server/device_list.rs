//! The adb server's list of phones, as `host:devices-l` and `host:track-devices-l` give it: a line a phone.
//! Source: AOSP packages/modules/adb, `transport.cpp` (`append_transport`) and `adb_utils.cpp`.

use std::fmt;

use tikmatrix_domain::clean;

/// The details that may follow the state in a line, each one word. libusb's path of a USB port has no name before it; see
/// [`is_usb_port`].
const DETAILS: [&str; 5] = ["usb:", "product:", "model:", "device:", "transport_id:"];
/// The states that a line can name (`to_string(ConnectionState)` of AOSP), apart from [`NO_PERMISSIONS`].
const STATES: [&str; 13] = [
    "device",
    "offline",
    "unauthorized",
    "authorizing",
    "connecting",
    "recovery",
    "sideload",
    "rescue",
    "bootloader",
    "fastboot",
    "host",
    "detached",
    "unknown",
];
/// The one state of several words; an explanation follows it.
const NO_PERMISSIONS: &str = "no permissions";

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
    /// Any other, such as `recovery` or `no permissions …`, as [`clean`] leaves it.
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

/// Reads one line from its end, since a serial may hold spaces and look like anything that follows it.
fn line(line: &str) -> Option<ListedPhone> {
    let (mut rest, mut usb, mut transport_id) = (line.trim_end(), false, None);
    while let Some((before, detail)) = last_word(rest) {
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
    if let Some((before, port)) = last_word(rest)
        && is_usb_port(port)
    {
        usb = true;
        rest = before;
    }
    // A state that is not known is taken to be one word, as all but one are.
    let (serial, state) = serial_and_state(rest).or_else(|| last_word(rest))?;
    if serial.is_empty() {
        return None;
    }
    let state = match state {
        "device" => ListedState::Device,
        "offline" => ListedState::Offline,
        "unauthorized" => ListedState::Unauthorized,
        "authorizing" => ListedState::Authorizing,
        "connecting" => ListedState::Connecting,
        other => ListedState::Other(clean(other)),
    };
    Some(ListedPhone { serial: serial.to_owned(), state, usb, transport_id })
}

/// Returns the serial and the state of what ends with a state that is known.
fn serial_and_state(text: &str) -> Option<(&str, &str)> {
    if let Some((serial, state)) = last_word(text)
        && STATES.contains(&state)
    {
        return Some((serial, state));
    }
    let start = text.rfind(NO_PERMISSIONS)?;
    let (serial, state) = text.split_at(start);
    serial.ends_with(char::is_whitespace).then(|| (serial.trim_end(), state))
}

/// Splits the last word off; no white space is left around either part. `None` for a single word.
fn last_word(text: &str) -> Option<(&str, &str)> {
    let (before, word) = text.trim_end().rsplit_once(char::is_whitespace)?;
    Some((before.trim_end(), word))
}

/// Returns whether a word is the path of a USB port as libusb gives it: `BUS-PORT`, with a `.PORT` for each hub, such as
/// `3-1.2`.
fn is_usb_port(word: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('-').is_some_and(|(bus, ports)| is_number(bus) && ports.split('.').all(is_number))
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
    use proptest::prelude::*;

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
    fn a_port_of_libusb_and_a_serial_with_spaces_do_not_hide_the_state() {
        let list = parse(
            "R58M30                 device 3-1.2 product:x1s model:SM_G981B device:x1s transport_id:7\n\
             adb-X (2)._adb-tls-connect._tcp device product:x1s model:SM_G981B device:x1s transport_id:8\n\
             (no serial number)     no permissions; see [http://a.b/c] 3-1 transport_id:9\n\
             my phone\tfrozen\n",
        );
        let shown: Vec<_> =
            list.iter().map(|one| (one.serial.as_str(), one.state.to_string(), one.usb)).collect();
        let listed = |serial, state: &str, usb| (serial, state.to_owned(), usb);
        assert_eq!(
            shown,
            [
                listed("R58M30", "device", true),
                listed("adb-X (2)._adb-tls-connect._tcp", "device", false),
                listed("(no serial number)", "no permissions; see [http://a.b/c]", true),
                listed("my phone", "frozen", false),
            ]
        );
    }

    #[test]
    fn what_tells_of_no_phone_is_left_out() {
        assert_eq!(parse("\nserial\n  \n\t\nserial   transport_id:1\n"), []);
    }

    proptest! {
        /// Lines as `append_transport` of AOSP writes them.
        #[test]
        fn any_line_of_a_server_is_read_as_it_was_meant(
            serial in r"[!-~]( {0,3}[!-~]){0,30}",
            state in prop_oneof![
                prop::sample::select(STATES.to_vec()).prop_map(str::to_owned),
                Just("no permissions (user a is not in the b group); see [http://c.d/e.html]".to_owned()),
                Just("no permissions".to_owned()),
            ],
            port in prop_oneof![
                Just(String::new()),
                r" usb:[1-9]-[1-9](\.[1-9]){0,3}",
                r" [1-9]-[1-9](\.[1-9]){0,3}",
            ],
            details in prop::option::of(r" product:[a-z0-9_]{1,9} model:[A-Z_]{1,9} device:[a-z]{1,9}"),
            transport_id in prop::option::of(1_u64..),
        ) {
            let number = transport_id.map(|id| format!(" transport_id:{id}")).unwrap_or_default();
            let details = details.unwrap_or_default();
            let usb = !port.is_empty();
            let list = parse(&format!("{serial:<22} {state}{port}{details}{number}\n"));
            prop_assert_eq!(list.len(), 1);
            prop_assert_eq!(&list[0].serial, &serial);
            prop_assert_eq!(list[0].state.to_string(), state.clone());
            prop_assert_eq!((list[0].usb, list[0].transport_id), (usb, transport_id));
            let short = parse(&format!("{serial}\t{state}\n"));
            prop_assert_eq!((&short[0].serial, short[0].state.to_string()), (&serial, state));
        }

        #[test]
        fn any_text_is_read(text in r"(\PC|\n){0,200}") {
            prop_assert!(parse(&text).len() <= text.lines().count());
        }
    }
}
