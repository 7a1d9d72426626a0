//! Ethernet addresses: read, written, and given to new interfaces.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The first three bytes of the addresses that QEMU's and libvirt's tools give (libvirt: `virMacAddrGenerate`).
const QEMU: [u8; 3] = [0x52, 0x54, 0x00];
/// How often chance is asked before the addresses are counted through.
const TRIES: u32 = 32;

/// An Ethernet address. Two are the same whatever case or separators they were written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MacAddress([u8; 6]);

/// A text is no Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacProblem {
    /// Not six groups of one or two hexadecimal digits.
    #[error("an Ethernet address has six groups of two hexadecimal digits")]
    Malformed,
    /// A group address: libvirt refuses it for an interface.
    #[error("an address of a group cannot be given to an interface")]
    Multicast,
    /// All zero: no address.
    #[error("the address is zero")]
    Zero,
}

impl MacAddress {
    /// An address of the range that QEMU's tools use, `52:54:00`, with these three bytes, which should be random.
    #[must_use]
    pub const fn from_random(random: [u8; 3]) -> Self {
        Self([QEMU[0], QEMU[1], QEMU[2], random[0], random[1], random[2]])
    }

    /// An address that `is_used` does not know: chance is asked first, then all of the range are tried in order.
    pub fn unused(mut random: impl FnMut() -> [u8; 3], is_used: impl Fn(Self) -> bool) -> Self {
        let mut last = [0; 3];
        for _ in 0..TRIES {
            last = random();
            if !is_used(Self::from_random(last)) {
                return Self::from_random(last);
            }
        }
        let [a, b, c] = last;
        let start = u32::from_be_bytes([0, a, b, c]);
        let next = |step: u32| {
            let [_, a, b, c] = start.wrapping_add(step).to_be_bytes();
            Self::from_random([a, b, c])
        };
        (1..1 << 24).map(next).find(|mac| !is_used(*mac)).unwrap_or(Self::from_random(last))
    }

    /// Reads six groups of one or two digits with `:` or `-` between, as libvirt and people write them.
    ///
    /// # Errors
    /// If it is no address that an interface can have.
    pub fn parse(text: &str) -> Result<Self, MacProblem> {
        let separator = if text.contains('-') { '-' } else { ':' };
        let mut bytes = [0; 6];
        let mut groups = text.trim().split(separator);
        for byte in &mut bytes {
            *byte = groups.next().and_then(group).ok_or(MacProblem::Malformed)?;
        }
        match groups.next() {
            Some(_) => Err(MacProblem::Malformed),
            None if bytes == [0; 6] => Err(MacProblem::Zero),
            None if bytes[0] & 1 == 1 => Err(MacProblem::Multicast),
            None => Ok(Self(bytes)),
        }
    }

    /// The six bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 6] {
        &self.0
    }
}

fn group(text: &str) -> Option<u8> {
    let is_hex = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(text, 16).ok())?
}

/// As libvirt writes it: lower case, with colons.
impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ":" };
            write!(f, "{separator}{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ways_of_writing_are_one_address() {
        let mac = MacAddress::parse("52:54:00:0a:0b:0c").unwrap();
        assert_eq!(MacAddress::parse("52-54-00-0A-0B-0C"), Ok(mac));
        assert_eq!(MacAddress::parse(" 52:54:0:a:b:c "), Ok(mac));
    }

    #[test]
    fn what_no_interface_can_have_is_refused() {
        for text in ["", "52:54:00:0a:0b", "52:54:00:0a:0b:0c:0d", "52:54:00:0a:0b:+c", "52:54:00:0a:0b:00c", "x"] {
            assert_eq!(MacAddress::parse(text), Err(MacProblem::Malformed), "{text}");
        }
        assert_eq!(MacAddress::parse("01:00:5e:00:00:01"), Err(MacProblem::Multicast));
        assert_eq!(MacAddress::parse("00:00:00:00:00:00"), Err(MacProblem::Zero));
    }

    #[test]
    fn bad_luck_ends() {
        let used = MacAddress::from_random([0xff; 3]);
        let mac = MacAddress::unused(|| [0xff; 3], |mac| mac == used);
        assert_eq!(mac.to_string(), "52:54:00:00:00:00");
    }

    proptest! {
        #[test]
        fn text_round_trips(bytes: [u8; 3]) {
            let mac = MacAddress::from_random(bytes);
            prop_assert_eq!(MacAddress::parse(&mac.to_string()), Ok(mac));
        }
    }
}
