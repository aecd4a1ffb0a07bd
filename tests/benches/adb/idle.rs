//! What idle phones cost: memory for each, and processor time of many. The phones are virtual
//! and in a process of their own; the registry is in another, so that nothing else is counted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tikmatrix_device::registry::Registry;
use tikmatrix_virtual_phone::{Farm, FarmOptions};

use super::figures::shown;
use super::outcome::Outcome;

const PHONES: u16 = 500;
const TIME: Duration = Duration::from_secs(60);
/// Linux counts processor time in these (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Starts both processes and prints what the registry's one says.
pub(crate) fn measure() -> Outcome<()> {
    let mut farm = Ours::start(&["phones"], Stdio::piped())?;
    let told = farm.0.stdout.take().ok_or("no pipe from the phones")?;
    let mut addresses = Vec::new();
    for line in BufReader::new(told).lines().take(PHONES.into()) {
        addresses.push(line?);
    }
    let words: Vec<&str> = ["idle"].into_iter().chain(addresses.iter().map(String::as_str)).collect();
    let mut registry = Ours::start(&words, Stdio::inherit())?;
    let status = registry.0.wait()?;
    if status.success() { Ok(()) } else { Err(format!("the registry ended: {status}").into()) }
}

/// This program again, with other work; ended when this goes.
struct Ours(Child);

impl Ours {
    fn start(arguments: &[&str], output: Stdio) -> Outcome<Self> {
        let program = std::env::current_exe()?;
        Ok(Self(Command::new(program).args(arguments).stdin(Stdio::null()).stdout(output).spawn()?))
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // It may have ended already; nothing is left to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The process of the phones: tells their addresses and stays.
pub(crate) async fn phones() -> Outcome<()> {
    let farm = Farm::start(FarmOptions { count: PHONES, first_port: None, seed: 1 }).await?;
    for phone in farm.phones() {
        println!("{}", phone.address());
    }
    std::future::pending().await
}

/// The process of the registry: connects to all, waits, and says what it took.
pub(crate) async fn registry(addresses: Vec<String>) -> Outcome<()> {
    let count = addresses.len();
    let before = memory()?;
    let registry = Registry::start(addresses);
    let mut entries = registry.watch();
    entries.wait_for(|entries| entries.iter().filter(|entry| entry.phone.is_some()).count() == count).await?;
    // What connecting took is given back, and the first probes have been made, before it is counted.
    tokio::time::sleep(TIME / 3).await;
    let begun = processor_time()?;
    tokio::time::sleep(TIME).await;
    let share = (processor_time()? - begun) / TIME.as_secs_f64() * 100.0;
    let bytes = memory()?.saturating_sub(before);
    println!(
        "\n{count} idle virtual phones in another process: {} KiB of memory each, {share:.2} % of a core for all",
        shown(kibibytes(bytes) / f64::from(PHONES)),
    );
    registry.shutdown().await;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn kibibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

/// The resident bytes of this process.
fn memory() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// Seconds of processor time that this process has used.
fn processor_time() -> Outcome<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which is in brackets and may hold blanks: fields 3 and on; user and system time are 14 and 15.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}
