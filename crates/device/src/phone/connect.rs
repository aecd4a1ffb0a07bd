//! Connecting to a phone by a route.

use tikmatrix_domain::Serial;

use super::route::Route;
use super::shell;
use crate::adb::connection::{Begun, Connection};
use crate::adb::error::{AdbCause, AdbError};
use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::adb::server::ServerLink;
use crate::adb::transport::AdbTransport;
use crate::deadline::Deadline;

/// Connects, and asks the phone for its serial number. `ask` is called with the fingerprint of a key that a person has to
/// accept, and returns the deadline from then on.
pub(super) async fn connect(
    route: &Route,
    deadline: Deadline,
    ask: impl FnOnce(&str) -> Deadline,
) -> Result<(Serial, AdbTransport), AdbError> {
    let connected = try_connect(route, deadline, ask).await;
    connected.map_err(|cause| AdbError::new(&route.to_string().into(), "connect", cause))
}

async fn try_connect(
    route: &Route,
    deadline: Deadline,
    ask: impl FnOnce(&str) -> Deadline,
) -> Result<(Serial, AdbTransport), AdbCause> {
    let timeout = deadline.remaining();
    let (transport, deadline) = match route {
        Route::Direct { address, reach, keys } => {
            let (connection, deadline) = direct(address, reach, keys, deadline, ask).await?;
            (AdbTransport::Direct(connection), deadline)
        }
        Route::Server { server, serial, transport_id } => {
            let link = deadline.run(ServerLink::open(server, serial, *transport_id)).await??;
            (AdbTransport::Server(link), deadline)
        }
        Route::Tape { .. } => {
            return Err(AdbCause::BadArgument("there is no phone behind a tape".to_owned()));
        }
    };
    // A person may take minutes to accept the key; the phone has no longer than any other to report its serial number.
    let deadline = deadline.at_most(timeout);
    let asked = shell::run(&transport, "getprop ro.serialno", shell::MAX_WORDS);
    let output = deadline.run(asked).await??;
    let reported = Serial::reported(&output.stdout_text()).filter(|_| output.exit_status == 0);
    let serial = reported.or_else(|| Serial::reported(route.name()));
    let serial = serial.ok_or_else(|| AdbCause::BadArgument("the phone has no name".to_owned()))?;
    Ok((serial, transport))
}

/// Connects directly to a phone; also returns the deadline from then on, which changes when a person is asked.
async fn direct(
    address: &str,
    reach: &Reach,
    keys: &KeyStore,
    deadline: Deadline,
    ask: impl FnOnce(&str) -> Deadline,
) -> Result<(Connection, Deadline), AdbCause> {
    let asked = match Connection::begin(address, reach, keys, deadline).await? {
        Begun::Connected(connection) => return Ok((connection, deadline)),
        Begun::Asked(asked) => asked,
    };
    let fingerprint = asked.fingerprint().to_owned();
    let deadline = ask(&fingerprint);
    match deadline.run(asked.accepted()).await {
        Ok(connection) => Ok((connection?, deadline)),
        Err(_passed) => Err(AdbCause::Authorizing { fingerprint }),
    }
}
