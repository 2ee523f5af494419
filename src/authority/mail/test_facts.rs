//! A tenant for the tests of rights: everything was read, and nobody has a right besides owners.

use super::rights::{Client, Facts, MailRights};
use chrono::{DateTime, TimeDelta, Utc};

use crate::authority::{Takeover, TakeoverEdge, TakeoverPath, TakeoverPrincipal};
use crate::delegation::{Grants, Provenance, Sighting};
use crate::tenant::gmail::Delegate;
use crate::tenant::{
    AdminRoles, App, Domain, DomainKind, Domains, Gap, GapClass, Group, GroupMember, GroupMemberKind, Groups,
    LastLogin, Mailbox, MailboxFact, Part, People, Reading, SendAs, SendAsKind, User,
};

pub(super) const CLIENT: &str = "104000000000000000001";
pub(super) const ACCOUNT: &str = "mailer@project.iam.gserviceaccount.com";
pub(super) const GMAIL_SEND: &str = "https://www.googleapis.com/auth/gmail.send";
pub(super) const UNHEARD_OF: &str = "https://www.googleapis.com/auth/unheard.of";

/// A user and the mailbox.
#[derive(Clone, Debug)]
pub(super) struct UserFacts {
    pub(super) user: User,
    pub(super) mailbox: Mailbox,
}

pub(super) fn run_at() -> DateTime<Utc> {
    "2026-11-21T07:00:00Z".parse().unwrap()
}

pub(super) fn days_ago(days: i64) -> DateTime<Utc> {
    run_at() - TimeDelta::days(days)
}

pub(super) fn gap(part: Part) -> Gap {
    Gap { class: GapClass::Denied, message: format!("{part} was refused"), ..Gap::not_asked(part) }
}

pub(super) fn user(id: &str, email: &str) -> User {
    User {
        id: id.into(),
        primary_email: email.into(),
        full_name: None,
        org_unit: None,
        suspended: Some(false),
        suspension_reason: None,
        suspended_at: None,
        archived: Some(false),
        is_mailbox_setup: Some(true),
        is_admin: Some(false),
        is_delegated_admin: Some(false),
        two_step_enrolled: None,
        two_step_enforced: None,
        created_at: None,
        last_login: LastLogin::Unknown,
        aliases: Vec::new(),
        non_editable_aliases: Vec::new(),
        is_guest: Some(false),
        guest_email: None,
    }
}

/// A mailbox with the user's own address and these.
pub(super) fn mailbox(user: User, others: impl IntoIterator<Item = SendAs>) -> UserFacts {
    let own = SendAs {
        kind: SendAsKind::Primary,
        is_primary: true,
        verification_status: String::new(),
        ..custom(&user.primary_email)
    };
    let mailbox = Mailbox {
        send_as: MailboxFact::Read(std::iter::once(own).chain(others).collect()),
        delegates: MailboxFact::Read(Vec::new()),
        ..Mailbox::not_asked()
    };
    UserFacts { user, mailbox }
}

pub(super) fn custom(email: &str) -> SendAs {
    SendAs {
        send_as_email: email.into(),
        display_name: String::new(),
        reply_to: String::new(),
        kind: SendAsKind::Custom,
        is_primary: false,
        is_default: false,
        treat_as_alias: true,
        verification_status: "accepted".into(),
        smtp: None,
    }
}

/// That the principal can take the client over.
pub(super) fn taken_over_by(principal: &str) -> Takeover {
    Takeover {
        client_id: CLIENT.into(),
        account: ACCOUNT.into(),
        paths: vec![TakeoverPath {
            principal: principal.into(),
            kind: TakeoverPrincipal::Human,
            is_outside: Some(false),
            edge: TakeoverEdge::Key,
            permission: "iam.serviceAccountKeys.create".into(),
            via: Vec::new(),
            hops: 1,
            is_conditional: false,
            is_closed: false,
            sentence: format!("{principal} can create keys for {ACCOUNT}."),
            obstacles: Vec::new(),
            chain: String::new(),
            binding: None,
            approved_by: None,
            may_be_closed_by: Vec::new(),
        }],
        broad: Vec::new(),
        is_disabled: false,
        gaps: Vec::new(),
    }
}

/// What rights follow from.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) users: Vec<UserFacts>,
    pub(super) people: Reading<People>,
    pub(super) domains: Reading<Domains>,
    pub(super) admin_roles: Reading<AdminRoles>,
    pub(super) groups: Reading<Groups>,
    pub(super) grants: Grants,
    /// Why grants may be missing.
    pub(super) ledger: Option<Gap>,
    pub(super) service_accounts: Option<Gap>,
    pub(super) takeovers: Vec<Takeover>,
    pub(super) apps: Vec<App>,
    pub(super) token_log: Option<Gap>,
}

impl World {
    pub(super) fn of(users: Vec<UserFacts>) -> Self {
        let listed = users.iter().map(|facts| Ok::<_, std::convert::Infallible>(facts.user.clone()));
        let Ok(people) = People::index(listed);
        let own = Domain {
            name: "example.com".into(),
            kind: DomainKind::Primary,
            verified: Some(true),
            parent: None,
        };
        Self {
            users,
            people: Reading::Complete(people),
            domains: Reading::Complete(Domains(vec![own])),
            admin_roles: Reading::Complete(AdminRoles::default()),
            groups: Reading::Complete(Groups::default()),
            grants: Grants::default(),
            ledger: None,
            service_accounts: None,
            takeovers: Vec::new(),
            apps: Vec::new(),
            token_log: None,
        }
    }

    pub(super) fn rights(&self) -> MailRights<'_> {
        let clients = self.grants.clients().into_iter();
        let facts = Facts {
            people: &self.people,
            domains: &self.domains,
            admin_roles: &self.admin_roles,
            groups: &self.groups,
            grants: &self.grants,
            clients: clients
                .map(|id| Client { id, email: None, is_gone: false, is_disabled: false })
                .collect(),
            ledger: self.ledger.iter().collect(),
            service_accounts: self.service_accounts.as_ref(),
            takeovers: &self.takeovers,
            apps: &self.apps,
            token_log: self.token_log.as_ref(),
        };
        let mut rights = MailRights::new(facts);
        self.users.iter().for_each(|facts| rights.add(&facts.user, &facts.mailbox));
        rights
    }
}

/// A user `NAME@example.com` with the number as its id, and these delegates.
pub(super) fn delegating(id: &str, name: &str, delegates: &[(&str, &str)]) -> UserFacts {
    let mut facts = mailbox(user(id, &format!("{name}@example.com")), []);
    let delegate = |(email, status): &(&str, &str)| Delegate {
        email: (*email).to_owned(),
        verification_status: (*status).to_owned(),
    };
    facts.mailbox.delegates = MailboxFact::Read(delegates.iter().map(delegate).collect());
    facts
}

pub(super) fn group_of(email: &str, members: &[(&str, GroupMemberKind)]) -> Group {
    let member = |(email, kind): &(&str, GroupMemberKind)| GroupMember {
        email: (*email).to_owned(),
        kind: kind.clone(),
    };
    Group {
        email: email.to_owned(),
        aliases: Vec::new(),
        members: Reading::Complete(members.iter().map(member).collect()),
    }
}

pub(super) fn granted(client: &str, scope: &str) -> Grants {
    let seen = Sighting { provenance: Provenance::Console, seen_at: run_at() };
    Grants::merge([(client.to_owned(), scope.to_owned(), seen)])
}
