//! What a report says of a run as a whole.

use std::collections::BTreeMap;

use chrono::Utc;

use crate::collect::{Identity, Plan, access};
use crate::config::Config;
use crate::delegation::ScopeRiskTable;
use crate::evaluate::Judged;
use crate::evaluate::assemble::Facts;
use crate::findings::{Completeness, RunSummary, Settings};
use crate::google::{Api, Client};
use crate::policy::Policy;
use crate::requests::Requests;
use crate::store::Run;
use crate::tenant::{DomainKind, InputFile, Inputs};

use super::RunOptions;

pub(super) fn summary(
    config: &Config,
    options: &RunOptions,
    plan: &Plan,
    run: &Run<'_>,
    facts: &Facts,
    judged: Judged,
) -> RunSummary {
    let tenant = &facts.tenant;
    let primary = tenant.domains.known().and_then(|domains| {
        domains.0.iter().find(|domain| domain.kind == DomainKind::Primary).map(|domain| domain.name.clone())
    });
    // Few runs read as a super admin: without a part that needs one, there is nothing to say.
    let scopes_asked = [Identity::Admin, Identity::SuperAdmin, Identity::Mailbox, Identity::Account]
        .map(|identity| (identity, own_scopes(identity, plan)))
        .into_iter()
        .filter(|(identity, scopes)| *identity != Identity::SuperAdmin || !scopes.is_empty())
        .map(|(identity, scopes)| (identity.as_str().to_owned(), scopes));
    let blank = RunSummary {
        run_id: run.id().to_owned(),
        started_at: run.started_at(),
        resumed_at: run.resumed_at(),
        finished_at: if options.is_demo { run.started_at() } else { Utc::now() },
        compared_with: run.previous().ok().flatten().map(|previous| previous.id().to_owned()),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        read_by: Some(env!("CARGO_PKG_VERSION").to_owned()),
        judged_at: Some(if options.is_demo { run.started_at() } else { Utc::now() }),
        reason: None,
        supersedes: None,
        customer: tenant.customer_id.clone().unwrap_or_else(|| config.customer.clone()),
        primary_domain: primary,
        admin: match &config.admin {
            Some(admin) if !config.admin_role => admin.clone(),
            _ => facts.own_email.clone(),
        },
        service_account: facts.own_email.clone(),
        client_id: facts.own_client_id.clone(),
        key_id: facts.own_key_id.clone(),
        settings: None,
        settings_changed: Vec::new(),
        profile: profile_name(config),
        scope_table: scope_table(),
        is_demo: options.is_demo,
        sample: options.sample.as_ref().map(ToString::to_string),
        completeness: Completeness::Complete,
        not_configured: Vec::new(),
        users: 0,
        mailboxes: judged.mailboxes.clone(),
        changes: judged.changes,
        open_by_severity: BTreeMap::new(),
        checks: Vec::new(),
        coverage: judged.coverage.clone(),
        fixed: Vec::new(),
        scopes_asked: scopes_asked.collect(),
        requests: BTreeMap::new(),
        inputs: Inputs::default(),
        projects: config.projects.clone(),
        organization: config.organization.clone(),
    };
    with_verdicts(blank, &judged)
}

pub(super) fn with_verdicts(summary: RunSummary, judged: &Judged) -> RunSummary {
    let partial = judged.coverage.is_partial();
    RunSummary {
        completeness: if partial { Completeness::Partial } else { Completeness::Complete },
        not_configured: judged.not_configured.clone(),
        users: judged.users,
        mailboxes: judged.mailboxes.clone(),
        changes: judged.changes,
        open_by_severity: judged.open_by_severity.clone(),
        checks: judged.checks.clone(),
        coverage: judged.coverage.clone(),
        fixed: judged.fixed.clone(),
        settings_changed: judged.settings_changed.clone(),
        ..summary
    }
}

fn own_scopes(identity: Identity, plan: &Plan) -> Vec<String> {
    access::scopes(identity, &plan.parts).into_iter().map(str::to_owned).collect()
}

/// What verdicts are made by, beside the facts.
pub(super) fn settings(config: &Config, policy: &Policy, inputs: &Inputs) -> Settings {
    let digest = |file: &Option<InputFile>| file.as_ref().map(|file| file.sha256.clone());
    Settings {
        profile: profile_name(config),
        thresholds: policy.thresholds(),
        register: digest(&inputs.register),
        exceptions: digest(&inputs.exceptions),
        has_console_list: inputs.console_grants.is_some(),
        projects: config.projects.iter().cloned().collect(),
    }
}

/// The scope-risk table that judges.
pub(super) fn scope_table() -> String {
    let table = ScopeRiskTable::shipped();
    format!("version {}, reviewed {}", table.version, table.reviewed)
}

pub(super) fn profile_name(config: &Config) -> String {
    format!("{:?}", config.profile).to_lowercase()
}

/// What was sent to each API, in earlier attempts at the run too.
pub(super) fn requests(client: &Client, earlier: &BTreeMap<String, Requests>) -> BTreeMap<String, Requests> {
    let of_all_attempts = |(api, requests): (Api, Requests)| {
        (api.id().to_owned(), requests + earlier.get(api.id()).copied().unwrap_or_default())
    };
    client.requests().into_iter().map(of_all_attempts).collect()
}
