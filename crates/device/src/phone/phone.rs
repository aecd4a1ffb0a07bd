//! One phone: connecting to it, its commands and its services.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_domain::Serial;

use super::route::Route;
use super::shell::{self, ShellOutput};
use super::transport::{Stopwatch, Transport};
use crate::adb::connection::{Begun, Connection};
use crate::adb::error::{AdbCause, AdbError, shorten};
use crate::adb::handshake::Banner;
use crate::adb::keys::KeyStore;
use crate::adb::reach::Reach;
use crate::adb::server::{AdbServer, ServerLink};
use crate::adb::transport::{AdbTransport, Stream};
use crate::deadline::Deadline;

/// A phone, connected; cheap to clone. Operations run side by side over one connection, each with its own deadline,
/// and each may be dropped at any point without harm to the others.
#[derive(Clone)]
pub struct Phone {
    inner: Arc<Inner>,
    transport: Arc<dyn Transport>,
}

struct Inner {
    serial: Serial,
    name: Arc<str>,
    route: Route,
}

impl Phone {
    /// Connects to the adbd that listens at `address` (`HOST:PORT`) and reads the phone's serial number
    /// (`ro.serialno`). A phone that has none is named by its address. One that asks for authorisation is shown the keys that
    /// adb uses for this user; if it knows none of them, a person has until the deadline to accept the first on the phone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone};
    ///
    /// // Such as "192.168.0.17:5555".
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// assert_eq!(phone.serial().as_str(), "virtual-1");
    /// # Ok(()) }
    /// ```
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
        let server = server.clone();
        let route = Route::Server { server, serial: serial.to_owned(), transport_id: None };
        Self::connect_by(&route, deadline).await
    }

    /// Connects by a route, such as [`Phone::route`] of an earlier connection.
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
        let connected = Self::connected(route, deadline, ask).await;
        connected.map_err(|cause| AdbError::new(&route.to_string().into(), "connect", cause))
    }

    async fn connected(
        route: &Route,
        deadline: Deadline,
        ask: impl FnOnce(&str) -> Deadline,
    ) -> Result<Self, AdbCause> {
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
        Ok(Self::new(serial, route.clone(), Arc::new(transport)))
    }

    pub(crate) fn new(serial: Serial, route: Route, transport: Arc<dyn Transport>) -> Self {
        let inner = Inner { name: serial.as_str().into(), serial, route };
        Self { inner: Arc::new(inner), transport }
    }

    /// Returns the same phone over another transport.
    #[cfg(feature = "scripts")]
    pub(crate) fn over(&self, transport: Arc<dyn Transport>) -> Self {
        Self { inner: Arc::clone(&self.inner), transport }
    }

    pub(crate) fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// Returns the connection, for operations that no tape holds.
    pub(super) fn connection(&self) -> Result<&AdbTransport, AdbCause> {
        self.transport.connection()
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

    /// Returns the route by which it is reached.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.inner.route
    }

    /// Returns what the phone reports of itself, with the features in force; `None` when a tape is replayed.
    #[must_use]
    pub fn banner(&self) -> Option<&Banner> {
        self.connection().ok().map(|connection| &connection.agreement().banner)
    }

    /// Runs `command` in the phone's shell, without input, and waits for its end. Any other text in it has to go through
    /// [`crate::shell_quote::shell_word`].
    ///
    /// When the deadline passes or the future is dropped, the stream is closed and, since a process that writes
    /// nothing would outlive that, every process that the command started is killed by another command. Only a lost
    /// connection leaves such a process running.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone};
    /// use tikmatrix_device::shell_quote::shell_word;
    ///
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// let command = format!("echo {}", shell_word("it's $HOME"));
    /// let output = phone.shell(&command, Deadline::after(Duration::from_secs(10))).await?;
    /// assert_eq!((output.exit_status, output.stdout_text().as_ref()), (0, "it's $HOME\n"));
    /// # Ok(()) }
    /// ```
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
        let run = self.transport().shell(command, max_output, deadline).await;
        run.map_err(|cause| self.error(format!("run `{}`", shorten(command)), cause))
    }

    /// Opens a service, such as `tcp:9008` or `localabstract:name`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use tikmatrix_virtual_phone::{Farm, FarmOptions};
    /// # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
    /// # let address = farm.phones()[0].address().to_string();
    /// use std::time::Duration;
    /// use tikmatrix_device::phone::{Deadline, Phone};
    /// use tokio::io::AsyncReadExt;
    ///
    /// let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
    /// let mut screen = phone.open("exec:screencap -p", Deadline::after(Duration::from_secs(5))).await?;
    /// let mut png = Vec::new();
    /// screen.read_to_end(&mut png).await?;
    /// assert!(png.starts_with(b"\x89PNG"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The phone refuses it, is gone, or does not answer in time.
    pub async fn open(&self, service: &str, deadline: Deadline) -> Result<Stream, AdbError> {
        let attempt = || format!("open `{}`", shorten(service));
        let work = async { self.connection()?.stream(service).await };
        self.within(deadline, attempt, work).await
    }

    /// Ends the connection for every user of this phone; their operations fail with `reason`.
    pub fn disconnect(&self, reason: &str) {
        if let Ok(connection) = self.connection() {
            connection.close(reason);
        }
    }

    /// Waits for the phone to do something. No time passes when a tape is replayed.
    pub async fn pause(&self, time: Duration) {
        self.transport.pause(time).await;
    }

    /// Starts to measure the time of something that is done with the phone. A script that decides by the time has to take
    /// it from here: a replay measures the same time again.
    #[must_use]
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch::start(Arc::clone(&self.transport))
    }

    pub(super) async fn within<T>(
        &self,
        deadline: Deadline,
        attempt: impl FnOnce() -> String,
        work: impl Future<Output = Result<T, AdbCause>>,
    ) -> Result<T, AdbError> {
        let cause = match deadline.run(work).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(cause)) => cause,
            Err(passed) => passed.into(),
        };
        Err(self.error(attempt(), cause))
    }

    pub(super) fn error(&self, attempt: impl Into<String>, cause: AdbCause) -> AdbError {
        AdbError::new(&self.inner.name, attempt, cause)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Phone({} at {})", self.inner.serial, self.inner.route)
    }
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
