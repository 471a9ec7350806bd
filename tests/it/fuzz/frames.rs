//! Frames of WebSockets, written and read by hand: what a library would not send, and what it would not show.

use serde_json::Value;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// A frame as a client sends it, or without the mask that it must have.
pub(super) fn frame(opcode: Opcode, is_last: bool, is_masked: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![opcode as u8 | if is_last { 0x80 } else { 0 }];
    let mask = if is_masked { 0x80 } else { 0 };
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..126), _) => frame.push(mask | length),
        (_, Ok(length)) => {
            frame.push(mask | 0x7e);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(mask | 0x7f);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    if !is_masked {
        frame.extend(payload);
        return frame;
    }
    let key = [1, 2, 3, 4];
    frame.extend(key);
    frame.extend(payload.iter().enumerate().map(|(place, byte)| byte ^ key[place % 4]));
    frame
}

/// A frame that came: its opcode, whether it is the last of its message, what is in it, and its length on the wire.
type Frame<'a> = (u8, bool, &'a [u8], usize);

/// The first frame; none while it is not whole.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Frame<'_>>, String> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 || second & 0x80 != 0 {
        return Err(format!("no server sends a frame that begins with {first:#x} {second:#x}"));
    }
    let (length, start) = match second & 0x7f {
        126 => {
            let Some(length) = rest.first_chunk() else { return Ok(None) };
            (u64::from(u16::from_be_bytes(*length)), 4)
        }
        127 => {
            let Some(length) = rest.first_chunk() else { return Ok(None) };
            (u64::from_be_bytes(*length), 10)
        }
        length => (u64::from(length), 2),
    };
    let end = start + usize::try_from(length).map_err(|error| error.to_string())?;
    Ok(bytes.get(start..end).map(|payload| (first & 0xf, first & 0x80 != 0, payload, end)))
}

/// What a server may say in either form of the protocol: its type.
pub(super) fn said(text: &[u8]) -> Result<String, String> {
    let message: Value =
        serde_json::from_slice(text).map_err(|error| format!("no JSON: {error}"))?;
    let kind = message["type"].as_str().unwrap_or_default();
    match kind {
        "connection_ack" | "connection_error" | "pong" | "ping" | "ka" => {}
        "next" | "data" | "error" | "complete" => {
            if !message["id"].as_str().is_some_and(|id| (1..=256).contains(&id.len())) {
                return Err(format!("of which operation: {message}"));
            }
        }
        _ => return Err(format!("no server says this: {message}")),
    }
    let payload = &message["payload"];
    let errors = match kind {
        "error" => Some(payload),
        _ => payload.get("errors"),
    };
    // In the older form an error is one and not a list.
    let errors = errors.map_or(&[][..], |errors| {
        errors.as_array().map_or(std::slice::from_ref(errors), Vec::as_slice)
    });
    let mut codes = Vec::new();
    for error in errors {
        let code =
            error["extensions"]["code"].as_str().ok_or_else(|| format!("no code: {message}"))?;
        if code == "INTERNAL_SERVER_ERROR" {
            return Err(format!("a fault of the server: {message}"));
        }
        codes.push(code);
    }
    codes.dedup();
    Ok([&[kind], &codes[..]].concat().join(" "))
}
