//! Reads gettext's text files, as far as `msgmerge` and people write them.

use crate::{calls::Key, literal::places};

/// One message with its translations.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) translations: Vec<String>,
    fuzzy: bool,
}

impl Entry {
    /// What is wrong with its translation.
    pub(crate) fn fault(&self) -> Option<String> {
        let key = &self.key;
        if self.fuzzy {
            return Some(format!("fuzzy: {key}"));
        }
        if self.translations.is_empty() || self.translations.iter().any(String::is_empty) {
            return Some(format!("untranslated: {key}"));
        }
        let wanted = places(key.plural.as_ref().unwrap_or(&key.id));
        let wrong = self.translations.iter().find(|t| places(t) != wanted)?;
        Some(format!("{key} has the places {wanted:?}, its translation {wrong:?} has not"))
    }
}

/// The entries of a file, without its header and what is commented out.
pub(crate) fn parse(text: &str) -> Vec<Entry> {
    text.split("\n\n").filter_map(entry).filter(|e| !e.key.id.is_empty()).collect()
}

fn entry(block: &str) -> Option<Entry> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    let mut fuzzy = false;
    for line in block.lines() {
        if line.starts_with('#') {
            fuzzy |= line.starts_with("#,") && line.contains("fuzzy");
            continue;
        }
        let (keyword, quoted) = line.split_at(line.find('"')?);
        match (keyword.trim(), fields.last_mut()) {
            ("", Some((_, value))) => value.push_str(&unquote(quoted)?),
            (keyword, _) => fields.push((keyword, unquote(quoted)?)),
        }
    }
    let field = |name: &str| fields.iter().find(|(k, _)| *k == name).map(|(_, v)| v.clone());
    let key = Key { context: field("msgctxt"), id: field("msgid")?, plural: field("msgid_plural") };
    let translations = fields.iter().filter(|(k, _)| k.starts_with("msgstr")).map(|(_, v)| v.clone()).collect();
    Some(Entry { key, translations, fuzzy })
}

fn unquote(quoted: &str) -> Option<String> {
    let inner = quoted.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match (c, c == '\\') {
            (_, true) => match rest.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                other => out.push(other),
            },
            (plain, false) => out.push(plain),
        }
    }
    Some(out)
}

/// `text` as a quoted string of such a file.
pub(crate) fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[test]
fn entries_are_read_as_msgmerge_writes_them() {
    let text = "msgid \"\"\nmsgstr \"\"\n\"Language: zh_CN\\n\"\n\n#, fuzzy\nmsgctxt \"action\"\nmsgid \"Start\"\n\
                msgstr \"\"\n\n#: f.rs\nmsgid \"{n} one\"\nmsgid_plural \"{n} \"\n\"many\"\nmsgstr[0] \"{n} x\"\n\n\
                #~ msgid \"old\"\n#~ msgstr \"x\"\n";
    let entries = parse(text);
    assert_eq!(entries.len(), 2);
    assert!(entries[0].fault().unwrap().starts_with("fuzzy"));
    assert_eq!(entries[1].key.plural.as_deref(), Some("{n} many"));
    assert_eq!(entries[1].fault(), None);
    assert_eq!(quote("a\"\n"), "\"a\\\"\\n\"");
}
