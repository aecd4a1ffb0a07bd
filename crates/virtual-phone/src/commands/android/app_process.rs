//! `app_process`: runs a Java program from a jar. The only one here is uiautomator2's agent.

use std::time::Duration;

use crate::agent::server;
use crate::agent::state::Agent;
use crate::shell::session::Invocation;
use crate::system::sockets::SocketName;

/// The agent's class.
const MAIN: &str = "com.wetest.uia2.Main";
const DEFAULT_PORT: u16 = 9008;
const MAX_RUN: Duration = Duration::from_secs(24 * 60 * 60);

/// `CLASSPATH=JAR app_process DIRECTORY CLASS [-p PORT]`: runs until its shell is ended.
pub(crate) fn app_process(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let operands: Vec<&str> = words.into_iter().skip_while(|word| word.starts_with('-')).collect();
    let (Some(class), options) = (operands.get(1).copied(), operands.get(2..).unwrap_or_default()) else {
        invocation.print_error("Error: no class name or --zygote supplied.");
        return 10;
    };
    if class != MAIN || !has_jar(invocation) {
        invocation.print_error(format!("java.lang.ClassNotFoundException: Didn't find class \"{class}\""));
        return 1;
    }
    let port = match options.iter().position(|word| *word == "-p").and_then(|at| options.get(at + 1)) {
        None => Some(DEFAULT_PORT),
        Some(word) => word.parse().ok(),
    };
    let Some(port) = port else {
        invocation.print_error("java.lang.NumberFormatException: the port is no number");
        return 1;
    };
    run(invocation, port)
}

/// Whether `CLASSPATH` names a jar, which is a ZIP archive.
fn has_jar(invocation: &Invocation<'_>) -> bool {
    let Some(path) = invocation.session.variable("CLASSPATH") else { return false };
    invocation.files().read(&invocation.path(&path)).is_ok_and(|bytes| bytes.starts_with(b"PK"))
}

fn run(invocation: &mut Invocation<'_>, port: u16) -> u8 {
    invocation.print("[server] INFO: [UiAutomator2Server] Starting Server\n");
    let machine = invocation.machine();
    let automation = match machine.accessibility.register() {
        Ok(automation) => automation,
        Err(error) => {
            invocation.print_error(format!("java.lang.IllegalStateException: {error}"));
            return 1;
        }
    };
    let listener = match machine.sockets.listen(SocketName::Tcp(port)) {
        Ok(listener) => listener,
        Err(error) => {
            invocation.print_error(format!("java.net.BindException: {error}"));
            return 1;
        }
    };
    // A separate runtime, like a process: its connections end with it.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => return invocation.fail(error.to_string()),
    };
    let agent = Agent::new(machine.clone(), automation);
    let stop = invocation.session.stop.clone();
    runtime.block_on(async {
        let ended = tokio::task::spawn_blocking(move || stop.sleep(MAX_RUN));
        tokio::select! {
            _ = ended => {}
            () = server::serve(agent, listener) => {}
        }
    });
    runtime.shutdown_background();
    0
}
