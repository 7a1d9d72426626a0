//! What a backend can do of the things that not every one can; pages ask this, never what the backend is.

/// What can be done with a kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ability {
    /// All of it.
    Full,
    /// It can be seen, and not changed.
    ReadOnly(Obstacle),
    /// Nothing: there is nothing to see either.
    None(Obstacle),
}

/// Why something cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The host's driver cannot keep it.
    Driver,
    /// The connection, or the host's disk, is read-only.
    ReadOnly,
    /// This user may not.
    Denied,
    /// The host has no place for it that this program could find.
    NoPlace,
    /// What is kept there was written by a newer version of this program.
    NewerVersion,
}

impl Ability {
    /// Whether there is something to see.
    #[must_use]
    pub const fn can_read(self) -> bool {
        !matches!(self, Self::None(_))
    }

    /// Whether it can be changed.
    #[must_use]
    pub const fn can_change(self) -> bool {
        matches!(self, Self::Full)
    }

    /// What is in the way of a change.
    #[must_use]
    pub const fn obstacle(self) -> Option<Obstacle> {
        match self {
            Self::Full => None,
            Self::ReadOnly(why) | Self::None(why) => Some(why),
        }
    }
}

/// What a backend can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Capability {
    /// Projects and their quotas.
    pub projects: Ability,
    /// Flavors.
    pub flavors: Ability,
}

impl Capability {
    /// The same of everything.
    #[must_use]
    pub const fn all(ability: Ability) -> Self {
        Self { projects: ability, flavors: ability }
    }
}
