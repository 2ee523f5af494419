//! `init`: writes a commented configuration.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::audit::Exit;
use crate::cli::Init;
use crate::config;

use super::failure::Failure;

pub(super) fn run(init: &Init) -> Result<Exit, Failure> {
    let path = &init.path;
    write_new(path, config::TEMPLATE)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "wrote {}", path.display())?;
    writeln!(stdout, "next:\n  1. Set `admin`, `key_file` and `projects` (or `organization`) in this file.")?;
    writeln!(stdout, "  2. Delegate the scopes that `workspace-audit scopes` lists.")?;
    writeln!(stdout, "  3. Run `workspace-audit run --config {}`.", path.display())?;
    Ok(Exit::Complete)
}

/// Writes a new file with mode 0600.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            Failure::Exists(path.to_owned())
        } else {
            Failure::Write { path: path.to_owned(), source }
        }
    })
}
