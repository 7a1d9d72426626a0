//! Identifiers that stay the same while names change.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A domain's UUID, the key under which everything about it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DomainId(Uuid);

impl DomainId {
    /// The identifier with these sixteen bytes, as libvirt gives them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The sixteen bytes that libvirt takes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads the usual text form; `None` if it is no UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text.trim()).ok().map(Self)
    }
}

impl fmt::Display for DomainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        let text = "6695eb01-f6a4-8304-79aa-97f2502e193f";
        assert_eq!(DomainId::parse(text).unwrap().to_string(), text);
        assert_eq!(DomainId::parse("not one"), None);
    }
}
