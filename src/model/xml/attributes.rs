//! Changing attributes and declarations of namespaces.

use std::ops::Range;

use super::edit::Edit;
use super::element::{Namespace, allowed, format_attribute};
use super::error::EditError;
use super::escape::{Within, escape};
use super::node::Node;
use super::tree::{AttributeData, QName};
use super::{scan, scope};

impl<'d> Edit<'d> {
    /// Gives an attribute without namespace a value. A new one is added after the others.
    ///
    /// # Errors
    /// If the name or a character of the value is none, or the node is of another document.
    pub fn set_attribute(&mut self, node: Node<'d>, name: &str, value: &str) -> Result<&mut Self, EditError> {
        if !scan::is_local_name(name) || name == "xmlns" {
            return Err(EditError::BadName(name.to_owned()));
        }
        match self.attribute(node, None, name)? {
            Some(old) => self.change(old, value),
            None => Ok(self.add(node, &format_attribute(name, value, self.quote(node))?)),
        }
    }

    /// Gives an attribute in a namespace a value; the namespace is declared on `node` if it is not in force.
    ///
    /// # Errors
    /// As [`Edit::set_attribute`], and if the prefix means something else here.
    pub fn set_attribute_in(
        &mut self,
        node: Node<'d>,
        namespace: &Namespace,
        name: &str,
        value: &str,
    ) -> Result<&mut Self, EditError> {
        if !scan::is_local_name(name) {
            return Err(EditError::BadName(name.to_owned()));
        }
        if let Some(old) = self.attribute(node, Some(&namespace.uri), name)? {
            return self.change(old, value);
        }
        if namespace.prefix.is_empty() {
            return Err(EditError::BadNamespace(namespace.uri.clone()));
        }
        self.declare(node, namespace)?;
        let full = format!("{}:{name}", namespace.prefix);
        Ok(self.add(node, &format_attribute(&full, value, self.quote(node))?))
    }

    /// Declares a namespace on `node`, if it is not in force there already.
    ///
    /// # Errors
    /// If the prefix means something else here, or XML does not let it stand for this namespace.
    pub fn declare(&mut self, node: Node<'d>, namespace: &Namespace) -> Result<&mut Self, EditError> {
        self.check(node)?;
        let Namespace { prefix, uri } = namespace;
        let in_force = std::iter::successors(Some(node), |n| n.parent())
            .find_map(|n| n.declarations().find(|(p, _)| p == prefix).map(|(_, uri)| uri));
        let is_xml = prefix == "xml" && uri == scope::XML;
        if is_xml || in_force.as_ref().is_some_and(|found| found == uri) {
            return Ok(self);
        }
        // A new default would change what the names below mean.
        if in_force.is_some() || !scan::is_local_name(prefix) || !scope::may_declare(prefix, uri) {
            return Err(EditError::BadNamespace(uri.clone()));
        }
        Ok(self.add(node, &format_attribute(&format!("xmlns:{prefix}"), uri, self.quote(node))?))
    }

    /// Removes an attribute without namespace, with the white space before it.
    ///
    /// # Errors
    /// If it is not there, or the node is of another document.
    pub fn remove_attribute(&mut self, node: Node<'d>, name: &str) -> Result<&mut Self, EditError> {
        self.take_attribute(node, None, name)
    }

    /// Removes an attribute in a namespace, with the white space before it.
    ///
    /// # Errors
    /// If it is not there, or the node is of another document.
    pub fn remove_attribute_in(&mut self, node: Node<'d>, uri: &str, name: &str) -> Result<&mut Self, EditError> {
        self.take_attribute(node, Some(uri), name)
    }

    fn attribute(&self, node: Node<'d>, uri: Option<&str>, name: &str) -> Result<Option<&'d AttributeData>, EditError> {
        self.check(node)?;
        let tree = self.document.tree();
        let is_it = |n: QName| n.local(self.document.as_str()) == name && tree.namespace(n.namespace) == uri;
        Ok(tree.attributes(node.index()).iter().find(|a| is_it(a.name)))
    }

    fn change(&mut self, old: &AttributeData, value: &str) -> Result<&mut Self, EditError> {
        let range = old.value.range();
        let quote = if self.document.as_str().as_bytes()[range.end] == b'"' { '"' } else { '\'' };
        self.splices.put(range, escape(allowed(value)?, Within::Quotes(quote)));
        Ok(self)
    }

    /// Adds ` name='value'` after the attributes, on a line of its own if the last one has one.
    fn add(&mut self, node: Node<'d>, attribute: &str) -> &mut Self {
        let text = self.document.as_str();
        let last = self.document.tree().attributes(node.index()).last();
        let name_end = self.document.tree().element(node.index()).map_or(0, |e| e.name.span.range().end);
        let at = last.map_or(name_end, |last| last.range().end);
        let space = last.map_or("", |last| blanks_before(text, last.range().start));
        let space = if space.contains('\n') { space } else { " " };
        self.splices.put(at..at, format!("{space}{}", attribute.trim_start()));
        self
    }

    fn take_attribute(&mut self, node: Node<'d>, uri: Option<&str>, name: &str) -> Result<&mut Self, EditError> {
        let old = self.attribute(node, uri, name)?.filter(|_| uri != Some(scope::XMLNS) && name != "xmlns");
        let Range { start, end } = old.ok_or_else(|| EditError::NoAttribute(name.to_owned()))?.range();
        let blanks = blanks_before(self.document.as_str(), start).len();
        self.splices.put(start - blanks..end, String::new());
        Ok(self)
    }
}

fn blanks_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    before.get(before.trim_end_matches(scan::BLANKS).len()..).unwrap_or_default()
}
