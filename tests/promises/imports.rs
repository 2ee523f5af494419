//! Who may import whom: `docs/architecture.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each module of `src` with the modules of ours that it may import.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let floors: [(&str, &[&str]); 20] = [
        ("causes", &[]),
        ("requests", &[]),
        ("tenant", &["causes"]),
        ("cli", &[]),
        ("input_file", &["tenant"]),
        ("delegation", &["tenant"]),
        ("authority", &["tenant", "delegation"]),
        ("google", &["causes", "requests", "input_file"]),
        ("findings", &["requests", "tenant", "delegation", "authority"]),
        ("policy", &["tenant", "delegation", "authority", "findings"]),
        ("snapshot", &["tenant", "delegation", "authority"]),
        ("store", &["requests", "tenant", "delegation", "findings", "snapshot", "input_file"]),
        ("checks", &["tenant", "delegation", "authority", "findings", "policy", "snapshot"]),
        ("formats", &["requests", "tenant", "delegation", "authority", "findings", "snapshot"]),
        ("collect", &["google", "causes", "requests", "tenant", "delegation", "store", "input_file"]),
        (
            "evaluate",
            &["tenant", "delegation", "authority", "findings", "policy", "snapshot", "store", "checks"],
        ),
        ("report", &["tenant", "findings", "snapshot", "store", "checks", "formats"]),
        ("config", &["google", "findings", "policy", "formats", "tenant", "input_file"]),
        ("audit", &[]),
        ("readiness", &["audit", "causes", "checks", "collect", "config", "findings", "google", "tenant"]),
    ];
    for (floor, (module, imports)) in floors.iter().enumerate() {
        let below: Vec<&str> = floors[..floor].iter().map(|(module, _)| *module).collect();
        assert!(
            imports.iter().all(|import| below.contains(import)),
            "{module} is imported by what it imports"
        );
    }
    let everything: Vec<&str> = floors.iter().map(|(module, _)| *module).chain(["commands"]).collect();
    let mut allowed: BTreeMap<_, Vec<_>> =
        floors.iter().map(|(module, imports)| (*module, imports.to_vec())).collect();
    for above_all in ["audit", "commands", "main"] {
        allowed.insert(above_all, everything.clone());
    }
    allowed
}

#[test]
fn modules_import_only_what_the_architecture_allows() {
    let allowed = allowed();
    let mut seen = BTreeSet::new();
    for (path, text) in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let module = module_of(&path);
        if module == "lib" {
            continue;
        }
        seen.insert(module.clone());
        let may =
            allowed.get(module.as_str()).unwrap_or_else(|| panic!("{module} is not in the architecture"));
        for imported in imports(&text) {
            assert!(
                imported == module || may.contains(&imported.as_str()),
                "{path} imports {imported}, which {module} may not"
            );
        }
    }
    assert_eq!(seen, allowed.keys().map(|module| (*module).to_owned()).collect(), "a module is gone");
}

#[test]
fn checks_know_no_clock_and_facts_no_outside_world() {
    for (path, text) in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let module = module_of(&path);
        if ["tenant", "checks", "findings", "authority"].contains(&module.as_str()) {
            for word in [
                "Utc::now",
                "Local::now",
                "SystemTime",
                "Instant",
                "std::fs",
                "std::net",
                "reqwest",
                "rusqlite",
            ] {
                assert!(!text.contains(word), "{path} uses {word}");
            }
        }
    }
}

#[test]
fn the_emulator_shares_no_type_with_the_program() {
    for (path, text) in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/emulator/src"))) {
        assert!(!text.contains("workspace_audit::"), "{path} imports the program");
    }
    let manifest = include_str!("../../emulator/Cargo.toml");
    assert!(!manifest.contains("workspace-audit ="), "the emulator depends on the program");
}

#[test]
fn no_modules_of_the_emulator_import_each_other_in_a_circle() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/emulator/src"));
    let mut modules = BTreeMap::<String, BTreeSet<String>>::new();
    for (path, text) in sources(folder) {
        let module = module_of(path.trim_start_matches("emulator/"));
        modules
            .entry(module.clone())
            .or_default()
            .extend(imports(&text).into_iter().filter(|name| *name != module));
    }
    modules.remove("lib");
    assert!(modules.values().any(|imports| imports.contains("world")), "no import was found");
    // Modules that import nothing that is left, until only circles are.
    loop {
        let left: BTreeSet<String> = modules.keys().cloned().collect();
        modules.retain(|_, imports| imports.iter().any(|name| left.contains(name)));
        if modules.len() == left.len() {
            break;
        }
    }
    assert!(modules.is_empty(), "a circle is in {:?}", modules.keys());
}

#[test]
fn only_google_talks_to_the_network() {
    for (path, text) in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let talks =
            ["reqwest::", "hyper_util::", "yup_oauth2::", "TcpStream"].iter().any(|word| text.contains(word));
        assert!(!talks || module_of(&path) == "google", "{path} talks to the network");
    }
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
            let text = std::fs::read_to_string(&path).unwrap();
            // A file's own tests come last, and may use what they like.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            found.push((name, code.to_owned()));
        }
    }
    found
}

/// `src/google/client.rs` → `google`.
fn module_of(path: &str) -> String {
    path.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}

/// Every module that follows `crate::` or `workspace_audit::`, also inside braces.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for root in ["crate::", "workspace_audit::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(list) => found.extend(heads(list)),
                None => {
                    found.insert(word(rest));
                }
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// The first words of a list of imports, up to the brace that ends it; lists may stand in lists.
fn heads(list: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0_usize;
    for c in list.chars() {
        match (c, depth) {
            ('}', 0) => break,
            ('{', _) => depth += 1,
            ('}', _) => depth -= 1,
            (',', 0) => items.push(String::new()),
            (_, 0) => items.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    items.iter().map(|item| word(item.trim())).collect()
}

#[test]
fn an_import_is_seen_behind_lists_in_lists() {
    let seen = imports("use crate::{tenant::{a::{B, C}, D}, store};\nuse crate::google::{E};");
    assert_eq!(seen, ["google", "store", "tenant"].map(str::to_owned).into());
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Everything that is ever posted: an assertion for a token, and claims for a signature.
#[test]
fn what_can_be_sent_is_a_closed_list() {
    let sources = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/google")));
    let count = |word: &str| sources.iter().map(|(_, text)| text.matches(word).count()).sum::<usize>();
    assert_eq!(count(".post("), 3, "the exchange of an assertion, signJwt, and reads shaped as POST");
    assert_eq!(
        count("Shape::Posted("),
        4,
        "getIamPolicy in two forms, testIamPermissions, and their sending"
    );
    for verb in [".put(", ".patch(", ".delete(", ".request(", "Method::"] {
        assert_eq!(count(verb), 0, "{verb}");
    }
}
