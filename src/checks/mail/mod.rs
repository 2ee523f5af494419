//! The group's checks.
