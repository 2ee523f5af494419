//! `reach`: which mailboxes a principal can send as or read, by what right.

use crate::audit::{Exit, MailQuestion};
use crate::cli::Reach;

use super::failure::Failure;
use super::mail_rights;

pub(super) fn run(question: &Reach) -> Result<Exit, Failure> {
    mail_rights::answer(MailQuestion::Reach(&question.principal), &question.of)
}
