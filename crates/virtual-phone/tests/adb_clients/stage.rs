//! A phone, a separate adb server that knows it, and programs that are run against both.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tikmatrix_virtual_phone::{Farm, FarmOptions, VirtualPhone};
use tokio::runtime::Runtime;

pub(crate) struct Stage {
    farm: Farm,
    runtime: Runtime,
    directory: TempDir,
    port: u16,
    server: Child,
}

impl Stage {
    /// Starts phone and server. The server has its own port and home, so that other users of adb here are not
    /// disturbed.
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let options = FarmOptions { count: 1, first_port: None, seed: 1 };
        let farm = runtime.block_on(Farm::start(options)).unwrap();
        let directory = TempDir::new().unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut adb = Command::new("adb");
        adb.args(["-P", &port.to_string(), "nodaemon", "server"]);
        adb.env("HOME", directory.path()).env("ADB_MDNS_AUTO_CONNECT", "0");
        let mut server = adb.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the adb server");
        // The server says nothing once it is ready; one that ended never will be.
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(server.try_wait().unwrap().is_none(), "the adb server ended");
            std::thread::yield_now();
        }
        let stage = Self { farm, runtime, directory, port, server };
        let connect = ["-P", &port.to_string(), "connect", &stage.address()].map(str::to_owned);
        stage.run(Command::new("adb").args(connect));
        stage
    }

    pub(crate) fn phone(&self) -> &VirtualPhone {
        &self.farm.phones()[0]
    }

    /// A folder for the programs, and a file in it.
    pub(crate) fn folder(&self) -> String {
        self.directory.path().to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a program of `programs/` with the Python that has the packages; the phone's address comes first.
    pub(crate) fn python(&self, program: &str, arguments: &[&str]) {
        let python = std::env::var_os("TIKMATRIX_PYTHON").expect("TIKMATRIX_PYTHON; use `cargo xtask test`");
        self.run(self.program(Command::new(python), program).args(arguments));
    }

    /// The same with Node.js.
    pub(crate) fn node(&self, program: &str, arguments: &[&str]) {
        let modules = std::env::var_os("TIKMATRIX_NODE_MODULES")
            .expect("TIKMATRIX_NODE_MODULES; use `cargo xtask test`");
        let mut node = Command::new("node");
        node.env("NODE_PATH", modules);
        self.run(self.program(node, program).args(arguments));
    }

    fn address(&self) -> String {
        self.phone().address().to_string()
    }

    fn program(&self, mut command: Command, program: &str) -> Command {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adb_clients/programs");
        command.arg(programs.join(program)).arg(self.address());
        command.env("ANDROID_ADB_SERVER_PORT", self.port.to_string());
        command
    }

    fn run(&self, command: &mut Command) {
        let output = command.env("HOME", self.directory.path()).output().expect("the program");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // To kill one that has ended is no error.
        let lives = self.server.try_wait().unwrap().is_none();
        assert!(std::thread::panicking() || lives, "the adb server was ended from outside");
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        self.runtime.block_on(self.farm.shutdown());
    }
}
