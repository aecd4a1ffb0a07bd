//! The example `embedded` does on a virtual phone what its first lines say.

#[allow(dead_code, reason = "its `main` is for the command line")]
#[path = "../examples/embedded.rs"]
mod embedded;

use tikmatrix_virtual_phone::{Farm, FarmOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_another_program_runs_the_script_of_that_program() {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let phone = &farm.phones()[0];
    let address = phone.address().to_string();
    let remark = embedded::run(directory.path().to_str().unwrap(), &address, phone.serial()).await.unwrap();
    assert!(remark.starts_with("it is a ") && !remark.contains("unknown"), "{remark}");
    farm.shutdown().await;
}
