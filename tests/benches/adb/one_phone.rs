//! One phone, every client, in rotated turns: shell calls, streams, pushes and pulls.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::client::{Client, Work};
use super::figures::{head, median, rate, row, shown};
use super::outcome::Outcome;

/// Many short ones: a machine that others share changes its pace within seconds.
const ROUNDS: usize = 15;
/// Calls, and streams, between two looks at the clock.
const CALLS: usize = 20;
const STREAMS: usize = 50;
/// A turn goes on for so long with each kind of work.
const TURN: Duration = Duration::from_millis(350);
const FILE_SIZE: usize = 100_000_000;

const NOTE: &str = "
One adbd; one command (`echo tikmatrix; exit 3`, output and status checked at each call); a stream a STAT of `/`, and a
stream a `source:0`, opened and closed; one file of 100 MB without a pattern in tmpfs (SHA-256 checked after each turn's
last push and pull). Fifteen rounds, in each of which the clients take turns, rotated, of at least 350 ms for each kind of
work; medians of the rounds, and of what ours is to the other in each round. Ours and libadb keep one connection to the phone; the others go through Debian's adb server;
the command line is a process a call. Our push also looks at the target, writes beside it and renames; the others write in
place. `wrong`: results that were lost or wrong; adb_client reads an exit status that comes through an adb server, and
answers that there was none (version 3.2.3).";

/// What is measured of a client, in the order of the columns.
const MEASURES: usize = 5;

#[derive(Default)]
struct Figures {
    /// By measure, a figure a round.
    rates: [Vec<f64>; MEASURES],
    wrong: usize,
}

/// The file that is copied.
pub(crate) struct Content {
    pub(crate) path: PathBuf,
    hash: Vec<u8>,
}

/// Measures all of them and prints the table.
pub(crate) async fn compare(clients: &mut [Client], content: &Content) -> Outcome<()> {
    let mut figures: Vec<Figures> = clients.iter().map(|_| Figures::default()).collect();
    for round in 0..ROUNDS {
        for step in 0..clients.len() {
            let place = (round + step) % clients.len();
            take_turn(&mut clients[place], content, &mut figures[place]).await?;
        }
    }
    head(&[
        "client",
        "shell calls/s",
        "STAT streams/s",
        "source:0 streams/s",
        "push MB/s",
        "pull MB/s",
        "ours to it",
        "wrong",
    ]);
    let Some(ours) = figures.first() else { return Err("no client".into()) };
    for (client, figures) in clients.iter().zip(&figures) {
        let pairs = ours.rates.iter().zip(&figures.rates);
        let ratios: Vec<String> = pairs.map(|(ours, theirs)| shown(median_ratio(ours, theirs))).collect();
        let mut cells = vec![client.name().to_owned()];
        cells.extend(figures.rates.each_ref().map(|rates| shown(median(rates))));
        cells.extend([ratios.join(" / "), figures.wrong.to_string()]);
        row(&cells);
    }
    println!("\nRounds, by client: shell calls/s; STAT; source:0; push; pull");
    for (client, figures) in clients.iter().zip(&figures) {
        let rounds = figures
            .rates
            .each_ref()
            .map(|rates| rates.iter().map(|rate| shown(*rate)).collect::<Vec<_>>().join(" "));
        println!("{}: {}", client.name(), rounds.join("; "));
    }
    println!("{NOTE}");
    Ok(())
}

async fn take_turn(client: &mut Client, content: &Content, figures: &mut Figures) -> Outcome<()> {
    let there = content.path.with_file_name(format!("pushed by {}", client.name()));
    let back = content.path.with_file_name(format!("pulled by {}", client.name()));
    let works = [
        (Work::Shell(CALLS), CALLS),
        (Work::Stat(STREAMS), STREAMS),
        (Work::Source(STREAMS), STREAMS),
        (Work::Push(&content.path, &there), FILE_SIZE / 1_000_000),
        (Work::Pull(&content.path, &back), FILE_SIZE / 1_000_000),
    ];
    for ((work, amount), rates) in works.into_iter().zip(&mut figures.rates) {
        let (mut times, mut done, begun) = (0, Some(0), Instant::now());
        while done.is_some() && begun.elapsed() < TURN {
            times += 1;
            done = client.work(work).await?;
            figures.wrong += done.unwrap_or_default();
        }
        rates.push(done.map_or(f64::NAN, |_| rate(times * amount, begun.elapsed())));
    }
    for copy in [&there, &back] {
        if hash(copy)? != content.hash {
            return Err(format!("{} copied something else", client.name()).into());
        }
        fs::remove_file(copy)?;
    }
    Ok(())
}

/// What ours is to theirs in the middle one of the rounds: both had their turn at about the same time.
fn median_ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    median(&ratios)
}

/// Makes the file in `folder`.
pub(crate) fn make_content(folder: &Path) -> Outcome<Content> {
    let path = folder.join("100 MB");
    let mut bytes = vec![0; FILE_SIZE];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    fs::write(&path, &bytes)?;
    Ok(Content { path, hash: Sha256::digest(&bytes).to_vec() })
}

fn hash(path: &Path) -> Outcome<Vec<u8>> {
    Ok(Sha256::digest(fs::read(path)?).to_vec())
}
