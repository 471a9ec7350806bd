//! The ids of the product, one type each, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::Binary,
};
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, thiserror::Error)]
#[error("not a UUID")]
pub struct NotAnId;

/// Defines one newtype over `Uuid` for each name, with its place in the database.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Binary)]
        pub struct $name(Uuid);

        impl $name {
            /// The UUID as clients see it.
            pub fn uuid(self) -> Uuid {
                self.0
            }

            /// As a literal in SQL, the same for both databases.
            pub fn literal(self) -> String {
                format!("x'{}'", self.0.simple())
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl<DB: Backend> ToSql<Binary, DB> for $name
        where
            [u8]: ToSql<Binary, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.as_bytes().as_slice().to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<Binary, DB> for $name
        where
            Vec<u8>: FromSql<Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let bytes = Vec::<u8>::from_sql(bytes)?;
                Ok(Self(Uuid::from_slice(&bytes)?))
            }
        }
    )*};
}

/// Gives the ids that the server itself makes their one way to be made.
macro_rules! made_here {
    ($($name:ident),*) => {$(
        impl $name {
            /// A new id, after all earlier ones of this process.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
            #[expect(clippy::new_without_default, reason = "a new id is no default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }
    )*};
}

id! {
    /// A person with an account.
    UserId;
    /// One sign-in of a person, on one device.
    SessionId;
    /// A direct conversation or a group.
    ConversationId;
    /// One message of a conversation.
    MessageId;
    /// One line of the audit log.
    AuditId;
    /// The name a client gives to something before it sends it, so that a retry is known as one.
    ClientId;
}

made_here!(UserId, SessionId, ConversationId, MessageId, AuditId);
