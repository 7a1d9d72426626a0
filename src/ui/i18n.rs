//! gettext with named arguments, from the compiled catalogue of one language.
//!
//! The catalogue is read by us and not by the C library, as that one translates nothing where the system has no locale
//! of the language: since glibc 2.39 not even under C.UTF-8 (sourceware bug 16621).

use std::{path::Path, sync::OnceLock};

use tr::{MoTranslator, Translator};

use crate::config::TEXT_DOMAIN;

/// The language's texts; without it the sources' own are shown.
static CATALOGUE: OnceLock<MoTranslator> = OnceLock::new();

/// Loads the first of `languages` that has a catalogue in `folder`; one of English needs none.
pub(crate) fn load(folder: &str, languages: &[String]) {
    for language in languages {
        let file = Path::new(folder).join(language).join("LC_MESSAGES").join(TEXT_DOMAIN).with_extension("mo");
        if language == "en" || language.starts_with("en_") {
            return;
        }
        if file.exists() {
            return read(&file);
        }
    }
}

fn read(file: &Path) {
    match MoTranslator::from_path(file) {
        Ok(catalogue) => drop(CATALOGUE.set(catalogue)),
        Err(error) => tracing::warn!(file = %file.display(), %error, "no translations"),
    }
}

/// Translates `msgid`.
pub(crate) fn gettext(msgid: &str) -> String {
    CATALOGUE.get().map_or_else(|| msgid.into(), |texts| texts.translate(msgid, None).into_owned())
}

/// Translates `msgid` as it is meant in `context`.
pub(crate) fn pgettext(context: &str, msgid: &str) -> String {
    CATALOGUE.get().map_or_else(|| msgid.into(), |texts| texts.translate(msgid, Some(context)).into_owned())
}

/// Translates `msgid` and puts each value where `{name}` stands.
pub(crate) fn gettext_f(msgid: &str, args: &[(&str, &str)]) -> String {
    fill(&gettext(msgid), args)
}

/// Translates the form of `one`/`many` that fits `n`, and puts each value, `{n}` among them, in its place.
pub(crate) fn ngettext_f(one: &str, many: &str, n: usize, args: &[(&str, &str)]) -> String {
    // A catalogue names its rule without a space before "plural=", or tr does not find it: tests/i18n looks after that.
    let english = if n == 1 { one } else { many };
    let count = u64::try_from(n).unwrap_or(u64::MAX);
    let text = CATALOGUE.get().map(|texts| texts.ntranslate(count, one, many, None));
    let number = n.to_string();
    let args: Vec<_> = args.iter().copied().chain([("n", number.as_str())]).collect();
    fill(text.as_deref().unwrap_or(english), &args)
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
