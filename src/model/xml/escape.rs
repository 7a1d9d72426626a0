//! Between the characters of a value and how they are written.

use std::borrow::Cow;

use super::scan;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    Text,
    /// An attribute in these quotes, `'` or `"`.
    Quotes(char),
}

/// Writes `value` so that reading gives it back.
pub(super) fn escape(value: &str, within: Within) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match (c, within) {
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            // Needed in text after ]] only; libvirt writes it everywhere.
            ('>', _) => out.push_str("&gt;"),
            ('\'', Within::Quotes('\'')) => out.push_str("&apos;"),
            ('"', Within::Quotes('"')) => out.push_str("&quot;"),
            // Readers turn a bare carriage return into a line feed, and in attributes any white space into a space.
            ('\r', _) => out.push_str("&#13;"),
            ('\t', Within::Quotes(_)) => out.push_str("&#9;"),
            ('\n', Within::Quotes(_)) => out.push_str("&#10;"),
            _ => out.push(c),
        }
    }
    out
}

/// Reads an attribute's value as written between its quotes.
pub(super) fn attribute(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '\t', '\n', '\r']) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(resolve(&lines(raw), |c| if matches!(c, '\t' | '\n') { ' ' } else { c }))
}

/// Reads text as written between tags.
pub(super) fn text(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '\r']) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(resolve(&lines(raw), |c| c))
}

/// A reader sees every line end as one line feed.
pub(super) fn lines(raw: &str) -> Cow<'_, str> {
    if raw.contains('\r') { Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(raw) }
}

fn resolve(raw: &str, plain: impl Fn(char) -> char) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        // The parser has refused bad references, so the second arm only keeps this function total.
        let (c, length) = match c {
            '&' => scan::reference(rest).unwrap_or(('&', 1)),
            _ => (plain(c), c.len_utf8()),
        };
        out.push(c);
        rest = &rest[length..];
    }
    out
}
