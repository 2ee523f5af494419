//! Callers that are neither users by delegation nor service accounts with a key file: a user who signed in
//! to the cloud, and a workload elsewhere. Their secrets are fixed and worth nothing.

use crate::bearer_tokens::Client;
use crate::tenant::{pool, workload};
use crate::world::World;

/// The program in which the user signed in, as `application-default.json` names it.
pub(crate) const CLOUD_TOOL: &str = "emulated.apps.googleusercontent.com";
pub(crate) const CLOUD_TOOL_SECRET: &str = "emulated-client-secret";
pub(crate) const REFRESH_TOKEN: &str = "emulated-refresh-token";

/// How every subject token begins that the identity pool believes. What follows names the workload.
pub(crate) const SUBJECT_TOKEN: &str = "emulated-subject-token";

/// The identity pool's provider, as `external-account.json` names it.
pub(crate) fn audience(world: &World) -> String {
    format!("//iam.googleapis.com/{}/providers/emulated", pool(&world.tenant.audit_account().0.number))
}

/// Who asked for a token, as the log names it.
pub(crate) fn client_name(world: &World, client: Client) -> Option<String> {
    match client {
        Client::Account(place) => Some(world.tenant.account_at(place)?.1.email.clone()),
        Client::CloudTool => Some(CLOUD_TOOL.to_owned()),
        Client::Workload => Some(workload(&world.tenant.audit_account().0.number)),
    }
}

/// The place of the administrator that the audit acts as, who is also the one signed in to the cloud.
pub(crate) fn administrator(world: &World) -> Option<u32> {
    world.tenant.people.find(&world.tenant.admin).and_then(|place| u32::try_from(place).ok())
}
