//! What is wrong with a cable, alone and in pairs, in the middle of a shell, a push and a pull: the operation ends in
//! time and says what happened, nothing that came short or changed is taken for whole, other phones do not notice, the
//! phone comes back automatically, and no task is left behind.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tikmatrix_device::phone::{AdbCause, AdbError, Compression, Deadline, Phone, PushOptions};
use tikmatrix_device::registry::{Backoff, PhoneEntry, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{CableFault, Farm, FarmOptions, Fault, VirtualPhone};
use tokio::runtime::Handle;

/// What an operation is given.
const ALLOWED: Duration = Duration::from_secs(3);
/// What an operation may be late on a machine with much to do.
const SLACK: Duration = Duration::from_secs(5);
/// What a phone that nothing is wrong with is given for each answer, beside all the trouble of the others.
const ALLOWED_HEALTHY: Duration = Duration::from_secs(10);
/// What a test waits before it calls something stuck.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Short waits, so that the tests do not take long; none of them depends on how short.
const SHORT_DELAYS: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(2),
    probe_interval: Duration::from_millis(200),
    probe_time: Duration::from_secs(2),
    approval_time: Duration::from_secs(2),
    backoff: Backoff { initial: Duration::from_millis(10), max: Duration::from_millis(100) },
    jitter: || 0.5,
};

const SLOW: NonZeroU32 = NonZeroU32::new(2000).unwrap();
const SECOND: NonZeroU32 = NonZeroU32::new(2).unwrap();
const THIRD: NonZeroU32 = NonZeroU32::new(3).unwrap();

const FAULTS: [Fault; 11] = [
    Fault::Disconnect { after_bytes: None },
    Fault::Cable(CableFault::Freeze),
    Fault::Cable(CableFault::Slow { bytes_per_second: SLOW }),
    Fault::Cable(CableFault::DropPackets { every: NonZeroU32::MIN }),
    Fault::Cable(CableFault::DropPackets { every: SECOND }),
    Fault::Cable(CableFault::DropPackets { every: THIRD }),
    Fault::Cable(CableFault::HalfClose),
    Fault::Cable(CableFault::Garbage),
    Fault::Cable(CableFault::Reboot { seconds: 1 }),
    Fault::Cable(CableFault::DuplicateClse { times: 16 }),
    Fault::Cable(CableFault::UnsolicitedOpen),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Shell,
    Push,
    Pull,
}

const OPERATIONS: [Operation; 3] = [Operation::Shell, Operation::Push, Operation::Pull];

/// What a fault does to an operation; of two faults the worse counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    /// It goes on as if nothing were.
    None,
    /// It fails or not, depending on which packets are lost.
    Loss,
    /// It fails.
    End,
}

fn effect(fault: Fault, operation: Operation) -> Effect {
    match fault {
        Fault::Cable(CableFault::DuplicateClse { .. } | CableFault::UnsolicitedOpen) => Effect::None,
        // What a shell says is little, and passes a slow cable.
        Fault::Cable(CableFault::Slow { .. }) if operation == Operation::Shell => Effect::None,
        Fault::Cable(CableFault::DropPackets { every }) if every > NonZeroU32::MIN => Effect::Loss,
        _ => Effect::End,
    }
}

fn loses_packets(fault: &Fault) -> bool {
    matches!(fault, Fault::Cable(CableFault::DropPackets { .. }))
}

/// Whether the phone cannot be reached before the fault is cleared. The others pass by themselves.
fn lasts(fault: &Fault) -> bool {
    loses_packets(fault) || matches!(fault, Fault::Cable(CableFault::Freeze | CableFault::Slow { .. }))
}

/// What is pulled. No two pieces of it are the same.
static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| (0..PULLED / 4).flat_map(u32::to_le_bytes).collect());
/// Bytes of the file that is pushed, and of the one that is pulled: more than is on its way when the fault comes.
const PUSHED: u32 = 6_000_000;
const PULLED: u32 = 16_000_000;
/// Bytes of a file of a few packets, all of which may be on their way before the first is acknowledged.
const SMALL: usize = 3_500_000;
/// How often the tasks are counted that run while nothing happens.
const SAMPLES: usize = 50;
/// Phones in trouble at a time.
const AT_ONCE: usize = 16;

/// Each fault alone, then each with each that follows it; a phone loses packets in one way at a time.
fn combinations() -> Vec<Vec<Fault>> {
    let pairs = (0..FAULTS.len())
        .flat_map(|one| (one + 1..FAULTS.len()).map(move |other| vec![FAULTS[one], FAULTS[other]]))
        .filter(|pair| !pair.iter().all(loses_packets));
    FAULTS.iter().map(|fault| vec![*fault]).chain(pairs).collect()
}

async fn push(
    phone: &Phone,
    content: &[u8],
    path: &str,
    progress: impl FnMut(u64) + Send,
    deadline: Deadline,
) -> Result<(), AdbError> {
    let options = PushOptions { compression: Compression::Never, ..PushOptions::default() };
    phone.files().push(content, path, options, progress, deadline).await
}

