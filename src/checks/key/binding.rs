//! One binding is one finding: what the checks on access paths say of it together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{key_mint_path, outside_principal, project_wide_role, sign_or_impersonate_path};
use crate::authority::{AccessBinding, Takeover, TakeoverEdge, TakeoverPath, TakeoverPrincipal};
use crate::checks::{Check, command, subjects};
use crate::findings::{AlsoCheck, CheckResult, Evidence, Reached, ReachedBy, Subject, Verdict};
use crate::snapshot::Snapshot;
use crate::tenant::{ServiceAccount, one_word, quoted};

/// The checks on access paths. A binding belongs to the first that applies.
const ORDER: [&Check; 4] = [
    &outside_principal::CHECK,
    &key_mint_path::CHECK,
    &sign_or_impersonate_path::CHECK,
    &project_wide_role::CHECK,
];

/// More names than these are counted.
const MAX_NAMES: usize = 5;

/// The most characters of a condition's expression in the evidence.
const MAX_EXPRESSION_CHARS: usize = 300;

/// The ids of the checks on access paths.
pub(crate) fn path_checks() -> impl Iterator<Item = &'static str> {
    ORDER.into_iter().map(|check| check.id)
}

/// What one binding gives.
#[derive(Debug)]
pub(crate) struct BindingFacts<'t> {
    /// What findings about it are about.
    pub(crate) subject: Subject,
    /// The binding, if one is known.
    pub(crate) binding: Option<&'t AccessBinding>,
    /// How earlier versions named it, if otherwise.
    pub(crate) former: Option<NamedBefore>,
    /// A name that it has in common with others: an exception that names it so means none of them.
    pub(crate) shared_name: Option<String>,
    paths: Vec<(&'t Takeover, &'t TakeoverPath)>,
    broad: Vec<&'t Takeover>,
    /// Whether Google's own service holds it.
    is_agents: bool,
}

/// What earlier versions called a binding.
#[derive(Debug)]
pub(crate) struct NamedBefore {
    /// Under its id of then.
    pub(crate) subject: Subject,
    /// Whether no other binding had that id, so that it is certainly this one.
    pub(crate) is_unique: bool,
}

/// Every binding that a finding may be about, by its id.
#[must_use]
pub(crate) fn bindings(tenant: &Snapshot) -> BTreeMap<String, BindingFacts<'_>> {
    let mut all: BTreeMap<String, BindingFacts<'_>> = BTreeMap::new();
    for takeover in &tenant.takeovers {
        for path in takeover.paths_of_others() {
            let subject = subjects::path(takeover, path);
            let facts = all
                .entry(subject.id.clone())
                .or_insert_with(|| BindingFacts::new(subject, path.binding.as_ref(), true));
            facts.is_agents &= path.kind == TakeoverPrincipal::ServiceAgent;
            facts.paths.push((takeover, path));
        }
        for broad in &takeover.broad {
            let subject = subjects::binding(&broad.binding);
            let facts = all
                .entry(subject.id.clone())
                .or_insert_with(|| BindingFacts::new(subject, Some(&broad.binding), broad.is_service_agent));
            facts.is_agents &= broad.is_service_agent;
            facts.broad.push(takeover);
        }
    }
    name_as_before(&mut all);
    name_apart(&mut all);
    all
}

/// An exception may name a binding as earlier versions did, unless another binding had the same name.
fn name_as_before(all: &mut BTreeMap<String, BindingFacts<'_>>) {
    let mut named: BTreeMap<String, u64> = BTreeMap::new();
    for binding in all.values().filter_map(|facts| facts.binding) {
        *named.entry(binding.former_id()).or_default() += 1;
    }
    for facts in all.values_mut() {
        let Some(subject) = facts.binding.and_then(subjects::former_binding) else { continue };
        let is_unique = named.get(&subject.id) == Some(&1);
        if is_unique {
            facts.subject.also.push(subject.id.clone());
        }
        facts.former = Some(NamedBefore { subject, is_unique });
    }
}

