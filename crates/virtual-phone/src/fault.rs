//! The faults of a virtual phone, as the control port accepts them.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;
use strum::VariantNames;
use thiserror::Error;

use crate::ui::{self, LockKind, OptionFault, PopupKind, UploadEnd, UploadSign};

/// A fault to arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// All connections end; new ones are accepted at once. `{"fault": "disconnect"}` ends them now,
    /// `{"fault": "disconnect", "after_bytes": 100000}` in the middle of the next push, when it has brought so many
    /// bytes of the file.
    Disconnect {
        /// Bytes of the next push that still arrive.
        after_bytes: Option<u64>,
    },
    /// Another fault of the cable.
    Cable(CableFault),
    /// A fault on the screen: `popup`, `slow_upload`, `follow_refused`, `follow_limited`, `profile_loading`, `lock`,
    /// `upload_end`, `upload_sign` or `option`, with the fields that [`ui::Fault`] documents.
    Screen(ui::Fault),
}

/// A fault of the cable. A lasting one ends when the faults are cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, VariantNames)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
#[strum(serialize_all = "snake_case")]
pub enum CableFault {
    /// `{"fault": "freeze"}`: sockets stay open and are accepted, and nothing is read or answered.
    Freeze,
    /// `{"fault": "slow", "bytes_per_second": 1000}`: no more passes, each way.
    Slow {
        /// At least 1.
        bytes_per_second: NonZeroU32,
    },
    /// `{"fault": "drop_packets", "every": 3}`: every third packet to the host is lost.
    DropPackets {
        /// At least 1: then all are lost.
        every: NonZeroU32,
    },
    /// `{"fault": "half_close"}`: the phone ends its sending on every connection there is, once, and goes on reading.
    HalfClose,
    /// `{"fault": "garbage"}`: bytes that are no ADB, on every connection there is, once.
    Garbage,
    /// `{"fault": "reboot", "seconds": 5}`: everything that runs on the phone ends, and connections are closed for so
    /// long.
    Reboot {
        /// 5 if left out.
        #[serde(default = "five")]
        seconds: u32,
    },
    /// `{"fault": "duplicate_clse", "times": 16}`: the end of a stream is sent so many times more than by adbd.
    DuplicateClse {
        /// 16 if left out.
        #[serde(default = "sixteen")]
        times: u32,
    },
    /// `{"fault": "unsolicited_open"}`: the phone opens a stream without a request, on every connection there is, once.
    /// Google's adb server does not survive it.
    UnsolicitedOpen,
}

fn five() -> u32 {
    5
}

fn sixteen() -> u32 {
    16
}

/// Why a fault was not armed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultError {
    /// The name is missing or unknown.
    #[error("fault: {0} is not one of {names:?}", names = FIELDS.map(|(name, _)| name))]
    UnknownFault(String),
    /// A field is unknown or has an invalid value.
    #[error("{fault}: {reason}")]
    BadField {
        /// The fault's name.
        fault: String,
        /// The field, and what is wrong with it.
        reason: String,
    },
}

/// Each fault with the fields that it may have.
const FIELDS: [(&str, &[&str]); 18] = [
    ("disconnect", &["fault", "after_bytes"]),
    ("freeze", &["fault"]),
    ("slow", &["fault", "bytes_per_second"]),
    ("drop_packets", &["fault", "every"]),
    ("half_close", &["fault"]),
    ("garbage", &["fault"]),
    ("reboot", &["fault", "seconds"]),
    ("duplicate_clse", &["fault", "times"]),
    ("unsolicited_open", &["fault"]),
    ("popup", &["fault", "kind", "when"]),
    ("slow_upload", &["fault", "seconds"]),
    ("follow_refused", &["fault"]),
    ("follow_limited", &["fault"]),
    ("profile_loading", &["fault"]),
    ("lock", &["fault", "kind"]),
    ("upload_end", &["fault", "kind"]),
    ("upload_sign", &["fault", "kind"]),
    ("option", &["fault", "kind"]),
];

/// The faults of several kinds, with these.
const KINDS: [(&str, &[&str]); 5] = [
    ("popup", PopupKind::VARIANTS),
    ("lock", LockKind::VARIANTS),
    ("upload_end", UploadEnd::VARIANTS),
    ("upload_sign", UploadSign::VARIANTS),
    ("option", OptionFault::VARIANTS),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    #[serde(rename = "fault")]
    _name: String,
    #[serde(default)]
    after_bytes: Option<u64>,
}

