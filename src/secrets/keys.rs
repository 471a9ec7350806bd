//! The keys of tokens: one signs, and others may be accepted beside it while it is changed
//! (docs/security.md).

use std::iter;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::Error};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

use super::token::TokenError;

/// The shortest secret that is accepted, in bytes.
pub const SECRET_MIN: usize = 32;

/// The most keys whose tokens are accepted beside those of the key that signs.
pub const OTHERS_MAX: usize = 4;

/// How much of its hash names a key, in bytes.
const KEY_ID: usize = 6;

pub(super) struct Keys {
    /// The first one signs.
    all: Vec<Key>,
    encoding: EncodingKey,
    /// Of what is signed. With one key there is nothing to tell apart, and none is named.
    header: Header,
    validation: Validation,
}

pub(super) struct Key {
    /// By what name a token says that this key signed it.
    id: String,
    secret: Vec<u8>,
    decoding: DecodingKey,
}

impl Keys {
    /// `None` if a secret is too short.
    pub(super) fn new(secret: &[u8], others: &[&[u8]]) -> Option<Self> {
        let all = iter::once(secret).chain(others.iter().copied());
        let all = all.map(Key::new).collect::<Option<Vec<_>>>()?;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = all.first().filter(|_| all.len() > 1).map(|key| key.id.clone());
        let mut validation = Validation::new(Algorithm::HS256);
        // Times and names are for who reads to look at, by the clock of the app.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Some(Self { all, encoding: EncodingKey::from_secret(secret), header, validation })
    }

    /// These claims, signed.
    ///
    /// # Errors
    /// If the library cannot sign, which is a fault of ours.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        jsonwebtoken::encode(&self.header, claims, &self.encoding)
    }

    /// What a token with our signature says, and the key that signed it: the one that it names,
    /// or where it names none, as those do that were signed while there was one key, the first
    /// that fits.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] for what none of our keys signed.
    pub(super) fn read<T: DeserializeOwned>(&self, text: &str) -> Result<(T, &Key), TokenError> {
        let header = jsonwebtoken::decode_header(text).map_err(|_| TokenError::Invalid)?;
        let Header { typ, kid, jku, jwk, x5u, x5c, .. } = header;
        // A key that a token brings along is never ours.
        let brings_key = jku.is_some() || jwk.is_some() || x5u.is_some() || x5c.is_some();
        if brings_key || !typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")) {
            return Err(TokenError::Invalid);
        }
        let is_named = |key: &&Key| kid.as_ref().is_none_or(|kid| *kid == key.id);
        let read = self.all.iter().filter(is_named).find_map(|key| {
            let read = jsonwebtoken::decode::<T>(text, &key.decoding, &self.validation);
            read.ok().map(|read| (read.claims, key))
        });
        read.ok_or(TokenError::Invalid)
    }
}

impl Key {
    fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < SECRET_MIN {
            return None;
        }
        let mut id = mac(secret, &[b"the id of a key"]);
        id.truncate(KEY_ID);
        Some(Self {
            id: URL_SAFE_NO_PAD.encode(id),
            secret: secret.to_vec(),
            decoding: DecodingKey::from_secret(secret),
        })
    }

    /// What nobody can name without this key, and everybody with it can name again.
    pub(super) fn derive(&self, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.secret, parts))
    }
}

/// HMAC-SHA-256 of these parts, put together.
fn mac(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return Vec::new();
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