/// Bindings that differ in nothing but the expression of their condition have one title: each gets a name of its own.
fn name_apart(all: &mut BTreeMap<String, BindingFacts<'_>>) {
    let mut named: BTreeMap<String, u64> = BTreeMap::new();
    for facts in all.values() {
        *named.entry(facts.subject.name.to_lowercase()).or_default() += 1;
    }
    for facts in all.values_mut() {
        if let Some(binding) = facts.binding
            && named.get(&facts.subject.name.to_lowercase()).is_some_and(|bindings| *bindings > 1)
        {
            facts.shared_name = Some(std::mem::replace(&mut facts.subject.name, binding.own_title()));
        }
    }
}

/// What an earlier run found of a binding, and this one could not look at again.
#[derive(Debug)]
pub(crate) struct Kept {
    /// What was reached.
    pub(crate) reach: Vec<Reached>,
    /// The check that the finding belonged to, if it is asked this time.
    pub(crate) check_id: Option<&'static str>,
    /// Its verdict on the part that nobody accepts.
    pub(crate) verdict: Verdict,
}

/// What the checks say of one binding, as one finding.
#[derive(Debug)]
pub(crate) struct OneFinding {
    /// The check that it belongs to.
    pub(crate) check: &'static Check,
    /// The others that apply.
    pub(crate) also: Vec<AlsoCheck>,
    pub(crate) result: CheckResult,
}

impl<'t> BindingFacts<'t> {
    const fn new(subject: Subject, binding: Option<&'t AccessBinding>, is_agents: bool) -> Self {
        Self {
            subject,
            binding,
            former: None,
            shared_name: None,
            paths: Vec::new(),
            broad: Vec::new(),
            is_agents,
        }
    }

