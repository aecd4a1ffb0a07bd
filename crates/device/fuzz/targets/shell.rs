//! The frames of a shell.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tikmatrix_device::adb::shell_protocol::FrameDecoder;
use tikmatrix_device_fuzz::reads_the_same_in_pieces;

fuzz_target!(|input: &[u8]| {
    reads_the_same_in_pieces(input, FrameDecoder::new, FrameDecoder::push, FrameDecoder::next);
});
