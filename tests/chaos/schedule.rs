//! What is broken when: the same for the same seed.

use std::time::Duration;

use crate::dice::Dice;

/// All there is to break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    KillInstance,
    StopInstance,
    KillDatabase,
    RestartDatabase,
    KillBus,
    DisturbBus,
    Cut(Side),
    HalfOpen(Side),
    Delay(Side),
    Throttle(Side),
    ExhaustPool,
    HoldRow,
    JumpClock,
}

/// A link of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Clients,
    Database,
    Bus,
}

impl Kind {
    pub(crate) const ALL: [Self; 21] = [
        Self::KillInstance,
        Self::StopInstance,
        Self::KillDatabase,
        Self::RestartDatabase,
        Self::KillBus,
        Self::DisturbBus,
        Self::Cut(Side::Clients),
        Self::Cut(Side::Database),
        Self::Cut(Side::Bus),
        Self::HalfOpen(Side::Clients),
        Self::HalfOpen(Side::Database),
        Self::HalfOpen(Side::Bus),
        Self::Delay(Side::Clients),
        Self::Delay(Side::Database),
        Self::Delay(Side::Bus),
        Self::Throttle(Side::Clients),
        Self::Throttle(Side::Database),
        Self::Throttle(Side::Bus),
        Self::ExhaustPool,
        Self::HoldRow,
        Self::JumpClock,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::KillInstance => "SIGKILL of an instance",
            Self::StopInstance => "SIGSTOP of an instance",
            Self::KillDatabase => "SIGKILL of mysqld",
            Self::RestartDatabase => "clean restart of mysqld",
            Self::KillBus => "SIGKILL of nats-server",
            Self::DisturbBus => "hints dropped, doubled, reordered",
            Self::Cut(Side::Clients) => "cut: clients",
            Self::Cut(Side::Database) => "cut: MySQL",
            Self::Cut(Side::Bus) => "cut: NATS",
            Self::HalfOpen(Side::Clients) => "half-open: clients",
            Self::HalfOpen(Side::Database) => "half-open: MySQL",
            Self::HalfOpen(Side::Bus) => "half-open: NATS",
            Self::Delay(Side::Clients) => "delay: clients",
            Self::Delay(Side::Database) => "delay: MySQL",
            Self::Delay(Side::Bus) => "delay: NATS",
            Self::Throttle(Side::Clients) => "throttle: clients",
            Self::Throttle(Side::Database) => "throttle: MySQL",
            Self::Throttle(Side::Bus) => "throttle: NATS",
            Self::ExhaustPool => "pool exhaustion",
            Self::HoldRow => "held row lock",
            Self::JumpClock => "clock jump",
        }
    }

    /// For how long, in milliseconds.
    fn span(self) -> (u64, u64) {
        match self {
            Self::KillInstance => (100, 1_500),
            Self::KillDatabase | Self::RestartDatabase => (50, 1_000),
            Self::KillBus => (500, 3_000),
            Self::StopInstance => (800, 6_000),
            Self::DisturbBus => (2_000, 4_000),
            Self::Cut(_) => (200, 2_000),
            Self::HalfOpen(_) => (1_500, 6_000),
            Self::Delay(_) | Self::Throttle(_) => (1_000, 3_000),
            Self::ExhaustPool => (1_500, 4_500),
            Self::HoldRow => (1_500, 7_000),
            Self::JumpClock => (2_500, 4_500),
        }
    }

    /// Whether two can be done at once.
    fn goes_with(self, other: Self) -> bool {
        let of_database = |kind| {
            matches!(
                kind,
                Self::KillDatabase | Self::RestartDatabase | Self::ExhaustPool | Self::HoldRow
            )
        };
        let of_process = |kind| matches!(kind, Self::KillInstance | Self::StopInstance);
        let of_bus = |kind| matches!(kind, Self::KillBus | Self::DisturbBus);
        let of_links = |kind| match kind {
            Self::Cut(side) | Self::HalfOpen(side) | Self::Delay(side) | Self::Throttle(side) => {
                Some(side)
            }
            _ => None,
        };
        // A link is broken in one way at a time, or one would be taken for the other.
        let is_same_link = of_links(self).is_some() && of_links(self) == of_links(other);
        self != other
            && !is_same_link
            && !(of_database(self) && of_database(other))
            && !(of_process(self) && of_process(other))
            && !(of_bus(self) && of_bus(other))
    }
}

/// One fault to come.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) instance: usize,
    pub(crate) lasts: Duration,
    /// Decides what is left to decide.
    pub(crate) detail: Dice,
}

/// Gives out faults for ever: each kind once before any comes again.
pub(crate) struct Schedule {
    dice: Dice,
    kinds: Vec<Kind>,
    deck: Vec<Kind>,
    instances: usize,
}

impl Schedule {
    pub(crate) fn new(dice: &Dice, kinds: &[Kind], instances: usize) -> Self {
        Self { dice: dice.fork(6_000), kinds: kinds.to_vec(), deck: Vec::new(), instances }
    }

    /// What comes next, and after what pause: mostly one fault, at times two at once.
    pub(crate) fn next(&mut self) -> (Duration, Vec<Plan>) {
        let pause = self.dice.millis(200, 1_200);
        let first = self.draw();
        let mut plans = vec![first];
        if self.dice.once_in(4) {
            let second = self.draw();
            if second.kind.goes_with(plans[0].kind) {
                plans.push(second);
            } else {
                self.deck.push(second.kind);
            }
        }
        (pause, plans)
    }

    fn draw(&mut self) -> Plan {
        if self.deck.is_empty() {
            self.deck.clone_from(&self.kinds);
            self.dice.shuffle(&mut self.deck);
        }
        let kind = self.deck.pop().unwrap_or(Kind::KillInstance);
        let (from, to) = kind.span();
        Plan {
            kind,
            instance: self.dice.below(self.instances),
            lasts: self.dice.millis(from, to),
            detail: Dice::new(self.dice.next()),
        }
    }
}
