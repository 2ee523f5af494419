//! A tenant of any size: the people of the typical one, and a crowd.

use chrono::{DateTime, Utc};

use super::crowd::Crowd;
use super::foundation::Foundation;
use super::{typical, typical_cloud};

pub(super) fn found(seed: u64, now: DateTime<Utc>, users: u64) -> (Foundation, &'static str) {
    let mut tenant = Foundation::new(seed, now, "Example Holdings");
    tenant.domain("example.org", false, true);
    tenant.domain("xn--bcher-kva.example", false, true);
    tenant.domain_alias("old-brand.example", false);
    typical::administrators(&mut tenant);
    typical::senders(&mut tenant);
    typical::states(&mut tenant);
    typical::clients(&mut tenant);
    let users = usize::try_from(users).unwrap_or(usize::MAX);
    // The administrator comes first, so that even a tenant of one can be read.
    tenant.people.truncate(users.max(1));
    let crowd = users.saturating_sub(tenant.people.len());
    tenant.crowd = Some(Crowd::new(seed, now, crowd));
    typical_cloud::furnish(&mut tenant);
    (tenant, "auditor@example.com")
}
