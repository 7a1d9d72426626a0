//! An element to insert, built from names and values, and its way into text.

use super::error::{EditError, Position, Reason, XmlError};
use super::escape::{Within, escape};
use super::limits::MAX_DEPTH;
use super::node::Node;
use super::{scan, scope};

/// A prefix and the namespace it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// The prefix to write; where it means something else, the element declares it anew.
    pub prefix: String,
    /// The namespace.
    pub uri: String,
}

impl Namespace {
    /// A namespace and the prefix to write for it.
    pub fn new(prefix: &str, uri: &str) -> Self {
        Self { prefix: prefix.to_owned(), uri: uri.to_owned() }
    }
}

/// An element that is not in a document yet.
///
/// Names and characters are checked when it is inserted, and namespaces are declared on it where they are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    name: Name,
    attributes: Vec<(Name, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    namespace: Option<Namespace>,
    local: String,
}

impl Name {
    fn prefix(&self) -> &str {
        self.namespace.as_ref().map_or("", |n| n.prefix.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(String),
    Element(Element),
}

impl Element {
    /// An element without namespace, as all of libvirt's own are.
    pub fn new(name: &str) -> Self {
        Self::named(None, name)
    }

    /// An element in a namespace, as in `<metadata>`.
    pub fn in_namespace(namespace: &Namespace, name: &str) -> Self {
        Self::named(Some(namespace.clone()), name)
    }

    fn named(namespace: Option<Namespace>, name: &str) -> Self {
        Self { name: Name { namespace, local: name.to_owned() }, attributes: Vec::new(), content: Vec::new() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((Name { namespace: None, local: name.to_owned() }, value.to_owned()));
        self
    }

    /// Adds an attribute in a namespace.
    #[must_use]
    pub fn attribute_in(mut self, namespace: &Namespace, name: &str, value: &str) -> Self {
        self.attributes.push((Name { namespace: Some(namespace.clone()), local: name.to_owned() }, value.to_owned()));
        self
    }

    /// Adds a child element.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.content.push(Content::Element(child));
        self
    }

    /// Adds text. An element with text is written on one line, for white space is a part of it.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.content.push(Content::Text(text.to_owned()));
        self
    }
}

/// How an element is laid out over lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The line end.
    pub(super) newline: &'static str,
    /// The element's own indentation.
    pub(super) indent: String,
    /// What each level adds.
    pub(super) step: String,
}

/// Writes elements for one place of a document.
pub(super) struct Writer {
    quote: char,
    /// Prefixes and namespaces in force, the innermost last.
    scope: Vec<(String, String)>,
    depth: usize,
    out: String,
}

impl Writer {
    /// A writer for inside `parent`; without one, for the root.
    pub(super) fn new(parent: Option<Node<'_>>, quote: char) -> Self {
        let mut scope: Vec<(String, String)> = Vec::new();
        let mut next = parent;
        while let Some(node) = next {
            scope.extend(node.declarations().map(|(prefix, uri)| (prefix.to_owned(), uri.into_owned())));
            next = node.parent();
        }
        scope.push(("xml".to_owned(), scope::XML.to_owned()));
        scope.reverse();
        Self { quote, scope, depth: 0, out: String::new() }
    }

    /// The element's text; over several lines if `lines` says how.
    pub(super) fn write(mut self, element: &Element, lines: Option<&Lines>) -> Result<String, EditError> {
        self.element(element, lines)?;
        Ok(self.out)
    }

