//! Access and refresh tokens: JWT, HS256, told apart by `token_type`; signed as `keys` has it.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::keys::Keys;
pub use super::keys::{OTHERS_MAX, SECRET_MIN};
use crate::{
    ids::{SessionId, UserId},
    time::Timestamp,
};

/// Who a token is by and for, where it says so at all.
const ISSUER: &str = "parlance";

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// Shown with every request; short-lived.
    Access,
    /// Exchanged for a new pair; long-lived.
    Refresh,
}

/// What our tokens say.
#[derive(Clone, Debug, Serialize)]
struct Claims {
    sub: String,
    user_id: String,
    token_type: TokenType,
    jti: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// What a token with our signature says, whoever made it.
#[derive(Clone, Debug, Deserialize)]
struct Said {
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    iss: Option<String>,
    aud: Option<String>,
    sub: Option<Value>,
    user_id: Option<Value>,
    token_type: Option<Value>,
    jti: Option<Value>,
    sid: Option<Value>,
}

/// A token that is signed and in time. What it does not say is `None`: whether that is
/// enough is for who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub kind: Option<TokenType>,
    /// An id that nobody has where the token names what is no id.
    pub user: Option<UserId>,
    pub session: Option<SessionId>,
    pub jti: Option<String>,
    pub expires_at: i64,
}

/// What a good token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub user: UserId,
    pub session: SessionId,
    /// The token's own name; of a refresh token only its hash is kept.
    pub jti: String,
    pub expires_at: i64,
}

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not ours, tampered with, or of another kind.
    #[error("the token is not valid")]
    Invalid,
    /// Good once.
    #[error("the token has expired")]
    Expired,
}

/// Signs tokens with one secret, and reads those of a few.
#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

impl Tokens {
    /// With the bytes of `PARLANCE_SECRET_KEY`; `None` if they are too few.
    pub fn new(secret: &[u8]) -> Option<Self> {
        Self::with_others(secret, &[])
    }

    /// The same, with secrets that sign nothing, and whose tokens are accepted; `None` if one is
    /// too short.
    pub fn with_others(secret: &[u8], others: &[&[u8]]) -> Option<Self> {
        Keys::new(secret, others).map(|keys| Self(Arc::new(keys)))
    }

    /// A signed token.
    ///
    /// # Errors
    /// If the library cannot sign, which is a fault of ours.
    pub fn sign(
        &self,
        kind: TokenType,
        token: &Token,
        now: Timestamp,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let Token { user, session, jti, expires_at } = token;
        let claims = Claims {
            sub: user.to_string(),
            user_id: user.to_string(),
            token_type: kind,
            jti: jti.clone(),
            sid: session.to_string(),
            iat: now.seconds(),
            exp: *expires_at,
        };
        self.0.sign(&claims)
    }

    /// What a token proves at this moment. One that does not say all that ours say proves
    /// nothing.
    ///
    /// # Errors
    /// [`TokenError`]; the signature is checked before anything else is believed.
    pub fn read(&self, kind: TokenType, text: &str, now: Timestamp) -> Result<Token, TokenError> {
        let (said, _) = self.0.read::<Said>(text)?;
        let texts = [&said.sub, &said.user_id, &said.jti, &said.sid];
        let is_whole =
            said.iat.is_some() && texts.iter().all(|text| text_of(text.as_ref()).is_some());
        let user = text_of(said.user_id.as_ref()).and_then(|id| id.parse().ok());
        if !is_whole || kind_of(said.token_type.as_ref()).is_none() {
            return Err(TokenError::Invalid);
        }
        match said.in_time(now)? {
            Opened {
                kind: Some(found),
                user: _,
                session: Some(session),
                jti: Some(jti),
                expires_at,
            } if found == kind => {
                let user = user.ok_or(TokenError::Invalid)?;
                Ok(Token { user, session, jti, expires_at })
            }
            _ => Err(TokenError::Invalid),
        }
    }

    /// What a token says at this moment, which may be less than ours say.
    ///
    /// # Errors
    /// [`TokenError`]; the signature is checked before anything else is believed.
    pub fn open(&self, text: &str, now: Timestamp) -> Result<Opened, TokenError> {
        self.0.read::<Said>(text)?.0.in_time(now)
    }

    /// The name of the one token that follows this one. It can be computed again, so the
    /// same successor can be handed out twice though only its hash is kept; and again with the
    /// key that signed this one, so also by a server that signs with another key since.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] for what none of our keys signed.
    pub fn successor(&self, text: &str) -> Result<String, TokenError> {
        let (said, key) = self.0.read::<Said>(text)?;
        let jti = text_of(said.jti.as_ref()).ok_or(TokenError::Invalid)?;
        Ok(key.derive(&[b"refresh token after ", jti.as_bytes()]))
    }
}

