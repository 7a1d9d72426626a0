//! How a document is indented, so that what is inserted looks like what is there.

use std::ops::Range;

use super::document::Document;
use super::element::Lines;
use super::node::Node;
use super::scan;

/// The blanks before `at`, if nothing else is before it on its line.
pub(super) fn indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.trim_end_matches([' ', '\t']);
    let alone = line.is_empty() || line == "\u{feff}" || line.ends_with('\n');
    alone.then(|| before.get(line.len()..)).flatten()
}

/// How to lay out an element beside `node`; nothing if that has no line of its own, or the white space is text.
pub(super) fn beside_node(node: Node<'_>) -> Option<Lines> {
    let mixed = node.parent().is_some_and(|parent| has_text(parent));
    beside(node.document(), node.range().start).filter(|_| !mixed)
}

/// Whether an element has more than white space between its child elements, so that white space matters in it.
pub(super) fn has_text(node: Node<'_>) -> bool {
    !scan::is_all_blank(&node.text())
}

/// How to lay out an element at the place of the one that starts at `at`; nothing if that is not alone on its line.
pub(super) fn beside(document: &Document, at: usize) -> Option<Lines> {
    let text = document.as_str();
    let indent = indent(text, at)?.to_owned();
    Some(Lines { newline: newline(text), indent, step: step(document) })
}

/// How to lay out an element inside of one that is laid out like `parent`.
pub(super) fn inside(parent: &Lines) -> Lines {
    Lines { indent: format!("{}{}", parent.indent, parent.step), ..parent.clone() }
}

/// The bytes to remove with an element: its whole line if it is alone on it.
pub(super) fn with_line(node: Node<'_>) -> Range<usize> {
    let text = node.document().as_str();
    let Range { start, end } = node.range();
    let whole = || {
        let line = start - indent(text, start)?.len();
        let before = text.get(..line)?;
        let newline = if before.ends_with("\r\n") { 2 } else { usize::from(before.ends_with('\n')) };
        let after = text.get(end..)?;
        let rest = after.trim_start_matches([' ', '\t']);
        (newline > 0 && rest.starts_with(['\n', '\r'])).then(|| line - newline..end + after.len() - rest.len())
    };
    whole().unwrap_or(start..end)
}

fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// What the document adds for each level, as its first indented element shows; libvirt's two spaces otherwise.
fn step(document: &Document) -> String {
    let text = document.as_str();
    let root = document.root();
    let found = || {
        let outer = indent(text, root.range().start)?;
        root.children().find_map(|child| indent(text, child.range().start)?.strip_prefix(outer))
    };
    found().filter(|step| !step.is_empty()).unwrap_or("  ").to_owned()
}
