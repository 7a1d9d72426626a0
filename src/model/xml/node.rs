//! Reading an element of a document.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::document::Document;
use super::error::Position;
use super::escape;
use super::tree::{AttributeData, DOCUMENT, Kind, NodeData, QName, big};

/// An element. It borrows its document, so it cannot outlive a change.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    index: u32,
}

/// An attribute of an element.
#[derive(Clone, Copy)]
pub struct Attribute<'d> {
    document: &'d Document,
    data: &'d AttributeData,
}

impl<'d> Node<'d> {
    pub(super) fn new(document: &'d Document, index: u32) -> Self {
        Self { document, index }
    }

    pub(super) fn document(self) -> &'d Document {
        self.document
    }

    pub(super) fn index(self) -> u32 {
        self.index
    }

    fn qname(self) -> Option<QName> {
        self.document.tree().element(self.index).map(|element| element.name)
    }

    /// The name without its prefix.
    pub fn name(self) -> &'d str {
        self.qname().map_or("", |name| name.local(self.document.as_str()))
    }

    /// The prefix as written.
    pub fn prefix(self) -> Option<&'d str> {
        self.qname()?.prefix(self.document.as_str())
    }

    /// The namespace, if the element is in one. What libvirt itself defines is in none.
    pub fn namespace(self) -> Option<&'d str> {
        self.document.tree().namespace(self.qname()?.namespace)
    }

    /// Whether it is `name` in `namespace`.
    pub fn is(self, namespace: Option<&str>, name: &str) -> bool {
        self.name() == name && self.namespace() == namespace
    }

    /// The value of an attribute without namespace.
    pub fn attribute(self, name: &str) -> Option<Cow<'d, str>> {
        self.find_attribute(None, name).map(Attribute::value)
    }

    /// The value of an attribute in `namespace`.
    pub fn attribute_in(self, namespace: &str, name: &str) -> Option<Cow<'d, str>> {
        self.find_attribute(Some(namespace), name).map(Attribute::value)
    }

    fn find_attribute(self, namespace: Option<&str>, name: &str) -> Option<Attribute<'d>> {
        self.attributes().find(|a| a.name() == name && a.namespace() == namespace)
    }

    /// The attributes in their order, without the declarations of namespaces.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'d>> {
        let document = self.document;
        let all = document.tree().attributes(self.index).iter();
        all.filter(|a| a.declares(document.as_str()).is_none()).map(move |data| Attribute { document, data })
    }

    /// The namespaces that this element declares: prefix (empty for the default) and namespace.
    pub fn declarations(self) -> impl Iterator<Item = (&'d str, Cow<'d, str>)> {
        let text = self.document.as_str();
        let all = self.document.tree().attributes(self.index).iter();
        all.filter_map(move |a| Some((a.declares(text)?, escape::attribute(a.value.of(text)))))
    }

    /// The element that this one is in; none for the root.
    pub fn parent(self) -> Option<Self> {
        let parent = self.data()?.parent;
        (parent != DOCUMENT).then(|| Self::new(self.document, parent))
    }

    /// The child elements.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let all = self.document.tree().children(self.index);
        all.filter(|(_, node)| matches!(node.kind, Kind::Element(_)))
            .map(move |(index, _)| Self::new(self.document, index))
    }

    /// The child elements without namespace of that name.
    pub fn children_named<'n>(self, name: &'n str) -> impl Iterator<Item = Self> + use<'d, 'n> {
        self.children().filter(move |child| child.is(None, name))
    }

    /// The first child element without namespace of that name.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(None, name))
    }

    /// The first child element of that name in `namespace`.
    pub fn child_in(self, namespace: &str, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(Some(namespace), name))
    }

    /// This element and all below it, in their order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let end = self.range().end;
        let nodes = self.document.tree().nodes.get(big(self.index)..).unwrap_or_default();
        let below = nodes.iter().zip(self.index..).take_while(move |(node, _)| node.span.range().start < end);
        below
            .filter(|(node, _)| matches!(node.kind, Kind::Element(_)))
            .map(move |(_, index)| Self::new(self.document, index))
    }

    /// Its own text: CDATA sections are text, comments and child elements are not.
    pub fn text(self) -> Cow<'d, str> {
        let mut parts = self.texts();
        let Some(first) = parts.next() else { return Cow::Borrowed("") };
        parts.fold(first, |all, part| all + part)
    }

    fn texts(self) -> impl Iterator<Item = Cow<'d, str>> {
        let text = self.document.as_str();
        self.document.tree().children(self.index).filter_map(move |(_, node)| {
            let raw = node.span.of(text);
            match node.kind {
                Kind::Text => Some(escape::text(raw)),
                Kind::Cdata => Some(escape::lines(raw.get(9..raw.len() - 3)?)),
                _ => None,
            }
        })
    }

    /// The element as written, from its start tag to its end tag.
    pub fn source(self) -> &'d str {
        self.document.as_str().get(self.range()).unwrap_or_default()
    }

    /// The bytes of [`Node::source`] in the document's text.
    pub fn range(self) -> Range<usize> {
        self.data().map_or(0..0, |node| node.span.range())
    }

    /// Where it starts.
    pub fn position(self) -> Position {
        Position::of(self.document.as_str(), self.range().start)
    }

    pub(super) fn data(self) -> Option<&'d NodeData> {
        self.document.tree().node(self.index)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Node").field(&self.source()).finish()
    }
}

/// The same element of the same document.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.document.is(other.document)
    }
}

impl Eq for Node<'_> {}

impl<'d> Attribute<'d> {
    /// The name without its prefix.
    pub fn name(self) -> &'d str {
        self.data.name.local(self.document.as_str())
    }

    /// The name as written: `lectern:project`.
    pub fn full_name(self) -> &'d str {
        self.data.name.full(self.document.as_str())
    }

    /// The namespace, which only a prefix gives an attribute.
    pub fn namespace(self) -> Option<&'d str> {
        self.document.tree().namespace(self.data.name.namespace)
    }

    /// The value, references resolved.
    pub fn value(self) -> Cow<'d, str> {
        escape::attribute(self.data.value.of(self.document.as_str()))
    }
}

impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?}", self.full_name(), self.value())
    }
}
