//! The tree of a document: which bytes are what. It holds no text.

use std::ops::Range;

/// No node, no namespace.
pub(super) const NONE: u32 = u32::MAX;
/// The node that stands for the document; the root element is among its children.
pub(super) const DOCUMENT: u32 = 0;

/// A range of bytes; 32 bits suffice for [`super::MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start: small(start), end: small(end) }
    }

    pub(super) fn range(self) -> Range<usize> {
        big(self.start)..big(self.end)
    }

    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

/// Offsets are below [`super::MAX_BYTES`] and indexes below [`super::MAX_ITEMS`], so nothing is cut off here.
pub(super) fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}

pub(super) fn big(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// A name as written, and what it means.
#[derive(Clone, Copy, Debug)]
pub(super) struct QName {
    /// The whole: `qemu:arg`.
    pub(super) span: Span,
    /// Where the part after the colon starts.
    pub(super) local: u32,
    /// An index into [`Tree::namespaces`], or [`NONE`].
    pub(super) namespace: u32,
}

impl QName {
    pub(super) fn full(self, text: &str) -> &str {
        self.span.of(text)
    }

    pub(super) fn local(self, text: &str) -> &str {
        Span { start: self.local, end: self.span.end }.of(text)
    }

    pub(super) fn prefix(self, text: &str) -> Option<&str> {
        (self.local > self.span.start).then(|| Span { start: self.span.start, end: self.local - 1 }.of(text))
    }
}

#[derive(Debug)]
pub(super) struct AttributeData {
    pub(super) name: QName,
    /// Between the quotes.
    pub(super) value: Span,
}

impl AttributeData {
    /// From the name to the closing quote.
    pub(super) fn range(&self) -> Range<usize> {
        big(self.name.span.start)..big(self.value.end) + 1
    }

    /// The prefix that it declares a namespace for (empty for `xmlns`), if it declares one.
    pub(super) fn declares<'t>(&self, text: &'t str) -> Option<&'t str> {
        match (self.name.prefix(text), self.name.local(text)) {
            (None, "xmlns") => Some(""),
            (Some("xmlns"), prefix) => Some(prefix),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(super) struct ElementData {
    pub(super) name: QName,
    /// Indexes into [`Tree::attributes`].
    pub(super) attributes: Span,
    /// After the start tag's `>`.
    pub(super) inner_start: u32,
    /// Before the end tag; of `<a/>` it is the same as `inner_start`.
    pub(super) inner_end: u32,
    /// Whether it is written `<a/>`.
    pub(super) empty_tag: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    Document,
    Element(ElementData),
    Text,
    Cdata,
    /// A comment or a processing instruction.
    Other,
}

#[derive(Debug)]
pub(super) struct NodeData {
    pub(super) parent: u32,
    pub(super) next: u32,
    pub(super) first_child: u32,
    pub(super) last_child: u32,
    pub(super) span: Span,
    pub(super) kind: Kind,
}

/// The nodes in the order of their starts, their attributes, and the namespaces by index.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<NodeData>,
    pub(super) attributes: Vec<AttributeData>,
    pub(super) namespaces: Vec<String>,
    pub(super) root: u32,
}

impl Tree {
    pub(super) fn node(&self, index: u32) -> Option<&NodeData> {
        self.nodes.get(big(index))
    }

    pub(super) fn element(&self, index: u32) -> Option<&ElementData> {
        match &self.node(index)?.kind {
            Kind::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn attributes(&self, index: u32) -> &[AttributeData] {
        self.element(index).and_then(|e| self.attributes.get(e.attributes.range())).unwrap_or_default()
    }

    pub(super) fn children(&self, index: u32) -> impl Iterator<Item = (u32, &NodeData)> {
        let mut next = self.node(index).map_or(NONE, |n| n.first_child);
        std::iter::from_fn(move || {
            let node = self.node(next)?;
            let this = next;
            next = node.next;
            Some((this, node))
        })
    }

    pub(super) fn namespace(&self, index: u32) -> Option<&str> {
        self.namespaces.get(big(index)).map(String::as_str)
    }
}
