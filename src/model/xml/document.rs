//! A document: its text, and the tree of places in it.

use std::fmt;
use std::sync::Arc;

use super::edit::Edit;
use super::element::{Element, Writer};
use super::error::{EditError, XmlError};
use super::node::Node;
use super::path::Path;
use super::tree::Tree;
use super::{parse, same};

/// A well-formed XML document that prints as the bytes it was read from.
///
/// It does not change: an edit makes another document, so a [`Node`] never points at bytes that are gone. Cloning is
/// cheap. Two are equal if their texts are; see [`Document::same_as`] for their meaning.
#[derive(Clone)]
pub struct Document {
    text: Arc<str>,
    tree: Arc<Tree>,
}

impl Document {
    /// Reads a text; a byte order mark, an XML declaration (whatever encoding it names: the text is Unicode already),
    /// comments and white space around the root are kept.
    ///
    /// # Errors
    /// If it is not well-formed with namespaces, has a document type, or exceeds [`super::MAX_BYTES`],
    /// [`super::MAX_DEPTH`] or [`super::MAX_ITEMS`]; the error names the place.
    pub fn parse(text: &str) -> Result<Self, XmlError> {
        let tree = parse::parse(text)?;
        Ok(Self { text: text.into(), tree: Arc::new(tree) })
    }

    /// A document of nothing but `element`, on one line.
    ///
    /// # Errors
    /// If a name, namespace or character in it is none.
    pub fn of(element: &Element) -> Result<Self, EditError> {
        Ok(Self::parse(&Writer::new(None, '\'').write(element, None)?)?)
    }

    /// The text as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The root element.
    pub fn root(&self) -> Node<'_> {
        Node::new(self, self.tree.root)
    }

    /// The first element on `path`.
    pub fn find(&self, path: &Path) -> Option<Node<'_>> {
        self.find_all(path).into_iter().next()
    }

    /// All elements on `path`, in their order.
    pub fn find_all(&self, path: &Path) -> Vec<Node<'_>> {
        path.select(self.root())
    }

    /// Starts a change of this document.
    pub fn edit(&self) -> Edit<'_> {
        Edit::new(self)
    }

    /// Whether both mean the same: comments, instructions, prefixes, the order and quotes of attributes, and white
    /// space around texts do not count; the order of elements does.
    pub fn same_as(&self, other: &Self) -> bool {
        same::same(self.root(), other.root())
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.tree, &other.tree)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&self.text).finish()
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Document {}
