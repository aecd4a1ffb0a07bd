//! nginx in front of the server, with the configuration that docs/operations.md gives, word for word but for the socket.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::harness::{Program, Server, Video};

const PAGE: &str = include_str!("../../../docs/operations.md");
const NAME: &str = "tikmatrix.example.com";

/// nginx on a socket in a folder.
struct Nginx {
    program: PathBuf,
    folder: PathBuf,
}

impl Nginx {
    /// Starts nginx with the page's configuration before `server`. When this returns, it listens.
    fn start(folder: &Path, server: &Server) -> Self {
        let program = std::env::var_os("TIKMATRIX_NGINX");
        let program = program.expect("TIKMATRIX_NGINX is not set: `cargo xtask test` runs this suite").into();
        let certificate = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        fs::write(folder.join("certificate.pem"), certificate.cert.pem()).unwrap();
        fs::write(folder.join("key.pem"), certificate.signing_key.serialize_pem()).unwrap();
        let (_, rest) = PAGE.split_once("```nginx\n").unwrap();
        let (block, _) = rest.split_once("```").unwrap();
        let here = folder.display();
        let mut server_block = block.to_owned();
        for (from, to) in [
            ("listen 443 ssl;", format!("listen unix:{here}/socket ssl;")),
            (
                "# ssl_certificate …; ssl_certificate_key …;",
                "ssl_certificate certificate.pem; ssl_certificate_key key.pem;".to_owned(),
            ),
            ("127.0.0.1:50809", server.authority().to_owned()),
        ] {
            assert!(server_block.contains(from), "the page no longer says {from}");
            server_block = server_block.replace(from, &to);
        }
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {here}/{name};\n"))
            .concat();
        // Its workers keep the user of this test, to whom the folder belongs.
        let text = format!(
            "user root root;\npid {here}/pid;\nerror_log {here}/log;\nevents {{}}\n\
             http {{\naccess_log off;\n{places}{server_block}}}\n"
        );
        fs::write(folder.join("nginx.conf"), text).unwrap();
        let nginx = Self { program, folder: folder.to_owned() };
        nginx.run(&[]);
        nginx
    }

    fn run(&self, arguments: &[&str]) {
        let ran = Command::new(&self.program)
            .args([
                "-p".as_ref(),
                self.folder.as_os_str(),
                "-e".as_ref(),
                self.folder.join("log").as_os_str(),
            ])
            .args(["-c".as_ref(), self.folder.join("nginx.conf").as_os_str()])
            .args(arguments)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    /// curl to the server through this nginx.
    fn curl(&self, arguments: &[&str]) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["-q", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"])
            .arg("--cacert")
            .arg(self.folder.join("certificate.pem"))
            .arg("--unix-socket")
            .arg(self.folder.join("socket"))
            .args(arguments);
        curl
    }

    /// The answer of a request.
    fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.curl(arguments).output().unwrap();
        let (output, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{output} {errors}: {error}"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.run(&["-s", "stop"]);
    }
}

/// A program that is ended with its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_example_for_nginx_lets_browsers_uploads_and_events_through() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let made = Program::run(&["token", "create", "proxy", "--data-dir", data.to_str().unwrap()]).stdout;
    let token = String::from_utf8(made).unwrap().trim().to_owned();
    let server = Server::start_for(Some(&token), folder.path(), 1, &["--host-name", NAME]);
    let nginx = Nginx::start(folder.path(), &server);
    let authorization = format!("Authorization: Bearer {token}");
    let with_token = ["--header", &authorization];

    let mut events = nginx.curl(&[&with_token[..], &["https://tikmatrix.example.com/api/v1/event"]].concat());
    let mut events = Ended(events.arg("--no-buffer").stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(events.0.stdout.take().unwrap()).lines();

    // A browser's page, on the usual port and on another one.
    let body =
        json!({"serials": ["virtual-1"], "script_name": "follow", "script_config": {"target_user": "a"}});
    for origin in ["https://tikmatrix.example.com", "https://tikmatrix.example.com:8443"] {
        let url = format!("{origin}/api/v1/task");
        let origin = format!("Origin: {origin}");
        let headers = ["--header", &origin, "--header", "Content-Type: application/json"];
        let body = body.to_string();
        let answer = nginx.json(&[&with_token[..], &headers, &["--data", &body, &url]].concat());
        assert_eq!(answer["code"], 0, "{url}: {answer:#}");
    }
    let created = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("data:"));
    assert!(created.is_some(), "an event arrives while the answer goes on");

    let video = Video::make(folder.path(), "video.mp4");
    let form = format!("file=@{}", video.path());
    let upload = ["--form", &form, "https://tikmatrix.example.com/api/v1/material"];
    let answer = nginx.json(&[&with_token[..], &upload].concat());
    assert_eq!(answer["code"], 0, "{answer:#}");

    let answer = nginx.json(&["https://tikmatrix.example.com/api/v1/task"]);
    assert_eq!(answer["code"], 40101, "without a token: {answer:#}");
    let foreign = ["--header", "Origin: https://evil.example", "https://tikmatrix.example.com/api/v1/task"];
    assert_eq!(nginx.json(&[&with_token[..], &foreign].concat())["code"], 40001, "a page of another site");
}
