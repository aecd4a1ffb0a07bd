//! Phones that ask for authorisation: by AUTH, with and without a person's answer, and by TLS; and errors of a false phone.
//! The virtual phone decides which keys it accepts; programs of others are met in its `tests/debian_adb.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tikmatrix_device::adb::keys::{AdbKey, AdbPublicKey, KeyFiles, KeyStore};
use tikmatrix_device::adb::packet::{Command, MAX_PAYLOAD, Packet, PacketDecoder, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device::adb::reach::Reach;
use tikmatrix_device::phone::{AdbCause, AdbError, Deadline, Phone, PushOptions, Route};
use tikmatrix_device::registry::{PhoneState, Registry, RegistryOptions};
use tikmatrix_virtual_phone::{Access, Answer, Farm, FarmOptions, VirtualPhone};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, version};

const FIRST: &str = include_str!("../../keys/first.pem");
const SECOND: &str = include_str!("../../keys/second.pem");

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn public(pem: &str) -> AdbPublicKey {
    AdbKey::from_pem(pem).unwrap().public().clone()
}

/// A machine whose own key is the first, and which has the second besides.
struct Machine {
    keys: KeyStore,
    _folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (own, vendor) = (folder.path().join("adbkey"), folder.path().join("v.adb_key"));
        std::fs::write(&own, FIRST).unwrap();
        std::fs::write(&vendor, SECOND).unwrap();
        let files = KeyFiles { own: Some(own), vendors: vec![vendor], owner: "user@host".to_owned() };
        Self { keys: KeyStore::new(files), _folder: folder }
    }

    fn route(&self, address: &str) -> Route {
        Route::Direct { address: address.to_owned(), reach: Reach::Anywhere, keys: self.keys.clone() }
    }

    /// Connects, and gives a person until `answer` from when the phone asks.
    async fn connect_until(&self, address: &str, answer: Deadline) -> Result<Phone, AdbError> {
        Phone::connect_asking(&self.route(address), soon(), |_| answer).await
    }

    async fn connect(&self, address: &str) -> Result<Phone, AdbError> {
        self.connect_until(address, soon()).await
    }
}

struct Stage {
    farm: Farm,
    phone: VirtualPhone,
    address: String,
}

impl Stage {
    async fn new(access: Access) -> Self {
        let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
        let phone = farm.phones()[0].clone();
        phone.set_access(access);
        let address = phone.address().to_string();
        Self { farm, phone, address }
    }

    /// Waits until the phone asks so many questions.
    async fn until_questions(&self, count: usize) {
        loop {
            let changed = self.phone.access_changed();
            if self.phone.access().questions.len() == count {
                return;
            }
            changed.await;
        }
    }
}

async fn serves(phone: &Phone) {
    let output = phone.shell("echo let in; exit 7", soon()).await.unwrap();
    assert_eq!((output.stdout_text().as_ref(), output.exit_status), ("let in\n", 7));
}

