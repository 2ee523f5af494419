//! `emulate`: serves the built-in sample tenant to other clients.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};
use workspace_audit_emulator::Options;

use crate::audit::Exit;
use crate::cli::Emulate;

use super::failure::Failure;
use super::{faults, runtime};

pub(super) fn run(emulate: Emulate) -> Result<Exit, Failure> {
    runtime()?.block_on(serve(emulate))
}

async fn serve(emulate: Emulate) -> Result<Exit, Failure> {
    // Service managers and containers send SIGTERM; handle it before the address is printed.
    let mut terminated = signal(SignalKind::terminate())?;
    let folder = emulate.client_files.clone();
    let emulator = workspace_audit_emulator::start(options(emulate)?).await?;
    let files = emulator.write_client_files(&folder)?;
    {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "serving {}", emulator.base_url())?;
        writeln!(stdout, "key file: {}", files.key_file.display())?;
        writeln!(stdout, "credentials without a key file: {}", files.application_default.display())?;
        if let Some(certificate) = &files.ca_certificate {
            writeln!(stdout, "certificate authority: set SSL_CERT_FILE={}", certificate.display())?;
        }
        writeln!(stdout, "audit it: workspace-audit run --config {}", files.config.display())?;
        writeln!(stdout, "stop: press Ctrl-C")?;
        stdout.flush()?;
    }
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    emulator.shutdown().await;
    Ok(Exit::Complete)
}

fn options(emulate: Emulate) -> Result<Options, Failure> {
    Ok(Options {
        tenant: emulate.tenant,
        seed: emulate.seed,
        at: emulate.at,
        clock_ahead: emulate.clock_ahead,
        listen: emulate.listen,
        page_cap: emulate.page_cap,
        tls: emulate.tls,
        latency: emulate.latency,
        revoked_scopes: emulate.revoke_scope,
        extra_scopes: emulate.extra_scope,
        admin_role: emulate.admin_role,
        archived_mailboxes: emulate.archived_mailboxes,
        revoked_permissions: emulate.revoke_permission,
        disabled_services: emulate.disable_service,
        service_accounts: emulate.service_accounts,
        events: emulate.events,
        faults: faults::planned(&emulate.faults)?,
        request_log: emulate.request_log,
        ..Options::default()
    })
}
