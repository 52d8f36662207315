//! A fact of the cluster, which may be unknown.

/// Nothing follows from what is unknown: a cache that is not filled is not an absence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen<T> {
    #[default]
    Unknown,
    Absent,
    There(T),
}

impl<T> Seen<T> {
    pub fn as_ref(&self) -> Seen<&T> {
        match self {
            Self::Unknown => Seen::Unknown,
            Self::Absent => Seen::Absent,
            Self::There(fact) => Seen::There(fact),
        }
    }

    pub fn there(self) -> Option<T> {
        match self {
            Self::There(fact) => Some(fact),
            Self::Unknown | Self::Absent => None,
        }
    }
}
