//! `who-can-send-as`: everything that can send as an address, by what right.

use crate::audit::{Exit, MailQuestion};
use crate::cli::WhoCanSendAs;

use super::failure::Failure;
use super::mail_rights;

pub(super) fn run(question: &WhoCanSendAs) -> Result<Exit, Failure> {
    mail_rights::answer(MailQuestion::WhoCanSendAs(&question.address), &question.of)
}