impl Said {
    /// The same once it is seen that it is in time, and by and for us.
    fn in_time(self, now: Timestamp) -> Result<Opened, TokenError> {
        let Self { exp, nbf, iat: _, iss, aud, sub: _, user_id, token_type, jti, sid } = self;
        if exp <= now.seconds() {
            return Err(TokenError::Expired);
        }
        let ours = |name: Option<String>| name.is_none_or(|name| name == ISSUER);
        if nbf.is_some_and(|nbf| nbf > now.seconds()) || !ours(iss) || !ours(aud) {
            return Err(TokenError::Invalid);
        }
        let nobody = UserId::from(Uuid::nil());
        let user = |id: &Value| id.as_str().and_then(|id| id.parse().ok()).unwrap_or(nobody);
        Ok(Opened {
            kind: kind_of(token_type.as_ref()),
            user: user_id.as_ref().map(user),
            session: text_of(sid.as_ref()).and_then(|id| id.parse().ok()),
            jti: text_of(jti.as_ref()).map(str::to_owned),
            expires_at: exp,
        })
    }
}

fn text_of(claim: Option<&Value>) -> Option<&str> {
    claim.and_then(Value::as_str)
}

fn kind_of(claim: Option<&Value>) -> Option<TokenType> {
    claim.and_then(|kind| TokenType::deserialize(kind).ok())
}

