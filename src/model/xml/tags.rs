//! Start and end tags: attributes, namespaces, nesting.

use std::collections::HashSet;

use super::error::{Reason, XmlError};
use super::escape;
use super::parse::{Open, Parser};
use super::scope;
use super::tree::{AttributeData, ElementData, Kind, NONE, QName, Span, big, small};

/// So many attributes are compared one by one.
const FEW: usize = 8;

impl Parser<'_> {
    pub(super) fn start_tag(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        self.may_start(start)?;
        self.cursor.at += 1;
        let mut name = self.qname()?;
        let first = self.attributes.len();
        let empty_tag = self.attributes_until_end(start)?;
        let attributes = Span::new(first, self.attributes.len());
        let mark = self.scope.mark();
        self.declare(attributes)?;
        name.namespace = self.namespace(name, true)?;
        self.resolve(attributes)?;
        let inner = small(self.cursor.at);
        let element = ElementData { name, attributes, inner_start: inner, inner_end: inner, empty_tag };
        let node = self.add(start, Kind::Element(element))?;
        if empty_tag {
            self.scope.release(mark);
        } else {
            self.open.push(Open { node, mark });
        }
        Ok(())
    }

    pub(super) fn end_tag(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        let text = self.cursor.text;
        self.cursor.at += 2;
        let Some(name) = self.cursor.name() else {
            return self.fail(self.cursor.at, Reason::BadName);
        };
        self.cursor.blanks();
        if !self.cursor.eat(">") {
            return self.ended(start, Reason::Missing(">"));
        }
        let closed = name.of(text);
        let Some(open) = self.open.pop() else {
            return self.fail(start, Reason::NotOpen(closed.to_owned()));
        };
        let opened = self.name_of(open.node).map_or("", |name| name.full(text));
        if opened != closed {
            return self.fail(start, Reason::Mismatch { opened: opened.to_owned(), closed: closed.to_owned() });
        }
        self.scope.release(open.mark);
        let end = small(self.cursor.at);
        if let Some((span, element)) = self.opened(open.node) {
            span.end = end;
            element.inner_end = small(start);
        }
        Ok(())
    }

    /// A name with at most one colon; its namespace is not known yet.
    fn qname(&mut self) -> Result<QName, XmlError> {
        let at = self.cursor.at;
        let Some(span) = self.cursor.name() else {
            return self.ended(at, Reason::BadName);
        };
        let name = span.of(self.cursor.text);
        let (prefix, local) = name.split_once(':').map_or((None, name), |(prefix, local)| (Some(prefix), local));
        if prefix == Some("") || !super::scan::is_local_name(local) {
            return self.fail(at, Reason::BadName);
        }
        Ok(QName { span, local: small(span.range().end - local.len()), namespace: NONE })
    }

    /// Reads attributes up to and with the tag's end, and says whether the tag is `<a/>`.
    fn attributes_until_end(&mut self, start: usize) -> Result<bool, XmlError> {
        loop {
            let blank = self.cursor.blanks();
            if self.cursor.eat(">") {
                return Ok(false);
            }
            if self.cursor.eat("/>") {
                return Ok(true);
            }
            if !blank || self.cursor.peek().is_none() {
                return self.ended(start, Reason::Missing("white space or >"));
            }
            self.attribute(start)?;
        }
    }

    fn attribute(&mut self, tag: usize) -> Result<(), XmlError> {
        let at = self.cursor.at;
        self.room(at)?;
        let name = self.qname()?;
        self.cursor.blanks();
        if !self.cursor.eat("=") {
            return self.ended(tag, Reason::Missing("="));
        }
        self.cursor.blanks();
        let Some(quote) = self.cursor.peek().filter(|b| matches!(b, b'\'' | b'"')) else {
            return self.ended(tag, Reason::Missing("a quote"));
        };
        self.cursor.at += 1;
        let start = self.cursor.at;
        self.cursor.until_byte(|b| b == quote || b == b'<');
        let value = Span::new(start, self.cursor.at);
        match self.cursor.peek() {
            None => return self.fail(start - 1, Reason::Unfinished("the attribute's value")),
            Some(b'<') => return self.fail(self.cursor.at, Reason::BareLess),
            Some(_) => self.cursor.at += 1,
        }
        self.references(start, value.of(self.cursor.text))?;
        self.attributes.push(AttributeData { name, value });
        Ok(())
    }

    /// Fails with `reason` here, or, where the text has ended, with the tag that began at `start`.
    fn ended<T>(&self, start: usize, reason: Reason) -> Result<T, XmlError> {
        match self.cursor.peek() {
            Some(_) => self.fail(self.cursor.at, reason),
            None => self.fail(start, Reason::Unfinished("the tag")),
        }
    }

    /// Puts the declarations among a tag's attributes in force.
    fn declare(&mut self, attributes: Span) -> Result<(), XmlError> {
        let text = self.cursor.text;
        for index in attributes.range() {
            let attribute = &self.attributes[index];
            let Some(prefix) = attribute.declares(text) else { continue };
            let uri = escape::attribute(attribute.value.of(text));
            if !scope::may_declare(prefix, &uri) {
                let name = attribute.name.full(text).to_owned();
                return self.fail(attribute.range().start, Reason::BadNamespace(name));
            }
            self.scope.bind(prefix, &uri);
        }
        Ok(())
    }

    fn namespace(&self, name: QName, is_element: bool) -> Result<u32, XmlError> {
        let text = self.cursor.text;
        let prefix = match name.prefix(text) {
            // A default namespace is for elements only.
            None if is_element => "",
            None => return Ok(NONE),
            Some("xmlns") if is_element => return self.fail(big(name.span.start), Reason::BadName),
            Some(prefix) => prefix,
        };
        match self.scope.find(prefix) {
            Some(namespace) => Ok(namespace),
            None => self.fail(big(name.span.start), Reason::UnknownPrefix(prefix.to_owned())),
        }
    }

    /// Finds the attributes' namespaces and refuses a second one of the same name.
    fn resolve(&mut self, attributes: Span) -> Result<(), XmlError> {
        let text = self.cursor.text;
        let mut seen = HashSet::new();
        for index in attributes.range() {
            let name = self.attributes[index].name;
            let namespace = self.namespace(name, false)?;
            self.attributes[index].name.namespace = namespace;
            let local = name.local(text);
            let before = &self.attributes[attributes.range().start..index];
            // Comparing is faster than hashing while they are few, and quadratic when they are many.
            let is_second = match attributes.range().len() {
                ..=FEW => before.iter().any(|a| a.name.namespace == namespace && a.name.local(text) == local),
                _ => !seen.insert((namespace, local)),
            };
            if is_second {
                let name = name.full(text).to_owned();
                return self.fail(self.attributes[index].range().start, Reason::DuplicateAttribute(name));
            }
        }
        Ok(())
    }
}
