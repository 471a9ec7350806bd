//! Tokens that we did not sign, or that say what ours do not. What may be accepted is worked out here a second time,
//! without the library that the server reads tokens with.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use parlance::{
    ids::{SessionId, UserId},
    secrets::token::{Token, TokenError, TokenType, Tokens},
    time::Timestamp,
};
use serde_json::Value;
use sha2::{Sha256, Sha384, Sha512};
use uuid::Uuid;

use super::engine::{Target, soup};
use crate::support::SECRET;

/// A key that signs no more.
const OLD: &[u8] = b"the secret of before, of thirty-two bytes";

/// The names of the keys, as tokens have them.
const KEY: &str = "P-8d_lC5";
const OLD_KEY: &str = "Za5J1lMc";

const WORDS: &[&str] = &[
    "{",
    "}",
    ",",
    ":",
    "\"",
    ".",
    "\n",
    "=",
    "null",
    "true",
    "[]",
    "1",
    "-1",
    "1e400",
    "9223372036854775807",
    "\"alg\":\"HS256\"",
    "\"alg\":\"none\"",
    "\"alg\":\"None\"",
    "\"alg\":\"HS384\"",
    "\"alg\":\"HS512\"",
    "\"alg\":\"RS256\"",
    "\"alg\":\"ES256\"",
    "\"alg\":\"EdDSA\"",
    "\"typ\":\"JWT\"",
    "\"typ\":\"at+jwt\"",
    "\"kid\":\"other\"",
    "\"kid\":\"P-8d_lC5\"",
    "\"kid\":\"Za5J1lMc\"",
    "\"kid\":\"\"",
    "\"jku\":\"https://example.org/\"",
    "\"x5u\":\"https://example.org/\"",
    "\"x5c\":[]",
    "\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}",
    "\"crit\":[\"exp\"]",
    "\"crit\":[\"b64\"],\"b64\":false",
    "\"zip\":\"DEF\"",
    "\"cty\":\"JWT\"",
    "\"exp\":2000",
    "\"exp\":1000",
    "\"exp\":\"2000\"",
    "\"exp\":2000.5",
    "\"nbf\":2000",
    "\"nbf\":0",
    "\"iat\":0",
    "\"iss\":\"parlance\"",
    "\"iss\":\"other\"",
    "\"aud\":\"parlance\"",
    "\"aud\":\"other\"",
    "\"aud\":[\"parlance\"]",
    "\"token_type\":\"access\"",
    "\"token_type\":\"refresh\"",
    "\"token_type\":\"ACCESS\"",
    "\"jti\":\"x\"",
    "\"jti\":7",
    "\"sub\":\"01890a5d-ac96-774b-bcce-b302099a8057\"",
    "\"user_id\":\"01890a5d-ac96-774b-bcce-b302099a8057\"",
    "\"sid\":\"01890a5d-ac96-774b-bcce-b302099a8058\"",
    "\"user_id\":\"\"",
    "\"sid\":{}",
];

/// When everything is read.
const NOW: i64 = 1_000;

fn now() -> Timestamp {
    Timestamp::from_micros(NOW * 1_000_000)
}

/// How the parts are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signed {
    /// By nobody.
    Not,
    Hs256,
    Hs384,
    Hs512,
    /// With the key of before.
    Old,
    /// With a key of somebody else's.
    Foreign,
}

const WAYS: [Signed; 6] =
    [Signed::Not, Signed::Hs256, Signed::Hs384, Signed::Hs512, Signed::Old, Signed::Foreign];

