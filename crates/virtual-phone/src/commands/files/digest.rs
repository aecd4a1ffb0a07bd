//! `md5sum`, `sha256sum`, `base64`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::commands::options::Options;
use crate::shell::session::Invocation;

pub(crate) fn md5sum(invocation: &mut Invocation<'_>) -> u8 {
    sums::<Md5>(invocation)
}

pub(crate) fn sha256sum(invocation: &mut Invocation<'_>) -> u8 {
    sums::<Sha256>(invocation)
}

fn sums<D: Digest>(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "b", "") else { return 1 };
    let operands = if options.operands.is_empty() { vec!["-"] } else { options.operands.clone() };
    let mut status = 0;
    for operand in operands {
        match invocation.read(operand) {
            Ok(bytes) => {
                let sum = hex::encode(D::digest(&bytes));
                let line = if options.has('b') { format!("{sum}\n") } else { format!("{sum}  {operand}\n") };
                invocation.print(line);
            }
            Err(message) => status = invocation.fail(message),
        }
    }
    status
}

pub(crate) fn base64(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "di", "w") else { return 1 };
    let bytes = match invocation.read(options.operands.first().unwrap_or(&"-")) {
        Ok(bytes) => bytes,
        Err(message) => return invocation.fail(message),
    };
    if options.has('d') {
        let text: Vec<u8> = bytes.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return match STANDARD.decode(text) {
            Ok(decoded) => u8::from(!invocation.print(decoded)),
            Err(_) => invocation.fail("bad input"),
        };
    }
    let columns = options.value('w').and_then(|columns| columns.parse().ok()).unwrap_or(76_usize);
    let encoded = STANDARD.encode(bytes);
    if columns == 0 {
        return u8::from(!invocation.print(encoded));
    }
    let lines = encoded.as_bytes().chunks(columns);
    lines.fold(0, |status, line| status | u8::from(!invocation.print([line, b"\n"].concat())))
}