/// Runs the operation and arms the faults when it is under way.
async fn trouble(
    phone: &Phone,
    virtual_phone: &VirtualPhone,
    operation: Operation,
    faults: &[Fault],
) -> Result<(), AdbError> {
    let deadline = Deadline::after(ALLOWED);
    let mut armed = false;
    let mut arm = |done: u64| {
        if done > 0 && !std::mem::replace(&mut armed, true) {
            faults.iter().for_each(|fault| virtual_phone.arm(*fault));
        }
    };
    match operation {
        Operation::Shell => {
            let arming = async {
                virtual_phone.ran("sleep").await;
                arm(1);
            };
            let (ended, ()) = tokio::join!(phone.shell("sleep 0.3; echo done", deadline), arming);
            let said = ended?.stdout_text().into_owned();
            // Nothing says how long an output is: a shell cannot notice that it was lost.
            assert!(
                said == "done\n" || said.is_empty() && faults.iter().any(loses_packets),
                "it said {said:?}"
            );
            Ok(())
        }
        Operation::Push => push(phone, &CONTENT[..PUSHED as usize], "/sdcard/pushed", arm, deadline).await,
        Operation::Pull => {
            let mut pulled = Vec::new();
            phone.files().pull_with("/sdcard/there", &mut pulled, Compression::Never, arm, deadline).await?;
            assert!(pulled == *CONTENT, "{} bytes were taken for the whole file", pulled.len());
            Ok(())
        }
    }
}

/// The words by which a person knows what happened.
fn explains(error: &AdbError, operation: Operation, effect: Effect) -> bool {
    let attempt = match operation {
        Operation::Shell => "run `",
        Operation::Push => "push to `/sdcard/pushed`",
        Operation::Pull => "pull `/sdcard/",
    };
    let cause = match error.cause() {
        AdbCause::ConnectionLost(_) | AdbCause::DeadlinePassed(_) | AdbCause::StreamEnded => {
            error.is_transient()
        }
        // A file without a piece, an answer without its beginning, the end of a stream without its opening.
        AdbCause::Protocol(_) | AdbCause::Refused => effect == Effect::Loss,
        _ => false,
    };
    cause && error.to_string().contains(attempt)
}

/// One phone's trouble from its beginning to its return.
async fn survive(registry: &Registry, virtual_phone: VirtualPhone, operation: Operation, faults: Vec<Fault>) {
    let name = format!("{operation:?} with {faults:?} on {}", virtual_phone.serial());
    let phone = ready(registry, &virtual_phone, &name).await;
    if operation == Operation::Pull {
        push(&phone, &CONTENT, "/sdcard/there", |_| {}, Deadline::after(TIMEOUT)).await.expect(&name);
    }
    let begin = Instant::now();
    let ended = trouble(&phone, &virtual_phone, operation, &faults);
    let ended = tokio::time::timeout(TIMEOUT, ended).await.unwrap_or_else(|_| panic!("{name} never ended"));
    let elapsed = begin.elapsed();
    assert!(elapsed < ALLOWED + SLACK, "{name} ended after {elapsed:?}");
    let effect = faults.iter().map(|fault| effect(*fault, operation)).max().unwrap();
    match &ended {
        Ok(()) => assert!(effect < Effect::End, "{name} went on"),
        Err(error) => {
            assert!(effect > Effect::None && explains(error, operation, effect), "{name}: {error}");
        }
    }
    drop(phone);
    if faults.iter().any(lasts) {
        virtual_phone.clear_faults();
    }
    if faults.iter().any(loses_packets) {
        // Some of what was lost is made up for by another connection alone: a stream whose opening was not answered
        // cannot be closed, and a phone whose serial number was not heard goes by its address.
        virtual_phone.arm(Fault::Disconnect { after_bytes: None });
    }
    // The connection of before may answer once more until it notices that it was cut.
    let stat = async |phone: &Phone| phone.files().stat("/sdcard/pushed", Deadline::after(ALLOWED)).await;
    let (_, left) = answered(registry, &virtual_phone, &name, stat).await;
    let whole = left.is_some_and(|found| found.size == u64::from(PUSHED));
    let stored = operation == Operation::Push && ended.is_ok();
    assert!(whole || left.is_none() && !stored, "{name} left {left:?}");
}

/// Waits until the phone answers.
async fn ready(registry: &Registry, virtual_phone: &VirtualPhone, name: &str) -> Phone {
    let echo = async |phone: &Phone| phone.shell("echo on", Deadline::after(ALLOWED)).await;
    let (phone, output) = answered(registry, virtual_phone, name, echo).await;
    assert_eq!(output.stdout_text(), "on\n");
    phone
}

