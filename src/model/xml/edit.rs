//! Changing a document: each change replaces its own bytes and no others.

use std::ops::Range;

use super::document::Document;
use super::element::{Element, Lines, Writer, allowed};
use super::error::EditError;
use super::escape::{Within, escape};
use super::layout;
use super::node::Node;
use super::scan;
use super::splice::Splices;
use super::tree::{Kind, NodeData};

/// Changes of one document, made together by [`Edit::finish`] or not at all.
///
/// They all speak of the document as it was, so they may not touch the same bytes. The nodes borrow that document,
/// so none can outlive it:
///
/// ```
/// # use lectern_model::xml::{Document, Path};
/// let old = Document::parse("<domain type='kvm'>\n  <name>a</name> <!-- mine -->\n</domain>\n")?;
/// let name = old.root().child("name").ok_or("no name")?;
/// let new = old.edit().set_text(name, "b & c")?.set_attribute(old.root(), "type", "qemu")?.finish()?;
/// assert_eq!(new.to_string(), "<domain type='qemu'>\n  <name>b &amp; c</name> <!-- mine -->\n</domain>\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Edit<'d> {
    pub(super) document: &'d Document,
    pub(super) splices: Splices,
}

/// Where to insert an element. Several at one place stand in the order of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'d> {
    /// Before this element, beside it.
    Before(Node<'d>),
    /// After this element, beside it.
    After(Node<'d>),
    /// Inside this element, before all that is there.
    FirstIn(Node<'d>),
    /// Inside this element, after its last child.
    LastIn(Node<'d>),
}

impl<'d> Edit<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { document, splices: Splices::default() }
    }

    /// Makes the changes and reads the result.
    ///
    /// # Errors
    /// If two changes overlap, or the result is refused by [`Document::parse`] (too large, too deep, an attribute
    /// added twice).
    pub fn finish(&self) -> Result<Document, EditError> {
        Ok(Document::parse(&self.splices.apply(self.document)?)?)
    }

    /// Gives an element a text in the place of its old one. Comments stay, and so does a CDATA section.
    ///
    /// # Errors
    /// If it has child elements, a character is none, or the node is of another document.
    pub fn set_text(&mut self, node: Node<'d>, text: &str) -> Result<&mut Self, EditError> {
        self.check(node)?;
        let children = || self.document.tree().children(node.index()).map(|(_, child)| child);
        if children().any(|c| matches!(c.kind, Kind::Element(_))) {
            return Err(EditError::HasElements(node.name().to_owned()));
        }
        let plain = escape(allowed(text)?, Within::Text);
        let old: Vec<&NodeData> = children().filter(|c| matches!(c.kind, Kind::Text | Kind::Cdata)).collect();
        let is_blank = |c: &&NodeData| scan::is_all_blank(c.span.of(self.document.as_str()));
        let Some(main) = old.iter().position(|c| !is_blank(c)).or_else(|| (!old.is_empty()).then_some(0)) else {
            self.splices.fill_text(node, plain)?;
            return Ok(self);
        };
        for (index, part) in old.iter().enumerate() {
            let range = part.span.range();
            let keeps_section = matches!(part.kind, Kind::Cdata) && !text.contains("]]>") && !text.contains('\r');
            match index == main {
                false => self.splices.put(range, String::new()),
                true if keeps_section => self.splices.put(range.start + 9..range.end - 3, text.to_owned()),
                true => self.splices.put(range, plain.clone()),
            }
        }
        Ok(self)
    }

    /// Inserts an element, indented as its neighbours are.
    ///
    /// # Errors
    /// If a name, namespace or character is none, the place is beside the root, or the node is of another document.
    pub fn insert(&mut self, place: Place<'d>, element: &Element) -> Result<&mut Self, EditError> {
        match place {
            Place::Before(node) | Place::After(node) => self.insert_beside(node, place, element),
            Place::FirstIn(node) | Place::LastIn(node) => self.insert_inside(node, place, element),
        }
    }

    /// Puts an element in the place of `node`.
    ///
    /// # Errors
    /// If a name, namespace or character is none, or the node is of another document.
    pub fn replace(&mut self, node: Node<'d>, element: &Element) -> Result<&mut Self, EditError> {
        self.check(node)?;
        let lines = layout::beside_node(node);
        let text = self.write(node.parent(), element, lines.as_ref())?;
        self.splices.put(node.range(), text);
        Ok(self)
    }

    /// Removes an element, with its line if nothing else is on it.
    ///
    /// # Errors
    /// If it is the root, or of another document.
    pub fn remove(&mut self, node: Node<'d>) -> Result<&mut Self, EditError> {
        self.check(node)?;
        let Some(parent) = node.parent() else {
            return Err(EditError::Root);
        };
        let range = if layout::has_text(parent) { node.range() } else { layout::with_line(node) };
        self.splices.put(range, String::new());
        Ok(self)
    }

    pub(super) fn check(&self, node: Node<'d>) -> Result<(), EditError> {
        if node.document().is(self.document) { Ok(()) } else { Err(EditError::OtherDocument) }
    }

    /// The quotes to write: as the element has them, else as the document begins with, else libvirt's.
    pub(super) fn quote(&self, node: Node<'d>) -> char {
        let tree = self.document.tree();
        let like = tree.attributes(node.index()).last().or(tree.attributes.first());
        let byte = like.and_then(|a| self.document.as_str().as_bytes().get(a.value.range().end));
        if byte == Some(&b'"') { '"' } else { '\'' }
    }

    fn write(&self, parent: Option<Node<'d>>, element: &Element, lines: Option<&Lines>) -> Result<String, EditError> {
        let like = parent.unwrap_or_else(|| self.document.root());
        Writer::new(parent, self.quote(like)).write(element, lines)
    }

    fn insert_beside(&mut self, node: Node<'d>, place: Place<'d>, element: &Element) -> Result<&mut Self, EditError> {
        self.check(node)?;
        let parent = node.parent().ok_or(EditError::Root)?;
        let lines = layout::beside_node(node);
        let text = self.write(Some(parent), element, lines.as_ref())?;
        let line = lines.map(|l| format!("{}{}", l.newline, l.indent)).unwrap_or_default();
        let Range { start, end } = node.range();
        match place {
            Place::Before(_) => self.splices.put(start..start, format!("{text}{line}")),
            _ => self.splices.put(end..end, format!("{line}{text}")),
        }
        Ok(self)
    }

    fn insert_inside(&mut self, node: Node<'d>, place: Place<'d>, element: &Element) -> Result<&mut Self, EditError> {
        self.check(node)?;
        let first = place == Place::FirstIn(node);
        let inner = self
            .document
            .tree()
            .element(node.index())
            .map_or(0..0, |e| Range { start: e.inner_start as usize, end: e.inner_end as usize });
        let outer = layout::beside_node(node);
        if inner.is_empty() {
            let text = self.write(Some(node), element, outer.as_ref().map(layout::inside).as_ref())?;
            self.splices.fill_element(node, text)?;
            return Ok(self);
        }
        let (at, lines) = self.slot(node, inner, outer, first);
        let text = self.write(Some(node), element, lines.as_ref())?;
        let line = lines.map(|l| format!("{}{}", l.newline, l.indent)).unwrap_or_default();
        self.splices.put(at..at, format!("{line}{text}"));
        Ok(self)
    }

    /// Where in an element's content (`inner`) to insert as its first or last, and how to lay it out.
    fn slot(&self, node: Node<'d>, inner: Range<usize>, outer: Option<Lines>, first: bool) -> (usize, Option<Lines>) {
        if layout::has_text(node) {
            return (if first { inner.start } else { inner.end }, None);
        }
        let mut others = self.document.tree().children(node.index()).map(|(_, child)| child.span.range());
        let is_markup = |range: &Range<usize>| self.document.as_str()[range.clone()].starts_with('<');
        let like = if first { others.find(is_markup) } else { others.filter(is_markup).last() };
        if let Some(range) = like {
            let lines = layout::beside(self.document, range.start);
            return (if first { inner.start } else { range.end }, lines);
        }
        let lines = outer.filter(|_| self.document.as_str()[inner.clone()].contains('\n'));
        (inner.start, lines.as_ref().map(layout::inside))
    }
}
