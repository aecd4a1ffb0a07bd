//! A video of the server's library, which no other task gets.

use rand::Rng as _;
use tikmatrix_device::script::{Context, Failure, LogLevel, MaterialsError};
use tikmatrix_domain::{MaterialKind, MaterialWish, Tag};

use super::{Video, open, own_caption};

/// Takes one at random of those that nobody has used, with any of `tags`; one that is meant for the account comes first.
pub(super) async fn take(tags: &[Tag], context: &mut Context) -> Result<Video, Failure> {
    let username = context.username().cloned();
    let wish = MaterialWish { kind: MaterialKind::Video, tags: tags.to_vec(), username, count: 1 };
    let chance = context.rng().random();
    let nothing = Failure::Impossible(nothing_left(&wish));
    let taken = match context.materials().take(wish, chance).await {
        Ok(mut taken) => taken.pop().ok_or(nothing)?,
        Err(MaterialsError::TooFew { .. }) => return Err(nothing),
        Err(error) => return Err(error.into()),
    };
    let material = &taken.material;
    let shown = format!("{:?} of material {}", material.file.name, material.id.0);
    context.log(LogLevel::Info, format!("took the file {shown} from the library"));
    let caption =
        own_caption(&material.details.caption, &format!("the caption of material {}", material.id.0))?;
    let opened = open(&taken.path, &shown).await.map_err(Failure::Impossible)?;
    let (file, length) = opened.ok_or_else(|| {
        Failure::Impossible(format!(
            "the file {shown} is not on this server any more: delete it and upload it again"
        ))
    })?;
    Ok(Video { file, length, caption, is_taken: true })
}

fn nothing_left(wish: &MaterialWish) -> String {
    let tags: Vec<&str> = wish.tags.iter().map(Tag::as_str).collect();
    let tagged = match tags.as_slice() {
        [] => String::new(),
        [one] => format!(" with the tag {one}"),
        several => format!(" with any of the tags {}", several.join(", ")),
    };
    let account = match &wish.username {
        Some(username) => format!(" for @{username}"),
        None => String::new(),
    };
    format!(
        "the material library has no unused video{tagged}{account} left: upload one, mark one as unused, or name a file \
         in material_list"
    )
}
