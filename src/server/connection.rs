//! One connection of a client: it ends where the head of a request takes too long, or where
//! nothing is asked for too long. What is under way has limits of its own, and a WebSocket,
//! which is under way as long as it is open, too.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
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

use super::{places::Place, streams::Stream};

/// What a connection and its requests tell each other.
#[derive(Default)]
pub(super) struct State {
    /// Requests whose head has come.
    begun: AtomicUsize,
    /// Those of them whose answer is not yet written, or that became a WebSocket.
    under_way: AtomicUsize,
    is_http2: AtomicBool,
    /// Who reads: looks again when nothing is under way any more.
    reader: AtomicWaker,
}

/// A request from its head to the end of its answer, or of what became of it.
pub(super) struct UnderWay {
    state: Arc<State>,
    /// Where it is one of several on a connection of HTTP/2.
    stream: Option<Arc<Stream>>,
}

impl UnderWay {
    pub(super) fn begin(state: &Arc<State>, version: Version) -> Self {
        state.begun.fetch_add(1, Relaxed);
        state.under_way.fetch_add(1, Relaxed);
        state.is_http2.store(version == Version::HTTP_2, Relaxed);
        Self { state: state.clone(), stream: None }
    }

    pub(super) fn on(mut self, stream: Option<Arc<Stream>>) -> Self {
        self.stream = stream;
        self
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        // What a WebSocket left behind.
        if let Some(stream) = &self.stream {
            stream.gives();
        }
        if self.state.under_way.fetch_sub(1, Relaxed) == 1 {
            self.state.reader.wake();
        }
    }
}

/// The most of an answer that is handed to HTTP/2 at once, in bytes.
const PIECE_MAX: usize = 16 << 10;

/// The body of an answer, which is under way until it is written.
pub(super) struct Counted {
    body: Body,
    /// What has come of it and is not handed over yet; over HTTP/2 alone.
    rest: Bytes,
    under_way: Arc<UnderWay>,
}

impl Counted {
    pub(super) fn new(body: Body, under_way: Arc<UnderWay>) -> Self {
        Self { body, rest: Bytes::new(), under_way }
    }

    /// What is handed to HTTP/2 next. It takes a piece once there is room for a byte of it, and
    /// the rest of the piece then waits where it cannot be seen. So pieces are short, and the
    /// last byte is one of its own: when it is taken, there was room for all before it.
    fn piece(&mut self) -> Bytes {
        let length = match self.rest.len() {
            0 | 1 => self.rest.len(),
            length => PIECE_MAX.min(length - 1),
        };
        self.rest.split_to(length)
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let Some(stream) = this.under_way.stream.clone() else {
            return Pin::new(&mut this.body).poll_frame(cx);
        };
        stream.is_taken();
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        stream.gives();
        Poll::Ready(Some(Ok(Frame::data(this.piece()))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // Asked for before anything is handed over.
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

    /// Something has come; whether too late.
    fn has_read(&mut self) -> bool {
        let now = Instant::now();
        // Frames between requests are part of HTTP/2. They are no head, and ask for nothing.
        let is_http2 = self.seen > 0 && self.state.is_http2.load(Relaxed);
        let until = match self.wait {
            Wait::Head(until) => until,
            Wait::Request(until) if is_http2 => until,
            Wait::Nothing if is_http2 => now + self.idle,
            Wait::Nothing | Wait::Request(_) => now + self.head,
        };
        self.wait = if is_http2 { Wait::Request(until) } else { Wait::Head(until) };
        now >= until
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
            // As if the client had closed it before.
            if buf.filled().len() > before && this.has_read() {
                buf.set_filled(before);
            }
            return read;
        }
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
