//! `tikmatrix device`: the phones that a server knows.

use clap::Subcommand;
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::Work;
use super::http::{Client, below, with_query};
use super::show::{Column, Output};

const DEVICES: &str = "/api/v1/device";
const COLUMNS: [Column; 8] = [
    ("SERIAL", "/serial"),
    ("NAME", "/name"),
    ("GROUP", "/group"),
    ("STATE", "/state"),
    ("ADDRESS", "/address"),
    ("ANDROID", "/android_version"),
    ("BATTERY", "/battery"),
    ("REASON", "/reason"),
];

const ADDRESSES: &str = "/api/v1/device/address";
const SCAN: &str = "/api/v1/device/scan";
const ADDRESS_COLUMNS: [Column; 2] = [("ADDRESS", "/address"), ("CONFIGURED", "/configured")];
const FOUND_COLUMNS: [Column; 5] = [
    ("ADDRESS", "/address"),
    ("SERIAL", "/serial"),
    ("STATE", "/state"),
    ("ADDED", "/added"),
    ("REASON", "/reason"),
];

/// What can be done with phones.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the phones
    List {
        /// Only phones in this state, such as ready or offline
        #[arg(long, env = "TIKMATRIX_DEVICE_STATE")]
        state: Option<String>,
        /// Only phones of this group
        #[arg(long, env = "TIKMATRIX_DEVICE_GROUP")]
        group: Option<String>,
        /// The page, from 1
        #[arg(long, env = "TIKMATRIX_DEVICE_PAGE")]
        page: Option<u64>,
        /// Phones on a page
        #[arg(long, env = "TIKMATRIX_DEVICE_PAGE_SIZE", value_name = "N")]
        page_size: Option<u64>,
    },
    /// Shows one phone
    Show {
        /// Its serial
        serial: String,
    },
    /// Names a phone, or puts it into a group
    Change {
        /// Its serial
        serial: String,
        /// What to call it; empty takes the name away
        #[arg(long, env = "TIKMATRIX_DEVICE_NAME")]
        name: Option<String>,
        /// The group; empty takes it out of its group
        #[arg(long, env = "TIKMATRIX_DEVICE_GROUP")]
        group: Option<String>,
    },
    /// Forgets a phone that is not connected
    Delete {
        /// Its serial
        serial: String,
    },
    /// Lists the addresses at which phones are looked for
    Addresses,
    /// Looks for a phone at an address from now on, also after the server's next start
    Add {
        /// `HOST:PORT` of its adbd
        #[arg(value_name = "HOST:PORT")]
        address: String,
    },
    /// No longer looks for a phone at an address that was added
    Remove {
        /// `HOST:PORT` as it was added
        #[arg(value_name = "HOST:PORT")]
        address: String,
    },
    /// Looks once who answers in a private network of at most 1,024 addresses
    Scan {
        /// The network, such as 192.168.1.0/24
        #[arg(value_name = "ADDRESS/PREFIX")]
        network: String,
        /// The port to look at; the server takes 5555 without it
        #[arg(long, env = "TIKMATRIX_DEVICE_PORT", value_name = "P")]
        port: Option<u16>,
        /// Add the phones that are found
        #[arg(long, env = "TIKMATRIX_DEVICE_ADD")]
        add: bool,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List { state, group, page, page_size } => {
                let parameters = [
                    ("state", state),
                    ("group", group),
                    ("page", page.map(|page| page.to_string())),
                    ("page_size", page_size.map(|size| size.to_string())),
                ];
                output.list(&client.get(&with_query(DEVICES, &parameters))?, "devices", &COLUMNS);
            }
            Self::Show { serial } => output.one(&client.get(&below(DEVICES, &serial))?),
            Self::Change { serial, name, group } => {
                let body = changes([("name", name), ("group", group)]);
                output.one(&client.send(Method::PATCH, &below(DEVICES, &serial), Some(&body))?);
            }
            Self::Delete { serial } => {
                let deleted = client.send(Method::DELETE, &below(DEVICES, &serial), None)?;
                output.done(&deleted, &format!("Forgot the phone {serial}."));
            }
            Self::Addresses => output.list(&client.get(ADDRESSES)?, "addresses", &ADDRESS_COLUMNS),
            Self::Add { address } => {
                let added = client.send(Method::POST, ADDRESSES, Some(&json!({ "address": address })))?;
                output.done(&added, &format!("A phone is looked for at {address} from now on."));
            }
            Self::Remove { address } => {
                let removed = client.send(Method::DELETE, &below(ADDRESSES, &address), None)?;
                output.done(&removed, &format!("No phone is looked for at {address} any more."));
            }
            Self::Scan { network, port, add } => {
                let mut body = json!({ "network": network, "add": add });
                if let Some(port) = port {
                    body["port"] = port.into();
                }
                output.list(&client.send(Method::POST, SCAN, Some(&body))?, "phones", &FOUND_COLUMNS);
            }
        }
        Ok(())
    }
}

/// The body of a change: what was given, empty texts as `null`, which takes the value away.
pub(super) fn changes<const COUNT: usize>(fields: [(&str, Option<String>); COUNT]) -> Value {
    let given = fields.into_iter().filter_map(|(name, value)| {
        let value = value?;
        Some((name.to_owned(), if value.is_empty() { Value::Null } else { value.into() }))
    });
    Value::Object(given.collect::<Map<_, _>>())
}
