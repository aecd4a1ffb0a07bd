//! Materials in the bodies and queries of `/api/v1/material`.

use serde_json::Value;
use tikmatrix_device::script::Problem;
use tikmatrix_domain::{MaterialChange, MaterialDetails, MaterialId, MaterialKind, Tag, Username};
use tikmatrix_storage::{MaterialFilter, Page};

use crate::http::error::{ApiError, ErrorCode};
use crate::http::fields::{Fields, name, note, shortened, shown};
use crate::http::paging;
use crate::http::query::{Parameters, ReadQuery};

/// A place among images, either way.
const FURTHEST_PLACE: i64 = 1_000_000;
/// The most tags of one material.
const MOST_TAGS: usize = 50;

/// Which materials, and which page of them: the query of `GET /api/v1/material`.
pub(crate) struct ListMaterials {
    pub(crate) filter: MaterialFilter,
    pub(crate) page: Page<MaterialId>,
}

impl ReadQuery for ListMaterials {
    fn read(query: &mut Parameters) -> Self {
        let filter = MaterialFilter {
            tag: query.parsed("tag", tag),
            username: query.parsed("username", username),
            used: query.one_of("used", "true, false", |text| text.parse().ok()),
            kind: query.one_of("kind", "video, image", |text| text.parse::<MaterialKind>().ok()),
        };
        let page = paging::with_cursor(query, &filter, MaterialId);
        Self { filter, page }
    }
}

/// Reads the body of `PATCH /api/v1/material/{material_id}`.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn change(body: Value) -> Result<MaterialChange, ApiError> {
    let mut fields = Fields::begin_change(body)?;
    let change = MaterialChange {
        tags: tags(&mut fields),
        caption: fields.replaced("caption", note).map(Option::unwrap_or_default),
        username: fields.replaced("username", username),
        sort: place(&mut fields),
        used: fields.flag("used"),
    };
    fields.end_change(change != MaterialChange::default())?;
    Ok(change)
}

/// What `metadata` says of each of `count` files: an object says the same of all of them, a list has one for each.
///
/// # Errors
/// 40001 with everything that is wrong with it.
pub(crate) fn details(metadata: Option<Value>, count: usize) -> Result<Vec<MaterialDetails>, ApiError> {
    let mut problems = Vec::new();
    let all = match metadata {
        None => vec![MaterialDetails::default(); count],
        Some(Value::Array(each)) if each.len() == count => {
            let read = |(index, value)| details_of(value, &format!("metadata[{index}]"), &mut problems);
            each.into_iter().enumerate().map(read).collect()
        }
        Some(Value::Array(each)) => {
            let reason = format!("is a list of {} for {count} files: one for each is needed", each.len());
            return Err(ApiError::invalid("metadata", reason));
        }
        Some(one) => vec![details_of(one, "metadata", &mut problems); count],
    };
    if problems.is_empty() { Ok(all) } else { Err(ApiError::problems(ErrorCode::InvalidParameter, problems)) }
}

fn details_of(value: Value, path: &str, problems: &mut Vec<Problem>) -> MaterialDetails {
    if !value.is_object() {
        let reason = format!("{} is not an object", shown(&value));
        problems.push(Problem { field: path.to_owned(), reason });
        return MaterialDetails::default();
    }
    let Ok(mut fields) = Fields::of(value) else { return MaterialDetails::default() };
    let details = MaterialDetails {
        tags: tags(&mut fields).unwrap_or_default(),
        caption: fields.parsed("caption", note).unwrap_or_default(),
        username: fields.parsed("username", username),
        sort: place(&mut fields).unwrap_or_default(),
    };
    let found = fields.finish().into_iter();
    problems.extend(found.map(|it| Problem { field: format!("{path}.{}", it.field), ..it }));
    details
}

fn tags(fields: &mut Fields) -> Option<Vec<Tag>> {
    let mut tags = fields.names("tags", tag)?;
    if tags.len() > MOST_TAGS {
        fields.problem("tags", format!("are more than {MOST_TAGS}"));
    }
    tags.sort_unstable();
    Some(tags)
}

fn place(fields: &mut Fields) -> Option<i32> {
    fields.whole("sort", -FURTHEST_PLACE..=FURTHEST_PLACE).and_then(|place| i32::try_from(place).ok())
}

fn tag(text: &str) -> Result<Tag, String> {
    Tag::new(text).map_err(|wrong| format!("{:?} {wrong}", shortened(text)))
}

fn username(text: &str) -> Result<Username, String> {
    name(text, Username::new)
}
