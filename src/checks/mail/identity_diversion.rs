//! MAIL-10: mail that looks like somebody else's, or whose answers go astray.

use super::entries::{Entry, judge_each};
use super::ownership::{Ownership, ownership};
use crate::checks::standing::{TIER_ZERO, tier_zero, user_tier_zero};
use crate::checks::{Check, Condition, Evaluator};
use crate::findings::{CheckResult, Item, ItemKind, Severity};
use crate::policy::Policy;
use crate::snapshot::{Snapshot, UserFacts};
use crate::tenant::{Address, Gap, Part, Person, SendAs, User, one_word, quoted_name};

pub(crate) const CHECK: Check = Check {
    id: "MAIL-10",
    slug: "identity-diversion",
    title: "Send-as entries that imitate another user or divert replies",
    severity: Severity::Medium,
    conditions: &[
        Condition::fail(Severity::Medium, "The address of a send-as entry belongs to another user."),
        Condition::fail(
            Severity::Medium,
            "The display name of a send-as entry is the full name of another user, and not of the mailbox \
             owner.",
        ),
        Condition::fail(
            Severity::Medium,
            "The Reply-To address of a send-as entry is outside the tenant's verified domains.",
        ),
        Condition::note(
            "The severity is one step higher if the mailbox owner or the imitated user is tier 0.",
        ),
        Condition::note("The primary entry is evaluated too."),
    ],
    why: "Business email compromise can work this way: colleagues trust the name, and their replies go to \
          somebody else. Few people look at the Reply-To address.",
    fix: "Ask the user why the entry exists. Delete the entry or clear its Reply-To address, or record an \
          exception.",
    command: Some("`gam user USER delete sendas ADDRESS`, except for the primary address."),
    may_break: Some(
        "The user can no longer send as this address. Delegates and programs that use the mailbox cannot \
         either.",
    ),
    place: "The user's Gmail > Settings > Accounts > Send mail as",
    controls: &[
        "NIST 800-53 AC-6",
        "NIST 800-53 SI-4",
        "ISO 27001 A.5.14",
        "SOC 2 CC6.7",
        "ATT&CK T1534",
        "ATT&CK T1672",
    ],
    needs: &[Part::Users, Part::Domains, Part::SEND_AS],
    judge: Evaluator::User(judge),
};

const FINE: &str = "No send-as entry imitates another user or diverts replies";

fn judge(facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Vec<CheckResult> {
    judge_each(facts, tenant, &[Part::Users, Part::Domains], FINE, |entry| {
        judge_entry(entry, facts, tenant, policy)
    })
}

fn judge_entry(entry: &SendAs, facts: &UserFacts, tenant: &Snapshot, policy: &Policy) -> Entry {
    let holder = &facts.user;
    let diversion = Diversion::of(entry, holder, tenant);
    let mut reasons = Vec::new();
    if let Some(owner) = diversion.address_owner {
        let who = if owner.is_guest { "the guest " } else { "" };
        reasons.push(format!("the address belongs to {who}{}", owner.primary_email));
    }
    if let Some(namesake) = diversion.namesakes.first() {
        let name = quoted_name(&entry.display_name);
        let who = if namesake.is_guest { "the guest " } else { "" };
        reasons.push(format!("the display name {name} is that of {who}{}", namesake.primary_email));
    }
    if matches!(diversion.reply_to, Some(Ownership::Outside)) {
        reasons.push(format!(
            "replies to {} go to {}, which is outside the tenant's verified domains",
            one_word(&entry.send_as_email),
            one_word(&entry.reply_to)
        ));
    }
    if reasons.is_empty() {
        return diversion.gap(tenant).map_or(Entry::Fine, Entry::Unknown);
    }
    let message = format!(
        "{} can send as {}: {}",
        holder.primary_email,
        one_word(&entry.send_as_email),
        reasons.join("; ")
    );
    let items = diversion.items(entry);
    let is_undecided = diversion.gap(tenant).is_some();
    let mut victims = diversion.address_owner.into_iter().chain(diversion.namesakes);
    let victim = victims.find_map(|person| {
        let why = tier_zero(person.id, person.primary_email, person.is_super_admin, tenant, policy)?;
        Some(format!("{}: {why}", person.primary_email))
    });
    let tier_zero = victim.or_else(|| {
        user_tier_zero(holder, tenant, policy).map(|why| format!("{}: {why}", holder.primary_email))
    });
    let result = match tier_zero {
        Some(why) => CheckResult::fail(Severity::Medium.raised(), message).evidence("tier_0", why),
        None => CheckResult::fail(Severity::Medium, message).weighed_by(&TIER_ZERO),
    };
    let result = result.listing(&KINDS, items);
    let undecided = KINDS.into_iter().filter(|_| is_undecided);
    Entry::Offends(Box::new(undecided.fold(result, CheckResult::undecided)))
}

const KINDS: [ItemKind; 3] = [ItemKind::AddressOwner, ItemKind::DisplayName, ItemKind::ReplyTo];

/// Whose identity an entry borrows, and where its answers go.
struct Diversion<'a> {
    address_owner: Option<Person<'a>>,
    namesakes: Vec<Person<'a>>,
    reply_to: Option<Ownership>,
    /// Whether somebody who is not listed may be the owner of the address, or of the name.
    needs_all_users: bool,
}

