//! SIGTERM and Ctrl-C: the first asks for a partial report, the second ends at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a shell says of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Comes true when the program is told to stop.
pub(super) fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        either(&mut terminate, &mut interrupt).await;
        tracing::warn!("told to stop: writing a report of what was read; once more ends at once");
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            std::process::exit(INTERRUPTED);
        });
    })
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
