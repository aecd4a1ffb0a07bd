//! Materials between the bodies of the API and the domain.

use serde_json::Value;
use tikmatrix_api_types::materials::{
    Material, MaterialMetadata, MaterialPatch, MaterialState, MaterialUpload, MaterialUsed, UploadedMaterial,
};
use tikmatrix_domain::{self as domain, MaterialChange, MaterialDetails, MaterialUse, Username};
use tikmatrix_storage::MaterialAdded;
use tikmatrix_validation::{Nulls, Problems, shown};

use crate::http::body::{RequestBody, note_patch, patch, read_object, text};
use crate::http::error::ApiError;
use crate::http::text::read_tags;
use crate::http::time::moment;

impl RequestBody for MaterialPatch {
    const NULLS: Nulls = Nulls::Change;
}

impl RequestBody for MaterialMetadata {}

/// The change of a material that is asked for.
pub(crate) fn change(change: MaterialPatch) -> Result<MaterialChange, ApiError> {
    let MaterialPatch { tags, caption, username, sort, used } = change;
    Ok(MaterialChange {
        tags: tags.as_deref().map(read_tags).transpose()?,
        caption: note_patch(caption),
        username: patch("username", username, Username::new)?,
        sort,
        used,
    })
}

/// Reads the details of `count` files from `metadata`: an object applies to all of them, a list has one object for each.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn details(metadata: Option<Value>, count: usize) -> Result<Vec<MaterialDetails>, ApiError> {
    let mut problems = Problems::default();
    let all = match metadata {
        None => vec![MaterialDetails::default(); count],
        Some(Value::Array(each)) if each.len() == count => {
            let read = |(index, value)| details_of(value, &format!("metadata[{index}]"), &mut problems);
            each.into_iter().enumerate().map(read).collect::<Result<_, _>>()?
        }
        Some(Value::Array(each)) => {
            let reason = format!("is a list of {} for {count} files: one for each is needed", each.len());
            return Err(ApiError::invalid("metadata", reason));
        }
        Some(one) => vec![details_of(one, "metadata", &mut problems)?; count],
    };
    problems.into_result()?;
    Ok(all)
}

fn details_of(value: Value, path: &str, problems: &mut Problems) -> Result<MaterialDetails, ApiError> {
    if !value.is_object() {
        problems.add(path, format!("{} is not an object", shown(&value)));
        return Ok(MaterialDetails::default());
    }
    match read_object::<MaterialMetadata>(value) {
        Ok(MaterialMetadata { tags, caption, username, sort }) => Ok(MaterialDetails {
            tags: tags.as_deref().map(read_tags).transpose()?.unwrap_or_default(),
            caption: caption.map(Into::into).unwrap_or_default(),
            username: username.map(|name| text("username", name, Username::new)).transpose()?,
            sort: sort.unwrap_or_default(),
        }),
        Err(found) => {
            problems.add_below(path, found);
            Ok(MaterialDetails::default())
        }
    }
}

/// A material as the API shows it.
pub(crate) fn material(material: &domain::Material) -> Material {
    let domain::Material { id, file, details, usage, created_at, updated_at } = material;
    let (state, task_id, used) = match *usage {
        MaterialUse::Unused => (MaterialState::Unused, None, None),
        MaterialUse::Reserved { by } => (MaterialState::Reserved, Some(by.0), None),
        MaterialUse::Unconfirmed { by } => (MaterialState::Unconfirmed, Some(by.0), None),
        MaterialUse::Used { at, by } => {
            let task_id = by.map(|by| by.0);
            (MaterialState::Used, task_id, Some(MaterialUsed { at: moment(at), task_id }))
        }
    };
    Material {
        id: id.0,
        kind: file.media_type.kind().into(),
        media_type: file.media_type.into(),
        name: file.name.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        tags: details.tags.iter().map(ToString::to_string).collect(),
        caption: details.caption.clone(),
        username: details.username.as_ref().map(ToString::to_string),
        sort: details.sort,
        has_thumbnail: file.thumbnail.is_some(),
        state,
        task_id,
        used,
        created_at: moment(*created_at),
        updated_at: moment(*updated_at),
    }
}

/// The result of an upload as the API shows it.
pub(crate) fn upload(added: &[MaterialAdded]) -> MaterialUpload {
    let created_count = added.iter().filter(|it| it.is_new).count();
    let materials =
        added.iter().map(|it| UploadedMaterial { material: material(&it.material), duplicate: !it.is_new });
    MaterialUpload {
        materials: materials.collect(),
        created_count,
        duplicate_count: added.len() - created_count,
    }
}
