//! `register --init`: drafts a register of the clients that were seen.

use std::io::{self, Write};

use crate::audit::{self, Exit};
use crate::cli::Register;

use super::failure::Failure;
use super::{again, init};

pub(super) fn run(register: &Register) -> Result<Exit, Failure> {
    let config = super::run::load(&register.configured)?;
    let run_id = again::named(&config, &register.run)?;
    init::write_new(&register.path, &audit::draft_register(&config, &run_id)?)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "wrote {}", register.path.display())?;
    writeln!(stdout, "next: fill in owner, purpose and review_by of each client, delete what is not meant,")?;
    writeln!(stdout, "      then name the file in `[checks] register`")?;
    Ok(Exit::Complete)
}
