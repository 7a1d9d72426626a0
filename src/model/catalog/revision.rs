//! One revision of a catalogue as bytes: a line that says what follows and its checksum, and the catalogue as JSON.
//!
//! ```text
//! lectern-catalog 1 LENGTH SHA-256
//! {"projects":[…],"flavors":[…]}
//! ```
//!
//! The line is the same in all versions, so that each program can tell a damaged revision from one that it is too old for.

use sha2::{Digest, Sha256};

use super::Catalog;

/// How every revision begins.
const MAGIC: &str = "lectern-catalog";
/// The version that this program writes and reads.
pub const VERSION: u32 = 1;
/// The longest revision: some ten thousand projects.
pub const MAX_BYTES: usize = 8 << 20;
/// The longest first line.
const LINE_MAX: usize = 200;

/// What was found where a revision should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A whole one.
    Whole(Box<Catalog>),
    /// A whole one of this newer version.
    Newer(u32),
    /// Nothing yet: it is being written, or its writer was killed.
    Empty,
    /// Something else: it was cut off or changed.
    Damaged,
}

/// The bytes.
#[must_use]
pub fn write(catalog: &Catalog) -> Vec<u8> {
    // Of texts and numbers nothing is refused.
    let body = serde_json::to_vec(catalog).unwrap_or_default();
    let mut bytes = line(VERSION, &body).into_bytes();
    bytes.extend(body);
    bytes
}

fn line(version: u32, body: &[u8]) -> String {
    format!("{MAGIC} {version} {} {}\n", body.len(), hex(&Sha256::digest(body)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What the bytes are.
#[must_use]
pub fn read(bytes: &[u8]) -> Reading {
    if bytes.iter().all(|byte| *byte == 0) {
        return Reading::Empty;
    }
    whole(bytes).unwrap_or(Reading::Damaged)
}

fn whole(bytes: &[u8]) -> Option<Reading> {
    let end = bytes.iter().take(LINE_MAX).position(|byte| *byte == b'\n')?;
    let (head, rest) = (std::str::from_utf8(bytes.get(..=end)?).ok()?, bytes.get(end + 1..)?);
    let mut words = head.trim_end().split(' ');
    if words.next()? != MAGIC {
        return None;
    }
    let (version, length): (u32, usize) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    // A pool may round a volume's size up, and fill the rest with zeros.
    let body = rest.get(..length)?;
    if head != line(version, body) {
        return None;
    }
    if version != VERSION {
        return Some(Reading::Newer(version));
    }
    let mut catalog: Catalog = serde_json::from_slice(body).ok()?;
    catalog.settle();
    Some(Reading::Whole(Box::new(catalog)))
}