#[tokio::test]
async fn every_key_is_tried_before_a_person_is_asked() {
    let (stage, machine) = (Stage::new(Access::Ask).await, Machine::new());
    stage.phone.trust(public(SECOND));
    serves(&machine.connect(&stage.address).await.unwrap()).await;
    assert!(stage.phone.access().questions.is_empty());
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn a_key_that_a_person_allows_is_accepted_now_and_later() {
    let (stage, machine) = (Stage::new(Access::Ask).await, Machine::new());
    let (mut told, route) = (String::new(), machine.route(&stage.address));
    let connecting = Phone::connect_asking(&route, soon(), |fingerprint| {
        fingerprint.clone_into(&mut told);
        soon()
    });
    let person = async {
        stage.until_questions(1).await;
        let question = stage.phone.access().questions.remove(0);
        assert!(stage.phone.answer(Answer::Allow));
        question
    };
    let (phone, question) = tokio::join!(connecting, person);
    serves(&phone.unwrap()).await;
    assert_eq!((question.owner.as_str(), &question.fingerprint), ("user@host", &told));
    assert_eq!(told, public(FIRST).fingerprint());

    serves(&machine.connect(&stage.address).await.unwrap()).await;
    assert!(!stage.phone.answer(Answer::Allow), "nothing was asked again");
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn a_dialog_without_an_answer_is_distinguished_and_closed() {
    let (stage, machine) = (Stage::new(Access::Ask).await, Machine::new());
    let moment = Deadline::after(Duration::ZERO);
    let error = machine.connect_until(&stage.address, moment).await.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::Authorizing { .. }) && error.is_transient(), "{error}");
    assert!(error.to_string().contains(&public(FIRST).fingerprint()), "{error}");
    stage.until_questions(0).await;
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn a_phone_whose_person_refused_stays_silent_and_accepts_no_key() {
    for access in [Access::Ask, Access::Refuse] {
        let (stage, machine) = (Stage::new(access).await, Machine::new());
        let refusal = async {
            if access == Access::Ask {
                stage.until_questions(1).await;
                assert!(stage.phone.answer(Answer::Refuse));
            }
        };
        let answer = Deadline::after(Duration::from_millis(300));
        let (connected, ()) = tokio::join!(machine.connect_until(&stage.address, answer), refusal);
        let error = connected.unwrap_err();
        assert!(matches!(error.cause(), AdbCause::Authorizing { .. }), "{error}");
        assert!(stage.phone.access().trusted.is_empty());
        stage.farm.shutdown().await;
    }
}

#[tokio::test]
async fn the_registry_shows_that_a_phone_asks_and_has_it_once_it_was_allowed() {
    let (stage, machine) = (Stage::new(Access::Ask).await, Machine::new());
    let addresses = vec![stage.address.clone()];
    let registry = Registry::start_as(addresses, machine.keys.clone(), RegistryOptions::default());
    let mut phones = registry.watch();
    let asking = phones.wait_for(|phones| matches!(phones[0].state, PhoneState::Authorizing { .. }));
    let asked = asking.await.unwrap()[0].state.reason().unwrap().to_owned();
    assert!(asked.contains(&public(FIRST).fingerprint()), "{asked}");
    stage.until_questions(1).await;
    assert!(stage.phone.answer(Answer::Allow));
    let ready = phones.wait_for(|phones| phones[0].state == PhoneState::Ready).await.unwrap()[0].clone();
    serves(&ready.phone.unwrap()).await;
    registry.shutdown().await;
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn inside_tls_a_trusted_key_is_found_among_several_and_everything_works() {
    let (stage, machine) = (Stage::new(Access::Tls).await, Machine::new());
    stage.phone.trust(public(SECOND));
    let phone = machine.connect(&stage.address).await.unwrap();
    serves(&phone).await;
    let content: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    let path = "/sdcard/Movies/x.mp4";
    phone.files().push(&content[..], path, PushOptions::default(), |_| {}, soon()).await.unwrap();
    let mut back = Vec::new();
    phone.files().pull(path, &mut back, soon()).await.unwrap();
    assert!(back == content);
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn inside_tls_a_machine_that_was_not_paired_is_unauthorised() {
    let (stage, machine) = (Stage::new(Access::Tls).await, Machine::new());
    let error = machine.connect(&stage.address).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("unauthorized", false), "{error}");
    assert!(error.to_string().contains("tikmatrix pair"), "{error}");
    stage.farm.shutdown().await;
}

#[tokio::test]
async fn a_machine_without_a_key_says_so_only_to_phones_that_ask() {
    let keys = KeyStore::new(KeyFiles::default());
    let stage = Stage::new(Access::Accept).await;
    let route = Route::Direct { address: stage.address.clone(), reach: Reach::Anywhere, keys };
    let connect = || Phone::connect_by(&route, soon());
    serves(&connect().await.unwrap()).await;
    for access in [Access::Ask, Access::Tls] {
        stage.phone.set_access(access);
        let error = connect().await.unwrap_err();
        assert!(matches!(error.cause(), AdbCause::NoKey(_)) && !error.is_transient(), "{error}");
    }
    stage.farm.shutdown().await;
}

/// Whatever listens in a phone's place, packet by packet.
struct Impostor {
    socket: TcpStream,
    decoder: PacketDecoder,
}

impl Impostor {
    /// The next packet, or `None` when the other side has closed.
    async fn next(&mut self) -> Option<Packet> {
        loop {
            if let Some(packet) = self.decoder.next().unwrap() {
                return Some(packet);
            }
            // No byte more than the packet: what follows it may be TLS, which goes to another reader.
            let byte = self.socket.read_u8().await.ok()?;
            self.decoder.push(&[byte]);
        }
    }

    /// Sends what may not arrive any more.
    async fn send(&mut self, packet: Packet) {
        let _ = self.socket.write_all(&packet.encode(true)).await;
    }
}

fn token(length: usize) -> Packet {
    Packet::new(Command::Auth, 1, 0, vec![7; length])
}

fn stls() -> Packet {
    Packet::bare(Command::Stls, 0x0100_0000, 0)
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// What a machine makes of an impostor that was greeted.
async fn meets<F: Future<Output = ()>>(play: impl FnOnce(Impostor) -> F) -> AdbError {
    let (listener, address) = listen().await;
    let machine = Machine::new();
    let impostor = async {
        let (socket, _) = listener.accept().await.unwrap();
        let mut impostor = Impostor { socket, decoder: PacketDecoder::new(MAX_PAYLOAD) };
        impostor.decoder.agree(VERSION_WITHOUT_CHECKSUMS, MAX_PAYLOAD);
        assert_eq!(impostor.next().await.unwrap().command, Command::Cnxn);
        play(impostor).await;
    };
    let (error, ()) = tokio::join!(machine.connect(&address), impostor);
    error.unwrap_err()
}

#[tokio::test]
async fn a_phone_that_never_stops_asking_sees_each_key_once_and_then_the_public_one_with_its_nul() {
    let mut shown = Vec::new();
    let error = meets(async |mut phone| {
        phone.send(token(20)).await;
        while let Some(packet) = phone.next().await {
            shown.push(packet);
            phone.send(token(20)).await;
        }
    })
    .await;
    assert_eq!(shown.iter().map(|packet| packet.arg0).collect::<Vec<_>>(), [2, 2, 3]);
    assert_eq!(shown[2].payload, format!("{}\0", public(FIRST).line("user@host")));
    assert!(matches!(error.cause(), AdbCause::Unauthorized(_)) && !error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_phone_that_hangs_up_on_the_public_key_has_refused_it() {
    let error = meets(async |mut phone| {
        for _ in 0..3 {
            phone.send(token(20)).await;
            phone.next().await.unwrap();
        }
    })
    .await;
    assert!(error.to_string().contains("closed the connection"), "{error}");
    assert!(matches!(error.cause(), AdbCause::Unauthorized(_)), "{error}");
}

#[tokio::test]
async fn a_token_of_another_length_and_a_longer_packet_than_agreed_are_refused() {
    for wrong in [token(0), token(19), token(21), token(4096), Packet::new(Command::Auth, 2, 0, vec![7; 20])]
    {
        let error = meets(async |mut phone| {
            phone.send(wrong.clone()).await;
            assert!(phone.next().await.is_none(), "it was answered");
        })
        .await;
        assert!(matches!(error.cause(), AdbCause::Protocol(_)) && !error.is_transient(), "{error}");
    }
    for long in [token(5000), Packet::new(Command::Open, 1, 0, vec![7; 500_000])] {
        let error = meets(async |mut phone| phone.send(long.clone()).await).await;
        assert!(error.to_string().contains("at most 4096"), "{error}");
    }
}

#[tokio::test]
async fn authorisation_after_the_greeting_ends_the_connection() {
    let error = meets(async |mut phone| {
        phone.send(Packet::new(Command::Cnxn, 0x0100_0001, 4096, "device::features=shell_v2")).await;
        phone.next().await.unwrap();
        phone.send(token(20)).await;
        assert!(phone.next().await.is_none(), "it was answered");
    })
    .await;
    assert!(matches!(error.cause(), AdbCause::ConnectionLost(_)), "{error}");
    assert!(error.to_string().contains("again"), "{error}");
}

#[tokio::test]
async fn what_is_no_tls_after_its_demand_is_refused() {
    let garbage = vec![0x55; 100_000];
    let endless = stls().encode(true).repeat(1000);
    for bytes in [&garbage[..], &endless, b"HTTP/1.1 400 Bad Request\r\n\r\n"] {
        let error = meets(async |mut phone| {
            phone.send(stls()).await;
            assert_eq!(phone.next().await.unwrap().command, Command::Stls);
            let _ = phone.socket.write_all(bytes).await;
            let _ = phone.socket.read_to_end(&mut Vec::new()).await;
        })
        .await;
        assert!(matches!(error.cause(), AdbCause::Protocol(_)) && !error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn tls_is_not_begun_with_bytes_from_before_it_or_after_a_token() {
    let error = meets(async |mut phone| {
        let both = [stls().encode(true), stls().encode(true)].concat();
        phone.socket.write_all(&both).await.unwrap();
        assert!(phone.next().await.is_none(), "it was answered");
    })
    .await;
    assert!(matches!(error.cause(), AdbCause::Protocol(_)), "{error}");
    let error = meets(async |mut phone| {
        phone.send(token(20)).await;
        phone.next().await.unwrap();
        phone.send(stls()).await;
        assert!(phone.next().await.is_none(), "it was answered");
    })
    .await;
    assert!(matches!(error.cause(), AdbCause::Protocol(_)), "{error}");
}

#[tokio::test]
async fn a_certificate_of_endless_length_is_refused() {
    let pair = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::default().self_signed(&pair).unwrap();
    let chain = vec![certificate.der().clone(); 2000];
    let secret = PrivatePkcs8KeyDer::from(pair.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let error = meets(async |mut phone| {
        phone.send(stls()).await;
        phone.next().await.unwrap();
        acceptor.accept(phone.socket).await.unwrap_err();
    })
    .await;
    assert!(matches!(error.cause(), AdbCause::Protocol(_)), "{error}");
}

#[tokio::test]
async fn a_phone_that_demands_tls_and_falls_silent_is_given_up_at_the_deadline() {
    let (listener, address) = listen().await;
    let machine = Machine::new();
    let phone = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(&stls().encode(true)).await.unwrap();
        let _ = socket.read_to_end(&mut Vec::new()).await;
    };
    let deadline = Deadline::after(Duration::from_millis(300));
    let route = machine.route(&address);
    let (connected, ()) = tokio::join!(Phone::connect_by(&route, deadline), phone);
    let error = connected.unwrap_err();
    assert!(matches!(error.cause(), AdbCause::DeadlinePassed(_)) && error.is_transient(), "{error}");
}