/// Waits until the phone answers what `ask` asks, however often it has to be connected to anew.
async fn answered<T>(
    registry: &Registry,
    virtual_phone: &VirtualPhone,
    name: &str,
    ask: impl AsyncFn(&Phone) -> Result<T, AdbError>,
) -> (Phone, T) {
    let serial = virtual_phone.serial();
    let mut entries = registry.watch();
    let answering = async {
        loop {
            let phone = {
                let of_it =
                    |entry: &PhoneEntry| entry.serial.as_ref().is_some_and(|known| known.as_str() == serial);
                let found = entries
                    .wait_for(|entries| entries.iter().any(|entry| of_it(entry) && entry.phone.is_some()));
                let found = found.await.unwrap();
                found.iter().find(|entry| of_it(entry)).and_then(|entry| entry.phone.clone())
            };
            if let Some(phone) = phone
                && let Ok(answer) = ask(&phone).await
            {
                return (phone, answer);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(TIMEOUT, answering).await.unwrap_or_else(|_| panic!("{name}: it never came back"))
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits until there are no more tasks than `before`.
async fn wait_for_tasks(before: usize, what: &str) {
    let ended = async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::time::timeout(TIMEOUT, ended).await;
    assert!(ended.is_ok(), "{what}: {} tasks are left behind", tasks().saturating_sub(before));
}

async fn ask(healthy: &Phone) {
    let output = healthy.shell("echo on", Deadline::after(ALLOWED_HEALTHY)).await;
    assert_eq!(output.unwrap().stdout_text(), "on\n", "the healthy phone noticed");
}

/// One phone for each combination, and a healthy one that is asked all the time and must answer each time.
async fn survive_together(operation: Operation, combinations: &[Vec<Fault>]) {
    let count = u16::try_from(combinations.len()).unwrap() + 1;
    let farm = Farm::start(FarmOptions { count, first_port: None, seed: 1 }).await.unwrap();
    let addresses = farm.phones().iter().map(|phone| phone.address().to_string()).collect();
    let registry = Registry::start_with(addresses, SHORT_DELAYS);
    for phone in farm.phones() {
        ready(&registry, phone, phone.serial()).await;
    }
    let (healthy, troubled) = farm.phones().split_last().unwrap();
    let healthy = ready(&registry, healthy, "the healthy phone").await;
    // Probes and calls that end come and go meanwhile; the least is what stays.
    let mut at_rest = tasks();
    for _ in 0..SAMPLES {
        ask(&healthy).await;
        at_rest = at_rest.min(tasks());
    }
    let over = Cell::new(false);
    let troubles = async {
        let each = troubled.iter().zip(combinations);
        let each = each.map(|(phone, faults)| survive(&registry, phone.clone(), operation, faults.clone()));
        futures_util::future::join_all(each).await;
        over.set(true);
    };
    let asking = async {
        while !over.get() {
            ask(&healthy).await;
        }
    };
    tokio::join!(troubles, asking);
    wait_for_tasks(at_rest, &format!("after {operation:?} with {combinations:?}")).await;
    registry.shutdown().await;
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_alone_and_in_pairs_ends_what_runs_in_time_and_harms_no_other_phone() {
    // Made now, and not in the time of the first operation.
    LazyLock::force(&CONTENT);
    let before = tasks();
    let combinations = combinations();
    for operation in OPERATIONS {
        for some in combinations.chunks(AT_ONCE) {
            survive_together(operation, some).await;
        }
    }
    wait_for_tasks(before, "after all").await;
}

/// Pulls a file of a few packets while some packet is lost, and says whether that was noticed by the file's length.
async fn pull_with_a_loss(virtual_phone: &VirtualPhone, every: u32) -> bool {
    let deadline = Deadline::after(TIMEOUT);
    let phone = Phone::connect(&virtual_phone.address().to_string(), deadline).await.unwrap();
    let content = &CONTENT[..SMALL];
    push(&phone, content, "/sdcard/small", |_| {}, deadline).await.unwrap();
    virtual_phone.arm(Fault::Cable(CableFault::DropPackets { every: NonZeroU32::new(every).unwrap() }));
    let mut pulled = Vec::new();
    let deadline = Deadline::after(ALLOWED);
    let ended =
        phone.files().pull_with("/sdcard/small", &mut pulled, Compression::Never, |_| {}, deadline).await;
    match ended {
        Ok(_) => {
            assert!(pulled == content, "every {every}: {} bytes were taken for the whole file", pulled.len());
            false
        }
        Err(error) => {
            assert!(explains(&error, Operation::Pull, Effect::Loss), "every {every}: {error}");
            error.to_string().contains(&format!("and only {} of them came", pulled.len()))
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_file_that_lost_a_packet_on_its_way_is_not_taken_for_whole() {
    let farm = Farm::start(FarmOptions { count: 12, first_port: None, seed: 1 }).await.unwrap();
    let pulls = farm.phones().iter().zip(2..).map(|(phone, every)| pull_with_a_loss(phone, every));
    let noticed = futures_util::future::join_all(pulls).await;
    assert!(noticed.contains(&true), "none lost what only the length shows");
    farm.shutdown().await;
}
