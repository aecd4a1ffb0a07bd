//! Files that the configuration names one by one: the first that exists is taken, and no record is kept of it; or each task
//! of several gets one.

use std::path::PathBuf;

use tikmatrix_device::script::serde_json::{Map, Value, json};
use tikmatrix_device::script::{Context, Failure, LogLevel, Problem};
use tikmatrix_domain::MaterialKind;

use super::chosen::Chosen;
use super::file_calls::in_time;
use super::format::is_mp4;
use super::refusal::Refusal;
use super::source_file::SourceFile;
use crate::allowed_roots::MaterialRoots;

/// Returns the fields of each of `count` tasks that publish one material each, made of those that were `given`: of the list
/// `files`, each gets one file; of other sources, each takes one that no other took when it runs.
pub(crate) fn distribute(
    files: &[String],
    mut given: Map<String, Value>,
    count: usize,
) -> Result<Vec<Map<String, Value>>, Problem> {
    match files.len() {
        0 => Ok(vec![given]),
        named if named < count => {
            let reason = format!("names {named} files, and distribute.count is {count}: name as many");
            Err(Problem::new("material_list", reason))
        }
        _ => Ok(files[..count]
            .iter()
            .map(|file| {
                given.insert("material_list".to_owned(), json!([file]));
                given.clone()
            })
            .collect()),
    }
}

/// Opens the first file of the list that exists. A path is used exactly as its user wrote it.
pub(super) async fn choose(
    paths: &[String],
    roots: &MaterialRoots,
    context: &Context,
) -> Result<Chosen, Failure> {
    let mut missing: Vec<&str> = Vec::new();
    for path in paths {
        let found = find(path, roots, context).await;
        match found.map_err(|refusal| refusal.see("material_list"))? {
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
async fn find(path: &str, roots: &MaterialRoots, context: &Context) -> Result<Option<Chosen>, Refusal> {
    let mut file = None;
    let what = format!("open the file {path}");
    let length = context.recorded_input(&what, async {
        file = open_video(path, roots).await?;
        Ok(file.as_ref().map(SourceFile::length))
    });
    let length: Result<Option<u64>, Refusal> = length.await;
    Ok(length?.map(|length| Chosen::video(file, length, None)))
}

/// The path of the file, if there is one that may be taken.
pub(super) async fn admit(path: &str, roots: &MaterialRoots) -> Result<Option<PathBuf>, Refusal> {
    let refuse = |reason: String| Refusal::Refused(format!("the file {path} {reason}"));
    let (roots, named) = (roots.clone(), PathBuf::from(path));
    let admitted = in_time(move || roots.admit(&named))
        .await
        .map_err(|error| refuse(format!("cannot be looked for on the server: {error}")))?;
    admitted.map_err(|error| refuse(error.to_string()))
}

async fn open_video(path: &str, roots: &MaterialRoots) -> Result<Option<SourceFile>, Refusal> {
    let refuse = |reason: String| Refusal::Refused(format!("the file {path} {reason}"));
    let Some(found) = admit(path, roots).await? else { return Ok(None) };
    let Some(file) = SourceFile::open(&found, path, MaterialKind::Video).await? else { return Ok(None) };
    if !is_mp4(&found) {
        return Err(refuse("is no MP4 video by its name".to_owned()));
    }
    Ok(Some(file))
}
