//! What a phone reads of `sync:`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tikmatrix_device::adb::sync::RequestDecoder;
use tikmatrix_device_fuzz::reads_the_same_in_pieces;

fuzz_target!(|input: &[u8]| {
    reads_the_same_in_pieces(input, RequestDecoder::new, RequestDecoder::push, RequestDecoder::next);
});
