//! Moments, and where they come from.

use std::{
    fmt,
    str::FromStr,
    sync::LazyLock,
    time::{Duration, Instant},
};

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types,
};

/// A moment in UTC, in microseconds: as fine as both databases keep it, so that a
/// moment made and the same moment read back are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Timestamp)]
pub struct Timestamp(NaiveDateTime);

/// Why a text is not a moment.
#[derive(Debug, thiserror::Error)]
#[error(
    "not a date and time as in RFC 3339 of the years 1000 to 9999, like 2026-11-21T03:12:09.338912Z"
)]
pub struct NotATimestamp;

/// The last microsecond of the year 9999.
const LATEST: i64 = 253_402_300_799_999_999;

impl Timestamp {
    /// From microseconds since 1970; what lies beyond the ends becomes the end.
    pub fn from_micros(micros: i64) -> Self {
        let moment = DateTime::from_timestamp_micros(micros.clamp(0, LATEST));
        Self(moment.unwrap_or(DateTime::UNIX_EPOCH).naive_utc())
    }

    /// Before every moment of this server's life; bounds a range that has no lower end.
    pub fn earliest() -> Self {
        Self::from_micros(0)
    }

    /// After every moment that both databases can hold; bounds a range that has no upper end.
    pub fn latest() -> Self {
        Self::from_micros(LATEST)
    }

    /// As a literal in SQL, in the form in which diesel writes it to SQLite.
    pub fn literal(self) -> String {
        self.0.format("'%F %T%.f'").to_string()
    }

    /// As HTTP writes a moment, in whole seconds: `Sat, 21 Nov 2026 03:12:09 GMT`.
    pub fn http(self) -> String {
        self.0.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// As Python prints a moment, but always with six digits: `2026-11-21 03:12:09.338912`.
    pub fn plain(self) -> String {
        self.0.format("%F %T%.6f").to_string()
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    /// Whole seconds since 1970, as tokens have them.
    pub fn seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// Later by `by`; a span beyond the calendar leaves the moment as it is.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        let later = TimeDelta::from_std(by).ok().and_then(|by| self.0.checked_add_signed(by));
        later.map_or(self, |later| Self::from(later.and_utc()))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        let moment = moment.naive_utc();
        let micros = moment.nanosecond() / 1_000 * 1_000;
        Self(moment.with_nanosecond(micros).unwrap_or(moment))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.and_utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let moment = DateTime::parse_from_rfc3339(text).map_err(|_| NotATimestamp)?.to_utc();
        // An offset can carry a moment out of what the databases can hold.
        if (1_000..=9_999).contains(&moment.year()) {
            return Ok(Self::from(moment));
        }
        Err(NotATimestamp)
    }
}

impl<DB: Backend> ToSql<sql_types::Timestamp, DB> for Timestamp
where
    NaiveDateTime: ToSql<sql_types::Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<sql_types::Timestamp, DB> for Timestamp
where
    NaiveDateTime: FromSql<sql_types::Timestamp, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(bytes).map(Self)
    }
}

/// Tells the time, so that a test can let a token expire without waiting.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// How much time has passed since some moment of this clock's own. It does not change
    /// when somebody sets the machine's clock.
    fn passed(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp::from(Utc::now())
    }

    fn passed(&self) -> Duration {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGUN.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_cut_to_microseconds_and_read_back_as_written() {
        let moment: Timestamp = "2026-11-21T03:12:09.338912999+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-21T02:12:09.338912Z");
        assert_eq!(Timestamp::from_micros(moment.micros()), moment);
        assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
    }

    #[test]
    fn http_writes_a_moment_in_english_with_two_digits_each() {
        let moment: Timestamp = "2026-11-01T03:02:09.338912Z".parse().unwrap();
        assert_eq!(moment.http(), "Sun, 01 Nov 2026 03:02:09 GMT");
    }

    #[test]
    fn the_last_moment_that_the_databases_hold_is_cut_like_any_other() {
        let last: Timestamp = "9999-12-31T23:59:59.999999999Z".parse().unwrap();
        assert_eq!(last, Timestamp::latest());
        assert!("9999-12-31T23:59:59-23:00".parse::<Timestamp>().is_err());
    }

    #[test]
    fn a_span_beyond_the_calendar_changes_nothing() {
        let moment = Timestamp::from_micros(0);
        assert_eq!(moment.after(Duration::MAX), moment);
    }
}