    /// One finding of what each check says of each account, and of what this run could not look at again.
    #[must_use]
    pub(crate) fn one_finding(
        &self,
        results: Vec<(&'static Check, CheckResult)>,
        kept: Kept,
    ) -> Option<OneFinding> {
        let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
        for (check, result) in &results {
            let place = ORDER.iter().position(|known| known.id == check.id)?;
            let verdict = if result.accepted_by.is_some() { Verdict::Excepted } else { result.verdict };
            let worst = verdicts.entry(place).or_insert(verdict);
            *worst = verdict.min(*worst);
        }
        let first_check =
            ORDER.iter().position(|known| results.first().is_some_and(|(check, _)| check.id == known.id))?;
        if kept.reach.iter().any(|reached| reached.accepted_by.is_none()) {
            // Nobody saw that it ended, and nobody accepts it: it stays what it was.
            let place = ORDER.iter().position(|known| Some(known.id) == kept.check_id).unwrap_or(first_check);
            let worst = verdicts.entry(place).or_insert(kept.verdict);
            *worst = kept.verdict.min(*worst);
        }
        let worst = *verdicts.values().min()?;
        let owner = verdicts.iter().find(|(_, verdict)| **verdict == worst).map(|(place, _)| *place)?;
        let check = ORDER[owner];
        let also = verdicts
            .iter()
            .filter(|(place, _)| **place != owner)
            .map(|(place, verdict)| AlsoCheck::new(ORDER[*place].id, *verdict));
        let also: Vec<AlsoCheck> = also.collect();

        let is_accepted = worst == Verdict::Excepted;
        let results: Vec<CheckResult> = results.into_iter().map(|(_, result)| result).collect();
        let first = results.first()?;
        let verdict = results.iter().map(|result| result.verdict).min()?;
        let reach = merged(results.iter().flat_map(|result| result.reach.iter().cloned()).chain(kept.reach));
        let counted = || reach.iter().filter(|reached| is_accepted || reached.accepted_by.is_none());
        let severity = counted().map(|reached| reached.severity).max()?;
        let mut result = CheckResult {
            verdict: if is_accepted { verdict } else { worst },
            severity,
            accepted_by: first.accepted_by.clone().filter(|_| is_accepted),
            message: self.message(check, &counted().collect::<Vec<_>>()),
            ..first.clone()
        };
        for other in &results {
            result.weighed_by.extend(other.weighed_by.iter().filter(|part| !first.weighed_by.contains(part)));
            for assumption in &other.assumptions {
                if !result.assumptions.contains(assumption) {
                    result.assumptions.push(assumption.clone());
                }
            }
        }
        result.weighed_by.sort_unstable();
        result.weighed_by.dedup();
        result.evidence = self.evidence(&reach, &also, is_accepted);
        result.fix = self.fix(&reach, &also, is_accepted);
        result.command = self.command(&reach, is_accepted);
        result.may_break = self.may_break();
        result.place = self.binding.map(|binding| binding.resource.bindings_page());
        result.reach = reach;
        // With its former name, which a check does not know.
        result.subject = Some(self.subject.clone());
        Some(OneFinding { check, also, result })
    }

    /// What is true of these.
    pub(crate) fn message(&self, check: &Check, counted: &[&Reached]) -> String {
        let accounts: BTreeSet<&str> = counted.iter().map(|reached| reached.account.as_str()).collect();
        let principals: BTreeSet<&str> = counted.iter().filter_map(|reached| reached.principal()).collect();
        let accounts = match accounts.iter().collect::<Vec<_>>().as_slice() {
            [only] => one_word(only).into_owned(),
            many => format!("{} service accounts", many.len()),
        };
        let holder = self.binding.map_or_else(String::new, |binding| one_word(binding.holder()).into_owned());
        let who = match principals.iter().collect::<Vec<_>>().as_slice() {
            [] => {
                let title = &self.subject.name;
                return format!(
                    "{title} covers {accounts}, and every service account that is created there later"
                );
            }
            [only] => one_word(only).into_owned(),
            many => format!("{} principals", many.len()),
        };
        let through = self.binding.map_or_else(String::new, |binding| {
            let held = if who == holder {
                String::new()
            } else {
                format!(", granted to {}", one_word(&binding.member))
            };
            format!(" through {}{held}", binding.role_title())
        });
        let from = if check.id == outside_principal::CHECK.id {
            self.whose(principals.len())
        } else {
            String::new()
        };
        format!("{who}{from} can get delegated tokens of {accounts}{through}")
    }

    /// Who owns the principals, of which this many have it.
    fn whose(&self, all: usize) -> String {
        let principals = |is: fn(&TakeoverPath) -> bool| {
            let paths = self.paths.iter().map(|(_, path)| path).filter(|path| is(path));
            paths.map(|path| path.principal.as_str()).collect::<BTreeSet<_>>().len()
        };
        let outside = principals(|path| path.is_outside == Some(true));
        match (self.exposure(), all) {
            (Some(TakeoverPrincipal::Open), 1) => " (public)".to_owned(),
            (Some(TakeoverPrincipal::Open), _) => " (some public)".to_owned(),
            (Some(_), 1) => " (outside the tenant)".to_owned(),
            (Some(_), _) => format!(" ({outside} outside the tenant)"),
            (None, _) => " (owner unknown)".to_owned(),
        }
    }

    /// Who has it that is not the tenant's own: everybody at once, or somebody outside.
    fn exposure(&self) -> Option<TakeoverPrincipal> {
        let exposed = self.paths.iter().map(|(_, path)| path).filter(|path| path.is_exposed());
        exposed.map(|path| path.kind).max()
    }

    fn evidence(&self, reach: &[Reached], also: &[AlsoCheck], is_accepted: bool) -> Vec<Evidence> {
        let mut facts = Facts(Vec::new());
        let not_agreed = |path: &TakeoverPath| is_accepted || path.approved_by.is_none();
        let candidates = self.paths.iter().map(|(_, path)| path).filter(|path| not_agreed(path));
        let shortest = candidates.min_by_key(|path| (path.is_closed, path.hops, path.is_conditional));
        if let Some(path) = shortest {
            facts.add("path", &path.sentence);
            for obstacle in &path.obstacles {
                facts.add("obstacle", obstacle);
            }
        }
        facts.list("service_accounts", reach.iter().map(|reached| reached.account.as_str()));
        facts.list("client_ids", reach.iter().map(|reached| reached.client_id.as_str()));
        let holder = self.binding.map_or("", AccessBinding::holder);
        let others = reach.iter().filter_map(Reached::principal).filter(|principal| *principal != holder);
        facts.list("principals", others);
        let edges = [TakeoverEdge::Key, TakeoverEdge::Sign, TakeoverEdge::Indirect, TakeoverEdge::Admin];
        let count = |edge: TakeoverEdge| {
            let is_of = |by: &ReachedBy| matches!(by, ReachedBy::Path { edge: of, .. } if *of == edge);
            reach.iter().filter(|reached| is_of(&reached.by)).count()
        };
        let numbers = edges.into_iter().map(|edge| (edge, count(edge))).filter(|(_, count)| *count > 0);
        let numbers: Vec<String> =
            numbers.map(|(edge, count)| format!("{count} {}", edge.as_str())).collect();
        if !numbers.is_empty() {
            facts.add("access_paths", numbers.join(", "));
        }
        if !also.is_empty() {
            let ids: Vec<&str> = also.iter().map(|also| also.check_id.as_str()).collect();
            facts.add("also_checks", ids.join(", "));
        }
        facts.accepted(reach);
        facts.list(
            "not_rechecked",
            reach.iter().filter(|reached| reached.is_not_rechecked).map(|reached| reached.account.as_str()),
        );
        if !self.paths.is_empty() {
            facts.add("outside", self.outside(reach));
        }
        let permissions = self.paths.iter().map(|(_, path)| path.permission.as_str());
        facts.list("permissions", permissions.filter(|permission| !permission.is_empty()));
        if self.paths.iter().any(|(_, path)| path.is_conditional) {
            facts.add("condition", "a path depends on an IAM Condition, which is not evaluated");
        }
        let disabled = self.paths.iter().map(|(takeover, _)| *takeover).chain(self.broad.iter().copied());
        facts.list(
            "service_accounts_disabled",
            disabled.filter(|takeover| takeover.is_disabled).map(|takeover| takeover.account.as_str()),
        );
        if let Some(binding) = self.binding {
            facts.add("binding", binding.title());
            if let Some(condition) = &binding.condition {
                facts.add("condition_expression", quoted(&condition.expression, MAX_EXPRESSION_CHARS));
            }
        }
        if self.is_agents {
            facts.add("service_agent", "a Google service agent; only its Google service can act as it");
        }
        facts.0
    }

    /// Whether somebody outside has it. Nobody knows while a part that could show one was not read.
    fn outside(&self, reach: &[Reached]) -> &'static str {
        let is_unread = self.paths.iter().any(|(takeover, _)| !takeover.gaps.is_empty())
            || reach.iter().any(|reached| reached.is_not_rechecked);
        match self.exposure() {
            Some(TakeoverPrincipal::Open) => "open to many",
            Some(_) => "yes",
            None if is_unread || self.paths.iter().any(|(_, path)| path.is_outside.is_none()) => "unknown",
            None => "no",
        }
    }

