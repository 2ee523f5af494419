//! How the delegations came to be, and how they were used: what the audit logs tell.

use chrono::{DateTime, Duration, DurationRound, Utc};

use super::foundation::{Foundation, whole_scopes};
use super::log::{call, consent, impersonation, token_request};
use super::names::PRIMARY_DOMAIN;
use super::project::KeyOrigin;
use super::{Activity, Actor, Application, Parameter};
use crate::options::{LogEntry, Logged};

const SETTINGS: &str = "DOMAIN_SETTINGS";

/// A project here has no more accounts than Google lets one have at first.
const ACCOUNTS_A_PROJECT: u32 = 100;

impl Foundation {
    /// An administrator gave a client scopes in the console.
    pub(super) fn log_authorized(&mut self, days: i64, client_id: &str, scopes: &[&str]) {
        let parameters = vec![
            ("DOMAIN_NAME", Parameter::Text(PRIMARY_DOMAIN.to_owned())),
            ("API_CLIENT_NAME", Parameter::Text(client_id.to_owned())),
            ("API_SCOPES", Parameter::Texts(whole_scopes(scopes))),
        ];
        self.log_administration(days, SETTINGS, "AUTHORIZE_API_CLIENT_ACCESS", parameters);
    }

    /// An administrator removed a client from the console: the entry does not tell its scopes.
    pub(super) fn log_removed(&mut self, days: i64, client_id: &str) {
        let parameters = vec![
            ("DOMAIN_NAME", Parameter::Text(PRIMARY_DOMAIN.to_owned())),
            ("API_CLIENT_NAME", Parameter::Text(client_id.to_owned())),
        ];
        self.log_administration(days, SETTINGS, "REMOVE_API_CLIENT_ACCESS", parameters);
    }

    /// An administrator made or changed one of Gmail's settings.
    pub(super) fn log_gmail_setting(
        &mut self,
        days: i64,
        name: &'static str,
        setting: &str,
        described: &str,
    ) {
        let parameters = vec![
            ("SETTING_NAME", Parameter::Text(setting.to_owned())),
            ("USER_DEFINED_SETTING_NAME", Parameter::Text(described.to_owned())),
            ("SETTING_DESCRIPTION", Parameter::Text(described.to_owned())),
            ("DOMAIN_NAME", Parameter::Text(PRIMARY_DOMAIN.to_owned())),
        ];
        self.log_administration(days, "EMAIL_SETTINGS", name, parameters);
    }