    fn element(&mut self, element: &Element, lines: Option<&Lines>) -> Result<(), EditError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let position = Position { line: 1, column: 1, offset: 0 };
            return Err(EditError::Result(XmlError { reason: Reason::TooDeep, position }));
        }
        let mark = self.scope.len();
        let missing = self.missing(element)?;
        let name = full_name(&element.name)?;
        self.out.push('<');
        self.out.push_str(&name);
        for (prefix, uri) in missing {
            let declaration = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            self.attribute(&declaration, &uri)?;
        }
        for (name, value) in &element.attributes {
            // Without a prefix an attribute is in no namespace.
            if let Some(namespace) = name.namespace.as_ref().filter(|n| n.prefix.is_empty()) {
                return Err(EditError::BadNamespace(namespace.uri.clone()));
            }
            self.attribute(&full_name(name)?, value)?;
        }
        if element.content.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.content(element, lines)?;
            self.out.push_str("</");
            self.out.push_str(&name);
            self.out.push('>');
        }
        self.scope.truncate(mark);
        self.depth -= 1;
        Ok(())
    }

    fn content(&mut self, element: &Element, lines: Option<&Lines>) -> Result<(), EditError> {
        let has_text = element.content.iter().any(|c| matches!(c, Content::Text(_)));
        let lines = lines.filter(|_| !has_text);
        let below = lines.map(|l| Lines { indent: format!("{}{}", l.indent, l.step), ..l.clone() });
        for content in &element.content {
            match content {
                Content::Text(text) => self.out.push_str(&escape(allowed(text)?, Within::Text)),
                Content::Element(child) => {
                    self.line(below.as_ref());
                    self.element(child, below.as_ref())?;
                }
            }
        }
        self.line(lines);
        Ok(())
    }

    fn line(&mut self, lines: Option<&Lines>) {
        if let Some(lines) = lines {
            self.out.push_str(lines.newline);
            self.out.push_str(&lines.indent);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) -> Result<(), EditError> {
        self.out.push_str(&format_attribute(name, value, self.quote)?);
        Ok(())
    }

    /// Puts the element's undeclared namespaces in force and gives them.
    fn missing(&mut self, element: &Element) -> Result<Vec<(String, String)>, EditError> {
        let mut missing: Vec<(String, String)> = Vec::new();
        let own = (element.name.namespace.as_ref()).map_or((String::new(), String::new()), pair);
        let others = element.attributes.iter().filter_map(|(name, _)| name.namespace.as_ref()).map(pair);
        for (prefix, uri) in std::iter::once(own).chain(others) {
            let in_force = self.scope.iter().rev().find(|(p, _)| *p == prefix).map_or("", |(_, uri)| uri);
            if in_force == uri {
                continue;
            }
            // Two namespaces of one element cannot share a prefix.
            let taken = missing.iter().any(|(p, _)| *p == prefix);
            if taken || !scope::may_declare(&prefix, &uri) {
                return Err(EditError::BadNamespace(uri));
            }
            self.scope.push((prefix.clone(), uri.clone()));
            missing.push((prefix, uri));
        }
        Ok(missing)
    }
}

fn pair(namespace: &Namespace) -> (String, String) {
    (namespace.prefix.clone(), namespace.uri.clone())
}

fn full_name(name: &Name) -> Result<String, EditError> {
    let prefix = name.prefix();
    let is_declaration = prefix.is_empty() && name.local == "xmlns";
    if !scan::is_local_name(&name.local) || is_declaration {
        return Err(EditError::BadName(name.local.clone()));
    }
    match prefix {
        "" => Ok(name.local.clone()),
        _ if scan::is_local_name(prefix) => Ok(format!("{prefix}:{}", name.local)),
        _ => Err(EditError::BadName(prefix.to_owned())),
    }
}

/// ` name='value'`.
pub(super) fn format_attribute(name: &str, value: &str, quote: char) -> Result<String, EditError> {
    Ok(format!(" {name}={quote}{}{quote}", escape(allowed(value)?, Within::Quotes(quote))))
}

/// `text`, if XML can hold all of it.
pub(super) fn allowed(text: &str) -> Result<&str, EditError> {
    match scan::forbidden(text) {
        Some((_, c)) => Err(EditError::ForbiddenCharacter(c)),
        None => Ok(text),
    }
}
