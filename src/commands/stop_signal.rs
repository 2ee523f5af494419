//! SIGTERM and Ctrl-C: the first asks for a partial report, a later one ends at once.

use std::io;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The exit code that shells report for an interrupted program.
const INTERRUPTED: i32 = 130;

/// Signals within this time of the first count as one: `timeout` signals the process and then its whole group.
const SAME_SIGNAL_INTERVAL: Duration = Duration::from_secs(2);

/// Completes at the first signal. A later signal ends the program, also while reports are written.
pub(super) fn stop_requested() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        let first = Instant::now();
        tracing::warn!(
            "stopping: writing a report of what was read; a second signal after 2 s ends the program at once"
        );
        // The receiver is gone once everything is read: the report is being written then.
        let _ = sender.send(());
        while first.elapsed() < SAME_SIGNAL_INTERVAL {
            either(&mut terminate, &mut interrupt).await;
        }
        std::process::exit(INTERRUPTED);
    });
    Ok(async move {
        if receiver.await.is_err() {
            std::future::pending().await
        }
    })
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
