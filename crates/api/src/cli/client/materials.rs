//! `tikmatrix material`: the library of videos and images that tasks publish from.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::BinaryBytes;
use serde_json::json;
use tikmatrix_api_types::fields::Tag;
use tikmatrix_api_types::materials::{MaterialMetadata, MaterialPatch, MaterialQuery};
use tikmatrix_client::{Client, Upload};

use super::download::{write_new, write_to_stdout};
use super::paged::{MAX_PAGE, Paged};
use super::show::{Column, Output};
use super::{Work, patch, value};

const COLUMNS: [Column; 7] = [
    ("ID", "/id"),
    ("KIND", "/kind"),
    ("STATE", "/state"),
    ("NAME", "/name"),
    ("SIZE", "/size"),
    ("USERNAME", "/username"),
    ("TAGS", "/tags"),
];

/// The commands about materials.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the materials, newest first
    List(Paged<MaterialQuery>),
    /// Shows one material
    Show {
        /// Its number
        material_id: i64,
    },
    /// Fetches the file of a material
    Get {
        /// Its number
        material_id: i64,
        /// The file to write, which must not be there yet, or - for standard output [default: the material's name]
        file: Option<PathBuf>,
    },
    /// Uploads files: MP4, JPG, PNG
    Upload {
        /// The files; one request each
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        details: Details,
    },
    /// Changes the details of a material
    Change {
        /// Its number
        material_id: i64,
        #[command(flatten)]
        details: Details,
        /// Whether it counts as published, so that no task takes it
        #[arg(long, env = "TIKMATRIX_MATERIAL_USED")]
        used: Option<bool>,
    },
    /// Deletes a material that no running task has
    Delete {
        /// Its number
        material_id: i64,
    },
}

/// The fields of a material that can change.
#[derive(Debug, Args)]
pub(in crate::cli) struct Details {
    /// A tag by which tasks choose it; may be given more than once
    #[arg(long, env = "TIKMATRIX_MATERIAL_TAG", value_name = "TAG", value_delimiter = ',')]
    tag: Option<Vec<Tag>>,
    /// Its own caption, which overrides a task's
    #[arg(long, env = "TIKMATRIX_MATERIAL_CAPTION")]
    caption: Option<String>,
    /// The account that it is meant for; empty means any
    #[arg(long, env = "TIKMATRIX_MATERIAL_USERNAME")]
    username: Option<String>,
    /// Its position among images that are published together
    #[arg(long, env = "TIKMATRIX_MATERIAL_SORT", allow_negative_numbers = true)]
    sort: Option<i32>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let materials = client.materials();
        match self {
            Self::List(Paged { query, all: true }) => output.all(
                materials.all(MaterialQuery { page_size: MAX_PAGE, ..query }),
                "materials",
                &COLUMNS,
            ),
            Self::List(Paged { query, .. }) => output.list(&materials.list(&query)?, "materials", &COLUMNS),
            Self::Show { material_id } => output.one(&materials.get(material_id)?),
            Self::Get { material_id, file } => get(client, output, material_id, file),
            Self::Upload { files, details: Details { tag: tags, caption, username, sort } } => {
                let (caption, username) = (value(caption), value(username));
                let metadata = MaterialMetadata { tags, caption, username, sort };
                files.iter().try_for_each(|file| upload(client, output, file, metadata.clone()))
            }
            Self::Change { material_id, details: Details { tag: tags, caption, username, sort }, used } => {
                let (caption, username) = (patch(caption), patch(username));
                let change = MaterialPatch { tags, caption, username, sort, used };
                output.changed(&materials.change(material_id, &change)?)
            }
            Self::Delete { material_id } => {
                output.done(&materials.delete(material_id)?, &format!("Deleted material {material_id}."))
            }
        }
    }
}

fn get(client: &Client, output: Output, material_id: i64, file: Option<PathBuf>) -> anyhow::Result<()> {
    let materials = client.materials();
    if file.as_ref().is_some_and(|file| file.as_os_str() == "-") {
        return write_to_stdout(materials.content(material_id)?);
    }
    let material = materials.get(material_id)?;
    // The name that a client chose leads into no other folder.
    let name = Path::new(&material.name).file_name().map(PathBuf::from);
    let Some(file) = file.or(name) else {
        bail!("material {material_id} has no name that a file can have: name the file");
    };
    let size = write_new(materials.content(material_id)?, &file)?;
    let (shown, readable) = (file.display(), BinaryBytes(size));
    let done = json!({"file": file, "size": size, "sha256": material.sha256});
    output.done(&done, &format!("{shown}: material {material_id}, {readable}"))
}

fn upload(client: &Client, output: Output, file: &Path, metadata: MaterialMetadata) -> anyhow::Result<()> {
    let shown = file.display();
    let content = File::open(file).with_context(|| format!("cannot read {shown}"))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let uploaded = client.materials().upload(Upload { name, content, metadata });
    let uploaded = uploaded.with_context(|| format!("cannot upload {shown}"))?;
    let Some(first) = uploaded.materials.first() else { bail!("the server named no material for {shown}") };
    let result = if first.duplicate { "was there already" } else { "is new" };
    output.done(&uploaded, &format!("{shown}: material {} {result}", first.material.id))
}
