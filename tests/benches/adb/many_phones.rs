//! Many phones at once, each with one caller that makes one shell call after the other: how many calls all of them get
//! done, how long one takes, and what two phones that fail do to the others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tikmatrix_device::registry::{Endpoint, PhoneEntry, Registry, RegistryOptions};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::adbd::Adbd;
use super::client::{COMMAND, Client, OUTPUT, STATUS, Work};
use super::figures::{head, median, percentile, rate, row, shown};
use super::outcome::Outcome;
use super::server::Server;
use super::worker::{LANGUAGES, Worker};

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(4);

/// The times of all calls in milliseconds, and how long all of it took.
struct Calls {
    times: Vec<f64>,
    wrong: usize,
    took: Duration,
}

/// Who calls: one client a phone, or one program for all of them.
enum Callers {
    Each(Vec<Client>),
    Program(Worker),
}

/// The ways to many phones, as the table names them.
const WAYS: [&str; 4] = ["tikmatrix", "libadb 0.7", "adb_client 3.2", "adb command line"];

/// Prints calls per second and percentiles for each client.
pub(crate) async fn compare(adbds: &[Adbd], server: &Arc<Server>) -> Outcome<()> {
    let addresses: Vec<String> = adbds.iter().map(|adbd| adbd.address.to_string()).collect();
    for address in &addresses {
        server.connect(address)?;
    }
    let names: Vec<&str> = WAYS.into_iter().chain(LANGUAGES.iter().map(|language| language.name)).collect();
    let mut all: Vec<[Vec<f64>; 3]> = names.iter().map(|_| Default::default()).collect();
    let mut wrong = vec![0; names.len()];
    for round in 0..ROUNDS {
        for step in 0..names.len() {
            let place = (round + step) % names.len();
            let calls = match callers(place, &addresses, server).await? {
                Some(Callers::Each(clients)) => call(clients, TIME).await?,
                Some(Callers::Program(worker)) => tokio::task::block_in_place(|| call_by(worker, TIME))?,
                None => continue,
            };
            all[place].iter_mut().zip(calls.figures()).for_each(|(list, figure)| list.push(figure));
            wrong[place] += calls.wrong;
        }
    }
    println!("\n{} phones at once:", addresses.len());
    head(&["client", "shell calls/s", "p50 ms", "p99 ms", "p99 of the rounds", "wrong"]);
    for ((name, figures), wrong) in names.iter().zip(&all).zip(wrong) {
        let mut cells = vec![(*name).to_owned()];
        cells.extend(figures.iter().map(|list| shown(median(list))));
        let rounds: Vec<String> = figures[2].iter().map(|figure| shown(*figure)).collect();
        cells.extend([rounds.join(" "), wrong.to_string()]);
        row(&cells);
    }
    Ok(())
}

async fn callers(place: usize, addresses: &[String], server: &Arc<Server>) -> Outcome<Option<Callers>> {
    if let Some(language) = place.checked_sub(WAYS.len()).and_then(|place| LANGUAGES.get(place)) {
        return Ok(Worker::start(*language, addresses)?.map(Callers::Program));
    }
    let mut clients = Vec::new();
    for address in addresses {
        clients.push(match place {
            0 => Client::ours(address).await?,
            1 => Client::libadb(address).await?,
            2 => Client::adb_client(address),
            _ => Client::CommandLine(Arc::clone(server), address.clone()),
        });
    }
    Ok(Some(Callers::Each(clients)))
}

impl Calls {
    fn figures(&self) -> [f64; 3] {
        let times = &self.times;
        [rate(times.len(), self.took), percentile(times, 50), percentile(times, 99)]
    }
}

/// Has a program call all its phones at once until `time` has passed.
fn call_by(mut worker: Worker, time: Duration) -> Outcome<Calls> {
    let (seconds, status) = (time.as_secs().to_string(), STATUS.to_string());
    // Its start is not counted: it answers this first.
    worker.order(&["stat", "1", "/"])?;
    let begun = Instant::now();
    let (wrong, times) = worker.order(&["many", &seconds, COMMAND, OUTPUT, &status])?;
    Ok(Calls { times, wrong, took: begun.elapsed() })
}

