//! Finding a system by what somebody types.

use std::cmp::Reverse;

use lectern_model::guest_os::{Date, GuestOs, ReleaseStatus};

/// Distributions that a course is likely to use, in osinfo's words, the likeliest first. Only the order depends on it.
const POPULAR: [&str; 14] = [
    "debian",
    "ubuntu",
    "centos",
    "rhel",
    "rocky",
    "almalinux",
    "fedora",
    "opensuse",
    "sles",
    "anolis",
    "win",
    "alpinelinux",
    "archlinux",
    "freebsd",
];
/// osinfo's word for no system; ours is [`GuestOs::unknown`].
const UNKNOWN: &str = "http://libosinfo.org/unknown";

/// See [`super::Osinfo::search`].
pub(super) fn search<'s>(systems: &'s [GuestOs], typed: &str, today: Date) -> Vec<&'s GuestOs> {
    let typed = typed.trim().to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let named = systems.iter().filter(|os| os.id.as_deref() != Some(UNKNOWN));
    let mut found: Vec<_> = named.filter_map(|os| Some((nearness(os, &typed, &words)?, os))).collect();
    found.sort_by_cached_key(|(nearness, os)| (*nearness, rank(os, today)));
    found.into_iter().map(|(_, os)| os).collect()
}

/// How near a system is to what was typed, 0 the nearest: it is a short name; a name begins so; the words are somewhere.
fn nearness(os: &GuestOs, typed: &str, words: &[&str]) -> Option<u8> {
    let name = os.name.to_lowercase();
    if os.short_ids.iter().any(|id| id == typed) || name == typed {
        return Some(0);
    }
    let codename = os.codename.as_deref().unwrap_or_default().to_lowercase();
    let is_in = |word: &&str| {
        name.contains(*word) || codename.contains(*word) || os.short_ids.iter().any(|id| id.contains(*word))
    };
    if !words.iter().all(is_in) {
        return None;
    }
    let begins = name.starts_with(typed) || os.short_ids.iter().any(|id| id.starts_with(typed));
    Some(if begins { 1 } else { 2 })
}

/// Smaller comes first. The name decides last, so that the order never changes.
fn rank(os: &GuestOs, today: Date) -> (bool, usize, bool, Reverse<Option<Date>>, String) {
    let distro = os.distro.as_deref().unwrap_or_default();
    let popularity = POPULAR.iter().position(|known| *known == distro).unwrap_or(POPULAR.len());
    (os.is_ended(today), popularity, os.status == ReleaseStatus::Prerelease, Reverse(os.release), os.name.clone())
}
