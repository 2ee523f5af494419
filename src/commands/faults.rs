//! The faults that the emulator injects, from flags and files.

use workspace_audit_emulator::Fault;

use crate::cli::FaultArgs;

use super::failure::Failure;

/// The faults of the flags, then those of the files.
pub(super) fn planned(args: &FaultArgs) -> Result<Vec<Fault>, Failure> {
    let mut faults = args.fault.clone();
    for path in &args.faults {
        faults.extend(Fault::read_file(path).map_err(Failure::Faults)?);
    }
    Ok(faults)
}