/// A MAC of `$hash` with a key.
macro_rules! mac {
    ($hash:ty, $key:expr, $text:expr) => {{
        let mut mac = Hmac::<$hash>::new_from_slice($key).unwrap();
        mac.update($text.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }};
}

fn put_together(header: &[u8], claims: &[u8], signed: Signed) -> String {
    let text = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let signature = match signed {
        Signed::Not => String::new(),
        Signed::Hs256 => mac!(Sha256, SECRET, text),
        Signed::Hs384 => mac!(Sha384, SECRET, text),
        Signed::Hs512 => mac!(Sha512, SECRET, text),
        Signed::Old => mac!(Sha256, OLD, text),
        Signed::Foreign => mac!(Sha256, b"another secret of thirty-two bytes!", text),
    };
    format!("{text}.{signature}")
}

/// A server with one key, and one that accepts those of before too.
struct Reader {
    tokens: Tokens,
    /// With their names.
    keys: &'static [(&'static [u8], &'static str)],
}

fn readers() -> [Reader; 2] {
    [
        Reader { tokens: Tokens::new(SECRET).unwrap(), keys: &[(SECRET, KEY)] },
        Reader {
            tokens: Tokens::with_others(SECRET, &[OLD]).unwrap(),
            keys: &[(SECRET, KEY), (OLD, OLD_KEY)],
        },
    ]
}

/// The header and claims of a token whose signature is exactly ours, and the name of the key that it is of; nothing may
/// be believed of any other. Null is what cannot be read whole, which is not for a reader who looks for the claims that
/// are known.
fn exact(reader: &Reader, text: &str) -> Option<(Value, Value, &'static str)> {
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let (_, key) = reader.keys.iter().find(|(key, _)| signature == mac!(Sha256, key, signed))?;
    let read = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    };
    Some((read(header), read(claims), key))
}

/// Whether a header is one of ours: it says how it is signed, names no other key, and brings none.
fn is_ours(header: &Value, key: &str) -> bool {
    let says = |name: &str| header.get(name).is_some_and(|value| !value.is_null());
    header["alg"] == "HS256"
        && (!says("kid") || header["kid"] == key)
        && !["jku", "jwk", "x5u", "x5c"].into_iter().any(says)
        && (!says("typ")
            || header["typ"].as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")))
}

fn is_in_time(claims: &Value) -> bool {
    let names = |name: &str| claims[name].is_null() || claims[name] == "parlance";
    claims["exp"].as_i64().is_some_and(|exp| exp > NOW)
        && (claims["nbf"].is_null() || claims["nbf"].as_i64().is_some_and(|nbf| nbf <= NOW))
        && names("iss")
        && names("aud")
}

/// What reading comes to, which must be no more than `exact` allows.
fn read(reader: &Reader, text: &str) -> Result<&'static str, String> {
    let tokens = &reader.tokens;
    let opened = tokens.open(text, now());
    let reads = [TokenType::Access, TokenType::Refresh].map(|kind| tokens.read(kind, text, now()));
    if reads.iter().filter(|read| read.is_ok()).count() > 1 {
        return Err("it is good as both kinds".to_owned());
    }
    let Some((header, claims, key)) = exact(reader, text) else {
        let is_refused = opened == Err(TokenError::Invalid)
            && reads.iter().all(|read| *read == Err(TokenError::Invalid));
        return if is_refused {
            Ok("not signed")
        } else {
            Err(format!("{text} is not signed by us: {opened:?}"))
        };
    };
    if header.is_null() || claims.is_null() {
        return Ok("signed by us, and not to be read whole");
    }
    if opened.is_ok() && !(is_ours(&header, key) && is_in_time(&claims)) {
        return Err(format!("{header} {claims} is opened"));
    }
    for (kind, read) in [("access", &reads[0]), ("refresh", &reads[1])] {
        let Ok(token) = read else { continue };
        let says = |name: &str, id: Uuid| {
            claims[name].as_str().and_then(|text| text.parse::<Uuid>().ok()) == Some(id)
        };
        let is_so = opened.is_ok()
            && claims["token_type"] == kind
            && says("user_id", token.user.uuid())
            && says("sid", token.session.uuid())
            && claims["jti"] == token.jti
            && claims["exp"] == token.expires_at
            && claims["sub"].is_string()
            && claims["iat"].is_i64();
        if !is_so {
            return Err(format!("{header} {claims} is {kind} and proves {token:?}"));
        }
    }
    Ok(match (&opened, &reads) {
        (_, [Ok(_), _]) => "access",
        (_, [_, Ok(_)]) => "refresh",
        (Ok(_), _) => "opened",
        (Err(TokenError::Expired), _) => "expired",
        (Err(TokenError::Invalid), _) => "signed and refused",
    })
}

