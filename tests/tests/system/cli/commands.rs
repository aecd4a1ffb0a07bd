//! Protects the sentence: a command that cannot do its work says why in one sentence and exits with an error, and
//! `tikmatrix phone` runs phones alone.

use std::net::TcpListener;
use std::time::Duration;

use tempfile::tempdir;

use crate::harness::{Program, Server, answer_of};

const SOON: Duration = Duration::from_secs(30);

/// Runs a command that has to fail and gives what it said.
fn refused(arguments: &[&str]) -> String {
    let mut program = Program::start(arguments);
    let status = program.end(SOON);
    assert!(!status.success(), "{arguments:?} was carried out");
    assert!(!program.output().contains("listening on"), "{arguments:?} listened");
    program.errors()
}

#[test]
fn two_servers_never_share_a_data_directory() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let data = directory.path().join("data");
    let said = refused(&["serve", "--port", "0", "--data-dir", data.to_str().unwrap()]);
    assert!(said.contains("in use by another server"), "{said}");
    assert_eq!(server.get("/healthz").status, 200, "the first one is not disturbed");
}

#[test]
fn a_port_in_use_is_named() {
    let directory = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused(&["serve", "--port", &port, "--data-dir", directory.path().to_str().unwrap()]);
    assert!(said.contains(&format!("port {port} is in use")), "{said}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "no directory").unwrap();
    let below = file.join("data");
    let said = refused(&["serve", "--port", "0", "--data-dir", below.to_str().unwrap()]);
    assert!(said.contains("data directory") && said.contains(below.to_str().unwrap()), "{said}");
}

#[test]
fn an_address_without_a_port_is_refused_with_its_form() {
    let said = refused(&["serve", "--phone", "192.168.1.20"]);
    assert!(said.contains("HOST:PORT"), "{said}");
}

#[test]
fn phones_alone_tell_what_they_have_over_http() {
    let mut program =
        Program::start(&["phone", "--port", "0", "--count", "2", "--control", "0", "--seed", "7"]);
    let mut addresses = Vec::new();
    for number in 1..=2 {
        addresses.push(program.line("the address of a phone", SOON, |line| {
            line.strip_prefix(&format!("virtual-{number} listening on ")).map(str::to_owned)
        }));
    }
    let control = program.line("the address of the control port", SOON, |line| {
        line.strip_prefix("control listening on ").map(str::to_owned)
    });
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    let phones = answer_of(agent.get(&control).call()).body;
    let phones = phones.as_array().unwrap();
    assert_eq!(phones.len(), 2);
    for (index, phone) in phones.iter().enumerate() {
        assert_eq!(phone["serial"], format!("virtual-{}", index + 1));
        assert_eq!(phone["address"], addresses[index].as_str());
        assert!(phone["apps"]["tiktok"]["accounts"].is_array(), "{phone:#}");
    }
    program.signal("TERM");
    assert_eq!(program.end(SOON).code(), Some(0));
}

#[test]
fn phones_take_the_time_of_real_ones_only_when_they_are_told_to() {
    for (arguments, realistic) in
        [(&[][..], false), (&["--latency", "none"], false), (&["--latency", "realistic"], true)]
    {
        let program = Program::start(&[&["phone", "--port", "0", "--control", "0"], arguments].concat());
        let control = program.line("the address of the control port", SOON, |line| {
            line.strip_prefix("control listening on ").map(str::to_owned)
        });
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let phones = answer_of(agent.get(&control).call()).body;
        assert_eq!(phones[0]["realistic"], realistic, "{arguments:?}: {phones:#}");
    }
}
