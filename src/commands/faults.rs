//! What the emulator is told to do wrong, from flags and files.

use workspace_audit_emulator::Fault;

use crate::cli::FaultArgs;

use super::failure::Failure;

/// Those of the flags first, then those of the files.
pub(super) fn planned(args: &FaultArgs) -> Result<Vec<Fault>, Failure> {
    let mut faults = args.fault.clone();
    for path in &args.faults {
        faults.extend(Fault::read_file(path).map_err(Failure::Faults)?);
    }
    Ok(faults)
}