fn good(kind: TokenType) -> (Tokens, Token, String) {
    let tokens = Tokens::new(SECRET).unwrap();
    let token = Token {
        user: UserId::new(),
        session: SessionId::new(),
        jti: "the name of this token".to_owned(),
        expires_at: NOW + 1,
    };
    let signed = tokens.sign(kind, &token, now()).unwrap();
    (tokens, token, signed)
}

#[test]
fn a_token_is_of_the_key_that_it_names() {
    let (_, token, _) = good(TokenType::Access);
    for (secret, name, other) in [(SECRET, KEY, OLD), (OLD, OLD_KEY, SECRET)] {
        let tokens = Tokens::with_others(secret, &[other]).unwrap();
        let signed = tokens.sign(TokenType::Access, &token, now()).unwrap();
        let header = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header["kid"], name);
        let [alone, both] = readers();
        assert_eq!(read(&both, &signed), Ok("access"));
        assert_eq!(
            read(&alone, &signed),
            Ok(if secret == SECRET { "access" } else { "not signed" })
        );
        let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
        let swapped = if name == KEY { OLD_KEY } else { KEY };
        let way = if secret == SECRET { Signed::Hs256 } else { Signed::Old };
        for (kid, outcome) in [(name, "access"), (swapped, "signed and refused")] {
            let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
            let text = put_together(header.as_bytes(), &claims, way);
            assert_eq!(read(&both, &text), Ok(outcome), "{kid}");
        }
    }
}

/// A line of header and a line of claims, put together in every way, and the input itself as a token.
#[test]
fn only_what_is_signed_by_us_and_says_all_that_ours_say_proves_anything() {
    let readers = readers();
    let check = |input: &[u8]| {
        let mut outcomes = Vec::new();
        let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
        let (header, claims) = (&input[..at], input.get(at + 1..).unwrap_or_default());
        for reader in &readers {
            outcomes.push(read(reader, &String::from_utf8_lossy(input))?);
            for way in WAYS {
                let outcome = read(reader, &put_together(header, claims, way))?;
                let may_be_ours =
                    way == Signed::Hs256 || (way == Signed::Old && reader.keys.len() > 1);
                if !may_be_ours && outcome != "not signed" {
                    return Err(format!("{way:?} is {outcome}"));
                }
                outcomes.push(outcome);
            }
        }
        Ok(outcomes.join(", "))
    };
    let target = Target { name: "tokens", cases: 300, words: WORDS, seeds: Vec::new() };
    target.run(soup(WORDS, 20), check);
}

#[test]
fn no_bit_and_no_letter_of_a_token_can_be_another() {
    for kind in [TokenType::Access, TokenType::Refresh] {
        let (tokens, token, signed) = good(kind);
        assert_eq!(tokens.read(kind, &signed, now()), Ok(token));
        let refuses = |bytes: Vec<u8>| {
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(tokens.open(&text, now()), Err(TokenError::Invalid), "{text}");
            assert_eq!(tokens.read(kind, &text, now()), Err(TokenError::Invalid), "{text}");
        };
        for place in 0..signed.len() {
            for bit in 0..8 {
                let mut bytes = signed.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                refuses(bytes);
            }
            let mut shorter = signed.clone().into_bytes();
            shorter.remove(place);
            refuses(shorter);
            for extra in *b"A.= \n" {
                let mut longer = signed.clone().into_bytes();
                longer.insert(place, extra);
                refuses(longer);
            }
        }
        refuses(format!("{signed}=").into_bytes());
        refuses(format!("{signed}.").into_bytes());
        // The last letter of a signature holds bits that are no part of it.
        let (front, last) = signed.split_at(signed.len() - 1);
        let letters = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
        for letter in letters.filter(|letter| !last.starts_with(*letter)) {
            refuses(format!("{front}{letter}").into_bytes());
        }
    }
}
