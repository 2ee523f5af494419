//! `register --init`: writes a register of the clients of a run.

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
    writeln!(stdout, "next:\n  1. Fill in `owner`, `purpose` and `review_by` of each client.")?;
    writeln!(stdout, "  2. Delete the scopes and clients that you do not approve.")?;
    writeln!(stdout, "  3. Set `[checks] register` to this file.")?;
    Ok(Exit::Complete)
}
