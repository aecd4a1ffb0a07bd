//! Reading a screen beside lxml, in one run: the same bytes are parsed, and the same twenty elements looked for, in turns.
//! `cargo xtask bench ui` starts it.

mod lxml;
mod outcome;
mod queries;
mod screen;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tikmatrix_device::ui::UiTree;

use lxml::Lxml;
use outcome::{Outcome, Times};
use queries::Query;

const ROUNDS: usize = 200;
/// A large one takes long; the ratio of two sizes needs no more.
const LARGE_ROUNDS: usize = 9;
/// Elements of the screens.
const NORMAL: usize = 605;
const LARGE: usize = 5_000;
const HUGE: usize = 49_900;

/// A part of the time of a round.
type Part = fn(&Times) -> Duration;

fn main() -> Outcome<()> {
    let queries = queries::all()?;
    beside_lxml(&queries)?;
    by_size(&queries)
}

fn beside_lxml(queries: &[Query]) -> Outcome<()> {
    let screen = screen::with_elements(NORMAL);
    let mut theirs = Lxml::start(&screen, queries)?;
    let found = ours(&screen, queries)?.1;
    if found != theirs.found() {
        return Err(format!("ours found {found:?}, lxml {:?}", theirs.found()).into());
    }
    if found.contains(&0) {
        return Err(format!("an element is not on the screen: {found:?}").into());
    }
    let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_ours.push(ours(&screen, queries)?.0);
        of_theirs.push(theirs.round()?);
    }
    println!(
        "\n| {NORMAL} elements, {} looked for | tikmatrix µs | lxml µs | lxml to tikmatrix |",
        queries.len()
    );
    println!("|---|---|---|---|");
    let parts: [(&str, Part); 3] = [
        ("parse and evaluate", |times| times.parse + times.evaluate),
        ("parse", |times| times.parse),
        ("evaluate", |times| times.evaluate),
    ];
    for (name, part) in parts {
        let (ours, theirs) = (median(&of_ours, part), median(&of_theirs, part));
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        println!("| {name} | {} | {} | {ratio:.1} |", ours.as_micros(), theirs.as_micros());
    }
    println!("\nProcessor time, medians of {ROUNDS} rounds in turns; aim for the first row: at least 20.");
    Ok(())
}

fn by_size(queries: &[Query]) -> Outcome<()> {
    let (large, huge) = (screen::with_elements(LARGE), screen::with_elements(HUGE));
    let (mut of_large, mut of_huge) = (Vec::new(), Vec::new());
    for _ in 0..LARGE_ROUNDS {
        of_large.push(ours(&large, queries)?.0);
        of_huge.push(ours(&huge, queries)?.0);
    }
    let whole = |times: &Times| times.parse + times.evaluate;
    let (of_large, of_huge) = (median(&of_large, whole), median(&of_huge, whole));
    println!("\n| elements | parse and evaluate, ms | to {LARGE} | aim |");
    println!("|---|---|---|---|");
    println!("| {LARGE} | {:.1} | | |", of_large.as_secs_f64() * 1e3);
    let ratio = of_huge.as_secs_f64() / of_large.as_secs_f64();
    println!("| {HUGE} | {:.1} | {ratio:.1} | at most 15 |", of_huge.as_secs_f64() * 1e3);
    Ok(())
}

/// Parses the screen, looks for all elements, and returns the times and the number of matches of each.
fn ours(screen: &str, queries: &[Query]) -> Outcome<(Times, Vec<usize>)> {
    let begun = processor_time();
    let tree = UiTree::parse(screen.as_bytes())?;
    let parsed = processor_time();
    let found = queries.iter().map(|query| query.selector.find_all(&tree).len()).collect();
    let times = Times { parse: parsed - begun, evaluate: processor_time() - parsed };
    Ok((times, found))
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = Duration::from_secs(time.tv_sec.try_into().unwrap_or_default());
    seconds + Duration::from_nanos(time.tv_nsec.try_into().unwrap_or_default())
}

fn median(rounds: &[Times], part: impl Fn(&Times) -> Duration) -> Duration {
    let mut times: Vec<Duration> = rounds.iter().map(part).collect();
    times.sort();
    times[times.len() / 2]
}
