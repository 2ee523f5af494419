//! What the program promises, held from the outside: the binary against a served tenant, files compared,
//! faults injected.

mod audit;
mod configuration;
mod demo;
mod history;
mod imports;
mod missing_sources;
mod network;
mod secrets;
mod support;
