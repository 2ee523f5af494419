//! Files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::FormatError;

/// Creates `name` in `folder`, mode 0600, in place of any file that was there.
pub(super) fn private_file(folder: &Path, name: &str) -> Result<File, FormatError> {
    create(&folder.join(name)).map_err(|error| FormatError::of(name, error))
}

fn create(path: &Path) -> io::Result<File> {
    // An old file would keep its mode, and an old link would lead elsewhere.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_is_its_owners_alone_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "kept").unwrap();
        fs::write(folder.path().join("open"), "old").unwrap();
        fs::set_permissions(folder.path().join("open"), fs::Permissions::from_mode(0o644)).unwrap();
        symlink(&elsewhere, folder.path().join("link")).unwrap();

        for name in ["open", "link", "new"] {
            private_file(folder.path(), name).unwrap();
            let metadata = fs::symlink_metadata(folder.path().join(name)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
            assert!(metadata.is_file(), "{name}");
        }
        assert_eq!(fs::read_to_string(elsewhere).unwrap(), "kept");
    }

    #[test]
    fn an_error_names_the_file() {
        let error = private_file(Path::new("/nowhere"), "users.csv").unwrap_err();
        assert!(error.to_string().starts_with("cannot write users.csv: "), "{error}");
    }
}
