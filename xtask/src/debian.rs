//! Installs what the interop suites need from Debian's archive: its `adb`, and a real Android `adbd` with a newer `adb` and
//! an nginx, which are unpacked into the target folder without changing the system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};

use crate::process::{Program, is_installed};

/// The release whose archive holds an `adbd` built from AOSP 34; older ones have none that listens on TCP.
const RELEASE: &str = "trixie";

/// Programs of Debian's archive that are unpacked without changing the system.
struct Unpacked {
    /// The folder's name.
    name: &'static str,
    /// The packages of the programs and of every library that they load, so that they use nothing of the system's.
    packages: &'static [&'static str],
    /// Each program's name, and its path in its package.
    programs: &'static [(&'static str, &'static str)],
}

const ADBD: Unpacked = Unpacked {
    name: "adbd",
    packages: &[
        "adbd",
        "adb",
        "android-libbase",
        "android-libboringssl",
        "android-libcutils",
        "android-liblog",
        "android-libziparchive",
        "libbrotli1",
        "libc6",
        "libcap2",
        "libgcc-s1",
        "liblz4-1",
        "libprotobuf32t64",
        "libstdc++6",
        "libsystemd0",
        "libudev1",
        "libusb-1.0-0",
        "libxxhash0",
        "libzstd1",
        "zlib1g",
    ],
    programs: &[
        ("adbd", "usr/lib/android-sdk/platform-tools/adbd"),
        ("adb", "usr/lib/android-sdk/platform-tools/adb"),
    ],
};

const NGINX: Unpacked = Unpacked {
    name: "nginx",
    packages: &["nginx", "libc6", "libcrypt1", "libpcre2-8-0", "libssl3t64", "libzstd1", "zlib1g"],
    programs: &[("nginx", "usr/sbin/nginx")],
};

/// The reason why a suite did not run.
pub(crate) enum Missing {
    /// This machine does not have what the suite needs.
    Unavailable(String),
    /// The installation or the suite failed.
    Failed(Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Installs Debian's `package` if the program `name` is missing.
pub(crate) fn command(name: &str, package: &str) -> Result<(), Missing> {
    if is_installed(name) {
        return Ok(());
    }
    install(&format!("`{name}` is not installed"), package)
}

/// Installs Debian's `package`; `why` describes what is missing without it.
pub(crate) fn install(why: &str, package: &str) -> Result<(), Missing> {
    let unattended = |program: Program| program.environment("DEBIAN_FRONTEND", "noninteractive");
    if !is_installed("apt-get") {
        return Err(Missing::Unavailable(format!("{why} and this machine has no apt to install it with")));
    }
    if !is_root()? {
        return Err(Missing::Unavailable(format!("{why}: run `apt-get install {package}` as root")));
    }
    unattended(Program::new("apt-get").arguments(["-qq", "update"])).run()?;
    unattended(Program::new("apt-get").arguments([
        "-qq",
        "--yes",
        "--no-install-recommends",
        "install",
        package,
    ]))
    .run()?;
    Ok(())
}

/// Installs the programs of a PostgreSQL server if they are missing. Debian keeps them outside the search path, in one
/// folder per version.
pub(crate) fn postgres() -> Result<(), Missing> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    if versions.into_iter().any(|version| version.path().join("bin/initdb").exists()) {
        return Ok(());
    }
    command("initdb", "postgresql")
}

/// Returns the folder with `adbd` and `adb`, which are unpacked once.
pub(crate) fn real_adbd() -> Result<PathBuf, Missing> {
    let folder = unpacked(&ADBD)?;
    command("ip", "iproute2")?;
    command("unshare", "util-linux")?;
    Ok(folder)
}

/// Returns the path of `nginx`, which is unpacked once: installed, it would start to serve.
pub(crate) fn nginx() -> Result<PathBuf, Missing> {
    Ok(unpacked(&NGINX)?.join("nginx"))
}

fn unpacked(programs: &Unpacked) -> Result<PathBuf, Missing> {
    let name = programs.name;
    if !is_installed("apt-get") || !is_installed("dpkg") || std::env::consts::ARCH != "x86_64" {
        return Err(Missing::Unavailable(format!(
            "{name} is unpacked from Debian's archive, on Debian and x86_64 only"
        )));
    }
    let folder = std::path::absolute("target/interop").context("no current folder")?.join(name);
    if !folder.join("complete").exists() {
        unpack(programs, &folder).with_context(|| format!("cannot unpack {name}"))?;
        fs::write(folder.join("complete"), RELEASE).context("cannot mark the folder complete")?;
    }
    Ok(folder)
}

fn unpack(programs: &Unpacked, folder: &Path) -> Result<()> {
    for name in ["lists/partial", "cache/archives/partial", "packages", "root"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let archive = archive()?;
    let at = |name: &str| folder.join(name).display().to_string();
    fs::write(
        folder.join("sources.list"),
        format!("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {archive} {RELEASE} main\n"),
    )?;
    // `Sandbox::User`: apt would otherwise drop to a user that may not read this folder.
    fs::write(
        folder.join("apt.conf"),
        format!(
            "Dir::Etc::sourcelist \"{}\";\nDir::Etc::sourceparts \"-\";\nDir::State::lists \"{}\";\nDir::Cache \"{}\";\n\
             APT::Sandbox::User \"root\";\nAcquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n",
            at("sources.list"),
            at("lists"),
            at("cache"),
        ),
    )?;
    let apt =
        || Program::new("apt-get").environment("APT_CONFIG", folder.join("apt.conf")).arguments(["-qq"]);
    apt().arguments(["update"]).run()?;
    apt().arguments(["download"]).arguments(programs.packages).within(&folder.join("packages")).run()?;
    for entry in fs::read_dir(folder.join("packages"))? {
        Program::new("dpkg")
            .arguments(["-x".as_ref(), entry?.path().as_os_str(), folder.join("root").as_os_str()])
            .run()?;
    }
    for (name, path) in programs.programs {
        launcher(folder, name, path)?;
    }
    Ok(())
}

/// Writes a script that starts the unpacked program with the unpacked loader and libraries.
fn launcher(folder: &Path, name: &str, path: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let libraries = folder.join("root/usr/lib/x86_64-linux-gnu");
    let program = folder.join("root").join(path);
    let launcher = folder.join(name);
    fs::write(
        &launcher,
        format!(
            "#!/bin/sh\nexec '{0}/ld-linux-x86-64.so.2' --library-path '{0}:{0}/android' '{1}' \"$@\"\n",
            libraries.display(),
            program.display()
        ),
    )?;
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Returns the URL of Debian's archive from the configuration of this machine's apt.
fn archive() -> Result<String> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(folder) = fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(folder.filter_map(|entry| entry.ok().map(|entry| entry.path())));
    }
    let is_archive =
        |word: &&str| word.starts_with("http") && word.trim_end_matches('/').ends_with("/debian");
    files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .find_map(|text| text.split_whitespace().find(is_archive).map(str::to_owned))
        .context("this machine's apt sources name no Debian archive")
}

/// Returns whether this user may install packages.
fn is_root() -> Result<bool> {
    Ok(Program::new("id").arguments(["-u"]).output()?.trim() == "0")
}
