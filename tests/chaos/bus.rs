//! What NATS tells an instance, frame by frame, with some of it lost, doubled or out of order.
//! Only `MSG` frames are touched: the rest keeps the connection.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    dice::Dice,
    proxy::{Felt, Pace, Turn},
};

/// Of how many hundred messages so many are disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Noise {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) late: usize,
}

impl Noise {
    pub(crate) const NONE: Self = Self { lost: 0, doubled: 0, late: 0 };
    /// The connection stands and says nothing.
    pub(crate) const DEAF: Self = Self { lost: 100, doubled: 0, late: 0 };
}

/// How long a message that is late is held back at most, if none overtakes it.
const HELD: Duration = Duration::from_millis(200);

/// Passes frames on until the connection ends.
pub(crate) async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut pace: Pace,
    noise: watch::Receiver<Noise>,
    mut dice: Dice,
) {
    let (mut read, mut held): (Vec<u8>, Vec<(Instant, Vec<u8>)>) = (Vec::new(), Vec::new());
    loop {
        let due = held.first().map_or_else(|| Instant::now() + HELD, |(at, _)| *at + HELD);
        let mut out = Vec::new();
        tokio::select! {
            count = from.read_buf(&mut read) => match count {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let noise = *noise.borrow();
                    while let Some((length, is_message)) = frame(&read) {
                        let frame: Vec<u8> = read.drain(..length).collect();
                        if is_message {
                            disturb(frame, (noise, &pace.felt), &mut dice, &mut held, &mut out);
                        } else {
                            out.extend(frame);
                        }
                    }
                }
            },
            () = sleep_until(due), if !held.is_empty() => {
                for (_, frame) in held.drain(..) {
                    out.extend(frame);
                }
            }
            () = pace.until_cut() => return,
        }
        if !out.is_empty() && matches!(pace.wait(out.len()).await, Turn::Broken) {
            return;
        }
        tokio::select! {
            done = to.write_all(&out) => if done.is_err() { return },
            () = pace.until_cut() => return,
        }
    }
}

fn disturb(
    frame: Vec<u8>,
    (noise, felt): (Noise, &Felt),
    dice: &mut Dice,
    held: &mut Vec<(Instant, Vec<u8>)>,
    out: &mut Vec<u8>,
) {
    if dice.below(100) < noise.lost {
        return Felt::add(&felt.lost);
    }
    if dice.below(100) < noise.late {
        Felt::add(&felt.late);
        held.push((Instant::now(), frame));
        return;
    }
    out.extend(&frame);
    if dice.below(100) < noise.doubled {
        Felt::add(&felt.doubled);
        out.extend(&frame);
    }
    // What was held back comes after what was said later.
    while let Some((_, late)) = held.pop() {
        out.extend(late);
    }
}

/// The length of the first frame, if all of it is there, and whether it is a message.
fn frame(read: &[u8]) -> Option<(usize, bool)> {
    let line = read.windows(2).position(|pair| pair == b"\r\n")?;
    let words: Vec<_> = read[..line].split(|byte| *byte == b' ').collect();
    let has_payload = matches!(words.first(), Some(&(b"MSG" | b"HMSG")));
    if !has_payload {
        return Some((line + 2, false));
    }
    let size: usize = std::str::from_utf8(words.last()?).ok()?.parse().ok()?;
    let length = line + 2 + size + 2;
    (read.len() >= length).then_some((length, words.first() == Some(&&b"MSG"[..])))
}
