//! The audit logs: entries that were written out, and any number computed from their place.

use chrono::{DateTime, Duration, Utc};

use super::people::People;
use super::{Activity, Actor, Parameter};
use crate::dice::Dice;

/// How long Google keeps entries.
pub(crate) const KEPT_DAYS: i64 = 180;

/// Of the pages on domain, e-mail, application, delegated admin, security and user settings.
const ADMIN_EVENTS: [&str; 58] = [
    "ADD_APPLICATION",
    "ADD_DOMAIN_ALIAS",
    "ADD_NICKNAME",
    "ADD_PRIVILEGE",
    "ADD_SECONDARY_DOMAIN",
    "ADD_TO_TRUSTED_OAUTH2_APPS",
    "ADD_TRUSTED_DOMAINS",
    "ASSIGN_ROLE",
    "AUTHORIZE_API_CLIENT_ACCESS",
    "BLOCK_ON_DEVICE_ACCESS",
    "CHANGE_ACCOUNT_AUTO_RENEWAL",
    "CHANGE_ADVERTISEMENT_OPTION",
    "CHANGE_APPLICATION_SETTING",
    "CHANGE_DATA_LOCALIZATION_SETTING",
    "CHANGE_EMAIL_SETTING",
    "CHANGE_GMAIL_SETTING",
    "CHANGE_PASSWORD",
    "CHANGE_PRIMARY_DOMAIN",
    "CHANGE_RECOVERY_EMAIL",
    "CREATE_APPLICATION_SETTING",
    "CREATE_GMAIL_SETTING",
    "CREATE_GROUP",
    "CREATE_ORG_UNIT",
    "CREATE_ROLE",
    "CREATE_USER",
    "DELETE_APPLICATION_SETTING",
    "DELETE_GMAIL_SETTING",
    "DELETE_GROUP",
    "DELETE_ROLE",
    "DELETE_USER",
    "DROP_FROM_QUARANTINE",
    "EMAIL_LIFE_OF_A_MESSAGE",
    "EMAIL_LOG_SEARCH",
    "EMAIL_UNDELETE",
    "ENFORCE_STRONG_AUTHENTICATION",
    "GRANT_ADMIN_PRIVILEGE",
    "GRANT_DELEGATED_ADMIN_PRIVILEGES",
    "REJECT_FROM_QUARANTINE",
    "RELEASE_FROM_QUARANTINE",
    "REMOVE_API_CLIENT_ACCESS",
    "REMOVE_APPLICATION",
    "REMOVE_DOMAIN_ALIAS",
    "REMOVE_FROM_TRUSTED_OAUTH2_APPS",
    "REMOVE_NICKNAME",
    "REMOVE_PRIVILEGE",
    "REMOVE_SECONDARY_DOMAIN",
    "REMOVE_TRUSTED_DOMAINS",
    "RENAME_ROLE",
    "RENAME_USER",
    "REVOKE_3LO_TOKEN",
    "REVOKE_ADMIN_PRIVILEGE",
    "SUSPEND_USER",
    "TOGGLE_SERVICE_ENABLED",
    "UNASSIGN_ROLE",
    "UNDELETE_USER",
    "UNSUSPEND_USER",
    "UPDATE_ROLE",
    "USER_LICENSE_ASSIGNMENT",
];

/// The logs that have entries here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Application {
    Admin,
    Token,
    AccessEvaluation,
}

impl Application {
    pub(crate) const ALL: [Self; 3] = [Self::Admin, Self::Token, Self::AccessEvaluation];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Token => "token",
            Self::AccessEvaluation => "access_evaluation",
        }
    }

    /// The names of its events, as far as Google's lists were read. Any other is refused.
    pub(crate) fn events(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &ADMIN_EVENTS,
            Self::Token => &["activity", "authorize", "request", "revoke"],
            Self::AccessEvaluation => &["allow_token_impersonation", "allow_token_request"],
        }
    }
}

/// Every log, each newest first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    written: [Vec<Activity>; 3],
    /// For each written entry, where it stands among all.
    places: [Vec<usize>; 3],
    crowd: Crowd,
}

/// Entries that take no memory: uses of grants, spread evenly over the days that are kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crowd {
    pub(crate) seed: u64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) size: usize,
    /// The clients that act in them: client id, address and scopes.
    pub(crate) clients: Vec<(String, String, Vec<String>)>,
}

impl Log {
    pub(crate) fn new(entries: Vec<(Application, Activity)>, crowd: Crowd) -> Self {
        let mut log = Self { crowd, ..Self::default() };
        for (application, entry) in entries {
            log.written[application as usize].push(entry);
        }
        for application in Application::ALL {
            let written = &mut log.written[application as usize];
            written.sort_by_key(|entry| std::cmp::Reverse(entry.at));
            for index in 1..written.len() {
                if written[index].at == written[index - 1].at {
                    written[index].ordinal = written[index - 1].ordinal + 1;
                }
            }
            let newer = |entry: &Activity| log.crowd.newer_than(application, entry.at);
            log.places[application as usize] =
                written.iter().enumerate().map(|(index, entry)| index + newer(entry)).collect();
        }
        log
    }

    pub(crate) fn written(&self, application: Application) -> &[Activity] {
        &self.written[application as usize]
    }

    /// The entry at a place, newest first.
    pub(crate) fn at(&self, application: Application, place: usize, people: &People) -> Option<Activity> {
        match self.places[application as usize].binary_search(&place) {
            Ok(index) => self.written(application).get(index).cloned(),
            Err(before) => self.crowd.at(application, place - before, people),
        }
    }

    /// How many entries come before the first that is not newer than a moment.
    pub(crate) fn newer_than(&self, application: Application, moment: DateTime<Utc>) -> usize {
        self.written(application).iter().take_while(|entry| entry.at > moment).count()
            + self.crowd.newer_than(application, moment)
    }
}

