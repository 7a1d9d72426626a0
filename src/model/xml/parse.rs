//! From a text to its tree, in one pass without recursion; what is not well-formed is refused with its place.

use super::error::{Position, Reason, XmlError};
use super::limits::{MAX_BYTES, MAX_DEPTH, MAX_ITEMS};
use super::scan::{self, Cursor, is_blank};
use super::scope::Scope;
use super::tree::{AttributeData, DOCUMENT, ElementData, Kind, NONE, NodeData, QName, Span, Tree, small};

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Tree, XmlError> {
    if text.len() > MAX_BYTES {
        return Err(XmlError { reason: Reason::TooLarge, position: Position { line: 1, column: 1, offset: 0 } });
    }
    let mut parser = Parser::new(text);
    if let Some((at, c)) = scan::forbidden(text) {
        return parser.fail(at, Reason::ForbiddenCharacter(c));
    }
    parser.cursor.eat("\u{feff}");
    parser.declaration()?;
    while let Some(byte) = parser.cursor.peek() {
        if byte == b'<' { parser.markup()? } else { parser.text()? }
    }
    parser.finish()
}

/// An element whose end tag has not come yet.
pub(super) struct Open {
    pub(super) node: u32,
    /// What to give back to the scope at its end.
    pub(super) mark: usize,
}

pub(super) struct Parser<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) scope: Scope<'t>,
    pub(super) open: Vec<Open>,
    pub(super) attributes: Vec<AttributeData>,
    nodes: Vec<NodeData>,
    root: u32,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        let span = Span::new(0, text.len());
        let document =
            NodeData { parent: NONE, next: NONE, first_child: NONE, last_child: NONE, span, kind: Kind::Document };
        Self {
            cursor: Cursor { text, at: 0 },
            scope: Scope::new(),
            open: Vec::new(),
            attributes: Vec::new(),
            nodes: vec![document],
            root: NONE,
        }
    }

    pub(super) fn fail<T>(&self, at: usize, reason: Reason) -> Result<T, XmlError> {
        Err(XmlError { reason, position: Position::of(self.cursor.text, at) })
    }

    /// `<?xml version='1.0' encoding='UTF-8' standalone='yes'?>`, each part checked; the text stays as it is.
    fn declaration(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        let rest = self.cursor.rest();
        if !rest.starts_with("<?xml") || !rest.as_bytes().get(5).is_some_and(|b| is_blank(*b) || *b == b'?') {
            return Ok(());
        }
        self.cursor.at += 5;
        let Some(inside) = self.cursor.until("?>") else {
            return self.fail(start, Reason::Unfinished("the XML declaration"));
        };
        if is_declaration(inside) { Ok(()) } else { self.fail(start, Reason::BadDeclaration) }
    }

    fn markup(&mut self) -> Result<(), XmlError> {
        let rest = self.cursor.rest();
        if rest.starts_with("</") {
            self.end_tag()
        } else if rest.starts_with("<!--") {
            self.comment()
        } else if rest.starts_with("<![CDATA[") {
            self.cdata()
        } else if rest.starts_with("<?") {
            self.instruction()
        } else if rest.get(..9).is_some_and(|s| s.eq_ignore_ascii_case("<!DOCTYPE")) {
            self.fail(self.cursor.at, Reason::Doctype)
        } else {
            self.start_tag()
        }
    }

    fn text(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        self.cursor.until_byte(|b| b == b'<');
        let raw = Span::new(start, self.cursor.at).of(self.cursor.text);
        if self.open.is_empty()
            && let Some(at) = raw.bytes().position(|b| !is_blank(b))
        {
            return self.fail(start + at, Reason::OutsideRoot);
        }
        if let Some(at) = raw.find("]]>") {
            return self.fail(start + at, Reason::CdataEnd);
        }
        self.references(start, raw)?;
        self.add(start, Kind::Text).map(drop)
    }

    fn comment(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        self.cursor.at += 4;
        let Some(inside) = self.cursor.until("-->") else {
            return self.fail(start, Reason::Unfinished("the comment"));
        };
        match inside.find("--").or_else(|| inside.ends_with('-').then(|| inside.len() - 1)) {
            Some(at) => self.fail(start + 4 + at, Reason::BadComment),
            None => self.add(start, Kind::Other).map(drop),
        }
    }

    fn cdata(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        if self.open.is_empty() {
            return self.fail(start, Reason::OutsideRoot);
        }
        match self.cursor.until("]]>") {
            Some(_) => self.add(start, Kind::Cdata).map(drop),
            None => self.fail(start, Reason::Unfinished("the CDATA section")),
        }
    }

    fn instruction(&mut self) -> Result<(), XmlError> {
        let start = self.cursor.at;
        self.cursor.at += 2;
        let Some(target) = self.cursor.name() else {
            return self.fail(start + 2, Reason::BadName);
        };
        if target.of(self.cursor.text).eq_ignore_ascii_case("xml") {
            return self.fail(start, Reason::BadDeclaration);
        }
        if !self.cursor.blanks() && !self.cursor.rest().starts_with("?>") {
            return self.fail(self.cursor.at, Reason::Missing("white space"));
        }
        match self.cursor.until("?>") {
            Some(_) => self.add(start, Kind::Other).map(drop),
            None => self.fail(start, Reason::Unfinished("the processing instruction")),
        }
    }

    /// Checks every `&` of `raw`, which starts at `start`.
    pub(super) fn references(&self, start: usize, raw: &str) -> Result<(), XmlError> {
        for (at, _) in raw.match_indices('&') {
            if let Err(reason) = scan::reference(&raw[at..]) {
                return self.fail(start + at, reason);
            }
        }
        Ok(())
    }

    /// Adds a node that starts at `start` and, as far as is known, ends at the cursor.
    pub(super) fn add(&mut self, start: usize, kind: Kind) -> Result<u32, XmlError> {
        self.room(start)?;
        let index = small(self.nodes.len());
        let parent = self.open.last().map_or(DOCUMENT, |open| open.node);
        if self.open.is_empty() && matches!(kind, Kind::Element(_)) {
            self.root = index;
        }
        let span = Span::new(start, self.cursor.at);
        self.nodes.push(NodeData { parent, next: NONE, first_child: NONE, last_child: NONE, span, kind });
        let Some(above) = self.nodes.get_mut(parent as usize) else { return Ok(index) };
        let before = std::mem::replace(&mut above.last_child, index);
        match self.nodes.get_mut(before as usize) {
            Some(sibling) => sibling.next = index,
            None => self.nodes[parent as usize].first_child = index,
        }
        Ok(index)
    }

    pub(super) fn room(&self, at: usize) -> Result<(), XmlError> {
        if self.nodes.len() + self.attributes.len() >= MAX_ITEMS { self.fail(at, Reason::TooMany) } else { Ok(()) }
    }

    /// Fails where one more element may not start.
    pub(super) fn may_start(&self, at: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && self.root != NONE {
            return self.fail(at, Reason::SecondRoot);
        }
        if self.open.len() >= MAX_DEPTH { self.fail(at, Reason::TooDeep) } else { Ok(()) }
    }

    pub(super) fn opened(&mut self, node: u32) -> Option<(&mut Span, &mut ElementData)> {
        let node = self.nodes.get_mut(node as usize)?;
        match &mut node.kind {
            Kind::Element(element) => Some((&mut node.span, element)),
            _ => None,
        }
    }

    pub(super) fn name_of(&self, node: u32) -> Option<QName> {
        match &self.nodes.get(node as usize)?.kind {
            Kind::Element(element) => Some(element.name),
            _ => None,
        }
    }

    fn finish(self) -> Result<Tree, XmlError> {
        let text = self.cursor.text;
        if let Some(name) = self.open.last().and_then(|open| self.name_of(open.node)) {
            return self.fail(name.span.range().start - 1, Reason::Unclosed(name.full(text).to_owned()));
        }
        if self.root == NONE {
            return self.fail(text.len(), Reason::NoRoot);
        }
        Ok(Tree { nodes: self.nodes, attributes: self.attributes, namespaces: self.scope.uris, root: self.root })
    }
}