impl<'a> Diversion<'a> {
    fn of(entry: &SendAs, holder: &User, tenant: &'a Snapshot) -> Self {
        let people = tenant.people.known();
        let is_holder = |person: &Person<'_>| person.id == holder.id;
        let address = &entry.send_as_email;
        let owner = tenant.owner_of(address);
        let is_own_address = holder.has_address(address) || owner.as_ref().is_some_and(is_holder);
        let address_owner = owner.filter(|_| !is_own_address);
        let named: Vec<_> = people.into_iter().flat_map(|people| people.named(&entry.display_name)).collect();
        let is_own_name = holder.is_named(&entry.display_name) || named.iter().any(is_holder);
        let reply_to = entry.reply_to.trim();
        Self {
            address_owner,
            namesakes: if is_own_name { Vec::new() } else { named },
            needs_all_users: !is_own_address || !(is_own_name || entry.display_name.trim().is_empty()),
            reply_to: (!reply_to.is_empty()).then(|| ownership(reply_to, holder, tenant)),
        }
    }

    /// What an entry borrows or diverts: whose address it is, whose name it has, where replies go.
    fn items(&self, entry: &SendAs) -> Vec<Item> {
        let owner = self.address_owner.as_ref();
        let owner = owner.map(|owner| Item::new(ItemKind::AddressOwner, owner.id).named(owner.primary_email));
        let name = (!self.namesakes.is_empty()).then(|| {
            let name = entry.display_name.trim();
            Item::new(ItemKind::DisplayName, name.to_lowercase()).named(quoted_name(name))
        });
        let reply_to = matches!(self.reply_to, Some(Ownership::Outside)).then(|| {
            let address = Address::new(&entry.reply_to);
            Item::new(ItemKind::ReplyTo, address.as_str()).named(one_word(&entry.reply_to))
        });
        owner.into_iter().chain(name).chain(reply_to).collect()
    }

