//! ADB beside what others wrote, in one run against real adbds in a network namespace of their own: shell calls, streams,
//! pushes and pulls on one phone; many phones at once; phones that fail beside phones that do not; and what idle phones
//! cost. `cargo xtask bench adb` starts it.

mod adbd;
mod client;
mod figures;
mod idle;
mod many_phones;
mod one_phone;
mod outcome;
mod recording;
mod server;
mod worker;

use std::path::Path;
use std::sync::Arc;

use adbd::Adbd;
use client::Client;
use outcome::Outcome;
use server::Server;
use worker::Worker;

const MANY: u16 = 100;
const SOME: usize = 10;

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // As in the server: a task among others, not the thread that waits for the whole program.
    match words.split_first() {
        Some((word, [])) if word == "phones" => tokio::spawn(idle::phones()).await?,
        Some((word, addresses)) if word == "idle" => tokio::spawn(idle::registry(addresses.to_vec())).await?,
        _ => tokio::spawn(compare()).await?,
    }
}

async fn compare() -> Outcome<()> {
    let folder = tempfile::tempdir_in("/dev/shm")?;
    let server = Arc::new(Server::start(folder.path())?);
    one_phone(&server, folder.path()).await?;
    let adbds = Adbd::start(MANY, folder.path())?;
    many_phones::compare(&adbds[..SOME], &server).await?;
    many_phones::compare(&adbds, &server).await?;
    drop(server);
    many_phones::with_faults(&adbds[1..]).await?;
    drop(adbds);
    tokio::task::block_in_place(idle::measure)
}

async fn one_phone(server: &Arc<Server>, folder: &Path) -> Outcome<()> {
    let adbds = Adbd::start(1, folder)?;
    let address = adbds.first().ok_or("no adbd")?.address.to_string();
    server.connect(&address)?;
    let mut clients = vec![
        Client::ours(&address).await?,
        Client::libadb(&address).await?,
        Client::adb_client(&address),
        Client::CommandLine(Arc::clone(server), address.clone()),
    ];
    for language in worker::LANGUAGES {
        let addresses = std::slice::from_ref(&address);
        clients
            .extend(Worker::start(language, addresses)?.map(|worker| Client::Worker(language.name, worker)));
    }
    let content = one_phone::make_content(folder)?;
    one_phone::compare(&mut clients, &content).await?;
    recording::measure(&address, content.path).await
}