impl Crowd {
    /// Nine of ten are calls of an API, the others tokens given out; the administrators' log has none.
    fn len(&self, application: Application) -> usize {
        match application {
            Application::Admin => 0,
            Application::Token => self.size - self.size / 10,
            Application::AccessEvaluation => self.size / 10,
        }
    }

    /// Milliseconds between two entries.
    fn pace(&self, application: Application) -> i64 {
        let length = i64::try_from(self.len(application)).unwrap_or(i64::MAX);
        (Duration::days(KEPT_DAYS).num_milliseconds() / (length + 1)).max(1)
    }

    fn newer_than(&self, application: Application, moment: DateTime<Utc>) -> usize {
        let age = (self.now - moment).num_milliseconds() - 1;
        let count = age.max(0) / self.pace(application);
        usize::try_from(count).unwrap_or(0).min(self.len(application))
    }

    fn at(&self, application: Application, index: usize, people: &People) -> Option<Activity> {
        if index >= self.len(application) {
            return None;
        }
        let mut dice = Dice::new(self.seed, application.name(), index as u64);
        let steps = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let at = self.now - Duration::milliseconds(steps.saturating_mul(self.pace(application)));
        let pick = |dice: &mut Dice, length: usize| usize::try_from(dice.below(length as u64)).unwrap_or(0);
        let (client_id, address, scopes) = self.clients.get(pick(&mut dice, self.clients.len()))?;
        let user = people.at(pick(&mut dice, people.len()))?;
        let actor = Actor {
            email: user.primary_email.clone(),
            profile_id: user.id.clone(),
            application: Some((client_id.clone(), address.clone(), true)),
        };
        Some(match application {
            Application::AccessEvaluation => impersonation(at, actor, address, scopes),
            Application::Token | Application::Admin => {
                let scope = scopes.get(pick(&mut dice, scopes.len()))?;
                call(at, actor, scope, dice.below(90_000))
            }
        })
    }
}

/// A service account got a token for a user, without the user.
pub(super) fn impersonation(at: DateTime<Utc>, actor: Actor, account: &str, scopes: &[String]) -> Activity {
    Activity {
        at,
        listed_from: None,
        ordinal: 0,
        actor,
        kind: "access_token_evaluation",
        name: "allow_token_impersonation",
        parameters: vec![
            ("service_account", Parameter::Text(account.to_owned())),
            ("client_type", Parameter::Text("TYPE_UNSPECIFIED".to_owned())),
            ("configuration_source", Parameter::Text("DOMAIN_WIDE_DELEGATION".to_owned())),
            ("scopes_requested", Parameter::texts(scopes)),
        ],
    }
}

/// A client that is no service account got a token by its delegation. Which parameter names the client is not
/// documented; *unverified*: `actor.applicationInfo` does.
pub(super) fn token_request(at: DateTime<Utc>, actor: Actor, scopes: &[String]) -> Activity {
    Activity {
        at,
        actor,
        listed_from: None,
        ordinal: 0,
        kind: "access_token_evaluation",
        name: "allow_token_request",
        parameters: vec![
            ("client_type", Parameter::Text("WEB".to_owned())),
            ("configuration_source", Parameter::Text("DOMAIN_WIDE_DELEGATION".to_owned())),
            ("scopes_requested", Parameter::texts(scopes)),
        ],
    }
}

/// A program called an API as a user.
pub(super) fn call(at: DateTime<Utc>, actor: Actor, scope: &str, bytes: u64) -> Activity {
    let (client_id, name, _) = actor.application.clone().unwrap_or_default();
    let (api, method) = called_with(scope);
    Activity {
        at,
        listed_from: None,
        ordinal: 0,
        actor,
        kind: "auth",
        name: "activity",
        parameters: vec![
            ("api_name", Parameter::Text(api.to_owned())),
            ("method_name", Parameter::Text(method.to_owned())),
            ("client_id", Parameter::Text(client_id)),
            ("app_name", Parameter::Text(name)),
            ("client_type", Parameter::Text("WEB".to_owned())),
            ("num_response_bytes", Parameter::Number(i64::try_from(bytes).unwrap_or(0))),
            ("product_bucket", Parameter::Text(api.to_uppercase())),
            ("scope", Parameter::texts(&[scope])),
        ],
    }
}

/// A user let a program in, or put it out again.
pub(super) fn consent(at: DateTime<Utc>, actor: Actor, name: &'static str, scopes: &[String]) -> Activity {
    let (client_id, application, _) = actor.application.clone().unwrap_or_default();
    let data = scopes
        .iter()
        .map(|scope| {
            let bucket = called_with(scope).0.to_uppercase();
            vec![
                ("scope_name", Parameter::Text(scope.clone())),
                ("product_bucket", Parameter::Texts(vec![bucket])),
            ]
        })
        .collect();
    Activity {
        at,
        listed_from: None,
        ordinal: 0,
        actor,
        kind: "auth",
        name,
        parameters: vec![
            ("client_id", Parameter::Text(client_id)),
            ("app_name", Parameter::Text(application)),
            ("client_type", Parameter::Text("WEB".to_owned())),
            ("scope_data", Parameter::Messages(data)),
            ("scope", Parameter::texts(scopes)),
        ],
    }
}

fn called_with(scope: &str) -> (&'static str, &'static str) {
    match scope {
        scope if scope.contains("mail") => ("gmail", "gmail.users.messages.list"),
        scope if scope.contains("calendar") => ("calendar", "calendar.events.list"),
        scope if scope.contains("drive") => ("drive", "drive.files.list"),
        scope if scope.contains("contacts") => ("people", "people.people.connections.list"),
        _ => ("admin", "directory.users.list"),
    }
}
