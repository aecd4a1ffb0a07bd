//! What is wrong with a cable, alone and in pairs, in the middle of a shell, a push and a pull: the operation ends in
//! time and says what happened, other phones do not notice, the phone comes back by itself, and no task is left behind.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::num::NonZeroU32;
use std::time::Duration;

use tikmatrix_device::phone::{AdbCause, AdbError, Compression, Deadline, Phone, PushOptions};
use tikmatrix_device::registry::{Backoff, PhoneEntry, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{CableFault, Farm, FarmOptions, Fault, VirtualPhone};
use tokio::runtime::Handle;

/// What an operation is given.
const ALLOWED: Duration = Duration::from_secs(3);
/// What a test waits before it calls something stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// Short waits, so that the tests do not take long; none of them depends on how short.
const IMPATIENT: RegistryOptions = RegistryOptions {
    connect_time: Duration::from_secs(2),
    probe_interval: Duration::from_millis(200),
    probe_time: Duration::from_secs(2),
    approval_time: Duration::from_secs(2),
    backoff: Backoff { first: Duration::from_millis(10), most: Duration::from_millis(100) },
    jitter: || 0.5,
};

const SLOW: NonZeroU32 = NonZeroU32::new(2000).unwrap();

const FAULTS: [Fault; 9] = [
    Fault::Disconnect { after_bytes: None },
    Fault::Cable(CableFault::Freeze),
    Fault::Cable(CableFault::Slow { bytes_per_second: SLOW }),
    Fault::Cable(CableFault::DropPackets { every: NonZeroU32::MIN }),
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

/// Whether an operation goes on as if nothing were: what a shell says is little, and passes a slow cable.
fn is_harmless(fault: Fault, operation: Operation) -> bool {
    match fault {
        Fault::Cable(CableFault::DuplicateClse { .. } | CableFault::UnsolicitedOpen) => true,
        Fault::Cable(CableFault::Slow { .. }) => operation == Operation::Shell,
        _ => false,
    }
}

/// Bytes of the file that is pushed, and of the one that is pulled: more than is on its way when the fault comes.
const PUSHED: u64 = 6_000_000;
const PULLED: u64 = 16_000_000;
/// Phones in trouble at a time.
const AT_ONCE: usize = 15;

/// Each fault alone, then each with each that follows it.
fn combinations() -> Vec<Vec<Fault>> {
    let pairs = (0..FAULTS.len())
        .flat_map(|one| (one + 1..FAULTS.len()).map(move |other| vec![FAULTS[one], FAULTS[other]]));
    FAULTS.iter().map(|fault| vec![*fault]).chain(pairs).collect()
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
            ended.map(|output| assert_eq!(output.stdout_text(), "done\n"))
        }
        Operation::Push => {
            let source = tokio::io::AsyncReadExt::take(tokio::io::repeat(7), PUSHED);
            let options = PushOptions { compression: Compression::Never, ..PushOptions::default() };
            phone.push(source, "/sdcard/pushed", options, arm, deadline).await
        }
        Operation::Pull => {
            let pulled =
                phone.pull_with("/sdcard/there", tokio::io::sink(), Compression::Never, arm, deadline);
            pulled.await.map(drop)
        }
    }
}

/// The words by which a person knows what happened.
fn explains(error: &AdbError, operation: Operation) -> bool {
    let attempt = match operation {
        Operation::Shell => "run `",
        Operation::Push => "push to `/sdcard/pushed`",
        Operation::Pull => "pull `/sdcard/there`",
    };
    let cause = matches!(
        error.cause(),
        AdbCause::ConnectionLost(_) | AdbCause::DeadlinePassed(_) | AdbCause::StreamEnded
    );
    error.is_transient() && cause && error.to_string().contains(attempt)
}

/// One phone's trouble from its beginning to its return.
async fn survive(registry: &Registry, virtual_phone: VirtualPhone, operation: Operation, faults: Vec<Fault>) {
    let name = format!("{operation:?} with {faults:?} on {}", virtual_phone.serial());
    let phone = ready(registry, &virtual_phone, &name).await;
    if operation == Operation::Pull {
        let source = tokio::io::AsyncReadExt::take(tokio::io::repeat(7), PULLED);
        let options = PushOptions { compression: Compression::Never, ..PushOptions::default() };
        phone.push(source, "/sdcard/there", options, |_| {}, Deadline::after(PATIENCE)).await.expect(&name);
    }
    let ended = trouble(&phone, &virtual_phone, operation, &faults);
    let ended = tokio::time::timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("{name} never ended"));
    let harmless = faults.iter().all(|fault| is_harmless(*fault, operation));
    match ended {
        Ok(()) => assert!(harmless, "{name} went on"),
        Err(error) => assert!(!harmless && explains(&error, operation), "{name}: {error}"),
    }
    drop(phone);
    virtual_phone.clear_faults();
    let phone = ready(registry, &virtual_phone, &name).await;
    let left = phone.stat("/sdcard/pushed", Deadline::after(PATIENCE)).await.expect(&name);
    assert!(left.is_none_or(|found| found.size == PUSHED), "{name} left {left:?}");
}

/// Waits until the phone answers, however often it has to be connected to anew.
async fn ready(registry: &Registry, virtual_phone: &VirtualPhone, name: &str) -> Phone {
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
                && let Ok(output) = phone.shell("echo on", Deadline::after(ALLOWED)).await
            {
                assert_eq!(output.stdout_text(), "on\n");
                return phone;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, answering).await.unwrap_or_else(|_| panic!("{name}: it never came back"))
}

/// One phone for each combination, and a healthy one that is asked all the time and must answer each time.
async fn survive_together(operation: Operation, combinations: &[Vec<Fault>]) {
    let count = u16::try_from(combinations.len()).unwrap() + 1;
    let farm = Farm::start(FarmOptions { count, first_port: None, seed: 1 }).await.unwrap();
    let addresses = farm.phones().iter().map(|phone| phone.address().to_string()).collect();
    let registry = Registry::start_with(addresses, IMPATIENT);
    let (healthy, troubled) = farm.phones().split_last().unwrap();
    let healthy = ready(&registry, healthy, "the healthy phone").await;
    let troubles = futures_util::future::join_all(
        troubled
            .iter()
            .zip(combinations)
            .map(|(phone, faults)| survive(&registry, phone.clone(), operation, faults.clone())),
    );
    tokio::pin!(troubles);
    let mut asked = 0;
    loop {
        tokio::select! {
            _ = &mut troubles => break,
            output = healthy.shell("echo on", Deadline::after(PATIENCE)) => {
                assert_eq!(output.unwrap().stdout_text(), "on\n", "the healthy phone noticed");
                asked += 1;
            }
        }
    }
    assert!(asked > 0);
    registry.shutdown().await;
    farm.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_alone_and_in_pairs_ends_what_runs_in_time_and_harms_nobody_else() {
    let before = Handle::current().metrics().num_alive_tasks();
    let combinations = combinations();
    for operation in OPERATIONS {
        for some in combinations.chunks(AT_ONCE) {
            survive_together(operation, some).await;
        }
    }
    let all_ended = async {
        while Handle::current().metrics().num_alive_tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    let ended = tokio::time::timeout(PATIENCE, all_ended).await;
    assert!(
        ended.is_ok(),
        "{} tasks are left behind",
        Handle::current().metrics().num_alive_tasks() - before
    );
}
