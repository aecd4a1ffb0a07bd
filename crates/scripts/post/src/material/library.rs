//! A video of the server's library, which no other task gets.

use std::sync::Arc;

use rand::Rng as _;
use serde::{Deserialize, Serialize};
use tikmatrix_device::script::{Context, Failure, LibraryMaterial, LogLevel, Materials, MaterialsError};
use tikmatrix_domain::{MaterialKind, MaterialQuery, Tag};

use super::chosen::{Chosen, own_caption};
use super::refusal::Refusal;
use super::source_file::SourceFile;

/// A material that was taken, in a form that a tape can hold.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    id: i64,
    name: String,
    caption: String,
    /// The length of its file in bytes, none if the file is gone; or why it cannot be opened.
    opened: Result<Option<u64>, Refusal>,
}

impl Taken {
    /// What people call it.
    fn shown(&self) -> String {
        format!("{:?} of material {}", self.name, self.id)
    }
}

/// Takes one at random of those that no task has used, with any of `tags`; one that is meant for the account comes first.
pub(super) async fn take(tags: &[Tag], context: &mut Context) -> Result<Chosen, Failure> {
    let username = context.assignment().username.clone();
    let query = MaterialQuery { kind: MaterialKind::Video, tags: tags.to_vec(), username, count: 1 };
    let seed = context.rng().random();
    let mut file = None;
    let taking = context.recorded_input(
        "take a video from the library",
        take_from(context.materials(), query, seed, &mut file),
    );
    let taken: Result<Taken, Refusal> = taking.await;
    let taken = taken?;
    let shown = taken.shown();
    context.log(LogLevel::Info, format!("took the file {shown} from the library"));
    let caption = own_caption(&taken.caption, &format!("the caption of material {}", taken.id))?;
    let length = taken.opened?.ok_or_else(|| {
        Refusal::Missing(format!(
            "the file {shown} is not on this server any more: delete it and upload it again"
        ))
    })?;
    Ok(Chosen::video(file, length, caption))
}

/// Takes it from the record, and opens its file.
async fn take_from(
    materials: &Arc<dyn Materials>,
    query: MaterialQuery,
    seed: u64,
    file: &mut Option<SourceFile>,
) -> Result<Taken, Refusal> {
    let nothing = Refusal::Missing(nothing_left(&query));
    let found = match materials.take(query, seed).await {
        Ok(mut found) => found.pop().ok_or(nothing)?,
        Err(MaterialsError::TooFew { .. }) => return Err(nothing),
        Err(error) => return Err(error.into()),
    };
    let LibraryMaterial { material, path } = found;
    let (name, caption) = (material.file.name, material.details.caption);
    let mut taken = Taken { id: material.id.0, name, caption, opened: Ok(None) };
    taken.opened = SourceFile::open(&path, &taken.shown(), MaterialKind::Video).await.map(|opened| {
        *file = opened;
        file.as_ref().map(SourceFile::length)
    });
    Ok(taken)
}

fn nothing_left(query: &MaterialQuery) -> String {
    let tags: Vec<&str> = query.tags.iter().map(Tag::as_str).collect();
    let tagged = match tags.as_slice() {
        [] => String::new(),
        [one] => format!(" with the tag {one}"),
        several => format!(" with any of the tags {}", several.join(", ")),
    };
    let account = match &query.username {
        Some(username) => format!(" for @{username}"),
        None => String::new(),
    };
    format!(
        "the material library has no unused video{tagged}{account} left: upload one, mark one as unused, or name a file \
         in material_list"
    )
}
