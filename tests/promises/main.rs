//! What the program promises, held from the outside: the binary against a served tenant, files compared,
//! faults injected.

#[cfg(test)]
mod accepted;
#[cfg(test)]
mod actions;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod archived_mailboxes;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bindings;
#[cfg(test)]
mod broken_setups;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod cloud_sources;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod emulate;
#[cfg(test)]
mod endurance;
#[cfg(test)]
mod events;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod files;
#[cfg(test)]
mod growth;
#[cfg(test)]
mod history;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod items;
#[cfg(test)]
mod kept_histories;
#[cfg(test)]
mod keyless;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod mailbox_parts;
#[cfg(test)]
mod mailbox_settings;
#[cfg(test)]
mod missing_sources;
#[cfg(test)]
mod named_gaps;
#[cfg(test)]
mod network;
#[cfg(test)]
mod no_verdict_without_data;
#[cfg(test)]
mod organization;
#[cfg(test)]
mod own_account;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod probe_others;
#[cfg(test)]
mod real_cloud;
#[cfg(test)]
mod real_delegation;
#[cfg(test)]
mod real_directory;
#[cfg(test)]
mod rechecked;
#[cfg(test)]
mod recreated;
#[cfg(test)]
mod register;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod secrets;
mod send_authority;
#[cfg(test)]
mod setup_messages;
#[cfg(test)]
mod setup_page;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod support;
#[cfg(test)]
mod truth;
