//! Domain-wide delegation: log events, grants, the ledger that combines every source of them, and the scope-risk
//! table.

mod client_probe;
mod disagreement;
mod events;
mod grant;
mod grant_listing;
mod ledger;
mod scope_risk;

pub use client_probe::ClientProbe;
pub use disagreement::Disagreement;
pub use events::{
    DelegationChange, DelegationEvent, GrantUse, LedgerSource, SeenGrant, SourceWindow, UseKey,
};
pub use grant::{
    EndedGrant, Ending, Grant, Granted, Grants, LastUse, Provenance, Sighting, UnscopedClient, is_app_name,
    scope_spelling,
};
pub use grant_listing::GrantListing;
pub use ledger::{AddressBook, AddressHolder, AddressHolding, Ledger, Sight, UNKNOWN_CLIENT, UseTally};
pub use scope_risk::{RiskClass, ScopeRisk, ScopeRiskTable, ScopeSeverity};
