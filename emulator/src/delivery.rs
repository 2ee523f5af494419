//! Bodies on their way: in small pieces, or with their end missing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// Long enough for what was sent to reach the client before the connection ends.
const LAST_GASP: Duration = Duration::from_millis(20);

/// A body that promises its whole length.
#[derive(Debug)]
pub(crate) struct Trickle {
    promised: u64,
    rest: Bytes,
    step: usize,
    pause: Duration,
    breaks_off: bool,
    resting: Option<Pin<Box<Sleep>>>,
}

impl Trickle {
    /// Half of the body, and then no more.
    pub(crate) fn cut(body: Bytes) -> Self {
        let promised = body.len() as u64;
        let rest = body.slice(..body.len() / 2);
        Self { promised, step: rest.len().max(1), rest, pause: LAST_GASP, breaks_off: true, resting: None }
    }

    /// All of it, a byte after each pause.
    pub(crate) fn drip(body: Bytes, pause: Duration) -> Self {
        let promised = body.len() as u64;
        Self { promised, rest: body, step: 1, pause, breaks_off: false, resting: None }
    }
}

impl Body for Trickle {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(resting) = &mut self.resting {
            if resting.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.resting = None;
        }
        if self.rest.is_empty() {
            let broken = || Err(io::Error::from(io::ErrorKind::ConnectionAborted));
            return Poll::Ready(self.breaks_off.then(broken));
        }
        self.resting = Some(Box::pin(sleep(self.pause)));
        let step = self.step.min(self.rest.len());
        let piece = self.rest.split_to(step);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && !self.breaks_off
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
