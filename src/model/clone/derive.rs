//! New values made from the clone's identity, so that one identity always gives one XML.

use crate::id::DomainId;

/// A number that differs for each pair of UUID and `tag`. For one tag, UUIDs that differ in their last half only never
/// give the same number: each step maps one to one.
fn number(uuid: DomainId, tag: &str) -> u64 {
    let (high, low) = uuid.as_bytes().split_at(8);
    let half = |bytes: &[u8]| bytes.iter().fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    let mixed = mix(mix(half(high)) ^ half(low));
    tag.bytes().fold(mixed, |all, byte| mix(all ^ u64::from(byte)))
}

/// The finishing step of the `SplitMix64` generator: each bit of the input reaches each bit of the output.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A serial number: sixteen hexadecimal digits, which every disk bus takes (IDE and virtio take twenty characters).
pub(super) fn serial(uuid: DomainId, tag: &str) -> String {
    format!("{:016x}", number(uuid, tag))
}

/// A world-wide name: sixteen hexadecimal digits, the first of which says "registered" as vendors' names do.
pub(super) fn wwn(uuid: DomainId, tag: &str) -> String {
    format!("5{:015x}", number(uuid, tag) >> 4)
}

/// A UUID besides the machine's own.
pub(super) fn uuid(uuid: DomainId, tag: &str) -> String {
    let mut bytes = [0; 16];
    let (high, low) = (number(uuid, tag), number(uuid, &format!("{tag}/")));
    bytes[..8].copy_from_slice(&high.to_be_bytes());
    bytes[8..].copy_from_slice(&low.to_be_bytes());
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    DomainId::from_bytes(bytes).to_string()
}

/// A folder with its slash, and a file's name.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

/// A file's name for the clone: the old machine's name in it becomes the new one's, else the new one is put before it.
pub(super) fn file_name(file: &str, old: &str, new: &str) -> String {
    let new = new.replace('/', "_");
    match whole_word(file, old) {
        Some(at) => format!("{}{new}{}", &file[..at], &file[at + old.len()..]),
        None => format!("{new}-{file}"),
    }
}

/// Where `word` stands in `text` with nothing beside it that could be a part of a longer name: `node1` is not in
/// `node10.log`.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| is_end(text[..*at].chars().next_back()) && is_end(text[at + word.len()..].chars().next()))
}

/// `_VARS` files as libvirt and virt-manager name them: the machine's name, and the extension that was there or `.fd`.
pub(super) fn nvram_name(file: &str, new: &str) -> String {
    let new = new.replace('/', "_");
    let stem = file.trim_start_matches('.');
    let extension = stem.rfind('.').filter(|at| *at > 0).map_or(".fd", |at| &stem[at..]);
    format!("{new}_VARS{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_follow_the_machine() {
        assert_eq!(file_name("node1.log", "node1", "node2"), "node2.log");
        assert_eq!(file_name("node10.log", "node1", "node2"), "node2-node10.log");
        assert_eq!(file_name("a-node1_x", "node1", "b"), "a-b_x");
        assert_eq!(file_name("serial.sock", "node1", "b/c"), "b_c-serial.sock");
        assert_eq!(file_name("班-一.log", "一", "二"), "班-二.log");
        assert_eq!(file_name("x", "", "n"), "n-x");
    }

    #[test]
    fn nvram_is_named_as_virt_manager_does() {
        assert_eq!(nvram_name("win11_VARS.fd", "a"), "a_VARS.fd");
        assert_eq!(nvram_name("web_VARS.qcow2", "a"), "a_VARS.qcow2");
        assert_eq!(nvram_name("vars", "a"), "a_VARS.fd");
        assert_eq!(nvram_name(".hidden", "a"), "a_VARS.fd");
    }

    #[test]
    fn neighbouring_uuids_give_unlike_values() {
        let id = |last| DomainId::from_bytes([0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, last]);
        let mut all: Vec<_> = (0..=255).map(|n| serial(id(n), "vda")).collect();
        all.extend((0..=255).map(|n| serial(id(n), "vdb")));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 512);
        assert_eq!(wwn(id(1), "vda").len(), 16);
        assert_eq!(DomainId::parse(&uuid(id(1), "genid")).map(|u| u.to_string()), Some(uuid(id(1), "genid")));
    }
}
