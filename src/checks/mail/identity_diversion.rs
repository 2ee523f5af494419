//! MAIL-10: mail that looks like somebody else's, or whose answers go astray.

use super::entries::{Entry, judge_each};
use super::ownership::{Ownership, ownership};
use crate::checks::standing::{tier_zero, user_tier_zero};
use crate::checks::{Check, Judge};
use crate::findings::{Ruling, Severity};
use crate::tenant::{Address, Gap, Part, Person, Policy, SendAs, Tenant, User, UserFacts};

/// The check.
pub(crate) const CHECK: Check = Check {
    id: "MAIL-10",
    slug: "identity-diversion",
    title: "Send-as entries that borrow or divert an identity",
    severity: Severity::Medium,
    condition: "On any send-as entry, the primary one included: the address belongs to another user; or the \
                display name is another user's full name and not the holder's own; or Reply-To lies outside the \
                tenant's verified domains. Medium; one step more if the holder or the user whose identity is \
                borrowed is tier 0.",
    why: "This is how fraud by business mail is set up: colleagues trust the name, and their answers go to \
          somebody else. Hardly anyone looks at Reply-To.",
    fix: "Ask the user. Delete the entry, or clear its Reply-To; where it is wanted, record who accepted it.",
    place: "The user's Gmail > Settings > Accounts > Send mail as",
    controls: &[
        "NIST 800-53 AC-6",
        "NIST 800-53 SI-4",
        "ISO 27001 A.5.14",
        "SOC 2 CC6.7",
        "ATT&CK T1534",
        "ATT&CK T1672",
    ],
    needs: &[Part::Users, Part::Domains, Part::SendAs],
    judge: Judge::User(judge),
};

const FINE: &str = "No send-as entry borrows another user's identity or diverts answers";

fn judge(facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Vec<Ruling> {
    judge_each(facts, tenant, &[Part::Users, Part::Domains], FINE, |entry| {
        judge_entry(entry, facts, tenant, policy)
    })
}

fn judge_entry(entry: &SendAs, facts: &UserFacts, tenant: &Tenant, policy: &Policy) -> Entry {
    let holder = &facts.user;
    let diversion = Diversion::of(entry, holder, tenant);
    let mut reasons = Vec::new();
    if let Some(owner) = diversion.address_owner {
        reasons.push(format!("the address belongs to {}", owner.primary_email));
    }
    if let Some(namesake) = diversion.namesakes.first() {
        let name = &entry.display_name;
        reasons.push(format!("the display name {name} is that of {}", namesake.primary_email));
    }
    if matches!(diversion.reply_to, Some(Ownership::Outside)) {
        reasons.push(format!("answers go to {}, outside the tenant's verified domains", entry.reply_to));
    }
    if reasons.is_empty() {
        return diversion.gap(tenant).map_or(Entry::Fine, Entry::Unknown);
    }
    let message =
        format!("{} can send as {}: {}", holder.primary_email, entry.send_as_email, reasons.join("; "));
    let mut victims = diversion.address_owner.into_iter().chain(diversion.namesakes);
    let victim = victims.find_map(|person| {
        let why = tier_zero(&person.id, &person.primary_email, person.is_super_admin, tenant, policy)?;
        Some(format!("{}: {why}", person.primary_email))
    });
    let tier_zero = victim.or_else(|| {
        user_tier_zero(holder, tenant, policy).map(|why| format!("{}: {why}", holder.primary_email))
    });
    Entry::Offends(match tier_zero {
        Some(why) => Ruling::fail(Severity::Medium.raised(), message).evidence("tier_0", why),
        None => Ruling::fail(Severity::Medium, message),
    })
}

/// Whose identity an entry borrows, and where its answers go.
struct Diversion<'a> {
    address_owner: Option<&'a Person>,
    namesakes: Vec<&'a Person>,
    reply_to: Option<Ownership>,
}

impl<'a> Diversion<'a> {
    fn of(entry: &SendAs, holder: &User, tenant: &'a Tenant) -> Self {
        let people = tenant.people.known();
        let is_holder = |person: &&Person| *person.id == *holder.id;
        let address = Address::new(&entry.send_as_email);
        let is_own_address = holder.addresses().any(|own| Address::new(own) == address);
        let address_owner = people
            .and_then(|people| people.owner_of(&entry.send_as_email))
            .filter(|owner| !is_own_address && !is_holder(owner));
        let named: Vec<_> = people.into_iter().flat_map(|people| people.named(&entry.display_name)).collect();
        let is_own_name = holder.is_named(&entry.display_name) || named.iter().any(is_holder);
        let reply_to = entry.reply_to.trim();
        Self {
            address_owner,
            namesakes: if is_own_name { Vec::new() } else { named },
            reply_to: (!reply_to.is_empty()).then(|| ownership(reply_to, holder, tenant)),
        }
    }

    /// What is missing, so that an entry without a known fault may still have one.
    fn gap(self, tenant: &Tenant) -> Option<Gap> {
        match self.reply_to {
            Some(Ownership::Unknown(gap)) => Some(gap),
            _ => tenant.people.gap().cloned(),
        }
    }
}
