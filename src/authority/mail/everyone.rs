//! Rights that cover every mailbox: of clients, of those who can take a client over, and of super admins.

use std::collections::BTreeSet;

use super::gaps::{add, admin_group_unread, scope_unknown, scopes_unnamed, takeover_unknown};
use super::resolve::{Directory, user};
use super::right::{Covered, Holder, HolderKind, MailRight, RightKind, Standing};
use super::rights::Client;
use crate::authority::{Takeover, TakeoverPath, TakeoverPrincipal};
use crate::delegation::{Grant, RiskClass, ScopeRiskTable};
use crate::tenant::{AssigneeType, Gap, one_word};

/// What a scope lets its holder do with mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MailScope {
    pub(super) sends: bool,
    pub(super) reads: bool,
    pub(super) standing: Standing,
}

/// With it, a client can make anybody a delegate of any mailbox.
/// Source: <https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.delegates/create>.
const MAKES_DELEGATES: &str = "https://www.googleapis.com/auth/gmail.settings.sharing";

impl MailScope {
    /// `None`: nobody knows, because the scope is not in the table.
    pub(super) fn of(scope: &str) -> Option<Self> {
        let risk = ScopeRiskTable::shipped().like(scope)?;
        if risk.scope == MAKES_DELEGATES {
            return Some(Self { sends: true, reads: true, standing: Standing::Obtainable });
        }
        let reads = [RiskClass::MailFull, RiskClass::MailRead];
        let reads = risk.classes.iter().any(|class| reads.contains(class));
        Some(Self { sends: risk.sends_mail, reads, standing: Standing::Now })
    }

    pub(super) const fn is_of_mail(self) -> bool {
        self.sends || self.reads
    }

    /// The words after "can".
    pub(super) const fn verb(self) -> &'static str {
        match (self.standing, self.sends, self.reads) {
            (Standing::Obtainable, ..) => "make any account a delegate, which sends and reads mail,",
            (_, true, true) => "send and read mail",
            (_, true, false) => "send mail",
            _ => "read mail",
        }
    }
}

const DELEGATION_LIST: &str =
    "Admin console > Security > Access and data control > API controls > Manage domain-wide delegation";

/// Every right that covers all mailboxes, and what could hold more of them.
pub(super) fn everyone(directory: &Directory<'_>) -> (Vec<MailRight>, Vec<Gap>) {
    let (mut rights, mut gaps) = (Vec::new(), Vec::new());
    let facts = directory.facts();
    for client in &facts.clients {
        let mut of_client = Vec::new();
        for grant in facts.grants.of(client.id).filter(|grant| grant.client_id == client.id) {
            match MailScope::of(&grant.scope) {
                Some(scope) if scope.is_of_mail() => of_client.push(by_grant(client, grant, scope)),
                Some(_) => {}
                None => add(&mut gaps, scope_unknown(client.name(), &grant.scope)),
            }
        }
        if of_client.is_empty() {
            continue;
        }
        let takeover = facts.takeovers.iter().find(|takeover| takeover.client_id == client.id);
        match takeover {
            Some(takeover) => {
                takeover.gaps.iter().for_each(|gap| add(&mut gaps, gap.clone()));
                let paths = takeover.paths_of_others();
                rights.extend(paths.map(|path| by_takeover(directory, takeover, path, &of_client)));
            }
            None if client.is_gone => {}
            None => add(&mut gaps, takeover_unknown(client.name(), facts.service_accounts)),
        }
        rights.append(&mut of_client);
    }
    facts.grants.unscoped().iter().for_each(|client| add(&mut gaps, scopes_unnamed(&client.client_id)));
    admins(directory, &mut rights, &mut gaps);
    rights
        .sort_by(|a, b| (&a.holder, a.by, &a.setting, &a.path).cmp(&(&b.holder, b.by, &b.setting, &b.path)));
    rights.dedup();
    (rights, gaps)
}

fn by_grant(client: &Client<'_>, grant: &Grant, scope: MailScope) -> MailRight {
    let name = one_word(client.name());
    let granted = match grant.other_permission() {
        Some(other) => format!("{} allowed it, and not a domain-wide delegation", one_word(other)),
        None => "by domain-wide delegation".to_owned(),
    };
    let step = format!(
        "The client {name} can {} as any user with the scope {}: {granted}.",
        scope.verb(),
        one_word(&grant.scope)
    );
    let mut path = vec![step];
    if !grant.is_rechecked {
        path.push("This run read no source that shows it. An earlier run did.".to_owned());
    }
    let mut standing = scope.standing;
    if let Some(why) = client.obstacle() {
        path.push(why.to_owned());
        standing = standing.max(Standing::Blocked);
    }
    MailRight {
        holder: client.holder(),
        by: RightKind::Client,
        covers: Covered::EveryMailbox,
        sends: scope.sends,
        reads: scope.reads,
        standing,
        setting: grant.scope.clone(),
        path,
        since: grant.granted.as_ref().map(|granted| granted.at).or(grant.held_since),
        last_used: grant.last_used.as_ref().map(|used| used.at),
        end: format!("Remove the scope from the client {} in {DELEGATION_LIST}.", one_word(client.id)),
    }
}

