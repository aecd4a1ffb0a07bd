//! One phone: a command, a file, and the screen.
//! `cargo run -p tikmatrix-device --example phone -- 192.168.0.17:5555`

use std::error::Error;
use std::time::Duration;

use tikmatrix_device::android::ScreenReader;
use tikmatrix_device::phone::{Deadline, Phone, PushOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("usage: phone HOST:PORT")?;
    println!("{}", describe(&address).await?);
    Ok(())
}

pub(crate) async fn describe(address: &str) -> Result<String, Box<dyn Error>> {
    let deadline = Deadline::after(Duration::from_secs(60));
    let phone = Phone::connect(address, deadline).await?;
    let release = phone.shell("getprop ro.build.version.release", deadline).await?;
    let path = "/sdcard/Download/hello.txt";
    phone.files().push(&b"hello\n"[..], path, PushOptions::default(), |_sent| {}, deadline).await?;
    let size = phone.files().stat(path, deadline).await?.map_or(0, |file| file.size);
    let screen = ScreenReader::default().read(&phone, deadline).await?;
    let (serial, release, elements) = (phone.serial(), release.stdout_text(), screen.iter().count());
    Ok(format!(
        "{serial}: Android {}, {path} has {size} bytes, {elements} elements on the screen",
        release.trim()
    ))
}
