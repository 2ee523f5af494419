//! Google's published quotas, kept from this side.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};

use super::Api;

/// The most requests a minute, with a minute's worth at once. Without a published quota: no quota.
#[derive(Debug)]
pub(super) struct QuotaLimiter(Option<DefaultDirectRateLimiter>);

impl QuotaLimiter {
    pub(super) fn of(api: Api) -> Self {
        Self::per_minute(published(api))
    }

    fn per_minute(requests: u32) -> Self {
        Self(
            NonZeroU32::new(requests)
                .map(|requests| DefaultDirectRateLimiter::direct(Quota::per_minute(requests))),
        )
    }

    /// Waits until one more request is within the quota; how long it took.
    pub(super) async fn pass(&self) -> Duration {
        let mut waited = Duration::ZERO;
        while let Some(wait) = self.wait() {
            tokio::time::sleep(wait).await;
            waited += wait;
        }
        waited
    }

    /// `None`: the request is within the quota, and counted.
    fn wait(&self) -> Option<Duration> {
        let refused = self.0.as_ref()?.check().err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()).max(Duration::from_millis(1)))
    }
}

/// Requests a minute; 0 where no quota was found. Directory and Reports: per user and project; the others: per
/// project. Gmail counts units, and a read of settings is one. Google's limits pages, 2026-11-21; Reports' lower
/// quota for filtered listings (250) is left to its answers. Cloud Identity: reads of policies, as gws-auditor says
/// (<https://github.com/argusssec-cloud/gws-auditor>); Google's page was not found.
const fn published(api: Api) -> u32 {
    match api {
        Api::Directory | Api::Reports => 2_400,
        Api::Gmail => 1_200_000,
        Api::Iam => 6_000,
        Api::IamCredentials => 60_000,
        Api::CloudIdentity => 30,
        Api::Token
        | Api::ResourceManager
        | Api::CloudAsset
        | Api::PolicyAnalyzer
        | Api::OrgPolicy
        | Api::ServiceAccountMetadata => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_minutes_worth_passes_at_once_and_then_one_at_a_time() {
        let quota = QuotaLimiter::per_minute(6_000);
        for _ in 0..6_000 {
            assert_eq!(quota.wait(), None);
        }
        let waited = quota.pass().await;
        assert!(waited > Duration::ZERO && waited < Duration::from_secs(1), "{waited:?}");
    }

    #[test]
    fn without_a_published_quota_nothing_waits() {
        let quota = QuotaLimiter::of(Api::Token);
        assert!((0..100_000).all(|_| quota.wait().is_none()));
    }
}