/// Whether this, between `<?xml` and `?>`, is what XML 1.0 lets stand there.
fn is_declaration(inside: &str) -> bool {
    let (version, rest) = pseudo_attribute(inside, "version");
    let (encoding, rest) = pseudo_attribute(rest, "encoding");
    let (standalone, rest) = pseudo_attribute(rest, "standalone");
    let digits = version.and_then(|v| v.strip_prefix("1."));
    digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
        && encoding.is_none_or(|e| {
            e.starts_with(|c: char| c.is_ascii_alphabetic())
                && e.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        })
        && standalone.is_none_or(|s| matches!(s, "yes" | "no"))
        && rest.bytes().all(is_blank)
}

/// Takes ` name = 'value'` from the start of `text`, if it is there.
fn pseudo_attribute<'t>(text: &'t str, name: &str) -> (Option<&'t str>, &'t str) {
    let read = || {
        let mut cursor = Cursor { text, at: 0 };
        let found = cursor.blanks() && cursor.eat(name);
        cursor.blanks();
        let assigned = found && cursor.eat("=");
        cursor.blanks();
        let quote = if cursor.eat("'") { "'" } else { "\"" };
        let quoted = quote == "'" || cursor.eat("\"");
        let value = cursor.until(quote).filter(|_| assigned && quoted)?;
        Some((value, cursor.rest()))
    };
    match read() {
        Some((value, rest)) => (Some(value), rest),
        None => (None, text),
    }
}
