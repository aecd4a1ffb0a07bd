//! What a host reads of `sync:`, lists of both versions included.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tikmatrix_device::adb::sync::{ListVersion, Response, ResponseDecoder};
use tikmatrix_device_fuzz::reads_alike_in_pieces;

fuzz_target!(|input: &[u8]| {
    for list in [None, Some(ListVersion::One), Some(ListVersion::Two)] {
        let new = || {
            let mut decoder = ResponseDecoder::new();
            decoder.expect_list(list);
            decoder
        };
        let push = |decoder: &mut ResponseDecoder, bytes: &[u8]| decoder.push(bytes.to_vec().into());
        reads_alike_in_pieces(input, new, push, ResponseDecoder::next, joined_content);
    }
});

/// All content that follows upon each other as one piece.
fn joined_content(responses: Vec<Response>) -> Vec<Response> {
    let mut joined: Vec<Response> = Vec::new();
    for response in responses {
        match (joined.last_mut(), response) {
            (Some(Response::Data(before)), Response::Data(more)) => *before = [&before[..], &more].concat().into(),
            (_, response) => joined.push(response),
        }
    }
    joined
}
