//! `cargo xtask new-script NAME`: makes a script crate below `crates/scripts` as a copy of the crate `example`, which every
//! build compiles and tests.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::Program;

const SCRIPTS: &str = "crates/scripts";
const EXAMPLE: &str = "crates/scripts/example";
const MANIFEST: &str = "Cargo.toml";

pub(crate) fn new_script(name: &str) -> Result<()> {
    if !is_name(name) {
        bail!("`{name}` is not a name of a script: small letters, digits and hyphens, a letter first");
    }
    let folder = Path::new(SCRIPTS).join(name);
    let manifest = fs::read_to_string(MANIFEST).with_context(|| format!("cannot read {MANIFEST}"))?;
    let package = format!("tikmatrix-{name}");
    if folder.exists() || manifest.contains(&format!("\n{package} = ")) {
        bail!("there is a crate `{package}` already");
    }
    let files = Program::new("git").arguments(["ls-files", EXAMPLE]).output()?;
    for file in files.lines() {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        let target = folder.join(file.trim_start_matches(EXAMPLE).trim_start_matches('/'));
        fs::create_dir_all(target.parent().unwrap_or(&folder))
            .with_context(|| format!("cannot make {folder:?}"))?;
        fs::write(&target, renamed(&text, name)).with_context(|| format!("cannot write {target:?}"))?;
    }
    fs::write(MANIFEST, with_dependency(&manifest, name))
        .with_context(|| format!("cannot write {MANIFEST}"))?;
    Program::cargo().arguments(["fmt", "--package", &package]).run()?;
    // Adds the crate to Cargo.lock.
    Program::cargo().arguments(["update", "--quiet", "--offline", "--workspace"]).run()?;
    println!(
        "\nMade {}. Test it with `cargo test -p {package}`.\nTo put it into the program, add `{package}.workspace = true` to \
         crates/api/Cargo.toml,\nand `.with({}::{})` to the registry in crates/api/src/cli/composition.rs.",
        folder.display(),
        package.replace('-', "_"),
        type_name(name)
    );
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Returns a file of the crate `example` with the names of the new script.
fn renamed(text: &str, name: &str) -> String {
    text.replace("tikmatrix_example", &format!("tikmatrix_{}", name.replace('-', "_")))
        .replace("Example", &type_name(name))
        .replace("example", name)
}

fn type_name(name: &str) -> String {
    let capital = |part: &str| {
        let mut characters = part.chars();
        characters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(characters)
            .collect::<String>()
    };
    name.split('-').map(capital).collect()
}

/// Returns the workspace's manifest with the new crate among those of the workspace, in alphabetical order.
fn with_dependency(manifest: &str, name: &str) -> String {
    let entry = format!("tikmatrix-{name} = {{ path = \"{SCRIPTS}/{name}\", version = \"0.1.0\" }}");
    let mut lines: Vec<&str> = manifest.lines().collect();
    let is_ours = |line: &&str| line.starts_with("tikmatrix-");
    let later = lines.iter().position(|line| is_ours(line) && *line > entry.as_str());
    let after_last = lines.iter().rposition(is_ours).map(|last| last + 1);
    lines.insert(later.or(after_last).unwrap_or(lines.len()), &entry);
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_small_letters_digits_and_hyphens() {
        assert!(is_name("post") && is_name("warm-up2"));
        assert!(["", "Post", "2post", "warm_up", "post-"].iter().all(|name| !is_name(name)));
    }

    #[test]
    fn the_example_gets_the_names_of_the_script() {
        let text = "use tikmatrix_example::Example; // the script `example`\nname = \"tikmatrix-example\"";
        let wanted = "use tikmatrix_warm_up::WarmUp; // the script `warm-up`\nname = \"tikmatrix-warm-up\"";
        assert_eq!(renamed(text, "warm-up"), wanted);
    }

    #[test]
    fn the_crate_is_put_among_those_of_the_workspace() {
        let manifest = "[workspace.dependencies]\ntikmatrix-api = 1\ntikmatrix-post = 1\n\nserde = 1\n";
        let entry = |name: &str| {
            format!("tikmatrix-{name} = {{ path = \"crates/scripts/{name}\", version = \"0.1.0\" }}")
        };
        let like = with_dependency(manifest, "like");
        assert!(like.contains(&format!("api = 1\n{}\ntikmatrix-post", entry("like"))));
        assert!(with_dependency(manifest, "view").contains(&format!("post = 1\n{}\n\nserde", entry("view"))));
    }
}