    /// What is missing, so that an entry without a known fault may still have one.
    fn gap(&self, tenant: &Snapshot) -> Option<Gap> {
        match &self.reply_to {
            Some(Ownership::Unknown(gap)) => Some(gap.clone()),
            _ if self.needs_all_users => tenant.people.gap().cloned(),
            _ => tenant.people.gap_beyond_rows().cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::test_facts::*;
    use crate::findings::Verdict;

    fn bob() -> User {
        User { full_name: Some("Bob Baker".into()), ..user("200", "bob@example.com") }
    }

    fn of(entry: SendAs, other: &User) -> CheckResult {
        let ann = ann();
        let tenant = tenant([&ann, other]);
        only(judge_user(&CHECK, &mailbox(ann, [entry]), &tenant))
    }

    fn named(name: &str) -> SendAs {
        SendAs { display_name: name.into(), ..custom("sales@example.com") }
    }

    fn replying_to(address: &str) -> SendAs {
        SendAs { reply_to: address.into(), ..custom("sales@example.com") }
    }

    #[test]
    fn an_address_of_another_user_is_medium() {
        let result = of(custom("Bob@Example.com"), &bob());
        assert_eq!((result.verdict, result.severity), (Verdict::Fail, Severity::Medium));
        assert_eq!(result.subject.unwrap().id, "100/bob@example.com");
    }

    #[test]
    fn another_users_full_name_fails_whatever_its_case_spacing_and_invisible_characters() {
        assert_eq!(of(named("bob  BAKER"), &bob()).verdict, Verdict::Fail);
        assert_eq!(of(named("Bob\u{200b} Ba\u{202e}ker"), &bob()).verdict, Verdict::Fail);
    }

    #[test]
    fn the_holders_own_name_passes_even_if_another_user_has_it_too() {
        let namesake = User { full_name: Some("Name of 100".into()), ..bob() };
        assert_eq!(of(named("Name of 100"), &namesake).verdict, Verdict::Pass);
        assert_eq!(of(named("Sales"), &bob()).verdict, Verdict::Pass);
    }

    #[test]
    fn answers_that_leave_the_tenant_fail_on_any_entry_the_primary_included() {
        assert_eq!(of(replying_to("x@other.example"), &bob()).verdict, Verdict::Fail);
        let ann = ann();
        let tenant = tenant([&ann]);
        let mut facts = mailbox(ann, []);
        if let crate::tenant::MailboxFact::Read(entries) = &mut facts.mailbox.send_as {
            entries[0].reply_to = "x@other.example".into();
        }
        let result = only(judge_user(&CHECK, &facts, &tenant));
        assert_eq!(result.subject.unwrap().id, "100/ann@example.com");
    }

    #[test]
    fn answers_that_stay_inside_pass() {
        for address in ["bob@example.com", "desk@example.com"] {
            assert_eq!(of(replying_to(address), &bob()).verdict, Verdict::Pass);
        }
    }

    #[test]
    fn tier_0_of_the_victim_or_of_the_holder_is_one_step_more() {
        let boss = User { full_name: Some("Bob Baker".into()), ..super_admin("200", "bob@example.com") };
        assert_eq!(of(named("Bob Baker"), &boss).severity, Severity::High);
        assert_eq!(of(custom("bob@example.com"), &boss).severity, Severity::High);
        let tenant = tenant([&boss]);
        let facts = mailbox(boss, [replying_to("x@other.example")]);
        assert_eq!(only(judge_user(&CHECK, &facts, &tenant)).severity, Severity::High);
        let policy = Policy { tier_zero: vec!["bob@example.com".into()], ..policy() };
        let (ann, bob) = (ann(), bob());
        let tenant = self::tenant([&ann, &bob]);
        let facts = mailbox(ann, [custom("bob@example.com")]);
        assert_eq!(only(judge_user_by(&CHECK, &facts, &tenant, &policy)).severity, Severity::High);
    }

    #[test]
    fn without_users_or_domains_what_depends_on_them_is_not_assessed() {
        let ann = ann();
        for (part, entry) in [
            (Part::Users, custom("bob@example.com")),
            (Part::Users, named("Bob Baker")),
            (Part::Domains, replying_to("x@other.example")),
            (Part::Domains, custom("sales@example.com")),
        ] {
            let tenant = without(part, tenant([&ann, &bob()]));
            let result = only(judge_user(&CHECK, &mailbox(ann.clone(), [entry]), &tenant));
            assert_eq!(result.verdict, Verdict::NotAssessed);
            assert_eq!(result.gap.unwrap().part, part);
        }
    }
}
