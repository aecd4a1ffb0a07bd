//! What a host reads of `sync:`, lists of both versions included.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tikmatrix_device::adb::sync_protocol::{ListVersion, ResponseDecoder};
use tikmatrix_device_fuzz::reads_the_same_in_pieces;

fuzz_target!(|input: &[u8]| {
    for list in [None, Some(ListVersion::One), Some(ListVersion::Two)] {
        let new = || {
            let mut decoder = ResponseDecoder::new();
            decoder.expect_list(list);
            decoder
        };
        reads_the_same_in_pieces(input, new, ResponseDecoder::push, ResponseDecoder::next);
    }
});
