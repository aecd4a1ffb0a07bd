//! `tikmatrix material`: the library of videos and images that tasks publish from.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use ureq::http::Method;
use ureq::unversioned::multipart::{Form, Part};

use super::Work;
use super::devices::changes;
use super::http::{Client, below, with_query};
use super::show::{Column, Output};

const MATERIALS: &str = "/api/v1/material";
const COLUMNS: [Column; 7] = [
    ("ID", "/id"),
    ("KIND", "/kind"),
    ("STATE", "/state"),
    ("NAME", "/name"),
    ("SIZE", "/size"),
    ("USERNAME", "/username"),
    ("TAGS", "/tags"),
];

/// What can be done with materials.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the materials, newest first
    List {
        /// Only materials that carry this tag
        #[arg(long, env = "TIKMATRIX_MATERIAL_TAG")]
        tag: Option<String>,
        /// Only materials that are meant for this account
        #[arg(long, env = "TIKMATRIX_MATERIAL_USERNAME")]
        username: Option<String>,
        /// Only materials that were published, or were not
        #[arg(long, env = "TIKMATRIX_MATERIAL_USED")]
        used: Option<bool>,
        /// Only materials of this kind
        #[arg(long, env = "TIKMATRIX_MATERIAL_KIND", value_parser = ["video", "image"])]
        kind: Option<String>,
        /// The page, from 1
        #[arg(long, env = "TIKMATRIX_MATERIAL_PAGE")]
        page: Option<u64>,
        /// Materials on a page
        #[arg(long, env = "TIKMATRIX_MATERIAL_PAGE_SIZE", value_name = "N")]
        page_size: Option<u64>,
    },
    /// Shows one material
    Show {
        /// Its number
        material_id: u64,
    },
    /// Uploads files: MP4, JPG, PNG
    Upload {
        /// The files; each is uploaded by itself
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        details: Details,
    },
    /// Changes what is said of a material
    Change {
        /// Its number
        material_id: u64,
        #[command(flatten)]
        details: Details,
        /// Whether it counts as published, so that no task takes it
        #[arg(long, env = "TIKMATRIX_MATERIAL_USED")]
        used: Option<bool>,
    },
    /// Deletes a material that no running task has
    Delete {
        /// Its number
        material_id: u64,
    },
}

/// What can be said of a material.
#[derive(Debug, Args)]
pub(in crate::cli) struct Details {
    /// A tag by which tasks choose it; may be given more than once
    #[arg(long, env = "TIKMATRIX_MATERIAL_TAG", value_delimiter = ',')]
    tag: Vec<String>,
    /// Its own caption, which wins over a task's
    #[arg(long, env = "TIKMATRIX_MATERIAL_CAPTION")]
    caption: Option<String>,
    /// The account that it is meant for; empty means any
    #[arg(long, env = "TIKMATRIX_MATERIAL_USERNAME")]
    username: Option<String>,
    /// Its place among images that are published together
    #[arg(long, env = "TIKMATRIX_MATERIAL_SORT", allow_negative_numbers = true)]
    sort: Option<i64>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List { tag, username, used, kind, page, page_size } => {
                let parameters = [
                    ("tag", tag),
                    ("username", username),
                    ("used", used.map(|used| used.to_string())),
                    ("kind", kind),
                    ("page", page.map(|page| page.to_string())),
                    ("page_size", page_size.map(|size| size.to_string())),
                ];
                output.list(&client.get(&with_query(MATERIALS, &parameters))?, "materials", &COLUMNS);
            }
            Self::Show { material_id } => output.one(&client.get(&path(material_id))?),
            Self::Upload { files, details } => {
                let metadata = details.body().to_string();
                for file in &files {
                    upload(client, output, file, &metadata)?;
                }
            }
            Self::Change { material_id, details, used } => {
                let mut body = details.body();
                if let Some(used) = used {
                    body["used"] = used.into();
                }
                output.one(&client.send(Method::PATCH, &path(material_id), Some(&body))?);
            }
            Self::Delete { material_id } => {
                let deleted = client.send(Method::DELETE, &path(material_id), None)?;
                output.done(&deleted, &format!("Deleted material {material_id}."));
            }
        }
        Ok(())
    }
}

impl Details {
    fn body(self) -> Value {
        let mut body = changes([("caption", self.caption), ("username", self.username)]);
        if !self.tag.is_empty() {
            body["tags"] = json!(self.tag);
        }
        if let Some(sort) = self.sort {
            body["sort"] = sort.into();
        }
        body
    }
}

fn upload(client: &Client, output: Output, file: &Path, metadata: &str) -> anyhow::Result<()> {
    let shown = file.display();
    let content = File::open(file).with_context(|| format!("cannot read {shown}"))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let form = Form::new()
        .part("metadata", Part::text(metadata))
        .part("file", Part::owned_reader(content).file_name(&quoted(&name)));
    let answer = client.upload_form(MATERIALS, form).with_context(|| format!("cannot upload {shown}"))?;
    let Some(material) = answer["materials"].get(0) else {
        bail!("the server named no material for {shown}")
    };
    let become_of = if material["duplicate"] == true { "was there already" } else { "is new" };
    output.done(&answer, &format!("{shown}: material {} {become_of}", material["id"]));
    Ok(())
}

/// A file's name between quotes in the head of a part, as browsers write it (WHATWG HTML, multipart/form-data encoding):
/// ureq writes it as it is, and a quote or a line break in it would end it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn path(material_id: u64) -> String {
    below(MATERIALS, &material_id.to_string())
}
