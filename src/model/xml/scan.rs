//! The characters of XML 1.0: names, white space, references; and a cursor over a text.

use super::error::Reason;
use super::tree::Span;

/// Where reading stands.
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    /// Skips white space and says whether there was any.
    pub(super) fn blanks(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
        self.at > start
    }

    /// Moves past `end` and gives what was before it.
    pub(super) fn until(&mut self, end: &str) -> Option<&'t str> {
        let rest = self.rest();
        let length = rest.find(end)?;
        self.at += length + end.len();
        rest.get(..length)
    }

    /// Moves to the first byte that `stops`, or to the end.
    pub(super) fn until_byte(&mut self, stops: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|b| stops(*b)).unwrap_or(rest.len());
    }

    /// Reads a name, which may hold colons.
    pub(super) fn name(&mut self) -> Option<Span> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        chars.next().filter(|(_, c)| is_name_start(*c))?;
        let length = chars.find(|(_, c)| !is_name(*c)).map_or(rest.len(), |(at, _)| at);
        let start = self.at;
        self.at += length;
        Some(Span::new(start, self.at))
    }
}

/// White space to XML; Unicode knows more, which is text here and may even stand in names.
pub(super) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

pub(super) fn is_all_blank(text: &str) -> bool {
    text.bytes().all(is_blank)
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `NameStartChar` of XML 1.0, fifth edition.
pub(super) fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | ':' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// `NameChar` of XML 1.0, fifth edition.
pub(super) fn is_name(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// A name without a colon.
pub(super) fn is_local_name(name: &str) -> bool {
    name.starts_with(is_name_start) && name.chars().all(|c| is_name(c) && c != ':')
}

/// `Char` of XML 1.0.
pub(super) fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The first character of `text` that XML forbids, and its place.
pub(super) fn forbidden(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    // Only control characters and U+FFFE, U+FFFF (EF BF BE, EF BF BF) can be wrong, which bytes show faster.
    let wrong = |at: usize, b: u8| match b {
        0..0x20 => !is_blank(b),
        0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])),
        _ => false,
    };
    let at = bytes.iter().enumerate().find(|(at, b)| wrong(*at, **b))?.0;
    Some((at, text.get(at..)?.chars().next()?))
}

/// Reads the reference at the start of `text`, which begins with `&`: its character, and its length in bytes.
pub(super) fn reference(text: &str) -> Result<(char, usize), Reason> {
    const KNOWN: [(&str, char); 5] = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&apos;", '\'')];
    if let Some((name, c)) = KNOWN.iter().find(|(name, _)| text.starts_with(name)) {
        return Ok((*c, name.len()));
    }
    match text.strip_prefix("&#") {
        Some(number) => character(number).map(|(c, length)| (c, length + 2)).ok_or(Reason::BadReference),
        None => Err(entity(text).map_or(Reason::BadReference, |name| Reason::UnknownEntity(name.to_owned()))),
    }
}

fn character(number: &str) -> Option<(char, usize)> {
    let (digits, radix, mark) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16, 1),
        None => (number, 10, 0),
    };
    let length = digits.find(|c: char| !c.is_digit(radix))?;
    let code = digits[..length].chars().try_fold(0_u32, |code, digit| {
        // A run of leading zeros is legal however long; a code beyond Unicode is none.
        let code = code * radix + digit.to_digit(radix)?;
        (code <= 0x0010_ffff).then_some(code)
    })?;
    let c = char::from_u32(code).filter(|c| length > 0 && is_allowed(*c))?;
    digits[length..].starts_with(';').then_some((c, mark + length + 1))
}

fn entity(text: &str) -> Option<&str> {
    let mut cursor = Cursor { text, at: 1 };
    let name = cursor.name()?;
    (cursor.peek() == Some(b';')).then(|| name.of(text))
}
