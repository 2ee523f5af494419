//! Domain-wide delegation: log events, grants, the ledger that combines every source of them, and the scope-risk
//! table.

mod client_probe;
mod disagreement;
mod events;
mod grant;
mod grant_listing;
mod ledger;
mod scope_risk;

pub(crate) use client_probe::ClientProbe;
pub(crate) use disagreement::Disagreement;
pub(crate) use events::{
    DelegationChange, DelegationEvent, GrantUse, LedgerSource, SeenGrant, SourceWindow, UseKey,
};
pub(crate) use grant::{
    EndedGrant, Ending, Grant, Granted, Grants, LastUse, Provenance, Sighting, UnscopedClient, is_app_name,
    scope_spelling,
};
pub(crate) use grant_listing::GrantListing;
pub(crate) use ledger::{
    AddressBook, AddressHolder, AddressHolding, Ledger, SourceCoverage, UNKNOWN_CLIENT, UseTally,
};
pub(crate) use scope_risk::{RiskClass, ScopeRisk, ScopeRiskTable, ScopeSeverity};
