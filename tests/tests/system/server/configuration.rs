//! Protects the sentence: every option has an environment twin and a key in the configuration file; the command line
//! wins over the environment, that over the file, and the file over the default.

use std::time::Duration;

use tempfile::tempdir;

use crate::harness::{Program, Server, wait_for};

const SOON: Duration = Duration::from_secs(30);

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let directory = tempdir().unwrap();
    let (file, data) = (directory.path().join("tikmatrix.toml"), directory.path().join("data"));
    let text = format!("port = 0\nvirtual_phones = 1\ndata_dir = {:?}\n", data.to_str().unwrap());
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    for (arguments, environment, phones) in [
        (vec!["serve", "--config", file], vec![], 1),
        (vec!["serve"], vec![("TIKMATRIX_CONFIG", file)], 1),
        (vec!["serve", "--config", file], vec![("TIKMATRIX_VIRTUAL_PHONES", "2")], 2),
        (
            vec!["serve", "--config", file, "--virtual-phones", "3"],
            vec![("TIKMATRIX_VIRTUAL_PHONES", "2")],
            3,
        ),
    ] {
        let server = Server::of(Program::start_in(&arguments, &environment), None);
        let found = server.get("/virtual/phones").body.as_array().unwrap().len();
        assert_eq!(found, phones, "{arguments:?} {environment:?}");
        assert!(server.terminate().success());
    }
    assert!(data.join("tikmatrix.sqlite").exists());
}

#[test]
fn a_key_that_is_none_keeps_the_server_from_starting_and_names_what_was_meant() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("tikmatrix.toml");
    std::fs::write(&file, "prot = 0\n").unwrap();
    let mut program = Program::start(&["serve", "--config", file.to_str().unwrap()]);
    assert_eq!(program.end(SOON).code(), Some(1));
    let said = wait_for("the refusal", SOON, || Some(program.errors()).filter(|said| said.ends_with('\n')));
    assert!(said.contains("did you mean port?") && said.contains(file.to_str().unwrap()), "{said}");
}

#[test]
fn help_names_key_and_variable_of_each_option() {
    let said = String::from_utf8(Program::run(&["serve", "--help"]).stdout).unwrap();
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for name in ["port", "bind", "data_dir", "material_root", "token_file", "phone"] {
        let variable = format!("TIKMATRIX_{} --{}", name.to_uppercase(), name.replace('_', "-"));
        assert!(words.contains(&format!("[key: {name}]")) && words.contains(&variable), "{name}: {words}");
    }
}

#[test]
fn tokens_are_made_where_the_configuration_file_has_the_data() {
    let directory = tempdir().unwrap();
    let (file, data) = (directory.path().join("tikmatrix.toml"), directory.path().join("data"));
    let text = format!("port = 0\nrequire_token = true\ndata_dir = {:?}\n", data.to_str().unwrap());
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let made = Program::run(&["token", "create", "one", "--config", file]);
    assert!(made.status.success(), "{made:?}");
    let token = String::from_utf8(made.stdout).unwrap();
    let server = Server::of(Program::start(&["serve", "--config", file]), Some(token.trim()));
    assert_eq!(server.get("/api/v1/task").status, 200);
}
