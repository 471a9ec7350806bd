//! What comes of a request's body after it was answered, as one that is too long.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, HeaderValue, header},
};
use futures_util::StreamExt;
use hyper::body::{Frame, Incoming, SizeHint};

/// How much of it is read, and for how long, before the connection is closed.
const MOST: usize = 8 << 20;
const LONGEST: Duration = Duration::from_secs(2);

/// What has come as a whole with the head, most likely; hyper takes that by itself.
const SHORT: u64 = 32 << 10;

/// The body of a request over HTTP/1. A connection that is closed while something is unread of it
/// is reset, and the answer is lost with what of it the client, or a proxy, has not read. So what
/// nobody wants is taken for a while.
pub(super) struct Unread {
    rest: Option<Incoming>,
    end: End,
}

/// Whether a body has come to its end.
#[derive(Clone)]
pub(super) struct End(Arc<AtomicBool>);

impl End {
    /// To be called with what is answered. A proxy may give up what it was sending, and begin the
    /// next request where we wait for the rest of this one: it must not use the connection again.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        if !self.0.load(Relaxed) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl Unread {
    /// Nothing for a body that is short, or that is not sent before it is asked for.
    pub(super) fn of(body: Incoming, headers: &HeaderMap) -> Result<(Self, End), Incoming> {
        let is_short = body.size_hint().exact().is_some_and(|length| length <= SHORT);
        if is_short || headers.contains_key(header::EXPECT) {
            return Err(body);
        }
        let end = End(Arc::new(AtomicBool::new(false)));
        Ok((Self { rest: Some(body), end: end.clone() }, end))
    }
}

impl HttpBody for Unread {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.rest else { return Poll::Ready(None) };
        let frame = Pin::new(&mut *body).poll_frame(cx);
        let is_over = matches!(frame, Poll::Ready(None)) || body.is_end_stream();
        if is_over {
            self.end.0.store(true, Relaxed);
        }
        if is_over || matches!(frame, Poll::Ready(Some(Err(_)))) {
            self.rest = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let Some(body) = self.rest.take() else { return };
        // Without one there is nobody left to answer either.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(tokio::time::timeout(LONGEST, async move {
            let (mut rest, mut count) = (Body::new(body).into_data_stream(), 0);
            while let Some(Ok(piece)) = rest.next().await
                && count < MOST
            {
                count += piece.len();
            }
        }));
    }
}