impl Fault {
    /// Parses the body of a request to the control port.
    ///
    /// # Errors
    /// [`FaultError`], with the field and what it may be.
    pub fn from_json(body: &Value) -> Result<Self, FaultError> {
        let name = body.get("fault").unwrap_or(&Value::Null);
        let Some((known, allowed)) = FIELDS.into_iter().find(|(known, _)| name == known) else {
            return Err(FaultError::UnknownFault(name.to_string()));
        };
        let bad = |error: serde_json::Error| FaultError::BadField {
            fault: known.to_owned(),
            reason: error.to_string(),
        };
        if known == "disconnect" {
            let Disconnect { after_bytes, .. } = Disconnect::deserialize(body).map_err(bad)?;
            return Ok(Self::Disconnect { after_bytes });
        }
        let unknown =
            body.as_object().and_then(|fields| fields.keys().find(|key| !allowed.contains(&key.as_str())));
        if let Some(unknown) = unknown {
            let reason = format!("unknown field `{unknown}`, expected one of {allowed:?}");
            return Err(FaultError::BadField { fault: known.to_owned(), reason });
        }
        if let Some((_, kinds)) = KINDS.into_iter().find(|(fault, _)| *fault == known)
            && body.get("kind").is_none()
        {
            let reason = format!("kind is missing, expected one of {kinds:?}");
            return Err(FaultError::BadField { fault: known.to_owned(), reason });
        }
        if CableFault::VARIANTS.contains(&known) {
            return CableFault::deserialize(body).map(Self::Cable).map_err(bad);
        }
        ui::Fault::deserialize(body).map(Self::Screen).map_err(bad)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_are_read_as_documented() {
        let read = |body| Fault::from_json(&body);
        assert_eq!(read(json!({"fault": "disconnect"})), Ok(Fault::Disconnect { after_bytes: None }));
        let in_push = read(json!({"fault": "disconnect", "after_bytes": 5}));
        assert_eq!(in_push, Ok(Fault::Disconnect { after_bytes: Some(5) }));
        let slow = read(json!({"fault": "slow_upload", "seconds": 20}));
        assert_eq!(slow, Ok(Fault::Screen(ui::Fault::SlowUpload { seconds: 20 })));
        let refused = read(json!({"fault": "follow_refused"}));
        assert_eq!(refused, Ok(Fault::Screen(ui::Fault::FollowRefused)));
        let cable = |fault| Ok(Fault::Cable(fault));
        assert_eq!(read(json!({"fault": "freeze"})), cable(CableFault::Freeze));
        assert_eq!(read(json!({"fault": "reboot"})), cable(CableFault::Reboot { seconds: 5 }));
        assert_eq!(read(json!({"fault": "duplicate_clse"})), cable(CableFault::DuplicateClse { times: 16 }));
        let every = NonZeroU32::MIN;
        assert_eq!(
            read(json!({"fault": "drop_packets", "every": 1})),
            cable(CableFault::DropPackets { every })
        );
        let popup = read(json!({"fault": "popup", "kind": "rate"}));
        let (kind, when) = (PopupKind::Rate, ui::PopupTime::NextScreen);
        assert_eq!(popup, Ok(Fault::Screen(ui::Fault::Popup { kind, when })));
    }

    #[test]
    fn an_invalid_fault_is_refused_with_its_field() {
        for (body, sign) in [
            (json!({"fault": "explode"}), "explode"),
            (json!({}), "null"),
            (json!([]), "null"),
            (json!({"fault": "disconnect", "after": 1}), "after"),
            (json!({"fault": "disconnect", "after_bytes": -1}), "-1"),
            (json!({"fault": "popup", "kind": "balloon"}), "balloon"),
            (json!({"fault": "popup"}), "kind is missing, expected one of [\"contacts\", \"rate\""),
            (json!({"fault": "popup", "kind": "rate", "when": "never"}), "next_screen"),
            (json!({"fault": "slow_upload", "second": 2}), "second"),
            (json!({"fault": "slow"}), "bytes_per_second"),
            (json!({"fault": "slow", "bytes_per_second": 0}), "nonzero"),
            (json!({"fault": "freeze", "seconds": 2}), "seconds"),
            (json!({"fault": "drop_packets", "every": "x"}), "drop_packets"),
            (json!({"fault": "follow_refused", "seconds": 2}), "seconds"),
            (json!({"fault": "lock"}), "kind"),
            (json!({"fault": "lock", "kind": "chain"}), "usb_debugging"),
        ] {
            let error = Fault::from_json(&body).unwrap_err();
            assert!(error.to_string().contains(sign), "{error}");
        }
    }
}
