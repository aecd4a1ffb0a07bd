//! `shell:`, `shell,v2,…:` and `exec:`: a shell on its own thread, with its streams over ADB. As on a real phone a
//! `shell,v2,raw` process survives its client; the others are killed.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tikmatrix_device::adb::shell_protocol::{Frame, FrameDecoder, FrameKind};
use tokio::sync::mpsc;

use crate::commands::table::COMMAND_TABLE;
use crate::daemon::stream::{StreamReader, StreamWriter};
use crate::machine::Machine;
use crate::shell::interpreter::interpret::{self, STACK_BYTES};
use crate::shell::session::Session;
use crate::shell::streams::{Input, Output, Sink, Streams};
use crate::system::rewriting::Change;
use crate::system::stop::StopSignal;

/// Chunks of output, and of input, that wait for the other side.
const PIECES: usize = 16;
/// The limit of bytes in a chunk: the capacity of a pipe on a phone, and far below the largest frame.
const PIECE_BYTES: usize = 64 * 1024;

/// The request of an OPEN for a shell.
pub(crate) struct Request {
    line: String,
    framed: bool,
    terminal: bool,
    outlives_client: bool,
    /// The value of `TERM`.
    term: String,
}

impl Request {
    /// Parses `shell`, `shell,v2,TERM=…,raw` or `exec` before the colon, and the line after it.
    pub(crate) fn parse(kind: &str, line: &str) -> Option<Self> {
        let mut words = kind.split(',');
        let name = words.next()?;
        let options: Vec<&str> = words.collect();
        let framed = options.contains(&"v2");
        let term =
            options.iter().find_map(|option| option.strip_prefix("TERM=")).unwrap_or("dumb").to_owned();
        let raw = options.contains(&"raw") || name == "exec";
        let terminal = options.contains(&"pty") || (!raw && line.is_empty());
        matches!(name, "shell" | "exec").then(|| Self {
            line: line.to_owned(),
            framed,
            terminal,
            outlives_client: framed && !terminal,
            term,
        })
    }
}

/// A chunk of output for the client.
enum Piece {
    Stdout(Bytes),
    Stderr(Bytes),
    Exit(u8),
}

pub(crate) async fn serve(
    request: Request,
    machine: Arc<Machine>,
    reader: StreamReader,
    writer: &mut StreamWriter,
) {
    let stop = Arc::new(StopSignal::default());
    let _guard = (!request.outlives_client).then(|| StopOnDrop(Arc::clone(&stop)));
    let (pieces, output) = mpsc::channel(PIECES);
    let (typed, input) = mpsc::channel(PIECES);
    let framed = request.framed;
    let started = start(request, machine, &stop, pieces, input);
    if let Err(error) = started {
        log::warn!("no thread for a shell: {error}");
        return;
    }
    tokio::select! {
        () = send_output(output, writer, framed) => {}
        () = receive_input(reader, typed, framed) => {}
    }
}

