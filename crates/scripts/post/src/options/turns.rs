//! The lines of a source, which each account takes in turn, round again at the end.

use sha2::{Digest as _, Sha256};
use tikmatrix_device::script::{Context, Failure, MaterialsError};

use crate::material::refusal::Refusal;

/// Takes the line whose turn it is among `lines`, which are not empty. `kind` and `name` identify their source, however long
/// the name is.
pub(super) async fn take_line<'a, T>(
    lines: &'a [T],
    kind: &str,
    name: &str,
    context: &mut Context,
) -> Result<&'a T, Failure> {
    let hash: String = Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    let source = format!("{kind} {hash}");
    let what = format!("take the next line of the {kind}");
    let turn = context.recorded_input(&what, context.materials().take_turn(source));
    let turn: Result<u64, MaterialsError> = turn.await;
    let at = turn?.checked_rem(lines.len() as u64).and_then(|at| usize::try_from(at).ok());
    let nothing = || Refusal::Missing(format!("the {kind} hold no line")).into();
    at.and_then(|at| lines.get(at)).ok_or_else(nothing)
}
