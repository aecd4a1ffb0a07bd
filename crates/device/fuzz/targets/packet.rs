//! Packets, as either side of a connection reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tikmatrix_device::adb::packet::{MAX_PAYLOAD, PacketDecoder, VERSION_WITHOUT_CHECKSUMS};
use tikmatrix_device_fuzz::reads_the_same_in_pieces;

fuzz_target!(|input: &[u8]| {
    reads_the_same_in_pieces(input, || PacketDecoder::new(4096), PacketDecoder::push, PacketDecoder::next);
    let agreed = || {
        let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
        decoder.agree(VERSION_WITHOUT_CHECKSUMS, MAX_PAYLOAD);
        decoder
    };
    reads_the_same_in_pieces(input, agreed, PacketDecoder::push, PacketDecoder::next);
});
