//! Google Workspace on loopback.
