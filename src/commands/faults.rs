//! What the emulator is told to do wrong, from flags and files.

use workspace_audit_emulator::Fault;

use crate::cli::Misfortunes;

use super::failure::Failure;

/// Those of the flags first, then those of the files.
pub(super) fn planned(misfortunes: &Misfortunes) -> Result<Vec<Fault>, Failure> {
    let mut faults = misfortunes.fault.clone();
    for path in &misfortunes.faults {
        faults.extend(Fault::read_file(path).map_err(Failure::Faults)?);
    }
    Ok(faults)
}
