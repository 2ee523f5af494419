//! What the operator decided: thresholds, exceptions, and the register of clients.

mod exceptions;
mod register;
mod thresholds;

pub use exceptions::{Exception, ExceptionError, Exceptions};
pub use register::{Register, RegisterError, RegisteredClient, Ticket};
pub use thresholds::{
    DEFAULT_EVENT_DAYS, DEFAULT_EXCEPTION_MAX_DAYS, DEFAULT_EXCEPTION_MAX_FINDINGS, Policy, Profile,
};
