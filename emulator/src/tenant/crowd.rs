//! Users by the million, each computed from its index when somebody asks.

use chrono::{DateTime, Duration, Utc};

use super::mailbox::{MailService, Mailbox, SendAs, SmtpMsa, mail_clients};
use super::names::{self, PRIMARY_DOMAIN};
use super::person::{Person, Standing};
use crate::dice::Dice;

/// A number of users that take no memory.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    seed: u64,
    now: DateTime<Utc>,
    size: usize,
    id_prefix: String,
}

impl Crowd {
    pub(super) fn new(seed: u64, now: DateTime<Utc>, size: usize) -> Self {
        let id_prefix = format!("1{}", Dice::new(seed, "crowd", 0).digits(10));
        Self { seed, now, size, id_prefix }
    }

    pub(super) fn len(&self) -> usize {
        self.size
    }

    /// The index of the user with this id or primary address, in lower case.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        let index = match key.split_once('@') {
            Some((login, PRIMARY_DOMAIN)) => login.rsplit('.').next()?.parse().ok()?,
            Some(_) => return None,
            None => key.strip_prefix(&self.id_prefix)?.parse().ok()?,
        };
        let person = self.at(index)?;
        (person.id == key || person.primary_email == key).then_some(index)
    }

    pub(super) fn at(&self, index: usize) -> Option<Person> {
        if index >= self.size {
            return None;
        }
        let mut dice = Dice::new(self.seed, "crowd", 1 + index as u64);
        let (given, family) = (dice.pick(&names::GIVEN), dice.pick(&names::FAMILY));
        let primary_email = format!("{given}.{family}.{index:07}@{PRIMARY_DOMAIN}").to_lowercase();
        let signed_in_days_ago = if dice.one_in(40) { 100 + dice.below(400) } else { dice.below(60) };
        let enforced = !dice.one_in(50);
        let mut person = Person {
            id: format!("{}{index:010}", self.id_prefix),
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            primary_email,
            aliases: Vec::new(),
            non_editable_aliases: Vec::new(),
            org_unit: dice.pick(&names::DEPARTMENTS).to_owned(),
            standing: Standing::Active,
            super_admin: false,
            delegated_admin: false,
            enrolled_in_two_step: enforced || dice.one_in(2),
            enforced_in_two_step: enforced,
            created_at: self.days_ago(500 + dice.below(2000)),
            last_login_at: (!dice.one_in(200)).then(|| self.days_ago(signed_in_days_ago)),
            deleted_at: None,
            mailbox_set_up: !dice.one_in(250),
            guest_email: None,
            mailbox: Mailbox::default(),
            left_out: &[],
        };
        if dice.one_in(30) {
            person.standing = Standing::Suspended { reason: "ADMIN", since: self.days_ago(dice.below(300)) };
        } else if dice.one_in(60) {
            person.standing = Standing::Archived { since: self.days_ago(dice.below(300)) };
        }
        if dice.one_in(300) {
            person.mailbox.service = MailService::Off;
        }
        self.furnish(&mut person, &mut dice);
        Some(person)
    }

    fn furnish(&self, person: &mut Person, dice: &mut Dice) {
        let login = person.primary_email.split('@').next().unwrap_or_default().to_owned();
        if dice.one_in(4) {
            let alias = format!("{login}@example.org");
            person.aliases.push(alias.clone());
            person.mailbox.send_as.push(SendAs::native(&alias));
        }
        if dice.one_in(100) {
            let relay = SmtpMsa { host: "smtp.partner.example".to_owned(), port: 587, security: "starttls" };
            person.mailbox.send_as.push(SendAs {
                email: format!("{login}@partner.example"),
                display_name: person.full_name(),
                pending: dice.one_in(3),
                smtp_msa: dice.one_in(2).then_some(relay),
                ..SendAs::default()
            });
        }
        if dice.one_in(500) {
            person.mailbox.reply_to = format!("{login}@mailbox.example");
        }
        (person.mailbox.imap, person.mailbox.pop) = mail_clients(dice);
    }

    fn days_ago(&self, days: u64) -> DateTime<Utc> {
        self.now - Duration::days(i64::try_from(days).unwrap_or(0))
    }
}
