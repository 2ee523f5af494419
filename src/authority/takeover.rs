//! Who can take over a client's delegation: paths as facts, in words that a report can show.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::IntoStaticStr;

use crate::delegation::ScopeSeverity;
use crate::tenant::{Gap, IamCondition, IamResource, Part, one_word, quoted_name};

/// A role that one member holds on a resource: what can be removed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct AccessBinding {
    pub(crate) resource: IamResource,
    pub(crate) role: String,
    /// Who holds it, verbatim.
    pub(crate) member: String,
    pub(crate) condition: Option<IamCondition>,
}

impl AccessBinding {
    /// What identifies it over runs. A `#` is only in front of a digest of every field, so that nobody can name a
    /// member or a condition in a way that makes two bindings one.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        let Self { resource, role, condition, .. } = self;
        let id = self.id_without_condition();
        let is_plain_role = matches!(
            role.split('/').collect::<Vec<_>>().as_slice(),
            ["roles", _] | ["projects" | "organizations", _, "roles", _]
        );
        if condition.is_none() && is_plain_role && !resource.id().contains('/') && !id.contains('#') {
            return id;
        }
        format!("{id}#{}", self.digest())
    }

    /// How earlier versions spelled the id. Two bindings can share it.
    #[must_use]
    pub(crate) fn former_id(&self) -> String {
        let condition = self.condition.as_ref().map_or_else(String::new, |condition| {
            let digest = HEXLOWER.encode(&Sha256::digest(&condition.expression)[..4]);
            format!("/{}#{digest}", condition.title)
        });
        format!("{}{condition}", self.id_without_condition())
    }

    fn id_without_condition(&self) -> String {
        format!("{}/{}/{}/{}", self.kind(), self.resource.id(), self.role, self.member)
    }

    const fn kind(&self) -> &'static str {
        match self.resource {
            IamResource::Organization(_) => "organizations",
            IamResource::Folder(_) => "folders",
            IamResource::Project(_) => "projects",
            IamResource::ServiceAccount(_) => "serviceAccounts",
        }
    }

    /// A title that no other binding has.
    #[must_use]
    pub(crate) fn own_title(&self) -> String {
        format!("{} #{}", self.title(), self.digest())
    }

    /// 160 bits: whoever can write both bindings needs 2^80 tries for two of one digest.
    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        let condition = self.condition.iter().flat_map(|condition| [&condition.title, &condition.expression]);
        let fields = [self.kind(), self.resource.id(), &self.role, &self.member];
        for field in fields.into_iter().chain(condition.map(String::as_str)) {
            digest.update(field.len().to_be_bytes());
            digest.update(field);
        }
        HEXLOWER.encode(&digest.finalize()[..20])
    }

    /// The same for people.
    #[must_use]
    pub(crate) fn title(&self) -> String {
        let member = one_word(&self.member);
        format!(
            "{} for {member} on {}{}",
            one_word(&self.role),
            self.resource.title(),
            self.condition_title()
        )
    }

    /// The same without its holder.
    #[must_use]
    pub(crate) fn role_title(&self) -> String {
        format!("{} on {}{}", one_word(&self.role), self.resource.title(), self.condition_title())
    }

    fn condition_title(&self) -> String {
        self.condition.as_ref().map_or_else(String::new, |condition| {
            format!(" with the condition {}", quoted_name(&condition.title))
        })
    }

    /// The member without the word before its address: `user:` and the like.
    #[must_use]
    pub(crate) fn holder(&self) -> &str {
        match self.member.split_once(':') {
            Some((kind, name)) if !kind.starts_with("principal") && kind != "deleted" => name,
            _ => &self.member,
        }
    }
}

/// How a path ends: what its holder does in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub(crate) enum TakeoverEdge {
    /// A key is made or uploaded.
    Key,
    /// Something is signed as the account.
    Sign,
    /// Another account, or the account itself, is become first.
    Indirect,
    /// A right is given first.
    Admin,
}

impl TakeoverEdge {
    /// The word in `sa_paths.csv`.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// Who stands at the beginning of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TakeoverPrincipal {
    /// A person, a group of people, a domain.
    Human,
    /// A service account, or one identity of an outside workload.
    Workload,
    /// An account of Google's own, which no other program can be: its service needs what it holds.
    ServiceAgent,
    /// Anyone, anyone signed in, or everything in an identity pool.
    Open,
}

