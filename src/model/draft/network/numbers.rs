//! What is wrong with a network's plain numbers and names.

use super::{
    NetworkDraft,
    problem::{Field, Problem},
};

/// Labels of letters, digits and dashes (RFC 1123), 253 bytes in all.
pub(super) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The MTU and the limits of bandwidth.
pub(super) fn numbers(draft: &NetworkDraft, all: &mut Vec<Problem>) {
    let mtu = draft.mtu.trim();
    let least = if draft.v6.on && draft.mode.has_own_bridge() { 1280 } else { 68 };
    if !mtu.is_empty() && !mtu.parse::<u32>().is_ok_and(|mtu| (least..=65_535).contains(&mtu)) {
        all.push(Problem::Mtu { least });
    }
    for (field, text) in [(Field::Inbound, &draft.inbound), (Field::Outbound, &draft.outbound)] {
        let text = text.trim();
        if !text.is_empty() && !text.parse::<u32>().is_ok_and(|limit| limit > 0) {
            all.push(Problem::Limit(field));
        }
    }
}