    /// None where the binding should stay, or a part of it.
    fn command(&self, reach: &[Reached], is_accepted: bool) -> Option<String> {
        let is_accepted_in_part = reach.iter().any(|reached| reached.accepted_by.is_some());
        let stays = self.is_agents || is_accepted || is_accepted_in_part;
        self.binding.filter(|_| !stays).and_then(command::remove_binding)
    }

    fn may_break(&self) -> Option<String> {
        let binding = self.binding?;
        let holder = binding.holder();
        Some(if self.is_agents {
            format!("Removing this breaks {}.", service_of(holder))
        } else if let Some(service) = ServiceAccount::default_by_address(holder) {
            format!(
                "Every workload that runs as the default service account of {service} loses {}. First grant \
                 the account the roles that these workloads need.",
                binding.role_title()
            )
        } else if binding.role == "roles/owner" {
            format!(
                "{} loses the Owner role. Make sure that another owner remains.",
                one_word(&binding.member)
            )
        } else {
            format!("{} loses all other permissions of {}.", one_word(&binding.member), binding.role_title())
        })
    }

    fn fix(&self, reach: &[Reached], also: &[AlsoCheck], is_accepted: bool) -> Option<String> {
        let binding = self.binding?;
        let title = binding.title();
        if self.is_agents {
            let service = service_of(binding.holder());
            return Some(format!(
                "Keep the binding as long as you use {service}, because removing it breaks {service}. If \
                 nobody uses the service, disable its API. Then delete the binding {title}."
            ));
        }
        let is_accepted_in_part = !is_accepted && reach.iter().any(|reached| reached.accepted_by.is_some());
        if is_accepted_in_part {
            return Some(format!(
                "Replace the binding {title} with one that gives only the access that the register accepts. \
                 Or ask the client's owner to accept the other principals as custodians."
            ));
        }
        let is_broad =
            !self.broad.is_empty() || also.iter().any(|also| also.check_id == project_wide_role::CHECK.id);
        let is_basic = matches!(binding.role.as_str(), "roles/owner" | "roles/editor");
        let instead = match (is_broad, is_basic) {
            (true, _) => {
                format!(
                    " Instead, grant {} only on the service account for which it is needed.",
                    one_word(&binding.role)
                )
            }
            (false, true) => {
                format!(" Instead, grant {} the predefined roles that it needs.", one_word(&binding.member))
            }
            (false, false) => String::new(),
        };
        Some(format!("Delete the binding {title}.{instead}"))
    }
}

