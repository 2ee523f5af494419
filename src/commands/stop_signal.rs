//! SIGTERM and Ctrl-C: the first asks for a partial report, a later one ends at once.

use std::io;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// What a shell says of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// What comes so soon after the first is the same wish: `timeout` signals the process and then its whole group.
const SAME: Duration = Duration::from_secs(2);

/// Comes true when the program is told to stop. Also afterwards, while reports are written, somebody listens.
pub(super) fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        let first = Instant::now();
        tracing::warn!(
            "told to stop: the report of what was read is being written; again, after 2 s, ends at once"
        );
        // Nobody hears it once everything is read: the report is on its way then.
        let _ = tell.send(());
        while first.elapsed() < SAME {
            either(&mut terminate, &mut interrupt).await;
        }
        std::process::exit(INTERRUPTED);
    });
    Ok(async move {
        if told.await.is_err() {
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