/// One path from a principal to a delegated token of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TakeoverPath {
    /// Who: an address, or Google's principal identifier.
    pub(crate) principal: String,
    pub(crate) kind: TakeoverPrincipal,
    /// Whether it is somebody else's; `None`: nobody knows.
    pub(crate) is_outside: Option<bool>,
    /// What is done in the end.
    pub(crate) edge: TakeoverEdge,
    /// The permission at the end.
    pub(crate) permission: String,
    /// Groups and accounts on the way.
    pub(crate) via: Vec<String>,
    /// How many steps.
    pub(crate) hops: u64,
    /// Whether it holds only under a condition: of a binding on the way, or one that its sentence names.
    pub(crate) is_conditional: bool,
    /// Whether organization policies close it for now.
    pub(crate) is_closed: bool,
    /// For a person: who can do what to the account, and through which role.
    pub(crate) sentence: String,
    /// For a person: what stands in its way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) obstacles: Vec<String>,
    /// Hop by hop, for `sa_paths.csv`.
    pub(crate) chain: String,
    /// The one binding to remove; of a service agent, the one that it needs.
    pub(crate) binding: Option<AccessBinding>,
    /// The custodian of the register by whom it is approved; `None`: nobody agreed to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approved_by: Option<String>,
    /// What was not read and may show that it is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) may_be_closed_by: Vec<Gap>,
}

impl TakeoverPath {
    /// How bad it is that somebody has it, approved or not: what checks and reports say of it.
    #[must_use]
    pub(crate) fn severity(&self) -> ScopeSeverity {
        match (self.edge, self.kind) {
            (_, TakeoverPrincipal::ServiceAgent) => ScopeSeverity::Medium,
            // It opens with the policies that close it.
            _ if self.is_closed => ScopeSeverity::Medium,
            _ if self.is_exposed() => ScopeSeverity::Critical,
            (TakeoverEdge::Key, TakeoverPrincipal::Workload) => ScopeSeverity::High,
            (TakeoverEdge::Key, _) => ScopeSeverity::Critical,
            _ if self.hops <= Self::NEAR => ScopeSeverity::Critical,
            _ => ScopeSeverity::High,
        }
    }

    /// The one binding to remove, for people; empty where none should be.
    #[must_use]
    pub(crate) fn cut(&self) -> String {
        let binding = self.binding.as_ref().filter(|_| self.kind != TakeoverPrincipal::ServiceAgent);
        binding.map(AccessBinding::title).unwrap_or_default()
    }

    /// The most hops of a path without a key that is critical.
    const NEAR: u64 = 2;

    /// Whether it begins with everybody at once, or outside the tenant.
    #[must_use]
    pub(crate) fn is_exposed(&self) -> bool {
        self.kind == TakeoverPrincipal::Open || self.is_outside == Some(true)
    }

    /// Whether somebody has it who should not: no policy closes it, and nobody agreed to it.
    #[must_use]
    pub(crate) const fn is_open(&self) -> bool {
        !self.is_closed && self.approved_by.is_none()
    }
}

/// A binding that gives a dangerous role above an account, and so on accounts that are made later too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BroadBinding {
    pub(crate) binding: AccessBinding,
    /// Whether its holder is an account of Google's own, and not one of somebody else's project.
    #[serde(default)]
    pub(crate) is_service_agent: bool,
}

/// Who can take over one client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Takeover {
    pub(crate) client_id: String,
    /// The account's address.
    pub(crate) account: String,
    /// The paths, shortest first.
    pub(crate) paths: Vec<TakeoverPath>,
    /// Bindings above the account that give it to somebody by a role made for single accounts.
    pub(crate) broad: Vec<BroadBinding>,
    /// Whether the account is disabled: nothing signs as it until somebody enables it again.
    pub(crate) is_disabled: bool,
    /// Why there may be others, one a part and reason, at most [`Takeover::MAX_GAPS`]; empty: there are no others.
    pub(crate) gaps: Vec<Gap>,
}

impl Takeover {
    /// The paths of others: what the account may do to itself, keyless signing needs.
    pub(crate) fn paths_of_others(&self) -> impl Iterator<Item = &TakeoverPath> {
        self.paths.iter().filter(|path| !self.is_own(path))
    }

    /// What findings about a path are about: the binding, or the path itself where none is known.
    #[must_use]
    pub(crate) fn subject_id(&self, path: &TakeoverPath) -> String {
        match &path.binding {
            Some(binding) => binding.id(),
            None => format!("{}/{}/{}", self.client_id, path.principal, path.edge.as_str()),
        }
    }