/// The same account reached in the same way is one.
fn merged(all: impl Iterator<Item = Reached>) -> Vec<Reached> {
    let mut by_key: BTreeMap<(String, ReachedBy), Reached> = BTreeMap::new();
    for reached in all {
        let key = (reached.client_id.clone(), reached.by.clone());
        let Some(known) = by_key.get_mut(&key) else {
            by_key.insert(key, reached);
            continue;
        };
        known.severity = known.severity.max(reached.severity);
        known.accepted_by = known.accepted_by.take().and(reached.accepted_by);
        known.is_assumed &= reached.is_assumed;
        known.is_not_rechecked &= reached.is_not_rechecked;
    }
    by_key.into_values().collect()
}

/// What a reader calls the service of an agent: its project without Google's prefix.
fn service_of(agent: &str) -> String {
    let domain = agent.split_once('@').map_or(agent, |(_, domain)| domain);
    let project = domain.split('.').next().unwrap_or(domain);
    format!("the Google service {}", project.strip_prefix("gcp-sa-").unwrap_or(project))
}

/// Evidence as it grows.
struct Facts(Vec<Evidence>);

impl Facts {
    fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.push(Evidence::new(name, value));
    }

    /// The number, and some of the names.
    fn list<'n>(&mut self, name: &str, names: impl Iterator<Item = &'n str>) {
        let names: BTreeSet<&str> = names.collect();
        if names.is_empty() {
            return;
        }
        let some: Vec<Cow<'_, str>> = names.iter().copied().take(MAX_NAMES).map(one_word).collect();
        let more = match names.len().saturating_sub(MAX_NAMES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let number = if names.len() > 1 { format!("{} · ", names.len()) } else { String::new() };
        self.add(name, format!("{number}{}{more}", some.join(", ")));
    }

    /// What the register accepts, and by whom.
    fn accepted(&mut self, reach: &[Reached]) {
        let mut by_custodian: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for reached in reach {
            if let Some(custodian) = &reached.accepted_by {
                by_custodian.entry(custodian).or_default().insert(&reached.account);
            }
        }
        let accounts: BTreeSet<&str> = reach.iter().map(|reached| reached.account.as_str()).collect();
        for (custodian, accepted) in by_custodian {
            self.add(Evidence::CUSTODIAN, custodian);
            let names: Vec<&str> = accepted.iter().copied().take(MAX_NAMES).collect();
            let number = format!("{} of {} service accounts", accepted.len(), accounts.len());
            self.add("accepted", format!("{number} by the register, for {custodian}: {}", names.join(", ")));
        }
    }
}