/// A new name for a token, which cannot be guessed.
pub fn new_jti() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a refresh token.
pub fn hash(jti: &str) -> Vec<u8> {
    Sha256::digest(jti.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};

    use super::*;

    const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
    const OTHER: &[u8] = b"another secret of thirty-two bytes!";

    fn token(expires_at: i64) -> Token {
        Token { user: UserId::new(), session: SessionId::new(), jti: new_jti(), expires_at }
    }

    fn forge(header: &str, claims: &str) -> String {
        let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn a_token_proves_what_was_signed_until_it_expires() {
        let tokens = Tokens::new(SECRET).unwrap();
        let token = token(1_000);
        let signed = tokens.sign(TokenType::Access, &token, Timestamp::from_micros(0)).unwrap();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(tokens.read(TokenType::Access, &signed, at(999)), Ok(token));
        assert_eq!(tokens.read(TokenType::Access, &signed, at(1_000)), Err(TokenError::Expired));
        assert_eq!(tokens.read(TokenType::Refresh, &signed, at(1)), Err(TokenError::Invalid));
    }

    #[test]
    fn a_flipped_bit_or_another_secret_is_refused() {
        let tokens = Tokens::new(SECRET).unwrap();
        let now = Timestamp::from_micros(0);
        let signed = tokens.sign(TokenType::Access, &token(1_000), now).unwrap();
        let mut flipped = signed.clone().into_bytes();
        let last = flipped.len() - 5;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        assert_eq!(tokens.read(TokenType::Access, &flipped, now), Err(TokenError::Invalid));
        let other = Tokens::new(OTHER).unwrap();
        assert_eq!(other.read(TokenType::Access, &signed, now), Err(TokenError::Invalid));
    }

    #[test]
    fn other_algorithms_foreign_keys_and_foreign_names_are_refused() {
        let tokens = Tokens::new(SECRET).unwrap();
        let (user, session) = (UserId::new(), SessionId::new());
        let claims = |more: &str| {
            format!(
                r#"{{"sub":"{user}","user_id":"{user}","token_type":"access","jti":"x","sid":"{session}","iat":0,"exp":1000{more}}}"#
            )
        };
        let read = |header: &str, more: &str| {
            let forged = forge(header, &claims(more));
            tokens.read(TokenType::Access, &forged, Timestamp::from_micros(0)).is_ok()
        };
        assert!(read(r#"{"alg":"HS256","typ":"JWT"}"#, ""));
        assert!(read(r#"{"alg":"HS256"}"#, r#","iss":"parlance","aud":"parlance","nbf":0"#));
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"ES256"}"#,
            r#"{"alg":"HS256","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","kid":"other"}"#,
            r#"{"alg":"HS256","jku":"https://example.org/keys"}"#,
            r#"{"alg":"HS256","x5u":"https://example.org/keys"}"#,
        ] {
            assert!(!read(header, ""), "{header}");
        }
        for more in [r#","iss":"other""#, r#","aud":"other""#, r#","nbf":60"#] {
            assert!(!read(r#"{"alg":"HS256"}"#, more), "{more}");
        }
    }

    #[test]
    fn what_says_less_than_ours_is_opened_but_proves_nothing() {
        let (tokens, now) = (Tokens::new(SECRET).unwrap(), Timestamp::from_micros(0));
        let user = UserId::new();
        let whole = format!(
            r#"{{"sub":"{user}","user_id":"{user}","token_type":"access","jti":"x","sid":"{}","iat":0,"exp":1000}}"#,
            SessionId::new()
        );
        let forged = |without: &str| {
            let mut claims: serde_json::Map<String, Value> = serde_json::from_str(&whole).unwrap();
            claims.remove(without);
            forge(r#"{"alg":"HS256"}"#, &Value::from(claims).to_string())
        };
        assert!(tokens.read(TokenType::Access, &forged("nothing"), now).is_ok());
        for without in ["sub", "user_id", "token_type", "jti", "sid", "iat"] {
            let forged = forged(without);
            assert!(tokens.open(&forged, now).is_ok(), "{without}");
            let read = tokens.read(TokenType::Access, &forged, now);
            assert_eq!(read, Err(TokenError::Invalid), "{without}");
        }
        assert_eq!(tokens.open(&forged("exp"), now), Err(TokenError::Invalid));
        assert_eq!(tokens.open(&forged("user_id"), now).map(|opened| opened.user), Ok(None));
        let later = Timestamp::from_micros(1_000_000_000);
        assert_eq!(tokens.open(&forged("sid"), later), Err(TokenError::Expired));
        assert_eq!(tokens.open("abc", now), Err(TokenError::Invalid));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(Tokens::new(&[7; SECRET_MIN - 1]).is_none());
        assert!(Tokens::new(&[7; SECRET_MIN]).is_some());
    }

    #[test]
    fn a_successor_can_be_named_again_but_not_guessed_without_the_secret() {
        let one = Tokens::new(SECRET).unwrap();
        let other = Tokens::new(OTHER).unwrap();
        let (a, b) = (token(1_000), token(1_000));
        let sign = |tokens: &Tokens, token: &Token| {
            tokens.sign(TokenType::Refresh, token, Timestamp::from_micros(0)).unwrap()
        };
        let successor = one.successor(&sign(&one, &a)).unwrap();
        assert_eq!(one.successor(&sign(&one, &a)), Ok(successor.clone()));
        assert_ne!(one.successor(&sign(&one, &b)), Ok(successor.clone()));
        assert_ne!(other.successor(&sign(&other, &a)), Ok(successor.clone()));
        // Whoever signs now, the successor is named by the key of the one before it.
        let after = Tokens::with_others(OTHER, &[SECRET]).unwrap();
        assert_eq!(after.successor(&sign(&one, &a)), Ok(successor));
        assert_eq!(other.successor(&sign(&one, &a)), Err(TokenError::Invalid));
    }

    #[test]
    fn a_key_is_named_once_there_are_several_and_each_is_known_by_its_name() {
        let now = Timestamp::from_micros(0);
        let token = token(1_000);
        let sign = |tokens: &Tokens| tokens.sign(TokenType::Access, &token, now).unwrap();
        let kid = |text: &str| jsonwebtoken::decode_header(text).unwrap().kid;
        let old = Tokens::new(SECRET).unwrap();
        let new = Tokens::new(OTHER).unwrap();
        let before = Tokens::with_others(SECRET, &[OTHER]).unwrap();
        let after = Tokens::with_others(OTHER, &[SECRET]).unwrap();
        assert_eq!(kid(&sign(&old)), None);
        assert_ne!(kid(&sign(&before)), kid(&sign(&after)));
        // At each step, what some instances sign is read by all.
        for (signs, reads, is_good) in [
            (&old, &before, true),
            (&before, &old, true),
            (&before, &after, true),
            (&after, &before, true),
            (&old, &after, true),
            (&after, &new, true),
            (&new, &after, true),
            (&old, &new, false),
            (&before, &new, false),
            (&after, &old, false),
        ] {
            let read = reads.read(TokenType::Access, &sign(signs), now);
            assert_eq!(read.is_ok(), is_good, "{:?}", kid(&sign(signs)));
        }
        // The name of a key does not make a signature of another one good.
        let named = forge(
            &format!(r#"{{"alg":"HS256","kid":"{}"}}"#, kid(&sign(&after)).unwrap()),
            &format!(
                r#"{{"sub":"{0}","user_id":"{0}","token_type":"access","jti":"x","sid":"{1}","iat":0,"exp":1000}}"#,
                token.user, token.session
            ),
        );
        assert!(after.read(TokenType::Access, &named, now).is_err());
        assert!(Tokens::with_others(SECRET, &[&[7; SECRET_MIN - 1]]).is_none());
    }
}
