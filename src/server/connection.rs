//! One connection of a client: it ends where the head of a request takes too long, or where
//! nothing is asked for too long. What is under way has limits of its own, and a WebSocket too.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::Version,
};
use futures_util::task::AtomicWaker;
use hyper::body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::places::Place;

/// What a connection and its requests tell each other.
#[derive(Default)]
pub(super) struct State {
    /// Requests whose head has come.
    begun: AtomicUsize,
    /// Those of them whose answer is not yet written.
    under_way: AtomicUsize,
    is_http2: AtomicBool,
    /// It is HTTP no more.
    is_another_protocol: AtomicBool,
    /// Who reads: looks again when nothing is under way any more.
    reader: AtomicWaker,
}

/// A request from its head to the end of its answer.
pub(super) struct UnderWay(Arc<State>);

impl UnderWay {
    pub(super) fn begin(state: &Arc<State>, version: Version) -> Self {
        state.begun.fetch_add(1, Relaxed);
        state.under_way.fetch_add(1, Relaxed);
        state.is_http2.store(version == Version::HTTP_2, Relaxed);
        Self(state.clone())
    }

    pub(super) fn becomes_another_protocol(&self) {
        self.0.is_another_protocol.store(true, Relaxed);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Relaxed) == 1 {
            self.0.reader.wake();
        }
    }
}

/// The body of an answer, which is under way until it is written.
pub(super) struct Counted {
    pub(super) body: Body,
    pub(super) _under_way: UnderWay,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// For what is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// For nothing: a request is under way, or was just now.
    Nothing,
    /// For the rest of a head.
    Head(Instant),
    /// For a request.
    Request(Instant),
}

/// What is read from and written to.
pub(super) struct Connection<S> {
    stream: S,
    /// Given back when the stream is closed, whatever has become of it.
    _place: Place,
    state: Arc<State>,
    head: Duration,
    idle: Duration,
    seen: usize,
    wait: Wait,
    /// Wakes at the end of the wait, or before it: not moved with each request.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> Connection<S> {
    pub(super) fn new(stream: S, place: Place, head: Duration, idle: Duration) -> Self {
        // Whoever connects has something to ask.
        let wait = Wait::Head(Instant::now() + head);
        let state = Arc::default();
        Self { stream, _place: place, state, head, idle, seen: 0, wait, alarm: None }
    }

    pub(super) fn state(&self) -> Arc<State> {
        self.state.clone()
    }

    /// Something has come.
    fn has_read(&mut self) {
        let now = Instant::now();
        self.wait = match self.wait {
            // Frames between requests are part of HTTP/2, and no head.
            _ if self.seen > 0 && self.state.is_http2.load(Relaxed) => {
                Wait::Request(now + self.idle)
            }
            Wait::Nothing | Wait::Request(_) => Wait::Head(now + self.head),
            Wait::Head(until) => Wait::Head(until),
        };
    }

    /// Nothing has come yet; whether it was waited for long enough.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = match self.wait {
            Wait::Head(until) | Wait::Request(until) => until,
            Wait::Nothing => {
                let until = Instant::now() + self.idle;
                self.wait = Wait::Request(until);
                until
            }
        };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if alarm.deadline() > until {
            alarm.as_mut().reset(until);
        }
        while alarm.as_mut().poll(cx).is_ready() {
            if Instant::now() >= until {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(until);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if this.state.is_another_protocol.load(Relaxed) {
            this.alarm = None;
            return read;
        }
        if read.is_pending() {
            this.state.reader.register(cx.waker());
        }
        let begun = this.state.begun.load(Relaxed);
        let is_under_way = this.state.under_way.load(Relaxed) > 0;
        if is_under_way || begun != this.seen {
            this.seen = begun;
            this.wait = Wait::Nothing;
        }
        if is_under_way {
            return read;
        }
        if read.is_ready() {
            if buf.filled().len() > before {
                this.has_read();
            }
            return read;
        }
        // As if the client had closed it.
        this.poll_late(cx).map(Ok)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
