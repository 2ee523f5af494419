//! `init`: writes a commented configuration.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use crate::audit::Exit;
use crate::cli::Init;
use crate::config;

use super::failure::Failure;

pub(super) fn run(init: &Init) -> Result<Exit, Failure> {
    let path = &init.path;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(config::TEMPLATE.as_bytes())).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            Failure::Exists(path.clone())
        } else {
            Failure::Write { path: path.clone(), source }
        }
    })?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "wrote {}", path.display())?;
    writeln!(
        stdout,
        "next: set `admin`, `key_file` and `projects` in it, delegate what `workspace-audit scopes` lists,"
    )?;
    writeln!(stdout, "      then: workspace-audit run --config {}", path.display())?;
    Ok(Exit::Complete)
}
