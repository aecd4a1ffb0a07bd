//! `tikmatrix device`: the phones that a server knows.

use clap::Subcommand;
use tikmatrix_api_types::devices::{DevicePatch, DeviceQuery, NetworkScan};
use tikmatrix_api_types::fields::NetworkRange;
use tikmatrix_client::Client;

use super::paged::{MAX_PAGE, Paged};
use super::show::{Column, Output};
use super::{Work, patch};

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
const ADDRESS_COLUMNS: [Column; 2] = [("ADDRESS", "/address"), ("CONFIGURED", "/configured")];
const FOUND_COLUMNS: [Column; 5] = [
    ("ADDRESS", "/address"),
    ("SERIAL", "/serial"),
    ("STATE", "/state"),
    ("ADDED", "/added"),
    ("REASON", "/reason"),
];

/// The commands about phones.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the phones
    List(Paged<DeviceQuery>),
    /// Shows one phone
    Show {
        /// Its serial
        serial: String,
    },
    /// Names a phone, or puts it into a group
    Change {
        /// Its serial
        serial: String,
        /// Its name; empty removes the name
        #[arg(long, env = "TIKMATRIX_DEVICE_NAME")]
        name: Option<String>,
        /// The group; empty takes it out of its group
        #[arg(long, env = "TIKMATRIX_DEVICE_GROUP")]
        group: Option<String>,
    },
    /// Deletes what is stored about a phone that is not connected
    Delete {
        /// Its serial
        serial: String,
    },
    /// Lists the addresses at which the server connects to phones
    Addresses,
    /// Adds the address of a phone, also for the server's next start
    Add {
        /// `HOST:PORT` of its adbd
        #[arg(value_name = "HOST:PORT")]
        address: String,
    },
    /// Removes an address that was added
    Remove {
        /// `HOST:PORT` as it was added
        #[arg(value_name = "HOST:PORT")]
        address: String,
    },
    /// Scans a private network of at most 1,024 addresses for phones once
    Scan {
        /// The network, such as 192.168.1.0/24
        #[arg(value_name = "ADDRESS/PREFIX")]
        network: NetworkRange,
        /// The port of the phones [default: the server's, 5555]
        #[arg(long, env = "TIKMATRIX_DEVICE_PORT", value_name = "P")]
        port: Option<u16>,
        /// Add the phones that are found
        #[arg(long, env = "TIKMATRIX_DEVICE_ADD")]
        add: bool,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let devices = client.devices();
        match self {
            Self::List(Paged { query, all: true }) => {
                output.all(devices.all(DeviceQuery { page_size: MAX_PAGE, ..query }), "devices", &COLUMNS)
            }
            Self::List(Paged { query, .. }) => output.list(&devices.list(&query)?, "devices", &COLUMNS),
            Self::Show { serial } => output.one(&devices.get(&serial)?),
            Self::Change { serial, name, group } => {
                let change = DevicePatch { name: patch(name), group: patch(group) };
                output.changed(&devices.change(&serial, &change)?)
            }
            Self::Delete { serial } => {
                output.done(&devices.delete(&serial)?, &format!("Forgot the phone {serial}."))
            }
            Self::Addresses => output.list(&devices.addresses()?, "addresses", &ADDRESS_COLUMNS),
            Self::Add { address } => {
                let sentence = format!("A phone is looked for at {address} from now on.");
                output.done(&devices.add_address(&address)?, &sentence)
            }
            Self::Remove { address } => {
                let sentence = format!("No phone is looked for at {address} any more.");
                output.done(&devices.remove_address(&address)?, &sentence)
            }
            Self::Scan { network, port, add } => {
                let scan = NetworkScan { network, port, add: Some(add) };
                output.list(&devices.scan(&scan)?, "phones", &FOUND_COLUMNS)
            }
        }
    }
}
