//! What documentation says about the program, held against the program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pages() -> Vec<PathBuf> {
    let markdown = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect::<Vec<_>>()
    };
    [root().to_owned(), root().join("docs"), root().join("docs/decisions")]
        .into_iter()
        .flat_map(markdown)
        .collect()
}

fn says(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_workspace-audit")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn generated_pages_are_what_the_program_says() {
    for (command, name) in [("checks", "docs/checks.md"), ("causes", "docs/causes.md")] {
        assert!(says(&[command, "--format", "md"]) == page(name), "{name} is out of date: run `just docs`");
    }
}

#[test]
fn the_scopes_to_delegate_are_in_the_setup() {
    let setup = page("docs/setup.md");
    let block = setup.split_once("<!-- scopes -->\n").unwrap().1.split_once("<!-- /scopes -->").unwrap().0;
    assert!(block == says(&["scopes", "--format", "md"]), "docs/setup.md is out of date: run `just docs`");
}

#[test]
fn the_configuration_in_the_repository_is_what_init_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    says(&["init", path.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(path).unwrap(), page("config.toml"));
}

#[test]
fn every_command_is_in_the_readme() {
    let help = says(&["--help"]);
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 5, "{help}");
    let readme = page("README.md");
    for name in names.into_iter().filter(|name| *name != "help") {
        assert!(readme.contains(&format!("`{name}`")), "README.md does not name `{name}`");
    }
}

#[test]
fn the_readme_names_the_oldest_rust_that_is_supported() {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    assert!(
        page("README.md").contains(&format!("Rust {oldest} or later")),
        "README.md does not say {oldest}"
    );
}

#[test]
fn every_file_of_a_report_is_documented_and_every_table_with_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    says(&["demo", "--quiet", "--tenant", "healthy", "--output-dir", folder.path().to_str().unwrap()]);
    let documented = page("docs/reports.md");
    let mut tables = 0;
    for entry in std::fs::read_dir(folder.path().join("latest")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        assert!(documented.contains(&format!("`{name}`")), "docs/reports.md does not name {name}");
        if name.ends_with(".csv") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let header = text.lines().next().unwrap().trim_end();
            let row = documented.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let row = row.unwrap_or_else(|| panic!("docs/reports.md has no row for {name}"));
            assert!(row.contains(&format!("`{header}`")), "{name}: {header}");
            tables += 1;
        }
    }
    assert_eq!(
        tables,
        documented.lines().filter(|line| line.starts_with("| `") && line.contains(".csv`")).count()
    );
}

#[test]
fn every_format_is_documented() {
    let template = page("config.toml");
    let formats = template.lines().find_map(|line| line.strip_prefix("formats = ")).unwrap();
    let documented = page("docs/reports.md");
    let sentence = documented.lines().find(|line| line.starts_with("`formats` selects")).unwrap();
    for name in formats.split('"').skip(1).step_by(2) {
        assert!(sentence.contains(&format!("`{name}`")), "docs/reports.md does not name the format {name}");
    }
}

#[test]
fn links_lead_somewhere() {
    for path in pages() {
        let text = std::fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            if file.contains("://") {
                continue;
            }
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", path.display());
            if !anchor.is_empty() {
                let headings = std::fs::read_to_string(&target).unwrap();
                assert!(headings.lines().any(|line| is_heading(line, anchor)), "{}: {link}", path.display());
            }
        }
    }
}

/// As GitHub makes anchors: lower case, spaces as hyphens, no punctuation.
fn is_heading(line: &str, anchor: &str) -> bool {
    let Some(text) = line.strip_prefix('#').map(|line| line.trim_start_matches('#').trim()) else {
        return false;
    };
    let kept = text.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).eq(anchor.chars())
}

#[test]
fn every_source_file_that_the_recipes_and_the_architecture_name_exists() {
    for name in ["CONTRIBUTING.md", "docs/architecture.md"] {
        let text = page(name);
        let named = text.split('`').skip(1).step_by(2);
        let files = named.filter(|name| {
            ["src/", "tests/", "emulator/"].iter().any(|folder| name.starts_with(folder))
                && name.ends_with(".rs")
                && !name.contains(['*', '<', '…', '{', ' '])
        });
        let missing: Vec<&str> = files.filter(|file| !root().join(file).exists()).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}
