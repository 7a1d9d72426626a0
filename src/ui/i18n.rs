//! gettext with named arguments.
//!
//! A call stays on lines without a lone lifetime and without a `\` continuation, so that the string that is
//! looked up is the string that the translators see.

use gettextrs::ngettext;
pub(crate) use gettextrs::{gettext, pgettext};

/// Translates `msgid` and puts each value where `{name}` stands.
pub(crate) fn gettext_f(msgid: &str, args: &[(&str, &str)]) -> String {
    fill(&gettext(msgid), args)
}

/// Translates the form of `one`/`many` that fits `n`, and puts each value, `{n}` among them, in its place.
pub(crate) fn ngettext_f(one: &str, many: &str, n: usize, args: &[(&str, &str)]) -> String {
    let count = u32::try_from(n).unwrap_or(u32::MAX);
    fill(&ngettext(one, many, count), args).replace("{n}", &n.to_string())
}

/// One pass over the text, so that a value that holds `{…}` is never read as a place.
fn fill(text: &str, args: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let known = from.find('}').and_then(|end| {
            let value = args.iter().find(|(name, _)| *name == &from[1..end]).map(|(_, value)| *value);
            value.map(|value| (end, value))
        });
        if let Some((end, value)) = known {
            out.push_str(value);
            rest = &from[end + 1..];
        } else {
            out.push('{');
            rest = &from[1..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_read_as_places() {
        assert_eq!(fill("Delete {name}?", &[("name", "{name} {x}")]), "Delete {name} {x}?");
        assert_eq!(fill("{a}{b} {c", &[("a", "1"), ("b", "2")]), "12 {c");
        assert_eq!(fill("{unknown} stays", &[]), "{unknown} stays");
    }
}
