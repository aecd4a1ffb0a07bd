//! One phone: connecting to it, its commands and its services.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_domain::Serial;

use super::connect;
use super::connection::PhoneConnection;
use super::files::Files;
use super::link::Link;
use super::route::Route;
use super::shell::{self, ShellOutput};
use super::transport::{Stopwatch, Transport};
use crate::adb::error::{AdbCause, AdbError, shorten};
use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::adb::server::AdbServer;
use crate::adb::transport::Stream;
use crate::deadline::Deadline;

/// A phone, connected; cheap to clone. Operations run side by side over one connection, each with its own deadline,
/// and each may be dropped at any point without harm to the others.
#[derive(Clone)]
pub struct Phone {
    inner: Arc<Inner>,
    pub(crate) link: Link,
}

struct Inner {
    serial: Serial,
    route: Route,
}

impl Phone {
    /// Connects to the adbd that listens at `address` (`HOST:PORT`) and reads the phone's serial number
    /// (`ro.serialno`). A phone that has none is named by its address. One that asks for authorisation is shown the keys that
    /// adb uses for this user; if it knows none of them, a person has until the deadline to accept the first on the phone.
    ///
    /// # Errors
    /// It cannot be reached, does not trust this machine, does not speak ADB, or does not answer in time. The latter
    /// two are logged as well, since something listens there.
    pub async fn connect(address: &str, deadline: Deadline) -> Result<Self, AdbError> {
        let route =
            Route::Direct { address: address.to_owned(), reach: Reach::Anywhere, keys: KeyStore::of_user() };
        // A supervisor that retries logs it once itself.
        Self::connect_by(&route, deadline).await.inspect_err(|error| {
            if matches!(error.cause(), AdbCause::Protocol(_) | AdbCause::DeadlinePassed(_)) {
                log::warn!("{error}");
            }
        })
    }

    /// Connects to the phone that an adb server lists as `serial`, such as one on this computer's USB ports.
    ///
    /// # Errors
    /// There is no such server, it has no such phone or cannot use it, or does not answer in time.
    pub async fn connect_through(
        server: &AdbServer,
        serial: &str,
        deadline: Deadline,
    ) -> Result<Self, AdbError> {
        let route = Route::Server { server: server.clone(), serial: serial.to_owned(), transport_id: None };
        Self::connect_by(&route, deadline).await
    }

    /// Connects by a route, such as [`PhoneConnection::route`] of an earlier connection.
    ///
    /// # Errors
    /// As [`Phone::connect`] and [`Phone::connect_through`].
    pub async fn connect_by(route: &Route, deadline: Deadline) -> Result<Self, AdbError> {
        Self::connect_asking(route, deadline, |_| deadline).await
    }

    /// Connects as [`Phone::connect_by`]. When the phone shows a dialog for a key, `ask` is called with the key's fingerprint,
    /// as in the dialog, and returns the deadline for everything from then on.
    ///
    /// # Errors
    /// As [`Phone::connect_by`]; [`AdbCause::Authorizing`] when the dialog was not answered in time.
    pub async fn connect_asking(
        route: &Route,
        deadline: Deadline,
        ask: impl FnOnce(&str) -> Deadline,
    ) -> Result<Self, AdbError> {
        let (serial, transport) = connect::connect(route, deadline, ask).await?;
        Ok(Self::new(serial, route.clone(), Arc::new(transport)))
    }

    pub(crate) fn new(serial: Serial, route: Route, transport: Arc<dyn Transport>) -> Self {
        let link = Link::new(serial.as_str(), transport);
        Self { inner: Arc::new(Inner { serial, route }), link }
    }

    /// Returns the same phone over another transport.
    #[cfg(feature = "scripts")]
    pub(crate) fn over(&self, transport: Arc<dyn Transport>) -> Self {
        Self { inner: Arc::clone(&self.inner), link: self.link.over(transport) }
    }

    /// Returns the phone's serial number.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.inner.serial
    }

    /// Returns whether it is the same connection to the same phone.
    #[must_use]
    pub fn is_same_connection(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Returns its connection.
    #[must_use]
    pub fn connection(&self) -> PhoneConnection<'_> {
        PhoneConnection { route: &self.inner.route, link: &self.link }
    }

    /// Returns its files.
    #[must_use]
    pub fn files(&self) -> Files<'_> {
        Files { link: &self.link }
    }

    /// Runs `command` in the phone's shell, without input, and waits for its end. Any other text in it has to go through
    /// [`crate::shell_quote::shell_word`].
    ///
    /// When the deadline passes or the future is dropped, the stream is closed and, since a process that writes
    /// nothing would outlive that, every process that the command started is killed by another command. Only a lost
    /// connection leaves such a process running.
    ///
    /// # Errors
    /// The command could not be run to its end, or printed more than 8 MiB; an exit status other than 0 is not an error.
    pub async fn shell(&self, command: &str, deadline: Deadline) -> Result<ShellOutput, AdbError> {
        self.shell_up_to(command, shell::MAX_OUTPUT, deadline).await
    }

    /// Runs `command` as [`Phone::shell`] does, with another maximum of its output in bytes.
    ///
    /// # Errors
    /// As [`Phone::shell`]; [`AdbCause::TooMuchOutput`] as soon as there is more than `max_output`.
    pub async fn shell_up_to(
        &self,
        command: &str,
        max_output: usize,
        deadline: Deadline,
    ) -> Result<ShellOutput, AdbError> {
        let run = self.link.transport.shell(command, max_output, deadline).await;
        run.map_err(|cause| self.link.error(format!("run `{}`", shorten(command)), cause))
    }

    /// Opens a service, such as `tcp:9008` or `localabstract:name`.
    ///
    /// # Errors
    /// The phone refuses it, is gone, or does not answer in time.
    pub async fn open(&self, service: &str, deadline: Deadline) -> Result<Stream, AdbError> {
        let attempt = || format!("open `{}`", shorten(service));
        let work = async { self.link.adb()?.stream(service).await };
        self.link.within(deadline, attempt, work).await
    }

    /// Waits for the phone to do something. No time passes when a tape is replayed.
    pub async fn pause(&self, time: Duration) {
        self.link.transport.pause(time).await;
    }

    /// Starts to measure the time of something that is done with the phone. A script that decides by the time has to take
    /// it from here: a replay measures the same time again.
    #[must_use]
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch::start(Arc::clone(&self.link.transport))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Phone({} at {})", self.inner.serial, self.inner.route)
    }
}