/// What somebody can do with the tokens of a client.
fn by_takeover(
    directory: &Directory<'_>,
    takeover: &Takeover,
    path: &TakeoverPath,
    of_client: &[MailRight],
) -> MailRight {
    let mut steps = vec![path.sentence.clone()];
    steps.extend(path.obstacles.iter().cloned());
    let mut standing = Standing::Obtainable;
    if path.kind == TakeoverPrincipal::ServiceAgent {
        steps.push(
            "It is an account of Google's own, and only the service that it belongs to can use it."
                .to_owned(),
        );
        standing = Standing::Blocked;
    }
    if path.is_closed {
        standing = Standing::Blocked;
    }
    if let Some(custodian) = &path.approved_by {
        steps.push(format!("The register approves this path for {}.", one_word(custodian)));
    }
    let (sends, reads) =
        (of_client.iter().any(|right| right.sends), of_client.iter().any(|right| right.reads));
    let can = MailScope { sends, reads, standing: Standing::Now }.verb();
    steps.push(format!("The client {} can {can} as any user.", one_word(&takeover.account)));
    // The client itself may be unable to act.
    let of_client_now = of_client.iter().map(|right| right.standing).min();
    if of_client_now == Some(Standing::Blocked) {
        steps.push(
            "The service account is disabled. The delegation works again when it is enabled.".to_owned(),
        );
    }
    let scopes: BTreeSet<&str> = of_client.iter().map(|right| right.setting.as_str()).collect();
    MailRight {
        holder: directory.holder(&path.principal),
        by: RightKind::Takeover,
        covers: Covered::EveryMailbox,
        sends,
        reads,
        standing: of_client_now.map_or(standing, |of_client| standing.max(of_client)),
        setting: scopes.into_iter().collect::<Vec<_>>().join(" "),
        path: steps,
        since: None,
        last_used: None,
        end: match path.cut() {
            cut if cut.is_empty() => format!("Check who can act as {}.", one_word(&takeover.account)),
            cut => format!("Remove the binding {cut}."),
        },
    }
}

/// Super admins, by the flag of a user and by their assignments: one may be missing.
fn admins(directory: &Directory<'_>, rights: &mut Vec<MailRight>, gaps: &mut Vec<Gap>) {
    let facts = directory.facts();
    let flagged = facts.people.known().into_iter().flat_map(|people| people.iter());
    let flagged = flagged.filter(|person| person.is_super_admin == Some(true)).map(|person| person.id);
    let mut ids: BTreeSet<&str> = flagged.collect();
    let assignments = facts.admin_roles.known().into_iter().flat_map(|roles| roles.super_admin_assignments());
    for assignment in assignments {
        if assignment.assignee_type == AssigneeType::Group {
            add(gaps, admin_group_unread(&assignment.assigned_to));
            let id = &assignment.assigned_to;
            rights.push(by_role(Holder::new(HolderKind::Group, id, id), Standing::Obtainable));
        } else {
            ids.insert(&assignment.assigned_to);
        }
    }
    for id in ids {
        let person = directory.user_by_id(id);
        let client = facts.clients.iter().find(|client| client.id == id);
        let holder = match (person, client) {
            (Some(person), _) => user(person),
            (None, Some(client)) => client.holder(),
            // A user who was not listed, or a service account by its number.
            (None, None) => Holder::new(HolderKind::Other, id, id),
        };
        let is_blocked = person.is_some_and(|person| !person.is_active);
        let standing = if is_blocked { Standing::Blocked } else { Standing::Obtainable };
        rights.push(by_role(holder, standing));
    }
}

fn by_role(holder: Holder, standing: Standing) -> MailRight {
    let mut path = vec![format!(
        "{} is a super admin, and can grant itself access to every mailbox.",
        one_word(&holder.name)
    )];
    if standing == Standing::Blocked {
        path.push("It does not work while the account is suspended or archived.".to_owned());
    }
    MailRight {
        holder,
        by: RightKind::Admin,
        covers: Covered::EveryMailbox,
        sends: true,
        reads: true,
        standing,
        setting: "super admin".to_owned(),
        path,
        since: None,
        last_used: None,
        end: "Remove the role in Admin console > Account > Admin roles > Super Admin.".to_owned(),
    }
}
