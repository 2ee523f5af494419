//! What a gap costs, and whose mailboxes it is about.

use crate::tenant::Gap;

/// What a gap costs.
#[derive(Clone, Debug)]
pub(super) struct GapCost {
    gap: Gap,
    /// Units of a part, or verdicts of a check.
    pub(super) count: u64,
    pub(super) users: AffectedUsers,
}

impl GapCost {
    pub(super) fn none(gap: &Gap) -> Self {
        Self { gap: gap.clone(), count: 0, users: AffectedUsers::default() }
    }

    /// The first gap, with whom all of them are about.
    pub(super) fn named(&self) -> Gap {
        Gap { message: self.users.name_in(&self.gap.message), ..self.gap.clone() }
    }
}

/// Users who are named; the others are in `users.csv`.
const MAX_NAMED: usize = 3;

/// The users whose mailboxes lack the same for the same reason. Users come one after the other, and only the first
/// few are kept: there may be a hundred thousand.
#[derive(Clone, Debug, Default)]
pub(super) struct AffectedUsers {
    named: Vec<String>,
    last: String,
    count: usize,
}

impl AffectedUsers {
    pub(super) fn add(&mut self, email: &str) {
        if self.last == email {
            return;
        }
        email.clone_into(&mut self.last);
        self.count += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(email.to_owned());
        }
    }

    /// The message of the first user's gap, with whom it is about.
    fn name_in(&self, message: &str) -> String {
        let named = self.named.join(", ");
        match (self.count, self.count - self.named.len()) {
            (0, _) => message.to_owned(),
            (1, _) => format!("{named}: {message}"),
            (_, 0) => format!("{named}. For the first: {message}"),
            (_, more) => format!("{named} and {more} more (users.csv). For the first: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_users_are_named_and_the_others_counted_once_each() {
        let of = |users: &[&str]| {
            let mut affected = AffectedUsers::default();
            users.iter().for_each(|user| affected.add(user));
            affected.name_in("why")
        };
        assert_eq!(of(&[]), "why");
        assert_eq!(of(&["ann", "ann"]), "ann: why");
        assert!(of(&["ann", "bob"]).starts_with("ann, bob. "));
        assert!(
            of(&["ann", "bob", "cid", "dan", "dan", "eve"])
                .starts_with("ann, bob, cid and 2 more (users.csv)")
        );
    }
}
