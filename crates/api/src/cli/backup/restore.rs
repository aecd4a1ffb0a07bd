//! `tikmatrix restore`: a backup, checked as a whole before anything is written, into an empty data directory and an empty
//! database of either engine.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, bail};
use tikmatrix_storage::{DatabaseLocation, ReferencedFiles, Restoration};

use super::archive::{Archive, Stopped};
use super::format::{Content, Manifest, content};
use super::held_files::names;
use super::target::Target;

/// Restores the backup at `path`, and returns its manifest. It blocks.
///
/// # Errors
/// Nothing was written then.
pub(super) fn restore(
    path: &Path,
    data_directory: &Path,
    database: DatabaseLocation<'_>,
    stopped: &Stopped,
) -> anyhow::Result<Manifest> {
    let mut archive = Archive::open(path)?;
    let mut target = Target::take(data_directory, database.file()?)?;
    archive.verify(stopped)?;
    let staged = target.staged_database();
    let location = staged.as_deref().map_or(database, DatabaseLocation::File);
    let manifest = archive.manifest();
    let mut restoration = Restoration::begin(location, &manifest.schema)
        .with_context(|| format!("the backup {}", path.display()))?;
    check_tables(manifest, &restoration)?;
    insert(&mut archive, &mut restoration, stopped)?;
    let referenced = restoration.complete(&archive.manifest().numbers)?;
    check_files(archive.manifest(), &referenced)?;
    unpack(&mut archive, target.staging(), stopped)?;
    let cannot_place = || format!("cannot write to the data directory {}", data_directory.display());
    target.place_files().with_context(cannot_place)?;
    restoration.commit()?;
    target.complete().with_context(cannot_place)?;
    Ok(archive.into_manifest())
}

fn check_tables(manifest: &Manifest, restoration: &Restoration) -> anyhow::Result<()> {
    for member in &manifest.members {
        if let Some(Content::Rows(table)) = content(&member.name)
            && !restoration.tables().iter().any(|known| known.name == table)
        {
            bail!("the backup has rows of a table {table:?}, which its version of the tables has not");
        }
    }
    Ok(())
}

/// Inserts the rows table by table, in the order in which they refer to each other.
fn insert(archive: &mut Archive, restoration: &mut Restoration, stopped: &Stopped) -> anyhow::Result<()> {
    for table in restoration.tables().to_vec() {
        for number in 0..archive.manifest().members.len() {
            let name = &archive.manifest().members[number].name;
            if content(name) != Some(Content::Rows(table.name.clone())) {
                continue;
            }
            let mut rows = Vec::new();
            archive.copy(number, &mut rows, stopped)?;
            let rows = String::from_utf8(rows).context("the rows of a table are no text")?;
            let rows: Vec<&str> = rows.lines().collect();
            restoration.insert(&table, &format!("[{}]", rows.join(",")))?;
        }
    }
    Ok(())
}

/// Checks that the files of the database are in the backup, except for those that were missing when it was made.
fn check_files(manifest: &Manifest, referenced: &ReferencedFiles) -> anyhow::Result<()> {
    let members = manifest.members.iter().map(|member| &member.name);
    let known: BTreeSet<&String> = members.chain(&manifest.missing).collect();
    match names(referenced)?.iter().find(|name| !known.contains(name)) {
        Some(name) => {
            bail!("the backup is incomplete: its database refers to {name}, which it does not hold")
        }
        None => Ok(()),
    }
}

fn unpack(archive: &mut Archive, staging: &Path, stopped: &Stopped) -> anyhow::Result<()> {
    for number in 0..archive.manifest().members.len() {
        let Some(Content::File(path)) = content(&archive.manifest().members[number].name) else { continue };
        let path = staging.join(path);
        let cannot_write = || format!("cannot write {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(cannot_write)?;
        }
        let file = File::create_new(&path).with_context(cannot_write)?;
        archive.copy(number, file, stopped).with_context(cannot_write)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::format::{FORMAT, Member};
    use super::*;

    #[test]
    fn the_files_of_the_database_have_to_be_in_the_backup() {
        let member = |name: &str| Member { name: name.to_owned(), size: 0, sha256: String::new() };
        let text = String::new;
        let manifest = Manifest {
            format: FORMAT,
            tikmatrix: text(),
            schema: text(),
            database: text(),
            created_at: text(),
            numbers: [].into(),
            missing: vec!["artifacts/1/1/tape.jsonl.gz".to_owned()],
            members: vec![member("materials/a.mp4")],
        };
        let check = |materials: &[&str], artifacts: &[&str]| {
            let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let referenced = ReferencedFiles { materials: own(materials), artifacts: own(artifacts) };
            check_files(&manifest, &referenced).map_err(|error| error.to_string())
        };
        assert_eq!(check(&["a.mp4"], &["1/1/tape.jsonl.gz"]), Ok(()));
        assert!(check(&["b.mp4"], &[]).unwrap_err().contains("refers to materials/b.mp4"));
        // A server would read and delete it.
        for outside in ["../license.json", "/etc/passwd"] {
            assert!(
                check(&[outside], &[]).unwrap_err().contains("no name of a file of a server"),
                "{outside}"
            );
        }
    }
}
