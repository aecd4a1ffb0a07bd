//! All connections of a server: how many there are, which of them could be closed for a new one, and how many bytes they
//! make the server keep. Above a limit the connection that has been of no use for longest is cut.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use futures_util::task::AtomicWaker;

/// The connections of one server.
pub(crate) struct ConnectionTable {
    max_open: usize,
    /// In bytes.
    max_unsent: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: usize,
    /// In bytes.
    unsent: usize,
    next: u64,
    /// Those on which nothing happens, the longest silent first.
    waiting: BTreeMap<u64, Arc<Cut>>,
    /// Those whose clients do not take what is sent, the longest stalled first, with the bytes that are kept for them.
    stalled: BTreeMap<u64, (Arc<Cut>, usize)>,
}

/// Tells a connection that it is to end.
#[derive(Default)]
struct Cut {
    is_due: AtomicBool,
    waker: AtomicWaker,
}

impl Cut {
    fn cut(&self) {
        self.is_due.store(true, Ordering::Release);
        self.waker.wake();
    }
}

/// One connection in the table, which leaves it when this is dropped.
pub(super) struct Entry {
    table: Arc<ConnectionTable>,
    cut: Arc<Cut>,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Busy,
    Waiting(u64),
    Stalled(u64),
}

impl ConnectionTable {
    /// At most `max_open` connections with requests, and `max_unsent` bytes that clients have not taken.
    pub(crate) fn new(max_open: usize, max_unsent: usize) -> Self {
        Self { max_open, max_unsent, state: Mutex::default() }
    }

    /// The number of connections that may have a request.
    pub(crate) fn max_open(&self) -> usize {
        self.max_open
    }

    /// Whether more connections have a request than may.
    pub(crate) fn is_full(&self) -> bool {
        let state = self.state();
        state.open - state.waiting.len() > self.max_open
    }

    /// The bytes that clients have not taken.
    pub(crate) fn unsent(&self) -> usize {
        self.state().unsent
    }

    /// Enters a new connection. Where there are too many, the one that has waited for longest ends.
    pub(super) fn enter(self: &Arc<Self>) -> Entry {
        let mut state = self.state();
        state.open += 1;
        if state.open > self.max_open
            && let Some((_, cut)) = state.waiting.pop_first()
        {
            cut.cut();
        }
        drop(state);
        Entry { table: Arc::clone(self), cut: Arc::default(), place: Place::Busy }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn leave(&mut self, place: Place) {
        match place {
            Place::Busy => {}
            Place::Waiting(number) => drop(self.waiting.remove(&number)),
            Place::Stalled(number) => {
                if let Some((_, kept)) = self.stalled.remove(&number) {
                    self.unsent -= kept;
                }
            }
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Entry {
    /// Notes that the connection waits for a request.
    pub(super) fn wait(&mut self) {
        if matches!(self.place, Place::Waiting(_)) {
            return;
        }
        let mut state = self.table.state();
        state.leave(self.place);
        let number = state.number();
        state.waiting.insert(number, Arc::clone(&self.cut));
        self.place = Place::Waiting(number);
    }

    /// Notes that the connection has a request.
    pub(super) fn work(&mut self) {
        self.table.state().leave(self.place);
        self.place = Place::Busy;
    }

    /// Notes that so many bytes are kept for the client. Where the sum is too large, those end that have not taken anything
    /// for longest.
    pub(super) fn keep(&mut self, unsent: usize) {
        if unsent == 0 && !matches!(self.place, Place::Stalled(_)) {
            return;
        }
        let mut state = self.table.state();
        state.leave(self.place);
        self.place = Place::Busy;
        if unsent == 0 {
            return;
        }
        let number = state.number();
        state.stalled.insert(number, (Arc::clone(&self.cut), unsent));
        state.unsent += unsent;
        self.place = Place::Stalled(number);
        while state.unsent > self.table.max_unsent
            && let Some((_, (cut, kept))) = state.stalled.pop_first()
        {
            state.unsent -= kept;
            cut.cut();
        }
    }

    /// Whether the connection is to end; if not, the task is woken when it is.
    pub(super) fn is_cut(&self, context: &Context<'_>) -> bool {
        self.cut.waker.register(context.waker());
        self.cut.is_due.load(Ordering::Acquire)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut state = self.table.state();
        state.leave(self.place);
        state.open -= 1;
    }
}
