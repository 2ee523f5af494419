//! What the operator decided: thresholds, exceptions, and the register of clients.

mod exceptions;
pub(crate) mod register;
mod thresholds;

pub(crate) use exceptions::{Exception, Exceptions};
pub(crate) use register::{Register, RegisteredClient};
pub(crate) use thresholds::{
    DEFAULT_EVENT_DAYS, DEFAULT_EXCEPTION_MAX_DAYS, DEFAULT_EXCEPTION_MAX_FINDINGS, Policy, Profile,
};
