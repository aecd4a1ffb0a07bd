//! Shell calls and pushes: ours, the adb command line and the crate `libadb`, in one run against one real adbd, whose
//! address `TIKMATRIX_ADBD` gives and whose file system is this machine's. `cargo xtask bench adb` starts it.

use std::error::Error;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libadb::shell::v2;
use libadb::{Connection, Feature, TokioTcp, sync};
use sha2::{Digest, Sha256};
use tikmatrix_device::phone::{Deadline, Phone, PushOptions};
use tokio::io::{AsyncRead, ReadBuf};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 5;
/// Within a round the clients take turns this often, so that a busy moment of the machine meets all of them.
const TURNS: usize = 4;
const CALLS_A_TURN: usize = 100;
const FILE_SIZE: usize = 100_000_000;
const COMMAND: &str = "echo tikmatrix; exit 3";

const NOTE: &str = "\
One adbd, one command (`echo tikmatrix; exit 3`, output and status checked at each call), one file of 100 MB without a
pattern in tmpfs (SHA-256 checked after each push), five rounds of four rotated turns each, medians of the rounds. Ours and libadb keep one
connection and call one after the other; the command line is a process a call on a running server, which is what its
users get. Our push also looks at the target, writes beside it and renames; the others write in place.";

/// One way to a phone.
enum Client {
    Ours(Phone),
    Libadb(Box<Connection<TokioTcp>>),
    CommandLine(CommandLine),
}

impl Client {
    fn name(&self) -> &'static str {
        match self {
            Self::Ours(_) => "tikmatrix",
            Self::Libadb(_) => "libadb 0.7",
            Self::CommandLine(_) => "adb command line",
        }
    }

    /// Runs the command once: what it printed, and its exit status.
    async fn shell(&mut self) -> Outcome<(Vec<u8>, i32)> {
        Ok(match self {
            Self::Ours(phone) => {
                let output = phone.shell(COMMAND, Deadline::after(Duration::from_secs(10))).await?;
                (output.stdout, output.exit_status.into())
            }
            Self::Libadb(connection) => {
                let mut buffer = vec![0; 4096];
                let output = v2::exec(&mut **connection, COMMAND, &mut buffer).await?;
                (output.stdout, output.exit_code.into())
            }
            Self::CommandLine(adb) => {
                let output = adb.command().args(["shell", COMMAND]).stdout(Stdio::piped()).output()?;
                (output.stdout, output.status.code().unwrap_or(-1))
            }
        })
    }

    async fn push(&mut self, from: &Path, to: &Path) -> Outcome<()> {
        let target = to.to_str().ok_or("a path that is not UTF-8")?;
        match self {
            Self::Ours(phone) => {
                let deadline = Deadline::after(Duration::from_secs(60));
                let source = BlockingFile(File::open(from)?);
                phone.push(source, target, PushOptions::default(), |_| {}, deadline).await?;
            }
            Self::Libadb(connection) => {
                let mut file = File::open(from)?;
                let (mut buffer, mut piece) = (vec![0; 1024 * 1024], vec![0; 1024 * 1024]);
                let mut session = sync::open(&mut **connection, &mut buffer).await?;
                session.send_start(target, 0o100_644).await?;
                loop {
                    let length = file.read(&mut piece)?;
                    if length == 0 {
                        break;
                    }
                    session.send_data(&piece[..length]).await?;
                }
                session.send_done(0).await?;
                session.quit().await?;
            }
            Self::CommandLine(adb) => {
                let output = adb.command().arg("push").args([from, to]).stderr(Stdio::piped()).output()?;
                if !output.status.success() {
                    return Err(String::from_utf8_lossy(&output.stderr).into());
                }
            }
        }
        Ok(())
    }
}

/// A file in memory: reading it never waits, so it needs no thread of its own.
struct BlockingFile(File);

impl AsyncRead for BlockingFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let length = self.0.read(buffer.initialize_unfilled())?;
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }
}

/// The adb command line with a server of its own, which ends with it.
struct CommandLine {
    program: PathBuf,
    address: String,
    home: PathBuf,
    server: Option<Child>,
}

