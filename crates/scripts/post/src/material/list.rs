//! Files that the configuration names one by one: the first that exists is taken, and no record is kept of it.

use std::path::PathBuf;

use tikmatrix_device::script::{Context, Failure, LogLevel};
use tokio::fs::File;

use super::video::{Refusal, Video, is_mp4, open};
use crate::allowed_roots::MaterialRoots;

/// Opens the first file of the list that exists. A path is used exactly as its user wrote it.
pub(super) async fn choose(
    paths: &[String],
    roots: &MaterialRoots,
    context: &Context,
) -> Result<Video, Failure> {
    let mut missing: Vec<&str> = Vec::new();
    for path in paths {
        let found = find(path, roots, context).await;
        match found.map_err(|reason| Refusal::Refused(reason).see("material_list"))? {
            Some(video) => {
                for absent in missing {
                    context
                        .log(LogLevel::Warn, format!("material_list: {absent} does not exist; took {path}"));
                }
                return Ok(video);
            }
            None => missing.push(path),
        }
    }
    let remark = match missing.as_slice() {
        [] => "material_list names no file".to_owned(),
        [one] => format!("the file {one} does not exist on the server; see material_list"),
        several => {
            format!("none of the files {} exists on the server; see material_list", several.join(", "))
        }
    };
    Err(Refusal::Missing(remark).into())
}

/// The file, if there is one.
async fn find(path: &str, roots: &MaterialRoots, context: &Context) -> Result<Option<Video>, String> {
    let mut file = None;
    let what = format!("open the file {path}");
    let length = context.recorded_input(&what, async {
        let found = open_video(path, roots).await?;
        Ok(found.map(|(opened, length)| {
            file = Some(opened);
            length
        }))
    });
    let length: Result<Option<u64>, String> = length.await;
    Ok(length?.map(|length| Video { file, length, caption: None }))
}

async fn open_video(path: &str, roots: &MaterialRoots) -> Result<Option<(File, u64)>, String> {
    let (roots, named) = (roots.clone(), PathBuf::from(path));
    let admitted = tokio::task::spawn_blocking(move || roots.admit(&named))
        .await
        .map_err(|error| format!("the file {path} could not be looked for: {error}"))?;
    let Some(found) = admitted.map_err(|error| format!("the file {path} {error}"))? else { return Ok(None) };
    let Some((file, length)) = open(&found, path).await? else { return Ok(None) };
    if !is_mp4(&found) {
        return Err(format!("the file {path} is no MP4 video by its name"));
    }
    Ok(Some((file, length)))
}
