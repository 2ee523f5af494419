//! All rights of a tenant, and the two questions about them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::delegates::{Delegates, delegates};
use super::everyone::{MailScope, everyone};
use super::gaps::{MailboxGaps, add, inactive_mailbox, said_nothing, users_unnamed};
use super::resolve::{Directory, Target, user};
use super::right::{Covered, Holder, HolderKind, MailRight, RightKind, Standing};
use crate::authority::Takeover;
use crate::delegation::Grants;
use crate::tenant::gmail::Delegate;
use crate::tenant::{
    AdminRoles, App, Domains, Gap, Groups, Mailbox, MailboxSetting, Part, PartStatus, People, Person,
    Reading, User, one_word,
};

/// An OAuth client that holds a delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client<'a> {
    /// As the ledger writes it.
    pub(crate) id: &'a str,
    /// The address of its service account.
    pub(crate) email: Option<&'a str>,
    /// Whether its service account is known not to exist.
    pub(crate) is_gone: bool,
    pub(crate) is_disabled: bool,
}

impl<'a> Client<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.email.unwrap_or(self.id)
    }

    pub(super) fn has_address(&self, address: &str) -> bool {
        self.email.is_some_and(|email| email.eq_ignore_ascii_case(address.trim()))
    }

    pub(super) fn holder(&self) -> Holder {
        Holder::new(HolderKind::Client, self.id, self.name())
    }

    /// Why it cannot act.
    pub(super) const fn obstacle(&self) -> Option<&'static str> {
        if self.is_gone {
            Some(
                "No service account with this client ID exists. The delegation works again if one is restored.",
            )
        } else if self.is_disabled {
            Some("The service account is disabled. The delegation works again when it is enabled.")
        } else {
            None
        }
    }
}

/// What rights follow from, besides mailboxes.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) people: &'a Reading<People>,
    pub(crate) domains: &'a Reading<Domains>,
    pub(crate) admin_roles: &'a Reading<AdminRoles>,
    pub(crate) groups: &'a Reading<Groups>,
    pub(crate) grants: &'a Grants,
    /// Every client that holds one of them.
    pub(crate) clients: Vec<Client<'a>>,
    /// Why delegations may be missing in the ledger.
    pub(crate) ledger: Vec<&'a Gap>,
    pub(crate) service_accounts: Option<&'a Gap>,
    pub(crate) takeovers: &'a [Takeover],
    pub(crate) apps: &'a [App],
    pub(crate) token_log: Option<&'a Gap>,
}

/// What no source shows: routes to send as an address that no API lists, and rights that are not read.
pub(crate) const BLIND_SPOTS: [&str; 4] = [
    "SMTP relay service: the servers and accounts that may send as any address of the tenant. No API lists them.",
    "Inbound gateways, and mail that other servers send as the address: see SPF, DKIM and DMARC of the domain.",
    "Groups: who can post as a group, and members of groups that no IAM policy names.",
    "Admin roles other than Super Admin: some can reset passwords. See report.html and users.csv.",
];

/// A mailbox that somebody besides its owner can use, or that sends as an address besides its own.
#[derive(Debug)]
struct KeptMailbox {
    primary_email: String,
    is_active: bool,
    delegates: Vec<Delegate>,
    send_as: Vec<KeptAddress>,
    /// Places of the apps that its owner authorized.
    apps: Vec<usize>,
}

/// A custom "from" address.
#[derive(Debug, PartialEq, Eq)]
struct KeptAddress {
    target: Target,
    address: String,
    standing: Standing,
}

/// Who can act as a mailbox.
#[derive(Clone, Debug)]
struct Actor {
    holder: Holder,
    by: RightKind,
    sends: bool,
    reads: bool,
    standing: Standing,
    setting: String,
    path: Vec<String>,
    since: Option<chrono::DateTime<chrono::Utc>>,
    end: String,
}

/// The rights on a question, and what could hold more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    /// Whether the address or principal is known. If not, nobody knows of rights about it.
    pub(crate) is_known: bool,
    pub(crate) rights: Vec<MailRight>,
    pub(crate) gaps: Vec<Gap>,
}

/// All rights of a tenant.
#[derive(Debug)]
pub(crate) struct MailRights<'a> {
    directory: Directory<'a>,
    /// By user id. Most users have nothing that is kept.
    mailboxes: BTreeMap<String, KeptMailbox>,
    /// Which mailboxes have an address as a custom "from" address.
    senders: HashMap<Target, BTreeSet<String>>,
    everyone: Vec<MailRight>,
    /// What every answer may lack.
    gaps: Vec<Gap>,
    mailbox_gaps: MailboxGaps,
    /// Users whose delegates could not be read, with the reason.
    delegates_unread: HashMap<String, Gap>,
    /// Users who cannot sign in and for whose mailbox Gmail answers nevertheless: archived ones.
    answered: BTreeSet<String>,
    not_asked: BTreeSet<Part>,
    /// How many users can have a mailbox that works.
    active: usize,
}

