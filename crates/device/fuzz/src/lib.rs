//! What every target of a decoder asks: bytes give the same however they are split, an error is one for good, and no
//! bytes make it panic or take more memory than they are worth. Which decoder is asked is the target's.

use std::fmt::Debug;

use peak_alloc::PeakAlloc;

/// Counts what is allocated here; what libFuzzer itself holds is not in it.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most bytes of memory that reading may take for each byte that was read: packets and frames of a few bytes are
/// gathered as values of up to a hundred, in a list that doubles.
const MOST_FOR_A_BYTE: usize = 64;
/// And once more: a payload of the greatest length, 1 MiB, may be made room for before it comes.
const MOST_AT_ALL: usize = 2 * 1024 * 1024;

/// Gives a decoder the bytes behind the first at once, and anew in pieces as long as the first byte says.
pub fn reads_the_same_in_pieces<D, T, E>(
    input: &[u8],
    new: impl Fn() -> D,
    push: fn(&mut D, &[u8]),
    next: fn(&mut D) -> Result<Option<T>, E>,
) where
    T: Debug + PartialEq,
    E: Debug + PartialEq,
{
    reads_alike_in_pieces(input, new, push, next, |found| found);
}

/// The same for a decoder that gives what came in pieces in pieces: `joined` puts them together.
pub fn reads_alike_in_pieces<D, T, E>(
    input: &[u8],
    new: impl Fn() -> D,
    push: fn(&mut D, &[u8]),
    next: fn(&mut D) -> Result<Option<T>, E>,
    joined: fn(Vec<T>) -> Vec<T>,
) where
    T: Debug + PartialEq,
    E: Debug + PartialEq,
{
    let Some((length, bytes)) = input.split_first() else { return };
    let (whole, error) = read(new(), [bytes].into_iter(), push, next);
    let (pieces, same_error) = read(new(), bytes.chunks(1 + usize::from(*length)), push, next);
    assert_eq!((joined(whole), error), (joined(pieces), same_error));
}

fn read<'a, D, T, E>(
    mut decoder: D,
    pieces: impl Iterator<Item = &'a [u8]>,
    push: fn(&mut D, &[u8]),
    next: fn(&mut D) -> Result<Option<T>, E>,
) -> (Vec<T>, Option<E>)
where
    E: Debug + PartialEq,
{
    let mut found = Vec::new();
    let before = MEMORY.current_usage();
    let mut length = 0;
    MEMORY.reset_peak_usage();
    let mut error = None;
    'pieces: for piece in pieces {
        length += piece.len();
        push(&mut decoder, piece);
        loop {
            match next(&mut decoder) {
                Ok(Some(item)) => found.push(item),
                Ok(None) => break,
                Err(first) => {
                    length += piece.len();
                    push(&mut decoder, piece);
                    assert!(matches!(next(&mut decoder), Err(again) if again == first));
                    error = Some(first);
                    break 'pieces;
                }
            }
        }
    }
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(taken <= MOST_FOR_A_BYTE * length + MOST_AT_ALL, "{length} bytes took {taken} bytes of memory");
    (found, error)
}
