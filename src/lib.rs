//! workspace-audit.
