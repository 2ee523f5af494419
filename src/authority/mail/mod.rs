//! Who can send as which address, and read which mailbox, by what right. No I/O, no clock.
//!
//! Both questions, "who can send as this address" and "what can this principal reach", are answered from the same rights,
//! so that the answers agree. `docs/rights.md` says what counts as a right.

mod delegates;
mod everyone;
mod gaps;
mod resolve;
mod right;
mod rights;
#[cfg(test)]
mod test_facts;
#[cfg(test)]
mod tests;

pub(crate) use right::{Covered, MailRight, Standing};
pub(crate) use rights::{Answer, BLIND_SPOTS, Client, Facts, MailRights};
