//! A file's access control list, as the kernel keeps it in the attribute `system.posix_acl_access`
//! (Linux's `uapi/linux/posix_acl_xattr.h`, acl(5)). The libraries for it all wrap a C library that is one more package to
//! need, for forty lines.

/// An entry: whom it is about, its three permission bits, and the user or group where one is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    tag: u16,
    id: u32,
    bits: u16,
}

const VERSION: u32 = 2;
const OWNER: u16 = 0x01;
const USER: u16 = 0x02;
const OWN_GROUP: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;
const NOBODY: u32 = u32::MAX;
/// For a folder: to pass through it.
const SEARCH: u16 = 1;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Acl(Vec<Entry>);

impl Acl {
    /// The list that a mode is short for.
    pub(super) fn of_mode(mode: u32) -> Self {
        let entry = |tag, shift: u32| Entry { tag, id: NOBODY, bits: u16::try_from(mode >> shift & 7).unwrap_or(0) };
        Self(vec![entry(OWNER, 6), entry(OWN_GROUP, 3), entry(OTHER, 0)])
    }

    /// Reads the attribute; `None` if it is of another version.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, entries) = bytes.split_at_checked(4)?;
        if u32::from_le_bytes(version.try_into().ok()?) != VERSION || !entries.len().is_multiple_of(8) {
            return None;
        }
        let entry = |b: &[u8]| {
            Some(Entry {
                tag: u16::from_le_bytes([*b.first()?, *b.get(1)?]),
                bits: u16::from_le_bytes([*b.get(2)?, *b.get(3)?]),
                id: u32::from_le_bytes(b.get(4..8)?.try_into().ok()?),
            })
        };
        entries.chunks_exact(8).map(entry).collect::<Option<Vec<_>>>().map(Self)
    }

    /// The attribute.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        for entry in &self.0 {
            bytes.extend(entry.tag.to_le_bytes());
            bytes.extend(entry.bits.to_le_bytes());
            bytes.extend(entry.id.to_le_bytes());
        }
        bytes
    }

    fn bits(&self, tag: u16) -> Option<u16> {
        self.0.iter().find(|entry| entry.tag == tag).map(|entry| entry.bits)
    }

    /// Whether a user may pass through the folder with this list (acl(5), "Access check algorithm").
    pub(super) fn lets_through(&self, user: u32, groups: &[u32], owner: u32, group: u32) -> bool {
        let has = |bits: u16| bits & SEARCH != 0;
        let mask = self.bits(MASK).unwrap_or(7);
        if user == 0 {
            return true;
        }
        if user == owner {
            return self.bits(OWNER).is_some_and(has);
        }
        if let Some(named) = self.0.iter().find(|entry| entry.tag == USER && entry.id == user) {
            return has(named.bits & mask);
        }
        let is_member = |entry: &&Entry| match entry.tag {
            OWN_GROUP => groups.contains(&group),
            GROUP => groups.contains(&entry.id),
            _ => false,
        };
        let mut memberships = self.0.iter().filter(is_member).peekable();
        if memberships.peek().is_some() {
            return memberships.any(|entry| has(entry.bits & mask));
        }
        self.bits(OTHER).is_some_and(has)
    }

    /// The list with the right for `user` to pass through, as `setfacl -m u:USER:x` makes it, but without taking rights
    /// away that the user had, and without giving others back what a mask withholds from them.
    pub(super) fn with_search(&self, user: u32) -> Self {
        let mut entries = self.0.clone();
        match entries.iter_mut().find(|entry| entry.tag == USER && entry.id == user) {
            Some(entry) => entry.bits |= SEARCH,
            None => entries.push(Entry { tag: USER, id: user, bits: SEARCH }),
        }
        if let Some(mask) = entries.iter_mut().find(|entry| entry.tag == MASK) {
            mask.bits |= SEARCH;
        } else {
            let bits = self.bits(OWN_GROUP).unwrap_or(0) | SEARCH;
            entries.push(Entry { tag: MASK, id: NOBODY, bits });
        }
        // The kernel takes them only in this order.
        entries.sort();
        Self(entries)
    }

    /// The list without what [`Self::with_search`] added to `before` for `user`; what others changed since stays.
    pub(super) fn without_search(&self, user: u32, before: &Self) -> Self {
        if *self == before.with_search(user) {
            return before.clone();
        }
        let is_own = |entry: &&Entry| entry.tag == USER && entry.id == user;
        let had = before.0.iter().find(is_own).map(|entry| entry.bits);
        if had.is_some_and(|bits| bits & SEARCH != 0) {
            return self.clone();
        }
        let mut entries = self.0.clone();
        for entry in entries.iter_mut().filter(|entry| entry.tag == USER && entry.id == user) {
            entry.bits &= !SEARCH;
        }
        // One that did not have an entry needs no empty one, which would shut it out of what others may.
        entries.retain(|entry| !(entry.tag == USER && entry.id == user && entry.bits == 0 && had.is_none()));
        let is_named = |entry: &Entry| matches!(entry.tag, USER | GROUP);
        if !entries.iter().any(is_named) && before.bits(MASK).is_none() {
            // Without named entries the mask has nothing to hold back but the group, which keeps what it could do.
            let mask = entries.iter().find(|entry| entry.tag == MASK).map_or(7, |entry| entry.bits);
            entries.retain(|entry| entry.tag != MASK);
            for entry in entries.iter_mut().filter(|entry| entry.tag == OWN_GROUP) {
                entry.bits &= mask;
            }
        }
        Self(entries)
    }

    /// What an entry for `user` allows, in setfacl's letters; `None` if it has none.
    pub(super) fn letters(&self, user: u32) -> Option<String> {
        let own = self.0.iter().find(|entry| entry.tag == USER && entry.id == user)?;
        let letters =
            [(4, 'r'), (2, 'w'), (1, 'x')].map(|(bit, letter)| if own.bits & bit != 0 { letter } else { '-' });
        Some(letters.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QEMU: u32 = 64055;

    #[test]
    fn a_mode_is_a_list() {
        let private = Acl::of_mode(0o40700);
        assert!(!private.lets_through(QEMU, &[993], 1000, 1000));
        assert!(private.lets_through(1000, &[], 1000, 1000) && private.lets_through(0, &[], 1000, 1000));
        assert!(Acl::of_mode(0o711).lets_through(QEMU, &[993], 1000, 1000));
        assert!(Acl::of_mode(0o710).lets_through(QEMU, &[993], 1000, 993));
        assert!(!Acl::of_mode(0o701).lets_through(QEMU, &[993], 1000, 993), "a member of the group is not an other");
    }

    #[test]
    fn the_right_is_given_to_one_user_only() {
        let acl = Acl::of_mode(0o700).with_search(QEMU);
        assert!(acl.lets_through(QEMU, &[], 1000, 1000));
        assert!(!acl.lets_through(1001, &[1000], 1000, 1000));
        assert_eq!(Acl::decode(&acl.encode()), Some(acl.clone()));
        assert_eq!(acl.with_search(QEMU), acl);
    }

    #[test]
    fn only_the_own_right_is_taken_back() {
        let before = Acl::of_mode(0o750);
        let mended = before.with_search(QEMU);
        assert_eq!(mended.without_search(QEMU, &before), before);
        assert_eq!(before.without_search(QEMU, &before), before, "a second time");
        let others = mended.with_search(1001);
        let left = others.without_search(QEMU, &before);
        assert_eq!(left, before.with_search(1001));
        // An administrator took rights from the group meanwhile: chmod changes the mask.
        let closed = Acl(mended.0.iter().map(|e| if e.tag == MASK { Entry { bits: 0, ..*e } } else { *e }).collect());
        assert!(!closed.without_search(QEMU, &before).lets_through(1001, &[1000], 1, 1000));
        // A right that it had stays.
        assert_eq!(mended.without_search(QEMU, &mended), mended);
        assert_eq!((mended.letters(QEMU).as_deref(), before.letters(QEMU)), (Some("--x"), None));
    }

    #[test]
    fn other_bytes_are_no_list() {
        assert_eq!(Acl::decode(b""), None);
        assert_eq!(Acl::decode(&[1, 0, 0, 0]), None);
        assert_eq!(Acl::decode(&[2, 0, 0, 0, 1]), None);
    }
}
