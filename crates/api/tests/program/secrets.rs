//! A password is in no message, however the configuration that holds it is spoilt.

use crate::support::{Folder, run, tikmatrix};

/// What a server says that does not start.
fn refused(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = tikmatrix(arguments).envs(variables.iter().copied()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{variables:?} {arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_malformed_url_of_postgres_is_refused_without_its_password() {
    let folder = Folder::new();
    let data = folder.name("data");
    for url in [
        "postgres://maker:hunter2@secret@127.0.0.1:1/tasks",
        "postgres://maker:hunter2/secret@127.0.0.1:1/tasks",
        "postgres://maker:hunter%2@127.0.0.1:1/tasks",
        "postgres:/maker:hunter2@127.0.0.1:1/tasks",
        "postgres://maker:hunter2@127.0.0.1:1/tasks",
    ] {
        for command in [&["serve", "--port", "0"][..], &["token", "list"]] {
            let said =
                refused(&[("TIKMATRIX_DATABASE_URL", url)], &[command, &["--data-dir", &data]].concat());
            assert!(said.starts_with("tikmatrix: the database "), "{said}");
            assert!(!said.contains("hunter") && !said.contains("secret"), "{url}: {said}");
        }
    }
}

#[test]
fn a_configuration_file_that_is_none_is_refused_without_its_values() {
    let folder = Folder::new();
    let file = folder.name("tikmatrix.toml");
    std::fs::write(&file, "port = 0\ndatabase_url = postgres://maker:hunter2@db/tasks\n").unwrap();
    for command in [&["serve"][..], &["token", "list"], &["license", "show"]] {
        let said = refused(&[], &[command, &["--config", &file]].concat());
        assert!(said.contains("line 2 (database_url): ") && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn help_does_not_show_what_the_environment_holds() {
    for (variable, arguments) in
        [("TIKMATRIX_DATABASE_URL", ["serve", "--help"]), ("TIKMATRIX_TOKEN", ["task", "--help"])]
    {
        let output = tikmatrix(&arguments).env(variable, "hunter2").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(variable) && !said.contains("hunter2"), "{said}");
    }
    assert!(run(&["serve", "--help"]).status.success());
}