    fn log_administration(
        &mut self,
        days: i64,
        kind: &'static str,
        name: &'static str,
        parameters: Vec<(&'static str, Parameter)>,
    ) {
        let Some(person) = self.people.iter().rfind(|person| person.super_admin) else { return };
        let actor =
            Actor { email: person.primary_email.clone(), profile_id: person.id.clone(), application: None };
        let at = self.moment(days);
        let entry = Activity { at, listed_from: None, ordinal: 0, actor, kind, name, parameters };
        self.entries.push((Application::Admin, entry));
    }

    /// An entry that was asked for, at its own time.
    pub(super) fn log_entry(&mut self, entry: &LogEntry) {
        let before = self.entries.len();
        match &entry.what {
            Logged::Authorized { client_id, scopes } => {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                self.log_authorized(0, client_id, &scopes);
            }
            Logged::GmailSetting { name, description } => {
                self.log_gmail_setting(0, "CHANGE_GMAIL_SETTING", name, description);
            }
            Logged::App { name, scopes } => {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                self.log_consent(0, "authorize", name, &scopes);
            }
            Logged::AppRevoked { name, scopes } => {
                let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
                self.log_consent(0, "revoke", name, &scopes);
            }
        }
        for (_, activity) in self.entries.iter_mut().skip(before) {
            activity.at = entry.at;
            activity.listed_from = entry.listed_from;
        }
    }

    /// A client with a delegation got a token for somebody and called an API with it.
    pub(super) fn log_used(&mut self, days: i64, client_id: &str, account: &str, scopes: &[&str]) {
        let at = self.moment(days);
        let scopes = whole_scopes(scopes);
        let actor = self.actor(usize::try_from(days).unwrap_or(0), client_id, account, true);
        self.entries
            .push((Application::AccessEvaluation, impersonation(at, actor.clone(), account, &scopes)));
        if let Some(scope) = scopes.first() {
            let call = call(at + Duration::seconds(2), actor, scope, 4096);
            self.entries.push((Application::Token, call));
        }
    }

    /// A client with a delegation that is no service account got a token.
    pub(super) fn log_token_request(&mut self, days: i64, client_id: &str, program: &str, scopes: &[&str]) {
        let at = self.moment(days);
        let actor = self.actor(usize::try_from(days).unwrap_or(0), client_id, program, false);
        self.entries.push((Application::AccessEvaluation, token_request(at, actor, &whole_scopes(scopes))));
    }

    /// A user let a program in, or put it out: nothing that a delegation has to do with.
    pub(super) fn log_consent(&mut self, days: i64, name: &'static str, program: &str, scopes: &[&str]) {
        let at = self.moment(days);
        let actor = self.actor(usize::try_from(days).unwrap_or(0), &web_client(program), program, false);
        self.entries.push((Application::Token, consent(at, actor, name, &whole_scopes(scopes))));
    }

    /// Such a program called an API.
    pub(super) fn log_called(&mut self, days: i64, program: &str, scope: &str) {
        let at = self.moment(days);
        let actor = self.actor(usize::try_from(days).unwrap_or(0), &web_client(program), program, false);
        self.entries.push((Application::Token, call(at, actor, scope, 2048)));
    }

    fn actor(&self, place: usize, client_id: &str, program: &str, impersonation: bool) -> Actor {
        let person = self.people.get(place % self.people.len().max(1));
        Actor {
            email: person.map(|person| person.primary_email.clone()).unwrap_or_default(),
            profile_id: person.map(|person| person.id.clone()).unwrap_or_default(),
            application: Some((client_id.to_owned(), program.to_owned(), impersonation)),
        }
    }

    /// Some moment of a past day, another one for each entry; the same if the emulator is started again.
    fn moment(&self, days: i64) -> DateTime<Utc> {
        let minutes = i64::try_from(self.entries.len()).unwrap_or(0) * 7 % 600;
        let at = self.days_ago(days);
        at.duration_trunc(Duration::hours(1)).unwrap_or(at) - Duration::minutes(1 + minutes)
    }

    /// Accounts nobody looks at one by one, in projects of their own; some have keys, some grants.
    pub(super) fn open_accounts(&mut self, count: u32) {
        for index in 0..count {
            if index % ACCOUNTS_A_PROJECT == 0 {
                self.project(&format!("crowd-project-{:04}", index / ACCOUNTS_A_PROJECT));
            }
            self.account(&format!("worker-{index:06}"), &format!("Worker {index}"));
            if index % 3 == 0 {
                self.key(KeyOrigin::UserManaged, i64::from(index % 900));
            }
            if index % 50 == 0 {
                self.delegate(&["gmail.send", "calendar.readonly"]);
            }
        }
    }

    /// Uses of the grants there are, as many as asked for.
    pub(super) fn log_crowd(&mut self, count: u32) {
        self.log_crowd.size = usize::try_from(count).unwrap_or(0);
        let accounts: std::collections::HashMap<&str, &str> = self
            .projects
            .iter()
            .flat_map(|project| &project.accounts)
            .chain(self.foreign_accounts.iter().map(|foreign| &foreign.account))
            .map(|account| (account.client_id.as_str(), account.email.as_str()))
            .collect();
        let clients = self.grants.iter().filter_map(|grant| {
            let email = accounts.get(grant.client_id.as_str())?;
            Some((grant.client_id.clone(), (*email).to_owned(), grant.scopes.clone()))
        });
        self.log_crowd.clients = clients.collect();
    }
}

/// The client id of a program that is no service account.
fn web_client(program: &str) -> String {
    format!("{}.apps.googleusercontent.com", program.to_lowercase().replace(' ', "-"))
}
