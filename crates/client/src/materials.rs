//! `/api/v1/material`.

use std::io::Read;

use tikmatrix_api_types::Deleted;
use tikmatrix_api_types::materials::{
    Material, MaterialList, MaterialMetadata, MaterialPatch, MaterialQuery, MaterialUpload,
};
use ureq::http::Method;
use ureq::unversioned::multipart::{Form, Part};

use crate::error::Error;
use crate::http::download::Download;
use crate::http::{Http, with_query};
use crate::items::Items;

const MATERIALS: &str = "/api/v1/material";

/// Uploads, reads and changes the materials of the library.
#[derive(Debug, Clone, Copy)]
pub struct Materials<'client> {
    http: &'client Http,
}

/// A file to upload. Its bytes are read as they are sent.
#[derive(Debug, Clone)]
pub struct Upload<R> {
    /// The name under which the library shows it.
    pub name: String,
    /// Its bytes.
    pub content: R,
    /// What is known of it.
    pub metadata: MaterialMetadata,
}

impl<'client> Materials<'client> {
    pub(crate) fn new(http: &'client Http) -> Self {
        Self { http }
    }

    /// Uploads one file: MP4, JPG or PNG, known by its bytes. One that is there already is not stored again.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 for a file of another kind, 41301 for one that is too large.
    pub fn upload<R: Read + 'static>(self, upload: Upload<R>) -> Result<MaterialUpload, Error> {
        let metadata =
            serde_json::to_string(&upload.metadata).map_err(|source| self.http.unexpected(source))?;
        let form = Form::new()
            .part("metadata", Part::text(&metadata))
            .part("file", Part::owned_reader(upload.content).file_name(&quoted(&upload.name)));
        self.http.upload_form(MATERIALS, form)
    }

    /// Returns one page of materials, newest first.
    ///
    /// # Errors
    /// [`Error`], as for every request.
    pub fn list(self, query: &MaterialQuery) -> Result<MaterialList, Error> {
        self.http.call(Method::GET, &with_query(MATERIALS, query))
    }

    /// Iterates over every material that `query` lets through, newest first.
    #[must_use]
    pub fn all(self, mut query: MaterialQuery) -> Items<'client, Material> {
        let mut is_last = false;
        Items::new(move || {
            if is_last {
                return Ok(None);
            }
            let page = self.list(&query)?;
            query.page = None;
            query.cursor = page.next_cursor;
            is_last = query.cursor.is_none();
            Ok(Some(page.materials))
        })
    }

    /// Returns one material.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such material.
    pub fn get(self, material_id: i64) -> Result<Material, Error> {
        self.http.call(Method::GET, &path(material_id))
    }

    /// Changes a material and returns it.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 for `used` while a task publishes it.
    pub fn change(self, material_id: i64, change: &MaterialPatch) -> Result<Material, Error> {
        self.http.call_with(Method::PATCH, &path(material_id), change)
    }

    /// Deletes a material and its files.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40001 while a task publishes it.
    pub fn delete(self, material_id: i64) -> Result<Deleted, Error> {
        self.http.call(Method::DELETE, &path(material_id))
    }

    /// Downloads the bytes of a material.
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when there is no such material.
    pub fn content(self, material_id: i64) -> Result<Download, Error> {
        self.http.download(&format!("{}/content", path(material_id)))
    }

    /// Downloads the thumbnail of a material (JPG).
    ///
    /// # Errors
    /// [`Error`], as for every request; code 40401 when it has none.
    pub fn thumbnail(self, material_id: i64) -> Result<Download, Error> {
        self.http.download(&format!("{}/thumbnail", path(material_id)))
    }
}

fn path(material_id: i64) -> String {
    format!("{MATERIALS}/{material_id}")
}

/// Returns a file's name as it stands between quotes in the head of a part, in the form of browsers (WHATWG HTML,
/// multipart/form-data encoding): ureq writes it as it is, and a quote or a line break in it would end it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
