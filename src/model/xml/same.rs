//! Whether two documents mean the same to libvirt.

use std::borrow::Cow;

use super::node::Node;
use super::scan::BLANKS;

/// Compares two elements and what is below them. The depth is limited by the parser.
pub(super) fn same(a: Node<'_>, b: Node<'_>) -> bool {
    a.is(b.namespace(), b.name())
        && a.text().trim_matches(BLANKS) == b.text().trim_matches(BLANKS)
        && attributes(a) == attributes(b)
        && a.children().count() == b.children().count()
        && a.children().zip(b.children()).all(|(a, b)| same(a, b))
}

fn attributes(node: Node<'_>) -> Vec<(Option<&str>, &str, Cow<'_, str>)> {
    let mut all: Vec<_> = node.attributes().map(|a| (a.namespace(), a.name(), a.value())).collect();
    all.sort();
    all
}
