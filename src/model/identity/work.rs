//! Changes of an XML that note what they did.

use super::{Difference, Identified, IdentityError, Part, Reason};
use crate::xml::{Document, Edit, Element, Node, Path, Place};

/// An edit and the differences that it makes.
pub(super) struct Work<'d> {
    edit: Edit<'d>,
    differences: Vec<(usize, Difference)>,
}

impl<'d> Work<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { edit: document.edit(), differences: Vec::new() }
    }

    pub(super) fn finish(mut self) -> Result<Identified, IdentityError> {
        self.differences.sort_by_key(|(at, _)| *at);
        let differences = self.differences.into_iter().map(|(_, difference)| difference).collect();
        Ok(Identified { document: self.edit.finish()?, differences })
    }

    /// Takes an element out.
    pub(super) fn remove(&mut self, node: Node<'d>, reason: Reason) -> Result<(), IdentityError> {
        self.edit.remove(node)?;
        self.note(node, Part::Element, Some(node.source().to_owned()), None, reason);
        Ok(())
    }

    /// Takes an attribute out, if it is there.
    pub(super) fn remove_attribute(
        &mut self,
        node: Node<'d>,
        name: &'static str,
        reason: Reason,
    ) -> Result<(), IdentityError> {
        let Some(old) = node.attribute(name) else { return Ok(()) };
        self.edit.remove_attribute(node, name)?;
        self.note(node, Part::Attribute(name), Some(old.into_owned()), None, reason);
        Ok(())
    }

    /// Gives an attribute a value, if it has another.
    pub(super) fn set_attribute(
        &mut self,
        node: Node<'d>,
        name: &'static str,
        value: &str,
        reason: Reason,
    ) -> Result<(), IdentityError> {
        let old = node.attribute(name);
        if old.as_deref() == Some(value) {
            return Ok(());
        }
        self.edit.set_attribute(node, name, value)?;
        let old = old.map(std::borrow::Cow::into_owned);
        self.note(node, Part::Attribute(name), old, Some(value.to_owned()), reason);
        Ok(())
    }

    /// Gives an element a text, if it has another.
    pub(super) fn set_text(&mut self, node: Node<'d>, text: &str, reason: Reason) -> Result<(), IdentityError> {
        let old = node.text().trim().to_owned();
        if old == text {
            return Ok(());
        }
        self.edit.set_text(node, text)?;
        self.note(node, Part::Text, Some(old), Some(text.to_owned()), reason);
        Ok(())
    }

    /// Adds `<name>text</name>` or an element with attributes; `parent` is where the difference is noted.
    pub(super) fn insert(
        &mut self,
        parent: Node<'d>,
        place: Place<'d>,
        element: &Element,
        shown: String,
        reason: Reason,
    ) -> Result<(), IdentityError> {
        self.edit.insert(place, element)?;
        self.note(parent, Part::Element, None, Some(shown), reason);
        Ok(())
    }

    fn note(&mut self, node: Node<'d>, part: Part, old: Option<String>, new: Option<String>, reason: Reason) {
        self.differences.push((node.range().start, Difference { place: path(node), part, old, new, reason }));
    }
}

/// The way to an element; among several of its name, with its number.
fn path(node: Node<'_>) -> Path {
    let Some(parent) = node.parent() else { return Path::root() };
    let alike: Vec<Node<'_>> = parent.children().filter(|other| other.is(node.namespace(), node.name())).collect();
    let path = match node.namespace() {
        Some(namespace) => path(parent).child_in(namespace, node.name()),
        None => path(parent).child(node.name()),
    };
    match alike.iter().position(|other| *other == node) {
        Some(nth) if alike.len() > 1 => path.nth(nth),
        _ => path,
    }
}
