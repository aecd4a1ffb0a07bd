//! Pairing by code with the virtual phone, which judges whom it trusts afterwards; that AOSP's own `adb pair` finds the
//! same phone's dialog in order is shown in the virtual phone's `tests/debian_adb.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tempfile::TempDir;
use tikmatrix_device::adb::keys::{AdbKey, KeyFiles, KeyStore};
use tikmatrix_device::adb::pairing::pair;
use tikmatrix_device::adb::reach::Reach;
use tikmatrix_device::phone::{AdbCause, Deadline, Phone, Route};
use tikmatrix_virtual_phone::{Access, Farm, FarmOptions, PairingOffer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

const KEY: &str = include_str!("../../keys/first.pem");

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

/// A computer with a key, and a phone that lets in by TLS whom it trusts, with its dialog open.
struct Stage {
    farm: Farm,
    keys: KeyStore,
    offer: PairingOffer,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("adbkey");
        std::fs::write(&own, KEY).unwrap();
        let files = KeyFiles { own: Some(own), vendors: Vec::new(), owner: "user@host".to_owned() };
        let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
        farm.phones()[0].set_access(Access::Tls);
        let offer = farm.offer_pairing("virtual-1").await.unwrap();
        Self { farm, keys: KeyStore::new(files), offer, _folder: folder }
    }

    fn trusted(&self) -> Vec<String> {
        self.farm.phones()[0].access().trusted
    }

    /// A code that is not the phone's.
    fn wrong_code(&self) -> String {
        let code: u32 = self.offer.code.parse().unwrap();
        format!("{:06}", (code + 1) % 1_000_000)
    }

    async fn cause(&self, address: &str, code: &str) -> AdbCause {
        pair(address, code, &self.keys, soon()).await.unwrap_err().cause().clone()
    }
}

#[tokio::test]
async fn a_phone_accepts_by_tls_the_computer_that_it_was_paired_with() {
    let stage = Stage::new().await;
    let address = stage.farm.phones()[0].address().to_string();
    let route = Route::Direct { address, reach: Reach::Anywhere, keys: stage.keys.clone() };
    let refused = Phone::connect_asking(&route, soon(), |_| soon()).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused.cause(), AdbCause::Unauthorized(_)), "{refused}");

    let name = pair(&stage.offer.address, &stage.offer.code, &stage.keys, soon()).await.unwrap();
    assert!(name.starts_with("adb-virtual-1-"), "{name}");
    let key = AdbKey::from_pem(KEY).unwrap();
    assert_eq!(stage.trusted(), [key.public().fingerprint()]);
    let phone = Phone::connect_asking(&route, soon(), |_| soon()).await.unwrap();
    assert_eq!(phone.shell("exit 7", soon()).await.unwrap().exit_status, 7);

    let again = stage.cause(&stage.offer.address, &stage.offer.code).await;
    assert!(matches!(again, AdbCause::Unreachable(_)), "the dialog has closed: {again}");
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn a_wrong_code_is_reported_trusts_no_key_and_leaves_the_dialog_open_twenty_times() {
    let stage = Stage::new().await;
    for _ in 0..20 {
        let cause = stage.cause(&stage.offer.address, &stage.wrong_code()).await;
        assert!(matches!(&cause, AdbCause::Unauthorized(reason) if reason.contains("the code")), "{cause}");
    }
    let closed = stage.cause(&stage.offer.address, &stage.offer.code).await;
    assert!(matches!(closed, AdbCause::Unreachable(_)), "{closed}");
    assert_eq!(stage.trusted(), Vec::<String>::new());
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn the_right_code_still_pairs_after_a_wrong_one() {
    let stage = Stage::new().await;
    stage.cause(&stage.offer.address, &stage.wrong_code()).await;
    pair(&stage.offer.address, &stage.offer.code, &stage.keys, soon()).await.unwrap();
    assert_eq!(stage.trusted().len(), 1);
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn what_is_no_code_is_refused_before_the_phone_hears_of_it() {
    let stage = Stage::new().await;
    for code in ["", "12345", "1234567", "12345x", "１２３４５６"] {
        let cause = stage.cause("127.0.0.1:1", code).await;
        assert!(matches!(cause, AdbCause::BadArgument(_)), "{code}: {cause}");
    }
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn without_a_pairing_phone_the_error_names_the_address_to_take() {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let other = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    };
    let (cause, ()) = tokio::join!(stage.cause(&address, "123456"), other);
    assert!(cause.to_string().contains("dialog with the code"), "{cause}");
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn a_phone_that_says_nothing_is_given_up_at_the_deadline() {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let deadline = Deadline::after(Duration::from_millis(300));
    let error = pair(&address, "123456", &stage.keys, deadline).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)), "{error}");
    stage.farm.shutdown().await;
}
