//! Which namespace a prefix means while a document is read.

use std::collections::HashMap;

use super::tree::{NONE, small};

/// What `xml:` always means.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// What `xmlns:` always means.
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The declarations in force; every operation takes constant time, so many declarations cost no more than their text.
pub(super) struct Scope<'t> {
    bound: HashMap<&'t str, Vec<u32>>,
    order: Vec<&'t str>,
    indexes: HashMap<String, u32>,
    pub(super) uris: Vec<String>,
}

impl<'t> Scope<'t> {
    pub(super) fn new() -> Self {
        let mut scope = Self { bound: HashMap::new(), order: Vec::new(), indexes: HashMap::new(), uris: Vec::new() };
        scope.bind("xml", XML);
        scope.bind("xmlns", XMLNS);
        scope
    }

    /// Declares a prefix; an empty `uri` takes the default namespace away.
    pub(super) fn bind(&mut self, prefix: &'t str, uri: &str) {
        let index = if uri.is_empty() { NONE } else { self.index(uri) };
        self.bound.entry(prefix).or_default().push(index);
        self.order.push(prefix);
    }

    fn index(&mut self, uri: &str) -> u32 {
        if let Some(index) = self.indexes.get(uri) {
            return *index;
        }
        let index = small(self.uris.len());
        self.uris.push(uri.to_owned());
        self.indexes.insert(uri.to_owned(), index);
        index
    }

    /// The namespace of a prefix: [`NONE`] where there is no default, nothing where it is not declared.
    pub(super) fn find(&self, prefix: &str) -> Option<u32> {
        let bound = self.bound.get(prefix).and_then(|stack| stack.last().copied());
        if prefix.is_empty() { Some(bound.unwrap_or(NONE)) } else { bound }
    }

    pub(super) fn mark(&self) -> usize {
        self.order.len()
    }

    /// Forgets what was declared since `mark`.
    pub(super) fn release(&mut self, mark: usize) {
        for prefix in self.order.drain(mark..) {
            if let Some(stack) = self.bound.get_mut(prefix) {
                stack.pop();
            }
        }
    }
}

/// Whether XML namespaces let `prefix` (empty: the default) stand for `uri`.
pub(super) fn may_declare(prefix: &str, uri: &str) -> bool {
    match prefix {
        "xml" => uri == XML,
        "xmlns" => false,
        _ => uri != XML && uri != XMLNS && (prefix.is_empty() || !uri.is_empty()),
    }
}
