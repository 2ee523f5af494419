//! A part of the tenant's mailboxes, for a trial.

use globset::{GlobBuilder, GlobMatcher};

use super::{User, sha256_hex};

/// Which mailboxes a trial reads. Everything that is set must fit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) org_unit: Option<String>,
    pub(crate) users: Option<GlobMatcher>,
    /// At most so many.
    pub(crate) most: Option<usize>,
}

impl Sample {
    /// `None` if nothing limits it.
    ///
    /// # Errors
    /// When the glob is none.
    pub(crate) fn of(
        org_unit: Option<&str>,
        users: Option<&str>,
        most: Option<usize>,
    ) -> Result<Option<Self>, globset::Error> {
        if org_unit.is_none() && users.is_none() && most.is_none() {
            return Ok(None);
        }
        let glob = |text: &str| GlobBuilder::new(text).case_insensitive(true).build();
        let users = users.map(glob).transpose()?.map(|glob| glob.compile_matcher());
        let org_unit = org_unit.map(|path| format!("/{}", path.trim_matches('/')));
        Ok(Some(Self { org_unit, users, most }))
    }

    /// Where a user stands among those that fit, where there is a limit: in an order that is the same in every trial and
    /// has nothing to do with age or name. Google's ids grow with time, so the lowest are the oldest accounts.
    #[must_use]
    pub(crate) fn rank(&self, user: &User) -> String {
        sha256_hex(user.id.as_bytes())
    }

    /// Whether a user fits, the limit aside.
    #[must_use]
    pub(crate) fn fits(&self, user: &User) -> bool {
        self.is_in_unit(user.org_unit.as_deref().unwrap_or_default())
            && self.users.as_ref().is_none_or(|users| users.is_match(&user.primary_email))
    }
}

impl Sample {
    /// Whether a unit is the one that is read, or below it. Case does not matter.
    #[must_use]
    pub(crate) fn is_in_unit(&self, own: &str) -> bool {
        self.org_unit.as_deref().is_none_or(|unit| {
            let (unit, own) = (unit.to_lowercase(), own.to_lowercase());
            let below = own.strip_prefix(&unit);
            unit == "/" || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = self.org_unit.as_ref().map(|unit| format!("org unit {unit}"));
        let users = self.users.as_ref().map(|users| format!("users {}", users.glob()));
        let most = self.most.map(|most| format!("at most {most} mailboxes"));
        let words: Vec<String> = [unit, users, most].into_iter().flatten().collect();
        formatter.write_str(&words.join(", "))
    }
}