/// Has every client call until `time` has passed.
async fn call(clients: Vec<Client>, time: Duration) -> Outcome<Calls> {
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for mut client in clients {
        callers.spawn(async move {
            let (mut times, mut wrong) = (Vec::new(), 0);
            while begun.elapsed() < time {
                let start = Instant::now();
                wrong += client.work(Work::Shell(1)).await?.unwrap_or_default();
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
            Outcome::Ok((times, wrong))
        });
    }
    let mut calls = Calls { times: Vec::new(), wrong: 0, took: Duration::ZERO };
    while let Some(caller) = callers.join_next().await {
        let (times, wrong) = caller??;
        calls.times.extend(times);
        calls.wrong += wrong;
    }
    calls.took = begun.elapsed();
    Ok(calls)
}

/// The healthy phones of a registry beside one that is frozen and one whose address swallows every packet, against the
/// same phones while the one is idle and the other unknown.
pub(crate) async fn with_faults(adbds: &[Adbd]) -> Outcome<()> {
    let (Some((frozen, healthy)), hole) = (adbds.split_first(), Hole::dig().await?) else {
        return Err("no phones".into());
    };
    let options = RegistryOptions { probe_interval: Duration::from_secs(1), ..RegistryOptions::default() };
    let addresses = adbds.iter().map(|adbd| adbd.address.to_string()).collect();
    let registry = Registry::start_with(addresses, options);
    let mut entries = registry.watch();
    entries.wait_for(|entries| connected(entries) == adbds.len()).await?;

    let mut all: [[Vec<f64>; 3]; 2] = Default::default();
    for round in 0..ROUNDS {
        for step in 0..all.len() {
            // Both in turn, the other one first in every second round.
            let place = (round + step) % all.len();
            let with_both = place == 1;
            if with_both {
                frozen.freeze()?;
                registry.add(&hole.address);
            } else {
                frozen.thaw()?;
                registry.remove(&hole.address).await;
            }
            let there = if with_both { healthy.len() } else { adbds.len() };
            entries.wait_for(|entries| connected(entries) == there).await?;
            let figures = measure(&registry, healthy).await?;
            all[place].iter_mut().zip(figures).for_each(|(list, figure)| list.push(figure));
        }
    }
    registry.shutdown().await;

    println!("\n{} healthy phones of a registry, one frozen and one unreachable beside them:", healthy.len());
    head(&["", "shell calls/s", "p50 ms", "p99 ms", "p99 of the rounds"]);
    let medians = all.each_ref().map(|figures| figures.each_ref().map(|list| median(list)));
    for (place, name) in ["without the faults", "with both"].into_iter().enumerate() {
        let rounds: Vec<String> = all[place][2].iter().map(|figure| shown(*figure)).collect();
        let figures = medians[place].map(shown).to_vec();
        row(&[vec![name.to_owned()], figures, vec![rounds.join(" ")]].concat());
    }
    println!("\np99 with both faults to p99 without: {}", shown(medians[1][2] / medians[0][2]));
    Ok(())
}

async fn measure(registry: &Registry, healthy: &[Adbd]) -> Outcome<[f64; 3]> {
    let entries = registry.watch().borrow().clone();
    let is_healthy = |entry: &&PhoneEntry| match entry.endpoint() {
        Some(Endpoint::Tcp(address)) => healthy.iter().any(|adbd| adbd.address.to_string() == **address),
        _ => false,
    };
    let phones = entries.iter().filter(is_healthy).filter_map(|entry| entry.phone.clone());
    let clients: Vec<_> = phones.map(Client::Ours).collect();
    if clients.len() != healthy.len() {
        return Err(format!("{} of {} healthy phones are there", clients.len(), healthy.len()).into());
    }
    let calls = call(clients, TIME).await?;
    if calls.wrong > 0 {
        return Err(format!("{} wrong results", calls.wrong).into());
    }
    Ok(calls.figures())
}

fn connected(entries: &[PhoneEntry]) -> usize {
    entries.iter().filter(|entry| entry.phone.is_some()).count()
}

/// An address that swallows every packet: a listener whose queue is full.
struct Hole {
    address: String,
    _listener: tokio::net::TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Hole {
    async fn dig() -> Outcome<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind("127.0.0.1:0".parse()?)?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?.to_string();
        let mut waiting = Vec::new();
        while let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(&address)).await
        {
            waiting.push(stream);
        }
        Ok(Self { address, _listener: listener, _waiting: waiting })
    }
}