/// Runs the shell on a thread: its commands may block, and its recursion needs a stack of known size.
fn start(
    mut request: Request,
    machine: Arc<Machine>,
    stop: &Arc<StopSignal>,
    pieces: mpsc::Sender<Piece>,
    mut input: mpsc::Receiver<Bytes>,
) -> std::io::Result<()> {
    let process = machine.processes.next_id();
    let Some(running) = machine.processes.register(process, &request.term, stop, machine.seconds()) else {
        return Err(std::io::ErrorKind::QuotaExceeded.into());
    };
    let stop = Arc::clone(stop);
    let change = machine.rewritings.of(&request.line);
    if let Some(Change::Run(line)) = &change {
        request.line.clone_from(line);
    }
    let shell = move || {
        let stdout = sink(&pieces, Piece::Stdout);
        let kept = Arc::new(Mutex::default());
        let stderr = if request.framed { sink(&pieces, Piece::Stderr) } else { Arc::clone(&stdout) };
        let streams = Streams {
            input: Input::from_client(Box::new(move || input.blocking_recv())),
            output: match change {
                Some(Change::Replace { .. }) => Output::Buffer(Arc::clone(&kept)),
                _ => Output::Client(Arc::clone(&stdout)),
            },
            error: Output::Client(stderr),
        };
        let mut session = Session::new(machine, &COMMAND_TABLE, stop, process, &request.term);
        let status = match &change {
            Some(Change::Answer(answer)) => {
                stdout(answer.as_bytes());
                0
            }
            _ if request.line.is_empty() => converse(&mut session, &streams, request.terminal),
            _ => interpret::run(&mut session, &streams, &request.line),
        };
        if let Some(Change::Replace { text, by }) = &change {
            stdout(String::from_utf8_lossy(&kept.lock()).replace(text, by).as_bytes());
        }
        drop(running);
        // An error means that the client is gone.
        let _gone = pieces.blocking_send(Piece::Exit(status));
    };
    std::thread::Builder::new()
        .name("phone shell".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(shell)
        .map(|_| ())
}

/// Runs the lines of the input until it ends. On a terminal prints a prompt and echoes the input.
fn converse(session: &mut Session, streams: &Streams, terminal: bool) -> u8 {
    let mut typed = Vec::new();
    if terminal {
        prompt(session, streams);
    }
    while session.unwind.is_none() {
        let Some(piece) = streams.input.read() else { break };
        for byte in piece {
            match byte {
                b'\r' | b'\n' => {
                    if terminal {
                        streams.output.write(b"\r\n");
                    }
                    let line = String::from_utf8_lossy(&typed).into_owned();
                    typed.clear();
                    interpret::run(session, streams, &line);
                    if session.unwind.is_some() {
                        return session.status;
                    }
                    if terminal {
                        prompt(session, streams);
                    }
                }
                // Ctrl-D on an empty line.
                4 if terminal && typed.is_empty() => return session.status,
                8 | 127 if terminal => {
                    if typed.pop().is_some() {
                        streams.output.write(b"\x08 \x08");
                    }
                }
                byte => {
                    typed.push(byte);
                    if terminal {
                        streams.output.write(&[byte]);
                    }
                }
            }
        }
    }
    if !typed.is_empty() {
        interpret::run(session, streams, &String::from_utf8_lossy(&typed));
    }
    session.status
}

fn prompt(session: &Session, streams: &Streams) {
    let device = session.machine.properties().get("ro.product.device").to_owned();
    streams.output.write(format!("{device}:{} $ ", session.directory).as_bytes());
}

fn sink(pieces: &mpsc::Sender<Piece>, kind: fn(Bytes) -> Piece) -> Sink {
    let pieces = pieces.clone();
    Arc::new(move |bytes| {
        bytes
            .chunks(PIECE_BYTES)
            .all(|piece| pieces.blocking_send(kind(Bytes::copy_from_slice(piece))).is_ok())
    })
}

/// Sends output to the client until the exit status, as much in one packet as is there and fits.
async fn send_output(mut output: mpsc::Receiver<Piece>, writer: &mut StreamWriter, framed: bool) {
    let mut packet = BytesMut::new();
    let mut ended = false;
    while !ended {
        let Some(first) = output.recv().await else { return };
        let mut next = Some(first);
        while let Some(piece) = next.take() {
            ended = add_piece(&mut packet, piece, framed);
            if !ended && packet.len() < writer.limit() {
                next = output.try_recv().ok();
            }
        }
        if !writer.write(packet.split().freeze()).await {
            return;
        }
    }
}

/// Adds a chunk to the packet. Returns whether it was the last.
fn add_piece(packet: &mut BytesMut, piece: Piece, framed: bool) -> bool {
    let (kind, bytes) = match piece {
        Piece::Stdout(bytes) => (FrameKind::Stdout, bytes),
        Piece::Stderr(bytes) => (FrameKind::Stderr, bytes),
        Piece::Exit(status) => (FrameKind::Exit, Bytes::copy_from_slice(&[status])),
    };
    let ends = kind == FrameKind::Exit;
    if framed {
        packet.extend_from_slice(&Frame::new(kind, bytes).encode());
    } else if !ends {
        packet.extend_from_slice(&bytes);
    }
    ends
}

/// Passes input to the shell. Returns when the client closed the stream, not when only its input ended.
async fn receive_input(mut reader: StreamReader, typed: mpsc::Sender<Bytes>, framed: bool) {
    let mut typed = Some(typed);
    let mut frames = FrameDecoder::new();
    while let Some(data) = reader.next().await {
        if !framed {
            send_typed(&mut typed, data).await;
            continue;
        }
        frames.push(&data);
        loop {
            match frames.next() {
                Ok(Some(Frame { kind: FrameKind::Stdin, payload })) => send_typed(&mut typed, payload).await,
                Ok(Some(Frame { kind: FrameKind::CloseStdin, .. })) => typed = None,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    log::warn!("a shell's client broke the protocol: {error}");
                    return;
                }
            }
        }
    }
}

/// Passes input to the shell, and drops it once the shell has ended or reads no more.
async fn send_typed(typed: &mut Option<mpsc::Sender<Bytes>>, data: Bytes) {
    if let Some(sender) = typed
        && !data.is_empty()
        && sender.send(data).await.is_err()
    {
        *typed = None;
    }
}

/// Kills a shell when dropped, because its client is gone.
struct StopOnDrop(Arc<StopSignal>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}
