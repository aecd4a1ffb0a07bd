//! The connections that only read: a few, pooled, with as many permits, so that callers queue in order and without
//! occupying a thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::r2d2::{ManageConnection, NopErrorHandler, Pool, R2D2Connection};
use tokio::sync::Semaphore;

use crate::address::Address;
use crate::connection::Connection;
use crate::error::{Fault, StorageError};

/// Readers and the writer work side by side on both engines.
const READERS: u32 = 4;

/// Callers wait here only while the database is gone; then they should hear of it soon.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

pub(crate) struct Readers {
    pool: Pool<Connector>,
    permits: Arc<Semaphore>,
    losses: Arc<AtomicU64>,
}

/// Makes connections for the pool, and knows which of them to doubt.
struct Connector {
    address: Address,
    /// How often the database was found to be gone. A connection from before the last time is tried before it is used.
    losses: Arc<AtomicU64>,
}

struct Reader {
    connection: Connection,
    losses: u64,
    /// Something went wrong on it that another connection may not suffer from.
    suspect: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct ConnectError(String);

impl Readers {
    pub(crate) fn open(address: &Address) -> Result<Self, String> {
        let losses = Arc::new(AtomicU64::new(0));
        let pool = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(CONNECT_WITHIN)
            // Whoever asks for a connection is told what is wrong; the pool would say it again for each of its own tries.
            .error_handler(Box::new(NopErrorHandler))
            .build(Connector { address: address.clone(), losses: Arc::clone(&losses) })
            .map_err(|error| error.to_string())?;
        Ok(Self { pool, permits: Arc::new(Semaphore::new(usize::try_from(READERS).unwrap_or(1))), losses })
    }

    pub(crate) fn permits(&self) -> Arc<Semaphore> {
        Arc::clone(&self.permits)
    }

    /// Runs `work` on a connection of its own; it blocks.
    pub(crate) fn run<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault>,
    ) -> Result<T, StorageError> {
        let gone = |reason: String| StorageError::Database { operation, reason, transient: true };
        let mut reader = self.pool.get().map_err(|error| gone(error.to_string()))?;
        work(&mut reader.connection).map_err(|fault| {
            let error = fault.during(operation);
            if error.is_transient() {
                reader.suspect = true;
                self.losses.fetch_add(1, Ordering::Relaxed);
            }
            error
        })
    }
}

impl ManageConnection for Connector {
    type Connection = Reader;
    type Error = ConnectError;

    fn connect(&self) -> Result<Reader, ConnectError> {
        let losses = self.losses.load(Ordering::Relaxed);
        let connection = self.address.connect().map_err(ConnectError)?;
        Ok(Reader { connection, losses, suspect: false })
    }

    fn is_valid(&self, reader: &mut Reader) -> Result<(), ConnectError> {
        let losses = self.losses.load(Ordering::Relaxed);
        if reader.losses != losses {
            reader.connection.ping().map_err(|error| ConnectError(error.to_string()))?;
            reader.losses = losses;
        }
        Ok(())
    }

    fn has_broken(&self, reader: &mut Reader) -> bool {
        reader.suspect || reader.connection.is_broken() || std::thread::panicking()
    }
}
