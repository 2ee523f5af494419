use super::sample::Sample;
use super::*;

fn render(sample: &Sample) -> String {
    let mut page = Vec::new();
    write_page(sample, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// To look at the page: `WORKSPACE_AUDIT_SAMPLE=folder cargo test --lib formats::html`.
#[test]
fn the_file_is_private_and_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let folder =
        std::env::var_os("WORKSPACE_AUDIT_SAMPLE").map_or_else(|| scratch.path().to_owned(), Into::into);
    for (name, sample) in [("partial", sample::plausible()), ("complete", sample::complete())] {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        FORMAT.write(&sample, FormatOptions::default(), &folder).unwrap();
        let file = folder.join(FILE);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777,
            0o600
        );
        assert!(std::fs::read_to_string(file).unwrap().ends_with("</script></body></html>"));
    }
}
