//! The settings of rates.

use clap::Args;

use super::values::rate;
use crate::domain::{Rate, Rates};

/// How often things may be done: so many at once and in each span of this length, like `200/10s`, or `off`.
#[derive(Args, Clone, Debug)]
#[command(
    next_help_heading = "Rates, like `200/10s`: so many at once, and as many again in each such time; or `off`"
)]
pub struct RateSettings {
    /// Requests from one address
    #[arg(long, env = "PARLANCE_RATE_ADDRESS", global = true, default_value_t = Rates::default().address, value_parser = rate)]
    pub rate_address: Rate,
    /// Requests of one person
    #[arg(long, env = "PARLANCE_RATE_USER", global = true, default_value_t = Rates::default().user, value_parser = rate)]
    pub rate_user: Rate,
    /// Changes that one person makes
    #[arg(long, env = "PARLANCE_RATE_WRITES", global = true, default_value_t = Rates::default().writes, value_parser = rate)]
    pub rate_writes: Rate,
    /// Messages sent, edited and deleted in one conversation, by all its members
    #[arg(long, env = "PARLANCE_RATE_CONVERSATION", global = true, default_value_t = Rates::default().conversation, value_parser = rate)]
    pub rate_conversation: Rate,
    /// Passwords tried from one address
    #[arg(long, env = "PARLANCE_RATE_SIGN_INS", global = true, default_value_t = Rates::default().sign_ins, value_parser = rate)]
    pub rate_sign_ins: Rate,
    /// Passwords tried with one user name or e-mail, wherever from
    #[arg(long, env = "PARLANCE_RATE_ACCOUNT", global = true, default_value_t = Rates::default().account, value_parser = rate)]
    pub rate_account: Rate,
    /// People who sign up from one address
    #[arg(long, env = "PARLANCE_RATE_REGISTRATIONS", global = true, default_value_t = Rates::default().registrations, value_parser = rate)]
    pub rate_registrations: Rate,
}

impl RateSettings {
    pub(super) fn rates(&self) -> Rates {
        Rates {
            address: self.rate_address,
            user: self.rate_user,
            writes: self.rate_writes,
            conversation: self.rate_conversation,
            sign_ins: self.rate_sign_ins,
            account: self.rate_account,
            registrations: self.rate_registrations,
        }
    }
}