impl<'a> MailRights<'a> {
    #[must_use]
    pub(crate) fn new(facts: Facts<'a>) -> Self {
        let people = || facts.people.known().into_iter().flat_map(|people| people.iter());
        let active = people().filter(|person| person.is_active && !person.is_guest).count();
        let tenant_wide = [facts.people.gap(), facts.domains.gap(), facts.admin_roles.gap(), facts.token_log];
        let mut gaps: Vec<Gap> = tenant_wide.into_iter().flatten().cloned().collect();
        facts.ledger.iter().for_each(|gap| add(&mut gaps, (*gap).clone()));
        let directory = Directory::new(facts);
        let (everyone, of_everyone) = everyone(&directory);
        of_everyone.into_iter().for_each(|gap| add(&mut gaps, gap));
        let mut rights = Self {
            directory,
            mailboxes: BTreeMap::new(),
            senders: HashMap::new(),
            everyone,
            gaps,
            mailbox_gaps: MailboxGaps::default(),
            delegates_unread: HashMap::new(),
            answered: BTreeSet::new(),
            not_asked: BTreeSet::new(),
            active,
        };
        rights.add_apps();
        rights
    }

    fn facts(&self) -> &Facts<'a> {
        self.directory.facts()
    }

    /// The mailboxes of users who authorized an app that can send or read mail.
    fn add_apps(&mut self) {
        let apps = self.facts().apps;
        for (place, app) in apps.iter().enumerate() {
            if !app.all_scopes().any(|scope| MailScope::of(scope).is_none_or(MailScope::is_of_mail)) {
                continue;
            }
            let users: BTreeSet<&str> =
                app.some_users.iter().map(String::as_str).chain(named_users(app)).collect();
            let unnamed = unnamed_users(app, users.len());
            if unnamed > 0 {
                add(&mut self.gaps, users_unnamed(app, unnamed));
            }
            for email in users {
                if let Some(person) = self.directory.user(email) {
                    self.kept(person.id, person.primary_email, person.is_active).apps.push(place);
                }
            }
        }
    }

    fn kept(&mut self, user_id: &str, primary_email: &str, is_active: bool) -> &mut KeptMailbox {
        self.mailboxes.entry(user_id.to_owned()).or_insert_with(|| KeptMailbox {
            primary_email: primary_email.to_owned(),
            is_active,
            delegates: Vec::new(),
            send_as: Vec::new(),
            apps: Vec::new(),
        })
    }

    /// Says that no mailbox was asked for this setting.
    pub(crate) fn not_asked(&mut self, part: Part) {
        if self.not_asked.insert(part) {
            add(&mut self.gaps, Gap::not_asked(part));
        }
    }

    /// Adds a mailbox. Nothing is kept of one that only its owner uses, to send as its own addresses.
    pub(crate) fn add(&mut self, owner: &User, mailbox: &Mailbox) {
        for setting in [MailboxSetting::SendAs, MailboxSetting::Delegates] {
            match mailbox.status(setting) {
                PartStatus::NotAsked => self.not_asked(Part::Mailbox(setting)),
                PartStatus::Partial(gap) | PartStatus::Missing(gap) => {
                    self.mailbox_gaps.add(gap, &owner.primary_email);
                    if setting == MailboxSetting::Delegates {
                        self.delegates_unread.insert(owner.id.clone(), gap.clone());
                    }
                }
                PartStatus::Read | PartStatus::NotApplicable(_) => {}
            }
        }
        let is_answered = |setting| mailbox.status(setting).is_answered();
        if !owner.is_active() && MailboxSetting::ALL.into_iter().any(is_answered) {
            self.answered.insert(owner.id.clone());
        }
        let others = mailbox.send_as.known().into_iter().flatten();
        let others = others.filter(|entry| !entry.is_primary && !owner.has_address(&entry.send_as_email));
        let mut send_as = Vec::new();
        for entry in others {
            let standing = match entry.verification_status.as_str() {
                "accepted" => Standing::Now,
                "pending" => Standing::Pending,
                _ => {
                    let address = one_word(&entry.send_as_email);
                    let what = format!("whether {} can send as {address}", one_word(&owner.primary_email));
                    add(&mut self.gaps, said_nothing(Part::SEND_AS, &what));
                    Standing::Unknown
                }
            };
            let target = self.directory.target(&entry.send_as_email);
            self.senders.entry(target.clone()).or_default().insert(owner.id.clone());
            let entry = KeptAddress { target, address: entry.send_as_email.clone(), standing };
            if !send_as.contains(&entry) {
                send_as.push(entry);
            }
        }
        let mut delegates: Vec<Delegate> = Vec::new();
        for delegate in mailbox.delegates.known().into_iter().flatten() {
            if !delegates.contains(delegate) {
                delegates.push(delegate.clone());
            }
        }
        if !send_as.is_empty() || !delegates.is_empty() {
            let kept = self.kept(&owner.id, &owner.primary_email, owner.is_active());
            kept.send_as = send_as;
            kept.delegates = delegates;
        }
    }

    /// Every right to send as an address or to read its mail.
    #[must_use]
    pub(crate) fn who_can_send_as(&self, address: &str) -> Answer {
        let target = self.directory.target(address);
        let mut gaps = self.gaps.clone();
        self.mailbox_gaps.of(Part::SEND_AS).for_each(|gap| add(&mut gaps, gap));
        let mut rights = Vec::new();
        let own = match &target {
            Target::User(id) => self.directory.user_by_id(id),
            Target::Address(_) => None,
        };
        let mut mailboxes: BTreeSet<&str> =
            self.senders.get(&target).into_iter().flatten().map(String::as_str).collect();
        if let Some(person) = own.filter(|person| !person.is_guest) {
            mailboxes.insert(person.id);
        }
        // What covers every mailbox covers each address that a mailbox can send as.
        let works = mailboxes.iter().any(|id| self.is_usable(id));
        for id in &mailboxes {
            let (of_mailbox, of_gaps) = self.rights_through(id);
            of_gaps.into_iter().for_each(|gap| add(&mut gaps, gap));
            rights.extend(of_mailbox.into_iter().filter(|(of, _)| *of == target).map(|(_, right)| right));
        }
        if !mailboxes.is_empty() {
            rights.extend(self.everyone.iter().cloned().map(|mut right| {
                if !works {
                    right.standing = right.standing.max(Standing::Blocked);
                    right.path.push(INACTIVE.to_owned());
                }
                right
            }));
        }
        let is_known = own.is_some() || self.directory.group(address).is_some() || !mailboxes.is_empty();
        Answer { is_known, rights, gaps }
    }

    /// Every right of a principal: a user, group, service account, client or app.
    #[must_use]
    pub(crate) fn reach(&self, principal: &str) -> Answer {
        let holders = self.directory.named(principal);
        let is_held = |right: &MailRight| holders.iter().any(|holder| holder.is(&right.holder));
        let mut gaps = self.gaps.clone();
        for part in [Part::SEND_AS, Part::DELEGATES] {
            self.mailbox_gaps.of(part).for_each(|gap| add(&mut gaps, gap));
        }
        let person = self.directory.user(principal);
        let own = person.filter(|person| !person.is_guest && !self.mailboxes.contains_key(person.id));
        let mut rights = Vec::new();
        let ids = self.mailboxes.keys().map(String::as_str).chain(own.map(|person| person.id));
        for id in ids {
            let (of_mailbox, of_gaps) = self.rights_through(id);
            of_gaps.into_iter().for_each(|gap| add(&mut gaps, gap));
            rights.extend(of_mailbox.into_iter().map(|(_, right)| right).filter(is_held));
        }
        rights.extend(self.everyone.iter().filter(|right| is_held(right)).cloned());
        let is_known = person.is_some()
            || !rights.is_empty()
            || self.directory.group(principal).is_some()
            || holders.iter().any(|holder| matches!(holder.kind, HolderKind::Client | HolderKind::App));
        Answer { is_known, rights, gaps }
    }

    /// What every owner can do with its own mailbox, as one right.
    #[must_use]
    pub(crate) fn of_owners() -> MailRight {
        MailRight {
            holder: Holder::new(HolderKind::User, "", "the owner of each mailbox"),
            by: RightKind::Owner,
            covers: Covered::EveryMailbox,
            sends: true,
            reads: true,
            standing: Standing::Now,
            setting: OWN.to_owned(),
            path: Vec::new(),
            since: None,
            last_used: None,
            end: String::new(),
        }
    }

    /// Rights that cover every mailbox.
    #[must_use]
    pub(crate) fn of_every_mailbox(&self) -> &[MailRight] {
        &self.everyone
    }

    /// How many users are active, and no guests.
    #[must_use]
    pub(crate) const fn active_mailboxes(&self) -> usize {
        self.active
    }

    /// The rights on each mailbox beside those of its owner on its own addresses, by user id.
    pub(crate) fn by_mailbox(&self) -> impl Iterator<Item = Vec<MailRight>> + '_ {
        self.mailboxes.keys().map(|id| {
            let rights = self.rights_through(id).0.into_iter().map(|(_, right)| right);
            rights.filter(|right| right.by != RightKind::Owner).collect()
        })
    }

    fn person(&self, id: &str) -> Option<Person<'a>> {
        self.directory.user_by_id(id)
    }

    /// Whether Google lets somebody use the mailbox.
    fn is_usable(&self, id: &str) -> bool {
        self.is_active(id) || self.answered.contains(id)
    }

    fn is_active(&self, id: &str) -> bool {
        match self.person(id) {
            Some(person) => person.is_active,
            None => self.mailboxes.get(id).is_none_or(|kept| kept.is_active),
        }
    }

    fn primary_email(&self, id: &str) -> String {
        let person = self.person(id).map(|person| person.primary_email.to_owned());
        person.or_else(|| Some(self.mailboxes.get(id)?.primary_email.clone())).unwrap_or_default()
    }

    /// Every right that uses this mailbox, with the address that it is about.
    fn rights_through(&self, id: &str) -> (Vec<(Target, MailRight)>, Vec<Gap>) {
        let mailbox = self.primary_email(id);
        let (actors, gaps) = self.actors(id, &mailbox);
        let right = |actor: &Actor, address: &str| MailRight {
            holder: actor.holder.clone(),
            by: actor.by,
            covers: Covered::Address {
                user_id: id.to_owned(),
                mailbox: mailbox.clone(),
                address: address.to_owned(),
            },
            sends: actor.sends,
            reads: actor.reads,
            standing: actor.standing,
            setting: actor.setting.clone(),
            path: actor.path.clone(),
            since: actor.since,
            last_used: None,
            end: actor.end.clone(),
        };
        let own = Target::User(id.to_owned());
        let mut rights: Vec<(Target, MailRight)> =
            actors.iter().map(|actor| (own.clone(), right(actor, &mailbox))).collect();
        for entry in self.mailboxes.get(id).into_iter().flat_map(|kept| &kept.send_as) {
            // What only reads the mailbox does not read the mail of another address, and nobody needs it for an address
            // of its own.
            let owns = |actor: &Actor| match &entry.target {
                Target::User(id) => actor.holder.kind == HolderKind::User && actor.holder.id == *id,
                Target::Address(_) => false,
            };
            for actor in actors.iter().filter(|actor| actor.sends && !owns(actor)) {
                let mut right = MailRight { reads: false, ..right(actor, &entry.address) };
                right.standing = right.standing.max(entry.standing);
                let (owner, address) = (one_word(&mailbox), one_word(&entry.address));
                let step = match entry.standing {
                    Standing::Now => format!("{owner} has {address} as a verified send-as address."),
                    Standing::Pending => {
                        format!("{owner} has {address} as a send-as address that is not verified.")
                    }
                    _ => format!(
                        "{owner} has {address} as a send-as address. Gmail did not say whether it is verified."
                    ),
                };
                if actor.by == RightKind::Owner {
                    right.by = RightKind::SendAs;
                    right.setting = format!("send-as address {address}");
                    right.path = vec![step];
                    right.end = format!(
                        "Delete the send-as address {address} in the Gmail settings of {owner} > Accounts > Send mail as."
                    );
                    if !self.is_active(id) {
                        right.path.push(INACTIVE.to_owned());
                    }
                } else {
                    right.path.push(step);
                }
                rights.push((entry.target.clone(), right));
            }
        }
        (rights, gaps)
    }

    /// Everybody who can act as this mailbox, besides those who can act as every one.
    fn actors(&self, id: &str, mailbox: &str) -> (Vec<Actor>, Vec<Gap>) {
        let entries = |id: &str| self.mailboxes.get(id).map(|kept| kept.delegates.as_slice());
        let Delegates { users, mut gaps, asked } = delegates(&self.directory, id, mailbox, entries);
        for asked in &asked {
            match self.delegates_unread.get(asked) {
                Some(gap) => {
                    let message =
                        format!("Delegates of {}: {}", one_word(&self.primary_email(asked)), gap.message);
                    add(&mut gaps, Gap { message, ..gap.clone() });
                }
                None if !self.is_usable(asked) => {
                    add(&mut gaps, inactive_mailbox(&self.primary_email(asked)))
                }
                None => {}
            }
        }
        let mut actors = vec![self.owner(id, mailbox)];
        actors.extend(users.into_iter().map(|found| {
            let (delegate, owner) = (one_word(&found.delegate), one_word(&found.mailbox));
            let group = match found.by {
                RightKind::DelegateGroupMember => ", or remove the member from the group",
                _ => "",
            };
            Actor {
                setting: format!("delegate {delegate} of {owner}"),
                end: format!(
                    "Remove the delegate {delegate} in the Gmail settings of {owner} > Accounts > Grant access to your \
                     account{group}."
                ),
                holder: found.holder,
                by: found.by,
                sends: true,
                reads: true,
                standing: found.standing,
                path: found.path,
                since: None,
            }
        }));
        let apps = self.mailboxes.get(id).into_iter().flat_map(|kept| &kept.apps);
        for app in apps.filter_map(|place| self.facts().apps.get(*place)) {
            actors.extend(self.app(app, id, mailbox, &mut gaps));
        }
        // The owner of an archived mailbox cannot sign in, even where Gmail answers others.
        let (is_active, is_usable) = (self.is_active(id), self.is_usable(id));
        let is_blocked =
            |actor: &&mut Actor| if actor.by == RightKind::Owner { !is_active } else { !is_usable };
        for actor in actors.iter_mut().filter(is_blocked) {
            actor.standing = actor.standing.max(Standing::Blocked);
            actor.path.push(INACTIVE.to_owned());
        }
        (actors, gaps)
    }

    fn owner(&self, id: &str, mailbox: &str) -> Actor {
        let holder = self.person(id).map_or_else(|| Holder::new(HolderKind::User, id, mailbox), user);
        Actor {
            holder,
            by: RightKind::Owner,
            sends: true,
            reads: true,
            standing: Standing::Now,
            setting: OWN.to_owned(),
            path: vec![format!("It is the mailbox of {}.", one_word(mailbox))],
            since: None,
            end: "Suspend the user in Admin console > Directory > Users.".to_owned(),
        }
    }

    /// What an app can do with the mailbox of a user who authorized it.
    fn app(&self, app: &App, id: &str, mailbox: &str, gaps: &mut Vec<Gap>) -> Option<Actor> {
        let is_of = |email: &str| self.directory.user(email).is_some_and(|person| person.id == id);
        let consents = app.consents.iter().chain(&app.remembered);
        let of_user: BTreeSet<&str> = consents
            .filter(|consent| consent.users.iter().any(|email| is_of(email)))
            .flat_map(|consent| &consent.scopes)
            .map(String::as_str)
            .collect();
        // Versions before consents were kept have the scopes of all users together.
        let scopes: BTreeSet<&str> = if of_user.is_empty() { app.all_scopes().collect() } else { of_user };
        let (mut sends, mut reads, mut held) = (false, false, Vec::new());
        for scope in scopes {
            match MailScope::of(scope) {
                Some(mail) if mail.is_of_mail() => {
                    sends |= mail.sends;
                    reads |= mail.reads;
                    held.push(scope);
                }
                Some(_) => {}
                None => add(gaps, super::gaps::scope_unknown(&app.name, scope)),
            }
        }
        if held.is_empty() {
            return None;
        }
        let (name, owner) = (one_word(&app.name), one_word(mailbox));
        let scopes: Vec<_> = held.iter().map(|scope| one_word(scope)).collect();
        Some(Actor {
            holder: Holder::new(HolderKind::App, &app.client_id, &app.name),
            by: RightKind::App,
            sends,
            reads,
            standing: Standing::Now,
            setting: held.join(" "),
            path: vec![format!("{owner} authorized the app {name} with {}.", scopes.join(", "))],
            since: Some(app.first_authorized_at),
            end: format!(
                "Block the app in Admin console > Security > Access and data control > API controls > App access \
                 control, or remove its access in Directory > Users > {owner} > Security > Connected applications."
            ),
        })
    }
}

const OWN: &str = "own mailbox";
const INACTIVE: &str = "It does not work while the user of the mailbox is suspended or archived.";

fn named_users(app: &App) -> impl Iterator<Item = &str> {
    app.consents.iter().chain(&app.remembered).flat_map(|consent| &consent.users).map(String::as_str)
}

/// How many users authorized the app whose names are not kept.
fn unnamed_users(app: &App, named: usize) -> u64 {
    let of_consents: u64 = app.consents.iter().chain(&app.remembered).map(|consent| consent.unnamed).sum();
    of_consents.max(app.users.saturating_sub(named as u64))
}

#[cfg(test)]
impl MailRights<'_> {
    /// The ids of users of whom something is kept.
    pub(super) fn kept_users(&self) -> Vec<&str> {
        self.mailboxes.keys().map(String::as_str).collect()
    }
}
