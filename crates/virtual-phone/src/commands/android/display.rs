//! `wm`, `screencap`, `uiautomator`: the screen as numbers, as a picture and as a tree.

use crate::shell::session::Invocation;
use crate::ui::{DENSITY, Frame, SCREEN_HEIGHT, SCREEN_WIDTH};

/// The default file of `uiautomator dump`.
const DUMP: &str = "/sdcard/window_dump.xml";
/// `PIXEL_FORMAT_RGBA_8888` and sRGB in the header of a raw picture (AOSP's `screencap.cpp`).
const RGBA: u32 = 1;
const SRGB: u32 = 1;

pub(crate) fn wm(invocation: &mut Invocation<'_>) -> u8 {
    let text = match invocation.words().as_slice() {
        ["size"] => format!("Physical size: {SCREEN_WIDTH}x{SCREEN_HEIGHT}\n"),
        ["density"] => format!("Physical density: {DENSITY}\n"),
        ["dismiss-keyguard"] => {
            invocation.machine().windows().layers.lock.dismiss();
            String::new()
        }
        ["size" | "density", "reset"] => String::new(),
        [] => "Window manager (window) commands:\n".to_owned(),
        [other, ..] => {
            invocation.print_error(format!("Unknown command: {other}"));
            return 255;
        }
    };
    u8::from(!invocation.print(text))
}

/// `screencap [-p] [PATH]`: PNG with `-p` or for a path that ends in `.png`, else raw pixels behind a header.
pub(crate) fn screencap(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let path = words.iter().find(|word| !word.starts_with('-'));
    let as_png = words.contains(&"-p") || path.is_some_and(|path| path.ends_with(".png"));
    let frame = invocation.machine().windows().snapshot().draw();
    let bytes = if as_png {
        match frame.png() {
            Ok(bytes) => bytes,
            Err(error) => return invocation.fail(error.to_string()),
        }
    } else {
        raw(&frame)
    };
    let Some(path) = path else { return u8::from(!invocation.print(bytes)) };
    let written = invocation.files().writer(invocation.seconds()).write(&invocation.path(path), &bytes);
    match written {
        Ok(()) => 0,
        Err(error) => {
            invocation.print_error(format!("Error opening file: {path} ({error})"));
            1
        }
    }
}

fn raw(frame: &Frame) -> Vec<u8> {
    let header = [frame.width, frame.height, RGBA, SRGB].map(u32::to_le_bytes);
    [header.as_flattened(), &frame.rgba].concat()
}

/// `uiautomator dump [--compressed] [PATH]`: the exit status is 0 unless another program holds the accessibility
/// service.
pub(crate) fn uiautomator(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let Some(("dump", options)) = words.split_first().map(|(first, rest)| (*first, rest)) else {
        invocation.print_error("Usage: uiautomator <subcommand> [options]");
        return 1;
    };
    let _automation = match invocation.machine().accessibility.register() {
        Ok(automation) => automation,
        Err(error) => {
            invocation.print_error(format!("java.lang.IllegalStateException: {error}"));
            return 1;
        }
    };
    let compressed = options.contains(&"--compressed");
    let path = options.iter().find(|word| !word.starts_with("--")).copied().unwrap_or(DUMP);
    let dumped = invocation.machine().windows().dump(compressed);
    let text = match dumped {
        Ok(text) => text,
        Err(busy) => {
            invocation.print_error(busy.to_string());
            return 0;
        }
    };
    if path == "/dev/tty" {
        invocation.print(text);
    } else {
        let written =
            invocation.files().writer(invocation.seconds()).write(&invocation.path(path), text.as_bytes());
        if let Err(error) = written {
            invocation.print_error(format!("java.io.FileNotFoundException: {path}: open failed: {error}"));
            return 0;
        }
    }
    // The spelling is Android's own.
    invocation.print(format!("UI hierchary dumped to: {path}\n"));
    0
}
