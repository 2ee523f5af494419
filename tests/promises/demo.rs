//! The demo: a whole audit that anybody can run, and the sample that it leaves in the repository.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{Audit, binary};

/// The moment of the sample.
const AT: &str = "2026-11-21T07:00:00Z";

fn demo(folder: &Path) -> Audit {
    let folder = folder.to_str().unwrap();
    let output = binary(&["demo", "--at", AT, "--output-dir", folder], &[]);
    Audit::of(&output, folder.into())
}

#[test]
fn the_demo_ends_in_a_report_and_says_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let audit = demo(folder.path());
    audit.assert_code(0);
    let path = audit.stdout.lines().find_map(|line| line.strip_prefix("report: ")).unwrap();
    assert!(Path::new(path).is_file(), "{path}");
}

/// Files as they must be from run to run: all but what depends on the machine, which is where the demo's
/// server listened and where its files were.
fn comparable(folder: &Path) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(Result::unwrap)
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let text = match name.as_str() {
                "manifest.json" => without_machine(&text),
                // The sum of the manifest.
                "SHA256SUMS" => text.lines().filter(|line| !line.ends_with("  manifest.json")).collect(),
                _ => text,
            };
            (name, text)
        })
        .collect()
}

/// A manifest without the configuration, the dates of files and the build.
fn without_machine(manifest: &str) -> String {
    let mut manifest: serde_json::Value = serde_json::from_str(manifest).unwrap();
    let fields = manifest.as_object_mut().unwrap();
    for machine in ["config_sha256", "inputs", "program"] {
        fields.remove(machine);
    }
    format!("{manifest:#}")
}

#[test]
fn the_sample_in_the_repository_is_what_the_demo_writes() {
    let folder = tempfile::tempdir().unwrap();
    let audit = demo(folder.path());
    audit.assert_code(0);
    let sample = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample"));
    let (made, kept) = (comparable(&audit.reports.join("latest")), comparable(sample));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "run `just docs`");
    for (name, text) in &made {
        assert!(text == &kept[name], "reports/sample/{name} is not what the demo writes: run `just docs`");
    }
}
