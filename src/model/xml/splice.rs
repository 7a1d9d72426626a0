//! Replacing bytes of a document: collecting the places, and making the next text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::document::Document;
use super::element::Lines;
use super::error::{EditError, Position};
use super::layout;
use super::node::Node;
use super::scan::BLANKS;

/// Changes of one document that do not overlap.
#[derive(Debug, Default)]
pub(super) struct Splices {
    ranges: Vec<(Range<usize>, String)>,
    /// Content for elements that have none, by index; several insertions into one have to share its tags.
    fills: BTreeMap<u32, Fill>,
}

#[derive(Debug, Default)]
struct Fill {
    text: Option<String>,
    elements: Vec<String>,
}

impl Splices {
    /// Puts `text` in the place of `range`.
    pub(super) fn put(&mut self, range: Range<usize>, text: String) {
        self.ranges.push((range, text));
    }

    /// Adds an element to `node`, which has no content.
    pub(super) fn fill_element(&mut self, node: Node<'_>, element: String) -> Result<(), EditError> {
        let fill = self.fills.entry(node.index()).or_default();
        fill.elements.push(element);
        if fill.text.is_some() { Err(EditError::Overlap(node.position())) } else { Ok(()) }
    }

    /// Gives a text to `node`, which has none.
    pub(super) fn fill_text(&mut self, node: Node<'_>, text: String) -> Result<(), EditError> {
        let fill = self.fills.entry(node.index()).or_default();
        let taken = fill.text.replace(text).is_some() || !fill.elements.is_empty();
        if taken { Err(EditError::Overlap(node.position())) } else { Ok(()) }
    }

    /// The document's text with all changes made.
    pub(super) fn apply(&self, document: &Document) -> Result<String, EditError> {
        let source = document.as_str();
        let fills = self.fills.iter().filter_map(|(index, fill)| fill.splice(Node::new(document, *index)));
        let mut all: Vec<(Range<usize>, String)> = self.ranges.iter().cloned().chain(fills).collect();
        // Stable: insertions at one place stay in the order in which they were asked for.
        all.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(source.len() + all.iter().map(|(_, text)| text.len()).sum::<usize>());
        let mut at = 0;
        for (range, text) in &all {
            let Some(kept) = source.get(at..range.start) else {
                return Err(EditError::Overlap(Position::of(source, range.start)));
            };
            out.push_str(kept);
            out.push_str(text);
            at = range.end;
        }
        out.push_str(source.get(at..).unwrap_or_default());
        Ok(out)
    }
}

impl Fill {
    fn splice(&self, node: Node<'_>) -> Option<(Range<usize>, String)> {
        let data = node.document().tree().element(node.index())?;
        let text = node.document().as_str();
        let range = node.range();
        let lines = layout::beside(node.document(), range.start).filter(|_| self.text.is_none());
        let content = self.content(lines.as_ref());
        let inner = Range { start: data.inner_start as usize, end: data.inner_start as usize };
        if !data.empty_tag {
            return Some((inner, content));
        }
        let end = text.get(range.start..range.end - 2)?.trim_end_matches(BLANKS).len() + range.start;
        Some((end..range.end, format!(">{content}</{}>", data.name.full(text))))
    }

    fn content(&self, lines: Option<&Lines>) -> String {
        let mut out = self.text.clone().unwrap_or_default();
        let inside = lines.map(layout::inside);
        for element in &self.elements {
            out.extend(inside.iter().flat_map(|l| [l.newline, &l.indent]));
            out.push_str(element);
        }
        out.extend(lines.iter().flat_map(|l| [l.newline, &l.indent]));
        out
    }
}