impl CommandLine {
    /// Starts the server and connects it; the network namespace is ours, so its usual port is free.
    fn start(program: PathBuf, address: &str, home: &Path) -> Outcome<Self> {
        let mut line = Self { program, address: address.to_owned(), home: home.to_owned(), server: None };
        line.server = Some(line.plain().args(["nodaemon", "server"]).spawn()?);
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            // A refusal comes with exit status 0 too: only a call that works tells.
            line.plain().args(["connect", address]).status()?;
            if line.command().args(["shell", "true"]).status()?.success() {
                return Ok(line);
            }
            if Instant::now() > limit {
                return Err("the adb server does not connect".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn plain(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("HOME", &self.home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn command(&self) -> Command {
        let mut command = self.plain();
        command.args(["-s", &self.address]);
        command
    }
}

impl Drop for CommandLine {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It may have ended by itself; there is nobody left to tell.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// No key is ever asked for: this adbd lets everybody in.
struct NoKey;

impl libadb::auth::Authenticator for NoKey {
    type Error = &'static str;

    async fn sign(&mut self, _token: &[u8]) -> Result<Vec<u8>, Self::Error> {
        Err("no key")
    }

    fn public_key(&self) -> &[u8] {
        b"\0"
    }
}

/// One client's rates, one a round, and how many calls gave no or a wrong result.
#[derive(Default)]
struct Figures {
    calls: Vec<f64>,
    pushes: Vec<f64>,
    lost_results: usize,
}

/// One client's times in one round.
#[derive(Default)]
struct Times {
    calls: Duration,
    pushes: Duration,
}

async fn clients(address: &str, home: &Path) -> Outcome<Vec<Client>> {
    let phone = Phone::connect(address, Deadline::after(Duration::from_secs(10))).await?;
    let socket = tokio::net::TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let features = [Feature::ShellV2, Feature::SendrecvV2, Feature::DelayedAck];
    let libadb = Connection::<_>::connect(TokioTcp::new(socket), NoKey, &features).await?;
    let program = std::env::var_os("TIKMATRIX_ADB").map_or_else(|| "adb".into(), PathBuf::from);
    let line = CommandLine::start(program, address, home)?;
    Ok(vec![Client::Ours(phone), Client::Libadb(Box::new(libadb)), Client::CommandLine(line)])
}

async fn take_turn(client: &mut Client, content: &Content, times: &mut Times) -> Outcome<usize> {
    let mut lost_results = 0;
    let begun = Instant::now();
    for _ in 0..CALLS_A_TURN {
        match client.shell().await {
            Ok((output, 3)) if output == b"tikmatrix\n" => {}
            _ => lost_results += 1,
        }
    }
    times.calls += begun.elapsed();

    let target = content.path.with_file_name(format!("pushed by {}", client.name()));
    let begun = Instant::now();
    client.push(&content.path, &target).await?;
    times.pushes += begun.elapsed();
    if hash(&target)? != content.hash {
        return Err(format!("{} pushed something else", client.name()).into());
    }
    fs::remove_file(&target)?;
    Ok(lost_results)
}

struct Content {
    path: PathBuf,
    hash: Vec<u8>,
}

fn make_content(folder: &Path) -> Outcome<Content> {
    let path = folder.join("100 MB");
    let mut bytes = vec![0; FILE_SIZE];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    fs::write(&path, &bytes)?;
    Ok(Content { path, hash: Sha256::digest(&bytes).to_vec() })
}

fn hash(path: &Path) -> Outcome<Vec<u8>> {
    Ok(Sha256::digest(fs::read(path)?).to_vec())
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print(names: &[&str], figures: &[Figures]) {
    let rounds =
        |values: &[f64]| values.iter().map(|value| format!("{value:.0}")).collect::<Vec<_>>().join(" ");
    let ours = figures.first().map(|figures| (median(&figures.calls), median(&figures.pushes)));
    let (our_calls, our_pushes) = ours.unwrap_or_default();
    println!(
        "| client | shell calls/s | ours to it | push MB/s | ours to it | results lost | rounds: calls | rounds: push |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, figures) in names.iter().zip(figures) {
        let (calls, pushes) = (median(&figures.calls), median(&figures.pushes));
        println!(
            "| {name} | {calls:.0} | {:.2} | {pushes:.0} | {:.2} | {} of {} | {} | {} |",
            our_calls / calls,
            our_pushes / pushes,
            figures.lost_results,
            ROUNDS * TURNS * CALLS_A_TURN,
            rounds(&figures.calls),
            rounds(&figures.pushes),
        );
    }
    println!("\n{NOTE}");
}

#[tokio::main]
async fn main() -> Outcome<()> {
    // As in the server: a task among others, not the thread that waits for the whole program.
    tokio::spawn(compare()).await?
}

async fn compare() -> Outcome<()> {
    let address = std::env::var("TIKMATRIX_ADBD").map_err(
        |_| "TIKMATRIX_ADBD has to give the HOST:PORT of a real adbd; use `cargo xtask bench adb`",
    )?;
    let folder = tempfile::tempdir_in("/dev/shm")?;
    let content = make_content(folder.path())?;
    let mut clients = clients(&address, folder.path()).await?;
    let mut figures: Vec<Figures> = clients.iter().map(|_| Figures::default()).collect();
    for round in 0..ROUNDS {
        let mut times: Vec<Times> = clients.iter().map(|_| Times::default()).collect();
        for turn in 0..TURNS {
            for step in 0..clients.len() {
                let place = (round + turn + step) % clients.len();
                figures[place].lost_results +=
                    take_turn(&mut clients[place], &content, &mut times[place]).await?;
            }
        }
        for (figures, times) in figures.iter_mut().zip(&times) {
            figures.calls.push(rate(TURNS * CALLS_A_TURN, times.calls));
            figures.pushes.push(rate(TURNS * FILE_SIZE, times.pushes) / 1e6);
        }
    }
    let names: Vec<&str> = clients.iter().map(Client::name).collect();
    print(&names, &figures);
    Ok(())
}
