//! `reverse:`: sockets on the phone whose connections lead to the host. A connection's reverses end with it, as in
//! adbd.
//! Source of the answers: AOSP packages/modules/adb, `services.cpp`.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::system::sockets::{Listener, SocketName, Sockets};

/// Connections to reverse sockets that wait to be offered to the host.
const WAITING_CALLS: usize = 16;

/// A connection to a reverse socket.
pub(crate) struct Call {
    /// The destination that the host gave.
    pub(crate) destination: String,
    pub(crate) socket: DuplexStream,
}

/// The reverses of one connection, and the connections to their sockets until they are streams.
pub(crate) struct Calls {
    reverses: Reverses,
    incoming: mpsc::Receiver<Call>,
    calling: mpsc::Sender<Call>,
    /// Those whose OPEN the host has not answered, by the phone's id of the stream.
    unanswered: HashMap<u32, DuplexStream>,
}

impl Calls {
    pub(crate) fn new() -> Self {
        let (calling, incoming) = mpsc::channel(WAITING_CALLS);
        Self { reverses: Reverses::default(), incoming, calling, unanswered: HashMap::new() }
    }

    /// Executes the request after `reverse:` and returns the answer. New listeners run among `tasks`.
    pub(crate) fn answer(&mut self, request: &str, sockets: &Sockets, tasks: &mut JoinSet<()>) -> Bytes {
        self.reverses.answer(request, sockets, &self.calling, tasks)
    }

    /// Waits for a connection that the host has to be offered.
    pub(crate) async fn next(&mut self) -> Option<Call> {
        self.incoming.recv().await
    }

    /// Keeps a connection that was offered to the host as this stream.
    pub(crate) fn offered(&mut self, stream: u32, socket: DuplexStream) {
        self.unanswered.insert(stream, socket);
    }

    /// Takes out the connection of a stream that the host accepted or refused.
    pub(crate) fn answered(&mut self, stream: u32) -> Option<DuplexStream> {
        self.unanswered.remove(&stream)
    }

    /// How many the host has not answered.
    pub(crate) fn unanswered(&self) -> usize {
        self.unanswered.len()
    }
}

/// The reverses of one connection, by the name of their socket as the host wrote it.
#[derive(Default)]
struct Reverses(BTreeMap<String, Reverse>);

struct Reverse {
    destination: String,
    socket: SocketName,
}

impl Reverses {
    /// Executes the request after `reverse:` and returns the answer. New listeners run among `tasks` and send to
    /// `calls`.
    fn answer(
        &mut self,
        request: &str,
        sockets: &Sockets,
        calls: &mpsc::Sender<Call>,
        tasks: &mut JoinSet<()>,
    ) -> Bytes {
        let answer = match request.split_once(':') {
            None if request == "list-forward" => Ok(self.list()),
            None if request == "killforward-all" => {
                for reverse in std::mem::take(&mut self.0).into_values() {
                    sockets.close(&reverse.socket);
                }
                Ok(String::new())
            }
            Some(("killforward", name)) => match self.0.remove(name) {
                Some(reverse) => {
                    sockets.close(&reverse.socket);
                    Ok(String::new())
                }
                None => Err(format!("listener '{name}' not found")),
            },
            Some(("forward", rest)) => self.forward(rest, sockets, calls, tasks),
            _ => Err(format!("unknown reverse request: {request}")),
        };
        match answer {
            // A list comes without OKAY, as adbd sends it.
            Ok(text) if request == "list-forward" => counted("", &text),
            Ok(text) if text.is_empty() => Bytes::from_static(b"OKAY"),
            Ok(text) => counted("OKAY", &text),
            Err(reason) => counted("FAIL", &reason),
        }
    }

    fn list(&self) -> String {
        let lines = self.0.iter().map(|(name, reverse)| format!("host-1 {name} {}\n", reverse.destination));
        lines.collect()
    }

    /// Returns the port that was found for port 0.
    fn forward(
        &mut self,
        rest: &str,
        sockets: &Sockets,
        calls: &mpsc::Sender<Call>,
        tasks: &mut JoinSet<()>,
    ) -> Result<String, String> {
        let (keep, rest) = match rest.strip_prefix("norebind:") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let parts: Vec<&str> = rest.split(';').collect();
        let &[name, destination] = &parts[..] else { return Err(format!("bad forward: {rest}")) };
        if destination.is_empty() || destination.starts_with('*') {
            return Err(format!("bad forward: {rest}"));
        }
        let socket = SocketName::parse(name).ok_or_else(|| format!("cannot bind listener: {name}"))?;
        if keep && self.0.contains_key(name) {
            return Err("cannot rebind existing socket".to_owned());
        }
        if let Some(known) = self.0.remove(name) {
            sockets.close(&known.socket);
        }
        let any = socket == SocketName::Tcp(0);
        let listener = sockets.listen(socket).map_err(|error| format!("cannot bind listener: {error}"))?;
        let (name, port) = match listener.name() {
            SocketName::Tcp(port) if any => (listener.name().to_string(), port.to_string()),
            _ => (name.to_owned(), String::new()),
        };
        let destination = destination.to_owned();
        let socket = listener.name().clone();
        tasks.spawn(accept(listener, destination.clone(), calls.clone()));
        self.0.insert(name, Reverse { destination, socket });
        Ok(port)
    }
}

async fn accept(mut listener: Listener, destination: String, calls: mpsc::Sender<Call>) {
    while let Some(socket) = listener.accept().await {
        if calls.send(Call { destination: destination.clone(), socket }).await.is_err() {
            return;
        }
    }
}

fn counted(word: &str, text: &str) -> Bytes {
    format!("{word}{:04x}{text}", text.len()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reverse_listens_is_listed_and_ends_when_it_is_killed() {
        let (sockets, mut reverses, mut tasks) = (Sockets::default(), Reverses::default(), JoinSet::new());
        let (calling, mut calls) = mpsc::channel(1);
        let mut ask = |request: &str| reverses.answer(request, &sockets, &calling, &mut tasks);
        assert_eq!(ask("forward:tcp:7000;tcp:9"), "OKAY");
        assert_eq!(ask("forward:norebind:tcp:7000;tcp:9"), "FAIL001dcannot rebind existing socket");
        assert_eq!(ask("forward:tcp:7000;tcp:10"), "OKAY");
        assert_eq!(ask("list-forward"), "0017host-1 tcp:7000 tcp:10\n");
        assert!(sockets.connect(&SocketName::Tcp(7000)).is_some());
        assert_eq!(calls.recv().await.unwrap().destination, "tcp:10");
        assert_eq!(ask("killforward:tcp:7000"), "OKAY");
        assert!(sockets.connect(&SocketName::Tcp(7000)).is_none());
        assert!(ask("killforward:tcp:7000").starts_with(b"FAIL"));
        assert_eq!(ask("forward:tcp:0;localabstract:x"), "OKAY000532768");
        assert_eq!(ask("killforward-all"), "OKAY");
        assert_eq!(ask("list-forward"), "0000");
        for bad in ["forward:tcp:1", "forward:tcp:1;", "forward:tcp:1;*", "forward:x;tcp:1", "nonsense", ""] {
            assert!(ask(bad).starts_with(b"FAIL"), "{bad}");
        }
    }
}