    /// Whether a path is the account's right on itself.
    #[must_use]
    pub(crate) fn is_own(&self, path: &TakeoverPath) -> bool {
        path.principal.eq_ignore_ascii_case(&self.account)
    }

    /// More reasons than these are not kept.
    pub(crate) const MAX_GAPS: usize = 8;

    /// Why paths may be missing because of this part.
    #[must_use]
    pub(crate) fn gap(&self, part: Part) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.part == part)
    }
}

/// A binding on which paths to clients rest: removed, it closes them.
///
/// Cuts are counted one after the other: each has the paths that those before it leave. What everybody has comes first,
/// then what outsiders have, then what most have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TakeoverCut {
    /// What to remove.
    pub(crate) binding: AccessBinding,
    /// How many paths it closes.
    pub(crate) paths: u64,
    /// How many of those begin with everybody at once.
    pub(crate) open_to_many: u64,
    /// How many of those begin outside the tenant.
    pub(crate) outside: u64,
    /// To how many clients those lead.
    pub(crate) clients: u64,
    /// Some of those clients, in order of their accounts' addresses.
    pub(crate) some_clients: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::checks::test_facts::path;

    fn plain() -> AccessBinding {
        AccessBinding {
            resource: IamResource::Project("apps".into()),
            role: "roles/owner".into(),
            member: "principal://iam.googleapis.com/pools/p/subject/a".into(),
            condition: None,
        }
    }

    fn under(binding: &AccessBinding, title: &str, expression: &str) -> AccessBinding {
        let condition = Some(IamCondition { title: title.into(), expression: expression.into() });
        AccessBinding { condition, ..binding.clone() }
    }

    fn named(member: String) -> AccessBinding {
        AccessBinding { member, ..plain() }
    }

    #[test]
    fn no_two_bindings_have_one_id_however_their_members_and_conditions_are_named() {
        let real = under(&plain(), "T", "request.time < timestamp('2027-01-01T00:00:00Z')");
        let after = |id: &str| id.split_once("/subject/").unwrap().1.to_owned();
        let mut all = vec![plain(), real.clone(), under(&plain(), "T", "true"), under(&plain(), "U", "true")];
        // A member that ends as the id of another binding does, in its spelling of today and of before.
        for id in [real.id(), real.former_id()] {
            let forged = named(plain().member.replace("subject/a", &format!("subject/{}", after(&id))));
            all.extend([under(&forged, "T", "true"), forged]);
        }
        all.push(under(&plain(), "T#", "rue"));
        all.push(under(&plain(), "Ttrue", ""));
        all.push(under(&named(format!("{}/T", plain().member)), "", "true"));
        all.push(AccessBinding { role: "roles/owner/x".into(), ..plain() });
        all.push(AccessBinding { resource: IamResource::Project("apps/roles/owner".into()), ..plain() });
        let ids: BTreeSet<String> = all.iter().map(AccessBinding::id).collect();
        assert_eq!(ids.len(), all.len(), "{ids:#?}");
        assert!(all.len() > all.iter().map(AccessBinding::former_id).collect::<BTreeSet<_>>().len());
    }

    /// Their SHA-256 begin with the same 32 bits.
    const COLLIDING: [&str; 2] = ["request.path != 'b5cc'", "request.path != 'fae9'"];

    #[test]
    fn two_expressions_with_one_former_id_have_two_ids() {
        let [one, two] = COLLIDING.map(|expression| under(&plain(), "T", expression));
        assert_eq!(one.former_id(), two.former_id());
        assert_ne!(one.id(), two.id());
    }

    #[test]
    fn a_binding_without_a_condition_has_the_id_that_it_had() {
        assert_eq!(plain().id(), plain().former_id());
        assert_ne!(under(&plain(), "T", "true").id(), under(&plain(), "T", "true").former_id());
    }

    #[test]
    fn a_holder_is_its_address_or_its_identifier() {
        for (member, holder) in [
            ("user:ann@example.com", "ann@example.com"),
            ("allUsers", "allUsers"),
            ("principal://iam.googleapis.com/x", "principal://iam.googleapis.com/x"),
            ("deleted:user:ann@example.com?uid=1", "deleted:user:ann@example.com?uid=1"),
        ] {
            let binding = AccessBinding { member: member.into(), ..path(TakeoverEdge::Key).binding.unwrap() };
            assert_eq!(binding.holder(), holder);
        }
    }
}
